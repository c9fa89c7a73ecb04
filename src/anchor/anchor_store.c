/* SPDX-License-Identifier: Apache-2.0 */
/* Every statement of anchor: heads, seals and the rows they speak of. */
#include "anchor/anchor_private.h"

static err leaf_of(const struct rows *r, int col, struct anchor_leaf *out)
{
    str hash = row_view(r, col + 2);
    out->body = row_i64(r, col);
    out->seq = row_i64(r, col + 1);
    if (hash.n != ANCHOR_HASH)
        return ERR(CONFLICT);
    memcpy(out->hash, hash.p, ANCHOR_HASH);
    return OK;
}

err anchor_head(struct db *db, int64_t body, struct anchor_leaf *out)
{
    DB_ONE(db, r, SQL("SELECT body, seq, hash FROM audit_head WHERE body=$1"), V(body));
    return leaf_of(&r, 0, out);
}

static err each_leaf(struct rows *r, err (*each)(void *ctx, const struct anchor_leaf *), void *ctx)
{
    struct anchor_leaf leaf;
    while (rows_next(r)) {
        TRY(leaf_of(r, 0, &leaf));
        TRY(each(ctx, &leaf));
    }
    return db_status(r->db);
}

err anchor_each_head(struct db *db, bool only_new,
    err (*each)(void *ctx, const struct anchor_leaf *head), void *ctx)
{
    struct rows r CLEANUP(rows_done) = db_query(db,
        SQL("SELECT h.body, h.seq, h.hash FROM audit_head h WHERE h.body<>0 AND (CAST($1 AS BIGINT)=0 OR h.seq >"
            " COALESCE((SELECT MAX(s.seq) FROM audit_seal s WHERE s.body=h.body), 0))"
            " ORDER BY h.body"),
        V((int)only_new));
    return each_leaf(&r, each, ctx);
}

err anchor_add_sealed(struct tx *tx, int64_t seal, const struct anchor_leaf *head)
{
    return db_exec(tx,
        SQL("INSERT INTO audit_seal (seal, body, seq, hash) VALUES ($1, $2, $3, $4)"),
        V(seal, head->body, head->seq, ((struct bytes){head->hash, ANCHOR_HASH})));
}

/* "root:HEX CHAINS" */
static err root_of(str object, uint8_t root[ANCHOR_HASH], int64_t *chains)
{
    str head;
    if (!str_starts(object, S("root:")))
        return ERR(CONFLICT);
    object = str_sub(object, 5, object.n);
    if (!str_cut(&object, ' ', &head) || err_is(hex_parse(head, root, ANCHOR_HASH)) ||
        err_is(parse_i64(object, 0, ANCHOR_BODIES, chains)))
        return ERR(CONFLICT);
    return OK;
}

err anchor_last_seal(struct db *db, uint8_t root[ANCHOR_HASH], int64_t *chains, bool *found)
{
    *found = false;
    *chains = 0;
    DB_EACH(db, r,
        SQL("SELECT object FROM audit WHERE body=0 AND seq=(SELECT MAX(seal) FROM audit_seal)"),
        V0)
    {
        *found = true;
        TRY(root_of(row_view(&r, 0), root, chains));
    }
    return db_status(db);
}

static err set_leaf(void *ctx, const struct anchor_leaf *leaf)
{
    return anchor_tree_set(ctx, leaf);
}

err anchor_sealed_tree(struct db *db, struct anchor_tree *t)
{
    struct rows r CLEANUP(rows_done) = db_query(db,
        SQL("SELECT s.body, s.seq, s.hash FROM audit_seal s WHERE s.seq="
            " (SELECT MAX(l.seq) FROM audit_seal l WHERE l.body=s.body) ORDER BY s.body"),
        V0);
    return each_leaf(&r, set_leaf, t);
}

err anchor_each_sealed(
    struct db *db, err (*each)(void *ctx, const struct anchor_sealed *s), void *ctx)
{
    DB_EACH(db, r,
        SQL("SELECT s.seal, s.body, s.seq, s.hash, a.hash FROM audit_seal s"
            " LEFT JOIN audit a ON a.body=s.body AND a.seq=s.seq ORDER BY s.seal, s.body"),
        V0)
    {
        struct anchor_sealed s = {.seal = row_i64(&r, 0)};
        TRY(leaf_of(&r, 1, &s.head));
        s.is_same = str_eq(row_view(&r, 3), row_view(&r, 4));
        TRY(each(ctx, &s));
    }
    return db_status(db);
}

err anchor_seal_root(struct db *db, int64_t seal, uint8_t root[ANCHOR_HASH])
{
    int64_t ignored;
    DB_ONE(db, r,
        SQL("SELECT object FROM audit WHERE body=0 AND seq=$1 AND action='audit.seal'"), V(seal));
    return root_of(row_view(&r, 0), root, &ignored);
}

err anchor_count_seals(struct db *db, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM audit WHERE body=0 AND action='audit.seal'"), V0);
    *n = row_i64(&r, 0);
    return OK;
}

err anchor_row_hash(struct db *db, int64_t body, int64_t seq, uint8_t hash[ANCHOR_HASH])
{
    DB_ONE(db, r, SQL("SELECT hash FROM audit WHERE body=$1 AND seq=$2"), V(body, seq));
    str stored = row_view(&r, 0);
    if (stored.n != ANCHOR_HASH)
        return ERR(CONFLICT);
    memcpy(hash, stored.p, ANCHOR_HASH);
    return OK;
}

err anchor_sealed_at(struct db *db, usec *out)
{
    *out = 0;
    DB_EACH(db, r,
        SQL("SELECT at FROM audit WHERE body=0 AND seq=(SELECT MAX(seal) FROM audit_seal)"), V0)
    *out = row_i64(&r, 0);
    return OK;
}
