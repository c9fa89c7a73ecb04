/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads and the journal through the whole program: what is checked before a file is kept, and
 * that no reading of another body goes out without its row. */
#include "fixture.h"

#include <dirent.h>
#include <stdatomic.h>

#define TYPE "multipart/form-data; boundary=XX"
#define PART(name, value) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n" value "\r\n"
#define FILE_PART(name, content)                                                                 \
    "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" name "\"\r\n\r\n" content  \
    "\r\n"
#define END "--XX--\r\n"

struct world {
    survey_id survey;
    str cookie, csrf, bearer, target;
};

static err open_survey(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    catalog_id c;
    survey_id id;
    TRY(form_catalog_publish(tx, f->a, 2026, &c));
    struct new_survey n = {.catalog = c, .title = S("調査"), .fiscal_year = 2026,
        .as_of = jday_of(2026, 10, 31), .shown_deadline = jday_of(2026, 12, 31),
        .last_submission = jday_of(2026, 12, 31), .last_correction = jday_of(2027, 1, 31)};
    return survey_open(tx, f->a, f->scope[P_NATION], &n, &id);
}

static struct world begin(struct fix *f)
{
    struct world w;
    fix_write(f, open_survey, f);
    fix_web(f);
    w.survey.v = fix_number(f, "SELECT id FROM survey");
    w.cookie = fix_sign_in(f, P_TOWN);
    w.csrf = fix_csrf(f, w.cookie);
    w.bearer = fix_token(f, P_TOWN);
    w.target = str_fmt(f->a, "/surveys/%lld/items/ORG-01/files", (long long)w.survey.v);
    return w;
}

static int files_on_disk(struct fix *f)
{
    int n = 0;
    DIR *d = opendir(str_z(f->a, store_blobs(f->store)));
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

/* With the bearer's token, or (cookie) with what stands in a page. */
static int send_as(struct fix *f, const struct world *w, bool cookie, str body)
{
    struct ask q = {.method = POST, .target = str_z(f->a, w->target), .type = TYPE, .body = body};
    if (cookie)
        q.cookie = w->cookie;
    else
        q.bearer = w->bearer;
    return fix_status(f, &q);
}

static str with_csrf(struct fix *f, const struct world *w, const char *before, const char *behind)
{
    return str_fmt(f->a, "%s" PART("csrf", "%.*s") "%s" END, before, STR_F(w->csrf), behind);
}

static void nothing_is_there(struct fix *f)
{
    assert_int_equal(files_on_disk(f), 0);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM item_file"), 0);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM blob"), 0);
}

static void a_file_comes_with_its_fields(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    str body = with_csrf(f, &w, "", PART("note", "見てください") FILE_PART("a.pdf", "%PDF-1"));
    assert_int_equal(send_as(f, &w, true, body), 303);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM item_file WHERE body=483010"
                                   " AND name='a.pdf' AND note='見てください' AND removed IS NULL"), 1);
    assert_int_equal(fix_number(f, "SELECT size FROM blob"), 6);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit WHERE action='survey.file.add'"), 1);
    assert_int_equal(files_on_disk(f), 1);
    /* The fields may stand behind the file, but for the token. */
    body = with_csrf(f, &w, "", FILE_PART("b.pdf", "%PDF-2") PART("valid_until", "令和9年3月31日"));
    assert_int_equal(send_as(f, &w, true, body), 303);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM item_file WHERE valid_until>20000"), 1);
    assert_int_equal(send_as(f, &w, false, S(FILE_PART("c.pdf", "%PDF-3") END)), 303);
}

static void the_token_comes_before_the_file(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    assert_int_equal(send_as(f, &w, true, S(FILE_PART("a.pdf", "%PDF-1") END)), 403);
    assert_int_equal(
        send_as(f, &w, true, with_csrf(f, &w, FILE_PART("a.pdf", "%PDF-1"), "")), 403);
    assert_int_equal(send_as(f, &w, true,
        S(PART("csrf", "0000") FILE_PART("a.pdf", "%PDF-1") END)), 403);
    nothing_is_there(f);
}

static void who_may_not_leaves_nothing(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    str body = S(FILE_PART("a.pdf", "%PDF-1") END);
    struct ask q = {.method = POST, .target = str_z(f->a, w.target), .type = TYPE, .body = body};
    assert_int_equal(fix_status(f, &q), 401);
    q.bearer = fix_token(f, P_NATION);
    assert_int_equal(fix_status(f, &q), 403);
    q.bearer = w.bearer;
    q.target = "/surveys/1/items/ORG-01/files";
    assert_int_equal(fix_status(f, &q), 404);
    q.target = str_z(f->a, str_fmt(f->a, "/surveys/%lld/items/NO-1/files", (long long)w.survey.v));
    assert_int_equal(fix_status(f, &q), 404);
    q = (struct ask){.method = POST, .target = str_z(f->a, w.target), .type = TYPE,
        .body = with_csrf(f, &w, "", FILE_PART("a.pdf", "%PDF-1")), .cookie = w.cookie,
        .site = "cross-site"};
    assert_int_equal(fix_status(f, &q), 403);
    nothing_is_there(f);
}

