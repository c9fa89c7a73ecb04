/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for more or less than is usual: four weeks by service, and one service by day. */
#include "darknet/darknet_alert.h"
#include "darknet/darknet_fact.h"

#include "core/csv.h"
#include "darknet_trends.ht.h"

enum { SERIES = 200, DAYS = FACT_HOURS / 24, SHOWN = 50 };

struct series {
    uint32_t key; /* protocol and port */
    int64_t total;
    int64_t *count; /* FACT_HOURS */
    struct fact_change change;
};
struct trend {
    usec from; /* the first of FACT_HOURS hours */
    bool observed[FACT_HOURS];
    int64_t watched[FACT_HOURS];
    struct fact_ports ports;
    struct series all[FACT_PORTS]; /* by place */
    struct series *v;              /* the greatest of the last days */
    size_t n;
    uint32_t only;                 /* this service is among them, however small */
};

/* Which services there are; how much of each, the last day counting as much as the rest. */
static err weigh(void *ctx, const struct fact_hour *f)
{
    struct trend *t = ctx;
    int64_t hour = (f->hour - t->from) / USEC_HOUR;
    if (hour < 0 || hour >= FACT_HOURS)
        return OK;
    t->observed[hour] = true;
    t->watched[hour] = f->watched > t->watched[hour] ? f->watched : t->watched[hour]; /* by each run of the hour */
    for (size_t i = 0; i < f->n; i++) {
        uint32_t key = fact_port_key(f->service[i].key);
        int at = fact_is_asked(f->service[i].key) ? darknet_fact_place(&t->ports, key) : FACT_NO_PLACE;
        if (at == FACT_NO_PLACE)
            continue;
        t->all[at].key = key;
        t->all[at].total += f->service[i].packets * (hour >= FACT_HOURS - 24 ? DAYS : 1);
    }
    return OK;
}

static err count(void *ctx, const struct fact_hour *f)
{
    struct trend *t = ctx;
    int64_t hour = (f->hour - t->from) / USEC_HOUR;
    if (hour < 0 || hour >= FACT_HOURS)
        return OK;
    for (size_t i = 0; i < f->n; i++) {
        int at = fact_is_asked(f->service[i].key) ? darknet_fact_place(&t->ports, fact_port_key(f->service[i].key)) : FACT_NO_PLACE;
        if (at != FACT_NO_PLACE && t->all[at].count)
            t->all[at].count[hour] += f->service[i].packets;
    }
    return OK;
}

static int by_total(const void *x, const void *y)
{
    const struct series *const *a = x, *const *b = y;
    if ((*a)->total != (*b)->total)
        return (*a)->total > (*b)->total ? -1 : 1;
    return (*a)->key < (*b)->key ? -1 : (*a)->key > (*b)->key;
}

static err choose(struct arena *a, struct trend *t)
{
    size_t n = (size_t)t->ports.n;
    struct series **order = ARENA_ARRAY(a, struct series *, n);
    if (!order)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        order[i] = &t->all[i];
    qsort(order, n, sizeof *order, by_total);
    for (size_t i = 0; i < n; i++) {
        if (i >= SERIES && order[i]->key != t->only)
            continue;
        order[i]->count = ARENA_ARRAY(a, int64_t, FACT_HOURS);
        if (!order[i]->count)
            return ERR(NOMEM);
        memset(order[i]->count, 0, FACT_HOURS * sizeof(int64_t));
    }
    return OK;
}

/* As if as many addresses had been watched then as now; -1: nothing was observed. */
static void level(struct trend *t, int64_t *v)
{
    int64_t now = 0;
    for (int h = 0; h < FACT_HOURS; h++)
        now = t->watched[h] ? t->watched[h] : now;
    for (int h = 0; h < FACT_HOURS; h++) {
        if (!t->observed[h])
            v[h] = -1;
        else if (t->watched[h] && t->watched[h] != now)
            v[h] = (int64_t)((double)v[h] * (double)now / (double)t->watched[h]);
    }
}

static int by_change(const void *x, const void *y)
{
    const struct series *a = x, *b = y;
    bool da = a->change.kind > CHANGE_STEADY, db = b->change.kind > CHANGE_STEADY;
    if (da != db)
        return da ? -1 : 1;
    if (a->change.day != b->change.day)
        return a->change.day > b->change.day ? -1 : 1;
    return a->key < b->key ? -1 : a->key > b->key;
}

