/* SPDX-License-Identifier: Apache-2.0 */
/* The items of a draft: picking known questions, writing new ones, wording, rules, condition,
 * order. */
#include "survey/survey_draft.h"

#include "core/word.h"

#include "draft_item.ht.h"
#include "draft_pick.ht.h"

enum { ALIKE_SHOWN = 3000, ALIKE_ASKED = 5000 }; /* basis points: shown; to be looked at first */

static const struct word types[] = {
    {ANSWER_STATUS, S("status"), S("選択（実施状況：実施済み・一部実施・未実施）")},
    {ANSWER_CHOICE, S("choice"), S("選択（選択肢から一つ選ぶ）")},
    {ANSWER_MULTI, S("multi"), S("複数選択（選択肢からいくつでも選ぶ）")},
    {ANSWER_NUMBER, S("number"), S("数値（0以上の整数）")},
    {ANSWER_PERCENT, S("percent"), S("数値（割合：0から100まで、小数第1位まで）")},
    {ANSWER_DATE, S("date"), S("日付")},
    {ANSWER_TEXT, S("text"), S("文章")},
};

static const struct word carries[] = {
    {CARRY_CONFIRM + 1, S("confirm"), S("確認してから引き継ぐ")},
    {CARRY_REASK + 1, S("reask"), S("前の回答を示して、答え直してもらう")},
    {CARRY_AUTO + 1, S("auto"), S("確認なしで引き継ぐ")},
    {CARRY_NEVER + 1, S("never"), S("引き継がない")},
};

static const struct word kinds[] = {
    {LINEAGE_WORDING, S("wording"), S("文言だけ（意味は同じ）")},
    {LINEAGE_NARROWED, S("narrowed"), S("範囲が狭くなった")},
    {LINEAGE_WIDENED, S("widened"), S("範囲が広くなった")},
};

/* How far a new question binds (R25). */
static const enum question_level levels[] = {LEVEL_NONE, LEVEL_BINDING, LEVEL_ADVISORY};

str survey_carry_name(enum carry c)
{
    return WORD_OF(carries, c + 1)->name;
}

static err go_to_item(struct req *rq, str code, const char *ok)
{
    return req_go(rq, str_fmt(rq->a, "/surveys/drafts/%.*s/items/%.*s?ok=%s",
                          STR_F(req_param(rq, "draft")), STR_F(code), ok));
}

static err go_to_draft(struct req *rq, str code, const char *ok)
{
    return req_go(rq, str_fmt(rq->a, "/surveys/drafts/%.*s?ok=%s#item-%.*s",
                          STR_F(req_param(rq, "draft")), ok, STR_F(code)));
}

static int64_t last_position(const struct drafting *d)
{
    int64_t last = 0;
    for (size_t i = 0; i < d->n; i++)
        last = d->item[i].q.position > last ? d->item[i].q.position : last;
    for (size_t i = 0; i < d->n_removed; i++)
        last = d->removed[i].q.position > last ? d->removed[i].q.position : last;
    return last;
}

static bool is_in_draft(const struct drafting *d, question_id id)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->item[i].q.id.v == id.v)
            return true;
    return false;
}

/* ── picking ── */

static bool is_wanted(const struct question *q, const struct view_draft_pick *v)
{
    if (v->area.n && !str_eq(q->area, v->area))
        return false;
    if (v->type.n && !str_eq(WORD_OF(types, q->type)->key, v->type))
        return false;
    if (v->essential && !q->essential)
        return false;
    return v->q.n == 0 || str_has(q->text, v->q) || str_has(q->code, v->q) || str_has(q->why, v->q);
}

static err pick_choices(struct req *rq, const struct catalog *c, struct view_draft_pick *v)
{
    v->areas.p = ARENA_ARRAY(rq->a, struct view_draft_pick_areas, c->n_areas);
    v->types.p = ARENA_ARRAY(rq->a, struct view_draft_pick_types, COUNT_OF(types));
    if (!v->areas.p || !v->types.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_areas; i++)
        v->areas.p[v->areas.n++] = (struct view_draft_pick_areas){
            c->area[i].code, c->area[i].name, str_eq(c->area[i].code, v->area)};
    for (size_t i = 0; i < COUNT_OF(types); i++)
        v->types.p[v->types.n++] = (struct view_draft_pick_types){
            types[i].key, survey_type_name((enum answer_type)types[i].value),
            str_eq(types[i].key, v->type)};
    return OK;
}

