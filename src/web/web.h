/* SPDX-License-Identifier: Apache-2.0 */
/* The web framework: one row per route, one struct per form, one view per page.
 *
 * A GET handler gets a reading connection and nothing to write with. A POST passes session,
 * permission, origin, CSRF and form checks before its write function runs on the writer inside a
 * transaction; the reply is sent after the commit. Every page renders as HTML or, asked by
 * Accept: application/json, as JSON. Source of the rules: R1–R6, doc/adr/0004-web.md. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "core/conf.h"
#include "core/sheet.h"
#include "core/view.h"
#include "store/store.h"
#include "web/http.h"

struct csv;     /* core/csv.h */
struct measure; /* measure.h */
struct scope; /* only org's authorisation makes one */
struct table; /* core/csv.h */
struct web;
struct req;

/* ── who ── */

struct permission {
    const char *name; /* "survey.answer" */
    uint32_t roles;   /* any of these (bits of org.h) */
};

/* How far a sign-in has come: until it is done, only the routes that say so are open. */
enum sign_in_step {
    STEP_DONE,
    STEP_FACTOR, /* the second factor is still to be shown */
    STEP_ENROL   /* a role held demands a second factor, and there is none yet */
};

struct principal {
    int64_t person; /* 0: nobody is signed in */
    enum sign_in_step step; /* not done: no roles and no scope */
    bool outside;   /* the organisation lets nobody in from this address */
    usec fresh_at;  /* of a session: who it is was last proved then */
    usec seen_at;   /* of a session: the last use written down */
    int64_t org;
    uint32_t roles;
    const struct scope *scope;
    str person_name, org_name;
    bool bearer; /* by token: no cookie, so no CSRF */
};

/* Who asks: the SHA-256 of the session cookie's or bearer token's secret, and from where. */
struct web_asking {
    usec now;
    struct bytes hash;
    bool bearer;
    str client; /* as in http.h */
};

/* What main fills from org. */
struct web_auth {
    /* NOTFOUND: nobody. */
    err (*load)(
        struct db *db, struct arena *a, const struct web_asking *q, struct principal *out);
    /* The session was used; called at most once a minute for each. NULL: nobody wants to know. */
    err (*touch)(struct tx *tx, struct bytes hash);
};

/* A mail to a person of the installation: main hands it to the mail module, which stands above. */
struct web_mail {
    int64_t to;
    str kind, key;     /* as in mail.h */
    str subject, text, path;
    usec not_after;    /* 0: never too late */
};

/* ── forms ── */

enum web_field_type {
    FIELD_LINE,   /* str: one line, trimmed */
    FIELD_TEXT,   /* str: several lines, trimmed, CRLF becomes LF; a 個人番号 in it is refused */
    FIELD_SECRET, /* str: untouched, never shown again */
    FIELD_INT,    /* int64_t; full-width digits and commas accepted */
    FIELD_BOOL,   /* bool: present and not "0"/"false" */
    FIELD_LINES   /* struct strs: repeated, or a JSON array */
};

struct web_field {
    const char *name;  /* of the field in HTML and JSON */
    const char *label; /* Japanese, for messages */
    enum web_field_type type;
    size_t offset;     /* in the form's struct */
    bool required;
    size_t max;        /* characters (str), 0: 200; elements (strs), 0: 32 */
    int64_t least, most; /* FIELD_INT; both 0: any */
};

/* Its limit: characters, or elements of FIELD_LINES, each of at most WEB_LINES_LINE characters. */
enum { WEB_LINES_LINE = 4000 };
size_t web_field_most(const struct web_field *f);

struct web_form {
    const struct web_field *fields;
    size_t n;
    size_t size; /* of the struct */
};
#define WEB_FORM(fields_, type_) {fields_, COUNT_OF(fields_), sizeof(struct type_)}

/* ── routes ── */

