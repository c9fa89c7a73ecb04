/* SPDX-License-Identifier: Apache-2.0 */
/* /openapi.json and `yagura routes --openapi`: paths, answers and components. */
#include "main/openapi.h"

#include <pthread.h>

/* ── parts of addresses: one row for every {name} in a row of routes ── */

static const struct web_query parts[] = {
    {"survey", "調査の番号", true},
    {"body", "団体の番号", true},
    {"organ", "機関の番号", true},
    {"member", "構成団体の番号", true},
    {"person", "利用者の番号", true},
    {"section", "課の番号", true},
    {"deputy", "代理の番号", true},
    {"contact", "連絡先の番号", true},
    {"factor", "確認方法の番号", true},
    {"session", "サインインの番号", true},
    {"mail", "メールの番号", true},
    {"draft", "下書きの番号", true},
    {"edition", "集計の版の番号", true},
    {"file", "根拠資料の番号", true},
    {"application", "観測の申込みの番号", true},
    {"claim", "申込みの範囲の番号", true},
    {"alert", "不審な通信の通知の番号", true},
    {"suppression", "止めている通知の番号", true},
    {"recipient", "観測のお知らせの連絡先の番号", true},
    {"dark", "未使用のアドレスの範囲の番号", true},
    {"incident", "インシデントの番号", true},
    {"delivery", "知らせたものの番号", true},
    {"pack", "決まりの表の番号。0は、プログラムに付属するもの", true},
    {"product", "使っている製品の番号", true},
    {"notice", "注意喚起の番号", true},
    {"part", "質問の組の鍵", false},
    {"rule", "報告の決まりの鍵", false},
    {"answer", "受取りの鍵", false},
    {"check", "まずすることの鍵", false},
    {"move", "時刻の進め方の鍵", false},
    {"evidence", "証拠のファイルの番号", true},
    {"addressee", "決まりの表の宛先の鍵", false},
    {"code", "項目の符号", false},
    {"area", "分野の符号", false},
    {"act", "手続きの鍵", false},
    {"topic", "手引きの章の鍵", false},
    {"token", "招待のリンクの鍵", false},
};

static void put_parameter(struct json *j, const char *in, str name, const struct web_query *q)
{
    json_begin_object(j);
    json_key(j, S("name"));
    json_str(j, name);
    openapi_word(j, "in", in);
    openapi_word(j, "description", q->label);
    json_key(j, S("required"));
    json_bool(j, strcmp(in, "path") == 0);
    json_key(j, S("schema"));
    json_begin_object(j);
    openapi_word(j, "type", q->number ? "integer" : "string");
    json_end_object(j);
    json_end_object(j);
}

static const struct web_query *part_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (str_eq(str_of(parts[i].name), name))
            return &parts[i];
    fprintf(stderr, "openapi.c: {%.*s}\n", STR_F(name));
    BUG_IF(!"a part of an address without its row in openapi.c");
    return NULL;
}

static void put_parameters(struct json *j, const struct route *r)
{
    str path = str_of(r->path);
    json_key(j, S("parameters"));
    json_begin_array(j);
    for (str part; str_cut(&path, '/', &part);) {
        if (!str_starts(part, S("{")))
            continue;
        str name = str_sub(part, 1, part.n - 2);
        put_parameter(j, "path", name, part_of(name));
    }
    for (const struct web_query *q = r->query; q && q->name; q++)
        put_parameter(j, "query", str_of(q->name), q);
    json_end_array(j);
}

/* ── which views ── */

static void know_view(struct openapi *o, const struct view_type *type);

static void know_fields(struct openapi *o, const struct view_field *f)
{
    for (; f->name; f++) {
        if (f->view)
            know_view(o, f->view);
        if (f->fields)
            know_fields(o, f->fields);
    }
}

static void know_view(struct openapi *o, const struct view_type *type)
{
    for (size_t i = 0; i < o->n_views; i++)
        if (o->views[i] == type)
            return;
    BUG_IF(o->n_views == OPENAPI_VIEWS);
    o->views[o->n_views++] = type;
    know_fields(o, type->fields);
}

struct shown {
    const struct view_type *v[16];
    size_t n;
    bool elsewhere; /* it may lead to any page */
};

static void add_shown(struct shown *s, const struct view_type *const *list)
{
    for (size_t i = 0; list && list[i]; i++) {
        bool known = false;
        for (size_t k = 0; k < s->n; k++)
            known |= s->v[k] == list[i];
        BUG_IF(!known && s->n == COUNT_OF(s->v));
        if (!known)
            s->v[s->n++] = list[i];
    }
}

static const struct route *get_row(const struct openapi *o, const char *path)
{
    for (size_t i = 0; i < o->n_lists; i++)
        for (const struct route *r = o->lists[i]; r->path; r++)
            if (r->method == GET && strcmp(r->path, path) == 0)
                return r;
    return NULL;
}

