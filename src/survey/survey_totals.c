/* SPDX-License-Identifier: Apache-2.0 */
/* Totals: every item, and one item by class of body and by prefecture. */
#include "survey/survey_measure.h"

#include "total.ht.h"
#include "totals.ht.h"

void survey_tally_add(struct tally *t, const struct question *q, const struct cube_row *r)
{
    int64_t option;
    if (q->type == ANSWER_STATUS) {
        t->done += str_eq(r->answer, S("done")) ? r->n : 0;
        t->partial += str_eq(r->answer, S("partial")) ? r->n : 0;
        t->none += str_eq(r->answer, S("none")) ? r->n : 0;
        t->na += str_eq(r->answer, S("na")) ? r->n : 0;
        t->n += r->n;
    } else if (str_eq(r->answer, S("#"))) {
        t->n += r->n;
        t->total += r->total;
    } else if (!err_is(parse_i64(r->answer, 1, FORM_OPTIONS, &option))) {
        t->option[option] += r->n;
        t->n += q->type == ANSWER_CHOICE ? r->n : 0;
    }
}

str survey_tally_summary(struct arena *a, const struct question *q, const struct tally *t)
{
    if (t->n == 0)
        return S("回答なし");
    if (q->type == ANSWER_NUMBER)
        return str_fmt(a, "平均 %lld.%lld%.*s", (long long)(t->total / t->n),
            (long long)(t->total % t->n * 10 / t->n), STR_F(q->unit));
    if (q->type == ANSWER_PERCENT)
        return str_fmt(a, "平均 %lld.%lld%%", (long long)(t->total / t->n / 10),
            (long long)(t->total / t->n % 10));
    size_t most = 1;
    for (size_t i = 2; i <= q->n_options; i++)
        if (t->option[i] > t->option[most])
            most = i;
    if (q->n_options == 0)
        return str_fmt(a, "回答 %lld 団体", (long long)t->n);
    BUF_AUTO b = BUF(1024);
    buf_lit(&b, "最も多い回答：");
    buf_str(&b, q->option[most - 1]);
    buf_lit(&b, "（");
    html_bp(&b, survey_share_bp(t->option[most], t->n));
    buf_lit(&b, "%）");
    return str_dup(a, buf_view(&b));
}

static int64_t bar_of(int64_t bp)
{
    return (bp + 50) / 100;
}

static int64_t rate_of(const struct rate_list *rates, question_id q)
{
    for (size_t i = 0; i < rates->n; i++)
        if (rates->v[i].question.v == q.v)
            return rates->v[i].bp;
    return -1;
}

static void total_row(struct req *rq, const struct question *q, const struct tally *t,
    int64_t submitted, int64_t rate, struct view_totals_areas_items *row)
{
    *row = (struct view_totals_areas_items){.code = q->code,
        .question = q->text,
        .is_status = q->type == ANSWER_STATUS,
        .share = survey_share_bp(t->done, t->n),
        .n = t->n,
        .unanswered = submitted - t->n,
        .done = t->done,
        .partial = t->partial,
        .none = t->none,
        .na = t->na,
        .has_rate = rate >= 0,
        .rate = rate < 0 ? 0 : rate,
        .rate_bar = rate < 0 ? 0 : bar_of(rate)};
    row->share_bar = bar_of(row->share);
    if (!row->is_status)
        row->summary = survey_tally_summary(rq->a, q, t);
}

static struct tally *tally_items(struct arena *a, const struct catalog *c, const struct cube_rows *rows)
{
    struct tally *t = ARENA_ARRAY(a, struct tally, c->n_items);
    for (size_t i = 0; t && i < rows->n; i++)
        for (size_t k = 0; k < c->n_items; k++)
            if (c->item[k].rev == rows->v[i].question_rev)
                survey_tally_add(&t[k], &c->item[k], &rows->v[i]);
    return t;
}

