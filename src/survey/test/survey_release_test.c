/* SPDX-License-Identifier: Apache-2.0 */
/* Tries to solve for single bodies: random nations whose bodies submit, withdraw and submit again;
 * every total released on the way becomes a linear equation, and elimination modulo a prime of 61
 * bits looks for a combination that speaks of fewer than five bodies.
 * YAGURA_RELEASE_WORLDS: how many nations (a few hundred when it is absent). */
#include "test/fixture.h"

#include "survey/survey_release.h"

enum { PANELS = 2, BODIES = 48, EVENTS = 160, COLUMNS = 256, ROWS = 1024, GROUPS = 16 };

static const uint64_t PRIME = ((uint64_t)1 << 61) - 1;

static uint64_t times(uint64_t x, uint64_t y)
{
    __extension__ unsigned __int128 z = (unsigned __int128)x * y;
    uint64_t r = (uint64_t)(z & PRIME) + (uint64_t)(z >> 61);
    return r >= PRIME ? r - PRIME : r;
}

static uint64_t inverse(uint64_t x)
{
    uint64_t r = 1;
    for (uint64_t e = PRIME - 2; e; e >>= 1, x = times(x, x))
        if (e & 1)
            r = times(r, x);
    return r;
}

/* ── a nation, and all that was ever released of one panel ── */

struct world {
    struct arena *a;
    struct release r;
    uint64_t seed;
    size_t bodies, classes, prefs;
    int64_t class[BODIES], pref[BODIES];
    bool ordered;
    bool may_answer[BODIES]; /* who answers the panel that is not for all */
    int64_t next_submission;
    uint32_t body_of[COLUMNS]; /* of a submission, numbered from 1 */
    bool answers[COLUMNS];
    /* by panel: every total of every moment, one coefficient for each submission */
    struct equations {
        int8_t row[ROWS][COLUMNS];
        size_t n;
        int8_t now[RELEASE_WAYS][GROUPS][COLUMNS];
        int8_t nation[RELEASE_WAYS][COLUMNS];
    } *eq;
};

static uint64_t chance(struct world *w, uint64_t n)
{
    w->seed += 0x9E3779B97F4A7C15u;
    uint64_t h = w->seed;
    h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
    h = (h ^ h >> 27) * 0x94D049BB133111EBu;
    return (h ^ h >> 31) % n;
}

static void put_row(struct equations *eq, const int8_t *row)
{
    assert_true(eq->n < ROWS);
    memcpy(eq->row[eq->n++], row, COLUMNS);
}

static void note(struct equations *eq, enum release_way way, int64_t group,
    const struct release_block *b)
{
    for (size_t i = 0; i < b->n; i++) {
        int8_t *rows[] = {eq->now[way][group], eq->nation[way]};
        for (size_t k = 0; k < COUNT_OF(rows); k++) {
            rows[k][b->v[i].submission]++;
            if (b->v[i].before)
                rows[k][b->v[i].before]--;
        }
    }
    put_row(eq, eq->now[way][group]);
    put_row(eq, eq->nation[way]);
}

static void release_all(struct world *w, uint32_t body)
{
    for (size_t panel = 0; panel < PANELS; panel++) {
        for (enum release_way way = 0; way < RELEASE_WAYS; way++) {
            struct release_block b = {.n = 1};
            int64_t group = way == RELEASE_CLASS ? w->class[body] : w->pref[body];
            while (b.n) {
                ARENA_AUTO scratch = arena_new(4 << 20);
                struct release_group g;
                assert_ok(survey_release_group_of(&w->r, scratch, way, group, &g));
                assert_ok(survey_release_next(&w->r, scratch, panel, &g, &b));
                if (b.n)
                    note(&w->eq[panel], way, group, &b);
            }
        }
    }
}

