/* SPDX-License-Identifier: Apache-2.0 */
/* yagura check: the file, the chains, the evidence files, and every module's own check. */
#include "main/main.h"

#include "store/snapshot.h"

static err check_audit(struct db *db, struct arena *a, struct check_report *report)
{
    struct anchor_report r = {.lines = report->lines};
    TRY(anchor_verify(db, a, STR_NONE, &r));
    report->problems += r.problems;
    buf_fmt(report->lines, "audit: %lld chains, %lld rows, %lld seals\n", (long long)r.chains,
        (long long)r.rows, (long long)r.seals);
    return OK;
}

static err check_blobs(struct db *db, str folder, struct check_report *report)
{
    struct blob_report r = {.lines = report->lines};
    TRY(blob_check(db, folder, &r));
    report->problems += r.problems;
    buf_fmt(report->lines, "blob: %lld files, %lld left over\n", (long long)r.rows,
        (long long)r.orphans);
    return OK;
}

static err check_all(
    struct store *s, struct db *db, struct arena *a, struct check_report *report)
{
    TRY(check_audit(db, a, report));
    TRY(main_keys_check(s, db, a, report));
    TRY(check_blobs(db, store_blobs(s), report));
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->check)
            TRY((*m)->check(db, a, report));
    return OK;
}

/* One consistent view for all the checks. */
static err check_store(struct store *s, struct arena *a, struct check_report *report)
{
    struct db *db;
    TRY(store_reader(s, &db));
    TRY(db_read_begin(db));
    err e = check_all(s, db, a, report);
    err ended = db_read_end(db);
    return err_is(e) ? e : ended;
}

err main_check(const struct options *o, struct arena *a, int64_t *problems)
{
    struct store *s;
    BUF_AUTO lines = BUF(1 << 20);
    struct check_report report = {.lines = &lines};
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &s));
    err e = snapshot_check(o->db, a, &lines, &report.problems);
    if (!err_is(e))
        e = check_store(s, a, &report);
    store_close(s);
    printf("%.*s", STR_F(buf_view(&lines)));
    if (err_is(e)) {
        main_say(S("確かめられませんでした。"));
        return e;
    }
    printf("%lld problems\n", (long long)report.problems);
    *problems = report.problems;
    return OK;
}

/* For the inspection of the installation; without it the result stands all the same. */
static void note_check(const struct options *o, struct arena *a, int64_t problems)
{
    struct store_modules mods = modules_store(a);
    BUF_AUTO out = BUF(64);
    str why;
    IGNORE(store_call(o->db, &mods, "inspect.checked", str_fmt(a, "%lld", (long long)problems),
        &out, a, &why)); /* nobody may write here: a copy that is only looked at */
}

err command_check(const struct options *o, struct arena *a)
{
    int64_t problems;
    TRY(main_check(o, a, &problems));
    note_check(o, a, problems);
    return problems ? ERR(CONFLICT) : OK;
}
