/* SPDX-License-Identifier: Apache-2.0 */
/* One item by band of population and by 中核市 (R284), where an office filled in the figures. The
 * cube knows class and prefecture only, so this counts the submissions of that item itself: one
 * index seek a body. Without figures there is no such split. */
#include "survey/survey_page.h"

#include "total.ht.h"

enum { NO_FIGURE = 0, CORE = BANDS + 1, NO_CORE, GROUPS };

struct banding {
    const struct question *q;
    struct attribute_list figures; /* by body */
    struct tally tally[GROUPS];    /* of no figure, each band, 中核市, the others */
};

static const struct attribute *figure_of(const struct attribute_list *all, int64_t body)
{
    size_t low = 0, high = all->n;
    while (low < high) {
        size_t at = low + (high - low) / 2;
        if (all->v[at].body.v < body)
            low = at + 1;
        else
            high = at;
    }
    return low < all->n && all->v[low].body.v == body ? &all->v[low] : NULL;
}

static void count(struct banding *b, int64_t body, str value)
{
    struct cube_cell cells[CUBE_CELLS];
    const struct attribute *at = figure_of(&b->figures, body);
    int band = at ? org_band_of_population(at->population) : NO_FIGURE;
    size_t n = survey_cube_cells(b->q, value, cells);
    for (size_t i = 0; i < n; i++) {
        struct cube_row row = {.answer = cells[i].answer, .n = 1, .total = cells[i].total};
        survey_tally_add(&b->tally[band], b->q, &row);
        if (at)
            survey_tally_add(&b->tally[at->core_city ? CORE : NO_CORE], b->q, &row);
    }
}

static str group_name(int group)
{
    return group == CORE         ? S("中核市")
        : group == NO_CORE       ? S("中核市でない団体")
        : group == NO_FIGURE     ? S("人口の数字がない団体")
                                 : org_band_name(group);
}

static err put_group(struct req *rq, const struct banding *b, str heading, str note, int first,
    int last, struct view_total *v)
{
    struct view_total_groups *g = &v->groups.p[v->groups.n++];
    *g = (struct view_total_groups){.heading = heading, .note = note};
    g->rows.p = ARENA_ARRAY(rq->a, struct view_total_groups_rows, GROUPS);
    if (!g->rows.p)
        return ERR(NOMEM);
    for (int i = first; i <= last + 1; i++) {
        int group = i <= last ? i : NO_FIGURE; /* those without a figure come last */
        const struct tally *t = &b->tally[group];
        if (t->n == 0)
            continue;
        int64_t share = survey_share_bp(t->done, t->n);
        g->rows.p[g->rows.n++] = (struct view_total_groups_rows){.name = group_name(group),
            .n = t->n,
            .first = t->done,
            .share = share,
            .bar = (share + 50) / 100,
            .summary = b->q->type == ANSWER_STATUS ? STR_NONE
                                                   : survey_tally_summary(rq->a, b->q, t)};
    }
    return OK;
}

/* Day and source of the newest figures used. */
static str note_of(struct req *rq, const struct attribute_list *figures)
{
    const struct attribute *newest = &figures->v[0];
    for (size_t i = 1; i < figures->n; i++)
        if (figures->v[i].as_of > newest->as_of)
            newest = &figures->v[i];
    BUF_AUTO b = BUF(2048);
    put_wareki_day(&b, newest->as_of);
    buf_lit(&b, "現在の数字による。出典：");
    buf_str(&b, newest->source);
    return str_dup(rq->a, buf_view(&b));
}

err survey_band_groups(
    struct req *rq, const struct survey *s, const struct question *q, struct view_total *v)
{
    struct banding *b = ARENA_NEW(rq->a, struct banding);
    struct body_answers answers;
    if (!b)
        return ERR(NOMEM);
    b->q = q;
    TRY(org_attribute_all(rq->db, rq->a, rq->who.scope, s->as_of, &b->figures));
    if (b->figures.n == 0)
        return OK; /* nothing is invented */
    TRY(survey_answers_in_force(
        rq->db, rq->a, rq->who.scope, s->id, q->id, v->accepted, &answers));
    for (size_t i = 0; i < answers.n; i++)
        count(b, answers.v[i].body.v, answers.v[i].value);
    str note = note_of(rq, &b->figures);
    TRY(put_group(rq, b, S("人口の区分"), note, 1, BANDS, v));
    return put_group(rq, b, S("中核市"), note, CORE, NO_CORE, v);
}
