/* SPDX-License-Identifier: Apache-2.0 */
/* Browsers' sessions of the demo's people: signing in, and reading the form to fill in. */
#include "bench.h"

static void keep(char *dst, size_t size, str s)
{
    if (s.n == 0 || s.n >= size)
        bench_fail("something expected is missing from a reply");
    memcpy(dst, s.p, s.n);
    dst[s.n] = 0;
}

struct session *session_list(char **logins, size_t n, size_t shares)
{
    struct session *all = calloc(n * shares + 1, sizeof *all);
    if (!all)
        bench_fail("no memory");
    for (size_t i = 0; i < n * shares; i++) {
        keep(all[i].login, sizeof all[i].login, str_of(logins[i / shares]));
        all[i].share = i % shares;
        all[i].shares = shares;
    }
    return all;
}

void session_sign_in(struct client *c, struct session *s)
{
    char request[1024], body[128];
    int n = snprintf(body, sizeof body, "login=%s&password=yagura-demo", s->login);
    int k = snprintf(request, sizeof request,
        "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
        n, body);
    client_send(c, (str){request, (size_t)k});
    if (c->status != 303)
        bench_fail("cannot sign in");
    keep(s->cookie, sizeof s->cookie, client_between(c, "__Host-yagura=", ";"));
}

void session_look(struct client *c, struct session *s, const char *survey, size_t most)
{
    char request[512];
    size_t seen = 0;
    int k = snprintf(request, sizeof request,
        "GET /surveys/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: __Host-yagura=%s\r\n\r\n", survey,
        s->cookie);
    client_send(c, (str){request, (size_t)k});
    keep(s->csrf, sizeof s->csrf, client_between(c, "name=\"csrf\" value=\"", "\""));
    str rest = buf_view(&c->in);
    static const char mark[] = "id=\"item-";
    for (const char *p; (p = memmem(rest.p, rest.n, mark, sizeof mark - 1)) != NULL;) {
        rest = str_sub(rest, (size_t)(p - rest.p) + sizeof mark - 1, rest.n);
        str item = rest, code;
        const char *end = memmem(rest.p, rest.n, "</li>", 5);
        item.n = end ? (size_t)(end - rest.p) : rest.n;
        bool answered = str_has(item, S("badge-declared")) || str_has(item, S("badge-confirmed"));
        bool open = !answered &&
            (str_has(item, S("badge-carried")) || str_has(item, S("badge-missing")));
        if (str_cut(&item, '"', &code) && open && !str_has(code, S("-S")) && s->n < most &&
            seen++ % s->shares == s->share)
            keep(s->code[s->n++], sizeof s->code[0], code);
    }
}
