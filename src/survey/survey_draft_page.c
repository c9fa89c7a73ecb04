/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of surveys: the list, one draft with its items, its head, its target, its publication. */
#include "survey/survey_draft.h"

#include "core/csv.h"
#include "core/word.h"

#include "draft.ht.h"
#include "draft_conflict.ht.h"
#include "draft_facts.ht.h"
#include "draft_head.ht.h"
#include "draft_item.ht.h"
#include "draft_pick.ht.h"
#include "draft_publish.ht.h"
#include "draft_target.ht.h"
#include "drafts.ht.h"
#include "survey_dates.ht.h"

/* ── shared by the pages of drafts ── */

err survey_drafting_of(struct req *rq, struct drafting *out)
{
    int64_t id;
    TRY(req_param_i64(rq, "draft", &id));
    return survey_drafting_load(rq->db, rq->a, rq->who.scope, id, out);
}

struct draft_writing survey_draft_writing(struct tx *tx, struct req *rq, int64_t version)
{
    struct draft_writing w = {.tx = tx,
        .a = rq->a,
        .scope = rq->who.scope,
        .person = rq->who.person,
        .org = rq->who.org,
        .version = version};
    if (err_is(req_param_i64(rq, "draft", &w.draft)))
        w.draft = 0; /* no such draft */
    return w;
}

err survey_draft_say(struct req *rq, err e)
{
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、ほかの人がこの下書きを変えました。今の内容を確かめて、もう一度"
                      "送ってください。"));
    if (e.code == ERR_CONFLICT)
        req_say(rq, S("この下書きは、公開したか消したため、変えられません。"));
    return e;
}

str survey_type_name(enum answer_type t)
{
    static const str names[] = {
        [ANSWER_STATUS] = S("選択（実施状況）"),
        [ANSWER_CHOICE] = S("選択（一つ選ぶ）"),
        [ANSWER_MULTI] = S("複数選択"),
        [ANSWER_NUMBER] = S("数値（整数）"),
        [ANSWER_PERCENT] = S("数値（割合）"),
        [ANSWER_DATE] = S("日付"),
        [ANSWER_URL] = S("アドレス（URL）"),
        [ANSWER_TEXT] = S("文章"),
    };
    return names[t];
}

static err go_to(struct req *rq, const char *page, const char *ok)
{
    str draft = req_param(rq, "draft");
    return req_go(rq, str_fmt(rq->a, "/surveys/drafts/%.*s%s?ok=%s", STR_F(draft), page, ok));
}

/* ── the list ── */

static err list_sources(struct req *rq, struct view_drafts *v)
{
    struct survey_list all;
    str from = req_typed(rq, "from", STR_NONE);
    TRY(survey_all(rq->db, rq->a, &all));
    v->sources.p = ARENA_ARRAY(rq->a, struct view_drafts_sources, all.n + 2);
    if (!v->sources.p)
        return ERR(NOMEM);
    v->sources.p[v->sources.n++] = (struct view_drafts_sources){
        STR_NONE, S("何も写さず、初めから作る"), false};
    v->sources.p[v->sources.n++] = (struct view_drafts_sources){
        S("catalog"), S("最新の調査項目の一覧を写す"), false};
    for (size_t i = 0; i < all.n; i++)
        v->sources.p[v->sources.n++] = (struct view_drafts_sources){
            str_fmt(rq->a, "%lld", (long long)all.v[i].id.v),
            str_fmt(rq->a, "「%.*s」を写す", STR_F(all.v[i].title)), false};
    for (size_t i = 0; i < v->sources.n; i++)
        v->sources.p[i].chosen = str_eq(v->sources.p[i].value, from);
    return OK;
}

static err drafts_read(struct req *rq)
{
    struct draft_list all;
    struct view_drafts *v = ARENA_NEW(rq->a, struct view_drafts);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_draft_all(rq->db, rq->a, &all));
    v->drafts.p = ARENA_ARRAY(rq->a, struct view_drafts_drafts, all.n);
    if (!v->drafts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct draft *d = &all.v[i];
        struct view_drafts_drafts *row = &v->drafts.p[v->drafts.n++];
        *row = (struct view_drafts_drafts){.id = d->id,
            .title = d->title,
            .items = d->n_items,
            .open = d->state == DRAFT_OPEN,
            .deleted = d->state == DRAFT_DELETED,
            .survey = d->survey.v,
            .changed_at = d->changed_at};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){d->person}, &row->by));
    }
    v->title = req_typed(rq, "title", STR_NONE);
    v->title_error = req_error_of(rq, "title");
    v->from_error = req_error_of(rq, "from");
    v->errors = req_has_errors(rq);
    TRY(list_sources(rq, v));
    return req_show(rq, &view_drafts_type, v);
}

