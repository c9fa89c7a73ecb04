/* SPDX-License-Identifier: Apache-2.0 */
/* What was typed outlives its session, for the person who typed it and for nobody else; and nothing
 * is ever sent that nobody pressed. */
#include "test/fixture.h"

#include "web/web_private.h"

#include <sodium.h>

/* ── a small application ── */

struct page {
    str draft;
};

static void page_html(struct buf *out, const struct html_ctx *c, const void *view)
{
    const struct page *v = view;
    buf_lit(out, "<form>draft=[");
    buf_str(out, v->draft);
    buf_fmt(out, "] name=\"csrf\" value=\"%.*s\"", STR_F(c->csrf));
}

static void page_json(struct json *j, const void *view)
{
    const struct page *v = view;
    json_begin_object(j);
    json_key(j, S("draft"));
    json_str(j, v->draft);
    json_end_object(j);
}

static const struct view_type page_type = {"page", sizeof(struct page), NULL, page_html,
    page_json, NULL};

static err read_page(struct req *rq)
{
    struct page *v = ARENA_NEW(rq->a, struct page);
    if (!v)
        return ERR(NOMEM);
    v->draft = req_draft(rq);
    return req_show(rq, &page_type, v);
}

struct note {
    str text, secret;
    struct strs pick;
    int64_t seen;
    bool yes;
};
static const struct web_field note_fields[] = {
    {.name = "text", .label = "連絡", .type = FIELD_TEXT, .offset = offsetof(struct note, text),
        .required = true, .max = 100000},
    {.name = "secret", .label = "合言葉", .type = FIELD_SECRET,
        .offset = offsetof(struct note, secret)},
    {.name = "pick", .label = "選択", .type = FIELD_LINES, .offset = offsetof(struct note, pick)},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct note, seen)},
    {.name = "yes", .label = "同意", .type = FIELD_BOOL, .offset = offsetof(struct note, yes)},
};
static const struct web_form note_form = WEB_FORM(note_fields, note);

static err write_note(struct tx *tx, struct req *rq)
{
    const struct note *f = rq->form;
    TRY(setting_put(tx, S("note"), f->text));
    return req_go(rq, S("/?ok=saved"));
}

static err note_in_words(struct req *rq, str *what, str *text)
{
    struct strs typed = req_typed_list(rq, "text");
    *what = str_fmt(rq->a, "言葉で %.*s", STR_F(req_param(rq, "id")));
    *text = typed.n ? str_fmt(rq->a, "「%.*s」", STR_F(typed.v[0])) : STR_NONE;
    return rq->db ? OK : ERR(BUG);
}

struct entry {
    str draft;
    int64_t who;
    uint8_t hash[WEB_SECRET_HASH];
};
static const struct web_field entry_fields[] = {
    {.name = "draft", .label = "続き", .type = FIELD_LINE, .offset = offsetof(struct entry, draft),
        .max = WEB_DRAFT},
    {.name = "who", .label = "誰", .type = FIELD_INT, .offset = offsetof(struct entry, who)},
};
static const struct web_form entry_form = WEB_FORM(entry_fields, entry);

/* Signs in whoever is named: who may is org's business. */
static err write_entry(struct tx *tx, struct req *rq)
{
    struct entry *f = rq->form;
    uint8_t secret[WEB_SECRET];
    randombytes_buf(secret, sizeof secret);
    TRY(web_secret_hash(web_secret_text(rq->a, secret), f->hash));
    TRY(db_exec(tx,
        SQL("INSERT INTO session (hash, id, person, created_at, expires_at, seen_at, fresh_at,"
            " factors, device, address) VALUES ($1, $5, $2, $3, $4, $3, $3, 1, '', '')"),
        V(((struct bytes){f->hash, sizeof f->hash}), f->who, tx_now(tx), tx_now(tx) + USEC_HOUR,
            tx_id(tx))));
    req_session_start(rq, secret, USEC_HOUR);
    req_resume(rq, f->draft);
    return req_go(rq, S("/"));
}

