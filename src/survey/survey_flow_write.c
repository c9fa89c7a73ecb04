/* SPDX-License-Identifier: Apache-2.0 */
/* One act of the way, inside the writer's transaction: rules, effect, stamp, audit. */
#include "survey/survey_remind.h"

static err refuse(struct flow_result *out, err e, str why)
{
    out->why = why;
    return e;
}

/* The prefecture looks at its municipalities, not at itself: that is the national office's. */
static bool is_the_office(const struct writing *w, const struct body *b)
{
    if (scope_level(w->scope) == SCOPE_NATION)
        return true;
    return scope_level(w->scope) == SCOPE_PREF && b->class != CLASS_PREFECTURE &&
        b->id.v != scope_body(w->scope).v;
}

static err check_eyes(const struct writing *w, struct flow_result *out)
{
    bool answered;
    if (!(out->row->rules & FLOW_FRESH_EYES))
        return OK;
    TRY(survey_has_answered(tx_db(w->tx), &out->sheet.response, w->person, &answered));
    return answered ? refuse(out, ERR(DENIED),
                          S("この調査に回答した人は、承認できません。ほかの承認者か、代理の人に"
                            "頼んでください。"))
                    : OK;
}

static err check_complete(struct flow_result *out)
{
    if (!(out->row->rules & FLOW_COMPLETE))
        return OK;
    for (size_t i = 0; i < out->sheet.catalog->n_items; i++)
        out->missing += survey_item_blocks(&out->sheet.item[i]);
    return out->missing ? ERR(INVALID) : OK;
}

/* Without a CISO nobody could submit: said at once, not after the manager's work. Without a
 * manager the way goes straight to the CISO. */
static err next_holder(const struct writing *w, struct flow_result *out, enum response_state *to)
{
    int64_t n;
    struct db *db = tx_db(w->tx);
    *to = out->row->to;
    if (*to != RESPONSE_MANAGER)
        return OK;
    TRY(org_role_count(db, w->scope, ROLE_CISO, &n));
    if (n == 0)
        return refuse(out, ERR(CONFLICT),
            S("提出を承認するCISOが、利用者に登録されていません。団体管理者に登録を頼んでください。"));
    TRY(org_role_count(db, w->scope, ROLE_APPROVER, &n));
    if (n == 0)
        *to = RESPONSE_CISO;
    return OK;
}

static err check_rules(const struct writing *w, struct flow_result *out, str reason)
{
    const struct response *r = &out->sheet.response;
    bool late = !survey_write_is_in_time(&out->sheet.survey, r, tx_now(w->tx));
    if (out->row->side == FLOW_OFFICE && !is_the_office(w, &out->sheet.body))
        return ERR(DENIED);
    if (out->row->side == FLOW_OFFICE && str_eq(str_of(out->row->key), S("accept")))
        late = out->sheet.survey.state != SURVEY_OPEN; /* checking may take longer than answering */
    if (out->row->side == FLOW_OFFICE && out->row->to == RESPONSE_RETURNED) {
        struct response sent = *r;
        sent.correcting = true;
        late = !survey_write_is_in_time(&out->sheet.survey, &sent, tx_now(w->tx));
    }
    if (late)
        return refuse(out, ERR(CONFLICT), S("受付の最後の日を過ぎています。"));
    if ((out->row->rules & FLOW_REASON) && reason.n == 0)
        return refuse(out, ERR(INVALID), S("理由を入力してください。"));
    TRY(check_eyes(w, out));
    return check_complete(out);
}

/* What the step does beside moving the state. */
static err take_effect(const struct writing *w, struct flow_result *out, enum response_state to)
{
    struct response *r = &out->sheet.response;
    bool was = survey_response_is_counted(r->state), will = survey_response_is_counted(to);
    bool correcting = out->row->side == FLOW_OFFICE && to == RESPONSE_RETURNED;
    if (!was && will) {
        TRY(survey_write_submit(w, out->sheet.survey.id, &out->sheet, &out->missing));
        return survey_response_get(tx_db(w->tx), w->scope, out->sheet.survey.id, r->body, r);
    }
    if (was && !will)
        return survey_write_uncount(w, &out->sheet, to, correcting);
    if (to == RESPONSE_ACCEPTED)
        return survey_write_accept(w, &out->sheet);
    return survey_response_move(w->tx, r->id, to, r->correcting);
}

