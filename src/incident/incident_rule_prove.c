/* SPDX-License-Identifier: Apache-2.0 */
/* The census of a pack: everything the facts can be, and that nobody with a breach is left without a
 * recipient. Questions are answered one after the other; a branch in which the rest cannot change the
 * outcome is decided as a whole, so what is not visited is proved too. */
#include "incident/incident_rule_private.h"

enum { VISITS_MOST = 2 * 1000 * 1000, RULES_MOST = 10 * 1000 * 1000, CHOICES_MOST = 14, OVERS = 8, TIMES_MOST = 2 * RULE_RULES + 1 };

struct value {
    struct incident_known known;
    uint32_t set; /* of choices */
};
/* What one question can be, as far as rules tell apart. */
struct domain {
    int question;
    bool confirmed;      /* some rule asks for certainty */
    uint32_t choices;    /* that rules speak of */
    int64_t over[OVERS]; /* in rising order */
    size_t n_over;
    struct value *value;
    size_t n;
    struct domain *parent; /* NULL: always asked */
    uint32_t asked;        /* with one of these choices of the parent; 0: when that is suspected */
    const struct value *now;
};
struct census {
    struct arena *a;
    const struct rule_pack *p;
    struct rule_problem *why;
    int64_t visited, visits; /* and how many there may be */
    int64_t looked_at;       /* rules, in all visits */
    struct domain d[INCIDENT_QUESTIONS]; /* a parent stands before what hangs from it */
    size_t n;
    struct incident_facts f;
    uint64_t decided;
};

/* ── what rules speak of ── */

static struct domain *add_domain(struct census *c, int question)
{
    const char *only = incident_questions[question].only;
    struct domain d = {.question = question};
    for (size_t i = 0; i < c->n; i++)
        if (c->d[i].question == question)
            return &c->d[i];
    if (only) {
        int above;
        rule_only(only, &above, &d.asked);
        d.parent = add_domain(c, above);
        d.parent->choices |= d.asked;
    }
    c->d[c->n] = d;
    return &c->d[c->n++];
}

static err add_over(struct domain *d, int64_t over)
{
    size_t at = 0;
    while (at < d->n_over && d->over[at] < over)
        at++;
    if (at < d->n_over && d->over[at] == over)
        return OK;
    if (d->n_over == OVERS)
        return ERR(LIMIT);
    memmove(&d->over[at + 1], &d->over[at], (d->n_over - at) * sizeof d->over[0]);
    d->over[at] = over;
    d->n_over++;
    return OK;
}

static err learn(struct census *c, const struct condition *k)
{
    for (size_t i = 0; i < k->n; i++)
        TRY(learn(c, k->part[i]));
    if (k->op == CONDITION_ALL || k->op == CONDITION_ANY || k->op == CONDITION_NOT)
        return OK;
    struct domain *d = add_domain(c, k->question);
    d->confirmed |= k->op == CONDITION_CONFIRMED;
    d->choices |= k->choices;
    return k->op == CONDITION_OVER ? add_over(d, k->over) : OK;
}

/* ── values ── */

/* The choices of a set; for none of them one that no rule speaks of. Empty: there is no such. */
static str set_text(struct arena *a, const struct domain *d, uint32_t set)
{
    const struct incident_question *q = &incident_questions[d->question];
    BUF_AUTO b = BUF(4096);
    for (size_t i = 0; i < q->n_choices && i < RULE_CHOICES; i++)
        if (set ? set >> i & 1 : b.n == 0 && !(d->choices >> i & 1)) {
            buf_str(&b, b.n ? S(" ") : STR_NONE);
            buf_str(&b, q->choices[i].key);
        }
    return str_dup(a, buf_view(&b));
}

static void add_set(struct arena *a, struct domain *d, uint32_t set)
{
    str text = set_text(a, d, set);
    if (text.n)
        d->value[d->n++] = (struct value){{.sure = SURE_CONFIRMED, .value = text, .at = 1}, set};
}

