/* SPDX-License-Identifier: Apache-2.0 */
/* One's own account: factors, recovery codes, where one is signed in, and the password. */
#include "org/org_sign_in.h"

#include "account.ht.h"
#include "password.ht.h"

static str factor_kind(enum factor_kind k)
{
    switch (k) {
    case FACTOR_TOTP:
        return S("認証アプリ");
    case FACTOR_PASSKEY:
        return S("パスキー");
    }
    return STR_NONE;
}

static err put_factors(struct req *rq, person_id p, struct view_account *v)
{
    struct factor_list list;
    TRY(org_factor_all(rq->db, rq->a, p, &list));
    v->factors.p = ARENA_ARRAY(rq->a, struct view_account_factors, list.n);
    if (!v->factors.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n; i++)
        v->factors.p[v->factors.n++] = (struct view_account_factors){.factor = list.v[i].id,
            .name = list.v[i].name,
            .kind = factor_kind(list.v[i].kind),
            .added = list.v[i].created_at,
            .used = list.v[i].used_at};
    return org_recovery_left(rq->db, p, &v->recovery);
}

static err put_sessions(struct req *rq, person_id p, struct view_account *v)
{
    struct session_list list;
    TRY(org_session_all(rq->db, rq->a, p, rq->now, req_session_hash(rq), &list));
    v->sessions.p = ARENA_ARRAY(rq->a, struct view_account_sessions, list.n);
    if (!v->sessions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n; i++) {
        const struct session *s = &list.v[i];
        v->others += !s->here;
        v->sessions.p[v->sessions.n++] = (struct view_account_sessions){.session = s->id,
            .device = s->device,
            .address = s->address.n ? s->address : S("不明"),
            .two = s->factors >= 2,
            .here = s->here,
            .begun = s->created_at,
            .seen = s->here ? rq->now : s->seen_at};
    }
    return OK;
}

static err account_read(struct req *rq)
{
    person_id p = {rq->who.person};
    struct person me;
    struct view_account *v = ARENA_NEW(rq->a, struct view_account);
    if (!v)
        return ERR(NOMEM);
    TRY(org_person_self(rq->db, rq->a, p, &me));
    *v = (struct view_account){.name = me.name,
        .login = me.login,
        .org = rq->who.org_name,
        .roles = org_role_names(rq->a, rq->who.roles),
        .needed = (rq->who.roles & ORG_TWO_FACTORS) != 0,
        .demo = web_is_demo(rq->web),
        .idle = ORG_IDLE_MINUTES,
        .hours = ORG_SESSION_HOURS,
        .addresses = (rq->who.roles & org_p_allowed.roles) != 0};
    TRY(put_factors(rq, p, v));
    TRY(put_sessions(rq, p, v));
    return req_show(rq, &view_account_type, v);
}

/* ── ending sessions ── */

static err audit_own(struct tx *tx, struct req *rq, str action)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "person:%lld", (long long)rq->who.person)};
    return audit_append(tx, &e);
}

static err end_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "session", &id));
    TRY(org_session_drop_id(tx, (person_id){rq->who.person}, id));
    TRY(audit_own(tx, rq, S("org.session.end")));
    return req_go(rq, S("/account?ok=session"));
}

static err end_others_write(struct tx *tx, struct req *rq)
{
    TRY(org_session_drop_others(tx, (person_id){rq->who.person}, req_session_hash(rq)));
    TRY(audit_own(tx, rq, S("org.session.end_others")));
    return req_go(rq, S("/account?ok=sessions"));
}

/* ── the password ── */

struct change {
    str password, again;
    str hash; /* made by prepare */
};

static const struct web_field change_fields[] = {
    {.name = "password", .label = "新しいパスワード", .type = FIELD_SECRET,
        .offset = offsetof(struct change, password), .required = true, .max = 1000},
    {.name = "again", .label = "新しいパスワード（もう一度）", .type = FIELD_SECRET,
        .offset = offsetof(struct change, again), .required = true, .max = 1000},
};
static const struct web_form change_form = WEB_FORM(change_fields, change);

static err password_read(struct req *rq)
{
    struct view_password *v = ARENA_NEW(rq->a, struct view_password);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_password){.password_error = req_error_of(rq, "password"),
        .again_error = req_error_of(rq, "again")};
    return req_show(rq, &view_password_type, v);
}

/* On a slow thread. */
static err password_prepare(struct req *rq)
{
    struct change *f = rq->form;
    struct person me;
    TRY(org_person_self(rq->db, rq->a, (person_id){rq->who.person}, &me));
    struct strs about = {(str[]){me.login, me.name, me.org_name}, 3};
    TRY(org_password_rules(rq, f->password, f->again, &about));
    return org_password_hash(rq->a, f->password, &f->hash);
}

static err password_write(struct tx *tx, struct req *rq)
{
    const struct change *f = rq->form;
    person_id p = {rq->who.person};
    TRY(org_credential_put(tx, p, f->hash));
    TRY(org_session_drop_others(tx, p, req_session_hash(rq)));
    struct account_news n = {.person = p,
        .body = {rq->who.org},
        .action = S("org.password.change"),
        .subject = S("パスワードを変えました"),
        .what = S("パスワードを変えました。ほかの端末では、サインアウトしました。")};
    TRY(org_account_tell(tx, rq, &n));
    return req_go(rq, S("/account?ok=password-changed"));
}

const struct route org_account_routes[] = {
    {.method = GET, .path = "/account", .flags = ROUTE_PERSON, .read = account_read,
        .shows = VIEWS(&view_account_type)},
    {.method = POST, .path = "/account/sessions/{session}/end", .flags = ROUTE_PERSON,
        .write = end_write, .goes = PATHS("/account")},
    {.method = POST, .path = "/account/sessions/end", .flags = ROUTE_PERSON,
        .write = end_others_write, .goes = PATHS("/account")},
    {.method = GET, .path = "/account/password", .flags = ROUTE_PERSON | ROUTE_FRESH,
        .read = password_read, .shows = VIEWS(&view_password_type)},
    {.method = POST, .path = "/account/password",
        .flags = ROUTE_PERSON | ROUTE_FRESH | ROUTE_SLOW, .form = &change_form,
        .read = password_read, .prepare = password_prepare, .write = password_write,
        .goes = PATHS("/account")},
    {.path = NULL},
};
