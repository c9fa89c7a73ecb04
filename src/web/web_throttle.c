/* SPDX-License-Identifier: Apache-2.0 */
/* The table: the target's hash chooses a set, and in the set the oldest entry makes room. And what
 * a miss at the door counts against. */
#include "web/web_throttle.h"

#include "core/net.h"
#include "web/web_private.h"

#include <sodium.h>

enum { KEY = 16 };

static const struct {
    int free;
    usec first, most;
} rules[] = {
    [THROTTLE_HERE] = {5, 30 * USEC_SECOND, 15 * USEC_MINUTE},
    [THROTTLE_DEVICE] = {10, 30 * USEC_SECOND, 15 * USEC_MINUTE},
    [THROTTLE_SOURCE] = {60, 30 * USEC_SECOND, 15 * USEC_MINUTE},
    [THROTTLE_NAME] = {50, USEC_MINUTE, 30 * USEC_MINUTE},
};

struct miss {
    uint8_t key[KEY];
    int n; /* 0: free */
    usec at;
};

struct throttle {
    pthread_mutex_t lock;
    uint8_t secret[crypto_generichash_KEYBYTES]; /* nobody can choose targets that fall into one set */
    struct miss set[THROTTLE_SETS][THROTTLE_WAYS];
};

err throttle_new(struct throttle **out)
{
    struct throttle *t = calloc(1, sizeof *t);
    if (!t)
        return ERR(NOMEM);
    pthread_mutex_init(&t->lock, NULL);
    randombytes_buf(t->secret, sizeof t->secret);
    *out = t;
    return OK;
}

void throttle_free(struct throttle *t)
{
    if (!t)
        return;
    pthread_mutex_destroy(&t->lock);
    free(t);
}

static struct miss *set_of(
    struct throttle *t, enum throttle_kind kind, str target, uint8_t key[KEY])
{
    crypto_generichash_state s;
    uint8_t k = (uint8_t)kind;
    crypto_generichash_init(&s, t->secret, sizeof t->secret, KEY);
    crypto_generichash_update(&s, &k, 1);
    crypto_generichash_update(&s, (const uint8_t *)(target.p ? target.p : ""), target.n);
    crypto_generichash_final(&s, key, KEY);
    return t->set[(key[0] | key[1] << 8) % THROTTLE_SETS];
}

static struct miss *find(struct miss *set, const uint8_t key[KEY])
{
    for (size_t i = 0; i < THROTTLE_WAYS; i++)
        if (set[i].n > 0 && memcmp(set[i].key, key, KEY) == 0)
            return &set[i];
    return NULL;
}

static usec pause_of(enum throttle_kind kind, int n)
{
    usec pause = rules[kind].first;
    if (n < rules[kind].free)
        return 0;
    for (int i = rules[kind].free; i < n && pause < rules[kind].most; i++)
        pause *= 2;
    return pause < rules[kind].most ? pause : rules[kind].most;
}

usec throttle_wait(struct throttle *t, enum throttle_kind kind, str target, usec now)
{
    uint8_t key[KEY];
    struct miss *set = set_of(t, kind, target, key);
    pthread_mutex_lock(&t->lock);
    const struct miss *m = find(set, key);
    usec until = m ? m->at + pause_of(kind, m->n) : 0;
    pthread_mutex_unlock(&t->lock);
    return until > now ? until - now : 0;
}

void throttle_miss(struct throttle *t, enum throttle_kind kind, str target, usec now)
{
    uint8_t key[KEY];
    struct miss *set = set_of(t, kind, target, key);
    pthread_mutex_lock(&t->lock);
    struct miss *m = find(set, key);
    if (!m) {
        m = set;
        for (size_t i = 1; i < THROTTLE_WAYS && m->n > 0; i++)
            if (set[i].n == 0 || set[i].at < m->at)
                m = &set[i];
        m->n = 0;
        memcpy(m->key, key, KEY);
    }
    m->n = now - m->at > USEC_HOUR ? 1 : m->n < 1000 ? m->n + 1 : m->n;
    m->at = now;
    pthread_mutex_unlock(&t->lock);
}

