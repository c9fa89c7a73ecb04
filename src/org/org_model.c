/* SPDX-License-Identifier: Apache-2.0 */
/* Classes of bodies and the check digit of their code. */
#include "org/org.h"

static const struct {
    enum body_class class;
    str name, key;
} classes[] = {
    {CLASS_PREFECTURE, S("都道府県"), S("prefecture")},
    {CLASS_DESIGNATED, S("政令指定都市"), S("designated")},
    {CLASS_WARD, S("特別区"), S("ward")},
    {CLASS_CITY, S("市"), S("city")},
    {CLASS_TOWN, S("町"), S("town")},
    {CLASS_VILLAGE, S("村"), S("village")},
    {CLASS_OFFICE, S("国の機関"), S("office")},
};

str org_class_name(enum body_class c)
{
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        if (classes[i].class == c)
            return classes[i].name;
    return STR_NONE;
}

str org_class_key(enum body_class c)
{
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        if (classes[i].class == c)
            return classes[i].key;
    return STR_NONE;
}

enum body_class org_class_of_key(str key)
{
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        if (str_eq(classes[i].key, key))
            return classes[i].class;
    return 0;
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
