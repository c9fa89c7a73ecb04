/* SPDX-License-Identifier: Apache-2.0 */
/* URL attributes: which literals may begin one, and where a value may follow. */
#include "rules.h"

static err fail(struct markup *m, size_t at, const char *what)
{
    return unit_fail(m->u, at, "%s", what);
}

static bool starts(const struct markup *m, size_t at, str prefix)
{
    str s = str_sub(m->u->source, at, m->end - at);
    return rules_same(str_sub(s, 0, prefix.n), prefix);
}

/* Only a link that a person follows may lead to another host. */
static bool is_link(const struct markup *m)
{
    return rules_same(m->tag.name, S("a")) &&
        rules_same(m->tag.attrs[m->tag.n - 1].name, S("href"));
}

static err check_byte(struct markup *m, size_t at)
{
    unsigned char byte = (unsigned char)m->u->source.p[at];
    if (byte <= 0x20 || byte == 0x7f || byte == '\\')
        return fail(m, at, "blank or backslash in a URL; write %20 or /");
    if (byte == '&' && !starts(m, at, S("&amp;")))
        return fail(m, at,
            "write & in a URL as &amp;; no other character reference may stand here");
    return OK;
}

static err in_segment(struct markup *m, size_t at)
{
    char ch = m->u->source.p[at];
    if (ch == ':')
        return fail(m, at,
            "a URL literal may not name a scheme like javascript: or data:; begin with /");
    m->now.url = ch == '/' || ch == '?' || ch == '#' ? URL_REST : URL_SEGMENT;
    return OK;
}

static err in_start(struct markup *m, size_t at, bool *base)
{
    char ch = m->u->source.p[at];
    size_t scheme = starts(m, at, S("http://")) ? 7 : starts(m, at, S("https://")) ? 8 : 0;
    if (scheme != 0) {
        if (!is_link(m))
            return fail(m, at, "no page loads from another host; only <a href> may name one");
        m->now.url = URL_HOST;
        m->host_at = at + scheme;
        return OK;
    }
    if (is_link(m) && (starts(m, at, S("mailto:")) || starts(m, at, S("tel:")))) {
        m->now.url = URL_REST;
        return OK;
    }
    if (ch != '/')
        return in_segment(m, at);
    *base = true;
    m->now.url = URL_SLASH;
    return OK;
}

static err in_slash(struct markup *m, size_t at)
{
    if (m->u->source.p[at] == '/')
        return fail(m, at, "a URL that begins with // leads to another host; write one /");
    m->now.url = URL_REST;
    return OK;
}

static err in_host(struct markup *m, size_t at)
{
    if (at < m->host_at || !strchr("/?#", m->u->source.p[at]))
        return OK;
    if (at == m->host_at)
        return fail(m, at, "the host is missing in this URL");
    m->now.url = URL_REST;
    return OK;
}

static err behind_whole(struct markup *m, size_t at)
{
    if (m->u->source.p[at] != '#')
        return fail(m, at, "only a literal #fragment may follow a value of type url");
    m->now.url = URL_FRAGMENT;
    return OK;
}

err url_byte(struct markup *m, size_t at, bool *base)
{
    TRY(check_byte(m, at));
    switch (m->now.url) {
    case URL_START:
        return in_start(m, at, base);
    case URL_SLASH:
        return in_slash(m, at);
    case URL_HOST:
        return in_host(m, at);
    case URL_SEGMENT:
        return in_segment(m, at);
    case URL_WHOLE:
        return behind_whole(m, at);
    case URL_NOT:
    case URL_REST:
    case URL_FRAGMENT:
    case URL_N:
        break;
    }
    return OK;
}

/* "/" + "" + "/" + "host" would be //host, so only a value that is never empty may follow "/". */
static err value_behind_slash(struct markup *m, size_t at, enum type type)
{
    if (type != TYPE_INT)
        return fail(m, at, "only an int may follow the first / of a URL;"
            " write a literal segment before it, or use a field of type url");
    m->now.url = URL_REST;
    return OK;
}

err url_value(struct markup *m, size_t at, enum type type, enum where *where)
{
    *where = WHERE_URLPART;
    switch (m->now.url) {
    case URL_START:
        if (type != TYPE_URL)
            return fail(m, at, "a value at the start of a URL must be of type url");
        *where = WHERE_URL;
        m->now.url = URL_WHOLE;
        return OK;
    case URL_SLASH:
        return value_behind_slash(m, at, type);
    case URL_HOST:
        return fail(m, at, "the host of a URL must be literal; or use a field of type url");
    case URL_WHOLE:
    case URL_FRAGMENT:
        return fail(m, at, "a value of type url must be alone in its attribute");
    case URL_NOT:
    case URL_SEGMENT:
    case URL_REST:
    case URL_N:
        break;
    }
    return OK;
}
