/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of the own body, and who belongs to which. */
#include "org/org_private.h"

#include "core/csv.h"
#include "sections.ht.h"

const struct permission org_p_section = {"org.section", ROLE_STAFF | ROLE_ADMIN};

static bool is_member(const struct member_list *all, int64_t section, int64_t person)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->v[i].section == section && all->v[i].person == person)
            return true;
    return false;
}

static err section_row(struct req *rq, const struct section *k, const struct person_list *people,
    const struct member_list *members, struct view_sections_sections *row)
{
    *row = (struct view_sections_sections){.id = k->id, .name = k->name, .active = k->active};
    row->people.p = ARENA_ARRAY(rq->a, struct view_sections_sections_people, people->n);
    if (!row->people.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < people->n; i++)
        row->people.p[row->people.n++] = (struct view_sections_sections_people){
            people->v[i].id.v, people->v[i].name, is_member(members, k->id, people->v[i].id.v)};
    return OK;
}

struct sections {
    struct section_list all;
    struct person_list people;
    struct member_list members;
};

static err load(struct req *rq, struct sections *out)
{
    const struct scope *s = rq->who.scope;
    TRY(org_section_all(rq->db, rq->a, s, &out->all));
    TRY(org_person_colleagues(rq->db, rq->a, s, &out->people));
    return org_section_members(rq->db, rq->a, s, &out->members);
}

static err sections_read(struct req *rq)
{
    struct sections k;
    struct view_sections *v = ARENA_NEW(rq->a, struct view_sections);
    if (!v)
        return ERR(NOMEM);
    TRY(load(rq, &k));
    v->name = req_typed(rq, "name", STR_NONE);
    v->name_error = req_error_of(rq, "name");
    v->sections.p = ARENA_ARRAY(rq->a, struct view_sections_sections, k.all.n);
    if (!v->sections.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < k.all.n; i++)
        TRY(section_row(
            rq, &k.all.v[i], &k.people, &k.members, &v->sections.p[v->sections.n++]));
    return req_show(rq, &view_sections_type, v);
}

static const struct column columns[] = {
    {"section", "課", COLUMN_TEXT, NEVER_EMPTY, "課の名前"},
    {"active", "使っている", COLUMN_YESNO, NEVER_EMPTY, "項目を割り当てる先として使っているか"},
    {"person", "人", COLUMN_TEXT, MAY_BE_EMPTY, "課の人の名前。誰もいない課では空欄"},
    {"login", "ログイン名", COLUMN_TEXT, MAY_BE_EMPTY, "その人がサインインに使う名前"},
};
static const struct table table = {.title = "課の一覧",
    .about = "1行が、課の1人。誰もいない課は1行",
    .kind = "登録",
    TABLE_COLUMNS(columns)};

static void csv_section(struct csv *c, const struct sections *k, const struct section *section)
{
    size_t written = 0;
    for (size_t i = 0; i < k->people.n; i++) {
        const struct person *p = &k->people.v[i];
        if (!is_member(&k->members, section->id, p->id.v))
            continue;
        csv_str(c, section->name);
        csv_yes(c, section->active);
        csv_str(c, p->name);
        csv_str(c, p->login);
        csv_end_row(c);
        written++;
    }
    if (written > 0)
        return;
    csv_str(c, section->name);
    csv_yes(c, section->active);
    csv_none(c, 2);
    csv_end_row(c);
}

static err csv_read(struct req *rq)
{
    struct sections k;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(load(rq, &k));
    for (size_t i = 0; i < k.all.n; i++)
        csv_section(&c, &k, &k.all.v[i]);
    return req_send_csv(rq, &c, S("課の一覧"));
}

static err audit_section(struct tx *tx, struct req *rq, const char *action, int64_t id)
{
    struct audit_entry e = {.body = scope_body(rq->who.scope).v,
        .person = rq->who.person,
        .action = str_of(action),
        .object = str_fmt(rq->a, "section:%lld", (long long)id)};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/sections?ok=saved"));
}

