/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic answers for a demonstration: deterministic in the seed, each item's national rate at
 * the published one where there is one, stable from year to year, through the same write
 * functions a person uses. */
#include "survey/survey_private.h"

#include "core/noise.h"

enum { YEARS_MAX = 10, TEXTS = 4 };

struct making {
    const struct survey_demo *d;
    struct arena *a;
    struct arena *year_arena;
    int year;                  /* 0 .. years-1 */
    const struct catalog *catalog;
    struct survey survey;
    usec opened;               /* 09:00 of the first day */
    uint8_t *rank;             /* [item][body]: enum rank for status items */
    uint32_t *chosen;          /* [item][body]: options of multi-select items, a bit each */
    uint8_t *share;            /* of the catalogue a body has answered, percent; 99: complete, on
                                  its way through the body; 100: submitted */
    size_t from, to;           /* bodies of the job */
};

enum rank { RANK_DONE, RANK_PARTIAL, RANK_NONE, RANK_NA };

static uint64_t noise(const struct survey_demo *d, uint64_t x, uint64_t y, uint64_t z)
{
    return noise_of(d->seed, x, y, z);
}

/* Permanent for a question, whatever its place in a catalogue. */
static uint64_t code_key(str code)
{
    uint64_t h = 0;
    for (size_t i = 0; i < code.n; i++)
        h = h * 131 + (uint8_t)code.p[i];
    return h;
}

/* ── who has answered how much ── */

static void plan_shares(struct making *m)
{
    const struct survey_demo *d = m->d;
    bool current = m->year == d->years - 1;
    bool town = false;
    for (size_t b = 0; b < d->n_bodies; b++) {
        uint64_t h = noise(d, 7, (uint64_t)d->bodies[b].id.v, 0);
        bool half = (b % 2) == (h >> 40) % 2; /* about half, spread evenly */
        m->share[b] = !current || half ? 100
            : h % 10 < 5               ? (uint8_t)(15 + h / 10 % 75)
            : h % 10 < 6               ? 99
                                       : 0;
        /* The town of the sign-ins: the first town of its prefecture, at work. */
        if (current && d->bodies[b].class == CLASS_TOWN && !town &&
            (d->bodies[b].pref == 20 || d->bodies[b].pref == 48)) {
            m->share[b] = 30;
            town = true;
        }
    }
}

/* ── status items by rank ── */

struct ranked {
    uint64_t score;
    size_t body;
};

static int by_score(const void *x, const void *y)
{
    const struct ranked *p = x, *q = y;
    if (p->score != q->score)
        return p->score < q->score ? 1 : -1;
    return (p->body > q->body) - (p->body < q->body);
}

static uint64_t maturity(const struct survey_demo *d, const struct body *b)
{
    static const uint64_t bonus[] = {[CLASS_PREFECTURE] = 300, [CLASS_DESIGNATED] = 300,
        [CLASS_WARD] = 250, [CLASS_CITY] = 150, [CLASS_TOWN] = 50, [CLASS_VILLAGE] = 0};
    return noise(d, 1, (uint64_t)b->id.v, 0) % 700 + bonus[b->class];
}

/* Basis points of 実施済み meant for an item in a year. */
static int64_t target_of(const struct making *m, const struct question *q, int64_t published)
{
    uint64_t key = code_key(q->code);
    int64_t back = m->survey.fiscal_year - 2025;
    if (published >= 0) {
        int64_t shift = back * 40;
        return published + (shift < -80 ? -80 : shift > 80 ? 80 : shift);
    }
    int64_t base = 3500 + (int64_t)(noise(m->d, 2, key, 0) % 6000);
    int64_t rate = base + back * (int64_t)(noise(m->d, 3, key, 0) % 250);
    return rate < 500 ? 500 : rate > 9900 ? 9900 : rate;
}