/* Of one choice each alone; of many every set. */
static void add_sets(struct arena *a, struct domain *d, bool many)
{
    add_set(a, d, 0);
    if (!many) {
        for (uint32_t rest = d->choices; rest; rest &= rest - 1)
            add_set(a, d, rest & (~rest + 1));
        return;
    }
    for (uint32_t set = d->choices; set; set = (set - 1) & d->choices)
        add_set(a, d, set);
}

static void add_sure(struct domain *d, enum incident_sure sure)
{
    d->value[d->n++] = (struct value){{.sure = sure, .at = 1}, 0};
}

static void add_number(struct domain *d, int64_t number)
{
    d->value[d->n++] = (struct value){{.sure = SURE_CONFIRMED, .number = number, .at = 1}, 0};
}

static err fill(struct arena *a, struct domain *d)
{
    enum incident_reply_type type = incident_questions[d->question].type;
    int n = __builtin_popcount(d->choices);
    if (n > CHOICES_MOST)
        return ERR(LIMIT);
    d->value = ARENA_ARRAY(a, struct value, ((size_t)1 << n) + OVERS + 4);
    if (!d->value)
        return ERR(NOMEM);
    d->n = 1; /* nobody has said anything */
    if (type == REPLY_SURE) {
        add_sure(d, SURE_NONE);
        add_sure(d, SURE_SUSPECTED);
        if (d->confirmed)
            add_sure(d, SURE_CONFIRMED);
    } else if (type == REPLY_NUMBER) {
        add_number(d, 0);
        for (size_t i = 0; i < d->n_over; i++)
            add_number(d, d->over[i] + 1);
    } else if (n) {
        add_sets(a, d, type == REPLY_MANY);
    }
    return OK;
}

static bool asks(const struct domain *child, const struct value *of_parent)
{
    return child->asked ? (of_parent->set & child->asked) != 0 : of_parent->known.sure >= SURE_SUSPECTED;
}

/* ── counting: exact, for a question that is not asked has no values ── */

static int64_t times(int64_t x, int64_t y)
{
    int64_t r;
    return __builtin_mul_overflow(x, y, &r) ? INT64_MAX : r;
}

static int64_t plus(int64_t x, int64_t y)
{
    int64_t r;
    return __builtin_add_overflow(x, y, &r) ? INT64_MAX : r;
}

static int64_t states_under(const struct census *c, const struct domain *d, enum incident_sure least)
{
    int64_t sum = 0;
    for (size_t v = 0; v < d->n; v++) {
        int64_t product = 1;
        if (d->value[v].known.sure < least)
            continue;
        for (size_t i = 0; i < c->n; i++)
            if (c->d[i].parent == d && asks(&c->d[i], &d->value[v]))
                product = times(product, states_under(c, &c->d[i], SURE_UNKNOWN));
        sum = plus(sum, product);
    }
    return sum;
}

static int64_t states(const struct census *c, bool breach)
{
    int64_t product = 1;
    for (size_t i = 0; i < c->n; i++)
        if (!c->d[i].parent) /* the first is whether there is a breach */
            product = times(product, states_under(c, &c->d[i], breach && i == 0 ? SURE_SUSPECTED : SURE_UNKNOWN));
    return product;
}

/* ── walking ── */

static err refuse(struct census *c, int line, str text)
{
    *c->why = (struct rule_problem){line, text};
    return ERR(INVALID);
}

/* What is to be found out: OK when the branch is settled, STALE when more has to be known. */
typedef err looker(struct census *c, void *arg);

