/* SPDX-License-Identifier: Apache-2.0 */
/* Times as logs write them. */
#include "sensor/natlog.h"

#define EPOCH_LEAST ((int64_t)1000000000)  /* September 2001: less is seconds since the machine started */
#define EPOCH_MOST ((int64_t)100000000000) /* year 5138 */

struct text {
    const char *p, *end;
};

static struct text text_of(str s)
{
    const char *p = s.p ? s.p : "";
    return (struct text){p, p + s.n};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly n digits. */
static bool digits(struct text *t, int n, int *out)
{
    *out = 0;
    if (t->end - t->p < n)
        return false;
    for (int i = 0; i < n; i++) {
        if (!is_digit(t->p[i]))
            return false;
        *out = *out * 10 + (t->p[i] - '0');
    }
    t->p += n;
    return true;
}

static bool sign(struct text *t, char c)
{
    if (t->p == t->end || *t->p != c)
        return false;
    t->p++;
    return true;
}

/* What stands behind the point, in microseconds. */
static usec fraction(struct text *t)
{
    usec v = 0, unit = USEC_SECOND / 10;
    if (t->p == t->end || (*t->p != '.' && *t->p != ',') || t->end - t->p < 2 || !is_digit(t->p[1]))
        return 0;
    for (t->p++; t->p < t->end && is_digit(*t->p); t->p++, unit /= 10)
        v += (*t->p - '0') * unit;
    return v;
}

static bool day_of(struct text *t, struct civil *c)
{
    return digits(t, 4, &c->y) && (sign(t, '-') || sign(t, '/')) && digits(t, 2, &c->m) && (sign(t, '-') || sign(t, '/')) &&
        digits(t, 2, &c->d);
}

static bool hours(struct text *t, struct civil *c, usec *part)
{
    bool well = digits(t, 2, &c->hh) && sign(t, ':') && digits(t, 2, &c->mm) && sign(t, ':') && digits(t, 2, &c->ss) &&
        c->hh < 24 && c->mm < 60 && c->ss <= 60; /* 60: a leap second */
    *part = well ? fraction(t) : 0;
    return well;
}

/* "Z", "+0900", "+09:00"; false: none. */
static bool zone(struct text *t, usec *east)
{
    int hh, mm;
    *east = 0;
    if (sign(t, 'Z'))
        return true;
    bool west = t->p < t->end && *t->p == '-';
    struct text s = *t;
    if (!(sign(&s, '+') || sign(&s, '-')) || !digits(&s, 2, &hh))
        return false;
    sign(&s, ':');
    if (!digits(&s, 2, &mm) || hh > 14 || mm > 59)
        return false;
    *t = s;
    *east = (hh * 60 + mm) * USEC_MINUTE * (west ? -1 : 1);
    return true;
}

static usec east_of(const struct natlog_how *how)
{
    return how->utc ? 0 : 9 * USEC_HOUR;
}

static bool instant(struct civil c, usec part, usec east, usec *out)
{
    if (c.y < 1 || c.y > 9999 || !date_is_valid(c.y, c.m, c.d))
        return false;
    *out = usec_of_civil(c) + 9 * USEC_HOUR - east + part;
    return true;
}

static bool month(struct text *t, int *m)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (t->end - t->p < 4 || t->p[3] != ' ')
        return false;
    for (*m = 1; *m <= 12; ++*m)
        if (memcmp(t->p, names + 3 * (*m - 1), 3) == 0) {
            t->p += 4;
            return true;
        }
    return false;
}

/* The year that lies nearest; of 29 February the nearest that has one. */
static bool nearest(const struct natlog_how *how, struct civil c, usec part, usec east, usec *out)
{
    int y = civil_of(how->near).y;
    bool found = false;
    for (c.y = y - 1; c.y <= y + 1; c.y++) {
        usec t;
        if (!instant(c, part, east, &t))
            continue;
        usec far = t < how->near ? how->near - t : t - how->near, was = *out < how->near ? how->near - *out : *out - how->near;
        *out = !found || far < was ? t : *out;
        found = true;
    }
    return found;
}

/* "Nov 20 14:05:00", "Nov  2 2026 14:05:00.123 UTC" */
static bool of_syslog(const struct natlog_how *how, struct text t, usec *out)
{
    struct civil c = {0};
    usec part, east = east_of(how);
    if (!month(&t, &c.m))
        return false;
    sign(&t, ' ');
    if (t.end - t.p < 2 || !(is_digit(t.p[1]) ? digits(&t, 2, &c.d) : digits(&t, 1, &c.d)) || !sign(&t, ' '))
        return false;
    bool year = t.end - t.p > 5 && t.p[4] == ' ' && digits(&t, 4, &c.y) && sign(&t, ' ');
    if (!hours(&t, &c, &part))
        return false;
    if (t.end - t.p > 4 && t.p[0] == ' ' && (t.p[4] == ':' || t.p[4] == ' '))
        east = memcmp(t.p + 1, "UTC", 3) == 0 || memcmp(t.p + 1, "GMT", 3) == 0 ? 0
            : memcmp(t.p + 1, "JST", 3) == 0                                    ? 9 * USEC_HOUR
                                                                                : east;
    return year ? instant(c, part, east, out) : nearest(how, c, part, east, out);
}

static bool of_iso(const struct natlog_how *how, struct text t, usec *out)
{
    struct civil c = {0};
    usec part, east;
    if (!day_of(&t, &c) || !(sign(&t, 'T') || sign(&t, ' ')) || !hours(&t, &c, &part))
        return false;
    if (!zone(&t, &east))
        east = east_of(how);
    return instant(c, part, east, out);
}

/* "[1757235600.250000]" or without brackets */
static bool of_epoch(struct text t, usec *out)
{
    int64_t s = 0;
    sign(&t, '[');
    while (t.p < t.end && is_digit(*t.p) && s < EPOCH_MOST)
        s = s * 10 + (*t.p++ - '0');
    if (s < EPOCH_LEAST || s >= EPOCH_MOST)
        return false;
    *out = s * USEC_SECOND + fraction(&t);
    return true;
}

bool natlog_time_head(const struct natlog_how *how, str line, usec *out)
{
    struct text t = text_of(line);
    if (sign(&t, '<')) {
        while (t.p < t.end && is_digit(*t.p))
            t.p++;
        if (!sign(&t, '>'))
            return false;
    }
    if (t.end - t.p > 2 && t.p[0] == '1' && t.p[1] == ' ') /* the version of RFC 5424 */
        t.p += 2;
    while (t.p < t.end && (*t.p == ' ' || *t.p == ':' || *t.p == '*')) /* of devices by Cisco */
        t.p++;
    if (t.p == t.end)
        return false;
    if (*t.p >= 'A' && *t.p <= 'Z')
        return of_syslog(how, t, out);
    return of_iso(how, t, out) || of_epoch(t, out);
}

bool natlog_time_parts(const struct natlog_how *how, str day, str time, str where, usec *out)
{
    struct civil c = {0};
    usec part, east;
    struct text d = text_of(day), t = text_of(time), z = text_of(where);
    if (!day_of(&d, &c) || !hours(&t, &c, &part))
        return false;
    if (!zone(&z, &east))
        east = east_of(how);
    return instant(c, part, east, out);
}
