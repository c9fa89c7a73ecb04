/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions of three values (Kleene), and why they have the one they have. */
#include "incident/incident_rule_private.h"

#include "core/html.h"

str rule_said(struct arena *a, const struct buf *b)
{
    if (!b->failed)
        return str_dup(a, buf_view(b));
    (void)arena_alloc(a, SIZE_MAX); /* half a sentence is none: the arena fails, and whoever derives says NOMEM */
    return STR_NONE;
}

/* ── one question ── */

static uint32_t choice_bit(const struct incident_question *q, str key)
{
    for (size_t i = 0; i < q->n_choices && i < RULE_CHOICES; i++)
        if (str_eq(q->choices[i].key, key))
            return (uint32_t)1 << i;
    return 0;
}

void rule_only(const char *only, int *question, uint32_t *choices)
{
    str rest = str_of(only), key, choice;
    str_cut(&rest, '=', &key);
    *question = incident_question_of(key);
    *choices = 0;
    BUG_IF(*question < 0);
    while (str_cut(&rest, ' ', &choice))
        *choices |= choice_bit(&incident_questions[*question], choice);
}

static enum rule_truth has_any(const struct incident_question *q, const struct incident_known *k, uint32_t choices)
{
    str rest = k->value, word;
    if (rest.n == 0 || k->sure == SURE_NONE)
        return k->sure == SURE_NONE ? RULE_NO : RULE_OPEN;
    while (str_cut(&rest, ' ', &word))
        if (choice_bit(q, word) & choices)
            return RULE_YES;
    return RULE_NO;
}

static enum rule_truth suspected(const struct incident_known *k)
{
    return k->sure >= SURE_SUSPECTED ? RULE_YES : k->sure == SURE_NONE ? RULE_NO : RULE_OPEN;
}

/* Of the question alone, as if it were asked. */
static enum rule_truth own_truth(const struct condition *c, const struct incident_known *k)
{
    if (c->op == CONDITION_HAS)
        return has_any(&incident_questions[c->question], k, c->choices);
    if (c->op == CONDITION_CONFIRMED)
        return k->sure == SURE_CONFIRMED ? RULE_YES : RULE_NO;
    if (c->op == CONDITION_OVER && k->sure >= SURE_SUSPECTED)
        return k->number > c->over ? RULE_YES : RULE_NO;
    return suspected(k);
}

/* The condition under which the question of a leaf is asked; false: always. */
static bool parent_of(const struct condition *leaf, struct condition *out)
{
    const char *only = incident_questions[leaf->question].only;
    if (!only)
        return false;
    *out = (struct condition){.op = CONDITION_SURE};
    rule_only(only, &out->question, &out->choices);
    if (out->choices)
        out->op = CONDITION_HAS;
    return true;
}

static unsigned leaf_can(const struct condition *c, const struct incident_facts *f, uint64_t decided)
{
    struct condition parent;
    unsigned own = decided >> c->question & 1 ? 1U << own_truth(c, &f->known[c->question]) : CAN_ANY;
    if (!parent_of(c, &parent))
        return own;
    unsigned asked = leaf_can(&parent, f, decided); /* the table has no cycle: a parent stands before its children */
    unsigned unasked = asked & ~(unsigned)CAN_YES;
    if (c->op == CONDITION_CONFIRMED && unasked)
        unasked = CAN_NO;
    return unasked | (asked & CAN_YES ? own : 0);
}

/* ── all, any, not ── */

static unsigned negated(unsigned can)
{
    return (can & CAN_NO ? CAN_YES : 0) | (can & CAN_OPEN) | (can & CAN_YES ? CAN_NO : 0);
}

/* The least of two truths, for each pair that is possible. */
static unsigned both(unsigned a, unsigned b)
{
    unsigned can = 0;
    for (unsigned x = RULE_NO; x <= RULE_YES; x++)
        for (unsigned y = RULE_NO; y <= RULE_YES; y++)
            if (a >> x & 1 && b >> y & 1)
                can |= 1U << (x < y ? x : y);
    return can;
}

unsigned rule_condition_can(const struct condition *c, const struct incident_facts *f, uint64_t decided)
{
    unsigned can = CAN_YES;
    switch (c->op) {
    case CONDITION_ALL:
        for (size_t i = 0; i < c->n && can != CAN_NO; i++)
            can = both(can, rule_condition_can(c->part[i], f, decided));
        return can;
    case CONDITION_ANY: /* not all are not */
        for (size_t i = 0; i < c->n && can != CAN_NO; i++)
            can = both(can, negated(rule_condition_can(c->part[i], f, decided)));
        return negated(can);
    case CONDITION_NOT:
        return negated(rule_condition_can(c->part[0], f, decided));
    case CONDITION_SURE:
    case CONDITION_CONFIRMED:
    case CONDITION_HAS:
    case CONDITION_OVER:
        return leaf_can(c, f, decided);
    }
    return CAN_ANY;
}

enum rule_truth rule_condition_truth(const struct condition *c, const struct incident_facts *f)
{
    unsigned can = rule_condition_can(c, f, UINT64_MAX);
    return can == CAN_YES ? RULE_YES : can == CAN_NO ? RULE_NO : RULE_OPEN;
}

/* ── why ── */

