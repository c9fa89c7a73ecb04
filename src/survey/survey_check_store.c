/* SPDX-License-Identifier: Apache-2.0 */
/* Checks: totals, progress and frozen hashes computed anew from the facts, and compared. */
#include "survey/survey_private.h"

enum { SLOTS = 1 << 19, ARENA = 256 << 20 };

struct cell {
    int64_t rev, pref, class, basis, accepted;
    str answer;
    int64_t n, total;
    bool seen;
};

struct checking {
    struct db *db;
    struct arena *a;
    struct check_report *report;
    const struct survey *survey;
    const struct catalog *catalog;
    struct cell *cells; /* open addressing; answer.n == 0: free */
    size_t used;
};

static void find(struct checking *c, const char *what, int64_t body, str detail)
{
    c->report->problems++;
    if (c->report->problems <= 50)
        buf_fmt(c->report->lines, "survey %lld: %s, body %lld: %.*s\n",
            (long long)c->survey->id.v, what, (long long)body, STR_F(str_sub(detail, 0, 200)));
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 29;
}

static struct cell *cell_of(struct checking *c, const struct cell *key)
{
    uint64_t h = mix(mix(mix(mix(1, (uint64_t)key->rev), (uint64_t)key->pref),
                         (uint64_t)key->class), (uint64_t)key->basis);
    h = mix(h, (uint64_t)key->accepted);
    for (size_t i = 0; i < key->answer.n; i++)
        h = mix(h, (uint8_t)key->answer.p[i]);
    for (size_t i = h % SLOTS;; i = (i + 1) % SLOTS) {
        struct cell *s = &c->cells[i];
        if (s->answer.n == 0 && c->used < SLOTS - 1) {
            *s = *key;
            s->answer = str_dup(c->a, key->answer);
            c->used++;
            return s;
        }
        if (s->answer.n == 0)
            return NULL;
        if (s->rev == key->rev && s->pref == key->pref && s->class == key->class &&
            s->basis == key->basis && s->accepted == key->accepted && str_eq(s->answer, key->answer))
            return s;
    }
}

/* ── one response ── */

struct counted {
    int64_t response, body, organ, pref, class;
    bool submitted, accepted;
    struct fact *facts; /* a slot per item */
    struct item *items;
    bool *asked;
};

static err count_cells(struct checking *c, const struct counted *r)
{
    struct cube_cell cells[CUBE_CELLS];
    for (size_t i = 0; i < c->catalog->n_items; i++) {
        const struct question *q = &c->catalog->item[i];
        if (!form_counts(q) || r->facts[i].id == 0 || !r->asked[i])
            continue;
        size_t n = survey_cube_cells(q, r->facts[i].value, cells);
        for (size_t k = 0; k < n; k++) {
            struct cell key = {.rev = q->rev, .pref = r->pref, .class = r->class,
                .basis = r->facts[i].basis, .accepted = r->accepted, .answer = cells[k].answer};
            struct cell *cell = cell_of(c, &key);
            if (!cell)
                return ERR(LIMIT);
            cell->n++;
            cell->total += cells[k].total;
        }
    }
    return OK;
}

static err check_progress(struct checking *c, const struct counted *r)
{
    struct progress want;
    size_t rows = 0;
    survey_progress_count(c->catalog, r->facts, r->asked, &want);
    DB_EACH(c->db, p,
        SQL("SELECT area, total, done, needed, needed_done FROM progress WHERE response=$1"),
        V(r->response))
    {
        rows++;
        for (size_t i = 0; i < want.n; i++) {
            const struct area_progress *w = &want.area[i];
            if (str_eq(w->area, row_view(&p, 0)) &&
                (w->total != row_i64(&p, 1) || w->done != row_i64(&p, 2) ||
                    w->needed != row_i64(&p, 3) || w->needed_done != row_i64(&p, 4)))
                find(c, "progress differs from the facts", r->body, w->area);
        }
    }
    if (rows != want.n)
        find(c, "progress of an area is missing", r->body, STR_NONE);
    return db_status(c->db);
}

static err check_hash(struct checking *c, const struct counted *r, str stored)
{
    uint8_t hash[32];
    struct sheet sheet = {.catalog = c->catalog, .item = r->items};
    for (size_t i = 0; i < c->catalog->n_items; i++)
        r->items[i] = (struct item){.q = &c->catalog->item[i],
            .now = r->facts[i],
            .state = r->asked[i] ? ITEM_DECLARED : ITEM_NOT_ASKED};
    survey_sheet_hash(&sheet, hash);
    if (stored.n != sizeof hash || memcmp(stored.p, hash, sizeof hash) != 0)
        find(c, "a submission no longer gives its hash", r->body, STR_NONE);
    return OK;
}

