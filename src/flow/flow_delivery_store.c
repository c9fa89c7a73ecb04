/* SPDX-License-Identifier: Apache-2.0 */
/* What was handed to recipients, and their receipts. */
#include "flow/flow_chain.h"
#include "flow/flow_private.h"

#include <sodium.h>

const struct word flow_receipts[5] = {
    {RECEIPT_WAITING, S("waiting"), S("届いた（まだ開いていない）")},
    {RECEIPT_SEEN, S("seen"), S("開いた")},
    {RECEIPT_ACCEPTED, S("accepted"), S("受け付けた")},
    {RECEIPT_RETURNED, S("returned"), S("問い合わせがある")},
    {RECEIPT_BY_HAND, S("by-hand"), S("別の方法で伝えた")},
};

const struct word flow_sorts[3] = {
    {SORT_REPORT, S("report"), S("報告")},
    {SORT_CORRECTION, S("correction"), S("訂正")},
    {SORT_WITHDRAWAL, S("withdrawal"), S("取下げ")},
};

#define DELIVERY                                                                                 \
    " d.id, d.flow, d.recipient, d.subject, d.office, d.step, d.number, d.state, d.person, d.at," \
    " d.seen_at, d.answered_at, d.answered_by, c.number, c.drill, b.id, COALESCE(b.code6, ''), b.class, b.pref,"    \
    " b.name, b.kana, d.sort"
#define FROM " FROM flow_delivery d JOIN flow_case c ON c.id=d.flow JOIN body b ON b.id=c.body"

static struct flow_delivery delivery_of_row(struct arena *a, const struct rows *r)
{
    return (struct flow_delivery){.id = row_i64(r, 0), .flow = row_i64(r, 1), .recipient = row_str(a, r, 2),
        .subject = row_str(a, r, 3), .office = row_i64(r, 4), .step = (int)row_i64(r, 5), .number = row_i64(r, 6),
        .state = (enum flow_receipt)row_i64(r, 7), .person = row_i64(r, 8), .at = row_i64(r, 9),
        .seen_at = row_i64(r, 10), .answered_at = row_i64(r, 11), .answered_by = row_i64(r, 12),
        .case_number = row_i64(r, 13), .drill = row_i64(r, 14) != 0,
        .body = {{row_i64(r, 15)}, row_str(a, r, 16), (enum body_class)row_i64(r, 17), row_i64(r, 18),
            row_str(a, r, 19), row_str(a, r, 20)},
        .sort = (enum flow_sort)row_i64(r, 21)};
}

static str seal_text(struct arena *a, int64_t id)
{
    return str_fmt(a, "flow-delivery:%lld", (long long)id);
}

/* The last one to this recipient: its number, and its hash as what the next one follows. */
static err last_of(struct db *db, int64_t flow, str recipient, struct chain_link *out)
{
    ARENA_AUTO a = arena_new(1 << 16);
    if (!a)
        return ERR(NOMEM);
    *out = (struct chain_link){0};
    DB_EACH(db, r,
        SQL("SELECT number, hash FROM flow_delivery WHERE flow=$1 AND recipient=$2 ORDER BY number DESC LIMIT 1"),
        V(flow, recipient))
    {
        struct bytes hash = row_bytes(a, &r, 1);
        if (hash.n != CHAIN_HASH)
            return ERR(INVALID);
        out->number = row_i64(&r, 0);
        memcpy(out->previous, hash.p, CHAIN_HASH);
    }
    return db_status(db);
}

static err sign(struct db *db, str text, uint8_t out[SIGN_BYTES])
{
    struct sign_key k;
    TRY(sign_key_load(db, &k));
    sign_make(&k, text, out);
    sign_key_done(&k);
    return OK;
}

