/* SPDX-License-Identifier: Apache-2.0 */
/* The nth allocation of a whole request fails, for every n until it passes: the reply is the right
 * one or says that it could not be made, nothing that was acknowledged is lost, nothing that was
 * refused is kept, and the next request is served. Our own allocations (arenas, buffers), SQLite's
 * and jansson's count alike. Under ASan a leak ends the test as well. */
#include "test/fixture.h"

#include "core/log.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdatomic.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strndup(const char *s, size_t n);

/* ── the nth ── */

static atomic_llong left; /* allocations until one fails; 0: none does */
static atomic_bool failed;

static bool fails(void)
{
    if (atomic_load(&left) <= 0 || atomic_fetch_sub(&left, 1) != 1)
        return false;
    atomic_store(&failed, true);
    return true;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

char *__wrap_strndup(const char *s, size_t n)
{
    return fails() ? NULL : __real_strndup(s, n);
}

static sqlite3_mem_methods real_sqlite;

static void *sqlite_malloc(int n)
{
    return fails() ? NULL : real_sqlite.xMalloc(n);
}

static void *sqlite_realloc(void *p, int n)
{
    return fails() ? NULL : real_sqlite.xRealloc(p, n);
}

static void hook_libraries(void)
{
    BUG_IF(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_sqlite) != SQLITE_OK);
    sqlite3_mem_methods mine = real_sqlite;
    mine.xMalloc = sqlite_malloc;
    mine.xRealloc = sqlite_realloc;
    BUG_IF(sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) != SQLITE_OK);
    json_set_alloc_funcs(__wrap_malloc, free);
}

/* ── a world with an open survey ── */

static survey_id survey;
static const char password[] = "correct horse battery";

static err open_survey(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    catalog_id catalog;
    TRY(form_catalog_publish(tx, f->a, 2026, &catalog));
    struct new_survey n = {.catalog = catalog, .title = S("調査"), .fiscal_year = 2026,
        .as_of = jday_of(2026, 10, 31), .shown_deadline = jday_of(2026, 11, 28),
        .last_submission = jday_of(2026, 12, 1), .last_correction = jday_of(2026, 12, 10)};
    return survey_open(tx, f->a, scope_system(), &n, &survey);
}

static err add_person(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    person_id id;
    struct new_person p = {.body = {BODY_CITY}, .login = S("key"), .name = S("鍵田 五郎"),
        .mail = S("a@example.jp"), .roles = ROLE_STAFF};
    TRY(org_password_hash(f->a, str_of(password), &p.password_hash));
    return org_person_add(tx, &p, &id);
}

static int setup(void **state)
{
    fix_people_setup(state);
    struct fix *f = *state;
    log_set_level((enum log_level)(LOG_ERROR + 1)); /* failures are what this is about */
    fix_write(f, open_survey, f);
    fix_write(f, add_person, f);
    fix_web(f);
    return 0;
}

/* ── one kind of request ── */

struct kind {
    const char *what;
    int right; /* its status when it passes */
    int64_t step;
    /* The nth of its kind: each one may do what the one before could not. */
    void (*ask)(struct fix *f, int64_t n, struct ask *q);
    const char *count; /* SQL: grows by one whenever it passes; NULL: it writes nothing */
};

static str session, csrf;

static str target(struct fix *f, const char *rest)
{
    return str_fmt(f->a, "/surveys/%lld%s", (long long)survey.v, rest);
}

static void ask_page(struct fix *f, int64_t n, struct ask *q)
{
    (void)n;
    *q = (struct ask){.target = str_z(f->a, target(f, "/items/ORG-S1")), .cookie = session};
}

static void ask_json(struct fix *f, int64_t n, struct ask *q)
{
    ask_page(f, n, q);
    q->accept = "application/json";
}

static const char newest[] = "SELECT COALESCE(MAX(f.id), 0) FROM fact f JOIN question q"
                             " ON q.id=f.question WHERE f.body=483010 AND q.code='ORG-S1'";

static void ask_save(struct fix *f, int64_t n, struct ask *q)
{
    *q = (struct ask){.method = POST, .target = str_z(f->a, target(f, "/items/ORG-S1")),
        .cookie = session,
        .body = str_fmt(f->a, "csrf=%.*s&value=%lld&seen=%lld", STR_F(csrf), (long long)n,
            (long long)fix_number(f, newest))};
}

static void ask_upload(struct fix *f, int64_t n, struct ask *q)
{
    *q = (struct ask){.method = POST, .target = str_z(f->a, target(f, "/items/ORG-S1/files")),
        .cookie = session, .type = "multipart/form-data; boundary=B",
        .body = str_fmt(f->a,
            "--B\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%.*s\r\n"
            "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%lld.txt\"\r\n\r\n"
            "text %lld\r\n--B--\r\n",
            STR_F(csrf), (long long)n, (long long)n)};
}

static void ask_sign_in(struct fix *f, int64_t n, struct ask *q)
{
    (void)n;
    *q = (struct ask){.method = POST, .target = "/sign-in",
        .body = str_fmt(f->a, "login=key&password=%s", password)};
}

static bool is_right(const struct kind *k, const struct http_exchange *x)
{
    return x->status == k->right &&
        (k->what[0] == 's' || !str_starts(fix_reply_header(x, "Location"), S("/sign-in")));
}

/* True when the nth allocation was still within the request. */
static bool fail_nth(struct fix *f, const struct kind *k, int64_t n)
{
    struct ask q;
    k->ask(f, n, &q);
    int64_t before = k->count ? fix_number(f, k->count) : 0;
    struct http_exchange *x = fix_request(&q);
    atomic_store(&failed, false);
    atomic_store(&left, n);
    web_run(f->web, x);
    atomic_store(&left, 0);
    bool right = is_right(k, x);
    if (!right && x->status != 503 && x->status != 500)
        fail_msg("%s, allocation %lld: status %d %.*s", k->what, (long long)n, x->status,
            STR_F(fix_reply_header(x, "Location")));
    fix_done(x);
    int64_t more = k->count ? fix_number(f, k->count) - before : 0;
    if (k->count && more != right)
        fail_msg("%s, allocation %lld: %lld kept, %s said so", k->what, (long long)n,
            (long long)more, right ? "and the reply" : "but no reply");
    assert_int_equal(fix_status(f, &(struct ask){.target = "/healthz"}), 200);
    return atomic_load(&failed);
}

static void every_allocation_may_fail(void **state)
{
    static const struct kind kinds[] = {
        {"a page", 200, 1, ask_page, NULL},
        {"a page as JSON", 200, 1, ask_json, NULL},
        {"a save", 303, 1, ask_save, "SELECT COUNT(*) FROM fact WHERE body=483010"},
        {"a file", 303, 1, ask_upload, "SELECT COUNT(*) FROM item_file"},
        {"signing in", 303, 3, ask_sign_in, "SELECT COUNT(*) FROM session"},
    };
    struct fix *f = *state;
    assert_int_equal(fix_status(f, &(struct ask){.target = "/healthz"}), 200);
    session = fix_sign_in(f, P_TOWN);
    csrf = fix_csrf(f, session);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        int64_t n = 1;
        while (fail_nth(f, &kinds[i], n))
            n += kinds[i].step;
        print_message("%s: %lld allocations\n", kinds[i].what, (long long)n);
        assert_true(n > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, setup, fix_teardown),
    };
    hook_libraries();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
