/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the plan. Every one speaks of the own body, and of the own organ of it, alone. */
#include "survey/survey_plan.h"

#define PLAN_ROWS                                                                                \
    " p.question, q.code, v.text, p.version, p.since, p.text, COALESCE(p.section, 0),"           \
    " COALESCE(k.name, ''), p.post, p.due, p.cost, p.state, p.reason, p.person, p.at"            \
    " FROM plan_item p JOIN question q ON q.id=p.question"                                       \
    " JOIN question_rev v ON v.question=q.id AND v.number=(SELECT MAX(m.number)"                 \
    " FROM question_rev m WHERE m.question=q.id)"                                                \
    " LEFT JOIN section k ON k.id=p.section AND k.body=p.body WHERE p.body=$1 AND p.organ=$2"
#define PLAN_NEWEST                                                                              \
    " AND p.version=(SELECT MAX(n.version) FROM plan_item n"                                     \
    " WHERE n.body=p.body AND n.organ=p.organ AND n.question=p.question)"

static struct plan_item plan_of_row(struct arena *a, const struct rows *r)
{
    return (struct plan_item){.question = {row_i64(r, 0)},
        .code = row_str(a, r, 1),
        .asked = row_str(a, r, 2),
        .version = row_i64(r, 3),
        .since = (int)row_i64(r, 4),
        .text = row_str(a, r, 5),
        .section = row_i64(r, 6),
        .section_name = row_str(a, r, 7),
        .post = row_str(a, r, 8),
        .due = row_is_null(r, 9) ? DAY_NONE : (jday)row_i64(r, 9),
        .cost = row_is_null(r, 10) ? PLAN_COST_NONE : row_i64(r, 10),
        .state = (enum plan_state)row_i64(r, 11),
        .reason = row_str(a, r, 12),
        .person = row_i64(r, 13),
        .at = row_i64(r, 14)};
}

err survey_plan_survey(struct db *db, const struct scope *s, survey_id *out)
{
    DB_ONE(db, r,
        SQL("SELECT r.survey FROM response r JOIN survey s ON s.id=r.survey"
            " WHERE r.body=$1 AND r.organ=$2 ORDER BY s.fiscal_year DESC, s.id DESC LIMIT 1"),
        V(scope_body(s).v, scope_organ(s)));
    out->v = row_i64(&r, 0);
    return OK;
}

err survey_plan_all(struct db *db, struct arena *a, const struct scope *s, struct plan_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct plan_item, PLAN_MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT" PLAN_ROWS PLAN_NEWEST " ORDER BY q.code LIMIT 700"),
        V(scope_body(s).v, scope_organ(s)))
    out->v[out->n++] = plan_of_row(a, &r);
    return db_status(db);
}

err survey_plan_get(struct db *db, struct arena *a, const struct scope *s, question_id q,
    struct plan_item *out)
{
    *out = (struct plan_item){.question = q, .due = DAY_NONE, .cost = PLAN_COST_NONE};
    DB_EACH(db, r, SQL("SELECT" PLAN_ROWS PLAN_NEWEST " AND p.question=$3"), V(scope_body(s).v, scope_organ(s), q.v))
    *out = plan_of_row(a, &r);
    return db_status(db);
}

err survey_plan_history(struct db *db, struct arena *a, const struct scope *s,
    question_id q, struct plan_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct plan_item, PLAN_HISTORY);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT" PLAN_ROWS " AND p.question=$3 ORDER BY p.version DESC LIMIT 100"),
        V(scope_body(s).v, scope_organ(s), q.v))
    out->v[out->n++] = plan_of_row(a, &r);
    return db_status(db);
}

err survey_plan_insert(struct tx *tx, const struct scope *s, const struct plan_item *p)
{
    return db_exec(tx,
        SQL("INSERT INTO plan_item (id, body, organ, question, version, since, text, section, post, due,"
            " cost, state, reason, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"),
        V(tx_id(tx), scope_body(s).v, scope_organ(s), p->question.v, p->version, p->since, p->text,
            p->section ? val_int(p->section) : VAL_NONE, p->post,
            p->due != DAY_NONE ? val_int(p->due) : VAL_NONE,
            p->cost != PLAN_COST_NONE ? val_int(p->cost) : VAL_NONE, p->state, p->reason,
            scope_person(s).v, tx_now(tx)));
}
