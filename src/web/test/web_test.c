/* SPDX-License-Identifier: Apache-2.0 */
/* A request from end to end, in this process: who may, what is written, what is answered. */
#include "test/fixture.h"

#include "web/web_private.h"

/* ── a small application ── */

struct page {
    str name, error;
};

static void page_title(struct buf *out, const void *view)
{
    (void)view;
    buf_lit(out, "title");
}

static void page_html(struct buf *out, const struct html_ctx *c, const void *view)
{
    const struct page *v = view;
    buf_lit(out, "<p id=\"name\">");
    html_text(out, v->name);
    buf_lit(out, "</p><p id=\"error\">");
    html_text(out, v->error);
    buf_fmt(out, "</p><input type=\"hidden\" name=\"csrf\" value=\"%.*s\">", STR_F(c->csrf));
}

static void page_json(struct json *j, const void *view)
{
    const struct page *v = view;
    json_begin_object(j);
    json_key(j, S("name"));
    json_str(j, v->name);
    json_end_object(j);
}

static const struct view_type page_type = {
    "page", sizeof(struct page), page_title, page_html, page_json, NULL};

static const struct view_type other_type = {
    "other", sizeof(struct page), page_title, page_html, page_json, NULL};

static err show(struct req *rq, str name)
{
    struct page *v = ARENA_NEW(rq->a, struct page);
    if (!v)
        return ERR(NOMEM);
    *v = (struct page){name, req_error_of(rq, "name")};
    return req_show(rq, &page_type, v);
}

static err read_mine(struct req *rq)
{
    str name = STR_NONE;
    err e = setting_get(rq->db, rq->a, S("mine"), &name);
    if (err_is(e) && e.code != ERR_NOTFOUND)
        return e;
    return show(rq, req_typed(rq, "name", name));
}

static err read_writes(struct req *rq)
{
    return db_script(rq->db, "INSERT INTO setting (name, value) VALUES ('got', '1')");
}

/* A mistake of a handler: the failed read is not looked at. */
static err read_careless(struct req *rq)
{
    str name = S("half of the truth");
    DB_EACH(rq->db, r, SQL("SELECT value FROM canary_table"), V0)
    name = row_str(rq->a, &r, 0);
    return show(rq, name);
}

static err read_greedy(struct req *rq)
{
    while (arena_alloc(rq->a, 1 << 20))
        ;
    return show(rq, STR_NONE);
}

static err read_conf(struct req *rq)
{
    const struct options *o = req_conf(rq, &main_conf);
    return show(rq, o->listen);
}

static err read_nothing(struct req *rq)
{
    (void)rq;
    return OK;
}

struct mine {
    str name;
};
static const struct web_field mine_fields[] = {
    {.name = "name", .label = "名前", .type = FIELD_LINE, .offset = offsetof(struct mine, name),
        .required = true, .max = 100},
};
static const struct web_form mine_form = WEB_FORM(mine_fields, mine);

static err write_mine(struct tx *tx, struct req *rq)
{
    const struct mine *f = rq->form;
    BUG_IF(rq->db); /* nothing to read with but the transaction */
    TRY(setting_put(tx, S("mine"), f->name));
    if (str_eq(f->name, S("conflict")))
        return ERR(CONFLICT);
    if (str_eq(f->name, S("stale")))
        return show(rq, S("theirs")).code ? ERR(BUG) : ERR(STALE);
    if (str_eq(f->name, S("taken"))) {
        req_error(rq, "name", S("使われています。"));
        return ERR(INVALID);
    }
    return req_go(rq, str_eq(f->name, S("away")) ? S("/elsewhere#x") : S("/?ok=saved"));
}

static err prepare_mine(struct req *rq)
{
    const struct mine *f = rq->form;
    if (str_eq(f->name, S("missing")))
        return ERR(NOTFOUND);
    if (str_eq(f->name, S("denied")))
        return ERR(DENIED);
    return OK;
}

static err read_other(struct req *rq)
{
    return req_show(rq, &other_type, rq);
}

static err read_query(struct req *rq)
{
    str said = req_query(rq, "said"), unsaid = req_query(rq, "unsaid");
    return show(rq, str_fmt(rq->a, "%.*s-%.*s", STR_F(said), STR_F(unsaid)));
}