static err totals_areas(struct req *rq, const struct catalog *c, const struct cube_rows *rows,
    struct view_totals *v)
{
    struct rate_list rates;
    struct tally *t = tally_items(rq->a, c, rows);
    v->areas.p = ARENA_ARRAY(rq->a, struct view_totals_areas, c->n_areas);
    if (!t || !v->areas.p)
        return ERR(NOMEM);
    TRY(form_rate_all(rq->db, rq->a, &rates));
    for (size_t i = 0; i < c->n_areas; i++) {
        struct view_totals_areas *area = &v->areas.p[v->areas.n++];
        *area = (struct view_totals_areas){.code = c->area[i].code, .name = c->area[i].name};
        area->items.p = ARENA_ARRAY(rq->a, struct view_totals_areas_items, c->n_items);
        if (!area->items.p)
            return ERR(NOMEM);
        int64_t done = 0, n = 0; /* of the essential items that have 実施済み */
        for (size_t k = 0; k < c->n_items; k++) {
            const struct question *q = &c->item[k];
            if (!str_eq(q->area, area->code) || !form_counts(q))
                continue;
            total_row(rq, q, &t[k], v->submitted, rate_of(&rates, q->id),
                &area->items.p[area->items.n++]);
            bool counted = q->essential && q->type == ANSWER_STATUS;
            area->essentials += counted;
            done += counted ? t[k].done : 0;
            n += counted ? t[k].n : 0;
        }
        area->share = survey_share_bp(done, n);
    }
    return OK;
}

static err totals_choices(struct req *rq, struct view_totals *v)
{
    struct body_list all;
    v->classes.p = ARENA_ARRAY(rq->a, struct view_totals_classes, CLASS_VILLAGE);
    if (!v->classes.p)
        return ERR(NOMEM);
    for (int c = CLASS_PREFECTURE; c <= CLASS_VILLAGE; c++) {
        str key = org_class_key((enum body_class)c);
        v->classes.p[v->classes.n++] = (struct view_totals_classes){
            key, org_class_name((enum body_class)c), str_eq(key, v->class)};
    }
    if (v->held)
        return OK;
    TRY(org_pref_all(rq->db, rq->a, &all));
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_totals_prefs, all.n);
    if (!v->prefs.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->prefs.p[v->prefs.n++] = (struct view_totals_prefs){
            all.v[i].pref, all.v[i].name, all.v[i].pref == v->pref};
    return OK;
}

static err totals_view(struct req *rq, const struct survey *s, struct view_totals *v)
{
    const struct catalog *c;
    struct cube_rows rows;
    const struct scope *scope = rq->who.scope;
    TRY(form_catalog_get(rq->db, s->catalog, &c));
    *v = (struct view_totals){.id = s->id.v,
        .title = s->title,
        .as_of = s->as_of,
        .class = req_query(rq, "class"),
        .accepted = str_eq(req_query(rq, "only"), S("accepted")),
        .nation = survey_may(rq, &survey_p_open),
        .held = scope_level(scope) != SCOPE_NATION};
    if (err_is(parse_i64(req_query(rq, "pref"), 1, 99, &v->pref)))
        v->pref = 0;
    if (v->held)
        v->held_name = org_pref_name(rq->db, rq->a, scope_pref(scope));
    struct cube_filter f = {.by = CUBE_BY_ITEM,
        .class = org_class_of_key(v->class),
        .pref = v->pref,
        .accepted = v->accepted};
    TRY(survey_submitted_count(rq->db, scope, s->id, &f, &v->submitted, &v->bodies));
    TRY(survey_cube_sum(rq->db, rq->a, scope, s->id, &f, &rows));
    TRY(totals_choices(rq, v));
    return totals_areas(rq, c, &rows, v);
}

err survey_totals_read(struct req *rq)
{
    struct survey s;
    struct view_totals *v = ARENA_NEW(rq->a, struct view_totals);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(totals_view(rq, &s, v));
    return req_show(rq, &view_totals_type, v);
}