enum route_flag {
    ROUTE_PUBLIC = 1, /* nobody need be signed in */
    ROUTE_SLOW = 2,   /* prepare() of a POST, read() of a GET runs on the slow threads, not on a
                       * serving one: it hashes, or writes a file */
    ROUTE_FACTOR = 4, /* open already while the second factor is to be shown */
    ROUTE_ENROL = 8,  /* open already while a second factor is to be set up */
    ROUTE_FRESH = 16, /* who it is must have been proved in the last WEB_FRESH_MINUTES */
    ROUTE_PERSON = 32, /* for a person at a browser: no program with a token */
    ROUTE_QUIET = 64  /* asked by a page on its own: does not count as use of the session */
};
enum { WEB_FRESH_MINUTES = 10 };

/* One file that may come beside the fields of a form, which is then multipart/form-data. It goes to the disk as it
 * comes; the csrf field stands in front of it. Such a row is ROUTE_SLOW: keeping waits for the
 * disk. */
struct upload {
    const char *field; /* of the file */
    const char *label; /* Japanese, for messages */
    int64_t most;      /* bytes of the file */
};

/* One name of the query of an address. A name that stands in no row reads as absent. */
struct web_query {
    const char *name;
    const char *label; /* Japanese: what it is for */
    bool number;
};
#define QUERY(...) ((const struct web_query[]){__VA_ARGS__, {.name = NULL}})
#define QUERY_PAGE {"page", "何ページ目か。1から", true}
#define QUERY_Q {"q", "この語を含むものに絞る", false}

/* Lists of a row, at file scope. */
#define VIEWS(...) ((const struct view_type *const[]){__VA_ARGS__, NULL})
#define PATHS(...) ((const char *const[]){__VA_ARGS__, NULL})

struct route {
    enum http_method method;
    const char *path;              /* "/surveys/{survey}/items/{code}" */
    const struct permission *perm; /* NULL: any signed-in person (or anybody, ROUTE_PUBLIC) */
    unsigned flags;
    const struct web_form *form;   /* POST */
    const struct upload *upload;   /* POST: a file may come with the form */
    /* GET of ".../csv": what the file's columns are. Beside the file, at ".../csv/schema", the
     * framework shows the declaration to machines, to whom the row is open. */
    const struct table *table;
    enum journal_kind journal;     /* GET: a row is committed before the reply goes out */
    const struct web_query *query; /* what it reads of the query; NULL: nothing */
    /* What comes back. req_show, req_send and the page after a write are held to it: a row that
     * does not say the truth gives 500, and the row that must be changed stands in the log. A POST
     * whose page is drawn again need not repeat the view of that page. */
    const struct view_type *const *shows; /* the page; of a POST, shown instead of another page */
    const struct view_type *clash; /* POST: shown with 409, when somebody was first */
    const char *file;              /* GET: media type of a file that is no table; "*": any */
    const char *const *goes;       /* paths of the rows it leads on to */
    err (*read)(struct req *rq);                /* GET; for a POST: the page shown again on 409/422 */
    err (*prepare)(struct req *rq);             /* POST: reads and slow work before the write */
    err (*write)(struct tx *tx, struct req *rq); /* POST, on the writer; NULL: answered by read() */
    /* POST: what was typed, in words, for 「保存の続き」 (rq->db is readable, req_typed_list() gives
     * what was typed). NULL: the label and the text of each field. */
    err (*words)(struct req *rq, str *what, str *text);
};

/* ── a request ── */

struct req {
    struct web *web;
    struct http_exchange *x;
    struct arena *a;
    const struct route *route;
    struct principal who;
    struct db *db;    /* reading; NULL inside write() */
    void *form;       /* the struct the route's form filled */
    usec now;
    bool json;        /* the answer is JSON */
    struct req_private *p;
};

/* Parts of the path, and what of the query the row names; empty when absent. Decoded, valid
 * UTF-8. */
str req_param(const struct req *rq, const char *name);
MUST err req_param_i64(const struct req *rq, const char *name, int64_t *out);
str req_query(const struct req *rq, const char *name);
/* Page of a list: ?page=, 1 when absent or odd. */
int64_t req_page(const struct req *rq);

