/* SPDX-License-Identifier: Apache-2.0 */
/* The disk as the list of what was done to it. */
#include "cut_disk.h"

enum { NAME = 128, FILES = 64 };

enum op_kind { OP_WRITE, OP_TRUNCATE, OP_SYNC, OP_SYNC_FAILED, OP_LINK, OP_UNLINK, OP_SYNC_NAMES,
    OP_MARK };

struct op {
    enum op_kind kind;
    int file;
    int64_t at; /* of a write; the size of a truncation; the mark */
    size_t n;
    uint8_t *data;
};

struct content {
    uint8_t *p;
    size_t n, room;
};

/* What stands on the disk under a name, for as long as somebody has it open: a removed and a new
 * file of one name are two. */
struct file {
    char name[NAME];
    bool linked, linked_first;
    struct content now, first; /* first: when the log was empty */
};

struct cut_disk {
    struct file files[FILES];
    int n_files;
    struct op *ops;
    size_t n_ops, room;
};

static void *must(void *p)
{
    BUG_IF(!p);
    return p;
}

struct cut_disk *cut_disk_new(void)
{
    return must(calloc(1, sizeof(struct cut_disk)));
}

void cut_disk_free(struct cut_disk *d)
{
    for (int i = 0; d && i < d->n_files; i++) {
        free(d->files[i].now.p);
        free(d->files[i].first.p);
    }
    for (size_t i = 0; d && i < d->n_ops; i++)
        free(d->ops[i].data);
    if (d)
        free(d->ops);
    free(d);
}

static struct op *add(struct cut_disk *d, enum op_kind kind, int file)
{
    if (d->n_ops == d->room) {
        d->room = d->room ? 2 * d->room : 256;
        d->ops = must(realloc(d->ops, d->room * sizeof *d->ops));
    }
    struct op *op = &d->ops[d->n_ops++];
    *op = (struct op){.kind = kind, .file = file};
    return op;
}

/* ── contents ── */

static void resize(struct content *c, size_t n)
{
    if (n > c->room) {
        c->room = n > 2 * c->room ? n : 2 * c->room;
        c->p = must(realloc(c->p, c->room));
    }
    if (n > c->n)
        memset(c->p + c->n, 0, n - c->n);
    c->n = n;
}

static void put(struct content *c, size_t at, const uint8_t *p, size_t n)
{
    if (at + n > c->n)
        resize(c, at + n);
    if (n)
        memcpy(c->p + at, p, n);
}

/* ── files ── */

int cut_find(const struct cut_disk *d, const char *name)
{
    for (int i = d->n_files - 1; i >= 0; i--)
        if (d->files[i].linked && strcmp(d->files[i].name, name) == 0)
            return i;
    return -1;
}

static int new_file(struct cut_disk *d, const char *name)
{
    BUG_IF(d->n_files == FILES || strlen(name) >= NAME);
    struct file *f = &d->files[d->n_files];
    *f = (struct file){.linked = true};
    snprintf(f->name, sizeof f->name, "%s", name);
    return d->n_files++;
}

int cut_create(struct cut_disk *d, const char *name)
{
    int i = new_file(d, name);
    add(d, OP_LINK, i);
    return i;
}

void cut_remove(struct cut_disk *d, int file)
{
    d->files[file].linked = false;
    add(d, OP_UNLINK, file);
}

int64_t cut_size(const struct cut_disk *d, int file)
{
    return (int64_t)d->files[file].now.n;
}

size_t cut_read(const struct cut_disk *d, int file, int64_t at, void *p, size_t n)
{
    const struct content *c = &d->files[file].now;
    size_t from = (size_t)at < c->n ? (size_t)at : c->n;
    size_t got = n < c->n - from ? n : c->n - from;
    if (got)
        memcpy(p, c->p + from, got);
    memset((char *)p + got, 0, n - got);
    return got;
}

void cut_write(struct cut_disk *d, int file, int64_t at, const void *p, size_t n)
{
    struct op *op = add(d, OP_WRITE, file);
    op->at = at;
    op->n = n;
    op->data = must(malloc(n ? n : 1));
    memcpy(op->data, p, n);
    put(&d->files[file].now, (size_t)at, op->data, n);
}

void cut_truncate(struct cut_disk *d, int file, int64_t size)
{
    add(d, OP_TRUNCATE, file)->at = size;
    resize(&d->files[file].now, (size_t)size);
}

void cut_sync(struct cut_disk *d, int file, bool works)
{
    add(d, works ? OP_SYNC : OP_SYNC_FAILED, file);
}

void cut_sync_names(struct cut_disk *d)
{
    add(d, OP_SYNC_NAMES, 0);
}

void cut_mark(struct cut_disk *d, int64_t mark)
{
    add(d, OP_MARK, 0)->at = mark;
}

size_t cut_ops(const struct cut_disk *d)
{
    return d->n_ops;
}

bool cut_op_is_sync(const struct cut_disk *d, size_t op)
{
    return d->ops[op].kind == OP_SYNC || d->ops[op].kind == OP_SYNC_NAMES;
}

bool cut_next_mark(const struct cut_disk *d, size_t op, size_t *i, int64_t *mark)
{
    for (; *i < op; ++*i) {
        if (d->ops[*i].kind == OP_MARK) {
            *mark = d->ops[(*i)++].at;
            return true;
        }
    }
    return false;
}

/* ── the power cut ── */

enum way { LOSE_ALL, LOSE_NONE, LOSE_LATER, LOSE_SOME, TEAR_512, TEAR_4096, TEAR_GROWN, TEAR_RUBBISH };

