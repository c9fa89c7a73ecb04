/* SPDX-License-Identifier: Apache-2.0 */
/* The register of bodies: the list, the list as a file, and the page of one body. */
#include "org/org_body.h"

#include "bodies.ht.h"
#include "body.ht.h"
#include "core/csv.h"

enum { PAGE = 100 };

const struct permission org_p_bodies = {
    "org.bodies", ROLE_ADMIN | ROLE_PREF | ROLE_NATION | ROLE_SYSTEM};

static bool may(const struct req *rq, const struct permission *p)
{
    return (rq->who.roles & p->roles) != 0;
}

/* ── the list ── */

static struct body_filter filter_of(const struct req *rq)
{
    str show = req_query(rq, "show");
    struct body_filter f = {.kind = BODIES_ANY,
        .class = org_class_of_key(req_query(rq, "class")),
        .q = req_query(rq, "q"),
        .ended = str_eq(show, S("ended")),
        .decided = str_eq(show, S("undecided")),
        .decision = DECISION_OPEN};
    if (str_eq(show, S("special")))
        f.kind = BODIES_SPECIAL;
    if (err_is(parse_i64(req_query(rq, "pref"), 1, 99, &f.pref)))
        f.pref = 0;
    return f;
}

static err list_choices(struct req *rq, const struct body_filter *f, struct view_bodies *v)
{
    struct body_list prefs;
    v->classes.p = ARENA_ARRAY(rq->a, struct view_bodies_classes, CLASS_SPECIAL);
    if (!v->classes.p)
        return ERR(NOMEM);
    for (int c = CLASS_PREFECTURE; c <= CLASS_SPECIAL; c++)
        if (org_class_is_local((enum body_class)c) || org_class_is_special((enum body_class)c))
            v->classes.p[v->classes.n++] = (struct view_bodies_classes){
                org_class_key((enum body_class)c), org_class_name((enum body_class)c),
                f->class == (enum body_class)c};
    if (scope_level(rq->who.scope) != SCOPE_NATION)
        return OK;
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_bodies_prefs, prefs.n);
    if (!v->prefs.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < prefs.n; i++)
        v->prefs.p[v->prefs.n++] = (struct view_bodies_prefs){
            prefs.v[i].pref, prefs.v[i].name, prefs.v[i].pref == f->pref};
    return OK;
}

static str page_query(struct req *rq, const struct view_bodies *v, int64_t page)
{
    BUF_AUTO b = BUF(4096);
    buf_fmt(&b, "page=%lld&pref=%lld&class=", (long long)page, (long long)v->pref);
    html_urlpart(&b, v->class);
    buf_lit(&b, "&show=");
    html_urlpart(&b, v->show);
    buf_lit(&b, "&q=");
    html_urlpart(&b, v->q);
    return str_dup(rq->a, buf_view(&b));
}

static err bodies_read(struct req *rq)
{
    struct body_entries found;
    struct body_filter f = filter_of(rq);
    struct view_bodies *v = ARENA_NEW(rq->a, struct view_bodies);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_bodies){.q = f.q,
        .class = org_class_key(f.class),
        .pref = f.pref,
        .show = req_query(rq, "show"),
        .edit = may(rq, &org_p_register),
        .figures = may(rq, &org_p_attribute),
        .page = req_page(rq)};
    f.offset = (v->page - 1) * PAGE;
    f.limit = PAGE + 1;
    TRY(org_body_find(rq->db, rq->a, rq->who.scope, &f, &found));
    TRY(list_choices(rq, &f, v));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_bodies_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < found.n && i < PAGE; i++) {
        const struct body_entry *e = &found.v[i];
        v->rows.p[v->rows.n++] = (struct view_bodies_rows){.body = e->body.id.v,
            .code6 = e->body.code6,
            .name = e->body.name,
            .class = org_class_name(e->body.class),
            .pref = e->pref_name,
            .decision = org_decision_name(e->decision),
            .ended = e->to};
    }
    if (v->page > 1)
        v->previous_query = page_query(rq, v, v->page - 1);
    if (found.n > PAGE)
        v->next_query = page_query(rq, v, v->page + 1);
    return req_show(rq, &view_bodies_type, v);
}

