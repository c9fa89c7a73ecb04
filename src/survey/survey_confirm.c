/* SPDX-License-Identifier: Apache-2.0 */
/* 「前年度から変更なし」 of one item, an area or all; and the way from one waiting item to the next. */
#include "survey/survey_page.h"
#include "survey/survey_private.h"

/* What a closed response means for the person. */
err survey_say_closed(struct req *rq, err e)
{
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("提出済みか、期限を過ぎているか、条件により対象外の項目のため、回答を変更"
                      "できません。"));
    return e;
}

/* ── the next item ── */

static bool waits(const struct sheet *sheet, uint32_t roles, const struct item *it)
{
    return survey_item_is_todo(it) && survey_sheet_is_mine(sheet, roles, it->q);
}

struct left survey_sheet_left(const struct sheet *sheet, uint32_t roles)
{
    struct left left = {0};
    for (size_t i = 0; i < sheet->catalog->n_items; i++) {
        const struct item *it = &sheet->item[i];
        if (waits(sheet, roles, it))
            ++*(survey_item_blocks(it) ? &left.needed : &left.optional);
    }
    return left;
}

/* The next one after this in the order of the survey, and then from its beginning: what stops the
 * submission; only somebody who is among the optional items goes on among those. NULL: none waits. */
static const struct item *next_item(const struct sheet *sheet, uint32_t roles, str code)
{
    const struct question *from = form_item(sheet->catalog, code);
    size_t n = sheet->catalog->n_items, at = from ? (size_t)(from - sheet->catalog->item) : n - 1;
    const struct item *optional = NULL;
    for (size_t i = 1; i <= n; i++) {
        const struct item *it = &sheet->item[(at + i) % n];
        if (it->q == from || !waits(sheet, roles, it))
            continue;
        if (survey_item_blocks(it))
            return it;
        if (!optional)
            optional = it;
    }
    return from && !(from->essential && !from->pending) ? optional : NULL;
}

err survey_go_on(struct tx *tx, struct req *rq, survey_id id, str code, const char *ok)
{
    struct sheet sheet;
    TRY(survey_sheet_load(tx_db(tx), rq->a, rq->who.scope, id, scope_body(rq->who.scope), &sheet));
    const struct item *next = next_item(&sheet, rq->who.roles, code);
    if (next)
        return req_go(rq, str_fmt(rq->a, "/surveys/%lld/items/%.*s?ok=%s-next", (long long)id.v,
                              STR_F(next->q->code), ok));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/submit?ok=%s", (long long)id.v, ok));
}

/* ── unchanged ── */

static err confirm(struct tx *tx, struct req *rq, const struct confirming *what, survey_id *id)
{
    struct writing w = survey_writing(tx, rq);
    int n;
    TRY(req_param_i64(rq, "survey", &id->v));
    return survey_say_closed(rq, survey_write_confirm(&w, *id, what, &n));
}

err survey_item_confirm_write(struct tx *tx, struct req *rq)
{
    struct confirming what = {.code = req_param(rq, "code")};
    survey_id id;
    TRY(confirm(tx, rq, &what, &id));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld?ok=confirmed#item-%.*s", (long long)id.v,
                          STR_F(what.code)));
}

err survey_area_confirm_write(struct tx *tx, struct req *rq)
{
    struct confirming what = {.area = req_param(rq, "area")};
    survey_id id;
    TRY(confirm(tx, rq, &what, &id));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld?ok=confirmed#area-%.*s", (long long)id.v,
                          STR_F(what.area)));
}

struct marked {
    struct strs changed; /* codes */
};

static const struct web_field marked_fields[] = {
    {.name = "changed", .label = "変わった項目", .type = FIELD_LINES,
        .offset = offsetof(struct marked, changed), .max = 500},
};
const struct web_form survey_marked_form = WEB_FORM(marked_fields, marked);

/* All but the marked items; those are then opened one after another. */
err survey_confirm_write(struct tx *tx, struct req *rq)
{
    const struct marked *f = rq->form;
    struct confirming what = {.but = f->changed.v, .n_but = f->changed.n};
    survey_id id;
    TRY(confirm(tx, rq, &what, &id));
    return survey_go_on(tx, rq, id, STR_NONE, "confirmed");
}
