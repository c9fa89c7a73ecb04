/* SPDX-License-Identifier: Apache-2.0 */
/* One application at the desk: what is checked, with the result in words, and the acts. */
#include "darknet/darknet_private.h"

#include "darknet_case.ht.h"

enum { CHECKS = 5, DETAILS = 60 };

static struct view_darknet_case_checks *add_check(struct req *rq, struct view_darknet_case *v,
    str name)
{
    struct view_darknet_case_checks *c = &v->checks.p[v->checks.n++];
    *c = (struct view_darknet_case_checks){.name = name, .good = true};
    c->details.p = ARENA_ARRAY(rq->a, struct view_darknet_case_checks_details, DETAILS);
    return c;
}

static void add_detail(struct view_darknet_case_checks *c, str text)
{
    if (c->details.p && c->details.n < DETAILS)
        c->details.p[c->details.n++].text = text;
}

static str day_text(struct arena *a, usec t)
{
    BUF_AUTO b = BUF(64);
    put_wareki_day(&b, jday_of_usec(t));
    return str_dup(a, buf_view(&b));
}

static str overlap_text(struct arena *a, const struct darknet_overlap *o)
{
    str mine = darknet_net_text(a, &o->mine), other = darknet_net_text(a, &o->other);
    str relation = darknet_relation_name(net_relate(&o->other, &o->mine));
    return str_fmt(a, "%.*s に対し、%.*s（%.*s）の %.*s は、%.*sです（%.*s、%.*s%s）。", STR_F(mine),
        STR_F(o->body.name), STR_F(o->body.code6), STR_F(other), STR_F(relation),
        STR_F(darknet_role_name(o->other_role)), STR_F(day_text(a, o->since)),
        o->applied ? "に申込み" : "から観測中");
}

/* ── the checks ── */

static err check_overlaps(struct req *rq, const struct darknet_application *d,
    struct view_darknet_case *v)
{
    struct darknet_overlaps all;
    int64_t held = 0, asked = 0, shared = 0;
    TRY(darknet_overlaps(rq->db, rq->a, rq->who.scope, d, &all));
    struct view_darknet_case_checks *in_force = add_check(rq, v, S("ほかの団体の範囲との重なり"));
    struct view_darknet_case_checks *applied = add_check(rq, v, S("ほかの団体の申込みとの重なり"));
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_overlap *o = &all.v[i];
        bool fine = darknet_overlap_is_shared(o);
        struct view_darknet_case_checks *c = o->applied ? applied : in_force;
        add_detail(c, overlap_text(rq->a, o));
        c->good = c->good && fine;
        c->blocks = c->blocks || darknet_overlap_blocks(o);
        shared += fine && !o->applied;
        held += !fine && !o->applied;
        asked += o->applied;
    }
    in_force->result = in_force->blocks
        ? S("ほかの団体の範囲と重なっています。承認には理由が要ります。")
        : held   ? S("ほかの団体の共用出口か委託先の範囲と重なっています。役割を確かめてください。")
        : shared ? S("共用出口どうしの重なりだけです。共に使う団体として扱います。")
                 : S("重なりはありません。");
    applied->result = asked ? S("進んでいる申込みと重なっています。") : S("重なりはありません。");
    return OK;
}

static void check_proof(struct req *rq, const struct darknet_claims *claims,
    struct view_darknet_case *v)
{
    struct view_darknet_case_checks *c = add_check(rq, v, S("保有を示すもの"));
    int64_t missing = 0;
    for (size_t i = 0; i < claims->n; i++)
        if (claims->v[i].proof.n == 0) {
            missing++;
            add_detail(c, str_fmt(rq->a, "%.*s に記入がありません。",
                              STR_F(darknet_net_text(rq->a, &claims->v[i].net))));
        }
    c->good = missing == 0;
    c->result = missing ? str_fmt(rq->a, "%zu 件のうち %lld 件に記入がありません。", claims->n,
                              (long long)missing)
                        : S("全ての範囲に記入があります。内容を確かめてください。");
}

static void list_changes(struct req *rq, const struct darknet_claims *a,
    const struct darknet_claims *b, const char *what, struct view_darknet_case_checks *c)
{
    for (size_t i = 0; i < a->n; i++)
        if (!darknet_claim_of(b, &a->v[i].net))
            add_detail(c, str_fmt(rq->a, "%s：%.*s（%.*s）", what,
                              STR_F(darknet_net_text(rq->a, &a->v[i].net)),
                              STR_F(darknet_role_name(a->v[i].role))));
}

