/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of ranges: what is taken, what people typed, how registrations lie to each other. */
#include "darknet/darknet_model.h"

#include <stdlib.h>

const struct word darknet_roles[3] = {
    {DARKNET_OWN, S("own"), S("団体の範囲")},
    {DARKNET_EGRESS, S("egress"), S("共用出口")},
    {DARKNET_VENDOR, S("vendor"), S("委託先の範囲")},
};

str darknet_role_key(enum darknet_role r)
{
    return WORD_OF(darknet_roles, r)->key;
}

str darknet_role_name(enum darknet_role r)
{
    return WORD_OF(darknet_roles, r)->name;
}

enum darknet_role darknet_role_of_key(str key)
{
    return (enum darknet_role)WORD_OF_KEY(darknet_roles, key)->value;
}

/* ── what is taken ── */

/* The shortest length; by purpose, IPv4 and IPv6. */
static const int shortest[][2] = {
    [FOR_REGISTRATION] = {16, 32}, [FOR_EXTERNAL] = {8, 16}, [FOR_INTERNAL] = {8, 32}};

str darknet_range_refusal(
    struct arena *a, const struct net_range *r, enum darknet_purpose purpose, bool demo)
{
    int least = shortest[purpose][r->size == 16];
    if (r->bits < least)
        return str_fmt(a, "広すぎます。/%d か、それより狭い範囲に分けてください。", least);
    switch (net_use_of(r)) {
    case NET_PUBLIC:
        return STR_NONE;
    case NET_PRIVATE:
        return purpose == FOR_INTERNAL
            ? STR_NONE
            : S("組織の内側だけで使うアドレス（プライベートアドレス）です。外から見えるアドレスを入力してください。");
    case NET_DOCUMENTATION:
        return demo ? STR_NONE : S("説明や試験のためのアドレスです。実際に使っているアドレスを入力してください。");
    case NET_SPECIAL:
        return S("特別な用途のアドレスで、使うことができません。");
    }
    return STR_NONE;
}

/* ── what people typed ── */

struct reading {
    struct arena *a;
    enum darknet_purpose purpose;
    bool demo;
    struct net_ranges *out;
    struct buf wrong;
    int n_wrong, line;
};

/* By the number of the line, not by what stands in it: that is still in the field. */
static void say_wrong(struct reading *r, str why)
{
    enum { MOST = 5 };
    if (++r->n_wrong > MOST)
        return;
    buf_fmt(&r->wrong, "%s%d行目：%.*s", r->n_wrong > 1 ? "　" : "", r->line, STR_F(why));
}

static bool is_there(const struct net_ranges *all, const struct net_range *one)
{
    for (size_t i = 0; i < all->n; i++)
        if (net_relate(&all->v[i], one) == NET_SAME)
            return true;
    return false;
}

static str why_not(struct reading *r, str text, struct net_range *net)
{
    bool loose;
    if (err_is(net_range_read(text, net, &loose)))
        return S("アドレスの範囲として読めません。例）192.0.2.0/24、2001:db8::/48");
    if (loose) {
        BUF_AUTO b = BUF(80);
        net_put(&b, net);
        return str_fmt(r->a, "範囲の先頭ではありません。%.*s ではありませんか。", STR_F(buf_view(&b)));
    }
    if (is_there(r->out, net))
        return S("同じ範囲が二度あります。");
    return darknet_range_refusal(r->a, net, r->purpose, r->demo);
}

static err read_line(struct reading *r, str line)
{
    struct net_range net;
    char *half = ARENA_ARRAY(r->a, char, line.n + 1);
    if (!half)
        return ERR(NOMEM);
    str text = str_trim(str_to_halfwidth(half, line));
    r->line++;
    if (text.n == 0)
        return OK;
    str why = why_not(r, text, &net);
    if (why.n == 0 && r->out->n == DARKNET_CLAIMS)
        why = S("一度に100件までです。");
    if (why.n)
        say_wrong(r, why);
    else
        r->out->v[r->out->n++] = net;
    return OK;
}

err darknet_ranges_parse(struct arena *a, str text, enum darknet_purpose purpose, bool demo,
    struct net_ranges *out, str *wrong)
{
    struct reading r = {.a = a, .purpose = purpose, .demo = demo, .out = out,
        .wrong = BUF(8192)};
    str line;
    *out = (struct net_ranges){ARENA_ARRAY(a, struct net_range, DARKNET_CLAIMS), 0};
    err e = out->v ? OK : ERR(NOMEM);
    while (!err_is(e) && str_cut(&text, '\n', &line))
        e = read_line(&r, line);
    if (!err_is(e) && r.n_wrong > 5)
        buf_fmt(&r.wrong, "　ほかにも %d 行あります。", r.n_wrong - 5);
    *wrong = str_dup(a, buf_view(&r.wrong));
    if (!err_is(e))
        e = buf_status(&r.wrong);
    buf_free(&r.wrong);
    return e;
}

