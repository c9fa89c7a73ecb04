/* SPDX-License-Identifier: Apache-2.0 */
/* Files of an incident, by their hash, with the list of who had them in hands (証拠の管理記録). */
#include "incident/incident_private.h"

#include "incident_files.ht.h"

static const struct upload upload = {"file", "ファイル", 64 << 20};

static const struct word acts[] = {
    {1, S("collected"), S("採った")}, {2, S("copied"), S("複製した")}, {3, S("handed"), S("渡した")},
    {4, S("received"), S("受け取った")}, {5, S("examined"), S("調べた")}, {6, S("returned"), S("返した")},
    {7, S("destroyed"), S("廃棄した")},
};

static str size_text(struct arena *a, int64_t size)
{
    return size < 10240 ? str_fmt(a, "%lldバイト", (long long)size) : size < 10 << 20 ? str_fmt(a, "%lldKB", (long long)(size >> 10))
                                                                     : str_fmt(a, "%lldMB", (long long)(size >> 20));
}

/* "KEY\tNOTE" */
static err show_custody(struct req *rq, const struct incident_case *c, int64_t file, struct view_incident_files_files *row)
{
    struct flow_custodies all;
    TRY(flow_custody_all(rq->db, rq->a, &c->key, file, &all));
    row->custody.p = ARENA_ARRAY(rq->a, struct view_incident_files_files_custody, all.n);
    if (!row->custody.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        str note = all.v[i].text, key;
        struct view_incident_files_files_custody *one = &row->custody.p[row->custody.n++];
        if (!str_cut(&note, '\t', &key))
            return ERR(INVALID);
        *one = (struct view_incident_files_files_custody){.at = all.v[i].at, .act = WORD_OF_KEY(acts, key)->name, .note = note};
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){all.v[i].person}, &one->by));
    }
    return OK;
}

static err show_file(struct req *rq, const struct incident_case *c, const struct flow_file *f, struct view_incident_files *v)
{
    char hex[2 * BLOB_HASH];
    struct view_incident_files_files *row = &v->files.p[v->files.n++];
    *row = (struct view_incident_files_files){.file = f->id, .name = f->name, .note = f->note, .at = f->at,
        .size = size_text(rq->a, f->size), .hash = str_dup(rq->a, hex_of(hex, f->hash, BLOB_HASH))};
    TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){f->person}, &row->by));
    return show_custody(rq, c, f->id, row);
}

static err files_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct flow_files all;
    struct view_incident_files *v = ARENA_NEW(rq->a, struct view_incident_files);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    *v = (struct view_incident_files){.incident = c.flow.id, .number = c.flow.number, .body = c.flow.body.name, .drill = c.flow.drill,
        .open = c.flow.state == INCIDENT_OPEN, .file_error = req_error_of(rq, "file"), .note_typed = req_typed(rq, "note", STR_NONE)};
    TRY(flow_file_all(rq->db, rq->a, &c.key, c.flow.id, &all));
    v->files.p = ARENA_ARRAY(rq->a, struct view_incident_files_files, all.n);
    v->acts.p = ARENA_ARRAY(rq->a, struct view_incident_files_acts, COUNT_OF(acts));
    if (!v->files.p || !v->acts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        TRY(show_file(rq, &c, &all.v[i], v));
    for (size_t i = 0; i < COUNT_OF(acts); i++)
        v->acts.p[v->acts.n++] = (struct view_incident_files_acts){acts[i].key, acts[i].name};
    return req_show(rq, &view_incident_files_type, v);
}

/* ── adding ── */

struct file_form {
    str note;
    struct flow_content content;
    str name;
};
static const struct web_field file_fields[] = {
    {.name = "note", .label = "どこから採ったか", .type = FIELD_LINE, .offset = offsetof(struct file_form, note), .max = 300}};
static const struct web_form file_form = WEB_FORM(file_fields, file_form);

static err of_upload(void *ctx, int64_t from, void *p, size_t n, size_t *got)
{
    return req_file_read(ctx, from, p, n, got);
}

