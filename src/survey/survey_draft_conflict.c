/* SPDX-License-Identifier: Apache-2.0 */
/* Two people changed one draft: what was sent beside what is there now, in words, and a choice. */
#include "survey/survey_draft.h"

#include "draft_conflict.ht.h"

enum { ROWS = 12 };

/* What one side says, field by field; both sides name the same fields. */
struct told {
    str label[ROWS], text[ROWS];
    size_t n;
};

static void tell(struct told *t, str label, str text)
{
    t->label[t->n] = label;
    t->text[t->n++] = text;
}

static str day_words(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(64);
    if (day != DAY_NONE)
        put_wareki_day(&b, day);
    return str_dup(a, buf_view(&b));
}

static str yes(bool is)
{
    return is ? S("はい") : S("いいえ");
}

/* ── the parts of a draft ── */

static err tell_head(struct tx *tx, struct arena *a, const struct draft *d, struct told *t)
{
    struct survey previous = {.title = S("引き継がない")};
    if (d->previous.v)
        TRY(survey_get(tx_db(tx), a, d->previous, &previous));
    tell(t, S("調査の名前"), d->title);
    tell(t, S("調査の目的"), d->purpose);
    tell(t, S("年度"), survey_year_text(a, (int)d->fiscal_year));
    tell(t, S("基準日"), day_words(a, d->as_of));
    tell(t, S("団体に示す期限"), day_words(a, d->shown_deadline));
    tell(t, S("提出を受け付ける最後の日"), day_words(a, d->last_submission));
    tell(t, S("訂正を受け付ける最後の日"), day_words(a, d->last_correction));
    tell(t, S("回答を引き継ぐ、前の調査"), previous.title);
    return OK;
}

static err tell_target(struct tx *tx, struct arena *a, const struct draft *d, struct told *t)
{
    struct body_list prefs;
    BUF_AUTO classes = BUF(4096);
    BUF_AUTO names = BUF(4096);
    TRY(org_pref_all(tx_db(tx), a, &prefs));
    for (int c = CLASS_PREFECTURE; c <= CLASS_VILLAGE; c++)
        if (d->classes & (int64_t)1 << c)
            buf_str(&classes, str_fmt(a, "%.*s\n", STR_F(org_class_name((enum body_class)c))));
    for (size_t i = 0; i < prefs.n; i++)
        if (d->prefs & (int64_t)1 << prefs.v[i].pref)
            buf_str(&names, str_fmt(a, "%.*s\n", STR_F(prefs.v[i].name)));
    tell(t, S("対象"), d->chosen ? S("選んだ団体") : S("全ての団体"));
    tell(t, S("区分"), str_dup(a, buf_view(&classes)));
    tell(t, S("都道府県"), str_dup(a, buf_view(&names)));
    tell(t, S("団体コード"), d->codes);
    return OK;
}

static void tell_wording(struct arena *a, const struct draft_item *it, struct told *t)
{
    tell(t, S("設問の文"), it->q.text);
    tell(t, S("なぜ聞くのか"), it->q.why);
    tell(t, S("回答の型"), survey_type_name(it->q.type));
    tell(t, S("選択肢"), survey_options_text(a, &it->q));
    tell(t, S("単位"), it->q.unit);
    tell(t, S("義務か参考か"), form_level_name(it->level.level));
    tell(t, S("根拠"), it->level.law);
    tell(t, S("前の調査の回答の扱い"), survey_carry_name(it->q.carry));
    tell(t, S("「該当なし」を加える"), yes(it->q.allow_na));
    tell(t, S("必須にする"), yes(it->q.essential));
    tell(t, S("見直し中にする"), yes(it->q.pending));
}

static void tell_condition(
    struct arena *a, const struct drafting *now, const struct question *q, struct told *t)
{
    str text = S("全ての団体に尋ねる");
    for (size_t i = 0; i < now->n; i++)
        if (now->q[i].id.v == q->cond_question.v)
            text = survey_condition_text(a, &now->q[i], q->cond_values);
    tell(t, S("条件"), text);
}

