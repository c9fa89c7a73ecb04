/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the web floor share and nobody else sees. */
#ifndef WEB_PRIVATE_H
#define WEB_PRIVATE_H

#include "web/web.h"

#include <stdatomic.h>

enum { MAX_PAIRS = 512, MAX_PARAMS = 8, MAX_ERRORS = 256, REQUEST_ID = 16 };

struct pair {
    str name, value;
};

struct pairs {
    struct pair *v;
    size_t n;
};

struct req_private {
    struct req rq;
    struct job job;
    err result;           /* of prepare and write */
    char id[REQUEST_ID];  /* hex, shown to the person and in the log */
    struct pair params[MAX_PARAMS];
    size_t n_params;
    bool schema;          /* asked for the schema of the route's table, not for the table */
    struct pairs query;
    struct pairs typed;   /* the form as it came */
    struct pair *errors;  /* room for MAX_ERRORS, made with the first */
    size_t n_errors;
    str say;
    const struct view_type *type;
    const void *view;
    str location;
    str file_name, media_type, content;
    struct bytes fixed;   /* … or this, which nobody frees; then there is no file_name */
    str described_by;     /* where the schema of the content is, as seen from it; or empty */
    bool from_blob;       /* the content is x->file */
    struct upload_in *upload; /* NULL: no file may come, or it was refused at its head */
    bool headed, replied; /* app_head has run; it wrote the reply */
    err admitted;         /* what it found */
    bool journal_named;   /* whose data was shown */
    bool journal_own;     /* written down although it is one's own */
    bool reading_slowly;  /* read() runs on a slow thread */
    int64_t journal_body;
    str journal_object;
    struct journal_entry journal; /* kind NONE: nothing to write */
    bool journaling;      /* the reply is ready and waits for its row */
    err journal_result;
    str cookie, device;   /* Set-Cookie: the session's, and the mark of this browser */
    bool stale;           /* who it is must be proved again first */
    str draft;            /* sealed: to be put into the page, or come back from it */
    bool has_session;
    bool redraw;
    bool body_read;       /* typed is the whole of what was sent */
    uint8_t session_hash[WEB_SECRET_HASH];
    usec began;           /* monotonic */
    struct req_private *next; /* in the slow queue */
};

struct slow;
struct presence;
struct touch;
struct throttle;

struct web {
    struct web_config config;
    uint8_t csrf_key[32];
    struct slow *slow;
    atomic_int uploads; /* under way */
    atomic_llong tls_at, plain_at; /* of web_proxy_seen() */
    struct presence *presence;
    struct touch *touch;
    struct throttle *throttle;
    struct metrics *metrics;
    struct asset *assets;
    size_t n_assets;
};

/* web_route.c */
/* allow: without a route, the methods the path has ("GET, POST"); NULL when it has none. */
const struct route *route_match(const struct web *w, enum http_method m, str path,
    struct req_private *p, const char **allow);
MUST err route_split_query(struct arena *a, str query, struct pairs *out);
/* %XX and, in forms, '+': INVALID for broken escapes, NUL or bad UTF-8. */
MUST err url_decode(struct arena *a, str raw, bool plus, str *out);

/* The value of a name; empty when it is not there. */
str route_pair(const struct pair *v, size_t n, const char *name);

/* web_row.c: BUG, and a line in the log, when the row of the request does not say it. */
MUST err row_check_view(const struct req *rq, const struct view_type *type);
MUST err row_check_file(const struct req *rq, const char *media_type);
MUST err row_check_next(struct req *rq, str path);
bool row_has_query(const struct req *rq, const char *name);
/* web_table.c: the schema of the route's table, as a download. */
MUST err table_schema_read(struct req *rq);

/* web_form.c */
/* Fills rq->form and p->typed. INVALID: messages are in p->errors. */
MUST err web_form_parse(struct req_private *p);
/* NULL: the form has no such field. */
const struct web_field *web_form_field(const struct web_form *form, str name);

/* web_guard.c */
#define GUARD_DEVICE "__Host-yagura-device="
/* What follows the name (its "=" included) in the cookies that came; empty when absent. */
str guard_cookie(const struct http_exchange *x, const char *name);
MUST err guard_principal(struct req_private *p, struct db *db);
MUST err guard_permission(struct req_private *p, const struct route *route);
/* Where somebody who may not yet go on is led: "/sign-in/code"; empty when nothing is missing. */
str guard_way_on(const struct req_private *p);
/* False: the row asks for a proof of who it is that is younger. */
bool guard_is_fresh(const struct req_private *p);
MUST err guard_origin(struct req_private *p);
MUST err guard_csrf(struct req_private *p);
str guard_csrf_token(struct req_private *p);
/* Whose page the form stood on, also when its session is gone: the person in the token that was
 * sent, if this installation made the token; else 0. */
int64_t guard_csrf_person(const struct req_private *p);

/* web_resume.c: each replies and is true, or leaves the request alone. */
/* A POST that nobody signed in sent: the page to sign in at, carrying what was typed. */
bool resume_offer(struct req_private *p);
/* A POST of another session than the form's: 「保存の続き」 at once. */
bool resume_at_once(struct req_private *p);
/* A POST that needs a younger proof of who it is: the page that asks for it, carrying the form. */
bool resume_confirm(struct req_private *p);
/* After signing in with a draft: 「保存の続き」. */
bool resume_after(struct req_private *p);

/* web.c */
void web_reply_read(struct req_private *p, int status);

/* web_reply.c */
void reply_view(struct req_private *p, int status);
void reply_error(struct req_private *p, err e);
void reply_status(struct req_private *p, int status, str detail);
void reply_redirect(struct req_private *p);
/* For a program that wrote: where the next page is, when it cannot be shown in its name. */
void reply_location(struct req_private *p);
void reply_form_errors(struct req_private *p);
void reply_download(struct req_private *p);

/* web_upload.c */
int64_t upload_body_max(const struct upload *rules);
/* The headers are there and all that can be checked by them was. */
MUST err upload_begin(struct req_private *p);
void upload_feed(struct req_private *p, str piece);
/* The body is over: its fields stand in p->typed. */
MUST err upload_finish(struct req_private *p);
void upload_drop(struct req_private *p); /* also when there is none */

/* web_journal.c */
/* With the reply written: p->journal is what must be committed before it goes out. */
bool web_journal_is_due(struct req_private *p);

/* web_asset.c */
MUST err assets_load(struct web *w);
void assets_free(struct web *w);
/* True when the path is an asset's: the reply is ready. */
bool asset_serve(struct web *w, struct http_exchange *x);

/* web_touch.c: sessions in use are written down in batches. */
MUST err touch_new(struct web *w);
void touch_free(struct touch *t); /* waits for the batch under way */
void touch_session(struct req_private *p);

/* web_slow.c */
/* run: what a slow thread does with each request. */
MUST err slow_start(struct web *w, void (*run)(struct req_private *));
void slow_stop(struct slow *s);
/* BUSY when too many wait. */
MUST err slow_submit(struct slow *s, struct req_private *p);

#endif