enum { REASONS = 24 };
struct reasons {
    struct arena *a;
    const struct incident_facts *f;
    enum rule_truth whole;
    str v[REASONS];
    size_t n;
};

static void add(struct reasons *r, str text)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->v[i], text))
            return;
    if (r->n < REASONS)
        r->v[r->n++] = text;
}

/* Without what stands in brackets behind the name: 「重大（住民の生命…）」. */
static str short_name(str name)
{
    for (size_t i = 1; i < name.n; i++)
        if (str_starts(str_sub(name, i, name.n), S("（")))
            return str_sub(name, 0, i);
    return name;
}

void rule_choices_put(struct buf *b, const struct incident_question *q, uint32_t choices)
{
    bool more = false;
    for (size_t i = 0; i < q->n_choices && i < RULE_CHOICES; i++)
        if (choices >> i & 1) {
            buf_str(b, more ? S("、") : STR_NONE);
            buf_str(b, short_name(q->choices[i].name));
            more = true;
        }
}

/* Of what was answered, only the choices that count here. */
static uint32_t chosen(const struct incident_question *q, str value)
{
    uint32_t bits = 0;
    str word;
    while (str_cut(&value, ' ', &word))
        bits |= choice_bit(q, word);
    return bits;
}

static str answer_why(struct reasons *r, const struct condition *c, enum rule_truth truth)
{
    const struct incident_question *q = &incident_questions[c->question];
    const struct incident_known *k = &r->f->known[c->question];
    str said = incident_answer_text(r->a, (size_t)c->question, k);
    BUF_AUTO b = BUF(RULE_WORDS);
    if (c->op == CONDITION_HAS && k->value.n && truth == RULE_NO && q->type == REPLY_ONE) {
        buf_fmt(&b, "%s：", q->name);
        rule_choices_put(&b, q, chosen(q, k->value));
    } else if (c->op == CONDITION_HAS && k->value.n && truth == RULE_NO) {
        buf_fmt(&b, "%sは「", q->name);
        rule_choices_put(&b, q, chosen(q, k->value));
        buf_lit(&b, "」で、「");
        rule_choices_put(&b, q, c->choices);
        buf_lit(&b, "」ではない");
    } else if (c->op == CONDITION_HAS && k->value.n) {
        buf_fmt(&b, "%s：", q->name);
        rule_choices_put(&b, q, chosen(q, k->value) & c->choices);
        buf_str(&b, k->sure == SURE_SUSPECTED ? S("（おそれ）") : STR_NONE);
    } else if (c->op == CONDITION_OVER && k->sure >= SURE_SUSPECTED) {
        buf_fmt(&b, "%s：", q->name);
        buf_str(&b, said);
        buf_lit(&b, "（");
        html_group(&b, c->over);
        buf_str(&b, truth == RULE_YES ? S("を超える）") : S("以下）"));
    } else if (c->op == CONDITION_CONFIRMED && truth == RULE_NO && k->sure != SURE_NONE) {
        buf_fmt(&b, "%s：確認できていない", q->name);
    } else {
        buf_fmt(&b, "%s：", q->name);
        buf_str(&b, said);
    }
    return rule_said(r->a, &b);
}

/* The question that decided: the leaf's, or one it hangs from. */
static void leaf_why(struct reasons *r, const struct condition *c, enum rule_truth truth)
{
    struct condition parent;
    if (parent_of(c, &parent)) {
        unsigned asked = leaf_can(&parent, r->f, UINT64_MAX);
        if (asked == CAN_NO || (asked != CAN_YES && c->op != CONDITION_CONFIRMED)) {
            leaf_why(r, &parent, asked == CAN_NO ? RULE_NO : RULE_OPEN);
            return;
        }
    }
    add(r, truth == RULE_OPEN ? str_fmt(r->a, "「%s」", incident_questions[c->question].name) : answer_why(r, c, truth));
}

/* Of "all" and of "any" those parts speak that have the truth of the whole. */
static void collect(struct reasons *r, const struct condition *c)
{
    enum rule_truth truth = rule_condition_truth(c, r->f);
    switch (c->op) {
    case CONDITION_ALL:
    case CONDITION_ANY:
        for (size_t i = 0; i < c->n; i++)
            if (rule_condition_truth(c->part[i], r->f) == truth)
                collect(r, c->part[i]);
        break;
    case CONDITION_NOT:
        collect(r, c->part[0]);
        break;
    case CONDITION_SURE:
    case CONDITION_HAS:
    case CONDITION_OVER:
        leaf_why(r, c, truth);
        break;
    case CONDITION_CONFIRMED: /* that nothing frees of a duty is no reason for it */
        if (truth == RULE_YES || r->whole != RULE_YES)
            leaf_why(r, c, truth);
        break;
    }
}

str rule_condition_why(struct arena *a, const struct condition *c, const struct incident_facts *f, enum rule_truth truth)
{
    struct reasons r = {.a = a, .f = f, .whole = truth};
    BUF_AUTO b = BUF(RULE_WORDS);
    collect(&r, c);
    if (r.n == 0)
        return S("いつでも");
    for (size_t i = 0; i < r.n; i++) {
        buf_str(&b, i && truth != RULE_OPEN ? S("、") : STR_NONE);
        buf_str(&b, r.v[i]);
    }
    return rule_said(a, &b);
}
