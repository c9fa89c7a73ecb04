/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a chain: written, read again, and checked. */
#include "flow/flow_chain.h"

#include "core/json.h"

#include <jansson.h>
#include <sodium.h>

str chain_text(struct arena *a, const struct chain_link *l)
{
    char hash[2 * CHAIN_HASH], previous[2 * CHAIN_HASH];
    return str_fmt(a, "yagura-report-1 %lld %.*s %lld %lld %.*s %.*s", (long long)l->flow, STR_F(l->recipient),
        (long long)l->number, (long long)l->at, STR_F(hex_of(hash, l->hash, CHAIN_HASH)),
        STR_F(hex_of(previous, l->previous, CHAIN_HASH)));
}

str chain_receipt_text(struct arena *a, const struct chain_link *l)
{
    char hash[2 * CHAIN_HASH];
    return str_fmt(a, "yagura-receipt-1 %.*s %.*s %lld", STR_F(hex_of(hash, l->hash, CHAIN_HASH)), STR_F(l->answer),
        (long long)l->answered_at);
}

/* ── writing ── */

static void put_hex_of(struct json *j, const char *name, const uint8_t *p, size_t n)
{
    char text[2 * SIGN_BYTES];
    json_key(j, str_of(name));
    json_str(j, hex_of(text, p, n));
}

static void put_number(struct json *j, const char *name, int64_t v)
{
    json_key(j, str_of(name));
    json_i64(j, v);
}

static void put_text(struct json *j, const char *name, str text)
{
    json_key(j, str_of(name));
    json_str(j, text);
}

static void put_link(struct json *j, const struct chain_link *l)
{
    json_begin_object(j);
    put_number(j, "flow", l->flow);
    put_text(j, "recipient", l->recipient);
    put_number(j, "number", l->number);
    put_number(j, "at", l->at);
    put_hex_of(j, "hash", l->hash, CHAIN_HASH);
    put_hex_of(j, "previous", l->previous, CHAIN_HASH);
    put_hex_of(j, "signature", l->signature, SIGN_BYTES);
    put_text(j, "report", l->report);
    if (l->answered_at) {
        put_text(j, "answer", l->answer);
        put_number(j, "answered_at", l->answered_at);
        put_hex_of(j, "receipt", l->receipt, SIGN_BYTES);
    }
    json_end_object(j);
}

void chain_put(struct buf *b, const struct chain *c)
{
    struct json j = json_on(b);
    json_begin_object(&j);
    put_text(&j, "format", S("yagura-reports-1"));
    put_hex_of(&j, "public_key", c->public_key, SIGN_PUBLIC);
    json_key(&j, S("reports"));
    json_begin_array(&j);
    for (size_t i = 0; i < c->n; i++)
        put_link(&j, &c->v[i]);
    json_end_array(&j);
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* the buffer says what went wrong */
}

/* ── reading ── */

static bool hex_in(const json_t *o, const char *name, uint8_t *out, size_t n)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s && !err_is(hex_parse(str_of(s), out, n));
}

static bool number_in(const json_t *o, const char *name, int64_t *out)
{
    const json_t *v = json_object_get(o, name);
    *out = json_integer_value(v);
    return json_is_integer(v) && *out > 0;
}

static bool text_in(struct arena *a, const json_t *o, const char *name, str *out)
{
    const json_t *v = json_object_get(o, name);
    *out = json_is_string(v) ? str_dup(a, (str){json_string_value(v), json_string_length(v)}) : STR_NONE;
    return out->n > 0;
}

static bool read_link(struct arena *a, const json_t *o, struct chain_link *l)
{
    *l = (struct chain_link){0};
    bool whole = number_in(o, "flow", &l->flow) && text_in(a, o, "recipient", &l->recipient) &&
        number_in(o, "number", &l->number) && number_in(o, "at", &l->at) && hex_in(o, "hash", l->hash, CHAIN_HASH) &&
        hex_in(o, "previous", l->previous, CHAIN_HASH) && hex_in(o, "signature", l->signature, SIGN_BYTES) &&
        text_in(a, o, "report", &l->report);
    if (!whole || !json_object_get(o, "answer"))
        return whole;
    return text_in(a, o, "answer", &l->answer) && number_in(o, "answered_at", &l->answered_at) &&
        hex_in(o, "receipt", l->receipt, SIGN_BYTES);
}