static err stamp(const struct writing *w, const struct flow_result *out, enum response_state from,
    enum response_state to, str reason)
{
    const struct response *r = &out->sheet.response;
    person_id place_of;
    TRY(org_deputy_for(tx_db(w->tx), (person_id){w->person}, out->row->roles,
        jday_of_usec(tx_now(w->tx)), &place_of));
    struct step step = {.response = r->id,
        .act = str_of(out->row->key),
        .from = from,
        .to = to,
        .person = w->person,
        .deputy_for = place_of.v,
        .reason = reason,
        .submission = r->submission};
    TRY(survey_step_add(w->tx, &step));
    BUF_AUTO detail = BUF(16384);
    struct json j = json_on(&detail);
    json_begin_object(&j);
    json_key(&j, S("submission"));
    json_i64(&j, r->submission);
    json_key(&j, S("deputy_for"));
    json_i64(&j, place_of.v);
    json_key(&j, S("reason"));
    json_str(&j, reason);
    json_end_object(&j);
    TRY(json_finish(&j));
    struct audit_entry e = {.body = r->body.v,
        .person = w->person,
        .action = str_fmt(w->a, "survey.%s", out->row->key),
        .object = str_fmt(w->a, "survey:%lld", (long long)r->survey.v),
        .detail = buf_view(&detail)};
    return audit_append(w->tx, &e);
}

static err say_wrong_state(const struct writing *w, enum flow_side side, str key,
    struct flow_result *out)
{
    enum response_state s = out->sheet.response.state;
    bool known = false, mine = false;
    for (const struct flow_row *r = survey_flow_rows; r->key; r++) {
        bool meant = str_eq(str_of(r->key), key);
        known = known || meant;
        mine = mine || (meant && r->side == side && (r->roles & w->roles));
    }
    if (!mine)
        return known ? ERR(DENIED) : ERR(NOTFOUND);
    str name = survey_response_state_name(s);
    return refuse(out, ERR(CONFLICT),
        str_fmt(w->a, "この調査は「%.*s」のため、今はできません。", STR_F(name)));
}

err survey_flow_act(const struct writing *w, enum flow_side side, survey_id id, body_id body,
    str key, str reason, struct flow_result *out)
{
    enum response_state to;
    *out = (struct flow_result){0};
    if (side == FLOW_BODY && body.v != scope_body(w->scope).v)
        return ERR(NOTFOUND);
    TRY(survey_sheet_load(tx_db(w->tx), w->a, w->scope, id, body, &out->sheet));
    enum response_state from = out->sheet.response.state;
    out->row = survey_flow_find(key, from, w->roles, side);
    if (!out->row)
        return say_wrong_state(w, side, key, out);
    TRY(check_rules(w, out, reason));
    TRY(next_holder(w, out, &to));
    TRY(take_effect(w, out, to));
    TRY(stamp(w, out, from, to, reason));
    return out->sheet.response.organ == 0 && !w->quiet ? survey_notify_step(w, id, body, to) : OK;
}

err survey_flow_check(const struct writing *w, survey_id id, body_id body, str code,
    enum check_verdict verdict, str note, struct flow_result *out)
{
    *out = (struct flow_result){0};
    TRY(survey_sheet_load(tx_db(w->tx), w->a, w->scope, id, body, &out->sheet));
    const struct question *q = form_item(out->sheet.catalog, code);
    if (!q)
        return ERR(NOTFOUND);
    if (out->sheet.response.state == RESPONSE_SUBMITTED)
        TRY(survey_flow_act(w, FLOW_OFFICE, id, body, S("check"), STR_NONE, out));
    else if (!is_the_office(w, &out->sheet.body))
        return ERR(DENIED);
    else if (out->sheet.response.state != RESPONSE_CHECKING)
        return say_wrong_state(w, FLOW_OFFICE, S("check"), out);
    if (verdict == CHECK_QUERY && note.n == 0)
        return refuse(out, ERR(INVALID), S("確かめてほしいことを入力してください。"));
    struct item_check c = {.submission = out->sheet.response.submission,
        .question = q->id,
        .verdict = verdict,
        .note = note,
        .person = w->person};
    return survey_check_add(w->tx, &c);
}
