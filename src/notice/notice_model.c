/* SPDX-License-Identifier: Apache-2.0 */
/* Who may read what, what follows what, and which day calls for a reminder: as tables and pure functions. */
#include "notice/notice_private.h"

#include <sodium.h>

/* Those who answer for the security of a body, or work on it. */
enum {
    AT_WORK = ROLE_STAFF | ROLE_APPROVER | ROLE_ADMIN | ROLE_CISO | ROLE_PREF | ROLE_NATION,
    ANSWERING = ROLE_CISO | ROLE_ADMIN,
    COMMUNITY = AT_WORK | ROLE_SECTION
};

/* The order is that of the enum. Why each row says what it says: doc/adr/0034-notices.md. */
const struct notice_tlp notice_tlps[TLPS] = {
    {TLP_CLEAR, S("clear"), S("TLP:CLEAR"), S("この櫓を使う全ての人"), S("制限はありません。公開してもかまいません。"), 0, false, false,
        true, true},
    {TLP_GREEN, S("green"), S("TLP:GREEN"), S("この櫓を使う団体と国・都道府県の、役割のある人"),
        S("同じ分野の仲間（ほかの地方公共団体など）に伝えられます。公開はできません。"), COMMUNITY, false, false, true, true},
    {TLP_AMBER, S("amber"), S("TLP:AMBER"), S("送った先の団体の、担当者・所属長・CISO・管理者"),
        S("団体の中と、支援している相手（都道府県から市区町村、団体から委託先）に、知る必要のある範囲で伝えられます。"), AT_WORK, true,
        false, false, true},
    {TLP_AMBER_STRICT, S("amber-strict"), S("TLP:AMBER+STRICT"), S("送った先の団体の、担当者・所属長・CISO・管理者"),
        S("団体の中だけです。委託先や、ほかの団体には伝えられません。"), AT_WORK, true, false, false, false},
    {TLP_RED, S("red"), S("TLP:RED"), S("送った時に、送った先の団体のCISOか管理者だった人だけ"),
        S("だれにも伝えられません。団体の中でも同じです。"), ANSWERING, true, true, false, false},
};

const struct notice_tlp *notice_tlp_of(enum tlp t)
{
    static const struct notice_tlp none = {.roles = ANSWERING, .addressed = true, .named = true};
    return t >= TLP_CLEAR && t <= TLP_RED ? &notice_tlps[t - TLP_CLEAR] : &none;
}

enum tlp notice_tlp_of_key(str key)
{
    for (size_t i = 0; i < TLPS; i++)
        if (str_eq(notice_tlps[i].key, key))
            return notice_tlps[i].tlp;
    return TLP_NONE;
}

bool notice_may_read(enum tlp t, const struct notice_asker *q)
{
    const struct notice_tlp *rule = notice_tlp_of(t);
    if (q->source)
        return true;
    if (rule->named) /* who was named stays so; who takes over later was not */
        return q->addressed && q->named;
    return (rule->roles == 0 || (rule->roles & q->roles)) && (!rule->addressed || q->addressed);
}

bool notice_may_forward(enum tlp got, enum tlp wanted)
{
    return notice_tlp_of(got)->forwards && wanted >= got;
}

struct notice_asker notice_asker_of(const struct principal *who, const struct notice *n)
{
    return (struct notice_asker){who->roles, n->source, n->mine.body != 0, n->named};
}

/* ── words ── */

const struct word notice_urgencies[4] = {
    {URGENCY_NOW, S("now"), S("緊急")},
    {URGENCY_DAY, S("day"), S("至急")},
    {URGENCY_USUAL, S("usual"), S("通常")},
    {URGENCY_INFO, S("info"), S("参考")},
};
const struct word notice_answers[3] = {
    {ACK_APPLIES, S("applies"), S("当てはまる・対応する")},
    {ACK_NOT, S("not"), S("当てはまらない")},
    {ACK_CHECKING, S("checking"), S("調べている")},
};
const struct notice_follow notice_follows[4] = {
    {RELATION_CORRECTION, S("correction"), S("訂正"), true, true, true},
    {RELATION_WITHDRAWAL, S("withdrawal"), S("撤回"), true, true, false},
    {RELATION_FORWARD, S("forward"), S("転送"), false, false, true},
    {RELATION_RELEASE, S("release"), S("別の範囲への提供"), true, false, true},
};

const struct notice_follow *notice_follow_of(enum notice_relation r)
{
    return r >= RELATION_CORRECTION && r <= RELATION_RELEASE ? &notice_follows[r - RELATION_CORRECTION] : NULL;
}

str notice_part_text(const struct notice_parts *parts, str key)
{
    for (size_t i = 0; i < parts->n; i++)
        if (str_eq(parts->v[i].key, key))
            return parts->v[i].text;
    return STR_NONE;
}

/* ── days ── */

static jday open_day_before(jday d)
{
    do
        d--;
    while (!holiday_is_open(d));
    return d;
}

enum notice_stage notice_stage_on(jday due, jday today)
{
    if (due == DAY_NONE)
        return STAGE_NONE;
    if (today >= holiday_next_open(due + 1))
        return STAGE_AFTER;
    return today <= due && today >= open_day_before(due) ? STAGE_BEFORE : STAGE_NONE;
}

jday notice_monday(jday d)
{
    return d - (civil_of_jday(d).wday + 6) % 7;
}

/* ── what was sent ── */

static void hash_str(crypto_hash_sha256_state *h, str s)
{
    uint8_t n[8];
    for (size_t i = 0; i < sizeof n; i++)
        n[i] = (uint8_t)(s.n >> (8 * i));
    crypto_hash_sha256_update(h, n, sizeof n);
    crypto_hash_sha256_update(h, (const uint8_t *)(s.n ? s.p : ""), s.n);
}

void notice_hash(const struct notice *n, const struct notice_parts *parts, uint8_t out[NOTICE_HASH])
{
    crypto_hash_sha256_state h;
    BUF_AUTO head = BUF(200);
    _Static_assert(NOTICE_HASH == crypto_hash_sha256_BYTES, "the column holds a SHA-256");
    buf_fmt(&head, "%lld %lld %d %d %d %d %d %lld", (long long)n->id, (long long)n->office, (int)n->tlp, (int)n->urgency,
        n->drill, (int)n->due, (int)n->relation, (long long)n->about);
    crypto_hash_sha256_init(&h);
    hash_str(&h, buf_view(&head));
    hash_str(&h, n->title);
    for (size_t i = 0; i < parts->n; i++) {
        hash_str(&h, parts->v[i].key);
        hash_str(&h, parts->v[i].text);
    }
    crypto_hash_sha256_final(&h, out);
}
