/* SPDX-License-Identifier: Apache-2.0 */
/* The first page, and the line at the top of every page: what to do next. */
#include "survey/survey_page.h"

#include "home.ht.h"

static str day_text(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(64);
    put_wareki_day(&b, day);
    return str_dup(a, buf_view(&b));
}

/* ── what to do next ── */

/* 「令和8年度」 of the yearly survey; a composed one by its name. */
static str short_name(struct req *rq, const struct survey *s)
{
    return str_eq(s->catalog_code, str_of(form_catalog_code))
        ? survey_year_text(rq->a, s->fiscal_year)
        : str_fmt(rq->a, "「%.*s」", STR_F(s->title));
}

static void say_left(struct req *rq, const struct survey *s, int64_t left, struct next_step *out)
{
    str year = short_name(rq, s), deadline = day_text(rq->a, s->shown_deadline);
    if (left > 0) {
        out->text = str_fmt(rq->a, "%.*sの調査は、あと %lld 項目の回答か確認で提出できます。"
                                   "期限は%.*sです。",
            STR_F(year), (long long)left, STR_F(deadline));
        out->href = str_fmt(rq->a, "/surveys/%lld?show=todo", (long long)s->id.v);
        out->label = S("対応が必要な項目を開く");
    } else {
        out->text = str_fmt(rq->a, "%.*sの調査は、必須の項目がそろいました。期限は%.*sです。",
            STR_F(year), STR_F(deadline));
        out->href = str_fmt(rq->a, "/surveys/%lld/submit", (long long)s->id.v);
        out->label = S("内容を確かめて提出する");
    }
}

/* The own response and its progress; r->id 0: the survey does not ask this body. */
static err own_response(
    struct req *rq, const struct survey *s, struct response *r, struct progress *p)
{
    *r = (struct response){0};
    err e = survey_response_get(rq->db, rq->who.scope, s->id, scope_body(rq->who.scope), r);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    return survey_progress_get(rq->db, rq->a, rq->who.scope, r->id, p);
}

/* It is this person's turn to approve. */
static void say_turn(struct req *rq, const struct survey *s, struct next_step *out)
{
    str year = short_name(rq, s), deadline = day_text(rq->a, s->shown_deadline);
    out->text = str_fmt(rq->a, "%.*sの調査が、あなたの確認を待っています。期限は%.*sです。",
        STR_F(year), STR_F(deadline));
    out->href = str_fmt(rq->a, "/surveys/%lld/submit", (long long)s->id.v);
    out->label = S("内容を確かめる");
}

static err say_waiting(
    struct req *rq, const struct survey *s, const struct response *r, struct next_step *out)
{
    struct body own;
    TRY(org_body_get(rq->db, rq->a, rq->who.scope, r->body, &own));
    str year = short_name(rq, s);
    str turn = survey_flow_turn_name(r->state, own.class);
    out->text = r->state == RESPONSE_ACCEPTED
        ? str_fmt(rq->a, "%.*sの調査は受理されました。今、することはありません。", STR_F(year))
        : str_fmt(rq->a, "%.*sの調査は、今「%.*s」の番です。あなたがすることは、今はありません。",
              STR_F(year), STR_F(turn));
    return OK;
}

/* Somebody of a section: the items of that section, and its own deadline. */
static err section_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    struct sheet sheet;
    int64_t left = 0;
    jday due = s->shown_deadline;
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s->id, scope_body(rq->who.scope), &sheet));
    for (size_t i = 0; i < sheet.catalog->n_items; i++) {
        const struct item *it = &sheet.item[i];
        const struct assignment *as = survey_assigned(&sheet.assigned, it->q);
        if (!survey_item_is_todo(it) || !survey_sheet_is_mine(&sheet, rq->who.roles, it->q))
            continue;
        left++;
        if (as && as->due != DAY_NONE && as->due < due)
            due = as->due;
    }
    str year = short_name(rq, s), day = day_text(rq->a, due);
    if (left == 0) {
        out->text = str_fmt(rq->a, "%.*sの調査で、あなたの課がすることは、今はありません。", STR_F(year));
        return OK;
    }
    out->text = str_fmt(rq->a, "%.*sの調査で、あなたの課の項目が %lld 件残っています。期限は%.*sです。",
        STR_F(year), (long long)left, STR_F(day));
    out->href = str_fmt(rq->a, "/surveys/%lld?show=todo", (long long)s->id.v);
    out->label = S("課の項目を開く");
    return OK;
}

static err own_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    struct response r;
    struct progress p;
    TRY(own_response(rq, s, &r, &p));
    if (r.id == 0)
        return OK;
    if (survey_is_open(rq, s, &r) && !survey_may(rq, &survey_p_step))
        return section_next(rq, s, out);
    if (survey_is_open(rq, s, &r) && survey_may(rq, &survey_p_answer))
        say_left(rq, s, p.needed - p.needed_done, out);
    else if (survey_flow_next(r.state, rq->who.roles, FLOW_BODY) &&
        survey_write_is_in_time(s, &r, rq->now))
        say_turn(rq, s, out);
    else
        return say_waiting(rq, s, &r, out);
    return OK;
}

