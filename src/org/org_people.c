/* SPDX-License-Identifier: Apache-2.0 */
/* Registering people: the system administrator everywhere, a body's administrator in that body. */
#include "org/org_private.h"
#include "org/org_sign_in.h"

#include "core/csv.h"
#include "core/word.h"
#include "invited.ht.h"
#include "people.ht.h"

enum { LISTED = 200 };

const struct permission org_p_people = {"org.people", ROLE_ADMIN | ROLE_SYSTEM};

/* What a person can be registered as: the bits it stands for. */
static const struct word kinds[] = {
    {ROLE_STAFF, S("staff"), S("担当者：自団体の調査に答える")},
    {ROLE_STAFF | ROLE_ADMIN, S("admin"), S("担当者・団体管理者：自団体の利用者も登録する")},
    {ROLE_SECTION, S("section"), S("各課の回答者：自分の課に割り当てられた項目に答える")},
    {ROLE_APPROVER, S("approver"), S("所属長（課長）：担当者の回答を確かめる")},
    {ROLE_CISO, S("ciso"), S("CISO：回答を承認して提出する")},
    {ROLE_STAFF | ROLE_PREF, S("pref"), S("都道府県の取りまとめ担当")},
    {ROLE_NATION, S("nation"), S("国の担当")},
    {ROLE_SYSTEM, S("system"), S("システム管理者")},
};

static bool has_system(const struct req *rq)
{
    return (rq->who.roles & ROLE_SYSTEM) != 0;
}

/* A body's administrator gives no more than the body's own roles, and touches nobody who has
 * more: a new link is the whole account. */
bool org_may_give(const struct req *rq, uint32_t roles)
{
    return has_system(rq) || (roles & ~(uint32_t)(ROLE_STAFF | ROLE_SECTION | ROLE_APPROVER | ROLE_CISO | ROLE_ADMIN)) == 0;
}

/* ── the list ── */

static err people_rows(struct req *rq, struct view_people *v)
{
    struct person_list list;
    TRY(org_person_find(rq->db, rq->a, rq->who.scope, v->q, LISTED, &list));
    v->people.p = ARENA_ARRAY(rq->a, struct view_people_people, list.n);
    if (!v->people.p)
        return ERR(NOMEM);
    v->more = list.more;
    for (size_t i = 0; i < list.n; i++) {
        const struct person *p = &list.v[i];
        v->people.p[v->people.n++] = (struct view_people_people){.person = p->id.v,
            .name = p->name,
            .login = p->login,
            .org = p->org_name,
            .code6 = p->code6,
            .roles = org_role_names(rq->a, p->roles),
            .active = p->active,
            .waiting = !p->has_password,
            .open = org_may_give(rq, p->roles),
            .fixed = p->id.v == rq->who.person || !org_may_give(rq, p->roles)};
    }
    return OK;
}

static err people_form(struct req *rq, struct view_people *v)
{
    str role = req_typed(rq, "role", S("staff"));
    v->login = req_typed(rq, "login", STR_NONE);
    v->login_error = req_error_of(rq, "login");
    v->name = req_typed(rq, "name", STR_NONE);
    v->name_error = req_error_of(rq, "name");
    v->code6 = req_typed(rq, "code6", STR_NONE);
    v->code6_error = req_error_of(rq, "code6");
    v->role_error = req_error_of(rq, "role");
    v->errors = req_has_errors(rq);
    v->roles.p = ARENA_ARRAY(rq->a, struct view_people_roles, COUNT_OF(kinds));
    if (!v->roles.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (org_may_give(rq, (uint32_t)kinds[i].value))
            v->roles.p[v->roles.n++] = (struct view_people_roles){
                kinds[i].key, kinds[i].name, str_eq(kinds[i].key, role)};
    return OK;
}

static err people_read(struct req *rq)
{
    struct view_people *v = ARENA_NEW(rq->a, struct view_people);
    if (!v)
        return ERR(NOMEM);
    v->all = has_system(rq);
    v->q = req_query(rq, "q");
    TRY(people_rows(rq, v));
    TRY(people_form(rq, v));
    return req_show(rq, &view_people_type, v);
}

/* ── the list as a file ── */

static const struct column people_columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    {"login", "ログイン名", COLUMN_TEXT, KEY_COLUMN, "サインインに使う名前（メールアドレス）"},
    {"name", "名前", COLUMN_TEXT, NEVER_EMPTY, "利用者の名前"},
    {"roles", "役割", COLUMN_LIST, MAY_BE_EMPTY, "担当者、所属長、CISOなど。役割がなければ空欄"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "利用中、パスワード未設定、停止中のどれか"},
};
static const struct table people_table = {.title = "利用者",
    .about = "1行が1人",
    .kind = "登録",
    TABLE_COLUMNS(people_columns)};

