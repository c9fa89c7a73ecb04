/* SPDX-License-Identifier: Apache-2.0 */
/* Every SQL statement of survey but those of its checks. */
#include "survey/survey_private.h"

/* ── surveys ── */

#define SURVEY_COLUMNS                                                                           \
    "id, COALESCE(previous, 0), catalog_rev, title, fiscal_year, as_of, shown_deadline,"         \
    " last_submission, last_correction, state,"                                                  \
    " (SELECT k.code FROM catalog_rev k WHERE k.id=survey.catalog_rev), purpose"
/* $1 body, $2 level, $3 prefecture of the scope */
#define SURVEY_ASKS_SCOPE                                                                        \
    " EXISTS (SELECT 1 FROM response r JOIN body b ON b.id=r.body WHERE r.survey=survey.id"      \
    " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3)))"

static void survey_of_row(struct arena *a, const struct rows *r, struct survey *out)
{
    *out = (struct survey){.id = {row_i64(r, 0)},
        .previous = {row_i64(r, 1)},
        .catalog = {row_i64(r, 2)},
        .title = row_str(a, r, 3),
        .fiscal_year = (int)row_i64(r, 4),
        .as_of = (jday)row_i64(r, 5),
        .shown_deadline = (jday)row_i64(r, 6),
        .last_submission = (jday)row_i64(r, 7),
        .last_correction = (jday)row_i64(r, 8),
        .state = (enum survey_state)row_i64(r, 9),
        .catalog_code = row_str(a, r, 10),
        .purpose = row_str(a, r, 11)};
}

err survey_get(struct db *db, struct arena *a, survey_id id, struct survey *out)
{
    DB_ONE(db, r, SQL("SELECT " SURVEY_COLUMNS " FROM survey WHERE id=$1"), V(id.v));
    survey_of_row(a, &r, out);
    return OK;
}

err survey_all(struct db *db, struct arena *a, struct survey_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct survey, 50);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " SURVEY_COLUMNS " FROM survey ORDER BY fiscal_year DESC, id DESC LIMIT 50"),
        V0)
    survey_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err survey_visible(
    struct db *db, struct arena *a, const struct scope *s, struct survey_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct survey, 50);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " SURVEY_COLUMNS " FROM survey WHERE" SURVEY_ASKS_SCOPE
            " ORDER BY fiscal_year DESC, id DESC LIMIT 50"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    survey_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err survey_is_visible(struct db *db, const struct scope *s, survey_id id, bool *out)
{
    *out = false;
    DB_EACH(db, r, SQL("SELECT 1 FROM survey WHERE" SURVEY_ASKS_SCOPE " AND survey.id=$4"),
        V(scope_body(s).v, scope_level(s), scope_pref(s), id.v))
    *out = true;
    return db_status(db);
}

static err current_own(
    struct db *db, struct arena *a, const struct scope *s, jday today, struct survey *out)
{
    DB_ONE(db, r,
        SQL("SELECT " SURVEY_COLUMNS " FROM survey JOIN (SELECT survey AS asks, submission"
            " FROM response WHERE body=$1 AND organ=0) o ON o.asks=survey.id"
            " ORDER BY state, CASE WHEN submission IS NULL AND last_submission>=$2 THEN 0 ELSE 1 END,"
            " CASE WHEN submission IS NULL AND last_submission>=$2 THEN shown_deadline ELSE 0 END,"
            " fiscal_year DESC, id DESC LIMIT 1"),
        V(scope_body(s).v, today));
    survey_of_row(a, &r, out);
    return OK;
}

err survey_current(struct db *db, struct arena *a, const struct scope *s, bool own, jday today,
    struct survey *out)
{
    if (own)
        return current_own(db, a, s, today, out);
    DB_ONE(db, r,
        SQL("SELECT " SURVEY_COLUMNS " FROM survey WHERE" SURVEY_ASKS_SCOPE
            " ORDER BY state, fiscal_year DESC, id DESC LIMIT 1"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)));
    survey_of_row(a, &r, out);
    return OK;
}