err survey_pick_read(struct req *rq)
{
    struct drafting d;
    struct question_list all;
    struct view_draft_pick *v = ARENA_NEW(rq->a, struct view_draft_pick);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_drafting_of(rq, &d));
    TRY(form_question_all(rq->db, rq->a, &all));
    *v = (struct view_draft_pick){.id = d.draft.id,
        .name = d.draft.title,
        .area = req_query(rq, "area"),
        .type = req_query(rq, "type"),
        .q = req_query(rq, "q"),
        .essential = req_query(rq, "essential").n > 0,
        .error = req_error_of(rq, "question")};
    TRY(pick_choices(rq, d.catalog, v));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_draft_pick_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct question *q = &all.v[i];
        if (is_wanted(q, v))
            v->rows.p[v->rows.n++] = (struct view_draft_pick_rows){q->code, q->text,
                survey_area_name(d.catalog, q->area), survey_type_name(q->type), q->essential,
                is_in_draft(&d, q->id)};
    }
    return req_show(rq, &view_draft_pick_type, v);
}

struct picking {
    struct strs question;
    struct question *chosen; /* by prepare */
    size_t n;
};

static const struct web_field picking_fields[] = {
    {.name = "question", .label = "設問", .type = FIELD_LINES,
        .offset = offsetof(struct picking, question), .required = true, .max = 500},
};
const struct web_form survey_pick_form = WEB_FORM(picking_fields, picking);

err survey_pick_prepare(struct req *rq)
{
    struct picking *f = rq->form;
    struct drafting d;
    struct question_list all;
    TRY(survey_drafting_of(rq, &d));
    TRY(form_question_all(rq->db, rq->a, &all));
    f->chosen = ARENA_ARRAY(rq->a, struct question, f->question.n);
    if (!f->chosen)
        return ERR(NOMEM);
    for (size_t i = 0; i < f->question.n; i++) {
        size_t k = 0;
        while (k < all.n && !str_eq(all.v[k].code, f->question.v[i]))
            k++;
        if (k == all.n) {
            req_error(rq, "question", S("その番号の設問はありません。一覧から選び直してください。"));
            return ERR(INVALID);
        }
        f->chosen[f->n++] = all.v[k];
    }
    return OK;
}

err survey_pick_write(struct tx *tx, struct req *rq)
{
    const struct picking *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct drafting d;
    TRY(survey_draft_say(rq, survey_drafting_begin(&w, &d)));
    int64_t position = last_position(&d);
    size_t added = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct draft_item it = {.q = f->chosen[i], .base_rev = f->chosen[i].rev,
            .kind = LINEAGE_SAME};
        if (is_in_draft(&d, it.q.id))
            continue;
        if (d.n + ++added > FORM_ITEMS_MAX) {
            req_error(rq, "question", S("一つの調査に加えられるのは600項目までです。"));
            return ERR(INVALID);
        }
        it.q.position = ++position;
        TRY(survey_draft_item_add(tx, w.draft, &it));
    }
    TRY(survey_drafting_end(&w, S("draft.pick"), STR_NONE));
    return req_go(rq, str_fmt(rq->a, "/surveys/drafts/%lld?ok=saved", (long long)w.draft));
}

/* ── the page of an item: a new one, or one the draft has ── */

struct wording {
    str area, text, why, type, options, unit, carry, kind, level, law;
    bool allow_na, essential, pending, sure, fresh;
    int64_t version;
    struct question q; /* by prepare */
    enum lineage_kind lineage;
    struct level bound;
};

