/* SPDX-License-Identifier: Apache-2.0 */
/* What was typed outlives its session: a POST that nobody signed in sent is sealed into the page to
 * sign in at, and shown after it with a button that sends it (doc/adr/0014-two-at-once.md).
 *
 * Only this installation can make or open a seal (XChaCha20-Poly1305 under a key of its own). It
 * names the person whose page the form stood on, so nobody else is led to send it. Nothing is
 * executed here: the button sends the fields to their own route, with the checks of any POST. */
#include "web/web_private.h"

#include "resume.ht.h"

enum {
    HEAD = 3 * sizeof(int64_t),
    PLAIN_MAX = WEB_DRAFT * 3 / 4 - SEAL_ADDS, /* what fits when written as base64 */
    LIFE_HOURS = 12 /* that of a session */
};

static const char purpose[] = "sealed draft";

enum draft_kind {
    DRAFT_LOST = 0,   /* the session ended over it */
    DRAFT_CONFIRM = 1 /* it waits for a proof of who sends it */
};

struct draft {
    int64_t person; /* who typed it */
    usec at;
    enum draft_kind kind;
    str path;
    struct pairs fields;
};

str req_draft(const struct req *rq)
{
    return rq->p->draft;
}

void req_resume(struct req *rq, str draft)
{
    rq->p->draft = draft;
}

/* ── what is carried ── */

/* A form in which somebody types: its route is not open to everybody, and not all it takes are
 * secrets, marks and numbers. */
static bool is_typed_in(const struct web_field *f)
{
    return f->type == FIELD_LINE || f->type == FIELD_TEXT || f->type == FIELD_LINES;
}

/* False: an unknown field, or nothing worth keeping. Secrets are left out. */
static bool put_fields(struct buf *b, const struct req_private *p, enum draft_kind kind)
{
    bool first = true, any = kind == DRAFT_CONFIRM;
    for (size_t i = 0; i < p->typed.n; i++) {
        const struct pair *t = &p->typed.v[i];
        if (str_eq(t->name, S("csrf")))
            continue;
        const struct web_form *form = p->rq.route->form;
        const struct web_field *f = form ? web_form_field(form, t->name) : NULL;
        if (!f)
            return false;
        if (f->type == FIELD_SECRET)
            continue;
        if (!first)
            buf_char(b, '&');
        first = false;
        html_urlpart(b, t->name);
        buf_char(b, '=');
        html_urlpart(b, t->value);
        any = any || (is_typed_in(f) && t->value.n > 0);
    }
    return any;
}

/* p->draft of what person typed. NOTFOUND: nothing worth keeping. LIMIT: too much. */
static err make_draft(struct req_private *p, int64_t person, enum draft_kind kind)
{
    BUF_AUTO plain = BUF(PLAIN_MAX);
    int64_t head[3] = {person, p->rq.now, kind};
    buf_put(&plain, (const char *)head, HEAD);
    buf_str(&plain, p->rq.x->path);
    buf_char(&plain, '\n');
    if (!put_fields(&plain, p, kind))
        return ERR(NOTFOUND);
    TRY(buf_status(&plain));
    p->draft = req_seal(&p->rq, purpose, (struct bytes){(const uint8_t *)plain.p, plain.n});
    return p->draft.n ? OK : ERR(NOMEM);
}

static err open_draft(struct req_private *p, struct draft *out)
{
    struct bytes plain;
    int64_t head[3];
    TRY(req_unseal(&p->rq, purpose, p->draft, &plain));
    if (plain.n < HEAD)
        return ERR(INVALID);
    memcpy(head, plain.p, HEAD);
    str rest = {(const char *)plain.p + HEAD, plain.n - HEAD};
    *out = (struct draft){.person = head[0], .at = head[1], .kind = (enum draft_kind)head[2]};
    if (p->rq.now < out->at || p->rq.now - out->at > LIFE_HOURS * USEC_HOUR ||
        !str_cut(&rest, '\n', &out->path))
        return ERR(INVALID);
    return route_split_query(p->rq.a, rest, &out->fields);
}

/* Is there still such a route, for this person, with these fields. */
static err find_route(struct req_private *p, const struct draft *d)
{
    const char *allow;
    const struct route *r = route_match(p->rq.web, POST, d->path, p, &allow);
    if (!r || (r->flags & ROUTE_PUBLIC))
        return ERR(NOTFOUND);
    TRY(guard_permission(p, r));
    for (size_t i = 0; i < d->fields.n; i++) {
        const struct web_field *f =
            r->form ? web_form_field(r->form, d->fields.v[i].name) : NULL;
        if (!f || f->type == FIELD_SECRET)
            return ERR(NOTFOUND);
    }
    p->rq.route = r;
    p->typed = d->fields;
    return OK;
}

/* ── the page ── */

static err tell_each(struct req_private *p, struct view_resume *v)
{
    for (size_t i = 0; i < p->typed.n; i++) {
        const struct pair *t = &p->typed.v[i];
        const struct web_field *f = web_form_field(p->rq.route->form, t->name);
        if (f->type == FIELD_INT || t->value.n == 0)
            continue; /* versions and marks, which the form held by itself */
        v->told.p[v->told.n++] = (struct view_resume_told){
            str_of(f->label), f->type == FIELD_BOOL ? S("はい") : t->value};
    }
    return OK;
}

