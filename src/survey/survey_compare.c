/* SPDX-License-Identifier: Apache-2.0 */
/* The own years by area, and the own body beside the nation, its class and its prefecture. */
#include "survey/survey_compare.h"

#include "compare.ht.h"

/* ── loading ── */

static err load_year(struct req *rq, const struct survey *s, struct comparison *c)
{
    struct response r;
    err e = survey_response_get(rq->db, rq->who.scope, s->id, c->body.id, &r);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (r.horizon == 0)
        return OK; /* nothing in force: an answer that was not submitted is compared with nobody */
    struct own_year *y = &c->year[c->n_years];
    *y = (struct own_year){.survey = *s, .class = r.class, .pref = r.pref};
    TRY(form_catalog_get(rq->db, s->catalog, &y->catalog));
    y->facts = ARENA_ARRAY(rq->a, struct fact, y->catalog->n_items);
    if (!y->facts)
        return ERR(NOMEM);
    TRY(form_fact_all(rq->db, rq->a, rq->who.scope, s->id.v, c->body.id, r.horizon, y->catalog,
        y->facts));
    c->n_years++;
    return OK;
}

static err load_years(struct req *rq, struct comparison *c)
{
    struct survey s = c->asked;
    for (int most = COMPARE_YEARS;; most--) {
        TRY(load_year(rq, &s, c));
        if (s.previous.v == 0 || most == 1)
            return OK;
        TRY(survey_get(rq->db, rq->a, s.previous, &s));
    }
}

static err load_peers(struct req *rq, struct comparison *c)
{
    bool own = c->n_years > 0;
    int64_t class = own ? c->year[0].class : (int64_t)c->body.class;
    int64_t pref = own ? c->year[0].pref : c->body.pref;
    const struct {
        enum release_total way;
        int64_t grp;
        str name;
    } rows[COMPARE_GROUPS] = {{TOTAL_NATION, 0, S("全国")},
        {TOTAL_CLASS, class, org_class_name((enum body_class)class)},
        {TOTAL_PREF, pref, org_pref_name(rq->db, rq->a, pref)}};
    for (size_t i = 0; i < COMPARE_GROUPS; i++) {
        c->peer[i].name = i == 0 ? rows[i].name
            : str_fmt(rq->a, i == 1 ? "同じ区分（%.*s）" : "同じ都道府県（%.*s）",
                STR_F(rows[i].name));
        TRY(survey_release_get(rq->db, rq->a, c->survey.id, c->catalog, rows[i].way, rows[i].grp,
            &c->peer[i].total));
    }
    return OK;
}

static bool is_same(const struct own_year *y, const struct question *q)
{
    const struct question *other = form_item_by_id(y->catalog, q->id);
    return other && other->rev == q->rev && survey_comparison_has(other);
}

static err mark_same(struct arena *a, struct comparison *c)
{
    for (size_t i = 0; i < c->n_years; i++) {
        struct own_year *y = &c->year[i];
        y->same = ARENA_ARRAY(a, bool, y->catalog->n_items);
        if (!y->same)
            return ERR(NOMEM);
        for (size_t k = 0; k < y->catalog->n_items; k++) {
            y->same[k] = true;
            for (size_t other = 0; other < c->n_years && y->same[k]; other++)
                y->same[k] = is_same(&c->year[other], &y->catalog->item[k]);
        }
    }
    return OK;
}

err survey_comparison_load(struct req *rq, struct comparison *out)
{
    *out = (struct comparison){0};
    TRY(survey_of(rq, &out->asked));
    TRY(org_body_get(
        rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &out->body));
    TRY(load_years(rq, out));
    TRY(mark_same(rq->a, out));
    out->survey = out->n_years ? out->year[0].survey : out->asked;
    TRY(form_catalog_get(rq->db, out->survey.catalog, &out->catalog));
    return load_peers(rq, out);
}

