/* SPDX-License-Identifier: Apache-2.0 */
/* Publishing the national figures, and correcting what was published: every edition is kept, and
 * a figure that differs from the edition before is marked. */
#include "survey/survey_page.h"

#include "edition.ht.h"
#include "editions.ht.h"

/* ── the list ── */

static bool submissions_are_over(const struct req *rq, const struct survey *s)
{
    return s->state == SURVEY_CLOSED || rq->now >= usec_of_jday_end(s->last_submission);
}

static err editions_read(struct req *rq)
{
    struct survey s;
    struct edition_list all;
    struct view_editions *v = ARENA_NEW(rq->a, struct view_editions);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(survey_editions(rq->db, rq->a, s.id, &all));
    *v = (struct view_editions){.id = s.id.v,
        .title = s.title,
        .last = s.last_submission,
        .over = submissions_are_over(rq, &s),
        .again = all.n > 0,
        .reason = req_typed(rq, "reason", STR_NONE),
        .reason_error = req_error_of(rq, "reason")};
    v->editions.p = ARENA_ARRAY(rq->a, struct view_editions_editions, all.n);
    if (!v->editions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct edition *e = &all.v[i];
        struct view_editions_editions *row = &v->editions.p[v->editions.n++];
        *row = (struct view_editions_editions){.number = e->number,
            .accepted = e->accepted,
            .submitted = e->submitted,
            .bodies = e->bodies,
            .reason = e->reason,
            .at = e->at};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){e->person}, &row->by));
    }
    return req_show(rq, &view_editions_type, v);
}

/* ── publishing ── */

struct publishing {
    str reason;
    bool accepted;
};
static const struct web_field publishing_fields[] = {
    {.name = "reason", .label = "訂正の理由", .type = FIELD_TEXT,
        .offset = offsetof(struct publishing, reason), .max = 1000},
    {.name = "accepted", .label = "受理した団体だけ", .type = FIELD_BOOL,
        .offset = offsetof(struct publishing, accepted)},
};
static const struct web_form publishing_form = WEB_FORM(publishing_fields, publishing);

/* The same figures need no new edition. */
static err has_changed(struct tx *tx, struct req *rq, const struct survey *s,
    const struct edition *last, const struct edition *next, bool *changed)
{
    struct cube_rows before, after;
    struct cube_filter f = {.by = CUBE_BY_ITEM, .accepted = next->accepted};
    size_t n = 0;
    TRY(survey_edition_cells(tx_db(tx), rq->a, last->id, &before));
    TRY(survey_cube_sum(tx_db(tx), rq->a, rq->who.scope, s->id, &f, &after));
    *changed = last->submitted != next->submitted || last->accepted != next->accepted;
    for (size_t i = 0; i < after.n; i++) {
        if (after.v[i].n == 0)
            continue;
        bool same = false;
        for (size_t k = 0; k < before.n && !same; k++)
            same = before.v[k].question_rev == after.v[i].question_rev &&
                before.v[k].n == after.v[i].n && before.v[k].total == after.v[i].total &&
                str_eq(before.v[k].answer, after.v[i].answer);
        *changed = *changed || !same;
        n++;
    }
    *changed = *changed || n != before.n;
    return OK;
}

static err check_again(struct tx *tx, struct req *rq, const struct survey *s,
    const struct edition *last, const struct edition *next)
{
    bool changed;
    if (next->reason.n == 0) {
        req_error(rq, "reason", S("訂正の理由を入力してください。"));
        return ERR(INVALID);
    }
    TRY(has_changed(tx, rq, s, last, next, &changed));
    if (changed)
        return OK;
    req_say(rq, S("前の版から変わった数値がありません。"));
    return ERR(CONFLICT);
}

