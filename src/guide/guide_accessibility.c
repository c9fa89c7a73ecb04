/* SPDX-License-Identifier: Apache-2.0 */
/* The accessibility statement, with the last test of each kind. */
#include "guide/guide_private.h"

#include "accessibility.ht.h"
#include "core/version.h"

/* Whoever runs a test anew changes its row. */
static const struct {
    const char *what, *how, *result;
    int year, month, day;
} tests[] = {
    {"機械で分かる誤り",
        "axe-coreのWCAG 2.2 AAまでの規則を、全ての画面に、画面幅1366と360ピクセルで当てる"
        "（test/pages.test.mjs）",
        "見つかった誤りはありません", 2026, 11, 28},
    {"キーボードだけの操作",
        "全ての画面で、最後の部品までTabキーで進み、今いる場所が見えることを確かめる",
        "全ての部品に届き、枠が見えます", 2026, 11, 28},
    {"読み上げのための名前と見出し",
        "ブラウザが読み上げソフトに渡す木で、名前のない部品と、段の飛んだ見出しを探す",
        "ありません", 2026, 11, 28},
    {"文字の拡大（200%）と狭い画面（360ピクセル）",
        "横に動かさずに読めることを確かめる。幅の広い表だけは、表の中で動く",
        "はみ出す画面はありません", 2026, 11, 28},
    {"強制カラー、JavaScriptなし、印刷",
        "部品の形が見えること、全ての手続ができること、紙にメニューが出ないことを確かめる",
        "使えます", 2026, 11, 28},
};

err guide_accessibility_read(struct req *rq)
{
    struct view_accessibility *v = ARENA_NEW(rq->a, struct view_accessibility);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_accessibility){.version = S(YAGURA_VERSION)};
    v->tests.p = ARENA_ARRAY(rq->a, struct view_accessibility_tests, COUNT_OF(tests));
    if (!v->tests.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(tests); i++)
        v->tests.p[v->tests.n++] = (struct view_accessibility_tests){str_of(tests[i].what),
            str_of(tests[i].how), jday_of(tests[i].year, tests[i].month, tests[i].day),
            str_of(tests[i].result)};
    return req_show(rq, &view_accessibility_type, v);
}
