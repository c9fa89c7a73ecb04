/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of drafts. */
#include "notice/notice_private.h"

static err add(struct tx *tx, const struct notice_kind *k, const struct principal *who, const struct notice *n, int64_t *id)
{
    *id = tx_id(tx);
    return db_exec(tx,
        SQL("INSERT INTO notice (id, kind, office, state, tlp, urgency, drill, title, due, relation, about, person, at,"
            " changed_at, bodies, seen, answered, version) VALUES ($1, $2, $3, 1, $4, $5, $6, $7, NULL, $8, $9, $10, $11, $11,"
            " 0, 0, 0, 1)"),
        V(*id, str_of(k->name), who->org, n->tlp, n->urgency, n->drill, n->title, n->relation,
            n->about ? val_int(n->about) : VAL_NONE, who->person, tx_now(tx)));
}

err notice_draft_new(struct tx *tx, const struct notice_kind *k, const struct principal *who, int64_t *id)
{
    return add(tx, k, who, &(struct notice){.urgency = URGENCY_USUAL}, id);
}

static err wish_add(struct tx *tx, int64_t id, str condition, str value)
{
    return db_exec(tx,
        SQL("INSERT INTO notice_audience (notice, condition, value) VALUES ($1, $2, $3)"
            " ON CONFLICT (notice, condition, value) DO NOTHING"),
        V(id, condition, value));
}

err notice_draft_follow(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *about, enum notice_relation r, int64_t *id)
{
    const struct notice_follow *f = notice_follow_of(r);
    if (!f || f->own != about->source || about->state != NOTICE_SENT)
        return ERR(NOTFOUND);
    if (about->replaced_by || (!f->own && !notice_may_forward(about->tlp, about->tlp)))
        return ERR(CONFLICT);
    struct notice n = {.tlp = r == RELATION_RELEASE ? TLP_NONE : about->tlp, .urgency = about->urgency,
        .drill = about->drill, .title = about->title, .relation = r, .about = about->id};
    TRY(add(tx, k, who, &n, id));
    if (f->copies)
        TRY(db_exec(tx,
            SQL("INSERT INTO notice_part (notice, key, text) SELECT CAST($1 AS BIGINT), p.key, p.text FROM notice_part p"
                " WHERE p.notice=$2"),
            V(*id, about->id)));
    return f->replaces ? wish_add(tx, *id, str_of(notice_to_received.key), str_fmt(a, "%lld", (long long)about->id)) : OK;
}

err notice_wishes_of(struct db *db, struct arena *a, int64_t id, struct notice_wishes *out)
{
    *out = (struct notice_wishes){ARENA_ARRAY(a, struct notice_wish, NOTICE_WISHES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT condition, value FROM notice_audience WHERE notice=$1 ORDER BY condition, value LIMIT 400"), V(id))
    out->v[out->n++] = (struct notice_wish){row_str(a, &r, 0), row_str(a, &r, 1)};
    return db_status(db);
}

err notice_draft_put(struct tx *tx, const struct notice_draft *d)
{
    const struct notice *n = d->head;
    int64_t changed;
    if (n->state != NOTICE_DRAFT)
        return ERR(CONFLICT);
    TRY(db_exec_count(tx,
        SQL("UPDATE notice SET tlp=$3, urgency=$4, drill=$5, title=$6, due=$7, changed_at=$8, version=version+1"
            " WHERE id=$1 AND version=$2 AND state=1"),
        V(n->id, n->version, n->tlp, n->urgency, n->drill, n->title, n->due == DAY_NONE ? VAL_NONE : val_int(n->due),
            tx_now(tx)),
        &changed));
    if (changed != 1)
        return ERR(STALE);
    TRY(db_exec(tx, SQL("DELETE FROM notice_part WHERE notice=$1"), V(n->id)));
    TRY(db_exec(tx, SQL("DELETE FROM notice_audience WHERE notice=$1"), V(n->id)));
    for (size_t i = 0; i < d->parts.n; i++)
        if (d->parts.v[i].text.n)
            TRY(db_exec(tx, SQL("INSERT INTO notice_part (notice, key, text) VALUES ($1, $2, $3)"),
                V(n->id, d->parts.v[i].key, d->parts.v[i].text)));
    for (size_t i = 0; i < d->wishes.n; i++)
        TRY(wish_add(tx, n->id, d->wishes.v[i].condition, d->wishes.v[i].value));
    return OK;
}

err notice_draft_drop(struct tx *tx, const struct notice *n)
{
    if (n->state != NOTICE_DRAFT)
        return ERR(CONFLICT);
    TRY(db_exec(tx, SQL("DELETE FROM notice_part WHERE notice=$1"), V(n->id)));
    TRY(db_exec(tx, SQL("DELETE FROM notice_audience WHERE notice=$1"), V(n->id)));
    return db_exec(tx, SQL("DELETE FROM notice WHERE id=$1 AND state=1"), V(n->id));
}