static const struct web_field wording_fields[] = {
    {.name = "area", .label = "分野", .type = FIELD_LINE, .offset = offsetof(struct wording, area),
        .max = 20},
    {.name = "text", .label = "設問の文", .type = FIELD_TEXT,
        .offset = offsetof(struct wording, text), .required = true, .max = 400},
    {.name = "why", .label = "なぜ聞くのか", .type = FIELD_TEXT,
        .offset = offsetof(struct wording, why), .required = true, .max = 1000},
    {.name = "type", .label = "回答の型", .type = FIELD_LINE,
        .offset = offsetof(struct wording, type), .max = 20},
    {.name = "options", .label = "選択肢", .type = FIELD_TEXT,
        .offset = offsetof(struct wording, options), .max = 5000},
    {.name = "unit", .label = "単位", .type = FIELD_LINE, .offset = offsetof(struct wording, unit),
        .max = 20},
    {.name = "carry", .label = "引継ぎ", .type = FIELD_LINE,
        .offset = offsetof(struct wording, carry), .required = true, .max = 20},
    {.name = "kind", .label = "変更の種類", .type = FIELD_LINE,
        .offset = offsetof(struct wording, kind), .max = 20},
    {.name = "level", .label = "義務か参考か", .type = FIELD_LINE,
        .offset = offsetof(struct wording, level), .max = 20},
    {.name = "law", .label = "根拠", .type = FIELD_LINE, .offset = offsetof(struct wording, law),
        .max = 200},
    {.name = "allow_na", .label = "該当なし", .type = FIELD_BOOL,
        .offset = offsetof(struct wording, allow_na)},
    {.name = "essential", .label = "必須", .type = FIELD_BOOL,
        .offset = offsetof(struct wording, essential)},
    {.name = "pending", .label = "見直し中", .type = FIELD_BOOL,
        .offset = offsetof(struct wording, pending)},
    {.name = "sure", .label = "似た設問の確認", .type = FIELD_BOOL,
        .offset = offsetof(struct wording, sure)},
    {.name = "version", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct wording, version), .required = true, .least = 1,
        .most = INT64_MAX},
};
const struct web_form survey_question_form = WEB_FORM(wording_fields, wording);

str survey_options_text(struct arena *a, const struct question *q)
{
    BUF_AUTO b = BUF(65536);
    for (size_t i = 0; i < q->n_options; i++) {
        buf_str(&b, q->option[i]);
        buf_lit(&b, "\n");
    }
    return str_dup(a, buf_view(&b));
}

static bool typed_flag(struct req *rq, const char *name, bool otherwise)
{
    return req_is_redraw(rq) && rq->route->form == &survey_question_form
        ? req_typed(rq, name, STR_NONE).n > 0
        : otherwise;
}

static err item_choices(struct req *rq, const struct drafting *d, const struct draft_item *it,
    struct view_draft_item *v)
{
    str area = req_typed(rq, "area", it->q.area), type = req_typed(rq, "type", WORD_OF(types, it->q.type)->key);
    str carry = req_typed(rq, "carry", WORD_OF(carries, it->q.carry + 1)->key);
    str kind = req_typed(rq, "kind", WORD_OF(kinds, it->kind)->key);
    v->areas.p = ARENA_ARRAY(rq->a, struct view_draft_item_areas, d->catalog->n_areas);
    v->types.p = ARENA_ARRAY(rq->a, struct view_draft_item_types, COUNT_OF(types));
    v->carries.p = ARENA_ARRAY(rq->a, struct view_draft_item_carries, COUNT_OF(carries));
    v->kinds.p = ARENA_ARRAY(rq->a, struct view_draft_item_kinds, COUNT_OF(kinds));
    if (!v->areas.p || !v->types.p || !v->carries.p || !v->kinds.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < d->catalog->n_areas; i++)
        v->areas.p[v->areas.n++] = (struct view_draft_item_areas){d->catalog->area[i].code,
            d->catalog->area[i].name, str_eq(d->catalog->area[i].code, area)};
    for (size_t i = 0; i < COUNT_OF(types); i++)
        v->types.p[v->types.n++] = (struct view_draft_item_types){
            types[i].key, types[i].name, str_eq(types[i].key, type)};
    for (size_t i = 0; i < COUNT_OF(carries); i++)
        v->carries.p[v->carries.n++] = (struct view_draft_item_carries){
            carries[i].key, carries[i].name, str_eq(carries[i].key, carry)};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        v->kinds.p[v->kinds.n++] = (struct view_draft_item_kinds){
            kinds[i].key, kinds[i].name, str_eq(kinds[i].key, kind)};
    return OK;
}

