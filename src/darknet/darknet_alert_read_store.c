/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of what people read and do about alerts: a body its own, a prefecture those of its
 * bodies without dark addresses, a national office all. */
#include "darknet/darknet_pcap.h"

/* The own body's, with those it succeeded. */
#define OWN(n) " (m.body=$" #n " OR m.body IN (SELECT old_body FROM body_successor WHERE new_body=$" #n "))"

#define ALERT                                                                                    \
    " m.id, m.episode, m.at, m.acked_at, m.acked_by, m.cause, m.note, m.closed_at, m.closed_by,"  \
    " m.version, b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana, e.bodies, e.source,"     \
    " e.family, e.role, e.class, e.tool, e.confidence, e.infected, e.victim, e.first_at, e.last_at,"    \
    " e.packets, e.dark, e.services, e.pps, e.rule, e.reason, e.severity, e.state, e.rate_most,"         \
    " CASE WHEN" OWN(2) " THEN 1 ELSE 0 END"                                                          \
    " FROM darknet_alert m JOIN darknet_episode e ON e.id=m.episode JOIN body b ON b.id=m.body"

/* Scope: level, own body with those it succeeded, own prefecture. */
#define SEEN                                                                                     \
    " (CAST($1 AS BIGINT)=3 OR (CAST($1 AS BIGINT)=2 AND b.pref=$3) OR" OWN(2) ")"

static int64_t sharers_of(str bodies)
{
    int64_t n = 0;
    for (size_t i = 0; i < bodies.n; i++)
        n += bodies.p[i] == ',';
    return n;
}

/* a NULL: its words are of the row, until the next one. */
static str text_of(struct arena *a, const struct rows *r, int column)
{
    return a ? row_str(a, r, column) : row_view(r, column);
}

static struct alert alert_of_row(struct arena *a, const struct rows *r)
{
    struct alert x = {.id = row_i64(r, 0), .episode = row_i64(r, 1), .at = row_i64(r, 2),
        .acked_at = row_i64(r, 3), .acked_by = row_i64(r, 4), .cause = (int)row_i64(r, 5),
        .note = text_of(a, r, 6), .closed_at = row_i64(r, 7), .closed_by = row_i64(r, 8),
        .version = row_i64(r, 9),
        .body = {{row_i64(r, 10)}, text_of(a, r, 11), (enum body_class)row_i64(r, 12), row_i64(r, 13),
            text_of(a, r, 14), text_of(a, r, 15)}};
    x.e = (struct alert_episode){.id = x.episode, .bodies = text_of(a, r, 16),
        .source = text_of(a, r, 17), .family = (enum alert_family)row_i64(r, 18),
        .role = (enum darknet_role)row_i64(r, 19), .class = (enum alert_class)row_i64(r, 20),
        .tool = text_of(a, r, 21), .confidence = (enum alert_confidence)row_i64(r, 22),
        .infected = row_i64(r, 23) != 0, .victim = text_of(a, r, 24), .first = row_i64(r, 25),
        .last = row_i64(r, 26), .packets = row_i64(r, 27), .dark = row_i64(r, 28),
        .services = text_of(a, r, 29), .pps = row_i64(r, 30), .rule = text_of(a, r, 31),
        .reason = text_of(a, r, 32), .severity = (enum alert_severity)row_i64(r, 33),
        .state = (enum alert_state)row_i64(r, 34), .rate_most = row_i64(r, 35)};
    x.sharers = sharers_of(x.e.bodies);
    x.own = row_i64(r, 36) != 0;
    return x;
}

/* ── what is looked for ── */

static bool has_port(str services, int64_t port)
{
    str word, proto;
    while (str_cut(&services, ' ', &word)) {
        int64_t n;
        if (str_cut(&word, '/', &proto) && !err_is(parse_i64(word, 1, 65535, &n)) && n == port)
            return true;
    }
    return false;
}

static bool is_within(str source, const struct net_range *range)
{
    struct net_range address;
    return range->size == 0 || (!err_is(net_addr_parse(source, &address)) && net_range_has(range, &address));
}

static bool has_text(const struct alert *x, str text)
{
    return text.n == 0 || str_has(x->e.source, text) || str_has(x->body.name, text) ||
        str_eq(x->body.code6, text) || str_has(x->e.tool, text);
}

static bool fits(const struct alert *x, const struct alert_filter *f)
{
    return (f->port == 0 || has_port(x->e.services, f->port)) && is_within(x->e.source, &f->range) &&
        has_text(x, f->text);
}

