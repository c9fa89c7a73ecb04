/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: a whole request against the whole program, on a database with the fictitious
 * bodies and an open survey. The first byte chooses method, person and forms; then one line each
 * for the target and the headers, an empty line, and the body. $S in it is the survey.
 * Whatever comes in: no crash, a status, valid UTF-8, and nothing of another organisation. */
#include "test/fixture.h"

#include <jansson.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char canary[] = "canary-7f3a9c";

static struct world {
    struct fix *f;
    survey_id survey;
    str cookie[PEOPLE], csrf[PEOPLE];
    bool canary_sent; /* by the fuzzer itself: it may come back */
} world;

/* ── the world ── */

/* An answer of the town elsewhere, not submitted: nobody here may see it. */
static const char plant[] =
    "INSERT INTO fact (id, body, organ, question, question_rev, occasion, value, basis, person, at)"
    " SELECT 1, 203025, 0, i.question, i.question_rev, s.id, 'canary-7f3a9c', 1, 0, 0"
    " FROM survey s JOIN catalog_item i ON i.catalog_rev=s.catalog_rev"
    " JOIN question_rev v ON v.id=i.question_rev WHERE v.type=8";

static err open_survey(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    catalog_id catalog;
    TRY(form_catalog_publish(tx, f->a, 2026, &catalog));
    struct new_survey n = {.catalog = catalog, .title = S("調査"), .fiscal_year = 2026,
        .as_of = jday_of(2026, 10, 31), .shown_deadline = jday_of(2026, 11, 28),
        .last_submission = jday_of(2026, 12, 1), .last_correction = jday_of(2026, 12, 10)};
    return survey_open(tx, f->a, scope_system(), &n, &world.survey);
}

static void clean_up(void)
{
    void *f = world.f;
    fix_teardown(&f);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    void *f;
    fix_people_setup(&f);
    world.f = f;
    fix_write(f, open_survey, f);
    fix_sql(f, plant);
    fix_web(f);
    static const enum fix_person people[] = {P_TOWN, P_PREF, P_NATION};
    for (size_t i = 0; i < COUNT_OF(people); i++) {
        world.cookie[people[i]] = fix_sign_in(f, people[i]);
        world.csrf[people[i]] = fix_csrf(f, world.cookie[people[i]]);
    }
    atexit(clean_up);
    return 0;
}

/* ── one request ── */

static str expand(struct arena *a, str s)
{
    BUF_AUTO b = BUF(1 << 20);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '$' && i + 1 < s.n && s.p[i + 1] == 'S') {
            buf_i64(&b, world.survey.v);
            i++;
        } else {
            buf_char(&b, s.p[i]);
        }
    }
    return str_dup(a, buf_view(&b));
}

static void add_header(struct http_exchange *x, str name, str value)
{
    if (x->n_headers < HTTP_HEADERS && value.n)
        x->headers[x->n_headers++] = (struct http_header){name, value};
}

static void take_headers(struct http_exchange *x, str *rest)
{
    str line, name;
    while (str_cut(rest, '\n', &line) && line.n > 0)
        if (str_cut(&line, ':', &name))
            add_header(x, name, str_trim(line));
}

/* flags: 0x03 method, 0x0C person, 0x10 JSON wanted, 0x20 JSON sent, 0x40 with token and origin */
static int person_of(uint8_t flags)
{
    static const int people[] = {-1, P_TOWN, P_PREF, P_NATION};
    return people[flags >> 2 & 3];
}

static void build(struct http_exchange *x, uint8_t flags, str rest)
{
    static const enum http_method methods[] = {GET, POST, HTTP_OTHER, POST};
    struct arena *a = x->arena;
    int who = person_of(flags);
    rest = expand(a, rest);
    x->method = methods[flags & 3];
    if (str_cut(&rest, '\n', &x->query) && !str_cut(&x->query, '?', &x->path))
        x->path = STR_NONE;
    take_headers(x, &rest);
    add_header(x, S("Host"), S("h"));
    add_header(x, S("Accept"), flags & 0x10 ? S("application/json") : STR_NONE);
    add_header(x, S("Content-Type"),
        flags & 0x20 ? S("application/json") : S("application/x-www-form-urlencoded"));
    if (who >= 0)
        add_header(x, S("Cookie"), str_fmt(a, "__Host-yagura=%.*s", STR_F(world.cookie[who])));
    add_header(x, S("Sec-Fetch-Site"), flags & 0x40 ? S("same-origin") : STR_NONE);
    if (who >= 0 && flags & 0x40 && !(flags & 0x20))
        buf_str(&x->body, str_fmt(a, "csrf=%.*s&", STR_F(world.csrf[who])));
    buf_str(&x->body, rest);
}

static void check_reply(const struct http_exchange *x)
{
    str reply = fix_reply(x), type = fix_reply_header(x, "Content-Type");
    BUG_IF(x->status < 200 || x->status > 599);
    if (x->status == 503)
        return; /* its arena was full */
    BUG_IF(!x->fixed.p && !str_is_utf8(reply));
    if (reply.n && str_has(type, S("json"))) {
        json_error_t why;
        json_t *root = json_loadb(reply.p, reply.n, 0, &why);
        BUG_IF(!root);
        json_decref(root);
    }
    BUG_IF(str_has(reply, str_of(canary)) && !world.canary_sent);
    for (size_t i = 0; i < x->n_out; i++)
        for (size_t k = 0; k < x->out[i].value.n; k++)
            BUG_IF((unsigned char)x->out[i].value.p[k] < 0x20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct arena *a = arena_new(8 << 20);
    struct http_exchange *x = a ? ARENA_NEW(a, struct http_exchange) : NULL;
    BUG_IF(!x);
    *x = (struct http_exchange){
        .arena = a, .body = BUF(HTTP_BODY_MAX), .reply = BUF(HTTP_REPLY_MAX)};
    str input = {(const char *)data + 1, size - 1};
    world.canary_sent = world.canary_sent || str_has(input, str_of(canary));
    build(x, data[0], input);
    if (!err_is(http_guard(x->headers, x->n_headers)) && !err_is(buf_status(&x->body))) {
        web_run(world.f->web, x);
        check_reply(x);
    }
    fix_done(x);
    return 0;
}
