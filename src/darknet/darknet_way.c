/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of both sides share: the record with its buttons, a table of ranges, one step. */
#include "darknet/darknet_private.h"

#include "darknet_ranges.ht.h"
#include "darknet_way.ht.h"

str darknet_net_text(struct arena *a, const struct net_range *r)
{
    BUF_AUTO b = BUF(80);
    net_put(&b, r);
    return str_dup(a, buf_view(&b));
}

/* ── the record ── */

static err way_steps(struct req *rq, const struct darknet_application *d,
    struct view_darknet_way *v)
{
    struct darknet_steps all;
    const struct scope *s = rq->who.scope;
    TRY(darknet_steps(rq->db, rq->a, s, d->id, &all));
    v->steps.p = ARENA_ARRAY(rq->a, struct view_darknet_way_steps, all.n);
    if (!v->steps.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_darknet_way_steps *row = &v->steps.p[v->steps.n++];
        *row = (struct view_darknet_way_steps){
            .name = darknet_flow_name(all.v[i].act, all.v[i].from),
            .at = all.v[i].at,
            .reason = all.v[i].reason};
        TRY(org_person_name(rq->db, rq->a, s, (person_id){all.v[i].person}, &row->by));
    }
    return OK;
}

/* Approving asks for words when another body's own range lies in the way. */
static err is_in_the_way(struct req *rq, const struct darknet_application *d, bool *needed)
{
    struct darknet_overlaps all;
    *needed = false;
    TRY(darknet_overlaps(rq->db, rq->a, rq->who.scope, d, &all));
    for (size_t i = 0; i < all.n; i++)
        *needed = *needed || darknet_overlap_blocks(&all.v[i]);
    return OK;
}

static err way_acts(struct req *rq, const struct darknet_application *d, enum darknet_side side,
    struct view_darknet_way *v)
{
    enum { MOST = 8 };
    v->acts.p = ARENA_ARRAY(rq->a, struct view_darknet_way_acts, MOST);
    if (!v->acts.p)
        return ERR(NOMEM);
    for (const struct darknet_flow *f = darknet_flows; f->key && v->acts.n < MOST; f++) {
        if (f->from != d->state || f->side != side)
            continue;
        bool needed = (f->rules & DARKNET_REASON) != 0;
        if (f->rules & DARKNET_CHECKED)
            TRY(is_in_the_way(rq, d, &needed));
        v->acts.p[v->acts.n++] = (struct view_darknet_way_acts){
            str_of(f->key), str_of(f->button), needed, (f->rules & DARKNET_BACK) != 0};
    }
    return OK;
}

err darknet_way_view(struct req *rq, const struct darknet_application *d, enum darknet_side side,
    struct view_darknet_way *out)
{
    *out = (struct view_darknet_way){.id = d->id,
        .version = d->version,
        .desk = side == DARKNET_OFFICE,
        .reason = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason")};
    TRY(way_acts(rq, d, side, out));
    return way_steps(rq, d, out);
}

/* ── ranges ── */

static str sharers_text(struct arena *a, const struct darknet_claim *c)
{
    BUF_AUTO b = BUF(32768);
    for (size_t i = 0; i < c->n_with; i++) {
        if (i)
            buf_lit(&b, "、");
        buf_str(&b, c->with[i].name);
    }
    return str_dup(a, buf_view(&b));
}

err darknet_ranges_view(struct req *rq, const struct darknet_claims *all, int64_t removable,
    struct view_darknet_ranges *out)
{
    *out = (struct view_darknet_ranges){.application = removable};
    out->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_ranges_rows, all->n);
    if (!out->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_claim *c = &all->v[i];
        out->dated = out->dated || c->from;
        out->rows.p[out->rows.n++] = (struct view_darknet_ranges_rows){c->id,
            darknet_net_text(rq->a, &c->net), darknet_role_name(c->role), c->holder,
            sharers_text(rq->a, c), c->proof, c->from};
    }
    return OK;
}

/* ── one step ── */

static const struct web_field step_fields[] = {
    {.name = "reason", .label = "理由", .type = FIELD_TEXT,
        .offset = offsetof(struct darknet_step_form, reason), .max = 1000},
    {.name = "version", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct darknet_step_form, version), .least = 0, .most = INT64_MAX},
};
const struct web_form darknet_step_form = WEB_FORM(step_fields, darknet_step_form);

err darknet_step_write(struct tx *tx, struct req *rq, enum darknet_side side)
{
    const struct darknet_step_form *f = rq->form;
    struct darknet_act done;
    int64_t id;
    TRY(req_param_i64(rq, "application", &id));
    str key = req_param(rq, "act");
    err e = darknet_act_do(tx, rq, side, id, key, f->reason, f->version, &done);
    if (e.code == ERR_INVALID)
        req_error(rq, "reason", done.why);
    else if (err_is(e) && done.why.n)
        req_say(rq, done.why);
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "%s?ok=darknet-%.*s",
                          side == DARKNET_OFFICE ? "/darknet/desk" : "/darknet", STR_F(key)));
}
