/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about the hours. They are nobody's data. */
#include "darknet/darknet_fact.h"

err darknet_fact_save(struct tx *tx, const struct fact_hour *f)
{
    BUF_AUTO services = BUF(1 << 20);
    BUF_AUTO world = BUF(1 << 20);
    darknet_fact_pack(f, &services, &world);
    TRY(buf_status(&services));
    TRY(buf_status(&world));
    struct bytes s = {(const uint8_t *)services.p, services.n}, w = {(const uint8_t *)world.p, world.n};
    return db_exec(tx,
        SQL("INSERT INTO darknet_fact (id, hour, begin_at, end_at, watched, packets, hosts, seen, dropped,"
            " malformed, services, world, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            " ON CONFLICT (hour, begin_at, watched) DO UPDATE SET end_at=excluded.end_at,"
            " packets=excluded.packets, hosts=excluded.hosts, seen=excluded.seen, dropped=excluded.dropped,"
            " malformed=excluded.malformed, services=excluded.services, world=excluded.world, at=excluded.at"
            " WHERE darknet_fact.packets<excluded.packets"),
        V(tx_id(tx), f->hour, f->begin, f->end, f->watched, f->packets, f->hosts, f->seen, f->dropped,
            f->malformed, s, w, tx_now(tx)));
}

err darknet_facts_since(struct db *db, usec from, usec until, darknet_fact_each *fn, void *ctx)
{
    DB_EACH(db, r,
        SQL("SELECT hour, begin_at, end_at, watched, packets, hosts, seen, dropped, malformed, services, world"
            " FROM darknet_fact WHERE hour>=$1 AND hour<$2 ORDER BY hour, begin_at, id"),
        V(from, until))
    {
        ARENA_AUTO a = arena_new(1 << 20);
        struct fact_hour f = {.hour = row_i64(&r, 0), .begin = row_i64(&r, 1), .end = row_i64(&r, 2),
            .watched = row_i64(&r, 3), .packets = row_i64(&r, 4), .hosts = row_i64(&r, 5),
            .seen = row_i64(&r, 6), .dropped = row_i64(&r, 7), .malformed = row_i64(&r, 8)};
        if (!a)
            return ERR(NOMEM);
        struct bytes services = row_bytes(a, &r, 9), world = row_bytes(a, &r, 10);
        TRY(darknet_fact_unpack(a, (str){(const char *)services.p, services.n},
            (str){(const char *)world.p, world.n}, &f));
        TRY(fn(ctx, &f));
    }
    return db_status(db);
}

err darknet_fact_watched(struct db *db, usec since, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT CAST(COALESCE(MAX(watched), 0) AS BIGINT) FROM darknet_fact WHERE hour>$1"), V(since));
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_fact_newest(struct db *db, usec *at)
{
    DB_ONE(db, r, SQL("SELECT CAST(COALESCE(MAX(at), 0) AS BIGINT) FROM darknet_fact"), V0);
    *at = row_i64(&r, 0);
    return OK;
}