static err read_file(struct req *rq)
{
    BUF_AUTO b = BUF(16);
    buf_lit(&b, "x");
    return req_send(rq, "application/pdf", S("x.pdf"), &b);
}

static err read_on(struct req *rq)
{
    return req_go(rq, S("/signed-in?a=1#b"));
}

static err write_astray(struct tx *tx, struct req *rq)
{
    TRY(setting_put(tx, S("mine"), S("astray")));
    return req_go(rq, S("/public"));
}

static const struct permission p_staff = {"test.staff", ROLE_STAFF};
static const struct route test_routes[] = {
    {.method = GET, .path = "/", .perm = &p_staff, .read = read_mine, .shows = VIEWS(&page_type)},
    {.method = POST, .path = "/", .perm = &p_staff, .form = &mine_form, .read = read_mine,
        .prepare = prepare_mine, .write = write_mine, .clash = &page_type, .goes = PATHS("*")},
    {.method = POST, .path = "/slow", .perm = &p_staff, .flags = ROUTE_SLOW, .form = &mine_form,
        .read = read_mine, .prepare = prepare_mine, .write = write_mine, .clash = &page_type,
        .goes = PATHS("*")},
    {.method = GET, .path = "/signed-in", .read = read_mine,
        .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/public", .flags = ROUTE_PUBLIC, .read = read_mine,
        .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/writes", .flags = ROUTE_PUBLIC, .read = read_writes},
    {.method = GET, .path = "/careless", .flags = ROUTE_PUBLIC, .read = read_careless,
        .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/greedy", .flags = ROUTE_PUBLIC, .read = read_greedy,
        .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/other", .flags = ROUTE_PUBLIC, .read = read_other,
        .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/query", .flags = ROUTE_PUBLIC, .read = read_query,
        .query = QUERY({"said", "", false}), .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/file", .flags = ROUTE_PUBLIC, .read = read_file, .file = "text/csv"},
    {.method = GET, .path = "/pdf", .flags = ROUTE_PUBLIC, .read = read_file,
        .file = "application/pdf"},
    {.method = GET, .path = "/on", .flags = ROUTE_PUBLIC, .read = read_on,
        .goes = PATHS("/public", "/signed-in")},
    {.method = GET, .path = "/off", .flags = ROUTE_PUBLIC, .read = read_on,
        .goes = PATHS("/public")},
    {.method = POST, .path = "/astray", .perm = &p_staff, .form = &mine_form,
        .write = write_astray, .goes = PATHS("/")},
    {.method = GET, .path = "/conf", .flags = ROUTE_PUBLIC, .read = read_conf,
        .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/nothing", .flags = ROUTE_PUBLIC, .read = read_nothing},
    {.path = NULL},
};
static const struct route *const lists[] = {test_routes};

static int setup(void **state)
{
    return fix_routes_setup(state, lists, 1, STR_NONE);
}

static int setup_below(void **state)
{
    return fix_routes_setup(state, lists, 1, S("/base"));
}

static str post_body(struct fix *f, str cookie, const char *name)
{
    return str_fmt(f->a, "csrf=%.*s&name=%s", STR_F(fix_csrf(f, cookie)), name);
}

static int64_t written(const struct fix *f)
{
    return fix_number(f, "SELECT COUNT(*) FROM setting WHERE name IN ('mine', 'got')");
}

/* ── who may ── */

static void pages_are_for_those_who_may(void **state)
{
    struct fix *f = *state;
    str staff = fix_sign_in(f, P_TOWN), nation = fix_sign_in(f, P_NATION);
    const struct {
        struct ask q;
        int status;
    } rows[] = {
        {{.target = "/", .cookie = staff}, 200},
        {{.target = "/", .cookie = nation}, 403},
        {{.target = "/"}, 303},
        {{.target = "/signed-in"}, 303},
        {{.target = "/signed-in", .accept = "application/json"}, 401},
        {{.target = "/signed-in", .cookie = nation}, 200},
        {{.target = "/", .accept = "application/json"}, 401},
        {{.target = "/", .accept = "text/html,application/json"}, 303},
        {{.target = "/", .cookie = S("AAAA")}, 303},
        {{.target = "/", .cookie = str_sub(staff, 0, 42)}, 303},
        {{.target = "/", .bearer = staff, .accept = "application/json"}, 401}, /* no token */
        {{.target = "/public", .bearer = S("x"), .accept = "application/json"}, 401},
        {{.target = "/public"}, 200},
        {{.target = "/public", .cookie = S("AAAA")}, 200},
        {{.method = POST, .target = "/"}, 401},
        {{.method = POST, .target = "/", .cookie = nation}, 403},
        {{.target = "/absent"}, 404},
        {{.target = "/public/"}, 404},
        {{.target = "/public?a=%zz"}, 404},
        {{.method = POST, .target = "/public", .cookie = staff}, 405},
        {{.method = HTTP_OTHER, .target = "/", .cookie = staff}, 405},
        {{.method = HTTP_OTHER, .target = "/absent"}, 404},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int status = fix_status(f, &rows[i].q);
        if (status != rows[i].status)
            fail_msg("row %zu: %d", i, status);
    }
    f->now += 2 * USEC_HOUR;
    assert_int_equal(fix_status(f, &rows[0].q), 303); /* the session is over */
}

static void a_page_knows_what_is_configured(void **state)
{
    struct http_exchange *x = fix_ask(*state, &(struct ask){.target = "/conf"});
    assert_true(str_has(fix_reply(x), S("127.0.0.1:8080")));
    fix_done(x);
}

static void a_stranger_is_led_to_the_sign_in_and_back(void **state)
{
    struct http_exchange *x = fix_ask(*state, &(struct ask){.target = "/"});
    assert_str(fix_reply_header(x, "Location"), S("/sign-in?next=%2F"));
    assert_str(fix_reply_header(x, "Cache-Control"), S("no-store"));
    fix_done(x);
}

/* ── where a POST comes from ── */

static void a_post_comes_from_our_own_page(void **state)
{
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN), other = fix_sign_in(f, P_TOWN);
    str good = post_body(f, cookie, "a"), token = fix_csrf(f, cookie);
    static const char us[] = "http://127.0.0.1:8080";
    const struct {
        struct ask q;
        int status;
    } rows[] = {
        {{.site = "same-origin", .body = good}, 303},
        {{.site = "same-origin", .origin = "http://evil", .body = good}, 303},
        {{.site = "cross-site", .body = good}, 403},
        {{.site = "cross-site", .origin = us, .body = good}, 403},
        {{.site = "same-site", .body = good}, 403},
        {{.site = "none", .body = good}, 403},
        {{.site = "Same-Origin", .body = good}, 403},
        {{.site = "", .origin = us, .body = good}, 303},
        {{.site = "", .origin = "https://127.0.0.1:8080", .body = good}, 303},
        {{.site = "", .body = good}, 403},
        {{.site = "", .origin = "null", .body = good}, 403},
        {{.site = "", .origin = "http://127.0.0.1:8081", .body = good}, 403},
        {{.site = "", .origin = "http://127.0.0.1:8080.evil", .body = good}, 403},
        {{.site = "", .origin = "http://evil/127.0.0.1:8080", .body = good}, 403},
        {{.site = "", .origin = "ftp://127.0.0.1:8080", .body = good}, 403},
        {{.body = S("name=a")}, 403},
        {{.body = S("name=a&csrf=")}, 403},
        {{.body = str_fmt(f->a, "name=a&csrf=%.*s0", STR_F(token))}, 403},
        {{.body = str_fmt(f->a, "name=a&csrf=%.*s", STR_F(str_sub(token, 0, 63)))}, 403},
        {{.body = str_fmt(f->a, "csrf=%.*s&name=a&csrf=x", STR_F(token))}, 403},
        {{.body = post_body(f, other, "a")}, 403}, /* another session's token */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ask q = rows[i].q;
        q.method = POST;
        q.target = "/";
        q.cookie = cookie;
        fix_sql(f, "DELETE FROM setting WHERE name='mine'");
        int status = fix_status(f, &q);
        if (status != rows[i].status || written(f) != (status == 303))
            fail_msg("row %zu: %d, %lld rows", i, status, (long long)written(f));
    }
}

static void a_token_needs_neither_origin_nor_csrf(void **state)
{
    struct fix *f = *state;
    str bearer = fix_token(f, P_TOWN);
    assert_int_equal(fix_status(f, &(struct ask){.method = POST, .target = "/", .bearer = bearer,
                                       .site = "", .body = S("name=a")}), 303);
    assert_int_equal(written(f), 1);
    assert_int_equal(fix_status(f, &(struct ask){.method = POST, .target = "/", .cookie = bearer,
                                       .body = S("name=b")}), 401); /* a token is no cookie */
}

/* ── writing ── */

static void a_get_cannot_write(void **state)
{
    assert_int_equal(fix_status(*state, &(struct ask){.target = "/writes"}), 500);
    assert_int_equal(written(*state), 0);
}

static void what_a_write_says_becomes_a_status(void **state)
{
    static const struct {
        const char *target, *name;
        int status;
        bool written;
    } rows[] = {
        {"/", "fine", 303, true}, {"/slow", "fine", 303, true}, {"/", "conflict", 409, false},
        {"/", "stale", 409, false}, {"/slow", "stale", 409, false}, {"/", "taken", 422, false},
        {"/", "", 422, false}, {"/slow", "", 422, false}, {"/", "a%00", 400, false},
        {"/", "a&unknown=1", 400, false}, {"/", "missing", 404, false},
        {"/slow", "missing", 404, false}, {"/", "denied", 403, false},
    };
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int as_json = 0; as_json <= 1; as_json++) {
            struct ask q = {.method = POST, .target = rows[i].target, .cookie = cookie,
                .accept = as_json ? "application/json" : NULL,
                .body = post_body(f, cookie, rows[i].name)};
            fix_sql(f, "DELETE FROM setting WHERE name='mine'");
            int status = fix_status(f, &q), want = rows[i].status;
            if (status != (as_json && want == 303 ? 200 : want) || written(f) != rows[i].written)
                fail_msg("row %zu, json %d: %d, %lld rows", i, as_json, status,
                    (long long)written(f));
        }
    }
}