/* What waits for this office comes before its own survey, and that before the others'. */
static err office_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    int64_t submitted, bodies, waiting;
    str year = short_name(rq, s);
    TRY(survey_waiting_count(rq->db, rq->who.scope, s->id, &waiting));
    out->href = str_fmt(rq->a, "/surveys/%lld/board%s", (long long)s->id.v,
        waiting ? "?show=waiting" : "");
    if (waiting) {
        out->text = str_fmt(rq->a, "%.*sの調査で、%lld 団体があなたの確認を待っています。",
            STR_F(year), (long long)waiting);
        out->label = S("確認を待つ団体を見る");
        return OK;
    }
    TRY(survey_submitted_count(rq->db, rq->who.scope, s->id, &(struct cube_filter){0}, &submitted, &bodies));
    out->text = str_fmt(rq->a, "%.*sの調査は、%lld 団体のうち %lld 団体がまだ提出していません。",
        STR_F(year), (long long)bodies, (long long)(bodies - submitted));
    out->label = S("団体ごとの状況を見る");
    return OK;
}

err survey_next_step(struct req *rq, struct next_step *out)
{
    struct survey s;
    bool own = !survey_may(rq, &survey_p_board);
    err e = survey_current(rq->db, rq->a, rq->who.scope, own, jday_of_usec(rq->now), &s);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (survey_may(rq, &survey_p_board))
        return office_next(rq, &s, out);
    return survey_may(rq, &survey_p_read) ? own_next(rq, &s, out) : OK;
}

/* ── home ── */

static err home_own(struct req *rq, const struct survey *s, struct view_home *v)
{
    struct response r;
    struct progress p;
    TRY(own_response(rq, s, &r, &p));
    if (r.id == 0)
        return OK;
    v->own.p[v->own.n++] = (struct view_home_own){.id = s->id.v,
        .title = s->title,
        .as_of = s->as_of,
        .deadline = s->shown_deadline,
        .state_key = survey_response_state_key(r.state),
        .state_name = survey_response_state_name(r.state),
        .done = p.done,
        .total = p.total,
        .percent = survey_percent(p.done, p.total),
        .needed_left = p.needed - p.needed_done,
        .open = survey_is_open(rq, s, &r) && survey_may(rq, &survey_p_answer),
        .submitted_at = r.submitted_at};
    return OK;
}

static err home_office(struct req *rq, const struct survey *s, struct view_home *v)
{
    int64_t submitted, bodies;
    TRY(survey_submitted_count(rq->db, rq->who.scope, s->id, &(struct cube_filter){0}, &submitted, &bodies));
    v->offices.p[v->offices.n++] = (struct view_home_offices){.id = s->id.v,
        .title = s->title,
        .submitted = submitted,
        .bodies = bodies,
        .percent = survey_percent(submitted, bodies),
        .board = survey_may(rq, &survey_p_board),
        .totals = survey_may(rq, &survey_p_totals)};
    return OK;
}

/* Open ones by their deadline; behind them the others, newest first as they came. */
static void nearest_first(struct view_home *v)
{
    for (size_t i = 1; i < v->own.n; i++) {
        struct view_home_own one = v->own.p[i];
        size_t k = i;
        for (; one.open && k > 0; k--) {
            const struct view_home_own *before = &v->own.p[k - 1];
            if (before->open && before->deadline <= one.deadline)
                break;
            v->own.p[k] = *before;
        }
        v->own.p[k] = one;
    }
}

err survey_home_read(struct req *rq)
{
    struct survey_list surveys;
    struct view_home *v = ARENA_NEW(rq->a, struct view_home);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_visible(rq->db, rq->a, rq->who.scope, &surveys));
    v->org = rq->who.org_name;
    v->any = surveys.n > 0;
    v->own.p = ARENA_ARRAY(rq->a, struct view_home_own, surveys.n);
    v->offices.p = ARENA_ARRAY(rq->a, struct view_home_offices, surveys.n);
    if (!v->own.p || !v->offices.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < surveys.n; i++) {
        if (survey_may(rq, &survey_p_read))
            TRY(home_own(rq, &surveys.v[i], v));
        if (survey_may(rq, &survey_p_board))
            TRY(home_office(rq, &surveys.v[i], v));
    }
    nearest_first(v);
    return req_show(rq, &view_home_type, v);
}

err survey_current_read(struct req *rq)
{
    struct survey s;
    err e = survey_current(rq->db, rq->a, rq->who.scope, true, jday_of_usec(rq->now), &s);
    if (e.code == ERR_NOTFOUND)
        return req_go(rq, S("/"));
    TRY(e);
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld", (long long)s.id.v));
}
