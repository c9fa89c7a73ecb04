/* SPDX-License-Identifier: Apache-2.0 */
/* The lock file, and the unix socket on which the owner of the writer takes calls. */
#include "store/handoff.h"

#include "core/log.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/un.h>

/* On the wire, both ways: a head, then the payload. Same machine, same byte order. */
struct head {
    uint32_t code; /* 0 in a call; enum err_code in an answer */
    uint32_t name; /* bytes of the name that come first; 0 in an answer */
    uint32_t n;    /* bytes of the payload after it */
};

enum { NAME_MAX_BYTES = 64, PATIENCE_MS = 10000 };

struct handoff {
    pthread_t thread;
    int listener;
    int stop[2]; /* a byte in this pipe ends the thread */
    char path[108];
    struct writer *writer;
    const struct call_list *lists;
    size_t n;
};

static err sidecar(str file, const char *suffix, char *dst, size_t size)
{
    int n = snprintf(dst, size, "%.*s%s", STR_F(file), suffix);
    return n < 0 || (size_t)n >= size ? ERR(LIMIT) : OK;
}

err lock_take(str file, int *fd)
{
    char path[4096];
    TRY(sidecar(file, ".lock", path, sizeof path));
    int f = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f < 0)
        return ERR(IO);
    if (flock(f, LOCK_EX | LOCK_NB) != 0) {
        close(f);
        return ERR(BUSY);
    }
    *fd = f;
    return OK;
}

void lock_drop(int fd)
{
    if (fd >= 0)
        close(fd);
}

const struct call *call_find(const struct call_list *lists, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        for (const struct call *c = lists[i].calls; c && c->name; c++)
            if (str_eq(str_of(c->name), name))
                return c;
    return NULL;
}

/* ── bytes ── */

static err read_all(int fd, void *p, size_t n)
{
    char *at = p;
    while (n > 0) {
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        if (poll(&pfd, 1, PATIENCE_MS) <= 0)
            return ERR(REMOTE);
        ssize_t k = read(fd, at, n);
        if (k <= 0)
            return ERR(REMOTE);
        at += k;
        n -= (size_t)k;
    }
    return OK;
}

static err write_all(int fd, const void *p, size_t n)
{
    const char *at = p;
    while (n > 0) {
        ssize_t k = send(fd, at, n, MSG_NOSIGNAL);
        if (k <= 0)
            return ERR(REMOTE);
        at += k;
        n -= (size_t)k;
    }
    return OK;
}

static err read_payload(int fd, size_t n, struct buf *out)
{
    if (n > HANDOFF_MAX || !buf_reserve(out, n))
        return ERR(LIMIT);
    if (n > 0) /* out->p may still be NULL */
        TRY(read_all(fd, out->p + out->n, n));
    out->n += n;
    return OK;
}

static err address_of(str file, struct sockaddr_un *sa)
{
    *sa = (struct sockaddr_un){.sun_family = AF_UNIX};
    return sidecar(file, ".sock", sa->sun_path, sizeof sa->sun_path);
}

/* ── a call ── */

struct running {
    const struct call *call;
    struct arena *arena;
    str in;
    struct buf *out;
};

static err run_call(struct tx *tx, void *arg)
{
    struct running *r = arg;
    return r->call->run(tx, r->arena, r->in, r->out);
}

err call_run(struct writer *w, const struct call *call, struct arena *a, str in, struct buf *out)
{
    struct running r = {call, a, in, out};
    return writer_call(w, run_call, &r);
}

/* ── the owner ── */

static bool same_user(int fd)
{
    struct ucred who;
    socklen_t n = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) == 0 &&
        (who.uid == geteuid() || who.uid == 0);
}

static err perform(struct handoff *h, int fd, struct buf *out)
{
    struct head head;
    char name[NAME_MAX_BYTES];
    BUF_AUTO in = BUF(HANDOFF_MAX);
    TRY(read_all(fd, &head, sizeof head));
    if (head.name > sizeof name)
        return ERR(INVALID);
    TRY(read_all(fd, name, head.name));
    TRY(read_payload(fd, head.n, &in));
    const struct call *call = call_find(h->lists, h->n, (str){name, head.name});
    if (!call)
        return ERR(NOTFOUND);
    ARENA_AUTO a = arena_new(HANDOFF_MAX * 4);
    if (!a)
        return ERR(NOMEM);
    return call_run(h->writer, call, a, buf_view(&in), out);
}

