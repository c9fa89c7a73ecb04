/* SPDX-License-Identifier: Apache-2.0 */
/* Type words become types; quotes, names and other engines' lines stay out of it. */
#include <setjmp.h>

#include <cmocka.h>

#include "store/ddl.h"

static void each_engine_gets_its_own_text(void **state)
{
    static const struct {
        str ddl, sqlite, postgres;
    } rows[] = {
        {S("a ID, b INT, c TIME, d BOOL, e DAY, f TEXT, g JSON, h BYTES"),
            S("a INTEGER, b INTEGER, c INTEGER, d INTEGER, e INTEGER, f TEXT, g TEXT, h BLOB\n"),
            S("a BIGINT, b BIGINT, c BIGINT, d BIGINT, e BIGINT, f TEXT, g TEXT, h BYTEA\n")},
        {S(") STRICT;"), S(") STRICT;\n"), S(") ;\n")},
        /* only whole words, in capitals */
        {S("id day INTO INT8 MY_ID ID_2 xID"), S("id day INTO INT8 MY_ID ID_2 xID\n"),
            S("id day INTO INT8 MY_ID ID_2 xID\n")},
        {S("(ID)"), S("(INTEGER)\n"), S("(BIGINT)\n")},
        /* quoted text stays, with its doubled quotes and dashes */
        {S("x TEXT DEFAULT 'ID -- it''s INT' , y INT"),
            S("x TEXT DEFAULT 'ID -- it''s INT' , y INTEGER\n"),
            S("x TEXT DEFAULT 'ID -- it''s INT' , y BIGINT\n")},
        {S("'an open ID"), S("'an open ID\n"), S("'an open ID\n")},
        /* comments go */
        {S("a INT, -- its ID\nb ID"), S("a INTEGER, \nb INTEGER\n"), S("a BIGINT, \nb BIGINT\n")},
        {S("a - ID"), S("a - INTEGER\n"), S("a - BIGINT\n")},
        /* lines of one engine; line numbers are kept for error messages */
        {S("a\n--@ sqlite\nb ID\n--@ postgres\nc ID\n--@ all\nd\n"),
            S("a\n\nb INTEGER\n\n\n\nd\n"), S("a\n\n\n\nc BIGINT\n\nd\n")},
        {S("--@ oracle\na\n--@all\nb"), S("\n\n\nb\n"), S("\n\n\nb\n")},
        {S(""), S(""), S("")},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const str want[] = {rows[i].sqlite, rows[i].postgres};
        for (int engine = ENGINE_SQLITE; engine <= ENGINE_POSTGRES; engine++) {
            BUF_AUTO b = BUF(4096);
            ddl_expand(&b, (enum engine)engine, rows[i].ddl);
            if (!str_eq(buf_view(&b), want[engine]))
                fail_msg("row %zu, engine %d: '%.*s'", i, engine, STR_F(buf_view(&b)));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_engine_gets_its_own_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