/* On a slow thread: it reads the whole file and waits for the disk. */
static err file_prepare(struct req *rq)
{
    struct file_form *f = rq->form;
    struct req_file file;
    INCIDENT_CASE_AUTO c;
    TRY(incident_case_read(rq, rq->db, &c));
    if (!req_file(rq, &file) || file.size == 0) {
        req_error(rq, "file", S("空でないファイルを選んでください。"));
        return ERR(INVALID);
    }
    f->name = file.name;
    return flow_content_seal(store_blobs(web_store(rq->web)), of_upload, rq, &f->content);
}

static err file_write(struct tx *tx, struct req *rq)
{
    struct file_form *f = rq->form;
    INCIDENT_CASE_AUTO c;
    int64_t id;
    TRY(incident_case_read(rq, tx_db(tx), &c));
    err e = flow_file_add(tx, rq->a, &c.key, &c.flow, rq->who.person, &f->content, f->name, f->note, &id);
    flow_content_done(&f->content);
    if (e.code == ERR_LIMIT)
        req_say(rq, S("一つの事案に付けられるのは50個までです。ZIPなどにまとめてください。"));
    TRY(e);
    TRY(flow_custody_say(tx, rq->a, &c.key, id, rq->who.person, S("collected\t櫓に入れた")));
    return incident_noted(tx, rq, &c, S("incident.file"), "/files?ok=saved");
}

/* ── who had it ── */

struct custody_form {
    str act, note;
};
static const struct web_field custody_fields[] = {
    {.name = "act", .label = "したこと", .type = FIELD_LINE, .offset = offsetof(struct custody_form, act), .required = true, .max = 20},
    {.name = "note", .label = "だれに・何のために", .type = FIELD_LINE, .offset = offsetof(struct custody_form, note), .required = true, .max = 300}};
static const struct web_form custody_form = WEB_FORM(custody_fields, custody_form);

static err file_of(struct req *rq, struct db *db, struct incident_case *c, struct flow_file *f)
{
    int64_t id;
    TRY(req_param_i64(rq, "evidence", &id));
    TRY(incident_case_read(rq, db, c));
    return flow_file_get(db, rq->a, &c->key, c->flow.id, id, f);
}

static err custody_write(struct tx *tx, struct req *rq)
{
    const struct custody_form *f = rq->form;
    INCIDENT_CASE_AUTO c = {0};
    struct flow_file file;
    TRY(file_of(rq, tx_db(tx), &c, &file));
    if (WORD_OF_KEY(acts, f->act)->value == 0)
        return ERR(NOTFOUND);
    TRY(flow_custody_say(tx, rq->a, &c.key, file.id, rq->who.person, str_fmt(rq->a, "%.*s\t%.*s", STR_F(f->act), STR_F(f->note))));
    return incident_noted(tx, rq, &c, S("incident.custody"), "/files?ok=saved");
}

/* Always to be saved, never to be shown: it may be what did the harm. */
static err file_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c = {0};
    struct flow_file f;
    int fd;
    TRY(file_of(rq, rq->db, &c, &f));
    req_journal_own(rq, str_fmt(rq->a, "インシデント第%lld号の証拠のファイル", (long long)c.flow.number));
    err e = flow_file_open(store_blobs(web_store(rq->web)), &f, &fd);
    if (e.code == ERR_INVALID || e.code == ERR_NOTFOUND || e.code == ERR_IO) {
        req_say(rq, S("このファイルは壊れているか、失われています。システム管理者に知らせて、バックアップから戻してください。"));
        return ERR(IO);
    }
    TRY(e);
    return req_send_file(rq, "application/octet-stream", f.name, fd, f.size);
}

const struct route incident_file_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/files", .perm = &incident_p_report, .read = files_read,
        .shows = VIEWS(&view_incident_files_type)},
    {.method = POST, .path = "/incidents/{incident}/files", .perm = &incident_p_report, .flags = ROUTE_SLOW, .form = &file_form,
        .upload = &upload, .read = files_read, .prepare = file_prepare, .write = file_write, .goes = PATHS("/incidents/{incident}/files")},
    {.method = GET, .path = "/incidents/{incident}/files/{evidence}", .perm = &incident_p_report, .flags = ROUTE_SLOW, .read = file_read,
        .file = "application/octet-stream", .journal = JOURNAL_EXPORT},
    {.method = POST, .path = "/incidents/{incident}/files/{evidence}/custody", .perm = &incident_p_report, .form = &custody_form,
        .read = files_read, .write = custody_write, .goes = PATHS("/incidents/{incident}/files")},
    {.path = NULL},
};
