/* SPDX-License-Identifier: Apache-2.0 */
/* What a demonstration shows: about two bodies in five are observed, since one time or another in the
 * last three years, and a few wait at the desk. Their addresses are of the benchmark network
 * (RFC 2544), which is nobody's. */
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

static err add_range(struct tx *tx, const struct scope *s, int64_t application, usec from)
{
    return db_exec(tx,
        SQL("INSERT INTO darknet_range (id, body, application, prefix, low, high, role, holder,"
            " proof, valid_from) SELECT $1, $2, application, prefix, low, high, role, holder, proof,"
            " CAST($4 AS BIGINT) FROM darknet_claim WHERE application=$3"),
        V(tx_id(tx), scope_body(s).v, application, from));
}

err darknet_sample(struct tx *tx, const struct scope *s, size_t n)
{
    static const struct darknet_contact contact = {.name = S("情報政策係"),
        .mail = S("joho@example.jp"), .hours = DARKNET_WEEKDAYS, .language = S("ja")};
    bool observed = n % 12 < 5;
    int64_t id = tx_id(tx);
    usec from = tx_now(tx) - (usec)(1 + n * 37 % 1100) * USEC_DAY, filed = from - 3 * USEC_DAY;
    struct darknet_application d = {.id = id};
    struct darknet_claim c = {.net = {.b = {198, 18, (uint8_t)(n / 16), (uint8_t)(n % 16 * 16)},
                                  .size = 4, .bits = 28},
        .role = DARKNET_OWN,
        .proof = S("回線の契約書")};
    if ((!observed && n % 60 != 5) || n >= 4096)
        return OK;
    TRY(darknet_contact_add(tx, s, &contact));
    TRY(add_application(tx, s, id, observed, filed, from));
    TRY(darknet_claim_add(tx, &d, &c));
    TRY(add_step(tx, id, "file", DARKNET_DRAFT, DARKNET_FILED, scope_person(s).v, filed));
    if (!observed)
        return OK;
    TRY(add_step(tx, id, "take", DARKNET_FILED, DARKNET_DESK, 0, filed + USEC_DAY));
    TRY(add_step(tx, id, "approve", DARKNET_DESK, DARKNET_OBSERVED, 0, from));
    return add_range(tx, s, id, from);
}