static const struct column drafts_columns[] = {
    {"title", "調査", COLUMN_TEXT, NEVER_EMPTY, "調査の名前"},
    {"fiscal_year", "年度", COLUMN_INT, NEVER_EMPTY, "調査の年度（西暦）", .unit = "年度"},
    {"items", "項目数", COLUMN_INT, NEVER_EMPTY, "入れた項目の数", .unit = "項目"},
    {"state", "状態", COLUMN_TEXT, NEVER_EMPTY, "下書き、公開した、消した下書きのどれか"},
    {"changed_by", "最後に変えた人", COLUMN_TEXT, MAY_BE_EMPTY, "最後に変えた人の名前"},
    {"changed_at", "最後に変えた日時", COLUMN_TIME, NEVER_EMPTY, "最後に変えた日時"},
};
static const struct table drafts_table = {.title = "調査の下書き",
    .about = "1行が1つの下書き",
    .kind = "登録",
    TABLE_COLUMNS(drafts_columns)};

static const str draft_states[] = {[DRAFT_OPEN] = S("下書き"),
    [DRAFT_PUBLISHED] = S("公開した"),
    [DRAFT_DELETED] = S("消した下書き")};

static err drafts_csv_read(struct req *rq)
{
    struct draft_list all;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(survey_draft_all(rq->db, rq->a, &all));
    for (size_t i = 0; i < all.n; i++) {
        const struct draft *d = &all.v[i];
        str by;
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){d->person}, &by));
        csv_str(&c, d->title);
        csv_i64(&c, d->fiscal_year);
        csv_i64(&c, d->n_items);
        csv_str(&c, draft_states[d->state]);
        csv_str(&c, by);
        csv_time(&c, d->changed_at);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("調査の下書き"));
}

struct making_draft {
    str title, from;
    survey_id survey; /* by prepare: what it is copied from */
};

static const struct web_field making_fields[] = {
    {.name = "title", .label = "調査の名前", .type = FIELD_LINE,
        .offset = offsetof(struct making_draft, title), .required = true, .max = 100},
    {.name = "from", .label = "写す元", .type = FIELD_LINE,
        .offset = offsetof(struct making_draft, from), .max = 20},
};
static const struct web_form making_form = WEB_FORM(making_fields, making_draft);

static err drafts_prepare(struct req *rq)
{
    struct making_draft *f = rq->form;
    struct survey s;
    if (f->from.n == 0 || str_eq(f->from, S("catalog")))
        return OK;
    if (err_is(parse_i64(f->from, 1, INT64_MAX, &f->survey.v)) ||
        err_is(survey_get(rq->db, rq->a, f->survey, &s))) {
        req_error(rq, "from", S("写す元を選び直してください。"));
        return ERR(INVALID);
    }
    return OK;
}

static err drafts_write(struct tx *tx, struct req *rq)
{
    const struct making_draft *f = rq->form;
    const struct catalog *c = NULL;
    struct survey s = {0};
    catalog_id id = {0};
    int64_t made;
    struct draft d = {.title = f->title,
        .fiscal_year = fiscal_year(jday_of_usec(rq->now)),
        .person = rq->who.person};
    if (f->survey.v) {
        TRY(survey_get(tx_db(tx), rq->a, f->survey, &s));
        id = s.catalog;
        d.previous = s.id; /* its answers are carried over, unless somebody chooses otherwise */
        d.purpose = s.purpose;
    } else if (f->from.n) {
        TRY(form_catalog_newest(tx_db(tx), str_of(form_catalog_code), &id));
    }
    if (id.v)
        TRY(form_catalog_get(tx_db(tx), id, &c));
    TRY(survey_draft_make(tx, rq->a, &d, c, rq->who.org, &made));
    return req_go(rq, str_fmt(rq->a, "/surveys/drafts/%lld?ok=saved", (long long)made));
}

/* ── one draft ── */

static str previous_title(struct req *rq, const struct draft *d)
{
    struct survey s;
    return d->previous.v && !err_is(survey_get(rq->db, rq->a, d->previous, &s)) ? s.title : STR_NONE;
}

static void put_marks(struct buf *b, str name)
{
    if (b->n > 0)
        buf_lit(b, "、");
    buf_str(b, name);
}