static str state_text(const struct person *p)
{
    return !p->active ? S("停止中") : p->has_password ? S("利用中") : S("パスワード未設定");
}

static err people_csv_read(struct req *rq)
{
    struct person_list list;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    if (!has_system(rq))
        req_journal_body(rq, rq->who.org, S("利用者")); /* one's own */
    TRY(org_person_find(
        rq->db, rq->a, rq->who.scope, req_query(rq, "q"), CSV_ROWS, &list));
    if (list.more)
        return req_csv_too_long(rq);
    for (size_t i = 0; i < list.n; i++) {
        const struct person *p = &list.v[i];
        csv_str(&c, p->code6);
        csv_str(&c, p->org_name);
        csv_str(&c, p->login);
        csv_str(&c, p->name);
        csv_str(&c, org_role_names(rq->a, p->roles));
        csv_str(&c, state_text(p));
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("利用者"));
}

/* ── registering ── */

struct registration {
    str login, name, code6, role;
    body_id body; /* found by prepare */
    str org_name;
    uint32_t roles;
};

static const struct web_field registration_fields[] = {
    {.name = "login", .label = "ログイン名", .type = FIELD_LINE,
        .offset = offsetof(struct registration, login), .required = true, .max = 254},
    {.name = "name", .label = "名前", .type = FIELD_LINE,
        .offset = offsetof(struct registration, name), .required = true, .max = 100},
    {.name = "code6", .label = "団体コード", .type = FIELD_LINE,
        .offset = offsetof(struct registration, code6), .max = 20},
    {.name = "role", .label = "役割", .type = FIELD_LINE,
        .offset = offsetof(struct registration, role), .required = true, .max = 20},
};
static const struct web_form registration_form = WEB_FORM(registration_fields, registration);

/* Where the person will belong: by code, the own body, or the national office. */
static err find_body(struct req *rq, struct registration *f)
{
    struct body b;
    bool local = (f->roles & (ROLE_NATION | ROLE_SYSTEM)) == 0;
    char *half = arena_alloc(rq->a, f->code6.n);
    if (!half)
        return ERR(NOMEM);
    str code = str_to_halfwidth(half, f->code6);
    if (!has_system(rq) || (!local && (f->roles & ROLE_SYSTEM))) {
        TRY(org_body_get(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &b));
    } else if (!local) {
        TRY(org_office_first(rq->db, rq->a, &b));
    } else {
        err e = org_body_by_code(rq->db, rq->a, rq->who.scope, code, &b);
        if (e.code == ERR_NOTFOUND) {
            req_error(rq, "code6", code.n ? S("この団体コードの団体はありません。")
                                       : S("団体コードを入力してください。"));
            return OK;
        }
        TRY(e);
    }
    str problem = org_place_problem(f->roles, b.class);
    if (problem.n)
        req_error(rq, "role", problem);
    f->body = b.id;
    f->org_name = b.name;
    return OK;
}

static err registration_prepare(struct req *rq)
{
    struct registration *f = rq->form;
    bool taken;
    f->roles = (uint32_t)WORD_OF_KEY(kinds, f->role)->value;
    if (f->roles == 0 || !org_may_give(rq, f->roles))
        req_error(rq, "role", S("役割を選んでください。"));
    str problem = org_login_problem(f->login);
    if (problem.n)
        req_error(rq, "login", problem);
    TRY(org_login_is_taken(rq->db, f->login, &taken));
    if (taken)
        req_error(rq, "login", S("このログイン名は、もう使われています。"));
    TRY(find_body(rq, f));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err audit_person(struct tx *tx, struct req *rq, body_id body, str action, person_id p)
{
    struct audit_entry e = {.body = body.v,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "person:%lld", (long long)p.v)};
    return audit_append(tx, &e);
}

