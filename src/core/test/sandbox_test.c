/* SPDX-License-Identifier: Apache-2.0 */
/* Each kind of process is started, put into its sandbox, and tries what it may not. */
#include "core/sandbox.h"

#include <setjmp.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static struct {
    char inside[64], outside[64]; /* folders; only the first is granted */
    int listener;                 /* outside the sandbox, on loopback */
    uint16_t port, other_port;    /* only the first may be connected to */
    int landlock;                 /* version */
    pid_t parent;
} world;

/* ── what is tried: 0 when it worked, else an errno ── */

static int done(long rc)
{
    return rc >= 0 ? 0 : errno ? errno : EIO;
}

static int open_at(const char *folder, const char *name, int flags)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return done(open(path, flags | O_CLOEXEC, 0600));
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : done(connect(fd, (struct sockaddr *)&a, sizeof a));
}

static int try_write_inside(void) { return open_at(world.inside, "new", O_CREAT | O_RDWR); }
static int try_read_inside(void) { return open_at(world.inside, "old", O_RDONLY); }
static int try_truncate_inside(void) { return open_at(world.inside, "old", O_WRONLY | O_TRUNC); }
static int try_write_outside(void) { return open_at(world.outside, "new", O_CREAT | O_RDWR); }
static int try_read_outside(void) { return open_at(world.outside, "old", O_RDONLY); }
static int try_list_outside(void) { return open_at(world.outside, "", O_RDONLY | O_DIRECTORY); }
static int try_passwd(void) { return open_at("/etc", "passwd", O_RDONLY); }
static int try_memory_file(void) { return open_at("/proc/self", "mem", O_RDWR); }
static int try_climb_out(void) { return open_at(world.inside, "../../etc/passwd", O_RDONLY); }
static int try_resolv(void) { return open_at("/etc", "hosts", O_RDONLY); }

static int try_link_out(void)
{
    char from[128], to[128];
    snprintf(from, sizeof from, "%s/old", world.outside);
    snprintf(to, sizeof to, "%s/link", world.inside);
    return done(link(from, to));
}

static int try_rename_out(void)
{
    char from[128], to[128];
    snprintf(from, sizeof from, "%s/old", world.inside);
    snprintf(to, sizeof to, "%s/moved", world.outside);
    return done(rename(from, to));
}

static int try_exec(void)
{
    char *argv[] = {NULL}, *env[] = {NULL};
    return done(execve("/bin/true", argv, env));
}

static int try_fork(void) { return done(syscall(SYS_fork)); }
static int try_fork_clone(void) { return done(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }
static int try_connect(void) { return connect_to(world.port); }
static int try_connect_other(void) { return connect_to(world.other_port); }

static int try_bind(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : done(bind(fd, (struct sockaddr *)&a, sizeof a));
}

static int try_packet(void) { return done(socket(AF_PACKET, SOCK_RAW, 0)); }
static int try_netlink(void) { return done(socket(AF_NETLINK, SOCK_RAW, 0)); }
static int try_raw(void) { return done(socket(AF_INET, SOCK_RAW, 1)); }
static int try_vsock(void) { return done(socket(AF_VSOCK, SOCK_STREAM, 0)); }
static int try_ptrace(void) { return done(ptrace(PTRACE_TRACEME, 0, 0, 0)); }
static int try_kill(void) { return done(kill(world.parent, 0)); }
static int try_setuid(void) { return done(setuid(getuid())); }
static int try_unshare(void) { return done(unshare(CLONE_NEWUSER)); }
static int try_chroot(void) { return done(chroot("/")); }
static int try_mount(void) { return done(mount("none", "/mnt", "tmpfs", 0, NULL)); }
static int try_memfd(void) { return done(syscall(SYS_memfd_create, "x", 0)); }
static int try_io_uring(void) { return done(syscall(SYS_io_uring_setup, 1, world.inside)); }
static int try_bpf(void) { return done(syscall(SYS_bpf, 0, NULL, 0)); }
static int try_peek(void) { return done(syscall(SYS_process_vm_readv, world.parent, 0, 0, 0, 0, 0)); }
static int try_terminal(void) { return done(syscall(SYS_ioctl, 0, 0x5412 /* TIOCSTI */, "x")); }
static int try_clock(void) { return done(syscall(SYS_clock_settime, 0, NULL)); }

static int try_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : 0;
}

