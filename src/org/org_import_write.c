/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of people comes to, and doing it. */
#include "org/org_import.h"

/* ── planning ── */

/* The body the row names; or the own one, or the one the person is in already. */
static err find_body(struct db *db, struct req *rq, struct import_row *r, struct body *b)
{
    bool known = r->was.id.v != 0;
    body_id stays = known ? r->was.body : scope_body(rq->who.scope);
    if (!(rq->who.roles & ROLE_SYSTEM))
        return org_body_get(db, rq->a, rq->who.scope, scope_body(rq->who.scope), b);
    if (r->code6.n)
        return org_body_by_code(db, rq->a, rq->who.scope, r->code6, b);
    if ((r->roles & ROLE_NATION) && !known)
        return org_office_first(db, rq->a, b);
    if (known || (r->roles & ROLE_SYSTEM))
        return org_body_get(db, rq->a, rq->who.scope, stays, b);
    r->problem = S("団体コードを入力してください。");
    return OK;
}

str org_place_problem(uint32_t roles, enum body_class class)
{
    bool local = (roles & (ROLE_NATION | ROLE_SYSTEM)) == 0;
    return (roles & ROLE_PREF) && class != CLASS_PREFECTURE
        ? S("都道府県の取りまとめ担当は、都道府県の人だけです。")
        : local && class == CLASS_OFFICE
        ? S("国の機関の人には、国の担当かシステム管理者を選んでください。")
        : !local && class != CLASS_OFFICE
        ? S("国の担当とシステム管理者は、国の機関の人だけです。")
        : STR_NONE;
}

/* Of somebody who is there already, or not. */
static err find_person(struct db *db, struct req *rq, struct import_row *r)
{
    person_id id;
    err e = org_person_by_any_login(db, r->login, &id);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    e = org_person_get(db, rq->a, rq->who.scope, id, &r->was);
    if (e.code == ERR_NOTFOUND) {
        r->problem = S("このログイン名は、ほかの団体で使われています。");
        return OK;
    }
    return e;
}

static enum import_act act_of(const struct import_row *r)
{
    const struct person *was = &r->was;
    return was->id.v == 0                                         ? IMPORT_ADD
        : r->stop                                                 ? (was->active ? IMPORT_STOP : IMPORT_SAME)
        : was->body.v != r->body.v                                ? IMPORT_MOVE
        : !was->active                                            ? IMPORT_RESUME
        : was->roles != r->roles || !str_eq(was->name, r->name)   ? IMPORT_CHANGE
                                                                  : IMPORT_SAME;
}

static str problem_of(const struct req *rq, const struct import_row *r, enum body_class class)
{
    bool known = r->was.id.v != 0;
    str login = known ? STR_NONE : org_login_problem(r->login);
    if (login.n)
        return login;
    if (r->stop && !known)
        return S("登録されていない人は、止められません。");
    if (!org_may_give(rq, r->roles) || (known && !org_may_give(rq, r->was.roles)))
        return S("この人の役割は、あなたからは変えられません。");
    if (known && r->was.id.v == rq->who.person && act_of(r) != IMPORT_SAME)
        return S("自分自身の登録は、この表では変えられません。ほかの管理者に頼んでください。");
    return r->stop ? STR_NONE : org_place_problem(r->roles, class);
}

static err plan_row(struct db *db, struct req *rq, struct import_row *r)
{
    struct body b = {0};
    r->was = (struct person){0};
    TRY(find_person(db, rq, r));
    if (r->problem.n)
        return OK;
    err e = find_body(db, rq, r, &b);
    if (e.code == ERR_NOTFOUND) {
        r->problem = S("この団体コードの団体はありません。");
        return OK;
    }
    TRY(e);
    r->body = r->stop ? r->was.body : b.id;
    r->org_name = b.name;
    if (r->problem.n == 0)
        r->problem = problem_of(rq, r, b.class);
    r->act = act_of(r);
    return OK;
}

err org_import_plan(struct db *db, struct req *rq, struct import *im)
{
    memset(im->of, 0, sizeof im->of);
    for (size_t i = 0; i < im->n; i++) {
        struct import_row *r = &im->v[i];
        if (r->problem.n)
            continue;
        TRY(plan_row(db, rq, r));
        im->problems += r->problem.n > 0;
        im->of[r->act]++;
    }
    return OK;
}

