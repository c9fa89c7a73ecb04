/* SPDX-License-Identifier: Apache-2.0 */
/* The second step of signing in, and proving anew who one is before a grave act. */
#include "org/org_passkey.h"

#include "code.ht.h"
#include "confirm.ht.h"

/* ── the second step ── */

struct second {
    str code, next, draft;
    struct shown_code shown; /* found by prepare */
};

static const struct web_field second_fields[] = {
    {.name = "code", .label = "確認コード", .type = FIELD_LINE,
        .offset = offsetof(struct second, code), .required = true, .max = 40},
    {.name = "next", .label = "次の画面", .type = FIELD_LINE,
        .offset = offsetof(struct second, next), .max = 500},
    {.name = "draft", .label = "保存の続き", .type = FIELD_LINE,
        .offset = offsetof(struct second, draft), .max = WEB_DRAFT},
};
static const struct web_form second_form = WEB_FORM(second_fields, second);

err org_second_show(struct req *rq, str next, str draft)
{
    struct view_code *v = ARENA_NEW(rq->a, struct view_code);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_code){
        .next = next, .draft = draft, .error = req_error_of(rq, "code")};
    TRY(org_passkey_ask(rq, &v->challenge, &v->sealed));
    return req_show(rq, &view_code_type, v);
}

static err second_read(struct req *rq)
{
    if (rq->who.step != STEP_FACTOR)
        return req_go(rq, S("/"));
    return org_second_show(rq, req_typed(rq, "next", req_query(rq, "next")),
        req_typed(rq, "draft", req_draft(rq)));
}

static err second_prepare(struct req *rq)
{
    struct second *f = rq->form;
    if (rq->who.step != STEP_FACTOR)
        return ERR(CONFLICT);
    return org_code_check(rq, (person_id){rq->who.person}, f->code, "code", &f->shown);
}

static err tell_of_recovery(struct tx *tx, struct req *rq)
{
    int64_t left;
    person_id p = {rq->who.person};
    TRY(org_recovery_left(tx_db(tx), p, &left));
    struct account_news n = {.person = p,
        .body = {rq->who.org},
        .action = S("org.recovery.use"),
        .subject = S("回復コードでサインインしました"),
        .what = str_fmt(rq->a, "回復コードを一つ使って、サインインしました。残りは%lld個です。少なく"
                               "なったら、「自分の設定」で作り直してください。", (long long)left)};
    return org_account_tell(tx, rq, &n);
}

static err second_write(struct tx *tx, struct req *rq)
{
    const struct second *f = rq->form;
    person_id p = {rq->who.person};
    TRY(org_code_use(tx, rq, p, &f->shown));
    if (f->shown.factor.id == 0)
        TRY(tell_of_recovery(tx, rq));
    TRY(org_session_begin(tx, rq, p, 2, ORG_SESSION_HOURS * USEC_HOUR));
    struct audit_entry e = {.body = rq->who.org,
        .person = p.v,
        .action = S("org.sign_in.second"),
        .object = str_fmt(rq->a, "person:%lld", (long long)p.v)};
    TRY(audit_append(tx, &e));
    req_resume(rq, f->draft);
    return req_go(rq, org_safe_next(f->next));
}

/* ── anew ── */

struct confirm {
    str password, next, draft;
};

static const struct web_field confirm_fields[] = {
    {.name = "password", .label = "パスワード", .type = FIELD_SECRET,
        .offset = offsetof(struct confirm, password), .required = true, .max = 1000},
    {.name = "next", .label = "次の画面", .type = FIELD_LINE,
        .offset = offsetof(struct confirm, next), .max = 500},
    {.name = "draft", .label = "操作の続き", .type = FIELD_LINE,
        .offset = offsetof(struct confirm, draft), .max = WEB_DRAFT},
};
static const struct web_form confirm_form = WEB_FORM(confirm_fields, confirm);

static err confirm_read(struct req *rq)
{
    struct view_confirm *v = ARENA_NEW(rq->a, struct view_confirm);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_confirm){.person = rq->who.person_name,
        .minutes = WEB_FRESH_MINUTES,
        .next = req_typed(rq, "next", req_query(rq, "next")),
        .draft = req_typed(rq, "draft", req_draft(rq)),
        .error = req_error_of(rq, "password")};
    return req_show(rq, &view_confirm_type, v);
}

/* On a slow thread. */
static err confirm_prepare(struct req *rq)
{
    const struct confirm *f = rq->form;
    int64_t person = rq->who.person;
    str hash, name = str_fmt(rq->a, "password %lld", (long long)person);
    TRY(org_guess_check(rq, name, person, "password"));
    TRY(org_password_of(rq->db, rq->a, (person_id){person}, &hash));
    if (org_password_verify(hash, f->password)) {
        req_guess_right(rq, name, person);
        return OK;
    }
    req_guess_missed(rq, name, person);
    req_error(rq, "password", S("パスワードが違います。"));
    return ERR(INVALID);
}

static err confirm_write(struct tx *tx, struct req *rq)
{
    const struct confirm *f = rq->form;
    TRY(org_session_prove(tx, req_session_hash(rq)));
    req_resume(rq, f->draft);
    return req_go(rq, org_safe_next(f->next));
}

const struct route org_second_routes[] = {
    {.method = GET, .path = "/sign-in/code", .flags = ROUTE_FACTOR | ROUTE_PERSON,
        .read = second_read, .query = QUERY({"next", "済んだ後に開くアドレス", false}), .shows = VIEWS(&view_code_type),
        .goes = PATHS("/")},
    {.method = POST, .path = "/sign-in/code", .flags = ROUTE_FACTOR | ROUTE_PERSON,
        .form = &second_form, .read = second_read, .prepare = second_prepare,
        .write = second_write, .goes = PATHS("*")},
    {.method = GET, .path = "/confirm", .flags = ROUTE_ENROL | ROUTE_PERSON,
        .read = confirm_read, .query = QUERY({"next", "済んだ後に開くアドレス", false}),
        .shows = VIEWS(&view_confirm_type)},
    {.method = POST, .path = "/confirm", .flags = ROUTE_ENROL | ROUTE_PERSON | ROUTE_SLOW,
        .form = &confirm_form, .read = confirm_read, .prepare = confirm_prepare,
        .write = confirm_write, .goes = PATHS("*")},
    {.path = NULL},
};
