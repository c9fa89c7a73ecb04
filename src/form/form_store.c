/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of form: catalogues read, rates, facts. */
#include "form/form.h"

#include <jansson.h>

enum { CATALOG_ARENA = 4 << 20 };

static const char catalog_kind; /* its address marks catalogues in the connection's cache */

struct loaded {
    struct arena *arena;
    struct catalog catalog;
};

/* ── catalogues ── */

void form_options_read(struct arena *a, str json, struct question *q)
{
    json_error_t why;
    json_t *list = json_loadb(json.p, json.n, 0, &why), *v;
    size_t i;
    json_array_foreach(list, i, v)
    {
        if (q->n_options < FORM_OPTIONS)
            q->option[q->n_options++] = str_dup(a, str_of(json_string_value(v)));
    }
    json_decref(list);
}

static void item_of_row(struct arena *a, const struct rows *r, struct question *q)
{
    *q = (struct question){.id = {row_i64(r, 0)},
        .rev = row_i64(r, 1),
        .code = row_str(a, r, 2),
        .text = row_str(a, r, 3),
        .why = row_str(a, r, 4),
        .type = (enum answer_type)row_i64(r, 5),
        .unit = row_str(a, r, 7),
        .allow_na = row_i64(r, 8) != 0,
        .position = row_i64(r, 9),
        .area = row_str(a, r, 10),
        .subarea = row_str(a, r, 11),
        .essential = row_i64(r, 12) != 0,
        .pending = row_i64(r, 13) != 0,
        .carry = (enum carry)row_i64(r, 14),
        .shared_with = row_str(a, r, 15),
        .cond_question = {row_i64(r, 16)},
        .cond_values = row_str(a, r, 17)};
    form_options_read(a, row_view(r, 6), q);
}

static int by_id(const void *x, const void *y)
{
    const struct question *const *p = x, *const *q = y;
    return ((*p)->id.v > (*q)->id.v) - ((*p)->id.v < (*q)->id.v);
}

static err load_items(struct db *db, struct arena *a, struct catalog *c)
{
    c->item = ARENA_ARRAY(a, struct question, FORM_ITEMS_MAX);
    c->by_id = ARENA_ARRAY(a, const struct question *, FORM_ITEMS_MAX);
    if (!c->item || !c->by_id)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT q.id, v.id, q.code, v.text, v.why, v.type, v.options, v.unit, v.allow_na,"
            " i.position, i.area, i.subarea, i.essential, i.pending, i.carry, i.shared_with,"
            " COALESCE(i.cond_question, 0), i.cond_values FROM catalog_item i JOIN question q ON q.id=i.question"
            " JOIN question_rev v ON v.id=i.question_rev WHERE i.catalog_rev=$1"
            " ORDER BY i.position LIMIT 600"),
        V(c->id.v))
    item_of_row(a, &r, &c->item[c->n_items++]);
    for (size_t i = 0; i < c->n_items; i++)
        c->by_id[i] = &c->item[i];
    qsort(c->by_id, c->n_items, sizeof *c->by_id, by_id);
    for (size_t i = 0; i < c->n_items; i++) {
        const struct question *q = form_item_by_id(c, c->item[i].cond_question);
        if (q)
            c->item[q - c->item].decides = true;
    }
    return db_status(db);
}

static err load_catalog(struct db *db, struct arena *a, struct catalog *c)
{
    DB_ONE(db, r, SQL("SELECT title FROM catalog_rev WHERE id=$1"), V(c->id.v));
    c->title = row_str(a, &r, 0);
    DB_EACH(db, area,
        SQL("SELECT code, name FROM catalog_area WHERE catalog_rev=$1 ORDER BY position LIMIT 16"),
        V(c->id.v))
    c->area[c->n_areas++] = (struct area){row_str(a, &area, 0), row_str(a, &area, 1)};
    TRY(load_items(db, a, c));
    return arena_failed(a) ? ERR(NOMEM) : OK;
}

static void drop_catalog(void *p)
{
    struct loaded *l = p;
    arena_free(l->arena);
}

err form_catalog_get(struct db *db, catalog_id id, const struct catalog **out)
{
    struct loaded *l = db_cached(db, &catalog_kind, id.v);
    if (!l) {
        struct arena *a = arena_new(CATALOG_ARENA);
        l = a ? ARENA_NEW(a, struct loaded) : NULL;
        if (!l) {
            arena_free(a);
            return ERR(NOMEM);
        }
        l->arena = a;
        l->catalog.id = id;
        err e = load_catalog(db, a, &l->catalog);
        if (err_is(e)) {
            arena_free(a);
            return e;
        }
        TRY(db_cache(db, &catalog_kind, id.v, l, drop_catalog));
    }
    *out = &l->catalog;
    return OK;
}

err form_catalog_newest(struct db *db, str code, catalog_id *out)
{
    DB_ONE(db, r, SQL("SELECT id FROM catalog_rev WHERE code=$1 ORDER BY number DESC LIMIT 1"),
        V(code));
    out->v = row_i64(&r, 0);
    return OK;
}

/* ── rates ── */

