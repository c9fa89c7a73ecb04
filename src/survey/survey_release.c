/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of bodies, and whether a new one may be released: paths in the graph of all blocks. */
#include "survey/survey_release.h"

/* ── the graph ── */

enum mark { MARK_ANSWERED = 1, MARK_ARRIVAL = 2, MARK_ONE = 4 }; /* ONE: one edge of each body */

struct graph {
    uint32_t points, edges;
    uint32_t *from, *to;
    uint32_t *start, *edge; /* the edges of point i: edge[start[i]] .. edge[start[i+1]-1] */
    int8_t *flow;           /* +1: from → to */
    uint32_t *via, *queue;
    bool ok;
};

static struct graph graph_of(
    struct arena *a, const struct release_panel *p, const uint8_t *marks, uint8_t want)
{
    struct graph g = {.points = p->blocks + 1,
        .from = ARENA_ARRAY(a, uint32_t, p->n),
        .to = ARENA_ARRAY(a, uint32_t, p->n),
        .edge = ARENA_ARRAY(a, uint32_t, (size_t)p->n * 2),
        .flow = ARENA_ARRAY(a, int8_t, p->n),
        .start = ARENA_ARRAY(a, uint32_t, (size_t)p->blocks + 3),
        .via = ARENA_ARRAY(a, uint32_t, (size_t)p->blocks + 1),
        .queue = ARENA_ARRAY(a, uint32_t, (size_t)p->blocks + 1)};
    if (arena_failed(a))
        return g;
    for (uint32_t i = 0; i < p->n; i++) {
        const struct release_item *it = &p->item[i];
        if ((marks[i] & want) != want || it->block[0] == it->block[1])
            continue; /* released nowhere: says nothing */
        g.from[g.edges] = it->block[0];
        g.to[g.edges++] = it->block[1];
        g.start[it->block[0] + 2]++;
        g.start[it->block[1] + 2]++;
    }
    for (uint32_t i = 2; i < g.points + 2; i++)
        g.start[i] += g.start[i - 1];
    for (uint32_t e = 0; e < g.edges; e++) {
        g.edge[g.start[g.from[e] + 1]++] = e;
        g.edge[g.start[g.to[e] + 1]++] = e;
    }
    g.ok = true;
    return g;
}

/* One more path from a point to the ground beside those found; turns flow along it. */
static bool find_path(struct graph *g, uint32_t from)
{
    uint32_t head = 0, tail = 0;
    for (uint32_t i = 0; i < g->points; i++)
        g->via[i] = RELEASE_NONE;
    g->queue[tail++] = from;
    while (head < tail && g->via[0] == RELEASE_NONE) {
        uint32_t at = g->queue[head++];
        for (uint32_t k = g->start[at]; k < g->start[at + 1]; k++) {
            uint32_t e = g->edge[k];
            bool ahead = g->from[e] == at;
            uint32_t next = ahead ? g->to[e] : g->from[e];
            if (next == from || g->via[next] != RELEASE_NONE || g->flow[e] == (ahead ? 1 : -1))
                continue;
            g->via[next] = e;
            g->queue[tail++] = next;
        }
    }
    if (g->via[0] == RELEASE_NONE)
        return false;
    for (uint32_t at = 0; at != from;) {
        uint32_t e = g->via[at];
        bool ahead = g->to[e] == at;
        g->flow[e] = (int8_t)(g->flow[e] + (ahead ? 1 : -1));
        at = ahead ? g->from[e] : g->to[e];
    }
    return true;
}

/* Paths to the ground without a common edge, at most RELEASE_LEAST of them. */
static int paths(struct arena *a, const struct release_panel *p, const uint8_t *marks,
    uint8_t want, uint32_t block)
{
    struct graph g = graph_of(a, p, marks, want);
    int n = 0;
    if (!g.ok)
        return 1; /* no memory: as if it were unsafe */
    while (n < RELEASE_LEAST && find_path(&g, block))
        n++;
    return n;
}

/* Of each body one edge counts: the one in the new block, or else its arrival. */
static uint8_t *marks_of(
    struct arena *a, const struct release_panel *p, uint32_t block, bool *arrivals)
{
    uint8_t *marks = ARENA_ARRAY(a, uint8_t, p->n);
    uint32_t bodies = 0;
    for (uint32_t i = 0; i < p->n; i++)
        bodies = p->item[i].body >= bodies ? p->item[i].body + 1 : bodies;
    uint32_t *one = ARENA_ARRAY(a, uint32_t, bodies); /* index + 1 */
    if (!marks || !one)
        return NULL;
    *arrivals = false;
    for (uint32_t i = 0; i < p->n; i++) {
        const struct release_item *it = &p->item[i];
        bool arrival = it->before == RELEASE_NONE;
        bool inside = it->block[0] == block || it->block[1] == block;
        *arrivals = *arrivals || (inside && arrival);
        marks[i] = (uint8_t)((it->answered ? MARK_ANSWERED : 0) | (arrival ? MARK_ARRIVAL : 0));
        if (arrival || inside)
            one[it->body] = i + 1;
    }
    for (uint32_t b = 0; b < bodies; b++)
        if (one[b])
            marks[one[b] - 1] |= MARK_ONE;
    return marks;
}