err darknet_alerts_find(struct db *db, struct arena *a, const struct scope *s, const struct alert_filter *f,
    darknet_alert_each *fn, void *ctx, int64_t *found)
{
    size_t n = 0;
    DB_EACH(db, r,
        SQL("SELECT" ALERT " WHERE" SEEN " AND (CAST($4 AS BIGINT)=3 OR (CAST($4 AS BIGINT)=1 AND m.closed_at IS NULL)"
            " OR (CAST($4 AS BIGINT)=2 AND e.state=1)) AND e.last_at>=$5 AND e.first_at<$6"
            " ORDER BY CASE WHEN m.closed_at IS NULL THEN 0 ELSE 1 END,"
            " CASE WHEN m.acked_at IS NULL THEN 0 ELSE 1 END, e.severity DESC, e.last_at DESC, m.id DESC"),
        V(scope_level(s), scope_body(s).v, scope_pref(s), f->show, f->from, f->to ? f->to : INT64_MAX))
    {
        struct alert x = alert_of_row(NULL, &r);
        if (!fits(&x, f) || n++ < f->skip || n > f->skip + f->most)
            continue;
        if (a)
            x = alert_of_row(a, &r);
        TRY(fn(ctx, &x));
    }
    *found = (int64_t)n;
    return db_status(db);
}

err darknet_alert_get(struct db *db, struct arena *a, const struct scope *s, int64_t id, struct alert *out)
{
    DB_ONE(db, r, SQL("SELECT" ALERT " WHERE m.id=$4 AND" SEEN),
        V(scope_level(s), scope_body(s).v, scope_pref(s), id));
    *out = alert_of_row(a, &r);
    return OK;
}

err darknet_alert_packets_for(struct db *db, struct arena *a, const struct scope *s, const struct alert *x,
    struct alert_packet *out, size_t *n)
{
    bool knows = scope_level(s) == SCOPE_NATION || x->own;
    TRY(darknet_alert_packets(db, a, x->episode, out, n));
    for (size_t i = 0; i < *n && !knows; i++) {
        uint8_t *masked = ARENA_ARRAY(a, uint8_t, out[i].frame.n);
        if (!masked)
            return ERR(NOMEM);
        if (out[i].frame.n)
            memcpy(masked, out[i].frame.p, out[i].frame.n);
        out[i].frame = (struct bytes){masked, darknet_pcap_mask(masked, out[i].frame.n, out[i].dark)};
        out[i].dark = STR_NONE;
    }
    return OK;
}

err darknet_alert_steps(struct db *db, struct arena *a, const struct scope *s, int64_t alert,
    struct alert_steps *out)
{
    enum { MOST = 200 };
    *out = (struct alert_steps){ARENA_ARRAY(a, struct alert_step, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT v.kind, v.way, v.person, v.text, v.at FROM darknet_event v JOIN darknet_alert m"
            " ON m.id=v.alert JOIN body b ON b.id=m.body WHERE v.alert=$4 AND" SEEN
            " ORDER BY v.id DESC LIMIT 200"),
        V(scope_level(s), scope_body(s).v, scope_pref(s), alert))
    out->v[out->n++] = (struct alert_step){(enum alert_event)row_i64(&r, 0),
        (enum alert_way)row_i64(&r, 1), row_i64(&r, 2), row_str(a, &r, 3), row_i64(&r, 4)};
    return db_status(db);
}

/* ── what the body does ── */

static err expect_version(struct tx *tx, const struct scope *s, int64_t id, int64_t seen)
{
    DB_ONE(tx_db(tx), r,
        SQL("SELECT version FROM darknet_alert m WHERE id=$1 AND" OWN(2)),
        V(id, scope_body(s).v));
    return row_i64(&r, 0) == seen ? OK : ERR(STALE);
}

err darknet_alert_acknowledge(struct tx *tx, const struct scope *s, int64_t id, int64_t version)
{
    int64_t event, n;
    TRY(expect_version(tx, s, id, version));
    TRY(db_exec_count(tx,
        SQL("UPDATE darknet_alert SET acked_at=$2, acked_by=$3, version=version+1"
            " WHERE id=$1 AND acked_at IS NULL"),
        V(id, tx_now(tx), scope_person(s).v), &n));
    return n ? darknet_alert_event_add(tx, id, EVENT_ACKNOWLEDGED, WAY_NONE, scope_person(s).v, STR_NONE, &event)
             : ERR(CONFLICT);
}

