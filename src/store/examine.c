/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a database file before it is used, and copying it before it is changed. */
#include "store/examine.h"

#include "store/snapshot.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/statvfs.h>

static err tell(err e, str *why, str text)
{
    *why = text;
    return e;
}

static str folder_of(str file)
{
    size_t n = file.n;
    while (n > 0 && file.p[n - 1] != '/')
        n--;
    return n == 0 ? S(".") : n == 1 ? S("/") : str_sub(file, 0, n - 1);
}

/* ── what it is ── */

enum { HEAD = 100 }; /* of the file format, sqlite.org/fileformat2.html section 1.3 */

struct head {
    uint8_t bytes[HEAD];
    size_t n;
    int64_t size; /* of the file */
};

/* Through SQLite's own file, so that what is looked at is what will be used. */
static int read_head(sqlite3 *db, struct head *h)
{
    sqlite3_file *f = NULL;
    sqlite3_int64 size = 0;
    int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &f);
    if (rc == SQLITE_OK)
        rc = f && f->pMethods ? f->pMethods->xFileSize(f, &size) : SQLITE_CANTOPEN;
    h->size = size;
    h->n = size < HEAD ? (size_t)size : HEAD;
    return rc == SQLITE_OK && h->n > 0 ? f->pMethods->xRead(f, h->bytes, (int)h->n, 0) : rc;
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Fewer pages than the head says. Beside a log the rest may stand in the log. */
static bool is_cut_off(const struct head *h, str file, struct arena *a)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    char *wal = str_z(a, str_fmt(a, "%.*s-wal", STR_F(file)));
    int there = 0; /* and not empty, says SQLite */
    bool logged = wal && vfs->xAccess(vfs, wal, SQLITE_ACCESS_EXISTS, &there) == SQLITE_OK && there;
    uint32_t page = (uint32_t)h->bytes[16] << 8 | h->bytes[17];
    int64_t pages = big_endian(h->bytes + 28);
    bool counted = memcmp(h->bytes + 24, h->bytes + 92, 4) == 0;
    return !logged && counted && h->size < pages * (page == 1 ? 65536 : (int64_t)page);
}

static err explain(int rc, str *why)
{
    switch (rc & 0xFF) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return tell(ERR(CONFLICT), why,
            S("データベースが壊れています。このファイルは消さずに別の場所へ移し、"
              "バックアップから戻してください。"));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return tell(ERR(BUSY), why, S("ほかのプログラムがこのデータベースを使っています。"));
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return tell(ERR(DENIED), why,
            S("データベースのファイルかフォルダーに書き込めません。"
              "所有者と権限を確かめてください（パッケージでは利用者 yagura で動かします）。"));
    case SQLITE_FULL:
        return tell(ERR(IO), why, S("ディスクに空きがありません。空けてから、もう一度実行してください。"));
    default:
        return tell(ERR(IO), why, S("データベースを読み書きできません。ディスクの空きと異常を確かめてください。"));
    }
}

static int number_of(sqlite3 *db, const char *sql, int64_t *out)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static err look_inside(sqlite3 *db, str *why)
{
    int64_t ours = 0, all = 0, columns = 0;
    int rc = number_of(db,
        "SELECT COUNT(*) FROM sqlite_schema WHERE type='table'"
        " AND name IN ('schema_migration', 'setting', 'audit')",
        &ours);
    if (rc == SQLITE_OK)
        rc = number_of(db, "SELECT COUNT(*) FROM sqlite_schema", &all);
    /* Other programs have a table of this name too, but not these columns. */
    if (rc == SQLITE_OK)
        rc = number_of(db,
            "SELECT COUNT(*) FROM pragma_table_info('schema_migration')"
            " WHERE name IN ('module', 'checksum', 'applied_at')",
            &columns);
    if (rc != SQLITE_OK)
        return explain(rc, why);
    if (ours == 3)
        return OK;
    return tell(ERR(CONFLICT), why,
        all == 0 || (all == 2 && columns == 3) /* the table and its index */
            ? S("データベースは作りかけです（「yagura init」が途中で止まっています）。"
                "このファイルを消して、もう一度「yagura init」を実行してください。")
            : S("これは yagura のデータベースではありません（ほかのプログラムのもの"
                "です）。ファイル名を確かめてください。"));
}

static err look_at(sqlite3 *db, str file, struct arena *a, str *why)
{
    struct head head;
    int rc = read_head(db, &head);
    if (rc != SQLITE_OK)
        return explain(rc, why);
    if (head.n == 0)
        return tell(ERR(CONFLICT), why,
            S("データベースのファイルが空です。バックアップから戻すか、空のファイルを消して"
              "「yagura init」で作ってください。"));
    if (head.n < HEAD || memcmp(head.bytes, "SQLite format 3", 16) != 0)
        return tell(ERR(CONFLICT), why,
            S("これはデータベースのファイルではありません。ファイル名を確かめてください。"));
    if (is_cut_off(&head, file, a))
        return explain(SQLITE_CORRUPT, why);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL); /* who looks writes nothing */
    rc = sqlite3_exec(db, "PRAGMA busy_timeout=5000; PRAGMA query_only=ON", NULL, NULL, NULL);
    return rc == SQLITE_OK ? look_inside(db, why) : explain(rc, why);
}

