/* SPDX-License-Identifier: Apache-2.0 */
/* The released totals on the writer: what a submission or withdrawal lets out; and their reading.
 *
 * The writer keeps the graph of a survey in memory beside its connection. The row of release_state
 * says which moment that memory stands for; after a start, or after a job that was undone, it does
 * not fit, and everything is read anew. */
#include "survey/survey_release_private.h"

static const char memory_kind; /* its address marks the graphs in the connection's cache */

enum { MEMORY = 96 << 20, SCRATCH = 96 << 20, CELLS = 1 << 20 };

struct memory {
    struct arena *self;  /* of this struct */
    struct arena *arena; /* of all it points to */
    int64_t version; /* 0: read it anew */
    const struct catalog *catalog;
    struct panels panels;
    struct release r;
    int64_t *body;   /* rising ids */
    str **answers;   /* of the submission in force, or NULL */
};

struct stepping {
    struct tx *tx;
    struct db *db;
    survey_id survey;
    struct memory *m;
    struct arena *scratch;
};

/* ── reading it anew ── */

err survey_release_answers(
    struct db *db, struct arena *a, const struct catalog *c, int64_t submission, str *out)
{
    struct fact *facts = ARENA_ARRAY(a, struct fact, c->n_items);
    bool *asked = ARENA_ARRAY(a, bool, c->n_items);
    if (!facts || !asked)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT f.question, f.value, f.basis, f.id FROM submission t JOIN response r ON r.id=t.response"
            " JOIN fact f ON f.occasion=r.survey AND f.body=r.body AND f.organ=r.organ"
            " AND f.id<=t.horizon"
            " WHERE t.id=$1 ORDER BY f.question, f.id"),
        V(submission))
    {
        const struct question *q = form_item_by_id(c, (question_id){row_i64(&r, 0)});
        if (q)
            facts[q - c->item] = (struct fact){.id = row_i64(&r, 3), .value = row_str(a, &r, 1),
                .basis = (enum basis)row_i64(&r, 2)};
    }
    TRY(db_status(db));
    form_asked(c, facts, asked);
    for (size_t i = 0; i < c->n_items; i++)
        if (asked[i] && form_counts(&c->item[i]))
            out[i] = facts[i].value;
    return OK;
}

static err put_in_force(struct stepping *s, uint32_t body, int64_t submission, int64_t class,
    int64_t pref)
{
    struct memory *m = s->m;
    bool *answered = ARENA_ARRAY(s->scratch, bool, m->panels.n);
    str *values = ARENA_ARRAY(m->arena, str, m->catalog->n_items);
    if (!answered || !values)
        return ERR(NOMEM);
    TRY(survey_release_answers(s->db, m->arena, m->catalog, submission, values));
    answered[0] = true;
    for (size_t i = 1; i < m->panels.n; i++)
        answered[i] = values[m->panels.item[i] - m->catalog->item].n > 0;
    m->answers[body] = values;
    return survey_release_submit(&m->r, body, class, pref, submission, answered);
}

static err read_bodies(struct stepping *s)
{
    struct memory *m = s->m;
    size_t n = 0;
    DB_ONE(s->db, count, SQL("SELECT COUNT(*) FROM response WHERE survey=$1 AND organ=0"),
        V(s->survey.v));
    size_t most = (size_t)row_i64(&count, 0);
    m->body = ARENA_ARRAY(m->arena, int64_t, most);
    m->answers = ARENA_ARRAY(m->arena, str *, most);
    if (!m->body || !m->answers)
        return ERR(NOMEM);
    DB_EACH(s->db, r,
        SQL("SELECT body FROM response WHERE survey=$1 AND organ=0 ORDER BY body"), V(s->survey.v))
    {
        if (n == most)
            return ERR(BUG);
        m->body[n++] = row_i64(&r, 0);
    }
    TRY(db_status(s->db));
    return survey_release_init(&m->r, m->arena, n, m->panels.n);
}

static err read_blocks(struct stepping *s)
{
    struct memory *m = s->m;
    struct release_block block;
    DB_EACH(s->db, r,
        SQL("SELECT question, way, members FROM release_block WHERE survey=$1 ORDER BY id"),
        V(s->survey.v))
    {
        size_t panel = 0;
        while (panel < m->panels.n && (panel ? m->panels.item[panel]->id.v : 0) != row_i64(&r, 0))
            panel++;
        if (panel == m->panels.n)
            return ERR(BUG);
        TRY(survey_release_members_parse(s->scratch, row_view(&r, 2), m->body, m->r.n_bodies, &block));
        TRY(survey_release_replay(
            &m->r, s->scratch, panel, (enum release_way)row_i64(&r, 1), &block, NULL));
    }
    return db_status(s->db);
}

static uint32_t body_at(const struct memory *m, uint32_t from, int64_t id)
{
    while (from < m->r.n_bodies && m->body[from] < id)
        from++;
    return from;
}