static err read_trend(struct req *rq, uint32_t only, struct trend *t)
{
    usec until = rq->now / USEC_HOUR * USEC_HOUR; /* the hour under way has not brought all of its packets */
    *t = (struct trend){.from = until - FACT_HOURS * USEC_HOUR, .only = only};
    t->v = ARENA_ARRAY(rq->a, struct series, SERIES + 1);
    if (!t->v)
        return ERR(NOMEM);
    TRY(darknet_facts_since(rq->db, t->from, until, weigh, t));
    TRY(choose(rq->a, t));
    TRY(darknet_facts_since(rq->db, t->from, until, count, t));
    for (int i = 0; i < t->ports.n; i++) {
        struct series *s = &t->all[i];
        if (!s->count)
            continue;
        level(t, s->count);
        s->change = darknet_fact_change(s->count);
        t->v[t->n++] = *s;
    }
    qsort(t->v, t->n, sizeof *t->v, by_change);
    return OK;
}

/* ── the page ── */

static const struct {
    str key, name, badge;
} changes[] = {[CHANGE_UNKNOWN] = {S("unknown"), S("比べる記録がまだない"), STR_NONE},
    [CHANGE_STEADY] = {S("steady"), S("いつも通り"), STR_NONE},
    [CHANGE_UP] = {S("up"), S("増えた"), S("missing")},
    [CHANGE_DOWN] = {S("down"), S("減った"), S("plain")},
    [CHANGE_FIRST] = {S("first"), S("初めて"), S("missing")}};

static int64_t day_sum(const int64_t *count, int day, int64_t *observed)
{
    int64_t sum = 0;
    *observed = 0;
    for (int h = day * 24; h < day * 24 + 24; h++) {
        *observed += count[h] >= 0;
        sum += count[h] > 0 ? count[h] : 0;
    }
    return sum;
}

static err show_row(struct req *rq, const struct series *s, struct view_darknet_trends_rows *row)
{
    int64_t most = 1, observed;
    *row = (struct view_darknet_trends_rows){.protocol = WORD_OF(darknet_fact_protos, fact_proto(s->key))->key,
        .port = fact_port(s->key), .name = darknet_fact_name(rq->a, s->key), .day = s->change.day, .usual = s->change.usual,
        .change_key = changes[s->change.kind].key, .change = changes[s->change.kind].name,
        .badge = changes[s->change.kind].badge, .since_hours = s->change.since};
    row->days.p = ARENA_ARRAY(rq->a, struct view_darknet_trends_rows_days, DAYS);
    if (!row->days.p)
        return ERR(NOMEM);
    for (int d = 0; d < DAYS; d++) {
        int64_t n = day_sum(s->count, d, &observed);
        most = n > most ? n : most;
    }
    for (int d = 0; d < DAYS; d++) {
        int64_t n = day_sum(s->count, d, &observed), height = n * 22 / most;
        row->days.p[row->days.n++] = (struct view_darknet_trends_rows_days){n, d * 4, 23 - height, height};
    }
    return OK;
}

static err show_days(struct req *rq, const struct trend *t, const struct series *s, struct view_darknet_trends *v)
{
    int64_t observed;
    v->days.p = ARENA_ARRAY(rq->a, struct view_darknet_trends_days, DAYS);
    if (!v->days.p)
        return ERR(NOMEM);
    for (int d = 0; d < DAYS; d++) {
        int64_t n = day_sum(s->count, d, &observed);
        v->top_value = n > v->top_value ? n : v->top_value;
    }
    for (int d = 0; d < DAYS; d++) {
        int64_t n = day_sum(s->count, d, &observed), height = v->top_value ? n * 100 / v->top_value : 0;
        jday day = jday_of_usec(t->from + (d + 1) * USEC_DAY - 1);
        struct civil c = civil_of(usec_of_jday_end(day) - 1);
        v->days.p[v->days.n++] = (struct view_darknet_trends_days){day, n, observed, 46 + d * 270 / DAYS, 116 - height,
            height, d % 7 == 0 ? str_fmt(rq->a, "%d/%d", c.m, c.d) : STR_NONE};
    }
    return OK;
}

/* The service that is asked for; 0: none. */
static uint32_t asked(struct req *rq, struct view_darknet_trends *v)
{
    int64_t port = 0;
    v->protocol = req_query(rq, "protocol");
    v->port = req_query(rq, "port");
    int proto = WORD_OF_KEY(darknet_fact_protos, v->protocol)->value;
    v->icmp = proto == 1;
    v->udp = proto == 3;
    if (v->port.n && err_is(parse_i64(v->port, 0, 65535, &port)))
        v->wrong = S("ポートは0から65535の数で入力してください。");
    if (v->wrong.n || (v->port.n == 0 && proto != 1))
        return 0;
    return fact_key((unsigned)(proto ? proto : 2), 0, (unsigned)port);
}

