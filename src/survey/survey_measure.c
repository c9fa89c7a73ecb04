/* SPDX-License-Identifier: Apache-2.0 */
/* Answers beside measurements: the card of an item, taking a value over, keeping an answer with a
 * reason. Nothing here ever changes an answer by itself. */
#include "survey/survey_measure.h"

#include "core/word.h"
#include "measure.ht.h"

/* ── comparing: pure ── */

static const struct word names[] = {
    {AGREEMENT_NONE, S(""), S("")},
    {AGREEMENT_SAME, S(""), S("")},
    {AGREEMENT_DIFFERS, S("missing"), S("測定と違う")},
    {AGREEMENT_EXPLAINED, S("plain"), S("測定と違う・理由あり")},
};

str survey_agreement_name(enum agreement a)
{
    return WORD_OF(names, a)->name;
}

str survey_agreement_key(enum agreement a)
{
    return WORD_OF(names, a)->key;
}

/* A reason stands as long as the answer it was given for. */
enum agreement survey_agreement(const struct item *it, const struct evidence *e, usec now)
{
    str value = survey_item_value(it);
    if (value.n == 0 || e->suggests.n == 0 || it->q->type != ANSWER_STATUS ||
        !evidence_is_fresh(e->at, now))
        return AGREEMENT_NONE;
    if (str_eq(value, e->suggests))
        return AGREEMENT_SAME;
    return it->now.id && it->now.note.n ? AGREEMENT_EXPLAINED : AGREEMENT_DIFFERS;
}

const struct evidence *survey_item_measure(const struct measures *m, const struct item *it)
{
    const struct evidence *first = NULL;
    for (size_t i = 0; i < m->all.n; i++) {
        const struct evidence *e = &m->all.v[i];
        if (!str_eq(e->question, it->q->code))
            continue;
        if (survey_agreement(it, e, m->now) >= AGREEMENT_DIFFERS)
            return e;
        if (!first)
            first = e;
    }
    return first;
}

enum agreement survey_item_agreement(const struct measures *m, const struct item *it)
{
    const struct evidence *e = survey_item_measure(m, it);
    return e ? survey_agreement(it, e, m->now) : AGREEMENT_NONE;
}

bool survey_item_contradicts(const struct measures *m, const struct item *it)
{
    return survey_item_agreement(m, it) == AGREEMENT_DIFFERS;
}

/* ── reading ── */

err survey_measures_load(struct req *rq, const struct sheet *sheet, struct measures *out)
{
    const struct response *r = &sheet->response;
    *out = (struct measures){.now = r->horizon ? r->submitted_at : rq->now};
    return evidence_all(rq->db, rq->a, rq->who.scope, sheet->body.id, sheet->catalog->id.v,
        r->horizon, &out->all);
}

void survey_measure_csv(
    struct arena *a, struct csv *c, const struct measures *m, const struct item *it)
{
    const struct evidence *e = survey_item_measure(m, it);
    csv_str(c, e ? evidence_value_text(a, e->measure, e->value) : STR_NONE);
    csv_time(c, e ? e->at : 0);
    csv_str(c, e ? form_status_name(e->suggests) : STR_NONE);
    csv_str(c, e ? survey_agreement_name(survey_agreement(it, e, m->now)) : STR_NONE);
    csv_str(c, it->now.note);
}

err survey_measure_view(
    struct req *rq, const struct sheet *sheet, const struct item *it, struct view_measure *out)
{
    struct measures m;
    *out = (struct view_measure){0};
    TRY(survey_measures_load(rq, sheet, &m));
    const struct evidence *e = survey_item_measure(&m, it);
    if (!e)
        return OK;
    enum agreement a = survey_agreement(it, e, m.now);
    bool open = survey_may(rq, &survey_p_answer) &&
        survey_is_open(rq, &sheet->survey, &sheet->response);
    bool speaks = evidence_is_fresh(e->at, m.now) && e->suggests.n;
    *out = (struct view_measure){.known = true,
        .survey = sheet->survey.id.v,
        .code = it->q->code,
        .seen = it->now.id,
        .evidence = e->id,
        .label = str_of(e->measure->label),
        .value = evidence_value_text(rq->a, e->measure, e->value),
        .at = e->at,
        .fresh = evidence_is_fresh(e->at, m.now),
        .source = rq->who.roles & ROLE_STAFF ? e->source : STR_NONE, /* whom its page is open to */
        .suggests = form_status_name(e->suggests),
        .state_key = survey_agreement_key(a),
        .state_name = survey_agreement_name(a),
        .reason = it->now.note,
        .differs = a == AGREEMENT_DIFFERS,
        .may_take = open && speaks &&
            !(it->state == ITEM_MEASURED && str_eq(it->now.value, e->suggests)),
        .may_keep = open && a == AGREEMENT_DIFFERS,
        .reason_typed = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason")};
    return OK;
}

/* ── writing ── */

struct keeping {
    int64_t evidence, seen;
    str reason;
};

#define BOTH_FIELDS                                                                              \
    {.name = "evidence", .label = "測定", .type = FIELD_INT,                                     \
        .offset = offsetof(struct keeping, evidence), .required = true, .least = 1,              \
        .most = INT64_MAX},                                                                      \
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct keeping, seen), \
        .least = 0, .most = INT64_MAX}

