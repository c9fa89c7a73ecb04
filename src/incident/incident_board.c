/* SPDX-License-Identifier: Apache-2.0 */
/* The board of a prefecture or a national office (R56): what was reported by whom, from what stays readable; nothing
 * sealed is opened for it. It renews itself (ADR 0031). */
#include "incident/incident_private.h"

#include "core/csv.h"
#include "core/html.h"
#include "incident_board.ht.h"

enum { SHOWN = 200, CHOICES_MOST = 32, PREFS = 100, FILE_ROWS = 10000 };

struct filter {
    bool all, grave, overdue; /* all: those that are closed too */
    str kind, cause, text;
    int64_t pref;             /* 0: every */
    usec from, to;            /* of the first report; 0: any */
};
struct number {
    int64_t cases, reports;
};
struct mean {
    int64_t n, sum;
};

struct board {
    struct req *rq;
    struct view_incident_board *v;
    struct csv *csv; /* of the file; NULL: of the page */
    struct filter f;
    struct incident_bodies bodies; /* those looked for */
    bool met[INCIDENT_BODIES];     /* has one that fits */
    struct number kind[CHOICES_MOST], cause[CHOICES_MOST], pref[PREFS];
    int64_t pref_bodies[PREFS];
    struct mean report, notice, recover;
    int64_t in_time, due;
    int64_t rows; /* of the file */
};

/* ── what is looked for ── */

static usec day_of(const struct req *rq, const char *name, bool end)
{
    jday day;
    if (err_is(jday_parse(req_query(rq, name), &day)))
        return 0;
    return end ? usec_of_jday_end(day) : usec_of_jday_end(day - 1);
}

static struct filter filter_of(const struct req *rq)
{
    int64_t pref;
    return (struct filter){.all = str_eq(req_query(rq, "state"), S("all")),
        .grave = str_eq(req_query(rq, "grave"), S("1")),
        .overdue = str_eq(req_query(rq, "overdue"), S("1")),
        .kind = req_query(rq, "kind"),
        .cause = req_query(rq, "cause"),
        .text = req_query(rq, "q"),
        .pref = err_is(parse_i64(req_query(rq, "pref"), 1, PREFS - 1, &pref)) ? 0 : pref,
        .from = day_of(rq, "from", false),
        .to = day_of(rq, "to", true)};
}

const struct word *incident_kind_words(size_t *n)
{
    *n = incident_questions[Q_kind].n_choices;
    return incident_questions[Q_kind].choices;
}

static int by_id(const void *key, const void *at)
{
    int64_t id = *(const int64_t *)key, other = ((const struct body *)at)->id.v;
    return id < other ? -1 : id > other;
}

static bool has(str keys, str choice)
{
    struct incident_known k = {.value = keys};
    return choice.n == 0 || incident_has_choice(&k, choice);
}

/* Its body, when it fits what is looked for. */
static const struct body *fits(const struct board *b, const struct incident_seen *x)
{
    const struct filter *f = &b->f;
    if ((f->grave && !x->grave) || (f->overdue && !x->overdue) || (f->from && x->reported_at < f->from) ||
        (f->to && x->reported_at >= f->to) || !has(x->kinds, f->kind) || !has(x->causes, f->cause))
        return NULL;
    const struct body *body = bsearch(&x->body, b->bodies.v, b->bodies.n, sizeof *b->bodies.v, by_id);
    return body && (f->pref == 0 || body->pref == f->pref) ? body : NULL;
}

/* ── counting ── */

static void add_mean(struct mean *m, usec from, usec to)
{
    if (from && to >= from) {
        m->n++;
        m->sum += to - from;
    }
}

static void add_number(struct number *n, const struct incident_seen *x)
{
    n->cases++;
    n->reports += x->reports;
}

static void add_choices(const struct incident_question *q, str keys, const struct incident_seen *x, struct number *out)
{
    str word;
    while (str_cut(&keys, ' ', &word))
        for (size_t i = 0; i < q->n_choices && i < CHOICES_MOST; i++)
            if (str_eq(q->choices[i].key, word))
                add_number(&out[i], x);
}