static void serve_one(struct handoff *h, int fd)
{
    if (!same_user(fd)) {
        log_event(LOG_WARN, "handoff_refused", NULL, 0);
        return;
    }
    BUF_AUTO out = BUF(HANDOFF_MAX);
    err e = perform(h, fd, &out);
    struct head head = {.code = (uint32_t)e.code, .n = (uint32_t)out.n};
    if (!err_is(write_all(fd, &head, sizeof head)))
        IGNORE(write_all(fd, out.p, out.n)); /* a caller that went away has lost only its answer */
}

static void *handoff_main(void *arg)
{
    struct handoff *h = arg;
    for (;;) {
        struct pollfd pfd[2] = {
            {.fd = h->listener, .events = POLLIN}, {.fd = h->stop[0], .events = POLLIN}};
        if (poll(pfd, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (pfd[1].revents)
            return NULL;
        int fd = pfd[0].revents ? accept4(h->listener, NULL, NULL, SOCK_CLOEXEC) : -1;
        if (fd >= 0) {
            serve_one(h, fd);
            close(fd);
        }
    }
}

static err listen_at(struct handoff *h, str file)
{
    struct sockaddr_un sa;
    TRY(address_of(file, &sa));
    memcpy(h->path, sa.sun_path, sizeof h->path);
    unlink(h->path); /* the lock is ours, so a socket left here belongs to a dead process */
    h->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (h->listener < 0)
        return ERR(IO);
    mode_t before = umask(0177);
    int rc = bind(h->listener, (struct sockaddr *)&sa, sizeof sa);
    umask(before);
    return rc == 0 && listen(h->listener, 64) == 0 ? OK : ERR(IO);
}

err handoff_start(str file, struct writer *w, const struct call_list *lists, size_t n,
    struct handoff **out)
{
    struct handoff *h = calloc(1, sizeof *h);
    if (!h)
        return ERR(NOMEM);
    *h = (struct handoff){.listener = -1, .stop = {-1, -1}, .writer = w, .lists = lists, .n = n};
    err e = pipe2(h->stop, O_CLOEXEC) == 0 ? listen_at(h, file) : ERR(IO);
    if (!err_is(e) && pthread_create(&h->thread, NULL, handoff_main, h) != 0)
        e = ERR(IO);
    if (err_is(e)) {
        const int fds[] = {h->listener, h->stop[0], h->stop[1]};
        for (size_t i = 0; i < COUNT_OF(fds); i++)
            if (fds[i] >= 0)
                close(fds[i]);
        free(h);
        return e;
    }
    *out = h;
    return OK;
}

void handoff_stop(struct handoff *h)
{
    if (!h)
        return;
    if (write(h->stop[1], "", 1) == 1)
        pthread_join(h->thread, NULL);
    unlink(h->path);
    close(h->listener);
    close(h->stop[0]);
    close(h->stop[1]);
    free(h);
}

/* ── the caller ── */

err handoff_send(str file, const char *name, str in, struct buf *out, bool *reached)
{
    struct sockaddr_un sa;
    *reached = false;
    TRY(address_of(file, &sa));
    if (in.n > HANDOFF_MAX || strlen(name) > NAME_MAX_BYTES)
        return ERR(LIMIT);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ERR(IO);
    struct head head = {.name = (uint32_t)strlen(name), .n = (uint32_t)in.n};
    err e = connect(fd, (struct sockaddr *)&sa, sizeof sa) == 0 ? OK : ERR(NOTFOUND);
    *reached = !err_is(e);
    if (!err_is(e))
        e = write_all(fd, &head, sizeof head);
    if (!err_is(e))
        e = write_all(fd, name, head.name);
    if (!err_is(e))
        e = write_all(fd, in.p, in.n);
    if (!err_is(e))
        e = read_all(fd, &head, sizeof head);
    if (!err_is(e))
        e = read_payload(fd, head.n, out);
    close(fd);
    if (err_is(e))
        return e;
    return head.code < ERR_N ? (err){(enum err_code)head.code} : ERR(REMOTE);
}
