/* SPDX-License-Identifier: Apache-2.0 */
/* Publishing a revision of the embedded catalogue (data/catalog.json). */
#include "form/form.h"

#include "store/migrate.h"

#include <jansson.h>

extern const struct embedded form_data[];
const char form_catalog_code[] = "local-security";


/* One publication. */
struct publish {
    struct tx *tx;
    struct arena *a;
    json_t *root;
    int year;
    catalog_id previous, id; /* previous.v 0: the first */
    int64_t position;
};

static str text(const json_t *o, const char *key)
{
    return str_of(json_string_value(json_object_get(o, key)));
}

static int64_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static bool flag(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

static int64_t index_of(str word, const str *words, size_t n, int64_t first)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i], word))
            return (int64_t)i + first;
    return 0;
}

static int64_t type_of(str word)
{
    static const str words[] = {S("status"), S("choice"), S("multi"), S("number"), S("percent"),
        S("date"), S("url"), S("text")};
    return index_of(word, words, COUNT_OF(words), ANSWER_STATUS);
}

static int64_t carry_of(str word)
{
    static const str words[] = {S("never"), S("reask"), S("confirm"), S("auto")};
    return index_of(word, words, COUNT_OF(words), CARRY_NEVER);
}

/* The wording of an item in the year published. */
static str wording(const struct publish *p, const json_t *item)
{
    const json_t *before = json_object_get(item, "before");
    return before && p->year < number(before, "year") ? text(before, "question")
                                                      : text(item, "question");
}

/* ── questions ── */

static err question_of(struct publish *p, str code, int64_t *id)
{
    struct db *db = tx_db(p->tx);
    *id = 0;
    DB_EACH(db, r, SQL("SELECT id FROM question WHERE code=$1"), V(code))
    *id = row_i64(&r, 0);
    TRY(db_status(db));
    if (*id)
        return OK;
    *id = tx_id(p->tx);
    return db_exec(p->tx, SQL("INSERT INTO question (id, code) VALUES ($1, $2)"), V(*id, code));
}

/* The revision with exactly this content: the one that exists, or a new one. */
static err rev_of(struct publish *p, const json_t *item, int64_t question, int64_t *rev)
{
    struct question q = {.id = {question},
        .text = wording(p, item),
        .why = text(item, "why"),
        .type = (enum answer_type)type_of(text(item, "type")),
        .unit = text(item, "unit"),
        .allow_na = flag(item, "allow_na")};
    size_t i;
    json_t *option;
    if (q.type == 0)
        return ERR(INVALID);
    json_array_foreach(json_object_get(item, "options"), i, option)
    {
        if (i == FORM_OPTIONS)
            return ERR(LIMIT);
        q.option[q.n_options++] = str_of(json_string_value(option));
    }
    return form_rev_put(p->tx, p->a, &q, rev);
}

static err note_rate(struct publish *p, int64_t question, str option, int64_t bp, const json_t *rate)
{
    jday as_of;
    TRY(jday_parse_iso(text(rate, "as_of"), &as_of));
    return db_exec(p->tx,
        SQL("INSERT INTO question_rate (question, option_code, bp, as_of, measured_item, source)"
            " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (question, option_code) DO NOTHING"),
        V(question, option, bp, as_of, text(rate, "measured_item"), text(rate, "source")));
}

static err note_measures(struct publish *p, const json_t *item, int64_t question)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(item, "evidence"), i, m) TRY(db_exec(p->tx,
        SQL("INSERT INTO question_measure (question, module, measure, rule)"
            " VALUES ($1, $2, $3, $4) ON CONFLICT (question, module, measure) DO NOTHING"),
        V(question, text(m, "module"), text(m, "measure"), text(m, "rule"))));
    const json_t *rate = json_object_get(item, "rate");
    if (rate)
        TRY(note_rate(p, question, STR_NONE, number(rate, "bp"), rate));
    const json_t *options = json_object_get(item, "option_rates");
    json_t *bp;
    json_array_foreach(json_object_get(options, "bp"), i, bp)
    {
        if (json_is_integer(bp))
            TRY(note_rate(p, question, str_fmt(p->a, "%zu", i + 1), json_integer_value(bp), options));
    }
    return OK;
}

/* The measures this program has. What it cannot read is refused here, not found out later. */
static err note_rules(struct publish *p, const json_t *item)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(item, "measures"), i, m)
        TRY(evidence_rule_add(
            p->tx, p->id.v, text(item, "code"), text(m, "measure"), text(m, "rule")));
    return OK;
}

/* ── lineage ── */

static err note_lineage(struct publish *p, int64_t question, int64_t rev, int64_t carry)
{
    struct db *db = tx_db(p->tx);
    int64_t before = 0;
    if (!p->previous.v)
        return OK;
    DB_EACH(db, r, SQL("SELECT question_rev FROM catalog_item WHERE catalog_rev=$1 AND question=$2"),
        V(p->previous.v, question))
    before = row_i64(&r, 0);
    TRY(db_status(db));
    if (before == rev)
        return OK;
    return db_exec(p->tx,
        SQL("INSERT INTO lineage (id, from_rev, to_rev, kind, carry) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT (from_rev, to_rev) DO NOTHING"),
        V(tx_id(p->tx), before ? val_int(before) : VAL_NONE, rev,
            before ? LINEAGE_WORDING : LINEAGE_NEW, before ? carry : CARRY_NEVER));
}

