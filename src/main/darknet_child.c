/* SPDX-License-Identifier: Apache-2.0 */
/* The process that looks at packets, and the ranges it is given: frames "LENGTH\\n" and so many bytes. */
#include "main/sensing.h"

#include "core/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

enum { DARKS_MOST = 4096, PIECE = 65536, LENGTH_DIGITS = 10 };

err sensing_child_start(struct sensing *r, struct arena *a, sensing_work *work, void *ctx, struct sensing_child *out)
{
    int lines[2], words[2];
    if (pipe2(lines, O_CLOEXEC) != 0)
        return ERR(IO);
    if (pipe2(words, O_CLOEXEC) != 0) {
        close(lines[0]), close(lines[1]);
        return ERR(IO);
    }
    pid_t pid = fork();
    if (pid == 0) {
        close(lines[0]), close(words[1]);
        r->to = lines[1];
        r->from = words[0];
        _exit(err_exit(work(r, a, ctx)));
    }
    close(lines[1]), close(words[0]);
    *out = (struct sensing_child){pid, lines[0], words[1]};
    if (pid > 0)
        return OK;
    close(lines[0]), close(words[1]);
    return ERR(IO);
}

err sensing_child_end(struct sensing_child *c)
{
    int status = 0;
    if (c->words >= 0)
        close(c->words);
    close(c->lines);
    bool ended = waitpid(c->pid, &status, 0) == c->pid;
    return ended && status == 0 ? OK : ERR(IO);
}

void sensing_put_frame(struct buf *b, str ranges)
{
    buf_fmt(b, "%zu\n", ranges.n);
    buf_str(b, ranges);
}

/* ── in the child ── */

/* Ranges, an empty line, and what is dark, one a line. */
static err read_ranges(str text, struct sensing_ranges *out)
{
    str why, line;
    size_t at = 0;
    out->a = arena_new(SENSING_RANGES * 4LL);
    str kept = out->a ? str_dup(out->a, text) : STR_NONE;
    struct strs list = {out->a ? ARENA_ARRAY(out->a, str, DARKS_MOST) : NULL, 0};
    if (!kept.p || !list.v)
        return ERR(NOMEM);
    while (at + 1 < kept.n && !(kept.p[at] == '\n' && kept.p[at + 1] == '\n'))
        at++;
    str rest = str_sub(kept, at + 2, kept.n);
    while (list.n < DARKS_MOST && str_cut(&rest, '\n', &line))
        list.v[list.n++] = line;
    TRY(prefix_file_read(out->a, str_sub(kept, 0, at + 1), &out->owners, &why));
    return prefix_list_read(out->a, list, &out->dark, &why);
}

static void ranges_done(struct sensing_ranges *r)
{
    prefix_table_free(r->owners.table);
    prefix_table_free(r->dark);
    arena_free(r->a);
}

err sensing_take(struct sensing *r, str text)
{
    struct sensing_ranges next = {0}, old = r->ranges;
    err e = read_ranges(text, &next);
    if (err_is(e)) {
        ranges_done(&next);
        return e;
    }
    if (!r->sensor) {
        r->ranges = next;
        return sensing_begin(r);
    }
    /* what the old ranges alone had is told in their names */
    struct prefix_owners *kept = ARENA_NEW(next.a, struct prefix_owners);
    if (!kept)
        return ERR(NOMEM);
    *kept = next.owners;
    sensor_swap(r->sensor, kept, next.dark);
    r->ranges = next;
    ranges_done(&old);
    return OK;
}

/* A whole frame at the beginning of what was heard; an empty one says that there is nothing to look for. */
static err take_frame(struct sensing *r, bool *taken)
{
    str all = buf_view(&r->heard), rest = all, length;
    int64_t n;
    *taken = false;
    if (!memchr(all.p ? all.p : "", '\n', all.n < LENGTH_DIGITS ? all.n : LENGTH_DIGITS))
        return all.n < LENGTH_DIGITS ? OK : ERR(INVALID);
    if (!str_cut(&rest, '\n', &length) || err_is(parse_i64(length, 0, SENSING_RANGES - PIECE, &n)))
        return ERR(INVALID);
    if (rest.n < (size_t)n)
        return OK;
    *taken = true;
    err e = n ? sensing_take(r, str_sub(rest, 0, (size_t)n)) : OK;
    size_t used = length.n + 1 + (size_t)n;
    memmove(r->heard.p, r->heard.p + used, r->heard.n - used);
    r->heard.n -= used;
    return e;
}

err sensing_hear(struct sensing *r, bool wait)
{
    for (;;) {
        bool taken;
        TRY(take_frame(r, &taken));
        struct pollfd p = {.fd = r->from, .events = POLLIN};
        if (taken || r->over || (!wait && poll(&p, 1, 0) <= 0))
            return OK;
        if (!buf_reserve(&r->heard, PIECE))
            return ERR(LIMIT);
        ssize_t n = read(r->from, r->heard.p + r->heard.n, PIECE);
        r->over = n == 0;
        if (n < 0 && errno != EINTR)
            return ERR(IO);
        r->heard.n += n > 0 ? (size_t)n : 0;
    }
}
