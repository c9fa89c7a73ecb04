/* SPDX-License-Identifier: Apache-2.0 */
/* Organs of a body (R23, R28–R30): registered and decided about by the body's administrator, and
 * the people who work for them. */
#include "org/org_body.h"

#include "asked.ht.h"

const struct permission org_p_organ = {"org.organ", ROLE_ADMIN | ROLE_SYSTEM};

struct deciding {
    str kind, name, scope, reason, law, decided_by, day;
    struct organ organ; /* by prepare */
};
#define LINE_FIELD(name_, label_, max_, required_)                                               \
    {.name = #name_, .label = label_, .type = FIELD_LINE,                                        \
        .offset = offsetof(struct deciding, name_), .required = required_, .max = max_}

static const struct web_field fields[] = {
    LINE_FIELD(kind, "種類", 20, false),
    LINE_FIELD(name, "機関の名前", 60, true),
    LINE_FIELD(scope, "調査の対象とするか", 10, true),
    {.name = "reason", .label = "その理由", .type = FIELD_TEXT,
        .offset = offsetof(struct deciding, reason), .required = true, .max = 1000},
    LINE_FIELD(law, "根拠となる法令・基準", 200, false),
    LINE_FIELD(decided_by, "決めた人", 60, true),
    LINE_FIELD(day, "決めた日", 40, true),
};
static const struct web_form organ_form = WEB_FORM(fields, deciding);

static const struct word scope_words[] = {
    {1, S("in"), S("対象：自分で調査に答える")},
    {0, S("out"), S("対象外")},
};

/* The organ of the path, or number 0 for a new one. */
static err organ_of(struct req *rq, struct db *db, struct body_entry *e, struct organ *out)
{
    int64_t number;
    *out = (struct organ){.decided_on = DAY_NONE};
    TRY(org_body_of(rq, db, e));
    if (e->to != DAY_NONE)
        return ERR(NOTFOUND);
    out->body = e->body.id;
    if (req_param(rq, "organ").n == 0)
        return OK;
    TRY(req_param_i64(rq, "organ", &number));
    return org_organ_get(db, rq->a, rq->who.scope, e->body.id, number, out);
}

static str action_of(struct req *rq, const struct organ *o)
{
    return o->number ? org_body_path(rq->a, o->body,
                           str_z(rq->a, str_fmt(rq->a, "/organs/%lld", (long long)o->number)))
                     : org_body_path(rq->a, o->body, "/organs");
}

static err organ_read(struct req *rq)
{
    struct body_entry e;
    struct organ o;
    TRY(organ_of(rq, rq->db, &e, &o));
    BUF_AUTO day = BUF(32);
    if (o.decided_on != DAY_NONE)
        put_iso_day(&day, o.decided_on);
    struct asked asked[] = {
        {.name = "kind", .label = "種類", .kind = ASKED_CHOICE, .required = true,
            .words = org_organ_kinds, .n_words = COUNT_OF(org_organ_kinds),
            .value = WORD_OF(org_organ_kinds, o.kind)->key},
        {.name = "name", .label = "機関の名前", .required = true, .value = o.name,
            .support = "例）議会、教育委員会、市立病院"},
        {.name = "scope", .label = "調査の対象とするか", .kind = ASKED_CHOICE, .required = true,
            .words = scope_words, .n_words = COUNT_OF(scope_words),
            .value = o.number == 0 ? STR_NONE : o.in_scope ? S("in") : S("out"),
            .support = "公安委員会は、法令により対象外です。"},
        {.name = "reason", .label = "その理由", .kind = ASKED_AREA, .required = true,
            .value = o.reason,
            .support = "例）大学・学校は、文部科学省の別の基準によるため対象外とする"},
        {.name = "law", .label = "根拠となる法令・基準", .value = o.law},
        {.name = "decided_by", .label = "決めた人（会議・役職）", .required = true,
            .value = o.decided_by},
        {.name = "day", .label = "決めた日", .required = true, .value = buf_view(&day),
            .support = "例）令和8年4月1日"},
    };
    size_t skip = o.number != 0; /* what an organ is does not change */
    return org_form_show(rq,
        &(struct asked_form){.title = o.number ? o.name : S("機関の登録"),
            .lead = S("議会、教育委員会など、長の部局と別に方針や回答を持つ機関です。次に始まる調査から、"
                      "対象の機関にも尋ねます。"),
            .back = org_body_path(rq->a, e.body.id, ""),
            .back_name = e.body.name,
            .action = action_of(rq, &o),
            .button = S("保存する"),
            .field = asked + skip,
            .n = COUNT_OF(asked) - skip});
}

