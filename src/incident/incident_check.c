/* SPDX-License-Identifier: Apache-2.0 */
/* What to do first, and what of it was done by whom (R68). What the facts say already counts as done. */
#include "incident/incident_private.h"

#include "incident_checks.ht.h"

#define CHECK(...) {__VA_ARGS__},
static const struct incident_check_row {
    const char *key, *kinds, *contained, *text, *why;
} list[] = {
#include "incident/incident_check_list.h"
};
#undef CHECK

enum check_state { CHECK_OPEN, CHECK_DONE, CHECK_SKIPPED };
static const struct word check_states[] = {
    {CHECK_OPEN, S("open"), S("まだ")}, {CHECK_DONE, S("done"), S("済み")}, {CHECK_SKIPPED, S("skipped"), S("しない")}};

/* The newest word on each row. */
struct marks {
    struct arena *a;
    struct mark {
        enum check_state state;
        str note;
        int64_t person;
        usec at;
    } v[COUNT_OF(list)];
};

static size_t row_of(str key)
{
    size_t i = 0;
    while (i < COUNT_OF(list) && !str_eq(str_of(list[i].key), key))
        i++;
    return i;
}

static err mark(void *ctx, const struct flow_entry *e)
{
    struct marks *m = ctx;
    str note = e->text, key, state;
    if (!str_cut(&note, '\t', &key) || !str_cut(&note, '\t', &state))
        return ERR(INVALID);
    size_t i = row_of(key);
    if (i < COUNT_OF(list))
        m->v[i] = (struct mark){(enum check_state)WORD_OF_KEY(check_states, state)->value, str_dup(m->a, note), e->person, e->at};
    return OK;
}

/* Rows of the kinds that were named; of all kinds while none was. */
static bool is_for(const struct incident_facts *f, const struct incident_check_row *row)
{
    str rest = row->kinds ? str_of(row->kinds) : STR_NONE, kind;
    if (!row->kinds || f->known[Q_kind].value.n == 0)
        return true;
    while (str_cut(&rest, ' ', &kind))
        if (incident_has_choice(&f->known[Q_kind], kind))
            return true;
    return false;
}

static err marks_read(struct db *db, struct arena *a, const struct incident_case *c, struct marks *m)
{
    *m = (struct marks){.a = a};
    TRY(flow_said(db, &c->key, c->flow.id, ENTRY_CHECK, 0, mark, m));
    const struct incident_known *known = &c->facts.known[Q_contained];
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (!m->v[i].at && list[i].contained && incident_has_choice(known, str_of(list[i].contained)))
            m->v[i] = (struct mark){.state = CHECK_DONE, .person = known->by, .at = known->at};
    return OK;
}

err incident_checks_count(struct db *db, struct arena *a, const struct incident_case *c, int64_t *done, int64_t *all)
{
    struct marks *m = ARENA_NEW(a, struct marks);
    if (!m)
        return ERR(NOMEM);
    *done = *all = 0;
    TRY(marks_read(db, a, c, m));
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (is_for(&c->facts, &list[i])) {
            (*all)++;
            *done += m->v[i].state != CHECK_OPEN;
        }
    return OK;
}

static err checks_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct marks *m = ARENA_NEW(rq->a, struct marks);
    struct view_incident_checks *v = ARENA_NEW(rq->a, struct view_incident_checks);
    if (!m || !v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    TRY(marks_read(rq->db, rq->a, &c, m));
    *v = (struct view_incident_checks){.incident = c.flow.id, .number = c.flow.number, .body = c.flow.body.name,
        .drill = c.flow.drill, .open = c.flow.state == INCIDENT_OPEN, .error = req_error_of(rq, "note")};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_checks_rows, COUNT_OF(list));
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        if (!is_for(&c.facts, &list[i]))
            continue;
        struct view_incident_checks_rows *row = &v->rows.p[v->rows.n++];
        *row = (struct view_incident_checks_rows){.key = str_of(list[i].key), .text = str_of(list[i].text),
            .why = list[i].why ? str_of(list[i].why) : STR_NONE, .state_key = WORD_OF(check_states, m->v[i].state)->key,
            .state = WORD_OF(check_states, m->v[i].state)->name, .done = m->v[i].state != CHECK_OPEN, .note = m->v[i].note,
            .at = m->v[i].at};
        v->done += row->done;
        if (row->at)
            TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){m->v[i].person}, &row->by));
    }
    return req_show(rq, &view_incident_checks_type, v);
}

struct check_form {
    str state, note;
};
static const struct web_field check_fields[] = {
    {.name = "state", .label = "状態", .type = FIELD_LINE, .offset = offsetof(struct check_form, state), .required = true, .max = 10},
    {.name = "note", .label = "書き添え", .type = FIELD_LINE, .offset = offsetof(struct check_form, note), .max = 200}};
static const struct web_form check_form = WEB_FORM(check_fields, check_form);

static err check_prepare(struct req *rq)
{
    const struct check_form *f = rq->form;
    if (WORD_OF_KEY(check_states, f->state)->key.n == 0)
        return ERR(NOTFOUND);
    if (str_eq(f->state, S("skipped")) && f->note.n == 0)
        req_error(rq, "note", S("しない理由を入力してください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

/* What is done here and asked there is said once: the choice of the question follows. */
static err say_fact(struct tx *tx, struct req *rq, const struct incident_case *c, const char *choice, bool done)
{
    const struct incident_known *now = &c->facts.known[Q_contained];
    const struct incident_question *q = &incident_questions[Q_contained];
    struct incident_known k = {.sure = SURE_CONFIRMED, .at = tx_now(tx)};
    bool said;
    BUF_AUTO b = BUF(4096);
    for (size_t i = 0; i < q->n_choices; i++) {
        bool mine = str_eq(q->choices[i].key, str_of(choice));
        if (mine ? done : incident_has_choice(now, q->choices[i].key))
            buf_fmt(&b, "%s%.*s", b.n ? " " : "", STR_F(q->choices[i].key));
    }
    k.value = str_dup(rq->a, buf_view(&b));
    if (k.value.n == 0)
        k.sure = SURE_UNKNOWN;
    return incident_fact_say(tx, rq->a, &c->key, &c->flow, rq->who.person, &c->facts, Q_contained, &k, &said);
}

static err check_write(struct tx *tx, struct req *rq)
{
    const struct check_form *f = rq->form;
    INCIDENT_CASE_AUTO c;
    size_t i = row_of(req_param(rq, "check"));
    TRY(incident_case_read(rq, tx_db(tx), &c));
    if (i == COUNT_OF(list))
        return ERR(NOTFOUND);
    if (list[i].contained)
        TRY(say_fact(tx, rq, &c, list[i].contained, str_eq(f->state, S("done"))));
    return incident_say(tx, rq, &c, ENTRY_CHECK,
        str_fmt(rq->a, "%s\t%.*s\t%.*s", list[i].key, STR_F(f->state), STR_F(f->note)), S("incident.check"), "/checks?ok=saved");
}

const struct route incident_check_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/checks", .perm = &incident_p_report, .read = checks_read,
        .shows = VIEWS(&view_incident_checks_type)},
    {.method = POST, .path = "/incidents/{incident}/checks/{check}", .perm = &incident_p_report, .form = &check_form,
        .read = checks_read, .prepare = check_prepare, .write = check_write, .goes = PATHS("/incidents/{incident}/checks")},
    {.path = NULL},
};