/* Within one group of bodies (submitted or not) the best-placed are done, the next partial. */
static void rank_group(const struct making *m, size_t item, int64_t target, bool submitted,
    struct ranked *v)
{
    const struct survey_demo *d = m->d;
    const struct question *q = &m->catalog->item[item];
    uint64_t key = code_key(q->code);
    size_t n = 0;
    for (size_t b = 0; b < d->n_bodies; b++)
        if ((m->share[b] == 100) == submitted)
            v[n++] = (struct ranked){maturity(d, &d->bodies[b]) * 6 +
                    noise(d, 4, key, (uint64_t)d->bodies[b].id.v) % 4000, b};
    qsort(v, n, sizeof *v, by_score);
    size_t done = (size_t)((target * (int64_t)n + 5000) / 10000);
    size_t partial = done + (n - done) * 4 / 10;
    for (size_t i = 0; i < n; i++) {
        uint8_t *rank = &m->rank[item * d->n_bodies + v[i].body];
        *rank = i < done ? RANK_DONE : i < partial ? RANK_PARTIAL : RANK_NONE;
        if (q->allow_na && noise(d, 5, key, (uint64_t)d->bodies[v[i].body].id.v) % 100 < 6)
            *rank = RANK_NA;
    }
}

/* One option of a multi-select: so many of the group choose it, whoever the seed picks. */
static void choose_group(const struct making *m, size_t item, size_t option, int64_t target,
    bool submitted, struct ranked *v)
{
    const struct survey_demo *d = m->d;
    uint64_t key = code_key(m->catalog->item[item].code) + option;
    size_t n = 0;
    for (size_t b = 0; b < d->n_bodies; b++)
        if ((m->share[b] == 100) == submitted)
            v[n++] = (struct ranked){noise(d, 11, key, (uint64_t)d->bodies[b].id.v), b};
    qsort(v, n, sizeof *v, by_score);
    for (size_t i = 0; i < (size_t)((target * (int64_t)n + 5000) / 10000); i++)
        m->chosen[item * d->n_bodies + v[i].body] |= 1u << option;
}

static err plan_options(const struct making *m, struct db *db, size_t item, struct ranked *v)
{
    const struct question *q = &m->catalog->item[item];
    for (size_t i = 0; i < q->n_options; i++) {
        struct rate rate;
        TRY(form_rate_get(db, m->year_arena, q->id, str_fmt(m->year_arena, "%zu", i + 1), &rate));
        int64_t target = rate.known ? rate.bp
            : i + 1 == q->n_options
            ? 600
            : 1500 + (int64_t)(noise(m->d, 12, code_key(q->code), i) % 2000);
        choose_group(m, item, i, target, true, v);
        choose_group(m, item, i, target, false, v);
    }
    return OK;
}

static err plan_status(const struct making *m, struct db *db, size_t item, struct ranked *v)
{
    struct rate rate;
    const struct question *q = &m->catalog->item[item];
    TRY(form_rate_get(db, m->year_arena, q->id, STR_NONE, &rate));
    int64_t target = target_of(m, q, rate.known ? rate.bp : -1);
    rank_group(m, item, target, true, v);
    rank_group(m, item, target, false, v);
    return OK;
}

static err plan_ranks(struct making *m, struct db *db)
{
    size_t cells = m->d->n_bodies * m->catalog->n_items;
    struct ranked *v = ARENA_ARRAY(m->year_arena, struct ranked, m->d->n_bodies);
    m->rank = ARENA_ARRAY(m->year_arena, uint8_t, cells);
    m->chosen = ARENA_ARRAY(m->year_arena, uint32_t, cells);
    if (!v || !m->rank || !m->chosen)
        return ERR(NOMEM);
    for (size_t i = 0; i < m->catalog->n_items; i++) {
        enum answer_type type = m->catalog->item[i].type;
        if (type == ANSWER_STATUS)
            TRY(plan_status(m, db, i, v));
        if (type == ANSWER_MULTI)
            TRY(plan_options(m, db, i, v));
    }
    return OK;
}

