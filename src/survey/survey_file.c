/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence files of an item: attaching, removing, taking last year's over, reading. */
#include "survey/survey_file.h"
#include "survey/survey_page.h"

#include "evidence.ht.h"
#include "files.ht.h"

static str size_text(struct arena *a, int64_t n)
{
    enum { KB = 1024 };
    if (n < KB)
        return str_fmt(a, "%lldバイト", (long long)n);
    if (n < (int64_t)KB * KB)
        return str_fmt(a, "%lldKB", (long long)((n + KB - 1) / KB));
    int64_t tenths = (n * 10 + (int64_t)KB * KB - 1) / ((int64_t)KB * KB);
    return str_fmt(a, "%lld.%lldMB", (long long)(tenths / 10), (long long)(tenths % 10));
}

static str age_key(const struct req *rq, jday valid_until)
{
    static const str keys[] = {
        [FILE_CURRENT] = S(""), [FILE_SOON] = S("soon"), [FILE_EXPIRED] = S("expired")};
    return keys[survey_file_age(valid_until, jday_of_usec(rq->now))];
}

/* ── the section on the page of an item ── */

/* Last year's submitted files that are still valid and not here yet. */
static err files_of_last_year(struct db *db, struct arena *a, const struct scope *s,
    const struct survey *survey, question_id q, jday today, const struct item_files *now,
    struct item_files *out)
{
    struct response r;
    struct item_files all;
    body_id body = scope_body(s);
    *out = (struct item_files){0};
    if (survey->previous.v == 0)
        return OK;
    err e = survey_response_get(db, s, survey->previous, body, &r);
    if (e.code == ERR_NOTFOUND || (!err_is(e) && r.horizon == 0))
        return OK;
    TRY(e);
    TRY(survey_files(db, a, s, survey->previous, body, q, r.horizon, &all));
    out->v = all.v;
    for (size_t i = 0; i < all.n; i++) {
        bool here = survey_file_age(all.v[i].valid_until, today) == FILE_EXPIRED;
        for (size_t k = 0; k < now->n && !here; k++)
            here = memcmp(now->v[k].blob.hash, all.v[i].blob.hash, BLOB_HASH) == 0;
        if (!here)
            out->v[out->n++] = all.v[i];
    }
    return OK;
}

static err file_rows(struct req *rq, const struct item_files *all, struct view_files *v)
{
    v->rows.p = ARENA_ARRAY(rq->a, struct view_files_rows, all->n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        const struct item_file *f = &all->v[i];
        struct view_files_rows *row = &v->rows.p[v->rows.n++];
        *row = (struct view_files_rows){.file = f->id,
            .name = f->name,
            .size = size_text(rq->a, f->blob.size),
            .note = f->note,
            .valid_until = f->valid_until,
            .age = age_key(rq, f->valid_until),
            .at = f->at};
        v->expired |= str_eq(row->age, S("expired"));
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){f->person}, &row->by));
    }
    return OK;
}

err survey_files_view(struct req *rq, const struct sheet *sheet, const struct question *q,
    bool editable, struct view_files *v)
{
    struct item_files all, last;
    jday today = jday_of_usec(rq->now);
    TRY(survey_files(rq->db, rq->a, rq->who.scope, sheet->survey.id, sheet->body.id, q->id,
        sheet->response.horizon, &all));
    TRY(files_of_last_year(
        rq->db, rq->a, rq->who.scope, &sheet->survey, q->id, today, &all, &last));
    *v = (struct view_files){.id = sheet->survey.id.v,
        .code = q->code,
        .editable = editable,
        .last = (int64_t)last.n,
        .full = all.n >= SURVEY_FILES_OF_ITEM,
        .again = req_is_redraw(rq) && rq->route->upload != NULL,
        .file_error = req_error_of(rq, "file"),
        .note = req_typed(rq, "note", STR_NONE),
        .note_error = req_error_of(rq, "note"),
        .valid_until = req_typed(rq, "valid_until", STR_NONE),
        .valid_error = req_error_of(rq, "valid_until")};
    return file_rows(rq, &all, v);
}

/* ── attaching ── */

struct attach {
    str note, valid_until;
    struct item_file file; /* by prepare */
};

static const struct web_field attach_fields[] = {
    {.name = "note", .label = "説明", .type = FIELD_TEXT, .offset = offsetof(struct attach, note),
        .max = 500},
    {.name = "valid_until", .label = "有効期限", .type = FIELD_LINE,
        .offset = offsetof(struct attach, valid_until), .max = 40},
};
static const struct web_form attach_form = WEB_FORM(attach_fields, attach);
static const struct upload attach_upload = {"file", "ファイル", SURVEY_FILE_MOST};

