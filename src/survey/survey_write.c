/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a response: answers, confirmations, the submission with its national totals. */
#include "survey/survey_private.h"

static err audit(const struct writing *w, str action, str object, str detail)
{
    struct audit_entry e = {.body = scope_body(w->scope).v,
        .person = w->person,
        .action = action,
        .object = object,
        .detail = detail};
    return audit_append(w->tx, &e);
}

bool survey_write_is_in_time(const struct survey *s, const struct response *r, usec now)
{
    jday last = survey_flow_last_day(s->last_submission, s->last_correction, r->correcting);
    return s->state == SURVEY_OPEN && now < usec_of_jday_end(last);
}

/* The own response, while it may still be changed. */
static err open_response(const struct writing *w, survey_id id, struct survey *s, struct response *r)
{
    struct db *db = tx_db(w->tx);
    TRY(survey_get(db, w->a, id, s));
    TRY(survey_response_get(db, w->scope, id, scope_body(w->scope), r));
    return survey_response_is_editable(r->state) && survey_write_is_in_time(s, r, tx_now(w->tx))
        ? OK
        : ERR(CONFLICT);
}

struct asking {
    const struct catalog *catalog;
    struct fact *facts;
    bool *asked; /* a slot per item, as of facts */
};

static err load_asking(const struct writing *w, const struct response *r, struct asking *out)
{
    struct survey s;
    struct db *db = tx_db(w->tx);
    TRY(survey_get(db, w->a, r->survey, &s));
    TRY(form_catalog_get(db, s.catalog, &out->catalog));
    out->facts = ARENA_ARRAY(w->a, struct fact, out->catalog->n_items);
    out->asked = ARENA_ARRAY(w->a, bool, out->catalog->n_items);
    if (!out->facts || !out->asked)
        return ERR(NOMEM);
    TRY(form_fact_all(db, w->a, w->scope, s.id.v, r->body, 0, out->catalog, out->facts));
    form_asked(out->catalog, out->facts, out->asked);
    return OK;
}

/* An answer others depend on moves what is asked, and so every count of the response. */
static err recount(const struct writing *w, const struct response *r)
{
    struct asking k;
    struct progress p;
    TRY(load_asking(w, r, &k));
    survey_progress_count(k.catalog, k.facts, k.asked, &p);
    for (size_t i = 0; i < p.n; i++)
        TRY(survey_progress_set(w->tx, r->id, &p.area[i]));
    return OK;
}

/* One fact, and the count of its area moved with it. */
static err put_fact(const struct writing *w, const struct response *r, const struct question *q,
    const struct fact *before, const struct new_fact *f, int64_t *id)
{
    TRY(form_fact_add(w->tx, f, id));
    int64_t had = before->id != 0 && before->value.n > 0, has = f->value.n > 0;
    int64_t by = has - had;
    if (q->decides)
        return recount(w, r);
    return form_counts(q)
        ? survey_progress_move(w->tx, r->id, q->area, by, q->essential ? by : 0)
        : OK;
}

static struct new_fact new_fact(const struct writing *w, const struct response *r,
    const struct question *q, str value, enum basis basis, int64_t from)
{
    return (struct new_fact){.body = r->body,
        .organ = r->organ,
        .question = q->id,
        .question_rev = q->rev,
        .occasion = r->survey.v,
        .value = value,
        .basis = basis,
        .person = w->person,
        .from_fact = from};
}

/* CONFLICT: a condition takes the item out. */
static err may_answer(const struct writing *w, const struct response *r, const struct question *q)
{
    struct asking k;
    if (q->cond_question.v == 0)
        return OK;
    TRY(load_asking(w, r, &k));
    return k.asked[q - k.catalog->item] ? OK : ERR(CONFLICT);
}

/* Somebody of a section has what was assigned to it; the rest is not there. */
static err check_mine(const struct writing *w, survey_id id, const struct question *q)
{
    struct sheet sheet = {0};
    if (!(w->roles & ROLE_SECTION))
        return OK;
    TRY(survey_assignments(tx_db(w->tx), w->a, w->scope, id, &sheet.assigned));
    TRY(org_section_all(tx_db(w->tx), w->a, w->scope, &sheet.sections));
    return survey_sheet_is_mine(&sheet, w->roles, q) ? OK : ERR(NOTFOUND);
}

