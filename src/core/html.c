/* SPDX-License-Identifier: Apache-2.0 */
/* The escapers of compiled templates: one per place in HTML a value may stand in. */
#include "core/html.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define UNRESERVED LETTERS DIGITS "-._~"

static const char *reference_of(char ch)
{
    switch (ch) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    }
    return NULL;
}

/* Runs without anything to escape are copied whole. */
static void put_escaped(struct buf *b, str s, const char *special)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\0' || !strchr(special, s.p[i]))
            continue;
        buf_put(b, s.p + from, i - from);
        buf_str(b, str_of(reference_of(s.p[i])));
        from = i + 1;
    }
    if (from < s.n)
        buf_put(b, s.p + from, s.n - from);
}

void html_text(struct buf *b, str s)
{
    put_escaped(b, s, "&<>");
}

void html_attr(struct buf *b, str s)
{
    put_escaped(b, s, "&<>\"'");
}

void html_title(struct buf *b, html h)
{
    put_escaped(b, h.s, "<>");
}

static bool is_one_of(char ch, const char *set)
{
    return ch != '\0' && strchr(set, ch);
}

static void put_percent(struct buf *b, char ch)
{
    static const char hex[] = "0123456789ABCDEF";
    unsigned char byte = (unsigned char)ch;
    char out[3] = {'%', hex[byte >> 4], hex[byte & 15]};
    buf_put(b, out, sizeof out);
}

void html_urlpart(struct buf *b, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (is_one_of(s.p[i], UNRESERVED))
            buf_char(b, s.p[i]);
        else
            put_percent(b, s.p[i]);
    }
}

/* Browsers drop tabs and newlines and read a backslash as a slash before they look for a scheme
 * or a host, so a URL with any of them is not what it seems to be. */
static bool has_tricks(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        if (byte < 0x20 || byte == 0x7f || byte == '\\')
            return true;
    }
    return false;
}

static bool starts_nocase(str s, str lower)
{
    if (s.n < lower.n)
        return false;
    for (size_t i = 0; i < lower.n; i++) {
        if (tolower((unsigned char)s.p[i]) != lower.p[i])
            return false;
    }
    return true;
}

static bool is_local_path(str s)
{
    return s.n > 0 && s.p[0] == '/' && !(s.n > 1 && s.p[1] == '/');
}

/* A browser would repair "http:///x" and "http:x" into something else: a host must follow. */
static bool is_web_url(str s)
{
    size_t n = starts_nocase(s, S("http://")) ? 7 : starts_nocase(s, S("https://")) ? 8 : 0;
    return n != 0 && s.n > n && !is_one_of(s.p[n], "/?#");
}

static bool is_percent_pair(str s, size_t i)
{
    return s.p[i] == '%' && s.n - i > 2 && isxdigit((unsigned char)s.p[i + 1]) &&
        isxdigit((unsigned char)s.p[i + 2]);
}

static void put_url_byte(struct buf *b, str s, size_t i)
{
    if (s.p[i] == '&')
        buf_lit(b, "&amp;");
    else if (is_one_of(s.p[i], UNRESERVED ":/?#[]@!$()*+,;=") || is_percent_pair(s, i))
        buf_char(b, s.p[i]);
    else
        put_percent(b, s.p[i]);
}

void html_url(struct buf *b, const struct html_ctx *c, str s)
{
    bool path = is_local_path(s);
    bool here = s.n > 0 && (s.p[0] == '#' || s.p[0] == '?');
    if (has_tricks(s) || !(path || here || is_web_url(s))) {
        buf_lit(b, "#");
        return;
    }
    if (path)
        html_attr(b, c->base);
    for (size_t i = 0; i < s.n; i++)
        put_url_byte(b, s, i);
}

void html_group(struct buf *b, int64_t v)
{
    char text[32];
    size_t at = sizeof text;
    uint64_t rest = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    for (int digits = 0; digits == 0 || rest != 0; digits++, rest /= 10) {
        if (digits != 0 && digits % 3 == 0)
            text[--at] = ',';
        text[--at] = (char)('0' + rest % 10);
    }
    if (v < 0)
        text[--at] = '-';
    buf_put(b, text + at, sizeof text - at);
}

void html_bp(struct buf *b, int64_t basis_points)
{
    int64_t tenths = basis_points / 10;
    int64_t rest = basis_points % 10;
    if (rest >= 5)
        tenths++;
    else if (rest <= -5)
        tenths--;
    if (tenths < 0)
        buf_char(b, '-');
    int64_t whole = tenths / 10;
    int64_t last = tenths % 10;
    buf_i64(b, whole < 0 ? -whole : whole);
    buf_char(b, '.');
    buf_char(b, (char)('0' + (last < 0 ? -last : last)));
}