static const struct permission p_staff = {"test.staff", ROLE_STAFF};
static const struct permission p_nation = {"test.nation", ROLE_NATION};
static const struct route test_routes[] = {
    {.method = GET, .path = "/", .read = read_page, .shows = VIEWS(&page_type)},
    {.method = GET, .path = "/sign-in", .flags = ROUTE_PUBLIC, .read = read_page,
        .shows = VIEWS(&page_type)},
    {.method = POST, .path = "/sign-in", .flags = ROUTE_PUBLIC, .form = &entry_form,
        .write = write_entry,
        .goes = PATHS("/")},
    {.method = POST, .path = "/note", .perm = &p_staff, .form = &note_form, .write = write_note,
        .goes = PATHS("/")},
    {.method = POST, .path = "/words/{id}", .perm = &p_staff, .form = &note_form,
        .write = write_note, .words = note_in_words,
        .goes = PATHS("/")},
    {.method = POST, .path = "/office", .perm = &p_nation, .form = &note_form, .write = write_note,
        .goes = PATHS("/")},
    {.method = POST, .path = "/open", .flags = ROUTE_PUBLIC, .form = &note_form,
        .write = write_note,
        .goes = PATHS("/")},
    {.method = POST, .path = "/bare", .perm = &p_staff, .write = write_note,
        .goes = PATHS("/")},
    {.method = POST, .path = "/read", .perm = &p_staff, .form = &note_form, .read = read_page,
        .shows = VIEWS(&page_type)},
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

/* ── what a test does ── */

static int64_t written(const struct fix *f)
{
    return fix_number(f, "SELECT COUNT(*) FROM setting WHERE name='note'");
}

static bool says(const struct http_exchange *x, const char *text)
{
    return str_has(fix_reply(x), str_of(text));
}

static str cut_out(struct fix *f, const struct http_exchange *x, const char *from, char to)
{
    str page = fix_reply(x);
    const char *at = memmem(page.p, page.n, from, strlen(from));
    if (!at)
        return STR_NONE;
    at += strlen(from);
    const char *end = memchr(at, to, page.n - (size_t)(at - page.p));
    return end ? str_dup(f->a, (str){at, (size_t)(end - at)}) : STR_NONE;
}

/* The draft in the page that a POST of an ended session is answered with; empty: none. */
static str draft_of(struct fix *f, const struct ask *q)
{
    struct http_exchange *x = fix_ask(f, q);
    assert_int_equal(x->status, 401);
    str draft = cut_out(f, x, "draft=[", ']');
    fix_done(x);
    return draft;
}

static str expired_csrf(struct fix *f, enum fix_person who)
{
    str cookie = fix_sign_in(f, who), csrf = fix_csrf(f, cookie);
    fix_sql(f, "UPDATE session SET expires_at=1");
    return csrf;
}

static str body_of(struct fix *f, str csrf, const char *rest)
{
    return str_fmt(f->a, "csrf=%.*s&%s", STR_F(csrf), rest);
}

static str carried(struct fix *f, const char *target, const char *rest)
{
    return draft_of(f, &(struct ask){.method = POST, .target = target,
                           .body = body_of(f, expired_csrf(f, P_TOWN), rest)});
}

static struct http_exchange *sign_in(struct fix *f, enum fix_person who, str draft)
{
    return fix_ask(f, &(struct ask){.method = POST, .target = "/sign-in",
                          .body = str_fmt(f->a, "who=%lld&draft=%.*s",
                              (long long)f->person[who].v, STR_F(draft))});
}

/* ── carrying ── */

static void what_was_typed_is_shown_after_signing_in_and_not_executed(void **state)
{
    struct fix *f = *state;
    str draft = carried(f, "/note", "text=%3Cb%3E%22%E8%A6%8B%E6%9C%AC%22&pick=a&pick=b+c&seen=7&yes=1");
    assert_true(draft.n > 0);
    struct http_exchange *x = sign_in(f, P_TOWN, draft);
    assert_int_equal(x->status, 200);
    assert_true(fix_reply_header(x, "Set-Cookie").n > 0);
    assert_true(says(x, "<h1>保存の続き</h1>"));
    assert_true(says(x, "<form method=\"post\" action=\"/note\">"));
    assert_true(says(x, "name=\"text\" value=\"&lt;b&gt;&quot;見本&quot;\""));
    assert_true(says(x, "<dd class=\"resume-text\">&lt;b&gt;\"見本\"</dd>"));
    assert_true(says(x, "name=\"pick\" value=\"b c\""));
    assert_true(says(x, "name=\"seen\" value=\"7\""));
    assert_true(says(x, "<dt>同意</dt><dd class=\"resume-text\">はい</dd>"));
    assert_false(says(x, "<dt>版</dt>")); /* the form's own mark is sent, not shown */
    assert_false(says(x, "<b>"));
    assert_int_equal(written(f), 0);
    /* The button: the fields and this session's own token. */
    str cookie = cut_out(f, x, "name=\"csrf\" value=\"", '"');
    assert_true(cookie.n > 0);
    str set = fix_reply_header(x, "Set-Cookie"), value;
    assert_true(str_cut(&set, ';', &value));
    value = str_dup(f->a, str_sub(value, strlen("__Host-yagura="), value.n));
    fix_done(x);
    assert_str(cookie, fix_csrf(f, value));
    assert_int_equal(fix_status(f, &(struct ask){.method = POST, .target = "/note",
                                       .cookie = value, .body = body_of(f, cookie, "text=x")}), 303);
    assert_int_equal(written(f), 1);
}

static void below_a_prefix_the_button_leads_there(void **state)
{
    struct fix *f = *state;
    str csrf = STR_NONE;
    str cookie = fix_sign_in(f, P_TOWN);
    struct http_exchange *x = fix_ask(f, &(struct ask){.target = "/base", .cookie = cookie});
    csrf = cut_out(f, x, "name=\"csrf\" value=\"", '"');
    fix_done(x);
    fix_sql(f, "UPDATE session SET expires_at=1");
    str draft = draft_of(f, &(struct ask){.method = POST, .target = "/base/note",
                               .body = body_of(f, csrf, "text=a")});
    x = fix_ask(f, &(struct ask){.method = POST, .target = "/base/sign-in",
                       .body = str_fmt(f->a, "who=%lld&draft=%.*s",
                           (long long)f->person[P_TOWN].v, STR_F(draft))});
    assert_true(says(x, "action=\"/base/note\""));
    fix_done(x);
}

static void a_route_may_say_it_in_its_own_words(void **state)
{
    struct fix *f = *state;
    struct http_exchange *x = sign_in(f, P_TOWN, carried(f, "/words/a%20b", "text=x"));
    assert_true(says(x, "<dt>言葉で a b</dt>"));
    assert_true(says(x, "「x」"));
    assert_true(says(x, "action=\"/words/a%20b\""));
    fix_done(x);
}

static void the_page_to_sign_in_at_tells_nothing_of_it(void **state)
{
    struct fix *f = *state;
    str csrf = expired_csrf(f, P_TOWN);
    struct http_exchange *x = fix_ask(f, &(struct ask){.method = POST, .target = "/note",
        .body = body_of(f, csrf, "text=canary1&pick=canary2")});
    assert_false(says(x, "canary"));
    assert_str(fix_reply_header(x, "Cache-Control"), S("no-store"));
    assert_int_equal(fix_reply_header(x, "Set-Cookie").n, 0);
    fix_done(x);
}

static void an_ended_session_is_told_with_its_cookie_and_without(void **state)
{
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN), csrf = fix_csrf(f, cookie);
    struct ask q = {.method = POST, .target = "/note", .body = body_of(f, csrf, "text=a"),
        .cookie = cookie};
    fix_sql(f, "UPDATE session SET expires_at=1");
    assert_true(draft_of(f, &q).n > 0);
    fix_sql(f, "DELETE FROM session"); /* as after signing out */
    assert_true(draft_of(f, &q).n > 0);
    q.cookie = STR_NONE;
    assert_true(draft_of(f, &q).n > 0);
}