/* A program that wrote is answered with the page it would be led to. */
static struct shown answers_of(const struct openapi *o, const struct route *r)
{
    struct shown s = {.n = 0};
    add_shown(&s, r->shows);
    for (size_t i = 0; r->method == POST && r->goes && r->goes[i]; i++) {
        const struct route *to = get_row(o, r->goes[i]);
        s.elsewhere |= strcmp(r->goes[i], "*") == 0;
        if (to)
            add_shown(&s, to->shows);
    }
    return s;
}

/* ── answers ── */

static void begin_response(struct json *j, const char *status, const char *description)
{
    json_key(j, str_of(status));
    json_begin_object(j);
    openapi_word(j, "description", description);
}

static void put_media(struct json *j, const char *type)
{
    bool json = str_ends(str_of(type), S("json"));
    json_key(j, str_of(type));
    json_begin_object(j);
    json_key(j, S("schema"));
    json_begin_object(j);
    openapi_word(j, "type", json ? "object" : "string");
    json_end_object(j);
    json_end_object(j);
}

static void begin_json(struct json *j)
{
    json_key(j, S("application/json"));
    json_begin_object(j);
    json_key(j, S("schema"));
}

static void put_ok(struct openapi *o, const struct route *r)
{
    struct json *j = &o->j;
    struct shown s = answers_of(o, r);
    begin_response(j, "200", r->file || r->table ? "ファイル" : r->method == POST ? "できた。次の画面の内容" : "画面の内容");
    json_key(j, S("content"));
    json_begin_object(j);
    if (r->table)
        put_media(j, "text/csv");
    if (r->file)
        put_media(j, strcmp(r->file, "*") == 0 ? "*/*" : r->file);
    if (s.elsewhere) {
        begin_json(j);
        json_begin_object(j);
        openapi_word(j, "type", "object");
        json_end_object(j);
        json_end_object(j);
    } else if (s.n) {
        begin_json(j);
        openapi_any_view(j, s.v, s.n, r->method == POST && r->goes ? "Location" : NULL);
        json_end_object(j);
    }
    if (r->shows)
        put_media(j, "text/html");
    json_end_object(j);
    json_end_object(j);
}

static void put_led_on(struct json *j)
{
    begin_response(j, "303", "次の画面へ");
    json_key(j, S("headers"));
    json_begin_object(j);
    json_key(j, S("Location"));
    json_begin_object(j);
    json_key(j, S("schema"));
    json_begin_object(j);
    openapi_word(j, "type", "string");
    openapi_word(j, "format", "uri-reference");
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
}

static void put_problem_media(struct json *j)
{
    json_key(j, S("application/problem+json"));
    json_begin_object(j);
    json_key(j, S("schema"));
    openapi_ref(j, "schemas", "Problem");
    json_end_object(j);
}

/* With what a status says besides a problem. */
static void put_refusal(struct json *j, const char *status, const char *description, const char *schema)
{
    begin_response(j, status, description);
    json_key(j, S("content"));
    json_begin_object(j);
    begin_json(j);
    openapi_ref(j, "schemas", schema);
    json_end_object(j);
    put_problem_media(j);
    json_end_object(j);
    json_end_object(j);
}

static void put_responses(struct openapi *o, const struct route *r)
{
    struct json *j = &o->j;
    json_key(j, S("responses"));
    json_begin_object(j);
    put_ok(o, r);
    if (r->goes)
        put_led_on(j);
    if (r->clash)
        put_refusal(j, "409", "ほかの人が先に保存した。両方の内容", r->clash->name);
    if (r->method == POST)
        put_refusal(j, "422", "誤りのある項目", "FormErrors");
    json_key(j, S("default"));
    openapi_ref(j, "responses", "Problem");
    json_end_object(j);
}

/* ── operations ── */

static void put_body(struct json *j, const struct route *r)
{
    static const char *const plain[] = {
        "application/json", "application/x-www-form-urlencoded", NULL};
    static const char *const with_file[] = {"multipart/form-data", NULL};
    json_key(j, S("requestBody"));
    json_begin_object(j);
    json_key(j, S("content"));
    json_begin_object(j);
    for (const char *const *t = r->upload ? with_file : plain; *t; t++) {
        json_key(j, str_of(*t));
        json_begin_object(j);
        json_key(j, S("schema"));
        openapi_form(j, r->form, r->upload);
        json_end_object(j);
    }
    json_end_object(j);
    json_end_object(j);
}

/* Either of the two: a browser's session or a program's key; of what is for people at a browser
 * only the session. */
