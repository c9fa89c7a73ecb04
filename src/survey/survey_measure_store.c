/* SPDX-License-Identifier: Apache-2.0 */
/* Statements that set what was submitted against what was measured until then. */
#include "survey/survey_measure.h"

static struct measure_count *count_of(struct measure_counts *all, str measure)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(str_of(all->v[i].measure->name), measure))
            return &all->v[i];
    const struct measure *m = evidence_measure_find(measure);
    if (!m || all->n == COUNT_OF(all->v))
        return NULL;
    all->v[all->n] = (struct measure_count){.measure = m};
    return &all->v[all->n++];
}

/* rule, value, when measured, when submitted, answer, note. */
static void count_row(
    struct arena *a, const struct rows *r, const struct question *q, struct measure_count *c)
{
    struct evidence_rule rule;
    if (err_is(evidence_rule_parse(row_view(r, 1), &rule)))
        return;
    struct evidence e = {.at = row_i64(r, 3),
        .suggests = evidence_rule_answer(&rule, evidence_value_parse(row_view(r, 2)))};
    struct item it = {.q = q, .state = ITEM_DECLARED,
        .now = {.id = 1, .value = row_str(a, r, 5), .note = row_str(a, r, 6)}};
    switch (survey_agreement(&it, &e, row_i64(r, 4))) {
    case AGREEMENT_NONE:
        return;
    case AGREEMENT_SAME:
        c->same++;
        break;
    case AGREEMENT_EXPLAINED:
        c->explained++;
        c->differs++;
        break;
    case AGREEMENT_DIFFERS:
        c->differs++;
        break;
    }
    c->both++;
}

err survey_measured_count(struct db *db, struct arena *a, const struct scope *s,
    const struct survey *survey, const struct question *q, struct measure_counts *out)
{
    int64_t pref = scope_level(s) == SCOPE_NATION ? 0
        : scope_level(s) == SCOPE_PREF            ? scope_pref(s) : -1;
    out->n = 0;
    DB_EACH(db, r,
        SQL("SELECT u.measure, u.rule, e.value, e.at, m.at, f.value, f.note"
            " FROM response r JOIN submission m ON m.id=r.submission"
            " JOIN evidence_rule u ON u.catalog_rev=$2 AND u.question=$4"
            " JOIN fact f ON f.id=(SELECT MAX(x.id) FROM fact x WHERE x.occasion=r.survey"
            " AND x.body=r.body AND x.organ=r.organ AND x.question=$3 AND x.id<=m.horizon)"
            " JOIN evidence e ON e.id=(SELECT y.id FROM evidence y WHERE y.body=r.body"
            " AND y.question=u.question AND y.measure=u.measure AND y.id<=m.horizon"
            " ORDER BY y.at DESC, y.id DESC LIMIT 1)"
            " WHERE r.survey=$1 AND r.organ=0 AND (CAST($5 AS BIGINT)=0 OR m.pref=$5)"
            " ORDER BY u.measure LIMIT 20000"),
        V(survey->id.v, survey->catalog.v, q->id.v, q->code, pref))
    {
        struct measure_count *c = count_of(out, row_view(&r, 0));
        if (c)
            count_row(a, &r, q, c);
    }
    return db_status(db);
}
