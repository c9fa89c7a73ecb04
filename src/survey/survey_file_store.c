/* SPDX-License-Identifier: Apache-2.0 */
/* Every SQL statement of evidence files. */
#include "survey/survey_file.h"

#define FILE_COLUMNS                                                                             \
    "f.id, f.body, f.question, f.blob, b.size, f.name, f.media, f.note, f.valid_until, f.person," \
    " f.at"

static err file_of_row(struct arena *a, const struct rows *r, struct item_file *out)
{
    str hash = row_view(r, 3);
    *out = (struct item_file){.id = row_i64(r, 0),
        .body = {row_i64(r, 1)},
        .question = {row_i64(r, 2)},
        .blob = {.size = row_i64(r, 4)},
        .name = row_str(a, r, 5),
        .media = row_str(a, r, 6),
        .note = row_str(a, r, 7),
        .valid_until = row_is_null(r, 8) ? DAY_NONE : (jday)row_i64(r, 8),
        .person = row_i64(r, 9),
        .at = row_i64(r, 10)};
    if (hash.n != BLOB_HASH)
        return ERR(BUG);
    memcpy(out->blob.hash, hash.p, BLOB_HASH);
    return OK;
}

/* Of others only what was submitted, whatever the scope would allow. */
static bool may_see(const struct scope *s, body_id body, int64_t horizon)
{
    return horizon != 0 || scope_body(s).v == body.v;
}

err survey_files(struct db *db, struct arena *a, const struct scope *s, survey_id id, body_id body,
    question_id q, int64_t horizon, struct item_files *out)
{
    enum { FIRST = 32, MOST = 4000 };
    size_t room = q.v ? FIRST : MOST;
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct item_file, room);
    if (!out->v)
        return ERR(NOMEM);
    if (!may_see(s, body, horizon))
        return ERR(NOTFOUND);
    DB_EACH(db, r,
        SQL("SELECT " FILE_COLUMNS " FROM item_file f JOIN blob b ON b.hash=f.blob"
            " JOIN body o ON o.id=f.body"
            " WHERE f.survey=$1 AND f.body=$2 AND (CAST($3 AS BIGINT)=0 OR f.question=$3)"
            " AND ((CAST($4 AS BIGINT)=0 AND f.removed IS NULL) OR (CAST($4 AS BIGINT)<>0"
            " AND f.id<=$4 AND (f.removed IS NULL OR f.removed>$4)))"
            " AND (o.id=$5 OR CAST($6 AS BIGINT)=3 OR (CAST($6 AS BIGINT)=2 AND o.pref=$7))"
            " AND f.organ=$9 ORDER BY f.id LIMIT $8"),
        V(id.v, body.v, q.v, horizon, scope_body(s).v, scope_level(s), scope_pref(s),
            (int64_t)room, scope_organ_of(s, body)))
    TRY(file_of_row(a, &r, &out->v[out->n++]));
    return db_status(db);
}

err survey_file_get(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, int64_t file, int64_t horizon, struct item_file *out)
{
    if (!may_see(s, body, horizon))
        return ERR(NOTFOUND);
    DB_ONE(db, r,
        SQL("SELECT " FILE_COLUMNS " FROM item_file f JOIN blob b ON b.hash=f.blob"
            " JOIN body o ON o.id=f.body WHERE f.id=$1 AND f.survey=$2 AND f.body=$3"
            " AND ((CAST($4 AS BIGINT)=0 AND f.removed IS NULL) OR (CAST($4 AS BIGINT)<>0"
            " AND f.id<=$4 AND (f.removed IS NULL OR f.removed>$4)))"
            " AND (o.id=$5 OR CAST($6 AS BIGINT)=3 OR (CAST($6 AS BIGINT)=2 AND o.pref=$7))"
            " AND f.organ=$8"),
        V(file, id.v, body.v, horizon, scope_body(s).v, scope_level(s), scope_pref(s),
            scope_organ_of(s, body)));
    return file_of_row(a, &r, out);
}

err survey_file_add(
    struct tx *tx, const struct scope *s, survey_id id, const struct item_file *f, int64_t from,
    int64_t *out)
{
    *out = tx_id(tx);
    TRY(blob_add(tx, &f->blob, f->media));
    return db_exec(tx,
        SQL("INSERT INTO item_file (id, survey, body, organ, question, blob, name, media, note,"
            " valid_until, from_file, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"),
        V(*out, id.v, f->body.v, scope_organ_of(s, f->body), f->question.v, ((struct bytes){f->blob.hash, BLOB_HASH}), f->name,
            f->media, f->note, f->valid_until == DAY_NONE ? VAL_NONE : val_int(f->valid_until),
            from ? val_int(from) : VAL_NONE, f->person, tx_now(tx)));
}

err survey_file_remove(struct tx *tx, int64_t file, int64_t person)
{
    return db_exec(tx,
        SQL("UPDATE item_file SET removed=$2, removed_at=$3, removed_by=$4 WHERE id=$1"),
        V(file, tx_id(tx), tx_now(tx), person));
}

err survey_files_size(struct db *db, const struct scope *s, survey_id id, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT CAST(COALESCE(SUM(b.size), 0) AS BIGINT) FROM item_file f"
            " JOIN blob b ON b.hash=f.blob WHERE f.survey=$1 AND f.body=$2"),
        V(id.v, scope_body(s).v));
    *out = row_i64(&r, 0);
    return OK;
}

err survey_files_expired(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, jday today, struct question_ids *out)
{
    enum { MOST = 1000 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, question_id, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT f.question FROM item_file f JOIN body o ON o.id=f.body"
            " WHERE f.survey=$1 AND f.body=$2 AND f.removed IS NULL AND f.valid_until<$3"
            " AND o.id=$4 AND f.organ=$5 GROUP BY f.question ORDER BY f.question LIMIT 1000"),
        V(id.v, body.v, today, scope_body(s).v, scope_organ_of(s, body)))
    out->v[out->n++] = (question_id){row_i64(&r, 0)};
    return db_status(db);
}
