/* SPDX-License-Identifier: Apache-2.0 */
/* Applying and checking migrations. */
#include "store/migrate.h"

#include "store/ddl.h"

#include <sodium.h>

enum { CHECKSUM = 16 };

struct known {
    int64_t number;
    uint8_t sum[CHECKSUM];
};

static void checksum_of(const struct embedded *f, uint8_t sum[CHECKSUM])
{
    crypto_generichash(sum, CHECKSUM, f->data, f->n, NULL, 0);
}

static err make_table(struct db *db)
{
    return db_script(db,
        "CREATE TABLE IF NOT EXISTS schema_migration ("
        " module TEXT NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,"
        " checksum BLOB NOT NULL, applied_at INTEGER NOT NULL, PRIMARY KEY (module, number))");
}

/* 1 applied and the same, 0 missing, -1 changed. */
static int state_of(struct db *db, const char *module, int64_t number, const struct embedded *f)
{
    uint8_t sum[CHECKSUM];
    checksum_of(f, sum);
    int state = 0;
    DB_EACH(db, r, SQL("SELECT checksum FROM schema_migration WHERE module=$1 AND number=$2"),
        V(str_of(module), number))
    {
        str stored = row_view(&r, 0);
        state = stored.n == CHECKSUM && memcmp(stored.p, sum, CHECKSUM) == 0 ? 1 : -1;
    }
    return state;
}

static int64_t count_files(const struct migration_set *set)
{
    int64_t n = 0;
    while (set->files[n].name)
        n++;
    return n;
}

/* Every applied row must be one the program knows. */
static err refuse_unknown(
    struct db *db, const struct migration_set *sets, size_t n, struct arena *a, str *why)
{
    DB_EACH(db, r, SQL("SELECT module, number, name FROM schema_migration"), V0)
    {
        bool found = false;
        for (size_t i = 0; i < n; i++)
            found = found || (str_eq(row_view(&r, 0), str_of(sets[i].module)) &&
                row_i64(&r, 1) >= 1 && row_i64(&r, 1) <= count_files(&sets[i]));
        if (!found) {
            *why = str_fmt(a,
                "データベースは、このプログラムより新しい版で作られています（%.*s %.*s）。"
                "新しい版の yagura を使ってください。",
                STR_F(row_view(&r, 0)), STR_F(row_view(&r, 2)));
            return ERR(CONFLICT);
        }
    }
    return db_status(db);
}

static err note_applied(
    struct tx *tx, const char *module, int64_t number, const struct embedded *f, usec now)
{
    uint8_t sum[CHECKSUM];
    checksum_of(f, sum);
    return db_exec(tx,
        SQL("INSERT INTO schema_migration (module, number, name, checksum, applied_at)"
            " VALUES ($1, $2, $3, $4, $5)"),
        V(str_of(module), number, str_of(f->name), ((struct bytes){sum, CHECKSUM}), now));
}

static err apply(struct tx *tx, const char *module, int64_t number, const struct embedded *f,
    usec now)
{
    BUF_AUTO sql = BUF(1 << 20);
    ddl_expand(&sql, ENGINE_SQLITE, (str){(const char *)f->data, f->n});
    buf_char(&sql, '\0');
    TRY(buf_status(&sql));
    TRY(db_script(tx_db(tx), sql.p));
    return note_applied(tx, module, number, f, now);
}

/* Whether what is there is right, and how many are not: *first names one of them. */
static err count_missing(struct db *db, const struct migration_set *sets, size_t n,
    struct arena *a, int *missing, str *first, str *why)
{
    *missing = 0;
    TRY(refuse_unknown(db, sets, n, a, why));
    for (size_t i = 0; i < n; i++) {
        const struct embedded *f = sets[i].files;
        for (int64_t number = 1; f->name; f++, number++) {
            int state = state_of(db, sets[i].module, number, f);
            TRY(db_status(db));
            if (state < 0) {
                *why = str_fmt(a,
                    "適用済みの変更 %s/%s が、プログラムの持つものと異なります。"
                    "データベースが壊れているか、別の版で作られています。"
                    "作ったときと同じ版の yagura を使うか、バックアップから戻してください。",
                    sets[i].module, f->name);
                return ERR(CONFLICT);
            }
            if (state == 0 && (*missing)++ == 0)
                *first = str_fmt(a, "%s/%s", sets[i].module, f->name);
        }
    }
    return OK;
}

struct walk {
    struct tx *tx;
    struct db *db;
    usec now;
    const struct migrate_watch *watch;
    int applied, missing;
};

static err apply_missing(struct walk *w, const struct migration_set *sets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct embedded *f = sets[i].files;
        for (int64_t number = 1; f->name; f++, number++) {
            if (state_of(w->db, sets[i].module, number, f) == 1)
                continue;
            TRY(apply(w->tx, sets[i].module, number, f, w->now));
            w->applied++;
            if (w->watch && w->watch->applied)
                w->watch->applied(
                    w->watch->ctx, sets[i].module, f->name, w->applied, w->missing);
        }
    }
    return db_status(w->db);
}

static usec fixed_now(void *ctx)
{
    return *(usec *)ctx;
}

err migrate_up(struct db *db, const struct migration_set *sets, size_t n, struct arena *a,
    usec now, const struct migrate_watch *watch, int *applied, str *why)
{
    struct walk w = {.db = db, .now = now, .watch = watch};
    str first;
    *applied = 0;
    TRY(make_table(db));
    TRY(count_missing(db, sets, n, a, &w.missing, &first, why));
    if (w.missing == 0)
        return OK;
    if (watch && watch->before)
        TRY(watch->before(watch->ctx, w.missing, why));
    w.tx = tx_new(db, (struct tx_clock){fixed_now, &now});
    if (!w.tx)
        return ERR(NOMEM);
    err e = tx_begin(w.tx);
    if (!err_is(e)) {
        e = apply_missing(&w, sets, n);
        if (!err_is(e))
            e = tx_commit(w.tx);
        if (err_is(e))
            tx_rollback(w.tx);
        else
            *applied = w.applied;
    }
    tx_free(w.tx);
    return e;
}

err migrate_check(
    struct db *db, const struct migration_set *sets, size_t n, struct arena *a, str *why)
{
    int missing;
    str first;
    err e = count_missing(db, sets, n, a, &missing, &first, why);
    if (!err_is(e) && missing > 0) {
        e = ERR(CONFLICT);
        *why = str_fmt(a,
            "データベースに %.*s が未適用です。「yagura migrate」を実行してください。", STR_F(first));
    }
    if (err_is(e) && why->n == 0)
        *why = S("データベースを読めません。「yagura init」で作ったファイルか確かめてください。");
    return e;
}