/* Somebody of a section has what was assigned to it; the rest is not there. */
static err check_mine(struct db *db, struct req *rq, survey_id id, const struct question *q)
{
    struct sheet sheet = {0};
    if (!(rq->who.roles & ROLE_SECTION))
        return OK;
    TRY(survey_assignments(db, rq->a, rq->who.scope, id, &sheet.assigned));
    TRY(org_section_all(db, rq->a, rq->who.scope, &sheet.sections));
    return q && survey_sheet_is_mine(&sheet, rq->who.roles, q) ? OK : ERR(NOTFOUND);
}

/* What is to be changed may be: an item of an open survey, in a response that is being answered. */
struct target {
    struct survey survey;
    struct response response;
    const struct question *q;
};

static err target_of(struct db *db, struct req *rq, struct target *t)
{
    const struct catalog *c;
    survey_id id;
    TRY(req_param_i64(rq, "survey", &id.v));
    TRY(survey_get(db, rq->a, id, &t->survey));
    TRY(survey_response_get(db, rq->who.scope, id, scope_body(rq->who.scope), &t->response));
    TRY(form_catalog_get(db, t->survey.catalog, &c));
    t->q = form_item(c, req_param(rq, "code"));
    if (!t->q)
        return ERR(NOTFOUND);
    TRY(check_mine(db, rq, id, t->q));
    if (survey_is_open(rq, &t->survey, &t->response))
        return OK;
    req_say(rq, S("提出済みか、期限を過ぎているため、根拠資料を変更できません。"));
    return ERR(CONFLICT);
}

static err look_inside(struct req *rq, str name, str *media, str *why)
{
    enum { PIECE = 64 * 1024 };
    struct file_kind kind;
    uint8_t piece[PIECE];
    survey_file_kind_begin(&kind, name);
    for (size_t got = PIECE; got == PIECE;) {
        TRY(req_file_read(rq, kind.size, piece, sizeof piece, &got));
        survey_file_kind_feed(&kind, piece, got);
    }
    return survey_file_kind_end(rq->a, &kind, media, why);
}

static err check_file(struct req *rq, struct attach *f)
{
    struct req_file file;
    str why = S("ファイルを選んでください。"), media;
    err e = req_file(rq, &file) ? survey_file_name_check(file.name, &why) : ERR(INVALID);
    if (!err_is(e))
        e = look_inside(rq, file.name, &media, &why);
    if (e.code == ERR_INVALID)
        req_error(rq, "file", why);
    TRY(e);
    f->file.name = file.name;
    f->file.media = media;
    return OK;
}

/* On a slow thread: it reads the whole file and waits for the disk. */
static err attach_prepare(struct req *rq)
{
    struct attach *f = rq->form;
    struct target t;
    TRY(target_of(rq->db, rq, &t));
    f->file.valid_until = DAY_NONE;
    err e = f->valid_until.n ? jday_parse(f->valid_until, &f->file.valid_until) : OK;
    if (err_is(e))
        req_error(rq, "valid_until",
            S("有効期限は、2027年3月31日や令和9年3月31日のように入力してください。"));
    err of_file = check_file(rq, f);
    TRY(of_file);
    TRY(e);
    return req_file_keep(rq, &f->file.blob);
}

static err audit_file(struct tx *tx, struct req *rq, const char *action, const struct target *t,
    int64_t file, const uint8_t hash[BLOB_HASH])
{
    char hex[2 * BLOB_HASH];
    struct audit_entry e = {.body = scope_body(rq->who.scope).v,
        .person = rq->who.person,
        .action = str_of(action),
        .object = str_fmt(
            rq->a, "survey:%lld/%.*s", (long long)t->survey.id.v, STR_F(t->q->code)),
        .detail = str_fmt(rq->a, "{\"file\":%lld,\"sha256\":\"%.*s\"}", (long long)file,
            STR_F(hex_of(hex, hash, BLOB_HASH)))};
    return audit_append(tx, &e);
}

/* Room for one more: INVALID with its message beside the field. */
static err has_room(struct tx *tx, struct req *rq, const struct target *t,
    const struct item_file *more, struct item_files *now)
{
    int64_t size;
    TRY(survey_files(tx_db(tx), rq->a, rq->who.scope, t->survey.id, t->response.body, t->q->id, 0,
        now));
    TRY(survey_files_size(tx_db(tx), rq->who.scope, t->survey.id, &size));
    str why = STR_NONE;
    for (size_t i = 0; i < now->n; i++)
        if (memcmp(now->v[i].blob.hash, more->blob.hash, BLOB_HASH) == 0)
            why = S("同じファイルが、この項目にもう付いています。");
    if (now->n >= SURVEY_FILES_OF_ITEM)
        why = S("この項目に付けられる数に達しました。先に要らないものを外してください。");
    else if (size + more->blob.size > SURVEY_FILES_OF_BODY)
        why = S("この調査に付けられる大きさの合計（1GB）を超えます。小さくしてから選んでください。");
    if (why.n == 0)
        return OK;
    req_error(rq, "file", why);
    return ERR(INVALID);
}

