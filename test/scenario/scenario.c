/* SPDX-License-Identifier: Apache-2.0 */
/* Runs scenario files (*.scn): user stories an official could read, against the whole program
 * in this process, with a simulated clock. README.md beside it describes the lines. */
#include "main/main.h"

#include "core/convert.h"

#include <jansson.h>
#include <sodium.h>
#include <sqlite3.h>

enum { VARIABLES = 32, LINE = 4096, MAILS = 1000 };

struct scenario {
    const char *file;
    int line, failures, checks;
    char db[256];
    usec clock;
    struct arena *a;
    struct store *store;
    struct web *web;
    str login, token;
    struct {
        str name, value;
    } var[VARIABLES];
    size_t n_vars;
    struct {
        str to, text; /* the subject in the first line */
    } mail[MAILS];
    size_t n_mails;
    int status;
    json_t *view; /* of the last answer; NULL when it was not JSON */
};

static void fail(struct scenario *s, const char *what, str detail)
{
    s->failures++;
    printf("%s:%d: %s: %.*s\n", s->file, s->line, what, STR_F(detail));
}

static usec simulated(void *ctx)
{
    return ((struct scenario *)ctx)->clock;
}

/* {name} becomes what was kept under the name. */
static str expand(struct scenario *s, str text)
{
    BUF_AUTO b = BUF(LINE * 4);
    for (size_t i = 0; i < text.n; i++) {
        str rest = str_sub(text, i, text.n), name;
        bool found = false;
        if (text.p[i] == '{') {
            str inner = str_sub(rest, 1, rest.n);
            if (str_cut(&inner, '}', &name))
                for (size_t k = 0; k < s->n_vars && !found; k++)
                    if (str_eq(s->var[k].name, name)) {
                        buf_str(&b, s->var[k].value);
                        i += name.n + 1;
                        found = true;
                    }
        }
        if (!found)
            buf_char(&b, text.p[i]);
    }
    return str_dup(s->a, buf_view(&b));
}

/* ── the world ── */

static void line_world(struct scenario *s, str args)
{
    struct options o = {.db = str_fmt(s->a, "sqlite:%s", s->db), .seed = 1, .years = 3,
        .sample = true};
    jday today;
    struct store_modules mods = modules_store(s->a);
    str why;
    struct web_config config = {.auth = {.load = org_principal_load, .touch = org_session_touch}, .frame = main_frame,
        .measure = evidence_take, .mail = main_mail,
        .assets = web_assets, .demo = true, .sample = true};
    struct conf *conf;
    BUG_IF(err_is(main_conf_new(s->a, &conf)));
    config.conf = conf;
    BUG_IF(err_is(jday_parse_iso(args, &today)));
    BUG_IF(err_is(main_demo_make(&o, s->a, today)));
    s->clock = usec_of_jday_end(today - 1) + 9 * USEC_HOUR;
    err e = store_open(o.db, STORE_OWN, &mods, (struct tx_clock){simulated, s}, s->a, &s->store,
        &why);
    if (err_is(e)) {
        fail(s, "the world cannot be opened", why);
        return;
    }
    config.store = s->store;
    config.routes = modules_routes(s->a, &config.n_routes);
    BUG_IF(err_is(web_new(&config, &s->web)));
}

static void line_as(struct scenario *s, str args)
{
    struct store_modules mods = modules_store(s->a);
    BUF_AUTO out = BUF(1024);
    const struct call *call = call_find(mods.calls, mods.n_calls, S("org.token.create"));
    s->token = STR_NONE;
    if (str_eq(args, S("nobody")))
        return;
    if (err_is(call_run(store_writer(s->store), call, s->a, args, &out)))
        fail(s, "nobody has this login", args);
    s->token = str_dup(s->a, buf_view(&out));
}

static void line_wait(struct scenario *s, str args)
{
    str number;
    int64_t n = 0;
    if (!str_cut(&args, ' ', &number) || err_is(parse_i64(number, -10000, 10000, &n))) {
        fail(s, "wait takes a number and days or hours", args);
        return;
    }
    s->clock += n * (str_starts(args, S("hour")) ? USEC_HOUR : USEC_DAY);
}

