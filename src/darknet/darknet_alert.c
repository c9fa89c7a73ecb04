/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of alerts: the list, one alert, and what its body does with it. */
#include "darknet/darknet_alert.h"

#include "core/csv.h"
#include "darknet_alert.ht.h"
#include "darknet_alerts.ht.h"

enum { PAGE = 100 };

/* Days are whole days here. wrong: what of it cannot be read, and is left out. */
static usec day_of(const struct req *rq, const char *name, bool end, str *wrong)
{
    jday day;
    str typed = req_query(rq, name);
    if (typed.n == 0)
        return 0;
    if (err_is(jday_parse(typed, &day))) {
        *wrong = S("日付を確かめてください。例）2026年11月20日、令和8年11月20日");
        return 0;
    }
    return end ? usec_of_jday_end(day) : usec_of_jday_end(day) - USEC_DAY;
}

/* What is typed as a range, with a slash, is one; anything else is looked for as words. */
static struct alert_filter filter_of(const struct req *rq, str *wrong)
{
    struct alert_filter f = {.show = str_eq(req_query(rq, "state"), S("all")) ? SHOW_ALL : SHOW_OPEN, .most = PAGE};
    bool loose;
    str q = req_query(rq, "q");
    *wrong = STR_NONE;
    if (!str_has(q, S("/")) || err_is(net_range_read(q, &f.range, &loose)))
        f.text = q;
    if (err_is(parse_i64(req_query(rq, "port"), 1, 65535, &f.port)))
        f.port = 0;
    f.from = day_of(rq, "from", false, wrong);
    f.to = day_of(rq, "to", true, wrong);
    return f;
}

static str handling_of(const struct alert *x)
{
    return x->closed_at ? S("原因を記録した") : x->acked_at ? S("確認した") : S("確認を待っている");
}

static str badge_of(enum alert_severity s)
{
    return s == SEVERITY_HIGH ? S("missing") : s == SEVERITY_MIDDLE ? S("returned") : S("plain");
}

static struct view_darknet_alerts_rows row_of(const struct alert *x)
{
    const struct alert_episode *e = &x->e;
    return (struct view_darknet_alerts_rows){.alert = x->id,
        .code6 = x->body.code6,
        .body = x->body.name,
        .source = e->source,
        .severity = WORD_OF(darknet_alert_severities, e->severity)->name,
        .badge = badge_of(e->severity),
        .class_key = WORD_OF(darknet_alert_classes, e->class)->key,
        .class_name = WORD_OF(darknet_alert_classes, e->class)->name,
        .tool = e->tool,
        .services = e->services,
        .packets = e->packets,
        .first = e->first,
        .last = e->last,
        .state = WORD_OF(darknet_alert_states, e->state)->name,
        .handling = handling_of(x)};
}

static str page_of(struct arena *a, int64_t page, int64_t pages)
{
    return page < 1 || page > pages ? STR_NONE : str_fmt(a, "%lld", (long long)page);
}

