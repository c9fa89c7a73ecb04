/* SPDX-License-Identifier: Apache-2.0 */
/* Passkeys: setting one up, and signing in with one, which is two factors by itself: the device is
 * had, and it verified the person. */
#include "org/org_passkey.h"

#include "codes.ht.h"
#include "passkey.ht.h"

#include <sodium.h>

/* ── the challenge, which a page carries sealed ── */

static const char purpose[] = "passkey challenge";
enum { CHALLENGE_MINUTES = 10, TEXT = 6000 };

struct challenge {
    usec at;
    uint8_t chance[PASSKEY_CHALLENGE];
};
_Static_assert(sizeof(struct challenge) == 40, "no padding: it is sealed as it lies");

err org_passkey_ask(struct req *rq, str *text, str *sealed)
{
    struct challenge c = {.at = rq->now};
    randombytes_buf(c.chance, sizeof c.chance);
    *text = web_secret_text(rq->a, c.chance);
    *sealed = req_seal(rq, purpose, (struct bytes){(const uint8_t *)&c, sizeof c});
    return text->n && sealed->n ? OK : ERR(NOMEM);
}
_Static_assert((int)PASSKEY_CHALLENGE == (int)WEB_SECRET, "one text for both");

static err unseal(struct req *rq, str sealed, struct challenge *out)
{
    struct bytes plain;
    err e = req_unseal(rq, purpose, sealed, &plain);
    if (err_is(e) || plain.n != sizeof *out)
        return ERR(INVALID);
    memcpy(out, plain.p, sizeof *out);
    return rq->now >= out->at && rq->now - out->at < CHALLENGE_MINUTES * USEC_MINUTE
        ? OK : ERR(INVALID);
}