err flow_hand(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_case *c, str text, struct flow_delivery *d)
{
    struct chain_link link;
    struct bytes sealed;
    FLOW_KEY_AUTO key;
    if (c->drill && d->office)
        return ERR(CONFLICT);
    TRY(last_of(tx_db(tx), c->id, d->recipient, &link));
    d->id = tx_id(tx);
    d->flow = link.flow = c->id;
    d->number = ++link.number;
    d->state = d->office || c->drill ? RECEIPT_WAITING : RECEIPT_BY_HAND;
    d->at = link.at = flow_now(c, tx_now(tx));
    d->person = scope_person(s).v;
    link.recipient = d->recipient;
    crypto_hash_sha256(link.hash, (const uint8_t *)text.p, text.n);
    TRY(sign(tx_db(tx), chain_text(a, &link), link.signature));
    flow_key_new(&key);
    TRY(flow_key_share(tx, a, v, &key, d->id, c->body.id));
    if (d->office)
        TRY(flow_key_share(tx, a, v, &key, d->id, (body_id){d->office}));
    TRY(seal_in(a, key.v, seal_text(a, d->id), (struct bytes){(const uint8_t *)text.p, text.n}, &sealed));
    return db_exec(tx,
        SQL("INSERT INTO flow_delivery (id, flow, recipient, office, subject, step, number, state, person, at, hash,"
            " previous, signature, sealed, sort) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"),
        V(d->id, d->flow, d->recipient, d->office, d->subject, d->step, d->number, d->state, d->person, d->at,
            ((struct bytes){link.hash, CHAIN_HASH}),
            d->number > 1 ? val_bytes((struct bytes){link.previous, CHAIN_HASH}) : VAL_NONE,
            ((struct bytes){link.signature, SIGN_BYTES}), sealed, d->sort));
}