/* Arrivals must be safe also for somebody who takes it that nothing changed by correcting; changes
 * are counted by bodies. A block without any way to the ground makes no new cut: its own is one
 * that was there before, seen from the other side. */
bool survey_release_is_safe(struct arena *scratch, const struct release_panel *p, uint32_t block)
{
    static const uint8_t among[] = {0, MARK_ANSWERED};
    bool arrivals;
    const uint8_t *marks = marks_of(scratch, p, block, &arrivals);
    if (!marks)
        return false;
    for (size_t i = 0; i < COUNT_OF(among); i++) {
        uint8_t strict = (uint8_t)(among[i] | (arrivals ? MARK_ARRIVAL : MARK_ONE));
        if (paths(scratch, p, marks, strict, block) < RELEASE_LEAST &&
            paths(scratch, p, marks, among[i], block) > 0)
            return false;
    }
    return true;
}

/* ── submissions come and go ── */

err survey_release_init(struct release *r, struct arena *a, size_t n_bodies, size_t n_panels)
{
    *r = (struct release){.a = a, .n_bodies = n_bodies, .n_panels = n_panels,
        .body = ARENA_ARRAY(a, struct release_body, n_bodies),
        .panel = ARENA_ARRAY(a, struct release_panel, n_panels),
        .is_safe = survey_release_is_safe};
    if (!r->body || !r->panel)
        return ERR(NOMEM);
    for (size_t i = 0; i < n_panels; i++) {
        struct release_panel *p = &r->panel[i];
        p->cap = (uint32_t)n_bodies + 64;
        p->item = ARENA_ARRAY(a, struct release_item, p->cap);
        p->last = ARENA_ARRAY(a, uint32_t, n_bodies);
        if (!p->item || !p->last)
            return ERR(NOMEM);
        for (size_t b = 0; b < n_bodies; b++)
            p->last[b] = RELEASE_NONE;
    }
    return OK;
}

static bool is_released(const struct release_item *it)
{
    return it->block[RELEASE_CLASS] || it->block[RELEASE_PREF];
}

static err add_item(
    struct release *r, struct release_panel *p, uint32_t body, int64_t submission, bool answered)
{
    if (p->n == p->cap) {
        struct release_item *more = ARENA_ARRAY(r->a, struct release_item, (size_t)p->cap * 2);
        if (!more)
            return ERR(NOMEM);
        memcpy(more, p->item, p->n * sizeof *more);
        p->item = more;
        p->cap *= 2;
    }
    uint32_t before = p->last[body];
    p->item[p->n] = (struct release_item){.body = body,
        .before = before,
        .submission = submission,
        .answered = answered};
    p->last[body] = p->n++;
    return OK;
}

/* What is released nowhere yet is replaced; what is, is followed by a change. */
static err panel_submit(
    struct release *r, struct release_panel *p, uint32_t body, int64_t submission, bool answered)
{
    struct release_item *it = p->last[body] == RELEASE_NONE ? NULL : &p->item[p->last[body]];
    if (it && it->submission == submission)
        return OK; /* known from a block that was replayed */
    if (!it || is_released(it))
        return add_item(r, p, body, submission, answered);
    it->submission = submission;
    it->answered = answered;
    return OK;
}

static bool is_bound(const struct release *r, uint32_t body)
{
    for (size_t i = 0; i < r->n_panels; i++) {
        const struct release_panel *p = &r->panel[i];
        uint32_t last = p->last[body];
        if (last != RELEASE_NONE &&
            (is_released(&p->item[last]) || p->item[last].before != RELEASE_NONE))
            return true;
    }
    return false;
}

err survey_release_submit(struct release *r, uint32_t body, int64_t class, int64_t pref,
    int64_t submission, const bool *answered)
{
    struct release_body *b = &r->body[body];
    bool same = b->group[RELEASE_CLASS] == class && b->group[RELEASE_PREF] == pref;
    survey_release_withdraw(r, body);
    b->moved = !same && is_bound(r, body);
    if (b->moved)
        return OK;
    b->group[RELEASE_CLASS] = class;
    b->group[RELEASE_PREF] = pref;
    b->submission = submission;
    for (size_t i = 0; i < r->n_panels; i++)
        TRY(panel_submit(r, &r->panel[i], body, submission, answered[i]));
    return OK;
}

