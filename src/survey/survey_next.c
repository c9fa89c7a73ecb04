/* SPDX-License-Identifier: Apache-2.0 */
/* The line at the top of every page: what this person should do next. */
#include "survey/survey_page.h"

static str day_text(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(64);
    put_wareki_day(&b, day);
    return str_dup(a, buf_view(&b));
}

/* 「令和8年度」 of the yearly survey; a composed one by its name. */
static str short_name(struct req *rq, const struct survey *s)
{
    return str_eq(s->catalog_code, str_of(form_catalog_code))
        ? survey_year_text(rq->a, s->fiscal_year)
        : str_fmt(rq->a, "「%.*s」", STR_F(s->title));
}

static void say_left(struct req *rq, const struct survey *s, int64_t left, struct next_step *out)
{
    str year = short_name(rq, s), deadline = day_text(rq->a, s->shown_deadline);
    if (left > 0) {
        out->text = str_fmt(rq->a, "%.*sの調査は、あと %lld 項目の回答か確認で提出できます。"
                                   "期限は%.*sです。",
            STR_F(year), (long long)left, STR_F(deadline));
        out->href = str_fmt(rq->a, "/surveys/%lld?show=todo", (long long)s->id.v);
        out->label = S("対応が必要な項目を開く");
    } else {
        out->text = str_fmt(rq->a, "%.*sの調査は、必須の項目がそろいました。期限は%.*sです。",
            STR_F(year), STR_F(deadline));
        out->href = str_fmt(rq->a, "/surveys/%lld/submit", (long long)s->id.v);
        out->label = S("内容を確かめて提出する");
    }
}

err survey_own_response(
    struct req *rq, const struct survey *s, struct response *r, struct progress *p)
{
    *r = (struct response){0};
    err e = survey_response_get(rq->db, rq->who.scope, s->id, scope_body(rq->who.scope), r);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    return survey_progress_get(rq->db, rq->a, rq->who.scope, r->id, p);
}

/* A reason may be a page long; the line at the top is one line. */
static str first_words(struct arena *a, str text)
{
    enum { SHOWN = 60 };
    size_t chars = 0, i = 0;
    while (i < text.n && text.p[i] != '\n' && chars <= SHOWN)
        chars += ((unsigned char)text.p[i++] & 0xC0) != 0x80;
    if (chars <= SHOWN)
        return str_sub(text, 0, i);
    do
        i--;
    while (((unsigned char)text.p[i] & 0xC0) == 0x80);
    return str_fmt(a, "%.*s…", STR_F(str_sub(text, 0, i)));
}

/* Sent back, with the reason: also when every item has an answer there is something to mend. */
static err say_returned(
    struct req *rq, const struct survey *s, const struct response *r, struct next_step *out)
{
    struct step_list steps;
    jday last = r->correcting ? s->last_correction : s->shown_deadline;
    str year = short_name(rq, s), deadline = day_text(rq->a, last), reason = STR_NONE;
    TRY(survey_steps(rq->db, rq->a, rq->who.scope, r, &steps));
    for (size_t i = 0; i < steps.n; i++)
        if (steps.v[i].to == RESPONSE_RETURNED)
            reason = first_words(rq->a, steps.v[i].reason);
    out->text = str_fmt(rq->a, "%.*sの調査が差し戻されました。理由：「%.*s」　期限は%.*sです。",
        STR_F(year), STR_F(reason), STR_F(deadline));
    out->href = str_fmt(rq->a, "/surveys/%lld/submit", (long long)s->id.v);
    out->label = S("理由を見て直す");
    return OK;
}

/* It is this person's turn to approve. */
static void say_turn(struct req *rq, const struct survey *s, struct next_step *out)
{
    str year = short_name(rq, s), deadline = day_text(rq->a, s->shown_deadline);
    out->text = str_fmt(rq->a, "%.*sの調査が、あなたの確認を待っています。期限は%.*sです。",
        STR_F(year), STR_F(deadline));
    out->href = str_fmt(rq->a, "/surveys/%lld/submit", (long long)s->id.v);
    out->label = S("内容を確かめる");
}

static err say_waiting(
    struct req *rq, const struct survey *s, const struct response *r, struct next_step *out)
{
    struct body own;
    TRY(org_body_get(rq->db, rq->a, rq->who.scope, r->body, &own));
    str year = short_name(rq, s);
    str turn = survey_flow_turn_name(r->state, own.class);
    out->text = r->state == RESPONSE_ACCEPTED
        ? str_fmt(rq->a, "%.*sの調査は受理されました。今、することはありません。", STR_F(year))
        : str_fmt(rq->a, "%.*sの調査は、今「%.*s」の番です。あなたがすることは、今はありません。",
              STR_F(year), STR_F(turn));
    return OK;
}

/* Somebody of a section: the items of that section, and its own deadline. */
static err section_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    struct sheet sheet;
    int64_t left = 0;
    jday due = s->shown_deadline;
    TRY(survey_sheet_load(
        rq->db, rq->a, rq->who.scope, s->id, scope_body(rq->who.scope), &sheet));
    for (size_t i = 0; i < sheet.catalog->n_items; i++) {
        const struct item *it = &sheet.item[i];
        const struct assignment *as = survey_assigned(&sheet.assigned, it->q);
        if (!survey_item_is_todo(it) || !survey_sheet_is_mine(&sheet, rq->who.roles, it->q))
            continue;
        left++;
        if (as && as->due != DAY_NONE && as->due < due)
            due = as->due;
    }
    str year = short_name(rq, s), day = day_text(rq->a, due);
    if (left == 0) {
        out->text = str_fmt(rq->a, "%.*sの調査で、あなたの課がすることは、今はありません。", STR_F(year));
        return OK;
    }
    out->text = str_fmt(rq->a, "%.*sの調査で、あなたの課の項目が %lld 件残っています。期限は%.*sです。",
        STR_F(year), (long long)left, STR_F(day));
    out->href = str_fmt(rq->a, "/surveys/%lld?show=todo", (long long)s->id.v);
    out->label = S("課の項目を開く");
    return OK;
}

