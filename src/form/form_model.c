/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: from what people type to the canonical form, and back to words. */
#include "form/form.h"

#include "core/mynumber.h"
#include "core/word.h"

static const struct word statuses[] = {
    {1, S("done"), S("実施済み")},
    {2, S("partial"), S("一部実施")},
    {3, S("none"), S("未実施")},
    {4, S("na"), S("該当なし")},
};

static const struct word bases[] = {
    {BASIS_DECLARED, S("declared"), S("今年の回答")},
    {BASIS_CONFIRMED, S("confirmed"), S("確認済み")},
    {BASIS_MEASURED, S("measured"), S("測定値")},
    {BASIS_INHERITED, S("inherited"), S("他調査の回答")},
    {BASIS_CARRIED, S("carried"), S("前年度の回答")},
};

static const struct word levels[] = {
    {LEVEL_BINDING, S("binding"), S("義務（省令の案の項目）")},
    {LEVEL_ADVISORY, S("advisory"), S("参考（ガイドライン）")},
    {LEVEL_PENDING, S("pending"), S("見直し中")},
    {LEVEL_NONE, S("none"), S("基礎情報")},
};

str form_level_name(enum question_level l)
{
    return WORD_OF(levels, l)->name;
}

str form_level_key(enum question_level l)
{
    return WORD_OF(levels, l)->key;
}

enum question_level form_level_of_key(str key)
{
    return (enum question_level)WORD_OF_KEY(levels, key)->value;
}

str form_basis_name(enum basis b)
{
    return WORD_OF(bases, b)->name;
}

str form_basis_key(enum basis b)
{
    return WORD_OF(bases, b)->key;
}

str form_status_name(str value)
{
    return WORD_OF_KEY(statuses, value)->name;
}

const struct question *form_item(const struct catalog *c, str code)
{
    for (size_t i = 0; i < c->n_items; i++)
        if (str_eq(c->item[i].code, code))
            return &c->item[i];
    return NULL;
}

const struct question *form_item_by_id(const struct catalog *c, question_id id)
{
    size_t lo = 0, hi = c->n_items;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->by_id[mid]->id.v < id.v)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < c->n_items && c->by_id[lo]->id.v == id.v ? c->by_id[lo] : NULL;
}

bool form_counts(const struct question *q)
{
    return !q->pending;
}

/* ── parsing: one function per type; value is the only thing typed, trimmed ── */

static err refuse(str *why, str message)
{
    *why = message;
    return ERR(INVALID);
}

static err parse_status(const struct question *q, str value, str *out, str *why)
{
    for (size_t i = 0; i < COUNT_OF(statuses); i++) {
        if (!str_eq(statuses[i].key, value) && !str_eq(statuses[i].name, value))
            continue;
        if (str_eq(statuses[i].key, S("na")) && !q->allow_na)
            return refuse(why, S("この項目では「該当なし」を選べません。"));
        *out = statuses[i].key;
        return OK;
    }
    return refuse(why, S("選択肢から一つ選んでください。"));
}

static err parse_option(const struct question *q, str value, int64_t *out, str *why)
{
    if (err_is(parse_i64(value, 1, (int64_t)q->n_options, out)))
        return refuse(why, S("選択肢から選んでください。"));
    return OK;
}

static err parse_choice(
    struct arena *a, const struct question *q, str value, str *out, str *why)
{
    int64_t option;
    TRY(parse_option(q, value, &option, why));
    *out = str_fmt(a, "%lld", (long long)option);
    return OK;
}

