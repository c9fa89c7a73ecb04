/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of drafts, and of the dates of a survey that is out. */
#include "survey/survey_draft.h"

static struct val day_or_null(jday d)
{
    return d == DAY_NONE ? VAL_NONE : val_int(d);
}

static jday day_of(const struct rows *r, int col)
{
    return row_is_null(r, col) ? DAY_NONE : (jday)row_i64(r, col);
}

/* ── drafts ── */

#define DRAFT_COLUMNS                                                                            \
    "d.id, d.title, d.purpose, d.fiscal_year, d.as_of, d.shown_deadline, d.last_submission,"     \
    " d.last_correction, COALESCE(d.previous, 0), d.chosen, d.classes, d.prefs, d.codes,"        \
    " d.state, COALESCE(d.survey, 0), d.version, d.person, d.changed_at"

static void draft_of_row(struct arena *a, const struct rows *r, struct draft *out)
{
    *out = (struct draft){.id = row_i64(r, 0),
        .title = row_str(a, r, 1),
        .purpose = row_str(a, r, 2),
        .fiscal_year = row_i64(r, 3),
        .as_of = day_of(r, 4),
        .shown_deadline = day_of(r, 5),
        .last_submission = day_of(r, 6),
        .last_correction = day_of(r, 7),
        .previous = {row_i64(r, 8)},
        .chosen = row_i64(r, 9) != 0,
        .classes = row_i64(r, 10),
        .prefs = row_i64(r, 11),
        .codes = row_str(a, r, 12),
        .state = (enum draft_state)row_i64(r, 13),
        .survey = {row_i64(r, 14)},
        .version = row_i64(r, 15),
        .person = row_i64(r, 16),
        .changed_at = row_i64(r, 17)};
}

err survey_draft_all(struct db *db, struct arena *a, struct draft_list *out)
{
    enum { MOST = 100 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct draft, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " DRAFT_COLUMNS ", (SELECT COUNT(*) FROM survey_draft_item i"
            " WHERE i.draft=d.id AND i.removed=0) FROM survey_draft d"
            " ORDER BY d.state, d.changed_at DESC LIMIT 100"),
        V0)
    {
        struct draft *d = &out->v[out->n++];
        draft_of_row(a, &r, d);
        d->n_items = row_i64(&r, 18);
    }
    return db_status(db);
}

err survey_draft_add(struct tx *tx, const struct draft *d, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO survey_draft (id, title, purpose, fiscal_year, as_of, shown_deadline,"
            " last_submission, last_correction, previous, chosen, classes, prefs, codes, state,"
            " version, changed_at, person) VALUES ($1, $2, $3, $4, NULL, NULL, NULL, NULL, $5, 0,"
            " 0, 0, '', 1, 1, $6, $7)"),
        V(*id, d->title, d->purpose, d->fiscal_year,
            d->previous.v ? val_int(d->previous.v) : VAL_NONE, tx_now(tx), d->person));
}

err survey_draft_set(struct tx *tx, const struct draft *d)
{
    TRY(db_exec(tx,
        SQL("UPDATE survey_draft SET title=$2, purpose=$3, fiscal_year=$4, as_of=$5,"
            " shown_deadline=$6, last_submission=$7, last_correction=$8, previous=$9 WHERE id=$1"),
        V(d->id, d->title, d->purpose, d->fiscal_year, day_or_null(d->as_of),
            day_or_null(d->shown_deadline), day_or_null(d->last_submission),
            day_or_null(d->last_correction), d->previous.v ? val_int(d->previous.v) : VAL_NONE)));
    return db_exec(tx,
        SQL("UPDATE survey_draft SET chosen=$2, classes=$3, prefs=$4, codes=$5 WHERE id=$1"),
        V(d->id, d->chosen, d->classes, d->prefs, d->codes));
}

err survey_draft_state_set(struct tx *tx, int64_t id, enum draft_state state, survey_id survey)
{
    return db_exec(tx, SQL("UPDATE survey_draft SET state=$2, survey=$3 WHERE id=$1"),
        V(id, state, survey.v ? val_int(survey.v) : VAL_NONE));
}

err survey_draft_touch(struct tx *tx, int64_t id, int64_t person)
{
    return db_exec(tx,
        SQL("UPDATE survey_draft SET version=version+1, changed_at=$2, person=$3 WHERE id=$1"),
        V(id, tx_now(tx), person));
}

/* ── items ── */