err darknet_alert_close(struct tx *tx, const struct scope *s, int64_t id, int64_t version, int cause, str note)
{
    int64_t event;
    TRY(expect_version(tx, s, id, version));
    TRY(db_exec(tx,
        SQL("UPDATE darknet_alert SET acked_at=COALESCE(acked_at, CAST($2 AS BIGINT)),"
            " acked_by=COALESCE(acked_by, CAST($3 AS BIGINT)), cause=$4, note=$5, closed_at=$2,"
            " closed_by=$3, version=version+1 WHERE id=$1"),
        V(id, tx_now(tx), scope_person(s).v, cause, note)));
    return darknet_alert_event_add(tx, id, EVENT_CAUSE, WAY_NONE, scope_person(s).v,
        WORD_OF(darknet_alert_causes, cause)->name, &event);
}

err darknet_alert_suppressions(struct db *db, struct arena *a, const struct scope *s, usec now,
    struct alert_suppressions *out)
{
    enum { MOST = 100 };
    *out = (struct alert_suppressions){ARENA_ARRAY(a, struct alert_suppression, MOST), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, port, person, source, reason, at, until FROM darknet_suppression"
            " WHERE body=$1 AND until>$2 ORDER BY until, id LIMIT 100"),
        V(scope_body(s).v, now))
    out->v[out->n++] = (struct alert_suppression){row_i64(&r, 0), row_i64(&r, 1), row_i64(&r, 2),
        row_str(a, &r, 3), row_str(a, &r, 4), row_i64(&r, 5), row_i64(&r, 6)};
    return db_status(db);
}

err darknet_alert_suppress(
    struct tx *tx, const struct scope *s, int64_t alert, const struct alert_suppression *p)
{
    int64_t event;
    BUF_AUTO text = BUF(4096);
    buf_fmt(&text, "%.*s（", STR_F(p->reason));
    put_wareki_day(&text, jday_of_usec(p->until - 1));
    buf_lit(&text, "まで）");
    TRY(buf_status(&text));
    TRY(darknet_alert_event_add(
        tx, alert, EVENT_SUPPRESSED, WAY_NONE, scope_person(s).v, buf_view(&text), &event));
    return db_exec(tx,
        SQL("INSERT INTO darknet_suppression (id, body, source, port, reason, person, at, until)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        V(tx_id(tx), scope_body(s).v, p->source, p->port, p->reason, scope_person(s).v, tx_now(tx), p->until));
}

err darknet_alert_suppression_end(struct tx *tx, const struct scope *s, int64_t id)
{
    int64_t n;
    TRY(db_exec_count(tx,
        SQL("UPDATE darknet_suppression SET until=$3 WHERE id=$1 AND body=$2 AND until>$3"),
        V(id, scope_body(s).v, tx_now(tx)), &n));
    return n ? OK : ERR(NOTFOUND);
}

/* ── counts ── */

err darknet_alert_newest(struct db *db, const struct scope *s, int64_t *out)
{
    DB_ONE(db, r,
        SQL("SELECT CAST(COALESCE(MAX(v.id), 0) AS BIGINT) FROM darknet_event v JOIN darknet_alert m ON m.id=v.alert"
            " JOIN body b ON b.id=m.body WHERE" SEEN),
        V(scope_level(s), scope_body(s).v, scope_pref(s)));
    *out = row_i64(&r, 0);
    return OK;
}

err darknet_alert_open_count(struct db *db, const struct scope *s, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_alert m WHERE closed_at IS NULL AND" OWN(1)),
        V(scope_body(s).v));
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_alert_grave_count(struct db *db, const struct scope *s, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_alert m JOIN darknet_episode e ON e.id=m.episode"
            " WHERE m.closed_at IS NULL AND m.acked_at IS NULL AND e.severity=3 AND" OWN(1)),
        V(scope_body(s).v));
    *n = row_i64(&r, 0);
    return OK;
}

err darknet_alert_open_in_scope(struct db *db, const struct scope *s, int64_t *n)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*) FROM darknet_alert m JOIN body b ON b.id=m.body WHERE m.closed_at IS NULL AND" SEEN),
        V(scope_level(s), scope_body(s).v, scope_pref(s)));
    *n = row_i64(&r, 0);
    return OK;
}

/* Days from alert to cause: the mean of a year, those without a cause counted up to now. */
err darknet_alert_cause_days(struct db *db, int64_t body, usec now, struct measured *out)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*), CAST(COALESCE(SUM(COALESCE(closed_at, CAST($2 AS BIGINT))-at), 0) AS BIGINT)"
            " FROM darknet_alert WHERE body=$1 AND at>$3"),
        V(body, now, now - 365 * USEC_DAY));
    int64_t n = row_i64(&r, 0);
    *out = (struct measured){n > 0, n ? row_i64(&r, 1) / n / USEC_DAY : 0};
    return OK;
}
