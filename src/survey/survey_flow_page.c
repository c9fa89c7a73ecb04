/* SPDX-License-Identifier: Apache-2.0 */
/* The way as people see and walk it: inside the body, and at the office. */
#include "survey/survey_page.h"

#include "submit.ht.h"
#include "way.ht.h"

/* ── how far it is ── */

static str station_note(enum flow_place p)
{
    static const str notes[] = {
        [PLACE_BEFORE] = S("これから"), [PLACE_HERE] = S("今ここ"), [PLACE_DONE] = S("済み")};
    return notes[p];
}

static err way_stations(struct req *rq, const struct sheet *sheet, struct view_way *v)
{
    static const str keys[] = {
        [PLACE_BEFORE] = S("before"), [PLACE_HERE] = S("here"), [PLACE_DONE] = S("done")};
    struct flow_station all[FLOW_STATIONS];
    survey_flow_stations(sheet->response.state, sheet->body.class, all);
    v->stations.p = ARENA_ARRAY(rq->a, struct view_way_stations, FLOW_STATIONS);
    if (!v->stations.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < FLOW_STATIONS; i++)
        v->stations.p[v->stations.n++] = (struct view_way_stations){
            str_of(all[i].name), keys[all[i].place], station_note(all[i].place)};
    return OK;
}

static err way_steps(struct req *rq, const struct sheet *sheet, struct view_way *v)
{
    struct step_list all;
    const struct scope *s = rq->who.scope;
    TRY(survey_steps(rq->db, rq->a, s, &sheet->response, &all));
    v->steps.p = ARENA_ARRAY(rq->a, struct view_way_steps, all.n);
    if (!v->steps.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct step *step = &all.v[i];
        /* Reasons given inside the body stay there. */
        bool inside = !survey_response_is_counted(step->from) && step->to != RESPONSE_SUBMITTED;
        if (inside && !scope_is_own(s, sheet->body.id))
            continue;
        struct view_way_steps *row = &v->steps.p[v->steps.n++];
        *row = (struct view_way_steps){.name = survey_flow_name(step->act, step->from),
            .at = step->at,
            .reason = step->reason};
        TRY(org_person_name(rq->db, rq->a, s, (person_id){step->person}, &row->by));
        if (step->deputy_for && scope_is_own(s, sheet->body.id))
            TRY(org_person_name(
                rq->db, rq->a, s, (person_id){step->deputy_for}, &row->deputy_for));
    }
    return OK;
}

static err way_acts(struct req *rq, const struct sheet *sheet, enum flow_side side,
    struct view_way *v)
{
    enum response_state state = sheet->response.state;
    uint32_t roles = rq->who.roles;
    const struct flow_row *next = survey_flow_next(state, roles, side);
    int64_t missing = 0;
    for (size_t i = 0; i < sheet->catalog->n_items; i++)
        missing += survey_item_blocks(&sheet->item[i]);
    if (next && (next->rules & FLOW_COMPLETE) && missing) {
        v->turn = str_fmt(rq->a, "あなたの番です。あと %lld 項目の回答か確認で、次へ進めます。",
            (long long)missing);
    } else if (next) {
        v->next_key = str_of(next->key);
        v->next_button = str_of(next->button);
    }
    v->backs.p = ARENA_ARRAY(rq->a, struct view_way_backs, 8);
    if (!v->backs.p)
        return ERR(NOMEM);
    for (const struct flow_row *r = survey_flow_rows; r->key && v->backs.n < 8; r++)
        if (r->from == state && r->side == side && (r->roles & roles) && (r->rules & FLOW_BACK))
            v->backs.p[v->backs.n++] = (struct view_way_backs){
                str_of(r->key), str_of(r->button), (r->rules & FLOW_REASON) != 0};
    return OK;
}

static str turn_text(struct req *rq, const struct sheet *sheet, const struct view_way *v)
{
    enum response_state state = sheet->response.state;
    if (state == RESPONSE_ACCEPTED)
        return S("受理されました。内容は確定しています。");
    if (v->next_key.n)
        return S("あなたの番です。");
    str name = survey_flow_turn_name(state, sheet->body.class);
    return str_fmt(rq->a, "今は「%.*s」の番です。", STR_F(name));
}

/* The prefecture has no say over itself: no buttons then, as the act would be refused. */
static bool may_act(const struct req *rq, const struct sheet *sheet, enum flow_side side)
{
    bool own = scope_is_own(rq->who.scope, sheet->body.id);
    if (side == FLOW_BODY)
        return own;
    return scope_level(rq->who.scope) == SCOPE_NATION ||
        (!own && sheet->body.class != CLASS_PREFECTURE);
}

err survey_way_view(
    struct req *rq, const struct sheet *sheet, enum flow_side side, struct view_way *out)
{
    *out = (struct view_way){.id = sheet->survey.id.v,
        .body = side == FLOW_OFFICE ? sheet->body.id.v : 0,
        .organ = sheet->response.organ,
        .reason = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason")};
    TRY(way_stations(rq, sheet, out));
    if (may_act(rq, sheet, side))
        TRY(way_acts(rq, sheet, side, out));
    if (out->turn.n == 0)
        out->turn = turn_text(rq, sheet, out);
    return way_steps(rq, sheet, out);
}

/* ── walking it ── */

struct step_form {
    str reason;
};

static const struct web_field step_fields[] = {
    {.name = "reason", .label = "理由", .type = FIELD_TEXT,
        .offset = offsetof(struct step_form, reason), .max = 1000},
};
static const struct web_form step_form = WEB_FORM(step_fields, step_form);

static void name_missing(struct req *rq, const struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->catalog->n_items; i++)
        if (survey_item_blocks(&sheet->item[i]))
            req_error(rq, str_z(rq->a, sheet->item[i].q->code),
                S("回答か確認が必要です。"));
}

