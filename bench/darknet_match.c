/* SPDX-License-Identifier: Apache-2.0 */
/* darknet_match PREFIXES: how long it takes to find whose an address is, alone: nanoseconds of CPU for each
 * address, drawn evenly from all, and from the ranges themselves; the best of some runs. One JSON object. */
#include "core/file.h"
#include "sensor/prefix.h"

#include <time.h>

enum { KEYS = 1 << 20, ROUNDS = 8, RUNS = 7, FILE_MOST = 64 << 20 };

static uint64_t state = 1;

static uint32_t draw(void) /* splitmix64 */
{
    return (uint32_t)(address_mix(state += 0x9e3779b97f4a7c15U) >> 32);
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* *found: how many of them are somebody's. */
static double best(const struct prefix_table *t, const uint32_t *key, uint64_t *found)
{
    double least = 1e9;
    for (int run = 0; run < RUNS; run++) {
        double began = cpu();
        *found = 0;
        for (int round = 0; round < ROUNDS; round++)
            for (size_t i = 0; i < KEYS; i++)
                *found += prefix_find_v4(t, key[i]) != 0;
        double took = cpu() - began;
        least = took < least ? took : least;
    }
    *found /= ROUNDS;
    return least / ROUNDS / KEYS * 1e9;
}

/* An address of one of the lines "a.b.c.d/bits …". */
static uint32_t within(str text, const size_t *line, size_t lines)
{
    str s = str_sub(text, line[draw() % lines], text.n), word;
    struct net_range r;
    if (!str_cut(&s, ' ', &word) || err_is(net_range_parse(word, &r)) || r.size != 4)
        return draw();
    struct address first, last;
    address_bounds(&r, &first, &last);
    return (uint32_t)(first.lo + draw() % (last.lo - first.lo + 1));
}

int main(int argc, char **argv)
{
    struct prefix_owners owners;
    str text, why = STR_NONE;
    uint64_t found, found_within;
    ARENA_AUTO a = arena_new(1 << 30);
    if (argc != 2 || err_is(file_read(a, str_of(argv[1]), FILE_MOST, &text)) ||
        err_is(prefix_file_read(a, text, &owners, &why))) {
        fprintf(stderr, "darknet_match PREFIXES: %.*s\n", STR_F(why));
        return 1;
    }
    uint32_t *key = ARENA_ARRAY(a, uint32_t, KEYS);
    size_t *line = ARENA_ARRAY(a, size_t, text.n + 1), lines = 1;
    if (!key || !line)
        return 1;
    for (size_t i = 0; i + 1 < text.n; i++)
        if (text.p[i] == '\n')
            line[lines++] = i + 1;
    for (size_t i = 0; i < KEYS; i++)
        key[i] = draw();
    double all = best(owners.table, key, &found);
    for (size_t i = 0; i < KEYS; i++)
        key[i] = within(text, line, lines);
    double inside = best(owners.table, key, &found_within);
    printf("{\"ranges\":%zu,\"bytes\":%zu,\"ns\":%.2f,\"found\":%.4f,\"ns_within\":%.2f,\"found_within\":%.4f}\n", lines,
        prefix_table_bytes(owners.table), all, (double)found / KEYS, inside, (double)found_within / KEYS);
    prefix_table_free(owners.table);
    return 0;
}