static void too_many_pairs_are_too_large(void **state)
{
    struct fix *f = *state;
    BUF_AUTO b = BUF(65536);
    for (int i = 0; i <= MAX_PAIRS; i++)
        buf_lit(&b, "name=a&");
    assert_int_equal(fix_status(f, &(struct ask){.method = POST, .target = "/",
                                       .cookie = fix_sign_in(f, P_TOWN), .body = buf_view(&b)}),
        413);
}

/* ── pages after a POST ── */

static struct http_exchange *post(struct fix *f, str cookie, const char *name, const char *accept)
{
    return fix_ask(f, &(struct ask){.method = POST, .target = "/", .cookie = cookie,
                          .accept = accept, .body = post_body(f, cookie, name)});
}

static void a_refused_form_comes_back_with_what_was_typed(void **state)
{
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN);
    struct http_exchange *x = post(f, cookie, "%3Cb%3E%01", NULL);
    assert_int_equal(x->status, 422);
    assert_true(str_has(fix_reply(x), S("&lt;b&gt;")));
    assert_false(str_has(fix_reply(x), S("<b>")));
    assert_true(str_has(fix_reply(x), S("使えない文字があります。")));
    fix_done(x);
    x = post(f, cookie, "taken", NULL);
    assert_true(str_has(fix_reply(x), S("使われています。")));
    fix_done(x);
    x = post(f, cookie, "taken", "application/json");
    assert_str(fix_reply(x), S("{\"name\":\"使われています。\"}\n"));
    fix_done(x);
    x = post(f, cookie, "stale", NULL);
    assert_int_equal(x->status, 409);
    assert_true(str_has(fix_reply(x), S("<p id=\"name\">theirs</p>")));
    fix_done(x);
}

