/* SPDX-License-Identifier: Apache-2.0 */
/* What other processes ask of the writer: darknet.report takes what the sensor saw, darknet.tick
 * lets time pass. Both may be asked twice for the same. */
#include "darknet/darknet_report.h"

/* ── what is done with it ── */

static int by_number(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return *a < *b ? -1 : *a > *b;
}

/* "12,45": the ids in order, each once. */
static err bodies_key(struct tx *tx, struct arena *a, const struct strs *codes, str *key)
{
    int64_t *id = ARENA_ARRAY(a, int64_t, codes->n);
    BUF_AUTO b = BUF(8192);
    if (!id)
        return ERR(NOMEM);
    for (size_t i = 0; i < codes->n; i++) {
        err e = darknet_alert_body_of(tx_db(tx), codes->v[i], &id[i]);
        TRY(e.code == ERR_NOTFOUND ? ERR(INVALID) : e); /* no report of it will ever be taken */
    }
    qsort(id, codes->n, sizeof *id, by_number);
    for (size_t i = 0; i < codes->n; i++)
        if (i == 0 || id[i] != id[i - 1])
            buf_fmt(&b, i ? ",%lld" : "%lld", (long long)id[i]);
    *key = str_dup(a, buf_view(&b));
    return buf_status(&b);
}

static void put_line(struct buf *out, enum alert_event event, const struct alert_episode *e)
{
    buf_fmt(out, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\t%lld\n", STR_F(WORD_OF(darknet_alert_events, event)->key),
        STR_F(WORD_OF(darknet_alert_severities, e->severity)->key), STR_F(e->source),
        STR_F(WORD_OF(darknet_alert_classes, e->class)->key), STR_F(e->services), (long long)e->packets);
}

static err report_one(struct tx *tx, const struct alert_sighting *s, struct buf *out)
{
    struct alert_episode old, e;
    str bodies;
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(bodies_key(tx, a, &s->bodies, &bodies));
    err known = darknet_alert_episode_of(tx_db(tx), a, bodies, s->source, darknet_alert_family_of(s->class), &old);
    if (err_is(known) && known.code != ERR_NOTFOUND)
        return known;
    enum alert_event event = darknet_alert_follow(a, err_is(known) ? NULL : &old, s, tx_now(tx), &e);
    if (event == 0)
        return OK;
    if (event == EVENT_NEW) {
        e.bodies = bodies;
        TRY(darknet_alert_episode_add(tx, &e));
        TRY(darknet_alert_packets_add(tx, e.id, s));
    } else {
        TRY(darknet_alert_episode_save(tx, &e));
    }
    if (event == EVENT_CONTINUING)
        return OK;
    put_line(out, event, &e);
    return darknet_alert_tell(tx, a, &e, event);
}

static err report(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct alert_sightings all;
    struct fact_hours hours;
    TRY(darknet_report_parse(a, in, &all, &hours));
    for (size_t i = 0; i < hours.n; i++)
        TRY(darknet_fact_save(tx, &hours.v[i]));
    for (size_t i = 0; i < all.n; i++)
        TRY(report_one(tx, &all.v[i], out));
    return buf_status(out);
}

/* ── time passes ── */

static err pass(struct tx *tx, int64_t id, enum alert_event event)
{
    struct alert_episode e;
    ARENA_AUTO a = arena_new(1 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(darknet_alert_episode_get(tx_db(tx), a, id, &e));
    if (event == EVENT_ENDED && !darknet_alert_is_over(&e, tx_now(tx)))
        return OK;
    e.state = event == EVENT_ENDED ? ALERT_OVER : e.state;
    e.told_at = tx_now(tx);
    TRY(darknet_alert_episode_save(tx, &e));
    return darknet_alert_tell(tx, a, &e, event);
}

static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct alert_ids quiet, on, unread;
    usec now = tx_now(tx);
    (void)in, (void)out;
    TRY(darknet_alert_quiet(tx_db(tx), a, now - darknet_alert_limits.quiet, now - darknet_alert_limits.quiet_flood, &quiet));
    for (size_t i = 0; i < quiet.n; i++)
        TRY(pass(tx, quiet.v[i], EVENT_ENDED));
    TRY(darknet_alert_going_on(tx_db(tx), a, now - darknet_alert_limits.continuing, &on));
    for (size_t i = 0; i < on.n; i++)
        TRY(pass(tx, on.v[i], EVENT_CONTINUING));
    TRY(darknet_alert_unread(tx_db(tx), a, now - darknet_alert_limits.unread, &unread));
    for (size_t i = 0; i < unread.n; i++)
        TRY(darknet_alert_tell_prefecture(tx, a, unread.v[i]));
    return darknet_keep_pass(tx, a);
}

const struct call darknet_calls[] = {
    {"darknet.report", report},
    {"darknet.tick", tick},
    {NULL, NULL},
};
