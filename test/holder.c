/* SPDX-License-Identifier: Apache-2.0 */
/* What a service manager does with a socket unit: holds a listening socket it never accepts from, and
 * hands it to one process after another (sd_listen_fds(3)).
 * holder COMMAND ARGUMENT...: says "listening PORT"; each line on standard input starts the command
 * and says "started PID"; "ended PID CODE" follows, the code negative for a signal. At the end of the
 * input what still runs is killed. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { FIRST = 3, MOST = 16 };

static int listener;
static char **command;
static pid_t started[MOST];
static int n_started;

static void run(void)
{
    char pid[24];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "1", 1);
    if (dup2(listener, FIRST) == FIRST)
        execvp(command[0], command);
    _exit(127);
}

static void *reap(void *arg)
{
    pid_t pid = *(pid_t *)arg;
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    *(pid_t *)arg = 0;
    printf("ended %d %d\n", (int)pid, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
    fflush(stdout);
    return NULL;
}

static int start(void)
{
    pthread_t t;
    if (n_started == MOST)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        run();
    if (pid < 0)
        return -1;
    printf("started %d\n", (int)pid);
    fflush(stdout);
    started[n_started] = pid;
    return pthread_create(&t, NULL, reap, &started[n_started++]);
}

int main(int argc, char **argv)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    char line[16];
    command = argv + 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    listener = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST + 1); /* never 3 itself: dup2 clears */
    if (argc < 2 || listener < 0 || bind(listener, (struct sockaddr *)&a, n) != 0 ||
        listen(listener, 4096) != 0 || getsockname(listener, (struct sockaddr *)&a, &n) != 0)
        return 1;
    close(fd);
    printf("listening %d\n", ntohs(a.sin_port));
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) && start() == 0)
        continue;
    for (int i = 0; i < n_started; i++)
        if (started[i] > 0)
            kill(started[i], SIGKILL);
    return 0;
}
