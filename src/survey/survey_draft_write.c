/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a draft, and its publication. */
#include "survey/survey_draft.h"

static const char composed_code[] = "survey"; /* the line of all composed catalogues */

err survey_drafting_begin(const struct draft_writing *w, struct drafting *out)
{
    TRY(survey_drafting_load(tx_db(w->tx), w->a, w->scope, w->draft, out));
    if (out->draft.state != DRAFT_OPEN)
        return ERR(CONFLICT);
    return w->version == 0 || w->version == out->draft.version ? OK : ERR(STALE);
}

err survey_drafting_end(const struct draft_writing *w, str action, str object)
{
    TRY(survey_draft_touch(w->tx, w->draft, w->person));
    struct audit_entry e = {.body = w->org,
        .person = w->person,
        .action = action,
        .object = str_fmt(w->a, "draft:%lld%s%.*s", (long long)w->draft, object.n ? "/" : "",
            STR_F(object))};
    return audit_append(w->tx, &e);
}

err survey_draft_make(struct tx *tx, struct arena *a, const struct draft *d,
    const struct catalog *from, int64_t org, int64_t *id)
{
    TRY(survey_draft_add(tx, d, id));
    for (size_t i = 0; from && i < from->n_items; i++) {
        struct draft_item it = {.q = from->item[i], .base_rev = from->item[i].rev,
            .kind = LINEAGE_SAME};
        TRY(survey_draft_item_add(tx, *id, &it));
    }
    struct audit_entry e = {.body = org,
        .person = d->person,
        .action = S("draft.add"),
        .object = str_fmt(a, "draft:%lld", (long long)*id)};
    return audit_append(tx, &e);
}

const struct draft_item *survey_draft_item(const struct drafting *d, str code)
{
    for (size_t i = 0; i < d->n; i++)
        if (str_eq(d->item[i].q.code, code))
            return &d->item[i];
    return NULL;
}

/* ── what is missing ── */

static void tell(struct draft_problems *out, str text, str href)
{
    out->v[out->n++] = (struct draft_problem){text, href};
}

static void date_problems(const struct draft *d, jday today, str href, struct draft_problems *out)
{
    if (d->as_of == DAY_NONE || d->shown_deadline == DAY_NONE ||
        d->last_submission == DAY_NONE || d->last_correction == DAY_NONE) {
        tell(out, S("基準日と三つの期限を入力してください。"), href);
        return;
    }
    if (d->shown_deadline < today)
        tell(out, S("団体に示す期限を、今日か、後の日にしてください。"), href);
    if (d->last_submission < d->shown_deadline || d->last_correction < d->last_submission)
        tell(out, S("期限は、団体に示す期限、提出、訂正の順にしてください。"), href);
}

err survey_draft_problems(
    struct arena *a, const struct drafting *d, jday today, struct draft_problems *out)
{
    long long id = (long long)d->draft.id;
    out->n = 0;
    out->v = ARENA_ARRAY(a, struct draft_problem, d->n + 8);
    if (!out->v)
        return ERR(NOMEM);
    date_problems(&d->draft, today, str_fmt(a, "/surveys/drafts/%lld/head", id), out);
    if (d->n == 0)
        tell(out, S("項目を一つ以上加えてください。"),
            str_fmt(a, "/surveys/drafts/%lld/pick", id));
    if (d->asked.n == 0)
        tell(out, S("対象の団体がありません。対象を選び直してください。"),
            str_fmt(a, "/surveys/drafts/%lld/target", id));
    for (size_t i = 0; i < d->n; i++) {
        str code = d->q[i].code,
            message = survey_condition_message(survey_condition_fault(d->q, d->n, i));
        if (message.n)
            tell(out, str_fmt(a, "%.*s：%.*s", STR_F(code), STR_F(message)),
                str_fmt(a, "/surveys/drafts/%lld/items/%.*s", id, STR_F(code)));
    }
    return OK;
}

/* ── publication ── */

/* Every wording of the draft becomes a revision with its lineage. */
static err put_wordings(const struct draft_writing *w, struct drafting *d)
{
    for (size_t i = 0; i < d->n; i++) {
        struct draft_item *it = &d->item[i];
        if (it->q.rev == 0) {
            TRY(form_rev_put(w->tx, w->a, &it->q, &it->q.rev));
            if (it->q.rev != it->base_rev)
                TRY(form_lineage_put(w->tx, it->base_rev, it->q.rev,
                    it->base_rev ? it->kind : LINEAGE_NEW,
                    it->base_rev ? it->q.carry : CARRY_NEVER));
        }
        d->q[i] = it->q;
    }
    return OK;
}

/* The areas that have items, in their order. */
static size_t areas_of(const struct drafting *d, struct area areas[16])
{
    size_t n = 0;
    for (size_t k = 0; k < d->catalog->n_areas; k++) {
        bool used = false;
        for (size_t i = 0; i < d->n && !used; i++)
            used = str_eq(d->q[i].area, d->catalog->area[k].code);
        if (used)
            areas[n++] = d->catalog->area[k];
    }
    return n;
}

static err open_survey(const struct draft_writing *w, const struct drafting *d, survey_id *out)
{
    struct area areas[16];
    const struct draft *draft = &d->draft;
    struct new_survey n = {.previous = draft->previous,
        .title = draft->title,
        .purpose = draft->purpose,
        .fiscal_year = (int)draft->fiscal_year,
        .as_of = draft->as_of,
        .shown_deadline = draft->shown_deadline,
        .last_submission = draft->last_submission,
        .last_correction = draft->last_correction,
        .target = d->target};
    struct new_catalog c = {.code = str_of(composed_code),
        .title = draft->title,
        .area = areas,
        .n_areas = areas_of(d, areas),
        .item = d->q,
        .n_items = d->n};
    TRY(form_catalog_add(w->tx, &c, &n.catalog));
    return survey_open(w->tx, w->a, w->scope, &n, out);
}

err survey_draft_publish(const struct draft_writing *w, survey_id *out)
{
    struct drafting d;
    struct draft_problems problems;
    TRY(survey_drafting_begin(w, &d));
    TRY(survey_draft_problems(w->a, &d, jday_of_usec(tx_now(w->tx)), &problems));
    if (problems.n)
        return ERR(INVALID);
    TRY(put_wordings(w, &d));
    TRY(open_survey(w, &d, out));
    TRY(survey_draft_state_set(w->tx, w->draft, DRAFT_PUBLISHED, *out));
    return survey_drafting_end(w, S("draft.publish"),
        str_fmt(w->a, "survey:%lld", (long long)out->v));
}
