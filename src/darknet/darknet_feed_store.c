/* SPDX-License-Identifier: Apache-2.0 */
/* The statement of the feed: what the network did, to bodies of the scope. */
#include "darknet/darknet_exchange.h"

static struct feed_event event_of_row(struct arena *a, const struct rows *r, const struct scope *s)
{
    struct feed_event v = {.id = row_i64(r, 0), .kind = (enum alert_event)row_i64(r, 1), .at = row_i64(r, 2),
        .body = {.id = {row_i64(r, 3)}, .code6 = row_str(a, r, 4)}};
    v.e = (struct alert_episode){.id = row_i64(r, 5), .source = row_str(a, r, 6),
        .class = (enum alert_class)row_i64(r, 7), .tool = row_str(a, r, 8),
        .confidence = (enum alert_confidence)row_i64(r, 9), .infected = row_i64(r, 10) != 0,
        .first = row_i64(r, 11), .last = row_i64(r, 12), .packets = row_i64(r, 13),
        .services = row_str(a, r, 14), .rule = row_str(a, r, 15)};
    bool knows = scope_level(s) == SCOPE_NATION || row_i64(r, 20) != 0;
    v.first = (struct alert_packet){.protocol = row_str(a, r, 16), .source_port = row_i64(r, 17),
        .dark = knows ? row_str(a, r, 18) : STR_NONE, .port = row_i64(r, 19)};
    return v;
}

err darknet_feed_after(struct db *db, struct arena *a, const struct scope *s, int64_t after, int64_t limit, struct feed *out)
{
    *out = (struct feed){ARENA_ARRAY(a, struct feed_event, FEED_MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT v.id, v.kind, v.at, b.id, COALESCE(b.code6, ''), e.id, e.source, e.class, e.tool,"
            " e.confidence, e.infected, e.first_at, e.last_at, e.packets, e.services, e.rule,"
            " COALESCE(p.protocol, ''), COALESCE(p.source_port, 0), COALESCE(p.dark, ''), COALESCE(p.port, 0),"
            " CASE WHEN m.body=$2 OR m.body IN (SELECT old_body FROM body_successor WHERE new_body=$2) THEN 1 ELSE 0 END"
            " FROM darknet_event v JOIN darknet_alert m ON m.id=v.alert"
            " JOIN darknet_episode e ON e.id=m.episode JOIN body b ON b.id=m.body"
            " LEFT JOIN darknet_packet p ON p.id=(SELECT MIN(q.id) FROM darknet_packet q WHERE q.episode=e.id)"
            " WHERE v.kind<=5 AND v.id>$4 AND (CAST($1 AS BIGINT)=3 OR m.body=$2"
            " OR (CAST($1 AS BIGINT)=2 AND b.pref=$3)"
            " OR m.body IN (SELECT old_body FROM body_successor WHERE new_body=$2)) ORDER BY v.id LIMIT $5"),
        V(scope_level(s), scope_body(s).v, scope_pref(s), after, limit > FEED_MOST ? FEED_MOST : limit))
    out->v[out->n++] = event_of_row(a, &r, s);
    return db_status(db);
}
