/* SPDX-License-Identifier: Apache-2.0 */
/* The streaming JSON writer: commas, escapes, and a sticky flag for misuse. */
#include "core/json.h"

#include "core/html.h"

#define DEPTH_MAX 32

struct json json_on(struct buf *out)
{
    return (struct json){.out = out};
}

static uint32_t level_bit(const struct json *j)
{
    return (uint32_t)1 << (j->depth - 1);
}

static bool in_object(const struct json *j)
{
    return j->depth > 0 && (j->objects & level_bit(j));
}

static void comma(struct json *j)
{
    if (!(j->first & level_bit(j)))
        buf_char(j->out, ',');
    j->first &= ~level_bit(j);
}

/* True when a value may be written here; the comma before it is written already. */
static bool value_starts(struct json *j)
{
    bool misplaced = j->depth == 0 ? j->done : in_object(j) && !j->after_key;
    j->broken |= misplaced;
    if (j->broken)
        return false;
    if (j->depth == 0)
        j->done = true;
    else if (!j->after_key)
        comma(j);
    j->after_key = false;
    return true;
}

static void level_open(struct json *j, char bracket, bool object)
{
    if (!value_starts(j))
        return;
    if (j->depth == DEPTH_MAX) {
        j->broken = true;
        return;
    }
    buf_char(j->out, bracket);
    j->depth++;
    j->first |= level_bit(j);
    if (object)
        j->objects |= level_bit(j);
    else
        j->objects &= ~level_bit(j);
}

static void level_close(struct json *j, char bracket, bool object)
{
    j->broken |= j->depth == 0 || in_object(j) != object || j->after_key;
    if (j->broken)
        return;
    buf_char(j->out, bracket);
    j->depth--;
}

void json_begin_object(struct json *j)
{
    level_open(j, '{', true);
}

void json_begin_array(struct json *j)
{
    level_open(j, '[', false);
}

void json_end_object(struct json *j)
{
    level_close(j, '}', true);
}

void json_end_array(struct json *j)
{
    level_close(j, ']', false);
}

/* U+2028 and U+2029 end a line in JavaScript; their third byte is returned, otherwise 0. */
static unsigned line_separator(str s, size_t i)
{
    if (s.n - i < 3 || memcmp(s.p + i, "\xe2\x80", 2) != 0)
        return 0;
    unsigned last = (unsigned char)s.p[i + 2];
    return last == 0xa8 || last == 0xa9 ? last : 0;
}

/* < > & are escaped too, so that JSON is harmless wherever it is pasted. */
static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && !strchr("\"\\<>&", byte);
}

static void put_quoted(struct buf *b, str s)
{
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        unsigned separator = line_separator(s, i);
        if (separator != 0) {
            buf_fmt(b, "\\u20%02x", separator - 0x80);
            i += 2;
        } else if (is_plain(byte)) {
            buf_char(b, s.p[i]);
        } else if (byte == '"' || byte == '\\') {
            buf_char(b, '\\');
            buf_char(b, s.p[i]);
        } else {
            buf_fmt(b, "\\u%04x", byte);
        }
    }
    buf_char(b, '"');
}

void json_key(struct json *j, str name)
{
    j->broken |= !in_object(j) || j->after_key;
    if (j->broken)
        return;
    comma(j);
    put_quoted(j->out, name);
    buf_char(j->out, ':');
    j->after_key = true;
}

void json_str(struct json *j, str s)
{
    if (value_starts(j))
        put_quoted(j->out, s);
}

void json_i64(struct json *j, int64_t v)
{
    if (value_starts(j))
        buf_i64(j->out, v);
}

void json_bool(struct json *j, bool v)
{
    if (value_starts(j))
        buf_str(j->out, v ? S("true") : S("false"));
}

void json_put_null(struct json *j)
{
    if (value_starts(j))
        buf_lit(j->out, "null");
}

void json_bp(struct json *j, int64_t basis_points)
{
    if (value_starts(j))
        html_bp(j->out, basis_points);
}

void json_day(struct json *j, jday d)
{
    if (d == DAY_NONE) {
        json_put_null(j);
    } else if (value_starts(j)) {
        buf_char(j->out, '"');
        put_iso_day(j->out, d);
        buf_char(j->out, '"');
    }
}

void json_time(struct json *j, usec t)
{
    if (t == 0) {
        json_put_null(j);
    } else if (value_starts(j)) {
        buf_char(j->out, '"');
        put_iso_time(j->out, t);
        buf_char(j->out, '"');
    }
}

err json_finish(struct json *j)
{
    if (j->broken || j->depth != 0 || !j->done)
        return ERR(BUG);
    return buf_status(j->out);
}
