/* SPDX-License-Identifier: Apache-2.0 */
/* Signals, the sandbox's messages, sd_notify. */
#include "main/process.h"

#include "core/log.h"
#include "main/main.h"

#include <signal.h>
#include <sys/un.h>

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

void process_block_signals(void)
{
    sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

/* ── the sandbox ── */

/* The folder a file is in. */
static char *folder_of(struct arena *a, str file)
{
    size_t n = file.n;
    while (n > 0 && file.p[n - 1] != '/')
        n--;
    return n == 0 ? str_z(a, S(".")) : str_z(a, str_sub(file, 0, n));
}

static void log_files(enum sandbox_kind kind, int abi, struct arena *a)
{
    struct log_field f[] = {{"process", str_of(sandbox_name(kind))},
        {"landlock", str_fmt(a, "%d", abi)},
        {"seccomp", sandbox_is_built() ? S("yes") : S("no")}};
    bool whole = sandbox_is_built() && abi > 0;
    log_event(whole ? LOG_INFO : LOG_WARN, "sandbox", f, COUNT_OF(f));
}

err process_confine_files(
    enum sandbox_kind kind, str db_url, struct sandbox_grant grant, struct arena *a)
{
    str file;
    int abi;
    TRY(db_url_file(db_url, &file));
    grant.folder = folder_of(a, file);
    if (!grant.folder)
        return ERR(NOMEM);
    err e = sandbox_files(kind, &grant, &abi);
    if (err_is(e)) {
        main_say(S("ほかのファイルに触れないようにする準備ができません。データベースのフォルダと、"
                   "指定したファイルがあるか確かめてください。"));
        return e;
    }
    if (!sandbox_is_built())
        main_say(S("注意: 検査用に作られたプログラムです。できることの制限（サンドボックス）が"
                   "ありません。本番では使わないでください。"));
    else if (abi == 0)
        main_say(S("注意: この OS には Landlock がありません。ほかのファイルを守るのは、"
                   "利用者の権限だけです。"));
    log_files(kind, abi, a);
    return OK;
}

err process_confine(enum sandbox_kind kind)
{
    err e = sandbox_enter(kind);
    if (err_is(e))
        main_say(S("この環境では seccomp を使えないため、始めません。コンテナで動かしている場合は、"
                   "seccomp の設定を許すか、直接 OS の上で動かしてください。"));
    return e;
}

/* ── the service manager ── */

static int connect_manager(str path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    if (path.n < 2 || path.n >= sizeof sa.sun_path || (path.p[0] != '/' && path.p[0] != '@'))
        return -1;
    memcpy(sa.sun_path, path.p, path.n);
    socklen_t n = sizeof sa;
    if (path.p[0] == '@') { /* an abstract name: NUL in front, and its length counts */
        sa.sun_path[0] = 0;
        n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.n);
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, n) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

struct notify notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET"), *every = getenv("WATCHDOG_USEC"),
               *pid = getenv("WATCHDOG_PID");
    int64_t who = getpid();
    struct notify n = {.fd = path ? connect_manager(str_of(path)) : -1};
    bool ours = !pid || (!err_is(parse_i64(str_of(pid), 1, INT32_MAX, &who)) && who == getpid());
    if (n.fd < 0 || !every || !ours ||
        err_is(parse_i64(str_of(every), 1000, USEC_DAY, &n.watchdog)))
        n.watchdog = 0;
    return n;
}

void notify_say(const struct notify *n, const char *state)
{
    /* A manager that is gone has nothing to know. */
    if (n->fd >= 0 && send(n->fd, state, strlen(state), MSG_NOSIGNAL) < 0)
        log_event(LOG_WARN, "notify_failed", NULL, 0);
}

void notify_close(struct notify *n)
{
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
}

void process_wait(const struct notify *n, bool (*alive)(void *ctx), void *ctx)
{
    sigset_t set = stop_signals();
    usec half = n->watchdog / 2;
    struct timespec every = {.tv_sec = half / USEC_SECOND, .tv_nsec = half % USEC_SECOND * 1000};
    for (;;) {
        if (sigtimedwait(&set, NULL, half ? &every : NULL) > 0)
            return;
        if (half && alive(ctx))
            notify_say(n, "WATCHDOG=1");
    }
}