static err organ_prepare(struct req *rq)
{
    struct deciding *f = rq->form;
    struct body_entry e;
    struct organ *o = &f->organ;
    TRY(organ_of(rq, rq->db, &e, o));
    if (o->number == 0)
        o->kind = (enum organ_kind)WORD_OF_KEY(org_organ_kinds, f->kind)->value;
    if (o->kind == 0)
        req_error(rq, "kind", S("種類を選んでください。"));
    const struct word *scope = WORD_OF_KEY(scope_words, f->scope);
    if (scope->key.n == 0)
        req_error(rq, "scope", S("対象とするかを選んでください。"));
    o->name = f->name;
    o->in_scope = scope->value == 1;
    o->reason = f->reason;
    o->law = f->law;
    o->decided_by = f->decided_by;
    const char *refused = org_organ_refused(o->kind, e.body.class, o->in_scope);
    if (refused)
        req_error(rq, "scope", str_of(refused));
    org_form_day(rq, "day", f->day, &o->decided_on);
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err organ_write(struct tx *tx, struct req *rq)
{
    const struct deciding *f = rq->form;
    int64_t number;
    err e = org_organ_put(tx, &f->organ, rq->who.person, &number);
    if (e.code == ERR_LIMIT) {
        req_error(rq, "name", S("機関は50までです。"));
        return ERR(INVALID);
    }
    TRY(e);
    TRY(org_body_audit(tx, rq, f->organ.body, S("org.organ.decide"),
        str_fmt(rq->a, "{\"organ\":%lld,\"in_scope\":%s}", (long long)number,
            f->organ.in_scope ? "true" : "false")));
    return req_go(rq, org_body_path(rq->a, f->organ.body, "?ok=saved"));
}

/* ── people ── */

/* Only people without a wider role, and only of this body: the list says who. */
static err may_move(struct tx *tx, struct req *rq, body_id body, person_id p)
{
    struct organ_people all;
    TRY(org_organ_people(tx_db(tx), rq->a, rq->who.scope, body, &all));
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].id.v == p.v)
            return OK;
    return ERR(NOTFOUND);
}

static err person_write(struct tx *tx, struct req *rq)
{
    struct body_entry e;
    struct organ o = {0};
    person_id p;
    int64_t number;
    TRY(org_body_of(rq, tx_db(tx), &e));
    TRY(req_param_i64(rq, "organ", &number));
    TRY(req_param_i64(rq, "person", &p.v));
    if (number)
        TRY(org_organ_get(tx_db(tx), rq->a, rq->who.scope, e.body.id, number, &o));
    TRY(may_move(tx, rq, e.body.id, p));
    if (number && !o.in_scope) {
        req_say(rq, S("対象外の機関は調査に答えないため、担当者を置けません。"));
        return ERR(CONFLICT);
    }
    TRY(org_person_organ(tx, p, number));
    TRY(org_body_audit(tx, rq, e.body.id, S("org.organ.person"),
        str_fmt(rq->a, "{\"person\":%lld,\"organ\":%lld}", (long long)p.v, (long long)number)));
    return req_go(rq, org_body_path(rq->a, e.body.id, "?ok=saved"));
}

const struct route org_organ_routes[] = {
    {.method = GET, .path = "/bodies/{body}/organs", .perm = &org_p_organ, .read = organ_read,
        .shows = VIEWS(&view_asked_type)},
    {.method = POST, .path = "/bodies/{body}/organs", .perm = &org_p_organ, .form = &organ_form,
        .read = organ_read, .prepare = organ_prepare, .write = organ_write,
        .goes = PATHS("/bodies/{body}")},
    {.method = GET, .path = "/bodies/{body}/organs/{organ}", .perm = &org_p_organ,
        .read = organ_read,
        .shows = VIEWS(&view_asked_type)},
    {.method = POST, .path = "/bodies/{body}/organs/{organ}", .perm = &org_p_organ,
        .form = &organ_form, .read = organ_read, .prepare = organ_prepare,
        .write = organ_write,
        .goes = PATHS("/bodies/{body}")},
    {.method = POST, .path = "/bodies/{body}/organs/{organ}/people/{person}",
        .perm = &org_p_organ, .write = person_write,
        .goes = PATHS("/bodies/{body}")},
    {.path = NULL},
};
