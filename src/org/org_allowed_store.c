/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about the addresses an organisation lets in. */
#include "org/org_sign_in.h"

#include "core/net.h"

err org_allowed_all(struct db *db, struct arena *a, body_id body, struct allowed_list *out)
{
    *out = (struct allowed_list){ARENA_ARRAY(a, struct allowed, ORG_RANGES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT range, note FROM allowed WHERE body=$1 ORDER BY range LIMIT 50"),
        V(body.v))
    out->v[out->n++] = (struct allowed){row_str(a, &r, 0), row_str(a, &r, 1)};
    return db_status(db);
}

err org_allowed_put(struct tx *tx, body_id body, const struct allowed_list *list)
{
    TRY(db_exec(tx, SQL("DELETE FROM allowed WHERE body=$1"), V(body.v)));
    for (size_t i = 0; i < list->n; i++)
        TRY(db_exec(tx,
            SQL("INSERT INTO allowed (body, range, note) VALUES ($1, $2, $3)"
                " ON CONFLICT (body, range) DO NOTHING"),
            V(body.v, list->v[i].range, list->v[i].note)));
    return OK;
}

err org_allowed_refuses(struct db *db, struct arena *a, body_id body, str client, bool *out)
{
    struct allowed_list list;
    struct net_range addr, range;
    TRY(org_allowed_all(db, a, body, &list));
    bool known = !err_is(net_addr_parse(client, &addr));
    *out = list.n > 0;
    for (size_t i = 0; known && i < list.n; i++)
        if (!err_is(net_range_parse(list.v[i].range, &range)) && net_range_has(&range, &addr))
            *out = false;
    return OK;
}
