/* SPDX-License-Identifier: Apache-2.0 */
/* Checks: every block released again in its order under the rule, and the totals of other bodies
 * computed anew from the facts. */
#include "survey/survey_release_private.h"

enum { SCRATCH = 64 << 20, GROUPS = 64 };

struct known {
    int64_t submission;
    str *values;
    struct known *next;
};

struct checking {
    struct db *db;
    struct arena *a;
    struct check_report *report;
    const struct survey *survey;
    const struct catalog *catalog;
    struct panels panels;
    struct release r;
    int64_t *body;
    struct known **known; /* of each body: its submissions that were read */
    struct released *total[TOTAL_WAYS][GROUPS]; /* by panel */
};

static void find(struct checking *c, const char *what, int64_t way, int64_t grp)
{
    c->report->problems++;
    if (c->report->problems <= 50)
        buf_fmt(c->report->lines, "survey %lld: %s, way %lld, group %lld\n",
            (long long)c->survey->id.v, what, (long long)way, (long long)grp);
}

static struct released *total_of(
    struct checking *c, int64_t way, int64_t grp, size_t panel)
{
    struct released **all = &c->total[way][grp];
    if (!*all)
        *all = ARENA_ARRAY(c->a, struct released, c->panels.n);
    if (!*all)
        return NULL;
    struct released *t = &(*all)[panel];
    return t->item || !err_is(survey_released_init(c->a, c->catalog, t)) ? t : NULL;
}

static err add_answers(struct checking *c, struct released *t, size_t panel, const str *values,
    int64_t sign)
{
    for (size_t i = 0; i < c->catalog->n_items; i++)
        if (survey_panel_has(c->panels.item[panel], &c->catalog->item[i]))
            TRY(survey_released_move(c->a, &t->item[i], &c->catalog->item[i], values[i], sign));
    return OK;
}

struct row {
    int64_t way, grp;
    size_t panel;
};

/* The submission is one of that body, from that group, and answers as the block says. */
static err check_member(struct checking *c, const struct row *row, const struct release_member *m,
    const str *values)
{
    const struct question *only = c->panels.item[row->panel];
    bool answered = !only || values[only - c->catalog->item].n > 0;
    bool fits = false;
    DB_EACH(c->db, r,
        SQL("SELECT r.body, t.class, t.pref FROM submission t JOIN response r ON r.id=t.response"
            " WHERE t.id=$1 AND r.survey=$2"),
        V(m->submission, c->survey->id.v))
    fits = row_i64(&r, 0) == c->body[m->body] &&
        row_i64(&r, row->way == RELEASE_CLASS ? 1 : 2) == row->grp;
    if (!fits || answered != m->answered)
        find(c, "a released answer is not what was submitted", row->way, row->grp);
    return db_status(c->db);
}

/* The answers of a submission, read once. */
static err answers_of(struct checking *c, uint32_t body, int64_t submission, const str **out)
{
    struct known *k = c->known[body];
    while (k && k->submission != submission)
        k = k->next;
    if (!k) {
        k = ARENA_NEW(c->a, struct known);
        str *values = ARENA_ARRAY(c->a, str, c->catalog->n_items);
        if (!k || !values)
            return ERR(NOMEM);
        *k = (struct known){submission, values, c->known[body]};
        c->known[body] = k;
        TRY(survey_release_answers(c->db, c->a, c->catalog, submission, values));
    }
    *out = k->values;
    return OK;
}

static err add_member(struct checking *c, const struct row *row, const struct release_member *m)
{
    const str *now, *was = NULL;
    const int64_t ways[][2] = {{row->way, row->grp}, {TOTAL_NATION + row->way, 0}};
    TRY(answers_of(c, m->body, m->submission, &now));
    if (m->before)
        TRY(answers_of(c, m->body, m->before, &was));
    TRY(check_member(c, row, m, now));
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        struct released *t = total_of(c, ways[i][0], ways[i][1], row->panel);
        if (!t)
            return ERR(NOMEM);
        TRY(add_answers(c, t, row->panel, now, +1));
        if (was)
            TRY(add_answers(c, t, row->panel, was, -1));
        t->bodies += m->before == 0;
    }
    return OK;
}

static size_t panel_of(const struct checking *c, int64_t question)
{
    size_t panel = 0;
    while (panel < c->panels.n && (panel ? c->panels.item[panel]->id.v : 0) != question)
        panel++;
    return panel;
}