err survey_draft_item_add(struct tx *tx, int64_t draft, const struct draft_item *it)
{
    const struct question *q = &it->q;
    return db_exec(tx,
        SQL("INSERT INTO survey_draft_item (draft, question, position, removed, rev, base_rev,"
            " kind, text, why, type, options, unit, allow_na, area, subarea, shared_with,"
            " essential, pending, carry, cond_question, cond_values) VALUES ($1, $2, $3, 0, $4,"
            " $5, $6, '', '', 1, '[]', '', 0, $7, $8, $9, $10, $11, $12, $13, $14)"
            " ON CONFLICT (draft, question) DO UPDATE SET removed=0"),
        V(draft, q->id.v, q->position, q->rev ? val_int(q->rev) : VAL_NONE,
            it->base_rev ? val_int(it->base_rev) : VAL_NONE, it->kind, q->area, q->subarea,
            q->shared_with, q->essential, q->pending, q->carry,
            q->cond_question.v ? val_int(q->cond_question.v) : VAL_NONE, q->cond_values));
}

err survey_draft_item_set(
    struct tx *tx, struct arena *a, int64_t draft, const struct draft_item *it)
{
    const struct question *q = &it->q;
    TRY(db_exec(tx,
        SQL("UPDATE survey_draft_item SET rev=$3, kind=$4, text=$5, why=$6, type=$7, options=$8,"
            " unit=$9, allow_na=$10 WHERE draft=$1 AND question=$2"),
        V(draft, q->id.v, q->rev ? val_int(q->rev) : VAL_NONE, it->kind, q->text, q->why, q->type,
            form_options_json(a, q), q->unit, q->allow_na)));
    return db_exec(tx,
        SQL("UPDATE survey_draft_item SET essential=$3, pending=$4, carry=$5, cond_question=$6,"
            " cond_values=$7 WHERE draft=$1 AND question=$2"),
        V(draft, q->id.v, q->essential, q->pending, q->carry,
            q->cond_question.v ? val_int(q->cond_question.v) : VAL_NONE, q->cond_values));
}

err survey_draft_item_place(
    struct tx *tx, int64_t draft, question_id q, int64_t position, bool removed)
{
    return db_exec(tx,
        SQL("UPDATE survey_draft_item SET position=$3, removed=$4 WHERE draft=$1 AND question=$2"),
        V(draft, q.v, position, removed));
}

static void item_of_row(struct arena *a, const struct rows *r, struct draft_item *it)
{
    *it = (struct draft_item){.base_rev = row_i64(r, 2),
        .kind = (enum lineage_kind)row_i64(r, 3),
        .level = {(enum question_level)row_i64(r, 21), row_str(a, r, 22)}};
    it->q = (struct question){.id = {row_i64(r, 0)},
        .rev = row_i64(r, 1),
        .code = row_str(a, r, 4),
        .text = row_str(a, r, 5),
        .why = row_str(a, r, 6),
        .type = (enum answer_type)row_i64(r, 7),
        .unit = row_str(a, r, 9),
        .allow_na = row_i64(r, 10) != 0,
        .position = row_i64(r, 11),
        .area = row_str(a, r, 12),
        .subarea = row_str(a, r, 13),
        .shared_with = row_str(a, r, 14),
        .essential = row_i64(r, 15) != 0,
        .pending = row_i64(r, 16) != 0,
        .carry = (enum carry)row_i64(r, 17),
        .cond_question = {row_i64(r, 18)},
        .cond_values = row_str(a, r, 19)};
    form_options_read(a, row_view(r, 8), &it->q);
}

static err load_items(struct db *db, struct arena *a, struct drafting *d)
{
    d->item = ARENA_ARRAY(a, struct draft_item, FORM_ITEMS_MAX);
    d->removed = ARENA_ARRAY(a, struct draft_item, FORM_ITEMS_MAX);
    if (!d->item || !d->removed)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT i.question, COALESCE(i.rev, 0), COALESCE(i.base_rev, 0), i.kind, q.code,"
            " COALESCE(v.text, i.text), COALESCE(v.why, i.why), COALESCE(v.type, i.type),"
            " COALESCE(v.options, i.options), COALESCE(v.unit, i.unit),"
            " COALESCE(v.allow_na, i.allow_na), i.position, i.area, i.subarea, i.shared_with,"
            " i.essential, i.pending, i.carry, COALESCE(i.cond_question, 0), i.cond_values,"
            " i.removed, COALESCE(l.level, 0), COALESCE(l.law, '') FROM survey_draft_item i"
            " JOIN question q ON q.id=i.question LEFT JOIN question_rev v ON v.id=i.rev"
            " LEFT JOIN question_level l ON l.question=i.question WHERE i.draft=$1"
            " ORDER BY i.position, i.question"),
        V(d->draft.id))
    {
        bool removed = row_i64(&r, 20) != 0;
        if (removed && d->n_removed < FORM_ITEMS_MAX)
            item_of_row(a, &r, &d->removed[d->n_removed++]);
        else if (!removed && d->n < FORM_ITEMS_MAX)
            item_of_row(a, &r, &d->item[d->n++]);
    }
    return db_status(db);
}

