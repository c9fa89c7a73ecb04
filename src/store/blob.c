/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs: nameless while they come in, then linked to the name of their hash. */
#include "store/blob.h"

#include "core/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>

enum { FOLDER = 3800, PATH = 4096, PIECE = 65536, NAME = 2 * BLOB_HASH };

struct blob_writer {
    char folder[FOLDER];
    int fd;
    int64_t size;
    err failed;
    crypto_hash_sha256_state hash;
};

/* ── folders ── */

/* A folder that is there, also after the power fails: its entry in the one above is synced. */
static err make_folder(const char *path)
{
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? OK : file_error();
    return file_sync_above(path);
}

static err folder_of(str folder, char out[FOLDER])
{
    if (folder.n == 0 || folder.n >= FOLDER)
        return ERR(INVALID);
    memcpy(out, folder.p, folder.n);
    out[folder.n] = 0;
    return OK;
}

/* FOLDER/ab and FOLDER/ab/cdef… */
static void paths_of(
    const char *folder, const uint8_t hash[BLOB_HASH], char dir[PATH], char file[PATH])
{
    char hex[NAME];
    hex_of(hex, hash, BLOB_HASH);
    snprintf(dir, PATH, "%s/%.2s", folder, hex);
    snprintf(file, PATH, "%s/%.2s/%.*s", folder, hex, NAME - 2, hex + 2);
}

/* ── coming in ── */

static err open_nameless(str folder, char path[FOLDER], int *fd)
{
    TRY(folder_of(folder, path));
    TRY(make_folder(path));
    *fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0400);
    return *fd < 0 ? file_error() : OK;
}

err blob_scratch(str folder, int *fd)
{
    char path[FOLDER];
    return open_nameless(folder, path, fd);
}

err blob_writer_new(str folder, struct blob_writer **out)
{
    struct blob_writer *w = calloc(1, sizeof *w);
    if (!w)
        return ERR(NOMEM);
    w->fd = -1;
    err e = open_nameless(folder, w->folder, &w->fd);
    if (err_is(e)) {
        blob_writer_free(w);
        return e;
    }
    crypto_hash_sha256_init(&w->hash);
    *out = w;
    return OK;
}

void blob_writer_free(struct blob_writer *w)
{
    if (!w)
        return;
    if (w->fd >= 0)
        close(w->fd);
    free(w);
}

err blob_writer_feed(struct blob_writer *w, const void *p, size_t n)
{
    if (err_is(w->failed))
        return w->failed;
    crypto_hash_sha256_update(&w->hash, p, n);
    w->failed = file_put(w->fd, p, n);
    w->size += (int64_t)n;
    return w->failed;
}

int64_t blob_writer_size(const struct blob_writer *w)
{
    return w->size;
}

err blob_writer_read(struct blob_writer *w, int64_t from, void *p, size_t n, size_t *got)
{
    return file_get(w->fd, from, p, n, got);
}

/* Somebody else's file of that name holds the same content; it may not be on the disk yet. */
static err sync_existing(const char *path, int64_t size)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == size &&
        fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good ? OK : ERR(IO);
}

err blob_writer_keep(struct blob_writer *w, struct blob *out)
{
    char dir[PATH], file[PATH], self[64];
    crypto_hash_sha256_state hash = w->hash;
    TRY(w->failed);
    if (fsync(w->fd) != 0)
        return file_error();
    crypto_hash_sha256_final(&hash, out->hash);
    out->size = w->size;
    paths_of(w->folder, out->hash, dir, file);
    TRY(make_folder(dir));
    snprintf(self, sizeof self, "/proc/self/fd/%d", w->fd);
    if (linkat(AT_FDCWD, self, AT_FDCWD, file, AT_SYMLINK_FOLLOW) != 0) {
        if (errno != EEXIST)
            return file_error();
        TRY(sync_existing(file, w->size));
    }
    return file_sync_folder(dir);
}

/* ── rows and files ── */

err blob_add(struct tx *tx, const struct blob *b, str media)
{
    return db_exec(tx,
        SQL("INSERT INTO blob (hash, size, media, at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (hash) DO NOTHING"),
        V(((struct bytes){b->hash, BLOB_HASH}), b->size, media, tx_now(tx)));
}

