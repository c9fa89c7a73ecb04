/* SPDX-License-Identifier: Apache-2.0 */
/* The desk's list: the newest application of each body, with filters. */
#include "darknet/darknet_private.h"

#include "core/csv.h"
#include "darknet_desk.ht.h"

enum { PAGE = 100 };

struct filter {
    enum darknet_state state;
    str state_key, pref, q;
};

static struct filter filter_of(const struct req *rq)
{
    str key = req_query(rq, "state");
    enum darknet_state state = darknet_state_of_key(key);
    return (struct filter){state, state ? key : STR_NONE, req_query(rq, "pref"), req_query(rq, "q")};
}

static str pref_key(struct arena *a, int64_t pref)
{
    return str_fmt(a, "%lld", (long long)pref);
}

static bool is_shown(struct arena *a, const struct darknet_application *d, const struct filter *f)
{
    return (f->state == 0 || d->state == f->state) &&
        (f->pref.n == 0 || str_eq(f->pref, pref_key(a, d->body.pref))) &&
        (f->q.n == 0 || str_has(d->body.name, f->q) || str_has(d->body.kana, f->q) ||
            str_starts(d->body.code6, f->q));
}

static str pref_name(const struct body_list *prefs, int64_t pref)
{
    for (size_t i = 0; i < prefs->n; i++)
        if (prefs->v[i].pref == pref)
            return prefs->v[i].name;
    return STR_NONE;
}

static err options(struct req *rq, const struct darknet_applications *all, const struct filter *f,
    const struct body_list *prefs, struct view_darknet_desk *v)
{
    enum { STATES = DARKNET_WITHDRAWN };
    v->states.p = ARENA_ARRAY(rq->a, struct view_darknet_desk_states, STATES);
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_darknet_desk_prefs, prefs->n);
    if (!v->states.p || !v->prefs.p)
        return ERR(NOMEM);
    for (enum darknet_state s = DARKNET_FILED; s <= DARKNET_WITHDRAWN; s++) {
        struct view_darknet_desk_states *row = &v->states.p[v->states.n++];
        *row = (struct view_darknet_desk_states){
            darknet_state_key(s), darknet_state_name(s), 0, f->state == s};
        for (size_t i = 0; i < all->n; i++)
            row->n += all->v[i].state == s;
    }
    for (size_t i = 0; i < prefs->n; i++) {
        str key = pref_key(rq->a, prefs->v[i].pref);
        v->prefs.p[v->prefs.n++] = (struct view_darknet_desk_prefs){
            key, prefs->v[i].name, str_eq(key, f->pref)};
    }
    return OK;
}

static struct view_darknet_desk_rows row_of(
    const struct darknet_application *d, const struct body_list *prefs)
{
    return (struct view_darknet_desk_rows){.id = d->id,
        .code6 = d->body.code6,
        .name = d->body.name,
        .pref = d->body.class == CLASS_PREFECTURE ? STR_NONE : pref_name(prefs, d->body.pref),
        .number = d->number,
        .state_key = darknet_state_key(d->state),
        .badge = darknet_badge(d->state),
        .state = darknet_state_name(d->state),
        .filed_at = d->filed_at,
        .changed_at = d->changed_at,
        .from = d->observed_from};
}

static str page_of(struct arena *a, int64_t page, int64_t pages)
{
    return page < 1 || page > pages ? STR_NONE : str_fmt(a, "%lld", (long long)page);
}

static err desk_read(struct req *rq)
{
    struct darknet_applications all;
    struct body_list prefs;
    struct filter f = filter_of(rq);
    struct view_darknet_desk *v = ARENA_NEW(rq->a, struct view_darknet_desk);
    if (!v)
        return ERR(NOMEM);
    TRY(darknet_applications_filed(rq->db, rq->a, rq->who.scope, &all));
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    *v = (struct view_darknet_desk){.all = (int64_t)all.n,
        .state = f.state_key,
        .pref = f.pref,
        .q = f.q,
        .page = req_page(rq)};
    TRY(options(rq, &all, &f, &prefs, v));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_desk_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_application *d = &all.v[i];
        v->waiting += d->state == DARKNET_FILED || d->state == DARKNET_DESK;
        v->observed += d->observed_from && !d->observed_to;
        if (is_shown(rq->a, d, &f) && v->found++ / PAGE == v->page - 1)
            v->rows.p[v->rows.n++] = row_of(d, &prefs);
    }
    v->pages = (v->found + PAGE - 1) / PAGE;
    v->before = page_of(rq->a, v->page - 1, v->pages);
    v->after = page_of(rq->a, v->page + 1, v->pages);
    return req_show(rq, &view_darknet_desk_type, v);
}

static const struct column columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    COLUMN_PREF,
    {"number", "版", COLUMN_INT, NEVER_EMPTY, "その団体の何番目の申込みか", .unit = "版"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "申込み、取りまとめ中、観測中など"},
    {"filed_at", "申込みの日時", COLUMN_TIME, NEVER_EMPTY, "初めて申し込んだ日時"},
    {"changed_at", "最後の変更", COLUMN_TIME, NEVER_EMPTY, "最後に手続か変更があった日時"},
    {"observed_from", "観測の始まり", COLUMN_TIME, MAY_BE_EMPTY, "承認した日時。まだのときは空欄"},
};
static const struct table table = {.title = "ダークネット観測の申込み",
    .about = "1行が1団体の、一番新しい申込み",
    .kind = "登録",
    TABLE_COLUMNS(columns)};

static err csv_read(struct req *rq)
{
    struct darknet_applications all;
    struct body_list prefs;
    struct filter f = filter_of(rq);
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(darknet_applications_filed(rq->db, rq->a, rq->who.scope, &all));
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    for (size_t i = 0; i < all.n; i++) {
        const struct darknet_application *d = &all.v[i];
        if (!is_shown(rq->a, d, &f))
            continue;
        struct view_darknet_desk_rows row = row_of(d, &prefs);
        csv_str(&c, row.code6);
        csv_str(&c, row.name);
        csv_str(&c, row.pref);
        csv_i64(&c, row.number);
        csv_str(&c, row.state);
        csv_time(&c, row.filed_at);
        csv_time(&c, row.changed_at);
        csv_time(&c, row.from);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("ダークネット観測の申込み"));
}

static const struct web_query query[] = {
    {"state", "この状態の申込みに絞る。鍵は答えの states にある", false},
    {"pref", "この都道府県に絞る。番号は答えの prefs にある", false},
    QUERY_Q,
    QUERY_PAGE,
    {.name = NULL},
};

const struct route darknet_desk_routes[] = {
    {.method = GET, .path = "/darknet/desk", .perm = &darknet_p_desk, .read = desk_read,
        .query = query, .shows = VIEWS(&view_darknet_desk_type)},
    {.method = GET, .path = "/darknet/desk/list/csv", .perm = &darknet_p_desk, .table = &table,
        .read = csv_read, .query = query},
    {.path = NULL},
};
