/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions and steps of a rule, from JSON. */
#include "incident/incident_rule_read.h"

/* Without the part of a character at its end. */
static str whole_chars(str s)
{
    while (s.n && !str_is_utf8(s))
        s.n--;
    return s;
}

/* Bytes before the first control character: a terminal would obey it. */
static size_t plain_bytes(str s)
{
    size_t n = 0;
    while (n < s.n && (unsigned char)s.p[n] >= 0x20 && s.p[n] != 0x7f)
        n++;
    return n;
}

str rule_brief(str s)
{
    str head = str_sub(s, 0, 60);
    return whole_chars(str_sub(head, 0, plain_bytes(head)));
}

err rule_refuse(struct rule_reading *r, const char *fmt, ...)
{
    BUF_AUTO b = BUF(4096);
    char text[1024];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    str said = {text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1};
    said = whole_chars(said);
    buf_str(&b, r->what);
    buf_str(&b, r->what.n ? S("：") : STR_NONE);
    buf_str(&b, said);
    *r->why = (struct rule_problem){r->line, str_dup(r->a, buf_view(&b))};
    return ERR(INVALID);
}

err rule_keys(struct rule_reading *r, json_t *o, const char *allowed)
{
    const char *key;
    json_t *v;
    if (!json_is_object(o))
        return rule_refuse(r, "{ } で書くところが、そうなっていません。");
    json_object_foreach(o, key, v)
    {
        str rest = str_of(allowed), word;
        bool known = false;
        while (!known && str_cut(&rest, ' ', &word))
            known = str_eq(word, str_of(key));
        if (!known)
            return rule_refuse(r, "知らない項目「%.*s」があります。使えるのは %s です。", STR_F(rule_brief(str_of(key))), allowed);
    }
    return OK;
}

err rule_text(struct rule_reading *r, const json_t *o, const char *key, bool must, str *out)
{
    enum { MOST = 4000 };
    const json_t *v = json_object_get(o, key);
    *out = STR_NONE;
    if ((!v || json_is_null(v)) && !must)
        return OK;
    if (!json_is_string(v) || (must && json_string_length(v) == 0))
        return rule_refuse(r, "%s を、文字で書いてください。", key);
    if (json_string_length(v) > MOST)
        return rule_refuse(r, "%s が長すぎます（%d バイトまで）。", key, MOST);
    str said = {json_string_value(v), json_string_length(v)};
    if (plain_bytes(said) < said.n)
        return rule_refuse(r, "%s に、改行や制御文字は書けません。", key);
    *out = str_dup(r->a, said);
    return OK;
}

err rule_number(struct rule_reading *r, const json_t *o, const char *key, int64_t most, int64_t *out)
{
    const json_t *v = json_object_get(o, key);
    *out = json_integer_value(v);
    if (v && (!json_is_integer(v) || *out < 0 || *out > most))
        return rule_refuse(r, "%s を、0から%lldまでの整数で書いてください。", key, (long long)most);
    return OK;
}

static void put_words(struct buf *b, const struct word *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i ? S("、") : STR_NONE);
        buf_str(b, words[i].key);
    }
}

err rule_word(struct rule_reading *r, const json_t *o, const char *key, const struct word *words, size_t n, int *out)
{
    str said;
    TRY(rule_text(r, o, key, true, &said));
    const struct word *w = word_of_key(words, n, said);
    if (w->key.n) {
        *out = w->value;
        return OK;
    }
    BUF_AUTO b = BUF(1024);
    put_words(&b, words, n);
    return rule_refuse(r, "%s が「%.*s」です。使えるのは %.*s です。", key, STR_F(rule_brief(said)), STR_F(buf_view(&b)));
}

/* ── conditions ── */

static err parts_read(struct rule_reading *r, const json_t *list, int depth, struct condition *c)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > RULE_PARTS)
        return rule_refuse(r, "all と any には、条件を1つから%dまで [ ] に並べてください。", RULE_PARTS);
    c->part = ARENA_ARRAY(r->a, struct condition *, n);
    if (!c->part)
        return ERR(NOMEM);
    for (c->n = 0; c->n < n; c->n++)
        TRY(rule_condition_read(r, json_array_get(list, c->n), depth + 1, &c->part[c->n]));
    return OK;
}