static err put_file(struct tx *tx, struct req *rq, const struct target *t, struct item_file f,
    int64_t from, const char *action)
{
    int64_t id;
    f.body = t->response.body;
    f.question = t->q->id;
    f.person = rq->who.person;
    TRY(survey_file_add(tx, rq->who.scope, t->survey.id, &f, from, &id));
    return audit_file(tx, rq, action, t, id, f.blob.hash);
}

static err go_to_files(struct req *rq, const struct target *t, const char *ok)
{
    return req_go(rq, str_fmt(rq->a, "/surveys/%lld/items/%.*s?ok=%s#files",
                          (long long)t->survey.id.v, STR_F(t->q->code), ok));
}

static err attach_write(struct tx *tx, struct req *rq)
{
    struct attach *f = rq->form;
    struct target t;
    struct item_files now;
    TRY(target_of(tx_db(tx), rq, &t));
    TRY(has_room(tx, rq, &t, &f->file, &now));
    f->file.note = f->note;
    TRY(put_file(tx, rq, &t, f->file, 0, "survey.file.add"));
    TRY(survey_response_touch(tx, t.response.id));
    return go_to_files(rq, &t, "attached");
}

/* ── removing, taking over ── */

static err remove_write(struct tx *tx, struct req *rq)
{
    struct target t;
    struct item_file f;
    int64_t id;
    TRY(req_param_i64(rq, "file", &id));
    TRY(target_of(tx_db(tx), rq, &t));
    TRY(survey_file_get(tx_db(tx), rq->a, rq->who.scope, t.survey.id, t.response.body, id, 0, &f));
    if (f.question.v != t.q->id.v)
        return ERR(NOTFOUND);
    TRY(survey_file_remove(tx, id, rq->who.person));
    TRY(survey_response_touch(tx, t.response.id));
    TRY(audit_file(tx, rq, "survey.file.remove", &t, id, f.blob.hash));
    return go_to_files(rq, &t, "detached");
}

/* Pressed twice, nothing is left to take the second time. */
static err carry_write(struct tx *tx, struct req *rq)
{
    struct target t;
    struct item_files now, last;
    struct db *db = tx_db(tx);
    TRY(target_of(db, rq, &t));
    TRY(survey_files(db, rq->a, rq->who.scope, t.survey.id, t.response.body, t.q->id, 0, &now));
    TRY(files_of_last_year(db, rq->a, rq->who.scope, &t.survey, t.q->id, jday_of_usec(rq->now),
        &now, &last));
    for (size_t i = 0; i < last.n && now.n + i < SURVEY_FILES_OF_ITEM; i++)
        TRY(put_file(tx, rq, &t, last.v[i], last.v[i].id, "survey.file.carry"));
    if (last.n > 0)
        TRY(survey_response_touch(tx, t.response.id));
    return go_to_files(rq, &t, "taken");
}

/* ── reading ── */

/* The response whose files are asked for; of others only one that was submitted. */
static err response_of(struct req *rq, body_id body, struct survey *s, struct response *r)
{
    TRY(survey_of(rq, s));
    TRY(survey_response_get(rq->db, rq->who.scope, s->id, body, r));
    bool own = scope_body(rq->who.scope).v == body.v;
    return own || (r->horizon && survey_response_is_counted(r->state)) ? OK : ERR(NOTFOUND);
}

static err send_file(struct req *rq, body_id body)
{
    struct survey s;
    struct response r;
    struct item_file f;
    const struct catalog *c;
    int64_t id;
    TRY(req_param_i64(rq, "file", &id));
    TRY(response_of(rq, body, &s, &r));
    TRY(survey_file_get(rq->db, rq->a, rq->who.scope, s.id, body, id, r.horizon, &f));
    TRY(form_catalog_get(rq->db, s.catalog, &c));
    if (scope_body(rq->who.scope).v == body.v)
        TRY(check_mine(rq->db, rq, s.id, form_item_by_id(c, f.question)));
    req_journal_body(rq, body.v, str_fmt(rq->a, "%.*s：根拠資料「%.*s」", STR_F(s.title),
                                     STR_F(f.name)));
    err e = req_send_blob(rq, str_z(rq->a, f.media), f.name, &f.blob);
    if (e.code == ERR_NOTFOUND || e.code == ERR_IO) {
        req_say(rq, S("このファイルを読み出せません。システム管理者にお知らせください。"));
        return ERR(IO);
    }
    return e;
}

