/* SPDX-License-Identifier: Apache-2.0 */
/* The guided page: plain questions of one part. What was answered before is in the fields; what somebody else
 * said meanwhile is not undone, for only what differs from what this person saw is said. */
#include "incident/incident_private.h"

#include "incident_facts.ht.h"

#define FIRST S("first")

/* What was typed: a list for each question, whatever its kind. */
struct facts_form {
    struct strs typed[INCIDENT_QUESTIONS];
    int64_t seen; /* the newest entry when the page was drawn */
    struct strs touched; /* a page that saves while it is filled in: these questions, and no others */
    struct incident_known known[INCIDENT_QUESTIONS]; /* by prepare */
};
#define Q(id, key_, part_, type_, label_, name_, ...)                                            \
    {.name = key_, .label = name_, .type = FIELD_LINES,                                           \
        .offset = offsetof(struct facts_form, typed) + Q_##id * sizeof(struct strs), .max = 20},
static const struct web_field fields[] = {
#include "incident/incident_question_list.h"
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct facts_form, seen), .required = true,
        .least = 0, .most = INT64_MAX},
    {.name = "touched", .label = "変えた質問", .type = FIELD_LINES, .offset = offsetof(struct facts_form, touched),
        .max = INCIDENT_QUESTIONS},
};
#undef Q
static const struct web_form form = WEB_FORM(fields, facts_form);

/* Of {part} in the path: "first", or the key of a part. */
static bool is_in(str part, size_t q)
{
    const struct incident_question *x = &incident_questions[q];
    return str_eq(part, FIRST) ? x->first : str_eq(part, WORD_OF(incident_parts, x->part)->key);
}

/* The question that decides whether q is asked; -1: it always is. */
static int decider_of(size_t q)
{
    str only = str_of(incident_questions[q].only), key;
    str_cut(&only, '=', &key);
    return incident_questions[q].only ? incident_question_of(key) : -1;
}

/* What another page has decided against does not stand there; what this page decides about does, and is hidden by
 * scripts (asset/only.js). */
static bool is_shown(const struct incident_facts *f, str part, size_t q)
{
    int decider = decider_of(q);
    return is_in(part, q) && (decider < 0 || is_in(part, (size_t)decider) || incident_is_asked(f, q) || f->known[q].at);
}

static err part_of(const struct req *rq, str *part, str *name)
{
    *part = req_param(rq, "part");
    *name = str_eq(*part, FIRST) ? S("はじめの質問") : WORD_OF_KEY(incident_parts, *part)->name;
    return name->n ? OK : ERR(NOTFOUND);
}

/* ── the page ── */

static void count_part(const struct incident_facts *f, str key, int64_t *answered, int64_t *asked)
{
    for (size_t q = 0; q < incident_questions_n; q++) {
        if (!is_in(key, q) || !incident_is_asked(f, q))
            continue;
        ++*asked;
        *answered += f->known[q].at != 0;
    }
}

static err show_parts(struct req *rq, const struct incident_facts *f, str part, struct view_incident_facts *v)
{
    v->parts.p = ARENA_ARRAY(rq->a, struct view_incident_facts_parts, PART_PARTS + 1);
    if (!v->parts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i <= PART_PARTS; i++) {
        struct view_incident_facts_parts *p = &v->parts.p[v->parts.n++];
        *p = (struct view_incident_facts_parts){.key = i ? incident_parts[i - 1].key : FIRST,
            .name = i ? incident_parts[i - 1].name : S("はじめの質問")};
        p->chosen = str_eq(part, p->key);
        count_part(f, p->key, &p->answered, &p->asked);
    }
    return OK;
}

static bool is_chosen(const struct incident_question *q, const struct incident_known *k, str choice)
{
    if (q->type == REPLY_SURE)
        return k->at && str_eq(choice, WORD_OF(incident_sures, k->sure)->key);
    return incident_has_choice(k, choice);
}

static err show_choices(struct req *rq, const struct incident_question *q, const struct incident_known *k,
    struct view_incident_facts_questions *row)
{
    const struct word *words = q->type == REPLY_SURE ? incident_sures : q->choices;
    size_t n = q->type == REPLY_SURE ? COUNT_OF(incident_sures) : q->n_choices;
    struct strs typed = req_typed_list(rq, q->key);
    row->choices.p = ARENA_ARRAY(rq->a, struct view_incident_facts_questions_choices, n);
    if (!row->choices.p)
        return ERR(NOMEM);
    for (size_t i = n; i-- > 0;) { /* how sure: the surest first */
        const struct word *w = q->type == REPLY_SURE ? &words[i] : &words[n - 1 - i];
        bool chosen = !req_is_redraw(rq) && is_chosen(q, k, w->key);
        for (size_t t = 0; t < typed.n; t++)
            chosen = chosen || str_eq(typed.v[t], w->key);
        row->choices.p[row->choices.n++] = (struct view_incident_facts_questions_choices){w->key, w->name, chosen};
    }
    return OK;
}