static void submits(struct world *w, uint32_t body)
{
    int64_t s = w->next_submission++;
    assert_true(s < COLUMNS);
    w->body_of[s] = body;
    w->answers[s] = w->may_answer[body] && chance(w, 10) > 0;
    bool answered[PANELS] = {true, w->answers[s]};
    assert_ok(survey_release_submit(&w->r, body, w->class[body], w->pref[body], s, answered));
    release_all(w, body);
}

static void world_init(struct world *w, uint64_t seed, size_t most)
{
    *w = (struct world){.a = arena_new(32 << 20), .seed = seed, .next_submission = 1};
    w->bodies = 6 + chance(w, most - 5);
    w->classes = 1 + chance(w, 4);
    w->prefs = 1 + chance(w, 1 + w->bodies / 6);
    uint64_t answering = chance(w, 11);
    w->ordered = seed % 5 == 0;
    for (size_t b = 0; b < w->bodies; b++) {
        /* In the order of codes, or mixed; one class may live in one prefecture alone. */
        w->pref[b] = seed % 3 ? (int64_t)chance(w, w->prefs) : (int64_t)(b * w->prefs / w->bodies);
        w->class[b] = w->pref[b] == 0 && seed % 2 ? (int64_t)chance(w, w->classes)
            : (int64_t)chance(w, w->classes > 1 ? w->classes - 1 : 1);
        w->may_answer[b] = chance(w, 10) < answering;
    }
    w->eq = ARENA_ARRAY(w->a, struct equations, PANELS);
    assert_non_null(w->eq);
    assert_ok(survey_release_init(&w->r, w->a, w->bodies, PANELS));
}

/* Submissions, withdrawals and returns in any order. */
static void live(struct world *w, size_t events)
{
    for (size_t i = 0; i < events && w->next_submission < COLUMNS - 1; i++) {
        uint32_t body = w->ordered ? (uint32_t)(i % w->bodies) : (uint32_t)chance(w, w->bodies);
        if (w->r.body[body].submission == 0)
            submits(w, body);
        else if (chance(w, 3) == 0)
            survey_release_withdraw(&w->r, body);
    }
}

/* ── solving ── */

struct matrix {
    uint64_t v[COLUMNS][COLUMNS];
    size_t rows, cols;
    uint32_t body[COLUMNS]; /* of a column */
};

/* The rows of the columns that are kept, brought to a basis of what they span. */
static size_t eliminate(struct matrix *m, const bool *keep)
{
    size_t rank = 0;
    for (size_t c = 0; c < m->cols && rank < m->rows; c++) {
        size_t pivot = rank;
        if (keep && !keep[m->body[c]])
            continue;
        while (pivot < m->rows && m->v[pivot][c] == 0)
            pivot++;
        if (pivot == m->rows)
            continue;
        for (size_t k = c; k < m->cols && pivot != rank; k++) {
            uint64_t x = m->v[pivot][k];
            m->v[pivot][k] = m->v[rank][k];
            m->v[rank][k] = x;
        }
        uint64_t inv = inverse(m->v[rank][c]);
        for (size_t r = rank + 1; r < m->rows; r++) {
            uint64_t factor = times(m->v[r][c], inv);
            for (size_t k = c; factor && k < m->cols; k++)
                m->v[r][k] = (m->v[r][k] + PRIME - times(factor, m->v[rank][k])) % PRIME;
        }
        rank++;
    }
    return rank;
}

/* What the totals of a panel say. merged: an attacker who takes it that nobody changes an answer,
 * so that all submissions of a body are one unknown. Who does not answer is no unknown. */
static void read_totals(const struct world *w, size_t panel, bool merged, struct matrix *m)
{
    size_t column[COLUMNS], n = (size_t)w->next_submission;
    *m = (struct matrix){0};
    for (size_t s = 1; s < n; s++) {
        column[s] = merged ? w->body_of[s] : m->cols;
        m->body[column[s]] = w->body_of[s];
        m->cols += !merged;
    }
    m->cols = merged ? w->bodies : m->cols;
    const struct equations *eq = &w->eq[panel];
    for (size_t i = 0; i < eq->n; i++) {
        uint64_t *row = m->v[m->rows++];
        memset(row, 0, sizeof m->v[0]);
        for (size_t s = 1; s < n; s++)
            if (panel == 0 || w->answers[s])
                row[column[s]] = (row[column[s]] + (uint64_t)((int64_t)PRIME + eq->row[i][s])) % PRIME;
        if (m->rows == COLUMNS || i + 1 == eq->n)
            m->rows = eliminate(m, NULL);
        assert_true(m->rows < COLUMNS);
    }
}