static err own_file_read(struct req *rq)
{
    return send_file(rq, scope_body(rq->who.scope));
}

static err board_file_read(struct req *rq)
{
    body_id body;
    TRY(req_param_i64(rq, "body", &body.v));
    return send_file(rq, body);
}

static err evidence_row(struct req *rq, const struct question *q, const struct item_file *f,
    struct view_evidence *v)
{
    str age = age_key(rq, f->valid_until);
    bool expired = str_eq(age, S("expired"));
    v->expired += expired;
    if (v->expired_only && !expired)
        return OK;
    struct view_evidence_rows *row = &v->rows.p[v->rows.n++];
    *row = (struct view_evidence_rows){.file = f->id,
        .code = q->code,
        .question = q->text,
        .name = f->name,
        .size = size_text(rq->a, f->blob.size),
        .note = f->note,
        .valid_until = f->valid_until,
        .age = age,
        .at = f->at};
    return org_person_name(rq->db, rq->a, rq->who.scope, (person_id){f->person}, &row->by);
}

/* Expired or not is a question of today for the own files, of its day for a submission. */
static err show_evidence(struct req *rq, body_id id)
{
    struct survey s;
    struct response r;
    struct body body;
    struct item_files all;
    const struct catalog *c;
    struct view_evidence *v = ARENA_NEW(rq->a, struct view_evidence);
    if (!v)
        return ERR(NOMEM);
    TRY(response_of(rq, id, &s, &r));
    TRY(org_body_get(rq->db, rq->a, rq->who.scope, id, &body));
    TRY(form_catalog_get(rq->db, s.catalog, &c));
    TRY(survey_files(
        rq->db, rq->a, rq->who.scope, s.id, id, (question_id){0}, r.horizon, &all));
    *v = (struct view_evidence){.id = s.id.v,
        .title = s.title,
        .body = id.v,
        .body_name = body.name,
        .own = scope_body(rq->who.scope).v == id.v,
        .expired_only = str_eq(req_query(rq, "show"), S("expired"))};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_evidence_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        const struct question *q = form_item_by_id(c, all.v[i].question);
        err e = v->own ? check_mine(rq->db, rq, s.id, q) : OK;
        if (e.code == ERR_NOTFOUND || !q)
            continue; /* another section's */
        TRY(e);
        TRY(evidence_row(rq, q, &all.v[i], v));
    }
    req_journal_body(rq, id.v, str_fmt(rq->a, "%.*s：根拠資料の一覧", STR_F(s.title)));
    return req_show(rq, &view_evidence_type, v);
}

static err own_evidence_read(struct req *rq)
{
    return show_evidence(rq, scope_body(rq->who.scope));
}

static err board_evidence_read(struct req *rq)
{
    body_id body;
    TRY(req_param_i64(rq, "body", &body.v));
    return show_evidence(rq, body);
}

const struct route survey_file_routes[] = {
    {.method = POST, .path = "/surveys/{survey}/items/{code}/files", .perm = &survey_p_answer,
        .flags = ROUTE_SLOW, .form = &attach_form, .upload = &attach_upload,
        .read = survey_item_read, .prepare = attach_prepare, .write = attach_write,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/files/carry",
        .perm = &survey_p_answer, .write = carry_write,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.method = POST, .path = "/surveys/{survey}/items/{code}/files/{file}/remove",
        .perm = &survey_p_answer, .write = remove_write,
        .goes = PATHS("/surveys/{survey}/items/{code}")},
    {.method = GET, .path = "/surveys/{survey}/files", .perm = &survey_p_read,
        .read = own_evidence_read,
        .query = QUERY({"show", "expired: 期限の切れたものだけ", false}),
        .shows = VIEWS(&view_evidence_type)},
    {.method = GET, .path = "/surveys/{survey}/files/{file}", .perm = &survey_p_read,
        .read = own_file_read,
        .file = "*"},
    {.method = GET, .path = "/surveys/{survey}/board/{body}/files", .perm = &survey_p_board,
        .journal = JOURNAL_SEEN, .read = board_evidence_read,
        .query = QUERY({"show", "expired: 期限の切れたものだけ", false}),
        .shows = VIEWS(&view_evidence_type)},
    {.method = GET, .path = "/surveys/{survey}/board/{body}/files/{file}",
        .perm = &survey_p_board, .journal = JOURNAL_SEEN, .read = board_file_read,
        .file = "*"},
    {.path = NULL},
};
