/* SPDX-License-Identifier: Apache-2.0 */
/* The rule language, freshness, values as words: pure. */
#include "evidence/evidence.h"

#include "core/html.h"

static const struct {
    enum rule_op op;
    str sign;
} ops[] = {
    {RULE_GE, S(">=")},
    {RULE_LE, S("<=")},
    {RULE_GT, S(">")},
    {RULE_LT, S("<")},
    {RULE_EQ, S("=")},
    {RULE_ABSENT, S("absent")},
    {RULE_ELSE, S("else")},
};

static bool op_of(str word, enum rule_op *out)
{
    for (size_t i = 0; i < COUNT_OF(ops); i++) {
        if (str_eq(ops[i].sign, word)) {
            *out = ops[i].op;
            return true;
        }
    }
    return false;
}

static bool answer_of(str word, str *out)
{
    static const str answers[] = {S("done"), S("partial"), S("none")};
    *out = STR_NONE;
    if (str_eq(word, S("-")))
        return true;
    for (size_t i = 0; i < COUNT_OF(answers); i++)
        if (str_eq(answers[i], word))
            *out = answers[i];
    return out->n > 0;
}

static bool has_number(enum rule_op op)
{
    return op != RULE_ABSENT && op != RULE_ELSE;
}

/* "op number answer", "absent answer" or "else answer", one blank between. */
static err parse_clause(str text, struct rule_clause *out)
{
    str word;
    if (!str_cut(&text, ' ', &word) || !op_of(word, &out->op))
        return ERR(INVALID);
    if (has_number(out->op)) {
        if (!str_cut(&text, ' ', &word))
            return ERR(INVALID);
        TRY(parse_i64(word, 0, RULE_NUMBER, &out->limit));
    }
    return answer_of(text, &out->answer) ? OK : ERR(INVALID);
}

static bool fits(const struct rule_clause *c, struct measured v)
{
    switch (c->op) {
    case RULE_GE:
        return v.known && v.value >= c->limit;
    case RULE_LE:
        return v.known && v.value <= c->limit;
    case RULE_GT:
        return v.known && v.value > c->limit;
    case RULE_LT:
        return v.known && v.value < c->limit;
    case RULE_EQ:
        return v.known && v.value == c->limit;
    case RULE_ABSENT:
        return !v.known;
    case RULE_ELSE:
        return true;
    }
    return false;
}

static const struct rule_clause *first_fit(const struct evidence_rule *r, struct measured v)
{
    for (size_t i = 0; i < r->n; i++)
        if (fits(&r->clause[i], v))
            return &r->clause[i];
    return NULL;
}

/* Is there a value for which this clause is the first to fit? Between the limits nothing changes,
 * so the limits, their neighbours and "nothing" are all there is to try. */
static bool ever_speaks(const struct evidence_rule *r, const struct rule_clause *c)
{
    if (first_fit(r, (struct measured){0}) == c)
        return true;
    for (size_t i = 0; i < r->n; i++)
        for (int64_t d = -1; d <= 1; d++)
            if (first_fit(r, (struct measured){true, r->clause[i].limit + d}) == c)
                return true;
    return false;
}

err evidence_rule_parse(str text, struct evidence_rule *out)
{
    *out = (struct evidence_rule){0};
    if (text.n == 0 || text.n > RULE_TEXT || text.p[text.n - 1] == ',')
        return ERR(INVALID);
    for (str one; str_cut(&text, ',', &one);) {
        if (out->n == RULE_CLAUSES || (out->n > 0 && !str_starts(one, S(" "))))
            return ERR(INVALID);
        TRY(parse_clause(out->n > 0 ? str_sub(one, 1, one.n) : one, &out->clause[out->n]));
        out->n++;
    }
    if (out->n == 0 || out->clause[out->n - 1].op != RULE_ELSE)
        return ERR(INVALID);
    for (size_t i = 0; i < out->n; i++)
        if (!ever_speaks(out, &out->clause[i]))
            return ERR(INVALID);
    return OK;
}

void evidence_rule_put(struct buf *b, const struct evidence_rule *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct rule_clause *c = &r->clause[i];
        if (i > 0)
            buf_lit(b, ", ");
        buf_str(b, ops[c->op].sign);
        if (has_number(c->op))
            buf_fmt(b, " %lld", (long long)c->limit);
        buf_fmt(b, " %.*s", STR_F(c->answer.n ? c->answer : S("-")));
    }
}

str evidence_rule_answer(const struct evidence_rule *r, struct measured value)
{
    const struct rule_clause *c = first_fit(r, value);
    return c ? c->answer : STR_NONE;
}

struct measured evidence_value_parse(str text)
{
    struct measured v = {0};
    v.known = !err_is(parse_i64(text, INT64_MIN, INT64_MAX, &v.value));
    return v;
}

bool evidence_is_fresh(usec at, usec now)
{
    return now - at <= EVIDENCE_FRESH_DAYS * USEC_DAY;
}

str evidence_value_text(struct arena *a, const struct measure *m, struct measured value)
{
    BUF_AUTO b = BUF(128);
    if (!value.known)
        return S("記録なし");
    html_group(&b, value.value);
    buf_str(&b, str_of(m->unit));
    return str_dup(a, buf_view(&b));
}