void survey_release_withdraw(struct release *r, uint32_t body)
{
    r->body[body].submission = 0;
    for (size_t i = 0; i < r->n_panels; i++) {
        struct release_panel *p = &r->panel[i];
        struct release_item *it = p->last[body] == RELEASE_NONE ? NULL : &p->item[p->last[body]];
        if (it && !is_released(it))
            it->submission = 0;
    }
}

/* ── blocks ── */

/* The newest item of the body that is in the total already; RELEASE_NONE: an arrival. */
static uint32_t in_total(const struct release_panel *p, uint32_t item, enum release_way way)
{
    while (item != RELEASE_NONE && p->item[item].block[way] == 0)
        item = p->item[item].before;
    return item;
}

static void put_into(
    struct release_panel *p, uint32_t item, enum release_way way, uint32_t from, uint32_t point)
{
    for (; item != RELEASE_NONE && p->item[item].block[way] == from; item = p->item[item].before)
        p->item[item].block[way] = point;
}

err survey_release_group_of(const struct release *r, struct arena *a, enum release_way way,
    int64_t group, struct release_group *out)
{
    *out = (struct release_group){way, ARENA_ARRAY(a, uint32_t, r->n_bodies), 0};
    if (!out->body)
        return ERR(NOMEM);
    for (uint32_t b = 0; b < r->n_bodies; b++)
        if (r->body[b].submission && r->body[b].group[way] == group)
            out->body[out->n++] = b;
    return OK;
}

/* Who waits; out NULL: only how many. */
static size_t collect(const struct release *r, const struct release_panel *p,
    const struct release_group *g, bool arrivals, struct release_member *out)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n; i++) {
        uint32_t b = g->body[i];
        const struct release_item *it = &p->item[p->last[b]];
        if (it->block[g->way] ||
            (it->before != RELEASE_NONE && it->answered != p->item[it->before].answered))
            continue;
        uint32_t was = in_total(p, p->last[b], g->way);
        if ((was == RELEASE_NONE) != arrivals)
            continue;
        if (out)
            out[n] = (struct release_member){b, arrivals ? 0 : p->item[was].submission,
                r->body[b].submission, it->answered};
        n++;
    }
    return n;
}

err survey_release_next(struct release *r, struct arena *scratch, size_t panel,
    const struct release_group *g, struct release_block *out)
{
    struct release_panel *p = &r->panel[panel];
    *out = (struct release_block){0};
    for (int arrivals = 1; arrivals >= 0; arrivals--) {
        size_t n = collect(r, p, g, arrivals, NULL);
        uint32_t point = p->blocks + 1;
        if (n < RELEASE_LEAST)
            continue;
        out->v = ARENA_ARRAY(scratch, struct release_member, n);
        if (!out->v)
            return ERR(NOMEM);
        collect(r, p, g, arrivals, out->v);
        for (size_t i = 0; i < n; i++)
            put_into(p, p->last[out->v[i].body], g->way, 0, point);
        p->blocks++;
        if (r->is_safe(scratch, p, point)) {
            out->n = n;
            out->point = point;
            return OK;
        }
        p->blocks--;
        for (size_t i = 0; i < n; i++)
            put_into(p, p->last[out->v[i].body], g->way, point, 0);
    }
    return OK;
}

err survey_release_replay(struct release *r, struct arena *scratch, size_t panel,
    enum release_way way, struct release_block *block, bool *safe)
{
    struct release_panel *p = &r->panel[panel];
    block->point = ++p->blocks;
    for (size_t i = 0; i < block->n; i++) {
        struct release_member *m = &block->v[i];
        uint32_t item = p->last[m->body];
        if (item == RELEASE_NONE || p->item[item].submission < m->submission) {
            TRY(add_item(r, p, m->body, m->submission, m->answered));
            item = p->last[m->body];
        }
        while (item != RELEASE_NONE && p->item[item].submission != m->submission)
            item = p->item[item].before;
        if (item == RELEASE_NONE || p->item[item].block[way])
            return ERR(CONFLICT);
        uint32_t was = in_total(p, item, way);
        m->before = was == RELEASE_NONE ? 0 : p->item[was].submission;
        put_into(p, item, way, 0, block->point);
    }
    if (safe)
        *safe = block->n >= RELEASE_LEAST && r->is_safe(scratch, p, block->point);
    return OK;
}

void survey_release_bind(
    struct release *r, uint32_t body, int64_t submission, int64_t class, int64_t pref)
{
    for (size_t i = 0; i < r->n_panels; i++) {
        const struct release_panel *p = &r->panel[i];
        uint32_t item = p->last[body];
        while (item != RELEASE_NONE && p->item[item].before != RELEASE_NONE)
            item = p->item[item].before;
        if (item == RELEASE_NONE || p->item[item].submission != submission)
            continue;
        r->body[body].group[RELEASE_CLASS] = class;
        r->body[body].group[RELEASE_PREF] = pref;
    }
}