static err show_suppressions(struct req *rq, struct view_darknet_alerts *v)
{
    struct alert_suppressions all;
    TRY(darknet_alert_suppressions(rq->db, rq->a, rq->who.scope, rq->now, &all));
    v->suppressions.p = ARENA_ARRAY(rq->a, struct view_darknet_alerts_suppressions, all.n);
    if (!v->suppressions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->suppressions.p[v->suppressions.n++] = (struct view_darknet_alerts_suppressions){
            all.v[i].id, all.v[i].source, all.v[i].port, all.v[i].reason, all.v[i].until};
    return OK;
}

static err list_add(void *ctx, const struct alert *x)
{
    struct view_darknet_alerts *v = ctx;
    v->rows.p[v->rows.n++] = row_of(x);
    return OK;
}

err darknet_alerts_page(struct req *rq)
{
    str wrong;
    struct alert_filter f = filter_of(rq, &wrong);
    struct view_darknet_alerts *v = ARENA_NEW(rq->a, struct view_darknet_alerts);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_darknet_alerts){.body = rq->who.org_name,
        .state = f.show == SHOW_ALL ? S("all") : STR_NONE,
        .all = f.show == SHOW_ALL,
        .q = req_query(rq, "q"),
        .port = f.port ? str_fmt(rq->a, "%lld", (long long)f.port) : STR_NONE,
        .from = req_query(rq, "from"),
        .to = req_query(rq, "to"),
        .wrong = wrong,
        .many = scope_level(rq->who.scope) != SCOPE_OWN,
        .keeps = (darknet_p_use.roles & rq->who.roles) != 0,
        .desk = (darknet_p_desk.roles & rq->who.roles) != 0,
        .days_error = req_error_of(rq, "days"),
        .page = req_page(rq)};
    f.skip = (size_t)(v->page - 1) * PAGE;
    TRY(darknet_keep_days(rq->db, rq->a, &v->days));
    TRY(darknet_alert_open_in_scope(rq->db, rq->who.scope, &v->open));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_alerts_rows, PAGE);
    if (!v->rows.p)
        return ERR(NOMEM);
    TRY(darknet_alerts_find(rq->db, rq->a, rq->who.scope, &f, list_add, v, &v->found));
    v->pages = (v->found + PAGE - 1) / PAGE;
    v->before = page_of(rq->a, v->page - 1, v->pages);
    v->after = page_of(rq->a, v->page + 1, v->pages);
    TRY(show_suppressions(rq, v));
    return req_show(rq, &view_darknet_alerts_type, v);
}

static const struct column columns[] = {
    {"alert", "番号", COLUMN_INT, KEY_COLUMN, "通知の番号", .unit = "番"},
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    {"severity", "重要度", COLUMN_TEXT, NEVER_EMPTY, "高、中、低"},
    {"source", "アドレス", COLUMN_TEXT, NEVER_EMPTY, "通信を送ったアドレス。攻撃を受けているときは、受けているアドレス"},
    {"class", "何に見えるか", COLUMN_TEXT, NEVER_EMPTY, "探索、ワームの広がり、攻撃を受けている、設定の誤りなど"},
    {"tool", "道具", COLUMN_TEXT, MAY_BE_EMPTY, "通信の特徴から分かった道具か不正プログラム。分からないときは空欄"},
    {"services", "あて先の種類", COLUMN_TEXT, MAY_BE_EMPTY, "プロトコルとポート。空白で区切る"},
    {"packets", "パケット数（個）", COLUMN_INT, NEVER_EMPTY, "見つかった数", .unit = "個"},
    {"first", "初め", COLUMN_TIME, NEVER_EMPTY, "初めのパケットの日時"},
    {"last", "最後", COLUMN_TIME, NEVER_EMPTY, "最後のパケットの日時"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "続いている、収まった"},
    {"handling", "対応", COLUMN_TEXT, NEVER_EMPTY, "確認を待っている、確認した、原因を記録した"},
};
static const struct table table = {.title = "不審な通信の通知",
    .about = "1行が1団体への一つの通知",
    .kind = "登録",
    TABLE_COLUMNS(columns)};

static err csv_add(void *ctx, const struct alert *x)
{
    struct csv *c = ctx;
    struct view_darknet_alerts_rows row = row_of(x);
    csv_i64(c, row.alert);
    csv_str(c, row.code6);
    csv_str(c, row.body);
    csv_str(c, row.severity);
    csv_str(c, row.source);
    csv_str(c, row.class_name);
    csv_str(c, row.tool);
    csv_str(c, row.services);
    csv_i64(c, row.packets);
    csv_time(c, row.first);
    csv_time(c, row.last);
    csv_str(c, row.state);
    csv_str(c, row.handling);
    csv_end_row(c);
    return OK;
}

static err csv_read(struct req *rq)
{
    int64_t found;
    str wrong;
    struct alert_filter f = filter_of(rq, &wrong);
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    f.most = CSV_ROWS;
    TRY(darknet_alerts_find(rq->db, NULL, rq->who.scope, &f, csv_add, &c, &found));
    if (found > CSV_ROWS)
        return req_csv_too_long(rq);
    return req_send_csv(rq, &c, S("不審な通信の通知"));
}

/* ── one alert ── */

