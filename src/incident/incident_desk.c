/* SPDX-License-Identifier: Apache-2.0 */
/* How an office receives: who of it is called for what is grave, in which order (R57); and, for the nation, which office
 * receives what the rules mean for a recipient. */
#include "incident/incident_private.h"

#include "incident_duty.ht.h"
#include "incident_offices.ht.h"

static err note(struct tx *tx, struct req *rq, str action, str object)
{
    struct audit_entry e = {.body = rq->who.org, .person = rq->who.person, .action = action, .object = object};
    return audit_append(tx, &e);
}

/* ── who is called ── */

enum { PLACES = 5 };
struct duty_form {
    struct strs people; /* ids, in order; empty ones are left out */
    struct person_ids ids;
};
static const struct web_field duty_fields[] = {
    {.name = "people", .label = "当番", .type = FIELD_LINES, .offset = offsetof(struct duty_form, people), .max = PLACES}};
static const struct web_form duty_form = WEB_FORM(duty_fields, duty_form);

static err show_place(struct req *rq, const struct person_ids *all, const struct person_ids *now, size_t place,
    struct view_incident_duty *v)
{
    struct view_incident_duty_places *row = &v->places.p[v->places.n++];
    *row = (struct view_incident_duty_places){.number = (int64_t)place + 1};
    row->people.p = ARENA_ARRAY(rq->a, struct view_incident_duty_places_people, all->n);
    if (!row->people.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        struct view_incident_duty_places_people *one = &row->people.p[row->people.n++];
        *one = (struct view_incident_duty_places_people){.id = all->v[i].v, .chosen = place < now->n && now->v[place].v == all->v[i].v};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, all->v[i], &one->name));
    }
    return OK;
}

static err duty_read(struct req *rq)
{
    struct person_ids all, now;
    struct view_incident_duty *v = ARENA_NEW(rq->a, struct view_incident_duty);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_incident_duty){.office = rq->who.org_name, .error = req_error_of(rq, "people")};
    TRY(org_receivers(rq->db, scope_body(rq->who.scope), &all));
    TRY(flow_duty_of(rq->db, scope_body(rq->who.scope).v, &now));
    v->set = now.n != 0;
    v->places.p = ARENA_ARRAY(rq->a, struct view_incident_duty_places, PLACES);
    if (!v->places.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < PLACES; i++)
        TRY(show_place(rq, &all, &now, i, v));
    return req_show(rq, &view_incident_duty_type, v);
}

static bool has(const struct person_ids *ids, int64_t id)
{
    for (size_t i = 0; i < ids->n; i++)
        if (ids->v[i].v == id)
            return true;
    return false;
}

static err duty_prepare(struct req *rq)
{
    struct duty_form *f = rq->form;
    struct person_ids all;
    TRY(org_receivers(rq->db, scope_body(rq->who.scope), &all));
    for (size_t i = 0; i < f->people.n; i++) {
        int64_t id;
        if (f->people.v[i].n == 0)
            continue;
        if (err_is(parse_i64(f->people.v[i], 1, INT64_MAX, &id)) || !has(&all, id))
            req_error(rq, "people", S("一覧から選んでください。"));
        else if (has(&f->ids, id))
            req_error(rq, "people", S("同じ人が2回選ばれています。"));
        else
            f->ids.v[f->ids.n++] = (person_id){id};
    }
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err duty_write(struct tx *tx, struct req *rq)
{
    const struct duty_form *f = rq->form;
    TRY(flow_duty_set(tx, scope_body(rq->who.scope).v, &f->ids));
    TRY(note(tx, rq, S("incident.duty"), str_fmt(rq->a, "people:%zu", f->ids.n)));
    return req_go(rq, S("/incidents/duty?ok=saved"));
}

/* ── who receives ── */

static err show_recipient(struct req *rq, const struct rule_recipient *to, const struct body_list *all, struct view_incident_offices *v)
{
    int64_t office;
    struct view_incident_offices_recipients *row = &v->recipients.p[v->recipients.n++];
    TRY(incident_office_of(rq->db, to->key, 0, &office));
    *row = (struct view_incident_offices_recipients){.key = to->key, .name = to->name, .contact = to->contact};
    row->offices.p = ARENA_ARRAY(rq->a, struct view_incident_offices_recipients_offices, all->n);
    if (!row->offices.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++)
        row->offices.p[row->offices.n++] = (struct view_incident_offices_recipients_offices){all->v[i].id.v, all->v[i].name,
            all->v[i].id.v == office};
    return OK;
}

static err offices_read(struct req *rq)
{
    struct body_list all;
    size_t n;
    const struct rule_recipient *list = rule_pack_recipients(incident_pack(), &n);
    struct view_incident_offices *v = ARENA_NEW(rq->a, struct view_incident_offices);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_offices(rq->db, rq->a, &all));
    v->recipients.p = ARENA_ARRAY(rq->a, struct view_incident_offices_recipients, n);
    if (!v->recipients.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        if (!str_eq(list[i].key, S("pref")) && !str_eq(list[i].key, S("persons")))
            TRY(show_recipient(rq, &list[i], &all, v));
    return req_show(rq, &view_incident_offices_type, v);
}

struct office_form {
    int64_t office;
};
static const struct web_field office_fields[] = {{.name = "office", .label = "受け取る機関", .type = FIELD_INT,
    .offset = offsetof(struct office_form, office), .least = 0, .most = INT64_MAX}};
static const struct web_form office_form = WEB_FORM(office_fields, office_form);

static err office_write(struct tx *tx, struct req *rq)
{
    const struct office_form *f = rq->form;
    const struct rule_recipient *to = rule_pack_recipient(incident_pack(), req_param(rq, "addressee"));
    struct body_list all;
    bool there = f->office == 0;
    TRY(incident_offices(tx_db(tx), rq->a, &all));
    for (size_t i = 0; i < all.n; i++)
        there = there || all.v[i].id.v == f->office;
    if (!to || !there || str_eq(to->key, S("pref")) || str_eq(to->key, S("persons")))
        return ERR(NOTFOUND);
    TRY(incident_office_set(tx, to->key, f->office, rq->who.person));
    TRY(note(tx, rq, S("incident.office"), str_fmt(rq->a, "recipient:%.*s/office:%lld", STR_F(to->key), (long long)f->office)));
    return req_go(rq, S("/incidents/offices?ok=saved"));
}

const struct route incident_desk_routes[] = {
    {.method = GET, .path = "/incidents/duty", .perm = &incident_p_receive, .read = duty_read,
        .shows = VIEWS(&view_incident_duty_type)},
    {.method = POST, .path = "/incidents/duty", .perm = &incident_p_receive, .form = &duty_form, .read = duty_read,
        .prepare = duty_prepare, .write = duty_write, .goes = PATHS("/incidents/duty")},
    {.method = GET, .path = "/incidents/offices", .perm = &incident_p_offices, .read = offices_read,
        .shows = VIEWS(&view_incident_offices_type)},
    {.method = POST, .path = "/incidents/offices/{addressee}", .perm = &incident_p_offices, .form = &office_form,
        .read = offices_read, .write = office_write, .goes = PATHS("/incidents/offices")},
    {.path = NULL},
};