/* Some combination of the totals speaks of these bodies alone. */
static bool speaks_of(const struct matrix *m, const uint32_t *bodies, size_t n)
{
    static struct matrix left;
    bool keep[BODIES];
    memset(keep, true, sizeof keep);
    for (size_t i = 0; i < n; i++)
        keep[bodies[i]] = false;
    left = *m;
    return eliminate(&left, keep) < m->rows;
}

/* Every single body; and sets of two to four of them, all or by chance. */
static bool is_solved(struct world *w, size_t panel, bool merged, size_t sets)
{
    static struct matrix m;
    read_totals(w, panel, merged, &m);
    for (uint32_t b = 0; b < w->bodies; b++)
        if (speaks_of(&m, &b, 1))
            return true;
    for (size_t i = 0; i < sets; i++) {
        uint32_t four[RELEASE_LEAST - 1];
        for (size_t k = 0; k < COUNT_OF(four); k++)
            four[k] = (uint32_t)chance(w, w->bodies);
        if (speaks_of(&m, four, COUNT_OF(four)))
            return true;
    }
    return false;
}

static bool leaks(struct world *w, size_t sets)
{
    for (size_t panel = 0; panel < PANELS; panel++)
        for (int merged = 0; merged < 2; merged++)
            if (is_solved(w, panel, merged, sets))
                return true;
    return false;
}

static size_t worlds(void)
{
    const char *z = getenv("YAGURA_RELEASE_WORLDS");
    int64_t n;
    return z && !err_is(parse_i64(str_of(z), 1, 1 << 30, &n)) ? (size_t)n : 150;
}

/* ── the tests ── */

static void no_body_can_be_solved_for(void **state)
{
    (void)state;
    size_t equations = 0, with_changes = 0;
    for (size_t i = 0; i < worlds(); i++) {
        struct world w;
        world_init(&w, i * 7919 + 1, i % 2 ? 16 : BODIES);
        live(&w, EVENTS);
        if (leaks(&w, i % 2 ? 60 : 10))
            fail_msg("nation %zu: fewer than five bodies can be solved for", i);
        equations += w.eq[0].n;
        for (uint32_t k = 0; k < w.r.panel[0].n; k++)
            with_changes += w.r.panel[0].item[k].before != RELEASE_NONE &&
                w.r.panel[0].item[k].block[RELEASE_CLASS];
        arena_free(w.a);
    }
    assert_true(equations > worlds() * 5); /* it is no rule of silence */
    assert_true(with_changes > worlds());
}

static bool five_are_enough(struct arena *a, const struct release_panel *p, uint32_t block)
{
    (void)a;
    (void)p;
    (void)block;
    return true;
}

/* As the rule, for all that answer or do not, but blind to who answers a single item. */
static bool blind_to_answers(struct arena *a, const struct release_panel *p, uint32_t block)
{
    struct release_panel all = *p;
    all.item = ARENA_ARRAY(a, struct release_item, p->n);
    assert_non_null(all.item);
    for (uint32_t i = 0; i < p->n; i++) {
        all.item[i] = p->item[i];
        all.item[i].answered = true;
    }
    return survey_release_is_safe(a, &all, block);
}

/* As the rule, but every correction counts as a body of its own. */
static bool blind_to_corrections(struct arena *a, const struct release_panel *p, uint32_t block)
{
    struct release_panel all = *p;
    all.item = ARENA_ARRAY(a, struct release_item, p->n);
    assert_non_null(all.item);
    for (uint32_t i = 0; i < p->n; i++) {
        all.item[i] = p->item[i];
        all.item[i].before = RELEASE_NONE;
        all.item[i].body = i;
    }
    return survey_release_is_safe(a, &all, block);
}

