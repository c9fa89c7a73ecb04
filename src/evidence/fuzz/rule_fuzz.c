/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: rules. What is accepted is written as it was read, speaks for every value, and
 * says only what an answer can be. */
#include "evidence/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(const struct evidence_rule *r, struct measured v)
{
    str answer = evidence_rule_answer(r, v);
    BUG_IF(answer.n && !str_eq(answer, S("done")) && !str_eq(answer, S("partial")) &&
        !str_eq(answer, S("none")));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct evidence_rule r, again;
    str text = {(const char *)data, size};
    BUF_AUTO b = BUF(1024);
    err e = evidence_rule_parse(text, &r);
    BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID);
    if (err_is(e))
        return 0;
    BUG_IF(r.n == 0 || r.n > RULE_CLAUSES || r.clause[r.n - 1].op != RULE_ELSE);
    evidence_rule_put(&b, &r);
    BUG_IF(err_is(buf_status(&b)) || err_is(evidence_rule_parse(buf_view(&b), &again)));
    check_answer(&r, (struct measured){0});
    for (size_t i = 0; i < r.n; i++)
        for (int64_t d = -1; d <= 1; d++) {
            struct measured v = {true, r.clause[i].limit + d};
            check_answer(&r, v);
            BUG_IF(!str_eq(evidence_rule_answer(&r, v), evidence_rule_answer(&again, v)));
        }
    return 0;
}
