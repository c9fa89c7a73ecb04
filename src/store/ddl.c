/* SPDX-License-Identifier: Apache-2.0 */
/* Expansion of type words: a scan that leaves comments and quoted text alone. */
#include "store/ddl.h"

static const struct {
    str word;
    str type[2]; /* by enum engine */
} words[] = {
    {S("ID"), {S("INTEGER"), S("BIGINT")}},   {S("INT"), {S("INTEGER"), S("BIGINT")}},
    {S("TIME"), {S("INTEGER"), S("BIGINT")}}, {S("BOOL"), {S("INTEGER"), S("BIGINT")}},
    {S("DAY"), {S("INTEGER"), S("BIGINT")}},  {S("JSON"), {S("TEXT"), S("TEXT")}},
    {S("BYTES"), {S("BLOB"), S("BYTEA")}},    {S("STRICT"), {S("STRICT"), S("")}},
};

static bool is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static void put_word(struct buf *out, enum engine engine, str word)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (str_eq(words[i].word, word)) {
            buf_str(out, words[i].type[engine]);
            return;
        }
    }
    buf_str(out, word);
}

/* Length of the quoted text at s ('…' with '' inside), or 0. */
static size_t quoted(str s)
{
    if (s.n == 0 || s.p[0] != '\'')
        return 0;
    size_t n = 1;
    while (n < s.n && s.p[n] != '\'')
        n++;
    return n < s.n ? n + 1 : n;
}

static void expand_line(struct buf *out, enum engine engine, str line)
{
    while (line.n > 0) {
        size_t n = quoted(line);
        if (n > 0) {
            buf_str(out, str_sub(line, 0, n));
        } else if (str_starts(line, S("--"))) {
            n = line.n; /* a comment: dropped */
        } else if (is_word(line.p[0])) {
            while (n < line.n && is_word(line.p[n]))
                n++;
            put_word(out, engine, str_sub(line, 0, n));
        } else {
            n = 1;
            buf_char(out, line.p[0]);
        }
        line = str_sub(line, n, line.n);
    }
}

void ddl_expand(struct buf *out, enum engine engine, str ddl)
{
    bool mine = true;
    for (str line; str_cut(&ddl, '\n', &line);) {
        if (str_starts(line, S("--@"))) {
            str name = str_trim(str_sub(line, 3, line.n));
            mine = str_eq(name, S("all")) ||
                str_eq(name, engine == ENGINE_SQLITE ? S("sqlite") : S("postgres"));
        } else if (mine) {
            expand_line(out, engine, line);
        }
        buf_char(out, '\n');
    }
}