static void what_is_wrong_is_said_and_nothing_kept(void **state)
{
    static const struct {
        const char *body;
        int status;
    } cases[] = {
        {END, 422},                                              /* no file at all */
        {FILE_PART("", "") END, 422},                            /* none chosen */
        {FILE_PART("", "x") END, 400},                           /* content without a name */
        {FILE_PART("a.pdf", "") END, 422},                       /* empty */
        {FILE_PART("a.pdf", "<html>") END, 422},
        {FILE_PART("a.exe", "%PDF-1") END, 422},
        {FILE_PART("/", "%PDF-1") END, 422},
        {FILE_PART("123456789018.pdf", "%PDF-1") END, 422},      /* a 個人番号 that fits */
        {PART("note", "1234 5678 9018") FILE_PART("a.pdf", "%PDF-1") END, 422},
        {PART("valid_until", "13月") FILE_PART("a.pdf", "%PDF-1") END, 422},
        {FILE_PART("a.pdf", "%PDF-1") FILE_PART("b.pdf", "%PDF-2") END, 400},
        {PART("file", "%PDF-1") END, 400},                       /* as a field */
        {PART("body", "1") FILE_PART("a.pdf", "%PDF-1") END, 400},
        {FILE_PART("a.pdf", "%PDF-1"), 400},                     /* no end */
        {PART("note", "\xff") END, 400},
        {"", 400},
        {"hello", 400},
    };
    struct fix *f = *state;
    struct world w = begin(f);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int status = send_as(f, &w, false, str_of(cases[i].body));
        if (status != cases[i].status)
            fail_msg("%d, not %d: %s", status, cases[i].status, cases[i].body);
        nothing_is_there(f);
    }
}

static void too_much_is_refused(void **state)
{
    enum { FIELDS = 256 * 1024 };
    struct fix *f = *state;
    struct world w = begin(f);
    BUF_AUTO big = BUF(HTTP_BODY_MAX);
    buf_lit(&big, "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n");
    for (size_t i = 0; i < FIELDS + 1; i++)
        buf_char(&big, 'x');
    buf_lit(&big, "\r\n" END);
    assert_int_equal(send_as(f, &w, false, buf_view(&big)), 413);
    nothing_is_there(f);
    assert_int_equal(send_as(f, &w, false, S(FILE_PART("a.pdf", "%PDF-1") END)), 303);
}

/* ── the journal ── */

static err submit_all(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    struct db *db = tx_db(tx);
    int64_t id = 0;
    DB_EACH(db, r, SQL("SELECT id FROM response WHERE body=483010"), V0)
    id = row_i64(&r, 0);
    (void)f;
    int64_t sub = tx_id(tx);
    static const uint8_t hash[32];
    TRY(db_exec(tx,
        SQL("INSERT INTO submission (id, response, number, horizon, class, pref, person, at, hash)"
            " VALUES ($1, $2, 1, $1, 5, 48, 1, 1, $3)"),
        V(sub, id, ((struct bytes){hash, 32}))));
    return db_exec(tx, SQL("UPDATE response SET state=2, submission=$2 WHERE id=$1"), V(id, sub));
}

static const char *board_of(struct fix *f, const struct world *w)
{
    return str_z(f->a, str_fmt(f->a, "/surveys/%lld/board/483010", (long long)w->survey.v));
}

static int64_t rows(struct fix *f, const char *where)
{
    return fix_number(f, str_z(f->a, str_fmt(f->a, "SELECT COUNT(*) FROM journal WHERE %s", where)));
}

static void a_reading_of_another_body_is_written_down_first(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    struct ask pref = {.target = board_of(f, &w), .bearer = fix_token(f, P_PREF)};
    assert_int_equal(fix_status(f, &pref), 404); /* not submitted: and that is written, too */
    assert_int_equal(rows(f, "kind=3 AND body=0"), 1);
    fix_write(f, submit_all, f);
    assert_int_equal(fix_status(f, &pref), 200);
    assert_int_equal(rows(f, "kind=1 AND body=483010 AND org=480002 AND n=1"), 1);
    assert_int_equal(fix_status(f, &pref), 200);
    assert_int_equal(rows(f, "kind=1 AND body=483010 AND n=2"), 1);
    assert_int_equal(rows(f, "kind=1"), 1);
    /* One's own is nobody's business. */
    struct ask own = {.target = str_z(f->a, str_fmt(f->a, "/surveys/%lld", (long long)w.survey.v)),
        .bearer = w.bearer};
    assert_int_equal(fix_status(f, &own), 200);
    assert_int_equal(rows(f, "person<>(SELECT id FROM person WHERE login='pref')"), 0);
}

