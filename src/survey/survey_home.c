/* SPDX-License-Identifier: Apache-2.0 */
/* The first page: where every survey stands. */
#include "survey/survey_page.h"

#include "home.ht.h"

static err home_own(struct req *rq, const struct survey *s, struct view_home *v)
{
    struct response r;
    struct progress p;
    TRY(survey_own_response(rq, s, &r, &p));
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