/* 「町、村（長野県、山梨県）と、個別に 2 団体」 */
static str target_text(struct req *rq, const struct drafting *d, const struct body_list *prefs)
{
    BUF_AUTO classes = BUF(1024);
    BUF_AUTO where = BUF(4096);
    if (!d->draft.chosen)
        return S("全ての地方公共団体");
    for (int c = CLASS_PREFECTURE; c <= CLASS_VILLAGE; c++)
        if (d->draft.classes & (int64_t)1 << c)
            put_marks(&classes, org_class_name((enum body_class)c));
    for (size_t i = 0; i < prefs->n; i++)
        if (d->draft.prefs & (int64_t)1 << prefs->v[i].pref)
            put_marks(&where, prefs->v[i].name);
    str area = where.n ? buf_view(&where) : S("全国");
    str kind = classes.n ? buf_view(&classes) : S("全ての区分");
    bool named = d->target.n_codes > 0, marked = classes.n || where.n;
    str named_text = str_fmt(rq->a, "個別に選んだ %zu 団体", d->target.n_codes);
    if (!marked)
        return named ? named_text : S("まだ選んでいません");
    return str_fmt(rq->a, "%.*sの%.*s%s%.*s", STR_F(area), STR_F(kind), named ? "と、" : "",
        STR_F(named ? named_text : STR_NONE));
}

static str item_condition(struct req *rq, const struct drafting *d, const struct question *q)
{
    for (size_t i = 0; q->cond_question.v && i < d->n; i++)
        if (d->q[i].id.v == q->cond_question.v)
            return survey_condition_text(rq->a, &d->q[i], q->cond_values);
    return STR_NONE;
}

static bool is_changed(const struct draft_item *it)
{
    return it->base_rev != 0 && it->q.rev != it->base_rev;
}

static err draft_area(
    struct req *rq, const struct drafting *d, const struct area *area, struct view_draft_areas *row)
{
    *row = (struct view_draft_areas){.code = area->code, .name = area->name};
    row->items.p = ARENA_ARRAY(rq->a, struct view_draft_areas_items, d->n);
    if (!row->items.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < d->n; i++) {
        const struct draft_item *it = &d->item[i];
        if (!str_eq(it->q.area, area->code))
            continue;
        row->items.p[row->items.n++] = (struct view_draft_areas_items){.code = it->q.code,
            .question = it->q.text,
            .type = survey_type_name(it->q.type),
            .essential = it->q.essential,
            .pending = it->q.pending,
            .fresh = it->base_rev == 0,
            .changed = is_changed(it),
            .condition = item_condition(rq, d, &it->q),
            .first = row->items.n == 0};
    }
    if (row->items.n)
        row->items.p[row->items.n - 1].last = true;
    return OK;
}

/* What it costs the bodies: plain counts. */
static void draft_counts(const struct drafting *d, struct view_draft_facts *v)
{
    v->items = (int64_t)d->n;
    v->bodies = (int64_t)d->asked.n;
    for (size_t i = 0; i < d->n; i++) {
        v->essential += d->q[i].essential && form_counts(&d->q[i]);
        v->fresh += d->item[i].base_rev == 0;
        v->changed += is_changed(&d->item[i]);
    }
    v->burden = v->items * v->bodies;
    v->new_burden = (v->fresh + v->changed) * v->bodies;
}

static err draft_facts(struct req *rq, const struct drafting *d, struct view_draft_facts *v)
{
    struct body_list prefs;
    struct draft_problems problems;
    const struct draft *draft = &d->draft;
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    *v = (struct view_draft_facts){.purpose = draft->purpose,
        .year = survey_year_text(rq->a, (int)draft->fiscal_year),
        .as_of = draft->as_of,
        .shown_deadline = draft->shown_deadline,
        .last_submission = draft->last_submission,
        .last_correction = draft->last_correction,
        .previous = previous_title(rq, draft),
        .target = target_text(rq, d, &prefs)};
    draft_counts(d, v);
    TRY(survey_draft_problems(rq->a, d, jday_of_usec(rq->now), &problems));
    v->problems.p = ARENA_ARRAY(rq->a, struct view_draft_facts_problems, problems.n);
    if (!v->problems.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < problems.n && draft->state == DRAFT_OPEN; i++)
        v->problems.p[v->problems.n++] =
            (struct view_draft_facts_problems){problems.v[i].text, problems.v[i].href};
    return OK;
}

static err draft_read(struct req *rq)
{
    struct drafting d;
    struct view_draft *v = ARENA_NEW(rq->a, struct view_draft);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_drafting_of(rq, &d));
    *v = (struct view_draft){.id = d.draft.id,
        .title = d.draft.title,
        .open = d.draft.state == DRAFT_OPEN,
        .deleted = d.draft.state == DRAFT_DELETED,
        .survey = d.draft.survey.v};
    TRY(draft_facts(rq, &d, &v->facts));
    v->areas.p = ARENA_ARRAY(rq->a, struct view_draft_areas, d.catalog->n_areas);
    v->removed.p = ARENA_ARRAY(rq->a, struct view_draft_removed, d.n_removed);
    if (!v->areas.p || !v->removed.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < d.catalog->n_areas; i++) {
        struct view_draft_areas *row = &v->areas.p[v->areas.n];
        TRY(draft_area(rq, &d, &d.catalog->area[i], row));
        v->areas.n += row->items.n > 0;
    }
    for (size_t i = 0; i < d.n_removed; i++)
        v->removed.p[v->removed.n++] =
            (struct view_draft_removed){d.removed[i].q.code, d.removed[i].q.text};
    return req_show(rq, &view_draft_type, v);
}