/* ── doing it ── */

err org_invite_mail(struct tx *tx, struct req *rq, person_id p, str org)
{
    str path;
    TRY(org_invite_add(tx, rq->a, p, INVITE_DAYS * USEC_DAY, &path));
    struct web_mail m = {.to = p.v,
        .kind = S("org.invite"),
        .key = str_fmt(rq->a, "org.invite:%lld", (long long)tx_id(tx)),
        .subject = S("利用者として登録されました"),
        .text = str_fmt(rq->a, "%.*sの利用者として登録されました。下のリンクでパスワードを決めると、使えるように"
                               "なります。%d日のあいだ、一度だけ使えます。\n\n"
                               "心当たりがないときは、このメールを消してください。\n",
            STR_F(org), INVITE_DAYS),
        .path = path,
        .not_after = tx_now(tx) + INVITE_DAYS * USEC_DAY};
    return req_mail(tx, rq, &m);
}

static err note(struct tx *tx, struct req *rq, const struct import_row *r, const char *action,
    person_id p)
{
    struct audit_entry e = {.body = r->body.v,
        .person = rq->who.person,
        .action = str_of(action),
        .object = str_fmt(rq->a, "person:%lld", (long long)p.v),
        .detail = str_fmt(rq->a, "{\"before\":%u,\"after\":%u,\"table\":true}", r->was.roles,
            r->stop ? r->was.roles : r->roles)};
    return audit_append(tx, &e);
}

static err add(struct tx *tx, struct req *rq, const struct import_row *r)
{
    struct new_person p = {.body = r->body, .login = r->login, .name = r->name, .mail = r->login,
        .roles = r->roles};
    person_id id;
    TRY(org_person_add(tx, &p, &id));
    TRY(note(tx, rq, r, "org.person.add", id));
    return org_invite_mail(tx, rq, id, r->org_name);
}

static err change(struct tx *tx, struct req *rq, const struct import_row *r)
{
    TRY(org_person_rename(tx, r->was.id, r->name));
    TRY(org_roles_set(tx, r->was.id, r->roles));
    return note(tx, rq, r, "org.person.change", r->was.id);
}

static err stop(struct tx *tx, struct req *rq, const struct import_row *r)
{
    TRY(org_person_lock(tx, r->was.id));
    TRY(org_person_activate(tx, r->was.id, false));
    return note(tx, rq, r, "org.person.stop", r->was.id);
}

/* The old account keeps what it did, under another login. */
static err move(struct tx *tx, struct req *rq, const struct import_row *r)
{
    struct import_row from = *r;
    from.body = r->was.body;
    from.stop = true;
    TRY(stop(tx, rq, &from));
    TRY(org_login_free(tx, rq->a, r->was.id, r->login));
    TRY(add(tx, rq, r));
    return org_people_changed(tx, rq, from.body);
}

static err resume(struct tx *tx, struct req *rq, const struct import_row *r)
{
    TRY(org_person_lock(tx, r->was.id));
    TRY(org_person_activate(tx, r->was.id, true));
    TRY(change(tx, rq, r));
    return org_invite_mail(tx, rq, r->was.id, r->org_name);
}

static err measure_bodies(struct tx *tx, struct req *rq, const struct import *im)
{
    for (size_t i = 0; i < im->n; i++) {
        bool done = im->v[i].act == IMPORT_SAME;
        for (size_t k = 0; k < i && !done; k++)
            done = im->v[k].body.v == im->v[i].body.v && im->v[k].act != IMPORT_SAME;
        if (!done)
            TRY(org_people_changed(tx, rq, im->v[i].body));
    }
    return OK;
}

err org_import_apply(struct tx *tx, struct req *rq, const struct import *im)
{
    static err (*const acts[IMPORT_ACTS])(
        struct tx *tx, struct req *rq, const struct import_row *r) = {
        [IMPORT_ADD] = add, [IMPORT_CHANGE] = change, [IMPORT_MOVE] = move, [IMPORT_STOP] = stop,
        [IMPORT_RESUME] = resume};
    for (size_t i = 0; i < im->n; i++)
        if (im->v[i].act != IMPORT_SAME)
            TRY(acts[im->v[i].act](tx, rq, &im->v[i]));
    return measure_bodies(tx, rq, im);
}