static err choice_read(struct rule_reading *r, const json_t *v, struct condition *c)
{
    const struct incident_question *q = &incident_questions[c->question];
    str key = {json_string_value(v), json_string_length(v)};
    for (size_t i = 0; json_is_string(v) && i < q->n_choices && i < RULE_CHOICES; i++)
        if (str_eq(q->choices[i].key, key)) {
            c->choices |= (uint32_t)1 << i;
            return OK;
        }
    return rule_refuse(r, "質問 %s に、選択肢「%.*s」はありません。", q->key, STR_F(rule_brief(key)));
}

static err has_read(struct rule_reading *r, const json_t *has, struct condition *c)
{
    c->op = CONDITION_HAS;
    if (!json_is_array(has))
        return choice_read(r, has, c);
    for (size_t i = 0; i < json_array_size(has); i++)
        TRY(choice_read(r, json_array_get(has, i), c));
    return c->choices ? OK : rule_refuse(r, "has に、選択肢を1つ以上書いてください。");
}

/* Each kind of question takes its own comparison. */
static err leaf_read(struct rule_reading *r, json_t *o, struct condition *c)
{
    str key;
    int64_t over;
    TRY(rule_keys(r, o, "fact has over confirmed"));
    TRY(rule_text(r, o, "fact", true, &key));
    c->question = incident_question_of(key);
    if (c->question < 0)
        return rule_refuse(r, "質問「%.*s」はありません。", STR_F(rule_brief(key)));
    const struct incident_question *q = &incident_questions[c->question];
    json_t *has = json_object_get(o, "has"), *limit = json_object_get(o, "over"), *sure = json_object_get(o, "confirmed");
    bool chooses = q->type == REPLY_ONE || q->type == REPLY_MANY, counts = q->type == REPLY_NUMBER;
    if (!has != !chooses || !limit != !counts || (sure && q->type != REPLY_SURE) || q->type == REPLY_TIME || q->type == REPLY_TEXT)
        return rule_refuse(r, "質問 %s の比べ方が合いません（選ぶ質問は has、数の質問は over、あるかないかの質問は何も付けないか confirmed）。", q->key);
    if (sure && !json_is_true(sure))
        return rule_refuse(r, "confirmed に書けるのは true だけです。");
    TRY(rule_number(r, o, "over", INT32_MAX, &over));
    c->over = over;
    c->op = counts ? CONDITION_OVER : sure ? CONDITION_CONFIRMED : CONDITION_SURE;
    return has ? has_read(r, has, c) : OK;
}

err rule_condition_read(struct rule_reading *r, json_t *o, int depth, struct condition **out)
{
    json_t *all = json_object_get(o, "all"), *any = json_object_get(o, "any"), *not = json_object_get(o, "not");
    struct condition *c = *out = ARENA_NEW(r->a, struct condition);
    if (!c)
        return ERR(NOMEM);
    if (depth > RULE_DEPTH)
        return rule_refuse(r, "条件の入れ子が深すぎます（%d段まで）。", RULE_DEPTH);
    if (!all && !any && !not)
        return leaf_read(r, o, c);
    TRY(rule_keys(r, o, all ? "all" : any ? "any" : "not"));
    c->op = all ? CONDITION_ALL : any ? CONDITION_ANY : CONDITION_NOT;
    if (!not)
        return parts_read(r, all ? all : any, depth, c);
    c->part = ARENA_ARRAY(r->a, struct condition *, 1);
    if (!c->part)
        return ERR(NOMEM);
    c->n = 1;
    return rule_condition_read(r, not, depth + 1, &c->part[0]);
}

/* ── clocks ── */

static const struct word firsts[] = {
    {FIRST_COUNTS, S("counts"), S("")}, {FIRST_NOT, S("not"), S("")}, {FIRST_DISPUTED, S("disputed"), S("")}};
static const struct word rolls[] = {
    {ROLL_NONE, S("none"), S("")}, {ROLL_NEXT_OPEN, S("next-open"), S("")}, {ROLL_DISPUTED, S("disputed"), S("")}};

