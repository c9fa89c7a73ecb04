/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords that are guessed first: made of common words, the person's own words, runs and digits.
 * The table of common words comes from tools/passwords. */
#include "org/org_private.h"

enum { LONGEST = 32, ENOUGH_FREE = 4, ENOUGH_WORDS = 3, WORDS_KEPT = 16 };

static str common_word(size_t i)
{
    size_t from = org_common_starts[i];
    return (str){org_common_text + from, org_common_starts[i + 1] - from};
}

bool org_password_is_common_word(str word)
{
    size_t from = 0, to = org_common_n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int c = str_cmp(common_word(middle), word);
        if (c == 0)
            return true;
        if (c < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

/* Lower case, and the digits and signs that people write for letters. */
static char fold(char c, bool leet)
{
    static const char from[] = "@4831!05$7", to[] = "aabellosst";
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    for (size_t i = 0; leet && from[i]; i++)
        if (c == from[i])
            return to[i];
    return c;
}

static str fold_all(struct arena *a, str s, bool leet)
{
    char *p = arena_alloc(a, s.n ? s.n : 1);
    for (size_t i = 0; p && i < s.n; i++)
        p[i] = fold(s.p[i], leet);
    return p ? (str){p, s.n} : STR_NONE;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One character again and again, or a step up or down: "aaaa", "abcd", "4321". */
static size_t run_length(str s)
{
    size_t n = 1;
    int step = s.n > 1 ? s.p[1] - s.p[0] : 2;
    if (step < -1 || step > 1)
        return 0;
    while (n < s.n && s.p[n] - s.p[n - 1] == step)
        n++;
    return n >= 3 ? n : 0;
}

static size_t keyboard_length(str s)
{
    static const str rows[] = {S("qwertyuiop"), S("asdfghjkl"), S("zxcvbnm"), S("1234567890"),
        S("1qaz2wsx3edc4rfv5tgb6yhn"), S("q1w2e3r4t5y6u7i8o9p0")};
    size_t best = 0;
    for (size_t r = 0; r < COUNT_OF(rows); r++)
        for (size_t at = 0; at < rows[r].n; at++) {
            size_t n = 0;
            while (n < s.n && at + n < rows[r].n && rows[r].p[at + n] == s.p[n])
                n++;
            best = n > best ? n : best;
        }
    return best >= 4 ? best : 0;
}

static size_t digits_length(str s)
{
    size_t n = 0;
    while (n < s.n && is_digit(s.p[n]))
        n++;
    return n >= 2 ? n : 0;
}

static size_t word_length(str s, const struct strs *own)
{
    size_t best = 0;
    for (size_t i = 0; i < own->n; i++)
        if (own->v[i].n > best && own->v[i].n >= 3 && str_starts(s, own->v[i]))
            best = own->v[i].n;
    for (size_t n = s.n < LONGEST ? s.n : LONGEST; n > best && n >= 4; n--)
        if (org_password_is_common_word(str_sub(s, 0, n)))
            return n;
    return best;
}

struct tally {
    str words[WORDS_KEPT];
    size_t n_words, free;
};

static void count_word(struct tally *t, str word)
{
    for (size_t i = 0; i < t->n_words; i++)
        if (str_eq(t->words[i], word))
            return;
    if (t->n_words < WORDS_KEPT)
        t->words[t->n_words++] = word;
}

/* From the left, the longest piece each time; what belongs to none is free, but for blanks and
 * signs, which everybody puts at the end. */
static bool is_weak(str s, const struct strs *own)
{
    struct tally t = {0};
    for (size_t at = 0; at < s.n;) {
        str rest = str_sub(s, at, s.n);
        size_t word = word_length(rest, own), n = run_length(rest);
        size_t keys = keyboard_length(rest), digits = digits_length(rest);
        n = keys > n ? keys : n;
        n = digits > n ? digits : n;
        if (word > n)
            count_word(&t, str_sub(rest, 0, word));
        n = word > n ? word : n;
        char c = rest.p[0];
        t.free += n == 0 && ((c >= 'a' && c <= 'z') || is_digit(c) || (unsigned char)c >= 0xc0);
        at += n ? n : 1;
    }
    return t.free < ENOUGH_FREE && t.n_words < ENOUGH_WORDS;
}

/* "abcabcabc" says no more than "abc". */
static str shortest_period(str s)
{
    for (size_t p = 1; p <= s.n / 2; p++)
        if (s.n % p == 0 && str_eq(str_sub(s, p, s.n), str_sub(s, 0, s.n - p)))
            return str_sub(s, 0, p);
    return s;
}

/* Parts of a login, a name or an organisation's name that a guesser would try. */
static err own_words(struct arena *a, const struct strs *texts, struct strs *out)
{
    static const char between[] = " .@-_/";
    out->v = ARENA_ARRAY(a, str, 64);
    if (!out->v)
        return ERR(NOMEM);
    out->v[out->n++] = S("yagura");
    for (size_t i = 0; i < texts->n; i++) {
        str s = fold_all(a, texts->v[i], false);
        for (size_t from = 0, at = 0; at <= s.n && out->n < 64; at++)
            if (at == s.n || strchr(between, s.p[at])) {
                out->v[out->n++] = str_sub(s, from, at - from);
                from = at + 1;
            }
    }
    return OK;
}

err org_password_check(struct arena *a, str password, const struct strs *about, str *why)
{
    struct strs own = {0};
    *why = STR_NONE;
    if (str_chars(password) < ORG_PASSWORD_LEAST) {
        *why = S("12文字以上にしてください。");
        return OK;
    }
    TRY(own_words(a, about, &own));
    for (int leet = 0; leet <= 1; leet++) {
        str s = fold_all(a, password, leet != 0);
        if (s.n == 0)
            return ERR(NOMEM);
        if (is_weak(shortest_period(s), &own)) {
            *why = S("よく使われる言葉、団体名や名前、数字の並びだけでできていて、推測されやすいものです。"
                     "関係のない言葉を四つほどつなぐと、覚えやすく強くなります。");
            return OK;
        }
    }
    return OK;
}
