/* SPDX-License-Identifier: Apache-2.0 */
/* Rules in words, as they stand in a pack: nobody should have to read JSON to see what a law asks. */
#include "incident/incident_rule_private.h"

#include "core/html.h"

/* The public part comes first. */
static const struct rule_inner *inner_of(const struct rule *r)
{
    return (const struct rule_inner *)r;
}

static void put_leaf(struct buf *b, const struct condition *c)
{
    const struct incident_question *q = &incident_questions[c->question];
    buf_str(b, str_of(q->name));
    if (c->op == CONDITION_HAS) {
        buf_lit(b, "が「");
        rule_choices_put(b, q, c->choices);
        buf_str(b, __builtin_popcount(c->choices) > 1 ? S("」のどれか") : S("」"));
    } else if (c->op == CONDITION_OVER) {
        buf_lit(b, "が");
        html_group(b, c->over);
        buf_lit(b, "を超える");
    } else {
        buf_str(b, c->op == CONDITION_CONFIRMED ? S("があると確認した") : S("がある"));
    }
}

static void put_condition(struct buf *b, const struct condition *c, bool inside)
{
    bool many = (c->op == CONDITION_ALL || c->op == CONDITION_ANY) && c->n > 1;
    if (c->op == CONDITION_NOT) { /* 「…があるときを除く」, 「…が「病院」のときを除く」 */
        const struct condition *part = c->part[0];
        put_condition(b, part, true);
        buf_str(b, part->n || part->op == CONDITION_HAS ? S("のときを除く") : S("ときを除く"));
        return;
    }
    if (c->n == 0) {
        put_leaf(b, c);
        return;
    }
    buf_str(b, many && inside ? S("（") : STR_NONE);
    for (size_t i = 0; i < c->n; i++) {
        buf_str(b, i == 0 ? STR_NONE : c->op == CONDITION_ALL ? S(" かつ ") : S(" または "));
        put_condition(b, c->part[i], true);
    }
    buf_str(b, many && inside ? S("）") : STR_NONE);
}

str rule_when_text(struct arena *a, const struct rule *r)
{
    BUF_AUTO b = BUF(8 * RULE_PACK_BYTES);
    put_condition(&b, inner_of(r)->when, false);
    return rule_said(a, &b);
}

static bool counts_days(const struct rule_period *p)
{
    return p->unit == UNIT_DAY || p->unit == UNIT_OPEN_DAY || (p->unit == UNIT_SOON && p->n > 0);
}

/* How days are counted; what is disputed says so. */
static void put_convention(struct buf *b, const struct rule_clock *c)
{
    static const char *const first[] = {[FIRST_COUNTS] = "初日を数える", [FIRST_NOT] = "初日を数えない",
        [FIRST_DISPUTED] = "初日を数えるかは定まっていない"};
    static const char *const roll[] = {[ROLL_NONE] = "", [ROLL_NEXT_OPEN] = "、閉庁日なら次の開庁日まで",
        [ROLL_DISPUTED] = "、閉庁日なら送るかは定まっていない"};
    if (counts_days(&c->period) || (c->when && counts_days(&c->other)))
        buf_fmt(b, "［%s%s］", first[c->first], roll[c->roll]);
}

str rule_steps_text(struct arena *a, const struct rule *r)
{
    const struct rule_inner *rule = inner_of(r);
    BUF_AUTO b = BUF(8 * RULE_PACK_BYTES);
    for (size_t i = 0; i < rule->n_steps; i++) {
        const struct rule_clock *c = &rule->step[i].clock;
        buf_str(&b, i ? S("、") : STR_NONE);
        buf_str(&b, WORD_OF(rule_step_kinds, rule->step[i].kind)->name);
        buf_lit(&b, "：");
        rule_period_put(&b, &c->period);
        if (c->when) {
            buf_lit(&b, "（");
            put_condition(&b, c->when, false);
            buf_lit(&b, "なら、");
            rule_period_put(&b, &c->other);
            buf_lit(&b, "）");
        }
        put_convention(&b, c);
    }
    return rule_said(a, &b);
}
