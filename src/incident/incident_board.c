/* SPDX-License-Identifier: Apache-2.0 */
/* The board of a prefecture or a national office (R56): what was reported by whom, from what stays readable; nothing
 * sealed is opened for it. It renews itself (ADR 0031). */
#include "incident/incident_private.h"

#include "incident_board.ht.h"

enum { SHOWN = 200 };

struct board {
    struct req *rq;
    struct view_incident_board *v;
    struct incident_filter f;
    int64_t kind[32], bodies[SHOWN * 10]; /* bodies: each once */
    int64_t n_bodies, delays, delay_sum, finds, find_sum, on_time;
};

static const struct incident_question *kinds(void)
{
    return &incident_questions[Q_kind];
}

static str kinds_text(struct arena *a, str value)
{
    struct incident_known k = {.sure = SURE_CONFIRMED, .value = value};
    return value.n ? incident_answer_text(a, Q_kind, &k) : STR_NONE;
}

static bool fits(const struct board *b, const struct incident_seen *x)
{
    struct incident_known k = {.value = x->kinds};
    return (b->f.kind.n == 0 || incident_has_choice(&k, b->f.kind)) &&
        (b->f.text.n == 0 || str_has(x->body.name, b->f.text) || str_eq(x->body.code6, b->f.text)) &&
        (b->f.all || x->state == INCIDENT_OPEN);
}

static void count_body(struct board *b, int64_t body)
{
    int64_t i = 0;
    while (i < b->n_bodies && b->bodies[i] != body)
        i++;
    if (i == b->n_bodies && i < (int64_t)COUNT_OF(b->bodies))
        b->bodies[b->n_bodies++] = body;
}

static void count(struct board *b, const struct incident_seen *x)
{
    struct incident_known k = {.value = x->kinds};
    struct view_incident_board *v = b->v;
    v->cases++;
    v->reports += x->reports;
    v->persons += x->persons;
    v->late += x->late > 0;
    v->grave += x->grave;
    count_body(b, x->body.id.v);
    for (size_t i = 0; i < kinds()->n_choices; i++)
        b->kind[i] += incident_has_choice(&k, kinds()->choices[i].key);
    if (x->known_at && x->reported_at >= x->known_at) {
        b->delays++;
        b->delay_sum += x->reported_at - x->known_at;
    }
    if (x->occurred_at && x->known_at >= x->occurred_at) {
        b->finds++;
        b->find_sum += x->known_at - x->occurred_at;
    }
}

static err add(void *ctx, const struct incident_seen *x)
{
    struct board *b = ctx;
    struct view_incident_board *v = b->v;
    if (!fits(b, x))
        return OK;
    count(b, x);
    if (v->rows.n == SHOWN)
        return OK;
    v->rows.p[v->rows.n++] = (struct view_incident_board_rows){.code6 = str_dup(b->rq->a, x->body.code6),
        .body = str_dup(b->rq->a, x->body.name),
        .number = x->number,
        .kinds = kinds_text(b->rq->a, x->kinds),
        .grave = x->grave,
        .state = word_of(incident_kind.states, incident_kind.n_states, x->state)->name,
        .known_at = x->known_at,
        .reported_at = x->reported_at,
        .persons = x->persons,
        .reports = x->reports,
        .late = x->late};
    return OK;
}

static str hours_text(struct arena *a, int64_t sum, int64_t n)
{
    if (n == 0)
        return S("—");
    int64_t hours = sum / n / USEC_HOUR;
    return hours < 48 ? str_fmt(a, "%lld時間", (long long)hours) : str_fmt(a, "%lld日", (long long)(hours / 24));
}

static err show_kinds(struct req *rq, const struct board *b)
{
    struct view_incident_board *v = b->v;
    v->kinds.p = ARENA_ARRAY(rq->a, struct view_incident_board_kinds, kinds()->n_choices);
    if (!v->kinds.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < kinds()->n_choices; i++)
        v->kinds.p[v->kinds.n++] = (struct view_incident_board_kinds){kinds()->choices[i].key, kinds()->choices[i].name,
            b->kind[i], str_eq(b->f.kind, kinds()->choices[i].key)};
    return OK;
}

static err board_read(struct req *rq)
{
    struct board *b = ARENA_NEW(rq->a, struct board);
    struct view_incident_board *v = ARENA_NEW(rq->a, struct view_incident_board);
    if (!b || !v)
        return ERR(NOMEM);
    *b = (struct board){.rq = rq, .v = v,
        .f = {.all = str_eq(req_query(rq, "state"), S("all")), .kind = req_query(rq, "kind"), .text = req_query(rq, "q")}};
    *v = (struct view_incident_board){.office = rq->who.org_name, .all = b->f.all, .q = b->f.text};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_board_rows, SHOWN);
    if (!v->rows.p)
        return ERR(NOMEM);
    TRY(incident_newest(rq->db, rq->who.scope, &v->version));
    TRY(incident_each(rq->db, rq->who.scope, rq->now, add, b));
    v->bodies = b->n_bodies;
    v->to_report = hours_text(rq->a, b->delay_sum, b->delays);
    v->to_notice = hours_text(rq->a, b->find_sum, b->finds);
    TRY(show_kinds(rq, b));
    return req_show(rq, &view_incident_board_type, v);
}

static err events_read(struct req *rq)
{
    int64_t now;
    BUF_AUTO out = BUF(400);
    TRY(incident_newest(rq->db, rq->who.scope, &now));
    str version = str_fmt(rq->a, "%lld", (long long)now);
    buf_lit(&out, "retry: 1000\n");
    if (!str_eq(version, req_query(rq, "seen")))
        buf_fmt(&out, "id: %.*s\ndata: %.*s\n", STR_F(version), STR_F(version));
    buf_char(&out, '\n');
    return req_send(rq, "text/event-stream", S("events.txt"), &out);
}

const struct route incident_board_routes[] = {
    {.method = GET, .path = "/incidents/board", .perm = &incident_p_receive, .read = board_read,
        .shows = VIEWS(&view_incident_board_type),
        .query = QUERY({"state", "all で、終結したものも含める", false}, {"kind", "この種類に絞る", false}, QUERY_Q)},
    {.method = GET, .path = "/incidents/board/events", .perm = &incident_p_receive, .flags = ROUTE_QUIET, .read = events_read,
        .file = "text/event-stream", .query = QUERY({"seen", "画面に出ている版。同じなら何も送らない", false})},
    {.path = NULL},
};
