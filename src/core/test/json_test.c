/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON writer: exact documents, every byte, and misuse that must not go unseen. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/json.h"

static void assert_buf(struct buf *b, str expected)
{
    if (!str_eq(buf_view(b), expected))
        fail_msg("got '%.*s', expected '%.*s'", STR_F(buf_view(b)), STR_F(expected));
    buf_free(b);
}

static void writes_every_kind_of_value(void **state)
{
    struct buf b = BUF(1000);
    struct json j = json_on(&b);
    (void)state;
    json_begin_object(&j);
    json_key(&j, S("s"));
    json_str(&j, S("あ"));
    json_key(&j, S("list"));
    json_begin_array(&j);
    json_i64(&j, INT64_MIN);
    json_bool(&j, true);
    json_bool(&j, false);
    json_put_null(&j);
    json_begin_array(&j);
    json_end_array(&j);
    json_begin_object(&j);
    json_end_object(&j);
    json_end_array(&j);
    json_key(&j, S("bp"));
    json_bp(&j, 9580);
    json_key(&j, S("day"));
    json_day(&j, jday_of(2026, 11, 20));
    json_key(&j, S("no_day"));
    json_day(&j, DAY_NONE);
    json_key(&j, S("time"));
    json_time(&j, 1 * USEC_SECOND);
    json_key(&j, S("no_time"));
    json_time(&j, 0);
    json_end_object(&j);
    assert_int_equal(json_finish(&j).code, ERR_OK);
    assert_buf(&b,
        S("{\"s\":\"あ\",\"list\":[-9223372036854775808,true,false,null,[],{}],\"bp\":95.8,"
          "\"day\":\"2026-11-20\",\"no_day\":null,\"time\":\"1970-01-01T09:00:01+09:00\","
          "\"no_time\":null}"));
}

static void expected_byte(char *out, size_t size, int byte)
{
    bool escaped = byte < 0x20 || byte == '<' || byte == '>' || byte == '&';
    if (byte == '"' || byte == '\\')
        snprintf(out, size, "\"\\%c\"", byte);
    else
        snprintf(out, size, escaped ? "\"\\u%04x\"" : "\"%c\"", (unsigned)byte);
}

static void escapes_every_byte(void **state)
{
    (void)state;
    for (int i = 0; i < 256; i++) {
        char expected[16];
        const char byte = (char)i;
        struct buf b = BUF(16);
        struct json j = json_on(&b);
        expected_byte(expected, sizeof expected, i);
        json_str(&j, (str){&byte, 1});
        assert_int_equal(json_finish(&j).code, ERR_OK);
        assert_buf(&b, str_of(expected));
    }
}

static void escapes_line_separators_and_keys(void **state)
{
    struct buf b = BUF(200);
    struct json j = json_on(&b);
    (void)state;
    json_begin_object(&j);
    json_key(&j, S("</script>\xe2\x80\xa8"));
    json_str(&j, S("\xe2\x80\xa7\xe2\x80\xa8x\xe2\x80\xa9\xe2\x80\xaa😀\xe2\x80"));
    json_end_object(&j);
    assert_int_equal(json_finish(&j).code, ERR_OK);
    assert_buf(&b, S("{\"\\u003c/script\\u003e\\u2028\":"
                     "\"\xe2\x80\xa7\\u2028x\\u2029\xe2\x80\xaa😀\xe2\x80\"}"));
}

/* One letter per call: { } [ ] k(ey) n(umber) s(tring) t(ime) d(ay, none). */
static err write_calls(const char *calls, struct buf *b)
{
    struct json j = json_on(b);
    for (const char *p = calls; *p; p++) {
        switch (*p) {
        case '{':
            json_begin_object(&j);
            break;
        case '}':
            json_end_object(&j);
            break;
        case '[':
            json_begin_array(&j);
            break;
        case ']':
            json_end_array(&j);
            break;
        case 'k':
            json_key(&j, S("k"));
            break;
        case 'n':
            json_i64(&j, 1);
            break;
        case 's':
            json_str(&j, S("s"));
            break;
        case 't':
            json_time(&j, 1);
            break;
        case 'd':
            json_day(&j, DAY_NONE);
            break;
        }
    }
    return json_finish(&j);
}

static void sees_misuse(void **state)
{
    static const char *const wrong[] = {"", "{", "[", "{}}", "[]]", "]", "}", "{]", "[}", "{n}",
        "{s}", "{t}", "{d}", "{{}}", "{[]}", "{k}", "{kk", "{kkn}", "[kn]", "k", "kn", "nn", "{}{}",
        "{knn}", "[{kn]}", "n}", "[n]n", "{k[}]"};
    static const char *const right[] = {"n", "d", "{}", "[]", "{kn}", "{knkn}", "[n[n]{k[]}n]",
        "{k{k{kt}}kd}"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct buf b = BUF(1000);
        if (write_calls(wrong[i], &b).code != ERR_BUG)
            fail_msg("'%s' was accepted", wrong[i]);
        buf_free(&b);
    }
    struct buf stopped = BUF(1000);
    assert_int_equal(write_calls("[n{n}]", &stopped).code, ERR_BUG);
    assert_buf(&stopped, S("[1,{"));
    for (size_t i = 0; i < COUNT_OF(right); i++) {
        struct buf b = BUF(1000);
        if (err_is(write_calls(right[i], &b)))
            fail_msg("'%s' was refused", right[i]);
        buf_free(&b);
    }
}

static void nests_thirty_two_deep(void **state)
{
    static const char deep[] = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]";
    char deeper[sizeof deep + 2];
    struct buf b = BUF(1000);
    (void)state;
    assert_int_equal(write_calls(deep, &b).code, ERR_OK);
    assert_buf(&b, str_of(deep));
    snprintf(deeper, sizeof deeper, "[%s]", deep);
    assert_int_equal(write_calls(deeper, &b).code, ERR_BUG);
    deeper[sizeof deeper - 2] = '\0'; /* one bracket opened in vain, one not closed */
    assert_int_equal(write_calls(deeper, &b).code, ERR_BUG);
    buf_free(&b);
}

static void says_when_it_did_not_fit(void **state)
{
    struct buf b = BUF(4);
    (void)state;
    assert_int_equal(write_calls("{kn}", &b).code, ERR_LIMIT);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_every_kind_of_value),
        cmocka_unit_test(escapes_every_byte),
        cmocka_unit_test(escapes_line_separators_and_keys),
        cmocka_unit_test(sees_misuse),
        cmocka_unit_test(nests_thirty_two_deep),
        cmocka_unit_test(says_when_it_did_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
