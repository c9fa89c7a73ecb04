/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of anchor; sealing, lines and proofs. */
#include "anchor/anchor_private.h"

extern const struct embedded anchor_migrations[];

err anchor_line(struct db *db, struct arena *a, usec now, int64_t body, str *out)
{
    struct anchor_leaf head;
    struct sign_key key;
    BUF_AUTO b = BUF(ANCHOR_LINE_MAX);
    TRY(anchor_head(db, body, &head));
    struct anchor_witness w = {.body = body, .seq = head.seq};
    memcpy(w.hash, head.hash, ANCHOR_HASH);
    if (body == 0)
        TRY(anchor_last_seal(db, w.root, &w.chains, &w.has_root));
    TRY(sign_key_load(db, &key));
    anchor_witness_put(&b, &w, now, &key);
    sign_key_done(&key);
    TRY(buf_status(&b));
    *out = str_dup(a, buf_view(&b));
    return out->n ? OK : ERR(NOMEM);
}

/* ── sealing ── */

struct sealing {
    struct tx *tx;
    struct anchor_tree *tree;
    int64_t seal, grown;
};

static err set_leaf(void *ctx, const struct anchor_leaf *head)
{
    struct sealing *s = ctx;
    return anchor_tree_set(s->tree, head);
}

static err count_one(void *ctx, const struct anchor_leaf *head)
{
    struct sealing *s = ctx;
    (void)head;
    s->grown++;
    return OK;
}

static err keep_one(void *ctx, const struct anchor_leaf *head)
{
    struct sealing *s = ctx;
    return anchor_add_sealed(s->tx, s->seal, head);
}

/* The rows of the table follow the row of the chain, so its number is known. */
static err seal(struct sealing *s, struct arena *a)
{
    struct db *db = tx_db(s->tx);
    uint8_t root[ANCHOR_HASH];
    char hex[2 * ANCHOR_HASH];
    struct anchor_leaf own;
    s->tree = anchor_tree_new(a);
    if (!s->tree)
        return ERR(NOMEM);
    TRY(anchor_each_head(db, false, set_leaf, s));
    anchor_tree_root(s->tree, root);
    struct audit_entry e = {.action = S("audit.seal"),
        .object = str_fmt(a, "root:%.*s %zu", STR_F(hex_of(hex, root, ANCHOR_HASH)), s->tree->n)};
    TRY(audit_append(s->tx, &e));
    TRY(anchor_head(db, 0, &own));
    s->seal = own.seq;
    return anchor_each_head(db, true, keep_one, s);
}

err anchor_seal(struct tx *tx, struct arena *a, struct buf *out)
{
    struct sealing s = {.tx = tx};
    str line;
    TRY(anchor_each_head(tx_db(tx), true, count_one, &s));
    if (s.grown)
        TRY(seal(&s, a));
    TRY(anchor_line(tx_db(tx), a, tx_now(tx), 0, &line));
    buf_str(out, line);
    return buf_status(out);
}

static err seal_call(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)in;
    return anchor_seal(tx, a, out);
}

/* Once in every hour of the clock, however often it is asked. */
static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    str hour = str_fmt(a, "%lld", (long long)(tx_now(tx) / USEC_HOUR)), last = STR_NONE;
    (void)in;
    err e = setting_get(tx_db(tx), a, S("anchor_hour"), &last);
    if (err_is(e) && e.code != ERR_NOTFOUND)
        return e;
    if (str_eq(hour, last))
        return OK;
    TRY(setting_put(tx, S("anchor_hour"), hour));
    return anchor_seal(tx, a, out);
}

/* ── proofs ── */

err anchor_prove(struct db *db, struct arena *a, usec now, int64_t body, struct buf *out)
{
    struct anchor_path path;
    str line;
    struct anchor_tree *t = anchor_tree_new(a);
    if (!t)
        return ERR(NOMEM);
    TRY(anchor_sealed_tree(db, t));
    TRY(anchor_tree_path(t, body, &path));
    TRY(anchor_line(db, a, now, 0, &line));
    anchor_proof_put(out, &path);
    buf_fmt(out, "%.*s\n", STR_F(line));
    return buf_status(out);
}

err anchor_proof_check(str text, struct buf *out)
{
    struct anchor_path path;
    struct anchor_witness w;
    uint8_t root[ANCHOR_HASH];
    char hex[2 * ANCHOR_HASH];
    TRY(anchor_proof_parse(text, &path, &w));
    TRY(anchor_path_root(&path, root));
    if (w.body != 0 || !w.has_root || w.chains != path.n ||
        memcmp(root, w.root, ANCHOR_HASH) != 0)
        return ERR(INVALID);
    buf_fmt(out, "団体 %lld の監査証跡は、%lld 番まで、%.*s の封に入っています。\nその行のハッシュ: %.*s\n",
        (long long)path.leaf.body, (long long)path.leaf.seq, STR_F(w.time),
        STR_F(hex_of(hex, path.leaf.hash, ANCHOR_HASH)));
    buf_fmt(out, "国の連なり: %lld 番 %.*s\n", (long long)w.seq,
        STR_F(hex_of(hex, w.hash, ANCHOR_HASH)));
    buf_fmt(out, "署名鍵: %.*s\n", STR_F(hex_of(hex, w.key, SIGN_PUBLIC)));
    return buf_status(out);
}

static const struct call calls[] = {
    {"anchor.seal", seal_call},
    {"anchor.tick", tick},
    {NULL, NULL},
};

const struct module anchor_module = {
    .name = "anchor", .calls = calls, .migrations = anchor_migrations, .tick = "anchor.tick"};
