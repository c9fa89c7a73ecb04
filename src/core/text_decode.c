/* SPDX-License-Identifier: Apache-2.0 */
/* Byte order marks by hand, the rest by glibc's iconv. */
#include "core/text_decode.h"

#include <iconv.h>

#define NO_ICONV ((iconv_t)-1)

static iconv_t open_from(const char *charset)
{
    return iconv_open("UTF-8", charset);
}

/* Never closed: glibc unloads the tables of a charset that nobody has open. */
err text_decode_prepare(void)
{
    static iconv_t kept[2];
    kept[0] = open_from("CP932");
    kept[1] = open_from("UTF-16LE");
    return kept[0] == NO_ICONV || kept[1] == NO_ICONV ? ERR(NOTFOUND) : OK;
}

static int line_at(str raw, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < raw.n; i++)
        line += raw.p[i] == '\n';
    return line;
}

/* No charset here needs more than three bytes of UTF-8 for one of its own. */
static err convert(struct arena *a, const char *charset, str raw, str *out, int *line)
{
    size_t room = 3 * raw.n + 4, left = room;
    char *made = arena_alloc(a, room), *to = made;
    char *from = arena_alloc(a, raw.n + 1); /* iconv's prototype wants it writable */
    if (!made || !from)
        return ERR(NOMEM);
    iconv_t cd = open_from(charset);
    if (cd == NO_ICONV)
        return ERR(NOTFOUND);
    memcpy(from, raw.p, raw.n);
    char *at = from;
    size_t rest = raw.n;
    bool good = iconv(cd, &at, &rest, &to, &left) != (size_t)-1 && rest == 0;
    iconv_close(cd);
    *out = (str){made, room - left};
    if (good && str_is_utf8(*out))
        return OK;
    *line = line_at(*out, out->n);
    return ERR(INVALID);
}

err text_decode(struct arena *a, str raw, str *out, int *line)
{
    *line = 1;
    if (str_starts(raw, S("\xEF\xBB\xBF")))
        raw = str_sub(raw, 3, raw.n);
    else if (str_starts(raw, S("\xFF\xFE")))
        return convert(a, "UTF-16LE", str_sub(raw, 2, raw.n), out, line);
    else if (str_starts(raw, S("\xFE\xFF")))
        return convert(a, "UTF-16BE", str_sub(raw, 2, raw.n), out, line);
    *out = raw;
    return str_is_utf8(raw) ? OK : convert(a, "CP932", raw, out, line);
}
