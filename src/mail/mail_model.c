/* SPDX-License-Identifier: Apache-2.0 */
/* States, pauses, addresses, and the message as it goes over the wire. */
#include "mail/mail_model.h"

#include "core/word.h"

#include <arpa/inet.h>
#include <sodium.h>

static const struct word states[] = {
    {MAIL_WAITING, S("waiting"), S("送信待ち")},
    {MAIL_SENDING, S("sending"), S("送信中")},
    {MAIL_SENT, S("sent"), S("送信済み")},
    {MAIL_FAILED, S("failed"), S("送れなかったもの")},
    {MAIL_COLLECTED, S("collected"), S("まとめの一通に入れたもの")},
    {MAIL_DROPPED, S("dropped"), S("取りやめたもの")},
};

static const struct word kinds[] = {
    {1, S("survey.remind"), S("調査の期限のお知らせ")},
    {2, S("survey.step"), S("調査の次の手続のお知らせ")},
    {3, S("mail.digest"), S("朝のまとめ")},
    {4, S("org.reset"), S("パスワードを決め直すリンク")},
    {5, S("org.account"), S("サインインと担当についてのお知らせ")},
    {6, S("org.invite"), S("利用者としての招待")},
    {7, S("darknet.step"), S("ダークネット観測の申込みのお知らせ")},
    {8, S("darknet.nudge"), S("ダークネット観測の案内")},
    {9, S("darknet.alert"), S("不審な通信のお知らせ")},
    {10, S("darknet.prefecture"), S("確認されていない不審な通信のお知らせ")},
};

static const struct word results[] = {
    {MAIL_RESULT_SENT, S("sent"), S("")},
    {MAIL_RESULT_AGAIN, S("again"), S("")},
    {MAIL_RESULT_REFUSED, S("refused"), S("")},
    {MAIL_RESULT_RELAY, S("relay"), S("")},
};

str mail_state_name(enum mail_state s)
{
    return WORD_OF(states, s)->name;
}

str mail_kind_name(str kind)
{
    const struct word *w = WORD_OF_KEY(kinds, kind);
    return w->name.n ? w->name : kind;
}

str mail_result_key(enum mail_result r)
{
    return WORD_OF(results, r)->key;
}

enum mail_result mail_result_of_key(str key)
{
    return (enum mail_result)WORD_OF_KEY(results, key)->value;
}

/* A relay that is down over a weekend loses nothing: 3 days and 4 hours in all. */
usec mail_pause(int64_t attempts)
{
    static const usec pauses[] = {USEC_MINUTE, 5 * USEC_MINUTE, 15 * USEC_MINUTE, USEC_HOUR,
        3 * USEC_HOUR, 6 * USEC_HOUR, 12 * USEC_HOUR, USEC_DAY, 30 * USEC_HOUR};
    if (attempts < 1 || attempts > (int64_t)COUNT_OF(pauses))
        return 0;
    return pauses[attempts - 1];
}

usec mail_morning(jday day)
{
    return usec_of_jday_end(day - 1) + 8 * USEC_HOUR + 30 * USEC_MINUTE;
}

usec mail_digest_hour(usec now)
{
    usec hour = mail_morning(jday_of_usec(now));
    return now >= hour ? hour : hour - USEC_DAY;
}

/* ── addresses ── */

bool mail_address_is_valid(str address)
{
    size_t at = 0, ats = 0;
    if (address.n == 0 || address.n > 254)
        return false;
    for (size_t i = 0; i < address.n; i++) {
        char c = address.p[i];
        if (c <= ' ' || c > '~' || memchr("<>()[],;:\\\"", c, 11))
            return false;
        if (c == '@') {
            ats++;
            at = i;
        }
    }
    return ats == 1 && at > 0 && at <= 64 && at + 1 < address.n && address.p[0] != '.';
}

static bool host_is_loopback(str host)
{
    char literal[64];
    struct in_addr v4;
    snprintf(literal, sizeof literal, "%.*s", STR_F(host));
    bool four = inet_pton(AF_INET, literal, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
    return four || str_eq(host, S("::1")) || str_eq(host, S("localhost"));
}

static bool host_is_plain(str host)
{
    bool v6 = false;
    for (size_t i = 0; i < host.n; i++)
        v6 |= host.p[i] == ':';
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '-' && !(v6 && c == ':'))
            return false;
    }
    return host.n > 0 && host.n <= 253;
}

err mail_relay_parse(str url, struct relay_url *out)
{
    int64_t port;
    size_t colon = url.n;
    if (!str_starts(url, S("smtp://")) && !str_starts(url, S("smtps://")))
        return ERR(INVALID);
    out->scheme = str_starts(url, S("smtps://")) ? S("smtps") : S("smtp");
    size_t from = out->scheme.n + 3;
    while (colon > from && url.p[colon - 1] != ':')
        colon--;
    if (colon <= from + 1)
        return ERR(INVALID);
    out->port = str_sub(url, colon, url.n);
    out->host = str_sub(url, from, colon - 1 - from);
    TRY(parse_i64(out->port, 1, 65535, &port));
    if (str_starts(out->host, S("[")) && str_ends(out->host, S("]")))
        out->host = str_sub(out->host, 1, out->host.n - 2);
    else if (memchr(out->host.p, ':', out->host.n))
        return ERR(INVALID);
    out->loopback = host_is_loopback(out->host);
    return host_is_plain(out->host) ? OK : ERR(INVALID);
}