static int try_make_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? 0 : done(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static void *nothing(void *arg)
{
    return arg;
}

static int try_thread(void)
{
    pthread_t t;
    int rc = pthread_create(&t, NULL, nothing, NULL);
    return rc ? rc : pthread_join(t, NULL);
}

static int try_core_dump(void)
{
    struct rlimit l;
    return getrlimit(RLIMIT_CORE, &l) == 0 && l.rlim_max == 0 ? EPERM : 0;
}

static int try_open_many(void)
{
    int fd = dup(0);
    return done(fd);
}

static int try_memory(void)
{
    void *p = mmap(NULL, 8UL << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? errno : 0;
}

enum { SERVE = 1 << SANDBOX_SERVE, WORK = 1 << SANDBOX_WORK, FORKER = 1 << SANDBOX_FORKER,
    CONVERT = 1 << SANDBOX_CONVERT };

static const struct attempt {
    const char *what;
    int (*try)(void);
    int may;      /* the kinds for which it works */
    int landlock; /* the version it takes to forbid it; 0: seccomp or a limit does */
} attempts[] = {
    {"write inside", try_write_inside, SERVE | WORK, 2},
    {"read inside", try_read_inside, SERVE | WORK, 2},
    {"truncate inside", try_truncate_inside, SERVE | WORK, 2},
    {"start a thread", try_thread, SERVE | WORK, 0},
    {"read /etc/hosts", try_resolv, WORK, 2},
    {"write outside", try_write_outside, 0, 2},
    {"read outside", try_read_outside, 0, 2},
    {"list outside", try_list_outside, 0, 2},
    {"read /etc/passwd", try_passwd, 0, 2},
    {"climb out", try_climb_out, 0, 2},
    {"its own memory as a file", try_memory_file, 0, 2},
    {"link from outside", try_link_out, 0, 2},
    {"rename to outside", try_rename_out, 0, 2},
    {"exec", try_exec, 0, 0},
    {"fork", try_fork, 0, 0},
    {"fork by clone", try_fork_clone, 0, 0},
    {"connect to the port granted", try_connect, WORK, 0},
    {"connect to another port", try_connect_other, 0, 4},
    {"bind", try_bind, 0, 0},
    {"AF_PACKET", try_packet, 0, 0},
    {"AF_NETLINK", try_netlink, 0, 0},
    {"AF_VSOCK", try_vsock, 0, 0},
    {"SOCK_RAW", try_raw, 0, 0},
    {"ptrace", try_ptrace, 0, 0},
    {"signal another process", try_kill, 0, 0},
    {"setuid", try_setuid, 0, 0},
    {"unshare", try_unshare, 0, 0},
    {"chroot", try_chroot, 0, 0},
    {"mount", try_mount, 0, 0},
    {"memfd_create", try_memfd, 0, 0},
    {"io_uring", try_io_uring, 0, 0},
    {"bpf", try_bpf, 0, 0},
    {"another process's memory", try_peek, 0, 0},
    {"type into the terminal", try_terminal, 0, 0},
    {"the clock", try_clock, 0, 0},
    {"executable memory", try_executable, 0, 0},
    {"memory made executable", try_make_executable, 0, 0},
    {"a core dump", try_core_dump, 0, 0},
    {"one file more", try_open_many, SERVE | WORK, 0},
    {"8 GiB", try_memory, 0, 0},
};

/* ── running one ── */

enum { ENTER_FAILED = 250 };

static void enter(enum sandbox_kind kind)
{
    struct sandbox_grant grant = {.connect = {world.port}};
    int abi;
    if (kind == SANDBOX_SERVE || kind == SANDBOX_WORK)
        grant.folder = world.inside;
    if (err_is(sandbox_files(kind, &grant, &abi)) || err_is(sandbox_enter(kind)))
        _exit(ENTER_FAILED);
}

/* How the child ended: 0 it worked, an errno, or minus a signal. */
static int outcome_of(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    int code = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    if (code == ENTER_FAILED)
        fail_msg("the sandbox could not be entered");
    return code;
}

static int outcome(enum sandbox_kind kind, const struct attempt *a)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        enter(kind);
        errno = 0;
        _exit(a->try());
    }
    return outcome_of(child);
}

