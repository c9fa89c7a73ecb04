/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of evidence, and measuring. */
#include "evidence/evidence_private.h"

extern const struct embedded evidence_migrations[];

const struct measure *evidence_measure_find(str name)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct measure *x = (*m)->measures; x && x->name; x++)
            if (str_eq(str_of(x->name), name))
                return x;
    return NULL;
}

err evidence_take(struct tx *tx, struct arena *a, int64_t body, const struct measure *m)
{
    struct str_list used;
    struct measured value;
    str name = str_of(m->name);
    TRY(evidence_questions(tx_db(tx), a, name, &used));
    if (used.n == 0)
        return OK;
    TRY(m->compute(tx_db(tx), body, tx_now(tx), &value));
    for (size_t i = 0; i < used.n; i++) {
        struct evidence_last last;
        TRY(evidence_newest(tx_db(tx), body, used.v[i], name, &last));
        bool same = last.id && last.value.known == value.known && last.value.value == value.value;
        if (!same || tx_now(tx) - last.at >= USEC_DAY)
            TRY(evidence_add(tx, body, used.v[i], m, value));
    }
    return OK;
}

err evidence_take_all(struct tx *tx, struct arena *a, int64_t body)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct measure *x = (*m)->measures; x && x->name; x++)
            TRY(evidence_take(tx, a, body, x));
    return OK;
}

/* in: the last body done, empty at first; out: the last one now, empty at the end. A step is a
 * short transaction, so that nobody who saves waits long. */
static err measure_step(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    int64_t after = 0, body[EVIDENCE_STEP];
    size_t n;
    if (in.n)
        TRY(parse_i64(in, 0, INT64_MAX, &after));
    TRY(evidence_bodies(tx_db(tx), after, body, &n));
    for (size_t i = 0; i < n; i++)
        TRY(evidence_take_all(tx, a, body[i]));
    if (n == EVIDENCE_STEP)
        buf_fmt(out, "%lld", (long long)body[n - 1]);
    return buf_status(out);
}

/* A step a minute, over all bodies once a day: "2026-11-21 483010" is how far it is, "… end" when
 * the day is done. */
static err measure_tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    static const char name[] = "evidence.tick";
    BUF_AUTO today = BUF(32);
    BUF_AUTO next = BUF(64);
    str state = STR_NONE, day;
    (void)in, (void)out;
    put_iso_day(&today, jday_of_usec(tx_now(tx)));
    err e = setting_get(tx_db(tx), a, str_of(name), &state);
    if (err_is(e) && e.code != ERR_NOTFOUND)
        return e;
    str_cut(&state, ' ', &day);
    if (!str_eq(day, buf_view(&today)))
        state = STR_NONE;
    if (str_eq(state, S("end")))
        return OK;
    TRY(measure_step(tx, a, state, &next));
    str at = next.n ? buf_view(&next) : S("end");
    return setting_put(tx, str_of(name),
        str_fmt(a, "%.*s %.*s", STR_F(buf_view(&today)), STR_F(at)));
}

static const struct call calls[] = {
    {"evidence.measure", measure_step},
    {"evidence.tick", measure_tick},
    {NULL, NULL},
};

const struct module evidence_module = {
    .name = "evidence",
    .tick = "evidence.tick",
    .calls = calls,
    .migrations = evidence_migrations,
    .takeouts = evidence_takeouts,
};
