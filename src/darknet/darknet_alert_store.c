/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of what the program itself writes of alerts: it is the sensor's word, whoever's body
 * it concerns; what people read goes through darknet_alert_read_store.c. */
#include "darknet/darknet_alert.h"

#define EPISODE                                                                                  \
    "e.id, e.bodies, e.source, e.family, e.role, e.class, e.tool, e.confidence, e.infected,"     \
    " e.victim, e.first_at, e.last_at, e.packets, e.dark, e.services, e.pps, e.rule, e.reason,"  \
    " e.severity, e.state, e.run_first, e.before_run, e.told_class, e.told_infected,"            \
    " e.told_rate, e.told_services, e.told_at, e.reported_at, e.rate_most"

static struct alert_episode episode_of_row(struct arena *a, const struct rows *r)
{
    return (struct alert_episode){.id = row_i64(r, 0), .bodies = row_str(a, r, 1),
        .source = row_str(a, r, 2), .family = (enum alert_family)row_i64(r, 3),
        .role = (enum darknet_role)row_i64(r, 4), .class = (enum alert_class)row_i64(r, 5),
        .tool = row_str(a, r, 6), .confidence = (enum alert_confidence)row_i64(r, 7),
        .infected = row_i64(r, 8) != 0, .victim = row_str(a, r, 9), .first = row_i64(r, 10),
        .last = row_i64(r, 11), .packets = row_i64(r, 12), .dark = row_i64(r, 13),
        .services = row_str(a, r, 14), .pps = row_i64(r, 15), .rule = row_str(a, r, 16),
        .reason = row_str(a, r, 17), .severity = (enum alert_severity)row_i64(r, 18),
        .state = (enum alert_state)row_i64(r, 19), .run_first = row_i64(r, 20),
        .before_run = row_i64(r, 21), .told_class = (enum alert_class)row_i64(r, 22),
        .told_infected = row_i64(r, 23) != 0, .told_rate = row_i64(r, 24),
        .told_services = row_str(a, r, 25), .told_at = row_i64(r, 26), .reported_at = row_i64(r, 27),
        .rate_most = row_i64(r, 28)};
}

err darknet_alert_episode_of(struct db *db, struct arena *a, str bodies, str source,
    enum alert_family family, struct alert_episode *out)
{
    DB_ONE(db, r,
        SQL("SELECT " EPISODE " FROM darknet_episode e WHERE e.bodies=$1 AND e.source=$2 AND e.family=$3"),
        V(bodies, source, family));
    *out = episode_of_row(a, &r);
    return OK;
}

err darknet_alert_episode_get(struct db *db, struct arena *a, int64_t id, struct alert_episode *out)
{
    DB_ONE(db, r, SQL("SELECT " EPISODE " FROM darknet_episode e WHERE e.id=$1"), V(id));
    *out = episode_of_row(a, &r);
    return OK;
}

err darknet_alert_episode_add(struct tx *tx, struct alert_episode *e)
{
    e->id = tx_id(tx);
    TRY(db_exec(tx,
        SQL("INSERT INTO darknet_episode (id, bodies, source, family, role, class, tool, confidence,"
            " infected, victim, first_at, last_at, packets, dark, services, pps, rule, reason, severity,"
            " state, run_first, before_run, told_class, told_infected, told_rate, told_services,"
            " told_at, reported_at) VALUES ($1, $2, $3, $4, $5, 1, '', 1, 0, $6, $7, $7, 0, 0, '', 0, '', '',"
            " 1, 1, $7, 0, 1, 0, 0, '', $7, $7)"),
        V(e->id, e->bodies, e->source, e->family, e->role, e->victim, e->first)));
    return darknet_alert_episode_save(tx, e);
}

static err save_told(struct tx *tx, const struct alert_episode *e)
{
    return db_exec(tx,
        SQL("UPDATE darknet_episode SET state=$2, run_first=$3, before_run=$4, told_class=$5,"
            " told_infected=$6, told_rate=$7, told_services=$8, told_at=$9, reported_at=$10 WHERE id=$1"),
        V(e->id, e->state, e->run_first, e->before_run, e->told_class, e->told_infected, e->told_rate,
            e->told_services, e->told_at, e->reported_at));
}

err darknet_alert_episode_save(struct tx *tx, const struct alert_episode *e)
{
    TRY(db_exec(tx,
        SQL("UPDATE darknet_episode SET class=$2, tool=$3, confidence=$4, infected=$5, last_at=$6,"
            " packets=$7, dark=$8, services=$9, pps=$10, rule=$11, reason=$12, severity=$13,"
            " rate_most=$14 WHERE id=$1"),
        V(e->id, e->class, e->tool, e->confidence, e->infected, e->last, e->packets, e->dark, e->services,
            e->pps, e->rule, e->reason, e->severity, e->rate_most)));
    return save_told(tx, e);
}

