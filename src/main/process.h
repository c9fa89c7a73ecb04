/* SPDX-License-Identifier: Apache-2.0 */
/* What the processes that stay have in common: signals, their sandbox, and the word to whoever
 * started them. */
#ifndef MAIN_PROCESS_H
#define MAIN_PROCESS_H

#include "core/arena.h"
#include "core/jtime.h"
#include "core/sandbox.h"

/* SIGINT and SIGTERM wait to be asked for; before any thread is made, as all inherit it. */
void process_block_signals(void);

/* The first step of core/sandbox.h, with the folder of the database granted; says why not. */
MUST err process_confine_files(
    enum sandbox_kind kind, str db_url, struct sandbox_grant grant, struct arena *a);
/* The second; says why not. */
MUST err process_confine(enum sandbox_kind kind);

/* The service manager, by the protocol of sd_notify(3): a datagram to the socket in NOTIFY_SOCKET.
 * Opened before the sandbox is entered; without a manager every call does nothing. */
struct notify {
    int fd;         /* -1: nobody wants to know */
    usec watchdog;  /* how often a sign of life is wanted; 0: never */
};
struct notify notify_open(void);
void notify_say(const struct notify *n, const char *state); /* "READY=1" */
void notify_close(struct notify *n);

/* Returns when SIGINT or SIGTERM came. In between, at half the watchdog's time: its sign of life,
 * if alive says so. */
void process_wait(const struct notify *n, bool (*alive)(void *ctx), void *ctx);

#endif
