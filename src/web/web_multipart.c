/* SPDX-License-Identifier: Apache-2.0 */
/* The multipart reader: a state for each place in the body, one step per byte or run of bytes. */
#include "web/web_multipart.h"

/* ── the words of headers ── */

static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static str token_of(str *s)
{
    size_t n = 0;
    while (n < s->n && is_token_char(s->p[n]))
        n++;
    str t = {s->p, n};
    *s = str_sub(*s, n, s->n);
    return t;
}

static void skip_blanks(str *s)
{
    while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
        *s = str_sub(*s, 1, s->n);
}

static bool is_word(str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* A quoted value into dst, which has room for s->n bytes. Browsers send %22 for a quote, older
 * programs a backslash in front of it; any other backslash is one. */
static err quoted_of(str *s, char *dst, str *out)
{
    size_t n = 0, i = 1;
    for (; i < s->n && s->p[i] != '"'; i++) {
        if (s->p[i] == '\\' && i + 1 < s->n && (s->p[i + 1] == '"' || s->p[i + 1] == '\\'))
            i++;
        dst[n++] = s->p[i];
    }
    if (i >= s->n)
        return ERR(INVALID);
    *s = str_sub(*s, i + 1, s->n);
    *out = (str){dst, n};
    return OK;
}

static str with_quotes(char *p, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        bool quote = p[i] == '%' && n - i >= 3 && p[i + 1] == '2' && p[i + 2] == '2';
        p[k++] = quote ? '"' : p[i];
        i += quote ? 2 : 0;
    }
    return (str){p, k};
}

/* "; name=value": the next parameter; value into dst. */
static err parameter_of(str *s, char *dst, str *name, str *value)
{
    skip_blanks(s);
    if (s->n == 0 || s->p[0] != ';')
        return ERR(INVALID);
    *s = str_sub(*s, 1, s->n);
    skip_blanks(s);
    *name = token_of(s);
    if (name->n == 0 || s->n == 0 || s->p[0] != '=')
        return ERR(INVALID);
    *s = str_sub(*s, 1, s->n);
    if (s->n > 0 && s->p[0] == '"')
        return quoted_of(s, dst, value);
    *value = token_of(s);
    return value->n ? OK : ERR(INVALID);
}

/* ── the beginning ── */

static bool is_boundary(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fits = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c != '\0' && strchr("'()+_,-./:=? ", c));
        if (!fits)
            return false;
    }
    return s.n > 0 && s.n <= MULTIPART_BOUNDARY && s.p[s.n - 1] != ' ';
}

err multipart_init(struct multipart *m, str type, struct multipart_sink sink)
{
    static const str kind = S("multipart/form-data");
    char text[512];
    str rest = type, boundary = STR_NONE, name, value;
    *m = (struct multipart){.sink = sink};
    if (type.n > sizeof text || type.n < kind.n ||
        strncasecmp(type.p, kind.p, kind.n) != 0)
        return ERR(INVALID);
    rest = str_sub(type, kind.n, type.n);
    for (skip_blanks(&rest); rest.n > 0; skip_blanks(&rest)) {
        TRY(parameter_of(&rest, text, &name, &value));
        if (!is_word(name, "boundary"))
            continue;
        if (boundary.n || !is_boundary(value))
            return ERR(INVALID);
        memcpy(m->delimiter, "\r\n--", 4);
        memcpy(m->delimiter + 4, value.p, value.n);
        m->delimiter_n = 4 + value.n;
        boundary = (str){m->delimiter + 4, value.n};
    }
    m->matched = 2; /* the first boundary stands at the very beginning */
    return boundary.n ? OK : ERR(INVALID);
}

/* ── the header of a part ── */

struct header {
    struct multipart_part part;
    bool disposed, typed;
    char name[MULTIPART_HEAD], file_name[MULTIPART_HEAD];
};

static err disposition_of(str v, struct header *h)
{
    char other[MULTIPART_HEAD];
    str kind = token_of(&v), name, value;
    bool named = false;
    if (h->disposed || !is_word(kind, "form-data"))
        return ERR(INVALID);
    h->disposed = true;
    for (skip_blanks(&v); v.n > 0; skip_blanks(&v)) {
        TRY(parameter_of(&v, other, &name, &value));
        bool is_name = is_word(name, "name"), is_file = is_word(name, "filename");
        if ((is_name && named) || (is_file && h->part.is_file) || (!is_name && !is_file) ||
            value.n > MULTIPART_NAME || (value.n && !str_is_utf8(value)))
            return ERR(INVALID);
        char *keep = is_name ? h->name : h->file_name;
        memcpy(keep, value.n ? value.p : "", value.n);
        *(is_name ? &h->part.name : &h->part.file_name) = with_quotes(keep, value.n);
        named |= is_name;
        h->part.is_file |= is_file;
    }
    return h->part.name.n ? OK : ERR(INVALID);
}

