/* SPDX-License-Identifier: Apache-2.0 */
/* What each body last submitted to one question, over all surveys that asked it. */
#include "survey/survey_private.h"

err survey_answered(
    struct db *db, struct arena *a, const struct scope *s, question_id q, struct survey_answers *out)
{
    enum { MOST = 4000 };
    *out = (struct survey_answers){ARENA_ARRAY(a, struct survey_answer, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.id, (SELECT f.value FROM fact f JOIN response r ON r.survey=f.occasion AND r.body=f.body AND r.organ=0"
            " JOIN submission m ON m.id=r.submission WHERE f.body=b.id AND f.question=$4 AND f.organ=0 AND f.id<=m.horizon"
            " ORDER BY f.id DESC LIMIT 1) FROM body b WHERE b.valid_to IS NULL AND b.class<>9"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3)) ORDER BY b.id LIMIT 4000"),
        V(scope_body(s).v, scope_level(s), scope_pref(s), q.v))
    if (!row_is_null(&r, 1) && row_view(&r, 1).n)
        out->v[out->n++] = (struct survey_answer){row_i64(&r, 0), row_str(a, &r, 1)};
    return db_status(db);
}
