/* SPDX-License-Identifier: Apache-2.0 */
/* Every SQL statement of evidence. */
#include "evidence/evidence_private.h"

err evidence_rule_add(struct tx *tx, int64_t catalog, str question, str measure, str rule)
{
    struct evidence_rule parsed;
    if (!evidence_measure_find(measure))
        return ERR(INVALID);
    TRY(evidence_rule_parse(rule, &parsed));
    return db_exec(tx,
        SQL("INSERT INTO evidence_rule (catalog_rev, question, measure, rule)"
            " VALUES ($1, $2, $3, $4)"),
        V(catalog, question, measure, rule));
}

err evidence_rule_copy(struct tx *tx, int64_t from, int64_t to, str question)
{
    return db_exec(tx,
        SQL("INSERT INTO evidence_rule (catalog_rev, question, measure, rule)"
            " SELECT CAST($2 AS BIGINT), question, measure, rule FROM evidence_rule"
            " WHERE catalog_rev=$1 AND question=$3"),
        V(from, to, question));
}

err evidence_questions(struct db *db, struct arena *a, str measure, struct str_list *out)
{
    *out = (struct str_list){ARENA_ARRAY(a, str, EVIDENCE_USES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT DISTINCT question FROM evidence_rule WHERE measure=$1 ORDER BY question"
            " LIMIT 64"),
        V(measure))
    out->v[out->n++] = row_str(a, &r, 0);
    return db_status(db);
}

err evidence_newest(
    struct db *db, int64_t body, str question, str measure, struct evidence_last *out)
{
    *out = (struct evidence_last){0};
    DB_EACH(db, r,
        SQL("SELECT id, value, at FROM evidence WHERE body=$1 AND question=$2 AND measure=$3"
            " ORDER BY at DESC, id DESC LIMIT 1"),
        V(body, question, measure))
    *out = (struct evidence_last){row_i64(&r, 0), evidence_value_parse(row_view(&r, 1)), row_i64(&r, 2)};
    return db_status(db);
}

err evidence_add(struct tx *tx, int64_t body, str question, const struct measure *m,
    struct measured value)
{
    char text[24] = "";
    if (value.known)
        snprintf(text, sizeof text, "%lld", (long long)value.value);
    return db_exec(tx,
        SQL("INSERT INTO evidence (id, body, question, measure, value, at, source)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(tx_id(tx), body, question, str_of(m->name), str_of(text), tx_now(tx),
            str_of(m->source)));
}

err evidence_bodies(struct db *db, int64_t after, int64_t body[EVIDENCE_STEP], size_t *n)
{
    *n = 0;
    DB_EACH(db, r, SQL("SELECT id FROM body WHERE class<>9 AND id>$1 ORDER BY id LIMIT 50"),
        V(after))
    body[(*n)++] = row_i64(&r, 0);
    return db_status(db);
}

/* As with answers: others read what stood at a submission, and nothing before one. */
static err may_read(
    struct db *db, struct arena *a, const struct scope *s, body_id body, int64_t horizon)
{
    struct body ignored;
    if (scope_body(s).v == body.v)
        return OK;
    return horizon > 0 ? org_body_get(db, a, s, body, &ignored) : ERR(DENIED);
}

/* A measure whose module has gone, or a rule nobody can read any more, says nothing. */
static bool row_of(struct arena *a, const struct rows *r, struct evidence *out)
{
    struct evidence_rule rule;
    *out = (struct evidence){.id = row_i64(r, 0),
        .question = row_str(a, r, 1),
        .measure = evidence_measure_find(row_view(r, 2)),
        .value = evidence_value_parse(row_view(r, 4)),
        .at = row_i64(r, 5),
        .source = row_str(a, r, 6)};
    if (!out->measure || err_is(evidence_rule_parse(row_view(r, 3), &rule)))
        return false;
    out->suggests = evidence_rule_answer(&rule, out->value);
    return true;
}

err evidence_all(struct db *db, struct arena *a, const struct scope *s, body_id body,
    int64_t catalog, int64_t horizon, struct evidence_list *out)
{
    enum { MOST = 600 };
    TRY(may_read(db, a, s, body, horizon));
    *out = (struct evidence_list){ARENA_ARRAY(a, struct evidence, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT e.id, e.question, e.measure, u.rule, e.value, e.at, e.source"
            " FROM evidence_rule u JOIN evidence e ON e.id=(SELECT x.id FROM evidence x"
            " WHERE x.body=$2 AND x.question=u.question AND x.measure=u.measure AND x.id<=$3"
            " ORDER BY x.at DESC, x.id DESC LIMIT 1)"
            " WHERE u.catalog_rev=$1 ORDER BY u.question, u.measure LIMIT 600"),
        V(catalog, body.v, horizon ? horizon : INT64_MAX))
    {
        if (row_of(a, &r, &out->v[out->n]))
            out->n++;
    }
    return db_status(db);
}