/* ── requests ── */

static void request(struct scenario *s, enum http_method m, str path, str body)
{
    struct arena *a = arena_new(16 << 20);
    struct http_exchange *x = a ? ARENA_NEW(a, struct http_exchange) : NULL;
    json_error_t why;
    BUG_IF(!x);
    *x = (struct http_exchange){.method = m, .query = path, .arena = a,
        .body = BUF(HTTP_BODY_MAX), .reply = BUF(HTTP_REPLY_MAX)};
    if (!str_cut(&x->query, '?', &x->path))
        x->path = path;
    x->headers[x->n_headers++] = (struct http_header){S("Host"), S("127.0.0.1")};
    x->headers[x->n_headers++] = (struct http_header){S("Accept"), S("application/json")};
    x->headers[x->n_headers++] = (struct http_header){
        S("Content-Type"), S("application/x-www-form-urlencoded")};
    x->headers[x->n_headers++] = (struct http_header){S("Sec-Fetch-Site"), S("same-origin")};
    if (s->token.n)
        x->headers[x->n_headers++] = (struct http_header){
            S("Authorization"), str_fmt(a, "Bearer %.*s", STR_F(s->token))};
    buf_str(&x->body, body);
    web_run(s->web, x);
    json_decref(s->view);
    s->status = x->status;
    s->view = json_loadb(x->reply.p ? x->reply.p : "", x->reply.n, 0, &why);
    http_file_close(x);
    buf_free(&x->body);
    buf_free(&x->reply);
    arena_free(a);
}

static void line_get(struct scenario *s, str args)
{
    request(s, GET, args, STR_NONE);
}

/* post PATH name=value&name=value */
static void line_post(struct scenario *s, str args)
{
    str path;
    if (!str_cut(&args, ' ', &path))
        path = args;
    request(s, POST, path, args);
}

static void line_expect(struct scenario *s, str args)
{
    int64_t want = 0;
    if (err_is(parse_i64(args, 100, 599, &want)) || s->status != want)
        fail(s, "status", str_fmt(s->a, "%d, not %.*s", s->status, STR_F(args)));
}

/* rows.0.name, or rows[code=ORG-01].n: the element whose field says so. */
static const json_t *element_of(struct scenario *s, const json_t *v, str part)
{
    str name = part, test = STR_NONE;
    int64_t index;
    if (str_ends(part, S("]"))) {
        test = str_sub(part, 0, part.n - 1);
        str_cut(&test, '[', &name);
    }
    if (json_is_array(v))
        return err_is(parse_i64(name, 0, 100000, &index)) ? NULL
                                                          : json_array_get(v, (size_t)index);
    v = json_object_get(v, str_z(s->a, name));
    if (test.n == 0)
        return v;
    str key, want = test;
    size_t i;
    json_t *element;
    str_cut(&want, '=', &key);
    json_array_foreach(v, i, element)
    {
        const json_t *there = json_object_get(element, str_z(s->a, key));
        str text = json_is_integer(there) ? str_fmt(s->a, "%lld", (long long)json_integer_value(there))
                                          : str_of(json_string_value(there));
        if (str_eq(text, want))
            return element;
    }
    return NULL;
}

/* The part before the next full stop that stands in no brackets. */
static bool cut_part(str *path, str *part)
{
    int depth = 0;
    size_t n = 0;
    for (; n < path->n && (depth > 0 || path->p[n] != '.'); n++)
        depth += path->p[n] == '[' ? 1 : path->p[n] == ']' ? -1 : 0;
    *part = str_sub(*path, 0, n);
    bool there = path->n > 0;
    *path = str_sub(*path, n < path->n ? n + 1 : n, path->n);
    return there;
}

