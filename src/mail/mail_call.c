/* SPDX-License-Identifier: Apache-2.0 */
/* What `yagura work` asks of the writer: the next mail, the end of an attempt, a sign of life. */
#include "mail/mail_private.h"

static const char demo_line[] =
    "架空データ：これは試用版からのメールです。実在の団体の状況ではありません。\n\n";

static err put_lines(struct tx *tx, struct arena *a, struct buf *text, const struct outgoing *m,
    str public_url)
{
    enum { ROOM = 100000 }; /* as JSON it must still fit into an answer of the writer */
    size_t n, i;
    struct mail_line *line = ARENA_ARRAY(a, struct mail_line, MAIL_DIGEST_LINES);
    if (!line)
        return ERR(NOMEM);
    TRY(mail_lines(tx_db(tx), a, m->id, line, MAIL_DIGEST_LINES, &n));
    for (i = 0; i < n && text->n < ROOM; i++) {
        if (m->lines > 1)
            buf_fmt(text, "■ %zu. %.*s\n", i + 1, STR_F(line[i].subject));
        buf_str(text, line[i].text);
        mail_put_link(text, public_url, line[i].path);
        buf_lit(text, "\n");
    }
    if (m->lines > (int64_t)i)
        buf_fmt(text, "ほか %lld 件は、サインインして確かめてください。\n\n",
            (long long)(m->lines - (int64_t)i));
    return OK;
}

static err put_text(struct tx *tx, struct arena *a, struct buf *text, const struct outgoing *m,
    str public_url, bool demo)
{
    if (demo)
        buf_str(text, str_of(demo_line));
    if (m->lines > 0) {
        TRY(put_lines(tx, a, text, m, public_url));
    } else {
        buf_str(text, m->text);
        mail_put_link(text, public_url, m->path);
        buf_lit(text, "\n");
    }
    buf_lit(text, "--\n櫓 Yagura（このメールは自動で送っています。返信は読まれません。）\n");
    return buf_status(text);
}

/* in: the public address, or nothing; out: {} or the mail. */
static err take(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct outgoing m;
    bool demo;
    BUF_AUTO text = BUF(HANDOFF_MAX / 2);
    struct json j = json_on(out);
    json_begin_object(&j);
    TRY(mail_is_demo(tx_db(tx), a, &demo));
    err e = mail_claim(tx, a, &m);
    if (!err_is(e)) {
        TRY(put_text(tx, a, &text, &m, in, demo));
        json_key(&j, S("id"));
        json_i64(&j, m.id);
        json_key(&j, S("attempt"));
        json_i64(&j, m.attempt);
        const struct {
            str name, value;
        } rows[] = {{S("to"), m.address}, {S("kind"), m.kind}, {S("message_id"), m.message_id},
            {S("subject"), demo ? str_fmt(a, "【架空データ】%.*s", STR_F(m.subject)) : m.subject},
            {S("text"), buf_view(&text)}};
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            json_key(&j, rows[i].name);
            json_str(&j, rows[i].value);
        }
    } else if (e.code != ERR_NOTFOUND) {
        return e;
    }
    json_key(&j, S("demo"));
    json_bool(&j, demo);
    json_end_object(&j);
    return json_finish(&j);
}

/* in: "ID ATTEMPT sent|again|refused|relay ANSWER" */
static err done(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    str id, attempt, key;
    int64_t i, n;
    (void)a, (void)out;
    if (!str_cut(&in, ' ', &id) || !str_cut(&in, ' ', &attempt) || !str_cut(&in, ' ', &key))
        return ERR(INVALID);
    TRY(parse_i64(id, 1, INT64_MAX, &i));
    TRY(parse_i64(attempt, 1, INT32_MAX, &n));
    enum mail_result r = mail_result_of_key(key);
    return r ? mail_settle(tx, i, n, r, str_sub(in, 0, 400)) : ERR(INVALID);
}

/* The one worker begins: what a dead one left under way is due at once. */
static err start(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    bool demo;
    (void)in;
    TRY(mail_is_demo(tx_db(tx), a, &demo));
    buf_str(out, demo ? S("demo") : S("real"));
    TRY(mail_release(tx));
    return buf_status(out);
}

static err beat(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)a, (void)in, (void)out;
    return mail_beat(tx);
}

static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)in, (void)out;
    TRY(mail_forget(tx));
    return mail_collect(tx, a);
}

const struct call mail_calls[] = {
    {"mail.start", start},
    {"mail.beat", beat},
    {"mail.take", take},
    {"mail.done", done},
    {"mail.tick", tick},
    {NULL, NULL},
};