struct cut {
    const struct cut_disk *d;
    size_t op; /* where the power went */
    uint64_t seed;
    enum way way;
    bool *kept; /* per op: on the disk whatever happens */
};

/* A well mixed number of the seed and what it is for (splitmix64). */
static uint64_t chance(const struct cut *c, uint64_t what, uint64_t which)
{
    uint64_t z = c->seed * 0x9E3779B97F4A7C15u + what * 0xBF58476D1CE4E5B9u + which + 1;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Backwards: what a sync that worked comes after is kept, unless one that failed forgot it. */
static void find_kept(struct cut *c)
{
    bool synced[FILES] = {false}, names = false;
    for (size_t i = c->op; i-- > 0;) {
        const struct op *op = &c->d->ops[i];
        switch (op->kind) {
        case OP_SYNC:
            synced[op->file] = true;
            break;
        case OP_SYNC_FAILED:
            synced[op->file] = false;
            break;
        case OP_SYNC_NAMES:
            names = true;
            break;
        case OP_LINK:
        case OP_UNLINK:
            c->kept[i] = names;
            break;
        case OP_WRITE:
        case OP_TRUNCATE:
        case OP_MARK:
            c->kept[i] = synced[op->file];
            break;
        }
    }
}

/* Of an operation as a whole; the ways that tear keep some of every file's beginning. */
static bool is_lucky(const struct cut *c, size_t i)
{
    switch (c->way) {
    case LOSE_ALL:
        return false;
    case LOSE_NONE:
        return true;
    case LOSE_SOME:
        return chance(c, 1, i) & 1;
    case LOSE_LATER:
    case TEAR_512:
    case TEAR_4096:
    case TEAR_GROWN:
    case TEAR_RUBBISH:
        return i < chance(c, 2, 0) % (c->op + 1);
    }
    return false;
}

/* Each sector stands as it was at a moment of its own. */
static bool sector_is_lucky(const struct cut *c, size_t i, uint64_t sector)
{
    return i < chance(c, 3 + (uint64_t)c->d->ops[i].file, sector) % (c->op + 1);
}

static void grow(const struct cut *c, struct content *to, size_t end, size_t i)
{
    size_t was = to->n;
    if ((c->way != TEAR_GROWN && c->way != TEAR_RUBBISH) || end <= was || !(chance(c, 99, i) & 1))
        return;
    resize(to, end);
    for (size_t k = was; k < end && c->way == TEAR_RUBBISH; k++)
        to->p[k] = (uint8_t)chance(c, 98, k);
}

static void tear(const struct cut *c, struct content *to, size_t i)
{
    const struct op *op = &c->d->ops[i];
    size_t size = c->way == TEAR_4096 ? 4096 : 512, from = (size_t)op->at, end = from + op->n;
    while (from < end) {
        size_t next = (from / size + 1) * size;
        if (next > end)
            next = end;
        if (sector_is_lucky(c, i, from / size))
            put(to, from, op->data + (from - (size_t)op->at), next - from);
        else
            grow(c, to, next, i);
        from = next;
    }
}

static void link_name(struct cut_disk *r, int file)
{
    for (int i = 0; i < r->n_files; i++)
        if (strcmp(r->files[i].name, r->files[file].name) == 0)
            r->files[i].linked = false;
    r->files[file].linked = true;
}

static void redo(const struct cut *c, struct cut_disk *r, size_t i)
{
    const struct op *op = &c->d->ops[i];
    bool whole = c->kept[i] || is_lucky(c, i);
    struct content *to = &r->files[op->file].now;
    switch (op->kind) {
    case OP_WRITE:
        if (c->kept[i] || (whole && c->way < TEAR_512))
            put(to, (size_t)op->at, op->data, op->n);
        else if (c->way >= TEAR_512)
            tear(c, to, i);
        break;
    case OP_TRUNCATE:
        if (whole)
            resize(to, (size_t)op->at);
        break;
    case OP_LINK:
        if (whole)
            link_name(r, op->file);
        break;
    case OP_UNLINK:
        if (whole)
            r->files[op->file].linked = false;
        break;
    case OP_SYNC:
    case OP_SYNC_FAILED:
    case OP_SYNC_NAMES:
    case OP_MARK:
        break;
    }
}

/* What has no name any more is gone; the rest is where the new disk begins. */
static void settle(struct cut_disk *r)
{
    int n = 0;
    for (int i = 0; i < r->n_files; i++) {
        struct file *f = &r->files[i];
        if (!f->linked) {
            free(f->now.p);
            continue;
        }
        put(&f->first, 0, f->now.p, f->now.n);
        f->linked_first = true;
        r->files[n++] = *f;
    }
    r->n_files = n;
}

struct cut_disk *cut_power(const struct cut_disk *d, size_t op, uint64_t seed)
{
    struct cut c = {.d = d, .op = op, .seed = seed, .way = (enum way)(seed % CUT_SEEDS),
        .kept = must(calloc(op + 1, sizeof(bool)))};
    struct cut_disk *r = cut_disk_new();
    for (int i = 0; i < d->n_files; i++) {
        new_file(r, d->files[i].name);
        r->files[i].linked = d->files[i].linked_first;
        put(&r->files[i].now, 0, d->files[i].first.p, d->files[i].first.n);
    }
    find_kept(&c);
    for (size_t i = 0; i < op; i++)
        redo(&c, r, i);
    settle(r);
    free(c.kept);
    return r;
}
