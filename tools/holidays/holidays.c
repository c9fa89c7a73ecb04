/* SPDX-License-Identifier: Apache-2.0 */
/* Turns data/holidays.csv into the C table of src/core/holiday.c: holidays IN.csv OUT.c. A line that is
 * not "date,name", or not later than the line before it, ends the build with its number. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 256, DATE = 10 };

static void fail(const char *what, const char *name, int line)
{
    fprintf(stderr, "holidays: %s:%d: %s\n", name, line, what);
    exit(1);
}

static bool is_date(const char *s)
{
    static const char shape[] = "0000-00-00";
    for (int i = 0; i < DATE; i++)
        if (shape[i] == '-' ? s[i] != '-' : s[i] < '0' || s[i] > '9')
            return false;
    return true;
}

/* The number without leading zeros: C would read 08 as octal. */
static int digits(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++)
        v = 10 * v + (s[i] - '0');
    return v;
}

/* The date and the name behind it; NULL: a line that is not one. */
static const char *name_in(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (strlen(line) <= DATE + 1 || !is_date(line) || line[DATE] != ',' || strpbrk(line, "\"\\"))
        return NULL;
    return line + DATE + 1;
}

static void put_rows(FILE *in, FILE *out, const char *file)
{
    char line[LINE], before[DATE + 1] = "";
    for (int number = 1; fgets(line, sizeof line, in); number++) {
        const char *name;
        if (line[0] == '#' || strncmp(line, "date,name", 9) == 0)
            continue;
        if (!(name = name_in(line)))
            fail("not a date and a name", file, number);
        if (strncmp(before, line, DATE) >= 0)
            fail("not later than the line before it", file, number);
        memcpy(before, line, DATE);
        fprintf(out, "    {%d, %d, %d, S(\"%s\")},\n", digits(line, 4), digits(line + 5, 2), digits(line + 8, 2), name);
    }
    if (before[0] == '\0')
        fail("no holiday in it", file, 0);
}

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[1], "r") : NULL;
    FILE *out = argc == 3 ? fopen(argv[2], "w") : NULL;
    if (!in || !out)
        fail("usage: holidays IN.csv OUT.c", argc > 1 ? argv[1] : "", 0);
    fprintf(out, "/* Made by tools/holidays. */\n#include \"core/holiday.h\"\n\nconst struct holiday holidays[] = {\n");
    put_rows(in, out, argv[1]);
    fprintf(out, "};\nconst size_t holidays_n = sizeof holidays / sizeof holidays[0];\n");
    fclose(in);
    return fclose(out) == 0 ? 0 : 1;
}
