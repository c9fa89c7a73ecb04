/* SPDX-License-Identifier: Apache-2.0 */
/* The first survey after a merger: what the bodies before it said last year, side by side. An
 * answer is carried over only where all of them gave the same one (doc/adr/0013-register.md). */
#include "survey/survey_private.h"

enum { SOURCES = 30 };

/* One body that was asked last year, with its submitted answers in slots of last year's catalogue;
 * facts NULL: it did not submit. */
struct source {
    str name;
    struct fact *facts;
};

static err add_source(struct db *db, struct arena *a, const struct scope *s, survey_id previous,
    const struct catalog *c, const struct body *b, jday as_of, struct source *out, size_t *n)
{
    struct response r;
    struct body then;
    err e = survey_response_get(db, s, previous, b->id, &r);
    if (e.code == ERR_NOTFOUND || *n == SOURCES)
        return OK; /* it was not asked */
    TRY(e);
    TRY(org_body_on(db, a, s, b->id, as_of, &then));
    struct source *one = &out[(*n)++];
    *one = (struct source){.name = then.name};
    if (r.horizon == 0)
        return OK;
    one->facts = ARENA_ARRAY(a, struct fact, c->n_items);
    if (!one->facts)
        return ERR(NOMEM);
    return form_fact_all(db, a, s, previous.v, b->id, r.horizon, c, one->facts);
}

/* Puts the answers beside the item; the common one, or none, becomes last year's. */
static err compare(struct arena *a, const struct source *source, size_t n, size_t slot,
    struct item *it)
{
    it->said = ARENA_ARRAY(a, struct item_said, n);
    if (!it->said)
        return ERR(NOMEM);
    const struct fact *first = source[0].facts ? &source[0].facts[slot] : NULL;
    bool agreed = first && first->id && first->value.n;
    for (size_t i = 0; i < n; i++) {
        str value = source[i].facts ? source[i].facts[slot].value : STR_NONE;
        agreed = agreed && str_eq(value, first->value);
        it->said[it->n_said++] = (struct item_said){source[i].name, value};
    }
    it->disputed = !agreed;
    it->last = agreed ? *first : (struct fact){.question = it->q->id};
    return OK;
}

err survey_merged_load(struct db *db, struct arena *a, const struct scope *s,
    const struct survey *previous, const struct catalog *c, struct sheet *sheet)
{
    struct body_list old;
    struct source source[SOURCES];
    size_t n = 0;
    if (sheet->response.organ)
        return OK; /* organs begin anew with their body */
    TRY(org_body_predecessors(db, a, s, sheet->body.id, &old));
    for (size_t i = 0; i < old.n; i++)
        TRY(add_source(db, a, s, previous->id, c, &old.v[i], previous->as_of, source, &n));
    if (n == 0)
        return OK;
    TRY(add_source(db, a, s, previous->id, c, &sheet->body, previous->as_of, source, &n));
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        struct item *it = &sheet->item[i];
        const struct question *was = form_item_by_id(c, it->q->id);
        if (was)
            TRY(compare(a, source, n, (size_t)(was - c->item), it));
    }
    return OK;
}