static err show_packets(struct req *rq, const struct alert *x, struct view_darknet_alert *v)
{
    struct alert_packet packet[ALERT_PACKETS];
    size_t n;
    TRY(darknet_alert_packets_for(rq->db, rq->a, rq->who.scope, x, packet, &n));
    v->packets_shown.p = ARENA_ARRAY(rq->a, struct view_darknet_alert_packets_shown, n);
    if (!v->packets_shown.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        BUF_AUTO line = BUF(400);
        v->has_frames = v->has_frames || packet[i].frame.n;
        if (packet[i].dark.n)
            darknet_alert_put_search(&line, x->e.source, &packet[i]);
        v->packets_shown.p[v->packets_shown.n++] = (struct view_darknet_alert_packets_shown){
            packet[i].at, packet[i].at % USEC_SECOND / 1000, packet[i].protocol, packet[i].source_port,
            packet[i].dark, packet[i].port, str_dup(rq->a, buf_view(&line))};
    }
    return OK;
}

static err show_steps(struct req *rq, const struct alert *x, struct view_darknet_alert *v)
{
    struct alert_steps all;
    TRY(darknet_alert_steps(rq->db, rq->a, rq->who.scope, x->id, &all));
    v->steps.p = ARENA_ARRAY(rq->a, struct view_darknet_alert_steps, all.n);
    if (!v->steps.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct alert_step *s = &all.v[i];
        struct view_darknet_alert_steps *row = &v->steps.p[v->steps.n++];
        *row = (struct view_darknet_alert_steps){.at = s->at,
            .kind = WORD_OF(darknet_alert_events, s->kind)->name,
            .way = WORD_OF(darknet_alert_ways, s->way)->name,
            .text = s->text};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){s->person}, &row->by));
    }
    return OK;
}

static err show_causes(struct req *rq, const struct alert *x, struct view_darknet_alert *v)
{
    str chosen = req_typed(rq, "cause", WORD_OF(darknet_alert_causes, x->cause)->key);
    v->causes.p = ARENA_ARRAY(rq->a, struct view_darknet_alert_causes, COUNT_OF(darknet_alert_causes));
    if (!v->causes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(darknet_alert_causes); i++)
        v->causes.p[v->causes.n++] = (struct view_darknet_alert_causes){
            darknet_alert_causes[i].key, darknet_alert_causes[i].name, str_eq(darknet_alert_causes[i].key, chosen)};
    return OK;
}

static void show_facts(struct req *rq, const struct alert *x, struct view_darknet_alert *v)
{
    const struct alert_episode *e = &x->e;
    *v = (struct view_darknet_alert){.alert = x->id,
        .version = x->version,
        .body = x->body.name,
        .source = e->source,
        .role = darknet_role_name(e->role),
        .severity = WORD_OF(darknet_alert_severities, e->severity)->name,
        .badge = badge_of(e->severity),
        .class_key = WORD_OF(darknet_alert_classes, e->class)->key,
        .class_name = WORD_OF(darknet_alert_classes, e->class)->name,
        .tool = e->tool,
        .confidence = WORD_OF(darknet_alert_confidences, e->confidence)->name,
        .infected = e->infected,
        .first = e->first,
        .last = e->last,
        .packets = e->packets,
        .dark_addresses = e->dark,
        .services = e->services,
        .rate_most = e->rate_most,
        .estimated_pps = e->pps,
        .rule = e->rule,
        .reason = e->reason,
        .looks = darknet_alert_looks(rq->a, e),
        .first_steps = darknet_alert_first_steps(e),
        .facts = darknet_alert_facts(rq->a, x),
        .sharers = x->sharers,
        .state = WORD_OF(darknet_alert_states, e->state)->name,
        .handling = handling_of(x),
        .acked_at = x->acked_at,
        .closed_at = x->closed_at,
        .cause = WORD_OF(darknet_alert_causes, x->cause)->name,
        .errors = req_has_errors(rq),
        .note = req_typed(rq, "note", x->note),
        .cause_error = req_error_of(rq, "cause"),
        .reason_typed = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason"),
        .until = req_typed(rq, "until", STR_NONE),
        .until_error = req_error_of(rq, "until"),
        .keeps = (darknet_p_use.roles & rq->who.roles) && x->own};
}