static const struct column totals_columns[] = {
    COLUMN_ITEM(KEY_COLUMN),
    COLUMN_AREA,
    COLUMN_QUESTION,
    {"share", "実施済みの割合（%）", COLUMN_SHARE, MAY_BE_EMPTY,
        "実施済みの団体の割合。分母はn。実施状況を尋ねない項目では、右の四つの数とともに空欄"},
    {"done", "実施済み", COLUMN_INT, MAY_BE_EMPTY, "実施済みの団体の数", .unit = "団体"},
    {"partial", "一部実施", COLUMN_INT, MAY_BE_EMPTY, "一部実施の団体の数", .unit = "団体"},
    {"none", "未実施", COLUMN_INT, MAY_BE_EMPTY, "未実施の団体の数", .unit = "団体"},
    {"na", "該当なし", COLUMN_INT, MAY_BE_EMPTY, "該当なしの団体の数", .unit = "団体"},
    {"summary", "概要", COLUMN_TEXT, MAY_BE_EMPTY,
        "実施状況を尋ねない項目の集計を言葉で"},
    COLUMN_N,
    {"unanswered", "未回答", COLUMN_INT, NEVER_EMPTY, "提出したが、この項目に答えていない団体の数",
        .unit = "団体"},
    {"published", "公表値（%）", COLUMN_SHARE, MAY_BE_EMPTY, "国が公表している値。なければ空欄"},
};
const struct table survey_totals_table = {.title = "項目ごとの集計",
    .about = "1行が1項目。選んだ区分・都道府県の団体の集計",
    .kind = "回答",
    TABLE_COLUMNS(totals_columns)};

static void totals_csv_row(struct csv *c, const struct view_totals_areas *area,
    const struct view_totals_areas_items *it)
{
    csv_str(c, it->code);
    csv_str(c, area->name);
    csv_str(c, it->question);
    if (it->is_status) {
        csv_bp(c, it->share);
        const int64_t counts[] = {it->done, it->partial, it->none, it->na};
        for (size_t i = 0; i < COUNT_OF(counts); i++)
            csv_i64(c, counts[i]);
    } else {
        csv_none(c, 5);
    }
    csv_str(c, it->summary);
    csv_i64(c, it->n);
    csv_i64(c, it->unanswered);
    if (it->has_rate)
        csv_bp(c, it->rate);
    else
        csv_none(c, 1);
}

err survey_totals_csv_read(struct req *rq)
{
    struct survey s;
    struct view_totals v;
    BUF_AUTO out = BUF(CSV_MOST);
    TRY(survey_of(rq, &s));
    TRY(totals_view(rq, &s, &v));
    struct csv c = survey_csv(rq, &s, &out);
    for (size_t i = 0; i < v.areas.n; i++) {
        for (size_t k = 0; k < v.areas.p[i].items.n; k++) {
            totals_csv_row(&c, &v.areas.p[i], &v.areas.p[i].items.p[k]);
            csv_end_row(&c);
        }
    }
    return survey_csv_send(rq, &s, &c);
}


/* ── one item ── */

static void answer_row(struct view_total *v, str label, int64_t n, int64_t of)
{
    int64_t share = survey_share_bp(n, of);
    v->answers.p[v->answers.n++] =
        (struct view_total_answers){.label = label, .n = n, .share = share, .bar = bar_of(share)};
}

static err total_answers(
    struct req *rq, const struct question *q, const struct tally *t, struct view_total *v)
{
    v->answers.p = ARENA_ARRAY(rq->a, struct view_total_answers, FORM_OPTIONS + 4);
    if (!v->answers.p)
        return ERR(NOMEM);
    if (q->type == ANSWER_STATUS) {
        answer_row(v, form_status_name(S("done")), t->done, t->n);
        answer_row(v, form_status_name(S("partial")), t->partial, t->n);
        answer_row(v, form_status_name(S("none")), t->none, t->n);
        if (q->allow_na)
            answer_row(v, form_status_name(S("na")), t->na, t->n);
        return OK;
    }
    for (size_t i = 1; i <= q->n_options; i++)
        answer_row(v, q->option[i - 1], t->option[i], t->n);
    if (q->n_options == 0)
        v->summary = survey_tally_summary(rq->a, q, t);
    return OK;
}

