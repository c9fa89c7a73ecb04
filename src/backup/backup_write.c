/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a backup: a snapshot beside the database, its bytes and those of the evidence files into
 * FILE.part, and the name at the end. */
#include "backup/backup_private.h"

#include "core/file.h"

#include <fcntl.h>

struct writing {
    struct arena *a;
    str blobs;     /* the folder of the files */
    str snapshot;  /* the copy of the database */
    char *part, *file;
    struct frame_out *out;
    struct entry_sum sum;
    struct backup_info *info;
    str *why;
};

static err say(const struct writing *w, err e, str why)
{
    if (w->why->n == 0)
        *w->why = why;
    return e;
}

/* One entry out of an open file of that size; what its content hashed to. */
static err put_entry(
    struct writing *w, enum entry_kind kind, int fd, int64_t size, uint8_t hash[ENTRY_HASH])
{
    enum { PIECE = 65536 };
    uint8_t piece[PIECE], head[ENTRY_HEAD];
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    entry_head(head, kind, size);
    TRY(frame_out_put(w->out, head, sizeof head));
    for (int64_t at = 0; at < size;) {
        size_t want = size - at < PIECE ? (size_t)(size - at) : PIECE, got;
        TRY(file_get(fd, at, piece, want, &got));
        if (got < want)
            return ERR(IO); /* shorter than it was a moment ago */
        crypto_hash_sha256_update(&h, piece, got);
        TRY(frame_out_put(w->out, piece, got));
        at += (int64_t)got;
    }
    crypto_hash_sha256_final(&h, hash);
    entry_sum_add(&w->sum, head, hash);
    return frame_out_put(w->out, hash, ENTRY_HASH);
}

static err put_database(struct writing *w)
{
    struct stat st;
    uint8_t hash[ENTRY_HASH];
    char *path = str_z(w->a, w->snapshot);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return ERR(IO);
    err e = fstat(fd, &st) == 0 ? OK : ERR(IO);
    if (!err_is(e))
        e = put_entry(w, ENTRY_DATABASE, fd, st.st_size, hash);
    close(fd);
    w->info->database = err_is(e) ? 0 : (int64_t)st.st_size;
    return e;
}

/* A file that is gone or changed keeps nobody from a backup of the rest: it is counted. */
static err put_file(void *ctx, const struct blob *b)
{
    struct writing *w = ctx;
    uint8_t hash[ENTRY_HASH];
    int fd;
    if (err_is(blob_file_open(w->blobs, b, &fd))) {
        w->info->missing++;
        return OK;
    }
    err e = put_entry(w, ENTRY_FILE, fd, b->size, hash);
    close(fd);
    TRY(e);
    w->info->files++;
    w->info->missing += memcmp(hash, b->hash, ENTRY_HASH) != 0;
    return OK;
}

static err put_end(struct writing *w, struct db *db)
{
    uint8_t head[ENTRY_HEAD], hash[ENTRY_HASH];
    struct sign_key key;
    entry_head(head, ENTRY_END, w->sum.n);
    entry_sum_end(&w->sum, hash);
    TRY(frame_out_put(w->out, head, sizeof head));
    TRY(frame_out_put(w->out, hash, sizeof hash));
    TRY(sign_key_load(db, &key));
    err e = frame_out_end(w->out, &key);
    memcpy(w->info->signer, key.public_key, SIGN_PUBLIC);
    sign_key_done(&key);
    return e;
}

static err put_all(struct writing *w, int fd, const struct backup_lock *lock, str program)
{
    struct db *db;
    entry_sum_init(&w->sum);
    TRY(db_open(str_fmt(w->a, "sqlite:%.*s", STR_F(w->snapshot)), DB_READ, &db));
    err e = frame_out_begin(w->out, fd, lock, w->info->at, program);
    if (!err_is(e))
        e = put_database(w);
    if (!err_is(e))
        e = blob_each(db, put_file, w);
    if (!err_is(e))
        e = put_end(w, db);
    db_close(db);
    return e;
}

/* FILE.part becomes FILE when all of it is on the disk. */
static err put_in_place(struct writing *w, int fd)
{
    if (fsync(fd) != 0)
        return ERR(IO);
    if (access(w->file, F_OK) == 0)
        return ERR(CONFLICT);
    if (rename(w->part, w->file) != 0)
        return ERR(IO);
    return file_sync_above(w->file);
}

static err write_part(struct writing *w, const struct backup_lock *lock, str program)
{
    struct stat st;
    int fd = open(w->part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_TRUNC, 0600);
    if (fd < 0)
        return say(w, ERR(IO), S("控えのファイルを作れません。場所と権限を確かめてください。"));
    err e = put_all(w, fd, lock, program);
    if (!err_is(e))
        e = put_in_place(w, fd);
    if (!err_is(e) && fstat(fd, &st) == 0)
        w->info->size = st.st_size;
    close(fd);
    if (!err_is(e))
        return OK;
    unlink(w->part);
    return say(w, e, S("控えを書き終えられませんでした。書き込み先の空きを確かめてください。"));
}

static err take_snapshot(struct writing *w, str url)
{
    snapshot_drop(w->snapshot, w->a); /* what a killed one left: the lock is ours */
    w->info->at = usec_now();
    err e = snapshot_take(url, w->snapshot, w->a);
    return err_is(e)
        ? say(w, e, S("データベースの写しを作れませんでした。データベースの場所の空きを確かめてください。"))
        : OK;
}

static err begin(struct writing *w, str url, str file, int *lock)
{
    str source;
    TRY(db_url_file(url, &source));
    w->file = str_z(w->a, file);
    w->part = str_z(w->a, str_fmt(w->a, "%.*s.part", STR_F(file)));
    w->blobs = str_fmt(w->a, "%.*s.blobs", STR_F(source));
    w->snapshot = str_fmt(w->a, "%.*s.snapshot", STR_F(source));
    w->out = ARENA_NEW(w->a, struct frame_out);
    str lock_name = str_fmt(w->a, "%.*s.backup", STR_F(source));
    if (arena_failed(w->a))
        return ERR(NOMEM);
    if (access(w->file, F_OK) == 0)
        return say(w, ERR(CONFLICT),
            S("このファイルはもうあります。上書きはしません。別の名前を指定してください。"));
    err e = lock_take(lock_name, lock);
    return e.code == ERR_BUSY ? say(w, e, S("このデータベースの控えを、ほかで作っている最中です。"))
                              : e;
}

err backup_write(str url, str file, const struct backup_lock *lock, str program,
    struct arena *a, struct backup_info *out, str *why)
{
    int held = -1;
    struct writing w = {.a = a, .info = out, .why = why};
    *out = (struct backup_info){.kind = lock->kind};
    TRY(begin(&w, url, file, &held));
    err e = take_snapshot(&w, url);
    if (!err_is(e))
        e = write_part(&w, lock, program);
    snapshot_drop(w.snapshot, a);
    lock_drop(held);
    TRY(e);
    memcpy(out->id, w.out->chain, BACKUP_ID);
    memcpy(out->program, program.p, program.n < 15 ? program.n : 15);
    if (lock->kind == BACKUP_TO_KEY)
        backup_key_id(lock->key, out->key_id);
    out->opened = true;
    return OK;
}
