/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of the way in share: where to go next, sessions, guesses, codes, and telling
 * people what happened to their account. */
#include "org/org_sign_in.h"

#include <sodium.h>

str org_safe_next(str next)
{
    bool ours = next.n > 0 && next.p[0] == '/' &&
        (next.n == 1 || (next.p[1] != '/' && next.p[1] != '\\'));
    for (size_t i = 0; ours && i < next.n; i++)
        ours = (unsigned char)next.p[i] > 0x20 && (unsigned char)next.p[i] < 0x7F &&
            next.p[i] != '\\';
    return ours ? next : S("/");
}

err org_session_begin(struct tx *tx, struct req *rq, person_id p, int factors, usec life)
{
    uint8_t secret[WEB_SECRET], hash[WEB_SECRET_HASH];
    randombytes_buf(secret, sizeof secret);
    TRY(web_secret_hash(web_secret_text(rq->a, secret), hash));
    if (rq->who.person && !rq->who.bearer)
        TRY(org_session_drop(tx, req_session_hash(rq)));
    struct new_session s = {.person = p,
        .hash = {hash, sizeof hash},
        .life = life,
        .factors = factors,
        .device = org_device_name(rq->a, http_header(rq->x, "user-agent")),
        .address = rq->x->client};
    TRY(org_session_add(tx, &s));
    req_session_start(rq, secret, life);
    sodium_memzero(secret, sizeof secret);
    return OK;
}

err org_guess_check(struct req *rq, str name, int64_t person, const char *field)
{
    usec wait = req_guess_wait(rq, name, person);
    if (wait == 0)
        return OK;
    int64_t minutes = (wait + USEC_MINUTE - 1) / USEC_MINUTE;
    req_error(rq, field, str_fmt(rq->a, "続けて間違えたため、今は試せません。%lld分ほど待って、"
                                        "もう一度お試しください。", (long long)minutes));
    return ERR(INVALID);
}

/* ── codes ── */

static str guess_name(struct req *rq, person_id p)
{
    return str_fmt(rq->a, "code %lld", (long long)p.v);
}

static err find_code(struct req *rq, person_id p, str typed, struct shown_code *out, bool *found)
{
    struct factor_list list;
    *found = false;
    TRY(org_factor_all(rq->db, rq->a, p, &list));
    for (size_t i = 0; i < list.n && !*found; i++) {
        out->factor = list.v[i];
        *found = list.v[i].kind == FACTOR_TOTP &&
            org_totp_fits(list.v[i].secret, rq->now, list.v[i].counter, typed, &out->step);
    }
    if (*found)
        return OK;
    out->factor = (struct factor){.id = 0};
    if (err_is(org_recovery_hash(typed, out->recovery)))
        return OK;
    return org_recovery_is(
        rq->db, p, (struct bytes){out->recovery, sizeof out->recovery}, found);
}

static str without_blanks(struct arena *a, str s)
{
    BUF_AUTO b = BUF(1024);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            buf_char(&b, s.p[i]);
    return str_dup(a, buf_view(&b));
}

err org_code_check(struct req *rq, person_id p, str typed, const char *field,
    struct shown_code *out)
{
    bool found;
    str name = guess_name(rq, p), code = without_blanks(rq->a, org_half(rq->a, typed));
    TRY(org_guess_check(rq, name, p.v, field));
    TRY(find_code(rq, p, code, out, &found));
    if (found)
        return OK;
    req_guess_missed(rq, name, p.v);
    req_error(rq, field, S("この確認コードは使えません。アプリに今出ている6桁の数字を入力してくだ"
                           "さい。一度使った数字は使えません。"));
    return ERR(INVALID);
}

err org_code_use(struct tx *tx, struct req *rq, person_id p, const struct shown_code *c)
{
    struct bytes recovery = {c->recovery, sizeof c->recovery};
    TRY(c->factor.id ? org_factor_use(tx, &c->factor, c->step)
                     : org_recovery_use(tx, p, recovery));
    req_guess_right(rq, guess_name(rq, p), p.v);
    return OK;
}

/* ── telling ── */

err org_account_tell(struct tx *tx, struct req *rq, const struct account_news *n)
{
    struct audit_entry e = {.body = n->body.v,
        .person = rq->who.person ? rq->who.person : n->person.v,
        .action = n->action,
        .object = str_fmt(rq->a, "person:%lld", (long long)n->person.v)};
    TRY(audit_append(tx, &e));
    BUF_AUTO text = BUF(4096);
    buf_fmt(&text, "%.*s\n\n日時：", STR_F(n->what));
    put_wareki_time(&text, tx_now(tx));
    buf_lit(&text, "\n\n心当たりがないときは、すぐに団体の管理者に知らせてください。\n");
    struct web_mail m = {.to = n->person.v,
        .kind = S("org.account"),
        .key = str_fmt(rq->a, "org.account:%lld:%lld", (long long)n->person.v,
            (long long)tx_id(tx)),
        .subject = n->subject,
        .text = buf_view(&text),
        .path = S("/account")};
    return req_mail(tx, rq, &m);
}
