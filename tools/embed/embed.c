/* SPDX-License-Identifier: Apache-2.0 */
/* Takes files into the program: embed OUT.c SYMBOL FILE… writes an array of struct embedded,
 * named by the files' last path component, ended by an empty row. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "embed: %s: %s\n", what, name);
    exit(1);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The bytes as an array; a zero byte after the end, so that text can be read as a C string. */
static void put_file(FILE *out, const char *path, int number)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        fail("cannot read", path);
    fprintf(out, "static const unsigned char file_%d[] = {", number);
    size_t n = 0;
    for (int c; (c = fgetc(in)) != EOF; n++)
        fprintf(out, "%s%d,", n % 24 ? "" : "\n", c);
    fprintf(out, "0};\n");
    fclose(in);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("usage", "embed OUT.c SYMBOL FILE...");
    FILE *out = fopen(argv[1], "w");
    if (!out)
        fail("cannot write", argv[1]);
    fprintf(out, "/* Made by tools/embed. */\n#include \"store/migrate.h\"\n\n");
    fprintf(out, "extern const struct embedded %s[];\n", argv[2]);
    for (int i = 3; i < argc; i++)
        put_file(out, argv[i], i);
    fprintf(out, "const struct embedded %s[] = {\n", argv[2]);
    for (int i = 3; i < argc; i++)
        fprintf(out, "    {\"%s\", file_%d, sizeof file_%d - 1},\n", base_name(argv[i]), i, i);
    fprintf(out, "    {0},\n};\n");
    if (fclose(out) != 0)
        fail("cannot write", argv[1]);
    return 0;
}