static void a_program_gets_the_next_view_at_once(void **state)
{
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN);
    struct http_exchange *x = post(f, cookie, "fine", "application/json");
    assert_int_equal(x->status, 200);
    assert_str(fix_reply(x), S("{\"name\":\"fine\"}\n")); /* read after the commit */
    fix_done(x);
    x = post(f, cookie, "away", "application/json");
    assert_true(str_starts(fix_reply(x), S("{\"location\":\"/elsewhere#x\"}")));
    fix_done(x);
    x = post(f, cookie, "fine", NULL);
    assert_int_equal(x->status, 303);
    assert_str(fix_reply_header(x, "Location"), S("/?ok=saved"));
    assert_int_equal(fix_reply(x).n, 0);
    fix_done(x);
    x = fix_ask(f, &(struct ask){.target = "/?ok=saved", .cookie = cookie});
    assert_true(str_has(fix_reply(x), S("保存しました。")));
    fix_done(x);
}

/* ── failures ── */

static void check_error(struct fix *f, const char *target, const char *accept, int status)
{
    struct http_exchange *x = fix_ask(f, &(struct ask){.target = target, .accept = accept});
    str id = fix_reply_header(x, "X-Request-Id"), page = fix_reply(x);
    if (x->status != status)
        fail_msg("%s: %d", target, x->status);
    assert_int_equal(id.n, REQUEST_ID);
    assert_true(str_has(page, id));
    assert_false(str_has(page, S("canary_table")) ||
        str_has(page, S("SELECT")) || str_has(page, S("half of the truth")));
    assert_str(fix_reply_header(x, "Content-Type"),
        accept ? S("application/problem+json; charset=utf-8") : S("text/html; charset=utf-8"));
    assert_true(str_starts(fix_reply_header(x, "Content-Security-Policy"),
        S("default-src 'self'; ")));
    assert_str(fix_reply_header(x, "X-Content-Type-Options"), S("nosniff"));
    assert_str(fix_reply_header(x, "Retry-After"), status == 503 ? S("3") : STR_NONE);
    fix_done(x);
}

