/* SPDX-License-Identifier: Apache-2.0 */
/* What a demonstration shows of registration: about two bodies in five are observed, since one time or another in
 * the last three years, and a few wait at the desk; the prefecture shown has an exit that its bodies share. Their
 * addresses are of the benchmark network (RFC 2544), which is nobody's. */
#include "darknet/darknet_private.h"

static err add_application(struct tx *tx, const struct scope *s, int64_t id, bool observed,
    usec filed, usec from)
{
    return db_exec(tx,
        SQL("INSERT INTO darknet_application (id, body, number, state, version, person, at,"
            " changed_at, filed_at, observed_from) VALUES ($1, $2, 1, $3, 1, $4, $5, $6, $5, $7)"),
        V(id, scope_body(s).v, observed ? DARKNET_OBSERVED : DARKNET_FILED, scope_person(s).v,
            filed, observed ? from : filed, observed ? val_int(from) : VAL_NONE));
}

static err add_step(struct tx *tx, int64_t application, const char *act, enum darknet_state from,
    enum darknet_state to, int64_t person, usec at)
{
    return db_exec(tx,
        SQL("INSERT INTO darknet_step (id, application, act, from_state, to_state, person, reason,"
            " at) VALUES ($1, $2, $3, $4, $5, $6, '', $7)"),
        V(tx_id(tx), application, str_of(act), from, to, person, at));
}

struct net_range darknet_sample_range(size_t n)
{
    return (struct net_range){.b = {198, 18, (uint8_t)(n / 16), (uint8_t)(n % 16 * 16)}, .size = 4, .bits = 28};
}

bool darknet_sample_is_observed(size_t n)
{
    return n % 12 < 5;
}

static err claim(struct tx *tx, const struct darknet_application *d, const struct darknet_sample *p)
{
    struct darknet_claim own = {.net = darknet_sample_range(p->n), .role = DARKNET_OWN, .proof = S("回線の契約書")};
    struct darknet_claim exit = {.net = darknet_sample_range(DARKNET_SAMPLE_EXIT),
        .role = DARKNET_EGRESS,
        .holder = S("自治体情報セキュリティクラウド"),
        .proof = S("セキュリティクラウドの構成図"),
        .with = p->shares,
        .n_with = p->n_shares};
    TRY(darknet_claim_add(tx, d, &own));
    return p->n_shares ? darknet_claim_add(tx, d, &exit) : OK;
}

static err begin(struct tx *tx, struct arena *a, const struct scope *s, const struct darknet_application *d, usec from)
{
    struct darknet_claims all;
    TRY(add_step(tx, d->id, "take", DARKNET_FILED, DARKNET_DESK, 0, from - 2 * USEC_DAY));
    TRY(add_step(tx, d->id, "approve", DARKNET_DESK, DARKNET_OBSERVED, 0, from));
    TRY(darknet_claims(tx_db(tx), a, s, d, &all));
    for (size_t i = 0; i < all.n; i++)
        TRY(darknet_range_open(tx, d, &all.v[i], from));
    return OK;
}

err darknet_sample(struct tx *tx, const struct scope *s, const struct darknet_sample *p)
{
    static const struct darknet_contact contact = {.name = S("情報政策係"),
        .mail = S("joho@example.jp"), .hours = DARKNET_WEEKDAYS, .language = S("ja")};
    bool observed = p->shown || darknet_sample_is_observed(p->n), waits = !observed && p->n % 60 == 5;
    usec from = tx_now(tx) - (usec)(1 + p->n * 37 % 1100) * USEC_DAY;
    usec filed = observed ? from - 3 * USEC_DAY : tx_now(tx) + (usec)(p->n / 60 % 10) * USEC_DAY;
    ARENA_AUTO a = arena_new(1 << 20);
    struct darknet_application d = {.id = tx_id(tx), .body = {.id = scope_body(s)}};
    if (!a)
        return ERR(NOMEM);
    if ((!observed && !waits) || p->n >= DARKNET_SAMPLE_EXIT)
        return OK;
    TRY(darknet_contact_add(tx, s, &contact));
    TRY(add_application(tx, s, d.id, observed, filed, from));
    TRY(claim(tx, &d, p));
    TRY(add_step(tx, d.id, "file", DARKNET_DRAFT, DARKNET_FILED, scope_person(s).v, filed));
    return observed ? begin(tx, a, s, &d, from) : OK;
}