/* ── its head ── */

struct heading {
    str title, purpose, as_of, shown_deadline, last_submission, last_correction, previous;
    int64_t fiscal_year, version;
    struct draft draft; /* by prepare */
};

#define DAY_FIELD(name_, label_)                                                                 \
    {.name = #name_, .label = label_, .type = FIELD_LINE,                                        \
        .offset = offsetof(struct heading, name_), .max = 40}
#define VERSION_FIELD(type_)                                                                     \
    {.name = "version", .label = "版", .type = FIELD_INT, .offset = offsetof(struct type_, version), \
        .required = true, .least = 1, .most = INT64_MAX}

static const struct web_field heading_fields[] = {
    {.name = "title", .label = "調査の名前", .type = FIELD_LINE,
        .offset = offsetof(struct heading, title), .required = true, .max = 100},
    {.name = "purpose", .label = "目的", .type = FIELD_TEXT,
        .offset = offsetof(struct heading, purpose), .max = 1000},
    {.name = "fiscal_year", .label = "年度", .type = FIELD_INT,
        .offset = offsetof(struct heading, fiscal_year), .required = true, .least = 2020,
        .most = 2100},
    DAY_FIELD(as_of, "基準日"),
    DAY_FIELD(shown_deadline, "団体に示す期限"),
    DAY_FIELD(last_submission, "提出を受け付ける最後の日"),
    DAY_FIELD(last_correction, "訂正を受け付ける最後の日"),
    {.name = "previous", .label = "前の調査", .type = FIELD_LINE,
        .offset = offsetof(struct heading, previous), .max = 20},
    VERSION_FIELD(heading),
};
static const struct web_form heading_form = WEB_FORM(heading_fields, heading);

static str day_text(struct arena *a, jday day)
{
    BUF_AUTO b = BUF(64);
    if (day != DAY_NONE)
        put_iso_day(&b, day);
    return str_dup(a, buf_view(&b));
}

static err head_previous(struct req *rq, const struct draft *d, struct view_draft_head *v)
{
    struct survey_list all;
    str now = d->previous.v ? str_fmt(rq->a, "%lld", (long long)d->previous.v) : STR_NONE;
    str chosen = req_typed(rq, "previous", now);
    TRY(survey_all(rq->db, rq->a, &all));
    v->surveys.p = ARENA_ARRAY(rq->a, struct view_draft_head_surveys, all.n);
    if (!v->surveys.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        str value = str_fmt(rq->a, "%lld", (long long)all.v[i].id.v);
        v->surveys.p[v->surveys.n++] = (struct view_draft_head_surveys){
            value, all.v[i].title, str_eq(value, chosen)};
    }
    return OK;
}

static err head_read(struct req *rq)
{
    struct drafting d;
    struct view_draft_head *v = ARENA_NEW(rq->a, struct view_draft_head);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_drafting_of(rq, &d));
    const struct draft *f = &d.draft;
    *v = (struct view_draft_head){.id = f->id,
        .name = f->title,
        .version = f->version,
        .title = req_typed(rq, "title", f->title),
        .title_error = req_error_of(rq, "title"),
        .purpose = req_typed(rq, "purpose", f->purpose),
        .purpose_error = req_error_of(rq, "purpose"),
        .fiscal_year = req_typed(rq, "fiscal_year", str_fmt(rq->a, "%lld", (long long)f->fiscal_year)),
        .fiscal_year_error = req_error_of(rq, "fiscal_year"),
        .previous_error = req_error_of(rq, "previous"),
        .errors = req_has_errors(rq)};
    v->days.p = ARENA_ARRAY(rq->a, struct view_draft_head_days, 4);
    if (!v->days.p)
        return ERR(NOMEM);
    const struct {
        const char *name;
        str label;
        jday day;
    } days[] = {{"as_of", S("基準日"), f->as_of},
        {"shown_deadline", S("団体に示す期限"), f->shown_deadline},
        {"last_submission", S("提出を受け付ける最後の日"), f->last_submission},
        {"last_correction", S("訂正を受け付ける最後の日"), f->last_correction}};
    for (size_t i = 0; i < COUNT_OF(days); i++)
        v->days.p[v->days.n++] = (struct view_draft_head_days){str_of(days[i].name), days[i].label,
            req_typed(rq, days[i].name, day_text(rq->a, days[i].day)),
            req_error_of(rq, days[i].name)};
    TRY(head_previous(rq, f, v));
    return req_show(rq, &view_draft_head_type, v);
}

