/* SPDX-License-Identifier: Apache-2.0 */
/* One act of the way, inside the writer's transaction: rules, effect, record, mails. */
#include "darknet/darknet_private.h"

static err refuse(struct darknet_act *out, err e, str why)
{
    out->why = why;
    return e;
}

static err say_wrong_state(struct arena *a, enum darknet_side side, str key, struct darknet_act *out)
{
    if (!darknet_flow_is_known(key, side))
        return ERR(NOTFOUND);
    str state = darknet_state_name(out->application.state);
    return refuse(out, ERR(CONFLICT),
        str_fmt(a, "この申込みは「%.*s」のため、今はできません。", STR_F(state)));
}

/* ── rules ── */

static err check_complete(struct tx *tx, struct req *rq, struct darknet_act *out)
{
    struct darknet_claims claims;
    struct darknet_contacts contacts;
    struct db *db = tx_db(tx);
    if (!(out->flow->rules & DARKNET_COMPLETE))
        return OK;
    TRY(darknet_claims(db, rq->a, rq->who.scope, &out->application, &claims));
    TRY(darknet_contacts(db, rq->a, rq->who.scope, out->application.body.id, &contacts));
    if (claims.n == 0)
        return refuse(out, ERR(CONFLICT), S("アドレスの範囲がありません。範囲を加えてから申し込んでください。"));
    if (contacts.n == 0)
        return refuse(out, ERR(CONFLICT),
            S("お知らせの連絡先がありません。連絡先を登録してから申し込んでください。"));
    return OK;
}

static err check_overlaps(struct tx *tx, struct req *rq, struct darknet_act *out)
{
    struct darknet_overlaps all;
    if (!(out->flow->rules & DARKNET_CHECKED))
        return OK;
    TRY(darknet_overlaps(tx_db(tx), rq->a, rq->who.scope, &out->application, &all));
    for (size_t i = 0; i < all.n && !out->reason_needed; i++)
        out->reason_needed = darknet_overlap_blocks(&all.v[i]);
    return OK;
}

static err check_rules(struct tx *tx, struct req *rq, str reason, int64_t version,
    struct darknet_act *out)
{
    if (version != out->application.version)
        return refuse(out, ERR(STALE),
            S("画面を開いた後に、内容が変わりました。開き直して、確かめてください。"));
    TRY(check_complete(tx, rq, out));
    TRY(check_overlaps(tx, rq, out));
    if ((out->flow->rules & DARKNET_REASON) && reason.n == 0)
        return refuse(out, ERR(INVALID), S("理由を入力してください。"));
    if (out->reason_needed && reason.n == 0)
        return refuse(out, ERR(INVALID),
            S("ほかの団体の範囲と重なっています。それでも承認する理由を入力してください。"));
    return OK;
}

/* ── effects ── */

static err record(struct tx *tx, struct req *rq, const struct darknet_application *d,
    const struct darknet_flow *flow, str reason)
{
    struct darknet_step step = {.act = str_of(flow->key),
        .from = flow->from,
        .to = flow->to,
        .person = rq->who.person,
        .reason = reason};
    TRY(darknet_application_move(tx, d, flow->to));
    TRY(darknet_step_add(tx, d->id, &step));
    struct audit_entry e = {.body = d->body.id.v,
        .person = rq->who.person,
        .action = str_fmt(rq->a, "darknet.%s", flow->key),
        .object = str_fmt(rq->a, "darknet:%lld", (long long)d->id),
        .detail = str_fmt(rq->a, "{\"number\":%lld}", (long long)d->number)};
    return audit_append(tx, &e);
}

/* What was observed before gives way. */
static err replace(struct tx *tx, struct req *rq, const struct darknet_application *d)
{
    struct darknet_applications before;
    TRY(darknet_applications_before(tx_db(tx), rq->a, rq->who.scope, d->body.id, &before));
    for (size_t i = 0; i < before.n; i++) {
        TRY(record(tx, rq, &before.v[i],
            darknet_flow_find(S("replace"), DARKNET_OBSERVED, DARKNET_PROGRAM), STR_NONE));
        if (before.v[i].body.id.v != d->body.id.v) /* merged: the successor has its own contacts */
            TRY(darknet_contacts_drop(tx, before.v[i].body.id));
    }
    return OK;
}

