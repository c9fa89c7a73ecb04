/* SPDX-License-Identifier: Apache-2.0 */
/* An application as its body writes it: ranges, one form for several of a kind, and its steps. */
#include "darknet/darknet_private.h"

#include "darknet_application.ht.h"

struct claim_form {
    str ranges, role, holder, sharers, proof;
    struct net_ranges nets; /* by prepare */
    struct darknet_claim claim;
};

#define FIELD(field, label_, type_, max_)                                                        \
    {.name = #field, .label = label_, .type = type_, .offset = offsetof(struct claim_form, field),\
        .max = max_}

static const struct web_field claim_fields[] = {
    {.name = "ranges", .label = "アドレスの範囲", .type = FIELD_TEXT,
        .offset = offsetof(struct claim_form, ranges), .required = true, .max = 6000},
    FIELD(role, "役割", FIELD_LINE, 20),
    FIELD(holder, "委託先の名称", FIELD_LINE, 200),
    FIELD(sharers, "共に使う団体の団体コード", FIELD_TEXT, 3000),
    FIELD(proof, "保有を示すもの", FIELD_TEXT, 1000),
};
static const struct web_form claim_form = WEB_FORM(claim_fields, claim_form);

/* ── the page ── */

static err role_options(struct req *rq, struct view_darknet_application *v)
{
    str chosen = req_typed(rq, "role", S("own"));
    v->roles.p = ARENA_ARRAY(rq->a, struct view_darknet_application_roles, COUNT_OF(darknet_roles));
    if (!v->roles.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(darknet_roles); i++)
        v->roles.p[v->roles.n++] = (struct view_darknet_application_roles){
            darknet_roles[i].key, darknet_roles[i].name, str_eq(darknet_roles[i].key, chosen)};
    return OK;
}

static err show(struct req *rq, const struct darknet_application *d)
{
    struct darknet_claims claims;
    struct darknet_contacts contacts;
    struct view_darknet_application *v = ARENA_NEW(rq->a, struct view_darknet_application);
    if (!v)
        return ERR(NOMEM);
    TRY(darknet_claims(rq->db, rq->a, rq->who.scope, d, &claims));
    TRY(darknet_contacts(rq->db, rq->a, rq->who.scope, d->body.id, &contacts));
    *v = (struct view_darknet_application){.id = d->id,
        .body = d->body.name,
        .number = d->number,
        .state_key = darknet_state_key(d->state),
        .badge = darknet_badge(d->state),
        .state = darknet_state_name(d->state),
        .next = darknet_next_text(d->state, false),
        .editable = darknet_state_is_open(d->state),
        .errors = req_has_errors(rq),
        .n_ranges = (int64_t)claims.n,
        .contacts = (int64_t)contacts.n,
        .from = d->observed_from,
        .to = d->observed_to,
        .typed = req_typed(rq, "ranges", STR_NONE),
        .typed_error = req_error_of(rq, "ranges"),
        .role_error = req_error_of(rq, "role"),
        .holder = req_typed(rq, "holder", STR_NONE),
        .holder_error = req_error_of(rq, "holder"),
        .sharers = req_typed(rq, "sharers", STR_NONE),
        .sharers_error = req_error_of(rq, "sharers"),
        .proof = req_typed(rq, "proof", STR_NONE),
        .proof_error = req_error_of(rq, "proof")};
    TRY(role_options(rq, v));
    TRY(darknet_ranges_view(rq, &claims, v->editable ? d->id : 0, &v->ranges));
    TRY(darknet_way_view(rq, d, DARKNET_BODY, &v->way));
    return req_show(rq, &view_darknet_application_type, v);
}

static err own(struct db *db, struct req *rq, struct darknet_application *d)
{
    int64_t id;
    TRY(req_param_i64(rq, "application", &id));
    TRY(darknet_application_get(db, rq->a, rq->who.scope, id, d));
    return d->body.id.v == scope_body(rq->who.scope).v ? OK : ERR(NOTFOUND);
}

static err application_read(struct req *rq)
{
    struct darknet_application d;
    TRY(own(rq->db, rq, &d));
    return show(rq, &d);
}

/* ── ranges ── */

static err parse_sharers(struct req *rq, struct claim_form *f)
{
    struct strs codes;
    str wrong;
    err e = darknet_codes_parse(rq->a, f->sharers, &codes, &wrong);
    f->claim.with = ARENA_ARRAY(rq->a, struct body, DARKNET_SHARERS);
    if (!f->claim.with)
        return ERR(NOMEM);
    for (size_t i = 0; !err_is(e) && i < codes.n; i++) {
        struct body *b = &f->claim.with[f->claim.n_with];
        wrong = codes.v[i];
        e = darknet_body_of_code(rq->db, rq->a, codes.v[i], b);
        if (!err_is(e) && b->id.v != scope_body(rq->who.scope).v)
            f->claim.n_with++;
    }
    if (e.code != ERR_INVALID && e.code != ERR_NOTFOUND)
        return e;
    req_error(rq, "sharers", str_fmt(rq->a, "%.*sは、今ある団体の団体コードではありません。6桁の数字を確かめてください。",
        STR_F(wrong)));
    return OK;
}

