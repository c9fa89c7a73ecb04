/* SPDX-License-Identifier: Apache-2.0 */
/* What a row says of its answer is what the interface's description says to programs: handlers
 * are held to it here. */
#include "web/web_private.h"

#include "core/log.h"

/* The handler and its row disagree: nothing is shown, and a write is undone. */
static err disagree(const struct req *rq, const char *what, str which)
{
    log_event(LOG_ERROR, "row_disagrees",
        (struct log_field[]){{"method", str_of(route_method_name(rq->route->method))},
            {"route", str_of(rq->route->path)},
            {"missing", str_of(what)},
            {"name", which}},
        4);
    return ERR(BUG);
}

static bool is_listed(const struct view_type *const *list, const struct view_type *type)
{
    for (size_t i = 0; list && list[i]; i++)
        if (list[i] == type)
            return true;
    return false;
}

/* The row of the page that a POST draws again when something is wrong; NULL: none. */
static const struct route *page_of(const struct req *rq)
{
    const struct route *post = rq->route;
    if (post->method != POST || !post->read)
        return NULL;
    for (size_t i = 0; i < rq->web->config.n_routes; i++)
        for (const struct route *r = rq->web->config.routes[i]; r->path; r++)
            if (r->method == GET && r->read == post->read)
                return r;
    return NULL;
}

err row_check_view(const struct req *rq, const struct view_type *type)
{
    const struct route *r = rq->route;
    if (is_listed(r->shows, type) || r->clash == type)
        return OK;
    r = page_of(rq);
    return r && is_listed(r->shows, type) ? OK : disagree(rq, "view", str_of(type->name));
}

err row_check_file(const struct req *rq, const char *media_type)
{
    if (rq->route->table)
        return OK; /* the table or its schema: both are written by web_table.c */
    str said = rq->route->file ? str_of(rq->route->file) : STR_NONE;
    return str_eq(said, S("*")) || (said.n && str_starts(str_of(media_type), said))
        ? OK : disagree(rq, "file", str_of(media_type));
}

/* The row that answers path, a query and a fragment aside; NULL: none. */
static const struct route *row_of(struct req *rq, str path)
{
    struct req_private *p = rq->p;
    struct pair params[MAX_PARAMS]; /* the request's own stay */
    size_t n = p->n_params;
    const char *allow;
    str bare;
    memcpy(params, p->params, sizeof params);
    if (str_cut(&path, '#', &bare))
        path = bare;
    if (str_cut(&path, '?', &bare))
        path = bare;
    const struct route *r = route_match(rq->web, GET, path, p, &allow);
    memcpy(p->params, params, sizeof params);
    p->n_params = n;
    return r;
}

err row_check_next(struct req *rq, str path)
{
    const struct route *to = row_of(rq, path);
    const char *const *said = rq->route->goes;
    for (size_t i = 0; said && said[i]; i++)
        if (strcmp(said[i], "*") == 0 || (to && strcmp(said[i], to->path) == 0))
            return OK;
    return disagree(rq, "goes", to ? str_of(to->path) : path);
}

static bool has_name(const struct web_query *list, const char *name)
{
    for (const struct web_query *q = list; q && q->name; q++)
        if (strcmp(q->name, name) == 0)
            return true;
    return false;
}

bool row_has_query(const struct req *rq, const char *name)
{
    const struct route *page;
    if (has_name(rq->route->query, name))
        return true;
    page = page_of(rq);
    if (!page || !has_name(page->query, name))
        IGNORE(disagree(rq, "query", str_of(name))); /* what a row does not name is absent */
    return page && has_name(page->query, name);
}
