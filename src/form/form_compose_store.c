/* SPDX-License-Identifier: Apache-2.0 */
/* Composing: all questions there are, new ones, new wordings, and a catalogue made of them. */
#include "form/form.h"

#include "core/json.h"

#include <sodium.h>

enum { HASH = 32 };

err form_question_all(struct db *db, struct arena *a, struct question_list *out)
{
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct question, FORM_QUESTIONS_MAX);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT q.id, v.id, q.code, v.text, v.why, v.type, v.options, v.unit, v.allow_na,"
            " i.position, i.area, i.subarea, i.essential, i.pending, i.carry, i.shared_with"
            " FROM catalog_item i JOIN question q ON q.id=i.question"
            " JOIN question_rev v ON v.id=i.question_rev"
            " WHERE i.catalog_rev=(SELECT MAX(n.catalog_rev) FROM catalog_item n"
            " WHERE n.question=i.question) ORDER BY i.area, q.code LIMIT 1500"),
        V0)
    {
        struct question *q = &out->v[out->n++];
        *q = (struct question){.id = {row_i64(&r, 0)},
            .rev = row_i64(&r, 1),
            .code = row_str(a, &r, 2),
            .text = row_str(a, &r, 3),
            .why = row_str(a, &r, 4),
            .type = (enum answer_type)row_i64(&r, 5),
            .unit = row_str(a, &r, 7),
            .allow_na = row_i64(&r, 8) != 0,
            .position = row_i64(&r, 9),
            .area = row_str(a, &r, 10),
            .subarea = row_str(a, &r, 11),
            .essential = row_i64(&r, 12) != 0,
            .pending = row_i64(&r, 13) != 0,
            .carry = (enum carry)row_i64(&r, 14),
            .shared_with = row_str(a, &r, 15)};
        form_options_read(a, row_view(&r, 6), q);
    }
    return db_status(db);
}

err form_question_new(struct tx *tx, struct arena *a, str area, str *code, question_id *out)
{
    str prefix = str_fmt(a, "%.*s-N", STR_F(area));
    int64_t last = 0, n;
    struct db *db = tx_db(tx);
    DB_EACH(db, r,
        SQL("SELECT code FROM question WHERE SUBSTR(code, 1, LENGTH(CAST($1 AS TEXT)))=$1"),
        V(prefix))
    {
        str c = row_view(&r, 0);
        if (!err_is(parse_i64(str_sub(c, prefix.n, c.n), 1, 1000000, &n)) && n > last)
            last = n;
    }
    TRY(db_status(db));
    *code = str_fmt(a, "%.*s%02lld", STR_F(prefix), (long long)(last + 1));
    out->v = tx_id(tx);
    return db_exec(
        tx, SQL("INSERT INTO question (id, code) VALUES ($1, $2)"), V(out->v, *code));
}

str form_options_json(struct arena *a, const struct question *q)
{
    BUF_AUTO b = BUF(65536);
    struct json j = json_on(&b);
    json_begin_array(&j);
    for (size_t i = 0; i < q->n_options; i++)
        json_str(&j, q->option[i]);
    json_end_array(&j);
    return err_is(json_finish(&j)) ? S("[]") : str_dup(a, buf_view(&b));
}

/* ── revisions ── */

static void hash_part(crypto_generichash_state *h, str s)
{
    uint64_t n = s.n;
    crypto_generichash_update(h, (const uint8_t *)&n, sizeof n);
    crypto_generichash_update(h, (const uint8_t *)s.p, s.n);
}

static void hash_rev(const struct question *q, str options, uint8_t hash[HASH])
{
    static const str types[] = {[ANSWER_STATUS] = S("status"), [ANSWER_CHOICE] = S("choice"),
        [ANSWER_MULTI] = S("multi"), [ANSWER_NUMBER] = S("number"), [ANSWER_PERCENT] = S("percent"),
        [ANSWER_DATE] = S("date"), [ANSWER_URL] = S("url"), [ANSWER_TEXT] = S("text")};
    const str parts[] = {q->text, q->why, types[q->type], options, q->unit,
        q->allow_na ? S("na") : STR_NONE};
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, HASH);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        hash_part(&h, parts[i]);
    crypto_generichash_final(&h, hash, HASH);
}

