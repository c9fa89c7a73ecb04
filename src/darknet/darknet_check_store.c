/* SPDX-License-Identifier: Apache-2.0 */
/* What must always hold of registrations, for `yagura check`. */
#include "darknet/darknet_private.h"

static void say(struct check_report *report, int64_t n, const char *what)
{
    if (n)
        buf_fmt(report->lines, "darknet: %s: %lld\n", what, (long long)n);
    report->problems += n;
}

static err count(struct db *db, const struct stmt *stmt, int64_t *n)
{
    *n = 0;
    DB_EACH(db, r, stmt, V0)
    *n = row_i64(&r, 0);
    return db_status(db);
}

static err check_alerts(struct db *db, struct check_report *report)
{
    int64_t n;
    TRY(count(db,
        SQL("SELECT COUNT(*) FROM darknet_alert m WHERE (m.cause>0)<>(m.closed_at IS NOT NULL)"
            " OR (m.closed_at IS NOT NULL AND m.acked_at IS NULL)"), &n));
    say(report, n, "alerts whose handling does not fit");
    TRY(count(db,
        SQL("SELECT COUNT(*) FROM darknet_episode e WHERE e.first_at>e.last_at OR e.packets<1"
            " OR NOT EXISTS (SELECT 1 FROM darknet_alert m WHERE m.episode=e.id)"), &n));
    say(report, n, "episodes that tell nobody anything");
    return OK;
}

static err check_states(struct db *db, struct check_report *report)
{
    int64_t n;
    TRY(count(db,
        SQL("SELECT COUNT(*) FROM darknet_range r JOIN darknet_application x ON x.id=r.application"
            " WHERE x.body<>r.body OR (r.valid_to IS NULL AND NOT EXISTS (SELECT 1"
            " FROM darknet_application o WHERE o.body=r.body AND o.state=5))"), &n));
    say(report, n, "ranges in force of bodies that are not observed");
    TRY(count(db,
        SQL("SELECT COUNT(*) FROM darknet_application x WHERE x.state=5 AND EXISTS (SELECT 1"
            " FROM darknet_claim c WHERE c.application=x.id AND NOT EXISTS (SELECT 1 FROM darknet_range r"
            " WHERE r.body=x.body AND r.prefix=c.prefix AND r.role=c.role AND r.valid_to IS NULL))"),
        &n));
    say(report, n, "observed applications with a range that is not in force");
    TRY(count(db,
        SQL("SELECT COUNT(*) FROM darknet_application x WHERE (x.state IN (5, 6, 7))<>"
            "(x.observed_from IS NOT NULL) OR (x.state IN (6, 7))<>(x.observed_to IS NOT NULL)"
            " OR x.observed_to<x.observed_from"), &n));
    say(report, n, "applications whose times do not fit their state");
    TRY(count(db,
        SQL("SELECT COUNT(*) FROM darknet_application x WHERE x.state<>COALESCE((SELECT t.to_state"
            " FROM darknet_step t WHERE t.application=x.id ORDER BY t.id DESC LIMIT 1), 1)"), &n));
    say(report, n, "applications whose record says another state");
    return OK;
}

static bool bytes_are(struct bytes b, const uint8_t key[NET_KEY])
{
    return b.n == NET_KEY && memcmp(b.p, key, NET_KEY) == 0;
}

/* The prefix people read and the bytes that are compared say the same. */
static err check_keys(struct db *db, struct arena *a, struct check_report *report)
{
    int64_t bad = 0;
    DB_EACH(db, r,
        SQL("SELECT prefix, low, high FROM darknet_range UNION ALL SELECT prefix, low, high"
            " FROM darknet_claim UNION ALL SELECT prefix, low, high FROM darknet_dark"),
        V0)
    {
        struct net_range net;
        uint8_t low[NET_KEY], high[NET_KEY];
        if (err_is(net_range_parse(row_view(&r, 0), &net))) {
            bad++;
            continue;
        }
        net_first(&net, low);
        net_last(&net, high);
        bad += !bytes_are(row_bytes(a, &r, 1), low) || !bytes_are(row_bytes(a, &r, 2), high);
    }
    say(report, bad, "ranges whose bytes are not those of their prefix");
    return db_status(db);
}

err darknet_check(struct db *db, struct arena *a, struct check_report *report)
{
    int64_t n;
    TRY(check_alerts(db, report));
    TRY(check_states(db, report));
    TRY(check_keys(db, a, report));
    TRY(count(db, SQL("SELECT COUNT(*) FROM darknet_range WHERE valid_to IS NULL"), &n));
    buf_fmt(report->lines, "darknet: %lld ranges in force\n", (long long)n);
    return OK;
}