static err trends_read(struct req *rq)
{
    struct trend *t = ARENA_NEW(rq->a, struct trend);
    struct view_darknet_trends *v = ARENA_NEW(rq->a, struct view_darknet_trends);
    if (!t || !v)
        return ERR(NOMEM);
    *v = (struct view_darknet_trends){0};
    uint32_t only = asked(rq, v);
    TRY(read_trend(rq, only, t));
    for (int h = 0; h < FACT_HOURS; h++)
        v->hours += t->observed[h];
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_trends_rows, SHOWN);
    if (!v->rows.p)
        return ERR(NOMEM);
    if (only)
        v->name = darknet_fact_name(rq->a, only);
    for (size_t i = 0; i < t->n; i++) {
        const struct series *s = &t->v[i];
        v->changed += s->change.kind > CHANGE_STEADY;
        if (only && s->key == only)
            TRY(show_days(rq, t, s, v));
        if ((!only || s->key == only) && v->rows.n < SHOWN)
            TRY(show_row(rq, s, &v->rows.p[v->rows.n++]));
    }
    return req_show(rq, &view_darknet_trends_type, v);
}

/* ── as a file: hours and services as they were counted ── */

static const struct column columns[] = {
    {"hour", "時", COLUMN_TIME, NEVER_EMPTY, "1時間の始まり"},
    {"protocol", "種類", COLUMN_TEXT, NEVER_EMPTY, "tcp、udp、icmp、ip"},
    {"port", "ポート", COLUMN_INT, NEVER_EMPTY, "宛先のポート。跳ね返りは送信元のポート。0はその他", .unit = "番"},
    {"tool", "道具", COLUMN_TEXT, NEVER_EMPTY, "any、mirai、masscan、zmap、nmap、answer（跳ね返り）"},
    {"packets", "パケット数（個）", COLUMN_INT, NEVER_EMPTY, "届いた数", .unit = "個"},
    {"hosts", "送信元（約）", COLUMN_INT, NEVER_EMPTY, "異なる送信元の数の推定", .unit = "件"},
    {"watched", "観測アドレス数", COLUMN_INT, NEVER_EMPTY, "この時に観測していたアドレスの数", .unit = "件"},
};
static const struct table table = {.title = "ダークネットに届いた数",
    .about = "1行が、1時間に一つのポートに一つの道具から届いた数",
    .kind = "統計",
    TABLE_COLUMNS(columns)};

struct file {
    struct csv *c;
    size_t rows;
};

static err put_hour(void *ctx, const struct fact_hour *f)
{
    struct file *file = ctx;
    file->rows += f->n;
    for (size_t i = 0; i < f->n && file->rows <= CSV_ROWS; i++) {
        const struct fact_service *s = &f->service[i];
        csv_time(file->c, f->hour);
        csv_str(file->c, WORD_OF(darknet_fact_protos, fact_proto(s->key))->key);
        csv_i64(file->c, fact_port(s->key));
        csv_str(file->c, WORD_OF(darknet_fact_by, fact_by(s->key))->key);
        csv_i64(file->c, s->packets);
        csv_i64(file->c, s->hosts);
        csv_i64(file->c, f->watched);
        csv_end_row(file->c);
    }
    return OK;
}

static err csv_read(struct req *rq)
{
    jday day;
    usec until = rq->now + USEC_HOUR, from = until - FACT_HOURS * USEC_HOUR;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    struct file file = {&c, 0};
    if (!err_is(jday_parse(req_query(rq, "day"), &day))) {
        until = usec_of_jday_end(day) + 1;
        from = until - USEC_DAY;
    }
    TRY(darknet_facts_since(rq->db, from, until, put_hour, &file));
    if (file.rows > CSV_ROWS)
        return req_csv_too_long(rq);
    return req_send_csv(rq, &c, S("ダークネットに届いた数"));
}

const struct route darknet_trend_routes[] = {
    {.method = GET, .path = "/darknet/trends", .perm = &darknet_p_alerts, .read = trends_read,
        .query = QUERY({"protocol", "tcp、udp、icmp", false}, {"port", "このポートを4週間見る", true}),
        .shows = VIEWS(&view_darknet_trends_type)},
    {.method = GET, .path = "/darknet/trends/csv", .perm = &darknet_p_alerts, .table = &table, .read = csv_read,
        .query = QUERY({"day", "この日だけ。なければ4週間", false})},
    {.path = NULL},
};
