/* SPDX-License-Identifier: Apache-2.0 */
/* The wait for packets that fall into dark space. */
#include "darknet/darknet_expect.h"

const struct expect_row darknet_expect_rows[4] = {
    {S("IoTワーム（Mirai 系）に感染した機器"), 160, 2, S("Mirai の SCANNER_RAW_PPS")},
    {S("次々と探す機器（毎秒10か所）"), 10, 0, S("例として")},
    {S("ゆっくり探す機器（毎秒1か所）"), 1, 0, S("例として")},
    {S("毎秒1万パケットの攻撃を受けている機器（送信元が偽られたもの）"), 10000, 2, S("例として")},
};

usec darknet_expect_time(const struct expect_row *r, int64_t watched)
{
    static const double all = 4294967296.0;
    int needed = r->needed ? r->needed : watched <= 65536 ? 3 : 4;
    if (watched <= 0)
        return 0;
    return (usec)(needed * all / ((double)r->rate * (double)watched) * (double)USEC_SECOND);
}

str darknet_expect_text(struct arena *a, usec span)
{
    static const struct {
        usec below, unit;
        const char *name;
    } units[] = {
        {90 * USEC_MINUTE, USEC_MINUTE, "分"},
        {36 * USEC_HOUR, USEC_HOUR, "時間"},
        {INT64_MAX, USEC_DAY, "日"},
    };
    size_t i = 0;
    if (span < USEC_MINUTE)
        return S("1分かからず");
    while (span >= units[i].below)
        i++;
    return str_fmt(a, "およそ%lld%s", (long long)((span + units[i].unit / 2) / units[i].unit), units[i].name);
}
