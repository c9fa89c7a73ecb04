/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the row of a request, and taking paths and queries apart. */
#include "web/web_private.h"

const char *route_method_name(enum http_method m)
{
    return m == GET ? "GET" : m == POST ? "POST" : "OTHER";
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

err url_decode(struct arena *a, str raw, bool plus, str *out)
{
    char *dst = arena_alloc(a, raw.n);
    size_t n = 0;
    if (!dst)
        return ERR(NOMEM);
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%') {
            int hi = i + 2 < raw.n ? hex_value(raw.p[i + 1]) : -1;
            int lo = i + 2 < raw.n ? hex_value(raw.p[i + 2]) : -1;
            if (i + 2 == raw.n || hi < 0 || lo < 0)
                return ERR(INVALID);
            c = (char)(hi << 4 | lo);
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        dst[n++] = c;
    }
    *out = (str){dst, n};
    return str_is_utf8(*out) ? OK : ERR(INVALID);
}

err route_split_query(struct arena *a, str query, struct pairs *out)
{
    size_t count = query.n > 0;
    for (size_t i = 0; i < query.n; i++)
        count += query.p[i] == '&';
    if (count > MAX_PAIRS)
        return ERR(LIMIT);
    out->v = ARENA_ARRAY(a, struct pair, count);
    if (!out->v)
        return ERR(NOMEM);
    for (str part; str_cut(&query, '&', &part);) {
        str name;
        if (part.n == 0)
            continue;
        if (!str_cut(&part, '=', &name))
            continue;
        struct pair *pair = &out->v[out->n];
        TRY(url_decode(a, name, true, &pair->name));
        TRY(url_decode(a, part, true, &pair->value));
        out->n++;
    }
    return OK;
}

/* The address of the table whose schema is asked for; empty: of no schema. */
static str table_path(str path)
{
    static const str tail = S("/schema");
    return str_ends(path, tail) ? str_sub(path, 0, path.n - tail.n) : STR_NONE;
}

/* "/surveys/{survey}" against "/surveys/12": equal parts, or a parameter taken. */
static bool path_fits(const char *pattern, str path, struct req_private *p)
{
    str want = str_of(pattern);
    p->n_params = 0;
    for (;;) {
        str w, h;
        bool more_want = str_cut(&want, '/', &w), more_have = str_cut(&path, '/', &h);
        if (!more_want || !more_have)
            return more_want == more_have;
        if (w.n < 3 || w.p[0] != '{') {
            if (!str_eq(w, h))
                return false;
            continue;
        }
        struct pair *pair = &p->params[p->n_params];
        if (h.n == 0 || p->n_params == MAX_PARAMS ||
            err_is(url_decode(p->rq.a, h, false, &pair->value)))
            return false;
        pair->name = str_sub(w, 1, w.n - 2);
        p->n_params++;
    }
}

const struct route *route_match(const struct web *w, enum http_method m, str path,
    struct req_private *p, const char **allow)
{
    static const char *const allowed[] = {NULL, "GET", "POST", "GET, POST"};
    size_t has = 0; /* bits: 1 GET, 2 POST */
    str table = table_path(path);
    *allow = NULL;
    if (path.n == 0 || path.p[0] != '/' || (path.n > 1 && path.p[path.n - 1] == '/'))
        return NULL;
    for (size_t i = 0; i < w->config.n_routes; i++) {
        for (const struct route *r = w->config.routes[i]; r->path; r++) {
            p->schema = r->table && table.n && path_fits(r->path, table, p);
            if (!p->schema && !path_fits(r->path, path, p))
                continue;
            if (r->method == m)
                return r;
            has |= r->method == GET ? 1 : 2;
        }
    }
    *allow = allowed[has];
    return NULL;
}

/* ── for handlers ── */

str route_pair(const struct pair *v, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, str_of(name)))
            return v[i].value;
    return STR_NONE;
}

str req_param(const struct req *rq, const char *name)
{
    return route_pair(rq->p->params, rq->p->n_params, name);
}

err req_param_i64(const struct req *rq, const char *name, int64_t *out)
{
    return err_is(parse_i64(req_param(rq, name), 0, INT64_MAX, out)) ? ERR(NOTFOUND) : OK;
}

str req_query(const struct req *rq, const char *name)
{
    return row_has_query(rq, name) ? route_pair(rq->p->query.v, rq->p->query.n, name) : STR_NONE;
}

