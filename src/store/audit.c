/* SPDX-License-Identifier: Apache-2.0 */
/* Appending to and verifying the chains. */
#include "store/audit.h"

#include <sodium.h>

enum { HASH = crypto_hash_sha256_BYTES };

struct chained {
    int64_t id, body, seq, at, person;
    str action, object, detail;
};

static void hash_i64(crypto_hash_sha256_state *h, int64_t v)
{
    uint8_t b[8];
    for (int i = 0; i < 8; i++)
        b[i] = (uint8_t)((uint64_t)v >> (56 - 8 * i));
    crypto_hash_sha256_update(h, b, sizeof b);
}

static void hash_str(crypto_hash_sha256_state *h, str s)
{
    hash_i64(h, (int64_t)s.n);
    crypto_hash_sha256_update(h, (const unsigned char *)s.p, s.n);
}

static void hash_row(const uint8_t prev[HASH], const struct chained *c, uint8_t out[HASH])
{
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    crypto_hash_sha256_update(&h, prev, HASH);
    const int64_t numbers[] = {c->id, c->body, c->seq, c->at, c->person};
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        hash_i64(&h, numbers[i]);
    hash_str(&h, c->action);
    hash_str(&h, c->object);
    hash_str(&h, c->detail);
    crypto_hash_sha256_final(&h, out);
}

static err head_of(struct db *db, int64_t body, int64_t *seq, uint8_t hash[HASH])
{
    *seq = 0;
    memset(hash, 0, HASH);
    DB_EACH(db, r, SQL("SELECT seq, hash FROM audit_head WHERE body=$1"), V(body))
    {
        str stored = row_view(&r, 1);
        *seq = row_i64(&r, 0);
        if (stored.n == HASH)
            memcpy(hash, stored.p, HASH);
    }
    return db_status(db);
}

err audit_append(struct tx *tx, const struct audit_entry *e)
{
    uint8_t prev[HASH], hash[HASH];
    int64_t seq;
    TRY(head_of(tx_db(tx), e->body, &seq, prev));
    struct chained c = {tx_id(tx), e->body, seq + 1, tx_now(tx), e->person, e->action, e->object,
        e->detail};
    hash_row(prev, &c, hash);
    struct bytes h = {hash, HASH};
    TRY(db_exec(tx,
        SQL("INSERT INTO audit (id, body, seq, at, person, action, object, detail, hash)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        V(c.id, c.body, c.seq, c.at, c.person, c.action, c.object, c.detail, h)));
    return db_exec(tx,
        SQL("INSERT INTO audit_head (body, seq, hash) VALUES ($1, $2, $3)"
            " ON CONFLICT (body) DO UPDATE SET seq=excluded.seq, hash=excluded.hash"),
        V(c.body, c.seq, h));
}

static err broken(struct audit_report *report, int64_t body, int64_t seq)
{
    report->bad_body = body;
    report->bad_seq = seq;
    return ERR(CONFLICT);
}

/* The last row walked of a chain must be the head that was stored, or its tail was cut off. */
static err check_head(struct db *db, struct audit_report *report, int64_t body, int64_t seq,
    const uint8_t hash[HASH])
{
    uint8_t stored[HASH];
    int64_t stored_seq;
    TRY(head_of(db, body, &stored_seq, stored));
    if (stored_seq != seq || memcmp(stored, hash, HASH) != 0)
        return broken(report, body, seq);
    report->chains++;
    return OK;
}

static err check_count(struct db *db, struct audit_report *report)
{
    DB_EACH(db, r, SQL("SELECT COUNT(*) FROM audit_head"), V0)
    {
        if (row_i64(&r, 0) != report->chains)
            return broken(report, 0, 0); /* a head without rows: a whole chain is gone */
    }
    return db_status(db);
}

err audit_verify(struct db *db, struct audit_report *report)
{
    uint8_t hash[HASH] = {0};
    int64_t body = -1, seq = 0;
    *report = (struct audit_report){.bad_body = -1};
    DB_EACH(db, r,
        SQL("SELECT id, body, seq, at, person, action, object, detail, hash FROM audit"
            " ORDER BY body, seq"),
        V0)
    {
        if (row_i64(&r, 1) != body) {
            if (body >= 0)
                TRY(check_head(db, report, body, seq, hash));
            body = row_i64(&r, 1);
            seq = 0;
            memset(hash, 0, HASH);
        }
        struct chained c = {row_i64(&r, 0), body, row_i64(&r, 2), row_i64(&r, 3), row_i64(&r, 4),
            row_view(&r, 5), row_view(&r, 6), row_view(&r, 7)};
        hash_row(hash, &c, hash);
        str stored = row_view(&r, 8);
        report->rows++;
        if (c.seq != ++seq || stored.n != HASH || memcmp(stored.p, hash, HASH) != 0)
            return broken(report, body, c.seq);
    }
    TRY(db_status(db));
    if (body >= 0)
        TRY(check_head(db, report, body, seq, hash));
    return check_count(db, report);
}
