/* SPDX-License-Identifier: Apache-2.0 */
/* 人事異動・退職: somebody leaves, and somebody else takes over what was theirs. The account stops and
 * keeps what it did; what it was responsible for moves on. */
#include "org/org_private.h"

#include "leave.ht.h"

struct leaving {
    int64_t to; /* 0: nobody takes over */
    bool roles;
};

static const struct web_field fields[] = {
    {.name = "to", .label = "後任", .type = FIELD_INT, .offset = offsetof(struct leaving, to),
        .least = 0, .most = INT64_MAX},
    {.name = "roles", .label = "役割も引き継ぐ", .type = FIELD_BOOL,
        .offset = offsetof(struct leaving, roles)},
};
static const struct web_form leaving_form = WEB_FORM(fields, leaving);

/* Who could take over: the active people of the same body. */
static err view_people(struct req *rq, const struct person *p, struct view_leave *v)
{
    struct person_list list;
    TRY(org_person_of_body(rq->db, rq->a, p->body, &list));
    v->people.p = ARENA_ARRAY(rq->a, struct view_leave_people, list.n);
    if (!v->people.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n; i++)
        if (list.v[i].id.v != p->id.v)
            v->people.p[v->people.n++] = (struct view_leave_people){list.v[i].id.v,
                list.v[i].name, org_role_names(rq->a, list.v[i].roles),
                str_eq(req_typed(rq, "to", STR_NONE),
                    str_fmt(rq->a, "%lld", (long long)list.v[i].id.v))};
    return OK;
}

static err view_sections(struct req *rq, const struct person *p, struct view_leave *v)
{
    struct strs names;
    TRY(org_sections_of(rq->db, rq->a, p->id, &names));
    v->sections.p = ARENA_ARRAY(rq->a, struct view_leave_sections, names.n);
    if (!v->sections.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < names.n; i++)
        v->sections.p[v->sections.n++] = (struct view_leave_sections){names.v[i]};
    return OK;
}

static err leave_read(struct req *rq)
{
    struct person p;
    struct view_leave *v = ARENA_NEW(rq->a, struct view_leave);
    if (!v)
        return ERR(NOMEM);
    TRY(org_other_person(rq->db, rq, &p));
    *v = (struct view_leave){.person = p.id.v,
        .name = p.name,
        .login = p.login,
        .org = p.org_name,
        .held = org_role_names(rq->a, p.roles),
        .roles = req_is_redraw(rq) && req_typed(rq, "roles", STR_NONE).n,
        .to_error = req_error_of(rq, "to")};
    TRY(view_people(rq, &p, v));
    TRY(view_sections(rq, &p, v));
    return req_show(rq, &view_leave_type, v);
}

/* The one who takes over works in the same body, and may be given what comes. */
static err find_successor(struct db *db, struct req *rq, const struct person *p, struct person *to)
{
    const struct leaving *f = rq->form;
    *to = (struct person){0};
    if (f->to == 0)
        return OK;
    err e = org_person_get(db, rq->a, rq->who.scope, (person_id){f->to}, to);
    if (e.code == ERR_NOTFOUND || (!err_is(e) &&
            (to->body.v != p->body.v || to->id.v == p->id.v || !to->active))) {
        req_error(rq, "to", S("同じ団体で今使っている人から選んでください。"));
        return ERR(INVALID);
    }
    TRY(e);
    return org_may_give(rq, to->roles) ? OK : ERR(DENIED);
}

static err leave_prepare(struct req *rq)
{
    struct person p, to;
    TRY(org_other_person(rq->db, rq, &p));
    return find_successor(rq->db, rq, &p, &to);
}

static err tell(struct tx *tx, struct req *rq, const struct person *p, const struct person *to)
{
    struct web_mail m = {.to = to->id.v,
        .kind = S("org.account"),
        .key = str_fmt(rq->a, "org.leave:%lld", (long long)p->id.v),
        .subject = S("担当を引き継ぎました"),
        .text = str_fmt(rq->a, "%.*sさんの異動により、担当を引き継ぎました。割り当てられた項目と次にすることは、"
                               "はじめの画面にあります。\n", STR_F(p->name)),
        .path = S("/")};
    return req_mail(tx, rq, &m);
}

static err hand_over(struct tx *tx, struct req *rq, const struct person *p, const struct person *to)
{
    const struct leaving *f = rq->form;
    TRY(org_sections_hand_over(tx, p->id, to->id));
    if (f->roles)
        TRY(org_roles_set(tx, to->id, to->roles | p->roles));
    return tell(tx, rq, p, to);
}

static err leave_write(struct tx *tx, struct req *rq)
{
    const struct leaving *f = rq->form;
    struct person p, to;
    TRY(org_other_person(tx_db(tx), rq, &p));
    TRY(find_successor(tx_db(tx), rq, &p, &to));
    if (to.id.v)
        TRY(hand_over(tx, rq, &p, &to));
    TRY(org_deputies_end(tx, p.id));
    TRY(org_person_lock(tx, p.id));
    TRY(org_person_activate(tx, p.id, false));
    struct audit_entry e = {.body = p.body.v,
        .person = rq->who.person,
        .action = S("org.person.leave"),
        .object = str_fmt(rq->a, "person:%lld", (long long)p.id.v),
        .detail = str_fmt(rq->a, "{\"to\":%lld,\"roles\":%s}", (long long)to.id.v,
            f->roles && to.id.v ? "true" : "false")};
    TRY(audit_append(tx, &e));
    TRY(org_people_changed(tx, rq, p.body));
    return req_go(rq, S("/people?ok=left"));
}

const struct route org_leave_routes[] = {
    {.method = GET, .path = "/people/{person}/leave", .perm = &org_p_people, .read = leave_read,
        .shows = VIEWS(&view_leave_type)},
    {.method = POST, .path = "/people/{person}/leave", .perm = &org_p_people,
        .flags = ROUTE_FRESH, .form = &leaving_form, .read = leave_read,
        .prepare = leave_prepare, .write = leave_write, .goes = PATHS("/people")},
    {.path = NULL},
};
