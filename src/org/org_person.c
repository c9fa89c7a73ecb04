/* SPDX-License-Identifier: Apache-2.0 */
/* One person's name and roles; and who works in one's own body with which role. */
#include "org/org_contact.h"

#include "core/word.h"
#include "person.ht.h"
#include "roles.ht.h"

const struct permission org_p_roles = {
    "org.roles", ROLE_STAFF | ROLE_APPROVER | ROLE_CISO | ROLE_ADMIN};

const struct measure org_measures[] = {
    [ORG_MEASURE_CISO] = {"org.ciso_holder", "CISOの役割を持つ人", "人", "/roles",
        org_ciso_holder},
    [ORG_MEASURE_TWO_FACTOR] = {"org.two_factor_share",
        "Yaguraに二つの要素でサインインする人の割合", "%", "/roles", org_two_factor_share},
    [ORG_MEASURE_CONTACTS] = {"org.contacts_age", "緊急連絡先の一覧を確認してからの日数", "日",
        "/contacts", org_contacts_age},
    [ORG_MEASURES] = {NULL, NULL, NULL, NULL, NULL},
};

err org_people_changed(struct tx *tx, struct req *rq, body_id body)
{
    TRY(req_measure(tx, rq, body.v, &org_measures[ORG_MEASURE_CISO]));
    return req_measure(tx, rq, body.v, &org_measures[ORG_MEASURE_TWO_FACTOR]);
}

static const struct word roles[] = {
    {ROLE_STAFF, S("staff"), S("担当者：自団体の調査に答える")},
    {ROLE_SECTION, S("section"), S("各課の回答者：自分の課に割り当てられた項目に答える")},
    {ROLE_APPROVER, S("approver"), S("所属長（課長）：担当者の回答を確かめる")},
    {ROLE_CISO, S("ciso"), S("CISO：回答を承認して提出する")},
    {ROLE_ADMIN, S("admin"), S("団体管理者：自団体の利用者を登録し、役割を変える")},
    {ROLE_PREF, S("pref"), S("都道府県の取りまとめ担当")},
    {ROLE_NATION, S("nation"), S("国の担当")},
    {ROLE_SYSTEM, S("system"), S("システム管理者")},
};

enum {
    LOCAL_ROLES = ROLE_STAFF | ROLE_SECTION | ROLE_APPROVER | ROLE_CISO | ROLE_ADMIN,
    OFFICE_ROLES = ROLE_NATION | ROLE_SYSTEM,
    OWN_LOCK = ROLE_ADMIN | ROLE_SYSTEM /* what nobody takes from oneself */
};

/* Roles that somebody of this body can have at all. */
static uint32_t roles_of_class(enum body_class c)
{
    return c == CLASS_OFFICE ? OFFICE_ROLES
        : c == CLASS_PREFECTURE ? LOCAL_ROLES | ROLE_PREF : LOCAL_ROLES;
}

/* What the page offers: possible in that body, and the reader's to give. */
static uint32_t offered(const struct req *rq, enum body_class c)
{
    uint32_t out = 0;
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (org_may_give(rq, (uint32_t)roles[i].value))
            out |= (uint32_t)roles[i].value;
    return out & roles_of_class(c);
}

static err load(struct db *db, struct req *rq, struct person *p, struct body *b)
{
    person_id id;
    TRY(req_param_i64(rq, "person", &id.v));
    TRY(org_person_get(db, rq->a, rq->who.scope, id, p));
    TRY(org_body_get(db, rq->a, rq->who.scope, p->body, b));
    return org_may_give(rq, p->roles) ? OK : ERR(DENIED);
}

static bool is_held(const struct req *rq, const struct word *role, uint32_t held)
{
    if (!req_is_redraw(rq))
        return (held & (uint32_t)role->value) != 0;
    struct strs typed = req_typed_list(rq, "role");
    for (size_t i = 0; i < typed.n; i++)
        if (str_eq(typed.v[i], role->key))
            return true;
    return false;
}

static err person_read(struct req *rq)
{
    struct person p;
    struct body b;
    struct view_person *v = ARENA_NEW(rq->a, struct view_person);
    if (!v)
        return ERR(NOMEM);
    TRY(load(rq->db, rq, &p, &b));
    bool self = p.id.v == rq->who.person;
    *v = (struct view_person){.person = p.id.v,
        .login = p.login,
        .org = p.org_name,
        .active = p.active,
        .self = self,
        .name = req_typed(rq, "name", p.name),
        .name_error = req_error_of(rq, "name"),
        .role_error = req_error_of(rq, "role"),
        .errors = req_has_errors(rq),
        .seen = p.roles};
    v->roles.p = ARENA_ARRAY(rq->a, struct view_person_roles, COUNT_OF(roles));
    if (!v->roles.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(roles); i++) {
        uint32_t bit = (uint32_t)roles[i].value;
        if ((offered(rq, b.class) | p.roles) & bit)
            v->roles.p[v->roles.n++] = (struct view_person_roles){roles[i].key, roles[i].name,
                is_held(rq, &roles[i], p.roles), self && (p.roles & bit & OWN_LOCK)};
    }
    return req_show(rq, &view_person_type, v);
}