static str value_text(struct arena *a, const struct incident_question *q, const struct incident_known *k)
{
    BUF_AUTO b = BUF(64);
    if (q->type == REPLY_NUMBER)
        return k->sure >= SURE_SUSPECTED ? str_fmt(a, "%lld", (long long)k->number) : STR_NONE;
    if (q->type != REPLY_TIME)
        return k->value;
    if (k->time == 0)
        return STR_NONE;
    struct civil c = civil_of(k->time);
    return str_fmt(a, "%04d-%02d-%02d %02d:%02d", c.y, c.m, c.d, c.hh, c.mm);
}

static err said_text(struct req *rq, const struct incident_known *k, str *out)
{
    str name;
    BUF_AUTO b = BUF(400);
    if (k->at == 0)
        return OK;
    TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){k->by}, &name));
    put_wareki_time(&b, k->at);
    buf_fmt(&b, "に%.*sが%s。", STR_F(name), k->source.n ? "ダークネット観測の通知から取り込みました" : "答えました");
    *out = str_dup(rq->a, buf_view(&b));
    return OK;
}

/* "personal=suspected confirmed", where this page decides. */
static str only_text(struct arena *a, str part, size_t q)
{
    int decider = decider_of(q);
    if (decider < 0 || !is_in(part, (size_t)decider))
        return STR_NONE;
    str only = str_of(incident_questions[q].only);
    return str_has(only, S("=")) ? only : str_fmt(a, "%.*s=suspected confirmed", STR_F(only));
}

static err show_question(struct req *rq, const struct incident_facts *f, size_t i, struct view_incident_facts *v)
{
    static const char *const types[] = {[REPLY_SURE] = "sure", [REPLY_ONE] = "one", [REPLY_MANY] = "many",
        [REPLY_NUMBER] = "number", [REPLY_TIME] = "time", [REPLY_TEXT] = "text"};
    const struct incident_question *q = &incident_questions[i];
    const struct incident_known *k = &f->known[i];
    struct strs typed = req_typed_list(rq, q->key);
    struct view_incident_facts_questions *row = &v->questions.p[v->questions.n++];
    *row = (struct view_incident_facts_questions){.key = str_of(q->key),
        .label = str_of(q->label),
        .help = str_of(q->help),
        .type = str_of(types[q->type]),
        .choosing = q->type <= REPLY_MANY,
        .many = q->type == REPLY_MANY,
        .number = q->type == REPLY_NUMBER,
        .time = q->type == REPLY_TIME,
        .text = q->type == REPLY_TEXT,
        .conditional = q->only != NULL,
        .only = only_text(rq->a, v->part, i),
        .error = req_error_of(rq, q->key),
        .value = typed.n ? typed.v[0] : value_text(rq->a, q, k),
        .estimate = k->estimate};
    TRY(said_text(rq, k, &row->said));
    return q->type <= REPLY_MANY ? show_choices(rq, q, k, row) : OK;
}

static err facts_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    str part, name;
    struct view_incident_facts *v = ARENA_NEW(rq->a, struct view_incident_facts);
    if (!v)
        return ERR(NOMEM);
    TRY(part_of(rq, &part, &name));
    TRY(incident_case_read(rq, rq->db, &c));
    *v = (struct view_incident_facts){.incident = c.flow.id,
        .number = c.flow.number,
        .body = c.flow.body.name,
        .drill = c.flow.drill,
        .part = part,
        .part_name = name,
        .errors = req_has_errors(rq),
        .more = !str_eq(part, FIRST),
        .seen = c.newest};
    TRY(show_parts(rq, &c.facts, part, v));
    v->questions.p = ARENA_ARRAY(rq->a, struct view_incident_facts_questions, incident_questions_n);
    if (!v->questions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < incident_questions_n; i++)
        if (is_shown(&c.facts, part, i))
            TRY(show_question(rq, &c.facts, i, v));
    return req_show(rq, &view_incident_facts_type, v);
}