/* ── the other types ── */

static str number_answer(struct making *m, const struct question *q, const struct body *b)
{
    static const int64_t staff[] = {[CLASS_PREFECTURE] = 5200, [CLASS_DESIGNATED] = 9000,
        [CLASS_WARD] = 2600, [CLASS_CITY] = 820, [CLASS_TOWN] = 190, [CLASS_VILLAGE] = 75};
    static const struct {
        const char *code;
        int64_t per_mille; /* of the staff */
        int64_t least;
    } rules[] = {{"ORG-S1", 1000, 20}, {"ORG-S2", 8, 1}, {"ORG-S3", 2, 0}, {"ORG-S4", 26000, 300},
        {"HUM-S2", 4, 0}, {"AST-S1", 30, 2}, {"OPE-S1", 3, 0}, {"OUT-S1", 60, 3}};
    uint64_t h = noise(m->d, 8, (uint64_t)b->id.v, 0);
    int64_t people = staff[b->class] * (int64_t)(60 + h % 90) / 100;
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (!str_eq(q->code, str_of(rules[i].code)))
            continue;
        int64_t n = people * rules[i].per_mille / 1000;
        int64_t drift = (int64_t)(noise(m->d, 9, h, (uint64_t)m->year + i) % 5);
        return str_fmt(m->a, "%lld", (long long)((n < rules[i].least ? rules[i].least : n) + drift));
    }
    return str_fmt(m->a, "%llu", (unsigned long long)(h % 50));
}

static str date_answer(struct making *m, const struct question *q, const struct body *b)
{
    uint64_t h = noise(m->d, 10, code_key(q->code), (uint64_t)b->id.v);
    jday day = m->survey.as_of - (jday)(30 + h % 900);
    if (h % 4 == 0)
        return STR_NONE;
    BUF_AUTO out = BUF(32);
    put_iso_day(&out, day);
    return str_dup(m->a, buf_view(&out));
}

static str multi_answer(struct making *m, size_t item, size_t body)
{
    uint32_t chosen = m->chosen[item * m->d->n_bodies + body];
    str out = STR_NONE;
    for (size_t i = 0; i < m->catalog->item[item].n_options; i++)
        if (chosen & 1u << i)
            out = out.n ? str_fmt(m->a, "%.*s,%zu", STR_F(out), i + 1)
                        : str_fmt(m->a, "%zu", i + 1);
    return out;
}

static str text_answer(struct making *m, const struct question *q, const struct body *b)
{
    static const str texts[TEXTS] = {STR_NONE,
        S("（架空）専門人材を、近隣の団体と共同で確保する仕組みがあるとよい。"),
        S("（架空）研修の教材を、年度の初めに受け取りたい。"),
        S("（架空）調査の項目と期限を、早めに示してほしい。")};
    return texts[noise(m->d, 40, code_key(q->code), (uint64_t)b->id.v) % TEXTS];
}

static str answer_of(struct making *m, size_t item, size_t body)
{
    static const str words[] = {[RANK_DONE] = S("done"), [RANK_PARTIAL] = S("partial"),
        [RANK_NONE] = S("none"), [RANK_NA] = S("na")};
    const struct question *q = &m->catalog->item[item];
    const struct body *b = &m->d->bodies[body];
    uint64_t h = noise(m->d, 41, code_key(q->code), (uint64_t)b->id.v);
    switch (q->type) {
    case ANSWER_STATUS:
        return words[m->rank[item * m->d->n_bodies + body]];
    case ANSWER_CHOICE:
        return str_fmt(m->a, "%d", (int)(h % 100 < 55 ? 1 : 1 + h / 100 % q->n_options));
    case ANSWER_MULTI:
        return multi_answer(m, item, body);
    case ANSWER_NUMBER:
        return number_answer(m, q, b);
    case ANSWER_PERCENT:
        return str_fmt(m->a, "%d.%d", (int)(60 + h % 40), (int)(h / 40 % 10));
    case ANSWER_DATE:
        return date_answer(m, q, b);
    case ANSWER_URL:
        return str_fmt(m->a, "https://www.example.jp/%.*s/security-policy", STR_F(b->code6));
    case ANSWER_TEXT:
        return text_answer(m, q, b);
    }
    return STR_NONE;
}

