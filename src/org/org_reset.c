/* SPDX-License-Identifier: Apache-2.0 */
/* A forgotten password: a link by mail, and the same answer whoever was named. */
#include "org/org_sign_in.h"

#include "reset.ht.h"

struct reset {
    str login;
};

static const struct web_field reset_fields[] = {
    {.name = "login", .label = "ログイン名", .type = FIELD_LINE,
        .offset = offsetof(struct reset, login), .required = true, .max = 254},
};
static const struct web_form reset_form = WEB_FORM(reset_fields, reset);

static err reset_read(struct req *rq)
{
    struct view_reset *v = ARENA_NEW(rq->a, struct view_reset);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_reset){.login = req_typed(rq, "login", STR_NONE),
        .error = req_error_of(rq, "login"),
        .minutes = ORG_RESET_MINUTES};
    return req_show(rq, &view_reset_type, v);
}

/* Every request counts as a miss: nobody is written to without end. */
static err reset_prepare(struct req *rq)
{
    const struct reset *f = rq->form;
    str name = str_fmt(rq->a, "reset %.*s", STR_F(f->login));
    TRY(org_guess_check(rq, name, 0, "login"));
    req_guess_missed(rq, name, 0);
    return OK;
}

static err send_link(struct tx *tx, struct req *rq, person_id p)
{
    str path;
    int64_t lately;
    body_id body;
    usec life = ORG_RESET_MINUTES * USEC_MINUTE;
    TRY(org_invite_count(tx_db(tx), p, tx_now(tx) - USEC_HOUR, &lately));
    if (lately >= ORG_RESETS_AN_HOUR)
        return OK;
    TRY(org_person_body(tx_db(tx), p, &body));
    TRY(org_invite_add(tx, rq->a, p, life, &path));
    struct audit_entry e = {.body = body.v,
        .action = S("org.reset.ask"),
        .object = str_fmt(rq->a, "person:%lld", (long long)p.v)};
    TRY(audit_append(tx, &e));
    struct web_mail m = {.to = p.v,
        .kind = S("org.reset"),
        .key = str_fmt(rq->a, "org.reset:%lld", (long long)tx_id(tx)),
        .subject = S("パスワードを決め直すリンク"),
        .text = str_fmt(rq->a, "パスワードを決め直すためのリンクです。%d分以内に、一度だけ使えます。\n\n"
                               "心当たりがないときは、何もしないでください。今のパスワードはそのままです。\n",
            ORG_RESET_MINUTES),
        .path = path,
        .not_after = tx_now(tx) + life};
    return req_mail(tx, rq, &m);
}

static err reset_write(struct tx *tx, struct req *rq)
{
    const struct reset *f = rq->form;
    person_id p;
    err e = org_person_by_login(tx_db(tx), f->login, &p);
    if (!err_is(e))
        TRY(send_link(tx, rq, p));
    else if (e.code != ERR_NOTFOUND)
        return e;
    return req_go(rq, S("/sign-in?ok=reset"));
}

const struct route org_reset_routes[] = {
    {.method = GET, .path = "/sign-in/reset", .flags = ROUTE_PUBLIC, .read = reset_read,
        .shows = VIEWS(&view_reset_type)},
    {.method = POST, .path = "/sign-in/reset", .flags = ROUTE_PUBLIC, .form = &reset_form,
        .read = reset_read, .prepare = reset_prepare, .write = reset_write,
        .goes = PATHS("/sign-in")},
    {.path = NULL},
};
