/* SPDX-License-Identifier: Apache-2.0 */
/* The socket people come to: made here, or inherited from whoever started this process (systemd's
 * LISTEN_FDS protocol, sd_listen_fds(3)). Binding and listening are two steps: between them the
 * store is opened, and nobody waits at a server that cannot start. */
#ifndef WEB_HTTP_LISTEN_H
#define WEB_HTTP_LISTEN_H

#include "core/str.h"

struct http_listener {
    int fd;
    bool inherited;  /* it listens already, and goes on when this process ends */
    bool loopback;   /* only this machine reaches it: 127.0.0.0/8, ::1, or a unix socket */
    char where[160]; /* for people: "http://127.0.0.1:8080/", "unix:/run/yagura/serve.sock" */
};

/* "127.0.0.1:8080", "[::1]:0", "unix:/run/yagura/serve.sock" (mode 0660; one that a dead process
 * left is replaced). INVALID: not of these forms; BUSY: in use; IO. */
bool http_listen_fits(str where);
MUST err http_listen_bind(str where, struct http_listener *out);
/* Takes the one socket that was passed to this very process. NOTFOUND: none was; INVALID: more than
 * one, or it is no listening stream socket. */
MUST err http_listen_inherit(struct http_listener *out);
/* From now on connections queue. */
MUST err http_listen_start(const struct http_listener *l);
void http_listen_close(struct http_listener *l);

#endif