static err walk(struct census *c, size_t at, looker *look, void *arg)
{
    if (++c->visited > c->visits || c->looked_at > RULES_MOST)
        return ERR(LIMIT);
    err e = look(c, arg);
    if (e.code != ERR_STALE)
        return e;
    BUG_IF(at == c->n); /* all is decided: one truth is left */
    struct domain *d = &c->d[at];
    if (d->parent && !asks(d, d->parent->now)) {
        d->now = &d->value[0];
        return walk(c, at + 1, look, arg);
    }
    for (size_t v = 0; v < d->n; v++) {
        d->now = &d->value[v];
        c->f.known[d->question] = d->now->known;
        c->decided |= (uint64_t)1 << d->question;
        e = walk(c, at + 1, look, arg);
        c->decided &= ~((uint64_t)1 << d->question);
        if (err_is(e))
            return e;
    }
    return OK;
}

static err begin(struct census *c, const struct condition *k)
{
    c->n = 0;
    c->decided = 0;
    return k ? learn(c, k) : OK;
}

static err fill_all(struct census *c)
{
    for (size_t i = 0; i < c->n; i++)
        TRY(fill(c->a, &c->d[i]));
    return OK;
}

/* ── a rule can be met and can be not met ── */

struct seeking {
    const struct condition *when;
    unsigned want; /* CAN_YES, CAN_NO */
};

/* CONFLICT: found, which ends the walk. */
static err look_for(struct census *c, void *arg)
{
    const struct seeking *s = arg;
    unsigned can = rule_condition_can(s->when, &c->f, c->decided);
    return can == s->want ? ERR(CONFLICT) : can & s->want ? ERR(STALE) : OK;
}

static err prove_rule(struct census *c, const struct rule_inner *rule)
{
    static const struct {
        unsigned want;
        const char *text;
    } rows[] = {
        {CAN_YES, "当てはまりません"},
        {CAN_NO, "当てはまってしまいます"},
    };
    TRY(begin(c, rule->when));
    TRY(fill_all(c));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct seeking s = {rule->when, rows[i].want};
        err e = walk(c, 0, look_for, &s);
        if (!err_is(e))
            return refuse(c, rule->r.line, str_fmt(c->a, "規則「%.*s」は、どう答えても%s（when を直してください）。", STR_F(rule->r.id), rows[i].text));
        if (e.code != ERR_CONFLICT)
            return e;
    }
    return OK;
}

/* ── no breach without a recipient ── */

struct covering {
    jday day;
    int breach; /* the question */
};

static void put_state(struct census *c, struct buf *b)
{
    bool more = false;
    for (size_t i = 0; i < c->n; i++) {
        int q = c->d[i].question;
        if (!(c->decided >> q & 1))
            continue;
        str said = incident_answer_text(c->a, (size_t)q, &c->f.known[q]);
        buf_fmt(b, "%s%s：", more ? "、" : "", incident_questions[q].name);
        buf_str(b, said);
        more = true;
    }
}

static bool speaks_of(const struct condition *k, int question)
{
    bool leaf = k->op != CONDITION_ALL && k->op != CONDITION_ANY && k->op != CONDITION_NOT;
    bool speaks = leaf && k->question == question;
    for (size_t i = 0; i < k->n && !speaks; i++)
        speaks = speaks_of(k->part[i], question);
    return speaks;
}

static bool is_duty(const struct rule_inner *rule, jday day)
{
    return rule_in_force(&rule->r, day) && !rule->r.voluntary;
}

/* The line to begin at: the first duty about a breach. */
static int hole_line(const struct census *c, const struct covering *v)
{
    for (size_t i = 0; i < c->p->n; i++)
        if (is_duty(&c->p->rule[i], v->day) && speaks_of(c->p->rule[i].when, v->breach))
            return c->p->rule[i].r.line;
    return c->p->rule[0].r.line;
}

