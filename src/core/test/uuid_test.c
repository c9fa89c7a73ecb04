/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs of names, as others compute them. */
#include <setjmp.h>

#include <cmocka.h>

#include "core/uuid.h"

static void they_are_those_of_others(void **state)
{
    (void)state;
    static const struct uuid dns = {{0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}},
        stix = {{0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7}};
    static const struct {
        const struct uuid *space;
        const char *name, *uuid;
    } rows[] = { /* of Python's uuid.uuid5 */
        {&dns, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"},
        {&dns, "", "4ebd0208-8328-5d69-8c44-ec50939c0967"},
        {&stix, "{\"value\":\"198.51.100.3\"}", "28bb3599-77cd-5a82-a950-b5bc3caf07c4"},
        {&dns, "a name of such a length that its padding does not fit behind it any more", "42f4bd24-dbcf-5cb3-8f84-089090ecf2d4"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        BUF_AUTO b = BUF(40);
        struct uuid u = uuid_of_name(rows[i].space, str_of(rows[i].name));
        uuid_put(&b, &u);
        assert_true(str_eq(buf_view(&b), str_of(rows[i].uuid)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(they_are_those_of_others)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