err examine_file(str file, struct arena *a, str *why)
{
    char *path = str_z(a, file);
    sqlite3 *db = NULL;
    if (!path)
        return ERR(NOMEM);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return tell(ERR(NOTFOUND), why,
            S("データベースのファイルがありません。「yagura init」または「yagura demo」で"
              "作ってください。"));
    if (access(path, R_OK) != 0)
        return tell(ERR(DENIED), why,
            S("データベースのファイルを読めません。所有者と権限を確かめてください。"));
    int rc = sqlite3_open_v2(path, &db,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    err e = rc == SQLITE_OK ? look_at(db, file, a, why) : explain(rc, why);
    sqlite3_close(db);
    return e;
}

err examine_pages(str file, struct arena *a, str *why)
{
    BUF_AUTO lines = BUF(65536);
    int64_t problems = 0;
    err e = snapshot_check(str_fmt(a, "sqlite:%.*s", STR_F(file)), a, &lines, &problems);
    if (err_is(e))
        return tell(e, why, S("データベースを最後まで読めません。"));
    if (problems == 0)
        return OK;
    str first, rest = buf_view(&lines);
    str_cut(&rest, '\n', &first);
    return tell(ERR(CONFLICT), why,
        str_fmt(a,
            "データベースが壊れています（%.*s）。このファイルは消さずに別の場所へ移し、"
            "バックアップから戻してください。",
            STR_F(first)));
}

err examine_folder(str file, struct arena *a, str *why)
{
    str folder = folder_of(file);
    char *path = str_z(a, folder);
    if (!path)
        return ERR(NOMEM);
    if (access(path, W_OK | X_OK) == 0)
        return OK;
    return errno == ENOENT
        ? tell(ERR(NOTFOUND), why,
              str_fmt(a, "フォルダー %.*s がありません。作ってから、もう一度実行してください。",
                  STR_F(folder)))
        : tell(ERR(DENIED), why,
              str_fmt(a,
                  "フォルダー %.*s に書き込めません。所有者と権限を確かめてください"
                  "（パッケージでは利用者 yagura で動かします）。",
                  STR_F(folder)));
}

/* ── the copy ── */

static err sync_path(struct arena *a, str name, int flags)
{
    char *path = str_z(a, name);
    int fd = path ? open(path, flags | O_CLOEXEC) : -1;
    if (fd < 0)
        return ERR(IO);
    int rc = fsync(fd);
    close(fd);
    return rc == 0 ? OK : ERR(IO);
}

static err choose_name(str file, str version, struct arena *a, str *made)
{
    enum { TRIES = 100 };
    for (int i = 1; i <= TRIES; i++) {
        *made = i == 1
            ? str_fmt(a, "%.*s.before-%.*s", STR_F(file), STR_F(version))
            : str_fmt(a, "%.*s.before-%.*s.%d", STR_F(file), STR_F(version), i);
        char *path = str_z(a, *made);
        if (!path)
            return ERR(NOMEM);
        if (access(path, F_OK) != 0)
            return OK;
    }
    return ERR(CONFLICT);
}

/* Said before half of it is written. An odd answer of the system is no reason to refuse. */
static bool has_room(str file, str folder, struct arena *a)
{
    struct stat st;
    struct statvfs fs;
    char *path = str_z(a, file), *where = str_z(a, folder);
    return !path || !where || stat(path, &st) != 0 || statvfs(where, &fs) != 0 ||
        (uint64_t)st.st_size <= (uint64_t)fs.f_bavail * fs.f_frsize;
}

err examine_copy(str file, str to, str version, struct arena *a, str *made, str *why)
{
    str url = str_fmt(a, "sqlite:%.*s", STR_F(file));
    err e = OK;
    *made = to;
    if (to.n == 0)
        e = choose_name(file, version, a, made);
    if (!err_is(e) && !has_room(file, folder_of(*made), a))
        return tell(ERR(IO), why,
            S("写しを取る空きがディスクにありません。空けるか、--copy で別の場所を指定して"
              "ください。データベースは変えていません。"));
    if (!err_is(e))
        e = snapshot_take(url, *made, a);
    if (e.code == ERR_CONFLICT)
        return tell(e, why,
            str_fmt(a, "写しの名前 %.*s はもう使われています。", STR_F(*made)));
    if (!err_is(e))
        e = sync_path(a, *made, O_RDONLY);
    if (!err_is(e))
        e = sync_path(a, folder_of(*made), O_RDONLY | O_DIRECTORY);
    if (!err_is(e))
        return OK;
    snapshot_drop(*made, a);
    return tell(e, why,
        str_fmt(a,
            "写し %.*s を作れませんでした（ディスクの空き、フォルダーの権限を確かめてください）。"
            "データベースは変えていません。",
            STR_F(*made)));
}
