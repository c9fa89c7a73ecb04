/* SPDX-License-Identifier: Apache-2.0 */
/* JSON Schema of what goes out (views) and of what comes in (forms). */
#include "main/openapi.h"

void openapi_word(struct json *j, const char *key, const char *value)
{
    json_key(j, str_of(key));
    json_str(j, str_of(value));
}

void openapi_ref(struct json *j, const char *kind, const char *name)
{
    char path[160];
    int n = snprintf(path, sizeof path, "#/components/%s/%s", kind, name);
    BUG_IF(n < 0 || (size_t)n >= sizeof path);
    json_begin_object(j);
    openapi_word(j, "$ref", path);
    json_end_object(j);
}

void openapi_any_view(
    struct json *j, const struct view_type *const *views, size_t n, const char *name)
{
    if (n == 1 && !name) {
        openapi_ref(j, "schemas", views[0]->name);
        return;
    }
    json_begin_object(j);
    json_key(j, S("anyOf"));
    json_begin_array(j);
    for (size_t i = 0; i < n; i++)
        openapi_ref(j, "schemas", views[i]->name);
    if (name)
        openapi_ref(j, "schemas", name);
    json_end_array(j);
    json_end_object(j);
}

/* ── views ── */

static const struct {
    const char *type, *format;
    bool or_null;
} kinds[] = {
    [VIEW_STR] = {"string", NULL, false},
    [VIEW_URL] = {"string", "uri-reference", false},
    [VIEW_INT] = {"integer", NULL, false},
    [VIEW_BP] = {"number", NULL, false},
    [VIEW_BOOL] = {"boolean", NULL, false},
    [VIEW_TIME] = {"string", "date-time", true},
    [VIEW_DAY] = {"string", "date", true},
    [VIEW_OBJECT] = {"object", NULL, false},
    [VIEW_LIST] = {"array", NULL, false},
};

static void put_type(struct json *j, enum view_kind kind)
{
    json_key(j, S("type"));
    if (kinds[kind].or_null) {
        json_begin_array(j);
        json_str(j, str_of(kinds[kind].type));
        json_str(j, S("null"));
        json_end_array(j);
    } else {
        json_str(j, str_of(kinds[kind].type));
    }
    if (kinds[kind].format)
        openapi_word(j, "format", kinds[kind].format);
}

static void put_object(struct json *j, const struct view_field *fields);

/* What a field of the kinds object and list is made of. */
static void put_inside(struct json *j, const struct view_field *f)
{
    if (f->view)
        openapi_ref(j, "schemas", f->view->name);
    else
        put_object(j, f->fields);
}

static void put_field(struct json *j, const struct view_field *f)
{
    if (f->kind == VIEW_OBJECT) {
        put_inside(j, f);
        return;
    }
    json_begin_object(j);
    put_type(j, f->kind);
    if (f->kind == VIEW_LIST) {
        json_key(j, S("items"));
        put_inside(j, f);
    }
    json_end_object(j);
}

/* Every field is always there, and no other. */
static void put_object(struct json *j, const struct view_field *fields)
{
    json_begin_object(j);
    openapi_word(j, "type", "object");
    json_key(j, S("properties"));
    json_begin_object(j);
    for (const struct view_field *f = fields; f->name; f++) {
        json_key(j, str_of(f->name));
        put_field(j, f);
    }
    json_end_object(j);
    json_key(j, S("required"));
    json_begin_array(j);
    for (const struct view_field *f = fields; f->name; f++)
        json_str(j, str_of(f->name));
    json_end_array(j);
    json_key(j, S("additionalProperties"));
    json_bool(j, false);
    json_end_object(j);
}

void openapi_view(struct json *j, const struct view_type *type)
{
    put_object(j, type->fields);
}

/* ── forms ── */

static void put_limit(struct json *j, const char *key, int64_t value)
{
    json_key(j, str_of(key));
    json_i64(j, value);
}

static void put_text_limits(struct json *j, const struct web_field *f)
{
    if (f->required)
        put_limit(j, "minLength", 1);
    put_limit(j, "maxLength", (int64_t)web_field_most(f));
}