/* Shows a view that stands in the row: the struct must live in the request's arena. */
MUST err req_show(struct req *rq, const struct view_type *type, const void *view);
/* After a write: where to go next ("/surveys/1?ok=saved"). */
MUST err req_go(struct req *rq, str path);
/* Inside a write that changed what m counts: measured again, in the same transaction. */
MUST err req_measure(struct tx *tx, struct req *rq, int64_t body, const struct measure *m);
/* Queues a mail in the same transaction. */
MUST err req_mail(struct tx *tx, struct req *rq, const struct web_mail *m);
/* A file to download instead of a page; of a demo its name begins with 「架空データ」. content is
 * copied. LIMIT when it was cut short. */
MUST err req_send(struct req *rq, const char *media_type, str file_name, const struct buf *content);

/* A paper to download, NAME.pdf: what was described, a demo's with its band. Of a ROUTE_SLOW: another process draws it.
 * What goes wrong is said for people. */
MUST err req_send_sheet(struct req *rq, enum sheet_form form, str name, struct buf *description);

/* An event stream (HTML Standard, 9.2) that ends after what there is to say (ADR 0031): the version, unless the query
 * `seen` names it already; the browser asks again after so many milliseconds. */
MUST err req_send_event(struct req *rq, int retry, str version);
/* The same of bytes that outlive the program's last request, to be read and not to be saved. */
MUST err req_send_static(struct req *rq, const char *media_type, struct bytes content);
/* A table to download, of the row's columns: begun in out with 基準日 the day of the request, and
 * sent as "NAME.csv". */
struct csv req_csv(struct req *rq, struct buf *out);
MUST err req_send_csv(struct req *rq, const struct csv *c, str name);
/* More rows than a file takes: says to narrow the list. LIMIT. */
MUST err req_csv_too_long(struct req *rq);

/* The same from the blobs, read from the disk as it goes out. NOTFOUND, IO: its file is not right. */
MUST err req_send_blob(
    struct req *rq, const char *media_type, str file_name, const struct blob *b);

/* The same of an open file of n bytes that the program made, which is closed whatever comes of it. */
MUST err req_send_file(struct req *rq, const char *media_type, str file_name, int fd, int64_t n);

/* Whose data the reply shows, and what, for people; what is one's own is not written down. A row
 * of kind SEEN must say it. */
void req_journal_body(struct req *rq, int64_t body, str what);
/* Of one's own body, and written down all the same: everything of it leaves at once. */
void req_journal_own(struct req *rq, str what);

/* The file that came with a form; false: none was chosen. */
struct req_file {
    str name; /* without folders; any characters but control ones */
    int64_t size;
};
bool req_file(const struct req *rq, struct req_file *out);
MUST err req_file_read(struct req *rq, int64_t from, void *p, size_t n, size_t *got);
/* In prepare: the file is on the disk under its hash; write() adds its row. Without that it is
 * left over. */
MUST err req_file_keep(struct req *rq, struct blob *out);

/* In prepare of a ROUTE_SLOW: the table in the file that came, or else in the text that was pasted.
 * What is wrong with it stands beside the field afterwards. Of a file, *text is then its table as
 * text, to be looked at and sent again. */
struct foreign_table;
MUST err req_foreign(struct req *rq, const char *field, str *text, struct foreign_table *out);

/* Runs fn with rq->db open for reading: for what is drawn around a page. */
MUST err req_reading(struct req *rq, err (*fn)(struct req *rq, void *arg), void *arg);

/* Messages for people. req_error puts one beside a field; return ERR(INVALID) after it. */
void req_error(struct req *rq, const char *field, str message);
void req_say(struct req *rq, str message);
str req_error_of(const struct req *rq, const char *field); /* empty: none */
bool req_has_errors(const struct req *rq);
/* What was typed, for showing the page again; the given value when nothing was. */
str req_typed(const struct req *rq, const char *field, str otherwise);
struct strs req_typed_list(const struct req *rq, const char *field);
bool req_is_redraw(const struct req *rq);

