/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: what Excel and a parser of RFC 4180 both read as it was meant. */
#include "core/csv.h"

#include <setjmp.h>

#include <cmocka.h>

static const struct column text_columns[] = {{"text", "文", COLUMN_TEXT, MAY_BE_EMPTY, "文"}};
static const struct table texts = {
    .title = "文", .about = "1行が1文", .kind = "登録", TABLE_COLUMNS(text_columns)};

static void cells_are_quoted_only_where_they_must_be(void **state)
{
    static const struct {
        const char *text, *cell;
    } rows[] = {
        {"", ""},
        {"010006", "010006"},
        {"見本町", "見本町"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\r\nb", "\"a\r\nb\""},
        {" a", "\" a\""},
        {"=1+1", "\"'=1+1\""},
        {"+81", "\"'+81\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\tx", "\"'\tx\""},
        {"＝1", "\"'＝1\""},
        {"a=b", "a=b"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO b = BUF(1000);
        struct csv c = csv_on(&b, &texts, DAY_NONE, S("見本"));
        size_t head = b.n;
        csv_str(&c, str_of(rows[i].text));
        str got = str_sub(buf_view(&b), head, b.n);
        if (!str_eq(got, str_of(rows[i].cell)))
            fail_msg("%s gives %.*s", rows[i].text, STR_F(got));
    }
}

static const struct column all_columns[] = {
    COLUMN_CODE6(KEY_COLUMN),
    {"n", "n", COLUMN_INT, NEVER_EMPTY, "数", .unit = "団体"},
    {"share", "割合（%）", COLUMN_SHARE, MAY_BE_EMPTY, "割合"},
    {"day", "日", COLUMN_DAY, MAY_BE_EMPTY, "日"},
    {"time", "時", COLUMN_TIME, MAY_BE_EMPTY, "時"},
    {"late", "遅れ", COLUMN_YESNO, MAY_BE_EMPTY, "遅れたか"},
    {"names", "名前", COLUMN_LIST, MAY_BE_EMPTY, "名前"},
};
static const struct table everything = {
    .title = "表", .about = "1行が1団体", .kind = "登録", TABLE_COLUMNS(all_columns)};

static void a_table_is_a_table(void **state)
{
    static const char want[] =
        "\xEF\xBB\xBF団体コード,n,割合（%）,日,時,遅れ,名前,基準日,データの種類\r\n"
        "010006,-5,95.8,2026-11-20,1970-01-01T09:00:01+09:00,はい,甲、乙,2026-11-21,見本\r\n"
        "x,0,0.0,,,いいえ,,2026-11-21,見本\r\n"
        "y,1,,,,,,2026-11-21,見本\r\n";
    (void)state;
    BUF_AUTO b = BUF(1000);
    struct csv c = csv_on(&b, &everything, jday_of(2026, 11, 21), S("見本"));
    csv_str(&c, S("010006"));
    csv_i64(&c, -5);
    csv_bp(&c, 9580);
    csv_day(&c, jday_of(2026, 11, 20));
    csv_time(&c, USEC_SECOND);
    csv_yes(&c, true);
    csv_str(&c, S("甲、乙"));
    csv_end_row(&c);
    csv_str(&c, S("x"));
    csv_i64(&c, 0);
    csv_bp(&c, 0);
    csv_day(&c, DAY_NONE);
    csv_time(&c, 0);
    csv_yes(&c, false);
    csv_str(&c, STR_NONE);
    csv_end_row(&c);
    csv_str(&c, S("y"));
    csv_i64(&c, 1);
    csv_none(&c, 5);
    csv_end_row(&c);
    assert_true(str_eq(buf_view(&b), str_of(want)));
}

static void the_schema_says_what_a_column_is(void **state)
{
    static const char *const parts[] = {
        "\"url\":\"../csv?q=%3D\"",
        "{\"name\":\"code6\",\"titles\":\"団体コード\",",
        "\"datatype\":{\"base\":\"string\",\"format\":\"[0-9]{6}\"},\"required\":true}",
        "\"datatype\":\"integer\",\"schema:unitText\":\"団体\",\"required\":true}",
        "\"datatype\":{\"base\":\"decimal\",\"format\":\"0.0\"},\"schema:unitText\":\"%\",",
        "\"datatype\":{\"base\":\"boolean\",\"format\":\"はい|いいえ\"},\"required\":false}",
        "\"datatype\":\"string\",\"separator\":\"、\"",
        "\"name\":\"as_of\",\"titles\":\"基準日\"",
        "\"primaryKey\":[\"code6\"]",
    };
    (void)state;
    BUF_AUTO b = BUF(10000);
    struct json j = json_on(&b);
    csv_schema(&j, &everything, S("../csv?q=%3D"));
    assert_false(err_is(json_finish(&j)));
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (!str_has(buf_view(&b), str_of(parts[i])))
            fail_msg("%s is not in %.*s", parts[i], STR_F(buf_view(&b)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_only_where_they_must_be),
        cmocka_unit_test(a_table_is_a_table),
        cmocka_unit_test(the_schema_says_what_a_column_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
