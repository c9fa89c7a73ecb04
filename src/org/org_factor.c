/* SPDX-License-Identifier: Apache-2.0 */
/* Setting up an authenticator app, taking a factor away, and recovery codes. */
#include "org/org_sign_in.h"

#include "codes.ht.h"
#include "totp.ht.h"

#include <sodium.h>

/* ── what a page carries until the app has shown a code of it ── */

static const char purpose[] = "new authenticator";
enum { SEALED_MINUTES = 60 };

struct pending {
    int64_t person;
    usec at;
    uint8_t secret[TOTP_SECRET];
    uint8_t rest[4];
};
_Static_assert(sizeof(struct pending) == 40, "no padding: it is sealed as it lies");

static err open_pending(struct req *rq, str sealed, struct pending *out)
{
    struct bytes plain;
    err e = req_unseal(rq, purpose, sealed, &plain);
    bool fits = !err_is(e) && plain.n == sizeof *out;
    if (fits)
        memcpy(out, plain.p, sizeof *out);
    return fits && out->person == rq->who.person && rq->now >= out->at &&
            rq->now - out->at < SEALED_MINUTES * USEC_MINUTE
        ? OK : ERR(INVALID);
}

/* ── the page ── */

static err new_pending(struct req *rq, struct pending *p, str *sealed)
{
    *p = (struct pending){.person = rq->who.person, .at = rq->now};
    randombytes_buf(p->secret, sizeof p->secret);
    *sealed = req_seal(rq, purpose, (struct bytes){(const uint8_t *)p, sizeof *p});
    return sealed->n ? OK : ERR(NOMEM);
}

static err login_of(struct db *db, struct arena *a, person_id p, str *out)
{
    struct person me;
    TRY(org_person_self(db, a, p, &me));
    *out = me.login;
    return OK;
}

static err totp_read(struct req *rq)
{
    struct pending p;
    str login, sealed = req_typed(rq, "sealed", STR_NONE);
    struct view_totp *v = ARENA_NEW(rq->a, struct view_totp);
    if (!v)
        return ERR(NOMEM);
    if (sealed.n == 0 || err_is(open_pending(rq, sealed, &p)))
        TRY(new_pending(rq, &p, &sealed));
    TRY(login_of(rq->db, rq->a, (person_id){rq->who.person}, &login));
    struct bytes secret = {p.secret, sizeof p.secret};
    *v = (struct view_totp){.needed = rq->who.step == STEP_ENROL,
        .demo = web_is_demo(rq->web),
        .next = req_typed(rq, "next", req_query(rq, "next")),
        .sealed = sealed,
        .secret = org_totp_text(rq->a, secret),
        .login = login,
        .name = req_typed(rq, "name", S("認証アプリ")),
        .name_error = req_error_of(rq, "name"),
        .code_error = req_error_of(rq, "code")};
    v->errors = req_has_errors(rq);
    TRY(org_qr(rq->a, org_totp_uri(rq->a, secret, login), &v->side, &v->path));
    return req_show(rq, &view_totp_type, v);
}

struct enrolling {
    str sealed, code, name, next;
    struct pending pending; /* found by prepare */
    int64_t step;
};

static const struct web_field enrolling_fields[] = {
    {.name = "sealed", .label = "登録の続き", .type = FIELD_LINE,
        .offset = offsetof(struct enrolling, sealed), .required = true, .max = 400},
    {.name = "code", .label = "確認コード", .type = FIELD_LINE,
        .offset = offsetof(struct enrolling, code), .required = true, .max = 40},
    {.name = "name", .label = "名前", .type = FIELD_LINE,
        .offset = offsetof(struct enrolling, name), .required = true, .max = 40},
    {.name = "next", .label = "次の画面", .type = FIELD_LINE,
        .offset = offsetof(struct enrolling, next), .max = 500},
};
static const struct web_form enrolling_form = WEB_FORM(enrolling_fields, enrolling);

static err totp_prepare(struct req *rq)
{
    struct enrolling *f = rq->form;
    if (err_is(open_pending(rq, f->sealed, &f->pending))) {
        req_error(rq, "code", S("画面を開いてから時間がたちました。上のコードを、もう一度アプリに"
                                "読み取らせてください。"));
        return ERR(INVALID);
    }
    struct bytes secret = {f->pending.secret, sizeof f->pending.secret};
    if (!org_totp_fits(secret, rq->now, 0, org_half(rq->a, f->code), &f->step)) {
        req_error(rq, "code", S("この確認コードは合いません。アプリに今出ている6桁の数字を入力して"
                                "ください。続く場合は、端末の時計が合っているか確かめてください。"));
        return ERR(INVALID);
    }
    return OK;
}

/* ── recovery codes ── */