static str value_at(struct scenario *s, str path)
{
    const json_t *v = s->view;
    for (str part; v && cut_part(&path, &part);)
        v = element_of(s, v, part);
    if (json_is_string(v))
        return str_dup(s->a, str_of(json_string_value(v)));
    if (json_is_integer(v))
        return str_fmt(s->a, "%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return str_fmt(s->a, "%.1f", json_real_value(v));
    if (json_is_boolean(v))
        return json_is_true(v) ? S("true") : S("false");
    if (json_is_array(v))
        return str_fmt(s->a, "%zu rows", json_array_size(v));
    return v ? S("null") : S("(absent)");
}

/* field PATH = VALUE, or field PATH + N {kept}: the kept number and N more. */
static void line_field(struct scenario *s, str args)
{
    str path;
    str_cut(&args, ' ', &path);
    str sign = str_sub(args, 0, 2), want = str_sub(args, 2, args.n), got = value_at(s, path);
    if (str_eq(sign, S("+ "))) {
        str by;
        int64_t n = 0, base = 0;
        str_cut(&want, ' ', &by);
        if (err_is(parse_i64(by, -1000000, 1000000, &n)) ||
            err_is(parse_i64(want, INT64_MIN / 2, INT64_MAX / 2, &base)))
            fail(s, "not numbers", args);
        want = str_fmt(s->a, "%lld", (long long)(base + n));
    }
    if (!str_eq(got, want))
        fail(s, "field", str_fmt(s->a, "%.*s is \"%.*s\", not \"%.*s\"", STR_F(path), STR_F(got),
                             STR_F(want)));
}

/* keep NAME PATH */
static void line_keep(struct scenario *s, str args)
{
    str name;
    str_cut(&args, ' ', &name);
    str value = value_at(s, args);
    if (str_eq(value, S("(absent)")))
        fail(s, "nothing to keep at", args);
    for (size_t i = 0; i < s->n_vars; i++) {
        if (str_eq(s->var[i].name, name)) {
            s->var[i].value = value;
            return;
        }
    }
    BUG_IF(s->n_vars == VARIABLES);
    s->var[s->n_vars].name = str_dup(s->a, name);
    s->var[s->n_vars++].value = value;
}

/* rows N SELECT …: the one number the database gives. */
static void line_rows(struct scenario *s, str args)
{
    str want;
    sqlite3 *db;
    sqlite3_stmt *st = NULL;
    int64_t n = 0, got = -1;
    str_cut(&args, ' ', &want);
    BUG_IF(sqlite3_open_v2(s->db, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK);
    if (sqlite3_prepare_v2(db, args.p, (int)args.n, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        got = sqlite3_column_int64(st, 0);
    if (err_is(parse_i64(want, INT64_MIN, INT64_MAX, &n)) || got != n)
        fail(s, "rows", str_fmt(s->a, "%lld, not %.*s", (long long)got, STR_F(want)));
    sqlite3_finalize(st);
    sqlite3_close(db);
}

/* ── mail ── */

static str run_call(struct scenario *s, const char *name, str in)
{
    struct store_modules mods = modules_store(s->a);
    BUF_AUTO out = BUF(HANDOFF_MAX);
    const struct call *call = call_find(mods.calls, mods.n_calls, str_of(name));
    BUG_IF(!call);
    if (err_is(call_run(store_writer(s->store), call, s->a, in, &out)))
        fail(s, "the call failed", str_of(name));
    return str_dup(s->a, buf_view(&out));
}

static str text_of(struct scenario *s, const json_t *o, const char *name)
{
    return str_dup(s->a, str_of(json_string_value(json_object_get(o, name))));
}

/* Takes the next mail that is due, as the relay would; false: there is none. */
static bool deliver(struct scenario *s)
{
    json_error_t why;
    str taken = run_call(s, "mail.take", S("https://yagura.example.jp"));
    json_t *m = json_loadb(taken.p, taken.n, 0, &why);
    bool found = m && json_object_get(m, "id") && s->n_mails < MAILS;
    if (found) {
        str subject = text_of(s, m, "subject"), text = text_of(s, m, "text");
        s->mail[s->n_mails].to = text_of(s, m, "to");
        s->mail[s->n_mails++].text =
            str_fmt(s->a, "%.*s\n%.*s", STR_F(subject), STR_F(text));
        run_call(s, "mail.done",
            str_fmt(s->a, "%lld %lld sent 250 OK",
                (long long)json_integer_value(json_object_get(m, "id")),
                (long long)json_integer_value(json_object_get(m, "attempt"))));
    }
    json_decref(m);
    return found;
}

/* One round of `yagura work`. */
static void line_tick(struct scenario *s, str args)
{
    (void)args;
    run_call(s, "mail.beat", STR_NONE);
    for (const char *const *t = modules_ticks(s->a); *t; t++)
        run_call(s, *t, STR_NONE);
    while (deliver(s))
        continue;
}

/* call NAME TEXT: a write that another process asks for. */
static void line_call(struct scenario *s, str args)
{
    str name;
    str_cut(&args, ' ', &name);
    run_call(s, str_z(s->a, name), args);
}

/* mails N LOGIN [TEXT]: how many that person got so far, of those that say so. */
static void line_mails(struct scenario *s, str args)
{
    str want, login;
    int64_t n = 0, got = 0;
    str_cut(&args, ' ', &want);
    str_cut(&args, ' ', &login);
    str address = str_fmt(s->a, "%.*s@example.jp", STR_F(login));
    for (size_t i = 0; i < s->n_mails; i++)
        got += str_eq(s->mail[i].to, address) && str_has(s->mail[i].text, args);
    if (err_is(parse_i64(want, 0, MAILS, &n)) || got != n)
        fail(s, "mails", str_fmt(s->a, "%lld, not %.*s", (long long)got, STR_F(want)));
}

/* Every check of the program over the database as it is now. */
static void line_check(struct scenario *s, str args)
{
    struct db *db;
    struct audit_report audit;
    BUF_AUTO lines = BUF(1 << 20);
    struct check_report report = {.lines = &lines};
    (void)args;
    BUG_IF(err_is(store_reader(s->store, &db)) || err_is(db_read_begin(db)));
    if (err_is(audit_verify(db, &audit)))
        fail(s, "check", S("the audit trail is broken"));
    for (const struct module *const *m = modules; *m; m++)
        if ((*m)->check && err_is((*m)->check(db, s->a, &report)))
            fail(s, "check", str_of((*m)->name));
    if (report.problems)
        fail(s, "check", buf_view(&lines));
    BUG_IF(err_is(db_read_end(db)));
}

/* ── lines ── */

static const struct {
    str word;
    void (*run)(struct scenario *s, str args);
    bool checks;
} words[] = {
    {S("world"), line_world, false}, {S("as"), line_as, false}, {S("wait"), line_wait, false},
    {S("get"), line_get, false}, {S("post"), line_post, false}, {S("keep"), line_keep, false},
    {S("expect"), line_expect, true}, {S("field"), line_field, true},
    {S("rows"), line_rows, true}, {S("check"), line_check, true},
    {S("tick"), line_tick, false}, {S("call"), line_call, false}, {S("mails"), line_mails, true},
};

static void run_line(struct scenario *s, str line)
{
    str word;
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#' || !str_cut(&line, ' ', &word))
        return;
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_eq(words[i].word, word)) {
            s->checks += words[i].checks;
            words[i].run(s, expand(s, str_trim(line)));
            return;
        }
    }
    fail(s, "unknown word", word);
}

static int run_file(const char *file)
{
    char dir[] = "/tmp/yagura-scenario-XXXXXX", line[LINE];
    FILE *in = fopen(file, "r");
    static struct scenario s;
    s = (struct scenario){.file = file, .a = arena_new(256 << 20)};
    BUG_IF(!in || !s.a || !mkdtemp(dir));
    snprintf(s.db, sizeof s.db, "%s/world.db", dir);
    while (fgets(line, sizeof line, in)) {
        s.line++;
        run_line(&s, str_of(line));
    }
    fclose(in);
    json_decref(s.view);
    web_free(s.web);
    store_close(s.store);
    arena_free(s.a);
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        char path[300];
        snprintf(path, sizeof path, "%s%s", s.db, ends[i]);
        unlink(path);
    }
    rmdir(dir);
    printf("%s: %d checks, %d failed\n", file, s.checks, s.failures);
    return s.failures > 0 || s.checks == 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    BUG_IF(sodium_init() < 0 || err_is(convert_start()));
    for (int i = 1; i < argc; i++)
        failed |= run_file(argv[i]);
    return failed;
}
