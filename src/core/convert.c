/* SPDX-License-Identifier: Apache-2.0 */
/* The forker, its children, and the conversation with one of them. */
#include "core/convert.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/jtime.h"
#include "core/log.h"
#include "core/sandbox.h"
#include "core/text_decode.h"

#include <poll.h>
#include <sys/wait.h>

enum { AT_ONCE = 4, PIECE = 65536, RECORDS = 6 * CONVERT_FILE, PAPER = 1 + SHEET_FILE, TEXT = 1 << 16 };

/* What a child is asked for, by the one byte of a request. */
static void do_table(str in, struct buf *out);
static void do_text(str in, struct buf *out);
static void do_pdf(str in, struct buf *out);
static void do_xlsx(str in, struct buf *out);
static const struct op {
    char letter;
    size_t in, out; /* bytes, at most */
    void (*run)(str in, struct buf *out);
} op_table = {'t', CONVERT_FILE, RECORDS, do_table}, op_text = {'r', CONVERT_FILE, TEXT, do_text},
  op_pdf = {'p', SHEET_BYTES, PAPER, do_pdf}, op_xlsx = {'x', SHEET_BYTES, PAPER, do_xlsx};
static const struct op *const ops[] = {&op_table, &op_text, &op_pdf, &op_xlsx};

#define PATIENCE (30 * USEC_SECOND)

static struct {
    pthread_mutex_t lock;
    int forker; /* a socket to it; 0: there is none */
    bool fonts; /* written before the first thread, and before a sandbox hides them */
} convert = {.lock = PTHREAD_MUTEX_INITIALIZER};

union control {
    struct cmsghdr head;
    char room[CMSG_SPACE(sizeof(int))]; /* one descriptor */
};

/* ── a child ── */

static void do_table(str in, struct buf *out)
{
    convert_child_table(in, out);
}

/* The file behind a 0, or how it went wrong: an err_code. */
static void do_sheet(enum sheet_form form, str in, struct buf *out)
{
    BUF_AUTO file = BUF(SHEET_FILE);
    err e = sheet_make(form, in, &file);
    buf_char(out, (char)e.code);
    if (!err_is(e))
        buf_str(out, buf_view(&file));
}

static void do_pdf(str in, struct buf *out)
{
    do_sheet(SHEET_PDF, in, out);
}

static void do_xlsx(str in, struct buf *out)
{
    do_sheet(SHEET_XLSX, in, out);
}

static convert_child *text_child;

static void do_text(str in, struct buf *out)
{
    if (text_child)
        text_child(in, out);
}

static bool read_whole(struct buf *in)
{
    for (;;) {
        if (!buf_reserve(in, PIECE))
            return false;
        ssize_t got = read(0, in->p + in->n, PIECE);
        if (got <= 0)
            return got == 0;
        in->n += (size_t)got;
    }
}

/* One descriptor is left: standard input, which is written to as well. */
static _Noreturn void be_child(int fd, const struct op *op)
{
    struct buf in = BUF(op->in + PIECE), out = BUF(op->out);
    struct sandbox_grant nothing = {0};
    int abi;
    if (dup2(fd, 0) != 0 || close_range(1, ~0U, 0) != 0 ||
        err_is(sandbox_files(SANDBOX_CONVERT, &nothing, &abi)) ||
        err_is(sandbox_enter(SANDBOX_CONVERT)) || !read_whole(&in))
        _exit(1);
    op->run(buf_view(&in), &out);
    if (!err_is(buf_status(&out)))
        IGNORE(file_put(0, out.p, out.n)); /* a parent that went away wants nothing */
    _exit(0);
}

/* ── the forker ── */

/* A request is one byte with one descriptor. -1: the process that asks has ended. */
static int take_request(int from, const struct op **op)
{
    char byte;
    union control control;
    struct iovec io = {&byte, 1};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control.room,
        .msg_controllen = sizeof control.room};
    ssize_t got;
    do
        got = recvmsg(from, &m, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    struct cmsghdr *c = got == 1 ? CMSG_FIRSTHDR(&m) : NULL;
    if (!c || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
        return -1;
    int fd;
    memcpy(&fd, CMSG_DATA(c), sizeof fd);
    *op = NULL;
    for (size_t i = 0; i < COUNT_OF(ops); i++)
        if (ops[i]->letter == byte)
            *op = ops[i];
    return fd;
}

static void reap(int *running, int most)
{
    while (*running > 0 && waitpid(-1, NULL, *running > most ? 0 : WNOHANG) > 0)
        --*running;
}

static _Noreturn void be_forker(int from)
{
    enum { FROM = 3 };
    struct sandbox_grant nothing = {0};
    const struct op *op;
    int abi, running = 0;
    IGNORE(sheet_prepare()); /* before the sandbox, for no child opens a file; without fonts there is XLSX */
    if (dup2(from, FROM) != FROM || close_range(FROM + 1, ~0U, 0) != 0 ||
        err_is(sandbox_files(SANDBOX_FORKER, &nothing, &abi)) ||
        err_is(sandbox_enter(SANDBOX_FORKER)))
        _exit(1);
    for (int fd; (fd = take_request(FROM, &op)) >= 0; close(fd)) {
        pid_t child = op ? fork() : -1;
        if (child == 0)
            be_child(fd, op);
        running += child > 0;
        reap(&running, AT_ONCE - 1);
    }
    _exit(0);
}

err convert_start(void)
{
    int pair[2];
    BUG_IF(convert.forker != 0);
    convert.fonts = sheet_is_installed();
    TRY(text_decode_prepare());
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return ERR(IO);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        be_forker(pair[1]);
    }
    close(pair[1]);
    convert.forker = pair[0];
    return pid > 0 ? OK : ERR(IO);
}

