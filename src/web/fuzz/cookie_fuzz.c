/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the Cookie header, or with an odd first byte Authorization. Somebody is looked
 * up only for a whole secret: 43 signs of base64url and nothing else. */
#include "web/web_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIGNS = 43 };

static str header;
static int asked;

static bool is_sign(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
        c == '_';
}

static err load(
    struct db *db, struct arena *a, const struct web_asking *q, struct principal *out)
{
    size_t longest = 0, run = 0;
    (void)db, (void)a, (void)out;
    asked++;
    for (size_t i = 0; i < header.n; i++) {
        run = is_sign(header.p[i]) ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    BUG_IF(q->hash.n != WEB_SECRET_HASH || longest < SIGNS);
    BUG_IF(q->bearer ? !str_starts(header, S("Bearer ")) : !str_has(header, S("__Host-yagura=")));
    return ERR(NOTFOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct web web = {.config = {.auth = {.load = load}}};
    if (size == 0)
        return 0;
    ARENA_AUTO a = arena_new(1 << 20);
    header = (str){(const char *)data + 1, size - 1};
    struct http_exchange x = {.arena = a, .n_headers = 1};
    x.headers[0] = (struct http_header){data[0] & 1 ? S("authorization") : S("cookie"), header};
    struct web unlocked = web;
    struct req_private p = {.rq = {.web = &unlocked, .x = &x, .a = a}};
    p.rq.p = &p;
    asked = 0;
    err e = guard_principal(&p, NULL);
    BUG_IF(e.code != ERR_OK && e.code != ERR_DENIED);
    BUG_IF(asked > 1 || p.rq.who.person != 0 || p.has_session);
    return 0;
}