static void put_int_limits(struct json *j, const struct web_field *f)
{
    if (f->least == 0 && f->most == 0)
        return;
    put_limit(j, "minimum", f->least);
    if (f->most != INT64_MAX)
        put_limit(j, "maximum", f->most);
}

static void put_lines_limits(struct json *j, const struct web_field *f)
{
    json_key(j, S("items"));
    json_begin_object(j);
    openapi_word(j, "type", "string");
    put_limit(j, "maxLength", WEB_LINES_LINE);
    json_end_object(j);
    if (f->required)
        put_limit(j, "minItems", 1);
    put_limit(j, "maxItems", (int64_t)web_field_most(f));
}

static const struct {
    const char *type, *format;
    void (*limits)(struct json *j, const struct web_field *f);
} field_types[] = {
    [FIELD_LINE] = {"string", NULL, put_text_limits},
    [FIELD_TEXT] = {"string", NULL, put_text_limits},
    [FIELD_SECRET] = {"string", "password", put_text_limits},
    [FIELD_INT] = {"integer", NULL, put_int_limits},
    [FIELD_BOOL] = {"boolean", NULL, NULL},
    [FIELD_LINES] = {"array", NULL, put_lines_limits},
};

static void put_form_field(struct json *j, const struct web_field *f)
{
    json_key(j, str_of(f->name));
    json_begin_object(j);
    openapi_word(j, "title", f->label);
    openapi_word(j, "type", field_types[f->type].type);
    if (field_types[f->type].format)
        openapi_word(j, "format", field_types[f->type].format);
    if (field_types[f->type].limits)
        field_types[f->type].limits(j, f);
    json_end_object(j);
}

static void put_csrf(struct json *j)
{
    json_key(j, S("csrf"));
    json_begin_object(j);
    openapi_word(j, "title", "画面の印");
    openapi_word(j, "description", "Cookie で送るときだけ要る。画面の form にある値");
    openapi_word(j, "type", "string");
    json_end_object(j);
}

static void put_upload(struct json *j, const struct upload *u)
{
    json_key(j, str_of(u->field));
    json_begin_object(j);
    openapi_word(j, "title", u->label);
    openapi_word(j, "type", "string");
    openapi_word(j, "contentMediaType", "application/octet-stream");
    put_limit(j, "x-max-bytes", u->most);
    json_end_object(j);
}

void openapi_form(struct json *j, const struct web_form *form, const struct upload *upload)
{
    json_begin_object(j);
    openapi_word(j, "type", "object");
    json_key(j, S("properties"));
    json_begin_object(j);
    for (size_t i = 0; form && i < form->n; i++)
        put_form_field(j, &form->fields[i]);
    put_csrf(j);
    if (upload)
        put_upload(j, upload);
    json_end_object(j);
    json_key(j, S("required"));
    json_begin_array(j);
    for (size_t i = 0; form && i < form->n; i++)
        if (form->fields[i].required)
            json_str(j, str_of(form->fields[i].name));
    json_end_array(j);
    json_key(j, S("additionalProperties"));
    json_bool(j, false);
    json_end_object(j);
}

/* ── answers that are no view ── */

static const struct view_field problem[] = {
    {"type", VIEW_STR, NULL, NULL},
    {"title", VIEW_STR, NULL, NULL},
    {"status", VIEW_INT, NULL, NULL},
    {"detail", VIEW_STR, NULL, NULL},
    {"request_id", VIEW_STR, NULL, NULL},
    {NULL, VIEW_STR, NULL, NULL},
};
static const struct view_field location[] = {
    {"location", VIEW_URL, NULL, NULL},
    {NULL, VIEW_STR, NULL, NULL},
};

void openapi_own_schemas(struct json *j)
{
    json_key(j, S("Problem"));
    put_object(j, problem);
    json_key(j, S("Location"));
    put_object(j, location);
    json_key(j, S("FormErrors"));
    json_begin_object(j);
    openapi_word(j, "description", "項目の名前と、その項目について直してほしいこと");
    openapi_word(j, "type", "object");
    json_key(j, S("minProperties"));
    json_i64(j, 1);
    json_key(j, S("additionalProperties"));
    json_begin_object(j);
    openapi_word(j, "type", "string");
    json_end_object(j);
    json_end_object(j);
}
