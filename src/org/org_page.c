/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of org: sign-in, sign-out, and the first password. */
#include "org/org_passkey.h"

#include "code.ht.h"
#include "invite.ht.h"
#include "sign_in.ht.h"

/* ── sign-in ── */

struct sign_in {
    str login, password, next, draft;
    /* found by prepare */
    struct credential credential;
    bool enrolled; /* a second factor is to follow */
};

static const struct web_field sign_in_fields[] = {
    {.name = "login", .label = "ログイン名", .type = FIELD_LINE,
        .offset = offsetof(struct sign_in, login), .required = true, .max = 254},
    {.name = "password", .label = "パスワード", .type = FIELD_SECRET,
        .offset = offsetof(struct sign_in, password), .required = true, .max = 1000},
    {.name = "next", .label = "次の画面", .type = FIELD_LINE,
        .offset = offsetof(struct sign_in, next), .max = 500},
    {.name = "draft", .label = "保存の続き", .type = FIELD_LINE,
        .offset = offsetof(struct sign_in, draft), .max = WEB_DRAFT},
};
static const struct web_form sign_in_form = WEB_FORM(sign_in_fields, sign_in);

err org_sign_in_read(struct req *rq)
{
    if (rq->who.person && !req_is_redraw(rq))
        return req_go(rq, S("/"));
    struct view_sign_in *v = ARENA_NEW(rq->a, struct view_sign_in);
    if (!v)
        return ERR(NOMEM);
    v->login = req_typed(rq, "login", STR_NONE);
    v->next = req_typed(rq, "next", req_query(rq, "next"));
    v->draft = req_typed(rq, "draft", req_draft(rq));
    v->error = req_error_of(rq, "password");
    if (v->error.n == 0)
        v->error = req_error_of(rq, "login");
    if (v->error.n == 0)
        v->error = req_error_of(rq, "sealed");
    TRY(org_passkey_ask(rq, &v->challenge, &v->sealed));
    return req_show(rq, &view_sign_in_type, v);
}

/* On a slow thread: the check takes as long for somebody who does not exist. */
static err sign_in_prepare(struct req *rq)
{
    struct sign_in *f = rq->form;
    struct factor_list factors;
    err e = org_credential_get(rq->db, rq->a, f->login, &f->credential);
    if (err_is(e) && e.code != ERR_NOTFOUND)
        return e;
    TRY(org_guess_check(rq, f->login, f->credential.person.v, "password"));
    if (!org_password_verify(f->credential.hash, f->password)) {
        req_guess_missed(rq, f->login, f->credential.person.v);
        req_error(rq, "password", S("ログイン名かパスワードが違います。"));
        return ERR(INVALID);
    }
    TRY(org_factor_all(rq->db, rq->a, f->credential.person, &factors));
    f->enrolled = factors.n > 0;
    return OK;
}

/* What was typed before the session ended goes along; it is too long for an address. */
static err go_on(struct req *rq, const struct sign_in *f)
{
    BUF_AUTO next = BUF(2048);
    if (!f->enrolled) {
        req_guess_right(rq, f->login, f->credential.person.v);
        req_resume(rq, f->draft);
        return req_go(rq, org_safe_next(f->next));
    }
    if (f->draft.n)
        return org_second_show(rq, f->next, f->draft);
    html_urlpart(&next, org_safe_next(f->next));
    return req_go(rq, str_fmt(rq->a, "/sign-in/code?next=%.*s", STR_F(buf_view(&next))));
}

static err sign_in_write(struct tx *tx, struct req *rq)
{
    const struct sign_in *f = rq->form;
    person_id p = f->credential.person;
    usec life = f->enrolled ? ORG_HALF_MINUTES * USEC_MINUTE : ORG_SESSION_HOURS * USEC_HOUR;
    TRY(org_session_begin(tx, rq, p, 1, life));
    struct audit_entry e = {.body = f->credential.body.v,
        .person = p.v,
        .action = S("org.sign_in"),
        .object = str_fmt(rq->a, "person:%lld", (long long)p.v)};
    TRY(audit_append(tx, &e));
    return go_on(rq, f);
}

struct sign_out {
    str draft; /* somebody else's: for the page they sign in at */
};

static const struct web_field sign_out_fields[] = {
    {.name = "draft", .label = "保存の続き", .type = FIELD_LINE,
        .offset = offsetof(struct sign_out, draft), .max = WEB_DRAFT},
};
static const struct web_form sign_out_form = WEB_FORM(sign_out_fields, sign_out);

static err sign_in_again(struct req *rq, str draft)
{
    struct view_sign_in *v = ARENA_NEW(rq->a, struct view_sign_in);
    if (!v)
        return ERR(NOMEM);
    v->draft = draft;
    TRY(org_passkey_ask(rq, &v->challenge, &v->sealed));
    return req_show(rq, &view_sign_in_type, v);
}