static err refuse_hole(struct census *c, const struct covering *v)
{
    BUF_AUTO b = BUF(1 << 16);
    buf_lit(&b, "報告する相手と期限の決まらない漏えいがあります。");
    if (v->day != DAY_NONE) {
        put_wareki_day(&b, v->day);
        buf_lit(&b, "に効力のある規則では、");
    }
    buf_lit(&b, "次のとき：");
    put_state(c, &b);
    buf_lit(&b, "。この場合に当てはまる規則を足すか、条件を直してください。");
    return refuse(c, hole_line(c, v), rule_said(c->a, &b));
}

static err look_for_hole(struct census *c, void *arg)
{
    const struct covering *v = arg;
    bool possible = false;
    if (!(c->decided >> v->breach & 1))
        return ERR(STALE);
    if (c->f.known[v->breach].sure < SURE_SUSPECTED)
        return OK;
    for (size_t i = 0; i < c->p->n; i++) {
        const struct rule_inner *rule = &c->p->rule[i];
        c->looked_at++;
        unsigned can = is_duty(rule, v->day) ? rule_condition_can(rule->when, &c->f, c->decided) : CAN_NO;
        if (can == CAN_YES)
            return OK;
        possible |= (can & CAN_YES) != 0;
    }
    return possible ? ERR(STALE) : refuse_hole(c, v);
}

static err prove_day(struct census *c, jday day, struct rule_census *out)
{
    struct covering v = {day, incident_question_of(S("personal"))};
    BUG_IF(v.breach < 0);
    TRY(begin(c, NULL));
    add_domain(c, v.breach);
    for (size_t i = 0; i < c->p->n; i++)
        if (rule_in_force(&c->p->rule[i].r, day))
            TRY(learn(c, c->p->rule[i].when));
    TRY(fill_all(c));
    out->states = plus(out->states, states(c, false));
    out->breaches = plus(out->breaches, states(c, true));
    out->times++;
    return walk(c, 0, look_for_hole, &v);
}

/* ── spans of time ── */

static int by_day(const void *x, const void *y)
{
    jday a = *(const jday *)x, b = *(const jday *)y;
    return (a > b) - (a < b);
}

/* The days on which the rules become others, from the one the pack is whole from. */
static size_t days_of(const struct rule_pack *p, jday *day)
{
    size_t n = 0, kept = 1;
    day[n++] = p->from;
    for (size_t i = 0; i < p->n; i++) {
        if (p->rule[i].r.from > p->from) /* DAY_NONE is the least */
            day[n++] = p->rule[i].r.from;
        if (p->rule[i].r.to > p->from)
            day[n++] = p->rule[i].r.to;
    }
    qsort(day, n, sizeof day[0], by_day);
    for (size_t i = 1; i < n; i++)
        if (day[i] != day[kept - 1])
            day[kept++] = day[i];
    return kept;
}

static err prove(struct census *c, struct rule_census *out)
{
    jday day[TIMES_MOST];
    size_t n = days_of(c->p, day);
    for (size_t i = 0; i < c->p->n; i++)
        TRY(prove_rule(c, &c->p->rule[i]));
    for (size_t i = 0; i < n; i++)
        TRY(prove_day(c, day[i], out));
    return OK;
}

err rule_pack_prove_within(struct arena *a, const struct rule_pack *p, int64_t visits, struct rule_census *out, struct rule_problem *why)
{
    struct census *c = ARENA_NEW(a, struct census);
    *out = (struct rule_census){0};
    *why = (struct rule_problem){0};
    if (!c)
        return ERR(NOMEM);
    *c = (struct census){.a = a, .p = p, .why = why, .visits = visits};
    err e = prove(c, out);
    out->visited = c->visited;
    if (e.code == ERR_LIMIT)
        *why = (struct rule_problem){0, S("場合の数が多すぎて、調べ切れません。一つの規則の条件を短くしてください。")};
    return arena_failed(a) ? ERR(NOMEM) : e;
}

err rule_pack_prove(struct arena *a, const struct rule_pack *p, struct rule_census *out, struct rule_problem *why)
{
    return rule_pack_prove_within(a, p, VISITS_MOST, out, why);
}
