/* SPDX-License-Identifier: Apache-2.0 */
/* The emergency contacts of others, for the prefecture and the nation: in an incident somebody
 * must be reached. */
#include "org/org_contact.h"

#include "bodies_contacts.ht.h"
#include "body_contacts.ht.h"

const struct permission org_p_contacts_read = {"org.contacts.read", ROLE_PREF | ROLE_NATION};

enum { PAGE = 100, OLD_DAYS = 183 };

static bool is_shown(const struct contact_state *s, str show, str q, usec now)
{
    bool old = s->confirmed_at && now - s->confirmed_at > OLD_DAYS * USEC_DAY;
    if (str_eq(show, S("none")) && s->n > 0)
        return false;
    if (str_eq(show, S("unconfirmed")) && s->confirmed_at)
        return false;
    if (str_eq(show, S("old")) && !old)
        return false;
    return q.n == 0 || str_has(s->body.name, q) || str_has(s->body.code6, q);
}

static err bodies_read(struct req *rq)
{
    struct contact_states all;
    struct view_bodies_contacts *v = ARENA_NEW(rq->a, struct view_bodies_contacts);
    if (!v)
        return ERR(NOMEM);
    TRY(org_contact_states(rq->db, rq->a, rq->who.scope, &all));
    *v = (struct view_bodies_contacts){.show = req_query(rq, "show"), .q = req_query(rq, "q"),
        .page = req_page(rq), .own = (org_p_contacts.roles & rq->who.roles) != 0};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_bodies_contacts_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct contact_state *s = &all.v[i];
        v->bodies++;
        v->registered += s->n > 0;
        v->confirmed += s->confirmed_at && rq->now - s->confirmed_at <= OLD_DAYS * USEC_DAY;
        if (!is_shown(s, v->show, v->q, rq->now))
            continue;
        if (v->found++ / PAGE == v->page - 1)
            v->rows.p[v->rows.n++] = (struct view_bodies_contacts_rows){
                s->body.id.v, s->body.code6, s->body.name, s->n, s->confirmed_at};
    }
    v->pages = (v->found + PAGE - 1) / PAGE;
    v->before = v->page > 1 ? v->page - 1 : 0;
    v->after = v->page < v->pages ? v->page + 1 : 0;
    return req_show(rq, &view_bodies_contacts_type, v);
}

static err load(struct req *rq, struct body *b, struct contact_list *list)
{
    TRY(req_param_i64(rq, "body", &b->id.v));
    TRY(org_body_get(rq->db, rq->a, rq->who.scope, b->id, b));
    if (b->class == CLASS_OFFICE)
        return ERR(NOTFOUND);
    return org_contacts(rq->db, rq->a, rq->who.scope, b->id, list);
}

static err body_read(struct req *rq)
{
    struct body b;
    struct contact_list list;
    struct view_body_contacts *v = ARENA_NEW(rq->a, struct view_body_contacts);
    if (!v)
        return ERR(NOMEM);
    TRY(load(rq, &b, &list));
    *v = (struct view_body_contacts){.id = b.id.v, .body = b.name, .code6 = b.code6,
        .confirmed_at = list.confirmed_at};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_body_contacts_rows, list.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n; i++) {
        const struct contact *c = &list.v[i];
        v->rows.p[v->rows.n++] = (struct view_body_contacts_rows){
            org_contact_kind_name(c->kind), c->name, c->phone, c->mail, c->hours};
    }
    return req_show(rq, &view_body_contacts_type, v);
}

static err csv_read(struct req *rq)
{
    struct body b;
    struct contact_list list;
    TRY(load(rq, &b, &list));
    return org_contacts_csv(rq, &b, &list);
}

const struct route org_contact_office_routes[] = {
    {.method = GET, .path = "/contacts/of", .perm = &org_p_contacts_read, .read = bodies_read,
        .query = QUERY({"show", "表示を絞り込む鍵。選べるものは答えの中にある", false}, QUERY_Q, QUERY_PAGE),
        .shows = VIEWS(&view_bodies_contacts_type)},
    {.method = GET, .path = "/contacts/of/{body}", .perm = &org_p_contacts_read,
        .read = body_read,
        .shows = VIEWS(&view_body_contacts_type)},
    {.method = GET, .path = "/contacts/of/{body}/csv", .perm = &org_p_contacts_read,
        .table = &org_contacts_table, .read = csv_read},
    {.path = NULL},
};