int64_t req_page(const struct req *rq)
{
    int64_t page;
    return err_is(parse_i64(req_query(rq, "page"), 1, 100000, &page)) ? 1 : page;
}

str req_typed(const struct req *rq, const char *field, str otherwise)
{
    return rq->p->redraw ? route_pair(rq->p->typed.v, rq->p->typed.n, field) : otherwise;
}

struct strs req_typed_list(const struct req *rq, const char *field)
{
    const struct pairs *typed = &rq->p->typed;
    struct strs out = {ARENA_ARRAY(rq->a, str, typed->n), 0};
    for (size_t i = 0; out.v && i < typed->n; i++)
        if (str_eq(typed->v[i].name, str_of(field)))
            out.v[out.n++] = typed->v[i].value;
    return out;
}

bool req_is_redraw(const struct req *rq)
{
    return rq->p->redraw;
}

void req_error(struct req *rq, const char *field, str message)
{
    struct req_private *p = rq->p;
    if (!p->errors)
        p->errors = ARENA_ARRAY(rq->a, struct pair, MAX_ERRORS);
    if (p->errors && p->n_errors < MAX_ERRORS && req_error_of(rq, field).n == 0)
        p->errors[p->n_errors++] = (struct pair){str_of(field), message};
}

str req_error_of(const struct req *rq, const char *field)
{
    return route_pair(rq->p->errors, rq->p->n_errors, field);
}

bool req_has_errors(const struct req *rq)
{
    return rq->p->n_errors > 0;
}

void req_say(struct req *rq, str message)
{
    rq->p->say = message;
}

err req_show(struct req *rq, const struct view_type *type, const void *view)
{
    TRY(row_check_view(rq, type));
    rq->p->type = type;
    rq->p->view = view;
    return view ? OK : ERR(NOMEM);
}

err req_measure(struct tx *tx, struct req *rq, int64_t body, const struct measure *m)
{
    return rq->web->config.measure(tx, rq->a, body, m);
}

err req_mail(struct tx *tx, struct req *rq, const struct web_mail *m)
{
    return rq->web->config.mail ? rq->web->config.mail(tx, rq->a, m) : OK;
}

err req_go(struct req *rq, str path)
{
    BUG_IF(path.n > 0 && path.p[0] != '/');
    if (path.n == 0)
        return ERR(NOMEM);
    TRY(row_check_next(rq, path));
    rq->p->location = path;
    return OK;
}

static void name_download(struct req *rq, const char *media_type, str file_name)
{
    rq->p->media_type = str_of(media_type);
    rq->p->file_name = str_fmt(rq->a, "%s%.*s", rq->web->config.demo ? "架空データ_" : "",
        STR_F(file_name));
}

err req_send_blob(struct req *rq, const char *media_type, str file_name, const struct blob *b)
{
    struct http_exchange *x = rq->x;
    TRY(row_check_file(rq, media_type));
    http_file_close(x);
    TRY(blob_file_open(store_blobs(rq->web->config.store), b, &x->file));
    x->from_file = rq->p->from_blob = true;
    x->file_n = b->size;
    name_download(rq, media_type, file_name);
    return OK;
}

err req_send_file(struct req *rq, const char *media_type, str file_name, int fd, int64_t n)
{
    struct http_exchange *x = rq->x;
    http_file_close(x);
    x->file = fd;
    x->from_file = rq->p->from_blob = true;
    x->file_n = n;
    TRY(row_check_file(rq, media_type));
    name_download(rq, media_type, file_name);
    return OK;
}

err req_send(struct req *rq, const char *media_type, str file_name, const struct buf *content)
{
    TRY(row_check_file(rq, media_type));
    name_download(rq, media_type, file_name);
    rq->p->content = str_dup(rq->a, buf_view(content));
    return buf_status(content);
}

err req_send_event(struct req *rq, int retry, str version)
{
    BUF_AUTO out = BUF(400);
    buf_fmt(&out, "retry: %d\n", retry);
    if (!str_eq(version, req_query(rq, "seen")))
        buf_fmt(&out, "id: %.*s\ndata: %.*s\n", STR_F(version), STR_F(version));
    buf_char(&out, '\n');
    return req_send(rq, "text/event-stream", S("events.txt"), &out);
}

err req_send_static(struct req *rq, const char *media_type, struct bytes content)
{
    TRY(row_check_file(rq, media_type));
    rq->p->media_type = str_of(media_type);
    rq->p->fixed = content;
    return OK;
}
