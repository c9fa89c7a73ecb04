/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of what each kind of process may do. What is not here is forbidden; a call is added
 * with the reason for it, in the group of that reason. */
#include "core/sandbox_private.h"

#include <asm/ioctls.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define YES(name) {.call = SCMP_SYS(name)}
#define YES_IF(name, ...) {.call = SCMP_SYS(name), .n = 1, .when = {__VA_ARGS__}}
#define YES_IF_BOTH(name, ...) {.call = SCMP_SYS(name), .n = 2, .when = {__VA_ARGS__}}
#define NO(name, error) {.call = SCMP_SYS(name), .refuse = (error)}
#define NO_IF(name, error, ...) \
    {.call = SCMP_SYS(name), .refuse = (error), .n = 1, .when = {__VA_ARGS__}}
#define ARG_IS(arg_, value) {.arg = (arg_), .op = SCMP_CMP_EQ, .datum_a = (value)}
/* Of the bits in mask exactly those in value are set. */
#define BITS_ARE(arg_, mask, value) \
    {.arg = (arg_), .op = SCMP_CMP_MASKED_EQ, .datum_a = (mask), .datum_b = (value)}
#define SOCKET(family, type) \
    YES_IF_BOTH(socket, ARG_IS(0, family), BITS_ARE(1, 0xF /* SOCK_TYPE_MASK */, type))
#define GROUP(name) static const struct sandbox_group name = {name##_calls, COUNT_OF(name##_calls)}

/* Memory, never executable; the clock; chance; one's own end. Every process. */
static const struct sandbox_call core_calls[] = {
    YES(brk), YES(munmap), YES(mremap), YES(madvise),
    YES_IF(mmap, BITS_ARE(2, PROT_EXEC, 0)),
    YES_IF(mprotect, BITS_ARE(2, PROT_EXEC, 0)),
    YES(futex), YES(restart_syscall), YES(rt_sigreturn), YES(rt_sigprocmask),
    YES(clock_gettime), YES(gettimeofday), YES(time), YES(getrandom),
    YES(read), YES(write), YES(close), YES(exit), YES(exit_group),
    YES(getpid), YES(gettid), YES(sysinfo), /* qsort asks how much memory there is */
};
GROUP(core);

/* glibc's thread library: threads of this process, no other process. Of clone3 no filter sees the
 * flags; ENOSYS sends glibc back to clone. */
static const struct sandbox_call threads_calls[] = {
    YES_IF(clone, BITS_ARE(0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)),
    NO(clone3, ENOSYS),
    YES(set_robust_list), YES(rseq), YES(sched_getaffinity), YES(sched_yield),
    YES(rt_sigaction), /* with the first thread glibc puts up the handlers it needs for them */
    YES_IF(prctl, ARG_IS(0, PR_SET_NAME)),
    YES(clock_nanosleep), YES(nanosleep),
    YES_IF_BOTH(setpriority, ARG_IS(0, PRIO_PROCESS), ARG_IS(1, 0)), /* a thread steps back behind others */
    YES(rt_sigtimedwait), /* the main thread waits for the signal to stop */
    YES_IF(prlimit64, ARG_IS(2, 0)), YES(getrlimit), YES(sigaltstack),
};
GROUP(threads);

/* SQLite and the blobs, on files Landlock has left open. */
static const struct sandbox_call files_calls[] = {
    YES(openat), YES(open), YES(newfstatat), YES(stat), YES(lstat), YES(fstat), YES(statx),
    YES(access), YES(faccessat), YES(faccessat2), YES(readlink), YES(readlinkat), YES(getcwd),
    YES(pread64), YES(pwrite64), YES(readv), YES(writev), YES(lseek), YES(ftruncate),
    YES(fsync), YES(fdatasync), YES(fcntl), YES(flock), YES(dup),
    YES(unlink), YES(unlinkat), YES(rename), YES(renameat), YES(renameat2), YES(link), YES(linkat),
    YES(mkdir), YES(mkdirat), YES(rmdir), YES(getdents64), YES(umask),
    YES(fchmod), YES(fchown), /* a journal belongs to whom the database belongs to */
    YES(getuid), YES(geteuid), YES(getgid), YES(getegid),
    YES_IF(ioctl, ARG_IS(1, TCGETS)), /* is standard output a terminal? */
};
GROUP(files);

/* Sockets that are open or come in by accept: nothing is bound, nothing is connected. recvmsg and
 * sendmsg also carry files to the forker. */
static const struct sandbox_call answer_calls[] = {
    YES(accept4), YES(accept), YES(recvfrom), YES(sendto), YES(recvmsg), YES(sendmsg),
    YES(sendfile), YES(shutdown), YES(setsockopt), YES(getsockopt), YES(getsockname),
    YES(getpeername), YES(epoll_create1), YES(epoll_ctl), YES(epoll_wait), YES(epoll_pwait),
    YES(eventfd2), YES(poll), YES(ppoll), YES(pipe2), YES(socketpair),
};
GROUP(answer);

/* Mail: libcurl, OpenSSL, glibc's resolver; and the socket of the process that owns the writer.
 * Netlink would tell the resolver which addresses this machine has; without it, it tries both. A
 * library that glibc's nsswitch.conf names and that was not loaded before may not be loaded now. */