err convert_status(void)
{
    struct pollfd p = {convert.forker, 0, 0};
    if (convert.forker == 0)
        return ERR(BUG);
    return poll(&p, 1, 0) == 1 && p.revents ? ERR(IO) : OK; /* its end of the socket is gone */
}

bool convert_has_fonts(void)
{
    return convert.fonts;
}

/* ── the conversation ── */

static err hand_over(int fd, const struct op *op)
{
    char byte = op->letter;
    union control control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
                                 .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    struct iovec io = {&byte, 1};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control.room,
        .msg_controllen = sizeof control.room};
    memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
    pthread_mutex_lock(&convert.lock);
    ssize_t sent = sendmsg(convert.forker, &m, MSG_NOSIGNAL);
    pthread_mutex_unlock(&convert.lock);
    return sent == 1 ? OK : ERR(IO);
}

/* False: the time is over. */
static bool wait_for(int fd, short what, usec until)
{
    struct pollfd p = {fd, what, 0};
    usec left = until - usec_mono();
    return left > 0 && poll(&p, 1, (int)(left / 1000) + 1) > 0;
}

static err send_whole(int fd, str s, usec until)
{
    while (s.n) {
        ssize_t done = send(fd, s.p, s.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (done < 0 && errno != EAGAIN)
            return ERR(IO);
        if (done < 0 && !wait_for(fd, POLLOUT, until))
            return ERR(IO);
        s = str_sub(s, done > 0 ? (size_t)done : 0, s.n);
    }
    return shutdown(fd, SHUT_WR) == 0 ? OK : ERR(IO);
}

static err receive_whole(int fd, struct buf *out, usec until)
{
    for (;;) {
        if (!buf_reserve(out, PIECE))
            return buf_status(out);
        if (!wait_for(fd, POLLIN, until))
            return ERR(IO);
        ssize_t got = recv(fd, out->p + out->n, PIECE, 0);
        if (got <= 0)
            return got == 0 ? OK : ERR(IO);
        out->n += (size_t)got;
    }
}

static err talk(int fd, str raw, struct buf *records)
{
    usec until = usec_mono() + PATIENCE;
    TRY(send_whole(fd, raw, until));
    return receive_whole(fd, records, until);
}

static err ask(const struct op *op, str in, struct buf *out)
{
    int pair[2];
    if (convert.forker == 0)
        return ERR(BUG);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return ERR(IO);
    err e = hand_over(pair[1], op);
    close(pair[1]);
    if (!err_is(e))
        e = talk(pair[0], in, out);
    close(pair[0]);
    return e;
}

static err told(err e)
{
    if (e.code == ERR_IO)
        log_event(LOG_ERROR, "convert_failed", NULL, 0);
    return e;
}

err convert_table(struct arena *a, str raw, struct foreign_table *out)
{
    BUF_AUTO records = BUF(RECORDS + PIECE);
    if (raw.n > CONVERT_FILE) {
        *out = (struct foreign_table){
            .problem = S("ファイルが大きすぎます（2MBまで）。分けてください。")};
        return OK;
    }
    err e = ask(&op_table, raw, &records);
    if (!err_is(e))
        e = convert_table_read(a, str_dup(a, buf_view(&records)), out);
    return told(e);
}

/* What the child said is its file, or one of the ways a paper can go wrong. */
static err sheet_answer(str magic, str answer, struct buf *out)
{
    if (answer.n == 1 && (answer.p[0] == ERR_INVALID || answer.p[0] == ERR_LIMIT || answer.p[0] == ERR_NOTFOUND || answer.p[0] == ERR_NOMEM))
        return (err){(enum err_code)answer.p[0]};
    str file = str_sub(answer, 1, answer.n);
    if (answer.n == 0 || answer.p[0] != ERR_OK || !str_starts(file, magic))
        return ERR(IO);
    buf_str(out, file);
    return buf_status(out);
}

err convert_sheet(enum sheet_form form, str description, struct buf *out)
{
    BUF_AUTO answer = BUF(PAPER + PIECE);
    if (description.n > SHEET_BYTES)
        return ERR(LIMIT);
    TRY(told(ask(form == SHEET_PDF ? &op_pdf : &op_xlsx, description, &answer)));
    return told(sheet_answer(form == SHEET_PDF ? S("%PDF-") : S("PK\3\4"), buf_view(&answer), out));
}

void convert_text_is(convert_child *child)
{
    BUG_IF(convert.forker != 0);
    text_child = child;
}

err convert_text(struct arena *a, str raw, str *answer)
{
    BUF_AUTO out = BUF(TEXT + PIECE);
    if (raw.n > CONVERT_FILE)
        return ERR(LIMIT);
    TRY(told(ask(&op_text, raw, &out)));
    *answer = str_dup(a, buf_view(&out));
    return answer->n == out.n ? OK : ERR(NOMEM);
}
