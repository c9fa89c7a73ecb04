/* SPDX-License-Identifier: Apache-2.0 */
/* Temporary databases, people and requests for tests. */
#include "fixture.h"

#include "core/log.h"
#include "org/org_sign_in.h"

#include <ftw.h>
#include <sodium.h>
#include <sqlite3.h>

void fix_assert_err(err got, enum err_code want, const char *file, int line)
{
    if (got.code != want) {
        print_error("%s:%d: got %s, expected %s\n", file, line, err_name(got),
            err_name((err){want}));
        _fail(file, line);
    }
}

void fix_assert_str(str got, str want, const char *file, int line)
{
    if (!str_eq(got, want)) {
        print_error("%s:%d: got '%.*s', expected '%.*s'\n", file, line, STR_F(got), STR_F(want));
        _fail(file, line);
    }
}

/* ── folder, store, clock ── */

static usec simulated(void *ctx)
{
    return ((struct fix *)ctx)->now;
}

struct tx_clock fix_clock(struct fix *f)
{
    return (struct tx_clock){simulated, f};
}

int fix_dir_setup(void **state)
{
    struct fix *f = calloc(1, sizeof *f);
    BUG_IF(!f || sodium_init() < 0);
    log_set_level(LOG_ERROR);
    f->a = arena_new(256 << 20);
    snprintf(f->dir, sizeof f->dir, "/tmp/yagura-test-XXXXXX");
    BUG_IF(!f->a || !mkdtemp(f->dir));
    f->file = str_fmt(f->a, "%s/test.db", f->dir);
    f->url = str_fmt(f->a, "sqlite:%.*s", STR_F(f->file));
    f->now = usec_of_jday_end(jday_of(2026, 11, 19)) + 10 * USEC_HOUR;
    f->mods = modules_store(f->a);
    BUG_IF(err_is(main_conf_new(f->a, &f->conf)));
    *state = f;
    return 0;
}

void fix_open_store(struct fix *f, enum store_mode mode)
{
    str why;
    assert_ok(store_open(f->url, mode, &f->mods, fix_clock(f), f->a, &f->store, &why));
}

void fix_close_store(struct fix *f)
{
    store_close(f->store);
    f->store = NULL;
}