/* ── the catalogue ── */

static str subarea_name(const struct publish *p, str id)
{
    size_t i;
    json_t *s;
    json_array_foreach(json_object_get(p->root, "subareas"), i, s)
    {
        if (str_eq(text(s, "id"), id))
            return text(s, "name");
    }
    return STR_NONE;
}

static str named(const struct publish *p, const char *list, str id, const char *key)
{
    size_t i;
    json_t *v;
    json_array_foreach(json_object_get(p->root, list), i, v)
    {
        if (str_eq(text(v, "id"), id))
            return text(v, key);
    }
    return STR_NONE;
}

/* Of a binding subarea, what is not essential is the guideline's (R25: 小項目). */
static err note_level(const struct publish *p, const json_t *item, int64_t question)
{
    str subarea = text(item, "subarea"), key = named(p, "subareas", subarea, "level");
    if (str_eq(key, S("binding")) && !flag(item, "essential"))
        key = S("advisory");
    str law = named(p, "levels", key, "law"), before;
    BUF_AUTO b = BUF(4096);
    for (; str_cut(&law, '{', &before); str_cut(&law, '}', &before)) {
        buf_str(&b, before);
        if (law.n)
            buf_str(&b, subarea_name(p, subarea));
    }
    struct level level = {form_level_of_key(key), buf_view(&b)};
    return form_level_put(p->tx, (question_id){question}, &level);
}

static str joined(struct arena *a, const json_t *list)
{
    BUF_AUTO b = BUF(1024);
    size_t i;
    json_t *v;
    json_array_foreach(list, i, v)
    {
        if (i > 0)
            buf_lit(&b, "、");
        buf_str(&b, str_of(json_string_value(v)));
    }
    return str_dup(a, buf_view(&b));
}

static err publish_item(struct publish *p, const json_t *item)
{
    int64_t question, rev, carry = carry_of(text(item, "carry"));
    if (p->year < number(item, "since"))
        return OK;
    TRY(question_of(p, text(item, "code"), &question));
    TRY(rev_of(p, item, question, &rev));
    TRY(note_lineage(p, question, rev, carry));
    TRY(note_measures(p, item, question));
    TRY(note_rules(p, item));
    TRY(note_level(p, item, question));
    return db_exec(p->tx,
        SQL("INSERT INTO catalog_item (catalog_rev, position, question, question_rev, area,"
            " subarea, essential, pending, carry, shared_with)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        V(p->id.v, ++p->position, question, rev, text(item, "area"),
            subarea_name(p, text(item, "subarea")), flag(item, "essential"),
            flag(item, "pending"), carry, joined(p->a, json_object_get(item, "shared_with"))));
}

/* Items stand area by area, in the order of the areas. */
static err publish_area(struct publish *p, const json_t *area, int64_t position)
{
    size_t i;
    json_t *item;
    TRY(db_exec(p->tx,
        SQL("INSERT INTO catalog_area (catalog_rev, code, position, name)"
            " VALUES ($1, $2, $3, $4)"),
        V(p->id.v, text(area, "id"), position, text(area, "name"))));
    json_array_foreach(json_object_get(p->root, "items"), i, item)
    {
        if (str_eq(text(item, "area"), text(area, "id")))
            TRY(publish_item(p, item));
    }
    return OK;
}

static err publish_all(struct publish *p)
{
    size_t i;
    json_t *area;
    struct db *db = tx_db(p->tx);
    str code = str_of(form_catalog_code);
    int64_t last = 0;
    DB_EACH(db, r, SQL("SELECT id, number FROM catalog_rev WHERE code=$1 ORDER BY number"), V(code))
    {
        p->previous.v = row_i64(&r, 0);
        last = row_i64(&r, 1);
    }
    TRY(db_status(db));
    p->id.v = tx_id(p->tx);
    TRY(db_exec(p->tx,
        SQL("INSERT INTO catalog_rev (id, code, number, title, created_at)"
            " VALUES ($1, $2, $3, $4, $5)"),
        V(p->id.v, code, last + 1, text(p->root, "title"), tx_now(p->tx))));
    json_array_foreach(json_object_get(p->root, "areas"), i, area)
        TRY(publish_area(p, area, (int64_t)i + 1));
    return OK;
}

err form_catalog_publish(struct tx *tx, struct arena *a, int fiscal_year, catalog_id *out)
{
    json_error_t why;
    struct publish p = {.tx = tx, .a = a, .year = fiscal_year};
    p.root = json_loadb(
        (const char *)form_data[0].data, form_data[0].n, JSON_REJECT_DUPLICATES, &why);
    if (!p.root)
        return ERR(BUG);
    err e = publish_all(&p);
    json_decref(p.root);
    *out = p.id;
    return e;
}
