/* SPDX-License-Identifier: Apache-2.0 */
/* yagura darknet replay FILE… --db URL: captures through the sensor into the database. Each file is
 * read by a child that keeps nothing but the file and two pipes; it says when the capture begins, is
 * told whose address was whose at that time, and says what it saw. This process never parses a packet. */
#include "main/sensing.h"

#include "core/file.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { FRAMES = 64, LINE_MOST = 1 << 20, TEXT_MOST = 64 << 20, BATCH_MOST = 256 << 10, BATCH_EPISODES = 32 };

/* ── the child ── */

struct child {
    int in, out;
    struct sensor *sensor;
    struct buf line;
    err said;
};

static void tell(void *ctx, const struct sensor_episode *e)
{
    struct child *c = ctx;
    struct json j = json_on(&c->line);
    c->line.n = 0;
    sensor_put_episode(&j, c->sensor, e);
    IGNORE(json_finish(&j)); /* the buffer itself remembers */
    buf_char(&c->line, '\n');
    err put = file_put(c->out, c->line.p, c->line.n);
    c->said = err_is(c->said) ? c->said : put;
}

static err read_all(int fd, struct buf *b)
{
    for (;;) {
        if (!buf_reserve(b, 65536))
            return ERR(LIMIT);
        ssize_t n = read(fd, b->p + b->n, 65536);
        if (n == 0)
            return OK;
        if (n < 0 && errno != EINTR)
            return ERR(IO);
        b->n += n > 0 ? (size_t)n : 0;
    }
}

/* Ranges, an empty line, and what is dark, one a line. */
err sensing_read_text(struct arena *a, str text, struct prefix_owners *owners, struct prefix_table **dark)
{
    struct strs list = {ARENA_ARRAY(a, str, 4096), 0};
    str why, line;
    size_t at = 0;
    while (at + 1 < text.n && !(text.p[at] == '\n' && text.p[at + 1] == '\n'))
        at++;
    if (!list.v)
        return ERR(NOMEM);
    str rest = str_sub(text, at + 2, text.n);
    while (list.n < 4096 && str_cut(&rest, '\n', &line))
        list.v[list.n++] = line;
    TRY(prefix_file_read(a, str_sub(text, 0, at + 1), owners, &why));
    return prefix_list_read(a, list, dark, &why);
}

static err watch(struct child *c, struct capture *capture, struct capture_frame *frame, size_t n,
    const struct prefix_owners *owners, const struct prefix_table *dark)
{
    struct sensor_config config = {.owners = owners, .dark = dark, .tell = tell, .ctx = c};
    TRY(sensor_new(&config, &c->sensor));
    sensor_next_capture(c->sensor);
    for (; n > 0; n = capture_next(capture, frame, FRAMES))
        sensor_feed(c->sensor, frame, n);
    sensor_each(c->sensor, tell, c);
    sensor_free(c->sensor);
    return err_is(c->said) ? c->said : capture_end(capture) == CAPTURE_UNREAD ? ERR(IO) : buf_status(&c->line);
}

static err run_child(struct child *c, int fd, struct arena *a)
{
    struct capture_frame frame[FRAMES];
    struct capture *capture;
    struct prefix_owners owners = {0};
    struct prefix_table *dark = NULL;
    BUF_AUTO text = BUF(TEXT_MOST);
    TRY(sensing_confine(SANDBOX_SENSOR));
    TRY(capture_new(fd, &capture));
    size_t n = capture_next(capture, frame, FRAMES);
    str first = str_fmt(a, "%lld\n", n ? (long long)frame[0].t : 0);
    err e = file_put(c->out, first.p, first.n);
    if (!err_is(e))
        e = read_all(c->in, &text);
    if (!err_is(e) && text.n) {
        e = sensing_read_text(a, buf_view(&text), &owners, &dark);
        if (!err_is(e))
            e = watch(c, capture, frame, n, &owners, dark);
    }
    prefix_table_free(owners.table);
    prefix_table_free(dark);
    capture_free(capture);
    return e;
}

/* ── the parent ── */

struct parent {
    const struct options *o;
    struct store_modules mods;
    struct buf batch;
    size_t n;
};

err sensing_report(const struct options *o, const struct store_modules *mods, str episodes)
{
    BUF_AUTO out = BUF(HANDOFF_MAX);
    str why = STR_NONE;
    ARENA_AUTO a = arena_new(64 << 20);
    if (!a)
        return ERR(NOMEM);
    err e = store_call(o->db, mods, "darknet.report", episodes, &out, a, &why);
    if (err_is(e))
        main_say(why.n ? why : S("見つけたものを記録できませんでした。"));
    TRY(e);
    return file_put(STDOUT_FILENO, out.p, out.n);
}