int fix_store_setup(void **state)
{
    fix_dir_setup(state);
    fix_open_store(*state, STORE_CREATE);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

int fix_teardown(void **state)
{
    struct fix *f = *state;
    web_free(f->web);
    fix_close_store(f);
    nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_free(f->a);
    free(f);
    return 0;
}

struct db *fix_db(struct fix *f)
{
    struct db *db;
    assert_ok(store_reader(f->store, &db));
    return db;
}

err fix_try(struct fix *f, err (*run)(struct tx *tx, void *arg), void *arg)
{
    return writer_call(store_writer(f->store), run, arg);
}

void fix_write(struct fix *f, err (*run)(struct tx *tx, void *arg), void *arg)
{
    assert_ok(fix_try(f, run, arg));
}

/* ── the file itself ── */

static sqlite3 *open_file(const struct fix *f)
{
    sqlite3 *db;
    char path[128];
    snprintf(path, sizeof path, "%.*s", STR_F(f->file));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    return db;
}

bool fix_sql_fails(const struct fix *f, const char *sql)
{
    sqlite3 *db = open_file(f);
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    return rc != SQLITE_OK;
}

void fix_sql(const struct fix *f, const char *sql)
{
    if (fix_sql_fails(f, sql))
        fail_msg("%s", sql);
}

int64_t fix_number(const struct fix *f, const char *sql)
{
    sqlite3 *db = open_file(f);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int64_t n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    return n;
}

/* ── people ── */

static const struct body_seed bodies[] = {
    {"480002", CLASS_PREFECTURE, "見本県", "みほんけん"},
    {"482013", CLASS_CITY, "見本市", "みほんし"},
    {"483010", CLASS_TOWN, "見本町", "みほんちょう"},
    {"203025", CLASS_TOWN, "遠町", "とおまち"},
    {NULL, 0, NULL, NULL},
};

static const struct {
    int64_t body;
    const char *login, *name;
    uint32_t roles;
} people[PEOPLE] = {
    [P_PREF] = {BODY_PREF, "pref", "県野 一郎", ROLE_STAFF | ROLE_PREF},
    [P_CITY] = {BODY_CITY, "city", "市川 二郎", ROLE_STAFF},
    [P_TOWN] = {BODY_TOWN, "town", "町田 花子", ROLE_STAFF},
    [P_FAR] = {BODY_FAR, "far", "遠山 四郎", ROLE_STAFF},
    [P_NATION] = {OFFICE_MIC, "nation", "国見 京子", ROLE_NATION},
};

static err seed(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    static const uint8_t secret[32] = "the fixture's key is no secret";
    TRY(main_seed_settings(tx, f->a, secret, S("sample")));
    TRY(org_seed_bodies(tx, bodies));
    TRY(org_seed_office(tx, OFFICE_MIC, S("総務省")));
    for (size_t i = 0; i < PEOPLE; i++) {
        struct new_person p = {.body = {people[i].body},
            .login = str_of(people[i].login),
            .name = str_of(people[i].name),
            .mail = S("a@example.jp"),
            .roles = people[i].roles};
        TRY(org_person_add(tx, &p, &f->person[i]));
        TRY(org_scope_load(tx_db(tx), f->a, f->person[i], &f->scope[i]));
    }
    struct audit_entry e = {.action = S("test.seed"), .object = S("installation")};
    return audit_append(tx, &e); /* as every write: ids go on from here */
}

int fix_people_setup(void **state)
{
    fix_store_setup(state);
    fix_write(*state, seed, *state);
    return 0;
}

/* ── requests ── */

int fix_routes_setup(void **state, const struct route *const *lists, size_t n, str base)
{
    fix_people_setup(state);
    struct fix *f = *state;
    struct web_config config = {.store = f->store, .routes = lists, .n_routes = n,
        .assets = web_assets, .auth = {.load = org_principal_load}, .conf = f->conf, .base = base};
    assert_ok(web_new(&config, &f->web));
    return 0;
}

void fix_web(struct fix *f)
{
    struct web_config config = {.store = f->store,
        .assets = web_assets,
        .auth = {.load = org_principal_load, .touch = org_session_touch},
        .mail = main_mail,
        .frame = main_frame,
        .measure = evidence_take,
        .conf = f->conf,
        .demo = true};
    config.routes = modules_routes(f->a, &config.n_routes);
    assert_ok(web_new(&config, &f->web));
}

static void add_header(struct http_exchange *x, const char *name, str value)
{
    if (value.n)
        x->headers[x->n_headers++] = (struct http_header){str_of(name), value};
}

struct http_exchange *fix_request(const struct ask *q)
{
    struct arena *a = arena_new(8 << 20); /* as http.c has it */
    struct http_exchange *x = a ? ARENA_NEW(a, struct http_exchange) : NULL;
    BUG_IF(!x);
    *x = (struct http_exchange){.method = q->method, .arena = a, .query = str_of(q->target),
        .body = BUF(HTTP_BODY_MAX), .reply = BUF(HTTP_REPLY_MAX)};
    x->client = str_of(q->client);
    if (!str_cut(&x->query, '?', &x->path))
        x->path = STR_NONE;
    add_header(x, "Host", S("127.0.0.1:8080"));
    add_header(x, "accept", str_of(q->accept));
    add_header(x, "Sec-Fetch-Site", q->site ? str_of(q->site) : S("same-origin"));
    add_header(x, "Origin", str_of(q->origin));
    add_header(x, "Content-Type",
        q->type ? str_of(q->type) : S("application/x-www-form-urlencoded"));
    if (q->cookie.n)
        add_header(x, "Cookie", str_fmt(a, "a=b; __Host-yagura=%.*s", STR_F(q->cookie)));
    if (q->cookies.n)
        add_header(x, "Cookie", q->cookies);
    if (q->bearer.n)
        add_header(x, "Authorization", str_fmt(a, "Bearer %.*s", STR_F(q->bearer)));
    buf_str(&x->body, q->body);
    return x;
}

struct http_exchange *fix_ask(struct fix *f, const struct ask *q)
{
    struct http_exchange *x = fix_request(q);
    web_run(f->web, x);
    return x;
}

void fix_done(struct http_exchange *x)
{
    http_file_close(x);
    buf_free(&x->body);
    buf_free(&x->reply);
    arena_free(x->arena);
}

int fix_status(struct fix *f, const struct ask *q)
{
    struct http_exchange *x = fix_ask(f, q);
    int status = x->status;
    fix_done(x);
    return status;
}

str fix_reply(const struct http_exchange *x)
{
    return x->fixed.p ? (str){(const char *)x->fixed.p, x->fixed.n} : buf_view(&x->reply);
}

str fix_reply_header(const struct http_exchange *x, const char *name)
{
    for (size_t i = 0; i < x->n_out; i++)
        if (str_eq(x->out[i].name, str_of(name)))
            return x->out[i].value;
    return STR_NONE;
}

struct signing_in {
    person_id person;
    uint8_t hash[WEB_SECRET_HASH];
};

static err add_session(struct tx *tx, void *arg)
{
    struct signing_in *s = arg;
    struct new_session n = {.person = s->person,
        .hash = {s->hash, sizeof s->hash},
        .life = USEC_HOUR,
        .factors = 1};
    return org_session_add(tx, &n);
}

static err add_token(struct tx *tx, void *arg)
{
    struct signing_in *s = arg;
    return org_token_add(
        tx, s->person, (struct bytes){s->hash, sizeof s->hash}, S("test"), USEC_HOUR);
}

static str new_secret(struct fix *f, enum fix_person p, err (*add)(struct tx *tx, void *arg))
{
    struct signing_in s = {.person = f->person[p]};
    uint8_t secret[WEB_SECRET];
    randombytes_buf(secret, sizeof secret);
    str text = web_secret_text(f->a, secret);
    assert_ok(web_secret_hash(text, s.hash));
    fix_write(f, add, &s);
    return text;
}

str fix_sign_in(struct fix *f, enum fix_person p)
{
    return new_secret(f, p, add_session);
}

str fix_token(struct fix *f, enum fix_person p)
{
    return new_secret(f, p, add_token);
}

str fix_csrf(struct fix *f, str cookie)
{
    struct http_exchange *x = fix_ask(f, &(struct ask){.target = "/", .cookie = cookie});
    str page = fix_reply(x), name = S("name=\"csrf\" value=\""), token = STR_NONE;
    const char *at = page.n ? memmem(page.p, page.n, name.p, name.n) : NULL;
    if (!at)
        fail_msg("no token on the page");
    token = str_sub(page, (size_t)(at - page.p) + name.n, page.n);
    token = str_dup(f->a, (str){token.p, strcspn(token.p, "\"")});
    fix_done(x);
    return token;
}