static const struct column bodies_columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    {"kana", "よみ", COLUMN_TEXT, MAY_BE_EMPTY, "団体名のよみ"},
    COLUMN_PREF,
    COLUMN_CLASS,
    {"decision", "調査の対象", COLUMN_TEXT, NEVER_EMPTY,
        "調査の対象か。組合・広域連合などは、対象・対象外・未定のどれか"},
    {"lgwan", "LGWANへの接続", COLUMN_YESNO, MAY_BE_EMPTY,
        "組合・広域連合などが、LGWANにつながっているか。ほかの団体では空欄"},
    {"ended", "終わった日", COLUMN_DAY, MAY_BE_EMPTY, "合併などで団体が終わった日。今ある団体では空欄"},
};
static const struct table bodies_table = {.title = "団体の一覧",
    .about = "1行が1団体",
    .kind = "実データ",
    TABLE_COLUMNS(bodies_columns)};

static err bodies_csv_read(struct req *rq)
{
    struct body_entries found;
    struct body_filter f = filter_of(rq);
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(org_body_find(rq->db, rq->a, rq->who.scope, &f, &found));
    for (size_t i = 0; i < found.n; i++) {
        const struct body_entry *e = &found.v[i];
        csv_str(&c, e->body.code6);
        csv_str(&c, e->body.name);
        csv_str(&c, e->body.kana);
        csv_str(&c, e->pref_name);
        csv_str(&c, org_class_name(e->body.class));
        csv_str(&c, org_decision_name(e->decision));
        if (org_class_is_special(e->body.class))
            csv_yes(&c, e->lgwan);
        else
            csv_none(&c, 1);
        csv_day(&c, e->to);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("団体の一覧"));
}

/* ── one body ── */

static err page_organs(struct req *rq, const struct body_entry *e, struct view_body *v)
{
    struct organ_list all;
    TRY(org_organ_all(rq->db, rq->a, rq->who.scope, e->body.id, &all));
    v->organs.p = ARENA_ARRAY(rq->a, struct view_body_organs, all.n);
    if (!v->organs.p && all.n)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct organ *o = &all.v[i];
        v->organs.p[v->organs.n++] = (struct view_body_organs){.number = o->number,
            .name = o->name,
            .kind = WORD_OF(org_organ_kinds, o->kind)->name,
            .in_scope = o->in_scope,
            .reason = o->reason,
            .law = o->law,
            .by = o->decided_by,
            .day = o->decided_on};
    }
    return OK;
}

/* The organs somebody could be moved to: 長 and those in scope, but the present one. */
static err person_choices(struct req *rq, const struct view_body *v, struct view_body_people *p)
{
    p->organ_name = S("長の部局");
    p->choices.p = ARENA_ARRAY(rq->a, struct view_body_people_choices, v->organs.n + 1);
    if (!p->choices.p)
        return ERR(NOMEM);
    if (p->organ)
        p->choices.p[p->choices.n++] = (struct view_body_people_choices){0, S("長の部局")};
    for (size_t i = 0; i < v->organs.n; i++) {
        const struct view_body_organs *o = &v->organs.p[i];
        if (o->number == p->organ)
            p->organ_name = o->name;
        else if (o->in_scope)
            p->choices.p[p->choices.n++] = (struct view_body_people_choices){o->number, o->name};
    }
    return OK;
}

static err page_people(struct req *rq, const struct body_entry *e, struct view_body *v)
{
    struct organ_people all;
    if (!v->may_organ || v->organs.n == 0)
        return OK;
    TRY(org_organ_people(rq->db, rq->a, rq->who.scope, e->body.id, &all));
    v->people.p = ARENA_ARRAY(rq->a, struct view_body_people, all.n);
    if (!v->people.p && all.n)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct view_body_people *p = &v->people.p[v->people.n++];
        *p = (struct view_body_people){.person = all.v[i].id.v,
            .name = all.v[i].name,
            .login = all.v[i].login,
            .organ = all.v[i].organ};
        TRY(person_choices(rq, v, p));
    }
    return OK;
}

