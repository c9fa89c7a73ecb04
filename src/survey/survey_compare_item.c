/* SPDX-License-Identifier: Apache-2.0 */
/* One item: the own answers of all years, and how the others have answered. */
#include "survey/survey_compare.h"

#include "compare_item.ht.h"

enum { ROW = 22, BAR = 200 };

static err own_answers(struct req *rq, const struct comparison *c, const struct question *q,
    struct view_compare_item *v)
{
    v->own.p = ARENA_ARRAY(rq->a, struct view_compare_item_own, c->n_years);
    if (!v->own.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_years; i++) {
        const struct own_year *y = &c->year[i];
        const struct question *was = form_item_by_id(y->catalog, q->id);
        if (!was)
            continue;
        const struct fact *f = &y->facts[was - y->catalog->item];
        v->own.p[v->own.n++] = (struct view_compare_item_own){
            .year = survey_year_text(rq->a, y->survey.fiscal_year),
            .value = f->value.n ? form_answer_text(rq->a, was, f->value) : S("未回答"),
            .basis = f->value.n ? form_basis_name(f->basis) : STR_NONE,
            .reworded = was->rev != q->rev,
            .as_of = y->survey.as_of};
    }
    return OK;
}

/* ── the answers there are ── */

struct answer_word {
    str label, short_label;
    size_t option; /* 0: a status */
    str status;
};

static size_t answer_words(
    struct arena *a, const struct question *q, struct answer_word out[FORM_OPTIONS + 4])
{
    static const str statuses[] = {S("done"), S("partial"), S("none"), S("na")};
    size_t n = 0;
    for (size_t i = 0; q->type == ANSWER_STATUS && i < (q->allow_na ? 4u : 3u); i++) {
        str name = form_status_name(statuses[i]);
        out[n++] = (struct answer_word){name, name, 0, statuses[i]};
    }
    for (size_t i = 0; i < q->n_options; i++)
        out[n++] = (struct answer_word){
            q->option[i], str_fmt(a, "選択肢%zu", i + 1), i + 1, STR_NONE};
    return n;
}

static int64_t count_of(const struct tally *t, const struct answer_word *w)
{
    if (w->option)
        return t->option[w->option];
    return str_eq(w->status, S("done")) ? t->done : str_eq(w->status, S("partial")) ? t->partial
        : str_eq(w->status, S("none"))  ? t->none
                                        : t->na;
}

/* What people choose most comes first (R16), by the first group that may be shown; equal ones
 * stay in the order asked. */
static void rank_words(struct answer_word *w, size_t n, const struct tally *by)
{
    for (size_t i = 1; i < n; i++) {
        struct answer_word one = w[i];
        size_t k = i;
        for (; k > 0 && count_of(by, &w[k - 1]) < count_of(by, &one); k--)
            w[k] = w[k - 1];
        w[k] = one;
    }
}

static bool is_own(str value, const struct answer_word *w)
{
    return value.n && (w->option ? form_answer_has_option(value, w->option)
                                 : str_eq(value, w->status));
}

static err answers_of(struct req *rq, const struct answer_word *words, size_t n,
    const struct tally *t, str own, struct view_compare_item_groups *g)
{
    g->answers.p = ARENA_ARRAY(rq->a, struct view_compare_item_groups_answers, n);
    if (!g->answers.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        int64_t count = count_of(t, &words[i]), share = survey_share_bp(count, t->n);
        g->answers.p[g->answers.n++] = (struct view_compare_item_groups_answers){
            .label = words[i].label,
            .short_label = words[i].short_label,
            .numbered = words[i].option > 0,
            .own = is_own(own, &words[i]),
            .n = count,
            .share = share,
            .text = (int64_t)i * ROW + 16,
            .bar = (int64_t)i * ROW + 6,
            .width = share * BAR / 10000};
    }
    g->chart_height = (int64_t)n * ROW + 6;
    return OK;
}

static err groups_of(struct req *rq, const struct comparison *c, const struct question *q,
    struct view_compare_item *v)
{
    struct answer_word words[FORM_OPTIONS + 4];
    struct tally t[COMPARE_GROUPS];
    bool shown[COMPARE_GROUPS];
    size_t n = answer_words(rq->a, q, words);
    str own = c->n_years ? c->year[0].facts[q - c->catalog->item].value : STR_NONE;
    v->groups.p = ARENA_ARRAY(rq->a, struct view_compare_item_groups, COMPARE_GROUPS);
    if (!v->groups.p)
        return ERR(NOMEM);
    for (size_t i = COMPARE_GROUPS; i-- > 0;) {
        shown[i] = survey_comparison_tally(c, &c->peer[i], q, &t[i]);
        if (shown[i] && q->type == ANSWER_MULTI)
            rank_words(words, n, &t[i]); /* the widest group that may be shown ranks last */
    }
    for (size_t i = 0; i < COMPARE_GROUPS; i++) {
        struct view_compare_item_groups *g = &v->groups.p[v->groups.n++];
        *g = (struct view_compare_item_groups){
            .number = (int64_t)i, .name = c->peer[i].name, .withheld = !shown[i]};
        if (!shown[i])
            continue;
        g->n = t[i].n;
        g->unanswered = c->peer[i].total.item[q - c->catalog->item].bodies - t[i].n;
        if (n == 0)
            g->summary = survey_tally_summary(rq->a, q, &t[i]);
        TRY(answers_of(rq, words, n, &t[i], own, g));
    }
    return OK;
}