err darknet_alert_packets_add(struct tx *tx, int64_t episode, const struct alert_sighting *s)
{
    for (size_t i = 0; i < s->n_packets; i++) {
        const struct alert_packet *p = &s->packet[i];
        TRY(db_exec(tx,
            SQL("INSERT INTO darknet_packet (id, episode, at, protocol, source_port, dark, port, frame,"
                " wire) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
            V(tx_id(tx), episode, p->at, p->protocol, p->source_port, p->dark, p->port,
                p->frame.n ? val_bytes(p->frame) : VAL_NONE, p->wire)));
    }
    return OK;
}

err darknet_alert_packets_drop(struct tx *tx, usec before)
{
    return db_exec(tx,
        SQL("DELETE FROM darknet_packet WHERE at<$1 AND EXISTS (SELECT 1 FROM darknet_episode e"
            " WHERE e.id=darknet_packet.episode AND e.last_at<$1)"),
        V(before));
}

err darknet_alert_packets(struct db *db, struct arena *a, int64_t episode, struct alert_packet *out, size_t *n)
{
    *n = 0;
    DB_EACH(db, r,
        SQL("SELECT at, protocol, source_port, dark, port, frame, wire FROM darknet_packet WHERE episode=$1"
            " ORDER BY at, id LIMIT 12"),
        V(episode))
    out[(*n)++] = (struct alert_packet){.at = row_i64(&r, 0), .protocol = row_str(a, &r, 1),
        .source_port = row_i64(&r, 2), .dark = row_str(a, &r, 3), .port = row_i64(&r, 4),
        .frame = row_bytes(a, &r, 5), .wire = row_i64(&r, 6)};
    return db_status(db);
}

/* A code that a body has or had, or "B" and its id. */
err darknet_alert_body_of(struct db *db, str code, int64_t *body)
{
    int64_t id = 0;
    if (str_starts(code, S("B")))
        TRY(parse_i64(str_sub(code, 1, code.n), 1, INT64_MAX, &id));
    DB_EACH(db, r,
        SQL("SELECT b.id, CASE WHEN b.id=$1 THEN 0 WHEN b.code6=$2 THEN 1 ELSE 2 END AS how FROM body b"
            " WHERE b.id=$1 OR b.code6=$2"
            " OR b.id IN (SELECT p.body FROM body_name p WHERE p.code6=$2) ORDER BY how, b.id LIMIT 1"),
        V(id, code))
    {
        *body = row_i64(&r, 0);
        return OK;
    }
    TRY(db_status(db));
    return ERR(NOTFOUND);
}

static err body_of_id(struct db *db, struct arena *a, int64_t id, struct body *out)
{
    DB_ONE(db, r,
        SQL("SELECT id, COALESCE(code6, ''), class, pref, name, kana FROM body WHERE id=$1"), V(id));
    *out = (struct body){{row_i64(&r, 0)}, row_str(a, &r, 1), (enum body_class)row_i64(&r, 2),
        row_i64(&r, 3), row_str(a, &r, 4), row_str(a, &r, 5)};
    return OK;
}

err darknet_alert_bodies_of_key(struct db *db, struct arena *a, str key, struct body_list *out)
{
    enum { MOST = DARKNET_SHARERS + 1 };
    str one;
    *out = (struct body_list){ARENA_ARRAY(a, struct body, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    while (out->n < MOST && str_cut(&key, ',', &one)) {
        int64_t id;
        TRY(parse_i64(one, 1, INT64_MAX, &id));
        TRY(body_of_id(db, a, id, &out->v[out->n++]));
    }
    return OK;
}

err darknet_alert_of(struct db *db, struct arena *a, int64_t alert, struct alert_episode *e, struct body *b)
{
    int64_t episode, body;
    {
        DB_ONE(db, r, SQL("SELECT episode, body FROM darknet_alert WHERE id=$1"), V(alert));
        episode = row_i64(&r, 0);
        body = row_i64(&r, 1);
    }
    TRY(darknet_alert_episode_get(db, a, episode, e));
    return body_of_id(db, a, body, b);
}

err darknet_alert_contacts(struct db *db, struct arena *a, body_id body, struct darknet_contacts *out,
    person_id *answers)
{
    *out = (struct darknet_contacts){0};
    {
        DB_EACH(db, who,
            SQL("SELECT person FROM darknet_application WHERE body=$1 ORDER BY number DESC LIMIT 1"),
            V(body.v))
        answers->v = row_i64(&who, 0);
    }
    DB_EACH(db, r,
        SQL("SELECT id, name, mail, phone, hours, language, machine, version FROM darknet_contact"
            " WHERE body=$1 ORDER BY position, id LIMIT 20"),
        V(body.v))
    out->v[out->n++] = (struct darknet_contact){row_i64(&r, 0), row_str(a, &r, 1),
        row_str(a, &r, 2), row_str(a, &r, 3), (enum darknet_hours)row_i64(&r, 4),
        row_str(a, &r, 5), row_i64(&r, 6) != 0, row_i64(&r, 7)};
    return db_status(db);
}

err darknet_alert_open(struct tx *tx, int64_t episode, int64_t body, bool again, int64_t *alert)
{
    TRY(db_exec(tx,
        SQL("INSERT INTO darknet_alert (id, episode, body, at, cause, note, version)"
            " VALUES ($1, $2, $3, $4, 0, '', 1) ON CONFLICT (episode, body) DO NOTHING"),
        V(tx_id(tx), episode, body, tx_now(tx))));
    if (again)
        TRY(db_exec(tx,
            SQL("UPDATE darknet_alert SET at=$3, acked_at=NULL, acked_by=NULL, cause=0, note='',"
                " closed_at=NULL, closed_by=NULL, prefecture_at=NULL, version=version+1"
                " WHERE episode=$1 AND body=$2"),
            V(episode, body, tx_now(tx))));
    DB_ONE(tx_db(tx), r, SQL("SELECT id FROM darknet_alert WHERE episode=$1 AND body=$2"), V(episode, body));
    *alert = row_i64(&r, 0);
    return OK;
}

err darknet_alert_event_add(struct tx *tx, int64_t alert, enum alert_event kind, enum alert_way way,
    int64_t person, str text, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO darknet_event (id, alert, kind, way, person, text, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(*id, alert, kind, way, person, text, tx_now(tx)));
}

err darknet_alert_mails_since(struct db *db, int64_t body, usec since, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_event v JOIN darknet_alert m ON m.id=v.alert"
            " WHERE m.body=$1 AND v.way=1 AND v.at>$2"),
        V(body, since));
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_alert_held_back(struct db *db, int64_t body, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_event v JOIN darknet_alert m ON m.id=v.alert"
            " WHERE m.body=$1 AND v.way=3 AND v.id>(SELECT COALESCE(MAX(w.id), 0) FROM darknet_event w"
            " JOIN darknet_alert k ON k.id=w.alert WHERE k.body=$1 AND w.way=1)"),
        V(body));
    *n = row_i64(&r, 0);
    return OK;
}