static err check_change(struct req *rq, const struct darknet_application *d,
    const struct darknet_claims *claims, struct view_darknet_case *v)
{
    struct darknet_claims now;
    TRY(darknet_ranges(rq->db, rq->a, rq->who.scope, d->body.id, &now));
    struct view_darknet_case_checks *c = add_check(rq, v, S("今の版からの変更"));
    if (now.n == 0) {
        c->result = S("初めての申込みです。");
        return OK;
    }
    list_changes(rq, claims, &now, "加わる", c);
    list_changes(rq, &now, claims, "なくなる", c);
    for (size_t i = 0; i < claims->n; i++) {
        const struct darknet_claim *was = darknet_claim_of(&now, &claims->v[i].net);
        if (was && !darknet_claim_is_same(was, &claims->v[i]))
            add_detail(c, str_fmt(rq->a, "役割か共に使う団体が変わる：%.*s（%.*s→%.*s）",
                              STR_F(darknet_net_text(rq->a, &was->net)),
                              STR_F(darknet_role_name(was->role)),
                              STR_F(darknet_role_name(claims->v[i].role))));
    }
    c->good = c->details.n == 0;
    c->result = c->good ? S("範囲は変わりません。") : S("範囲が変わります。");
    return OK;
}

static err checks(struct req *rq, const struct darknet_application *d,
    const struct darknet_claims *claims, struct view_darknet_case *v)
{
    v->checks.p = ARENA_ARRAY(rq->a, struct view_darknet_case_checks, CHECKS);
    if (!v->checks.p)
        return ERR(NOMEM);
    TRY(check_overlaps(rq, d, v));
    check_proof(rq, claims, v);
    return check_change(rq, d, claims, v);
}

/* ── the page ── */

static err contacts(struct req *rq, const struct darknet_application *d, struct view_darknet_case *v)
{
    struct darknet_contacts all;
    TRY(darknet_contacts(rq->db, rq->a, rq->who.scope, d->body.id, &all));
    v->contacts.p = ARENA_ARRAY(rq->a, struct view_darknet_case_contacts, all.n);
    if (!v->contacts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_contact *c = &all.v[i];
        v->contacts.p[v->contacts.n++] = (struct view_darknet_case_contacts){c->name, c->mail,
            c->phone, WORD_OF(darknet_hours_words, c->hours)->name,
            WORD_OF_KEY(darknet_languages, c->language)->name, c->machine};
    }
    return OK;
}

/* Nothing of what a body is still writing, nor whom it would have told. */
static err content(struct req *rq, const struct darknet_application *d, struct view_darknet_case *v)
{
    struct darknet_claims claims;
    TRY(darknet_claims(rq->db, rq->a, rq->who.scope, d, &claims));
    v->n_ranges = (int64_t)claims.n;
    TRY(darknet_ranges_view(rq, &claims, 0, &v->ranges));
    if (d->state == DARKNET_FILED || d->state == DARKNET_DESK)
        TRY(checks(rq, d, &claims, v));
    return v->withheld ? OK : contacts(rq, d, v);
}

static err case_read(struct req *rq)
{
    struct darknet_application d;
    int64_t id;
    struct view_darknet_case *v = ARENA_NEW(rq->a, struct view_darknet_case);
    if (!v)
        return ERR(NOMEM);
    TRY(req_param_i64(rq, "application", &id));
    TRY(darknet_application_get(rq->db, rq->a, rq->who.scope, id, &d));
    *v = (struct view_darknet_case){.id = d.id,
        .body = d.body.name,
        .code6 = d.body.code6,
        .pref = d.body.class == CLASS_PREFECTURE ? STR_NONE
                                                 : org_pref_name(rq->db, rq->a, d.body.pref),
        .number = d.number,
        .state_key = darknet_state_key(d.state),
        .badge = darknet_badge(d.state),
        .state = darknet_state_name(d.state),
        .next = darknet_next_text(d.state, true),
        .withheld = !darknet_state_is_shown(d.state),
        .errors = req_has_errors(rq),
        .filed_at = d.filed_at,
        .from = d.observed_from,
        .to = d.observed_to};
    TRY(content(rq, &d, v));
    TRY(darknet_way_view(rq, &d, DARKNET_OFFICE, &v->way));
    req_journal_body(rq, d.body.id.v, S("ダークネット観測の申込み"));
    return req_show(rq, &view_darknet_case_type, v);
}

static err desk_step_write(struct tx *tx, struct req *rq)
{
    return darknet_step_write(tx, rq, DARKNET_OFFICE);
}

const struct route darknet_case_routes[] = {
    {.method = GET, .path = "/darknet/desk/{application}", .perm = &darknet_p_desk,
        .journal = JOURNAL_SEEN, .read = case_read, .shows = VIEWS(&view_darknet_case_type)},
    {.method = POST, .path = "/darknet/desk/{application}/steps/{act}", .perm = &darknet_p_desk,
        .form = &darknet_step_form, .read = case_read, .write = desk_step_write,
        .goes = PATHS("/darknet/desk")},
    {.path = NULL},
};