/* The item as it stands, for somebody who saw fact seen. */
static err open_item(const struct writing *w, survey_id id, str code, int64_t seen,
    struct response *r, const struct question **q, struct fact *newest)
{
    struct survey s;
    const struct catalog *c;
    TRY(open_response(w, id, &s, r));
    TRY(form_catalog_get(tx_db(w->tx), s.catalog, &c));
    *q = form_item(c, code);
    if (!*q)
        return ERR(NOTFOUND);
    TRY(check_mine(w, id, *q));
    TRY(form_fact_newest(tx_db(w->tx), w->a, w->scope, id.v, r->body, (*q)->id, 0, newest));
    return newest->id != seen ? ERR(STALE) : may_answer(w, r, *q);
}

static err save(const struct writing *w, const struct response *r, const struct question *q,
    const struct fact *newest, str action, const struct new_fact *f)
{
    int64_t fact;
    TRY(put_fact(w, r, q, newest, f, &fact));
    TRY(survey_response_touch(w->tx, r->id));
    return audit(w, action,
        str_fmt(w->a, "survey:%lld/%.*s", (long long)r->survey.v, STR_F(q->code)),
        str_fmt(w->a, "{\"fact\":%lld}", (long long)fact));
}

err survey_write_answer(const struct writing *w, survey_id id, str code, str value,
    int64_t seen, struct fact *newest)
{
    struct response r;
    const struct question *q;
    err e = open_item(w, id, code, seen, &r, &q, newest);
    /* Sent twice, or by two who agree: nothing to add, and nothing to choose between. */
    if ((!err_is(e) || e.code == ERR_STALE) && newest->id &&
        newest->basis == BASIS_DECLARED && str_eq(newest->value, value))
        return OK;
    TRY(e);
    struct new_fact f = new_fact(w, &r, q, value, BASIS_DECLARED, 0);
    TRY(save(w, &r, q, newest, S("survey.answer"), &f));
    return form_fact_newest(tx_db(w->tx), w->a, w->scope, id.v, r.body, q->id, 0, newest);
}

err survey_write_restore(const struct writing *w, survey_id id, str code, int64_t fact,
    int64_t seen, struct restored *out)
{
    struct response r;
    struct fact_list all;
    const struct question *q;
    err e = open_item(w, id, code, seen, &r, &q, &out->newest);
    if (err_is(e) && e.code != ERR_STALE)
        return e;
    TRY(form_fact_history(tx_db(w->tx), w->a, w->scope, id.v, r.body, q->id, &all));
    size_t i = 0;
    while (i < all.n && all.v[i].id != fact)
        i++;
    if (i == all.n)
        return ERR(NOTFOUND);
    out->question = q;
    out->value = all.v[i].value;
    TRY(e);
    struct new_fact f = new_fact(w, &r, q, out->value, BASIS_DECLARED, fact);
    return save(w, &r, q, &out->newest, S("survey.restore"), &f);
}

err survey_write_based(const struct writing *w, survey_id id, str code, int64_t seen,
    const struct based *b, struct fact *newest)
{
    struct response r;
    const struct question *q;
    TRY(open_item(w, id, code, seen, &r, &q, newest));
    struct new_fact f = new_fact(w, &r, q, b->value, b->basis, 0);
    f.evidence = b->evidence;
    f.note = b->note;
    return save(w, &r, q, newest, b->basis == BASIS_MEASURED ? S("survey.measured") : S("survey.keep"), &f);
}

err survey_write_comment(const struct writing *w, survey_id id, str code, str text)
{
    struct survey s;
    struct response r;
    const struct catalog *c;
    struct db *db = tx_db(w->tx);
    TRY(survey_get(db, w->a, id, &s));
    TRY(survey_response_get(db, w->scope, id, scope_body(w->scope), &r));
    TRY(form_catalog_get(db, s.catalog, &c));
    const struct question *q = form_item(c, code);
    if (!q)
        return ERR(NOTFOUND);
    TRY(check_mine(w, id, q));
    TRY(survey_comment_add(w->tx, &r, q->id, w->person, text));
    return audit(w, S("survey.comment"),
        str_fmt(w->a, "survey:%lld/%.*s", (long long)id.v, STR_F(code)), STR_NONE);
}

static err confirm_item(const struct writing *w, const struct response *r, const struct item *it)
{
    int64_t fact;
    struct new_fact f = new_fact(w, r, it->q, it->last.value, BASIS_CONFIRMED, it->last.id);
    return put_fact(w, r, it->q, &it->now, &f, &fact);
}