err darknet_alert_story(
    struct db *db, struct arena *a, const struct scope *s, int64_t alert, struct darknet_story *out)
{
    struct alert x;
    TRY(darknet_alert_get(db, a, s, alert, &x));
    if (!x.own)
        return ERR(NOTFOUND);
    *out = (struct darknet_story){x.e.source, x.at, x.e.first, x.e.infected, x.e.class == ALERT_BACKSCATTER,
        darknet_alert_facts(a, &x)};
    return OK;
}

static err alert_read(struct req *rq)
{
    struct alert x;
    int64_t id;
    struct view_darknet_alert *v = ARENA_NEW(rq->a, struct view_darknet_alert);
    if (!v)
        return ERR(NOMEM);
    TRY(req_param_i64(rq, "alert", &id));
    TRY(darknet_alert_get(rq->db, rq->a, rq->who.scope, id, &x));
    show_facts(rq, &x, v);
    TRY(darknet_keep_days(rq->db, rq->a, &v->days));
    v->masked = !x.own && scope_level(rq->who.scope) != SCOPE_NATION;
    TRY(show_packets(rq, &x, v));
    TRY(show_steps(rq, &x, v));
    TRY(show_causes(rq, &x, v));
    return req_show(rq, &view_darknet_alert_type, v);
}

/* ── what the body does ── */

struct act_form {
    int64_t version;
    str cause, note, reason, until, scope;
    jday day;     /* by prepare */
    int cause_id;
};
#define VERSION_FIELD                                                                            \
    {.name = "version", .label = "版", .type = FIELD_INT,                                        \
        .offset = offsetof(struct act_form, version), .required = true, .least = 1, .most = INT64_MAX}
static const struct web_field ack_fields[] = {VERSION_FIELD};
static const struct web_form ack_form = WEB_FORM(ack_fields, act_form);
static const struct web_field cause_fields[] = {VERSION_FIELD,
    {.name = "cause", .label = "原因", .type = FIELD_LINE, .offset = offsetof(struct act_form, cause),
        .required = true, .max = 40},
    {.name = "note", .label = "説明", .type = FIELD_TEXT, .offset = offsetof(struct act_form, note),
        .max = 2000}};
static const struct web_form cause_form = WEB_FORM(cause_fields, act_form);
static const struct web_field suppress_fields[] = {
    {.name = "scope", .label = "止める範囲", .type = FIELD_LINE,
        .offset = offsetof(struct act_form, scope), .max = 20},
    {.name = "reason", .label = "理由", .type = FIELD_LINE, .offset = offsetof(struct act_form, reason),
        .required = true, .max = 300},
    {.name = "until", .label = "いつまで", .type = FIELD_LINE, .offset = offsetof(struct act_form, until),
        .required = true, .max = 40}};
static const struct web_form suppress_form = WEB_FORM(suppress_fields, act_form);

