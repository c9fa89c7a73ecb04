/* SPDX-License-Identifier: Apache-2.0 */
/* A released total as a value: adding answers, and its form in the database. */
#include "survey/survey_release_private.h"

err survey_released_init(struct arena *a, const struct catalog *c, struct released *out)
{
    *out = (struct released){.item = ARENA_ARRAY(a, struct released_item, c->n_items)};
    return out->item ? OK : ERR(NOMEM);
}

static size_t most_cells(const struct question *q)
{
    return q->type == ANSWER_STATUS ? 4 : q->n_options + 1;
}

static err cell_move(struct arena *a, struct released_item *it, const struct question *q,
    str answer, int64_t n, int64_t total)
{
    size_t i = 0;
    if (!it->cell)
        it->cell = ARENA_ARRAY(a, struct released_cell, most_cells(q));
    if (!it->cell)
        return ERR(NOMEM);
    while (i < it->n_cells && !str_eq(it->cell[i].answer, answer))
        i++;
    if (i == it->n_cells) {
        if (i == most_cells(q))
            return ERR(INVALID);
        it->cell[i].answer = answer;
        it->n_cells++;
    }
    it->cell[i].n += n;
    it->cell[i].total += total;
    return OK;
}

err survey_released_move(
    struct arena *a, struct released_item *it, const struct question *q, str value, int64_t sign)
{
    struct cube_cell cells[CUBE_CELLS];
    size_t n = survey_cube_cells(q, value, cells);
    for (size_t i = 0; i < n; i++)
        TRY(cell_move(a, it, q, cells[i].answer, sign, sign * cells[i].total));
    return OK;
}

static int by_answer(const void *x, const void *y)
{
    const struct released_cell *p = x, *q = y;
    return str_cmp(p->answer, q->answer);
}

void survey_released_put(struct buf *b, const struct catalog *c, const struct released *t,
    const struct question *only)
{
    for (size_t i = 0; i < c->n_items; i++) {
        struct released_item *it = &t->item[i];
        if (!survey_panel_has(only, &c->item[i]) || it->n_cells == 0)
            continue;
        qsort(it->cell, it->n_cells, sizeof *it->cell, by_answer);
        for (size_t k = 0; k < it->n_cells; k++) {
            if (it->cell[k].n == 0 && it->cell[k].total == 0)
                continue;
            buf_i64(b, c->item[i].rev);
            buf_char(b, ' ');
            buf_str(b, it->cell[k].answer);
            buf_char(b, ' ');
            buf_i64(b, it->cell[k].n);
            buf_char(b, ' ');
            buf_i64(b, it->cell[k].total);
            buf_char(b, '\n');
        }
    }
}

err survey_released_parse(struct arena *a, const struct catalog *c, str cells, struct released *out)
{
    size_t i = 0;
    for (str line; str_cut(&cells, '\n', &line);) {
        str rev, answer, n_text;
        int64_t id, n, total;
        if (!str_cut(&line, ' ', &rev) || !str_cut(&line, ' ', &answer) ||
            !str_cut(&line, ' ', &n_text))
            return ERR(INVALID);
        TRY(parse_i64(rev, 0, INT64_MAX, &id));
        TRY(parse_i64(n_text, INT64_MIN, INT64_MAX, &n));
        TRY(parse_i64(line, INT64_MIN, INT64_MAX, &total));
        while (i < c->n_items && c->item[i].rev != id)
            i++;
        if (i == c->n_items)
            return ERR(INVALID); /* not in the order of the catalogue */
        TRY(cell_move(a, &out->item[i], &c->item[i], answer, n, total));
    }
    return OK;
}

/* ── panels ── */

bool survey_release_is_common(const struct question *q)
{
    return q->essential && q->cond_question.v == 0;
}

bool survey_panel_has(const struct question *only, const struct question *q)
{
    return form_counts(q) && (only ? only == q : survey_release_is_common(q));
}

err survey_panels_of(struct arena *a, const struct catalog *c, struct panels *out)
{
    *out = (struct panels){.item = ARENA_ARRAY(a, const struct question *, c->n_items + 1), .n = 1};
    if (!out->item)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_items; i++)
        if (form_counts(&c->item[i]) && !survey_release_is_common(&c->item[i]))
            out->item[out->n++] = &c->item[i];
    return OK;
}

/* ── members of a block ── */

static bool find_body(const int64_t *bodies, size_t n, int64_t id, uint32_t *out)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (bodies[mid] < id)
            low = mid + 1;
        else
            high = mid;
    }
    *out = (uint32_t)low;
    return low < n && bodies[low] == id;
}

err survey_release_members_parse(struct arena *a, str text, const int64_t *bodies, size_t n_bodies,
    struct release_block *out)
{
    size_t most = 1;
    for (size_t i = 0; i < text.n; i++)
        most += text.p[i] == ' ';
    *out = (struct release_block){.v = ARENA_ARRAY(a, struct release_member, most)};
    if (!out->v)
        return ERR(NOMEM);
    for (str one; str_cut(&text, ' ', &one);) {
        struct release_member *m = &out->v[out->n++];
        str body, submission;
        int64_t id;
        if (!str_cut(&one, ':', &body) || !str_cut(&one, ':', &submission))
            return ERR(INVALID);
        TRY(parse_i64(body, 0, INT64_MAX, &id));
        TRY(parse_i64(submission, 1, INT64_MAX, &m->submission));
        m->answered = str_eq(one, S("1"));
        if (!find_body(bodies, n_bodies, id, &m->body))
            return ERR(INVALID);
    }
    return OK;
}