/* ── the message ── */

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A header's value never ends its line: whatever could is a blank. */
static void put_header(struct buf *out, const char *name, str value)
{
    buf_fmt(out, "%s: ", name);
    for (size_t i = 0; i < value.n; i++)
        buf_char(out, is_control(value.p[i]) ? ' ' : value.p[i]);
    buf_lit(out, "\r\n");
}

static void put_base64(struct buf *out, str s)
{
    enum { MOST = 57 }; /* 76 characters */
    char line[sodium_base64_ENCODED_LEN(MOST, sodium_base64_VARIANT_ORIGINAL)];
    BUG_IF(s.n > MOST);
    sodium_bin2base64(line, sizeof line, (const unsigned char *)s.p, s.n,
        sodium_base64_VARIANT_ORIGINAL);
    buf_str(out, str_of(line));
}

/* Encoded words of whole characters, each at most 75 bytes long, one on a line (RFC 2047). */
static void put_words(struct buf *out, str s)
{
    enum { MOST = 39 };
    for (size_t i = 0; i < s.n;) {
        size_t n = s.n - i < MOST ? s.n - i : MOST;
        while (i + n < s.n && ((unsigned char)s.p[i + n] & 0xc0) == 0x80)
            n--;
        if (i > 0)
            buf_lit(out, "\r\n ");
        buf_lit(out, "=?UTF-8?B?");
        put_base64(out, str_sub(s, i, n));
        buf_lit(out, "?=");
        i += n;
    }
}

static void put_subject(struct buf *out, str subject)
{
    BUF_AUTO clean = BUF(4096);
    for (size_t i = 0; i < subject.n; i++)
        buf_char(&clean, is_control(subject.p[i]) ? ' ' : subject.p[i]);
    buf_lit(out, "Subject: ");
    put_words(out, buf_view(&clean));
    buf_lit(out, "\r\n");
}

static void put_date(struct buf *out, usec t)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil c = civil_of(t);
    buf_fmt(out, "Date: %.3s, %02d %.3s %04d %02d:%02d:%02d +0900\r\n", days + c.wday * 3, c.d,
        months + (c.m - 1) * 3, c.y, c.hh, c.mm, c.ss);
}

/* Line ends of a text are CRLF also inside base64 (RFC 2045, 6.8). */
static void put_body(struct buf *out, str text)
{
    enum { LINE = 57 };
    BUF_AUTO crlf = BUF(MAIL_TEXT_MAX * 64);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            buf_char(&crlf, '\r');
        if (text.p[i] != '\r')
            buf_char(&crlf, text.p[i]);
    }
    buf_lit(&crlf, "\r\n");
    if (crlf.failed)
        out->failed = true;
    for (size_t i = 0; i < crlf.n; i += LINE) {
        put_base64(out, str_sub(buf_view(&crlf), i, LINE));
        buf_lit(out, "\r\n");
    }
}

err mail_message_write(struct buf *out, const struct message *m)
{
    if (!mail_address_is_valid(m->from) || !mail_address_is_valid(m->to))
        return ERR(INVALID);
    put_date(out, m->date);
    buf_lit(out, "From: ");
    put_words(out, S("櫓 Yagura"));
    buf_fmt(out, "\r\n <%.*s>\r\n", STR_F(m->from));
    buf_fmt(out, "To:\r\n <%.*s>\r\n", STR_F(m->to));
    put_subject(out, m->subject);
    buf_lit(out, "Message-ID:\r\n <");
    for (size_t i = 0; i < m->message_id.n; i++)
        buf_char(out, is_control(m->message_id.p[i]) ? ' ' : m->message_id.p[i]);
    buf_lit(out, ">\r\n");
    put_header(out, "Auto-Submitted", S("auto-generated"));
    put_header(out, "MIME-Version", S("1.0"));
    put_header(out, "Content-Type", S("text/plain; charset=UTF-8"));
    put_header(out, "Content-Transfer-Encoding", S("base64"));
    buf_lit(out, "\r\n");
    put_body(out, m->text);
    return buf_status(out);
}

str mail_answer_clean(struct arena *a, str answer, str address)
{
    enum { MOST = 200 };
    BUF_AUTO b = BUF(4096);
    for (size_t i = 0; i < answer.n && b.n < MOST; i++) {
        if (address.n && str_starts(str_sub(answer, i, answer.n), address)) {
            buf_lit(&b, "(宛先)");
            i += address.n - 1;
        } else {
            bool plain = answer.p[i] >= ' ' && answer.p[i] <= '~';
            buf_char(&b, plain ? answer.p[i] : '?');
        }
    }
    return str_dup(a, str_trim(buf_view(&b)));
}

void mail_put_link(struct buf *b, str public_url, str path)
{
    if (path.n == 0)
        return;
    if (str_ends(public_url, S("/")))
        public_url.n--;
    buf_lit(b, "\n");
    if (public_url.n == 0)
        buf_lit(b, "櫓（Yagura）にサインインして開くページ: ");
    buf_str(b, public_url);
    buf_str(b, path);
    buf_lit(b, "\n");
}
