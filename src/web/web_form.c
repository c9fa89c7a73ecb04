/* SPDX-License-Identifier: Apache-2.0 */
/* Forms: urlencoded or JSON bodies become the typed struct of the route, or messages beside the
 * fields. An unknown field is refused: a misspelled one would be lost silently. */
#include "web/web_private.h"

#include "core/mynumber.h"

#include <jansson.h>

static str text(struct req_private *p, const char *label, const char *rest)
{
    return str_fmt(p->rq.a, "%s%s", label, rest);
}

/* ── the body ── */

static err add(struct req_private *p, str name, str value)
{
    if (p->typed.n == MAX_PAIRS)
        return ERR(LIMIT);
    p->typed.v[p->typed.n++] = (struct pair){name, value};
    return OK;
}

static err add_json(struct req_private *p, str name, const json_t *v)
{
    if (json_is_string(v))
        return add(p, name,
            str_dup(p->rq.a, (str){json_string_value(v), json_string_length(v)}));
    if (json_is_integer(v))
        return add(p, name, str_fmt(p->rq.a, "%" JSON_INTEGER_FORMAT, json_integer_value(v)));
    if (json_is_real(v))
        return add(p, name, str_fmt(p->rq.a, "%.10g", json_real_value(v)));
    if (json_is_boolean(v))
        return add(p, name, json_is_true(v) ? S("1") : S("0"));
    return json_is_null(v) ? OK : ERR(INVALID);
}

static err json_pairs(struct req_private *p, json_t *root)
{
    const char *key;
    json_t *v, *element;
    size_t i;
    p->typed.v = ARENA_ARRAY(p->rq.a, struct pair, MAX_PAIRS);
    if (!p->typed.v)
        return ERR(NOMEM);
    json_object_foreach(root, key, v)
    {
        str name = str_dup(p->rq.a, str_of(key));
        if (!json_is_array(v)) {
            TRY(add_json(p, name, v));
            continue;
        }
        json_array_foreach(v, i, element) TRY(add_json(p, name, element));
    }
    return OK;
}

static err parse_json_body(struct req_private *p)
{
    json_error_t why;
    str body = buf_view(&p->rq.x->body);
    json_t *root = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(root)) {
        json_decref(root);
        req_say(&p->rq, S("本文が JSON のオブジェクトではありません。"));
        return ERR(INVALID);
    }
    err e = json_pairs(p, root);
    json_decref(root);
    return e;
}

static err parse_body(struct req_private *p)
{
    str type = http_header(p->rq.x, "content-type");
    str body = buf_view(&p->rq.x->body);
    if (body.n == 0)
        return OK;
    if (str_starts(type, S("application/json")))
        return parse_json_body(p);
    if (!str_starts(type, S("application/x-www-form-urlencoded"))) {
        req_say(&p->rq, S("この形式の本文は受け取れません。"));
        return ERR(INVALID);
    }
    return route_split_query(p->rq.a, body, &p->typed);
}

/* ── fields ── */

const struct web_field *web_form_field(const struct web_form *form, str name)
{
    for (size_t i = 0; form && i < form->n; i++)
        if (str_eq(str_of(form->fields[i].name), name))
            return &form->fields[i];
    return NULL;
}

static err refuse_unknown(struct req_private *p)
{
    for (size_t i = 0; i < p->typed.n; i++) {
        str name = p->typed.v[i].name;
        if (str_eq(name, S("csrf")) || web_form_field(p->rq.route->form, name))
            continue;
        req_say(&p->rq, str_fmt(p->rq.a, "知らない項目「%.*s」があります。", STR_F(name)));
        return ERR(INVALID);
    }
    return OK;
}

size_t web_field_most(const struct web_field *f)
{
    return f->max ? f->max : f->type == FIELD_LINES ? 32 : 200;
}

static str without_cr(struct arena *a, str s)
{
    char *dst = arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; dst && i < s.n; i++)
        if (s.p[i] != '\r')
            dst[n++] = s.p[i];
    return (str){dst, n};
}

static bool has_control(str s, bool lines)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 && !(lines && (s.p[i] == '\n' || s.p[i] == '\t')))
            return true;
    return false;
}