static err item_levels(struct req *rq, const struct draft_item *it, struct view_draft_item *v)
{
    str chosen = req_typed(rq, "level", form_level_key(it->level.level));
    v->levels.p = ARENA_ARRAY(rq->a, struct view_draft_item_levels, COUNT_OF(levels));
    if (!v->levels.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(levels); i++)
        v->levels.p[v->levels.n++] = (struct view_draft_item_levels){form_level_key(levels[i]),
            form_level_name(levels[i]), str_eq(form_level_key(levels[i]), chosen)};
    return OK;
}

static err item_alike(struct req *rq, const struct draft_item *it, struct view_draft_item *v)
{
    struct question_list all;
    struct similar best[FORM_SIMILAR];
    TRY(form_question_all(rq->db, rq->a, &all));
    size_t n = form_similar(&all, v->text, it->q.id, ALIKE_SHOWN, best);
    v->alike.p = ARENA_ARRAY(rq->a, struct view_draft_item_alike, n);
    if (!v->alike.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        v->alike.p[v->alike.n++] =
            (struct view_draft_item_alike){best[i].q->code, best[i].q->text, best[i].bp};
    return OK;
}

/* The items a condition can look at; and, once one is chosen, its answers. */
static err item_condition(struct req *rq, const struct drafting *d, const struct draft_item *it,
    struct view_draft_item *v)
{
    struct chosen_value values[FORM_OPTIONS + 4];
    const struct question *on = NULL;
    str parent = req_query(rq, "parent");
    v->parents.p = ARENA_ARRAY(rq->a, struct view_draft_item_parents, d->n);
    v->values.p = ARENA_ARRAY(rq->a, struct view_draft_item_values, FORM_OPTIONS + 4);
    if (!v->parents.p || !v->values.p)
        return ERR(NOMEM);
    if (req_is_redraw(rq))
        parent = req_typed(rq, "parent", parent);
    for (size_t i = 0; i < d->n; i++) {
        const struct question *q = &d->q[i];
        bool is_parent = parent.n ? str_eq(q->code, parent) : q->id.v == it->q.cond_question.v;
        if (is_parent)
            on = q;
        if (q->id.v == it->q.id.v)
            break; /* what comes later cannot be looked at */
        if (survey_values_of(rq->a, q, values))
            v->parents.p[v->parents.n++] =
                (struct view_draft_item_parents){q->code, q->text, is_parent};
    }
    v->condition_error = req_error_of(rq, "parent");
    if (!on)
        return OK;
    v->parent = on->code;
    v->parent_text = on->text;
    size_t n = survey_values_of(rq->a, on, values);
    bool same = on->id.v == it->q.cond_question.v;
    for (size_t i = 0; i < n; i++)
        v->values.p[v->values.n++] = (struct view_draft_item_values){values[i].value,
            values[i].label, same && form_answer_has_any(values[i].value, it->q.cond_values)};
    if (same)
        v->condition = survey_condition_text(rq->a, on, it->q.cond_values);
    return OK;
}

static void item_fields(struct req *rq, const struct drafting *d, const struct draft_item *it,
    struct view_draft_item *v)
{
    *v = (struct view_draft_item){.id = d->draft.id,
        .name = d->draft.title,
        .version = d->draft.version,
        .code = it->q.code,
        .fresh = it->base_rev == 0,
        .changed = it->base_rev != 0 && it->q.rev != it->base_rev,
        .type_name = survey_type_name(it->q.type),
        .listed = it->q.type == ANSWER_CHOICE || it->q.type == ANSWER_MULTI,
        .text = req_typed(rq, "text", it->q.text),
        .text_error = req_error_of(rq, "text"),
        .why = req_typed(rq, "why", it->q.why),
        .why_error = req_error_of(rq, "why"),
        .type_error = req_error_of(rq, "type"),
        .area_error = req_error_of(rq, "area"),
        .options = req_typed(rq, "options", survey_options_text(rq->a, &it->q)),
        .options_error = req_error_of(rq, "options"),
        .unit = req_typed(rq, "unit", it->q.unit),
        .unit_error = req_error_of(rq, "unit"),
        .level_error = req_error_of(rq, "level"),
        .level_name = form_level_name(it->level.level),
        .law = req_typed(rq, "law", it->level.law),
        .law_error = req_error_of(rq, "law"),
        .carry_error = req_error_of(rq, "carry"),
        .kind_error = req_error_of(rq, "kind"),
        .sure_error = req_error_of(rq, "sure"),
        .allow_na = typed_flag(rq, "allow_na", it->q.allow_na),
        .essential = typed_flag(rq, "essential", it->q.essential),
        .pending = typed_flag(rq, "pending", it->q.pending),
        .errors = req_has_errors(rq)};
}

static err item_page(struct req *rq, const struct drafting *d, const struct draft_item *it)
{
    struct view_draft_item *v = ARENA_NEW(rq->a, struct view_draft_item);
    if (!v)
        return ERR(NOMEM);
    item_fields(rq, d, it, v);
    TRY(item_choices(rq, d, it, v));
    TRY(item_levels(rq, it, v));
    if (v->text.n && (v->fresh || v->changed || req_is_redraw(rq)))
        TRY(item_alike(rq, it, v));
    if (v->code.n)
        TRY(item_condition(rq, d, it, v));
    return req_show(rq, &view_draft_item_type, v);
}

err survey_question_new_read(struct req *rq)
{
    struct drafting d;
    struct draft_item it = {.kind = LINEAGE_NEW,
        .level = {.level = LEVEL_NONE},
        .q = {.type = ANSWER_STATUS, .carry = CARRY_CONFIRM, .essential = true}};
    TRY(survey_drafting_of(rq, &d));
    return item_page(rq, &d, &it);
}

static err load_item(struct req *rq, struct drafting *d, const struct draft_item **it)
{
    TRY(survey_drafting_of(rq, d));
    *it = survey_draft_item(d, req_param(rq, "code"));
    return *it ? OK : ERR(NOTFOUND);
}

err survey_question_read(struct req *rq)
{
    struct drafting d;
    const struct draft_item *it;
    TRY(load_item(rq, &d, &it));
    return item_page(rq, &d, it);
}

/* ── what was typed about an item ── */

static void parse_options(struct req *rq, str typed, struct question *q)
{
    q->n_options = 0;
    for (str line; str_cut(&typed, '\n', &line);) {
        str option = str_trim(line);
        if (option.n == 0)
            continue;
        if (q->n_options == FORM_OPTIONS)
            req_error(rq, "options", S("選択肢は24個までにしてください。"));
        if (str_chars(option) > 200)
            req_error(rq, "options", S("一つの選択肢は200文字までにしてください。"));
        for (size_t i = 0; i < q->n_options; i++)
            if (str_eq(q->option[i], option))
                req_error(rq, "options", S("同じ選択肢が二つあります。"));
        if (req_error_of(rq, "options").n)
            return;
        q->option[q->n_options++] = option;
    }
    if (q->n_options < 2)
        req_error(rq, "options", S("選択肢を、1行に一つずつ、二つ以上入力してください。"));
}

static bool is_listed_type(enum answer_type t)
{
    return t == ANSWER_CHOICE || t == ANSWER_MULTI;
}

/* Rules of the place: carry, essential, pending; the wording's text. */
static void parse_rules(struct req *rq, struct wording *f, struct question *q)
{
    const struct word *carry = WORD_OF_KEY(carries, f->carry);
    if (carry->value == 0)
        req_error(rq, "carry", S("引継ぎの扱いを選んでください。"));
    q->carry = (enum carry)(carry->value ? carry->value - 1 : CARRY_NEVER);
    q->essential = f->essential;
    q->pending = f->pending;
    q->text = f->text;
    q->why = f->why;
}

/* What binds says where it is written; without a word it is plain information. */
static void parse_level(struct req *rq, struct wording *f)
{
    f->bound = (struct level){f->level.n ? form_level_of_key(f->level) : LEVEL_NONE, f->law};
    bool known = false;
    for (size_t i = 0; i < COUNT_OF(levels); i++)
        known |= levels[i] == f->bound.level;
    if (!known)
        req_error(rq, "level", S("義務か参考かを選んでください。"));
    else if (f->bound.level != LEVEL_NONE && f->law.n == 0)
        req_error(rq, "law", S("義務か参考のときは、根拠（法令やガイドラインの名前と箇所）を入力してください。"));
}

/* Everything of a question that was never asked. */
static void parse_new(struct req *rq, struct wording *f, struct question *q)
{
    parse_level(rq, f);
    const struct word *type = WORD_OF_KEY(types, f->type);
    if (type->value == 0) {
        req_error(rq, "type", S("回答の型を選んでください。"));
        return;
    }
    q->type = (enum answer_type)type->value;
    q->allow_na = q->type == ANSWER_STATUS && f->allow_na;
    q->unit = q->type == ANSWER_NUMBER ? f->unit : STR_NONE;
    q->n_options = 0;
    if (is_listed_type(q->type))
        parse_options(rq, f->options, q);
}

/* Of a question that was asked, type and unit stay, and options only grow at the end: an earlier
 * answer must not come to mean something else. */
static void parse_changed(struct req *rq, struct wording *f, struct question *q)
{
    struct question was = *q;
    if (!is_listed_type(q->type))
        return;
    parse_options(rq, f->options, q);
    bool kept = q->n_options >= was.n_options;
    for (size_t i = 0; i < was.n_options && kept; i++)
        kept = str_eq(q->option[i], was.option[i]);
    if (!kept && req_error_of(rq, "options").n == 0)
        req_error(rq, "options", S("これまでの選択肢は変えられません。後ろに足すことだけができます。"
                                   "変えたいときは、新しい設問にしてください。"));
}

static err ask_about_alike(struct req *rq, const struct wording *f)
{
    struct question_list all;
    struct similar best[FORM_SIMILAR];
    TRY(form_question_all(rq->db, rq->a, &all));
    if (!f->sure && form_similar(&all, f->text, (question_id){0}, ALIKE_ASKED, best))
        req_error(rq, "sure", S("既にある設問と似ています。下の表を見て、それでも新しい設問が必要なときは、"
                                "「似た設問を確かめた」に印を付けてください。"));
    return OK;
}

err survey_question_new_prepare(struct req *rq)
{
    struct wording *f = rq->form;
    struct drafting d;
    TRY(survey_drafting_of(rq, &d));
    const str area = survey_area_name(d.catalog, f->area);
    if (area.n == 0)
        req_error(rq, "area", S("分野を選んでください。"));
    f->q.area = f->area;
    parse_rules(rq, f, &f->q);
    parse_new(rq, f, &f->q);
    TRY(ask_about_alike(rq, f));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

err survey_question_new_write(struct tx *tx, struct req *rq)
{
    const struct wording *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct draft_item it = {.q = f->q, .kind = LINEAGE_NEW, .level = f->bound};
    struct drafting d;
    TRY(survey_draft_say(rq, survey_drafting_begin(&w, &d)));
    if (d.n >= FORM_ITEMS_MAX) {
        req_error(rq, "text", S("一つの調査に加えられるのは600項目までです。"));
        return ERR(INVALID);
    }
    TRY(form_question_new(tx, rq->a, f->area, &it.q.code, &it.q.id));
    it.q.position = last_position(&d) + 1;
    TRY(survey_draft_item_add(tx, w.draft, &it));
    TRY(survey_draft_item_set(tx, rq->a, w.draft, &it));
    TRY(form_level_put(tx, it.q.id, &it.level));
    TRY(survey_drafting_end(&w, S("draft.new"), it.q.code));
    return go_to_item(rq, it.q.code, "saved");
}

static bool is_same_wording(const struct question *x, const struct question *y)
{
    bool same = str_eq(x->text, y->text) && str_eq(x->why, y->why) && x->n_options == y->n_options;
    for (size_t i = 0; same && i < x->n_options; i++)
        same = str_eq(x->option[i], y->option[i]);
    return same;
}

/* The wording the draft started from, in its own words. */
static err base_of(struct req *rq, const struct draft_item *it, struct question *out)
{
    struct question_list all;
    TRY(form_question_all(rq->db, rq->a, &all));
    *out = it->q;
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].rev == it->base_rev)
            *out = all.v[i];
    return OK;
}