/* A port is meant only when it is the only one: what else the source does is told. */
err darknet_alert_is_suppressed(struct db *db, int64_t body, str source, str services, usec now, bool *out)
{
    *out = false;
    str rest = services, one;
    int64_t port = 0;
    bool cut = str_cut(&rest, '/', &one);
    if (!cut || err_is(parse_i64(rest, 1, 65535, &port)))
        port = 0;
    DB_EACH(db, r,
        SQL("SELECT COUNT(*) FROM darknet_suppression WHERE body=$1 AND until>$4 AND (source='' OR source=$2)"
            " AND (port=0 OR port=$3)"),
        V(body, source, port, now))
    *out = row_i64(&r, 0) > 0;
    return db_status(db);
}

/* ── whose time has come ── */

static err collect(struct arena *a, struct rows r, struct db *db, struct alert_ids *out)
{
    enum { MOST = 200 };
    *out = (struct alert_ids){ARENA_ARRAY(a, int64_t, MOST), 0};
    while (out->v && out->n < MOST && rows_next(&r))
        out->v[out->n++] = row_i64(&r, 0);
    rows_done(&r);
    TRY(db_status(db));
    return out->v ? OK : ERR(NOMEM);
}

err darknet_alert_quiet(struct db *db, struct arena *a, usec before, usec before_flood, struct alert_ids *out)
{
    return collect(a, db_query(db,
        SQL("SELECT id FROM darknet_episode WHERE state=1"
            " AND reported_at<=CASE WHEN family=2 THEN CAST($2 AS BIGINT) ELSE CAST($1 AS BIGINT) END"
            " AND last_at<=CASE WHEN family=2 THEN CAST($2 AS BIGINT) ELSE CAST($1 AS BIGINT) END ORDER BY reported_at, id LIMIT 200"),
        V(before, before_flood)), db, out);
}

err darknet_alert_going_on(struct db *db, struct arena *a, usec told_before, struct alert_ids *out)
{
    return collect(a, db_query(db,
        SQL("SELECT id FROM darknet_episode WHERE state=1 AND told_at<=$1 AND reported_at>told_at"
            " ORDER BY told_at, id LIMIT 200"),
        V(told_before)), db, out);
}

err darknet_alert_unread(struct db *db, struct arena *a, usec before, struct alert_ids *out)
{
    return collect(a, db_query(db,
        SQL("SELECT m.id FROM darknet_alert m WHERE m.acked_at IS NULL AND m.closed_at IS NULL"
            " AND m.prefecture_at IS NULL AND m.at<=$1 AND EXISTS (SELECT 1 FROM darknet_event v"
            " WHERE v.alert=m.id AND v.way=1 AND v.at>=m.at) ORDER BY m.at, m.id LIMIT 200"),
        V(before)), db, out);
}

err darknet_alert_mark_prefecture(struct tx *tx, int64_t alert)
{
    return db_exec(tx, SQL("UPDATE darknet_alert SET prefecture_at=$2 WHERE id=$1"), V(alert, tx_now(tx)));
}
