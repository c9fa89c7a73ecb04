/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a ZIP file; that foreign programs read them is test/export.test.mjs. */
#include "core/zip.h"

#include "core/file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static int scratch(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    return fd;
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void heads_know_sizes_and_sums(void **state)
{
    struct zip z;
    uint8_t b[512];
    size_t n;
    (void)state;
    int fd = scratch();
    zip_init(&z, fd, usec_of_civil((struct civil){.y = 2026, .m = 11, .d = 28, .hh = 18}));
    zip_begin(&z, S("a/b.txt"));
    zip_put(&z, "12345", 5);
    zip_put(&z, "6789", 4);
    zip_end(&z);
    zip_begin(&z, S("empty"));
    zip_end(&z);
    assert_int_equal(zip_finish(&z).code, OK.code);
    assert_int_equal(file_get(fd, 0, b, sizeof b, &n).code, OK.code);
    assert_int_equal(n, z.size);
    assert_int_equal(le32(b), 0x04034b50);
    assert_int_equal(le32(b + 14), 0xCBF43926); /* the check value of CRC-32 for 123456789 */
    assert_int_equal(le32(b + 18), 9);
    assert_int_equal(le32(b + 22), 9);
    assert_memory_equal(b + 30, "a/b.txt123456789", 16);
    const uint8_t *end = b + n - 22;
    assert_int_equal(le32(end), 0x06054b50);
    assert_int_equal(end[10], 2);
    assert_int_equal(le32(b + le32(end + 16)), 0x02014b50);
    assert_int_equal(le32(end + 16) + le32(end + 12) + 22, n);
    zip_done(&z);
    close(fd);
}

static void more_than_a_zip_holds_is_refused(void **state)
{
    struct zip z;
    (void)state;
    int fd = scratch();
    zip_init(&z, fd, 0);
    z.size = UINT32_MAX - (int64_t)ZIP_LIST - 1024 - 40; /* as if so much stood in it */
    zip_begin(&z, S("a"));
    zip_put(&z, "0123456789", 10);
    zip_end(&z);
    assert_int_equal(zip_finish(&z).code, ERR_LIMIT);
    zip_done(&z);
    close(fd);
}

static void too_many_entries_are_refused(void **state)
{
    struct zip z;
    (void)state;
    int fd = scratch();
    zip_init(&z, fd, 0);
    z.n = ZIP_ENTRIES;
    zip_begin(&z, S("a"));
    zip_end(&z);
    assert_int_equal(zip_finish(&z).code, ERR_LIMIT);
    zip_done(&z);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_know_sizes_and_sums),
        cmocka_unit_test(more_than_a_zip_holds_is_refused),
        cmocka_unit_test(too_many_entries_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
