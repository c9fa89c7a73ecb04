/* SPDX-License-Identifier: Apache-2.0 */
/* A response with its items: this year's facts beside last year's submitted ones. */
#include "survey/survey_private.h"

#include <sodium.h>

/* What became of the items since last year's catalogue. */
static void compare_catalogs(struct sheet *sheet, const struct catalog *before)
{
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        struct item *it = &sheet->item[i];
        const struct question *was = form_item_by_id(before, it->q->id);
        it->fresh = !was;
        it->reworded = was && was->rev != it->q->rev;
    }
}

/* Which items the facts ask; NULL without memory. */
static bool *asked_of(struct arena *a, const struct catalog *c, const struct fact *facts)
{
    bool *asked = ARENA_ARRAY(a, bool, c->n_items);
    if (asked)
        form_asked(c, facts, asked);
    return asked;
}

/* Last year's submitted answers, in slots of this year's catalogue. */
static err load_last(struct db *db, struct arena *a, const struct scope *s, struct sheet *sheet)
{
    struct survey previous;
    struct response r;
    const struct catalog *c;
    if (sheet->survey.previous.v == 0)
        return OK;
    TRY(survey_get(db, a, sheet->survey.previous, &previous));
    TRY(form_catalog_get(db, previous.catalog, &c));
    compare_catalogs(sheet, c);
    err e = survey_response_get(db, s, previous.id, sheet->body.id, &r);
    if (e.code == ERR_NOTFOUND || (!err_is(e) && r.horizon == 0))
        return survey_merged_load(db, a, s, &previous, c, sheet);
    TRY(e);
    struct fact *facts = ARENA_ARRAY(a, struct fact, c->n_items);
    if (!facts)
        return ERR(NOMEM);
    TRY(form_fact_all(db, a, s, previous.id.v, sheet->body.id, r.horizon, c, facts));
    const bool *asked = asked_of(a, c, facts);
    if (!asked)
        return ERR(NOMEM);
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        const struct question *was = form_item_by_id(c, sheet->item[i].q->id);
        if (was && asked[was - c->item])
            sheet->item[i].last = facts[was - c->item];
    }
    return survey_merged_load(db, a, s, &previous, c, sheet);
}

err survey_sheet_load(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, struct sheet *out)
{
    *out = (struct sheet){0};
    TRY(survey_get(db, a, id, &out->survey));
    TRY(org_body_on(db, a, s, body, out->survey.as_of, &out->body));
    TRY(survey_response_get(db, s, id, body, &out->response));
    bool own = scope_is_own(s, body);
    if (out->response.organ) {
        str organ = org_organ_name(db, a, body, out->response.organ);
        out->body.name = str_fmt(a, "%.*s　%.*s", STR_F(out->body.name), STR_F(organ));
    }
    if (!own && !survey_response_is_counted(out->response.state))
        return ERR(NOTFOUND);
    TRY(form_catalog_get(db, out->survey.catalog, &out->catalog));
    size_t n = out->catalog->n_items;
    struct fact *facts = ARENA_ARRAY(a, struct fact, n);
    out->item = ARENA_ARRAY(a, struct item, n);
    if (!facts || !out->item)
        return ERR(NOMEM);
    TRY(form_fact_all(db, a, s, id.v, body, out->response.horizon, out->catalog, facts));
    for (size_t i = 0; i < n; i++)
        out->item[i] = (struct item){.q = &out->catalog->item[i], .now = facts[i]};
    TRY(load_last(db, a, s, out));
    const bool *asked = asked_of(a, out->catalog, facts);
    if (!asked)
        return ERR(NOMEM);
    if (own) {
        TRY(survey_assignments(db, a, s, id, &out->assigned));
        TRY(org_section_all(db, a, s, &out->sections));
    }
    for (size_t i = 0; i < n; i++) {
        struct item *it = &out->item[i];
        it->state = asked[i] ? survey_item_state(it->q, &it->now, &it->last, it->reworded)
                             : ITEM_NOT_ASKED;
        if (it->state == ITEM_MISSING && it->disputed && it->now.id == 0)
            it->state = ITEM_REASK;
    }
    return OK;
}