static err read_groups(struct stepping *s)
{
    uint32_t body = 0;
    DB_EACH(s->db, r,
        SQL("SELECT r.body, t.id, t.class, t.pref FROM response r JOIN submission t"
            " ON t.response=r.id WHERE r.survey=$1 AND r.organ=0 ORDER BY r.body, t.id"),
        V(s->survey.v))
    {
        body = body_at(s->m, body, row_i64(&r, 0));
        if (body == s->m->r.n_bodies)
            return ERR(BUG);
        survey_release_bind(&s->m->r, body, row_i64(&r, 1), row_i64(&r, 2), row_i64(&r, 3));
    }
    return db_status(s->db);
}

static err read_in_force(struct stepping *s)
{
    uint32_t body = 0;
    DB_EACH(s->db, r,
        SQL("SELECT r.body, t.id, t.class, t.pref FROM response r JOIN submission t"
            " ON t.id=r.submission WHERE r.survey=$1 AND r.organ=0 ORDER BY r.body"),
        V(s->survey.v))
    {
        body = body_at(s->m, body, row_i64(&r, 0));
        if (body == s->m->r.n_bodies)
            return ERR(BUG);
        TRY(put_in_force(s, body, row_i64(&r, 1), row_i64(&r, 2), row_i64(&r, 3)));
    }
    return db_status(s->db);
}

static err read_anew(struct stepping *s)
{
    struct memory *m = s->m;
    struct survey survey;
    arena_free(m->arena);
    *m = (struct memory){.self = m->self, .arena = arena_new(MEMORY)};
    if (!m->arena)
        return ERR(NOMEM);
    TRY(survey_get(s->db, s->scratch, s->survey, &survey));
    TRY(form_catalog_get(s->db, survey.catalog, &m->catalog));
    TRY(survey_panels_of(m->arena, m->catalog, &m->panels));
    TRY(read_bodies(s));
    TRY(read_blocks(s));
    TRY(read_groups(s));
    return read_in_force(s);
}

static void drop_memory(void *p)
{
    struct memory *m = p;
    arena_free(m->arena);
    arena_free(m->self);
}

static err find_memory(struct stepping *s)
{
    s->m = db_cached(s->db, &memory_kind, s->survey.v);
    if (s->m)
        return OK;
    struct arena *self = arena_new(4096);
    s->m = self ? ARENA_NEW(self, struct memory) : NULL;
    if (!s->m) {
        arena_free(self);
        return ERR(NOMEM);
    }
    s->m->self = self;
    return db_cache(s->db, &memory_kind, s->survey.v, s->m, drop_memory);
}

/* ── letting out ── */

static err load_total(struct stepping *s, enum release_total way, int64_t grp,
    const struct question *only, struct released *out)
{
    TRY(survey_released_init(s->scratch, s->m->catalog, out));
    DB_EACH(s->db, r,
        SQL("SELECT bodies, cells FROM release_total WHERE survey=$1 AND way=$2 AND grp=$3"
            " AND question=$4"),
        V(s->survey.v, way, grp, only ? only->id.v : 0))
    {
        out->bodies = row_i64(&r, 0);
        TRY(survey_released_parse(s->scratch, s->m->catalog, row_str(s->scratch, &r, 1), out));
    }
    return db_status(s->db);
}

static err move_answers(struct stepping *s, struct released *t, const struct question *only,
    const str *values, int64_t sign)
{
    const struct catalog *c = s->m->catalog;
    for (size_t i = 0; i < c->n_items; i++)
        if (survey_panel_has(only, &c->item[i]))
            TRY(survey_released_move(s->scratch, &t->item[i], &c->item[i], values[i], sign));
    return OK;
}

static err add_block(struct stepping *s, struct released *t, const struct question *only,
    const struct release_block *block)
{
    for (size_t i = 0; i < block->n; i++) {
        const struct release_member *m = &block->v[i];
        TRY(move_answers(s, t, only, s->m->answers[m->body], +1));
        t->bodies += m->before == 0;
        if (m->before == 0)
            continue;
        str *was = ARENA_ARRAY(s->scratch, str, s->m->catalog->n_items);
        if (!was)
            return ERR(NOMEM);
        TRY(survey_release_answers(s->db, s->scratch, s->m->catalog, m->before, was));
        TRY(move_answers(s, t, only, was, -1));
    }
    return OK;
}

static err save_total(struct stepping *s, enum release_total way, int64_t grp,
    const struct question *only, const struct release_block *block)
{
    struct released t;
    BUF_AUTO cells = BUF(CELLS);
    TRY(load_total(s, way, grp, only, &t));
    TRY(add_block(s, &t, only, block));
    survey_released_put(&cells, s->m->catalog, &t, only);
    TRY(buf_status(&cells));
    return db_exec(s->tx,
        SQL("INSERT INTO release_total (survey, way, grp, question, bodies, at, cells)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (survey, way, grp, question)"
            " DO UPDATE SET bodies=excluded.bodies, at=excluded.at, cells=excluded.cells"),
        V(s->survey.v, way, grp, only ? only->id.v : 0, t.bodies, tx_now(s->tx),
            buf_view(&cells)));
}