static err item_view(struct req *rq, struct comparison *c, struct view_compare_item *v)
{
    TRY(survey_comparison_load(rq, c));
    const struct question *q = form_item(c->catalog, req_param(rq, "code"));
    if (!q || !form_counts(q))
        return ERR(NOTFOUND);
    *v = (struct view_compare_item){.id = c->asked.id.v,
        .title = c->asked.title,
        .code = q->code,
        .question = q->text,
        .body = c->body.name,
        .unit = q->unit,
        .year = survey_year_text(rq->a, c->survey.fiscal_year),
        .as_of = c->survey.as_of,
        .least = RELEASE_LEAST};
    TRY(own_answers(rq, c, q, v));
    TRY(groups_of(rq, c, q, v));
    return survey_rate_view(rq, q, &v->rate);
}

err survey_compare_item_read(struct req *rq)
{
    struct comparison *c = ARENA_NEW(rq->a, struct comparison);
    struct view_compare_item *v = ARENA_NEW(rq->a, struct view_compare_item);
    if (!c || !v)
        return ERR(NOMEM);
    TRY(item_view(rq, c, v));
    return req_show(rq, &view_compare_item_type, v);
}

/* ── as a file ── */

static const struct column columns[] = {
    COLUMN_ITEM(NEVER_EMPTY),
    COLUMN_QUESTION,
    {"who", "対象", COLUMN_TEXT, NEVER_EMPTY, "自団体か、比べる団体の集まり"},
    COLUMN_FISCAL_YEAR(NEVER_EMPTY),
    {"answer", "回答", COLUMN_TEXT, MAY_BE_EMPTY, "回答か、回答の集計を言葉で"},
    {"share", "割合（%）", COLUMN_SHARE, MAY_BE_EMPTY, "その回答の団体の割合。分母はn"},
    {"bodies", "団体数", COLUMN_INT, MAY_BE_EMPTY, "その回答の団体の数", .unit = "団体"},
    {"n", "n（団体）", COLUMN_INT, MAY_BE_EMPTY, "数えた団体の数。自団体の行と、公表しないときは空欄",
        .unit = "団体"},
    {"unanswered", "未回答（団体）", COLUMN_INT, MAY_BE_EMPTY, "この項目に答えていない団体の数",
        .unit = "団体"},
    {"unit", "単位", COLUMN_TEXT, MAY_BE_EMPTY, "回答が数のときの単位"},
    {"note", "注", COLUMN_TEXT, MAY_BE_EMPTY, "値を示さない理由、年度による文言の違い"},
};
const struct table survey_compare_item_table = {.title = "項目の比較",
    .about = "1行が、一つの項目の、自団体の一年度の回答か、団体の集まりの一つの回答の数",
    .kind = "回答",
    TABLE_COLUMNS(columns)};

static void csv_head(struct csv *c, const struct view_compare_item *v, str who, str year)
{
    csv_str(c, v->code);
    csv_str(c, v->question);
    csv_str(c, who);
    csv_str(c, year);
}

static void csv_group(
    struct csv *c, const struct view_compare_item *v, const struct view_compare_item_groups *g)
{
    if (g->withheld || g->answers.n == 0) {
        csv_head(c, v, g->name, v->year);
        csv_str(c, g->summary);
        csv_none(c, 2);
        if (g->withheld) {
            csv_none(c, 2);
        } else {
            csv_i64(c, g->n);
            csv_i64(c, g->unanswered);
        }
        csv_str(c, v->unit);
        csv_str(c, g->withheld ? S("5団体未満のため非公表") : STR_NONE);
        csv_end_row(c);
    }
    for (size_t i = 0; i < g->answers.n; i++) {
        csv_head(c, v, g->name, v->year);
        csv_str(c, g->answers.p[i].label);
        csv_bp(c, g->answers.p[i].share);
        csv_i64(c, g->answers.p[i].n);
        csv_i64(c, g->n);
        csv_i64(c, g->unanswered);
        csv_str(c, v->unit);
        csv_str(c, STR_NONE);
        csv_end_row(c);
    }
}

err survey_compare_item_csv_read(struct req *rq)
{
    struct comparison *all = ARENA_NEW(rq->a, struct comparison);
    struct view_compare_item v;
    BUF_AUTO out = BUF(CSV_MOST);
    if (!all)
        return ERR(NOMEM);
    TRY(item_view(rq, all, &v));
    struct csv c = survey_csv(rq, &all->survey, &out);
    for (size_t i = 0; i < v.own.n; i++) {
        const struct view_compare_item_own *o = &v.own.p[i];
        csv_head(&c, &v, S("自団体"), o->year);
        csv_str(&c, o->value);
        csv_none(&c, 4);
        csv_str(&c, v.unit);
        csv_str(&c, o->reworded ? S("文言が異なる") : STR_NONE);
        c.as_of = o->as_of;
        csv_end_row(&c);
    }
    c.as_of = all->survey.as_of;
    for (size_t i = 0; i < v.groups.n; i++)
        csv_group(&c, &v, &v.groups.p[i]);
    return survey_csv_send(rq, &all->survey, &c);
}
