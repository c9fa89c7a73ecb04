/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: days as people type them. A day that was understood is a real one, and is
 * understood again from both forms it is written in. */
#include "core/jtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(str s, jday want, err (*parse)(str, jday *))
{
    jday day;
    BUG_IF(err_is(parse(s, &day)) || day != want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    jday day;
    str s = {(const char *)data, size};
    if (!err_is(jday_parse_iso(s, &day)))
        check_again(s, day, jday_parse);
    if (err_is(jday_parse(s, &day)))
        return 0;
    struct civil c = civil_of_jday(day);
    BUG_IF(!date_is_valid(c.y, c.m, c.d) || jday_of(c.y, c.m, c.d) != day);
    BUF_AUTO iso = BUF(64);
    BUF_AUTO wareki = BUF(64);
    put_iso_day(&iso, day);
    check_again(buf_view(&iso), day, jday_parse_iso);
    put_wareki_day(&wareki, day);
    str text = buf_view(&wareki);
    text.n -= S("（金）").n;
    check_again(text, day, jday_parse);
    return 0;
}