err form_level_get(struct db *db, struct arena *a, question_id q, struct level *out)
{
    *out = (struct level){0};
    DB_EACH(db, r, SQL("SELECT level, law FROM question_level WHERE question=$1"), V(q.v))
    *out = (struct level){(enum question_level)row_i64(&r, 0), row_str(a, &r, 1)};
    return db_status(db);
}

err form_level_put(struct tx *tx, question_id q, const struct level *l)
{
    return db_exec(tx,
        SQL("INSERT INTO question_level (question, level, law) VALUES ($1, $2, $3)"
            " ON CONFLICT (question) DO UPDATE SET level=excluded.level, law=excluded.law"),
        V(q.v, l->level, l->law));
}

err form_rate_get(struct db *db, struct arena *a, question_id q, str option, struct rate *out)
{
    *out = (struct rate){.as_of = DAY_NONE};
    DB_EACH(db, r,
        SQL("SELECT bp, as_of, measured_item, source FROM question_rate"
            " WHERE question=$1 AND option_code=$2"),
        V(q.v, option))
    *out = (struct rate){
        true, row_i64(&r, 0), (jday)row_i64(&r, 1), row_str(a, &r, 2), row_str(a, &r, 3)};
    return db_status(db);
}

err form_rate_all(struct db *db, struct arena *a, struct rate_list *out)
{
    enum { MOST = 256 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct question_rate, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT question, bp FROM question_rate WHERE option_code='' LIMIT 256"), V0)
    out->v[out->n++] = (struct question_rate){{row_i64(&r, 0)}, row_i64(&r, 1)};
    return db_status(db);
}

/* ── facts ── */

err form_fact_add(struct tx *tx, const struct new_fact *f, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO fact (id, body, organ, question, question_rev, occasion, value, basis,"
            " person, at, from_fact, evidence, note)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"),
        V(*id, f->body.v, f->organ, f->question.v, f->question_rev, f->occasion, f->value,
            f->basis, f->person, tx_now(tx), f->from_fact ? val_int(f->from_fact) : VAL_NONE,
            f->evidence ? val_int(f->evidence) : VAL_NONE, f->note));
}

/* Answers of another organisation are there to be seen only from a submission on: without a
 * horizon nobody but the body itself reads them, whatever the level of the scope. */
static err may_read(struct db *db, const struct scope *s, body_id body, int64_t horizon)
{
    struct body ignored;
    if (scope_is_own(s, body))
        return OK;
    if (horizon <= 0)
        return ERR(DENIED);
    ARENA_AUTO a = arena_new(4096);
    return a ? org_body_get(db, a, s, body, &ignored) : ERR(NOMEM);
}

static void fact_of_row(struct arena *a, const struct rows *r, struct fact *out)
{
    *out = (struct fact){.id = row_i64(r, 0),
        .question = {row_i64(r, 1)},
        .value = row_str(a, r, 2),
        .basis = (enum basis)row_i64(r, 3),
        .person = row_i64(r, 4),
        .at = row_i64(r, 5),
        .evidence = row_i64(r, 6),
        .note = row_str(a, r, 7)};
}

err form_fact_newest(struct db *db, struct arena *a, const struct scope *s, int64_t occasion,
    body_id body, question_id q, int64_t horizon, struct fact *out)
{
    *out = (struct fact){.question = q};
    TRY(may_read(db, s, body, horizon));
    DB_EACH(db, r,
        SQL("SELECT id, question, value, basis, person, at, evidence, note FROM fact"
            " WHERE occasion=$1 AND body=$2 AND question=$3 AND id<=$4"
            " AND organ=$5 ORDER BY id DESC LIMIT 1"),
        V(occasion, body.v, q.v, horizon ? horizon : INT64_MAX, scope_organ_of(s, body)))
    fact_of_row(a, &r, out);
    return db_status(db);
}

err form_fact_history(struct db *db, struct arena *a, const struct scope *s,
    int64_t occasion, body_id body, question_id q, struct fact_list *out)
{
    enum { MOST = 100 };
    TRY(may_read(db, s, body, 0));
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct fact, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, question, value, basis, person, at, evidence, note FROM fact"
            " WHERE occasion=$1 AND body=$2 AND question=$3 AND organ=$4 ORDER BY id DESC LIMIT 100"),
        V(occasion, body.v, q.v, scope_organ_of(s, body)))
    fact_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

err form_fact_all(struct db *db, struct arena *a, const struct scope *s, int64_t occasion,
    body_id body, int64_t horizon, const struct catalog *c, struct fact *slots)
{
    TRY(may_read(db, s, body, horizon));
    memset(slots, 0, c->n_items * sizeof *slots);
    DB_EACH(db, r,
        SQL("SELECT id, question, value, basis, person, at, evidence, note FROM fact"
            " WHERE occasion=$1 AND body=$2 AND id<=$3 AND organ=$4 ORDER BY question, id"),
        V(occasion, body.v, horizon ? horizon : INT64_MAX, scope_organ_of(s, body)))
    {
        const struct question *q = form_item_by_id(c, (question_id){row_i64(&r, 1)});
        if (q)
            fact_of_row(a, &r, &slots[q - c->item]);
    }
    return db_status(db);
}
