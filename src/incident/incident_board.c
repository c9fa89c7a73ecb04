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
    struct incident_bodies bodies; /* those looked for */
    bool met[INCIDENT_BODIES];     /* has one that fits */
    int64_t kind[32], delays, delay_sum, finds, find_sum;
};

static const struct incident_question *kinds(void)
{
    return &incident_questions[Q_kind];
}

const struct word *incident_kind_words(size_t *n)
{
    *n = kinds()->n_choices;
    return kinds()->choices;
}

static int by_id(const void *key, const void *at)
{
    int64_t id = *(const int64_t *)key, other = ((const struct body *)at)->id.v;
    return id < other ? -1 : id > other;
}

/* Its body, when it fits what is looked for. */
static const struct body *fits(const struct board *b, const struct incident_seen *x)
{
    struct incident_known k = {.value = x->kinds};
    if (b->f.kind.n && !incident_has_choice(&k, b->f.kind))
        return NULL;
    return bsearch(&x->body, b->bodies.v, b->bodies.n, sizeof *b->bodies.v, by_id);
}

static void count(struct board *b, const struct incident_seen *x)
{
    struct incident_known k = {.value = x->kinds};
    struct view_incident_board *v = b->v;
    v->cases++;
    v->reports += x->reports;
    v->persons += x->persons;
    v->late += x->next_due && x->next_due < b->rq->now;
    v->grave += x->grave;
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
    const struct body *body = fits(b, x);
    if (!body)
        return OK;
    count(b, x);
    v->bodies += !b->met[body - b->bodies.v];
    b->met[body - b->bodies.v] = true;
    if (v->rows.n == SHOWN)
        return OK;
    v->rows.p[v->rows.n++] = (struct view_incident_board_rows){.code6 = body->code6,
        .body = body->name,
        .kinds = incident_kinds_text(b->rq->a, x->kinds),
        .grave = x->grave,
        .state = word_of(incident_kind.states, incident_kind.n_states, x->closed ? INCIDENT_CLOSED : INCIDENT_OPEN)->name,
        .known_at = x->known_at,
        .reported_at = x->reported_at,
        .next_due = x->next_due,
        .late = x->next_due && x->next_due < b->rq->now,
        .persons = x->persons,
        .reports = x->reports};
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
    TRY(incident_bodies_of(rq->db, rq->a, rq->who.scope, b->f.text, &b->bodies));
    TRY(incident_each(rq->db, rq->who.scope, b->f.all, add, b));
    v->to_report = hours_text(rq->a, b->delay_sum, b->delays);
    v->to_notice = hours_text(rq->a, b->find_sum, b->finds);
    TRY(show_kinds(rq, b));
    TRY(show_calling(rq, v));
    return req_show(rq, &view_incident_board_type, v);
}

static err events_read(struct req *rq)
{
    int64_t now;
    TRY(incident_newest(rq->db, rq->who.scope, &now));
    return req_send_event(rq, 1000, str_fmt(rq->a, "%lld", (long long)now));
}

const struct route incident_board_routes[] = {
    {.method = GET, .path = "/incidents/board", .perm = &incident_p_receive, .read = board_read,
        .shows = VIEWS(&view_incident_board_type),
        .query = QUERY({"state", "all で、終結したものも含める", false}, {"kind", "この種類に絞る", false}, QUERY_Q)},
    {.method = GET, .path = "/incidents/board/events", .perm = &incident_p_receive, .flags = ROUTE_QUIET, .read = events_read,
        .file = "text/event-stream", .query = QUERY({"seen", "画面に出ている版。同じなら何も送らない", false})},
    {.path = NULL},
};