/* A change that was under way goes with the body that leaves. */
static err drop_open(struct tx *tx, struct req *rq, const struct darknet_application *d)
{
    struct darknet_application open;
    err e = darknet_application_in(tx_db(tx), rq->a, rq->who.scope, d->body.id, false, &open);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    const struct darknet_flow *flow = darknet_flow_find(S("withdraw"), open.state, DARKNET_BODY);
    return flow ? record(tx, rq, &open, flow, STR_NONE) : ERR(BUG);
}

static err take_effect(struct tx *tx, struct req *rq, struct darknet_act *out, str reason)
{
    const struct darknet_application *d = &out->application;
    if (out->flow->to == DARKNET_OBSERVED) {
        TRY(replace(tx, rq, d));
        TRY(darknet_ranges_follow(tx, rq->a, rq->who.scope, d));
    }
    if (out->flow->to == DARKNET_ENDED) {
        TRY(drop_open(tx, rq, d));
        TRY(darknet_ranges_close(tx, d->body.id));
    }
    return record(tx, rq, d, out->flow, reason);
}

/* ── mails ── */

static err tell_role(struct tx *tx, struct req *rq, body_id body, uint32_t role,
    const struct web_mail *m)
{
    struct person_ids ids;
    TRY(org_people_with_role(tx_db(tx), body, role, jday_of_usec(tx_now(tx)), &ids));
    for (size_t i = 0; i < ids.n; i++) {
        struct web_mail one = *m;
        one.to = ids.v[i].v;
        one.key = str_fmt(rq->a, "%.*s:%lld", STR_F(m->key), (long long)ids.v[i].v);
        TRY(req_mail(tx, rq, &one));
    }
    return OK;
}

err darknet_tell(struct tx *tx, struct req *rq, body_id body, uint32_t roles,
    const struct web_mail *m)
{
    static const uint32_t told[] = {ROLE_STAFF, ROLE_ADMIN, ROLE_NATION};
    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (roles & told[i])
            TRY(tell_role(tx, rq, body, told[i], m));
    return OK;
}

static err tell_other_side(struct tx *tx, struct req *rq, const struct darknet_act *out)
{
    const struct darknet_application *d = &out->application;
    bool desk = out->flow->side == DARKNET_BODY; /* it is told */
    if (!out->flow->tell || (out->flow->from == DARKNET_DRAFT && out->flow->to != DARKNET_FILED))
        return OK;
    struct web_mail m = {.kind = S("darknet.step"),
        .key = str_fmt(rq->a, "darknet.%s:%lld:%lld", out->flow->key, (long long)d->id,
            (long long)d->version),
        .subject = str_fmt(rq->a, "%s：%.*s", out->flow->tell, STR_F(d->body.name)),
        .text = str_of(out->flow->text),
        .path = desk ? str_fmt(rq->a, "/darknet/desk/%lld", (long long)d->id) : S("/darknet")};
    return darknet_tell(tx, rq, d->body.id, desk ? ROLE_NATION : ROLE_STAFF | ROLE_ADMIN, &m);
}

err darknet_act_do(struct tx *tx, struct req *rq, enum darknet_side side, int64_t application,
    str key, str reason, int64_t version, struct darknet_act *out)
{
    *out = (struct darknet_act){0};
    struct darknet_application *d = &out->application;
    TRY(darknet_application_get(tx_db(tx), rq->a, rq->who.scope, application, d));
    if (side == DARKNET_BODY && d->body.id.v != scope_body(rq->who.scope).v)
        return ERR(NOTFOUND);
    out->flow = darknet_flow_find(key, d->state, side);
    if (!out->flow)
        return say_wrong_state(rq->a, side, key, out);
    TRY(check_rules(tx, rq, reason, version, out));
    TRY(take_effect(tx, rq, out, reason));
    TRY(req_measure(tx, rq, d->body.id.v, &darknet_measures[DARKNET_MEASURE_OBSERVED]));
    TRY(tell_other_side(tx, rq, out));
    return out->flow->to == DARKNET_ENDED ? darknet_contacts_drop(tx, d->body.id) : OK;
}