static err save_block(struct stepping *s, enum release_way way, int64_t grp,
    const struct question *only, const struct release_block *block)
{
    BUF_AUTO members = BUF(CELLS);
    for (size_t i = 0; i < block->n; i++)
        buf_fmt(&members, "%s%lld:%lld:%d", i ? " " : "", (long long)s->m->body[block->v[i].body],
            (long long)block->v[i].submission, block->v[i].answered);
    TRY(buf_status(&members));
    TRY(db_exec(s->tx,
        SQL("INSERT INTO release_block (id, survey, question, way, grp, at, members)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(tx_id(s->tx), s->survey.v, only ? only->id.v : 0, way, grp, tx_now(s->tx),
            buf_view(&members))));
    TRY(save_total(s, (enum release_total)way, grp, only, block));
    return save_total(s, (enum release_total)(TOTAL_NATION + way), 0, only, block);
}

static err let_out(struct stepping *s, enum release_way way, int64_t grp)
{
    struct release_group group;
    TRY(survey_release_group_of(&s->m->r, s->scratch, way, grp, &group));
    for (size_t panel = 0; panel < s->m->panels.n; panel++) {
        for (struct release_block block = {.n = 1}; block.n;) {
            TRY(survey_release_next(&s->m->r, s->scratch, panel, &group, &block));
            if (block.n)
                TRY(save_block(s, way, grp, s->m->panels.item[panel], &block));
        }
    }
    return OK;
}

/* ── a step ── */

static err find_version(struct stepping *s, int64_t *version)
{
    *version = 0;
    DB_EACH(s->db, r, SQL("SELECT version FROM release_state WHERE survey=$1"), V(s->survey.v))
    *version = row_i64(&r, 0);
    return db_status(s->db);
}

/* The one response whose submission has changed since; its body as an index. */
static err take_change(struct stepping *s, int64_t response, uint32_t *body)
{
    struct memory *m = s->m;
    DB_ONE(s->db, r,
        SQL("SELECT r.body, COALESCE(t.id, 0), COALESCE(t.class, 0), COALESCE(t.pref, 0)"
            " FROM response r LEFT JOIN submission t ON t.id=r.submission WHERE r.id=$1"),
        V(response));
    *body = body_at(m, 0, row_i64(&r, 0));
    if (*body == m->r.n_bodies || m->body[*body] != row_i64(&r, 0))
        return ERR(BUG);
    int64_t submission = row_i64(&r, 1);
    if (submission == m->r.body[*body].submission)
        return OK;
    if (submission)
        return put_in_force(s, *body, submission, row_i64(&r, 2), row_i64(&r, 3));
    survey_release_withdraw(&m->r, *body);
    return OK;
}

static err step(struct stepping *s, int64_t response)
{
    uint32_t body;
    int64_t version, next = tx_id(s->tx);
    TRY(find_version(s, &version));
    if (version == 0 || version != s->m->version || arena_used(s->m->arena) > MEMORY / 2)
        TRY(read_anew(s));
    s->m->version = 0; /* until all of it is done */
    TRY(take_change(s, response, &body));
    const struct release_body *b = &s->m->r.body[body];
    for (enum release_way way = 0; b->submission && way < RELEASE_WAYS; way++)
        TRY(let_out(s, way, b->group[way]));
    TRY(db_exec(s->tx,
        SQL("INSERT INTO release_state (survey, version) VALUES ($1, $2)"
            " ON CONFLICT (survey) DO UPDATE SET version=excluded.version"),
        V(s->survey.v, next)));
    s->m->version = next;
    return OK;
}

err survey_release_step(struct tx *tx, survey_id id, int64_t response)
{
    ARENA_AUTO scratch = arena_new(SCRATCH);
    struct stepping s = {.tx = tx, .db = tx_db(tx), .survey = id, .scratch = scratch};
    if (!scratch)
        return ERR(NOMEM);
    TRY(find_memory(&s));
    return step(&s, response);
}

/* ── reading ── */

static err read_panel(struct db *db, struct arena *a, const struct catalog *c,
    const struct rows *r, struct released *out)
{
    int64_t question = row_i64(r, 0), bodies = row_i64(r, 1);
    struct released part;
    TRY(survey_released_init(a, c, &part));
    TRY(survey_released_parse(a, c, row_str(a, r, 3), &part));
    if (question == 0 && bodies > out->bodies) {
        out->bodies = bodies;
        out->at = row_i64(r, 2);
    }
    for (size_t i = 0; i < c->n_items; i++) {
        bool meant = question ? c->item[i].id.v == question : survey_panel_has(NULL, &c->item[i]);
        if (meant && bodies > out->item[i].bodies) {
            out->item[i] = part.item[i];
            out->item[i].bodies = bodies;
        }
    }
    return db_status(db);
}

err survey_release_get(struct db *db, struct arena *a, survey_id id, const struct catalog *c,
    enum release_total way, int64_t grp, struct released *out)
{
    TRY(survey_released_init(a, c, out));
    DB_EACH(db, r,
        SQL("SELECT question, bodies, at, cells FROM release_total WHERE survey=$1"
            " AND (way=$2 OR (CAST($2 AS BIGINT)=2 AND way=3)) AND grp=$3 ORDER BY way, question"),
        V(id.v, way, grp))
    TRY(read_panel(db, a, c, &r, out));
    return db_status(db);
}