static const struct web_field taking_fields[] = {BOTH_FIELDS};
static const struct web_form taking_form = WEB_FORM(taking_fields, keeping);

static const struct web_field keeping_fields[] = {
    BOTH_FIELDS,
    {.name = "reason", .label = "理由", .type = FIELD_TEXT,
        .offset = offsetof(struct keeping, reason), .required = true, .max = 500},
};
static const struct web_form keeping_form = WEB_FORM(keeping_fields, keeping);

struct target {
    survey_id id;
    str code;
    const struct item *it;
    const struct evidence *e;
};

/* The item and its measurement as they stand on the writer. STALE: measured anew in between. */
static err find_target(struct tx *tx, struct req *rq, struct target *out)
{
    const struct keeping *f = rq->form;
    struct sheet sheet;
    struct measures *m = ARENA_NEW(rq->a, struct measures);
    if (!m)
        return ERR(NOMEM);
    TRY(req_param_i64(rq, "survey", &out->id.v));
    out->code = req_param(rq, "code");
    body_id body = scope_body(rq->who.scope);
    TRY(survey_sheet_load(tx_db(tx), rq->a, rq->who.scope, out->id, body, &sheet));
    const struct question *q = form_item(sheet.catalog, out->code);
    if (!q)
        return ERR(NOTFOUND);
    out->it = &sheet.item[q - sheet.catalog->item];
    m->now = tx_now(tx);
    TRY(evidence_all(tx_db(tx), rq->a, rq->who.scope, body, sheet.catalog->id.v, 0, &m->all));
    out->e = survey_item_measure(m, out->it);
    if (!out->e || out->e->suggests.n == 0 || !evidence_is_fresh(out->e->at, m->now))
        return ERR(CONFLICT);
    return out->e->id == f->evidence ? OK : ERR(STALE);
}

static err say(struct req *rq, err e)
{
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、測り直されたか、ほかの人がこの項目を保存しました。開き直して"
                      "ください。"));
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("提出済みか期限を過ぎている、又は、この測定値からは答えられません。"));
    return e;
}

static err save(struct tx *tx, struct req *rq, const struct target *t, const struct based *b)
{
    const struct keeping *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    struct fact newest;
    TRY(say(rq, survey_write_based(&w, t->id, t->code, f->seen, b, &newest)));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/items/%.*s?ok=saved", (long long)t->id.v,
                          STR_F(t->code)));
}

static err measured_write(struct tx *tx, struct req *rq)
{
    struct target t;
    TRY(say(rq, find_target(tx, rq, &t)));
    struct based b = {t.e->suggests, BASIS_MEASURED, t.e->id, STR_NONE};
    return save(tx, rq, &t, &b);
}

/* The answer is said again, with the reason: so it is this year's own, also where it was carried. */
static err keep_write(struct tx *tx, struct req *rq)
{
    const struct keeping *f = rq->form;
    struct target t;
    TRY(say(rq, find_target(tx, rq, &t)));
    struct based b = {survey_item_value(t.it), BASIS_DECLARED, t.e->id, f->reason};
    if (b.value.n == 0)
        return say(rq, ERR(CONFLICT));
    return save(tx, rq, &t, &b);
}

const struct route survey_measure_routes[] = {
    {.method = POST, .path = "/surveys/{survey}/items/{code}/measured", .perm = &survey_p_answer,
        .form = &taking_form, .read = survey_item_read, .write = measured_write,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/keep", .perm = &survey_p_answer,
        .form = &keeping_form, .read = survey_item_read, .write = keep_write,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.path = NULL},
};