static void failures_say_a_number_and_nothing_else(void **state)
{
    static const struct {
        const char *target;
        int status;
    } rows[] = {
        {"/absent", 404}, {"/writes", 500}, {"/careless", 500}, {"/nothing", 500}, {"/greedy", 503},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        check_error(*state, rows[i].target, NULL, rows[i].status);
        check_error(*state, rows[i].target, "application/json", rows[i].status);
    }
}

/* ── a full queue ── */

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool at_gate;

static err wait_at_gate(struct tx *tx, void *arg)
{
    (void)tx, (void)arg;
    atomic_store(&at_gate, true);
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    return OK;
}

static void forget(struct job *job)
{
    (void)job;
}

static void a_full_queue_is_busy_for_a_moment(void **state)
{
    enum { ENOUGH = WRITER_QUEUE + 2 }; /* one at the gate, and one too many */
    static struct job jobs[ENOUGH];
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN), body = post_body(f, cookie, "fine");
    struct ask q = {.method = POST, .target = "/", .cookie = cookie, .body = body};
    int n = 0;
    pthread_mutex_lock(&gate);
    do {
        jobs[n] = (struct job){.run = wait_at_gate, .done = forget};
        if (err_is(writer_submit(store_writer(f->store), &jobs[n])))
            break;
        while (!atomic_load(&at_gate)) /* the first is a batch of its own: no more are taken */
            usleep(100);
    } while (++n < ENOUGH);
    assert_true(n < ENOUGH);
    struct http_exchange *x = fix_ask(f, &q);
    pthread_mutex_unlock(&gate);
    assert_int_equal(x->status, 503);
    assert_str(fix_reply_header(x, "Retry-After"), S("3"));
    fix_done(x);
    int status = 503; /* the queue drains … */
    for (int i = 0; i < 100 && status == 503; i++) {
        usleep(10000);
        status = fix_status(f, &q);
    }
    assert_int_equal(status, 303); /* … and the next one is served */
}

/* ── files ── */