static size_t area_rank(const struct catalog *c, str area)
{
    size_t i = 0;
    while (i < c->n_areas && !str_eq(c->area[i].code, area))
        i++;
    return i;
}

/* Area by area, each in its own order. An area that is no longer there becomes the last one. */
static err order_items(struct arena *a, struct drafting *d)
{
    const struct catalog *c = d->catalog;
    struct draft_item *sorted = ARENA_ARRAY(a, struct draft_item, d->n);
    size_t n = 0;
    d->q = ARENA_ARRAY(a, struct question, d->n);
    if (!sorted || !d->q || c->n_areas == 0)
        return ERR(NOMEM);
    for (size_t i = 0; i < d->n; i++)
        if (area_rank(c, d->item[i].q.area) == c->n_areas)
            d->item[i].q.area = c->area[c->n_areas - 1].code;
    for (size_t k = 0; k < c->n_areas; k++)
        for (size_t i = 0; i < d->n; i++)
            if (str_eq(d->item[i].q.area, c->area[k].code))
                sorted[n++] = d->item[i];
    for (size_t i = 0; i < n; i++)
        d->q[i] = sorted[i].q;
    d->item = sorted;
    return OK;
}

static err load_target(struct db *db, struct arena *a, const struct scope *s, struct drafting *d)
{
    struct body_list all;
    str bad, *codes = ARENA_ARRAY(a, str, DRAFT_CODES);
    if (!codes)
        return ERR(NOMEM);
    d->target = (struct survey_target){.chosen = d->draft.chosen,
        .classes = (uint32_t)d->draft.classes,
        .prefs = (uint64_t)d->draft.prefs,
        .code = codes,
        .n_codes = survey_codes_read(a, d->draft.codes, codes, DRAFT_CODES, &bad)};
    TRY(org_body_all(db, a, s, &all));
    d->asked.v = ARENA_ARRAY(a, struct body, all.n);
    if (!d->asked.v)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        if (survey_target_has(&d->target, &all.v[i]))
            d->asked.v[d->asked.n++] = all.v[i];
    return OK;
}

err survey_drafting_load(
    struct db *db, struct arena *a, const struct scope *s, int64_t id, struct drafting *out)
{
    catalog_id newest;
    *out = (struct drafting){0};
    DB_ONE(db, r, SQL("SELECT " DRAFT_COLUMNS " FROM survey_draft d WHERE d.id=$1"), V(id));
    draft_of_row(a, &r, &out->draft);
    TRY(form_catalog_newest(db, str_of(form_catalog_code), &newest));
    TRY(form_catalog_get(db, newest, &out->catalog));
    TRY(load_items(db, a, out));
    TRY(order_items(a, out));
    return load_target(db, a, s, out);
}

/* ── dates of a survey that is out ── */

err survey_dates_move(struct tx *tx, survey_id id, const struct date_change *c, int64_t person)
{
    TRY(db_exec(tx,
        SQL("UPDATE survey SET shown_deadline=$2, last_submission=$3, last_correction=$4"
            " WHERE id=$1"),
        V(id.v, c->shown_deadline, c->last_submission, c->last_correction)));
    return db_exec(tx,
        SQL("INSERT INTO survey_date_change (id, survey, shown_deadline, last_submission,"
            " last_correction, reason, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        V(tx_id(tx), id.v, c->shown_deadline, c->last_submission, c->last_correction, c->reason,
            person, tx_now(tx)));
}

err survey_dates_all(struct db *db, struct arena *a, survey_id id, struct date_change_list *out)
{
    enum { MOST = 20 };
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct date_change, MOST);
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT shown_deadline, last_submission, last_correction, reason, person, at"
            " FROM survey_date_change WHERE survey=$1 ORDER BY id DESC LIMIT 20"),
        V(id.v))
    out->v[out->n++] = (struct date_change){(jday)row_i64(&r, 0), (jday)row_i64(&r, 1),
        (jday)row_i64(&r, 2), row_str(a, &r, 3), row_i64(&r, 4), row_i64(&r, 5)};
    return db_status(db);
}
