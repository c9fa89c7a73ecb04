/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of published figures. */
#include "survey/survey_private.h"

enum { EDITIONS = 100, CELLS = 8000 };

err survey_editions(struct db *db, struct arena *a, survey_id id, struct edition_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct edition, EDITIONS);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, number, accepted, submitted, bodies, reason, person, at FROM edition"
            " WHERE survey=$1 ORDER BY number LIMIT 100"),
        V(id.v))
    out->v[out->n++] = (struct edition){.id = row_i64(&r, 0),
        .number = row_i64(&r, 1),
        .accepted = row_i64(&r, 2) != 0,
        .submitted = row_i64(&r, 3),
        .bodies = row_i64(&r, 4),
        .reason = row_str(a, &r, 5),
        .person = row_i64(&r, 6),
        .at = row_i64(&r, 7)};
    return db_status(db);
}

err survey_edition_cells(struct db *db, struct arena *a, int64_t edition, struct cube_rows *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct cube_row, CELLS);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT question_rev, answer, n, total FROM edition_cell WHERE edition=$1"
            " ORDER BY question_rev, answer LIMIT 8000"),
        V(edition))
    out->v[out->n++] = (struct cube_row){.question_rev = row_i64(&r, 0),
        .answer = row_str(a, &r, 1),
        .n = row_i64(&r, 2),
        .total = row_i64(&r, 3)};
    return db_status(db);
}

err survey_edition_is_behind(struct db *db, survey_id id, int64_t edition, bool *out)
{
    *out = false;
    DB_EACH(db, r,
        SQL("SELECT 1 FROM submission x JOIN response r ON r.id=x.response"
            " WHERE x.id>$2 AND r.survey=$1 LIMIT 1"),
        V(id.v, edition))
    *out = true;
    return db_status(db);
}

err survey_edition_add(
    struct tx *tx, const struct scope *s, survey_id id, struct edition *e)
{
    e->id = tx_id(tx);
    TRY(db_exec(tx,
        SQL("INSERT INTO edition (id, survey, number, accepted, submitted, bodies, reason, person,"
            " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        V(e->id, id.v, e->number, e->accepted, e->submitted, e->bodies, e->reason,
            scope_person(s).v, tx_now(tx))));
    return db_exec(tx,
        SQL("INSERT INTO edition_cell (edition, question_rev, answer, n, total)"
            " SELECT $1, question_rev, answer, CAST(SUM(n) AS BIGINT), CAST(SUM(total) AS BIGINT)"
            " FROM cube WHERE survey=$2 AND (CAST($3 AS BIGINT)=0 OR accepted=1)"
            " GROUP BY question_rev, answer HAVING SUM(n)<>0"),
        V(e->id, id.v, e->accepted));
}