/* ── checking ── */

static err refuse(struct arena *a, str *why, int64_t number, const char *what)
{
    *why = number ? str_fmt(a, "%lld通目：%s", (long long)number, what) : str_of(what);
    return ERR(INVALID);
}

static err check_link(struct arena *a, const struct chain *c, size_t i, str *why)
{
    const struct chain_link *l = &c->v[i], *before = i ? l - 1 : NULL;
    uint8_t hash[CHAIN_HASH];
    crypto_hash_sha256(hash, (const uint8_t *)l->report.p, l->report.n);
    if (memcmp(hash, l->hash, CHAIN_HASH) != 0)
        return refuse(a, why, l->number, "報告の中身が、後から変えられています。");
    if (l->number != (int64_t)i + 1 || (before && (l->flow != before->flow || !str_eq(l->recipient, before->recipient))))
        return refuse(a, why, l->number, "続いていません。抜けているか、別の事案か、並びが変えられています。");
    if (memcmp(l->previous, before ? before->hash : (const uint8_t[CHAIN_HASH]){0}, CHAIN_HASH) != 0)
        return refuse(a, why, l->number, "前の報告と、つながっていません。");
    if (!sign_is_good(c->public_key, chain_text(a, l), l->signature))
        return refuse(a, why, l->number, "署名が合いません。");
    if (l->answered_at && !sign_is_good(c->public_key, chain_receipt_text(a, l), l->receipt))
        return refuse(a, why, l->number, "受取りの署名が合いません。");
    return OK;
}

static void say_link(struct buf *out, const struct chain_link *l)
{
    buf_fmt(out, "%lld通目：", (long long)l->number);
    put_iso_time(out, l->at);
    buf_fmt(out, "、%.*s あて", STR_F(l->recipient));
    if (l->answered_at) {
        buf_fmt(out, "、%s（", str_eq(l->answer, S("accepted")) ? "受け付けられた" : "問い合わせがあった");
        put_iso_time(out, l->answered_at);
        buf_lit(out, "）");
    }
    buf_char(out, '\n');
}

static err check_all(struct arena *a, const json_t *root, struct buf *out, str *why)
{
    const json_t *all = json_object_get(root, "reports");
    const char *format = json_string_value(json_object_get(root, "format"));
    struct chain c = {.v = ARENA_ARRAY(a, struct chain_link, CHAIN_MOST)};
    if (!c.v)
        return ERR(NOMEM);
    if (!format || strcmp(format, "yagura-reports-1") != 0 || !hex_in(root, "public_key", c.public_key, SIGN_PUBLIC) ||
        json_array_size(all) == 0 || json_array_size(all) > CHAIN_MOST)
        return refuse(a, why, 0, "櫓の報告のファイルではありません。");
    for (; c.n < json_array_size(all); c.n++)
        if (!read_link(a, json_array_get(all, c.n), &c.v[c.n]))
            return refuse(a, why, (int64_t)c.n + 1, "読めません。要る項目がないか、形が違います。");
    for (size_t i = 0; i < c.n; i++)
        TRY(check_link(a, &c, i, why));
    for (size_t i = 0; i < c.n; i++)
        say_link(out, &c.v[i]);
    char key[2 * SIGN_PUBLIC];
    buf_fmt(out, "署名した鍵：%.*s\n", STR_F(hex_of(key, c.public_key, SIGN_PUBLIC)));
    return buf_status(out);
}

err chain_verify(struct arena *a, str json, struct buf *out, str *why)
{
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    *why = STR_NONE;
    err e = root ? check_all(a, root, out, why) : refuse(a, why, 0, "櫓の報告のファイルではありません（JSONとして読めません）。");
    json_decref(root);
    return e;
}