err form_rev_put(struct tx *tx, struct arena *a, const struct question *q, int64_t *rev)
{
    uint8_t hash[HASH];
    str options = form_options_json(a, q);
    int64_t last = 0;
    struct db *db = tx_db(tx);
    hash_rev(q, options, hash);
    *rev = 0;
    DB_EACH(db, r, SQL("SELECT id, number, hash FROM question_rev WHERE question=$1 ORDER BY number"),
        V(q->id.v))
    {
        str h = row_view(&r, 2);
        last = row_i64(&r, 1);
        if (h.n == HASH && memcmp(h.p, hash, HASH) == 0)
            *rev = row_i64(&r, 0);
    }
    TRY(db_status(db));
    if (*rev)
        return OK;
    *rev = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO question_rev (id, question, number, text, why, type, options, unit,"
            " allow_na, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        V(*rev, q->id.v, last + 1, q->text, q->why, q->type, options, q->unit, q->allow_na,
            ((struct bytes){hash, HASH})));
}

err form_lineage_put(
    struct tx *tx, int64_t from, int64_t to, enum lineage_kind kind, enum carry carry)
{
    return db_exec(tx,
        SQL("INSERT INTO lineage (id, from_rev, to_rev, kind, carry) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (from_rev, to_rev) DO NOTHING"),
        V(tx_id(tx), from ? val_int(from) : VAL_NONE, to, kind, carry));
}

/* ── the catalogue ── */

static err add_item(struct tx *tx, catalog_id id, int64_t position, const struct question *q)
{
    return db_exec(tx,
        SQL("INSERT INTO catalog_item (catalog_rev, position, question, question_rev, area,"
            " subarea, essential, pending, carry, shared_with, cond_question, cond_values)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"),
        V(id.v, position, q->id.v, q->rev, q->area, q->subarea, q->essential, q->pending, q->carry,
            q->shared_with, q->cond_question.v ? val_int(q->cond_question.v) : VAL_NONE,
            q->cond_values));
}

/* What measures a control does so wherever it is asked in the same words. */
static err carry_rules(struct tx *tx, catalog_id id, const struct question *q)
{
    int64_t from = 0;
    struct db *db = tx_db(tx);
    DB_EACH(db, r,
        SQL("SELECT COALESCE(MAX(i.catalog_rev), 0) FROM catalog_item i JOIN evidence_rule u"
            " ON u.catalog_rev=i.catalog_rev AND u.question=$2 WHERE i.question_rev=$1"),
        V(q->rev, q->code))
    from = row_i64(&r, 0);
    TRY(db_status(db));
    return from ? evidence_rule_copy(tx, from, id.v, q->code) : OK;
}

err form_catalog_add(struct tx *tx, const struct new_catalog *n, catalog_id *out)
{
    int64_t last = 0;
    struct db *db = tx_db(tx);
    if (n->n_items > FORM_ITEMS_MAX || n->n_areas > 16)
        return ERR(LIMIT);
    DB_EACH(db, r, SQL("SELECT COALESCE(MAX(number), 0) FROM catalog_rev WHERE code=$1"), V(n->code))
    last = row_i64(&r, 0);
    TRY(db_status(db));
    out->v = tx_id(tx);
    TRY(db_exec(tx,
        SQL("INSERT INTO catalog_rev (id, code, number, title, created_at)"
            " VALUES ($1, $2, $3, $4, $5)"),
        V(out->v, n->code, last + 1, n->title, tx_now(tx))));
    for (size_t i = 0; i < n->n_areas; i++)
        TRY(db_exec(tx,
            SQL("INSERT INTO catalog_area (catalog_rev, code, position, name)"
                " VALUES ($1, $2, $3, $4)"),
            V(out->v, n->area[i].code, (int64_t)i + 1, n->area[i].name)));
    for (size_t i = 0; i < n->n_items; i++) {
        TRY(add_item(tx, *out, (int64_t)i + 1, &n->item[i]));
        TRY(carry_rules(tx, *out, &n->item[i]));
    }
    return OK;
}