static err tell_in_words(struct req *rq, struct view_resume *v)
{
    str what, text;
    TRY(rq->route->words(rq, &what, &text));
    v->told.p[v->told.n++] = (struct view_resume_told){what, text};
    return OK;
}

static err show_own(struct req_private *p, const struct draft *d, struct view_resume *v)
{
    TRY(find_route(p, d));
    size_t n = d->fields.n;
    v->action = d->path;
    v->fields.p = ARENA_ARRAY(p->rq.a, struct view_resume_fields, n + 1);
    v->told.p = ARENA_ARRAY(p->rq.a, struct view_resume_told, n + 1);
    if (!v->fields.p || !v->told.p)
        return ERR(NOMEM);
    for (; v->fields.n < n; v->fields.n++)
        v->fields.p[v->fields.n] = (struct view_resume_fields){
            d->fields.v[v->fields.n].name, d->fields.v[v->fields.n].value};
    return p->rq.route->words ? tell_in_words(&p->rq, v) : tell_each(p, v);
}

static err read_draft(struct req *rq, void *arg)
{
    struct draft d;
    struct view_resume *v = ARENA_NEW(rq->a, struct view_resume);
    (void)arg;
    if (!v)
        return ERR(NOMEM);
    TRY(open_draft(rq->p, &d));
    v->person = rq->who.person_name;
    v->other = d.person != rq->who.person;
    v->confirmed = d.kind == DRAFT_CONFIRM;
    if (v->other)
        v->draft = rq->p->draft; /* still sealed: it is not theirs to read */
    else
        TRY(show_own(rq->p, &d, v));
    rq->p->type = &view_resume_type; /* the page of no row */
    rq->p->view = v;
    return OK;
}

static err load_principal(struct req *rq, void *arg)
{
    struct web_asking q = {.now = rq->now,
        .hash = {rq->p->session_hash, WEB_SECRET_HASH},
        .client = rq->x->client};
    (void)arg;
    return rq->web->config.auth.load(rq->db, rq->a, &q, &rq->who);
}

static bool reply_draft(struct req_private *p, int status)
{
    if (err_is(req_reading(&p->rq, read_draft, NULL))) {
        p->type = NULL;
        return false;
    }
    reply_view(p, status);
    return true;
}

bool resume_after(struct req_private *p)
{
    return p->has_session && !err_is(req_reading(&p->rq, load_principal, NULL)) &&
        reply_draft(p, 200);
}

/* ── when a POST is refused ── */

/* A browser's form, sent from a page of this site to a route that takes what people type. */
static bool may_carry(struct req_private *p)
{
    const struct route *r = p->rq.route;
    return r && r->method == POST && r->form && !(r->flags & ROUTE_PUBLIC) && !p->rq.json &&
        !p->rq.who.bearer && !err_is(guard_origin(p));
}

/* The page there, with the draft in it, and the way back. */
static bool reply_at(struct req_private *p, str where, str next, int status)
{
    const char *allow;
    const struct route *r = route_match(p->rq.web, GET, where, p, &allow);
    struct pair *query = ARENA_NEW(p->rq.a, struct pair);
    if (!r || !query)
        return false;
    *query = (struct pair){S("next"), next};
    p->query = (struct pairs){query, 1};
    p->n_errors = 0; /* what is wrong with the form is said when it is sent */
    p->rq.route = r;
    web_reply_read(p, status);
    return true;
}

bool resume_confirm(struct req_private *p)
{
    return p->stale && !p->rq.json && p->rq.x->method == POST &&
        !err_is(make_draft(p, p->rq.who.person, DRAFT_CONFIRM)) &&
        reply_at(p, S("/confirm"), S("/"), 403);
}

bool resume_offer(struct req_private *p)
{
    str said = p->say;
    if (p->rq.who.person || !may_carry(p)) {
        p->say = said; /* why it may not be carried is nobody's business */
        return false;
    }
    IGNORE(web_form_parse(p)); /* as far as it can be read */
    int64_t person = p->body_read ? guard_csrf_person(p) : 0;
    err e = person ? make_draft(p, person, DRAFT_LOST) : ERR(NOTFOUND);
    p->say = said;
    if (e.code == ERR_LIMIT)
        reply_status(p, 401, S("入力した内容が大きいため、引き継げませんでした。ブラウザーの「戻る」で"
                               "前の画面に戻り、内容を控えてから、サインインしてください。"));
    return e.code == ERR_LIMIT || (!err_is(e) && reply_at(p, S("/sign-in"), p->rq.x->path, 401));
}

bool resume_at_once(struct req_private *p)
{
    if (!p->rq.who.person || !p->body_read || !may_carry(p) ||
        err_is(guard_permission(p, p->rq.route)) || !err_is(guard_csrf(p)))
        return false;
    int64_t person = guard_csrf_person(p);
    return person && !err_is(make_draft(p, person, DRAFT_LOST)) && reply_draft(p, 403);
}