/* "1,4" in one value, or a value per option: the order typed does not matter. */
static err parse_multi(
    struct arena *a, const struct question *q, const struct strs *typed, str *out, str *why)
{
    bool chosen[FORM_OPTIONS + 1] = {false};
    for (size_t i = 0; i < typed->n; i++) {
        str rest = typed->v[i];
        int64_t option;
        for (str one; str_cut(&rest, ',', &one);) {
            TRY(parse_option(q, str_trim(one), &option, why));
            chosen[option] = true;
        }
    }
    *out = STR_NONE;
    for (int i = 1; i <= FORM_OPTIONS; i++)
        if (chosen[i])
            *out = out->n ? str_fmt(a, "%.*s,%d", STR_F(*out), i) : str_fmt(a, "%d", i);
    return OK;
}

/* Half-width, without the commas and the unit people add. */
static str plain_number(struct arena *a, const struct question *q, str value)
{
    char *dst = arena_alloc(a, value.n);
    size_t n = 0;
    if (!dst)
        return STR_NONE;
    str half = str_trim(str_to_halfwidth(dst, value));
    if (q->unit.n && str_ends(half, q->unit))
        half = str_trim(str_sub(half, 0, half.n - q->unit.n));
    for (size_t i = 0; i < half.n; i++)
        if (half.p[i] != ',')
            dst[n++] = half.p[i];
    return (str){dst, n};
}

static err parse_number(
    struct arena *a, const struct question *q, str value, str *out, str *why)
{
    int64_t n;
    if (err_is(parse_i64(plain_number(a, q, value), 0, 1000000000000, &n)))
        return refuse(why, S("0以上の整数を、数字で入力してください。例）120"));
    *out = str_fmt(a, "%lld", (long long)n);
    return OK;
}

static err parse_percent(
    struct arena *a, const struct question *q, str value, str *out, str *why)
{
    static const str message = S("0から100までの数字を、小数第1位までで入力してください。例）95.3");
    str s = plain_number(a, q, value), whole;
    int64_t units = 0, tenths = 0;
    if (str_starts(s, S("-")) || !str_cut(&s, '.', &whole) || err_is(parse_i64(whole, 0, 100, &units)) || s.n > 1 ||
        (s.n == 1 && err_is(parse_i64(s, 0, 9, &tenths))) || units * 10 + tenths > 1000)
        return refuse(why, message);
    *out = str_fmt(a, "%lld.%lld", (long long)units, (long long)tenths);
    return OK;
}

/* One text in any usual form, or three values: 年, 月, 日. */
static err parse_date(struct arena *a, const struct strs *typed, str *out, str *why)
{
    jday day;
    str s = typed->n == 3 ? str_fmt(a, "%.*s-%.*s-%.*s", STR_F(typed->v[0]), STR_F(typed->v[1]),
                                STR_F(typed->v[2]))
                          : typed->v[0];
    if ((typed->n != 1 && typed->n != 3) || err_is(jday_parse(s, &day)))
        return refuse(why, S("年・月・日を確かめてください。例）2026年11月20日、令和8年11月20日"));
    BUF_AUTO b = BUF(32);
    put_iso_day(&b, day);
    *out = str_dup(a, buf_view(&b));
    return OK;
}

static err parse_url(str value, str *out, str *why)
{
    bool fits = (str_starts(value, S("https://")) && value.n > 8) ||
        (str_starts(value, S("http://")) && value.n > 7);
    for (size_t i = 0; fits && i < value.n; i++)
        fits = (unsigned char)value.p[i] > 0x20 && !strchr("\"<>\\^`{|}", value.p[i]);
    if (!fits || str_chars(value) > 1000)
        return refuse(why, S("https:// から始まるアドレスを入力してください。"));
    *out = value;
    return OK;
}

static err parse_text(str value, str *out, str *why)
{
    if (str_chars(value) > FORM_TEXT_MAX)
        return refuse(why, S("2,000文字までで入力してください。"));
    if (mynumber_is_in(value))
        return refuse(why, S("個人番号と思われる12桁の数字があります。消してから送ってください。"));
    *out = value;
    return OK;
}

