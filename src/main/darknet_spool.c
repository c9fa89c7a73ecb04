/* SPDX-License-Identifier: Apache-2.0 */
/* The file in which lines of the sensor wait for the database. */
#include "main/spool.h"

#include "core/file.h"

#include <fcntl.h>
#include <sys/file.h>

enum { BATCH_MOST = 256 << 10, TRIES = 20, TRY_AGAIN = 100000 /* µs */ };

static void say(const struct spool *s, const char *what)
{
    ARENA_AUTO a = arena_new(1 << 16);
    if (a)
        main_say(str_fmt(a, "%s %s", s->name, what));
}

/* Whoever had it may be dying just now. */
static err lock(const struct spool *s)
{
    for (int i = 0; i < TRIES; i++) {
        if (flock(s->fd, LOCK_EX | LOCK_NB) == 0)
            return OK;
        if (errno != EWOULDBLOCK)
            return ERR(IO);
        usleep(TRY_AGAIN);
    }
    say(s, "は別の yagura darknet watch が使っています。--spool で別の名前を指定してください。");
    return ERR(BUSY);
}

static err read_waiting(struct spool *s, size_t n)
{
    size_t got = 0;
    if (n > 0 && !buf_reserve(&s->bytes, n))
        return ERR(NOMEM);
    if (n > 0)
        TRY(file_get(s->fd, 0, s->bytes.p, n, &got));
    while (got > 0 && s->bytes.p[got - 1] != '\n')
        got--; /* never acknowledged to anybody; and what is written next begins a line */
    if (got < n && ftruncate(s->fd, (off_t)got) != 0)
        return file_error();
    s->bytes.n = s->size = got;
    return OK;
}

err spool_open(struct spool *s, const char *name)
{
    struct stat st;
    s->name = name;
    s->fd = name ? open(name, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (s->fd < 0)
        say(s, "を開けません。名前と権限を確かめてください。");
    if (s->fd < 0)
        return file_error();
    TRY(lock(s));
    TRY(file_sync_above(name));
    if (fstat(s->fd, &st) != 0)
        return ERR(IO);
    if (st.st_size > SPOOL_MOST)
        say(s, "は大きすぎて、待っている行のファイルとして読めません。別の名前に移してから始めてください。");
    return st.st_size > SPOOL_MOST ? ERR(LIMIT) : read_waiting(s, (size_t)st.st_size);
}

void spool_close(struct spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    buf_free(&s->bytes);
}

bool spool_has_room(const struct spool *s)
{
    return !s->no_disk && s->bytes.n + SPOOL_PIECE <= SPOOL_MOST;
}

/* What did not get there whole is taken back, so that the file has nothing but lines. */
static err append(struct spool *s, size_t n)
{
    err e = file_put(s->fd, s->bytes.p + s->size, n);
    if (!err_is(e) && fdatasync(s->fd) != 0)
        e = file_error();
    if (err_is(e) && ftruncate(s->fd, (off_t)s->size) != 0)
        return ERR(IO);
    return e;
}

err spool_keep(struct spool *s)
{
    size_t n = s->bytes.n;
    while (n > s->size && s->bytes.p[n - 1] != '\n')
        n--;
    if (n == s->size)
        return s->size == 0 && !spool_has_room(s) ? ERR(INVALID) : OK;
    err e = append(s, n - s->size);
    if (e.code == ERR_FULL && !s->no_disk)
        say(s, "を書くディスクに空きがありません。空きができるまで、パケットを見ずに数えるだけにします。");
    s->no_disk = e.code == ERR_FULL;
    if (s->no_disk)
        return OK;
    TRY(e);
    s->size = n;
    return OK;
}

static str waiting(const struct spool *s)
{
    return str_sub(buf_view(&s->bytes), s->reported, s->size);
}

size_t spool_batch(const struct spool *s, int most, struct buf *out)
{
    str rest = waiting(s), line;
    size_t used = 0;
    for (int i = 0; i < most && out->n < BATCH_MOST && str_cut(&rest, '\n', &line); i++) {
        buf_char(out, i ? ',' : '[');
        buf_str(out, line);
        used += line.n + 1;
    }
    buf_char(out, ']');
    return used;
}

err spool_forget(struct spool *s, size_t used)
{
    s->reported += used;
    if (spool_waits(s))
        return OK;
    memmove(s->bytes.p, s->bytes.p + s->size, s->bytes.n - s->size);
    s->bytes.n -= s->size;
    s->size = s->reported = 0;
    return ftruncate(s->fd, 0) == 0 ? OK : file_error();
}

err spool_put_aside(struct spool *s, size_t used)
{
    ARENA_AUTO a = arena_new(1 << 16);
    char *name = a ? str_z(a, str_fmt(a, "%s.refused", s->name)) : NULL;
    int fd = name ? open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return file_error();
    err e = file_put(fd, waiting(s).p, used);
    if (!err_is(e) && fsync(fd) != 0)
        e = file_error();
    close(fd);
    TRY(e);
    main_say(str_fmt(a, "記録できない行を %s に移しました。", name));
    return spool_forget(s, used);
}

size_t spool_lines(const struct spool *s)
{
    str rest = waiting(s), line;
    size_t n = 0;
    while (str_cut(&rest, '\n', &line))
        n++;
    return n;
}