/* ── one body ── */

static err answer_item(const struct writing *w, struct making *m, const struct sheet *sheet,
    size_t item, size_t body)
{
    const struct item *it = &sheet->item[item];
    str value = answer_of(m, item, body);
    bool same = survey_item_may_confirm(it) && str_eq(it->last.value, value);
    int64_t id;
    if (value.n == 0)
        return OK;
    struct new_fact f = {.body = sheet->body.id,
        .question = it->q->id,
        .question_rev = it->q->rev,
        .occasion = sheet->survey.id.v,
        .value = value,
        .basis = same ? BASIS_CONFIRMED : BASIS_DECLARED,
        .person = w->person,
        .from_fact = same ? it->last.id : 0};
    TRY(form_fact_add(w->tx, &f, &id));
    return form_counts(it->q) ? survey_progress_move(w->tx, sheet->response.id, it->q->area, 1,
                                    it->q->essential ? 1 : 0)
                              : OK;
}

/* One step of the way, by the person whose turn it is. */
static err walk(struct tx *tx, const struct making *m, size_t body, person_id who, uint32_t role,
    const char *key)
{
    const struct scope *scope;
    struct flow_result r;
    ARENA_AUTO a = arena_new(16 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(org_scope_load(tx_db(tx), a, who, &scope));
    struct writing w = {tx, a, scope, who.v, role, true};
    return survey_flow_act(
        &w, FLOW_BODY, m->survey.id, m->d->bodies[body].id, str_of(key), STR_NONE, &r);
}

/* Past years are accepted; of this year's submissions about a third. */
static err accept_body(struct tx *tx, const struct making *m, size_t body)
{
    struct flow_result r;
    ARENA_AUTO a = arena_new(16 << 20);
    uint64_t h = noise(m->d, 13, (uint64_t)m->d->bodies[body].id.v, 0);
    if (!a)
        return ERR(NOMEM);
    if (m->year == m->d->years - 1 && h % 3 != 0)
        return OK;
    struct writing w = {tx, a, m->d->scope, 0, ROLE_NATION, true};
    return survey_flow_act(&w, FLOW_OFFICE, m->survey.id, m->d->bodies[body].id, S("accept"),
        STR_NONE, &r);
}

static err bring_on(struct tx *tx, const struct making *m, size_t body)
{
    const struct survey_demo *d = m->d;
    uint64_t h = noise(d, 14, (uint64_t)d->bodies[body].id.v, 0);
    TRY(walk(tx, m, body, d->staff[body], ROLE_STAFF, "ask"));
    if (m->share[body] == 99 && h % 2 == 0)
        return OK;
    TRY(walk(tx, m, body, d->chief[body], ROLE_APPROVER, "approve"));
    if (m->share[body] == 99)
        return OK;
    TRY(walk(tx, m, body, d->ciso[body], ROLE_CISO, "submit"));
    return accept_body(tx, m, body);
}

static err answer_body(struct tx *tx, struct making *m, size_t body)
{
    ARENA_AUTO a = arena_new(16 << 20);
    const struct scope *scope;
    struct sheet sheet;
    bool complete = m->share[body] >= 99;
    if (!a)
        return ERR(NOMEM);
    m->a = a;
    TRY(org_scope_load(tx_db(tx), a, m->d->staff[body], &scope));
    struct writing w = {tx, a, scope, m->d->staff[body].v, ROLE_STAFF};
    TRY(survey_sheet_load(
        tx_db(tx), a, scope, m->survey.id, m->d->bodies[body].id, &sheet));
    size_t n = complete ? m->catalog->n_items : m->catalog->n_items * m->share[body] / 100;
    for (size_t i = 0; i < n; i++)
        TRY(answer_item(&w, m, &sheet, i, body));
    TRY(survey_response_touch(tx, sheet.response.id));
    return complete ? bring_on(tx, m, body) : OK;
}

static err answer_bodies(struct tx *tx, void *arg)
{
    struct making *m = arg;
    for (size_t b = m->from; b < m->to; b++) {
        /* Office hours of some days: two minutes apart from nine to five. */
        *m->d->clock = m->opened + (usec)(b / 240) * USEC_DAY + (usec)(b % 240) * 2 * USEC_MINUTE;
        tx_touch(tx);
        if (m->d->before && m->year == m->d->years - 1)
            TRY(m->d->before(tx, b, m->d->arg));
        if (m->share[b])
            TRY(answer_body(tx, m, b));
    }
    return OK;
}

/* ── a year ── */

static err close_survey(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    return survey_state_set(tx, m->survey.id, SURVEY_CLOSED);
}

static err open_year(struct tx *tx, void *arg)
{
    struct making *m = arg;
    const struct survey_demo *d = m->d;
    int fy = d->fiscal_year - (d->years - 1 - m->year);
    jday today = jday_of_usec(d->today), as_of = jday_of(fy, 10, 31);
    bool current = m->year == d->years - 1;
    struct new_survey n = {.previous = m->survey.id,
        .fiscal_year = fy,
        .as_of = as_of,
        .shown_deadline = current ? today + 60 : as_of + 40,
        .last_submission = current ? today + 90 : as_of + 60,
        .last_correction = current ? today + 120 : as_of + 90};
    m->opened = usec_of_jday_end(current ? today - 21 : as_of + 1) + 9 * USEC_HOUR;
    *d->clock = m->opened - USEC_HOUR;
    tx_touch(tx);
    BUF_AUTO title = BUF(256);
    put_wareki_year(&title, fy);
    buf_lit(&title, " 情報セキュリティ対策 フォローアップ調査");
    n.title = buf_view(&title);
    TRY(form_catalog_publish(tx, m->year_arena, fy, &n.catalog));
    TRY(survey_open(tx, m->year_arena, d->scope, &n, &m->survey.id));
    TRY(survey_get(tx_db(tx), m->year_arena, m->survey.id, &m->survey));
    TRY(form_catalog_get(tx_db(tx), m->survey.catalog, &m->catalog));
    plan_shares(m);
    return plan_ranks(m, tx_db(tx));
}

static err make_year(struct writer *w, struct making *m)
{
    enum { JOB = 40 };
    const struct survey_demo *d = m->d;
    TRY(writer_call(w, open_year, m));
    for (m->from = 0; m->from < d->n_bodies; m->from = m->to) {
        m->to = m->from + JOB < d->n_bodies ? m->from + JOB : d->n_bodies;
        TRY(writer_call(w, answer_bodies, m));
        if (d->progress)
            d->progress((int)(((size_t)m->year * d->n_bodies + m->to) * 100 /
                ((size_t)d->years * d->n_bodies)));
    }
    return m->year < d->years - 1 ? writer_call(w, close_survey, m) : OK;
}

err survey_demo_make(struct writer *w, const struct survey_demo *d)
{
    ARENA_AUTO shares = arena_new(1 << 20);
    struct making m = {.d = d};
    if (!shares || d->years < 1 || d->years > YEARS_MAX)
        return ERR(INVALID);
    m.share = ARENA_ARRAY(shares, uint8_t, d->n_bodies);
    if (!m.share)
        return ERR(NOMEM);
    for (m.year = 0; m.year < d->years; m.year++) {
        ARENA_AUTO a = arena_new(64 << 20);
        if (!a)
            return ERR(NOMEM);
        m.year_arena = a;
        TRY(make_year(w, &m));
    }
    return OK;
}