err survey_add(struct tx *tx, const struct new_survey *n, survey_id *out)
{
    out->v = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO survey (id, catalog_rev, previous, title, fiscal_year, as_of,"
            " shown_deadline, last_submission, last_correction, state, created_at, purpose)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11)"),
        V(out->v, n->catalog.v, n->previous.v ? val_int(n->previous.v) : VAL_NONE, n->title,
            n->fiscal_year, n->as_of, n->shown_deadline, n->last_submission, n->last_correction,
            tx_now(tx), n->purpose));
}

err survey_state_set(struct tx *tx, survey_id id, enum survey_state state)
{
    return db_exec(tx, SQL("UPDATE survey SET state=$2 WHERE id=$1"), V(id.v, state));
}

/* ── responses ── */

err survey_response_get(
    struct db *db, const struct scope *s, survey_id id, body_id body, struct response *out)
{
    DB_ONE(db, r,
        SQL("SELECT r.id, r.state, r.version, COALESCE(r.started_at, 0), COALESCE(r.changed_at, 0),"
            " COALESCE(r.submitted_at, 0), COALESCE(r.submission, 0), COALESCE(t.horizon, 0),"
            " COALESCE(t.class, 0), COALESCE(t.pref, 0), r.correcting"
            " FROM response r JOIN body b ON b.id=r.body"
            " LEFT JOIN submission t ON t.id=r.submission"
            " WHERE r.survey=$1 AND r.body=$2 AND r.organ=$6"
            " AND (b.id=$3 OR CAST($4 AS BIGINT)=3 OR (CAST($4 AS BIGINT)=2 AND b.pref=$5)"
            " OR EXISTS (SELECT 1 FROM body_successor x WHERE x.old_body=b.id AND x.new_body=$3))"),
        V(id.v, body.v, scope_body(s).v, scope_level(s), scope_pref(s), scope_organ_of(s, body)));
    *out = (struct response){.id = row_i64(&r, 0),
        .survey = id,
        .body = body,
        .organ = scope_organ_of(s, body),
        .state = (enum response_state)row_i64(&r, 1),
        .version = row_i64(&r, 2),
        .started_at = row_i64(&r, 3),
        .changed_at = row_i64(&r, 4),
        .submitted_at = row_i64(&r, 5),
        .submission = row_i64(&r, 6),
        .horizon = row_i64(&r, 7),
        .class = row_i64(&r, 8),
        .pref = row_i64(&r, 9),
        .correcting = row_i64(&r, 10) != 0};
    return OK;
}

err survey_response_add(struct tx *tx, survey_id id, body_id body, int64_t *out)
{
    return survey_response_add_organ(tx, id, body, 0, out);
}

err survey_response_add_organ(
    struct tx *tx, survey_id id, body_id body, int64_t organ, int64_t *out)
{
    *out = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO response (id, survey, body, organ, state, version)"
            " VALUES ($1, $2, $3, $4, 0, 0)"),
        V(*out, id.v, body.v, organ));
}

err survey_response_touch(struct tx *tx, int64_t response)
{
    return db_exec(tx,
        SQL("UPDATE response SET state=CASE WHEN state=0 THEN 1 ELSE state END,"
            " version=version+1, changed_at=$2, started_at=COALESCE(started_at, $2)"
            " WHERE id=$1"),
        V(response, tx_now(tx)));
}

err survey_response_submit(struct tx *tx, int64_t response, int64_t submission)
{
    return db_exec(tx,
        SQL("UPDATE response SET state=2, version=version+1, changed_at=$2, submitted_at=$2,"
            " submission=$3, correcting=0 WHERE id=$1"),
        V(response, tx_now(tx), submission));
}

