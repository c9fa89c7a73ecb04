/* SPDX-License-Identifier: Apache-2.0 */
/* Who is asking, and may they: sessions, tokens, permissions, origin and CSRF. */
#include "web/web_private.h"

#include <sodium.h>

static const char cookie_name[] = "__Host-yagura=";

str web_secret_text(struct arena *a, const uint8_t secret[WEB_SECRET])
{
    enum { N = sodium_base64_ENCODED_LEN(WEB_SECRET, sodium_base64_VARIANT_URLSAFE_NO_PADDING) };
    char *p = arena_alloc(a, N);
    if (!p)
        return STR_NONE;
    sodium_bin2base64(p, N, secret, WEB_SECRET, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(p);
}

/* libsodium takes some bytes above ASCII for signs: one secret must not have two spellings. */
static bool is_ascii(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

err web_secret_hash(str s, uint8_t hash[WEB_SECRET_HASH])
{
    uint8_t secret[WEB_SECRET];
    size_t n;
    if (!is_ascii(s) ||
        sodium_base642bin(secret, sizeof secret, s.p ? s.p : "", s.n, NULL, &n, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        n != sizeof secret)
        return ERR(INVALID);
    crypto_hash_sha256(hash, secret, sizeof secret);
    sodium_memzero(secret, sizeof secret);
    return OK;
}

str guard_cookie(const struct http_exchange *x, const char *name)
{
    str all = http_header(x, "cookie");
    for (str part; str_cut(&all, ';', &part);) {
        part = str_trim(part);
        if (str_starts(part, str_of(name)))
            return str_sub(part, strlen(name), part.n);
    }
    return STR_NONE;
}

/* Nobody (person 0) is no error here: the route decides whether that is enough. */
err guard_principal(struct req_private *p, struct db *db)
{
    struct web *w = p->rq.web;
    str bearer = http_header(p->rq.x, "authorization");
    bool by_token = str_starts(bearer, S("Bearer "));
    str secret = by_token ? str_trim(str_sub(bearer, 7, bearer.n)) : guard_cookie(p->rq.x, cookie_name);
    if (secret.n == 0 || err_is(web_secret_hash(secret, p->session_hash)))
        return by_token ? ERR(DENIED) : OK;
    struct web_asking q = {.now = p->rq.now,
        .hash = {p->session_hash, sizeof p->session_hash},
        .bearer = by_token,
        .client = p->rq.x->client};
    err e = w->config.auth.load(db, p->rq.a, &q, &p->rq.who);
    if (e.code == ERR_NOTFOUND)
        return by_token ? ERR(DENIED) : OK;
    TRY(e);
    p->rq.who.bearer = by_token;
    p->has_session = true;
    return OK;
}

static const struct {
    unsigned flag;     /* of the rows that are open at this step */
    const char *where; /* to be led to */
} steps[] = {
    [STEP_DONE] = {0, ""},
    [STEP_FACTOR] = {ROUTE_FACTOR, "/sign-in/code"},
    [STEP_ENROL] = {ROUTE_ENROL, "/account/code"},
};

static bool step_allows(const struct principal *who, const struct route *route)
{
    return who->step == STEP_DONE || (route->flags & steps[who->step].flag);
}

str guard_way_on(const struct req_private *p)
{
    return str_of(steps[p->rq.who.step].where);
}

bool guard_is_fresh(const struct req_private *p)
{
    const struct route *r = p->rq.route;
    return !(r->flags & ROUTE_FRESH) || p->rq.who.bearer ||
        p->rq.now - p->rq.who.fresh_at < WEB_FRESH_MINUTES * USEC_MINUTE;
}

err guard_permission(struct req_private *p, const struct route *route)
{
    if (route->flags & ROUTE_PUBLIC)
        return OK;
    if (p->rq.who.person == 0 || !step_allows(&p->rq.who, route) ||
        (p->rq.who.bearer && (route->flags & ROUTE_PERSON)))
        return ERR(DENIED);
    if (p->rq.who.outside && !(route->flags & ROUTE_FACTOR && route->flags & ROUTE_ENROL)) {
        req_say(&p->rq, str_fmt(p->rq.a, "今の場所（アドレス %.*s）からは、使わないことにしています。"
                                         "庁内の端末から、もう一度お試しください。", STR_F(p->rq.x->client)));
        return ERR(DENIED);
    }
    return !route->perm || (route->perm->roles & p->rq.who.roles) ? OK : ERR(DENIED);
}

/* "http://host:port" against the Host the request came to. */
static bool origin_is_ours(str origin, str host)
{
    return (str_starts(origin, S("http://")) && str_eq(str_sub(origin, 7, origin.n), host)) ||
        (str_starts(origin, S("https://")) && str_eq(str_sub(origin, 8, origin.n), host));
}

/* A browser says where a POST comes from: Sec-Fetch-Site, or Origin in older ones. One that says
 * neither is refused; programs use a token. */
err guard_origin(struct req_private *p)
{
    if (p->rq.who.bearer)
        return OK;
    str site = http_header(p->rq.x, "sec-fetch-site");
    str origin = http_header(p->rq.x, "origin");
    bool ours = site.n ? str_eq(site, S("same-origin"))
                       : origin_is_ours(origin, http_header(p->rq.x, "host"));
    if (ours)
        return OK;
    req_say(&p->rq, S("この画面の外から送られた内容は受け付けません。画面を開き直して、"
                      "もう一度送ってください。"));
    return ERR(DENIED);
}

/* A token: HMAC-SHA256(key of the installation, session), worthless in any other session; then
 * whose session it was, and a MAC over both, which still tells it when the session is gone. */
struct csrf {
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    uint8_t person[8];
    uint8_t tag[16];
};
_Static_assert(sizeof(struct csrf) == 56, "no padding: it is written as hex");

static void csrf_tag(const struct web *w, const struct csrf *t, uint8_t tag[16])
{
    static const uint8_t purpose[] = "who typed it"; /* else it is as long as no session's hash */
    uint8_t whole[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, w->csrf_key, sizeof w->csrf_key);
    crypto_auth_hmacsha256_update(&s, purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&s, t->mac, sizeof t->mac);
    crypto_auth_hmacsha256_update(&s, t->person, sizeof t->person);
    crypto_auth_hmacsha256_final(&s, whole);
    memcpy(tag, whole, 16);
}

str guard_csrf_token(struct req_private *p)
{
    struct csrf t;
    int64_t person = p->rq.who.person;
    if (!p->has_session || p->rq.who.bearer)
        return STR_NONE;
    crypto_auth_hmacsha256(t.mac, p->session_hash, sizeof p->session_hash, p->rq.web->csrf_key);
    memcpy(t.person, &person, sizeof t.person);
    csrf_tag(p->rq.web, &t, t.tag);
    char *hex = arena_alloc(p->rq.a, 2 * sizeof t);
    return hex ? hex_of(hex, &t, sizeof t) : STR_NONE;
}

static str csrf_sent(const struct req_private *p)
{
    str got = STR_NONE;
    for (size_t i = 0; i < p->typed.n; i++)
        if (str_eq(p->typed.v[i].name, S("csrf")))
            got = p->typed.v[i].value;
    return got;
}

int64_t guard_csrf_person(const struct req_private *p)
{
    struct csrf t;
    uint8_t tag[16];
    int64_t person;
    if (err_is(hex_parse(csrf_sent(p), &t, sizeof t)))
        return 0;
    csrf_tag(p->rq.web, &t, tag);
    memcpy(&person, t.person, sizeof person);
    return sodium_memcmp(tag, t.tag, sizeof tag) == 0 ? person : 0;
}

err guard_csrf(struct req_private *p)
{
    if (!p->has_session || p->rq.who.bearer)
        return OK; /* a sign-in has no session yet: its origin was checked */
    str want = guard_csrf_token(p), got = csrf_sent(p);
    if (want.n > 0 && got.n == want.n && sodium_memcmp(got.p, want.p, want.n) == 0)
        return OK;
    req_say(&p->rq, S("この画面は古くなっています。前の画面を開き直して、もう一度送ってください。"));
    return ERR(DENIED);
}

struct bytes req_session_hash(const struct req *rq)
{
    return (struct bytes){rq->p->session_hash, rq->p->has_session ? WEB_SECRET_HASH : 0};
}

void req_session_start(struct req *rq, const uint8_t secret[WEB_SECRET], usec life)
{
    str value = web_secret_text(rq->a, secret);
    rq->p->cookie =
        str_fmt(rq->a, "%s%.*s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%lld", cookie_name,
            STR_F(value), (long long)(life / USEC_SECOND));
    rq->p->has_session = !err_is(web_secret_hash(value, rq->p->session_hash)); /* for req_resume() */
}

void req_session_end(struct req *rq)
{
    rq->p->cookie =
        str_fmt(rq->a, "%s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", cookie_name);
}