static void count(struct board *b, const struct incident_seen *x, const struct body *body)
{
    struct view_incident_board *v = b->v;
    size_t at = (size_t)(body - b->bodies.v), pref = body->pref > 0 && body->pref < PREFS ? (size_t)body->pref : 0;
    v->cases++;
    v->reports += x->reports;
    v->persons += x->persons;
    v->late += x->overdue > 0;
    v->grave += x->grave;
    v->bodies += !b->met[at];
    b->pref_bodies[pref] += !b->met[at];
    b->met[at] = true;
    add_number(&b->pref[pref], x);
    add_choices(&incident_questions[Q_kind], x->kinds, x, b->kind);
    add_choices(&incident_questions[Q_vector], x->causes, x, b->cause);
    v->caused += x->causes.n > 0;
    add_mean(&b->report, x->known_at, x->reported_at);
    add_mean(&b->notice, x->occurred_at, x->known_at);
    add_mean(&b->recover, x->known_at, x->restored_at);
    b->in_time += x->in_time;
    b->due += x->in_time + x->too_late + x->overdue;
}

static str state_name(const struct incident_seen *x)
{
    return word_of(incident_kind.states, incident_kind.n_states, x->closed ? INCIDENT_CLOSED : INCIDENT_OPEN)->name;
}

static err add(void *ctx, const struct incident_seen *x)
{
    struct board *b = ctx;
    struct view_incident_board *v = b->v;
    const struct body *body = fits(b, x);
    if (!body)
        return OK;
    count(b, x, body);
    if (v->rows.n == SHOWN)
        return OK;
    v->rows.p[v->rows.n++] = (struct view_incident_board_rows){.code6 = body->code6,
        .body = body->name,
        .kinds = incident_kinds_text(b->rq->a, x->kinds),
        .causes = incident_causes_text(b->rq->a, x->causes),
        .grave = x->grave,
        .state = state_name(x),
        .known_at = x->known_at,
        .reported_at = x->reported_at,
        .restored_at = x->restored_at,
        .next_due = x->next_due,
        .late = x->overdue > 0,
        .persons = x->persons,
        .reports = x->reports};
    return OK;
}

/* ── the page ── */

static str hours_text(struct arena *a, const struct mean *m)
{
    if (m->n == 0)
        return S("—");
    int64_t hours = m->sum / m->n / USEC_HOUR;
    return hours < 48 ? str_fmt(a, "%lld時間", (long long)hours) : str_fmt(a, "%lld日", (long long)(hours / 24));
}

static str share_text(struct arena *a, int64_t part, int64_t all)
{
    return all ? str_fmt(a, "%lld%%（%lld通のうち%lld通）", (long long)(part * 100 / all), (long long)all, (long long)part) : S("—");
}

static err show_choices(struct req *rq, const struct board *b)
{
    const struct incident_question *kind = &incident_questions[Q_kind], *cause = &incident_questions[Q_vector];
    struct view_incident_board *v = b->v;
    v->kinds.p = ARENA_ARRAY(rq->a, struct view_incident_board_kinds, kind->n_choices);
    v->causes.p = ARENA_ARRAY(rq->a, struct view_incident_board_causes, cause->n_choices);
    if (!v->kinds.p || !v->causes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < kind->n_choices && i < CHOICES_MOST; i++)
        v->kinds.p[v->kinds.n++] = (struct view_incident_board_kinds){kind->choices[i].key, kind->choices[i].name,
            b->kind[i].cases, b->kind[i].reports, str_eq(b->f.kind, kind->choices[i].key)};
    for (size_t i = 0; i < cause->n_choices && i < CHOICES_MOST; i++)
        v->causes.p[v->causes.n++] = (struct view_incident_board_causes){cause->choices[i].key, cause->choices[i].name,
            b->cause[i].cases, b->cause[i].reports, str_eq(b->f.cause, cause->choices[i].key)};
    return OK;
}

