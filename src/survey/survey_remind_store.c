/* SPDX-License-Identifier: Apache-2.0 */
/* The statements of reminders. */
#include "survey/survey_remind.h"

err survey_remind_rows(struct db *db, struct arena *a, survey_id id, struct remind_rows *out)
{
    enum { MOST = 4000 };
    *out = (struct remind_rows){.v = ARENA_ARRAY(a, struct remind_row, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.id, b.pref, b.name, r.state, r.correcting, b.class FROM response r JOIN body b ON b.id=r.body"
            " WHERE r.survey=$1 AND r.organ=0 ORDER BY b.pref, b.code6 LIMIT 4000"),
        V(id.v))
    out->v[out->n++] = (struct remind_row){.body = {row_i64(&r, 0)},
        .pref = row_i64(&r, 1),
        .name = row_str(a, &r, 2),
        .state = (enum response_state)row_i64(&r, 3),
        .correcting = row_i64(&r, 4) != 0,
        .class = (enum body_class)row_i64(&r, 5)};
    return db_status(db);
}

err survey_remind_day_begin(struct tx *tx, survey_id id, jday day, bool *first)
{
    int64_t added;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO remind_day (survey, day) VALUES ($1, $2)"
            " ON CONFLICT (survey, day) DO NOTHING"),
        V(id.v, day), &added));
    *first = added == 1;
    return OK;
}

err survey_reminder_add(struct tx *tx, survey_id id, body_id body, jday day, int64_t person)
{
    int64_t added;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO reminder (id, survey, body, day, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (survey, body, day) DO NOTHING"),
        V(tx_id(tx), id.v, body.v, day, person, tx_now(tx)), &added));
    return added == 1 ? OK : ERR(CONFLICT);
}

static void reminded_of_row(const struct rows *r, struct reminded *out)
{
    *out = (struct reminded){
        {row_i64(r, 0)}, row_i64(r, 1), row_i64(r, 2), (jday)row_i64(r, 3)};
}

err survey_reminded_all(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    struct reminded_list *out)
{
    enum { MOST = 4000 };
    *out = (struct reminded_list){.v = ARENA_ARRAY(a, struct reminded, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT m.body, m.person, m.at, m.day FROM reminder m JOIN body b ON b.id=m.body"
            " WHERE m.survey=$1 AND m.day=(SELECT MAX(x.day) FROM reminder x"
            " WHERE x.survey=m.survey AND x.body=m.body)"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY m.body LIMIT 4000"),
        V(id.v, scope_body(s).v, scope_level(s), scope_pref(s)))
    reminded_of_row(&r, &out->v[out->n++]);
    return db_status(db);
}

const struct reminded *survey_reminded_of(const struct reminded_list *list, body_id body)
{
    size_t from = 0, to = list->n;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (list->v[mid].body.v < body.v)
            from = mid + 1;
        else
            to = mid;
    }
    return from < list->n && list->v[from].body.v == body.v ? &list->v[from] : NULL;
}

err survey_reminded_last(struct db *db, const struct scope *s, survey_id id, body_id body,
    struct reminded *out)
{
    DB_ONE(db, r,
        SQL("SELECT m.body, m.person, m.at, m.day FROM reminder m JOIN body b ON b.id=m.body"
            " WHERE m.survey=$1 AND m.body=$2"
            " AND (b.id=$3 OR CAST($4 AS BIGINT)=3 OR (CAST($4 AS BIGINT)=2 AND b.pref=$5))"
            " ORDER BY m.day DESC LIMIT 1"),
        V(id.v, body.v, scope_body(s).v, scope_level(s), scope_pref(s)));
    reminded_of_row(&r, out);
    return OK;
}