static bool is_meant(const struct confirming *what, const struct item *it)
{
    if (what->code.n)
        return str_eq(it->q->code, what->code);
    if (what->area.n)
        return str_eq(it->q->area, what->area);
    for (size_t i = 0; i < what->n_but; i++)
        if (str_eq(it->q->code, what->but[i]))
            return false;
    return survey_item_is_todo(it);
}

/* Every item and area that is named is in the catalogue. */
static bool is_in_catalog(const struct catalog *c, const struct confirming *what)
{
    bool area = what->area.n == 0;
    for (size_t i = 0; i < c->n_areas; i++)
        area |= str_eq(c->area[i].code, what->area);
    for (size_t i = 0; i < what->n_but; i++)
        if (!form_item(c, what->but[i]))
            return false;
    return area && (what->code.n == 0 || form_item(c, what->code));
}

err survey_write_confirm(
    const struct writing *w, survey_id id, const struct confirming *what, int *n)
{
    struct survey s;
    struct response r;
    struct sheet sheet;
    BUF_AUTO codes = BUF(65536);
    struct json list = json_on(&codes);
    *n = 0;
    TRY(open_response(w, id, &s, &r));
    TRY(survey_sheet_load(tx_db(w->tx), w->a, w->scope, id, r.body, &sheet));
    if (!is_in_catalog(sheet.catalog, what))
        return ERR(NOTFOUND);
    json_begin_array(&list);
    for (size_t i = 0; i < sheet.catalog->n_items; i++) {
        const struct item *it = &sheet.item[i];
        if (!is_meant(what, it) || !survey_item_may_confirm(it) ||
            !survey_sheet_is_mine(&sheet, w->roles, it->q))
            continue;
        TRY(confirm_item(w, &r, it));
        json_str(&list, it->q->code);
        ++*n;
    }
    json_end_array(&list);
    TRY(json_finish(&list));
    if (*n == 0)
        return OK; /* pressed twice, or a colleague was first: nothing is left to do */
    TRY(survey_response_touch(w->tx, r.id));
    return audit(w, S("survey.confirm"),
        str_fmt(w->a, "survey:%lld/%.*s", (long long)id.v,
            STR_F(what->code.n ? what->code : what->area)),
        str_fmt(w->a, "{\"items\":%.*s}", STR_F(buf_view(&codes))));
}

/* ── submission ── */

/* Answers carried without a look (allowed by the catalogue) become facts that say so. */
static err carry_rest(const struct writing *w, struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        struct item *it = &sheet->item[i];
        int64_t fact;
        if (it->state != ITEM_CARRIED || it->q->carry != CARRY_AUTO || it->now.id)
            continue;
        struct new_fact f =
            new_fact(w, &sheet->response, it->q, it->last.value, BASIS_CARRIED, it->last.id);
        TRY(put_fact(w, &sheet->response, it->q, &it->now, &f, &fact));
        it->now = it->last;
        it->now.id = fact;
        it->now.basis = BASIS_CARRIED;
    }
    return OK;
}

/* Into or out of the cells of a class and a prefecture: those of the day of the submission. */
static err move_cube(const struct writing *w, const struct sheet *sheet, int64_t class,
    int64_t pref, bool accepted, int64_t sign)
{
    struct cube_cell cells[CUBE_CELLS];
    if (sheet->response.organ)
        return OK; /* totals are of bodies: an organ beside 長 would count its body twice */
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        const struct item *it = &sheet->item[i];
        if (!form_counts(it->q) || it->now.id == 0 || it->state == ITEM_NOT_ASKED)
            continue;
        size_t n = survey_cube_cells(it->q, it->now.value, cells);
        for (size_t k = 0; k < n; k++)
            TRY(survey_cube_move(w->tx, sheet->survey.id, it->q->rev, pref, class,
                cells[k].answer, it->now.basis, accepted, sign, sign * cells[k].total));
    }
    return OK;
}