err survey_response_move(
    struct tx *tx, int64_t response, enum response_state to, bool correcting)
{
    bool counted = survey_response_is_counted(to);
    return db_exec(tx,
        SQL("UPDATE response SET state=$2, version=version+1, changed_at=$3, correcting=$4,"
            " submitted_at=CASE WHEN CAST($5 AS BIGINT)=1 THEN submitted_at END,"
            " submission=CASE WHEN CAST($5 AS BIGINT)=1 THEN submission END WHERE id=$1"),
        V(response, to, tx_now(tx), correcting, counted));
}

/* ── comments ── */

err survey_comment_add(struct tx *tx, const struct response *r, question_id q, int64_t person,
    str text)
{
    return db_exec(tx,
        SQL("INSERT INTO item_comment (id, survey, body, question, person, at, text, organ)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        V(tx_id(tx), r->survey.v, r->body.v, q.v, person, tx_now(tx), text, r->organ));
}

err survey_comments(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    question_id q, struct comment_list *out)
{
    enum { MOST = 200 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct item_comment, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT person, at, text FROM item_comment WHERE survey=$1 AND body=$2"
            " AND question=$3 AND organ=$4 ORDER BY id LIMIT 200"),
        V(id.v, scope_body(s).v, q.v, scope_organ(s)))
    out->v[out->n++] = (struct item_comment){row_i64(&r, 0), row_i64(&r, 1), row_str(a, &r, 2)};
    return db_status(db);
}

err survey_submission_add(struct tx *tx, const struct submission *s)
{
    return db_exec(tx,
        SQL("INSERT INTO submission (id, response, number, horizon, class, pref, person, at, hash)"
            " SELECT $1, $2, COALESCE(MAX(number), 0)+1, $3, $4, $5, $6, $7, $8"
            " FROM submission WHERE response=$2"),
        V(s->id, s->response, s->horizon, s->class, s->pref, s->person, tx_now(tx), s->hash));
}

err survey_receipt_get(struct db *db, struct arena *a, int64_t submission, struct receipt *out)
{
    char *hex = arena_alloc(a, 2 * 32);
    DB_ONE(db, r, SQL("SELECT number, at, hash FROM submission WHERE id=$1"), V(submission));
    str hash = row_view(&r, 2);
    if (!hex || hash.n != 32)
        return hex ? ERR(BUG) : ERR(NOMEM);
    *out = (struct receipt){row_i64(&r, 0), row_i64(&r, 1), hex_of(hex, hash.p, hash.n)};
    return OK;
}

/* ── progress ── */

err survey_progress_add(
    struct tx *tx, int64_t response, str area, int64_t total, int64_t needed)
{
    return db_exec(tx,
        SQL("INSERT INTO progress (response, area, total, done, needed, needed_done)"
            " VALUES ($1, $2, $3, 0, $4, 0)"),
        V(response, area, total, needed));
}

err survey_progress_move(
    struct tx *tx, int64_t response, str area, int64_t by, int64_t needed_by)
{
    if (by == 0)
        return OK;
    return db_exec(tx,
        SQL("UPDATE progress SET done=done+$3, needed_done=needed_done+$4"
            " WHERE response=$1 AND area=$2"),
        V(response, area, by, needed_by));
}

err survey_progress_set(struct tx *tx, int64_t response, const struct area_progress *p)
{
    return db_exec(tx,
        SQL("UPDATE progress SET total=$3, done=$4, needed=$5, needed_done=$6"
            " WHERE response=$1 AND area=$2"),
        V(response, p->area, p->total, p->done, p->needed, p->needed_done));
}

err survey_progress_get(
    struct db *db, struct arena *a, const struct scope *s, int64_t response, struct progress *out)
{
    *out = (struct progress){0};
    DB_EACH(db, r,
        SQL("SELECT p.area, p.total, p.done, p.needed, p.needed_done FROM progress p JOIN response r ON r.id=p.response"
            " JOIN body b ON b.id=r.body WHERE p.response=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " LIMIT 16"),
        V(response, scope_body(s).v, scope_level(s), scope_pref(s)))
    {
        struct area_progress *p = &out->area[out->n++];
        *p = (struct area_progress){row_str(a, &r, 0), row_i64(&r, 1), row_i64(&r, 2),
            row_i64(&r, 3), row_i64(&r, 4)};
        out->total += p->total;
        out->done += p->done;
        out->needed += p->needed;
        out->needed_done += p->needed_done;
    }
    return db_status(db);
}

/* ── the board ── */

/* Both sums of a response by one look at its areas: how many items, times this, and how many of them
 * are done. No survey has so many. */
#define PACKED 1000000

err survey_board(
    struct db *db, struct arena *a, const struct scope *s, survey_id id, struct board *out)
{
    enum { MOST = 4000 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct board_row, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT b.id, COALESCE(w.code6, b.code6), COALESCE(w.class, b.class), b.pref,"
            " COALESCE(w.name, b.name), COALESCE(w.kana, b.kana), r.state,"
            " COALESCE(r.changed_at, 0), COALESCE(r.submitted_at, 0),"
            " CAST((SELECT COALESCE(SUM(p.total * 1000000 + p.done), 0) FROM progress p"
            " WHERE p.response=r.id) AS BIGINT), (SELECT COUNT(*) FROM person h JOIN person_role x ON x.person=h.id"
            " WHERE h.body=b.id AND h.organ=r.organ AND h.active=1 AND x.role=1),"
            " r.organ, CASE WHEN r.organ=0 THEN '' ELSE COALESCE((SELECT o.name FROM organ o"
            " WHERE o.body=b.id AND o.number=r.organ), '') END, CASE WHEN b.valid_to<(SELECT v.last_submission FROM survey v"
            " WHERE v.id=$1) THEN 1 ELSE 0 END"
            " FROM response r JOIN body b ON b.id=r.body"
            " LEFT JOIN body_name w ON w.body=b.id AND w.until_day=(SELECT MIN(x.until_day)"
            " FROM body_name x WHERE x.body=b.id AND x.until_day>=(SELECT v.as_of FROM survey v"
            " WHERE v.id=$1)) WHERE r.survey=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY b.code6, r.organ LIMIT 4000"),
        V(id.v, scope_body(s).v, scope_level(s), scope_pref(s)))
    {
        struct board_row *row = &out->v[out->n++];
        row->body = (struct body){.id = {row_i64(&r, 0)},
            .code6 = row_str(a, &r, 1),
            .class = (enum body_class)row_i64(&r, 2),
            .pref = row_i64(&r, 3),
            .name = row_str(a, &r, 4),
            .kana = row_str(a, &r, 5)};
        row->state = (enum response_state)row_i64(&r, 6);
        row->changed_at = row_i64(&r, 7);
        row->submitted_at = row_i64(&r, 8);
        row->total = row_i64(&r, 9) / PACKED;
        row->done = row_i64(&r, 9) % PACKED;
        row->staff = row_i64(&r, 10);
        row->organ = row_i64(&r, 11);
        if (row->organ)
            row->body.name =
                str_fmt(a, "%.*s　%.*s", STR_F(row->body.name), STR_F(row_view(&r, 12)));
        row->ended = row_i64(&r, 13) != 0;
    }
    return db_status(db);
}

/* ── the cube ── */

err survey_cube_move(struct tx *tx, survey_id id, int64_t question_rev, int64_t pref,
    int64_t class, str answer, enum basis basis, bool accepted, int64_t n, int64_t total)
{
    return db_exec(tx,
        SQL("INSERT INTO cube (survey, question_rev, pref, class, answer, basis, accepted, n,"
            " total) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " ON CONFLICT (survey, question_rev, pref, class, answer, basis, accepted)"
            " DO UPDATE SET n=cube.n+excluded.n, total=cube.total+excluded.total"),
        V(id.v, question_rev, pref, class, answer, basis, accepted, n, total));
}

/* The prefecture a scope is held to: 0 for the nation, -1 for those who may see no totals. */
static int64_t held_to(const struct scope *s)
{
    return scope_level(s) == SCOPE_NATION ? 0 : scope_level(s) == SCOPE_PREF ? scope_pref(s) : -1;
}

static err take_rows(
    struct db *db, struct arena *a, struct rows *r, size_t most, struct cube_rows *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct cube_row, most);
    if (!out->v)
        return ERR(NOMEM);
    while (rows_next(r)) {
        if (out->n == most)
            return ERR(LIMIT);
        out->v[out->n++] = (struct cube_row){.question_rev = row_i64(r, 0),
            .class = row_i64(r, 1),
            .pref = row_i64(r, 2),
            .answer = row_str(a, r, 3),
            .n = row_i64(r, 4),
            .total = row_i64(r, 5)};
    }
    return db_status(db);
}

