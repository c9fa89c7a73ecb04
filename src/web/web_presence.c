/* SPDX-License-Identifier: Apache-2.0 */
/* A table of sets: the key's hash chooses the set, and in the set the oldest entry makes room, so
 * that a mark costs the same however many there are. */
#include "web/web_presence.h"

#include "web/web_private.h"

#include <sodium.h>

enum { KEY = 16 };

struct mark {
    uint8_t key[KEY]; /* of what; the hash of its name */
    int64_t person;   /* 0: free */
    usec at;
};

struct presence {
    pthread_mutex_t lock;
    uint8_t secret[crypto_generichash_KEYBYTES]; /* nobody can choose keys that fall into one set */
    struct mark set[PRESENCE_SETS][PRESENCE_WAYS];
};

err presence_new(struct presence **out)
{
    struct presence *p = calloc(1, sizeof *p);
    if (!p)
        return ERR(NOMEM);
    pthread_mutex_init(&p->lock, NULL);
    randombytes_buf(p->secret, sizeof p->secret);
    *out = p;
    return OK;
}

void presence_free(struct presence *p)
{
    if (!p)
        return;
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct mark *set_of(struct presence *p, str key, uint8_t hash[KEY])
{
    crypto_generichash(
        hash, KEY, (const uint8_t *)(key.p ? key.p : ""), key.n, p->secret, sizeof p->secret);
    return p->set[hash[0] % PRESENCE_SETS];
}

void presence_mark(struct presence *p, str key, int64_t person, usec now)
{
    uint8_t hash[KEY];
    struct mark *set = set_of(p, key, hash), *at = set;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < PRESENCE_WAYS; i++) {
        bool same = set[i].person == person && memcmp(set[i].key, hash, KEY) == 0;
        if (same || set[i].at < at->at)
            at = &set[i];
        if (same)
            break;
    }
    *at = (struct mark){.person = person, .at = now};
    memcpy(at->key, hash, KEY);
    pthread_mutex_unlock(&p->lock);
}

size_t presence_others(struct presence *p, str key, int64_t person, usec now,
    struct present *out, size_t most)
{
    uint8_t hash[KEY];
    const struct mark *set = set_of(p, key, hash);
    size_t n = 0;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < PRESENCE_WAYS; i++) {
        const struct mark *m = &set[i];
        if (m->person == 0 || m->person == person || memcmp(m->key, hash, KEY) != 0 ||
            now - m->at > PRESENCE_SECONDS * USEC_SECOND)
            continue;
        size_t at = n < most ? n++ : n;
        while (at > 0 && out[at - 1].at < m->at) {
            if (at < most)
                out[at] = out[at - 1];
            at--;
        }
        if (at < most)
            out[at] = (struct present){m->person, m->at};
    }
    pthread_mutex_unlock(&p->lock);
    return n;
}

void req_presence_mark(struct req *rq, str key)
{
    presence_mark(rq->web->presence, key, rq->who.person, rq->now);
}

size_t req_presence_others(struct req *rq, str key, struct present *out, size_t most)
{
    return presence_others(rq->web->presence, key, rq->who.person, rq->now, out, most);
}
