/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: which replies stand in it. The row is committed before the reply goes out, so
 * nothing of another organisation is shown without its trace. */
#include "web/web_private.h"

enum { OBJECT_MAX = 400 };

/* A link that works once is a secret: of public pages only the pattern is written. */
static str address_of(const struct req_private *p)
{
    const struct req *rq = &p->rq;
    bool secret = !rq->route || (rq->route->flags & ROUTE_PUBLIC);
    str path = secret ? str_of(rq->route ? rq->route->path : "") : rq->x->path;
    return str_fmt(rq->a, "%s %.*s", route_method_name(rq->x->method),
        STR_F(str_sub(path, 0, OBJECT_MAX)));
}

static void denied(struct req_private *p)
{
    p->journal = (struct journal_entry){.person = p->rq.who.person,
        .org = p->rq.who.org,
        .kind = JOURNAL_DENIED,
        .object = address_of(p)};
}

static void shown(struct req_private *p, enum journal_kind kind)
{
    if (kind == JOURNAL_SEEN && !p->journal_named) {
        reply_error(p, ERR(BUG)); /* the row says it shows somebody's data: whose? */
        return;
    }
    if (p->journal_body == p->rq.who.org && !p->journal_own)
        return; /* one's own */
    p->journal = (struct journal_entry){.person = p->rq.who.person,
        .org = p->rq.who.org,
        .kind = kind,
        .object = p->journal_object.n ? p->journal_object : address_of(p),
        .address = address_of(p),
        .body = p->journal_body};
}

bool web_journal_is_due(struct req_private *p)
{
    const struct req *rq = &p->rq;
    bool data = rq->route && !p->schema; /* a schema shows nobody's data */
    enum journal_kind kind = data ? rq->route->journal : JOURNAL_NONE;
    int status = rq->x->status;
    if (rq->who.person == 0)
        return false; /* nobody: the log has it */
    if (status == 403 || (kind != JOURNAL_NONE && status == 404))
        denied(p);
    else if (kind == JOURNAL_NONE && p->journal_named)
        shown(p, JOURNAL_SEEN); /* a form of the page shown again */
    else if (kind != JOURNAL_NONE && status == 200)
        shown(p, kind);
    return p->journal.kind != JOURNAL_NONE;
}

void req_journal_body(struct req *rq, int64_t body, str what)
{
    rq->p->journal_named = true;
    rq->p->journal_body = body;
    rq->p->journal_object = str_dup(rq->a, what);
}

void req_journal_own(struct req *rq, str what)
{
    req_journal_body(rq, rq->who.org, what);
    rq->p->journal_own = true;
}