/* Rows of one split: the cube's rows of each group added up. */
static err total_group(struct req *rq, const struct question *q, const struct cube_rows *rows,
    enum cube_by by, const struct body_list *prefs, struct view_total *v)
{
    struct view_total_groups *g = &v->groups.p[v->groups.n];
    size_t most = by == CUBE_BY_CLASS ? CLASS_VILLAGE : prefs->n;
    g->heading = by == CUBE_BY_CLASS ? S("団体の区分") : S("都道府県");
    g->rows.p = ARENA_ARRAY(rq->a, struct view_total_groups_rows, most);
    if (!g->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < most; i++) {
        int64_t key = by == CUBE_BY_CLASS ? (int64_t)i + 1 : prefs->v[i].pref;
        struct tally t = {0};
        for (size_t k = 0; k < rows->n; k++)
            if ((by == CUBE_BY_CLASS ? rows->v[k].class : rows->v[k].pref) == key)
                survey_tally_add(&t, q, &rows->v[k]);
        if (t.n == 0)
            continue;
        int64_t share = survey_share_bp(t.done, t.n);
        g->rows.p[g->rows.n++] = (struct view_total_groups_rows){
            .name = by == CUBE_BY_CLASS ? org_class_name((enum body_class)key) : prefs->v[i].name,
            .n = t.n,
            .first = t.done,
            .share = share,
            .bar = bar_of(share),
            .summary = q->type == ANSWER_STATUS ? STR_NONE : survey_tally_summary(rq->a, q, &t)};
    }
    v->groups.n++;
    return OK;
}

static err total_groups(struct req *rq, const struct survey *s, const struct question *q,
    struct tally *all, struct view_total *v)
{
    struct cube_rows rows;
    struct body_list prefs;
    const struct scope *scope = rq->who.scope;
    v->groups.p = ARENA_ARRAY(rq->a, struct view_total_groups, 4);
    if (!v->groups.p)
        return ERR(NOMEM);
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    struct cube_filter f = {.by = CUBE_BY_CLASS, .question_rev = q->rev, .accepted = v->accepted};
    TRY(survey_cube_sum(rq->db, rq->a, scope, s->id, &f, &rows));
    for (size_t i = 0; i < rows.n; i++)
        survey_tally_add(all, q, &rows.v[i]);
    TRY(total_group(rq, q, &rows, CUBE_BY_CLASS, &prefs, v));
    f.by = CUBE_BY_PREF;
    TRY(survey_cube_sum(rq->db, rq->a, scope, s->id, &f, &rows));
    TRY(total_group(rq, q, &rows, CUBE_BY_PREF, &prefs, v));
    return survey_band_groups(rq, s, q, v);
}

static err option_rates(struct req *rq, const struct question *q, struct view_total *v)
{
    for (size_t i = 0; q->n_options && i < v->answers.n; i++) {
        struct rate rate;
        TRY(form_rate_get(rq->db, rq->a, q->id, str_fmt(rq->a, "%zu", i + 1), &rate));
        v->answers.p[i].has_rate = rate.known;
        v->answers.p[i].rate = rate.bp;
        v->has_option_rates = v->has_option_rates || rate.known;
    }
    return OK;
}

/* The options people choose most come first (R16); equal ones stay in the order asked. */
static void rank_answers(struct view_total *v)
{
    for (size_t i = 1; i < v->answers.n; i++) {
        struct view_total_answers one = v->answers.p[i];
        size_t k = i;
        for (; k > 0 && v->answers.p[k - 1].n < one.n; k--)
            v->answers.p[k] = v->answers.p[k - 1];
        v->answers.p[k] = one;
    }
}

static err total_rate(struct req *rq, const struct question *q, struct view_total *v)
{
    TRY(survey_rate_view(rq, q, &v->rate));
    TRY(option_rates(rq, q, v));
    if (q->type == ANSWER_MULTI)
        rank_answers(v);
    return OK;
}

