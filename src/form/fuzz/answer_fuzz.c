/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: answers. The first byte chooses the question, every line is one value typed.
 * What is accepted parses to itself; what is refused says why. */
#include "form/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VALUES = 6 };

static const struct question questions[] = {
    {.type = ANSWER_STATUS},
    {.type = ANSWER_STATUS, .allow_na = true},
    {.type = ANSWER_CHOICE, .n_options = 3, .option = {S("甲"), S("乙"), S("丙")}},
    {.type = ANSWER_MULTI, .n_options = FORM_OPTIONS},
    {.type = ANSWER_NUMBER, .unit = S("人")},
    {.type = ANSWER_PERCENT, .unit = S("%")},
    {.type = ANSWER_DATE},
    {.type = ANSWER_URL},
    {.type = ANSWER_TEXT},
};

static void check_answer(struct arena *a, const struct question *q, str answer)
{
    str again, why;
    BUG_IF(!str_is_utf8(answer) || str_chars(answer) > FORM_TEXT_MAX);
    err e = form_answer_parse(a, q, &(struct strs){&answer, 1}, &again, &why);
    BUG_IF(err_is(e) || !str_eq(again, answer));
    str words = form_answer_text(a, q, answer);
    BUG_IF(words.n == 0 && answer.n > 0 && q->type != ANSWER_MULTI);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str v[VALUES], rest = {(const char *)data + 1, size - 1}, out, why;
    struct strs typed = {v, 0};
    if (size == 0 || !str_is_utf8(rest))
        return 0; /* the web floor lets nothing else in */
    ARENA_AUTO a = arena_new(8 << 20);
    const struct question *q = &questions[data[0] % COUNT_OF(questions)];
    while (typed.n < VALUES && str_cut(&rest, '\n', &v[typed.n]))
        typed.n++;
    err e = form_answer_parse(a, q, &typed, &out, &why);
    BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID);
    BUG_IF(err_is(e) && why.n == 0);
    if (!err_is(e))
        check_answer(a, q, out);
    return 0;
}