static void forbidden_is_refused_and_the_rest_works(void **state)
{
    (void)state;
    for (int k = 0; k < SANDBOX_KINDS; k++) {
        for (size_t i = 0; i < COUNT_OF(attempts); i++) {
            const struct attempt *a = &attempts[i];
            bool may = a->may & 1 << k;
            if (!may && a->landlock > world.landlock && (k == SANDBOX_SERVE || k == SANDBOX_WORK))
                continue; /* this kernel cannot forbid it */
            int got = outcome(k, a);
            if ((got == 0) != may)
                fail_msg("%s, %s: %d", sandbox_name(k), a->what, got);
        }
    }
}

/* A thread that ran before is bound as well. */
static int go[2];

static void *late_exec(void *arg)
{
    char c;
    if (read(go[0], &c, 1) == 1)
        _exit(try_exec());
    return arg;
}

static void no_thread_stays_outside(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pthread_t t;
        if (pipe(go) != 0 || pthread_create(&t, NULL, late_exec, NULL) != 0)
            _exit(ENTER_FAILED);
        enter(SANDBOX_SERVE);
        if (write(go[1], "x", 1) == 1)
            pthread_join(t, NULL);
        _exit(0);
    }
    assert_int_equal(outcome_of(child), -SIGSYS);
}

/* Control: without the sandbox nearly all of it works, so the refusals above are its own. */
static void without_it_the_same_works(void **state)
{
    static const char *const works[] = {"write outside", "read outside", "read /etc/passwd",
        "fork by clone", "connect to another port", "bind", "signal another process", "exec",
        "memfd_create", "executable memory", "memory made executable", "ptrace", "rename to outside"};
    (void)state;
    for (size_t w = 0; w < COUNT_OF(works); w++) {
        for (size_t i = 0; i < COUNT_OF(attempts); i++) {
            if (strcmp(attempts[i].what, works[w]) != 0)
                continue;
            pid_t child = fork();
            assert_true(child >= 0);
            if (child == 0)
                _exit(attempts[i].try());
            int got = outcome_of(child);
            if (got != 0)
                fail_msg("%s: %d", works[w], got);
        }
    }
}

static void builds_with_sanitizers_have_none(void **state)
{
    struct sandbox_grant grant = {.folder = "/nonexistent"};
    int abi = -1;
    (void)state;
    assert_false(sandbox_is_built());
    assert_false(err_is(sandbox_files(SANDBOX_SERVE, &grant, &abi)));
    assert_int_equal(abi, 0);
    assert_false(err_is(sandbox_enter(SANDBOX_SERVE)));
}

/* ── the world ── */

static uint16_t listen_somewhere(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&a, n) == 0 && listen(fd, 64) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
    return ntohs(a.sin_port);
}

static void make_folder(char *name, size_t n)
{
    char path[96];
    snprintf(name, n, "/tmp/yagura-sandbox-XXXXXX");
    assert_non_null(mkdtemp(name));
    snprintf(path, sizeof path, "%s/old", name);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static void remove_folder(const char *name)
{
    static const char *const files[] = {"old", "new", "link", "moved"};
    char path[96];
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof path, "%s/%s", name, files[i]);
        unlink(path);
    }
    rmdir(name);
}

static int setup(void **state)
{
    (void)state;
    world.parent = getpid();
    world.port = listen_somewhere();
    world.other_port = listen_somewhere();
    make_folder(world.inside, sizeof world.inside);
    make_folder(world.outside, sizeof world.outside);
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    world.landlock = version > 0 ? (int)version : 0;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    remove_folder(world.inside);
    remove_folder(world.outside);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forbidden_is_refused_and_the_rest_works),
        cmocka_unit_test(no_thread_stays_outside),
        cmocka_unit_test(without_it_the_same_works),
    };
    const struct CMUnitTest sanitized[] = {cmocka_unit_test(builds_with_sanitizers_have_none)};
    return sandbox_is_built() ? cmocka_run_group_tests(tests, setup, teardown)
                              : cmocka_run_group_tests(sanitized, NULL, NULL);
}