/* What was said against what was measured, body by body, when it was submitted. */
static err total_measured(
    struct req *rq, const struct survey *s, const struct question *q, struct view_total *v)
{
    struct measure_counts all;
    TRY(survey_measured_count(rq->db, rq->a, rq->who.scope, s, q, &all));
    v->measured.p = ARENA_ARRAY(rq->a, struct view_total_measured, all.n);
    if (!v->measured.p)
        return ERR(NOMEM);
    for (; v->measured.n < all.n; v->measured.n++) {
        const struct measure_count *c = &all.v[v->measured.n];
        v->measured.p[v->measured.n] = (struct view_total_measured){
            str_of(c->measure->label), c->both, c->same, c->differs, c->explained};
    }
    return OK;
}

static err total_view(struct req *rq, const struct survey *s, struct view_total *v)
{
    const struct catalog *c;
    struct tally all = {0};
    int64_t submitted, bodies;
    TRY(form_catalog_get(rq->db, s->catalog, &c));
    const struct question *q = form_item(c, req_param(rq, "code"));
    if (!q || !form_counts(q))
        return ERR(NOTFOUND);
    *v = (struct view_total){.id = s->id.v,
        .title = s->title,
        .code = q->code,
        .question = q->text,
        .as_of = s->as_of,
        .accepted = str_eq(req_query(rq, "only"), S("accepted")),
        .is_status = q->type == ANSWER_STATUS};
    TRY(total_groups(rq, s, q, &all, v));
    struct cube_filter f = {.accepted = v->accepted};
    TRY(survey_submitted_count(rq->db, rq->who.scope, s->id, &f, &submitted, &bodies));
    v->n = all.n;
    v->unanswered = submitted - all.n;
    TRY(total_answers(rq, q, &all, v));
    TRY(total_measured(rq, s, q, v));
    return total_rate(rq, q, v);
}

err survey_total_read(struct req *rq)
{
    struct survey s;
    struct view_total *v = ARENA_NEW(rq->a, struct view_total);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(total_view(rq, &s, v));
    return req_show(rq, &view_total_type, v);
}

static const struct column total_columns[] = {
    COLUMN_ITEM(KEY_COLUMN),
    COLUMN_QUESTION,
    {"by", "分け方", COLUMN_TEXT, KEY_COLUMN, "団体の区分別か、都道府県別か"},
    {"group", "区分", COLUMN_TEXT, KEY_COLUMN, "区分か都道府県の名前"},
    {"share", "実施済みの割合（%）", COLUMN_SHARE, MAY_BE_EMPTY,
        "実施済みの団体の割合。分母はn。実施状況を尋ねない項目では空欄"},
    {"done", "実施済み", COLUMN_INT, MAY_BE_EMPTY,
        "実施済みの団体の数。実施状況を尋ねない項目では空欄", .unit = "団体"},
    {"summary", "概要", COLUMN_TEXT, MAY_BE_EMPTY, "実施状況を尋ねない項目の集計を言葉で"},
    COLUMN_N,
};
const struct table survey_total_table = {.title = "項目の集計",
    .about = "1行が、一つの項目の、一つの区分か都道府県の集計",
    .kind = "回答",
    TABLE_COLUMNS(total_columns)};

/* Both splits in one table: what is split by, the group, its figures. */
err survey_total_csv_read(struct req *rq)
{
    struct survey s;
    struct view_total v;
    BUF_AUTO out = BUF(CSV_MOST);
    TRY(survey_of(rq, &s));
    TRY(total_view(rq, &s, &v));
    struct csv c = survey_csv(rq, &s, &out);
    for (size_t i = 0; i < v.groups.n; i++) {
        for (size_t k = 0; k < v.groups.p[i].rows.n; k++) {
            const struct view_total_groups_rows *r = &v.groups.p[i].rows.p[k];
            csv_str(&c, v.code);
            csv_str(&c, v.question);
            csv_str(&c, v.groups.p[i].heading);
            csv_str(&c, r->name);
            if (v.is_status) {
                csv_bp(&c, r->share);
                csv_i64(&c, r->first);
            } else {
                csv_none(&c, 2);
            }
            csv_str(&c, r->summary);
            csv_i64(&c, r->n);
            csv_end_row(&c);
        }
    }
    return survey_csv_send(rq, &s, &c);
}