static err publish_write(struct tx *tx, struct req *rq)
{
    const struct publishing *f = rq->form;
    struct survey s;
    struct edition_list all;
    survey_id id;
    const struct scope *scope = rq->who.scope;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(survey_get(tx_db(tx), rq->a, id, &s));
    if (!submissions_are_over(rq, &s)) {
        req_say(rq, S("提出の受付が終わってから公表してください。途中の数値は集計の画面で見られます。"));
        return ERR(CONFLICT);
    }
    TRY(survey_editions(tx_db(tx), rq->a, id, &all));
    struct edition next = {
        .number = (int64_t)all.n + 1, .accepted = f->accepted, .reason = f->reason};
    struct cube_filter filter = {.accepted = f->accepted};
    TRY(survey_submitted_count(
        tx_db(tx), scope, id, &filter, &next.submitted, &next.bodies));
    if (all.n > 0)
        TRY(check_again(tx, rq, &s, &all.v[all.n - 1], &next));
    TRY(survey_edition_add(tx, scope, id, &next));
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = S("survey.publish"),
        .object = str_fmt(rq->a, "survey:%lld", (long long)id.v),
        .detail = str_fmt(rq->a, "{\"edition\":%lld}", (long long)next.number)};
    TRY(audit_append(tx, &e));
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/editions/%lld?ok=saved", (long long)id.v,
                          (long long)next.number));
}

/* ── one edition, beside the one before ── */

struct figures {
    const struct catalog *catalog;
    struct tally *now, *before; /* per item; before NULL: the first edition */
};

static err tally_edition(
    struct req *rq, const struct catalog *c, const struct edition *e, struct tally **out)
{
    struct cube_rows rows;
    TRY(survey_edition_cells(rq->db, rq->a, e->id, &rows));
    *out = ARENA_ARRAY(rq->a, struct tally, c->n_items);
    if (!*out)
        return ERR(NOMEM);
    for (size_t i = 0; i < rows.n; i++)
        for (size_t k = 0; k < c->n_items; k++)
            if (c->item[k].rev == rows.v[i].question_rev)
                survey_tally_add(&(*out)[k], &c->item[k], &rows.v[i]);
    return OK;
}

static str figure_text(struct arena *a, const struct question *q, const struct tally *t)
{
    if (q->type != ANSWER_STATUS)
        return survey_tally_summary(a, q, t);
    int64_t bp = survey_share_bp(t->done, t->n);
    return str_fmt(a, "実施済み %lld（%lld.%lld%%）、一部実施 %lld、未実施 %lld、該当なし %lld",
        (long long)t->done, (long long)(bp / 100), (long long)(bp % 100 / 10),
        (long long)t->partial, (long long)t->none, (long long)t->na);
}

static err edition_items(struct req *rq, const struct figures *f, struct view_edition *v)
{
    const struct catalog *c = f->catalog;
    v->items.p = ARENA_ARRAY(rq->a, struct view_edition_items, c->n_items);
    if (!v->items.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < c->n_items; i++) {
        const struct question *q = &c->item[i];
        if (!form_counts(q))
            continue;
        bool corrected = f->before && memcmp(&f->before[i], &f->now[i], sizeof f->now[i]) != 0;
        v->corrected += corrected;
        v->items.p[v->items.n++] = (struct view_edition_items){.code = q->code,
            .area = survey_area_name(c, q->area),
            .question = q->text,
            .figure = figure_text(rq->a, q, &f->now[i]),
            .n = f->now[i].n,
            .corrected = corrected,
            .before = corrected ? figure_text(rq->a, q, &f->before[i]) : STR_NONE,
            .before_n = corrected ? f->before[i].n : 0};
    }
    return OK;
}

