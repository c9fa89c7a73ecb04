/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: packs of rules. What is refused says why, in whole characters and at a line of the text;
 * what is accepted can be derived from whatever is known, and says how. */
#include "incident/incident_rule_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VISITS = 2000 };

static int lines_of(str text)
{
    int n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    return n;
}

/* Every question answered alike: nothing, no, suspected; a choice is the first or the last. */
static struct incident_facts facts_of(enum incident_sure sure, usec known)
{
    struct incident_facts f = {0};
    for (size_t i = 0; i < incident_questions_n; i++) {
        const struct incident_question *q = &incident_questions[i];
        f.known[i] = (struct incident_known){.sure = sure, .at = 1, .number = 101, .time = known};
        if (sure >= SURE_SUSPECTED && q->n_choices)
            f.known[i].value = q->choices[sure == SURE_SUSPECTED ? 0 : q->n_choices - 1].key;
    }
    return f;
}

static void check_obligation(const struct obligation *o)
{
    BUG_IF(o->why.n == 0 || !str_is_utf8(o->why));
    BUG_IF(o->truth == RULE_NO && o->n_steps > 0);
    BUG_IF(o->truth != RULE_NO && o->n_steps == 0);
    for (size_t i = 0; i < o->n_steps; i++) {
        const struct rule_due *d = &o->step[i];
        BUG_IF(d->text.n == 0 || !str_is_utf8(d->text));
        BUG_IF(d->from > d->due);
        BUG_IF(d->kind < STEP_FIRST || d->kind > STEP_PERSONS);
    }
}

static void derive(struct arena *a, const struct rule_pack *p, enum incident_sure sure)
{
    usec known = usec_of_civil((struct civil){.y = 2026, .m = 12, .d = 28, .hh = 23, .mm = 59});
    struct incident_facts f = facts_of(sure, known);
    struct rule_done done = {p->rule[0].r.id, p->rule[0].step[0].kind, known};
    struct obligations all;
    err e = rule_derive(a, p, &f, &done, 1, known, &all);
    BUG_IF(e.code != ERR_OK && e.code != ERR_NOMEM);
    for (size_t i = 0; !err_is(e) && i < all.n; i++)
        check_obligation(&all.v[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO a = arena_new(256 << 20);
    struct rule_pack *p;
    struct rule_problem why;
    struct rule_census census;
    BUG_IF(!a);
    str text = {(const char *)data, size};
    err e = rule_pack_read(a, text, &p, &why);
    BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID);
    BUG_IF(err_is(e) != (why.text.n > 0) || !str_is_utf8(why.text) || why.line < 0 || why.line > lines_of(text));
    if (err_is(e))
        return 0;
    for (int sure = SURE_UNKNOWN; sure <= SURE_CONFIRMED; sure++)
        derive(a, p, (enum incident_sure)sure);
    for (size_t i = 0; i < p->n; i++)
        BUG_IF(rule_when_text(a, &p->rule[i].r).n == 0 || rule_steps_text(a, &p->rule[i].r).n == 0);
    e = rule_pack_prove_within(a, p, VISITS, &census, &why);
    BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID && e.code != ERR_LIMIT);
    BUG_IF(err_is(e) != (why.text.n > 0) || (!err_is(e) && census.breaches > census.states));
    return 0;
}