static err send_batch(struct parent *p)
{
    if (p->n == 0)
        return OK;
    buf_char(&p->batch, ']');
    TRY(buf_status(&p->batch));
    TRY(sensing_report(p->o, &p->mods, buf_view(&p->batch)));
    p->batch.n = 0;
    p->n = 0;
    return OK;
}

static err take_line(struct parent *p, str line)
{
    buf_char(&p->batch, p->n++ ? ',' : '[');
    buf_str(&p->batch, line);
    return p->n >= BATCH_EPISODES || p->batch.n >= BATCH_MOST ? send_batch(p) : OK;
}

static bool holds_at(usec from, usec to, usec at)
{
    return from <= at && (to == 0 || at < to);
}

static err put_ranges(struct db *db, struct arena *a, usec at, struct buf *b)
{
    struct darknet_prefixes all;
    struct darknet_darks dark;
    size_t n = 0;
    TRY(darknet_ranges_at(db, a, scope_system(), at, &all));
    TRY(darknet_darks(db, a, scope_system(), DARKNET_EXTERNAL, &dark));
    for (size_t i = 0; i < all.n; i++) {
        net_put(b, &all.v[i].net);
        for (size_t k = 0; k < all.v[i].n_bodies; k++)
            buf_fmt(b, "%sB%lld", k ? "," : " ", (long long)all.v[i].bodies[k].id.v);
        str role = darknet_role_key(all.v[i].role);
        buf_fmt(b, " %.*s\n", STR_F(role));
    }
    buf_char(b, '\n');
    for (size_t i = 0; i < dark.n; i++)
        if (holds_at(dark.v[i].from, dark.v[i].to, at) && n++ < 4096) {
            net_put(b, &dark.v[i].net);
            buf_char(b, '\n');
        }
    if (all.n == 0 || n == 0)
        main_say(S("この記録の時に観測していた団体の範囲か、観測網のアドレスがありません。何も調べません。"));
    if (all.n == 0 || n == 0)
        b->n = 0;
    return buf_status(b);
}

err sensing_ranges_at(const struct options *o, usec at, struct buf *b)
{
    struct store *s;
    struct db *db;
    ARENA_AUTO a = arena_new(256 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &s));
    err e = store_reader(s, &db);
    if (!err_is(e))
        e = put_ranges(db, a, at, b);
    store_close(s);
    return e;
}

/* Lines of what the child says: the first is when the capture begins. */
static err converse(struct parent *p, int *in, int out)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    err e = OK;
    usec at;
    BUF_AUTO ranges = BUF(TEXT_MOST);
    FILE *f = fdopen(out, "r");
    if (!f)
        return ERR(NOMEM);
    if ((n = getline(&line, &room, f)) > 1 && !err_is(parse_i64((str){line, (size_t)n - 1}, 1, INT64_MAX, &at)))
        e = sensing_ranges_at(p->o, at, &ranges);
    if (!err_is(e) && ranges.n)
        e = file_put(*in, ranges.p, ranges.n);
    close(*in);
    *in = -1;
    while (!err_is(e) && (n = getline(&line, &room, f)) > 1)
        e = take_line(p, (str){line, (size_t)n - 1});
    free(line);
    fclose(f);
    return err_is(e) ? e : send_batch(p);
}

static err report_file(struct parent *p, struct arena *a, int fd, str name)
{
    int in[2], out[2], status = 0;
    if (pipe2(in, O_CLOEXEC) != 0)
        return ERR(IO);
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]), close(in[1]);
        return ERR(IO);
    }
    pid_t pid = fork();
    if (pid == 0) {
        struct child c = {.in = in[0], .out = out[1], .line = BUF(LINE_MOST)};
        close(in[1]), close(out[0]);
        _exit(err_exit(run_child(&c, fd, a)));
    }
    close(in[0]), close(out[1]);
    err e = pid < 0 ? ERR(IO) : converse(p, &in[1], out[0]);
    if (in[1] >= 0)
        close(in[1]);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status != 0 && !err_is(e))
        e = sensing_say_file(a, "pcap でも pcapng でもないか、途中で読めなくなりました", name, ERR(INVALID));
    return e;
}

err darknet_report(const struct options *o, struct arena *a, const int *fd)
{
    struct parent p = {.o = o, .mods = modules_store(a), .batch = BUF(HANDOFF_MAX)};
    struct store *probe;
    err e = main_open(o, STORE_READ, (struct tx_clock){0}, a, &probe); /* says what is wrong with it */
    if (!err_is(e))
        store_close(probe);
    for (size_t i = 0; i < o->files.n && !err_is(e); i++)
        e = report_file(&p, a, fd[i], o->files.v[i]);
    buf_free(&p.batch);
    return e;
}