static err cause_prepare(struct req *rq)
{
    struct act_form *f = rq->form;
    f->cause_id = WORD_OF_KEY(darknet_alert_causes, f->cause)->value;
    if (f->cause_id == 0)
        req_error(rq, "cause", S("一覧から選んでください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err suppress_prepare(struct req *rq)
{
    enum { MOST_DAYS = 366 };
    struct act_form *f = rq->form;
    jday today = jday_of_usec(rq->now);
    if (err_is(jday_parse(f->until, &f->day)) || f->day < today || f->day > today + MOST_DAYS)
        req_error(rq, "until", S("今日から1年の内の日付を入力してください。例）2027-01-31"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err done(struct tx *tx, struct req *rq, const char *act, int64_t id, const char *ok)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = str_fmt(rq->a, "darknet.alert.%s", act),
        .object = str_fmt(rq->a, "darknet.alert:%lld", (long long)id)};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "/darknet/alerts/%lld?ok=%s", (long long)id, ok));
}

static err stale(struct req *rq, err e)
{
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、内容が変わりました。開き直して、確かめてください。"));
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("もう確認されています。"));
    return e;
}

static err ack_write(struct tx *tx, struct req *rq)
{
    const struct act_form *f = rq->form;
    int64_t id;
    TRY(req_param_i64(rq, "alert", &id));
    TRY(stale(rq, darknet_alert_acknowledge(tx, rq->who.scope, id, f->version)));
    return done(tx, rq, "acknowledge", id, "saved");
}

static err cause_write(struct tx *tx, struct req *rq)
{
    const struct act_form *f = rq->form;
    int64_t id;
    TRY(req_param_i64(rq, "alert", &id));
    TRY(stale(rq, darknet_alert_close(tx, rq->who.scope, id, f->version, f->cause_id, f->note)));
    TRY(req_measure(tx, rq, rq->who.org, &darknet_measures[DARKNET_MEASURE_CAUSE]));
    return done(tx, rq, "cause", id, "saved");
}

static int64_t only_port(str services)
{
    str proto;
    int64_t port;
    if (!str_cut(&services, '/', &proto) || err_is(parse_i64(services, 1, 65535, &port)))
        return 0;
    return port;
}

static err suppress_write(struct tx *tx, struct req *rq)
{
    const struct act_form *f = rq->form;
    struct alert x;
    int64_t id;
    TRY(req_param_i64(rq, "alert", &id));
    TRY(darknet_alert_get(tx_db(tx), rq->a, rq->who.scope, id, &x));
    if (!x.own)
        return ERR(NOTFOUND);
    bool whole = str_eq(f->scope, S("body")), port = str_eq(f->scope, S("port"));
    struct alert_suppression p = {.source = whole || port ? STR_NONE : x.e.source,
        .port = port ? only_port(x.e.services) : 0,
        .reason = f->reason,
        .until = usec_of_jday_end(f->day)};
    if (port && p.port == 0) {
        req_say(rq, S("ポートが一つではないので、ポートでは止められません。アドレスで止めてください。"));
        return ERR(CONFLICT);
    }
    TRY(darknet_alert_suppress(tx, rq->who.scope, id, &p));
    return done(tx, rq, "suppress", id, "registered");
}

static err suppression_end(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "suppression", &id));
    TRY(darknet_alert_suppression_end(tx, rq->who.scope, id));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("darknet.suppression.end"),
        .object = str_fmt(rq->a, "darknet.suppression:%lld", (long long)id)};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/darknet/alerts?ok=saved"));
}

static const struct web_query query[] = {
    {"state", "all で、原因を記録したものも含める", false},
    {"port", "このポートに絞る", true},
    {"from", "この日から後に見つかった通信に絞る", false},
    {"to", "この日までに見つかった通信に絞る", false},
    QUERY_Q,
    QUERY_PAGE,
    {.name = NULL},
};

const struct route darknet_alert_routes[] = {
    {.method = GET, .path = "/darknet/alerts", .perm = &darknet_p_alerts, .read = darknet_alerts_page,
        .query = query, .shows = VIEWS(&view_darknet_alerts_type)},
    {.method = GET, .path = "/darknet/alerts/list/csv", .perm = &darknet_p_alerts, .table = &table,
        .read = csv_read, .query = query},
    {.method = GET, .path = "/darknet/alerts/{alert}", .perm = &darknet_p_alerts, .read = alert_read,
        .shows = VIEWS(&view_darknet_alert_type)},
    {.method = POST, .path = "/darknet/alerts/{alert}/acknowledge", .perm = &darknet_p_use,
        .form = &ack_form, .read = alert_read, .write = ack_write, .goes = PATHS("/darknet/alerts/{alert}")},
    {.method = POST, .path = "/darknet/alerts/{alert}/cause", .perm = &darknet_p_use,
        .form = &cause_form, .read = alert_read, .prepare = cause_prepare, .write = cause_write,
        .shows = VIEWS(&view_darknet_alert_type), .goes = PATHS("/darknet/alerts/{alert}")},
    {.method = POST, .path = "/darknet/alerts/{alert}/suppress", .perm = &darknet_p_use,
        .form = &suppress_form, .read = alert_read, .prepare = suppress_prepare, .write = suppress_write,
        .shows = VIEWS(&view_darknet_alert_type), .goes = PATHS("/darknet/alerts/{alert}")},
    {.method = POST, .path = "/darknet/suppressions/{suppression}/end", .perm = &darknet_p_use,
        .read = darknet_alerts_page, .write = suppression_end, .goes = PATHS("/darknet/alerts")},
    {.path = NULL},
};
