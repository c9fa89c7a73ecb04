/* SPDX-License-Identifier: Apache-2.0 */
/* What the watching process says, into the database. A line is in a file beside the database, and on the
 * disk, before it is reported, and leaves it after: when the database is away, or this process is
 * killed, it arrives later, and only once, for a report that comes twice tells nobody twice. */
#include "main/sensing.h"

#include "core/file.h"

#include <fcntl.h>
#include <poll.h>

enum {
    WAITING_MOST = 16 << 20, /* then nothing more is read, and the kernel counts what is lost */
    BATCH_LINES = 32,
    BATCH_MOST = 256 << 10,
    WAIT = 1000, /* ms */
};

static const usec AGAIN = 5 * USEC_SECOND;

struct relay {
    const struct options *o;
    struct store_modules mods;
    int spool;
    struct buf waiting; /* whole lines, and perhaps the beginning of one */
    size_t whole;       /* bytes of whole lines, all in the file */
};

static err open_spool(struct relay *r, struct arena *a)
{
    str file;
    struct stat st;
    size_t got;
    TRY(db_url_file(r->o->db, &file));
    if (!file.n)
        return ERR(INVALID);
    char *name = str_z(a, str_fmt(a, "%.*s.darknet", STR_F(file)));
    r->spool = name ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (r->spool < 0 || fstat(r->spool, &st) != 0)
        return file_error();
    size_t n = st.st_size > WAITING_MOST / 2 ? WAITING_MOST / 2 : (size_t)st.st_size;
    if (n == 0)
        return OK;
    if (!buf_reserve(&r->waiting, n))
        return ERR(NOMEM);
    TRY(file_get(r->spool, 0, r->waiting.p, n, &got));
    while (got > 0 && r->waiting.p[got - 1] != '\n')
        got--; /* a line that was being written when the machine stopped was not acknowledged to anybody */
    r->waiting.n = r->whole = got;
    return OK;
}

/* The lines that have become whole: on the disk before anything else. */
static err keep(struct relay *r)
{
    size_t n = r->waiting.n;
    while (n > r->whole && r->waiting.p[n - 1] != '\n')
        n--;
    if (n == r->whole)
        return OK;
    if (lseek(r->spool, 0, SEEK_END) < 0)
        return ERR(IO);
    TRY(file_put(r->spool, r->waiting.p + r->whole, n - r->whole));
    if (fdatasync(r->spool) != 0)
        return file_error();
    r->whole = n;
    return OK;
}

/* The first of the waiting lines as an array; how many bytes of waiting they are. */
static size_t batch(const struct relay *r, struct buf *out)
{
    str rest = {r->waiting.p, r->whole}, line;
    size_t used = 0;
    for (int i = 0; i < BATCH_LINES && out->n < BATCH_MOST && str_cut(&rest, '\n', &line); i++) {
        buf_char(out, i ? ',' : '[');
        buf_str(out, line);
        used += line.n + 1;
    }
    buf_char(out, ']');
    return used;
}

static err report(struct relay *r)
{
    while (r->whole > 0) {
        BUF_AUTO out = BUF(HANDOFF_MAX);
        size_t used = batch(r, &out);
        TRY(buf_status(&out));
        TRY(sensing_report(r->o, &r->mods, buf_view(&out)));
        memmove(r->waiting.p, r->waiting.p + used, r->waiting.n - used);
        r->waiting.n -= used;
        r->whole -= used;
    }
    return ftruncate(r->spool, 0) == 0 ? OK : file_error();
}

/* false: the other side has ended. */
static bool read_more(struct relay *r, int from)
{
    struct pollfd p = {.fd = from, .events = POLLIN};
    if (WAITING_MOST - r->waiting.n < 65536) { /* full: the other side waits */
        poll(NULL, 0, WAIT);
        return true;
    }
    if (poll(&p, 1, WAIT) <= 0)
        return true;
    if (!buf_reserve(&r->waiting, 65536))
        return false;
    ssize_t n = read(from, r->waiting.p + r->waiting.n, 65536);
    r->waiting.n += n > 0 ? (size_t)n : 0;
    return n > 0 || (n < 0 && errno == EINTR);
}

err relay_run(const struct options *o, struct arena *a, int from, int *stop, const volatile int *asked)
{
    struct relay r = {.o = o, .mods = modules_store(a), .spool = -1, .waiting = BUF(WAITING_MOST)};
    err e = open_spool(&r, a), last = OK;
    usec next = 0; /* what is not taken now is tried again in a while */
    for (bool more = true; more && !err_is(e);) {
        if (*asked && *stop >= 0) {
            close(*stop);
            *stop = -1;
        }
        more = read_more(&r, from);
        e = keep(&r);
        if (!err_is(e) && r.whole > 0 && (!more || usec_mono() >= next)) {
            last = report(&r);
            next = err_is(last) ? usec_mono() + AGAIN : 0;
        }
    }
    if (r.spool >= 0)
        close(r.spool);
    buf_free(&r.waiting);
    return err_is(e) ? e : last;
}