static err show_codes(struct tx *tx, struct req *rq, str next)
{
    uint8_t hash[RECOVERY_CODES][32];
    struct view_codes *v = ARENA_NEW(rq->a, struct view_codes);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_codes){.next = org_safe_next(next)};
    v->codes.p = ARENA_ARRAY(rq->a, struct view_codes_codes, RECOVERY_CODES);
    if (!v->codes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < RECOVERY_CODES; i++)
        TRY(org_recovery_new(rq->a, &v->codes.p[v->codes.n++].code, hash[i]));
    TRY(org_recovery_put(tx, (person_id){rq->who.person}, hash, RECOVERY_CODES));
    return req_show(rq, &view_codes_type, v);
}

err org_factor_added(struct tx *tx, struct req *rq, struct factor *f, str next)
{
    int64_t left;
    body_id body = {rq->who.org};
    err e = org_factor_add(tx, f);
    if (e.code == ERR_LIMIT) {
        req_say(rq, S("登録できるのは10個までです。使わないものを外してから、加えてください。"));
        return ERR(CONFLICT);
    }
    TRY(e);
    TRY(org_session_begin(tx, rq, f->person, 2, ORG_SESSION_HOURS * USEC_HOUR));
    TRY(org_people_changed(tx, rq, body));
    struct account_news n = {.person = f->person,
        .body = body,
        .action = S("org.factor.add"),
        .subject = S("サインインの確認方法を加えました"),
        .what = str_fmt(rq->a, "「%.*s」を、サインインの二つ目の確認方法に加えました。",
            STR_F(f->name))};
    TRY(org_account_tell(tx, rq, &n));
    TRY(org_recovery_left(tx_db(tx), f->person, &left));
    return left ? req_go(rq, S("/account?ok=factor")) : show_codes(tx, rq, next);
}

static err totp_write(struct tx *tx, struct req *rq)
{
    const struct enrolling *f = rq->form;
    struct factor new = {.person = {rq->who.person},
        .kind = FACTOR_TOTP,
        .name = f->name,
        .secret = {f->pending.secret, sizeof f->pending.secret},
        .counter = f->step};
    return org_factor_added(tx, rq, &new, f->next);
}

static err recovery_write(struct tx *tx, struct req *rq)
{
    struct factor_list list;
    person_id p = {rq->who.person};
    TRY(org_factor_all(tx_db(tx), rq->a, p, &list));
    if (list.n == 0) {
        req_say(rq, S("回復コードは、二つ目の確認方法を登録すると作れます。"));
        return ERR(CONFLICT);
    }
    struct account_news n = {.person = p,
        .body = {rq->who.org},
        .action = S("org.recovery.new"),
        .subject = S("回復コードを作り直しました"),
        .what = S("回復コードを作り直しました。前の回復コードは、もう使えません。")};
    TRY(org_account_tell(tx, rq, &n));
    return show_codes(tx, rq, S("/account"));
}

/* ── taking one away ── */

static const struct factor *factor_of(const struct factor_list *list, int64_t id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].id == id)
            return &list->v[i];
    return NULL;
}

static err remove_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    struct factor_list list;
    person_id p = {rq->who.person};
    TRY(req_param_i64(rq, "factor", &id));
    TRY(org_factor_all(tx_db(tx), rq->a, p, &list));
    const struct factor *f = factor_of(&list, id);
    if (!f)
        return ERR(NOTFOUND);
    if (list.n == 1 && (rq->who.roles & ORG_TWO_FACTORS) && !web_is_demo(rq->web)) {
        req_say(rq, S("今の役割には、二つ目の確認方法が必要です。別の方法を加えてから、外してくだ"
                      "さい。"));
        return ERR(CONFLICT);
    }
    TRY(org_factor_drop(tx, p, id));
    TRY(org_people_changed(tx, rq, (body_id){rq->who.org}));
    struct account_news n = {.person = p,
        .body = {rq->who.org},
        .action = S("org.factor.remove"),
        .subject = S("サインインの確認方法を外しました"),
        .what = str_fmt(rq->a, "「%.*s」を、サインインの二つ目の確認方法から外しました。",
            STR_F(f->name))};
    TRY(org_account_tell(tx, rq, &n));
    return req_go(rq, S("/account?ok=factor-removed"));
}

const struct route org_factor_routes[] = {
    {.method = GET, .path = "/account/code", .flags = ROUTE_ENROL | ROUTE_PERSON | ROUTE_FRESH,
        .read = totp_read, .query = QUERY({"next", "済んだ後に開くアドレス", false}), .shows = VIEWS(&view_totp_type)},
    {.method = POST, .path = "/account/code", .flags = ROUTE_ENROL | ROUTE_PERSON | ROUTE_FRESH,
        .form = &enrolling_form, .read = totp_read, .prepare = totp_prepare,
        .write = totp_write, .shows = VIEWS(&view_codes_type), .goes = PATHS("/account")},
    {.method = POST, .path = "/account/recovery", .flags = ROUTE_PERSON | ROUTE_FRESH,
        .write = recovery_write, .shows = VIEWS(&view_codes_type)},
    {.method = POST, .path = "/account/factors/{factor}/remove",
        .flags = ROUTE_PERSON | ROUTE_FRESH, .write = remove_write,
        .goes = PATHS("/account")},
    {.path = NULL},
};
