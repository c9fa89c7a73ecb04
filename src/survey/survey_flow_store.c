/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the way: steps, the office's checks, who has answered. */
#include "survey/survey_private.h"

/* ── steps ── */

err survey_step_add(struct tx *tx, const struct step *s)
{
    return db_exec(tx,
        SQL("INSERT INTO response_step (id, response, act, from_state, to_state, person,"
            " deputy_for, at, reason, submission) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        V(tx_id(tx), s->response, s->act, s->from, s->to, s->person, s->deputy_for, tx_now(tx),
            s->reason, s->submission ? val_int(s->submission) : VAL_NONE));
}

err survey_steps(struct db *db, struct arena *a, const struct scope *s, const struct response *r,
    struct step_list *out)
{
    enum { MOST = 200 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct step, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, row,
        SQL("SELECT act, from_state, to_state, person, deputy_for, at, reason, submission FROM"
            " (SELECT x.* FROM response_step x JOIN response r ON r.id=x.response"
            " JOIN body b ON b.id=r.body WHERE x.response=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY x.id DESC LIMIT 200) AS newest ORDER BY id"),
        V(r->id, scope_body(s).v, scope_level(s), scope_pref(s)))
    out->v[out->n++] = (struct step){.response = r->id,
        .act = row_str(a, &row, 0),
        .from = (enum response_state)row_i64(&row, 1),
        .to = (enum response_state)row_i64(&row, 2),
        .person = row_i64(&row, 3),
        .deputy_for = row_i64(&row, 4),
        .at = row_i64(&row, 5),
        .reason = row_str(a, &row, 6),
        .submission = row_i64(&row, 7)};
    return db_status(db);
}

err survey_waiting_count(struct db *db, const struct scope *s, survey_id id, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM response r JOIN body b ON b.id=r.body WHERE r.survey=$1"
            " AND r.state IN (2, 6) AND ((CAST($2 AS BIGINT)=3 AND b.class=1)"
            " OR (CAST($2 AS BIGINT)=2 AND b.class<>1 AND b.pref=$3))"),
        V(id.v, scope_level(s), scope_pref(s)));
    *out = row_i64(&r, 0);
    return OK;
}

/* Answers carried at a submission are the catalogue's, not the submitter's: basis 5. */
err survey_has_answered(struct db *db, const struct response *r, int64_t person, bool *answered)
{
    *answered = false;
    DB_EACH(db, row,
        SQL("SELECT 1 FROM fact WHERE occasion=$1 AND body=$2 AND person=$3 AND basis<>5"
            " AND organ=$4 LIMIT 1"),
        V(r->survey.v, r->body.v, person, r->organ))
    *answered = true;
    return db_status(db);
}

/* ── the office's checks ── */

err survey_check_add(struct tx *tx, const struct item_check *c)
{
    return db_exec(tx,
        SQL("INSERT INTO item_check (id, submission, question, verdict, note, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(tx_id(tx), c->submission, c->question.v, c->verdict, c->note, c->person, tx_now(tx)));
}

err survey_checks(struct db *db, struct arena *a, const struct scope *s, int64_t submission,
    struct check_list *out)
{
    enum { MOST = 1000 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct item_check, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, row,
        SQL("SELECT c.question, c.verdict, c.note, c.person, c.at FROM item_check c"
            " JOIN submission t ON t.id=c.submission JOIN response r ON r.id=t.response"
            " JOIN body b ON b.id=r.body WHERE c.submission=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " AND c.id=(SELECT MAX(n.id) FROM item_check n WHERE n.submission=c.submission"
            " AND n.question=c.question) ORDER BY c.question LIMIT 1000"),
        V(submission, scope_body(s).v, scope_level(s), scope_pref(s)))
    out->v[out->n++] = (struct item_check){.submission = submission,
        .question = {row_i64(&row, 0)},
        .verdict = (enum check_verdict)row_i64(&row, 1),
        .note = row_str(a, &row, 2),
        .person = row_i64(&row, 3),
        .at = row_i64(&row, 4)};
    return db_status(db);
}

err survey_returned_submission(
    struct db *db, const struct scope *s, const struct response *r, int64_t *out)
{
    *out = 0;
    if (!r->correcting)
        return OK;
    DB_EACH(db, row,
        SQL("SELECT COALESCE(x.submission, 0) FROM response_step x JOIN response r"
            " ON r.id=x.response JOIN body b ON b.id=r.body WHERE x.response=$1"
            " AND x.to_state=5 AND x.submission IS NOT NULL"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY x.id DESC LIMIT 1"),
        V(r->id, scope_body(s).v, scope_level(s), scope_pref(s)))
    *out = row_i64(&row, 0);
    return db_status(db);
}