err survey_cube_sum(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    const struct cube_filter *f, struct cube_rows *out)
{
    if (f->by == CUBE_BY_ITEM) {
        struct rows r CLEANUP(rows_done) = db_query(db,
            SQL("SELECT question_rev, 0, 0, answer, CAST(SUM(n) AS BIGINT),"
                " CAST(SUM(total) AS BIGINT) FROM cube WHERE survey=$1"
                " AND (CAST($2 AS BIGINT)=0 OR pref=$2)"
                " AND (CAST($3 AS BIGINT)=0 OR class=$3) AND (CAST($4 AS BIGINT)=0 OR pref=$4)"
                " AND (CAST($5 AS BIGINT)=0 OR accepted=1) GROUP BY question_rev, answer"),
            V(id.v, held_to(s), f->class, f->pref, f->accepted));
        return take_rows(db, a, &r, 8000, out);
    }
    if (f->by == CUBE_BY_CLASS) {
        struct rows r CLEANUP(rows_done) = db_query(db,
            SQL("SELECT question_rev, class, 0, answer, CAST(SUM(n) AS BIGINT),"
                " CAST(SUM(total) AS BIGINT) FROM cube WHERE survey=$1 AND question_rev=$2"
                " AND (CAST($3 AS BIGINT)=0 OR pref=$3) AND (CAST($4 AS BIGINT)=0 OR accepted=1)"
                " GROUP BY question_rev, class, answer"),
            V(id.v, f->question_rev, held_to(s), f->accepted));
        return take_rows(db, a, &r, 400, out);
    }
    struct rows r CLEANUP(rows_done) = db_query(db,
        SQL("SELECT question_rev, 0, pref, answer, CAST(SUM(n) AS BIGINT),"
            " CAST(SUM(total) AS BIGINT) FROM cube WHERE survey=$1 AND question_rev=$2"
            " AND (CAST($3 AS BIGINT)=0 OR pref=$3) AND (CAST($4 AS BIGINT)=0 OR accepted=1)"
            " GROUP BY question_rev, pref, answer"),
        V(id.v, f->question_rev, held_to(s), f->accepted));
    return take_rows(db, a, &r, 2000, out);
}

err survey_submitted_count(struct db *db, const struct scope *s, survey_id id,
    const struct cube_filter *f, int64_t *submitted, int64_t *bodies)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FILTER (WHERE r.submission IS NOT NULL"
            " AND (CAST($5 AS BIGINT)=0 OR r.state=7)), COUNT(*) FROM response r"
            " JOIN body b ON b.id=r.body WHERE r.survey=$1 AND r.organ=0"
            " AND (r.submission IS NOT NULL OR b.valid_to IS NULL OR b.valid_to>="
            "(SELECT v.last_submission FROM survey v WHERE v.id=$1))"
            " AND (CAST($2 AS BIGINT)=0 OR b.pref=$2) AND (CAST($3 AS BIGINT)=0 OR $3=COALESCE("
            "(SELECT t.class FROM submission t WHERE t.id=r.submission), b.class))"
            " AND (CAST($4 AS BIGINT)=0 OR b.pref=$4)"),
        V(id.v, held_to(s), f->class, f->pref, f->accepted));
    *submitted = row_i64(&r, 0);
    *bodies = row_i64(&r, 1);
    return OK;
}