err survey_write_submit(const struct writing *w, survey_id id, struct sheet *sheet, int *missing)
{
    struct survey s;
    struct response r;
    uint8_t hash[32];
    *missing = 0;
    TRY(survey_get(tx_db(w->tx), w->a, id, &s));
    TRY(survey_response_get(tx_db(w->tx), w->scope, id, scope_body(w->scope), &r));
    if (survey_response_is_counted(r.state) || !survey_write_is_in_time(&s, &r, tx_now(w->tx)))
        return ERR(CONFLICT);
    TRY(survey_sheet_load(tx_db(w->tx), w->a, w->scope, id, r.body, sheet));
    for (size_t i = 0; i < sheet->catalog->n_items; i++)
        *missing += survey_item_blocks(&sheet->item[i]);
    if (*missing)
        return ERR(INVALID);
    TRY(carry_rest(w, sheet));
    survey_sheet_hash(sheet, hash);
    int64_t submission = tx_id(w->tx); /* newer than every fact: also the horizon */
    TRY(survey_submission_add(w->tx,
        &(struct submission){.id = submission,
            .response = r.id,
            .horizon = submission,
            .class = sheet->body.class,
            .pref = sheet->body.pref,
            .person = w->person,
            .hash = {hash, sizeof hash}}));
    TRY(survey_response_submit(w->tx, r.id, submission));
    TRY(move_cube(w, sheet, sheet->body.class, sheet->body.pref, false, +1));
    if (r.organ == 0) /* others enter no total */
        TRY(survey_release_step(w->tx, id, r.id));
    char hex[64];
    str h = hex_of(hex, hash, sizeof hash);
    return audit(w, S("survey.submit"), str_fmt(w->a, "survey:%lld", (long long)id.v),
        str_fmt(w->a, "{\"submission\":%lld,\"hash\":\"%.*s\"}", (long long)submission, STR_F(h)));
}

err survey_write_uncount(
    const struct writing *w, struct sheet *sheet, enum response_state to, bool correcting)
{
    const struct response *r = &sheet->response;
    bool accepted = r->state == RESPONSE_ACCEPTED;
    TRY(move_cube(w, sheet, r->class, r->pref, accepted, -1));
    TRY(survey_response_move(w->tx, r->id, to, correcting));
    return r->organ == 0 ? survey_release_step(w->tx, r->survey, r->id) : OK;
}

err survey_write_accept(const struct writing *w, struct sheet *sheet)
{
    const struct response *r = &sheet->response;
    TRY(move_cube(w, sheet, r->class, r->pref, false, -1));
    TRY(move_cube(w, sheet, r->class, r->pref, true, +1));
    return survey_response_move(w->tx, r->id, RESPONSE_ACCEPTED, false);
}

/* ── opening ── */

/* An organ is asked where its body is. */
static bool is_among(
    const struct body_list *bodies, const struct survey_target *target, body_id id)
{
    for (size_t i = 0; i < bodies->n; i++)
        if (bodies->v[i].id.v == id.v)
            return survey_target_has(target, &bodies->v[i]);
    return false;
}

err survey_open(struct tx *tx, struct arena *a, const struct scope *s,
    const struct new_survey *n, survey_id *out)
{
    const struct catalog *c;
    struct body_list bodies;
    struct organ_list organs;
    int64_t total[16] = {0}, needed[16] = {0}, response;
    TRY(form_catalog_get(tx_db(tx), n->catalog, &c));
    TRY(org_body_all(tx_db(tx), a, s, &bodies));
    TRY(org_organ_in_scope(tx_db(tx), a, s, &organs));
    TRY(survey_add(tx, n, out));
    for (size_t i = 0; i < c->n_items; i++) {
        const struct question *q = &c->item[i];
        for (size_t k = 0; k < c->n_areas; k++) {
            bool counted = form_counts(q) && q->cond_question.v == 0 &&
                str_eq(q->area, c->area[k].code); /* without answers no condition holds yet */
            total[k] += counted;
            needed[k] += counted && q->essential;
        }
    }
    size_t asked = 0;
    for (size_t i = 0; i < bodies.n; i++) {
        if (!survey_target_has(&n->target, &bodies.v[i]))
            continue;
        TRY(survey_response_add(tx, *out, bodies.v[i].id, &response));
        for (size_t k = 0; k < c->n_areas; k++)
            TRY(survey_progress_add(tx, response, c->area[k].code, total[k], needed[k]));
        asked++;
    }
    for (size_t i = 0; i < organs.n; i++) {
        if (!is_among(&bodies, &n->target, organs.v[i].body))
            continue;
        TRY(survey_response_add_organ(
            tx, *out, organs.v[i].body, organs.v[i].number, &response));
        for (size_t k = 0; k < c->n_areas; k++)
            TRY(survey_progress_add(tx, response, c->area[k].code, total[k], needed[k]));
    }
    if (asked == 0)
        return ERR(INVALID);
    struct audit_entry e = {.body = scope_body(s).v,
        .person = scope_person(s).v,
        .action = S("survey.open"),
        .object = str_fmt(a, "survey:%lld", (long long)out->v)};
    return audit_append(tx, &e);
}
