/* SPDX-License-Identifier: Apache-2.0 */
/* The dark ranges: internal ones of a body, external ones of the observation network. What is
 * typed here stands on these two pages and nowhere else, not in mails, not in the trail. */
#include "darknet/darknet_private.h"

#include "darknet_dark.ht.h"

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

static const struct place {
    enum darknet_dark_kind kind;
    enum darknet_purpose purpose;
    const char *name, *path;
} inside = {DARKNET_INTERNAL, FOR_INTERNAL, "内部の未使用アドレス", "/darknet/internal"},
  outside = {DARKNET_EXTERNAL, FOR_EXTERNAL, "観測網のアドレス", "/darknet/dark"};

static err read_rows(struct req *rq, const struct place *at, struct view_darknet_dark *v)
{
    struct darknet_darks all;
    TRY(darknet_darks(rq->db, rq->a, rq->who.scope, at->kind, &all));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_dark_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_dark *d = &all.v[i];
        str by;
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){d->person}, &by));
        v->n_dark += d->to == 0;
        v->rows.p[v->rows.n++] = (struct view_darknet_dark_rows){d->id, darknet_net_text(rq->a, &d->net),
            d->note, by, d->from, d->to};
    }
    return OK;
}

static err read_at(struct req *rq, const struct place *at)
{
    struct view_darknet_dark *v = ARENA_NEW(rq->a, struct view_darknet_dark);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_darknet_dark){.inside = at == &inside,
        .name = str_of(at->name),
        .body = rq->who.org_name,
        .errors = req_has_errors(rq),
        .typed = req_typed(rq, "ranges", STR_NONE),
        .typed_error = req_error_of(rq, "ranges"),
        .note = req_typed(rq, "note", STR_NONE),
        .note_error = req_error_of(rq, "note")};
    TRY(read_rows(rq, at, v));
    return req_show(rq, &view_darknet_dark_type, v);
}

static err internal_read(struct req *rq)
{
    return read_at(rq, &inside);
}

static err external_read(struct req *rq)
{
    return read_at(rq, &outside);
}

/* ── changes ── */

static err prepare(struct req *rq, const struct place *at)
{
    struct dark_form *f = rq->form;
    str wrong;
    TRY(darknet_ranges_parse(rq->a, f->ranges, at->purpose, web_is_demo(rq->web), &f->nets, &wrong));
    if (wrong.n)
        req_error(rq, "ranges", wrong);
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err internal_prepare(struct req *rq)
{
    return prepare(rq, &inside);
}

static err external_prepare(struct req *rq)
{
    return prepare(rq, &outside);
}

static err changed(struct tx *tx, struct req *rq, const struct place *at, str action, const char *said)
{
    struct audit_entry e = {
        .body = rq->who.org, .person = rq->who.person, .action = action, .object = S("darknet:dark")};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "%s?ok=%s", at->path, said));
}

static err add(struct tx *tx, struct req *rq, const struct place *at)
{
    const struct dark_form *f = rq->form;
    for (size_t i = 0; i < f->nets.n; i++) {
        err e = darknet_dark_add(tx, rq->who.scope, at->kind, &f->nets.v[i], f->note);
        if (e.code == ERR_CONFLICT)
            req_say(rq, str_fmt(rq->a, "%.*s は、登録済みの範囲と重なっています。先にその使用を終えてください。",
                            STR_F(darknet_net_text(rq->a, &f->nets.v[i]))));
        TRY(e);
    }
    return changed(tx, rq, at, S("darknet.dark.add"), "registered");
}

static err internal_write(struct tx *tx, struct req *rq)
{
    return add(tx, rq, &inside);
}

static err external_write(struct tx *tx, struct req *rq)
{
    return add(tx, rq, &outside);
}

static err end(struct tx *tx, struct req *rq, const struct place *at)
{
    int64_t id;
    TRY(req_param_i64(rq, "dark", &id));
    TRY(darknet_dark_end(tx, rq->who.scope, at->kind, id));
    return changed(tx, rq, at, S("darknet.dark.end"), "saved");
}

static err internal_end(struct tx *tx, struct req *rq)
{
    return end(tx, rq, &inside);
}

static err external_end(struct tx *tx, struct req *rq)
{
    return end(tx, rq, &outside);
}

const struct route darknet_internal_routes[] = {
    {.method = GET, .path = "/darknet/internal", .perm = &darknet_p_use, .read = internal_read,
        .shows = VIEWS(&view_darknet_dark_type)},
    {.method = POST, .path = "/darknet/internal", .perm = &darknet_p_use, .form = &dark_form,
        .read = internal_read, .prepare = internal_prepare, .write = internal_write,
        .goes = PATHS("/darknet/internal")},
    {.method = POST, .path = "/darknet/internal/{dark}/end", .perm = &darknet_p_use,
        .read = internal_read, .write = internal_end, .goes = PATHS("/darknet/internal")},
    {.path = NULL},
};

const struct route darknet_dark_routes[] = {
    {.method = GET, .path = "/darknet/dark", .perm = &darknet_p_desk, .read = external_read,
        .shows = VIEWS(&view_darknet_dark_type)},
    {.method = POST, .path = "/darknet/dark", .perm = &darknet_p_desk, .form = &dark_form,
        .read = external_read, .prepare = external_prepare, .write = external_write,
        .goes = PATHS("/darknet/dark")},
    {.method = POST, .path = "/darknet/dark/{dark}/end", .perm = &darknet_p_desk,
        .read = external_read, .write = external_end, .goes = PATHS("/darknet/dark")},
    {.path = NULL},
};
