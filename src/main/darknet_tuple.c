/* SPDX-License-Identifier: Apache-2.0 */
/* --flows FILE: tuples of senders, as CSV. The file is opened before the sandbox closes; what cannot be written
 * is said once, and watching goes on without it, for a full disk must not blind the sensor. */
#include "main/sensing.h"

#include "core/file.h"

#include <fcntl.h>

enum { NAMES_MOST = 512 };

/* Is it such a table, and does it end within a line? */
static err look(const char *path, off_t size, bool *ours, bool *cut)
{
    char head[NAMES_MOST], last = 0;
    size_t n = strlen(tuple_names), got = 0, one = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR(DENIED);
    err e = file_get(fd, 0, head, n, &got);
    if (!err_is(e))
        e = file_get(fd, size - 1, &last, 1, &one);
    close(fd);
    *ours = got == n && memcmp(head, tuple_names, n) == 0;
    *cut = last != '\n';
    return e;
}

/* The names above the first line; a table that is there is continued, if it may be. */
static err begin(struct sensing *r, struct arena *a, const char *path, bool more)
{
    struct stat st;
    bool ours = false, cut = false;
    if (fstat(r->flows.fd, &st) != 0)
        return ERR(IO);
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return file_put(r->flows.fd, tuple_names, strlen(tuple_names));
    if (!more)
        return sensing_say_file(a, "--flows のファイルには、もう中身があります。別の名前にしてください", r->o->flows, ERR(CONFLICT));
    TRY(look(path, st.st_size, &ours, &cut));
    if (!ours)
        return sensing_say_file(a, "--flows のファイルの中身が、この表ではありません。別の名前にしてください", r->o->flows, ERR(CONFLICT));
    return cut ? file_put(r->flows.fd, "\n", 1) : OK;
}

err sensing_flows_open(struct sensing *r, struct arena *a, bool more)
{
    if (!r->o->flows.n)
        return OK;
    const char *path = str_z(a, r->o->flows);
    r->flows.lines = BUF(SENSING_LINES);
    r->flows.fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (r->flows.fd < 0)
        return sensing_say_file(a, "--flows のファイルを開けません。名前と権限を確かめてください", r->o->flows,
            errno == ENOENT ? ERR(NOTFOUND) : errno == EACCES ? ERR(DENIED) : ERR(IO));
    err e = begin(r, a, path, more);
    if (e.code == ERR_FULL || e.code == ERR_IO)
        sensing_say_file(a, e.code == ERR_FULL ? "--flows のファイルに書けません。空きがありません" : "--flows のファイルに書けません", r->o->flows, e);
    return e;
}

void sensing_flows_put(struct sensing *r)
{
    struct sensing_flows *f = &r->flows;
    if (f->lines.n == 0 || err_is(f->said))
        return;
    f->said = buf_status(&f->lines);
    if (!err_is(f->said))
        f->said = file_put(f->fd, f->lines.p, f->lines.n);
    f->lines.n = 0;
    if (err_is(f->said)) {
        BUF_AUTO b = BUF(8192);
        buf_str(&b, f->said.code == ERR_FULL ? S("--flows のファイルに書けません。空きがありません") : S("--flows のファイルに書けません"));
        buf_str(&b, S("。表はここまでで、見つけることは続けます: "));
        buf_str(&b, r->o->flows);
        main_say(buf_view(&b));
    }
}

void sensing_flow(void *ctx, const struct tuple *f)
{
    struct sensing *r = ctx;
    if (err_is(r->flows.said))
        return;
    tuple_put(&r->flows.lines, f);
    if (r->flows.lines.n > SENSING_LINES / 2)
        sensing_flows_put(r);
}

err sensing_flows_end(struct sensing *r)
{
    if (!r->o->flows.n)
        return OK;
    if (r->sensor)
        sensor_flows_end(r->sensor);
    sensing_flows_put(r);
    return r->flows.said;
}