/* What one item said in an earlier survey; nothing where a condition took it out. */
static err past_fact(struct db *db, struct arena *a, const struct scope *s,
    const struct survey *past, const struct response *r, const struct question *q, struct fact *out)
{
    const struct catalog *c;
    TRY(form_catalog_get(db, past->catalog, &c));
    const struct question *was = form_item_by_id(c, q->id);
    if (!was || was->cond_question.v == 0)
        return form_fact_newest(db, a, s, past->id.v, r->body, q->id, r->horizon, out);
    struct fact *facts = ARENA_ARRAY(a, struct fact, c->n_items);
    if (!facts)
        return ERR(NOMEM);
    TRY(form_fact_all(db, a, s, past->id.v, r->body, r->horizon, c, facts));
    const bool *asked = asked_of(a, c, facts);
    if (!asked)
        return ERR(NOMEM);
    *out = asked[was - c->item] ? facts[was - c->item] : (struct fact){.question = q->id};
    return OK;
}

bool survey_sheet_is_mine(const struct sheet *sheet, uint32_t roles, const struct question *q)
{
    if ((roles & ROLE_SECTION) == 0 || (roles & (ROLE_STAFF | ROLE_APPROVER | ROLE_CISO)))
        return true;
    const struct assignment *as = survey_assigned(&sheet->assigned, q);
    for (size_t i = 0; as && i < sheet->sections.n; i++)
        if (sheet->sections.v[i].id == as->section)
            return sheet->sections.v[i].mine;
    return false;
}

err survey_past(struct db *db, struct arena *a, const struct scope *s,
    const struct sheet *sheet, const struct question *q, struct past_list *out)
{
    survey_id id = sheet->survey.previous;
    out->n = 0;
    while (id.v && out->n < COUNT_OF(out->v)) {
        struct survey past;
        struct response r;
        struct fact f;
        TRY(survey_get(db, a, id, &past));
        err e = survey_response_get(db, s, id, sheet->body.id, &r);
        if (err_is(e) && e.code != ERR_NOTFOUND)
            return e;
        if (!err_is(e) && r.horizon) {
            TRY(past_fact(db, a, s, &past, &r, q, &f));
            if (f.id && f.value.n)
                out->v[out->n++] = (struct past){past.fiscal_year,
                    form_answer_text(a, q, f.value), form_basis_name(f.basis)};
        }
        id = past.previous;
    }
    return OK;
}

void survey_progress_count(
    const struct catalog *c, const struct fact *facts, const bool *asked, struct progress *out)
{
    *out = (struct progress){.n = c->n_areas};
    for (size_t k = 0; k < c->n_areas; k++) {
        struct area_progress *p = &out->area[k];
        p->area = c->area[k].code;
        for (size_t i = 0; i < c->n_items; i++) {
            const struct question *q = &c->item[i];
            if (!form_counts(q) || !asked[i] || !str_eq(q->area, p->area))
                continue;
            int64_t has = facts[i].value.n > 0;
            p->total++;
            p->done += has;
            p->needed += q->essential;
            p->needed_done += q->essential ? has : 0;
        }
    }
}

static void hash_part(crypto_generichash_state *h, str s)
{
    uint64_t n = s.n;
    crypto_generichash_update(h, (const uint8_t *)&n, sizeof n);
    crypto_generichash_update(h, (const uint8_t *)s.p, s.n);
}

/* Over every answered item that is asked, in catalogue order: code, answer, basis. */
void survey_sheet_hash(const struct sheet *sheet, uint8_t hash[32])
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, 32);
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        const struct item *it = &sheet->item[i];
        if (it->now.id == 0 || it->now.value.n == 0 || it->state == ITEM_NOT_ASKED)
            continue;
        hash_part(&h, it->q->code);
        hash_part(&h, it->now.value);
        hash_part(&h, form_basis_key(it->now.basis));
    }
    crypto_generichash_final(&h, hash, 32);
}
