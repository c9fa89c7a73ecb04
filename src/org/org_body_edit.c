/* SPDX-License-Identifier: Apache-2.0 */
/* A system administrator registers unions and other special bodies (R27), decides whether they are
 * in scope, links their members, and writes down that a body changed its name. */
#include "org/org_body.h"

#include "asked.ht.h"

const struct permission org_p_register = {"org.register", ROLE_SYSTEM};

#define LINE_FIELD(type_, name_, label_, max_, required_)                                        \
    {.name = #name_, .label = label_, .type = FIELD_LINE, .offset = offsetof(struct type_, name_),\
        .required = required_, .max = max_}
#define TEXT_FIELD(type_, name_, label_, max_)                                                   \
    {.name = #name_, .label = label_, .type = FIELD_TEXT, .offset = offsetof(struct type_, name_),\
        .required = true, .max = max_}

static const struct word special_kinds[] = {
    {CLASS_UNION, S("union"), S("一部事務組合")},
    {CLASS_WIDE, S("wide"), S("広域連合")},
    {CLASS_AGENCY, S("agency"), S("地方独立行政法人")},
    {CLASS_UTILITY, S("utility"), S("企業団（水道・病院など）")},
    {CLASS_SPECIAL, S("special"), S("その他")},
};
static const struct word yes_no[] = {{1, S("yes"), S("あり")}, {0, S("no"), S("なし")}};

/* A code that may be given to a body: digits right, and nobody's. own: the body's present one. */
static err check_code(struct req *rq, str *code6, str own)
{
    bool taken;
    *code6 = org_half(rq->a, *code6);
    if (code6->n == 0 || str_eq(*code6, own))
        return OK;
    if (!org_code_is_valid(*code6)) {
        req_error(rq, "code6", S("団体コードは6桁です。検査数字（最後の桁）も確かめてください。"));
        return OK;
    }
    TRY(org_code_is_taken(rq->db, *code6, &taken));
    if (taken)
        req_error(rq, "code6", S("この団体コードは、もう使われています。"));
    return OK;
}

/* ── a special body ── */

struct registering {
    str name, kana, kind, code6, pref, lgwan, decision, reason, day;
    struct new_body body;
    struct decision scope;
};

static const struct web_field registering_fields[] = {
    LINE_FIELD(registering, name, "名称", 100, true),
    LINE_FIELD(registering, kana, "よみ", 200, true),
    LINE_FIELD(registering, kind, "種類", 20, true),
    LINE_FIELD(registering, code6, "団体コード", 20, false),
    LINE_FIELD(registering, pref, "都道府県の団体コード", 20, true),
    LINE_FIELD(registering, lgwan, "LGWANへの接続", 10, true),
    LINE_FIELD(registering, decision, "調査の対象とするか", 20, true),
    TEXT_FIELD(registering, reason, "その理由", 1000),
    LINE_FIELD(registering, day, "決めた日", 40, true),
};
static const struct web_form registering_form = WEB_FORM(registering_fields, registering);

static err new_read(struct req *rq)
{
    struct asked fields[] = {
        {.name = "name", .label = "名称", .required = true},
        {.name = "kana", .label = "よみ（ひらがな）", .required = true},
        {.name = "kind", .label = "種類", .kind = ASKED_CHOICE, .required = true,
            .words = special_kinds, .n_words = COUNT_OF(special_kinds)},
        {.name = "code6", .label = "団体コード（6桁）",
            .support = "ある場合だけ入力します。"},
        {.name = "pref", .label = "都道府県の団体コード（6桁）", .required = true,
            .support = "その団体がある都道府県のものです。例）130001"},
        {.name = "lgwan", .label = "LGWANへの接続", .kind = ASKED_CHOICE, .required = true,
            .words = yes_no, .n_words = COUNT_OF(yes_no)},
        {.name = "decision", .label = "調査の対象とするか", .kind = ASKED_CHOICE,
            .required = true, .words = org_decisions, .n_words = COUNT_OF(org_decisions),
            .value = S("undecided")},
        {.name = "reason", .label = "その理由", .kind = ASKED_AREA, .required = true},
        {.name = "day", .label = "決めた日", .required = true, .support = "例）令和8年4月1日"},
    };
    return org_form_show(rq,
        &(struct asked_form){.title = S("組合などの登録"),
            .lead = S("一部事務組合、広域連合、地方独立行政法人など、1,788団体のほかの団体を登録します。"
                      "全国の集計の区分には入りません。"),
            .action = S("/bodies/new"),
            .button = S("登録する"),
            .field = fields,
            .n = COUNT_OF(fields)});
}