static err head_prepare(struct req *rq)
{
    struct heading *f = rq->form;
    struct drafting d;
    struct survey s;
    TRY(survey_drafting_of(rq, &d));
    struct draft *n = &f->draft;
    *n = (struct draft){.as_of = DAY_NONE,
        .shown_deadline = DAY_NONE,
        .last_submission = DAY_NONE,
        .last_correction = DAY_NONE};
    survey_day_read(rq, "as_of", f->as_of, &n->as_of);
    survey_day_read(rq, "shown_deadline", f->shown_deadline, &n->shown_deadline);
    survey_day_read(rq, "last_submission", f->last_submission, &n->last_submission);
    survey_day_read(rq, "last_correction", f->last_correction, &n->last_correction);
    if (f->previous.n && (err_is(parse_i64(f->previous, 1, INT64_MAX, &n->previous.v)) ||
                             err_is(survey_get(rq->db, rq->a, n->previous, &s))))
        req_error(rq, "previous", S("前の調査を選び直してください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static struct draft with_heading(const struct heading *f, struct draft d)
{
    d.title = f->title;
    d.purpose = f->purpose;
    d.fiscal_year = f->fiscal_year;
    d.as_of = f->draft.as_of;
    d.shown_deadline = f->draft.shown_deadline;
    d.last_submission = f->draft.last_submission;
    d.last_correction = f->draft.last_correction;
    d.previous = f->draft.previous;
    return d;
}

static err head_write(struct tx *tx, struct req *rq)
{
    const struct heading *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, f->version);
    struct drafting d;
    err e = survey_drafting_begin(&w, &d);
    struct draft next = with_heading(f, d.draft);
    if (e.code == ERR_STALE)
        return survey_head_conflict(tx, rq, &d.draft, &next);
    TRY(survey_draft_say(rq, e));
    TRY(survey_draft_set(tx, &next));
    TRY(survey_drafting_end(&w, S("draft.head"), STR_NONE));
    return go_to(rq, "", "saved");
}

/* ── its target ── */

struct targeting {
    str who, codes;
    struct strs class, pref;
    int64_t version;
    int64_t classes, prefs; /* by prepare */
};

static const struct web_field targeting_fields[] = {
    {.name = "who", .label = "対象", .type = FIELD_LINE, .offset = offsetof(struct targeting, who),
        .required = true, .max = 10},
    {.name = "class", .label = "区分", .type = FIELD_LINES,
        .offset = offsetof(struct targeting, class), .max = 8},
    {.name = "pref", .label = "都道府県", .type = FIELD_LINES,
        .offset = offsetof(struct targeting, pref), .max = 60},
    {.name = "codes", .label = "団体コード", .type = FIELD_TEXT,
        .offset = offsetof(struct targeting, codes), .max = 20000},
    VERSION_FIELD(targeting),
};
static const struct web_form targeting_form = WEB_FORM(targeting_fields, targeting);

static bool is_listed(const struct strs *list, str value)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->v[i], value))
            return true;
    return false;
}

static err target_choices(struct req *rq, const struct draft *d, struct view_draft_target *v)
{
    struct body_list prefs;
    bool again = req_is_redraw(rq);
    struct strs class = req_typed_list(rq, "class"), pref = req_typed_list(rq, "pref");
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    v->classes.p = ARENA_ARRAY(rq->a, struct view_draft_target_classes, CLASS_VILLAGE);
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_draft_target_prefs, prefs.n);
    if (!v->classes.p || !v->prefs.p)
        return ERR(NOMEM);
    for (int c = CLASS_PREFECTURE; c <= CLASS_VILLAGE; c++) {
        str key = org_class_key((enum body_class)c);
        v->classes.p[v->classes.n++] = (struct view_draft_target_classes){key,
            org_class_name((enum body_class)c),
            again ? is_listed(&class, key) : (d->classes & (int64_t)1 << c) != 0};
    }
    for (size_t i = 0; i < prefs.n; i++) {
        int64_t n = prefs.v[i].pref;
        v->prefs.p[v->prefs.n++] = (struct view_draft_target_prefs){n, prefs.v[i].name,
            again ? is_listed(&pref, str_fmt(rq->a, "%lld", (long long)n))
                  : (d->prefs & (int64_t)1 << n) != 0};
    }
    return OK;
}

