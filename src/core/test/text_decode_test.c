/* SPDX-License-Identifier: Apache-2.0 */
/* Which encoding a text has. */
#include "core/text_decode.h"

#include <setjmp.h>

#include <cmocka.h>

static const struct {
    str raw, text;
    int line; /* where it ends to be text; 0: it is */
} rows[] = {
    {S(""), S(""), 0},
    {S("abc"), S("abc"), 0},
    {S("見本町"), S("見本町"), 0},
    {S("\xEF\xBB\xBF見本"), S("見本"), 0},
    {S("\x8C\xA9\x96\x7B"), S("見本"), 0},                  /* CP932 */
    {S("\x87\x40\xFA\xB1"), S("①﨑"), 0},                   /* the extensions of NEC and IBM */
    {S("\x81\x60\x81\x7C\xB1"), S("～－ｱ"), 0},             /* as Microsoft maps them */
    {S("\xFF\xFE\x8B\x89,\0"), S("見,"), 0},                /* UTF-16 */
    {S("\xFE\xFF\x89\x8B\0,"), S("見,"), 0},
    {S("a\nb\n\x8C\xA9\n\xFD\xFE\n"), S(""), 4},            /* neither */
    {S("a\0b"), S(""), 1},
    {S("\xFF\xFE\x00\xD8x\0"), S(""), 1},                   /* half of a pair */
    {S("\n\x81"), S(""), 2},                                /* cut in a character */
};

static void what_is_text_becomes_utf8(void **state)
{
    (void)state;
    assert_int_equal(text_decode_prepare().code, ERR_OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ARENA_AUTO a = arena_new(1 << 20);
        str out;
        int line;
        err e = text_decode(a, rows[i].raw, &out, &line);
        if (e.code != (rows[i].line ? ERR_INVALID : ERR_OK) ||
            (rows[i].line ? line != rows[i].line : !str_eq(out, rows[i].text)))
            fail_msg("row %zu: %s, line %d, '%.*s'", i, err_name(e), line, STR_F(out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_text_becomes_utf8)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
