/* SPDX-License-Identifier: Apache-2.0 */
/* bench save|sign-in|verify|bare|sync …: prints one JSON object each; script/bench puts them side
 * by side. */
#include "bench.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} programs[] = {{"save", bench_save}, {"sign-in", bench_sign_in}, {"verify", bench_verify},
    {"bare", bench_bare}, {"sync", bench_sync}};

void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static int by_value(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

int64_t percentile(int64_t *values, size_t n, double p)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, by_value);
    size_t i = (size_t)((double)(n - 1) * p);
    return values[i];
}

int64_t bench_number(const char *text, int64_t most, const char *usage)
{
    int64_t n = 0;
    if (err_is(parse_i64(str_of(text), 1, most, &n)))
        bench_fail(usage);
    return n;
}

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < COUNT_OF(programs); i++)
        if (strcmp(programs[i].name, argv[1]) == 0)
            return programs[i].run(argc - 2, argv + 2);
    bench_fail("usage: bench save|sign-in|verify|bare|sync …, each says what it wants");
}