err blob_file_open(str folder, const struct blob *b, int *fd)
{
    char root[FOLDER], dir[PATH], file[PATH];
    struct stat st;
    TRY(folder_of(folder, root));
    paths_of(root, b->hash, dir, file);
    int got = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (got < 0)
        return errno == ENOENT ? ERR(NOTFOUND) : ERR(IO);
    if (fstat(got, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != b->size) {
        close(got);
        return ERR(IO);
    }
    *fd = got;
    return OK;
}

/* ── the check ── */

static void find(struct blob_report *report, const char *what, const uint8_t *hash, bool problem)
{
    enum { LISTED = 50 };
    char hex[NAME];
    report->problems += problem;
    report->orphans += !problem;
    if (report->problems + report->orphans <= LISTED)
        buf_fmt(report->lines, "blob %.*s: %s\n", STR_F(hex_of(hex, hash, BLOB_HASH)), what);
}

static err hash_of_file(int fd, uint8_t out[BLOB_HASH])
{
    uint8_t piece[PIECE];
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    for (int64_t at = 0;;) {
        size_t got;
        TRY(file_get(fd, at, piece, sizeof piece, &got));
        crypto_hash_sha256_update(&h, piece, got);
        if (got < sizeof piece)
            break;
        at += (int64_t)got;
    }
    crypto_hash_sha256_final(&h, out);
    return OK;
}

err blob_bytes(struct db *db, int64_t *bytes)
{
    DB_ONE(db, r, SQL("SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) FROM blob"), V0);
    *bytes = row_i64(&r, 0);
    return OK;
}

err blob_each(struct db *db, err (*each)(void *ctx, const struct blob *b), void *ctx)
{
    DB_EACH(db, r, SQL("SELECT hash, size FROM blob ORDER BY hash"), V0)
    {
        struct blob b = {.size = row_i64(&r, 1)};
        str hash = row_view(&r, 0);
        if (hash.n != BLOB_HASH)
            return ERR(BUG);
        memcpy(b.hash, hash.p, BLOB_HASH);
        TRY(each(ctx, &b));
    }
    return db_status(db);
}

struct checking {
    str folder;
    struct blob_report *report;
};

static err check_row(void *ctx, const struct blob *b)
{
    const struct checking *c = ctx;
    struct blob_report *report = c->report;
    uint8_t hash[BLOB_HASH];
    int fd;
    err e = blob_file_open(c->folder, b, &fd);
    report->rows++;
    if (err_is(e)) {
        find(report, e.code == ERR_NOTFOUND ? "its file is missing" : "its file has another size",
            b->hash, true);
        return OK;
    }
    e = hash_of_file(fd, hash);
    close(fd);
    if (err_is(e) || memcmp(hash, b->hash, sizeof hash) != 0)
        find(report, "its file has another content", b->hash, true);
    return OK;
}

static err check_name(struct db *db, const char *pair, const char *rest, struct blob_report *report)
{
    uint8_t hash[BLOB_HASH];
    char hex[NAME];
    bool known = false;
    if (strlen(pair) != 2 || strlen(rest) != NAME - 2)
        return OK;
    memcpy(hex, pair, 2);
    memcpy(hex + 2, rest, NAME - 2);
    if (err_is(hex_parse((str){hex, NAME}, hash, BLOB_HASH)))
        return OK;
    DB_EACH(db, r, SQL("SELECT size FROM blob WHERE hash=$1"), V(((struct bytes){hash, BLOB_HASH})))
    known = true;
    TRY(db_status(db));
    if (!known)
        find(report, "no row speaks of this file: left over, can be removed", hash, false);
    return OK;
}

static err check_pair(struct db *db, const char *folder, const char *pair,
    struct blob_report *report)
{
    char path[PATH];
    snprintf(path, sizeof path, "%s/%s", folder, pair);
    DIR *d = opendir(path);
    if (!d)
        return OK; /* not a folder: not ours */
    err e = OK;
    for (struct dirent *one; !err_is(e) && (one = readdir(d)) != NULL;)
        e = check_name(db, pair, one->d_name, report);
    closedir(d);
    return e;
}

static err check_orphans(struct db *db, const char *folder, struct blob_report *report)
{
    DIR *d = opendir(folder);
    if (!d)
        return OK; /* nothing was ever kept */
    err e = OK;
    for (struct dirent *one; !err_is(e) && (one = readdir(d)) != NULL;)
        if (strlen(one->d_name) == 2 && one->d_name[0] != '.')
            e = check_pair(db, folder, one->d_name, report);
    closedir(d);
    return e;
}

err blob_check(struct db *db, str folder, struct blob_report *report)
{
    char root[FOLDER];
    TRY(folder_of(folder, root));
    struct checking c = {folder, report};
    TRY(blob_each(db, check_row, &c));
    return check_orphans(db, root, report);
}
