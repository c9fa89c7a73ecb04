/* SPDX-License-Identifier: Apache-2.0 */
/* The whole randomness of what is made up for a demonstration: a fixed function of a seed and three numbers
 * (the finisher of SplitMix64, Steele, Lea, Flood, OOPSLA 2014). Nothing for secrets. */
#ifndef CORE_NOISE_H
#define CORE_NOISE_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t noise_of(uint64_t seed, uint64_t x, uint64_t y, uint64_t z)
{
    const uint64_t parts[] = {x, y, z};
    uint64_t h = seed;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        h = (h ^ parts[i]) + 0x9E3779B97F4A7C15u;
        h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
        h = (h ^ h >> 27) * 0x94D049BB133111EBu;
        h ^= h >> 31;
    }
    return h;
}

#endif