err form_answer_parse(
    struct arena *a, const struct question *q, const struct strs *typed, str *out, str *why)
{
    *out = STR_NONE;
    *why = STR_NONE;
    if (typed->n == 0)
        return OK;
    if (typed->n > 1 && q->type != ANSWER_MULTI && q->type != ANSWER_DATE)
        return refuse(why, S("答えは一つだけ入力してください。"));
    str value = str_trim(typed->v[0]);
    if (value.n == 0 && typed->n == 1)
        return OK;
    switch (q->type) {
    case ANSWER_STATUS:
        return parse_status(q, value, out, why);
    case ANSWER_CHOICE:
        return parse_choice(a, q, value, out, why);
    case ANSWER_MULTI:
        return parse_multi(a, q, typed, out, why);
    case ANSWER_NUMBER:
        return parse_number(a, q, value, out, why);
    case ANSWER_PERCENT:
        return parse_percent(a, q, value, out, why);
    case ANSWER_DATE:
        return parse_date(a, typed, out, why);
    case ANSWER_URL:
        return parse_url(value, out, why);
    case ANSWER_TEXT:
        return parse_text(value, out, why);
    }
    return ERR(BUG);
}

/* ── words ── */

bool form_answer_has_option(str answer, size_t option)
{
    for (str one; str_cut(&answer, ',', &one);) {
        int64_t n;
        if (!err_is(parse_i64(one, 1, FORM_OPTIONS, &n)) && (size_t)n == option)
            return true;
    }
    return false;
}

bool form_answer_has_any(str answer, str values)
{
    for (str one; str_cut(&answer, ',', &one);) {
        str rest = values;
        for (str value; str_cut(&rest, ',', &value);)
            if (str_eq(one, value))
                return true;
    }
    return false;
}

/* Conditions look back only, so one pass settles chains of them. */
void form_asked(const struct catalog *c, const struct fact *facts, bool *asked)
{
    for (size_t i = 0; i < c->n_items; i++) {
        const struct question *q = &c->item[i];
        asked[i] = true;
        if (q->cond_question.v == 0)
            continue;
        const struct question *on = form_item_by_id(c, q->cond_question);
        asked[i] = on && on < q && asked[on - c->item] &&
            form_answer_has_any(facts[on - c->item].value, q->cond_values);
    }
}

static void put_options(struct buf *b, const struct question *q, str answer)
{
    bool any = false;
    for (size_t i = 1; i <= q->n_options; i++) {
        if (!form_answer_has_option(answer, i))
            continue;
        if (any)
            buf_lit(b, "、");
        buf_str(b, q->option[i - 1]);
        any = true;
    }
}

static void put_date(struct buf *b, str answer)
{
    jday day;
    if (!err_is(jday_parse_iso(answer, &day)))
        put_wareki_day(b, day);
}

static void put_number(struct buf *b, const struct question *q, str answer)
{
    int64_t n;
    if (err_is(parse_i64(answer, 0, INT64_MAX, &n)))
        return;
    html_group(b, n);
    buf_str(b, q->unit);
}

void form_answer_put(struct buf *b, const struct question *q, str answer)
{
    if (answer.n == 0)
        return;
    switch (q->type) {
    case ANSWER_STATUS:
        buf_str(b, form_status_name(answer));
        break;
    case ANSWER_CHOICE:
    case ANSWER_MULTI:
        put_options(b, q, answer);
        break;
    case ANSWER_NUMBER:
        put_number(b, q, answer);
        break;
    case ANSWER_PERCENT:
        buf_str(b, answer);
        buf_lit(b, "%");
        break;
    case ANSWER_DATE:
        put_date(b, answer);
        break;
    case ANSWER_URL:
    case ANSWER_TEXT:
        buf_str(b, answer);
        break;
    }
}

str form_answer_text(struct arena *a, const struct question *q, str answer)
{
    BUF_AUTO b = BUF(16384);
    form_answer_put(&b, q, answer);
    return str_dup(a, buf_view(&b));
}
