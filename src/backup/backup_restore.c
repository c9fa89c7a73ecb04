/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a backup: verifying it, and putting it where nothing is. */
#include "backup/backup_private.h"

#include "core/file.h"

#include <fcntl.h>
#include <ftw.h>

/* ── reading, whatever becomes of it ── */

static err inner(struct frame_in *in, err e)
{
    if (e.code == ERR_INVALID && in->why.n == 0)
        in->why = S("控えの中身が、櫓の控えの形をしていません。別の控えを使ってください。");
    return e;
}

static err read_pieces(struct frame_in *in, struct entry_reader *r)
{
    struct bytes piece;
    bool more = true;
    for (;;) {
        TRY(frame_in_next(in, &piece, &more));
        if (!more)
            return in->open ? inner(in, entry_reader_finish(r)) : OK;
        TRY(inner(in, entry_reader_feed(r, piece.p, piece.n)));
    }
}

static err read_opened(struct frame_in *in, const struct backup_lock *lock, struct entry_sink sink,
    struct backup_info *out)
{
    struct entry_reader r;
    entry_reader_init(&r, sink);
    bool open = in->kind == BACKUP_PLAIN || (lock && lock->kind);
    if (open)
        TRY(frame_in_open(in, lock));
    TRY(read_pieces(in, &r));
    frame_in_info(in, out);
    out->database = r.database;
    out->files = r.files;
    return OK;
}

static err read_backup(str file, const struct backup_lock *lock, struct entry_sink sink,
    struct arena *a, struct backup_info *out, str *why)
{
    char *path = str_z(a, file);
    struct frame_in *in = ARENA_NEW(a, struct frame_in);
    *out = (struct backup_info){0};
    if (!path || !in)
        return ERR(NOMEM);
    FILE *f = fopen(path, "rbe");
    if (!f) {
        *why = S("控えのファイルを開けません。");
        return ERR(NOTFOUND);
    }
    err e = frame_in_begin(in, f, a);
    if (!err_is(e))
        e = read_opened(in, lock, sink, out);
    fclose(f);
    sodium_memzero(&in->stream, sizeof in->stream);
    if (err_is(e) && why->n == 0)
        *why = in->why.n ? in->why : S("控えを読み終えられませんでした。");
    return e;
}

/* ── verifying ── */

static err drop_begin(void *ctx, enum entry_kind kind, int64_t size)
{
    (void)ctx;
    (void)kind;
    (void)size;
    return OK;
}

static err drop_data(void *ctx, const void *p, size_t n)
{
    (void)ctx;
    (void)p;
    (void)n;
    return OK;
}

static err drop_end(void *ctx, const uint8_t hash[ENTRY_HASH])
{
    (void)ctx;
    (void)hash;
    return OK;
}

err backup_verify(str file, const struct backup_lock *lock, struct arena *a,
    struct backup_info *out, str *why)
{
    struct entry_sink sink = {NULL, drop_begin, drop_data, drop_end};
    return read_backup(file, lock, sink, a, out, why);
}

/* ── restoring ── */

struct restoring {
    char *folder, *database, *blobs; /* TO.restoring, and in it "db" and "blobs" */
    char *to, *to_blobs;
    int fd;                   /* of the database under way */
    struct blob_writer *blob; /* of the file under way */
};

static err restore_begin(void *ctx, enum entry_kind kind, int64_t size)
{
    struct restoring *r = ctx;
    (void)size; /* room is taken as it comes: a size is only a claim */
    if (kind == ENTRY_FILE)
        return blob_writer_new(str_of(r->blobs), &r->blob);
    r->fd = open(r->database, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return r->fd < 0 ? ERR(IO) : OK;
}

static err restore_data(void *ctx, const void *p, size_t n)
{
    struct restoring *r = ctx;
    return r->blob ? blob_writer_feed(r->blob, p, n) : file_put(r->fd, p, n);
}

static err restore_end(void *ctx, const uint8_t hash[ENTRY_HASH])
{
    struct restoring *r = ctx;
    struct blob kept;
    (void)hash; /* the reader has compared it; a file is named by what came in */
    err e = OK;
    if (r->blob) {
        e = blob_writer_keep(r->blob, &kept);
        blob_writer_free(r->blob);
        r->blob = NULL;
    } else {
        e = fsync(r->fd) == 0 ? OK : ERR(IO);
        close(r->fd);
        r->fd = -1;
    }
    return e;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)where;
    return type == FTW_DP ? rmdir(path) : unlink(path);
}