/* Cookies and sessions: secret is 32 random bytes; its SHA-256 is what the database keeps. */
enum { WEB_SECRET = 32, WEB_SECRET_HASH = 32 };
void req_session_start(struct req *rq, const uint8_t secret[WEB_SECRET], usec life);
void req_session_end(struct req *rq);
struct bytes req_session_hash(const struct req *rq); /* of the cookie or token that came in */
/* A POST that came when nobody was signed in is not lost: the page to sign in at carries it sealed,
 * and after signing in it is shown with a button that sends it (web_resume.c). */
enum { WEB_DRAFT = 65536 }; /* characters, the most */
str req_draft(const struct req *rq);           /* for the hidden field "draft"; empty: nothing */
void req_resume(struct req *rq, str draft);    /* after req_session_start(): shown before req_go()'s page */
/* Bytes that only this installation can make or open (XChaCha20-Poly1305), as base64url; for one
 * purpose, a short name. Empty without memory. INVALID: not ours. */
str req_seal(struct req *rq, const char *purpose, struct bytes plain);
MUST err req_unseal(struct req *rq, const char *purpose, str text, struct bytes *plain);
/* base64url of a secret, as used in cookies, tokens and links; and its hash. */
str web_secret_text(struct arena *a, const uint8_t secret[WEB_SECRET]);
MUST err web_secret_hash(str text, uint8_t hash[WEB_SECRET_HASH]);

/* ── guessing ──
 * Misses are counted in memory, by what they were aimed at and where they came from, so that
 * nobody can shut out anybody else: doc/adr/0019-sign-in.md. */

/* name: what was typed; person: whose it is, 0 when nobody's. How long until the next try. */
usec req_guess_wait(const struct req *rq, str name, int64_t person);
void req_guess_missed(struct req *rq, str name, int64_t person);
/* It was right: forgotten, and this browser is known for this person from now on. */
void req_guess_right(struct req *rq, str name, int64_t person);

/* ── who else is here ── */

struct present {
    int64_t person;
    usec at; /* the last sign of them */
};
/* The person of the request is at what key names; others of the last minute, newest first. Kept in
 * memory: a restart forgets it. key must say whose thing it is: "response:12/ORG-01". */
void req_presence_mark(struct req *rq, str key);
size_t req_presence_others(struct req *rq, str key, struct present *out, size_t most);

/* The struct that a module's table of keys filled at the start. */
const void *req_conf(const struct req *rq, const struct conf_table *t);

/* ── the application ── */

/* What stands around every page, filled by main from the modules. */
struct web_frame {
    struct web_menu {
        str label, href;
        str under; /* beginning of the routes that belong to the entry too */
    } menu[24];
    size_t n_menu;
    str next_text, next_href, next_label; /* what to do next */
};

struct web_config {
    struct store *store;
    const struct route *const *routes; /* lists that end with path == NULL */
    size_t n_routes;
    const struct embedded *assets;     /* ends with name == NULL */
    struct web_auth auth;
    void (*frame)(struct req *rq, struct web_frame *frame);
    /* Keeps what a write has changed; main fills it from evidence, which stands above. */
    err (*measure)(struct tx *tx, struct arena *a, int64_t body, const struct measure *m);
    err (*mail)(struct tx *tx, struct arena *a, const struct web_mail *m); /* NULL: none is sent */
    const struct conf *conf; /* what req_conf() answers from */
    str base;  /* path prefix, "" at the root */
    bool demo; /* 「架空データ」 on every page, X-Yagura-Data: fictitious on every answer */
    bool sample; /* of a demo: the bodies are fictitious too */
};

MUST err web_new(const struct web_config *config, struct web **out);
void web_free(struct web *w);
struct http_app web_app(struct web *w);
struct store *web_store(const struct web *w);
/* When signed-in people last came by TLS, as the proxy in front says (X-Forwarded-Proto: https), and
 * otherwise; since the start, 0: never. */
struct web_proxy_seen {
    usec tls, plain;
};
struct web_proxy_seen web_proxy_seen(const struct web *w);
bool web_is_demo(const struct web *w);

/* Runs one request to its end in this thread: for tests and the scenario runner. */
void web_run(struct web *w, struct http_exchange *x);

const char *route_method_name(enum http_method m);

#endif