static void weaker_rules_are_found(void **state)
{
    static bool (*const rules[])(struct arena *, const struct release_panel *, uint32_t) = {
        five_are_enough, blind_to_answers, blind_to_corrections};
    (void)state;
    for (size_t k = 0; k < COUNT_OF(rules); k++) {
        size_t found = 0;
        for (size_t i = 0; i < 200 && found == 0; i++) {
            struct world w;
            world_init(&w, i * 7919 + 1, i % 2 ? 16 : BODIES);
            w.r.is_safe = rules[k];
            live(&w, EVENTS);
            found += leaks(&w, 60);
            arena_free(w.a);
        }
        if (!found)
            fail_msg("rule %zu went through", k);
    }
}

/* ── it releases what it can ── */

static size_t in_totals(const struct world *w, enum release_way way, int64_t group)
{
    size_t n = 0;
    for (uint32_t i = 0; i < w->r.panel[0].n; i++) {
        const struct release_item *it = &w->r.panel[0].item[i];
        n += it->before == RELEASE_NONE && it->block[way] &&
            (group < 0 || w->r.body[it->body].group[way] == group);
    }
    return n;
}

static void place(struct world *w, size_t bodies, size_t classes, size_t prefs)
{
    world_init(w, 1, BODIES);
    w->bodies = bodies;
    w->ordered = true;
    for (size_t b = 0; b < bodies; b++) {
        w->class[b] = (int64_t)(b % classes);
        w->pref[b] = (int64_t)(b / classes % prefs);
        w->may_answer[b] = true;
    }
    assert_ok(survey_release_init(&w->r, w->a, bodies, PANELS));
}

static void totals_step_by_five(void **state)
{
    (void)state;
    struct world w;
    place(&w, 30, 1, 1);
    for (uint32_t b = 0; b < 30; b++) {
        submits(&w, b);
        assert_int_equal(in_totals(&w, RELEASE_CLASS, 0), (b + 1) / 5 * 5);
        assert_int_equal(in_totals(&w, RELEASE_PREF, 0), (b + 1) / 5 * 5);
    }
    arena_free(w.a);
}

static void a_small_group_is_never_released(void **state)
{
    (void)state;
    struct world w;
    place(&w, 40, 4, 2);
    for (size_t b = 0; b < 40; b++) /* four villages; the others are towns and cities */
        w.class[b] = b % 10 == 0 ? 3 : (int64_t)(b % 3);
    live(&w, 40);
    assert_int_equal(in_totals(&w, RELEASE_CLASS, 3), 0);
    assert_true(in_totals(&w, RELEASE_PREF, -1) >= 30);
    assert_true(in_totals(&w, RELEASE_CLASS, -1) >= 25);
    assert_false(leaks(&w, 200));
    arena_free(w.a);
}

/* Everybody of a class lives in one prefecture: class and rest of the prefecture stay apart. */
static void wards_are_hidden_behind_their_prefecture(void **state)
{
    (void)state;
    struct world w;
    place(&w, 44, 2, 2);
    for (size_t b = 0; b < 44; b++) { /* 23 wards and 3 others, then a prefecture of others */
        w.class[b] = b < 23 ? 1 : 0;
        w.pref[b] = b < 26 ? 0 : 1;
    }
    live(&w, 44);
    assert_true(in_totals(&w, RELEASE_CLASS, 1) >= 20);
    assert_true(in_totals(&w, RELEASE_PREF, 0) >= 15);
    assert_false(leaks(&w, 200));
    arena_free(w.a);
}