void throttle_forget(struct throttle *t, enum throttle_kind kind, str target)
{
    uint8_t key[KEY];
    struct miss *set = set_of(t, kind, target, key);
    pthread_mutex_lock(&t->lock);
    struct miss *m = find(set, key);
    if (m)
        m->n = 0;
    pthread_mutex_unlock(&t->lock);
}

/* ── at the door ── */

/* The mark of a browser: for whom it was right, since when, and chance; signed. */
struct device {
    int64_t person;
    usec at;
    uint8_t chance[8];
    uint8_t mac[16];
};
_Static_assert(sizeof(struct device) == 40, "no padding: it is written as hex");

enum { DEVICE_DAYS = 180 };

static void sign_device(const struct web *w, const struct device *d, uint8_t mac[16])
{
    static const uint8_t purpose[] = "known browser"; /* else it is as long as no session's hash */
    uint8_t whole[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, w->csrf_key, sizeof w->csrf_key);
    crypto_auth_hmacsha256_update(&s, purpose, sizeof purpose);
    crypto_auth_hmacsha256_update(&s, (const uint8_t *)d, offsetof(struct device, mac));
    crypto_auth_hmacsha256_final(&s, whole);
    memcpy(mac, whole, 16);
}

static bool device_of(const struct req *rq, struct device *d)
{
    uint8_t mac[16];
    if (err_is(hex_parse(guard_cookie(rq->x, GUARD_DEVICE), d, sizeof *d)))
        return false;
    sign_device(rq->web, d, mac);
    return sodium_memcmp(mac, d->mac, sizeof mac) == 0 && rq->now - d->at < DEVICE_DAYS * USEC_DAY;
}

struct target {
    enum throttle_kind kind;
    str text;
};

/* Against what a try counts: from a browser that was right before only against that browser. */
static size_t targets_of(const struct req *rq, str name, int64_t person, struct target out[3])
{
    struct device d;
    struct net_range addr;
    BUF_AUTO source = BUF(100);
    if (person && device_of(rq, &d) && d.person == person) {
        char hex[2 * sizeof d.chance];
        str mark = hex_of(hex, d.chance, sizeof d.chance);
        out[0] = (struct target){THROTTLE_DEVICE,
            str_fmt(rq->a, "%.*s %.*s", STR_F(mark), STR_F(name))};
        return 1;
    }
    if (!err_is(net_addr_parse(rq->x->client, &addr))) {
        struct net_range s = net_source(&addr);
        net_put(&source, &s);
    }
    str from = str_dup(rq->a, buf_view(&source));
    out[0] = (struct target){THROTTLE_HERE, str_fmt(rq->a, "%.*s %.*s", STR_F(from), STR_F(name))};
    out[1] = (struct target){THROTTLE_SOURCE, from};
    out[2] = (struct target){THROTTLE_NAME, name};
    return 3;
}

usec req_guess_wait(const struct req *rq, str name, int64_t person)
{
    struct target t[3];
    usec most = 0;
    size_t n = targets_of(rq, name, person, t);
    for (size_t i = 0; i < n; i++) {
        usec wait = throttle_wait(rq->web->throttle, t[i].kind, t[i].text, rq->now);
        most = wait > most ? wait : most;
    }
    return most;
}

void req_guess_missed(struct req *rq, str name, int64_t person)
{
    struct target t[3];
    size_t n = targets_of(rq, name, person, t);
    for (size_t i = 0; i < n; i++)
        throttle_miss(rq->web->throttle, t[i].kind, t[i].text, rq->now);
}

/* What one person gets right says nothing of the others who guess from there. */
void req_guess_right(struct req *rq, str name, int64_t person)
{
    struct target t[3];
    struct device d = {.person = person, .at = rq->now};
    targets_of(rq, name, person, t);
    throttle_forget(rq->web->throttle, t[0].kind, t[0].text);
    randombytes_buf(d.chance, sizeof d.chance);
    sign_device(rq->web, &d, d.mac);
    char hex[2 * sizeof d];
    str value = hex_of(hex, &d, sizeof d);
    rq->p->device =
        str_fmt(rq->a, "%s%.*s; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=%lld", GUARD_DEVICE,
            STR_F(value), (long long)DEVICE_DAYS * 86400);
}
