/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of bodies and the check digit of their code. */
#include "org/org.h"

#include "core/word.h"

static const struct word classes[] = {
    {CLASS_PREFECTURE, S("prefecture"), S("都道府県")},
    {CLASS_DESIGNATED, S("designated"), S("政令指定都市")},
    {CLASS_WARD, S("ward"), S("特別区")},
    {CLASS_CITY, S("city"), S("市")},
    {CLASS_TOWN, S("town"), S("町")},
    {CLASS_VILLAGE, S("village"), S("村")},
    {CLASS_OFFICE, S("office"), S("国の機関")},
    {CLASS_UNION, S("union"), S("一部事務組合")},
    {CLASS_WIDE, S("wide"), S("広域連合")},
    {CLASS_AGENCY, S("agency"), S("地方独立行政法人")},
    {CLASS_UTILITY, S("utility"), S("企業団")},
    {CLASS_SPECIAL, S("special"), S("その他の団体")},
};

str org_class_name(enum body_class c)
{
    return WORD_OF(classes, c)->name;
}

str org_class_key(enum body_class c)
{
    return WORD_OF(classes, c)->key;
}

enum body_class org_class_of_key(str key)
{
    return (enum body_class)WORD_OF_KEY(classes, key)->value;
}

bool org_class_is_local(enum body_class c)
{
    return c >= CLASS_PREFECTURE && c <= CLASS_VILLAGE;
}

bool org_class_is_special(enum body_class c)
{
    return c >= CLASS_UNION && c <= CLASS_SPECIAL;
}

/* Upper ends of the bands of population, exclusive; the last band has none. */
static const struct {
    int64_t below;
    str name;
} bands[BANDS] = {
    {5000, S("5千人未満")},
    {10000, S("5千人以上1万人未満")},
    {30000, S("1万人以上3万人未満")},
    {50000, S("3万人以上5万人未満")},
    {100000, S("5万人以上10万人未満")},
    {300000, S("10万人以上30万人未満")},
    {INT64_MAX, S("30万人以上")},
};

int org_band_of_population(int64_t population)
{
    for (int i = 0; population >= 0 && i < BANDS; i++)
        if (population < bands[i].below)
            return i + 1;
    return 0;
}

str org_band_name(int band)
{
    return band >= 1 && band <= BANDS ? bands[band - 1].name : STR_NONE;
}

/* 全国地方公共団体コードの検査数字: d6 = (11 − Σ d_i·w_i mod 11) mod 10, w = 6,5,4,3,2. */
int org_code_check_digit(str five)
{
    int sum = 0;
    if (five.n != 5)
        return -1;
    for (int i = 0; i < 5; i++) {
        if (five.p[i] < '0' || five.p[i] > '9')
            return -1;
        sum += (five.p[i] - '0') * (6 - i);
    }
    return (11 - sum % 11) % 10;
}

bool org_code_is_valid(str code6)
{
    return code6.n == 6 &&
        org_code_check_digit(str_sub(code6, 0, 5)) == code6.p[5] - '0';
}