static void put_security(struct json *j, bool programs)
{
    static const char *const names[] = {"cookie", "bearer"};
    json_key(j, S("security"));
    json_begin_array(j);
    for (size_t i = 0; i < (programs ? COUNT_OF(names) : 1); i++) {
        json_begin_object(j);
        json_key(j, str_of(names[i]));
        json_begin_array(j);
        json_end_array(j);
        json_end_object(j);
    }
    json_end_array(j);
}

/* Names, one each, of the roles that may; all of them where being signed in is enough. */
static void put_roles(struct openapi *o, const struct route *r)
{
    struct json *j = &o->j;
    bool anybody = (r->flags & ROUTE_PUBLIC) != 0;
    uint32_t roles = anybody ? 0 : r->perm ? r->perm->roles : UINT32_MAX;
    openapi_word(j, "x-permission", anybody ? "public" : r->perm ? r->perm->name : "signed-in");
    json_key(j, S("x-roles"));
    json_begin_array(j);
    for (int bit = 0; bit < 32; bit++) {
        str name = roles >> bit & 1 ? org_role_names(o->a, (uint32_t)1 << bit) : STR_NONE;
        if (name.n)
            json_str(j, name);
    }
    json_end_array(j);
    if (anybody) {
        json_key(j, S("security"));
        json_begin_array(j);
        json_end_array(j);
    } else if (r->flags & ROUTE_PERSON) {
        put_security(j, false);
    }
}

/* "post_surveys_by_survey_close" */
static str operation_id(struct arena *a, const struct route *r)
{
    BUF_AUTO b = BUF(512);
    str path = str_of(r->path);
    buf_str(&b, r->method == POST ? S("post") : S("get"));
    for (str part; str_cut(&path, '/', &part);) {
        bool given = str_starts(part, S("{"));
        if (part.n == 0)
            continue;
        buf_str(&b, given ? S("_by_") : S("_"));
        part = given ? str_sub(part, 1, part.n - 2) : part;
        for (size_t i = 0; i < part.n; i++)
            buf_char(&b, part.p[i] == '-' || part.p[i] == '.' ? '_' : part.p[i]);
    }
    return str_dup(a, buf_view(&b));
}

static void put_operation(struct openapi *o, const struct route *r, const char *tag)
{
    struct json *j = &o->j;
    json_key(j, r->method == POST ? S("post") : S("get"));
    json_begin_object(j);
    json_key(j, S("operationId"));
    json_str(j, operation_id(o->a, r));
    json_key(j, S("tags"));
    json_begin_array(j);
    json_str(j, str_of(tag));
    json_end_array(j);
    put_parameters(j, r);
    if (r->method == POST)
        put_body(j, r);
    put_responses(o, r);
    put_roles(o, r);
    json_end_object(j);
}

/* ── the document ── */

static const char *tag_of(const struct openapi *o, size_t list)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct route *const *l = (*m)->routes; l && *l; l++)
            if (*l == o->lists[list])
                return (*m)->label;
    return "全体";
}

/* What the columns of a file mean stands beside it, as CSV on the Web metadata (JSON). */
static void put_schema_path(struct openapi *o, const struct route *r, const char *tag)
{
    struct route beside = *r;
    beside.path = str_z(o->a, str_fmt(o->a, "%s/schema", r->path));
    beside.table = NULL;
    beside.file = "application/csvm+json";
    BUG_IF(!beside.path);
    json_key(&o->j, str_of(beside.path));
    json_begin_object(&o->j);
    put_operation(o, &beside, tag);
    json_end_object(&o->j);
}

/* The methods of a path stand together, at its first row. */
static void put_path(struct openapi *o, size_t list, const struct route *row)
{
    bool begun = false;
    for (size_t i = 0; i < o->n_lists; i++) {
        for (const struct route *r = o->lists[i]; r->path; r++) {
            if (strcmp(r->path, row->path) != 0)
                continue;
            if (!begun && r != row)
                return; /* written already */
            if (!begun) {
                json_key(&o->j, str_of(row->path));
                json_begin_object(&o->j);
            }
            begun = true;
            put_operation(o, r, tag_of(o, list));
        }
    }
    json_end_object(&o->j);
    if (row->table)
        put_schema_path(o, row, tag_of(o, list));
}

static void put_paths(struct openapi *o)
{
    json_key(&o->j, S("paths"));
    json_begin_object(&o->j);
    for (size_t i = 0; i < o->n_lists; i++)
        for (const struct route *r = o->lists[i]; r->path; r++)
            put_path(o, i, r);
    json_end_object(&o->j);
}