static void parse_decision(struct req *rq, str decision, str lgwan, str reason, struct decision *d)
{
    const struct word *chosen = WORD_OF_KEY(org_decisions, decision);
    const struct word *connected = WORD_OF_KEY(yes_no, lgwan);
    if (chosen->key.n == 0)
        req_error(rq, "decision", S("対象とするかを選んでください。"));
    if (connected->key.n == 0)
        req_error(rq, "lgwan", S("LGWANへの接続を選んでください。"));
    d->decision = (enum scope_decision)chosen->value;
    d->lgwan = connected->value == 1;
    d->reason = reason;
    d->person = rq->who.person;
}

static err new_prepare(struct req *rq)
{
    struct registering *f = rq->form;
    struct body pref = {0};
    f->body = (struct new_body){.name = f->name, .kana = f->kana,
        .class = (enum body_class)WORD_OF_KEY(special_kinds, f->kind)->value,
        .from = jday_of_usec(rq->now)};
    if (!org_class_is_special(f->body.class))
        req_error(rq, "kind", S("種類を選んでください。"));
    TRY(check_code(rq, &f->code6, STR_NONE));
    f->body.code6 = f->code6;
    err e = org_body_by_code(rq->db, rq->a, rq->who.scope, org_half(rq->a, f->pref), &pref);
    if (e.code == ERR_NOTFOUND || (!err_is(e) && pref.class != CLASS_PREFECTURE))
        req_error(rq, "pref", S("都道府県の団体コードではありません。"));
    else
        TRY(e);
    f->body.pref = pref.pref;
    parse_decision(rq, f->decision, f->lgwan, f->reason, &f->scope);
    org_form_day(rq, "day", f->day, &f->scope.day);
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err new_write(struct tx *tx, struct req *rq)
{
    const struct registering *f = rq->form;
    body_id id;
    TRY(org_body_add(tx, &f->body, &id));
    TRY(org_decision_add(tx, id, &f->scope));
    TRY(org_body_audit(tx, rq, id, S("org.body.add"), STR_NONE));
    return req_go(rq, org_body_path(rq->a, id, "?ok=registered"));
}

/* ── the decision anew ── */

struct deciding {
    str lgwan, decision, reason, day;
    struct decision scope;
};
static const struct web_field deciding_fields[] = {
    LINE_FIELD(deciding, lgwan, "LGWANへの接続", 10, true),
    LINE_FIELD(deciding, decision, "調査の対象とするか", 20, true),
    TEXT_FIELD(deciding, reason, "その理由", 1000),
    LINE_FIELD(deciding, day, "決めた日", 40, true),
};
static const struct web_form deciding_form = WEB_FORM(deciding_fields, deciding);

/* NOTFOUND for a local government: those are always in scope. */
static err special_of(struct req *rq, struct db *db, struct body_entry *out)
{
    TRY(org_body_of(rq, db, out));
    return org_class_is_special(out->body.class) && out->to == DAY_NONE ? OK : ERR(NOTFOUND);
}

static err scope_read(struct req *rq)
{
    struct body_entry e;
    TRY(special_of(rq, rq->db, &e));
    struct asked fields[] = {
        {.name = "decision", .label = "調査の対象とするか", .kind = ASKED_CHOICE,
            .required = true, .words = org_decisions, .n_words = COUNT_OF(org_decisions),
            .value = WORD_OF(org_decisions, e.decision)->key},
        {.name = "lgwan", .label = "LGWANへの接続", .kind = ASKED_CHOICE, .required = true,
            .words = yes_no, .n_words = COUNT_OF(yes_no), .value = e.lgwan ? S("yes") : S("no")},
        {.name = "reason", .label = "その理由", .kind = ASKED_AREA, .required = true},
        {.name = "day", .label = "決めた日", .required = true, .support = "例）令和8年4月1日"},
    };
    return org_form_show(rq,
        &(struct asked_form){.title = S("対象とするかの決定"),
            .lead = S("前の決定も、理由と一緒に残ります。"),
            .back = org_body_path(rq->a, e.body.id, ""),
            .back_name = e.body.name,
            .action = org_body_path(rq->a, e.body.id, "/scope"),
            .button = S("保存する"),
            .field = fields,
            .n = COUNT_OF(fields)});
}

static err scope_prepare(struct req *rq)
{
    struct deciding *f = rq->form;
    struct body_entry e;
    TRY(special_of(rq, rq->db, &e));
    parse_decision(rq, f->decision, f->lgwan, f->reason, &f->scope);
    org_form_day(rq, "day", f->day, &f->scope.day);
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err scope_write(struct tx *tx, struct req *rq)
{
    const struct deciding *f = rq->form;
    struct body_entry e;
    TRY(special_of(rq, tx_db(tx), &e));
    TRY(org_decision_add(tx, e.body.id, &f->scope));
    TRY(org_body_audit(tx, rq, e.body.id, S("org.body.scope"), STR_NONE));
    return req_go(rq, org_body_path(rq->a, e.body.id, "?ok=saved"));
}

/* ── members ── */

struct joining {
    str code6, day;
    jday from;
    struct body member;
};
static const struct web_field joining_fields[] = {
    LINE_FIELD(joining, code6, "団体コード", 20, true),
    LINE_FIELD(joining, day, "加わった日", 40, true),
};
static const struct web_form joining_form = WEB_FORM(joining_fields, joining);

static err members_read(struct req *rq)
{
    struct body_entry e;
    TRY(special_of(rq, rq->db, &e));
    struct asked fields[] = {
        {.name = "code6", .label = "加える団体の団体コード（6桁）", .required = true,
            .support = "同じ名前の団体があるため、コードで指定します。"},
        {.name = "day", .label = "加わった日", .required = true, .support = "例）令和8年4月1日"},
    };
    return org_form_show(rq,
        &(struct asked_form){.title = S("構成する団体"),
            .lead = S("この団体を構成する地方公共団体を、一つずつ加えます。"),
            .back = org_body_path(rq->a, e.body.id, ""),
            .back_name = e.body.name,
            .action = org_body_path(rq->a, e.body.id, "/members"),
            .button = S("加える"),
            .field = fields,
            .n = COUNT_OF(fields)});
}

static err members_prepare(struct req *rq)
{
    struct joining *f = rq->form;
    struct body_entry e;
    TRY(special_of(rq, rq->db, &e));
    org_form_day(rq, "day", f->day, &f->from);
    err found =
        org_body_by_code(rq->db, rq->a, rq->who.scope, org_half(rq->a, f->code6), &f->member);
    if (found.code == ERR_NOTFOUND)
        req_error(rq, "code6", S("この団体コードの団体はありません。"));
    else
        TRY(found);
    if (f->member.id.v == e.body.id.v)
        req_error(rq, "code6", S("その団体自身は加えられません。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err members_write(struct tx *tx, struct req *rq)
{
    const struct joining *f = rq->form;
    struct body_entry e;
    TRY(special_of(rq, tx_db(tx), &e));
    err added = org_member_add(tx, e.body.id, f->member.id, f->from);
    if (added.code == ERR_CONFLICT)
        req_say(rq, S("その団体は、もう加わっています。"));
    TRY(added);
    TRY(org_body_audit(tx, rq, e.body.id, S("org.member.add"),
        str_fmt(rq->a, "{\"member\":%lld}", (long long)f->member.id.v)));
    return req_go(rq, org_body_path(rq->a, e.body.id, "?ok=saved"));
}

static err member_end_write(struct tx *tx, struct req *rq)
{
    struct body_entry e;
    body_id member;
    TRY(special_of(rq, tx_db(tx), &e));
    TRY(req_param_i64(rq, "member", &member.v));
    TRY(org_member_end(tx, e.body.id, member, jday_of_usec(tx_now(tx)) - 1));
    TRY(org_body_audit(tx, rq, e.body.id, S("org.member.end"),
        str_fmt(rq->a, "{\"member\":%lld}", (long long)member.v)));
    return req_go(rq, org_body_path(rq->a, e.body.id, "?ok=saved"));
}

/* ── a new name ── */

struct renaming {
    str name, kana, kind, code6, day;
    struct body_rename to;
};
static const struct web_field renaming_fields[] = {
    LINE_FIELD(renaming, name, "新しい名称", 100, true),
    LINE_FIELD(renaming, kana, "よみ", 200, true),
    LINE_FIELD(renaming, kind, "区分", 20, true),
    LINE_FIELD(renaming, code6, "団体コード", 20, false),
    LINE_FIELD(renaming, day, "新しい名称の最初の日", 40, true),
};
static const struct web_form renaming_form = WEB_FORM(renaming_fields, renaming);

const struct word org_local_kinds[5] = {
    {CLASS_DESIGNATED, S("designated"), S("政令指定都市")},
    {CLASS_WARD, S("ward"), S("特別区")},
    {CLASS_CITY, S("city"), S("市")},
    {CLASS_TOWN, S("town"), S("町")},
    {CLASS_VILLAGE, S("village"), S("村")},
};
static const struct word pref_kinds[] = {
    {CLASS_PREFECTURE, S("prefecture"), S("都道府県")}};

/* What a body may become: a town a city, but no town a union. */
static const struct word *kinds_for(enum body_class c, size_t *n)
{
    bool special = org_class_is_special(c), pref = c == CLASS_PREFECTURE;
    *n = pref ? 1 : special ? COUNT_OF(special_kinds) : COUNT_OF(org_local_kinds);
    return pref ? pref_kinds : special ? special_kinds : org_local_kinds;
}

static err name_read(struct req *rq)
{
    struct body_entry e;
    size_t n;
    TRY(org_body_of(rq, rq->db, &e));
    const struct word *kinds = kinds_for(e.body.class, &n);
    struct asked fields[] = {
        {.name = "name", .label = "新しい名称", .required = true, .value = e.body.name},
        {.name = "kana", .label = "よみ（ひらがな）", .required = true, .value = e.body.kana},
        {.name = "kind", .label = "区分", .kind = ASKED_CHOICE, .required = true, .words = kinds,
            .n_words = n, .value = org_class_key(e.body.class),
            .support = "町が市になるなど、区分も変わるときに選び直します。"},
        {.name = "code6", .label = "団体コード（6桁）", .value = e.body.code6,
            .support = "コードも変わるときに直します。"},
        {.name = "day", .label = "新しい名称の最初の日", .required = true,
            .support = "その日になってから登録します。例）令和8年4月1日"},
    };
    return org_form_show(rq,
        &(struct asked_form){.title = S("名称の変更"),
            .lead = S("それより前を基準日とする調査には、前の名称と区分が示されます。"),
            .back = org_body_path(rq->a, e.body.id, ""),
            .back_name = e.body.name,
            .action = org_body_path(rq->a, e.body.id, "/name"),
            .button = S("登録する"),
            .field = fields,
            .n = COUNT_OF(fields)});
}

static err name_prepare(struct req *rq)
{
    struct renaming *f = rq->form;
    struct body_entry e;
    size_t n;
    TRY(org_body_of(rq, rq->db, &e));
    const struct word *kinds = kinds_for(e.body.class, &n);
    TRY(check_code(rq, &f->code6, e.body.code6));
    f->to = (struct body_rename){.body = e.body, .person = rq->who.person};
    f->to.body.name = f->name;
    f->to.body.kana = f->kana;
    f->to.body.code6 = f->code6;
    f->to.body.class = (enum body_class)word_of_key(kinds, n, f->kind)->value;
    if (f->to.body.class == 0)
        req_error(rq, "kind", S("区分を選んでください。"));
    if (f->code6.n == 0 && org_class_is_local(e.body.class))
        req_error(rq, "code6", S("団体コードを入力してください。"));
    if (str_eq(f->name, e.body.name) && str_eq(f->code6, e.body.code6) &&
        f->to.body.class == e.body.class)
        req_error(rq, "name", S("今の名称と同じです。"));
    org_form_day(rq, "day", f->day, &f->to.day);
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err name_write(struct tx *tx, struct req *rq)
{
    const struct renaming *f = rq->form;
    err e = org_body_rename(tx, &f->to);
    if (e.code == ERR_STALE) {
        req_error(rq, "day", S("この団体が始まった日か、前の変更の日より、後の日にしてください。"));
        return ERR(INVALID);
    }
    TRY(e);
    TRY(org_body_audit(tx, rq, f->to.body.id, S("org.body.rename"), STR_NONE));
    return req_go(rq, org_body_path(rq->a, f->to.body.id, "?ok=saved"));
}

#define EDIT(path_, read_, form_, prepare_, write_)                                              \
    {.method = GET, .path = path_, .perm = &org_p_register, .read = read_,                       \
        .shows = VIEWS(&view_asked_type)},                                                       \
    {.method = POST, .path = path_, .perm = &org_p_register, .form = form_, .read = read_,       \
        .prepare = prepare_, .write = write_, .goes = PATHS("/bodies/{body}")}

const struct route org_body_edit_routes[] = {
    EDIT("/bodies/new", new_read, &registering_form, new_prepare, new_write),
    EDIT("/bodies/merge", org_merge_read, &org_merge_form, org_merge_prepare, org_merge_write),
    EDIT("/bodies/{body}/scope", scope_read, &deciding_form, scope_prepare, scope_write),
    EDIT("/bodies/{body}/members", members_read, &joining_form, members_prepare, members_write),
    EDIT("/bodies/{body}/name", name_read, &renaming_form, name_prepare, name_write),
    {.method = POST, .path = "/bodies/{body}/members/{member}/end", .perm = &org_p_register,
        .write = member_end_write,
        .goes = PATHS("/bodies/{body}")},
    {.path = NULL},
};