static const struct sandbox_call ask_calls[] = {
    SOCKET(AF_UNIX, SOCK_STREAM), SOCKET(AF_INET, SOCK_STREAM), SOCKET(AF_INET, SOCK_DGRAM),
    SOCKET(AF_INET6, SOCK_STREAM), SOCKET(AF_INET6, SOCK_DGRAM),
    NO_IF(socket, EAFNOSUPPORT, ARG_IS(0, AF_NETLINK)),
    YES(connect), YES(recvfrom), YES(sendto), YES(recvmsg), YES(sendmsg), YES(sendmmsg),
    YES(recvmmsg), YES(shutdown), YES(setsockopt), YES(getsockopt), YES(getsockname),
    YES(getpeername), YES(poll), YES(ppoll), YES(select), YES(pselect6), YES(pipe2), YES(pipe),
    YES(socketpair), YES(eventfd2), YES(uname), YES(getppid),
    YES_IF(ioctl, ARG_IS(1, FIONREAD)), YES_IF(ioctl, ARG_IS(1, FIONBIO)),
    NO_IF(mmap, EACCES, BITS_ARE(2, PROT_EXEC, PROT_EXEC)),
    NO_IF(mprotect, EACCES, BITS_ARE(2, PROT_EXEC, PROT_EXEC)),
};
GROUP(ask);

/* fork(), waiting for the child, passing files on, and putting the child into its own sandbox. */
static const struct sandbox_call children_calls[] = {
    YES_IF(clone, ARG_IS(0, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)),
    NO(clone3, ENOSYS),
    YES(set_robust_list), YES(rseq), YES(wait4), YES(poll), YES(ppoll), YES(recvmsg), YES(sendmsg),
    YES(sendto), YES(recvfrom), YES(lseek), YES(fstat), YES(newfstatat),
    YES(seccomp), YES(prctl), YES(prlimit64), YES(setrlimit), YES(landlock_create_ruleset),
    YES(landlock_restrict_self), YES(close_range), YES(dup2), YES(dup3), YES(fcntl), YES(uname),
};
GROUP(children);

/* The page on which the installation inspects itself: room on the disk, whether the clock is set (to
 * set it takes a right the service user has not), and this very sandbox. */
static const struct sandbox_call inspect_calls[] = {
    YES(statfs), YES(fstatfs), YES(adjtimex), YES(clock_adjtime),
    YES_IF(prctl, ARG_IS(0, PR_GET_SECCOMP)), YES_IF(prctl, ARG_IS(0, PR_GET_NO_NEW_PRIVS)),
};
GROUP(inspect);

/* A parser: what it was given is read, what it found is written. */
static const struct sandbox_call parse_calls[] = {
    YES(lseek), YES(pread64), YES(fstat), YES(newfstatat),
};
GROUP(parse);

/* A ring of packets: waiting for it, and what the kernel counted. */
static const struct sandbox_call ring_calls[] = {
    YES(poll), YES(ppoll), YES_IF(getsockopt, ARG_IS(1, SOL_PACKET)), YES_IF(getsockopt, ARG_IS(1, SOL_SOCKET)),
};
GROUP(ring);

/* The resolver's and TLS's files. /etc/resolv.conf is often a link: what it points to is meant. */
static const char *const resolver_files[] = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
    "/etc/host.conf", "/etc/gai.conf", "/etc/services", "/etc/ssl", "/usr/lib/ssl",
    "/usr/share/ca-certificates", "/usr/local/share/ca-certificates", "/run/systemd/resolve",
    "/dev/urandom", "/dev/null", NULL};
/* What version is installed. */
static const char *const serve_files[] = {"/usr/share/yagura", NULL};
static const char *const no_files[] = {NULL};

#define MIB ((rlim_t)1 << 20)

const struct sandbox_row sandbox_table[SANDBOX_KINDS] = {
    [SANDBOX_SERVE] = {"serve", {&core, &threads, &files, &answer, &inspect},
        {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 8192}, {RLIMIT_DATA, 4096 * MIB}}, 3, serve_files},
    [SANDBOX_WORK] = {"work", {&core, &threads, &files, &ask},
        {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 256}, {RLIMIT_DATA, 1024 * MIB}}, 3, resolver_files},
    [SANDBOX_FORKER] = {"forker", {&core, &children},
        {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 64}, {RLIMIT_FSIZE, 0}, {RLIMIT_DATA, 512 * MIB}}, 4,
        no_files},
    [SANDBOX_CONVERT] = {"convert", {&core, &parse},
        {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 0}, {RLIMIT_FSIZE, 0}, {RLIMIT_NPROC, 0},
            {RLIMIT_AS, 512 * MIB}, {RLIMIT_CPU, 20}}, 6, no_files},
    [SANDBOX_SENSOR] = {"sensor", {&core, &parse},
        {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 0}, {RLIMIT_NPROC, 0}, {RLIMIT_DATA, 512 * MIB}},
        4, no_files},
    /* poll() wants a limit not below the number of files it is given: one. */
    [SANDBOX_WATCH] = {"watch", {&core, &parse, &ring},
        {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, 1}, {RLIMIT_NPROC, 0}, {RLIMIT_DATA, 512 * MIB}},
        4, no_files},
};
