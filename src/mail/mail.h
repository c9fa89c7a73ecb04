/* SPDX-License-Identifier: Apache-2.0 */
/* Mail to the people of the installation: an outbox in the database, which `yagura work` empties
 * into an SMTP relay. A mail is queued in the transaction of the event it tells of, so that there
 * is never one without the other. Decision: doc/adr/0012-mail.md. */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include "core/conf.h"
#include "org/org.h"

struct mail {
    person_id to;    /* the address is read when it is sent; a person who was stopped gets nothing */
    str address;     /* sent there instead, whatever becomes of the person, who answers for it; empty: none */
    str kind;        /* "survey.remind" */
    str key;         /* what happened to whom: the same key is never queued twice */
    str subject;     /* one line; control characters become blanks */
    str text;        /* plain text, several lines; no answers, no secrets: mail is a postcard */
    str path;        /* "/surveys/1", written below the text as a link; empty: none */
    bool digest;     /* may wait: collected into the one mail a person gets at 08:30 JST */
    usec not_before; /* 0: at once */
    usec not_after;  /* 0: never too late */
};

enum { MAIL_SUBJECT_MAX = 200, MAIL_TEXT_MAX = 8000 }; /* bytes; LIMIT beyond */

/* One address, printable ASCII, without anything that has a meaning in SMTP. */
bool mail_address_is_valid(str address);

/* 08:30 JST of a day: when that day's digest is made. A line with this not_before is in it even
 * when the worker was late that morning. */
usec mail_morning(jday day);
/* OK also when the key was there already: nothing is queued then. */
MUST err mail_queue(struct tx *tx, struct arena *a, const struct mail *m);
/* Of a demonstration that is being made: nobody is told of its past. Empties the outbox. */
MUST err mail_sample(struct tx *tx);

/* ── is it sent? ── */

struct mail_status {
    bool running;        /* the heartbeat is younger than three minutes */
    usec seen;           /* the last heartbeat; 0: never */
    int64_t waiting;     /* single mails not yet sent, those under way included */
    usec oldest;         /* the oldest of them that is due; 0: none */
    int64_t failed;
};
MUST err mail_work_status(struct db *db, usec now, struct mail_status *out);

/* The part work.ht: what a page says about it. admin: with counts and the command to start. */
struct view_work;
MUST err mail_work_view(struct db *db, usec now, bool admin, struct view_work *out);

/* ── yagura work ── */

/* Filled by mail_conf: the keys mail.*. */
struct mail_relay {
    str url;         /* smtp://HOST:PORT or smtps://HOST:PORT */
    str tls;         /* "require", "if-offered", "never"; empty: never on loopback, else require */
    str ca;          /* PEM file of the authorities trusted; empty: the system's */
    str user, password_file;
    str from;        /* address of the sender; needed but for a demonstration */
    str webhook;     /* told of calls to people on duty, too; empty: nobody */
};
extern const struct conf_table mail_conf;
uint16_t mail_hook_port(str url); /* of mail.webhook; 0: none, or no such URL */

enum mail_life { MAIL_LIFE_READY, MAIL_LIFE_GOES_ON, MAIL_LIFE_STOPPING };

struct mail_worker {
    const struct mail_relay *relay;
    str public_url;            /* "https://yagura.example.jp", for links; empty: paths only */
    str lock;                  /* this name and ".lock": one worker per database */
    const char *const *ticks;  /* names of calls; ends with NULL */
    void (*ticked)(void *ctx, const char *name, str out); /* what a tick gave back; or NULL */
    bool once;                 /* one round, then the end */
    /* A named call on the writer, wherever it is. */
    err (*call)(void *ctx, const char *name, str in, struct buf *out);
    /* Called once, before the first mail and while there is one thread: gives up every right that
     * is not needed to reach that port. May be NULL. */
    err (*confine)(void *ctx, uint16_t port);
    /* For whoever watches the worker; goes on: after each mail and each pause. Or NULL. */
    void (*lives)(void *ctx, enum mail_life life);
    void *ctx;
    void (*say)(str text);     /* what a person should know, in Japanese */
};

/* Until SIGTERM or SIGINT, which must be blocked; the mail under way is finished. INVALID: the
 * options do not fit; DENIED: a demonstration with a relay elsewhere; BUSY: another works already;
 * with once, REMOTE: the relay took nothing. */
MUST err mail_work_run(const struct mail_worker *w, struct arena *a);

extern const struct module mail_module;

#endif