/* Grave reports that nobody has opened yet. */
static err show_calling(struct req *rq, struct view_incident_board *v)
{
    struct flow_calls all;
    TRY(flow_calling(rq->db, rq->a, rq->who.scope, &all));
    v->calling.p = ARENA_ARRAY(rq->a, struct view_incident_board_calling, all.n);
    if (!v->calling.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->calling.p[v->calling.n++] = (struct view_incident_board_calling){all.v[i].name,
            (rq->now - all.v[i].began_at) / USEC_MINUTE, all.v[i].calls};
    return OK;
}

static err show_prefs(struct req *rq, const struct board *b)
{
    struct view_incident_board *v = b->v;
    struct body_list all;
    TRY(org_pref_all(rq->db, rq->a, &all));
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_incident_board_prefs, all.n);
    if (!v->prefs.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        int64_t pref = all.v[i].pref;
        if (pref > 0 && pref < PREFS)
            v->prefs.p[v->prefs.n++] = (struct view_incident_board_prefs){pref, all.v[i].name, b->pref[pref].cases,
                b->pref_bodies[pref], b->pref[pref].reports, pref == b->f.pref};
    }
    return OK;
}

static err board_new(struct req *rq, struct board **out)
{
    struct board *b = ARENA_NEW(rq->a, struct board);
    struct view_incident_board *v = ARENA_NEW(rq->a, struct view_incident_board);
    if (!b || !v)
        return ERR(NOMEM);
    *b = (struct board){.rq = rq, .v = v, .f = filter_of(rq)};
    *out = b;
    return incident_bodies_of(rq->db, rq->a, rq->who.scope, b->f.text, &b->bodies);
}

/* The query of the page, for the file of the same. */
static str query_text(struct req *rq)
{
    static const char *const names[] = {"state", "kind", "cause", "pref", "grave", "overdue", "from", "to", "q"};
    BUF_AUTO b = BUF(8192);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        str value = req_query(rq, names[i]);
        if (value.n == 0)
            continue;
        buf_fmt(&b, "%s%s=", b.n ? "&" : "", names[i]);
        html_urlpart(&b, value);
    }
    return str_dup(rq->a, buf_view(&b));
}

static err board_read(struct req *rq)
{
    struct board *b;
    TRY(board_new(rq, &b));
    struct view_incident_board *v = b->v;
    *v = (struct view_incident_board){.office = rq->who.org_name, .all = b->f.all, .grave_only = b->f.grave,
        .overdue_only = b->f.overdue, .q = b->f.text, .from = req_query(rq, "from"), .to = req_query(rq, "to"),
        .query = query_text(rq), .nation = scope_level(rq->who.scope) == SCOPE_NATION};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_board_rows, SHOWN);
    if (!v->rows.p)
        return ERR(NOMEM);
    TRY(incident_newest(rq->db, rq->who.scope, &v->version));
    TRY(incident_each(rq->db, rq->who.scope, b->f.all, rq->now, add, b));
    v->to_report = hours_text(rq->a, &b->report);
    v->to_notice = hours_text(rq->a, &b->notice);
    v->to_recover = hours_text(rq->a, &b->recover);
    v->in_time = share_text(rq->a, b->in_time, b->due);
    TRY(show_choices(rq, b));
    TRY(show_prefs(rq, b));
    TRY(show_calling(rq, v));
    return req_show(rq, &view_incident_board_type, v);
}

static err events_read(struct req *rq)
{
    int64_t now;
    TRY(incident_newest(rq->db, rq->who.scope, &now));
    return req_send_event(rq, 1000, str_fmt(rq->a, "%lld", (long long)now));
}

/* ── the same as a file ── */

