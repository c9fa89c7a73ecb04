/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses the service (R77, R78): by month, by prefecture, who does not, and a word to those. */
#include "darknet/darknet_private.h"

#include "core/csv.h"
#include "darknet_use.ht.h"

enum { MONTHS = 24, PLOT_TOP = 16, PLOT_HEIGHT = 100, PLOT_LEFT = 34, PLOT_WIDTH = 280 };

static int64_t share_of(int64_t part, int64_t whole)
{
    return whole ? (part * 20000 + whole) / (2 * whole) : 0;
}

/* ── months ── */

struct month {
    jday end;
    int64_t users;
};

static err load_months(struct req *rq, struct month out[MONTHS])
{
    struct darknet_periods all;
    jday today = jday_of_usec(rq->now);
    TRY(darknet_periods(rq->db, rq->a, rq->who.scope, &all));
    for (int i = 0; i < MONTHS; i++) {
        jday end = darknet_month_end(today, MONTHS - 1 - i);
        usec at = usec_of_jday_end(end) - 1;
        out[i] = (struct month){end, darknet_users_at(all.v, all.n, at < rq->now ? at : rq->now)};
    }
    return OK;
}

static str month_name(struct arena *a, jday end)
{
    struct civil c = civil_of_jday(end);
    return str_fmt(a, "%d年%d月", c.y, c.m);
}

/* A mark of the axis that is not below any bar. */
static int64_t top_of(const struct month m[MONTHS])
{
    int64_t most = 1, top = 1;
    for (int i = 0; i < MONTHS; i++)
        most = m[i].users > most ? m[i].users : most;
    while (top < most)
        top *= top < most / 10 ? 10 : 2;
    return top;
}

static err show_months(struct req *rq, struct view_darknet_use *v)
{
    struct month m[MONTHS];
    int64_t pitch = PLOT_WIDTH / MONTHS;
    TRY(load_months(rq, m));
    v->top_value = top_of(m);
    v->months.p = ARENA_ARRAY(rq->a, struct view_darknet_use_months, MONTHS);
    if (!v->months.p)
        return ERR(NOMEM);
    for (int i = 0; i < MONTHS; i++) {
        int64_t height = m[i].users * PLOT_HEIGHT / v->top_value;
        int64_t x = PLOT_LEFT + i * pitch + 1;
        struct civil c = civil_of_jday(m[i].end);
        bool labelled = c.m == 1 || c.m == 7;
        v->months.p[v->months.n++] = (struct view_darknet_use_months){
            .name = month_name(rq->a, m[i].end),
            .end = m[i].end,
            .users = m[i].users,
            .short_name = labelled ? str_fmt(rq->a, "%d/%d", c.y % 100, c.m) : STR_NONE,
            .x = x,
            .width = pitch - 2,
            .middle = x + pitch / 2,
            .top = PLOT_TOP + PLOT_HEIGHT - height,
            .height = height};
    }
    return OK;
}

/* ── prefectures, and who does not use it ── */

static struct view_darknet_use_prefs *pref_row(struct view_darknet_use *v, int64_t pref)
{
    for (size_t i = 0; i < v->prefs.n; i++)
        if (v->prefs.p[i].pref == pref)
            return &v->prefs.p[i];
    return NULL;
}

static err show_prefs(struct req *rq, const struct darknet_users *all, struct view_darknet_use *v)
{
    struct body_list prefs;
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_darknet_use_prefs, prefs.n);
    if (!v->prefs.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < prefs.n; i++)
        if (v->national || prefs.v[i].pref == scope_pref(rq->who.scope))
            v->prefs.p[v->prefs.n++] = (struct view_darknet_use_prefs){
                .pref = prefs.v[i].pref, .name = prefs.v[i].name};
    for (size_t i = 0; i < all->n; i++) {
        struct view_darknet_use_prefs *p = pref_row(v, all->v[i].body.pref);
        v->users += all->v[i].since != 0;
        if (p) {
            p->n++;
            p->users += all->v[i].since != 0;
        }
    }
    for (size_t i = 0; i < v->prefs.n; i++) {
        v->prefs.p[i].share = share_of(v->prefs.p[i].users, v->prefs.p[i].n);
        v->prefs.p[i].bar = v->prefs.p[i].share / 100;
    }
    return OK;
}

static err show_others(struct req *rq, const struct darknet_users *all, struct view_darknet_use *v)
{
    v->others.p = ARENA_ARRAY(rq->a, struct view_darknet_use_others, all->n);
    if (!v->others.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_user *u = &all->v[i];
        if (u->body.pref == v->pref && u->since == 0)
            v->others.p[v->others.n++] = (struct view_darknet_use_others){u->body.id.v,
                u->body.code6, u->body.name, u->covered, u->nudged_at,
                darknet_may_nudge(u->nudged_at, rq->now)};
    }
    return OK;
}

static err use_read(struct req *rq)
{
    struct darknet_users all;
    struct view_darknet_use *v = ARENA_NEW(rq->a, struct view_darknet_use);
    if (!v)
        return ERR(NOMEM);
    TRY(darknet_users(rq->db, rq->a, rq->who.scope, &all));
    *v = (struct view_darknet_use){.bodies = (int64_t)all.n,
        .national = scope_level(rq->who.scope) == SCOPE_NATION};
    TRY(show_months(rq, v));
    TRY(show_prefs(rq, &all, v));
    v->share = share_of(v->users, v->bodies);
    if (!v->national)
        v->pref = scope_pref(rq->who.scope);
    else if (err_is(parse_i64(req_query(rq, "pref"), 1, 99, &v->pref)))
        v->pref = 0;
    const struct view_darknet_use_prefs *chosen = pref_row(v, v->pref);
    v->pref_name = chosen ? chosen->name : STR_NONE;
    TRY(show_others(rq, &all, v));
    return req_show(rq, &view_darknet_use_type, v);
}

