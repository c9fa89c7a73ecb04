/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite's side of the disk in memory: files, locks, shared memory and faults. */
#include "vfs_cut.h"

#include <sqlite3.h>

enum { REGIONS = 64, SLOTS = SQLITE_SHM_NLOCK };

/* The WAL's index, one per database file, for as long as a connection has it. */
struct shm {
    volatile void *regions[REGIONS];
    int users;
};

struct opened {
    sqlite3_file base;
    struct cut_disk *disk;
    int file;
    bool delete_at_close, sync_names; /* the folder is synced with its first sync */
    int level;                        /* SQLITE_LOCK_… */
    struct shm *shm;
    unsigned shared, exclusive; /* slots of the shared memory */
    struct opened *next;
};

static struct {
    pthread_mutex_t lock;
    sqlite3_vfs *real;
    struct cut_disk *disk;
    struct opened *all;
    struct cut_fault fault;
    int64_t calls, slept;
    bool failed;
} vfs = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void enter(void)
{
    pthread_mutex_lock(&vfs.lock);
}

static int leave(int rc)
{
    pthread_mutex_unlock(&vfs.lock);
    return rc;
}

/* ── faults ── */

/* rc when this call is to fail, else SQLITE_OK. */
static int trip(enum cut_call call, int rc)
{
    if (!(vfs.fault.calls & call))
        return SQLITE_OK;
    vfs.calls++;
    bool now = vfs.calls == vfs.fault.nth ||
        (vfs.fault.for_good && vfs.fault.nth && vfs.calls > vfs.fault.nth);
    vfs.failed = vfs.failed || now;
    return now ? rc : SQLITE_OK;
}

static bool is_full(const struct opened *o, int64_t end)
{
    int64_t more = end - cut_size(o->disk, o->file);
    if (!vfs.fault.has_room || more <= 0)
        return false;
    bool full = more > vfs.fault.room;
    vfs.failed = vfs.failed || full;
    vfs.fault.room -= full ? 0 : more;
    return full;
}

void vfs_cut_fail(struct cut_fault fault)
{
    enter();
    vfs.fault = fault;
    vfs.calls = vfs.slept = 0;
    vfs.failed = false;
    leave(0);
}

int64_t vfs_cut_calls(void)
{
    return vfs.calls;
}

bool vfs_cut_failed(void)
{
    return vfs.failed;
}

int64_t vfs_cut_slept(void)
{
    return vfs.slept;
}

void vfs_cut_use(struct cut_disk *d)
{
    enter();
    BUG_IF(vfs.all);
    vfs.disk = d;
    leave(0);
    vfs_cut_fail((struct cut_fault){0});
}

void vfs_cut_mark(int64_t mark)
{
    enter();
    cut_mark(vfs.disk, mark);
    leave(0);
}

/* ── files ── */

static struct opened *of(sqlite3_file *f)
{
    return (struct opened *)f;
}

static int x_close(sqlite3_file *f)
{
    struct opened *o = of(f);
    enter();
    for (struct opened **at = &vfs.all; *at; at = &(*at)->next) {
        if (*at == o) {
            *at = o->next;
            break;
        }
    }
    if (o->delete_at_close)
        cut_remove(o->disk, o->file);
    return leave(SQLITE_OK);
}

static int x_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    enter();
    int rc = trip(CUT_READ, SQLITE_IOERR_READ);
    if (rc == SQLITE_OK && cut_read(of(f)->disk, of(f)->file, at, p, (size_t)n) < (size_t)n)
        rc = SQLITE_IOERR_SHORT_READ;
    return leave(rc);
}

static int x_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    enter();
    int rc = trip(CUT_WRITE, SQLITE_IOERR_WRITE);
    if (rc == SQLITE_OK && is_full(of(f), at + n))
        rc = SQLITE_FULL;
    if (rc == SQLITE_OK)
        cut_write(of(f)->disk, of(f)->file, at, p, (size_t)n);
    return leave(rc);
}

static int x_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    enter();
    int rc = trip(CUT_TRUNCATE, SQLITE_IOERR_TRUNCATE);
    if (rc == SQLITE_OK)
        cut_truncate(of(f)->disk, of(f)->file, size);
    return leave(rc);
}

static int x_sync(sqlite3_file *f, int flags)
{
    struct opened *o = of(f);
    (void)flags;
    enter();
    int rc = trip(CUT_SYNC, SQLITE_IOERR_FSYNC);
    cut_sync(o->disk, o->file, rc == SQLITE_OK);
    if (rc == SQLITE_OK && o->sync_names) {
        cut_sync_names(o->disk);
        o->sync_names = false;
    }
    return leave(rc);
}

