/* SPDX-License-Identifier: Apache-2.0 */
/* A machine that lacks something: without CALL COMMAND ARGUMENT... runs the command where the system
 * call CALL is answered "not implemented", as by a kernel built without it. */
#include <seccomp.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int call = argc > 2 ? seccomp_syscall_resolve_name(argv[1]) : __NR_SCMP_ERROR;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (call == __NR_SCMP_ERROR || !ctx ||
        seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), call, 0) != 0 || seccomp_load(ctx) != 0)
        return 71;
    execvp(argv[2], argv + 2);
    return 127;
}