static void corrections_come_five_at_a_time(void **state)
{
    (void)state;
    struct world w;
    place(&w, 30, 1, 1);
    for (uint32_t b = 0; b < 30; b++)
        submits(&w, b);
    size_t equations = w.eq[0].n;
    for (uint32_t b = 0; b < 4; b++) {
        survey_release_withdraw(&w.r, b);
        submits(&w, b);
    }
    assert_int_equal(w.eq[0].n, equations);
    survey_release_withdraw(&w.r, 4);
    assert_int_equal(w.eq[0].n, equations); /* taken back: still as it was */
    submits(&w, 4);
    assert_true(w.eq[0].n > equations);
    assert_false(leaks(&w, 200));
    arena_free(w.a);
}

/* What waited and was taken back is in no total. */
static void what_was_never_released_leaves_no_trace(void **state)
{
    (void)state;
    struct world w;
    place(&w, 12, 1, 1);
    for (uint32_t b = 0; b < 4; b++)
        submits(&w, b);
    survey_release_withdraw(&w.r, 0);
    submits(&w, 4);
    assert_int_equal(in_totals(&w, RELEASE_PREF, 0), 0);
    submits(&w, 5);
    assert_int_equal(in_totals(&w, RELEASE_PREF, 0), 5);
    for (size_t i = 0; i < w.eq[0].n; i++)
        assert_int_equal(w.eq[0].row[i][1], 0);
    submits(&w, 0); /* its second submission is the first one to count */
    assert_int_equal(w.r.panel[0].item[w.r.panel[0].last[0]].before, RELEASE_NONE);
    arena_free(w.a);
}

/* ── the whole nation ── */

static void the_nation_is_out_but_for_a_few(void **state)
{
    (void)state;
    enum { MOST = 1800 };
    for (int mixed = 0; mixed < 2; mixed++) {
        ARENA_AUTO a = arena_new(64 << 20);
        struct world dice = {.seed = 5};
        struct release r;
        uint32_t order[MOST];
        uint32_t n = 0, out[RELEASE_WAYS] = {0};
        while (org_bodies[n].code6)
            n++;
        assert_ok(survey_release_init(&r, a, n, 1));
        for (uint32_t i = 0; i < n; i++) {
            uint32_t at = mixed ? (uint32_t)chance(&dice, i + 1) : i;
            order[i] = order[at];
            order[at] = i;
        }
        for (uint32_t i = 0; i < n; i++) {
            const struct body_seed *b = &org_bodies[order[i]];
            int64_t pref, groups[RELEASE_WAYS];
            assert_ok(parse_i64(str_sub(str_of(b->code6), 0, 2), 1, 47, &pref));
            groups[RELEASE_CLASS] = b->class;
            groups[RELEASE_PREF] = pref;
            bool yes = true;
            assert_ok(survey_release_submit(&r, order[i], b->class, pref, i + 1, &yes));
            for (enum release_way way = 0; way < RELEASE_WAYS; way++) {
                ARENA_AUTO scratch = arena_new(8 << 20);
                struct release_block block;
                struct release_group g;
                assert_ok(survey_release_group_of(&r, scratch, way, groups[way], &g));
                assert_ok(survey_release_next(&r, scratch, 0, &g, &block));
            }
        }
        for (uint32_t i = 0; i < r.panel[0].n; i++)
            for (enum release_way way = 0; way < RELEASE_WAYS; way++)
                out[way] += r.panel[0].item[i].block[way] != 0;
        print_message("%s: %u of %u in the classes, %u in the prefectures\n",
            mixed ? "mixed" : "by code", out[0], n, out[1]);
        assert_true(out[RELEASE_CLASS] >= n * 97 / 100);
        assert_true(out[RELEASE_PREF] >= n * 85 / 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_body_can_be_solved_for),
        cmocka_unit_test(weaker_rules_are_found),
        cmocka_unit_test(totals_step_by_five),
        cmocka_unit_test(a_small_group_is_never_released),
        cmocka_unit_test(wards_are_hidden_behind_their_prefecture),
        cmocka_unit_test(corrections_come_five_at_a_time),
        cmocka_unit_test(what_was_never_released_leaves_no_trace),
        cmocka_unit_test(the_nation_is_out_but_for_a_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