/* ── what was answered ── */

static err facts_prepare(struct req *rq)
{
    struct facts_form *f = rq->form;
    struct flow_case c;
    int64_t id;
    str part, name, why;
    TRY(req_param_i64(rq, "incident", &id));
    TRY(flow_get(rq->db, rq->a, rq->who.scope, &incident_kind, id, &c));
    TRY(part_of(rq, &part, &name));
    for (size_t i = 0; i < incident_questions_n; i++) {
        if (!is_in(part, i))
            continue;
        if (err_is(incident_known_typed(rq->a, i, &f->typed[i], flow_now(&c, rq->now), &f->known[i], &why)))
            req_error(rq, incident_questions[i].key, why);
        else if (f->typed[i].n && f->typed[i].v[0].n)
            f->known[i].at = rq->now; /* said, even when it is 「分からない」 */
    }
    if (f->known[Q_occurred_at].time && f->known[Q_known_at].time && f->known[Q_occurred_at].time > f->known[Q_known_at].time)
        req_error(rq, "occurred_at", S("気付いた日時より後です。どちらかを確かめてください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static str next_part(struct arena *a, int64_t incident, str part)
{
    const struct word *w = WORD_OF_KEY(incident_parts, part);
    if (w->value == 0 || w->value == PART_PARTS)
        return str_fmt(a, "/incidents/%lld?ok=saved", (long long)incident);
    return str_fmt(a, "/incidents/%lld/facts/%.*s?ok=saved", (long long)incident, STR_F(incident_parts[w->value].key));
}

static bool is_touched(const struct facts_form *f, size_t question)
{
    for (size_t i = 0; i < f->touched.n; i++)
        if (str_eq(f->touched.v[i], str_of(incident_questions[question].key)))
            return true;
    return false;
}

/* Did this person change it: it was touched; or, of a page that says nothing of that, it differs from what
 * was seen. */
static bool is_changed(const struct facts_form *f, const struct incident_facts *saw, size_t i)
{
    if (f->touched.n)
        return is_touched(f, i);
    return !incident_known_same(&saw->known[i], &f->known[i]) || (!saw->known[i].at && f->known[i].at);
}

/* Only what this person changed. */
static err say_changes(struct tx *tx, struct req *rq, str part, struct incident_case *c)
{
    const struct facts_form *f = rq->form;
    struct incident_facts *saw = ARENA_NEW(rq->a, struct incident_facts);
    int64_t newest;
    bool said;
    if (!saw)
        return ERR(NOMEM);
    *saw = (struct incident_facts){0};
    if (f->seen)
        TRY(incident_facts_load(tx_db(tx), &c->key, c->flow.id, f->seen, rq->a, saw, &newest));
    for (size_t i = 0; i < incident_questions_n; i++)
        if ((is_shown(saw, part, i) || f->typed[i].n) && is_in(part, i) && is_changed(f, saw, i))
            TRY(incident_fact_say(tx, rq->a, &c->key, &c->flow, rq->who.person, &c->facts, i, &f->known[i], &said));
    return OK;
}

static err facts_write(struct tx *tx, struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    str part, name;
    TRY(part_of(rq, &part, &name));
    TRY(incident_case_read(rq, tx_db(tx), &c));
    if (c.flow.state == INCIDENT_CLOSED) {
        req_say(rq, S("終結した事案です。直すには、再び開いてください。"));
        return ERR(CONFLICT);
    }
    TRY(say_changes(tx, rq, part, &c));
    TRY(incident_case_follow(tx, rq, &c));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("incident.facts"),
        .object = str_fmt(rq->a, "incident:%lld/%.*s", (long long)c.flow.id, STR_F(part))};
    TRY(audit_append(tx, &e));
    const struct facts_form *f = rq->form;
    return req_go(rq, f->touched.n ? str_fmt(rq->a, "/incidents/%lld/facts/%.*s", (long long)c.flow.id, STR_F(part))
                                   : next_part(rq->a, c.flow.id, part));
}

const struct route incident_fact_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/facts/{part}", .perm = &incident_p_report, .read = facts_read,
        .shows = VIEWS(&view_incident_facts_type)},
    {.method = POST, .path = "/incidents/{incident}/facts/{part}", .perm = &incident_p_report, .form = &form,
        .read = facts_read, .prepare = facts_prepare, .write = facts_write,
        .goes = PATHS("/incidents/{incident}", "/incidents/{incident}/facts/{part}")},
    {.path = NULL},
};