bool survey_comparison_has(const struct question *q)
{
    return q->type == ANSWER_STATUS && survey_release_is_common(q) && form_counts(q);
}

bool survey_comparison_tally(
    const struct comparison *c, const struct peer *p, const struct question *q, struct tally *out)
{
    const struct released_item *it = &p->total.item[q - c->catalog->item];
    *out = (struct tally){0};
    for (size_t i = 0; i < it->n_cells; i++) {
        struct cube_row row = {
            .answer = it->cell[i].answer, .n = it->cell[i].n, .total = it->cell[i].total};
        survey_tally_add(out, q, &row);
    }
    /* Essential items are answered by everybody: their blocks do not ask who does. */
    return out->n >= RELEASE_LEAST && (!survey_release_is_common(q) || out->n == it->bodies);
}

/* ── charts: 320 units wide, so that the letters stay readable on a telephone ── */

enum { PLOT_TOP = 16, PLOT_HEIGHT = 100, PLOT_LEFT = 34, PLOT_WIDTH = 280, ROW_HEIGHT = 40,
    BAR_LEFT = 8, BAR_WIDTH = 240 };

static void place_year(struct view_compare_areas_years *y, size_t i, size_t n)
{
    int64_t pitch = PLOT_WIDTH / (int64_t)(n > 4 ? n : 4);
    y->width = pitch * 6 / 10;
    y->x = PLOT_LEFT + (int64_t)i * pitch + pitch / 5;
    y->middle = y->x + y->width / 2;
    y->height = y->done * PLOT_HEIGHT / 10000;
    y->top = PLOT_TOP + PLOT_HEIGHT - y->height;
    y->partial_height = (y->done + y->partial) * PLOT_HEIGHT / 10000 - y->height;
    y->partial_top = y->top - y->partial_height;
    y->label = y->partial_top - 3;
}

static void place_group(struct view_compare_areas_groups *g, size_t i)
{
    g->text = (int64_t)i * ROW_HEIGHT + 14;
    g->bar = g->text + 5;
    g->x = BAR_LEFT;
    g->width = g->done * BAR_WIDTH / 10000;
    g->partial_x = BAR_LEFT + g->width;
    g->partial_width = (g->done + g->partial) * BAR_WIDTH / 10000 - g->width;
    g->value = BAR_LEFT + BAR_WIDTH + 4;
    g->under = g->bar + 11;
}

/* ── the page ── */

static str short_year(struct arena *a, int fiscal_year)
{
    return fiscal_year >= 2019 ? str_fmt(a, "R%d", fiscal_year - 2018)
                               : str_fmt(a, "H%d", fiscal_year - 1988);
}

static void count_own(const struct own_year *y, str area, bool same, struct tally *t)
{
    for (size_t i = 0; i < y->catalog->n_items; i++) {
        const struct question *q = &y->catalog->item[i];
        if (!str_eq(q->area, area) || !survey_comparison_has(q) || (same && !y->same[i]) ||
            y->facts[i].value.n == 0)
            continue;
        struct cube_row row = {.answer = y->facts[i].value, .n = 1};
        survey_tally_add(t, q, &row);
    }
}

static err area_years(struct req *rq, const struct comparison *c, struct view_compare_areas *v)
{
    v->years.p = ARENA_ARRAY(rq->a, struct view_compare_areas_years, COMPARE_YEARS);
    if (!v->years.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_years; i++) {
        const struct own_year *y = &c->year[c->n_years - 1 - i];
        struct view_compare_areas_years *row = &v->years.p[v->years.n++];
        struct tally t = {0};
        count_own(y, v->code, true, &t);
        *row = (struct view_compare_areas_years){.year = survey_year_text(rq->a, y->survey.fiscal_year),
            .short_year = short_year(rq->a, y->survey.fiscal_year),
            .as_of = y->survey.as_of,
            .items = t.n,
            .done = survey_share_bp(t.done, t.n),
            .partial = survey_share_bp(t.partial, t.n)};
        v->same = t.n;
        place_year(row, i, c->n_years);
    }
    return OK;
}