static struct bytes decode(struct arena *a, str text)
{
    size_t n = 0;
    uint8_t *p = arena_alloc(a, text.n + 1);
    bool good = p &&
        sodium_base642bin(p, text.n, text.p ? text.p : "", text.n, NULL, &n, NULL,
            sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0;
    return (struct bytes){p, good ? n : 0};
}

/* ── a new one ── */

static err passkey_read(struct req *rq)
{
    struct person me;
    struct view_passkey *v = ARENA_NEW(rq->a, struct view_passkey);
    if (!v)
        return ERR(NOMEM);
    TRY(org_person_self(rq->db, rq->a, (person_id){rq->who.person}, &me));
    *v = (struct view_passkey){.login = me.login,
        .person = me.name,
        .user = str_fmt(rq->a, "%lld", (long long)rq->who.person),
        .name = req_typed(rq, "name", S("パスキー")),
        .name_error = req_error_of(rq, "name"),
        .error = req_error_of(rq, "sealed"),
        .needed = rq->who.step == STEP_ENROL,
        .next = req_typed(rq, "next", req_query(rq, "next"))};
    TRY(org_passkey_ask(rq, &v->challenge, &v->sealed));
    return req_show(rq, &view_passkey_type, v);
}

struct creating {
    str sealed, client_data, auth_data, name, next;
    struct challenge challenge; /* found by prepare */
    struct factor factor;
};

static const struct web_field creating_fields[] = {
    {.name = "sealed", .label = "登録の続き", .type = FIELD_LINE,
        .offset = offsetof(struct creating, sealed), .required = true, .max = 400},
    {.name = "client_data", .label = "ブラウザーの答え", .type = FIELD_LINE,
        .offset = offsetof(struct creating, client_data), .max = TEXT},
    {.name = "auth_data", .label = "端末の答え", .type = FIELD_LINE,
        .offset = offsetof(struct creating, auth_data), .max = TEXT},
    {.name = "name", .label = "名前", .type = FIELD_LINE,
        .offset = offsetof(struct creating, name), .required = true, .max = 40},
    {.name = "next", .label = "次の画面", .type = FIELD_LINE,
        .offset = offsetof(struct creating, next), .max = 500},
};
static const struct web_form creating_form = WEB_FORM(creating_fields, creating);

static err refuse(struct req *rq)
{
    req_error(rq, "sealed", S("パスキーを確かめられませんでした。もう一度お試しください。続く場合は、"
                              "認証アプリの確認コードを使ってください。"));
    return ERR(INVALID);
}

static err passkey_prepare(struct req *rq)
{
    struct creating *f = rq->form;
    struct passkey_wanted w = {
        .act = PASSKEY_CREATE, .host = http_header(rq->x, "host")};
    if (err_is(unseal(rq, f->sealed, &f->challenge)))
        return refuse(rq);
    memcpy(w.challenge, f->challenge.chance, sizeof w.challenge);
    struct passkey_shown s = {.client_data = decode(rq->a, f->client_data),
        .auth_data = decode(rq->a, f->auth_data)};
    f->factor = (struct factor){
        .person = {rq->who.person}, .kind = FACTOR_PASSKEY, .name = f->name};
    return err_is(org_passkey_created(rq->a, &w, &s, &f->factor)) ? refuse(rq) : OK;
}

static err passkey_write(struct tx *tx, struct req *rq)
{
    struct creating *f = rq->form;
    TRY(org_challenge_use(tx, (struct bytes){f->challenge.chance, PASSKEY_CHALLENGE},
        f->challenge.at + CHALLENGE_MINUTES * USEC_MINUTE));
    return org_factor_added(tx, rq, &f->factor, f->next);
}

/* ── signing in with one ── */

struct proving {
    str sealed, credential, client_data, auth_data, signature, next, draft;
    struct challenge challenge; /* found by prepare */
    struct factor factor;
    int64_t counter;
    body_id body;
};

static const struct web_field proving_fields[] = {
    {.name = "sealed", .label = "サインインの続き", .type = FIELD_LINE,
        .offset = offsetof(struct proving, sealed), .required = true, .max = 400},
    {.name = "credential", .label = "パスキー", .type = FIELD_LINE,
        .offset = offsetof(struct proving, credential), .max = TEXT},
    {.name = "client_data", .label = "ブラウザーの答え", .type = FIELD_LINE,
        .offset = offsetof(struct proving, client_data), .max = TEXT},
    {.name = "auth_data", .label = "端末の答え", .type = FIELD_LINE,
        .offset = offsetof(struct proving, auth_data), .max = TEXT},
    {.name = "signature", .label = "署名", .type = FIELD_LINE,
        .offset = offsetof(struct proving, signature), .max = TEXT},
    {.name = "next", .label = "次の画面", .type = FIELD_LINE,
        .offset = offsetof(struct proving, next), .max = 500},
    {.name = "draft", .label = "保存の続き", .type = FIELD_LINE,
        .offset = offsetof(struct proving, draft), .max = WEB_DRAFT},
};
static const struct web_form proving_form = WEB_FORM(proving_fields, proving);

static err prove_prepare(struct req *rq)
{
    struct proving *f = rq->form;
    struct passkey_wanted w = {.act = PASSKEY_GET, .host = http_header(rq->x, "host")};
    if (err_is(unseal(rq, f->sealed, &f->challenge)))
        return refuse(rq);
    memcpy(w.challenge, f->challenge.chance, sizeof w.challenge);
    err e = org_factor_by_credential(rq->db, rq->a, decode(rq->a, f->credential), &f->factor);
    if (e.code == ERR_NOTFOUND)
        return refuse(rq);
    TRY(e);
    struct passkey_shown s = {.client_data = decode(rq->a, f->client_data),
        .auth_data = decode(rq->a, f->auth_data),
        .signature = decode(rq->a, f->signature)};
    struct person p;
    TRY(org_person_self(rq->db, rq->a, f->factor.person, &p));
    f->body = p.body;
    return !p.active || err_is(org_passkey_proved(&w, &s, &f->factor, &f->counter)) ? refuse(rq)
                                                                                    : OK;
}

static err prove_write(struct tx *tx, struct req *rq)
{
    const struct proving *f = rq->form;
    person_id p = f->factor.person;
    TRY(org_challenge_use(tx, (struct bytes){f->challenge.chance, PASSKEY_CHALLENGE},
        f->challenge.at + CHALLENGE_MINUTES * USEC_MINUTE));
    TRY(org_factor_use(tx, &f->factor, f->counter));
    TRY(org_session_begin(tx, rq, p, 2, ORG_SESSION_HOURS * USEC_HOUR));
    struct audit_entry e = {.body = f->body.v,
        .person = p.v,
        .action = S("org.sign_in.passkey"),
        .object = str_fmt(rq->a, "person:%lld", (long long)p.v)};
    TRY(audit_append(tx, &e));
    req_resume(rq, f->draft);
    return req_go(rq, org_safe_next(f->next));
}

const struct route org_passkey_routes[] = {
    {.method = GET, .path = "/account/passkey", .flags = ROUTE_ENROL | ROUTE_PERSON | ROUTE_FRESH,
        .read = passkey_read, .query = QUERY({"next", "済んだ後に開くアドレス", false}), .shows = VIEWS(&view_passkey_type)},
    {.method = POST, .path = "/account/passkey",
        .flags = ROUTE_ENROL | ROUTE_PERSON | ROUTE_FRESH, .form = &creating_form,
        .read = passkey_read, .prepare = passkey_prepare, .write = passkey_write,
        .shows = VIEWS(&view_codes_type), .goes = PATHS("/account")},
    {.method = POST, .path = "/sign-in/passkey", .flags = ROUTE_PUBLIC, .form = &proving_form,
        .read = org_sign_in_read, .prepare = prove_prepare, .write = prove_write,
        .goes = PATHS("*")},
    {.path = NULL},
};
