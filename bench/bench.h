/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring programs' shared parts: time, percentiles, a blocking HTTP client, sessions of
 * the demo's people, and a crew of connections that use them at once. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/jtime.h"

/* One keep-alive connection to 127.0.0.1. */
struct client {
    int fd;
    int port;
    struct buf in; /* the last reply, head and body */
    size_t body;   /* where its body begins */
    int status;
};

void client_open(struct client *c, int port);
void client_close(struct client *c);
/* Sends a whole request and reads a whole reply (Content-Length or 303 without a body). */
void client_send(struct client *c, str request);
/* Between two markers of the last reply; empty when absent. */
str client_between(const struct client *c, const char *before, const char *after);

enum { SESSION_ITEMS = 160 };

struct session {
    char login[32], cookie[64], csrf[256];
    size_t share, shares;        /* several sessions of one body: each takes every shares-th item */
    char code[SESSION_ITEMS][8]; /* items without an answer this year */
    size_t n;
};

/* One session per login, `shares` of each; heap, for the life of the program. */
struct session *session_list(char **logins, size_t n, size_t shares);
/* Signs in with the demo's password; ends the program if that is refused. */
void session_sign_in(struct client *c, struct session *s);
/* Reads the survey's form: the token of the forms, and at most `most` open items. */
void session_look(struct client *c, struct session *s, const char *survey, size_t most);

/* What a crew measured: times of single requests in microseconds, as many as `room` allows. */
struct tally {
    int64_t *micros;
    size_t n, room;
    int refused;
    usec took; /* all of it, from the moment everybody was connected */
};

/* To be measured: notes the time since `began` and whether the reply was the 303 hoped for. */
void tally_note(struct tally *t, usec began, const struct client *c);
/* "refused":N,"seconds":S,"per_second":N,"p50_us":N,"p99_us":N,"p999_us":N */
void tally_print(struct tally *t);

struct crew {
    int port;
    size_t connections, n; /* never more connections than sessions */
    struct session *sessions;
    size_t each; /* most times noted of one session */
    void (*work)(const struct crew *crew, struct client *c, struct session *s, struct tally *t);
    const char *survey;
};

/* Deals the sessions to as many threads as connections, waits until all are connected, runs
 * work() on every session, and returns what was noted; its memory lives as long as the program. */
struct tally crew_run(const struct crew *crew);

int64_t percentile(int64_t *values, size_t n, double p); /* sorts */
/* A number of the command line; ends the program with `usage` if it is none or out of bounds. */
int64_t bench_number(const char *text, int64_t most, const char *usage);
_Noreturn void bench_fail(const char *what);

int bench_save(int argc, char **argv);
int bench_sign_in(int argc, char **argv);
int bench_verify(int argc, char **argv);
int bench_bare(int argc, char **argv);
int bench_sync(int argc, char **argv);

#endif
