/* SPDX-License-Identifier: Apache-2.0 */
/* People by table: the table is looked at first, and done only after that. */
#include "org/org_import.h"

#include "core/convert.h"
#include "core/word.h"
#include "import.ht.h"

enum { SHOWN = 100, ROWS_CHARS = 200000 };

struct importing {
    str rows;
    struct import im; /* by prepare */
};

static const struct web_field fields[] = {
    {.name = "rows", .label = "表", .type = FIELD_TEXT, .offset = offsetof(struct importing, rows),
        .max = ROWS_CHARS},
};
static const struct web_form importing_form = WEB_FORM(fields, importing);
static const struct upload table_upload = {"file", "ファイル", CONVERT_FILE};

static const struct word acts[] = {
    {IMPORT_ADD, S("add"), S("登録する")},
    {IMPORT_CHANGE, S("change"), S("変える")},
    {IMPORT_MOVE, S("move"), S("移す")},
    {IMPORT_STOP, S("stop"), S("止める")},
    {IMPORT_RESUME, S("resume"), S("戻す")},
    {IMPORT_SAME, S("same"), S("そのまま")},
};

/* ── choosing ── */

static err view_problems(struct req *rq, const struct import *im, struct view_import *v)
{
    v->problems.p = ARENA_ARRAY(rq->a, struct view_import_problems, SHOWN);
    if (!v->problems.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < im->n; i++)
        if (im->v[i].problem.n && v->problems.n < SHOWN)
            v->problems.p[v->problems.n++] = (struct view_import_problems){
                im->v[i].line, im->v[i].login, im->v[i].problem};
    v->more = (int64_t)(im->problems - v->problems.n);
    return OK;
}

static err import_read(struct req *rq)
{
    struct view_import *v = ARENA_NEW(rq->a, struct view_import);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_import){.all = (rq->who.roles & ROLE_SYSTEM) != 0,
        .errors = req_has_errors(rq),
        .rows_error = req_error_of(rq, "rows"),
        .days = INVITE_DAYS};
    const struct importing *f = rq->form;
    if (req_is_redraw(rq) && f) {
        v->rows = f->rows;
        TRY(view_problems(rq, &f->im, v));
    }
    return req_show(rq, &view_import_type, v);
}

/* ── looking ── */

static size_t invited(const struct import *im)
{
    return im->of[IMPORT_ADD] + im->of[IMPORT_MOVE] + im->of[IMPORT_RESUME];
}

static err check_invitations(struct req *rq, const struct import *im)
{
    int64_t lately;
    if ((rq->who.roles & ROLE_SYSTEM) || invited(im) == 0)
        return OK;
    TRY(org_invites_of_body(
        rq->db, scope_body(rq->who.scope), rq->now - USEC_DAY, &lately));
    if ((int64_t)invited(im) + lately > INVITES_OF_BODY)
        req_error(rq, "rows",
            str_fmt(rq->a, "招待は、一つの団体で1日%d人までです（この24時間に%lld人）。表を分けて、"
                           "明日続けてください。", INVITES_OF_BODY, (long long)lately));
    return OK;
}

static err import_prepare(struct req *rq)
{
    struct importing *f = rq->form;
    struct foreign_table t;
    TRY(req_foreign(rq, "rows", &f->rows, &t));
    if (req_has_errors(rq))
        return ERR(INVALID);
    TRY(org_import_parse(rq->a, &t, &f->im));
    TRY(org_import_plan(rq->db, rq, &f->im));
    if (f->im.problem.n)
        req_error(rq, "rows", f->im.problem);
    else if (f->im.problems)
        req_error(rq, "rows", str_fmt(rq->a, "%zu行に誤りがあります。", f->im.problems));
    else
        TRY(check_invitations(rq, &f->im));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err view_changes(struct req *rq, const struct import *im, struct view_import *v)
{
    v->changes.p = ARENA_ARRAY(rq->a, struct view_import_changes, im->n);
    if (!v->changes.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < im->n; i++) {
        const struct import_row *r = &im->v[i];
        bool other = r->act == IMPORT_CHANGE && r->roles != r->was.roles;
        v->changes.p[v->changes.n++] = (struct view_import_changes){.line = r->line,
            .act = WORD_OF(acts, r->act)->name,
            .login = r->login,
            .name = r->name,
            .org = r->org_name,
            .roles = org_role_names(rq->a, r->stop ? r->was.roles : r->roles),
            .before = other ? org_role_names(rq->a, r->was.roles) : STR_NONE,
            .plain = r->act == IMPORT_SAME};
    }
    return OK;
}

static err view_counts(struct req *rq, const struct import *im, struct view_import *v)
{
    v->counts.p = ARENA_ARRAY(rq->a, struct view_import_counts, COUNT_OF(acts));
    if (!v->counts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(acts); i++)
        if (im->of[acts[i].value])
            v->counts.p[v->counts.n++] =
                (struct view_import_counts){acts[i].name, (int64_t)im->of[acts[i].value]};
    return OK;
}

/* Writes nothing. */
static err look_write(struct tx *tx, struct req *rq)
{
    const struct importing *f = rq->form;
    struct view_import *v = ARENA_NEW(rq->a, struct view_import);
    (void)tx;
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_import){.preview = true,
        .all = (rq->who.roles & ROLE_SYSTEM) != 0,
        .rows = f->rows,
        .n = (int64_t)f->im.n,
        .days = INVITE_DAYS};
    TRY(view_changes(rq, &f->im, v));
    TRY(view_counts(rq, &f->im, v));
    return req_show(rq, &view_import_type, v);
}

/* ── doing it ── */

/* Planned again on the writer: since prepare somebody else may have changed these people. */
static err save_write(struct tx *tx, struct req *rq)
{
    struct importing *f = rq->form;
    TRY(org_import_plan(tx_db(tx), rq, &f->im));
    if (f->im.problems) {
        req_say(rq, S("確かめた後に、ほかの人が利用者を変えました。もう一度、内容を確かめてください。"));
        return ERR(STALE);
    }
    TRY(org_import_apply(tx, rq, &f->im));
    return req_go(rq, S("/people?ok=imported"));
}

const struct route org_import_routes[] = {
    {.method = GET, .path = "/people/import", .perm = &org_p_people, .flags = ROUTE_FRESH,
        .read = import_read, .shows = VIEWS(&view_import_type)},
    {.method = POST, .path = "/people/import", .perm = &org_p_people, .flags = ROUTE_SLOW,
        .form = &importing_form, .upload = &table_upload, .read = import_read,
        .prepare = import_prepare, .write = look_write, .shows = VIEWS(&view_import_type)},
    {.method = POST, .path = "/people/import/save", .perm = &org_p_people,
        .flags = ROUTE_SLOW | ROUTE_FRESH, .form = &importing_form, .read = import_read,
        .prepare = import_prepare, .write = save_write, .shows = VIEWS(&view_import_type),
        .goes = PATHS("/people")},
    {.path = NULL},
};
