/* SPDX-License-Identifier: Apache-2.0 */
/* bench save|bare|sync …: prints one JSON object each; script/bench puts them side by side. */
#include "bench.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} programs[] = {{"save", bench_save}, {"bare", bench_bare}, {"sync", bench_sync}};

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

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < COUNT_OF(programs); i++)
        if (strcmp(programs[i].name, argv[1]) == 0)
            return programs[i].run(argc - 2, argv + 2);
    bench_fail("usage: bench save PORT SURVEY CONNECTIONS LOGINS… | bare DB BATCH SAVES | sync DIR");
}