static err period_read(struct rule_reading *r, const json_t *o, struct rule_period *p)
{
    int64_t n, soft;
    int unit;
    TRY(rule_word(r, o, "unit", rule_units, COUNT_OF(rule_units), &unit));
    TRY(rule_number(r, o, "n", RULE_NUMBER_MOST, &n));
    TRY(rule_number(r, o, "soft", RULE_NUMBER_MOST, &soft));
    *p = (struct rule_period){(enum rule_unit)unit, (int)n, (int)soft};
    bool numbered = unit == UNIT_HOUR || unit == UNIT_DAY || unit == UNIT_OPEN_DAY;
    if (numbered && (n == 0 || soft))
        return rule_refuse(r, "時間・日・開庁日の期限には、n だけを1以上で書いてください。");
    if (unit == UNIT_OPEN_DAY && n > RULE_OPEN_DAYS)
        return rule_refuse(r, "開庁日の期限は%d日までです。", RULE_OPEN_DAYS);
    if (unit == UNIT_AT_ONCE && (n || soft))
        return rule_refuse(r, "「直ちに」には、n も soft も付けません。");
    if (unit == UNIT_SOON && (!n != !soft || soft > n))
        return rule_refuse(r, "「速やかに」の目安は、soft（早い方の日）と n（遅い方の日）を両方書いてください。");
    return OK;
}

static bool in_days(const struct rule_period *p)
{
    return p->unit == UNIT_DAY || p->unit == UNIT_OPEN_DAY || (p->unit == UNIT_SOON && p->n);
}

/* "first": of this rule; "jp.mic/first": of another. */
static err start_read(struct rule_reading *r, const json_t *o, str self, struct rule_clock *c)
{
    str from, after;
    TRY(rule_text(r, o, "from", false, &from));
    TRY(rule_text(r, o, "after", false, &after));
    if (!from.n == !after.n)
        return rule_refuse(r, "期限の数え始めを、from（日時の質問）か after（前の段階）のどちらか一つで書いてください。");
    c->start = from.n ? incident_question_of(from) : -1;
    if (from.n && (c->start < 0 || incident_questions[c->start].type != REPLY_TIME))
        return rule_refuse(r, "from の「%.*s」は、日時を答える質問ではありません。", STR_F(rule_brief(from)));
    if (from.n)
        return OK;
    str kind = after;
    if (!str_has(after, S("/")))
        c->after = self;
    else
        str_cut(&kind, '/', &c->after);
    const struct word *w = WORD_OF_KEY(rule_step_kinds, kind);
    c->after_kind = (enum rule_step_kind)w->value;
    return w->value ? OK : rule_refuse(r, "after の「%.*s」は、段階の名前ではありません。", STR_F(rule_brief(after)));
}

static err other_read(struct rule_reading *r, json_t *o, struct rule_clock *c)
{
    struct condition *when;
    TRY(rule_keys(r, o, "when unit n soft"));
    TRY(rule_condition_read(r, json_object_get(o, "when"), 1, &when));
    c->when = when;
    return period_read(r, o, &c->other);
}

static err clock_read(struct rule_reading *r, json_t *o, str self, struct rule_clock *c)
{
    int first = FIRST_COUNTS, roll = ROLL_NONE;
    json_t *other = json_object_get(o, "case");
    TRY(rule_keys(r, o, "from after unit n soft first_day roll case"));
    TRY(start_read(r, o, self, c));
    TRY(period_read(r, o, &c->period));
    if (other)
        TRY(other_read(r, other, c));
    bool days = in_days(&c->period) || (other && in_days(&c->other));
    if (days) /* never by default: how days are counted is what the law says, or what is disputed */
        TRY(rule_word(r, o, "first_day", firsts, COUNT_OF(firsts), &first));
    if (days)
        TRY(rule_word(r, o, "roll", rolls, COUNT_OF(rolls), &roll));
    if (!days && (json_object_get(o, "first_day") || json_object_get(o, "roll")))
        return rule_refuse(r, "first_day と roll は、日で数える期限だけに書きます。");
    c->first = (enum rule_first)first;
    c->roll = (enum rule_roll)roll;
    return OK;
}

err rule_steps_read(struct rule_reading *r, const json_t *list, struct rule_inner *rule)
{
    if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > RULE_STEPS)
        return rule_refuse(r, "steps に、段階を1つから%dまで [ ] に並べてください。", RULE_STEPS);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *o = json_array_get(list, i);
        struct rule_step *s = &rule->step[i];
        int kind;
        TRY(rule_keys(r, o, "kind clock"));
        TRY(rule_word(r, o, "kind", rule_step_kinds, COUNT_OF(rule_step_kinds), &kind));
        s->kind = (enum rule_step_kind)kind;
        for (size_t k = 0; k < i; k++)
            if (rule->step[k].kind == s->kind)
                return rule_refuse(r, "同じ段階（%.*s）が二つあります。", STR_F(WORD_OF(rule_step_kinds, kind)->key));
        TRY(clock_read(r, json_object_get(o, "clock"), rule->r.id, &s->clock));
        rule->n_steps++;
    }
    return OK;
}