static err load_facts(struct checking *c, struct arena *a, const struct counted *r, int64_t horizon)
{
    memset(r->facts, 0, c->catalog->n_items * sizeof *r->facts);
    DB_EACH(c->db, f,
        SQL("SELECT id, question, value, basis FROM fact WHERE occasion=$1 AND body=$2 AND id<=$3"
            " AND organ=$4 ORDER BY question, id"),
        V(c->survey->id.v, r->body, horizon ? horizon : INT64_MAX, r->organ))
    {
        const struct question *q = form_item_by_id(c->catalog, (question_id){row_i64(&f, 1)});
        if (!q) {
            find(c, "a fact without its item", r->body, STR_NONE);
            continue;
        }
        r->facts[q - c->catalog->item] = (struct fact){.id = row_i64(&f, 0),
            .value = row_str(a, &f, 2),
            .basis = (enum basis)row_i64(&f, 3)};
    }
    return db_status(c->db);
}

static err check_responses(struct checking *c)
{
    struct counted r = {.facts = ARENA_ARRAY(c->a, struct fact, c->catalog->n_items),
        .items = ARENA_ARRAY(c->a, struct item, c->catalog->n_items),
        .asked = ARENA_ARRAY(c->a, bool, c->catalog->n_items)};
    if (!r.facts || !r.items || !r.asked)
        return ERR(NOMEM);
    DB_EACH(c->db, row,
        SQL("SELECT r.id, r.body, r.state, COALESCE(t.pref, 0), COALESCE(t.class, 0),"
            " COALESCE(t.horizon, 0), t.hash, r.organ FROM response r"
            " LEFT JOIN submission t ON t.id=r.submission WHERE r.survey=$1 ORDER BY r.body"),
        V(c->survey->id.v))
    {
        ARENA_AUTO a = arena_new(8 << 20);
        if (!a)
            return ERR(NOMEM);
        r.response = row_i64(&row, 0);
        r.body = row_i64(&row, 1);
        r.organ = row_i64(&row, 7);
        r.submitted =
            survey_response_is_counted((enum response_state)row_i64(&row, 2));
        r.accepted = row_i64(&row, 2) == RESPONSE_ACCEPTED;
        r.pref = row_i64(&row, 3);
        r.class = row_i64(&row, 4);
        TRY(load_facts(c, a, &r, r.submitted ? row_i64(&row, 5) : 0));
        form_asked(c->catalog, r.facts, r.asked);
        TRY(check_progress(c, &r));
        if (r.submitted) {
            TRY(check_hash(c, &r, row_view(&row, 6)));
            if (r.organ == 0) /* totals are of bodies */
                TRY(count_cells(c, &r));
        }
    }
    return db_status(c->db);
}

/* ── the cube ── */

static err check_cube(struct checking *c)
{
    size_t seen = 0;
    DB_EACH(c->db, r,
        SQL("SELECT question_rev, pref, class, answer, basis, n, total, accepted FROM cube"
            " WHERE survey=$1 AND (n<>0 OR total<>0)"),
        V(c->survey->id.v))
    {
        struct cell key = {.rev = row_i64(&r, 0), .pref = row_i64(&r, 1), .class = row_i64(&r, 2),
            .basis = row_i64(&r, 4), .accepted = row_i64(&r, 7), .answer = row_view(&r, 3)};
        struct cell *cell = cell_of(c, &key);
        if (!cell)
            return ERR(LIMIT);
        cell->seen = true;
        seen++;
        if (cell->n != row_i64(&r, 5) || cell->total != row_i64(&r, 6))
            find(c, "a total differs from the facts", key.pref, key.answer);
    }
    if (seen != c->used)
        find(c, "totals are missing", 0, STR_NONE);
    return db_status(c->db);
}

static err check_survey(struct db *db, const struct survey *s, struct check_report *report)
{
    ARENA_AUTO a = arena_new(ARENA);
    if (!a)
        return ERR(NOMEM);
    struct checking c = {.db = db, .a = a, .report = report, .survey = s,
        .cells = ARENA_ARRAY(a, struct cell, SLOTS)};
    if (!c.cells)
        return ERR(NOMEM);
    TRY(form_catalog_get(db, s->catalog, &c.catalog));
    TRY(check_responses(&c));
    TRY(check_cube(&c));
    buf_fmt(report->lines, "survey %lld: %zu totals recomputed\n", (long long)s->id.v, c.used);
    return OK;
}

err survey_check(struct db *db, struct arena *a, struct check_report *report)
{
    struct survey_list all;
    TRY(survey_all(db, a, &all));
    for (size_t i = 0; i < all.n; i++)
        TRY(check_survey(db, &all.v[i], report));
    return OK;
}