static bool is_between(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == ',' || c == '\r';
}

static bool has_code(const struct strs *all, str code)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i], code))
            return true;
    return false;
}

err darknet_codes_parse(struct arena *a, str text, struct strs *out, str *wrong)
{
    char *half = ARENA_ARRAY(a, char, text.n + 1);
    *out = (struct strs){ARENA_ARRAY(a, str, DARKNET_SHARERS), 0};
    *wrong = STR_NONE;
    if (!half || !out->v)
        return ERR(NOMEM);
    str s = str_to_halfwidth(half, text);
    for (size_t i = 0, typed = 0; i < s.n;) {
        size_t n = 0;
        while (i + n < s.n && !is_between(s.p[i + n]))
            n++;
        str code = str_sub(s, i, n);
        i += n + 1;
        typed += n > 0;
        if (n == 0 || has_code(out, code))
            continue;
        if (!org_code_is_valid(code) || out->n == DARKNET_SHARERS) {
            *wrong = str_fmt(a, "%zu番目", typed);
            return ERR(INVALID);
        }
        out->v[out->n++] = code;
    }
    return OK;
}

/* ── registrations ── */

bool darknet_claim_is_same(const struct darknet_claim *a, const struct darknet_claim *b)
{
    if (net_relate(&a->net, &b->net) != NET_SAME || a->role != b->role || a->n_with != b->n_with ||
        !str_eq(a->holder, b->holder))
        return false;
    for (size_t i = 0; i < a->n_with; i++)
        if (a->with[i].id.v != b->with[i].id.v)
            return false;
    return true;
}

const struct darknet_claim *darknet_claim_of(
    const struct darknet_claims *all, const struct net_range *r)
{
    for (size_t i = 0; i < all->n; i++)
        if (net_relate(&all->v[i].net, r) == NET_SAME)
            return &all->v[i];
    return NULL;
}

static int by_code(const void *a, const void *b)
{
    const struct body *x = a, *y = b;
    int c = str_cmp(x->code6, y->code6);
    return c ? c : (x->id.v > y->id.v) - (x->id.v < y->id.v);
}

static void join_row(struct darknet_prefix *p, const struct darknet_holding *h)
{
    for (size_t i = 0; i < p->n_bodies; i++)
        if (p->bodies[i].id.v == h->body.id.v)
            return;
    p->bodies[p->n_bodies++] = h->body;
}

err darknet_prefixes_join(struct arena *a, const struct darknet_holding *rows, size_t n,
    struct darknet_prefixes *out)
{
    struct body *bodies = ARENA_ARRAY(a, struct body, n + 1);
    *out = (struct darknet_prefixes){ARENA_ARRAY(a, struct darknet_prefix, n + 1), 0};
    if (!bodies || !out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        const struct darknet_holding *h = &rows[i];
        struct darknet_prefix *p = out->n ? &out->v[out->n - 1] : NULL;
        if (!p || net_relate(&p->net, &h->net) != NET_SAME) {
            p = &out->v[out->n++];
            *p = (struct darknet_prefix){h->net, h->role, bodies + i, 0, h->from, h->to};
        }
        if (p->role != h->role)
            p->role = DARKNET_EGRESS;
        p->from = h->from < p->from ? h->from : p->from;
        p->to = h->to == 0 || p->to == 0 ? 0 : h->to > p->to ? h->to : p->to;
        join_row(p, h);
    }
    for (size_t i = 0; i < out->n; i++)
        qsort(out->v[i].bodies, out->v[i].n_bodies, sizeof *bodies, by_code);
    return OK;
}

void darknet_put_body(struct buf *b, const struct body *body)
{
    if (body->code6.n)
        buf_str(b, body->code6);
    else
        buf_fmt(b, "B%lld", (long long)body->id.v);
}

void darknet_put_prefixes(struct buf *b, const struct darknet_prefixes *all)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_prefix *p = &all->v[i];
        net_put(b, &p->net);
        for (size_t k = 0; k < p->n_bodies; k++) {
            buf_char(b, k ? ',' : ' ');
            darknet_put_body(b, &p->bodies[k]);
        }
        buf_char(b, ' ');
        buf_str(b, darknet_role_key(p->role));
        buf_char(b, '\n');
    }
}

/* ── what lies in the way ── */

bool darknet_overlap_is_shared(const struct darknet_overlap *o)
{
    return o->role == DARKNET_EGRESS && o->other_role == DARKNET_EGRESS;
}

bool darknet_overlap_blocks(const struct darknet_overlap *o)
{
    return !o->applied && o->other_role == DARKNET_OWN;
}

str darknet_relation_name(enum net_relation r)
{
    switch (r) {
    case NET_SAME:
        return S("同じ範囲");
    case NET_INSIDE:
        return S("その内側の範囲");
    case NET_AROUND:
        return S("それを含む範囲");
    case NET_APART:
        break;
    }
    return STR_NONE;
}
