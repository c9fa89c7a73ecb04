/* SPDX-License-Identifier: Apache-2.0 */
/* When a step is due, by each convention that can be defended, and how it was counted, in words. */
#include "incident/incident_rule_private.h"

#include "core/holiday.h"

/* One way to count. */
struct reading {
    bool first_counts, rolls;
};
struct counted {
    jday nth, due; /* due: after rolling */
    bool unknown;  /* a year beyond the table of holidays was looked at */
};

struct telling {
    struct arena *a;
    struct buf *b;
    const struct rule_clock *c;
    str since; /* 「気付いた」 */
    usec start;
    int year;  /* of the start: other years are written out */
};

static void put_day(const struct telling *t, jday d)
{
    static const char *const wday[] = {"日", "月", "火", "水", "木", "金", "土"};
    struct civil c = civil_of_jday(d);
    if (c.y != t->year)
        put_wareki_day(t->b, d);
    else
        buf_fmt(t->b, "%d月%d日（%s）", c.m, c.d, wday[c.wday]);
}

static void put_time(const struct telling *t, usec at)
{
    struct civil c = civil_of(at);
    put_day(t, jday_of_usec(at));
    buf_fmt(t->b, "%d:%02d", c.hh, c.mm);
}

/* ── counting ── */

static bool counts_open(const struct rule_period *p)
{
    return p->unit == UNIT_OPEN_DAY;
}

/* The n-th day; of open days only those count. */
static struct counted count(const struct rule_period *p, int n, struct reading how, jday start)
{
    struct counted r = {0};
    jday d = how.first_counts ? start : start + 1;
    if (counts_open(p)) {
        for (int i = 1; i < n; i++)
            d = holiday_next_open(d) + 1;
        d = holiday_next_open(d);
    } else {
        d += n - 1;
    }
    r.nth = d;
    r.due = how.rolls ? holiday_next_open(d) : d;
    r.unknown = (counts_open(p) || how.rolls) && !holiday_knows(r.due);
    return r;
}

/* The readings that can be defended: one, two or four. The first is the earliest: to count the first day and
 * not to roll can only end earlier. */
static struct counted latest_of(const struct rule_clock *c, const struct rule_period *p, int n, jday start)
{
    return count(p, n, (struct reading){c->first == FIRST_COUNTS, c->roll != ROLL_NONE}, start);
}

static struct reading earliest(const struct rule_clock *c)
{
    return (struct reading){c->first != FIRST_NOT, c->roll == ROLL_NEXT_OPEN};
}

/* ── words ── */

static void put_counted_from(const struct telling *t, bool first_counts)
{
    buf_str(t->b, t->since);
    put_day(t, jday_of_usec(t->start));
    buf_str(t->b, first_counts ? S("を1日目と数えて") : S("の翌日を1日目と数えて"));
}

static void put_roll(const struct telling *t, struct counted r)
{
    put_day(t, r.nth);
    if (r.due == r.nth) {
        buf_lit(t->b, "まで。");
        return;
    }
    buf_lit(t->b, "。");
    put_closed_reason(t->b, r.nth);
    buf_lit(t->b, "なので、次の開庁日の");
    put_day(t, r.due);
    buf_lit(t->b, "まで。");
}

static void put_unknown_year(const struct telling *t, struct counted r)
{
    if (r.unknown)
        buf_fmt(t->b, "%d年の祝日はまだ表にないので、土曜・日曜と年末年始だけを閉庁日と見ました。", civil_of_jday(r.due).y);
}

static void put_others(const struct telling *t, struct counted first, struct counted last)
{
    if (first.due == last.due) {
        if (t->c->first == FIRST_DISPUTED || t->c->roll == ROLL_DISPUTED)
            buf_lit(t->b, "数え方は定まっていませんが、どの数え方でも同じ日です。");
        return;
    }
    buf_lit(t->b, "数え方が定まっていないので、いちばん早い日で示しています（");
    if (t->c->first == FIRST_DISPUTED)
        buf_lit(t->b, "初日を数えない");
    if (t->c->first == FIRST_DISPUTED && t->c->roll == ROLL_DISPUTED)
        buf_lit(t->b, "・");
    if (t->c->roll == ROLL_DISPUTED)
        buf_lit(t->b, "閉庁日なら次の開庁日に送る");
    buf_lit(t->b, "と数えれば、");
    put_day(t, last.due);
    buf_lit(t->b, "まで）。");
}

/* ── one period ── */

static void days_due(const struct telling *t, const struct rule_period *p, struct rule_due *out)
{
    jday start = jday_of_usec(t->start);
    struct reading how = earliest(t->c);
    struct counted first = count(p, p->n, how, start), last = latest_of(t->c, p, p->n, start);
    out->due = usec_of_jday_end(first.due);
    out->disputed = last.due != first.due;
    put_counted_from(t, how.first_counts);
    buf_fmt(t->b, counts_open(p) ? "、開庁日で%d日目は" : "%d日目は", p->n);
    put_roll(t, first);
    put_others(t, first, last);
    put_unknown_year(t, last.unknown ? last : first);
}