/* ── files ── */

static const struct column month_columns[] = {
    {"month", "月の最後の日", COLUMN_DAY, KEY_COLUMN, "この日の終わりの数。今月は今の数"},
    {"users", "利用団体数（団体）", COLUMN_INT, NEVER_EMPTY, "観測中の申込みがある団体の数", .unit = "団体"},
};
static const struct table month_table = {.title = "ダークネット観測の月ごとの利用団体数",
    .about = "1行が1か月",
    .kind = "集計",
    TABLE_COLUMNS(month_columns)};

static err months_read(struct req *rq)
{
    struct month m[MONTHS];
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(load_months(rq, m));
    for (int i = 0; i < MONTHS; i++) {
        csv_day(&c, m[i].end);
        csv_i64(&c, m[i].users);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("ダークネット観測_月ごとの利用団体数"));
}

static const struct column pref_columns[] = {
    {"pref", "都道府県", COLUMN_TEXT, KEY_COLUMN, "都道府県の名称"},
    {"share", "利用の割合（%）", COLUMN_SHARE, NEVER_EMPTY, "利用団体数の、団体数に対する割合"},
    {"users", "利用団体数（団体）", COLUMN_INT, NEVER_EMPTY, "観測中の申込みがある団体の数", .unit = "団体"},
    {"n", "団体数（団体）", COLUMN_INT, NEVER_EMPTY, "都道府県とその中の市区町村の数", .unit = "団体"},
};
static const struct table pref_table = {.title = "ダークネット観測の都道府県ごとの利用",
    .about = "1行が1都道府県",
    .kind = "集計",
    TABLE_COLUMNS(pref_columns)};

static err prefs_read(struct req *rq)
{
    struct darknet_users all;
    struct view_darknet_use *v = ARENA_NEW(rq->a, struct view_darknet_use);
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    if (!v)
        return ERR(NOMEM);
    v->national = scope_level(rq->who.scope) == SCOPE_NATION;
    TRY(darknet_users(rq->db, rq->a, rq->who.scope, &all));
    TRY(show_prefs(rq, &all, v));
    for (size_t i = 0; i < v->prefs.n; i++) {
        csv_str(&c, v->prefs.p[i].name);
        csv_bp(&c, v->prefs.p[i].share);
        csv_i64(&c, v->prefs.p[i].users);
        csv_i64(&c, v->prefs.p[i].n);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("ダークネット観測_都道府県ごとの利用"));
}

/* ── a word to those who do not use it ── */

#define NUDGE_TEXT                                                                               \
    "使われていないアドレスに届く通信を24時間観測し、団体のアドレスから不審な通信が見つかると、メールで知らせる\n"  \
    "サービスです。感染した機器や設定の誤りに、早く気付くことができます。費用も、機器を置くことも要りません。\n"      \
    "アドレスの範囲と連絡先を登録するだけで申し込めます。申し込むかどうかは、団体が決めることです。\n"

static err nudge_write(struct tx *tx, struct req *rq)
{
    struct body b;
    usec last;
    bool observed;
    TRY(req_param_i64(rq, "body", &b.id.v));
    TRY(org_body_get(tx_db(tx), rq->a, rq->who.scope, b.id, &b));
    if (!org_class_is_local(b.class))
        return ERR(NOTFOUND);
    TRY(darknet_nudge_last(tx_db(tx), b.id, &last));
    if (!darknet_may_nudge(last, tx_now(tx))) {
        req_say(rq, S("この団体には、30日の内に案内を送っています。"));
        return ERR(CONFLICT);
    }
    TRY(darknet_is_observed(tx_db(tx), rq->who.scope, b.id, &observed));
    if (observed) {
        req_say(rq, S("この団体は、もう利用しています。"));
        return ERR(CONFLICT);
    }
    TRY(darknet_nudge_add(tx, rq->who.scope, b.id));
    struct web_mail m = {.kind = S("darknet.nudge"),
        .key = str_fmt(rq->a, "darknet.nudge:%lld:%lld", (long long)b.id.v, (long long)tx_now(tx)),
        .subject = S("ダークネット観測（不審な通信のお知らせ）のご案内"),
        .text = S(NUDGE_TEXT),
        .path = S("/darknet")};
    TRY(darknet_tell(tx, rq, b.id, ROLE_STAFF | ROLE_ADMIN, &m));
    struct audit_entry entry = {.body = b.id.v,
        .person = rq->who.person,
        .action = S("darknet.nudge"),
        .object = S("darknet:use")};
    TRY(audit_append(tx, &entry));
    return req_go(rq, str_fmt(rq->a, "/darknet/use?pref=%lld&ok=reminded", (long long)b.pref));
}

const struct route darknet_use_routes[] = {
    {.method = GET, .path = "/darknet/use", .perm = &darknet_p_statistics, .read = use_read,
        .query = QUERY({"pref", "利用していない団体を見る都道府県の番号", true}),
        .shows = VIEWS(&view_darknet_use_type)},
    {.method = GET, .path = "/darknet/use/months/csv", .perm = &darknet_p_statistics,
        .table = &month_table, .read = months_read},
    {.method = GET, .path = "/darknet/use/prefs/csv", .perm = &darknet_p_statistics,
        .table = &pref_table, .read = prefs_read},
    {.method = POST, .path = "/darknet/use/{body}/nudge", .perm = &darknet_p_statistics,
        .read = use_read, .write = nudge_write, .goes = PATHS("/darknet/use")},
    {.path = NULL},
};
