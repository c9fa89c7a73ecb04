/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring programs' shared parts: time, percentiles, a blocking HTTP client. */
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

int64_t percentile(int64_t *values, size_t n, double p); /* sorts */
_Noreturn void bench_fail(const char *what);

int bench_save(int argc, char **argv);
int bench_bare(int argc, char **argv);
int bench_sync(int argc, char **argv);

#endif