static err line_of(str line, struct header *h)
{
    str name = token_of(&line);
    if (name.n == 0 || line.n == 0 || line.p[0] != ':')
        return ERR(INVALID); /* a folded line begins with a blank */
    line = str_trim(str_sub(line, 1, line.n));
    for (size_t i = 0; i < line.n; i++)
        if (((unsigned char)line.p[i] < 0x20 && line.p[i] != '\t') || line.p[i] == 0x7F)
            return ERR(INVALID);
    if (is_word(name, "content-disposition"))
        return disposition_of(line, h);
    if (is_word(name, "content-type")) {
        bool again = h->typed;
        h->typed = true;
        return again || (line.n >= 10 && strncasecmp(line.p, "multipart/", 10) == 0)
            ? ERR(INVALID)
            : OK;
    }
    if (is_word(name, "content-transfer-encoding"))
        return is_word(line, "binary") || is_word(line, "8bit") || is_word(line, "7bit")
            ? OK
            : ERR(INVALID);
    return OK;
}

/* All lines of the header, the empty one at its end included. */
static err begin_part(struct multipart *m)
{
    struct header h = {.disposed = false};
    str rest = {m->head, m->head_n - 2};
    for (size_t lines = 0; rest.n > 0; lines++) {
        const char *end = memmem(rest.p, rest.n, "\r\n", 2);
        if (!end)
            return ERR(INVALID);
        if (lines == MULTIPART_LINES)
            return ERR(LIMIT);
        size_t n = (size_t)(end - rest.p);
        TRY(line_of(str_sub(rest, 0, n), &h));
        rest = str_sub(rest, n + 2, rest.n);
    }
    if (!h.disposed)
        return ERR(INVALID);
    if (++m->parts > MULTIPART_PARTS)
        return ERR(LIMIT);
    m->state = MULTIPART_DATA;
    m->matched = 0;
    return m->sink.part(m->sink.ctx, &h.part);
}

static err step_header(struct multipart *m, char c)
{
    if (m->head_n == MULTIPART_HEAD)
        return ERR(LIMIT);
    m->head[m->head_n++] = c;
    if (m->head_n == 2 && memcmp(m->head, "\r\n", 2) == 0)
        return ERR(INVALID); /* a part without a header */
    bool whole = m->head_n >= 4 && memcmp(m->head + m->head_n - 4, "\r\n\r\n", 4) == 0;
    return whole ? begin_part(m) : OK;
}

/* ── data and boundaries ── */

static err give(struct multipart *m, const char *p, size_t n)
{
    return n ? m->sink.data(m->sink.ctx, (str){p, n}) : OK;
}

/* Of the delimiter only the first byte is CR, so what did not become a whole one is data, and the
 * next can begin at the byte that did not fit at the earliest. */
static err step_data(struct multipart *m, str *rest)
{
    if (m->matched == 0) {
        const char *cr = memchr(rest->p, '\r', rest->n);
        size_t n = cr ? (size_t)(cr - rest->p) : rest->n;
        TRY(give(m, rest->p, n));
        *rest = str_sub(*rest, n, rest->n);
        if (rest->n == 0)
            return OK;
    }
    char c = rest->p[0];
    if (c == m->delimiter[m->matched]) {
        m->matched++;
        *rest = str_sub(*rest, 1, rest->n);
        if (m->matched < m->delimiter_n)
            return OK;
        bool first = m->state == MULTIPART_START;
        m->state = MULTIPART_AFTER;
        m->pair_n = 0;
        return first ? OK : m->sink.end(m->sink.ctx);
    }
    if (m->state == MULTIPART_START)
        return ERR(INVALID);
    size_t had = m->matched;
    m->matched = 0;
    return give(m, m->delimiter, had);
}

static err step_after(struct multipart *m, char c)
{
    m->pair[m->pair_n++] = c;
    if (m->pair_n < 2)
        return OK;
    if (memcmp(m->pair, "--", 2) == 0) {
        m->state = MULTIPART_LAST;
        m->pair_n = 0;
        return OK;
    }
    m->state = MULTIPART_HEADER;
    m->head_n = 0;
    return memcmp(m->pair, "\r\n", 2) == 0 ? OK : ERR(INVALID);
}

/* Nothing but one line end may follow the closing boundary. */
static err step_last(struct multipart *m, char c)
{
    if (c != "\r\n"[m->pair_n++])
        return ERR(INVALID);
    if (m->pair_n == 2)
        m->state = MULTIPART_OVER;
    return OK;
}

static err step(struct multipart *m, str *rest)
{
    if (m->state == MULTIPART_START || m->state == MULTIPART_DATA)
        return step_data(m, rest);
    char c = rest->p[0];
    *rest = str_sub(*rest, 1, rest->n);
    if (m->state == MULTIPART_AFTER)
        return step_after(m, c);
    if (m->state == MULTIPART_HEADER)
        return step_header(m, c);
    return m->state == MULTIPART_LAST ? step_last(m, c) : ERR(INVALID);
}

err multipart_feed(struct multipart *m, str piece)
{
    while (piece.n > 0 && !err_is(m->failed))
        m->failed = step(m, &piece);
    return m->failed;
}

err multipart_finish(struct multipart *m)
{
    TRY(m->failed);
    bool closed = m->state == MULTIPART_OVER || (m->state == MULTIPART_LAST && m->pair_n == 0);
    m->failed = closed ? OK : ERR(INVALID);
    return m->failed;
}