/* ── what is not carried ── */

static void only_our_own_pages_and_only_what_people_type_is_carried(void **state)
{
    struct fix *f = *state;
    str csrf = expired_csrf(f, P_TOWN);
    str good = body_of(f, csrf, "text=a");
    str other = str_dup(f->a, csrf), last = str_dup(f->a, csrf);
    memcpy((char *)(uintptr_t)(other.p + 64), "0100000000000000", 16); /* somebody else's name */
    memcpy((char *)(uintptr_t)(last.p + 104), "00000000", 8);
    const struct {
        const char *what;
        struct ask q;
    } rows[] = {
        {"another site", {.site = "cross-site", .body = good}},
        {"another host of this site", {.site = "same-site", .body = good}},
        {"no site at all", {.site = "", .body = good}},
        {"another origin", {.site = "", .origin = "http://evil", .body = good}},
        {"a program", {.accept = "application/json", .body = good}},
        {"no token", {.body = S("text=a")}},
        {"half a token", {.body = body_of(f, str_sub(csrf, 0, 64), "text=a")}},
        {"another person's name in it", {.body = body_of(f, other, "text=a")}},
        {"a wrong end", {.body = body_of(f, last, "text=a")}},
        {"a later wrong token", {.body = body_of(f, csrf, "text=a&csrf=00")}},
        {"an unknown field", {.body = body_of(f, csrf, "text=a&body=1")}},
        {"a field named like the draft", {.body = body_of(f, csrf, "text=a&draft=1")}},
        {"nothing typed", {.body = body_of(f, csrf, "text=&seen=4")}},
        {"only a secret", {.body = body_of(f, csrf, "secret=canary")}},
        {"no fields", {.body = body_of(f, csrf, "")}},
        {"no body", {.body = STR_NONE}},
        {"broken escapes", {.body = body_of(f, csrf, "text=%zz")}},
        {"another type", {.type = "multipart/form-data; boundary=x", .body = good}},
        {"a route without a form", {.target = "/bare", .body = body_of(f, csrf, "")}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct ask q = rows[i].q;
        q.method = POST;
        q.target = q.target ? q.target : "/note";
        if (draft_of(f, &q).n > 0)
            fail_msg("%s", rows[i].what);
    }
    struct ask q = {.method = POST, .target = "/note", .body = good};
    assert_true(draft_of(f, &q).n > 0);
    assert_int_equal(fix_status(f, &(struct ask){.method = POST, .target = "/absent", .body = good}), 404);
    assert_int_equal(written(f), 0);
}

static void secrets_are_left_out(void **state)
{
    struct fix *f = *state;
    struct http_exchange *x = sign_in(f, P_TOWN, carried(f, "/note", "text=a&secret=canary"));
    assert_int_equal(x->status, 200);
    assert_true(says(x, "name=\"text\" value=\"a\""));
    assert_false(says(x, "canary"));
    assert_false(says(x, "secret"));
    fix_done(x);
}

static void what_is_too_large_says_so(void **state)
{
    struct fix *f = *state;
    str csrf = expired_csrf(f, P_TOWN);
    static const struct {
        size_t n;
        bool fits;
    } rows[] = {{40000, true}, {49050, true}, {49500, false}, {900000, false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *text = arena_alloc(f->a, rows[i].n);
        memset(text, 'a', rows[i].n);
        struct ask q = {.method = POST, .target = "/note",
            .body = str_fmt(f->a, "csrf=%.*s&text=%.*s", STR_F(csrf), (int)rows[i].n, text)};
        struct http_exchange *x = fix_ask(f, &q);
        assert_int_equal(x->status, 401);
        assert_int_equal(says(x, "入力した内容が大きいため"), !rows[i].fits);
        str draft = cut_out(f, x, "draft=[", ']');
        assert_true(draft.n <= WEB_DRAFT && (draft.n > 0) == rows[i].fits);
        fix_done(x);
        if (!rows[i].fits)
            continue;
        x = sign_in(f, P_TOWN, draft);
        assert_int_equal(x->status, 200);
        fix_done(x);
    }
}

/* ── what is not opened ── */

static void somebody_else_is_warned_and_reads_nothing(void **state)
{
    struct fix *f = *state;
    str draft = carried(f, "/note", "text=canary");
    struct http_exchange *x = sign_in(f, P_CITY, draft);
    assert_int_equal(x->status, 200);
    assert_true(says(x, "別の人が入力した内容です"));
    assert_false(says(x, "canary"));
    assert_false(says(x, "action=\"/note\""));
    assert_str(cut_out(f, x, "name=\"draft\" value=\"", '"'), draft); /* for who typed it */
    fix_done(x);
    x = sign_in(f, P_TOWN, draft);
    assert_true(says(x, "canary"));
    fix_done(x);
}

static void a_draft_that_is_not_whole_opens_nothing(void **state)
{
    struct fix *f = *state;
    str draft = carried(f, "/note", "text=canary");
    for (size_t i = 0; i < draft.n; i += 3) {
        char *bad = arena_alloc(f->a, draft.n);
        memcpy(bad, draft.p, draft.n);
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        struct http_exchange *x = sign_in(f, P_TOWN, (str){bad, draft.n});
        if (x->status != 303 || !str_eq(fix_reply_header(x, "Location"), S("/")))
            fail_msg("byte %zu: %d", i, x->status);
        fix_done(x);
    }
    const str rows[] = {S("x"), S("AAAA"), S("%E8%A6%8B"), str_sub(draft, 0, draft.n - 4),
        str_sub(draft, 4, draft.n), str_fmt(f->a, "%.*sAAAA", STR_F(draft))};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_exchange *x = sign_in(f, P_TOWN, rows[i]);
        if (x->status != 303)
            fail_msg("row %zu: %d", i, x->status);
        fix_done(x);
    }
}

static void a_draft_of_another_installation_or_another_day_opens_nothing(void **state)
{
    struct fix *f = *state;
    str draft = carried(f, "/note", "text=canary");
    f->web->csrf_key[0] ^= 1;
    struct http_exchange *x = sign_in(f, P_TOWN, draft);
    assert_int_equal(x->status, 303);
    fix_done(x);
    f->web->csrf_key[0] ^= 1;
    f->now += 12 * USEC_HOUR;
    x = sign_in(f, P_TOWN, draft);
    assert_int_equal(x->status, 200);
    fix_done(x);
    f->now += USEC_MINUTE;
    x = sign_in(f, P_TOWN, draft);
    assert_int_equal(x->status, 303);
    fix_done(x);
}

static void a_route_that_is_not_theirs_is_not_shown(void **state)
{
    struct fix *f = *state;
    struct http_exchange *x = sign_in(f, P_TOWN, carried(f, "/office", "text=canary"));
    assert_int_equal(x->status, 303);
    fix_done(x);
}

static void no_draft_is_an_ordinary_sign_in(void **state)
{
    struct fix *f = *state;
    struct http_exchange *x = sign_in(f, P_TOWN, STR_NONE);
    assert_int_equal(x->status, 303);
    fix_done(x);
}

/* ── another session of the same browser ── */

static void a_form_of_the_session_before_is_shown_again(void **state)
{
    struct fix *f = *state;
    str before = fix_csrf(f, fix_sign_in(f, P_TOWN)), now = fix_sign_in(f, P_TOWN);
    struct ask q = {.method = POST, .target = "/note", .cookie = now,
        .body = body_of(f, before, "text=canary")};
    struct http_exchange *x = fix_ask(f, &q);
    assert_int_equal(x->status, 403);
    assert_true(says(x, "<h1>保存の続き</h1>"));
    assert_true(says(x, "canary"));
    assert_str(cut_out(f, x, "name=\"csrf\" value=\"", '"'), fix_csrf(f, now));
    fix_done(x);
    q.cookie = fix_sign_in(f, P_CITY);
    x = fix_ask(f, &q);
    assert_int_equal(x->status, 403);
    assert_true(says(x, "別の人が入力した内容です"));
    assert_false(says(x, "canary"));
    fix_done(x);
    q.site = "cross-site";
    x = fix_ask(f, &q);
    assert_int_equal(x->status, 403);
    assert_false(says(x, "別の人"));
    fix_done(x);
    assert_int_equal(written(f), 0);
}

static void a_post_that_writes_nothing_is_checked_like_any(void **state)
{
    struct fix *f = *state;
    str cookie = fix_sign_in(f, P_TOWN);
    struct ask q = {.method = POST, .target = "/read", .cookie = cookie,
        .body = body_of(f, fix_csrf(f, cookie), "text=a")};
    assert_int_equal(fix_status(f, &q), 200);
    q.site = "cross-site";
    assert_int_equal(fix_status(f, &q), 403);
    q.site = NULL;
    q.body = S("text=a");
    assert_int_equal(fix_status(f, &q), 403);
    q.cookie = fix_sign_in(f, P_NATION);
    assert_int_equal(fix_status(f, &q), 403);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_was_typed_is_shown_after_signing_in_and_not_executed, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            below_a_prefix_the_button_leads_there, setup_below, fix_teardown),
        cmocka_unit_test_setup_teardown(a_route_may_say_it_in_its_own_words, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            the_page_to_sign_in_at_tells_nothing_of_it, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            an_ended_session_is_told_with_its_cookie_and_without, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            only_our_own_pages_and_only_what_people_type_is_carried, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(secrets_are_left_out, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(what_is_too_large_says_so, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            somebody_else_is_warned_and_reads_nothing, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_draft_that_is_not_whole_opens_nothing, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_draft_of_another_installation_or_another_day_opens_nothing, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_route_that_is_not_theirs_is_not_shown, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(no_draft_is_an_ordinary_sign_in, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_form_of_the_session_before_is_shown_again, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_post_that_writes_nothing_is_checked_like_any, setup, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
