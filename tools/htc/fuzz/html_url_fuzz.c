/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: whatever goes into the escapers, nothing that a browser would act on comes
 * out: no quotes, no markup, no scheme but http and https, no other host by way of a path. */
#include "core/html.h"
#include "core/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool starts_nocase(str s, str prefix)
{
    return s.n >= prefix.n && strncasecmp(s.p, prefix.p, prefix.n) == 0;
}

static void check_url(str url)
{
    bool path = str_starts(url, S("/")) && !str_starts(url, S("//"));
    bool here = str_starts(url, S("#")) || str_starts(url, S("?"));
    bool web = starts_nocase(url, S("http://")) || starts_nocase(url, S("https://"));
    BUG_IF(!path && !here && !web);
    for (size_t i = 0; i < url.n; i++) {
        unsigned char byte = (unsigned char)url.p[i];
        BUG_IF(byte <= 0x20 || byte >= 0x7f || strchr("\"'<>\\`", byte));
    }
}

static void check_has_none(str s, const char *set)
{
    for (size_t i = 0; i < s.n; i++)
        BUG_IF(s.p[i] != '\0' && strchr(set, s.p[i]));
}

/* Only the two quotes around the text are quotes without a backslash. */
static void check_json(str s)
{
    BUG_IF(s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"');
    for (size_t i = 1; i < s.n - 1; i++) {
        BUG_IF(s.p[i] == '"' || (unsigned char)s.p[i] < 0x20);
        i += s.p[i] == '\\';
    }
    check_has_none(s, "<>&");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str s = {(const char *)data, size};
    struct html_ctx c = {0};
    struct buf b = BUF((size_t)16 << 20);
    html_url(&b, &c, s);
    check_url(buf_view(&b));
    b.n = 0;
    html_attr(&b, s);
    check_has_none(buf_view(&b), "\"'<>");
    b.n = 0;
    html_text(&b, s);
    check_has_none(buf_view(&b), "<>");
    b.n = 0;
    html_urlpart(&b, s);
    check_has_none(buf_view(&b), "\"'<>&/?#:\\ ");
    b.n = 0;
    struct json j = json_on(&b);
    json_str(&j, s);
    check_json(buf_view(&b));
    buf_free(&b);
    return 0;
}
