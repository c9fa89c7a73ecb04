/* SPDX-License-Identifier: Apache-2.0 */
/* Verifying: the chains by themselves, the seals against the chains, both against what is kept
 * outside. */
#include "anchor/anchor_private.h"

enum { BODIES = ANCHOR_BODIES, LISTED = 50 };

/* What is known of one chain: up to where witnesses agree, and the first number they do not. */
struct chain {
    int64_t body, good, bad;
};

struct verifying {
    struct db *db;
    struct anchor_report *report;
    struct anchor_tree *tree;
    int64_t seal; /* the one whose leaves are being read; 0: none */
    int64_t counted;
    struct chain *chains; /* BODIES of them */
    size_t n;
};

static void find(struct verifying *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void find(struct verifying *v, const char *fmt, ...)
{
    char line[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    if (v->report->problems++ < LISTED)
        buf_fmt(v->report->lines, "%s\n", line);
}

static struct chain *chain_of(struct verifying *v, int64_t body)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->chains[i].body == body)
            return &v->chains[i];
    if (v->n == BODIES)
        return NULL;
    v->chains[v->n] = (struct chain){.body = body};
    return &v->chains[v->n++];
}

static void compare(struct verifying *v, int64_t body, int64_t seq, bool is_same)
{
    struct chain *c = chain_of(v, body);
    if (c && is_same && seq > c->good)
        c->good = seq;
    if (c && !is_same && (c->bad == 0 || seq < c->bad))
        c->bad = seq;
}

/* ── the seals ── */

static err end_of_seal(struct verifying *v)
{
    uint8_t root[ANCHOR_HASH], stored[ANCHOR_HASH];
    if (v->seal == 0)
        return OK;
    anchor_tree_root(v->tree, root);
    err e = anchor_seal_root(v->db, v->seal, stored);
    if (e.code == ERR_IO)
        return e;
    if (err_is(e) || memcmp(root, stored, ANCHOR_HASH) != 0)
        find(v, "国の連なりの %lld 番：封が、封をした団体の連なりと合いません", (long long)v->seal);
    v->counted++;
    return OK;
}

static err on_sealed(void *ctx, const struct anchor_sealed *s)
{
    struct verifying *v = ctx;
    if (s->seal != v->seal) {
        TRY(end_of_seal(v));
        v->seal = s->seal;
    }
    compare(v, s->head.body, s->head.seq, s->is_same);
    return anchor_tree_set(v->tree, &s->head);
}

static err verify_seals(struct verifying *v)
{
    int64_t n;
    TRY(anchor_each_sealed(v->db, on_sealed, v));
    TRY(end_of_seal(v));
    TRY(anchor_count_seals(v->db, &n));
    if (n != v->counted)
        find(v, "封は %lld 回あるはずですが、記録は %lld 回分です", (long long)n,
            (long long)v->counted);
    v->report->seals = v->counted;
    return OK;
}

/* ── what is kept outside ── */

static err on_witness(struct verifying *v, const struct anchor_witness *w)
{
    uint8_t hash[ANCHOR_HASH];
    struct anchor_leaf head = {0};
    err e = anchor_row_hash(v->db, w->body, w->seq, hash);
    if (e.code == ERR_IO)
        return e;
    v->report->witnesses++;
    compare(v, w->body, w->seq, !err_is(e) && memcmp(hash, w->hash, ANCHOR_HASH) == 0);
    if (e.code != ERR_NOTFOUND)
        return OK;
    e = anchor_head(v->db, w->body, &head);
    if (e.code == ERR_IO)
        return e;
    if (head.seq < w->seq)
        find(v, "%s %lld：%.*s には %lld 番までありましたが、今は %lld 番までです（末尾がありません）",
            w->body ? "団体" : "国の連なり", (long long)w->body, STR_F(w->time),
            (long long)w->seq, (long long)head.seq);
    return OK;
}

static err verify_outside(struct verifying *v, str text)
{
    struct sign_key key;
    uint8_t own[SIGN_PUBLIC];
    str line;
    TRY(sign_key_load(v->db, &key));
    memcpy(own, key.public_key, SIGN_PUBLIC);
    sign_key_done(&key);
    for (int64_t at = 1; str_cut(&text, '\n', &line); at++) {
        struct anchor_witness w;
        line = str_trim(line);
        if (line.n == 0)
            continue;
        err e = anchor_witness_parse(line, &w);
        if (e.code == ERR_DENIED)
            find(v, "控えの %lld 行目：署名が合いません（書き換えられています）", (long long)at);
        else if (err_is(e))
            find(v, "控えの %lld 行目：読み取れません", (long long)at);
        else if (memcmp(w.key, own, SIGN_PUBLIC) != 0)
            find(v, "控えの %lld 行目：この櫓の署名ではありません", (long long)at);
        else
            TRY(on_witness(v, &w));
    }
    return OK;
}

/* ── all of it ── */

static err verify_chains(struct verifying *v)
{
    struct audit_report r;
    err e = audit_verify(v->db, &r);
    v->report->chains = r.chains;
    v->report->rows = r.rows;
    if (e.code == ERR_CONFLICT)
        find(v, "団体 %lld の %lld 番で連なりが切れています", (long long)r.bad_body,
            (long long)r.bad_seq);
    return e.code == ERR_CONFLICT ? OK : e;
}

static void tell_chains(struct verifying *v)
{
    for (size_t i = 0; i < v->n; i++) {
        const struct chain *c = &v->chains[i];
        if (c->bad)
            find(v, "%s %lld：%lld 番から %lld 番までの間で、前と違うものになっています",
                c->body ? "団体" : "国の連なり", (long long)c->body,
                (long long)(c->good < c->bad ? c->good + 1 : 1), (long long)c->bad);
    }
}

err anchor_verify(struct db *db, struct arena *a, str outside, struct anchor_report *report)
{
    struct verifying v = {.db = db, .report = report, .tree = anchor_tree_new(a)};
    v.chains = ARENA_ARRAY(a, struct chain, BODIES);
    if (!v.tree || !v.chains)
        return ERR(NOMEM);
    TRY(verify_chains(&v));
    TRY(verify_seals(&v));
    if (outside.n)
        TRY(verify_outside(&v, outside));
    tell_chains(&v);
    return OK;
}
