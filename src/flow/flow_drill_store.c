/* SPDX-License-Identifier: Apache-2.0 */
/* Exercises: a clock that is moved on, and recipients that the feature plays. */
#include "flow/flow_private.h"

usec flow_now(const struct flow_case *c, usec now)
{
    return now + c->shift;
}

err flow_drill_move(struct tx *tx, struct flow_case *c, usec by)
{
    int64_t n;
    if (!c->drill || by <= 0 || c->shift > FLOW_DRILL_MOST - by)
        return ERR(CONFLICT);
    TRY(db_exec_count(tx, SQL("UPDATE flow_case SET shift=shift+$2 WHERE id=$1 AND drill=1"), V(c->id, by), &n));
    c->shift += by;
    return n == 1 ? OK : ERR(CONFLICT);
}

err flow_drill_answer(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_case *c,
    const struct flow_delivery *d, enum flow_receipt answer, str question)
{
    usec at = flow_now(c, tx_now(tx));
    if (!c->drill || d->flow != c->id || d->office)
        return ERR(CONFLICT);
    TRY(flow_receipt_put(tx, a, d->id, answer, at, 0));
    return question.n ? flow_message_put(tx, a, v, s, d, true, 0, at, question) : OK;
}