err survey_question_prepare(struct req *rq)
{
    struct wording *f = rq->form;
    struct drafting d;
    struct question base;
    const struct draft_item *it;
    TRY(load_item(rq, &d, &it));
    TRY(base_of(rq, it, &base));
    f->q = it->q;
    f->lineage = it->kind;
    if (it->base_rev) {
        f->q.n_options = base.n_options;
        memcpy(f->q.option, base.option, sizeof base.option);
        parse_changed(rq, f, &f->q);
        f->bound = it->level;
    } else {
        f->fresh = true;
        parse_new(rq, f, &f->q);
    }
    parse_rules(rq, f, &f->q);
    if (it->base_rev && is_same_wording(&f->q, &base)) {
        f->q.rev = base.rev == it->base_rev ? it->base_rev : it->q.rev;
    } else if (it->base_rev && !is_same_wording(&f->q, &it->q)) {
        const struct word *kind = WORD_OF_KEY(kinds, f->kind);
        f->q.rev = 0;
        f->lineage = (enum lineage_kind)kind->value;
        if (kind->value == 0)
            req_error(rq, "kind", S("文言を変えるときは、変更の種類を選んでください。"));
    }
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

err survey_question_write(struct tx *tx, struct req *rq)
{
    const struct wording *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, f->version);
    struct drafting d;
    struct draft_item it = {.q = f->q, .kind = f->lineage, .level = f->bound};
    err e = survey_drafting_begin(&w, &d);
    if (e.code == ERR_STALE)
        return survey_question_conflict(tx, rq, &d, &it);
    TRY(survey_draft_say(rq, e));
    TRY(survey_draft_item_set(tx, rq->a, w.draft, &it));
    if (f->fresh)
        TRY(form_level_put(tx, it.q.id, &it.level));
    TRY(survey_drafting_end(&w, S("draft.item"), it.q.code));
    return go_to_item(rq, it.q.code, "saved");
}