static void files_are_served_with_their_mark(void **state)
{
    struct fix *f = *state;
    struct http_exchange *x = fix_ask(f, &(struct ask){.target = "/asset/yagura.css"});
    assert_int_equal(x->status, 200);
    assert_str(fix_reply_header(x, "Content-Type"), S("text/css; charset=utf-8"));
    str etag = str_dup(f->a, fix_reply_header(x, "ETag"));
    assert_int_equal(etag.n, 18);
    assert_true(fix_reply(x).n > 100);
    fix_done(x);
    struct http_exchange again = {.method = GET, .path = S("/asset/yagura.css"),
        .headers = {{S("If-None-Match"), etag}}, .n_headers = 1};
    assert_true(asset_serve(f->web, &again));
    assert_int_equal(again.status, 304);
    assert_int_equal(again.fixed.n, 0);
    static const char *const absent[] = {"/asset/", "/asset/x.css", "/asset/../web.c",
        "/asset/%79agura.css", "/asset/yagura.css/", "/asset"};
    for (size_t i = 0; i < COUNT_OF(absent); i++)
        assert_int_equal(fix_status(f, &(struct ask){.target = absent[i]}), 404);
    assert_int_equal(
        fix_status(f, &(struct ask){.method = POST, .target = "/asset/yagura.css"}), 404);
}

/* ── what a row says of its answer ── */

static void a_handler_is_held_to_its_row(void **state)
{
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN);
    const struct {
        struct ask q;
        int status;
    } rows[] = {
        {{.target = "/other"}, 500}, /* a view the row does not name */
        {{.target = "/file"}, 500},  /* a file of another type */
        {{.target = "/pdf"}, 200},
        {{.target = "/on"}, 303},
        {{.target = "/off"}, 500}, /* a page the row does not name */
        {{.method = POST, .target = "/astray", .cookie = cookie, .site = "same-origin",
             .body = post_body(f, cookie, "a")}, 500},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int status = fix_status(f, &rows[i].q);
        if (status != rows[i].status)
            fail_msg("row %zu: %d", i, status);
    }
    assert_int_equal(written(f), 0); /* the astray write is undone */
}

static void what_of_the_query_no_row_names_is_absent(void **state)
{
    struct http_exchange *x = fix_ask(*state,
        &(struct ask){.target = "/query?said=a&unsaid=b&more=c", .accept = "application/json"});
    assert_int_equal(x->status, 200);
    assert_true(str_has(fix_reply(x), S("\"a-\"")));
    fix_done(x);
}

/* ── below a path prefix ── */

static void under_a_prefix_only_what_is_below_it_is_ours(void **state)
{
    static const struct {
        const char *target;
        int status;
    } rows[] = {
        {"/base/public", 200}, {"/base/asset/yagura.css", 200}, {"/base", 303}, {"/base/", 303},
        {"/public", 404}, {"/asset/yagura.css", 404}, {"/", 404}, {"/basement/public", 404},
        {"/base/base/public", 404}, {"/bas", 404}, {"/basepublic", 404}, {"/base//public", 404},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int status = fix_status(*state, &(struct ask){.target = rows[i].target});
        if (status != rows[i].status)
            fail_msg("%s: %d", rows[i].target, status);
    }
    struct http_exchange *x = fix_ask(*state, &(struct ask){.target = "/base"});
    assert_str(fix_reply_header(x, "Location"), S("/base/sign-in?next=%2F"));
    fix_done(x);
}

#define WITH_WEB(t) cmocka_unit_test_setup_teardown(t, setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_WEB(pages_are_for_those_who_may),
        WITH_WEB(a_page_knows_what_is_configured),
        WITH_WEB(a_stranger_is_led_to_the_sign_in_and_back),
        WITH_WEB(a_post_comes_from_our_own_page),
        WITH_WEB(a_token_needs_neither_origin_nor_csrf),
        WITH_WEB(a_get_cannot_write),
        WITH_WEB(what_a_write_says_becomes_a_status),
        WITH_WEB(too_many_pairs_are_too_large),
        WITH_WEB(a_refused_form_comes_back_with_what_was_typed),
        WITH_WEB(a_program_gets_the_next_view_at_once),
        WITH_WEB(failures_say_a_number_and_nothing_else),
        WITH_WEB(a_full_queue_is_busy_for_a_moment),
        WITH_WEB(files_are_served_with_their_mark),
        WITH_WEB(a_handler_is_held_to_its_row),
        WITH_WEB(what_of_the_query_no_row_names_is_absent),
        cmocka_unit_test_setup_teardown(
            under_a_prefix_only_what_is_below_it_is_ours, setup_below, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
