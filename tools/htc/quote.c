/* SPDX-License-Identifier: Apache-2.0 */
/* Readable C literals: UTF-8 stays as it is, except where an editor or compiler would stumble. */
#include "quote.h"

/* What every C compiler must accept in one literal is 4095 bytes (C17 5.2.4.1). */
#define WRITE_MAX 4000

/* Controls, separators, direction marks and the byte order mark cannot be seen in source. */
static bool is_invisible(uint32_t ch)
{
    return (ch >= 0x80 && ch < 0xa0) || ch == 0x61c || (ch >= 0x2000 && ch < 0x2010) ||
        (ch >= 0x2028 && ch < 0x2030) || (ch >= 0x2060 && ch < 0x2070) || ch == 0xfeff;
}

static uint32_t code_point(str ch)
{
    static const unsigned char lead[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t v = (unsigned char)ch.p[0] & lead[ch.n < 4 ? ch.n : 4];
    for (size_t i = 1; i < ch.n; i++)
        v = v << 6 | ((unsigned char)ch.p[i] & 0x3f);
    return v;
}

static void put_octal(struct buf *b, char ch)
{
    buf_fmt(b, "\\%03o", (unsigned)(unsigned char)ch);
}

static size_t char_length(str s, size_t i)
{
    size_t n = 1;
    while (i + n < s.n && ((unsigned char)s.p[i + n] & 0xc0) == 0x80)
        n++;
    return n;
}

static void put_char(struct buf *b, str s, size_t i, size_t n)
{
    char ch = s.p[i];
    if (n > 1 && is_invisible(code_point(str_sub(s, i, n)))) {
        for (size_t k = 0; k < n; k++)
            put_octal(b, s.p[i + k]);
    } else if (n > 1) {
        buf_put(b, s.p + i, n);
    } else if (ch == '\n') {
        buf_lit(b, "\\n");
    } else if (ch == '"' || ch == '\\' || (ch == '?' && i > 0 && s.p[i - 1] == '?')) {
        buf_char(b, '\\'); /* ?\? is no trigraph */
        buf_char(b, ch);
    } else if ((unsigned char)ch < 0x20 || (unsigned char)ch >= 0x7f) {
        put_octal(b, ch);
    } else {
        buf_char(b, ch);
    }
}

void quote_text(struct buf *b, str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t n = char_length(s, i);
        put_char(b, s, i, n);
        i += n;
    }
    buf_char(b, '"');
}

void quote_indent(struct buf *b, int levels)
{
    for (int i = 0; i < levels; i++)
        buf_lit(b, "    ");
}

/* Length of the first line of s with its newline, at most WRITE_MAX, whole code points. */
static size_t line_length(str s)
{
    const char *newline = memchr(s.p, '\n', s.n);
    size_t n = newline ? (size_t)(newline - s.p) + 1 : s.n;
    if (n <= WRITE_MAX)
        return n;
    for (n = WRITE_MAX; n > 1 && ((unsigned char)s.p[n] & 0xc0) == 0x80;)
        n--;
    return n;
}

void quote_writes(struct buf *b, str s, int indent)
{
    size_t in_write = 0;
    while (s.n > 0) {
        size_t n = line_length(s);
        bool opens = in_write == 0 || in_write + n > WRITE_MAX;
        if (opens) {
            buf_str(b, in_write > 0 ? S(");\n") : S(""));
            in_write = 0;
            quote_indent(b, indent);
            buf_lit(b, "buf_lit(out, ");
        } else {
            buf_char(b, '\n');
            quote_indent(b, indent + 1);
        }
        quote_text(b, str_sub(s, 0, n));
        in_write += n;
        s = str_sub(s, n, s.n);
    }
    buf_str(b, in_write > 0 ? S(");\n") : S(""));
}