struct change {
    str name;
    struct strs role;
    int64_t seen;
};

static const struct web_field change_fields[] = {
    {.name = "name", .label = "名前", .type = FIELD_LINE, .offset = offsetof(struct change, name),
        .required = true, .max = 100},
    {.name = "role", .label = "役割", .type = FIELD_LINES,
        .offset = offsetof(struct change, role), .max = COUNT_OF(roles)},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct change, seen),
        .required = true, .least = 0, .most = UINT32_MAX},
};
static const struct web_form change_form = WEB_FORM(change_fields, change);

static bool bits_of(const struct strs *keys, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < keys->n; i++) {
        int bit = WORD_OF_KEY(roles, keys->v[i])->value;
        if (bit == 0)
            return false;
        *out |= (uint32_t)bit;
    }
    return true;
}

static err change_prepare(struct req *rq)
{
    const struct change *f = rq->form;
    struct person p;
    struct body b;
    uint32_t wanted;
    TRY(load(rq->db, rq, &p, &b));
    if (!bits_of(&f->role, &wanted) || (wanted & ~(offered(rq, b.class) | p.roles)))
        req_error(rq, "role", S("この人に与えられない役割が選ばれています。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err audit_change(
    struct tx *tx, struct req *rq, const struct person *p, uint32_t before, uint32_t after)
{
    struct audit_entry e = {.body = p->body.v,
        .person = rq->who.person,
        .action = S("org.person.change"),
        .object = str_fmt(rq->a, "person:%lld", (long long)p->id.v),
        .detail = str_fmt(rq->a, "{\"before\":%u,\"after\":%u}", before, after)};
    return audit_append(tx, &e);
}

/* Asked again on the writer: between prepare and here somebody else may have changed the roles. */
static err change_write(struct tx *tx, struct req *rq)
{
    const struct change *f = rq->form;
    struct person p;
    struct body b;
    uint32_t wanted;
    TRY(load(tx_db(tx), rq, &p, &b));
    if (p.roles != (uint32_t)f->seen) {
        req_say(rq, S("画面を開いた後に、この人の役割が変わりました。開き直してください。"));
        return ERR(STALE);
    }
    if (!bits_of(&f->role, &wanted) || (wanted & ~(offered(rq, b.class) | p.roles)))
        return ERR(DENIED);
    if (p.id.v == rq->who.person)
        wanted |= p.roles & OWN_LOCK;
    TRY(org_person_rename(tx, p.id, f->name));
    TRY(org_roles_set(tx, p.id, wanted));
    TRY(audit_change(tx, rq, &p, p.roles, wanted));
    TRY(org_people_changed(tx, rq, p.body));
    return req_go(rq, str_fmt(rq->a, "/people/%lld?ok=roles", (long long)p.id.v));
}

/* ── who works here ── */

static str sign_in_name(int64_t kinds)
{
    return kinds >= 2 ? S("二つの要素") : kinds == 1 ? S("パスワードだけ") : S("まだ設定していない");
}

static err roles_read(struct req *rq)
{
    struct staff_list list;
    struct view_roles *v = ARENA_NEW(rq->a, struct view_roles);
    if (!v)
        return ERR(NOMEM);
    TRY(org_staff(rq->db, rq->a, rq->who.scope, &list));
    *v = (struct view_roles){
        .body = rq->who.org_name, .admin = (rq->who.roles & org_p_people.roles) != 0};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_roles_rows, list.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n; i++) {
        const struct staff *s = &list.v[i];
        bool ciso = (s->roles & ROLE_CISO) != 0;
        v->ciso += ciso;
        v->accounts += s->kinds > 0;
        v->two_factor += s->kinds >= 2;
        v->rows.p[v->rows.n++] = (struct view_roles_rows){
            s->name, org_role_names(rq->a, s->roles), ciso, sign_in_name(s->kinds)};
    }
    return req_show(rq, &view_roles_type, v);
}

const struct route org_person_routes[] = {
    {.method = GET, .path = "/people/{person}", .perm = &org_p_people, .read = person_read,
        .shows = VIEWS(&view_person_type)},
    {.method = POST, .path = "/people/{person}", .perm = &org_p_people, .flags = ROUTE_FRESH,
        .form = &change_form,
        .read = person_read, .prepare = change_prepare, .write = change_write,
        .goes = PATHS("/people/{person}")},
    {.method = GET, .path = "/roles", .perm = &org_p_roles, .read = roles_read,
        .shows = VIEWS(&view_roles_type)},
    {.path = NULL},
};
