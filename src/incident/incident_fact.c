/* SPDX-License-Identifier: Apache-2.0 */
/* Facts: one entry of the case is one word on one question, "KEY\tHOW SURE\tESTIMATE\tSOURCE\tVALUE". */
#include "incident/incident_private.h"

#include "core/mynumber.h"

static const char *sure_key(enum incident_sure sure)
{
    return WORD_OF(incident_sures, sure)->key.p;
}

str incident_known_text(struct arena *a, size_t question, const struct incident_known *k)
{
    const struct incident_question *q = &incident_questions[question];
    BUF_AUTO b = BUF(1 << 18);
    buf_fmt(&b, "%s\t%s\t%d\t%.*s\t", q->key, sure_key(k->sure), k->estimate, STR_F(k->source));
    if (q->type == REPLY_NUMBER && k->sure >= SURE_SUSPECTED)
        buf_fmt(&b, "%lld", (long long)k->number);
    else if (q->type == REPLY_TIME && k->time)
        buf_fmt(&b, "%lld", (long long)k->time);
    else
        buf_str(&b, k->value);
    return str_dup(a, buf_view(&b));
}

static err parse_value(struct arena *a, enum incident_reply_type type, str value, struct incident_known *out)
{
    if (value.n == 0)
        return OK;
    if (type == REPLY_NUMBER)
        return parse_i64(value, 0, INT64_MAX, &out->number);
    if (type == REPLY_TIME)
        return parse_i64(value, 0, INT64_MAX, &out->time);
    out->value = str_dup(a, value);
    return OK;
}

err incident_known_parse(struct arena *a, str text, size_t *question, struct incident_known *out)
{
    str key, sure, estimate, source;
    *out = (struct incident_known){0};
    if (!str_cut(&text, '\t', &key) || !str_cut(&text, '\t', &sure) || !str_cut(&text, '\t', &estimate) ||
        !str_cut(&text, '\t', &source))
        return ERR(INVALID);
    int q = incident_question_of(key);
    if (q < 0)
        return ERR(NOTFOUND); /* of a later version */
    *question = (size_t)q;
    out->sure = (enum incident_sure)WORD_OF_KEY(incident_sures, sure)->value;
    out->estimate = str_eq(estimate, S("1"));
    out->source = str_dup(a, source);
    return parse_value(a, incident_questions[q].type, text, out);
}

/* ── the ledger ── */

struct loading {
    struct arena *a;
    struct incident_facts *facts;
    int64_t newest;
};

static err load_one(void *ctx, const struct flow_entry *e)
{
    struct loading *l = ctx;
    struct incident_known k;
    size_t q = 0;
    l->newest = e->id;
    err bad = incident_known_parse(l->a, e->text, &q, &k);
    if (bad.code == ERR_NOTFOUND)
        return OK;
    TRY(bad);
    k.at = e->at;
    k.by = e->person;
    l->facts->known[q] = k;
    return OK;
}

err incident_facts_load(struct db *db, const struct flow_key *k, int64_t flow, int64_t until, struct arena *a,
    struct incident_facts *out, int64_t *newest)
{
    struct loading l = {.a = a, .facts = out};
    *out = (struct incident_facts){0};
    TRY(flow_said(db, k, flow, ENTRY_FACT, until, load_one, &l));
    *newest = l.newest;
    return OK;
}

bool incident_known_same(const struct incident_known *x, const struct incident_known *y)
{
    return x->sure == y->sure && str_eq(x->value, y->value) && x->number == y->number && x->time == y->time &&
        x->estimate == y->estimate;
}

err incident_fact_say(struct tx *tx, struct arena *a, const struct flow_key *key, const struct flow_case *c,
    int64_t person, const struct incident_facts *now, size_t question, const struct incident_known *k, bool *said)
{
    int64_t id;
    *said = !incident_known_same(&now->known[question], k);
    if (!*said)
        return OK;
    return flow_say(tx, a, key, c, ENTRY_FACT, person, incident_known_text(a, question, k), &id);
}

/* ── what was typed ── */