err flow_handed(struct db *db, struct arena *a, const struct scope *s, int64_t flow, struct flow_deliveries *out)
{
    enum { MOST = 500 };
    *out = (struct flow_deliveries){ARENA_ARRAY(a, struct flow_delivery, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT" DELIVERY FROM " WHERE d.flow=$1 AND" FLOW_OWN("c.body", 2) " ORDER BY d.id LIMIT 500"),
        V(flow, scope_body(s).v))
    out->v[out->n++] = delivery_of_row(a, &r);
    return db_status(db);
}

err flow_received(struct db *db, struct arena *a, const struct scope *s, struct flow_deliveries *out)
{
    enum { MOST = 500 };
    *out = (struct flow_deliveries){ARENA_ARRAY(a, struct flow_delivery, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT" DELIVERY FROM " WHERE d.office=$1 ORDER BY d.id DESC LIMIT 500"), V(scope_body(s).v))
    out->v[out->n++] = delivery_of_row(a, &r);
    return db_status(db);
}

err flow_delivery(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t id,
    struct flow_delivery *out, str *text)
{
    struct bytes plain;
    FLOW_KEY_AUTO key;
    DB_ONE(db, r,
        SQL("SELECT" DELIVERY ", d.sealed" FROM " WHERE d.id=$1 AND (d.office=$2 OR" FLOW_OWN("c.body", 2) ")"),
        V(id, scope_body(s).v));
    *out = delivery_of_row(a, &r);
    struct bytes sealed = row_bytes(a, &r, 22);
    TRY(flow_key_open(db, a, v, s, id, &key));
    TRY(seal_out(a, key.v, seal_text(a, id), sealed, &plain));
    *text = (str){(const char *)plain.p, plain.n};
    return OK;
}

err flow_delivery_by_key(
    struct db *db, struct arena *a, const struct flow_key *key, int64_t id, struct flow_delivery *out, str *text)
{
    struct bytes plain;
    DB_ONE(db, r, SQL("SELECT" DELIVERY ", d.sealed" FROM " WHERE d.id=$1"), V(id));
    *out = delivery_of_row(a, &r);
    TRY(seal_out(a, key->v, seal_text(a, id), row_bytes(a, &r, 22), &plain));
    *text = (str){(const char *)plain.p, plain.n};
    return OK;
}

err flow_delivery_before(struct db *db, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_delivery *d, str *text)
{
    struct flow_delivery old;
    int64_t id = 0;
    *text = STR_NONE;
    DB_EACH(db, r,
        SQL("SELECT id FROM flow_delivery WHERE flow=$1 AND recipient=$2 AND subject=$3 AND number<$4"
            " ORDER BY number DESC LIMIT 1"),
        V(d->flow, d->recipient, d->subject, d->number))
    id = row_i64(&r, 0);
    TRY(db_status(db));
    return id ? flow_delivery(db, a, v, s, id, &old, text) : OK;
}

err flow_waiting(struct db *db, const struct scope *s, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM flow_delivery WHERE office=$1 AND state=1"), V(scope_body(s).v));
    *n = row_i64(&r, 0);
    return OK;
}

/* What is signed under the answer; of SEEN nothing is. */
static err receipt_of(struct db *db, struct arena *a, int64_t id, str answer, usec now, uint8_t out[SIGN_BYTES])
{
    struct chain_link link = {.answer = answer, .answered_at = now};
    DB_ONE(db, r, SQL("SELECT hash FROM flow_delivery WHERE id=$1"), V(id));
    struct bytes hash = row_bytes(a, &r, 0);
    if (hash.n != CHAIN_HASH)
        return ERR(INVALID);
    memcpy(link.hash, hash.p, CHAIN_HASH);
    return sign(db, chain_receipt_text(a, &link), out);
}

err flow_receipt_put(struct tx *tx, struct arena *a, int64_t id, enum flow_receipt answer, usec at, int64_t by)
{
    int64_t n;
    uint8_t receipt[SIGN_BYTES];
    if (answer == RECEIPT_SEEN) {
        TRY(db_exec_count(tx, SQL("UPDATE flow_delivery SET state=2, seen_at=$2 WHERE id=$1 AND state=1"), V(id, at), &n));
        return n ? flow_call_end(tx, id) : ERR(CONFLICT);
    }
    TRY(receipt_of(tx_db(tx), a, id, WORD_OF(flow_receipts, answer)->key, at, receipt));
    TRY(db_exec_count(tx,
        SQL("UPDATE flow_delivery SET state=$2, seen_at=COALESCE(seen_at, CAST($3 AS BIGINT)), answered_at=$3, answered_by=$4,"
            " receipt=$5 WHERE id=$1 AND (state<3 OR (state=4 AND CAST($2 AS BIGINT)=3))"),
        V(id, answer, at, by, ((struct bytes){receipt, SIGN_BYTES})), &n));
    return n ? flow_call_end(tx, id) : ERR(CONFLICT);
}

err flow_answer(struct tx *tx, struct arena *a, const struct scope *s, int64_t id, enum flow_receipt answer)
{
    DB_ONE(tx_db(tx), r, SQL("SELECT 1 FROM flow_delivery WHERE id=$1 AND office=$2"), V(id, scope_body(s).v));
    return flow_receipt_put(tx, a, id, answer, tx_now(tx), scope_person(s).v);
}

/* ── the chain ── */

static bool copy(uint8_t *out, size_t n, struct bytes b)
{
    if (b.n == n)
        memcpy(out, b.p, n);
    return b.n == n;
}

static err link_of_row(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, const struct rows *r,
    struct chain_link *l)
{
    struct flow_delivery d;
    int64_t state = row_i64(r, 9);
    *l = (struct chain_link){.flow = row_i64(r, 1), .recipient = row_str(a, r, 2), .number = row_i64(r, 3), .at = row_i64(r, 4)};
    if (!copy(l->hash, CHAIN_HASH, row_bytes(a, r, 5)) || !copy(l->signature, SIGN_BYTES, row_bytes(a, r, 7)))
        return ERR(INVALID);
    copy(l->previous, CHAIN_HASH, row_bytes(a, r, 6));
    if (copy(l->receipt, SIGN_BYTES, row_bytes(a, r, 8))) {
        l->answer = WORD_OF(flow_receipts, state)->key;
        l->answered_at = row_i64(r, 10);
    }
    return flow_delivery(db, a, v, s, row_i64(r, 0), &d, &l->report);
}

err flow_chain_file(
    struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t delivery, struct buf *out)
{
    struct flow_delivery d;
    struct sign_key k;
    str text;
    struct chain c = {.v = ARENA_ARRAY(a, struct chain_link, CHAIN_MOST)};
    if (!c.v)
        return ERR(NOMEM);
    TRY(flow_delivery(db, a, v, s, delivery, &d, &text));
    DB_EACH(db, r,
        SQL("SELECT id, flow, recipient, number, at, hash, previous, signature, receipt, state, answered_at"
            " FROM flow_delivery WHERE flow=$1 AND recipient=$2 AND number<=$3 ORDER BY number LIMIT 500"),
        V(d.flow, d.recipient, d.number))
    TRY(link_of_row(db, a, v, s, &r, &c.v[c.n++]));
    TRY(db_status(db));
    TRY(sign_key_load(db, &k));
    memcpy(c.public_key, k.public_key, SIGN_PUBLIC);
    sign_key_done(&k);
    chain_put(out, &c);
    return buf_status(out);
}