static err sign_out_write(struct tx *tx, struct req *rq)
{
    const struct sign_out *f = rq->form;
    if (!rq->who.bearer) {
        TRY(org_session_drop(tx, req_session_hash(rq)));
        struct audit_entry e = {.body = rq->who.org,
            .person = rq->who.person,
            .action = S("org.sign_out"),
            .object = str_fmt(rq->a, "person:%lld", (long long)rq->who.person)};
        TRY(audit_append(tx, &e));
    }
    req_session_end(rq);
    rq->who = (struct principal){0}; /* the next page is shown to nobody */
    return f->draft.n ? sign_in_again(rq, f->draft) : req_go(rq, S("/sign-in?ok=bye"));
}

/* ── the first password ── */

struct invite {
    str password, again;
    struct invited invited;
    uint8_t link[WEB_SECRET_HASH];
    str hash;
};

static const struct web_field invite_fields[] = {
    {.name = "password", .label = "パスワード", .type = FIELD_SECRET,
        .offset = offsetof(struct invite, password), .required = true, .max = 1000},
    {.name = "again", .label = "パスワード（もう一度）", .type = FIELD_SECRET,
        .offset = offsetof(struct invite, again), .required = true, .max = 1000},
};
static const struct web_form invite_form = WEB_FORM(invite_fields, invite);

static err invited_of(struct req *rq, uint8_t hash[WEB_SECRET_HASH], struct invited *out)
{
    err e = web_secret_hash(req_param(rq, "token"), hash);
    if (!err_is(e))
        e = org_invite_get(
            rq->db, rq->a, rq->now, (struct bytes){hash, WEB_SECRET_HASH}, out);
    if (err_is(e)) {
        req_say(rq, S("このリンクは使えません。一度使ったか、期限が過ぎています。管理者に、"
                      "もう一度送るよう頼んでください。"));
        return ERR(NOTFOUND);
    }
    return OK;
}

static err invite_read(struct req *rq)
{
    uint8_t hash[WEB_SECRET_HASH];
    struct invited who;
    struct view_invite *v = ARENA_NEW(rq->a, struct view_invite);
    if (!v)
        return ERR(NOMEM);
    TRY(invited_of(rq, hash, &who));
    v->name = who.name;
    v->login = who.login;
    v->token = req_param(rq, "token");
    v->password_error = req_error_of(rq, "password");
    v->again_error = req_error_of(rq, "again");
    return req_show(rq, &view_invite_type, v);
}

err org_password_rules(struct req *rq, str password, str again, const struct strs *about)
{
    str weak;
    TRY(org_password_check(rq->a, password, about, &weak));
    if (weak.n)
        req_error(rq, "password", weak);
    if (!str_eq(password, again))
        req_error(rq, "again", S("上のパスワードと違います。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err invite_prepare(struct req *rq)
{
    struct invite *f = rq->form;
    TRY(invited_of(rq, f->link, &f->invited));
    struct strs about = {(str[]){f->invited.login, f->invited.name}, 2};
    TRY(org_password_rules(rq, f->password, f->again, &about));
    return org_password_hash(rq->a, f->password, &f->hash);
}

static err invite_write(struct tx *tx, struct req *rq)
{
    const struct invite *f = rq->form;
    TRY(org_invite_use(tx, (struct bytes){f->link, sizeof f->link}));
    TRY(org_credential_put(tx, f->invited.person, f->hash));
    TRY(org_session_drop_all(tx, f->invited.person));
    struct account_news n = {.person = f->invited.person,
        .body = f->invited.body,
        .action = S("org.password.set"),
        .subject = S("パスワードを決めました"),
        .what = S("一度だけ使えるリンクで、パスワードを決めました。サインインしていた端末では、"
                  "サインアウトしました。")};
    TRY(org_account_tell(tx, rq, &n));
    TRY(org_people_changed(tx, rq, f->invited.body));
    return req_go(rq, S("/sign-in?ok=password"));
}

const struct route org_routes[] = {
    {.method = GET, .path = "/sign-in", .flags = ROUTE_PUBLIC, .read = org_sign_in_read,
        .query = QUERY({"next", "サインインした後に開くアドレス", false}), .shows = VIEWS(&view_sign_in_type),
        .goes = PATHS("/")},
    {.method = POST, .path = "/sign-in", .flags = ROUTE_PUBLIC | ROUTE_SLOW,
        .form = &sign_in_form, .read = org_sign_in_read, .prepare = sign_in_prepare,
        .write = sign_in_write,
        .shows = VIEWS(&view_code_type), .goes = PATHS("*")},
    {.method = POST, .path = "/sign-out", .flags = ROUTE_FACTOR | ROUTE_ENROL,
        .form = &sign_out_form, .write = sign_out_write,
        .shows = VIEWS(&view_sign_in_type), .goes = PATHS("/sign-in")},
    {.method = GET, .path = "/invite/{token}", .flags = ROUTE_PUBLIC, .read = invite_read,
        .shows = VIEWS(&view_invite_type)},
    {.method = POST, .path = "/invite/{token}", .flags = ROUTE_PUBLIC | ROUTE_SLOW,
        .form = &invite_form, .read = invite_read, .prepare = invite_prepare,
        .write = invite_write,
        .goes = PATHS("/sign-in")},
    {.path = NULL},
};