static void parse_str(struct req_private *p, const struct web_field *f, str raw, str *out)
{
    size_t max = web_field_most(f);
    *out = f->type == FIELD_SECRET ? raw : str_trim(without_cr(p->rq.a, raw));
    if (f->required && out->n == 0)
        req_error(&p->rq, f->name, text(p, f->label, "を入力してください。"));
    else if (str_chars(*out) > max)
        req_error(&p->rq, f->name,
            str_fmt(p->rq.a, "%sは%zu文字までで入力してください。", f->label, max));
    else if (f->type != FIELD_SECRET && has_control(*out, f->type != FIELD_LINE))
        req_error(&p->rq, f->name, text(p, f->label, "に使えない文字があります。"));
    else if (f->type == FIELD_TEXT && mynumber_is_in(*out))
        req_error(&p->rq, f->name,
            text(p, f->label, "に個人番号と思われる12桁の数字があります。消してから送ってください。"));
}

static void parse_int(struct req_private *p, const struct web_field *f, str raw, int64_t *out)
{
    char *half = arena_alloc(p->rq.a, raw.n);
    if (!half)
        return;
    str s = str_typed_number(half, raw);
    bool any = f->least == 0 && f->most == 0;
    if (s.n == 0) {
        if (f->required)
            req_error(&p->rq, f->name, text(p, f->label, "を入力してください。"));
    } else if (err_is(parse_i64(s, any ? INT64_MIN : f->least, any ? INT64_MAX : f->most, out))) {
        req_error(&p->rq, f->name, any ? text(p, f->label, "は数字で入力してください。")
                                       : str_fmt(p->rq.a,
                                             "%sは%lld以上%lld以下の数字で入力してください。",
                                             f->label, (long long)f->least, (long long)f->most));
    }
}

static void parse_lines(struct req_private *p, const struct web_field *f, struct strs *out)
{
    struct web_field one = {
        .name = f->name, .label = f->label, .type = FIELD_LINES, .max = WEB_LINES_LINE};
    size_t max = web_field_most(f);
    out->v = ARENA_ARRAY(p->rq.a, str, max);
    for (size_t i = 0; out->v && i < p->typed.n; i++) {
        if (!str_eq(p->typed.v[i].name, str_of(f->name)))
            continue;
        if (out->n == max) {
            req_error(&p->rq, f->name, text(p, f->label, "が多すぎます。"));
            return;
        }
        parse_str(p, &one, p->typed.v[i].value, &out->v[out->n]);
        if (out->v[out->n].n > 0)
            out->n++;
    }
    if (f->required && out->n == 0)
        req_error(&p->rq, f->name, text(p, f->label, "を選んでください。"));
}

static void parse_field(struct req_private *p, const struct web_field *f, char *form)
{
    void *at = form + f->offset;
    str raw = STR_NONE;
    for (size_t i = 0; i < p->typed.n && f->type != FIELD_LINES; i++)
        if (str_eq(p->typed.v[i].name, str_of(f->name)))
            raw = p->typed.v[i].value;
    switch (f->type) {
    case FIELD_LINE:
    case FIELD_TEXT:
    case FIELD_SECRET:
        parse_str(p, f, raw, at);
        break;
    case FIELD_INT:
        parse_int(p, f, raw, at);
        break;
    case FIELD_BOOL:
        *(bool *)at = raw.n > 0 && !str_eq(raw, S("0")) && !str_eq(raw, S("false"));
        break;
    case FIELD_LINES:
        parse_lines(p, f, at);
        break;
    }
}

err web_form_parse(struct req_private *p)
{
    const struct web_form *form = p->rq.route->form;
    TRY(parse_body(p));
    p->body_read = true;
    TRY(refuse_unknown(p));
    char *parsed = arena_alloc(p->rq.a, form ? form->size : 1);
    if (!parsed)
        return ERR(NOMEM);
    for (size_t i = 0; form && i < form->n; i++)
        parse_field(p, &form->fields[i], parsed);
    p->rq.form = parsed;
    return p->n_errors ? ERR(INVALID) : OK;
}
