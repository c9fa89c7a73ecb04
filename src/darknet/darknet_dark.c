/* SPDX-License-Identifier: Apache-2.0 */
/* The dark ranges: internal ones of a body, external ones of the observation network. What is
 * typed here stands on these two pages and nowhere else, not in mails, not in the trail. */
#include "darknet/darknet_private.h"

#include "darknet_external.ht.h"
#include "darknet_internal.ht.h"

struct dark_form {
    str ranges, note;
    struct net_ranges nets; /* by prepare */
};

static const struct web_field dark_fields[] = {
    {.name = "ranges", .label = "アドレスの範囲", .type = FIELD_TEXT,
        .offset = offsetof(struct dark_form, ranges), .required = true, .max = 6000},
    {.name = "note", .label = "説明", .type = FIELD_LINE, .offset = offsetof(struct dark_form, note),
        .max = 200},
};
static const struct web_form dark_form = WEB_FORM(dark_fields, dark_form);

static err load(struct req *rq, enum darknet_dark_kind kind, struct darknet_darks *all,
    int64_t *in_force, str **by)
{
    TRY(darknet_darks(rq->db, rq->a, rq->who.scope, kind, all));
    *by = ARENA_ARRAY(rq->a, str, all->n);
    *in_force = 0;
    if (!*by)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        *in_force += all->v[i].to == 0;
        TRY(org_person_name(
            rq->db, rq->a, rq->who.scope, (person_id){all->v[i].person}, &(*by)[i]));
    }
    return OK;
}

static err internal_read(struct req *rq)
{
    struct darknet_darks all;
    str *by;
    struct view_darknet_internal *v = ARENA_NEW(rq->a, struct view_darknet_internal);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_darknet_internal){.body = rq->who.org_name,
        .errors = req_has_errors(rq),
        .typed = req_typed(rq, "ranges", STR_NONE),
        .typed_error = req_error_of(rq, "ranges"),
        .note = req_typed(rq, "note", STR_NONE),
        .note_error = req_error_of(rq, "note")};
    TRY(load(rq, DARKNET_INTERNAL, &all, &v->n_dark, &by));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_internal_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->rows.p[v->rows.n++] = (struct view_darknet_internal_rows){all.v[i].id,
            darknet_net_text(rq->a, &all.v[i].net), all.v[i].note, by[i], all.v[i].from,
            all.v[i].to};
    return req_show(rq, &view_darknet_internal_type, v);
}

static err external_read(struct req *rq)
{
    struct darknet_darks all;
    str *by;
    struct view_darknet_external *v = ARENA_NEW(rq->a, struct view_darknet_external);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_darknet_external){.body = rq->who.org_name,
        .errors = req_has_errors(rq),
        .typed = req_typed(rq, "ranges", STR_NONE),
        .typed_error = req_error_of(rq, "ranges"),
        .note = req_typed(rq, "note", STR_NONE),
        .note_error = req_error_of(rq, "note")};
    TRY(load(rq, DARKNET_EXTERNAL, &all, &v->n_dark, &by));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_external_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->rows.p[v->rows.n++] = (struct view_darknet_external_rows){all.v[i].id,
            darknet_net_text(rq->a, &all.v[i].net), all.v[i].note, by[i], all.v[i].from,
            all.v[i].to};
    return req_show(rq, &view_darknet_external_type, v);
}

/* ── changes ── */

static err parse(struct req *rq, enum darknet_purpose purpose)
{
    struct dark_form *f = rq->form;
    str wrong;
    TRY(darknet_ranges_parse(rq->a, f->ranges, purpose, web_is_demo(rq->web), &f->nets, &wrong));
    if (wrong.n)
        req_error(rq, "ranges", wrong);
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err internal_prepare(struct req *rq)
{
    return parse(rq, FOR_INTERNAL);
}

static err external_prepare(struct req *rq)
{
    return parse(rq, FOR_EXTERNAL);
}

static err changed(struct tx *tx, struct req *rq, str action)
{
    struct audit_entry e = {
        .body = rq->who.org, .person = rq->who.person, .action = action, .object = S("darknet:dark")};
    return audit_append(tx, &e);
}

static err add(struct tx *tx, struct req *rq, enum darknet_dark_kind kind)
{
    const struct dark_form *f = rq->form;
    for (size_t i = 0; i < f->nets.n; i++) {
        err e = darknet_dark_add(tx, rq->who.scope, kind, &f->nets.v[i], f->note);
        if (e.code == ERR_CONFLICT)
            req_say(rq, str_fmt(rq->a, "%.*s は、登録済みの範囲と重なっています。先にその使用を終えてください。",
                            STR_F(darknet_net_text(rq->a, &f->nets.v[i]))));
        TRY(e);
    }
    return changed(tx, rq, S("darknet.dark.add"));
}

static err internal_write(struct tx *tx, struct req *rq)
{
    TRY(add(tx, rq, DARKNET_INTERNAL));
    return req_go(rq, S("/darknet/internal?ok=registered"));
}

static err external_write(struct tx *tx, struct req *rq)
{
    TRY(add(tx, rq, DARKNET_EXTERNAL));
    return req_go(rq, S("/darknet/dark?ok=registered"));
}

static err end(struct tx *tx, struct req *rq, enum darknet_dark_kind kind)
{
    int64_t id;
    TRY(req_param_i64(rq, "dark", &id));
    TRY(darknet_dark_end(tx, rq->who.scope, kind, id));
    return changed(tx, rq, S("darknet.dark.end"));
}

static err internal_end(struct tx *tx, struct req *rq)
{
    TRY(end(tx, rq, DARKNET_INTERNAL));
    return req_go(rq, S("/darknet/internal?ok=saved"));
}

static err external_end(struct tx *tx, struct req *rq)
{
    TRY(end(tx, rq, DARKNET_EXTERNAL));
    return req_go(rq, S("/darknet/dark?ok=saved"));
}

const struct route darknet_internal_routes[] = {
    {.method = GET, .path = "/darknet/internal", .perm = &darknet_p_use, .read = internal_read,
        .shows = VIEWS(&view_darknet_internal_type)},
    {.method = POST, .path = "/darknet/internal", .perm = &darknet_p_use, .form = &dark_form,
        .read = internal_read, .prepare = internal_prepare, .write = internal_write,
        .goes = PATHS("/darknet/internal")},
    {.method = POST, .path = "/darknet/internal/{dark}/end", .perm = &darknet_p_use,
        .read = internal_read, .write = internal_end, .goes = PATHS("/darknet/internal")},
    {.path = NULL},
};

const struct route darknet_dark_routes[] = {
    {.method = GET, .path = "/darknet/dark", .perm = &darknet_p_desk, .read = external_read,
        .shows = VIEWS(&view_darknet_external_type)},
    {.method = POST, .path = "/darknet/dark", .perm = &darknet_p_desk, .form = &dark_form,
        .read = external_read, .prepare = external_prepare, .write = external_write,
        .goes = PATHS("/darknet/dark")},
    {.method = POST, .path = "/darknet/dark/{dark}/end", .perm = &darknet_p_desk,
        .read = external_read, .write = external_end, .goes = PATHS("/darknet/dark")},
    {.path = NULL},
};