static err say(struct req *rq, err e, const struct flow_result *r, const char *field)
{
    if (e.code == ERR_INVALID && r->missing)
        name_missing(rq, &r->sheet);
    else if (e.code == ERR_INVALID)
        req_error(rq, field, r->why);
    else if (err_is(e) && r->why.n)
        req_say(rq, r->why);
    return e;
}

static err walk(struct tx *tx, struct req *rq, enum flow_side side, body_id body, str key,
    str reason, struct flow_result *r)
{
    struct writing w = survey_writing(tx, rq);
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    return say(rq, survey_flow_act(&w, side, id, body, key, reason, r), r, "reason");
}

static err own_step(struct tx *tx, struct req *rq, str key, str reason)
{
    struct flow_result r;
    TRY(walk(tx, rq, FLOW_BODY, scope_body(rq->who.scope), key, reason, &r));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld?ok=step-%.*s",
                          (long long)r.sheet.survey.id.v, STR_F(key)));
}

static err step_write(struct tx *tx, struct req *rq)
{
    const struct step_form *f = rq->form;
    return own_step(tx, rq, req_param(rq, "act"), f->reason);
}

/* 「次へ」: whatever act brings it on from where it stands, for this person. */
static err submit_write(struct tx *tx, struct req *rq)
{
    struct survey s;
    struct response r;
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(survey_get(tx_db(tx), rq->a, id, &s));
    TRY(survey_response_get(
        tx_db(tx), rq->who.scope, id, scope_body(rq->who.scope), &r));
    const struct flow_row *row = survey_flow_next(r.state, rq->who.roles, FLOW_BODY);
    if (row)
        return own_step(tx, rq, str_of(row->key), STR_NONE);
    str turn = survey_flow_turn_name(r.state, CLASS_CITY); /* inside the body: any class */
    req_say(rq, str_fmt(rq->a, "今は「%.*s」の番です。", STR_F(turn)));
    return ERR(CONFLICT);
}

static err office_step_write(struct tx *tx, struct req *rq)
{
    const struct step_form *f = rq->form;
    struct flow_result r;
    body_id body;
    TRY(survey_look(rq));
    TRY(req_param_i64(rq, "body", &body.v));
    str key = req_param(rq, "act");
    TRY(walk(tx, rq, FLOW_OFFICE, body, key, f->reason, &r));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/board?ok=step-%.*s",
                          (long long)r.sheet.survey.id.v, STR_F(key)));
}

/* ── one item, looked at by the office ── */

struct check_form {
    str verdict, note;
};

static const struct web_field check_fields[] = {
    {.name = "verdict", .label = "確認の結果", .type = FIELD_LINE,
        .offset = offsetof(struct check_form, verdict), .required = true, .max = 10},
    {.name = "note", .label = "確かめてほしいこと", .type = FIELD_TEXT,
        .offset = offsetof(struct check_form, note), .max = 1000},
};
static const struct web_form check_form = WEB_FORM(check_fields, check_form);

static err check_write(struct tx *tx, struct req *rq)
{
    const struct check_form *f = rq->form;
    struct writing w = survey_writing(tx, rq);
    struct flow_result r;
    survey_id id;
    body_id body;
    bool good = str_eq(f->verdict, S("good"));
    TRY(survey_look(rq));
    w = survey_writing(tx, rq);
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(req_param_i64(rq, "body", &body.v));
    str code = req_param(rq, "code");
    if (!good && !str_eq(f->verdict, S("query"))) {
        req_error(rq, "verdict", S("確認の結果を選んでください。"));
        return ERR(INVALID);
    }
    TRY(say(rq, survey_flow_check(&w, id, body, code, good ? CHECK_GOOD : CHECK_QUERY,
                    good ? STR_NONE : f->note, &r),
        &r, "note"));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/board/%lld?organ=%lld&ok=saved#item-%.*s",
                          (long long)id.v, (long long)body.v,
                          (long long)r.sheet.response.organ, STR_F(code)));
}

/* The parties of the way; who may do what stands in the table. */
const struct permission survey_p_step = {"survey.step",
    ROLE_STAFF | ROLE_APPROVER | ROLE_CISO};
const struct permission survey_p_check = {"survey.check", ROLE_PREF | ROLE_NATION};

const struct route survey_flow_routes[] = {
    {.method = GET, .path = "/surveys/{survey}/submit", .perm = &survey_p_step,
        .read = survey_submit_read,
        .shows = VIEWS(&view_submit_type)},
    {.method = POST, .path = "/surveys/{survey}/submit", .perm = &survey_p_step, .flags = ROUTE_FRESH,
        .read = survey_submit_read, .write = submit_write,
        .goes = PATHS("/surveys/{survey}")},
    {.method = POST, .path = "/surveys/{survey}/steps/{act}", .perm = &survey_p_step,
        .flags = ROUTE_FRESH,
        .form = &step_form, .read = survey_submit_read, .write = step_write,
        .goes = PATHS("/surveys/{survey}")},
    {.method = POST, .path = "/surveys/{survey}/board/{body}/steps/{act}",
        .perm = &survey_p_check, .form = &step_form, .read = survey_board_body_read,
        .write = office_step_write,
        .query = survey_board_body_query, .goes = PATHS("/surveys/{survey}/board")},
    {.method = POST, .path = "/surveys/{survey}/board/{body}/items/{code}/check",
        .perm = &survey_p_check, .form = &check_form, .read = survey_board_body_read,
        .write = check_write,
        .query = survey_board_body_query, .goes = PATHS("/surveys/{survey}/board/{body}")},
    {.path = NULL},
};