/* ── its condition ── */

struct conditioning {
    str parent;
    struct strs value;
    int64_t version;
    struct draft_item item; /* by prepare */
};

static const struct web_field conditioning_fields[] = {
    {.name = "parent", .label = "条件に使う項目", .type = FIELD_LINE,
        .offset = offsetof(struct conditioning, parent), .max = 40},
    {.name = "value", .label = "回答", .type = FIELD_LINES,
        .offset = offsetof(struct conditioning, value), .max = FORM_OPTIONS + 4},
    {.name = "version", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct conditioning, version), .required = true, .least = 1,
        .most = INT64_MAX},
};
const struct web_form survey_condition_form = WEB_FORM(conditioning_fields, conditioning);

static str joined(struct arena *a, const struct strs *list)
{
    BUF_AUTO b = BUF(16384);
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            buf_lit(&b, ",");
        buf_str(&b, list->v[i]);
    }
    return str_dup(a, buf_view(&b));
}

err survey_condition_prepare(struct req *rq)
{
    struct conditioning *f = rq->form;
    struct drafting d;
    const struct draft_item *it, *on;
    TRY(load_item(rq, &d, &it));
    size_t at = (size_t)(it - d.item);
    d.q[at].cond_question.v = 0;
    d.q[at].cond_values = STR_NONE;
    if (f->parent.n) {
        on = survey_draft_item(&d, f->parent);
        d.q[at].cond_question.v = on ? on->q.id.v : -1;
        d.q[at].cond_values = joined(rq->a, &f->value);
    }
    str message = survey_condition_message(survey_condition_fault(d.q, d.n, at));
    if (message.n)
        req_error(rq, "parent", message);
    f->item = *it;
    f->item.q.cond_question = d.q[at].cond_question;
    f->item.q.cond_values = d.q[at].cond_values;
    return message.n ? ERR(INVALID) : OK;
}