static err remove_tree(const char *path)
{
    enum { OPEN_FOLDERS = 8 };
    if (access(path, F_OK) != 0)
        return OK;
    return nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0 ? OK
                                                                                       : ERR(IO);
}

static err name_all(struct restoring *r, str to, struct arena *a)
{
    r->to = str_z(a, to);
    r->to_blobs = str_z(a, str_fmt(a, "%.*s.blobs", STR_F(to)));
    r->folder = str_z(a, str_fmt(a, "%.*s.restoring", STR_F(to)));
    r->database = str_z(a, str_fmt(a, "%.*s.restoring/db", STR_F(to)));
    r->blobs = str_z(a, str_fmt(a, "%.*s.restoring/blobs", STR_F(to)));
    return arena_failed(a) ? ERR(NOMEM) : OK;
}

static err refuse_if_there(const struct restoring *r, str to, struct arena *a, str *why)
{
    static const char *const names[] = {"", ".blobs", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *path = str_z(a, str_fmt(a, "%.*s%s", STR_F(to), names[i]));
        if (!path)
            return ERR(NOMEM);
        if (access(path, F_OK) != 0)
            continue;
        *why = str_fmt(a, "%s があります。何も上書きしません。空の場所を指定してください。", path);
        return ERR(CONFLICT);
    }
    if (mkdir(r->folder, 0700) == 0)
        return OK;
    *why = errno == EEXIST
        ? str_fmt(a, "%s があります。途中で終わった復元の残りなら、消してからもう一度試してください。",
              r->folder)
        : S("復元先に書き込めません。場所と権限を確かめてください。");
    return errno == EEXIST ? ERR(CONFLICT) : ERR(IO);
}

/* The files first: a database stands under its name only with all it speaks of. */
static err put_in_place(const struct restoring *r)
{
    if (rename(r->blobs, r->to_blobs) != 0 && errno != ENOENT)
        return ERR(IO); /* there may be none: no evidence was ever kept */
    if (rename(r->database, r->to) != 0 || rmdir(r->folder) != 0)
        return ERR(IO);
    return file_sync_above(r->to);
}

err backup_restore(str file, const struct backup_lock *lock, str to, struct arena *a,
    struct backup_info *out, str *why)
{
    struct restoring r = {.fd = -1};
    struct entry_sink sink = {&r, restore_begin, restore_data, restore_end};
    TRY(name_all(&r, to, a));
    TRY(refuse_if_there(&r, to, a, why));
    err e = read_backup(file, lock, sink, a, out, why);
    blob_writer_free(r.blob);
    if (r.fd >= 0)
        close(r.fd);
    if (!err_is(e) && !out->opened) {
        e = ERR(INVALID);
        *why = S("封をした控えです。--key または --passphrase-file を指定してください。");
    }
    if (!err_is(e))
        e = put_in_place(&r);
    if (err_is(e)) {
        IGNORE(remove_tree(r.folder)); /* the first error is the one to tell */
        if (why->n == 0)
            *why = S("復元を終えられませんでした。復元先の空きを確かめてください。");
    }
    return e;
}

err backup_remove(str to, struct arena *a)
{
    struct restoring r = {.fd = -1};
    TRY(name_all(&r, to, a));
    snapshot_drop(to, a);
    return remove_tree(r.to_blobs);
}