/* ── a new one ── */

struct naming {
    str name;
};
static const struct web_field naming_fields[] = {
    {.name = "name", .label = "課の名前", .type = FIELD_LINE,
        .offset = offsetof(struct naming, name), .required = true, .max = 60},
};
static const struct web_form naming_form = WEB_FORM(naming_fields, naming);

static err add_prepare(struct req *rq)
{
    const struct naming *f = rq->form;
    struct section_list all;
    TRY(org_section_all(rq->db, rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++)
        if (str_eq(all.v[i].name, f->name))
            req_error(rq, "name", S("この名前の課は、もうあります。"));
    if (all.n >= 200)
        req_error(rq, "name", S("課は200まで登録できます。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err add_write(struct tx *tx, struct req *rq)
{
    const struct naming *f = rq->form;
    int64_t id;
    TRY(org_section_add(tx, rq->who.scope, f->name, &id));
    return audit_section(tx, rq, "org.section.add", id);
}

/* ── its end, and coming back ── */

static err stop_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "section", &id));
    TRY(org_section_end(tx, rq->who.scope, id, false));
    return audit_section(tx, rq, "org.section.stop", id);
}

static err resume_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "section", &id));
    TRY(org_section_end(tx, rq->who.scope, id, true));
    return audit_section(tx, rq, "org.section.resume", id);
}

/* ── its people: the whole list is sent ── */

struct joining {
    struct strs person;
};
static const struct web_field joining_fields[] = {
    {.name = "person", .label = "人", .type = FIELD_LINES,
        .offset = offsetof(struct joining, person), .max = 200},
};
static const struct web_form joining_form = WEB_FORM(joining_fields, joining);

static bool is_sent(const struct joining *f, int64_t person)
{
    for (size_t i = 0; i < f->person.n; i++) {
        int64_t id;
        if (!err_is(parse_i64(f->person.v[i], 1, INT64_MAX, &id)) && id == person)
            return true;
    }
    return false;
}

static err own_section(struct tx *tx, struct req *rq, int64_t id)
{
    struct section_list all;
    TRY(org_section_all(tx_db(tx), rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].id == id)
            return OK;
    return ERR(NOTFOUND);
}

static err people_write(struct tx *tx, struct req *rq)
{
    const struct joining *f = rq->form;
    struct person_list people;
    struct member_list members;
    int64_t id;
    TRY(req_param_i64(rq, "section", &id));
    TRY(own_section(tx, rq, id));
    TRY(org_person_colleagues(tx_db(tx), rq->a, rq->who.scope, &people));
    TRY(org_section_members(tx_db(tx), rq->a, rq->who.scope, &members));
    for (size_t i = 0; i < people.n; i++) {
        int64_t person = people.v[i].id.v;
        bool was = is_member(&members, id, person), will = is_sent(f, person);
        if (was != will)
            TRY(org_section_join(tx, rq->who.scope, id, person, will));
    }
    return audit_section(tx, rq, "org.section.people", id);
}

const struct route org_section_routes[] = {
    {.method = GET, .path = "/sections", .perm = &org_p_section, .read = sections_read,
        .shows = VIEWS(&view_sections_type)},
    {.method = GET, .path = "/sections/csv", .perm = &org_p_section, .table = &table,
        .read = csv_read},
    {.method = POST, .path = "/sections", .perm = &org_p_section, .form = &naming_form,
        .read = sections_read, .prepare = add_prepare, .write = add_write,
        .goes = PATHS("/sections")},
    {.method = POST, .path = "/sections/{section}/stop", .perm = &org_p_section,
        .write = stop_write,
        .goes = PATHS("/sections")},
    {.method = POST, .path = "/sections/{section}/resume", .perm = &org_p_section,
        .write = resume_write,
        .goes = PATHS("/sections")},
    {.method = POST, .path = "/sections/{section}/people", .perm = &org_p_section,
        .form = &joining_form, .read = sections_read, .write = people_write,
        .goes = PATHS("/sections")},
    {.path = NULL},
};
