/* SPDX-License-Identifier: Apache-2.0 */
/* A report for an office without an account here: a mail that says there is something to read, and a word that is told by
 * telephone. Either alone opens nothing (5.4). */
#include "incident/incident_private.h"

#include "incident_envelope.ht.h"
#include "incident_word.ht.h"
#include "mail/mail.h"

#include <sodium.h>

/* ── made by the body ── */

struct address_form {
    str address;
};
static const struct web_field address_fields[] = {{.name = "address", .label = "相手のメールアドレス", .type = FIELD_LINE,
    .offset = offsetof(struct address_form, address), .required = true, .max = 200}};
static const struct web_form address_form = WEB_FORM(address_fields, address_form);

static err address_prepare(struct req *rq)
{
    const struct address_form *f = rq->form;
    if (!mail_address_is_valid(f->address))
        req_error(rq, "address", S("メールアドレスの形ではありません。例）soudan@example.go.jp"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err tell(struct tx *tx, struct req *rq, const struct flow_delivery *d, str address, str path)
{
    struct mail m = {.to = {rq->who.person},
        .address = address,
        .kind = S("incident.envelope"),
        .key = str_fmt(rq->a, "incident.envelope:%lld:%lld", (long long)d->id, (long long)tx_now(tx)),
        .subject = S("お読みいただく文書が1件あります"),
        .text = S("下のリンクを開き、電話でお伝えする合言葉を入力してください。このメールには、内容は書かれていません。\n"),
        .path = path};
    return mail_queue(tx, rq->a, &m);
}

static err show_word(struct req *rq, struct db *db, const struct flow_delivery *d, str address, const char *word, str path)
{
    const struct rule_pack *pack;
    struct view_incident_word *v = ARENA_NEW(rq->a, struct view_incident_word);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_pack_now(db, &pack));
    const struct rule_recipient *to = rule_pack_recipient(pack, d->recipient);
    *v = (struct view_incident_word){.incident = d->flow, .number = d->case_number, .delivery = d->id, .drill = d->drill,
        .recipient = to ? to->name : d->recipient, .address = address, .word = str_dup(rq->a, str_of(word)), .link = path};
    return req_show(rq, &view_incident_word_type, v);
}

static err envelope_write(struct tx *tx, struct req *rq)
{
    const struct address_form *f = rq->form;
    uint8_t secret[WEB_SECRET], hash[WEB_SECRET_HASH];
    char word[FLOW_WORD];
    struct flow_delivery d;
    str text;
    TRY(incident_sent(rq, tx_db(tx), &d, &text));
    randombytes_buf(secret, sizeof secret);
    str token = web_secret_text(rq->a, secret);
    TRY(web_secret_hash(token, hash));
    err e = d.drill ? ERR(CONFLICT)
                    : flow_envelope_make(tx, rq->a, store_vault(web_store(rq->web)), rq->who.scope, &d,
                          (struct bytes){hash, sizeof hash}, word);
    if (e.code == ERR_CONFLICT)
        req_say(rq, d.drill ? S("訓練の報告は、外に届けられません。") : S("この宛先は櫓の中で受け取っています。"));
    TRY(e);
    str path = str_fmt(rq->a, "/envelope/%.*s", STR_F(token));
    TRY(tell(tx, rq, &d, f->address, path));
    struct audit_entry entry = {.body = rq->who.org, .person = rq->who.person, .action = S("incident.envelope"),
        .object = str_fmt(rq->a, "delivery:%lld", (long long)d.id)};
    TRY(audit_append(tx, &entry));
    return show_word(rq, tx_db(tx), &d, f->address, word, path);
}

/* ── opened by whoever has the link and the word ── */

struct open_form {
    str word, answer, question;
};
static const struct web_field open_fields[] = {
    {.name = "word", .label = "合言葉", .type = FIELD_LINE, .offset = offsetof(struct open_form, word), .required = true, .max = 60},
    {.name = "answer", .label = "受取り", .type = FIELD_LINE, .offset = offsetof(struct open_form, answer), .max = 20},
    {.name = "question", .label = "知りたいこと", .type = FIELD_TEXT, .offset = offsetof(struct open_form, question), .max = 2000}};
static const struct web_form open_form = WEB_FORM(open_fields, open_form);

static err link_of(struct req *rq, struct db *db, uint8_t hash[WEB_SECRET_HASH])
{
    err e = web_secret_hash(req_param(rq, "token"), hash);
    if (err_is(e) || !flow_envelope_is(db, (struct bytes){hash, WEB_SECRET_HASH}, rq->now)) {
        req_say(rq, S("このリンクは使えません。期限が過ぎたか、新しいリンクが送られています。送り主に、もう一度送るよう頼んでください。"));
        return ERR(NOTFOUND);
    }
    return OK;
}

static err envelope_read(struct req *rq)
{
    uint8_t hash[WEB_SECRET_HASH];
    struct view_incident_envelope *v = ARENA_NEW(rq->a, struct view_incident_envelope);
    if (!v)
        return ERR(NOMEM);
    TRY(link_of(rq, rq->db, hash));
    *v = (struct view_incident_envelope){.token = req_param(rq, "token"), .error = req_error_of(rq, "word")};
    return req_show(rq, &view_incident_envelope_type, v);
}

static err show_opened(struct req *rq, struct db *db, const struct flow_key *key, const struct flow_delivery *d, str text)
{
    const struct open_form *f = rq->form;
    struct incident_lines lines;
    struct flow_messages all;
    struct view_incident_envelope *v = ARENA_NEW(rq->a, struct view_incident_envelope);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_view_lines(rq->a, text, STR_NONE, &lines));
    TRY(flow_message_list(db, rq->a, key, d->id, &all));
    *v = (struct view_incident_envelope){.token = req_param(rq, "token"), .word = f->word, .open = true,
        .error = req_error_of(rq, "question"), .question_typed = req_error_of(rq, "question").n ? f->question : STR_NONE,
        .body = d->body.name, .title = lines.title, .step = lines.step,
        .sort = incident_sort_name(d->sort), .reason = lines.reason, .law = lines.law,
        .official = incident_view_of(lines.form)->official, .number = d->number, .at = d->at,
        .receipt_key = WORD_OF(flow_receipts, d->state)->key, .receipt = WORD_OF(flow_receipts, d->state)->name,
        .answers = d->state <= RECEIPT_SEEN || d->state == RECEIPT_RETURNED, .returns = d->state <= RECEIPT_SEEN};
    v->lines.p = incident_lines_show(rq->a, &lines);
    v->lines.n = lines.n;
    v->messages.p = ARENA_ARRAY(rq->a, struct view_incident_talk, all.n);
    if (!v->lines.p || !v->messages.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->messages.p[v->messages.n++] = (struct view_incident_talk){.office = all.v[i].office, .at = all.v[i].at,
            .text = all.v[i].text, .by = all.v[i].office ? lines.to : d->body.name};
    return req_show(rq, &view_incident_envelope_type, v);
}

static err answer(struct tx *tx, struct req *rq, const struct flow_key *key, const struct flow_delivery *d)
{
    const struct open_form *f = rq->form;
    const struct word *w = WORD_OF_KEY(flow_receipts, f->answer);
    enum flow_receipt receipt = f->answer.n ? (enum flow_receipt)w->value : RECEIPT_SEEN;
    if (receipt != RECEIPT_SEEN && receipt != RECEIPT_ACCEPTED && receipt != RECEIPT_RETURNED)
        return ERR(NOTFOUND);
    if (receipt == RECEIPT_RETURNED && f->question.n == 0) {
        req_error(rq, "question", S("何を知りたいかを、入力してください。"));
        return OK;
    }
    err e = flow_envelope_answer(tx, rq->a, key, d, receipt, f->question);
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("もう答えてあります。"));
    TRY(e);
    struct audit_entry entry = {.body = d->body.id.v, .action = str_fmt(rq->a, "incident.envelope.%.*s",
        STR_F(WORD_OF(flow_receipts, receipt)->key)), .object = str_fmt(rq->a, "delivery:%lld", (long long)d->id)};
    TRY(audit_append(tx, &entry));
    return receipt == RECEIPT_RETURNED ? incident_tell_message(tx, rq->a, d, true) : OK;
}

static err open_write(struct tx *tx, struct req *rq)
{
    const struct open_form *f = rq->form;
    uint8_t hash[WEB_SECRET_HASH];
    struct bytes link = {hash, sizeof hash};
    struct flow_delivery d;
    FLOW_KEY_AUTO key;
    str text;
    TRY(link_of(rq, tx_db(tx), hash));
    err e = flow_envelope_open(tx_db(tx), rq->a, link, f->word, tx_now(tx), &d, &key, &text);
    if (e.code == ERR_DENIED) {
        req_error(rq, "word", S("合言葉が違います。送り主に、もう一度確かめてください。"));
        return ERR(INVALID);
    }
    TRY(e);
    TRY(answer(tx, rq, &key, &d));
    TRY(flow_envelope_open(tx_db(tx), rq->a, link, f->word, tx_now(tx), &d, &key, &text)); /* as it is now */
    return show_opened(rq, tx_db(tx), &key, &d, text);
}

const struct route incident_envelope_routes[] = {
    {.method = POST, .path = "/incidents/{incident}/sent/{delivery}/envelope", .perm = &incident_p_report, .form = &address_form,
        .read = incident_sent_page, .prepare = address_prepare, .write = envelope_write, .shows = VIEWS(&view_incident_word_type)},
    {.method = GET, .path = "/envelope/{token}", .flags = ROUTE_PUBLIC, .read = envelope_read,
        .shows = VIEWS(&view_incident_envelope_type)},
    {.method = POST, .path = "/envelope/{token}", .flags = ROUTE_PUBLIC, .form = &open_form, .read = envelope_read,
        .write = open_write, .shows = VIEWS(&view_incident_envelope_type)},
    {.path = NULL},
};