static int x_size(sqlite3_file *f, sqlite3_int64 *size)
{
    enter();
    *size = cut_size(of(f)->disk, of(f)->file);
    return leave(SQLITE_OK);
}

static bool is_same(const struct opened *a, const struct opened *b)
{
    return a != b && a->disk == b->disk && a->file == b->file;
}

static int x_lock(sqlite3_file *f, int level)
{
    struct opened *o = of(f);
    enter();
    if (o->level >= level)
        return leave(SQLITE_OK);
    int rc = trip(CUT_LOCK, SQLITE_BUSY), highest = SQLITE_LOCK_NONE;
    for (const struct opened *i = vfs.all; i; i = i->next)
        if (is_same(i, o) && i->level > highest)
            highest = i->level;
    if (rc != SQLITE_OK)
        return leave(rc);
    if ((level == SQLITE_LOCK_SHARED && highest >= SQLITE_LOCK_PENDING) ||
        (level > SQLITE_LOCK_SHARED && highest >= SQLITE_LOCK_RESERVED))
        return leave(SQLITE_BUSY);
    if (level == SQLITE_LOCK_EXCLUSIVE && highest == SQLITE_LOCK_SHARED) {
        o->level = SQLITE_LOCK_PENDING;
        return leave(SQLITE_BUSY);
    }
    o->level = level;
    return leave(SQLITE_OK);
}

static int x_unlock(sqlite3_file *f, int level)
{
    enter();
    if (of(f)->level > level)
        of(f)->level = level;
    return leave(SQLITE_OK);
}

static int x_reserved(sqlite3_file *f, int *out)
{
    enter();
    *out = of(f)->level >= SQLITE_LOCK_RESERVED;
    for (const struct opened *i = vfs.all; i; i = i->next)
        *out = *out || (is_same(i, of(f)) && i->level >= SQLITE_LOCK_RESERVED);
    return leave(SQLITE_OK);
}

static int x_control(sqlite3_file *f, int op, void *arg)
{
    (void)f, (void)op, (void)arg;
    return SQLITE_NOTFOUND;
}

static int x_sector(sqlite3_file *f)
{
    (void)f;
    return 4096;
}

static int x_traits(sqlite3_file *f)
{
    (void)f;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* ── shared memory ── */

static struct shm *shm_of(struct opened *o)
{
    if (o->shm)
        return o->shm;
    for (const struct opened *i = vfs.all; i && !o->shm; i = i->next)
        if (is_same(i, o))
            o->shm = i->shm;
    if (!o->shm)
        o->shm = calloc(1, sizeof *o->shm);
    BUG_IF(!o->shm);
    o->shm->users++;
    return o->shm;
}

static int x_shm_map(sqlite3_file *f, int region, int size, int make, volatile void **out)
{
    enter();
    int rc = trip(CUT_SHM, SQLITE_IOERR_SHMMAP);
    struct shm *s = shm_of(of(f));
    BUG_IF(region >= REGIONS);
    if (rc == SQLITE_OK && make && !s->regions[region])
        s->regions[region] = calloc(1, (size_t)size);
    *out = rc == SQLITE_OK ? s->regions[region] : NULL;
    return leave(rc);
}

static int x_shm_lock(sqlite3_file *f, int slot, int n, int flags)
{
    struct opened *o = of(f);
    unsigned mask = ((1u << n) - 1) << slot;
    enter();
    if (flags & SQLITE_SHM_UNLOCK) {
        o->shared &= ~mask;
        o->exclusive &= ~mask;
        return leave(SQLITE_OK);
    }
    int rc = trip(CUT_LOCK, SQLITE_BUSY);
    if (vfs.fault.locked && slot == 0 && (flags & SQLITE_SHM_EXCLUSIVE)) /* the lock to write */
        rc = SQLITE_BUSY;
    for (const struct opened *i = vfs.all; i && rc == SQLITE_OK; i = i->next)
        if (is_same(i, o) && (mask & (i->exclusive |
                                 (flags & SQLITE_SHM_EXCLUSIVE ? i->shared : 0))))
            rc = SQLITE_BUSY;
    if (rc == SQLITE_OK)
        *(flags & SQLITE_SHM_EXCLUSIVE ? &o->exclusive : &o->shared) |= mask;
    return leave(rc);
}

static void x_shm_barrier(sqlite3_file *f)
{
    (void)f;
    enter();
    leave(0);
}

static int x_shm_unmap(sqlite3_file *f, int delete)
{
    struct opened *o = of(f);
    (void)delete;
    enter();
    struct shm *s = o->shm;
    o->shm = NULL;
    o->shared = o->exclusive = 0;
    if (s && --s->users == 0) {
        for (int i = 0; i < REGIONS; i++)
            free((void *)(uintptr_t)s->regions[i]);
        free(s);
    }
    return leave(SQLITE_OK);
}

static const sqlite3_io_methods methods = {.iVersion = 2, .xClose = x_close, .xRead = x_read,
    .xWrite = x_write, .xTruncate = x_truncate, .xSync = x_sync, .xFileSize = x_size,
    .xLock = x_lock, .xUnlock = x_unlock, .xCheckReservedLock = x_reserved,
    .xFileControl = x_control, .xSectorSize = x_sector, .xDeviceCharacteristics = x_traits,
    .xShmMap = x_shm_map, .xShmLock = x_shm_lock, .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap};

/* ── the file system ── */

static int x_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
    static const int journals = SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL;
    static int nameless;
    struct opened *o = of(f);
    char temporary[32];
    (void)v;
    enter();
    *o = (struct opened){.disk = vfs.disk};
    int rc = trip(CUT_OPEN, SQLITE_CANTOPEN);
    if (!name) {
        snprintf(temporary, sizeof temporary, "temporary-%d", nameless++);
        name = temporary;
    }
    o->file = vfs.disk ? cut_find(vfs.disk, name) : -1;
    if (rc == SQLITE_OK && o->file < 0 && (!vfs.disk || !(flags & SQLITE_OPEN_CREATE)))
        rc = SQLITE_CANTOPEN;
    if (rc != SQLITE_OK)
        return leave(rc); /* pMethods stays NULL: nothing to close */
    if (o->file < 0)
        o->file = cut_create(vfs.disk, name);
    /* As SQLite's own (unixOpen): also of a journal that was there, for its name may be as new. */
    o->sync_names = flags & SQLITE_OPEN_CREATE && flags & journals;
    o->delete_at_close = flags & SQLITE_OPEN_DELETEONCLOSE;
    o->base.pMethods = &methods;
    o->next = vfs.all;
    vfs.all = o;
    if (out)
        *out = flags;
    return leave(SQLITE_OK);
}