/* The row cannot be written: neither is anything shown. */
static void without_its_row_nothing_is_shown(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    fix_write(f, submit_all, f);
    fix_sql(f, "CREATE TRIGGER no_journal BEFORE INSERT ON journal"
               " BEGIN SELECT RAISE(ABORT, 'no'); END");
    struct ask pref = {.target = board_of(f, &w), .bearer = fix_token(f, P_PREF)};
    struct http_exchange *x = fix_ask(f, &pref);
    assert_true(x->status >= 409);
    assert_false(str_has(fix_reply(x), S("見本町")));
    assert_false(str_has(fix_reply(x), S("CISO")));
    fix_done(x);
}

/* The writer is held, its queue is full: 503, and what was asked for is not in the reply. */
struct gate {
    pthread_mutex_t lock;
    atomic_bool held;
    struct job hold, fill[WRITER_QUEUE];
};

static err hold_run(struct tx *tx, void *arg)
{
    struct gate *g = arg;
    (void)tx;
    atomic_store(&g->held, true);
    pthread_mutex_lock(&g->lock); /* until the test lets go */
    pthread_mutex_unlock(&g->lock);
    return OK;
}

static err fill_run(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    return OK;
}

static void fill_done(struct job *job)
{
    (void)job;
}

static void a_busy_writer_means_try_again(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    fix_write(f, submit_all, f);
    struct ask pref = {.target = board_of(f, &w), .bearer = fix_token(f, P_PREF)};
    struct gate *g = calloc(1, sizeof *g);
    struct writer *writer = store_writer(f->store);
    assert_non_null(g);
    pthread_mutex_init(&g->lock, NULL);
    pthread_mutex_lock(&g->lock);
    g->hold = (struct job){.run = hold_run, .done = fill_done, .arg = g};
    assert_ok(writer_submit(writer, &g->hold));
    while (!atomic_load(&g->held))
        usleep(1000);
    for (size_t n = 0; n < WRITER_QUEUE; n++) {
        g->fill[n] = (struct job){.run = fill_run, .done = fill_done};
        assert_ok(writer_submit(writer, &g->fill[n]));
    }
    struct http_exchange *x = fix_ask(f, &pref);
    int status = x->status;
    bool shown = str_has(fix_reply(x), S("見本町"));
    str retry = str_dup(f->a, fix_reply_header(x, "Retry-After"));
    fix_done(x);
    pthread_mutex_unlock(&g->lock);
    web_free(f->web);
    f->web = NULL;
    fix_close_store(f); /* drains the queue */
    free(g);
    assert_int_equal(status, 503);
    assert_false(shown);
    assert_str(retry, S("3"));
}

static void refusals_are_written_down(void **state)
{
    struct fix *f = *state;
    struct world w = begin(f);
    struct ask q = {.target = "/people", .bearer = w.bearer};
    assert_int_equal(fix_status(f, &q), 403);
    assert_int_equal(rows(f, "kind=3 AND object='GET /people' AND org=483010"), 1);
    q = (struct ask){.target = "/people"};
    assert_int_equal(fix_status(f, &q), 303);
    assert_int_equal(rows(f, "1=1"), 1); /* nobody: no row to fill a disk with */
    /* A link that works once does not stand in it. */
    q = (struct ask){.method = POST, .target = "/invite/AAAAsecretAAAA", .cookie = w.cookie,
        .site = "cross-site"};
    assert_int_equal(fix_status(f, &q), 403);
    assert_int_equal(rows(f, "object='POST /invite/{token}'"), 1);
    assert_int_equal(rows(f, "object LIKE '%secret%'"), 0);
}

int main(void)
{
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, fix_people_setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        IN_WORLD(a_file_comes_with_its_fields),
        IN_WORLD(the_token_comes_before_the_file),
        IN_WORLD(who_may_not_leaves_nothing),
        IN_WORLD(what_is_wrong_is_said_and_nothing_kept),
        IN_WORLD(too_much_is_refused),
        IN_WORLD(a_reading_of_another_body_is_written_down_first),
        IN_WORLD(without_its_row_nothing_is_shown),
        IN_WORLD(a_busy_writer_means_try_again),
        IN_WORLD(refusals_are_written_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