/* Nothing may be changed any more, and it was not submitted. */
static err say_over(struct req *rq, const struct survey *s, struct next_step *out)
{
    str year = short_name(rq, s);
    out->text = str_fmt(rq->a, "%.*sの調査は、受付が終わりました。まだ提出していないので、"
                               "都道府県か国の担当者に相談してください。", STR_F(year));
    return OK;
}

static err own_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    struct response r;
    struct progress p;
    TRY(survey_own_response(rq, s, &r, &p));
    if (r.id == 0)
        return OK;
    if (survey_is_open(rq, s, &r) && !survey_may(rq, &survey_p_step))
        return section_next(rq, s, out);
    if (survey_response_is_editable(r.state) && !survey_is_open(rq, s, &r))
        return say_over(rq, s, out);
    if (r.state == RESPONSE_RETURNED && survey_may(rq, &survey_p_answer))
        return say_returned(rq, s, &r, out);
    if (survey_is_open(rq, s, &r) && survey_may(rq, &survey_p_answer))
        say_left(rq, s, p.needed - p.needed_done, out);
    else if (survey_flow_next(r.state, rq->who.roles, FLOW_BODY) &&
        survey_write_is_in_time(s, &r, rq->now))
        say_turn(rq, s, out);
    else
        return say_waiting(rq, s, &r, out);
    return OK;
}

/* Whether the figures of a survey are to be published, or published again. */
static err publishing_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    struct edition_list all;
    bool changed = false;
    str year = short_name(rq, s);
    TRY(survey_editions(rq->db, rq->a, s->id, &all));
    if (all.n)
        TRY(survey_edition_is_behind(rq->db, s->id, all.v[all.n - 1].id, &changed));
    out->href = str_fmt(rq->a, "/surveys/%lld/editions", (long long)s->id.v);
    if (all.n == 0) {
        out->text = str_fmt(rq->a, "%.*sの調査は締め切りました。数値を公表できます。", STR_F(year));
        out->label = S("数値を公表する");
    } else if (changed) {
        out->text = str_fmt(rq->a, "%.*sの調査で、公表の後に訂正された団体があります。", STR_F(year));
        out->label = S("訂正して公表する");
    } else {
        out->text = str_fmt(rq->a, "%.*sの調査の数値は公表しました。今、することはありません。",
            STR_F(year));
        out->label = S("公表した版を見る");
    }
    return OK;
}

static err closed_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    str year = short_name(rq, s);
    if (survey_may(rq, &survey_p_open))
        return publishing_next(rq, s, out);
    out->text = str_fmt(
        rq->a, "%.*sの調査は締め切られました。今、することはありません。", STR_F(year));
    return OK;
}

/* What waits for this office comes before its own survey, and that before the others'. */
static err office_next(struct req *rq, const struct survey *s, struct next_step *out)
{
    int64_t submitted, bodies, waiting;
    str year = short_name(rq, s);
    TRY(survey_waiting_count(rq->db, rq->who.scope, s->id, &waiting));
    out->href = str_fmt(rq->a, "/surveys/%lld/board%s", (long long)s->id.v,
        waiting ? "?show=waiting" : "");
    if (waiting) {
        out->text = str_fmt(rq->a, "%.*sの調査で、%lld 団体があなたの確認を待っています。",
            STR_F(year), (long long)waiting);
        out->label = S("確認を待つ団体を見る");
        return OK;
    }
    TRY(survey_submitted_count(rq->db, rq->who.scope, s->id, &(struct cube_filter){0}, &submitted, &bodies));
    out->text = submitted == bodies
        ? str_fmt(rq->a, "%.*sの調査は、%lld 団体の全てが提出しました。", STR_F(year),
              (long long)bodies)
        : str_fmt(rq->a, "%.*sの調査は、%lld 団体のうち %lld 団体がまだ提出していません。",
              STR_F(year), (long long)bodies, (long long)(bodies - submitted));
    out->label = S("団体ごとの状況を見る");
    return OK;
}

err survey_next_step(struct req *rq, struct next_step *out)
{
    struct survey s;
    bool own = !survey_may(rq, &survey_p_board);
    err e = survey_current(rq->db, rq->a, rq->who.scope, own, jday_of_usec(rq->now), &s);
    if (e.code == ERR_NOTFOUND) {
        if (survey_may(rq, &survey_p_open))
            *out = (struct next_step){S("調査はまだありません。下書きを作って、調査を始めてください。"),
                S("/surveys/drafts"), S("調査の下書きを作る")};
        return OK;
    }
    TRY(e);
    if (survey_may(rq, &survey_p_board))
        return s.state == SURVEY_CLOSED ? closed_next(rq, &s, out) : office_next(rq, &s, out);
    return survey_may(rq, &survey_p_read) ? own_next(rq, &s, out) : OK;
}