static err check_block(struct checking *c, const struct row *row, str members)
{
    ARENA_AUTO scratch = arena_new(SCRATCH);
    struct release_block block;
    bool safe;
    if (!scratch)
        return ERR(NOMEM);
    err e = survey_release_members_parse(scratch, members, c->body, c->r.n_bodies, &block);
    if (!err_is(e))
        e = survey_release_replay(
            &c->r, scratch, row->panel, (enum release_way)row->way, &block, &safe);
    if (e.code == ERR_INVALID || e.code == ERR_CONFLICT) {
        find(c, "a block cannot have been released", row->way, row->grp);
        return OK;
    }
    TRY(e);
    if (!safe)
        find(c, "a block was released against the rule", row->way, row->grp);
    for (size_t i = 0; i < block.n; i++)
        TRY(add_member(c, row, &block.v[i]));
    return OK;
}

static err check_blocks(struct checking *c)
{
    DB_EACH(c->db, r,
        SQL("SELECT question, way, grp, members FROM release_block WHERE survey=$1 ORDER BY id"),
        V(c->survey->id.v))
    {
        struct row row = {row_i64(&r, 1), row_i64(&r, 2), panel_of(c, row_i64(&r, 0))};
        if (row.panel == c->panels.n || row.way < 0 || row.way >= RELEASE_WAYS || row.grp < 0 ||
            row.grp >= GROUPS) {
            find(c, "a block of nothing", row.way, row.grp);
            continue;
        }
        TRY(check_block(c, &row, row_view(&r, 3)));
    }
    return db_status(c->db);
}

static err check_totals(struct checking *c)
{
    DB_EACH(c->db, r,
        SQL("SELECT way, grp, question, bodies, cells FROM release_total WHERE survey=$1"),
        V(c->survey->id.v))
    {
        BUF_AUTO cells = BUF(1 << 20);
        int64_t way = row_i64(&r, 0), grp = row_i64(&r, 1);
        size_t panel = panel_of(c, row_i64(&r, 2));
        bool known = panel < c->panels.n && way >= 0 && way < TOTAL_WAYS && grp >= 0 &&
            grp < GROUPS && c->total[way][grp];
        struct released *t = known ? &c->total[way][grp][panel] : NULL;
        if (t && t->item)
            survey_released_put(&cells, c->catalog, t, c->panels.item[panel]);
        TRY(buf_status(&cells));
        if (!t || t->bodies != row_i64(&r, 3) || !str_eq(buf_view(&cells), row_view(&r, 4)))
            find(c, "a released total differs from the facts", way, grp);
        if (t)
            t->at = 1; /* seen */
    }
    for (int64_t way = 0; way < TOTAL_WAYS; way++)
        for (int64_t grp = 0; grp < GROUPS; grp++)
            for (size_t i = 0; c->total[way][grp] && i < c->panels.n; i++)
                if (c->total[way][grp][i].bodies && !c->total[way][grp][i].at)
                    find(c, "a released total is missing", way, grp);
    return db_status(c->db);
}

static err check_bodies(struct checking *c)
{
    enum { MOST = 8000 };
    size_t n = 0;
    c->body = ARENA_ARRAY(c->a, int64_t, MOST);
    c->known = ARENA_ARRAY(c->a, struct known *, MOST);
    if (!c->body || !c->known)
        return ERR(NOMEM);
    DB_EACH(c->db, r,
        SQL("SELECT body FROM response WHERE survey=$1 AND organ=0 ORDER BY body LIMIT 8000"),
        V(c->survey->id.v))
    c->body[n++] = row_i64(&r, 0);
    TRY(db_status(c->db));
    return survey_release_init(&c->r, c->a, n, c->panels.n);
}

err survey_release_check(struct db *db, const struct survey *s, struct check_report *report)
{
    ARENA_AUTO a = arena_new(256 << 20);
    struct checking c = {.db = db, .a = a, .report = report, .survey = s};
    if (!a)
        return ERR(NOMEM);
    TRY(form_catalog_get(db, s->catalog, &c.catalog));
    TRY(survey_panels_of(a, c.catalog, &c.panels));
    TRY(check_bodies(&c));
    TRY(check_blocks(&c));
    return check_totals(&c);
}