static err edition_view(struct req *rq, const struct survey *s, struct view_edition *v)
{
    struct edition_list all;
    struct figures f = {0};
    int64_t number;
    TRY(req_param_i64(rq, "edition", &number));
    TRY(survey_editions(rq->db, rq->a, s->id, &all));
    if (number < 1 || number > (int64_t)all.n)
        return ERR(NOTFOUND);
    const struct edition *e = &all.v[number - 1];
    *v = (struct view_edition){.id = s->id.v,
        .title = s->title,
        .as_of = s->as_of,
        .number = number,
        .newest = number == (int64_t)all.n,
        .accepted = e->accepted,
        .submitted = e->submitted,
        .bodies = e->bodies,
        .reason = e->reason,
        .at = e->at};
    TRY(form_catalog_get(rq->db, s->catalog, &f.catalog));
    TRY(tally_edition(rq, f.catalog, e, &f.now));
    if (number > 1)
        TRY(tally_edition(rq, f.catalog, e - 1, &f.before));
    return edition_items(rq, &f, v);
}

static err edition_read(struct req *rq)
{
    struct survey s;
    struct view_edition *v = ARENA_NEW(rq->a, struct view_edition);
    if (!v)
        return ERR(NOMEM);
    TRY(survey_of(rq, &s));
    TRY(edition_view(rq, &s, v));
    return req_show(rq, &view_edition_type, v);
}

static const struct column edition_columns[] = {
    {"edition", "版", COLUMN_INT, KEY_COLUMN, "公表の版", .unit = "版"},
    {"published_at", "公表日時", COLUMN_TIME, NEVER_EMPTY, "この版を公表した日時"},
    COLUMN_ITEM(KEY_COLUMN),
    COLUMN_AREA,
    COLUMN_QUESTION,
    {"figure", "数値", COLUMN_TEXT, NEVER_EMPTY, "公表した値を言葉で"},
    COLUMN_N,
    {"corrected", "訂正", COLUMN_YESNO, NEVER_EMPTY, "前の版から値が変わったか"},
    {"before", "前の版の数値", COLUMN_TEXT, MAY_BE_EMPTY, "訂正した項目の、前の版の値"},
    {"reason", "訂正の理由", COLUMN_TEXT, MAY_BE_EMPTY, "訂正した項目の、訂正の理由"},
};
static const struct table edition_table = {.title = "公表値",
    .about = "1行が、公表した版の1項目の値",
    .kind = "回答",
    TABLE_COLUMNS(edition_columns)};

static err edition_csv_read(struct req *rq)
{
    struct survey s;
    struct view_edition v;
    BUF_AUTO out = BUF(CSV_MOST);
    TRY(survey_of(rq, &s));
    TRY(edition_view(rq, &s, &v));
    struct csv c = survey_csv(rq, &s, &out);
    for (size_t i = 0; i < v.items.n; i++) {
        const struct view_edition_items *it = &v.items.p[i];
        csv_i64(&c, v.number);
        csv_time(&c, v.at);
        csv_str(&c, it->code);
        csv_str(&c, it->area);
        csv_str(&c, it->question);
        csv_str(&c, it->figure);
        csv_i64(&c, it->n);
        csv_yes(&c, it->corrected);
        csv_str(&c, it->before);
        csv_str(&c, it->corrected ? v.reason : STR_NONE);
        csv_end_row(&c);
    }
    return survey_csv_send(rq, &s, &c);
}

const struct route survey_edition_routes[] = {
    {.method = GET, .path = "/surveys/{survey}/editions", .perm = &survey_p_open,
        .read = editions_read,
        .shows = VIEWS(&view_editions_type)},
    {.method = POST, .path = "/surveys/{survey}/editions", .perm = &survey_p_open,
        .form = &publishing_form, .read = editions_read, .write = publish_write,
        .goes = PATHS("/surveys/{survey}/editions/{edition}")},
    {.method = GET, .path = "/surveys/{survey}/editions/{edition}", .perm = &survey_p_open,
        .read = edition_read,
        .shows = VIEWS(&view_edition_type)},
    {.method = GET, .path = "/surveys/{survey}/editions/{edition}/csv", .perm = &survey_p_open,
        .table = &edition_table, .read = edition_csv_read},
    {.path = NULL},
};