static void put_info(struct openapi *o, str base)
{
    struct json *j = &o->j;
    openapi_word(j, "openapi", "3.1.0");
    json_key(j, S("info"));
    json_begin_object(j);
    openapi_word(j, "title", "櫓（Yagura）");
    openapi_word(j, "version", YAGURA_VERSION);
    openapi_word(j, "description",
        "画面は全て、Accept: application/json を付けると JSON で読めます。書き込みは、画面と同じ内容を"
        "同じアドレスへ送ります。プログラムは yagura token create で作った鍵を Authorization: Bearer に"
        "付けます。日付は 2026-11-20、日時は 2026-11-20T14:05:00+09:00 の形です。見られるものと"
        "できることは、鍵の持ち主が画面でできることと同じです。");
    json_key(j, S("license"));
    json_begin_object(j);
    openapi_word(j, "name", "Apache-2.0");
    openapi_word(j, "identifier", "Apache-2.0");
    json_end_object(j);
    json_end_object(j);
    json_key(j, S("servers"));
    json_begin_array(j);
    json_begin_object(j);
    json_key(j, S("url"));
    json_str(j, base.n ? base : S("/"));
    json_end_object(j);
    json_end_array(j);
}

static void put_tags(struct openapi *o)
{
    json_key(&o->j, S("tags"));
    json_begin_array(&o->j);
    for (const struct module *const *m = modules; *m; m++) {
        if (!(*m)->routes)
            continue;
        json_begin_object(&o->j);
        openapi_word(&o->j, "name", (*m)->label);
        json_end_object(&o->j);
    }
    json_begin_object(&o->j);
    openapi_word(&o->j, "name", "全体");
    json_end_object(&o->j);
    json_end_array(&o->j);
}

static void put_security_schemes(struct json *j)
{
    json_key(j, S("securitySchemes"));
    json_begin_object(j);
    json_key(j, S("cookie"));
    json_begin_object(j);
    openapi_word(j, "type", "apiKey");
    openapi_word(j, "in", "cookie");
    openapi_word(j, "name", "__Host-yagura");
    openapi_word(j, "description", "サインインした画面。書き込みには csrf も要る");
    json_end_object(j);
    json_key(j, S("bearer"));
    json_begin_object(j);
    openapi_word(j, "type", "http");
    openapi_word(j, "scheme", "bearer");
    openapi_word(j, "description", "yagura token create で作った鍵");
    json_end_object(j);
    json_end_object(j);
}

static void put_components(struct openapi *o)
{
    struct json *j = &o->j;
    json_key(j, S("components"));
    json_begin_object(j);
    json_key(j, S("schemas"));
    json_begin_object(j);
    for (size_t i = 0; i < o->n_views; i++) {
        json_key(j, str_of(o->views[i]->name));
        openapi_view(j, o->views[i]);
    }
    openapi_own_schemas(j);
    json_end_object(j);
    json_key(j, S("responses"));
    json_begin_object(j);
    begin_response(j, "Problem", "できなかった。detail は、次にすることを人に伝える文");
    json_key(j, S("content"));
    json_begin_object(j);
    put_problem_media(j);
    json_end_object(j);
    json_end_object(j);
    json_end_object(j);
    put_security_schemes(j);
    json_end_object(j);
}

static void know_views(struct openapi *o)
{
    for (size_t i = 0; i < o->n_lists; i++) {
        for (const struct route *r = o->lists[i]; r->path; r++) {
            for (size_t k = 0; r->shows && r->shows[k]; k++)
                know_view(o, r->shows[k]);
            if (r->clash)
                know_view(o, r->clash);
        }
    }
}

err main_openapi_write(struct arena *a, str base, struct buf *out)
{
    struct openapi o = {.j = json_on(out), .a = a};
    o.lists = modules_routes(a, &o.n_lists);
    know_views(&o);
    json_begin_object(&o.j);
    put_info(&o, base);
    put_tags(&o);
    put_security(&o.j, true);
    put_paths(&o);
    put_components(&o);
    json_end_object(&o.j);
    TRY(json_finish(&o.j));
    buf_char(out, '\n');
    return arena_failed(a) ? ERR(NOMEM) : buf_status(out);
}

/* ── the page ── */

static struct {
    pthread_once_t once;
    struct buf text; /* the tables do not change while the program runs */
    err result;
    str base;
} made = {.once = PTHREAD_ONCE_INIT};

void main_openapi_under(str base)
{
    made.base = base;
}

static void make(void)
{
    ARENA_AUTO a = arena_new(1 << 20);
    made.text = BUF(OPENAPI_MAX);
    made.result = a ? main_openapi_write(a, made.base, &made.text) : ERR(NOMEM);
}

err main_openapi_read(struct req *rq)
{
    pthread_once(&made.once, make);
    TRY(made.result);
    str text = buf_view(&made.text);
    return req_send_static(rq, "application/json; charset=utf-8",
        (struct bytes){(const uint8_t *)text.p, text.n});
}
