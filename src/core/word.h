/* SPDX-License-Identifier: Apache-2.0 */
/* The words of an enum: its key in data and addresses, its name for people. */
#ifndef CORE_WORD_H
#define CORE_WORD_H

#include "core/str.h"

struct word {
    int value;
    str key;  /* "town" */
    str name; /* "町" */
};

/* A row of the table; never NULL: value 0 and empty words when it is not there. */
const struct word *word_of(const struct word *words, size_t n, int value);
const struct word *word_of_key(const struct word *words, size_t n, str key);
#define WORD_OF(table, value) word_of(table, COUNT_OF(table), (int)(value))
#define WORD_OF_KEY(table, key) word_of_key(table, COUNT_OF(table), key)

#endif