static err target_read(struct req *rq)
{
    struct drafting d;
    struct view_draft_target *v = ARENA_NEW(rq->a, struct view_draft_target);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_drafting_of(rq, &d));
    *v = (struct view_draft_target){.id = d.draft.id,
        .name = d.draft.title,
        .version = d.draft.version,
        .chosen = str_eq(req_typed(rq, "who", d.draft.chosen ? S("chosen") : S("all")), S("chosen")),
        .who_error = req_error_of(rq, "who"),
        .class_error = req_error_of(rq, "class"),
        .pref_error = req_error_of(rq, "pref"),
        .codes = req_typed(rq, "codes", d.draft.codes),
        .codes_error = req_error_of(rq, "codes"),
        .bodies = (int64_t)d.asked.n,
        .errors = req_has_errors(rq)};
    TRY(target_choices(rq, &d.draft, v));
    v->asked.p = ARENA_ARRAY(rq->a, struct view_draft_target_asked, d.asked.n);
    if (!v->asked.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < d.asked.n; i++)
        v->asked.p[v->asked.n++] = (struct view_draft_target_asked){
            d.asked.v[i].code6, d.asked.v[i].name, org_class_name(d.asked.v[i].class)};
    return req_show(rq, &view_draft_target_type, v);
}

static err read_codes(struct req *rq, const struct targeting *f)
{
    struct body b;
    str bad, *codes = ARENA_ARRAY(rq->a, str, DRAFT_CODES);
    if (!codes)
        return ERR(NOMEM);
    size_t n = survey_codes_read(rq->a, f->codes, codes, DRAFT_CODES, &bad);
    for (size_t i = 0; i < n && bad.n == 0; i++)
        if (err_is(org_body_by_code(rq->db, rq->a, rq->who.scope, codes[i], &b)))
            bad = codes[i];
    if (bad.n)
        req_error(rq, "codes",
            str_fmt(rq->a, "団体コード「%.*s」の団体はありません。6桁のコードを、1行に一つずつ入力して"
                           "ください。",
                STR_F(str_sub(bad, 0, 40))));
    return OK;
}

static err target_prepare(struct req *rq)
{
    struct targeting *f = rq->form;
    struct drafting d;
    struct body_list prefs;
    TRY(survey_drafting_of(rq, &d));
    TRY(org_pref_all(rq->db, rq->a, &prefs));
    if (!str_eq(f->who, S("all")) && !str_eq(f->who, S("chosen")))
        req_error(rq, "who", S("対象を選んでください。"));
    for (size_t i = 0; i < f->class.n; i++) {
        enum body_class c = org_class_of_key(f->class.v[i]);
        if (c < CLASS_PREFECTURE || c > CLASS_VILLAGE)
            req_error(rq, "class", S("区分を選び直してください。"));
        else
            f->classes |= (int64_t)1 << c;
    }
    for (size_t i = 0; i < f->pref.n; i++) {
        int64_t n = 0;
        bool known = false;
        if (!err_is(parse_i64(f->pref.v[i], 1, 62, &n)))
            for (size_t k = 0; k < prefs.n; k++)
                known = known || prefs.v[k].pref == n;
        if (!known)
            req_error(rq, "pref", S("都道府県を選び直してください。"));
        else
            f->prefs |= (int64_t)1 << n;
    }
    TRY(read_codes(rq, f));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err target_write(struct tx *tx, struct req *rq)
{
    const struct targeting *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, f->version);
    struct drafting d;
    err e = survey_drafting_begin(&w, &d);
    struct draft next = d.draft;
    next.chosen = str_eq(f->who, S("chosen"));
    next.classes = f->classes;
    next.prefs = f->prefs;
    next.codes = f->codes;
    if (e.code == ERR_STALE)
        return survey_target_conflict(tx, rq, &d.draft, &next);
    TRY(survey_draft_say(rq, e));
    TRY(survey_draft_set(tx, &next));
    TRY(survey_drafting_end(&w, S("draft.target"), STR_NONE));
    return go_to(rq, "/target", "saved");
}

/* ── as a body will see it, and publication ── */