static int x_delete(sqlite3_vfs *v, const char *name, int sync_names)
{
    (void)v;
    enter();
    int file = cut_find(vfs.disk, name);
    if (file < 0)
        return leave(SQLITE_IOERR_DELETE_NOENT);
    int rc = trip(CUT_DELETE, SQLITE_IOERR_DELETE);
    if (rc == SQLITE_OK)
        cut_remove(vfs.disk, file);
    if (rc == SQLITE_OK && sync_names)
        cut_sync_names(vfs.disk);
    return leave(rc);
}

/* As on unix, an empty file is not there. */
static int x_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
    (void)v;
    enter();
    int file = vfs.disk ? cut_find(vfs.disk, name) : -1;
    *out = file >= 0 && (flags != SQLITE_ACCESS_EXISTS || cut_size(vfs.disk, file) > 0);
    return leave(SQLITE_OK);
}

static int x_full_name(sqlite3_vfs *v, const char *name, int n, char *out)
{
    (void)v;
    return snprintf(out, (size_t)n, "%s", name) < n ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int x_random(sqlite3_vfs *v, int n, char *out)
{
    (void)v;
    return vfs.real->xRandomness(vfs.real, n, out);
}

static int x_sleep(sqlite3_vfs *v, int us)
{
    (void)v;
    enter();
    vfs.slept += us;
    return leave(us);
}

static int x_time(sqlite3_vfs *v, double *out)
{
    (void)v;
    return vfs.real->xCurrentTime(vfs.real, out);
}

static int x_last_error(sqlite3_vfs *v, int n, char *out)
{
    (void)v, (void)n, (void)out;
    return 0;
}

void vfs_cut_install(void)
{
    static sqlite3_vfs mine = {.iVersion = 1, .szOsFile = sizeof(struct opened),
        .mxPathname = 120, .zName = "cut", .xOpen = x_open, .xDelete = x_delete,
        .xAccess = x_access, .xFullPathname = x_full_name, .xRandomness = x_random,
        .xSleep = x_sleep, .xCurrentTime = x_time, .xGetLastError = x_last_error};
    if (vfs.real)
        return;
    vfs.real = sqlite3_vfs_find(NULL);
    BUG_IF(!vfs.real || sqlite3_vfs_register(&mine, 1) != SQLITE_OK);
}
