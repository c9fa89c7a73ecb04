/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock by hand (glibc has no wrappers), seccomp by libseccomp. */
#include "core/sandbox_private.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifdef YG_NO_SANDBOX
enum { BUILT = 0 };
#else
enum { BUILT = 1 };
#endif

bool sandbox_is_built(void)
{
    return BUILT;
}

static int landlock; /* written before the first thread */

int sandbox_landlock(void)
{
    return landlock;
}

const char *sandbox_name(enum sandbox_kind kind)
{
    return sandbox_table[kind].name;
}

/* ── Landlock ──
 * The values are those of linux/landlock.h, which on Debian 12 ends before truncation. */

enum {
    FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2, FS_READ_DIR = 1 << 3,
    FS_REMOVE_DIR = 1 << 4, FS_REMOVE_FILE = 1 << 5, FS_MAKE_DIR = 1 << 7, FS_MAKE_REG = 1 << 8,
    FS_MAKE_SOCK = 1 << 9, FS_ABI1 = (1 << 13) - 1, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14,
    FS_IOCTL_DEV = 1 << 15,
    NET_BIND_TCP = 1, NET_CONNECT_TCP = 2,
    SCOPE_ABSTRACT_SOCKET = 1, SCOPE_SIGNAL = 2,
    RULE_PATH = 1, RULE_PORT = 2, ASK_VERSION = 1
};

struct ruleset {
    uint64_t fs, net, scoped; /* what is forbidden unless a rule allows it */
};

struct path_rule {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));

struct port_rule {
    uint64_t allowed, port;
};

static const uint64_t folder_rights = FS_WRITE_FILE | FS_READ_FILE | FS_READ_DIR | FS_REMOVE_DIR |
    FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK | FS_REFER | FS_TRUNCATE;

static struct ruleset ruleset_of(int abi)
{
    return (struct ruleset){
        .fs = FS_ABI1 | FS_REFER | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0),
        .net = abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0,
        .scoped = abi >= 6 ? SCOPE_ABSTRACT_SOCKET | SCOPE_SIGNAL : 0};
}

static size_t ruleset_size(int abi)
{
    return abi >= 6 ? sizeof(struct ruleset)
        : abi >= 4  ? offsetof(struct ruleset, scoped)
                    : offsetof(struct ruleset, net);
}

/* What is not there needs no right. */
static err allow_path(int rules, const struct ruleset *set, const char *path, uint64_t rights)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return ERR(NOTFOUND);
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        rights &= FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE;
    struct path_rule rule = {rights & set->fs, fd};
    long rc = syscall(SYS_landlock_add_rule, rules, RULE_PATH, &rule, 0);
    close(fd);
    return rc == 0 ? OK : ERR(IO);
}

static err allow_all(int rules, const struct ruleset *set, const struct sandbox_row *row,
    const struct sandbox_grant *g)
{
    if (g->folder)
        TRY(allow_path(rules, set, g->folder, folder_rights));
    for (size_t i = 0; row->read[i]; i++)
        IGNORE(allow_path(rules, set, row->read[i], FS_READ_FILE | FS_READ_DIR)); /* may be absent */
    for (size_t i = 0; i < COUNT_OF(g->read) && g->read[i]; i++)
        TRY(allow_path(rules, set, g->read[i], FS_READ_FILE | FS_READ_DIR));
    if (g->append)
        TRY(allow_path(rules, set, g->append, FS_WRITE_FILE));
    for (size_t i = 0; set->net && i < COUNT_OF(g->connect) && g->connect[i]; i++) {
        struct port_rule rule = {NET_CONNECT_TCP, g->connect[i]};
        if (syscall(SYS_landlock_add_rule, rules, RULE_PORT, &rule, 0) != 0)
            return ERR(IO);
    }
    return OK;
}

static err restrict_files(const struct sandbox_row *row, const struct sandbox_grant *g, int *abi)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    *abi = version >= 2 ? (int)version : 0;
    if (*abi == 0)
        return OK;
    struct ruleset set = ruleset_of(*abi);
    int rules = (int)syscall(SYS_landlock_create_ruleset, &set, ruleset_size(*abi), 0);
    if (rules < 0)
        return ERR(IO);
    err e = allow_all(rules, &set, row, g);
    if (!err_is(e) && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        e = ERR(IO);
    close(rules);
    return e;
}

/* ── amounts and privileges ── */

/* Never above what was given: a limit is only lowered. */
static err lower(const struct sandbox_limit *l)
{
    struct rlimit now;
    if (getrlimit((__rlimit_resource_t)l->what, &now) != 0)
        return ERR(IO);
    rlim_t most = l->most < now.rlim_max ? l->most : now.rlim_max;
    struct rlimit next = {most, most};
    return setrlimit((__rlimit_resource_t)l->what, &next) == 0 ? OK : ERR(IO);
}

err sandbox_files(enum sandbox_kind kind, const struct sandbox_grant *grant, int *abi)
{
    const struct sandbox_row *row = &sandbox_table[kind];
    *abi = 0;
    if (!BUILT)
        return OK;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return ERR(IO);
    TRY(restrict_files(row, grant, abi));
    landlock = *abi;
    for (size_t i = 0; i < row->n_limits; i++)
        TRY(lower(&row->limits[i]));
    return OK;
}

/* ── system calls ── */

static err add_call(scmp_filter_ctx ctx, const struct sandbox_call *c)
{
    uint32_t action = c->refuse ? SCMP_ACT_ERRNO((uint32_t)c->refuse) : SCMP_ACT_ALLOW;
    int rc = seccomp_rule_add_array(ctx, action, c->call, c->n, c->when);
    /* A call of another architecture, or the same row in two groups. */
    return rc == 0 || rc == -EDOM || rc == -EEXIST ? OK : ERR(BUG);
}

static err add_row(scmp_filter_ctx ctx, const struct sandbox_row *row)
{
    for (size_t i = 0; i < COUNT_OF(row->groups) && row->groups[i]; i++)
        for (size_t j = 0; j < row->groups[i]->n; j++)
            TRY(add_call(ctx, &row->groups[i]->calls[j]));
    return OK;
}

err sandbox_enter(enum sandbox_kind kind)
{
    if (!BUILT)
        return OK;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!ctx)
        return ERR(NOMEM);
    err e = add_row(ctx, &sandbox_table[kind]);
    bool set = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
        seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
        seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0;
    if (!err_is(e) && (!set || seccomp_load(ctx) != 0))
        e = ERR(DENIED);
    seccomp_release(ctx);
    return e;
}