err survey_condition_write(struct tx *tx, struct req *rq)
{
    const struct conditioning *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, f->version);
    struct drafting d;
    err e = survey_drafting_begin(&w, &d);
    if (e.code == ERR_STALE)
        return survey_condition_conflict(tx, rq, &d, &f->item);
    TRY(survey_draft_say(rq, e));
    TRY(survey_draft_item_set(tx, rq->a, w.draft, &f->item));
    TRY(survey_drafting_end(&w, S("draft.condition"), f->item.q.code));
    return go_to_item(rq, f->item.q.code, "saved");
}

/* ── order, taking out, putting back ── */

struct moving {
    str to;
};
static const struct web_field moving_fields[] = {
    {.name = "to", .label = "向き", .type = FIELD_LINE, .offset = offsetof(struct moving, to),
        .required = true, .max = 10},
};
const struct web_form survey_move_form = WEB_FORM(moving_fields, moving);

/* CONFLICT: a condition would look ahead. */
static err try_swap(struct req *rq, struct drafting *d, size_t at, size_t with)
{
    struct question one = d->q[at];
    d->q[at] = d->q[with];
    d->q[with] = one;
    for (size_t i = 0; i < d->n; i++) {
        if (survey_condition_fault(d->q, d->n, i) == CONDITION_FORWARD) {
            req_say(rq, S("条件に使う項目より前には動かせません。先に条件を変えてください。"));
            return ERR(CONFLICT);
        }
    }
    return OK;
}