/* All essential items of the area added up; one that may not be shown hides the whole. */
static void group_row(const struct comparison *c, const struct peer *p,
    const struct view_compare_areas *v, struct view_compare_areas_groups *row)
{
    struct tally sum = {0};
    *row = (struct view_compare_areas_groups){.name = p->name, .bodies = p->total.bodies};
    for (size_t i = 0; i < c->catalog->n_items; i++) {
        const struct question *q = &c->catalog->item[i];
        struct tally t;
        if (!str_eq(q->area, v->code) || !survey_comparison_has(q))
            continue;
        row->withheld = row->withheld || !survey_comparison_tally(c, p, q, &t);
        sum.done += t.done;
        sum.partial += t.partial;
        sum.n += t.n;
    }
    row->withheld = row->withheld || row->bodies < RELEASE_LEAST;
    if (row->withheld) {
        row->bodies = 0;
        return;
    }
    row->done = survey_share_bp(sum.done, sum.n);
    row->partial = survey_share_bp(sum.partial, sum.n);
}

static err area_groups(struct req *rq, const struct comparison *c, struct view_compare_areas *v)
{
    v->groups.p = ARENA_ARRAY(rq->a, struct view_compare_areas_groups, COMPARE_GROUPS + 1);
    if (!v->groups.p)
        return ERR(NOMEM);
    if (c->n_years) {
        struct tally t = {0};
        count_own(&c->year[0], v->code, false, &t);
        v->compared = t.n;
        v->groups.p[v->groups.n++] = (struct view_compare_areas_groups){.name = S("自団体"),
            .own = true,
            .bodies = 1,
            .done = survey_share_bp(t.done, t.n),
            .partial = survey_share_bp(t.partial, t.n)};
    }
    for (size_t i = 0; i < COMPARE_GROUPS; i++)
        group_row(c, &c->peer[i], v, &v->groups.p[v->groups.n++]);
    for (size_t i = 0; i < v->groups.n; i++)
        place_group(&v->groups.p[i], i);
    return OK;
}

static err area_items(struct req *rq, const struct comparison *c, struct view_compare_areas *v)
{
    v->items.p = ARENA_ARRAY(rq->a, struct view_compare_areas_items, c->catalog->n_items);
    if (!v->items.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->catalog->n_items; i++) {
        const struct question *q = &c->catalog->item[i];
        if (str_eq(q->area, v->code) && form_counts(q))
            v->items.p[v->items.n++] = (struct view_compare_areas_items){q->code, q->text};
    }
    return OK;
}

static err compare_view(struct req *rq, struct comparison *c, struct view_compare *v)
{
    TRY(survey_comparison_load(rq, c));
    *v = (struct view_compare){.id = c->asked.id.v,
        .title = c->asked.title,
        .body = c->body.name,
        .year = survey_year_text(rq->a, c->survey.fiscal_year),
        .as_of = c->survey.as_of,
        .earlier = c->survey.id.v != c->asked.id.v,
        .own = c->n_years > 0,
        .n_years = (int64_t)c->n_years,
        .least = RELEASE_LEAST};
    v->areas.p = ARENA_ARRAY(rq->a, struct view_compare_areas, c->catalog->n_areas);
    if (!v->areas.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->catalog->n_areas; i++) {
        struct view_compare_areas *area = &v->areas.p[v->areas.n++];
        *area = (struct view_compare_areas){
            .code = c->catalog->area[i].code, .name = c->catalog->area[i].name};
        TRY(area_years(rq, c, area));
        TRY(area_groups(rq, c, area));
        TRY(area_items(rq, c, area));
        area->chart_height = (int64_t)area->groups.n * ROW_HEIGHT + 6;
        v->same += area->same;
    }
    return OK;
}