static err claim_prepare(struct req *rq)
{
    struct claim_form *f = rq->form;
    struct darknet_application d;
    str wrong;
    TRY(own(rq->db, rq, &d));
    f->claim = (struct darknet_claim){.role = darknet_role_of_key(f->role.n ? f->role : S("own")),
        .holder = f->holder,
        .proof = f->proof};
    TRY(darknet_ranges_parse(
        rq->a, f->ranges, FOR_REGISTRATION, web_is_demo(rq->web), &f->nets, &wrong));
    if (wrong.n)
        req_error(rq, "ranges", wrong);
    if (f->claim.role == 0)
        req_error(rq, "role", S("一覧から選んでください。"));
    if (f->claim.role == DARKNET_VENDOR && f->holder.n == 0)
        req_error(rq, "holder", S("委託先の名称を入力してください。"));
    if (f->claim.role != DARKNET_VENDOR && f->holder.n)
        req_error(rq, "holder", S("委託先の範囲のときだけ入力してください。"));
    if (f->claim.role == DARKNET_EGRESS)
        TRY(parse_sharers(rq, f));
    else if (f->sharers.n)
        req_error(rq, "sharers", S("共用出口のときだけ入力してください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static int by_id(const struct body *a, const struct body *b)
{
    return (a->id.v > b->id.v) - (a->id.v < b->id.v);
}

/* As the database gives them back, for comparing. */
static void sort_sharers(struct darknet_claim *c)
{
    for (size_t i = 1; i < c->n_with; i++)
        for (size_t k = i; k > 0 && by_id(&c->with[k - 1], &c->with[k]) > 0; k--) {
            struct body b = c->with[k];
            c->with[k] = c->with[k - 1];
            c->with[k - 1] = b;
        }
}

static err say_why_not(struct req *rq, err e, const struct net_range *net)
{
    if (e.code == ERR_CONFLICT)
        req_say(rq, str_fmt(rq->a, "%.*s は、この申込みにもうあります。",
                        STR_F(darknet_net_text(rq->a, net))));
    if (e.code == ERR_LIMIT)
        req_say(rq, S("一つの申込みの範囲は100件までです。まとめられる範囲をまとめてください。"));
    return e;
}

static err changed(struct tx *tx, struct req *rq, const struct darknet_application *d, str action)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "darknet:%lld", (long long)d->id)};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "/darknet/applications/%lld?ok=saved", (long long)d->id));
}

static err open_one(struct tx *tx, struct req *rq, struct darknet_application *d)
{
    TRY(own(tx_db(tx), rq, d));
    if (darknet_state_is_open(d->state))
        return OK;
    req_say(rq, S("申し込んだ後は、範囲を変えられません。差し戻されるのを待つか、取り下げてください。"));
    return ERR(CONFLICT);
}

static err claim_write(struct tx *tx, struct req *rq)
{
    struct claim_form *f = rq->form;
    struct darknet_application d;
    TRY(open_one(tx, rq, &d));
    sort_sharers(&f->claim);
    for (size_t i = 0; i < f->nets.n; i++) {
        f->claim.net = f->nets.v[i];
        TRY(say_why_not(rq, darknet_claim_add(tx, &d, &f->claim), &f->claim.net));
    }
    return changed(tx, rq, &d, S("darknet.range.add"));
}

static err remove_write(struct tx *tx, struct req *rq)
{
    struct darknet_application d;
    int64_t claim;
    TRY(req_param_i64(rq, "claim", &claim));
    TRY(open_one(tx, rq, &d));
    TRY(darknet_claim_remove(tx, &d, claim));
    return changed(tx, rq, &d, S("darknet.range.remove"));
}

static err body_step_write(struct tx *tx, struct req *rq)
{
    return darknet_step_write(tx, rq, DARKNET_BODY);
}

#define APPLICATION "/darknet/applications/{application}"

const struct route darknet_application_routes[] = {
    {.method = GET, .path = APPLICATION, .perm = &darknet_p_use, .read = application_read,
        .shows = VIEWS(&view_darknet_application_type)},
    {.method = POST, .path = APPLICATION "/ranges", .perm = &darknet_p_use, .form = &claim_form,
        .read = application_read, .prepare = claim_prepare, .write = claim_write,
        .goes = PATHS(APPLICATION)},
    {.method = POST, .path = APPLICATION "/ranges/{claim}/remove", .perm = &darknet_p_use,
        .read = application_read, .write = remove_write, .goes = PATHS(APPLICATION)},
    {.method = POST, .path = APPLICATION "/steps/{act}", .perm = &darknet_p_use,
        .form = &darknet_step_form, .read = application_read, .write = body_step_write,
        .goes = PATHS("/darknet")},
    {.path = NULL},
};
