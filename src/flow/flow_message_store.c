/* SPDX-License-Identifier: Apache-2.0 */
/* What both sides say about something that was handed over. */
#include "flow/flow_private.h"

static str seal_text(struct arena *a, int64_t delivery, int64_t id)
{
    return str_fmt(a, "flow-message:%lld:%lld", (long long)delivery, (long long)id);
}

err flow_message_by_key(struct tx *tx, struct arena *a, const struct flow_key *key, int64_t delivery, bool office, int64_t person,
    usec at, str text)
{
    struct bytes sealed;
    int64_t id = tx_id(tx);
    TRY(seal_in(a, key->v, seal_text(a, delivery, id), (struct bytes){(const uint8_t *)text.p, text.n}, &sealed));
    return db_exec(tx,
        SQL("INSERT INTO flow_message (id, delivery, office, person, at, sealed) VALUES ($1, $2, $3, $4, $5, $6)"),
        V(id, delivery, office, person, at, sealed));
}

err flow_message_put(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_delivery *d,
    bool office, int64_t person, usec at, str text)
{
    FLOW_KEY_AUTO key;
    TRY(flow_key_open(tx_db(tx), a, v, s, d->id, &key));
    return flow_message_by_key(tx, a, &key, d->id, office, person, at, text);
}

err flow_message_add(
    struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_delivery *d, str text)
{
    return flow_message_put(tx, a, v, s, d, d->office == scope_body(s).v, scope_person(s).v, tx_now(tx), text);
}

err flow_message_list(struct db *db, struct arena *a, const struct flow_key *key, int64_t delivery, struct flow_messages *out)
{
    *out = (struct flow_messages){ARENA_ARRAY(a, struct flow_message, FLOW_MESSAGES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, office, person, at, sealed FROM flow_message WHERE delivery=$1 ORDER BY id LIMIT 200"), V(delivery))
    {
        struct bytes plain;
        struct flow_message *m = &out->v[out->n++];
        *m = (struct flow_message){row_i64(&r, 0), row_i64(&r, 1) != 0, row_i64(&r, 2), row_i64(&r, 3), STR_NONE};
        TRY(seal_out(a, key->v, seal_text(a, delivery, m->id), row_bytes(a, &r, 4), &plain));
        m->text = (str){(const char *)plain.p, plain.n};
    }
    return db_status(db);
}

err flow_message_all(struct db *db, struct arena *a, const struct vault *v, const struct scope *s, int64_t delivery,
    struct flow_messages *out)
{
    FLOW_KEY_AUTO key;
    TRY(flow_key_open(db, a, v, s, delivery, &key));
    return flow_message_list(db, a, &key, delivery, out);
}

err flow_asked(struct db *db, const struct scope *s, const struct flow_kind *kind, int64_t *flow, int64_t *delivery)
{
    *flow = *delivery = 0;
    DB_EACH(db, r,
        SQL("SELECT d.flow, d.id FROM flow_delivery d JOIN flow_case c ON c.id=d.flow WHERE d.state=4 AND c.kind=$1 AND"
            FLOW_OWN("c.body", 2) " AND (SELECT m.office FROM flow_message m WHERE m.delivery=d.id ORDER BY m.id DESC LIMIT 1)=1"
            " ORDER BY d.id LIMIT 1"),
        V(str_of(kind->name), scope_body(s).v))
    {
        *flow = row_i64(&r, 0);
        *delivery = row_i64(&r, 1);
    }
    return db_status(db);
}
