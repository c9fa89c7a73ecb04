/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of several modules share: a temporary database with the tables of every module, a
 * simulated clock, a few organisations with one person each, and requests to the whole program. A
 * step that fails ends the test. */
#ifndef TEST_FIXTURE_H
#define TEST_FIXTURE_H

#include <setjmp.h>

#include <cmocka.h>

#include "main/main.h"

#define assert_ok(e) assert_err(e, OK)
#define assert_err(got, want) fix_assert_err((got), ERR_##want, __FILE__, __LINE__)
#define assert_str(got, want) fix_assert_str((got), (want), __FILE__, __LINE__)
void fix_assert_err(err got, enum err_code want, const char *file, int line);
void fix_assert_str(str got, str want, const char *file, int line);

/* Bodies of the fixture: a prefecture, a city and a town in it; a town elsewhere; an office. */
enum { BODY_PREF = 480002, BODY_CITY = 482013, BODY_TOWN = 483010, BODY_FAR = 203025 };
enum fix_person { P_PREF, P_CITY, P_TOWN, P_FAR, P_NATION, PEOPLE };

struct fix {
    struct arena *a; /* results of the test */
    char dir[64];
    str file, url;
    usec now;        /* the simulated clock: 2026-11-20T10:00 JST at first */
    struct store_modules mods;
    struct conf *conf; /* all at the default */
    struct store *store;
    struct web *web;
    person_id person[PEOPLE];
    const struct scope *scope[PEOPLE];
};

/* For cmocka's setup and teardown: *state becomes a struct fix. */
int fix_dir_setup(void **state);    /* arena, folder and url: no database yet */
int fix_store_setup(void **state);  /* and an empty database, opened for writing */
int fix_people_setup(void **state); /* and the bodies and people above */
int fix_teardown(void **state);

struct tx_clock fix_clock(struct fix *f);
void fix_close_store(struct fix *f);
void fix_open_store(struct fix *f, enum store_mode mode);
/* This thread's reading connection. */
struct db *fix_db(struct fix *f);
/* Runs on the writer. */
err fix_try(struct fix *f, err (*run)(struct tx *tx, void *arg), void *arg);
void fix_write(struct fix *f, err (*run)(struct tx *tx, void *arg), void *arg);
/* Behind the program's back, on the file itself. */
void fix_sql(const struct fix *f, const char *sql);
bool fix_sql_fails(const struct fix *f, const char *sql);
int64_t fix_number(const struct fix *f, const char *sql);

/* ── requests ── */

struct ask {
    enum http_method method;
    const char *target;  /* path and query */
    const char *type;    /* of the body; NULL: urlencoded */
    str body;
    str cookie, bearer;  /* secrets as text */
    const char *site;    /* Sec-Fetch-Site; NULL: same-origin, "": absent */
    const char *accept;
    const char *origin;
    const char *client; /* its address */
    str cookies;        /* whole ones, beside the session's */
};

/* f->web, with all the modules of the program and the fixture's people. */
void fix_web(struct fix *f);
/* f->web with these routes alone, below a path prefix: for cmocka's setup, people included. */
int fix_routes_setup(
    void **state, const struct route *const *lists, size_t n, str base);
/* The request alone, for web_run; lives until fix_done. */
struct http_exchange *fix_request(const struct ask *q);
/* The answer; its exchange lives until fix_done. */
struct http_exchange *fix_ask(struct fix *f, const struct ask *q);
void fix_done(struct http_exchange *x);
/* The status alone. */
int fix_status(struct fix *f, const struct ask *q);
str fix_reply(const struct http_exchange *x);
str fix_reply_header(const struct http_exchange *x, const char *name);
/* A session of a person, as the text in the cookie. */
str fix_sign_in(struct fix *f, enum fix_person p);
/* A token of a person, as a program sends it. */
str fix_token(struct fix *f, enum fix_person p);
/* The token that stands in the forms of a page of that session. */
str fix_csrf(struct fix *f, str cookie);

#endif