err survey_compare_read(struct req *rq)
{
    struct comparison *c = ARENA_NEW(rq->a, struct comparison);
    struct view_compare *v = ARENA_NEW(rq->a, struct view_compare);
    if (!c || !v)
        return ERR(NOMEM);
    TRY(compare_view(rq, c, v));
    return req_show(rq, &view_compare_type, v);
}

/* ── as a file ── */

static const struct column columns[] = {
    {"part", "表", COLUMN_TEXT, KEY_COLUMN, "自団体の経年か、ほかの団体との比較か"},
    {"area", "分野", COLUMN_TEXT, KEY_COLUMN, "項目の分野"},
    {"who", "対象", COLUMN_TEXT, KEY_COLUMN, "自団体か、比べる団体の集まり"},
    COLUMN_FISCAL_YEAR(KEY_COLUMN),
    {"items", "項目数", COLUMN_INT, NEVER_EMPTY, "比べた項目の数", .unit = "項目"},
    {"n", "n（団体）", COLUMN_INT, MAY_BE_EMPTY, "数えた団体の数。公表しないときは空欄",
        .unit = "団体"},
    {"done", "実施済みの割合（%）", COLUMN_SHARE, MAY_BE_EMPTY,
        "項目のうち実施済みの割合。公表しないときは空欄"},
    {"partial", "一部実施の割合（%）", COLUMN_SHARE, MAY_BE_EMPTY,
        "項目のうち一部実施の割合。公表しないときは空欄"},
    {"note", "注", COLUMN_TEXT, MAY_BE_EMPTY, "値を示さない理由"},
};
const struct table survey_compare_table = {.title = "分野ごとの比較",
    .about = "1行が、一つの分野の、自団体か団体の集まりの一年度",
    .kind = "回答",
    TABLE_COLUMNS(columns)};

static void csv_shares(struct csv *c, int64_t done, int64_t partial, bool withheld)
{
    if (withheld) {
        csv_none(c, 2);
        csv_str(c, S("5団体未満のため非公表"));
        return;
    }
    csv_bp(c, done);
    csv_bp(c, partial);
    csv_str(c, STR_NONE);
}

static void csv_area(struct csv *c, const struct comparison *all, const struct view_compare *v,
    const struct view_compare_areas *area)
{
    for (size_t i = 0; i < area->years.n; i++) {
        const struct view_compare_areas_years *y = &area->years.p[i];
        csv_str(c, S("自団体の経年"));
        csv_str(c, area->name);
        csv_str(c, S("自団体"));
        csv_str(c, y->year);
        csv_i64(c, y->items);
        csv_i64(c, 1);
        csv_shares(c, y->done, y->partial, false);
        c->as_of = all->year[all->n_years - 1 - i].survey.as_of;
        csv_end_row(c);
    }
    for (size_t i = 0; i < area->groups.n; i++) {
        const struct view_compare_areas_groups *g = &area->groups.p[i];
        csv_str(c, S("ほかの団体との比較"));
        csv_str(c, area->name);
        csv_str(c, g->name);
        csv_str(c, v->year);
        csv_i64(c, area->compared);
        if (g->withheld)
            csv_none(c, 1);
        else
            csv_i64(c, g->bodies);
        csv_shares(c, g->done, g->partial, g->withheld);
        c->as_of = all->survey.as_of;
        csv_end_row(c);
    }
}

err survey_compare_csv_read(struct req *rq)
{
    struct comparison *all = ARENA_NEW(rq->a, struct comparison);
    struct view_compare v;
    BUF_AUTO out = BUF(CSV_MOST);
    if (!all)
        return ERR(NOMEM);
    TRY(compare_view(rq, all, &v));
    struct csv c = survey_csv(rq, &all->survey, &out);
    for (size_t i = 0; i < v.areas.n; i++)
        csv_area(&c, all, &v, &v.areas.p[i]);
    return survey_csv_send(rq, &all->survey, &c);
}