static err publish_item(struct req *rq, const struct drafting *d, const struct draft_item *it,
    struct view_draft_publish_areas_items *row)
{
    struct chosen_value values[FORM_OPTIONS + 4];
    size_t n = survey_values_of(rq->a, &it->q, values);
    *row = (struct view_draft_publish_areas_items){.code = it->q.code,
        .question = it->q.text,
        .why = it->q.why,
        .type = survey_type_name(it->q.type),
        .multi = it->q.type == ANSWER_MULTI,
        .unit = it->q.type == ANSWER_PERCENT ? S("%") : it->q.unit,
        .essential = it->q.essential,
        .pending = it->q.pending,
        .condition = item_condition(rq, d, &it->q)};
    row->options.p = ARENA_ARRAY(rq->a, struct view_draft_publish_areas_items_options, n);
    if (!row->options.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        row->options.p[row->options.n++].label = values[i].label;
    return OK;
}

static err publish_areas(struct req *rq, const struct drafting *d, struct view_draft_publish *v)
{
    const struct catalog *c = d->catalog;
    v->areas.p = ARENA_ARRAY(rq->a, struct view_draft_publish_areas, c->n_areas);
    if (!v->areas.p)
        return ERR(NOMEM);
    for (size_t k = 0; k < c->n_areas; k++) {
        struct view_draft_publish_areas *row = &v->areas.p[v->areas.n];
        *row = (struct view_draft_publish_areas){.code = c->area[k].code, .name = c->area[k].name};
        row->items.p = ARENA_ARRAY(rq->a, struct view_draft_publish_areas_items, d->n);
        if (!row->items.p)
            return ERR(NOMEM);
        for (size_t i = 0; i < d->n; i++)
            if (str_eq(d->item[i].q.area, c->area[k].code))
                TRY(publish_item(rq, d, &d->item[i], &row->items.p[row->items.n++]));
        v->areas.n += row->items.n > 0;
    }
    return OK;
}

static err publish_read(struct req *rq)
{
    struct drafting d;
    struct view_draft_publish *v = ARENA_NEW(rq->a, struct view_draft_publish);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_drafting_of(rq, &d));
    *v = (struct view_draft_publish){.id = d.draft.id,
        .title = d.draft.title,
        .version = d.draft.version,
        .bodies = (int64_t)d.asked.n};
    TRY(draft_facts(rq, &d, &v->facts));
    v->ready = d.draft.state == DRAFT_OPEN && v->facts.problems.n == 0;
    v->asked.p = ARENA_ARRAY(rq->a, struct view_draft_publish_asked, d.asked.n);
    if (!v->asked.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < d.asked.n; i++)
        v->asked.p[v->asked.n++] = (struct view_draft_publish_asked){
            d.asked.v[i].code6, d.asked.v[i].name, org_class_name(d.asked.v[i].class)};
    TRY(publish_areas(rq, &d, v));
    return req_show(rq, &view_draft_publish_type, v);
}

struct publishing {
    int64_t version;
};
static const struct web_field publishing_fields[] = {VERSION_FIELD(publishing)};
static const struct web_form publishing_form = WEB_FORM(publishing_fields, publishing);

static err publish_write(struct tx *tx, struct req *rq)
{
    const struct publishing *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, f->version);
    survey_id id;
    err e = survey_draft_publish(&w, &id);
    if (e.code == ERR_INVALID)
        req_say(rq, S("まだ公開できません。下に示したところを直してください。"));
    TRY(survey_draft_say(rq, e));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/board?ok=opened", (long long)id.v));
}

/* ── deleting, and taking that back ── */

static err delete_write(struct tx *tx, struct req *rq)
{
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct drafting d;
    TRY(survey_draft_say(rq, survey_drafting_begin(&w, &d)));
    TRY(survey_draft_state_set(tx, w.draft, DRAFT_DELETED, (survey_id){0}));
    TRY(survey_drafting_end(&w, S("draft.delete"), STR_NONE));
    return req_go(rq, S("/surveys/drafts?ok=deleted"));
}

static err restore_write(struct tx *tx, struct req *rq)
{
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct drafting d;
    TRY(survey_drafting_load(tx_db(tx), rq->a, rq->who.scope, w.draft, &d));
    if (d.draft.state != DRAFT_DELETED) {
        req_say(rq, S("この下書きは、消されていません。"));
        return ERR(CONFLICT);
    }
    TRY(survey_draft_state_set(tx, w.draft, DRAFT_OPEN, (survey_id){0}));
    TRY(survey_drafting_end(&w, S("draft.restore"), STR_NONE));
    return go_to(rq, "", "restored");
}

#define DRAFT "/surveys/drafts/{draft}"

static const struct web_query pick_query[] = {
    {"area", "分野の符号", false},
    {"type", "答え方の鍵", false},
    {"essential", "1: 必須の項目だけ", false},
    QUERY_Q,
    {.name = NULL},
};