static err show_link(struct tx *tx, struct req *rq, person_id p, str name, str login, str org)
{
    struct view_invited *v = ARENA_NEW(rq->a, struct view_invited);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_invited){.name = name, .login = login, .org = org, .days = INVITE_DAYS};
    TRY(org_invite_add(tx, rq->a, p, INVITE_DAYS * USEC_DAY, &v->link));
    return req_show(rq, &view_invited_type, v);
}

static err registration_write(struct tx *tx, struct req *rq)
{
    const struct registration *f = rq->form;
    struct new_person p = {.body = f->body,
        .login = f->login,
        .name = f->name,
        .mail = f->login,
        .roles = f->roles};
    person_id id;
    TRY(org_person_add(tx, &p, &id));
    TRY(audit_person(tx, rq, f->body, S("org.person.add"), id));
    TRY(org_people_changed(tx, rq, f->body));
    return show_link(tx, rq, id, f->name, f->login, f->org_name);
}

/* ── a new link, and an end ── */

err org_other_person(struct db *db, struct req *rq, struct person *out)
{
    person_id id;
    TRY(req_param_i64(rq, "person", &id.v));
    TRY(org_person_get(db, rq->a, rq->who.scope, id, out));
    if (id.v == rq->who.person) {
        req_say(rq, S("自分自身には使えません。ほかの管理者に頼んでください。"));
        return ERR(CONFLICT);
    }
    return org_may_give(rq, out->roles) ? OK : ERR(DENIED);
}

/* The old password and every session end with the link that replaces them. */
static err link_write(struct tx *tx, struct req *rq)
{
    struct person p;
    int64_t lately;
    TRY(org_other_person(tx_db(tx), rq, &p));
    TRY(org_invite_count(tx_db(tx), p.id, tx_now(tx) - USEC_DAY, &lately));
    if (lately >= INVITES_OF_PERSON) {
        req_say(rq, str_fmt(rq->a, "この人へのリンクは、1日%d回までです。明日、もう一度作ってください。",
                        INVITES_OF_PERSON));
        return ERR(CONFLICT);
    }
    TRY(org_person_lock(tx, p.id));
    TRY(org_person_activate(tx, p.id, true));
    TRY(audit_person(tx, rq, p.body, S("org.person.link"), p.id));
    TRY(org_people_changed(tx, rq, p.body));
    return show_link(tx, rq, p.id, p.name, p.login, p.org_name);
}

static err stop_write(struct tx *tx, struct req *rq)
{
    struct person p;
    TRY(org_other_person(tx_db(tx), rq, &p));
    TRY(org_person_lock(tx, p.id));
    TRY(org_person_activate(tx, p.id, false));
    TRY(audit_person(tx, rq, p.body, S("org.person.stop"), p.id));
    TRY(org_people_changed(tx, rq, p.body));
    return req_go(rq, S("/people?ok=stopped"));
}

const struct route org_people_routes[] = {
    {.method = GET, .path = "/people", .perm = &org_p_people, .read = people_read,
        .query = QUERY(QUERY_Q), .shows = VIEWS(&view_people_type)},
    {.method = GET, .path = "/people/list/csv", .perm = &org_p_people, .flags = ROUTE_FRESH,
        .journal = JOURNAL_EXPORT, .table = &people_table, .read = people_csv_read, .query = QUERY(QUERY_Q)},
    {.method = POST, .path = "/people", .perm = &org_p_people, .flags = ROUTE_FRESH,
        .form = &registration_form,
        .read = people_read, .prepare = registration_prepare, .write = registration_write,
        .shows = VIEWS(&view_invited_type)},
    {.method = POST, .path = "/people/{person}/link", .perm = &org_p_people, .flags = ROUTE_FRESH,
        .write = link_write,
        .shows = VIEWS(&view_invited_type)},
    {.method = POST, .path = "/people/{person}/stop", .perm = &org_p_people, .flags = ROUTE_FRESH,
        .write = stop_write,
        .goes = PATHS("/people")},
    {.path = NULL},
};
