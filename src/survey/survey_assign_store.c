/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of assignments. */
#include "survey/survey_private.h"

err survey_assignments(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    struct assignment_list *out)
{
    enum { MOST = 700 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct assignment, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT area, COALESCE(question, 0), COALESCE(section, 0), due FROM assignment x"
            " WHERE survey=$1 AND body=$2 AND organ=$3 AND id=(SELECT MAX(n.id) FROM assignment n"
            " WHERE n.survey=x.survey AND n.body=x.body AND n.organ=x.organ AND n.area=x.area"
            " AND n.question IS NOT DISTINCT FROM x.question) ORDER BY id LIMIT 700"),
        V(id.v, scope_body(s).v, scope_organ(s)))
    out->v[out->n++] = (struct assignment){.area = row_str(a, &r, 0),
        .question = {row_i64(&r, 1)},
        .section = row_i64(&r, 2),
        .due = row_is_null(&r, 3) ? DAY_NONE : (jday)row_i64(&r, 3)};
    return db_status(db);
}

err survey_assign_put(
    struct tx *tx, const struct scope *s, survey_id id, const struct assignment *as)
{
    return db_exec(tx,
        SQL("INSERT INTO assignment (id, survey, body, area, question, section, due, person, at,"
            " organ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        V(tx_id(tx), id.v, scope_body(s).v, as->area,
            as->question.v ? val_int(as->question.v) : VAL_NONE,
            as->section ? val_int(as->section) : VAL_NONE,
            as->due != DAY_NONE ? val_int(as->due) : VAL_NONE, scope_person(s).v, tx_now(tx),
            scope_organ(s)));
}

const struct assignment *survey_assigned(
    const struct assignment_list *all, const struct question *q)
{
    const struct assignment *area = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const struct assignment *as = &all->v[i];
        if (as->question.v == q->id.v && as->section)
            return as;
        if (as->question.v == 0 && str_eq(as->area, q->area))
            area = as->section ? as : NULL;
    }
    return area;
}
