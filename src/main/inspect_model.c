/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes day by day, and the growth they tell. */
#include "main/inspect_model.h"

err inspect_sizes_parse(str text, struct inspect_sizes *out)
{
    str day_text, bytes_text;
    int64_t day;
    out->n = 0;
    while (text.n) {
        struct inspect_size *last = out->n ? &out->v[out->n - 1] : NULL, size;
        if (out->n == COUNT_OF(out->v) || !str_cut(&text, ' ', &day_text) ||
            !str_cut(&text, ' ', &bytes_text))
            return ERR(INVALID);
        TRY(parse_i64(day_text, 0, INT32_MAX, &day));
        TRY(parse_i64(bytes_text, 0, INT64_MAX / 2, &size.bytes));
        size.day = (jday)day;
        if (last && last->day >= size.day)
            return ERR(INVALID);
        out->v[out->n++] = size;
    }
    return OK;
}

void inspect_sizes_put(struct buf *b, const struct inspect_sizes *s)
{
    for (size_t i = 0; i < s->n; i++)
        buf_fmt(b, "%s%lld %lld", i ? " " : "", (long long)s->v[i].day, (long long)s->v[i].bytes);
}

bool inspect_sizes_add(struct inspect_sizes *s, jday day, int64_t bytes)
{
    if (s->n && s->v[s->n - 1].day == day)
        return false;
    if (s->n && s->v[s->n - 1].day > day)
        s->n = 0;
    if (s->n == COUNT_OF(s->v)) {
        memmove(&s->v[0], &s->v[1], sizeof s->v - sizeof s->v[0]);
        s->n--;
    }
    s->v[s->n++] = (struct inspect_size){day, bytes};
    return true;
}

struct inspect_growth inspect_growth_of(
    const struct inspect_sizes *s, jday today, int64_t bytes, int64_t room)
{
    struct inspect_growth g = {.days = s->n ? today - s->v[0].day : 0, .left = -1};
    if (g.days < INSPECT_GROWTH_LEAST)
        return (struct inspect_growth){.days = g.days > 0 ? g.days : 0};
    g.bytes = bytes - s->v[0].bytes;
    double left = g.bytes > 0 ? (double)room / (double)g.bytes * (double)g.days : -1;
    g.left = left > INSPECT_GROWTH_FAR ? INSPECT_GROWTH_FAR : (int64_t)left;
    return g;
}
