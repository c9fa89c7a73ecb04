/* SPDX-License-Identifier: Apache-2.0 */
/* Sending: whom it means is resolved, written down and told, in one transaction. */
#include "notice/notice_private.h"

static int by_id(const void *x, const void *y)
{
    int64_t a = ((const struct notice_body *)x)->body.id.v, b = ((const struct notice_body *)y)->body.id.v;
    return (a > b) - (a < b);
}

/* The roles of those who are told: of TLP:RED the only ones who may read. */
static uint32_t told_roles(const struct notice_kind *k, enum tlp t)
{
    const struct notice_tlp *rule = notice_tlp_of(t);
    return rule->named ? rule->roles : k->told;
}

/* Of holders, which come by body, those of one body: from *at on. */
static size_t holders_of(const struct role_holders *all, int64_t body, size_t *at)
{
    size_t n = 0;
    while (*at < all->n && all->v[*at].body < body)
        (*at)++;
    while (*at + n < all->n && all->v[*at + n].body == body)
        n++;
    return n;
}

err notice_unread_bodies(struct db *db, struct arena *a, const struct notice_kind *k, enum tlp t, usec now,
    const struct notice_bodies *to, int64_t *out)
{
    struct role_holders all;
    struct notice_bodies sorted = {ARENA_ARRAY(a, struct notice_body, to->n), to->n};
    size_t at = 0;
    *out = 0;
    if (!sorted.v)
        return ERR(NOMEM);
    TRY(org_role_holders(db, a, told_roles(k, t), jday_of_usec(now), &all));
    memcpy(sorted.v, to->v, to->n * sizeof *to->v);
    qsort(sorted.v, sorted.n, sizeof *sorted.v, by_id);
    for (size_t i = 0; i < sorted.n; i++)
        *out += holders_of(&all, sorted.v[i].body.id.v, &at) == 0;
    return OK;
}

static err hand_out(const struct notice_telling *t, struct arena *a, struct notice_bodies *to)
{
    struct role_holders all;
    bool named = notice_tlp_of(t->notice->tlp)->named;
    size_t at = 0;
    TRY(org_role_holders(tx_db(t->tx), a, told_roles(t->kind, t->notice->tlp), jday_of_usec(tx_now(t->tx)), &all));
    qsort(to->v, to->n, sizeof *to->v, by_id);
    for (size_t i = 0; i < to->n; i++) {
        int64_t body = to->v[i].body.id.v;
        size_t n = holders_of(&all, body, &at);
        TRY(notice_receipt_add(t->tx, t->notice->id, body, (int64_t)n));
        for (size_t k = at; k < at + n; k++) {
            if (named)
                TRY(notice_reader_add(t->tx, t->notice->id, body, all.v[k].person));
            TRY(notice_tell(t, all.v[k].person));
        }
    }
    return OK;
}

/* What came with a TLP goes out again with no wider one, whatever the draft was changed to. */
static err check_source(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *n)
{
    struct notice about;
    const struct notice_follow *f = notice_follow_of(n->relation);
    if (!f)
        return OK;
    TRY(notice_get(tx_db(tx), a, k, who, n->about, &about));
    if (about.replaced_by)
        return ERR(CONFLICT);
    return f->own || notice_may_forward(about.tlp, n->tlp) ? OK : ERR(CONFLICT);
}

err notice_send(struct tx *tx, struct arena *a, const struct notice_kind *k, const struct principal *who,
    const struct notice *n, int64_t version)
{
    struct notice_parts parts;
    struct notice_wishes wishes;
    struct notice_bodies to;
    struct notice sent = *n;
    uint8_t hash[NOTICE_HASH];
    if (n->state != NOTICE_DRAFT)
        return ERR(CONFLICT);
    if (n->version != version)
        return ERR(STALE);
    TRY(check_source(tx, a, k, who, n));
    TRY(notice_wishes_of(tx_db(tx), a, n->id, &wishes));
    TRY(notice_audience_now(tx_db(tx), a, k, who, tx_now(tx), &wishes, &to));
    if (n->tlp == TLP_NONE || n->title.n == 0 || to.n == 0)
        return ERR(INVALID);
    TRY(notice_parts_of(tx_db(tx), a, n, &parts));
    notice_hash(n, &parts, hash);
    TRY(notice_mark_sent(tx, k, who, n, hash, (int64_t)to.n, &sent.number));
    return hand_out(&(struct notice_telling){tx, k, &sent, "sent", "が届きました", false}, a, &to);
}