const struct route survey_draft_routes[] = {
    {.method = GET, .path = "/surveys/drafts", .perm = &survey_p_open, .read = drafts_read,
        .shows = VIEWS(&view_drafts_type)},
    {.method = GET, .path = "/surveys/drafts/csv", .perm = &survey_p_open, .table = &drafts_table,
        .read = drafts_csv_read},
    {.method = POST, .path = "/surveys/drafts", .perm = &survey_p_open, .form = &making_form,
        .read = drafts_read, .prepare = drafts_prepare, .write = drafts_write,
        .goes = PATHS(DRAFT)},
    {.method = GET, .path = DRAFT, .perm = &survey_p_open, .read = draft_read,
        .shows = VIEWS(&view_draft_type)},
    {.method = GET, .path = DRAFT "/head", .perm = &survey_p_open, .read = head_read,
        .shows = VIEWS(&view_draft_head_type)},
    {.method = POST, .path = DRAFT "/head", .perm = &survey_p_open, .form = &heading_form,
        .read = head_read, .prepare = head_prepare, .write = head_write,
        .clash = &view_draft_conflict_type,
        .goes = PATHS(DRAFT)},
    {.method = GET, .path = DRAFT "/target", .perm = &survey_p_open, .read = target_read,
        .shows = VIEWS(&view_draft_target_type)},
    {.method = POST, .path = DRAFT "/target", .perm = &survey_p_open, .form = &targeting_form,
        .read = target_read, .prepare = target_prepare, .write = target_write,
        .clash = &view_draft_conflict_type,
        .goes = PATHS(DRAFT "/target")},
    {.method = GET, .path = DRAFT "/pick", .perm = &survey_p_open, .read = survey_pick_read,
        .query = pick_query, .shows = VIEWS(&view_draft_pick_type)},
    {.method = POST, .path = DRAFT "/pick", .perm = &survey_p_open, .form = &survey_pick_form,
        .read = survey_pick_read, .prepare = survey_pick_prepare, .write = survey_pick_write,
        .goes = PATHS(DRAFT)},
    {.method = GET, .path = DRAFT "/new", .perm = &survey_p_open, .read = survey_question_new_read,
        .shows = VIEWS(&view_draft_item_type)},
    {.method = POST, .path = DRAFT "/new", .perm = &survey_p_open, .form = &survey_question_form,
        .read = survey_question_new_read, .prepare = survey_question_new_prepare,
        .write = survey_question_new_write,
        .goes = PATHS(DRAFT "/items/{code}")},
    {.method = GET, .path = DRAFT "/items/{code}", .perm = &survey_p_open,
        .read = survey_question_read,
        .query = QUERY({"parent", "条件に使う項目の符号。選べる答えを示す", false}),
        .shows = VIEWS(&view_draft_item_type)},
    {.method = POST, .path = DRAFT "/items/{code}", .perm = &survey_p_open,
        .form = &survey_question_form, .read = survey_question_read,
        .prepare = survey_question_prepare, .write = survey_question_write,
        .clash = &view_draft_conflict_type,
        .goes = PATHS(DRAFT "/items/{code}")},
    {.method = POST, .path = DRAFT "/items/{code}/condition", .perm = &survey_p_open,
        .form = &survey_condition_form, .read = survey_question_read,
        .prepare = survey_condition_prepare, .write = survey_condition_write,
        .clash = &view_draft_conflict_type,
        .goes = PATHS(DRAFT "/items/{code}")},
    {.method = POST, .path = DRAFT "/items/{code}/move", .perm = &survey_p_open,
        .form = &survey_move_form, .read = draft_read, .write = survey_move_write,
        .goes = PATHS(DRAFT)},
    {.method = POST, .path = DRAFT "/items/{code}/remove", .perm = &survey_p_open,
        .read = draft_read, .write = survey_remove_write,
        .goes = PATHS(DRAFT)},
    {.method = POST, .path = DRAFT "/items/{code}/restore", .perm = &survey_p_open,
        .read = draft_read, .write = survey_unremove_write,
        .goes = PATHS(DRAFT)},
    {.method = GET, .path = DRAFT "/publish", .perm = &survey_p_open, .read = publish_read,
        .shows = VIEWS(&view_draft_publish_type)},
    {.method = POST, .path = DRAFT "/publish", .perm = &survey_p_open, .form = &publishing_form,
        .read = publish_read, .write = publish_write,
        .goes = PATHS("/surveys/{survey}/board")},
    {.method = POST, .path = DRAFT "/delete", .perm = &survey_p_open, .write = delete_write,
        .goes = PATHS("/surveys/drafts")},
    {.method = POST, .path = DRAFT "/restore", .perm = &survey_p_open, .write = restore_write,
        .goes = PATHS(DRAFT)},
    {.method = GET, .path = "/surveys/{survey}/dates", .perm = &survey_p_open,
        .read = survey_dates_read,
        .shows = VIEWS(&view_survey_dates_type)},
    {.method = POST, .path = "/surveys/{survey}/dates", .perm = &survey_p_open,
        .form = &survey_dates_form, .read = survey_dates_read, .prepare = survey_dates_prepare,
        .write = survey_dates_write,
        .goes = PATHS("/surveys/{survey}/dates")},
    {.path = NULL},
};