/* "2026-11-20T14:05", "2026-11-20 14:05", 「令和8年11月20日 14:05」. */
static err parse_time(str text, usec *out)
{
    jday day;
    int64_t hour = 0, minute = 0;
    size_t at = text.n;
    while (at > 0 && text.p[at - 1] != ' ' && text.p[at - 1] != 'T')
        at--;
    str clock = str_sub(text, at, text.n), hours;
    if (!str_has(clock, S(":")))
        return ERR(INVALID);
    str_cut(&clock, ':', &hours);
    TRY(parse_i64(hours, 0, 23, &hour));
    TRY(parse_i64(str_sub(clock, 0, clock.n < 2 ? clock.n : 2), 0, 59, &minute));
    TRY(jday_parse(str_sub(text, 0, at ? at - 1 : 0), &day));
    *out = usec_of_jday_end(day) - USEC_DAY + hour * USEC_HOUR + minute * USEC_MINUTE;
    return OK;
}

static err typed_time(struct arena *a, str text, usec now, struct incident_known *out, str *why)
{
    char *half = arena_alloc(a, text.n + 1);
    if (!half)
        return ERR(NOMEM);
    if (err_is(parse_time(str_trim(str_to_halfwidth(half, text)), &out->time)))
        *why = S("日時を「2026-11-20 14:05」の形で入力してください。");
    else if (out->time > now + USEC_MINUTE)
        *why = S("先の日時です。いまより前の日時を入力してください。");
    return why->n ? ERR(INVALID) : OK;
}

static err typed_choices(struct arena *a, const struct incident_question *q, const struct strs *typed,
    struct incident_known *out, str *why)
{
    BUF_AUTO b = BUF(4096);
    size_t known = 0;
    for (size_t i = 0; i < q->n_choices; i++)
        for (size_t k = 0; k < typed->n; k++)
            if (str_eq(typed->v[k], q->choices[i].key)) {
                if (b.n)
                    buf_char(&b, ' ');
                buf_str(&b, q->choices[i].key);
                known++;
            }
    if (known != typed->n || (q->type == REPLY_ONE && known > 1)) {
        *why = S("一覧から選んでください。");
        return ERR(INVALID);
    }
    out->value = str_dup(a, buf_view(&b));
    return OK;
}

/* The number, and the word "estimate" beside it. */
static err typed_number(struct arena *a, const struct strs *typed, struct incident_known *out, str *why)
{
    str text = STR_NONE;
    char *half = arena_alloc(a, WEB_LINES_LINE * 4);
    if (!half)
        return ERR(NOMEM);
    for (size_t i = 0; i < typed->n; i++)
        if (str_eq(typed->v[i], S("estimate")))
            out->estimate = true;
        else if (typed->v[i].n)
            text = str_typed_number(half, typed->v[i]);
    if (text.n == 0) {
        out->sure = SURE_UNKNOWN;
        out->estimate = false;
        return OK;
    }
    if (err_is(parse_i64(text, 0, 1000000000, &out->number))) {
        *why = S("数字で入力してください。例）3000");
        return ERR(INVALID);
    }
    return OK;
}

err incident_known_typed(
    struct arena *a, size_t question, const struct strs *typed, usec now, struct incident_known *out, str *why)
{
    const struct incident_question *q = &incident_questions[question];
    bool empty = typed->n == 0 || (typed->n == 1 && typed->v[0].n == 0);
    *out = (struct incident_known){0};
    *why = STR_NONE;
    if (empty)
        return OK;
    out->sure = SURE_CONFIRMED;
    switch (q->type) {
    case REPLY_SURE:
        out->sure = (enum incident_sure)WORD_OF_KEY(incident_sures, typed->v[0])->value;
        return OK;
    case REPLY_ONE:
    case REPLY_MANY: return typed_choices(a, q, typed, out, why);
    case REPLY_NUMBER: return typed_number(a, typed, out, why);
    case REPLY_TIME: return typed_time(a, typed->v[0], now, out, why);
    case REPLY_TEXT:
        out->value = str_dup(a, typed->v[0]);
        if (mynumber_is_in(out->value))
            *why = S("個人番号と思われる12桁の数字があります。消してから保存してください。");
        return why->n ? ERR(INVALID) : OK;
    }
    return OK;
}