err survey_move_write(struct tx *tx, struct req *rq)
{
    const struct moving *f = rq->form;
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct drafting d;
    TRY(survey_draft_say(rq, survey_drafting_begin(&w, &d)));
    const struct draft_item *it = survey_draft_item(&d, req_param(rq, "code"));
    if (!it)
        return ERR(NOTFOUND);
    bool up = str_eq(f->to, S("up"));
    size_t at = (size_t)(it - d.item), with = up ? at - 1 : at + 1;
    if (!up && !str_eq(f->to, S("down")))
        return ERR(INVALID);
    if ((up && at == 0) || with >= d.n || !str_eq(d.item[with].q.area, it->q.area))
        return go_to_draft(rq, it->q.code, "saved"); /* it is the first or last one already */
    TRY(try_swap(rq, &d, at, with));
    TRY(survey_draft_item_place(tx, w.draft, it->q.id, d.item[with].q.position, false));
    TRY(survey_draft_item_place(tx, w.draft, d.item[with].q.id, it->q.position, false));
    TRY(survey_drafting_end(&w, S("draft.move"), it->q.code));
    return go_to_draft(rq, it->q.code, "moved");
}

err survey_remove_write(struct tx *tx, struct req *rq)
{
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct drafting d;
    TRY(survey_draft_say(rq, survey_drafting_begin(&w, &d)));
    const struct draft_item *it = survey_draft_item(&d, req_param(rq, "code"));
    if (!it)
        return ERR(NOTFOUND);
    for (size_t i = 0; i < d.n; i++) {
        if (d.q[i].cond_question.v != it->q.id.v)
            continue;
        req_say(rq, str_fmt(rq->a, "この項目は、%.*s の条件に使われています。先に、その条件を変えて"
                                   "ください。",
                        STR_F(d.q[i].code)));
        return ERR(CONFLICT);
    }
    TRY(survey_draft_item_place(tx, w.draft, it->q.id, it->q.position, true));
    TRY(survey_drafting_end(&w, S("draft.remove"), it->q.code));
    return req_go(rq, str_fmt(rq->a, "/surveys/drafts/%lld?ok=removed", (long long)w.draft));
}

err survey_unremove_write(struct tx *tx, struct req *rq)
{
    struct draft_writing w = survey_draft_writing(tx, rq, 0);
    struct drafting d;
    str code = req_param(rq, "code");
    TRY(survey_draft_say(rq, survey_drafting_begin(&w, &d)));
    for (size_t i = 0; i < d.n_removed; i++) {
        if (!str_eq(d.removed[i].q.code, code))
            continue;
        if (d.n >= FORM_ITEMS_MAX) {
            req_say(rq, S("一つの調査に加えられるのは600項目までです。"));
            return ERR(CONFLICT);
        }
        TRY(survey_draft_item_place(
            tx, w.draft, d.removed[i].q.id, d.removed[i].q.position, false));
        TRY(survey_drafting_end(&w, S("draft.unremove"), code));
        return go_to_draft(rq, code, "restored");
    }
    return ERR(NOTFOUND);
}