/* The four lists of links have rows of four shapes that begin alike. */
#define PUT_LINKS(list_, kind_, ...)                                                             \
    do {                                                                                         \
        struct body_links links_;                                                                \
        TRY(org_body_links(rq->db, rq->a, rq->who.scope, id, kind_, &links_));                   \
        v->list_.p = ARENA_ARRAY(rq->a, struct view_body_##list_, links_.n + 1);                 \
        if (!v->list_.p)                                                                         \
            return ERR(NOMEM);                                                                   \
        for (size_t i_ = 0; i_ < links_.n; i_++) {                                               \
            const struct body_link *l = &links_.v[i_];                                           \
            v->list_.p[v->list_.n++] = (struct view_body_##list_){.body = l->body.id.v,          \
                .name = l->body.name, .pref = l->pref_name, .since = l->from, __VA_ARGS__};      \
        }                                                                                        \
    } while (0)

static err page_links(struct req *rq, body_id id, struct view_body *v)
{
    PUT_LINKS(members, LINK_MEMBERS, .ended = l->to);
    PUT_LINKS(unions, LINK_UNIONS, .ended = l->to);
    PUT_LINKS(before, LINK_OLD, );
    PUT_LINKS(after, LINK_NEW, );
    return OK;
}

static err page_history(struct req *rq, body_id id, struct view_body *v)
{
    struct past_names names;
    struct decision_list all;
    TRY(org_body_names(rq->db, rq->a, rq->who.scope, id, &names));
    TRY(org_decision_all(rq->db, rq->a, rq->who.scope, id, &all));
    v->names.p = ARENA_ARRAY(rq->a, struct view_body_names, names.n + 1);
    v->decisions.p = ARENA_ARRAY(rq->a, struct view_body_decisions, all.n + 1);
    if (!v->names.p || !v->decisions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < names.n; i++)
        v->names.p[v->names.n++] = (struct view_body_names){names.v[i].body.name,
            names.v[i].body.code6, org_class_name(names.v[i].body.class), names.v[i].until};
    for (size_t i = 0; i < all.n; i++) {
        const struct decision *d = &all.v[i];
        struct view_body_decisions *row = &v->decisions.p[v->decisions.n++];
        *row = (struct view_body_decisions){
            org_decision_name(d->decision), d->lgwan, d->reason, d->day, STR_NONE};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){d->person}, &row->by));
    }
    return OK;
}

static err page_figures(struct req *rq, body_id id, struct view_body *v)
{
    struct attribute at;
    err e = org_attribute_get(rq->db, rq->a, rq->who.scope, id, jday_of_usec(rq->now), &at);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    v->figures.p = ARENA_ARRAY(rq->a, struct view_body_figures, 1);
    if (!v->figures.p)
        return ERR(NOMEM);
    v->figures.p[v->figures.n++] = (struct view_body_figures){at.population,
        org_band_name(org_band_of_population(at.population)), at.core_city, at.similar, at.as_of,
        at.source};
    return OK;
}

static err body_read(struct req *rq)
{
    struct body_entry e;
    struct view_body *v = ARENA_NEW(rq->a, struct view_body);
    if (!v)
        return ERR(NOMEM);
    TRY(org_body_of(rq, rq->db, &e));
    *v = (struct view_body){.body = e.body.id.v,
        .name = e.body.name,
        .kana = e.body.kana,
        .code6 = e.body.code6,
        .class = org_class_name(e.body.class),
        .pref = e.body.class == CLASS_PREFECTURE ? STR_NONE : e.pref_name,
        .since = e.from == ORG_FIRST_DAY ? DAY_NONE : e.from,
        .ended = e.to,
        .special = org_class_is_special(e.body.class),
        .decision = org_decision_name(e.decision),
        .lgwan = e.lgwan,
        .edit = may(rq, &org_p_register),
        .may_organ = may(rq, &org_p_organ)};
    TRY(page_organs(rq, &e, v));
    TRY(page_people(rq, &e, v));
    TRY(page_links(rq, e.body.id, v));
    TRY(page_history(rq, e.body.id, v));
    TRY(page_figures(rq, e.body.id, v));
    return req_show(rq, &view_body_type, v);
}

static const struct web_query bodies_query[] = {
    {"show", "表示を絞り込む鍵。選べるものは答えの中にある", false},
    {"class", "団体の区分の鍵", false},
    {"pref", "都道府県の番号。1から47", true},
    QUERY_Q,
    QUERY_PAGE,
    {.name = NULL},
};

const struct route org_body_routes[] = {
    {.method = GET, .path = "/bodies", .perm = &org_p_bodies, .read = bodies_read,
        .query = bodies_query, .shows = VIEWS(&view_bodies_type)},
    {.method = GET, .path = "/bodies/csv", .perm = &org_p_bodies, .flags = ROUTE_FRESH,
        .table = &bodies_table, .read = bodies_csv_read,
        .query = bodies_query},
    {.method = GET, .path = "/bodies/{body}", .perm = &org_p_bodies, .read = body_read,
        .shows = VIEWS(&view_body_type)},
    {.path = NULL},
};
