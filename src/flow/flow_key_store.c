/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: an organisation has a pair, sealed with the server's key; a thing has a key, wrapped for each
 * organisation that may read it (libsodium's sealed box: X25519 and XSalsa20-Poly1305). */
#include "flow/flow_private.h"

#include <sodium.h>

enum { PUBLIC = crypto_box_PUBLICKEYBYTES, SECRET = crypto_box_SECRETKEYBYTES };

/* What is wrapped: the key, and what it is the key of. */
struct wrapped {
    uint8_t key[SEAL_KEY];
    int64_t thing;
};
enum { WRAPPED = sizeof(struct wrapped) + crypto_box_SEALBYTES };

void flow_key_done(struct flow_key *k)
{
    sodium_memzero(k, sizeof *k);
}

static str holder_text(struct arena *a, int64_t body)
{
    return str_fmt(a, "flow-holder:%lld", (long long)body);
}

/* The first of them names the server's key: from then on no other is taken for it. */
static err name_vault(struct tx *tx, struct arena *a, const struct vault *v)
{
    str known;
    err e = setting_get(tx_db(tx), a, S(STORE_VAULT), &known);
    return e.code == ERR_NOTFOUND ? setting_put(tx, S(STORE_VAULT), vault_name(v, a)) : e;
}

static err holder_add(struct tx *tx, struct arena *a, const struct vault *v, body_id body, uint8_t public[PUBLIC])
{
    uint8_t secret[SECRET];
    struct bytes sealed;
    TRY(name_vault(tx, a, v));
    crypto_box_keypair(public, secret);
    err e = vault_seal(v, a, holder_text(a, body.v), (struct bytes){secret, sizeof secret}, &sealed);
    sodium_memzero(secret, sizeof secret);
    TRY(e);
    return db_exec(tx,
        SQL("INSERT INTO flow_holder (body, public_key, secret_key, at) VALUES ($1, $2, $3, $4)"),
        V(body.v, ((struct bytes){public, PUBLIC}), sealed, tx_now(tx)));
}

static err holder_of(struct tx *tx, struct arena *a, const struct vault *v, body_id body, uint8_t public[PUBLIC])
{
    DB_EACH(tx_db(tx), r, SQL("SELECT public_key FROM flow_holder WHERE body=$1"), V(body.v))
    {
        struct bytes b = row_bytes(a, &r, 0);
        if (b.n != PUBLIC)
            return ERR(INVALID);
        memcpy(public, b.p, PUBLIC);
        return OK;
    }
    TRY(db_status(tx_db(tx)));
    return holder_add(tx, a, v, body, public);
}

err flow_key_share(struct tx *tx, struct arena *a, const struct vault *v, const struct flow_key *k, int64_t thing,
    body_id body)
{
    uint8_t public[PUBLIC], out[WRAPPED];
    struct wrapped w = {.thing = thing};
    if (!v)
        return ERR(DENIED);
    TRY(holder_of(tx, a, v, body, public));
    memcpy(w.key, k->v, SEAL_KEY);
    int bad = crypto_box_seal(out, (const uint8_t *)&w, sizeof w, public);
    sodium_memzero(&w, sizeof w);
    if (bad)
        return ERR(INVALID);
    return db_exec(tx,
        SQL("INSERT INTO flow_key (thing, body, wrapped, at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (thing, body) DO NOTHING"),
        V(thing, body.v, ((struct bytes){out, WRAPPED}), tx_now(tx)));
}

void flow_key_new(struct flow_key *out)
{
    randombytes_buf(out->v, sizeof out->v);
}

static err unwrap(struct arena *a, const struct vault *v, int64_t thing, const struct rows *r, struct flow_key *out)
{
    struct wrapped w;
    uint8_t secret[SECRET];
    struct bytes wrapped = row_bytes(a, r, 0), public = row_bytes(a, r, 1), sealed = row_bytes(a, r, 2);
    if (wrapped.n != WRAPPED || public.n != PUBLIC || sealed.n != SECRET + SEAL_ADDS)
        return ERR(INVALID);
    TRY(vault_unseal(v, holder_text(a, row_i64(r, 3)), sealed, secret));
    bool good = crypto_box_seal_open((uint8_t *)&w, wrapped.p, wrapped.n, public.p, secret) == 0 && w.thing == thing;
    sodium_memzero(secret, sizeof secret);
    if (good)
        memcpy(out->v, w.key, SEAL_KEY);
    sodium_memzero(&w, sizeof w);
    return good ? OK : ERR(INVALID);
}

err flow_key_open_of(
    struct db *db, struct arena *a, const struct vault *v, body_id body, int64_t thing, struct flow_key *out)
{
    if (!v)
        return ERR(DENIED);
    DB_EACH(db, r,
        SQL("SELECT k.wrapped, h.public_key, h.secret_key, h.body FROM flow_key k JOIN flow_holder h ON h.body=k.body"
            " WHERE k.thing=$1 AND" FLOW_OWN("k.body", 2) " LIMIT 1"),
        V(thing, body.v))
    return unwrap(a, v, thing, &r, out);
    TRY(db_status(db));
    TRY(flow_is_erased(db, body, thing));
    return ERR(NOTFOUND);
}

err flow_key_open(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t thing,
    struct flow_key *out)
{
    return flow_key_open_of(db, a, v, scope_body(s), thing, out);
}