static const struct column columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_BODY,
    {"kinds", "種類", COLUMN_LIST, MAY_BE_EMPTY, "何が起きたか"},
    {"causes", "原因", COLUMN_LIST, MAY_BE_EMPTY, "どこから入られたか"},
    {"grave", "重大", COLUMN_YESNO, NEVER_EMPTY, "重大と答えたか"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "対応中、終結"},
    COLUMN_AT("occurred_at", "起きた日時"),
    COLUMN_AT("known_at", "気付いた日時"),
    COLUMN_AT("reported_at", "初めの報告"),
    COLUMN_AT("restored_at", "復旧した日時"),
    {"persons", "本人の数", COLUMN_INT, NEVER_EMPTY, "0は、答えていないか、ない", .unit = "人"},
    {"reports", "報告", COLUMN_INT, NEVER_EMPTY, "知らせた数", .unit = "通"},
    {"in_time", "期限内", COLUMN_INT, NEVER_EMPTY, "期限のある報告のうち、期限までに知らせた数", .unit = "通"},
    {"too_late", "期限後", COLUMN_INT, NEVER_EMPTY, "期限の後に知らせたか、まだ知らせていない数", .unit = "通"},
    COLUMN_AT("next_due", "次の期限"),
};
static const struct table table = {.title = "インシデントの状況", .about = "1行が、報告のあった一つのインシデント。訓練は入らない", .kind = "登録",
    TABLE_COLUMNS(columns)};

static err csv_add(void *ctx, const struct incident_seen *x)
{
    struct board *b = ctx;
    struct csv *c = b->csv;
    const struct body *body = fits(b, x);
    ARENA_AUTO a = arena_new(1 << 16);
    if (!a)
        return ERR(NOMEM);
    if (!body)
        return OK;
    if (++b->rows > FILE_ROWS)
        return OK;
    csv_str(c, body->code6);
    csv_str(c, body->name);
    csv_str(c, incident_kinds_text(a, x->kinds));
    csv_str(c, incident_causes_text(a, x->causes));
    csv_yes(c, x->grave);
    csv_str(c, state_name(x));
    csv_time(c, x->occurred_at);
    csv_time(c, x->known_at);
    csv_time(c, x->reported_at);
    csv_time(c, x->restored_at);
    csv_i64(c, x->persons);
    csv_i64(c, x->reports);
    csv_i64(c, x->in_time);
    csv_i64(c, x->too_late + x->overdue);
    csv_time(c, x->next_due);
    csv_end_row(c);
    return OK;
}

static err csv_read(struct req *rq)
{
    struct board *b;
    BUF_AUTO out = BUF(CSV_MOST);
    TRY(board_new(rq, &b));
    struct csv c = req_csv(rq, &out);
    b->csv = &c;
    TRY(incident_each(rq->db, rq->who.scope, b->f.all, rq->now, csv_add, b));
    if (b->rows > FILE_ROWS)
        return req_csv_too_long(rq);
    return req_send_csv(rq, &c, S("インシデントの状況"));
}

#define BOARD_QUERY                                                                              \
    QUERY({"state", "all で、終結したものも含める", false}, {"kind", "この種類に絞る", false},   \
        {"cause", "この原因に絞る", false}, {"pref", "この都道府県（JIS X 0401）に絞る", true},  \
        {"grave", "1 で、重大なものに絞る", true}, {"overdue", "1 で、期限を過ぎた報告のあるものに絞る", true}, \
        {"from", "初めの報告がこの日から", false}, {"to", "初めの報告がこの日まで", false}, QUERY_Q)

const struct route incident_board_routes[] = {
    {.method = GET, .path = "/incidents/board", .perm = &incident_p_receive, .read = board_read,
        .shows = VIEWS(&view_incident_board_type), .query = BOARD_QUERY},
    {.method = GET, .path = "/incidents/board/list/csv", .perm = &incident_p_receive, .flags = ROUTE_FRESH, .table = &table,
        .journal = JOURNAL_EXPORT, .read = csv_read, .query = BOARD_QUERY},
    {.method = GET, .path = "/incidents/board/events", .perm = &incident_p_receive, .flags = ROUTE_QUIET, .read = events_read,
        .file = "text/event-stream", .query = QUERY({"seen", "画面に出ている版。同じなら何も送らない", false})},
    {.path = NULL},
};
