/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads: a multipart body taken apart as it comes. Fields go to the form, the one file goes
 * nameless to the disk; nothing is kept before origin, session and token have been looked at. */
#include "web/web_private.h"

#include "web/web_multipart.h"

enum { FIELDS_MAX = 256 * 1024, AROUND = 512 * 1024, AT_ONCE = 64 };

struct upload_in {
    struct req_private *p;
    const struct upload *rules;
    struct multipart m;
    struct blob_writer *file;
    struct buf value; /* of the field that comes in */
    size_t fields;    /* bytes of all fields */
    int64_t total;    /* bytes of the body */
    str field, file_name;
    bool in_file, has_file;
    err failed;
};

int64_t upload_body_max(const struct upload *rules)
{
    return rules->most + AROUND;
}

static err say(struct upload_in *u, err e, str text)
{
    req_say(&u->p->rq, text);
    return e;
}

static err say_too_large(struct upload_in *u)
{
    return say(u, ERR(LIMIT), str_fmt(u->p->rq.a, "%sは%lldMBまでです。小さくするか、分けてから送ってください。",
        u->rules->label, (long long)(u->rules->most >> 20)));
}

static err say_disk(struct upload_in *u, err e)
{
    if (e.code == ERR_FULL)
        return say(u, e, S("保存先の空きがないため、ファイルを保存できませんでした。システム管理者が空きを作ってから、"
                           "もう一度送ってください。"));
    return e.code != ERR_IO ? e : say(u, e, S("ファイルを保存できませんでした。システム管理者にお知らせください。"));
}

/* ── the parts ── */

static err begin_file(struct upload_in *u, const struct multipart_part *part)
{
    if (!str_eq(part->name, str_of(u->rules->field)) || u->has_file)
        return say(u, ERR(INVALID), S("受け取れるファイルは一つだけです。"));
    TRY(guard_csrf(u->p)); /* its field stands in front of the file */
    u->in_file = u->has_file = true;
    u->file_name = str_dup(u->p->rq.a, part->file_name);
    if (part->file_name.n == 0)
        return OK; /* no file was chosen */
    return say_disk(u, blob_writer_new(store_blobs(u->p->rq.web->config.store), &u->file));
}

static err on_part(void *ctx, const struct multipart_part *part)
{
    struct upload_in *u = ctx;
    u->in_file = false;
    if (part->is_file)
        return begin_file(u, part);
    u->field = str_dup(u->p->rq.a, part->name);
    u->value.n = 0;
    return OK;
}

static err on_data(void *ctx, str piece)
{
    struct upload_in *u = ctx;
    if (!u->in_file) {
        u->fields += piece.n;
        buf_str(&u->value, piece);
        return u->fields > FIELDS_MAX ? ERR(LIMIT) : buf_status(&u->value);
    }
    if (!u->file)
        return ERR(INVALID); /* content without a name */
    if (blob_writer_size(u->file) + (int64_t)piece.n > u->rules->most)
        return say_too_large(u);
    return say_disk(u, blob_writer_feed(u->file, piece.p, piece.n));
}

static err on_end(void *ctx)
{
    struct upload_in *u = ctx;
    str value = buf_view(&u->value);
    if (u->in_file)
        return OK;
    if (value.n && !str_is_utf8(value))
        return ERR(INVALID);
    u->p->typed.v[u->p->typed.n++] = (struct pair){u->field, str_dup(u->p->rq.a, value)};
    return arena_failed(u->p->rq.a) ? ERR(NOMEM) : OK;
}

/* ── the body ── */

static bool take_place(struct web *w)
{
    if (atomic_fetch_add(&w->uploads, 1) < AT_ONCE)
        return true;
    atomic_fetch_sub(&w->uploads, 1);
    return false;
}

err upload_begin(struct req_private *p)
{
    struct upload_in *u = ARENA_NEW(p->rq.a, struct upload_in);
    p->typed.v = ARENA_ARRAY(p->rq.a, struct pair, MULTIPART_PARTS);
    if (!u || !p->typed.v)
        return ERR(NOMEM);
    *u = (struct upload_in){.p = p, .rules = p->rq.route->upload, .value = BUF(FIELDS_MAX)};
    struct multipart_sink sink = {u, on_part, on_data, on_end};
    TRY(multipart_init(&u->m, http_header(p->rq.x, "content-type"), sink));
    if (!take_place(p->rq.web))
        return ERR(BUSY);
    p->upload = u;
    return OK;
}

void upload_feed(struct req_private *p, str piece)
{
    struct upload_in *u = p->upload;
    if (!u || err_is(u->failed))
        return; /* thrown away */
    u->total += (int64_t)piece.n;
    u->failed = u->total > upload_body_max(u->rules) ? say_too_large(u)
                                                     : multipart_feed(&u->m, piece);
    if (err_is(u->failed)) {
        blob_writer_free(u->file);
        u->file = NULL;
    }
}

err upload_finish(struct req_private *p)
{
    TRY(p->upload->failed);
    return multipart_finish(&p->upload->m);
}

void upload_drop(struct req_private *p)
{
    struct upload_in *u = p->upload;
    if (!u)
        return;
    blob_writer_free(u->file);
    buf_free(&u->value);
    atomic_fetch_sub(&p->rq.web->uploads, 1);
    p->upload = NULL;
}

/* ── what a handler sees of it ── */

bool req_file(const struct req *rq, struct req_file *out)
{
    const struct upload_in *u = rq->p->upload;
    if (!u || !u->file)
        return false;
    str name = u->file_name;
    for (size_t i = name.n; i > 0; i--) { /* some browsers send the folders too */
        if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
            name = str_sub(name, i, name.n);
            break;
        }
    }
    *out = (struct req_file){str_trim(name), blob_writer_size(u->file)};
    return true;
}

err req_file_read(struct req *rq, int64_t from, void *p, size_t n, size_t *got)
{
    struct upload_in *u = rq->p->upload;
    return u && u->file ? blob_writer_read(u->file, from, p, n, got) : ERR(BUG);
}

err req_file_keep(struct req *rq, struct blob *out)
{
    struct upload_in *u = rq->p->upload;
    return u && u->file ? say_disk(u, blob_writer_keep(u->file, out)) : ERR(BUG);
}