/* ── the page ── */

/* What was sent, but the version: that is the newest now. */
static err put_fields(struct req *rq, struct view_draft_conflict *v)
{
    const struct web_form *form = rq->route->form;
    enum { MOST = 256 };
    v->fields.p = ARENA_ARRAY(rq->a, struct view_draft_conflict_fields, MOST);
    if (!v->fields.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < form->n; i++) {
        struct strs typed = req_typed_list(rq, form->fields[i].name);
        if (str_eq(str_of(form->fields[i].name), S("version")))
            continue;
        if (v->fields.n + typed.n > MOST)
            return ERR(LIMIT);
        for (size_t k = 0; k < typed.n; k++)
            v->fields.p[v->fields.n++] = (struct view_draft_conflict_fields){
                str_of(form->fields[i].name), typed.v[k]};
    }
    return OK;
}

static err show(struct tx *tx, struct req *rq, const struct draft *now, str back,
    const struct told *mine, const struct told *theirs)
{
    struct view_draft_conflict *v = ARENA_NEW(rq->a, struct view_draft_conflict);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_draft_conflict){.id = now->id,
        .name = now->title,
        .action = rq->x->path,
        .back = back,
        .version = now->version,
        .theirs_at = now->changed_at};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_draft_conflict_rows, ROWS);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (; v->rows.n < mine->n; v->rows.n++) {
        size_t i = v->rows.n;
        bool differs = !str_eq(mine->text[i], theirs->text[i]);
        v->rows.p[i] = (struct view_draft_conflict_rows){
            mine->label[i], mine->text[i], theirs->text[i], differs};
        v->differs |= differs;
    }
    TRY(put_fields(rq, v));
    TRY(org_person_name(
        tx_db(tx), rq->a, rq->who.scope, (person_id){now->person}, &v->theirs_by));
    TRY(req_show(rq, &view_draft_conflict_type, v));
    return ERR(STALE);
}

err survey_head_conflict(
    struct tx *tx, struct req *rq, const struct draft *now, const struct draft *mine)
{
    struct told m = {.n = 0}, t = {.n = 0};
    TRY(tell_head(tx, rq->a, mine, &m));
    TRY(tell_head(tx, rq->a, now, &t));
    return show(tx, rq, now, rq->x->path, &m, &t);
}

err survey_target_conflict(
    struct tx *tx, struct req *rq, const struct draft *now, const struct draft *mine)
{
    struct told m = {.n = 0}, t = {.n = 0};
    TRY(tell_target(tx, rq->a, mine, &m));
    TRY(tell_target(tx, rq->a, now, &t));
    return show(tx, rq, now, rq->x->path, &m, &t);
}

err survey_question_conflict(
    struct tx *tx, struct req *rq, const struct drafting *now, const struct draft_item *mine)
{
    struct told m = {.n = 0}, t = {.n = 0};
    const struct draft_item *theirs = survey_draft_item(now, mine->q.code);
    if (!theirs)
        return ERR(NOTFOUND);
    tell_wording(rq->a, mine, &m);
    tell_wording(rq->a, theirs, &t);
    return show(tx, rq, &now->draft, rq->x->path, &m, &t);
}

err survey_condition_conflict(
    struct tx *tx, struct req *rq, const struct drafting *now, const struct draft_item *mine)
{
    struct told m = {.n = 0}, t = {.n = 0};
    const struct draft_item *theirs = survey_draft_item(now, mine->q.code);
    if (!theirs)
        return ERR(NOTFOUND);
    tell_condition(rq->a, now, &mine->q, &m);
    tell_condition(rq->a, now, &theirs->q, &t);
    str back = str_fmt(rq->a, "/surveys/drafts/%lld/items/%.*s", (long long)now->draft.id,
        STR_F(mine->q.code));
    return show(tx, rq, &now->draft, back, &m, &t);
}
