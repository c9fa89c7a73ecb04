/* SPDX-License-Identifier: Apache-2.0 */
/* Deliveries that are opened with a word instead of an account. */
#include "flow/flow_private.h"

#include <sodium.h>

/* Without what is mistaken for another when it is read aloud: no 0 O 1 I L U. 20 of 30 letters are 98 bits. */
static const char letters[] = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { LETTERS = 20, GROUP = 5 };

static void word_new(char out[FLOW_WORD])
{
    size_t n = 0;
    for (size_t i = 0; i < LETTERS; i++) {
        if (i && i % GROUP == 0)
            out[n++] = '-';
        out[n++] = letters[randombytes_uniform(sizeof letters - 1)];
    }
    out[n] = 0;
}

/* As it was typed: small letters, other hyphens and blanks between are the same word. */
static err word_key(struct arena *a, str word, uint8_t key[SEAL_KEY])
{
    char plain[LETTERS];
    size_t n = 0;
    char *half = arena_alloc(a, word.n + 1);
    if (!half)
        return ERR(NOMEM);
    str w = str_to_halfwidth(half, word);
    for (size_t i = 0; i < w.n; i++) {
        char c = w.p[i] >= 'a' && w.p[i] <= 'z' ? (char)(w.p[i] - 32) : w.p[i];
        if (!strchr(letters, c) || c == 0)
            continue;
        if (n == LETTERS)
            return ERR(DENIED);
        plain[n++] = c;
    }
    if (n != LETTERS)
        return ERR(DENIED);
    crypto_generichash(key, SEAL_KEY, (const uint8_t *)plain, n, (const uint8_t *)"yagura-envelope-1", 17);
    sodium_memzero(plain, sizeof plain);
    return OK;
}

static str seal_text(struct arena *a, int64_t delivery)
{
    return str_fmt(a, "flow-envelope:%lld", (long long)delivery);
}

err flow_envelope_make(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s,
    const struct flow_delivery *d, struct bytes link, char word[FLOW_WORD])
{
    struct bytes sealed;
    FLOW_KEY_AUTO key;
    FLOW_KEY_AUTO by_word;
    int64_t n;
    if (d->office)
        return ERR(CONFLICT);
    TRY(flow_key_open(tx_db(tx), a, v, s, d->id, &key));
    word_new(word);
    TRY(word_key(a, str_of(word), by_word.v));
    TRY(seal_in(a, by_word.v, seal_text(a, d->id), (struct bytes){key.v, sizeof key.v}, &sealed));
    TRY(db_exec(tx, SQL("DELETE FROM flow_envelope WHERE delivery=$1"), V(d->id)));
    TRY(db_exec(tx,
        SQL("INSERT INTO flow_envelope (link, delivery, wrapped, person, at, ends_at) VALUES ($1, $2, $3, $4, $5, $6)"),
        V(link, d->id, sealed, scope_person(s).v, tx_now(tx), tx_now(tx) + FLOW_ENVELOPE_LASTS)));
    return db_exec_count(tx, SQL("UPDATE flow_delivery SET state=1 WHERE id=$1 AND state=5"), V(d->id), &n);
}

err flow_envelope_open(struct db *db, struct arena *a, struct bytes link, str word, usec now, struct flow_delivery *d,
    struct flow_key *key, str *text)
{
    FLOW_KEY_AUTO by_word;
    struct bytes plain;
    DB_ONE(db, r, SQL("SELECT delivery, wrapped FROM flow_envelope WHERE link=$1 AND ends_at>$2"), V(link, now));
    int64_t id = row_i64(&r, 0);
    struct bytes wrapped = row_bytes(a, &r, 1);
    TRY(word_key(a, word, by_word.v));
    if (err_is(seal_out(a, by_word.v, seal_text(a, id), wrapped, &plain)) || plain.n != sizeof key->v)
        return ERR(DENIED);
    memcpy(key->v, plain.p, plain.n);
    return flow_delivery_by_key(db, a, key, id, d, text);
}

bool flow_envelope_is(struct db *db, struct bytes link, usec now)
{
    int64_t n = 0;
    DB_EACH(db, r, SQL("SELECT COUNT(*) FROM flow_envelope WHERE link=$1 AND ends_at>$2"), V(link, now))
    n = row_i64(&r, 0);
    return n > 0 && !err_is(db_status(db));
}

err flow_envelope_of(struct db *db, int64_t delivery, struct flow_envelope *out)
{
    *out = (struct flow_envelope){0};
    DB_EACH(db, r, SQL("SELECT at, ends_at, opened_at FROM flow_envelope WHERE delivery=$1"), V(delivery))
    *out = (struct flow_envelope){row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2)};
    return db_status(db);
}

/* Opened once is opened: a second time changes nothing. */
err flow_envelope_answer(struct tx *tx, struct arena *a, const struct flow_key *key, const struct flow_delivery *d,
    enum flow_receipt answer, str question)
{
    TRY(db_exec(tx, SQL("UPDATE flow_envelope SET opened_at=COALESCE(opened_at, CAST($2 AS BIGINT)) WHERE delivery=$1"),
        V(d->id, tx_now(tx))));
    err e = flow_receipt_put(tx, a, d->id, answer, tx_now(tx), 0);
    if (answer == RECEIPT_SEEN && e.code == ERR_CONFLICT)
        return OK;
    TRY(e);
    return question.n ? flow_message_by_key(tx, a, key, d->id, true, 0, tx_now(tx), question) : OK;
}
