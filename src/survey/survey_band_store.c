/* SPDX-License-Identifier: Apache-2.0 */
/* The submitted answers of one item, body by body. */
#include "survey/survey_private.h"

err survey_answers_in_force(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    question_id q, bool accepted, struct body_answers *out)
{
    enum { MOST = 4000 };
    *out = (struct body_answers){.v = ARENA_ARRAY(a, struct body_answer, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT r.body, f.value FROM response r JOIN submission t ON t.id=r.submission"
            " JOIN fact f ON f.id=(SELECT MAX(x.id) FROM fact x WHERE x.occasion=r.survey"
            " AND x.body=r.body AND x.question=$2 AND x.organ=0 AND x.id<=t.horizon)"
            " WHERE r.survey=$1 AND r.organ=0 AND (CAST($3 AS BIGINT)=0 OR r.state=7)"
            " AND (CAST($4 AS BIGINT)=3 OR (CAST($4 AS BIGINT)=2 AND t.pref=$5)) LIMIT 4000"),
        V(id.v, q.v, accepted, scope_level(s), scope_pref(s)))
    out->v[out->n++] = (struct body_answer){{row_i64(&r, 0)}, row_str(a, &r, 1)};
    return db_status(db);
}
