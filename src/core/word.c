/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up words. */
#include "core/word.h"

static const struct word no_word;

const struct word *word_of(const struct word *words, size_t n, int value)
{
    for (size_t i = 0; i < n; i++)
        if (words[i].value == value)
            return &words[i];
    return &no_word;
}

const struct word *word_of_key(const struct word *words, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(words[i].key, key))
            return &words[i];
    return &no_word;
}