/* 「速やかに」, with days somebody gave as a rough measure: they are not a limit and do not roll. */
static void soon_due(const struct telling *t, const struct rule_period *p, struct rule_due *out)
{
    jday start = jday_of_usec(t->start);
    struct reading how = {t->c->first != FIRST_NOT, false};
    if (p->n == 0) {
        buf_str(t->b, t->since);
        put_time(t, t->start);
        buf_lit(t->b, "から、速やかに。日数の定めはありません。");
        return;
    }
    jday from = count(p, p->soft_from, how, start).due, to = count(p, p->n, how, start).due;
    out->from = usec_of_jday_end(from);
    out->due = usec_of_jday_end(to);
    out->disputed = t->c->first == FIRST_DISPUTED;
    buf_lit(t->b, "速やかに。目安は、");
    put_counted_from(t, how.first_counts);
    buf_fmt(t->b, "%d日目の", p->soft_from);
    put_day(t, from);
    buf_fmt(t->b, "から%d日目の", p->n);
    put_day(t, to);
    buf_lit(t->b, "まで（土曜・日曜・祝日も数えます）。");
    if (out->disputed)
        buf_lit(t->b, "初日を数えるかは定まっていないので、早い方で示しています。");
}

static void period_due(const struct telling *t, const struct rule_period *p, struct rule_due *out)
{
    switch (p->unit) {
    case UNIT_AT_ONCE:
        out->due = t->start;
        buf_str(t->b, t->since);
        put_time(t, t->start);
        buf_lit(t->b, "から、直ちに。");
        break;
    case UNIT_SOON:
        soon_due(t, p, out);
        break;
    case UNIT_HOUR:
        out->due = t->start + p->n * USEC_HOUR;
        buf_str(t->b, t->since);
        put_time(t, t->start);
        buf_fmt(t->b, "から%d時間後は", p->n);
        put_time(t, out->due);
        buf_lit(t->b, "。");
        break;
    case UNIT_DAY:
    case UNIT_OPEN_DAY:
        days_due(t, p, out);
        break;
    }
}

/* ── the step ── */

/* 「気付いた日時」 → 「気付いた」; of a step: 「速報をした」. */
static str since_words(struct arena *a, const struct rule_clock *c)
{
    if (c->start < 0)
        return str_fmt(a, "%.*sをした", STR_F(WORD_OF(rule_step_kinds, c->after_kind)->name));
    str name = str_of(incident_questions[c->start].name), tail = S("日時");
    return str_ends(name, tail) ? str_sub(name, 0, name.n - tail.n) : name;
}

void rule_period_put(struct buf *b, const struct rule_period *p)
{
    str unit = WORD_OF(rule_units, p->unit)->name;
    if (p->unit == UNIT_HOUR || p->unit == UNIT_DAY || p->unit == UNIT_OPEN_DAY)
        buf_fmt(b, p->unit == UNIT_OPEN_DAY ? "開庁日で%d日" : "%d%.*s", p->n, STR_F(unit));
    else if (p->n)
        buf_fmt(b, "%.*s（%d〜%d日が目安）", STR_F(unit), p->soft_from, p->n);
    else
        buf_str(b, unit);
}

static void put_not_running(const struct telling *t)
{
    const struct rule_clock *c = t->c;
    if (c->start >= 0)
        buf_fmt(t->b, "「%s」が分かれば決まります", incident_questions[c->start].name);
    else
        buf_fmt(t->b, "%.*sをした時から数えます", STR_F(WORD_OF(rule_step_kinds, c->after_kind)->name));
    buf_lit(t->b, "（");
    rule_period_put(t->b, &c->period);
    if (c->when) {
        buf_lit(t->b, "。場合により");
        rule_period_put(t->b, &c->other);
    }
    buf_lit(t->b, "）。");
}

static bool is_earlier(const struct rule_due *x, const struct rule_due *y)
{
    return x->due != 0 && (y->due == 0 || x->due < y->due);
}

/* The period of the condition when it holds; while that is open, whichever ends earlier. */
static void choose(const struct telling *t, const struct incident_facts *f, struct rule_due *out)
{
    const struct rule_clock *c = t->c;
    enum rule_truth truth = c->when ? rule_condition_truth(c->when, f) : RULE_NO;
    BUF_AUTO scratch = BUF(RULE_WORDS);
    struct telling other = *t;
    struct rule_due due = {.kind = out->kind};
    if (truth == RULE_NO) {
        period_due(t, &c->period, out);
        return;
    }
    str why = rule_condition_why(t->a, c->when, f, truth);
    other.b = &scratch;
    period_due(&other, &c->other, &due);
    if (truth == RULE_YES) {
        if (c->other.n) { /* of the others the text says it itself */
            rule_period_put(t->b, &c->other);
            buf_lit(t->b, "（");
            buf_str(t->b, why);
            buf_lit(t->b, "）。");
        } else {
            buf_str(t->b, why);
            buf_lit(t->b, "。");
        }
        buf_str(t->b, buf_view(&scratch));
        *out = due;
        return;
    }
    period_due(t, &c->period, out);
    bool other_first = is_earlier(&due, out);
    if (other_first) {
        t->b->n = 0;
        buf_str(t->b, buf_view(&scratch));
        *out = due;
    }
    buf_str(t->b, why);
    buf_lit(t->b, "に答えるまでは、早い方で示します（答えにより、");
    rule_period_put(t->b, other_first ? &c->period : &c->other);
    buf_lit(t->b, "）。");
}

struct rule_due rule_clock_due(struct arena *a, const struct rule_clock *c, const struct incident_facts *f, usec start)
{
    BUF_AUTO b = BUF(RULE_WORDS);
    struct rule_due due = {0};
    struct telling t = {.a = a, .b = &b, .c = c, .since = since_words(a, c), .start = start, .year = civil_of(start).y};
    if (start)
        choose(&t, f, &due);
    else
        put_not_running(&t);
    due.text = rule_said(a, &b);
    return due;
}
