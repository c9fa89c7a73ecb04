/* SPDX-License-Identifier: Apache-2.0 */
/* yagura darknet replay FILE… --db URL: captures through the sensor into the database. A child reads them
 * all; it says when each begins, is told whose address was whose at that time, and says what it saw. */
#include "main/sensing.h"

#include "core/file.h"

enum { DARKS_MOST = 4096, BATCH_MOST = 256 << 10, BATCH_LINES = 32 };

err sensing_report(const struct options *o, const struct store_modules *mods, str lines, bool say)
{
    BUF_AUTO out = BUF(HANDOFF_MAX);
    str why = STR_NONE;
    ARENA_AUTO a = arena_new(64 << 20);
    if (!a)
        return ERR(NOMEM);
    err e = store_call(o->db, mods, "darknet.report", lines, &out, a, &why);
    if (err_is(e) && say)
        main_say(why.n ? why : S("見つけたものを記録できませんでした。"));
    TRY(e);
    return file_put(STDOUT_FILENO, out.p, out.n);
}

/* ── whose address, what is dark ── */

static err put_owners(struct db *db, struct arena *a, usec at, struct buf *b)
{
    struct darknet_prefixes all;
    TRY(darknet_ranges_at(db, a, scope_system(), at, &all));
    for (size_t i = 0; i < all.n; i++) {
        net_put(b, &all.v[i].net);
        for (size_t k = 0; k < all.v[i].n_bodies; k++)
            buf_fmt(b, "%sB%lld", k ? "," : " ", (long long)all.v[i].bodies[k].id.v);
        str role = darknet_role_key(all.v[i].role);
        buf_fmt(b, " %.*s\n", STR_F(role));
    }
    return OK;
}

/* Inside a body every sender is the body's. */
static err put_inside(struct db *db, struct arena *a, str code6, struct buf *b, struct darknet_darks *dark)
{
    struct body body;
    err e = org_body_by_code(db, a, scope_system(), code6, &body);
    if (e.code == ERR_NOTFOUND)
        main_say(str_fmt(a, "--inside: この団体コードの団体がありません: %.*s", STR_F(code6)));
    TRY(e);
    buf_fmt(b, "0.0.0.0/0 B%lld own\n::/0 B%lld own\n", (long long)body.id.v, (long long)body.id.v);
    return darknet_darks_inside(db, a, scope_system(), body.id, dark);
}

static bool holds_at(usec from, usec to, usec at)
{
    return from <= at && (to == 0 || at < to);
}

static err put_ranges(struct db *db, struct arena *a, const struct options *o, usec at, struct buf *b)
{
    struct darknet_darks dark;
    size_t n = 0;
    if (o->inside.n) {
        TRY(put_inside(db, a, o->inside, b, &dark));
    } else {
        TRY(put_owners(db, a, at, b));
        TRY(darknet_darks(db, a, scope_system(), DARKNET_EXTERNAL, &dark));
    }
    bool owners = b->n > 0;
    buf_char(b, '\n');
    for (size_t i = 0; i < dark.n; i++)
        if (holds_at(dark.v[i].from, dark.v[i].to, at) && n++ < DARKS_MOST) {
            net_put(b, &dark.v[i].net);
            buf_char(b, '\n');
        }
    if (!owners || n == 0)
        b->n = 0;
    return buf_status(b);
}

err sensing_ranges_at(const struct options *o, usec at, bool say, struct buf *b)
{
    struct store *s;
    struct db *db;
    ARENA_AUTO a = arena_new(256 << 20);
    if (!a)
        return ERR(NOMEM);
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &s));
    err e = store_reader(s, &db);
    if (!err_is(e))
        e = put_ranges(db, a, o, at, b);
    store_close(s);
    if (!err_is(e) && b->n == 0 && say)
        main_say(S("この記録の時に観測していた団体の範囲か、観測網のアドレスがありません。何も調べません。"));
    return e;
}

/* ── what the child says ── */

struct parent {
    const struct options *o;
    struct store_modules mods;
    struct sensing_child child;
    struct buf batch;
    size_t n;
};

static err send_batch(struct parent *p)
{
    if (p->n == 0)
        return OK;
    buf_char(&p->batch, ']');
    TRY(buf_status(&p->batch));
    TRY(sensing_report(p->o, &p->mods, buf_view(&p->batch), true));
    p->batch.n = 0;
    p->n = 0;
    return OK;
}

static err answer(struct parent *p, usec at)
{
    BUF_AUTO ranges = BUF(SENSING_RANGES);
    BUF_AUTO frame = BUF(SENSING_RANGES + 64);
    TRY(sensing_ranges_at(p->o, at, true, &ranges));
    sensing_put_frame(&frame, buf_view(&ranges));
    TRY(buf_status(&frame));
    return file_put(p->child.words, frame.p, frame.n);
}

static err take_line(struct parent *p, str line)
{
    usec at;
    if (str_starts(line, S("@"))) {
        TRY(parse_i64(str_sub(line, 1, line.n), INT64_MIN, INT64_MAX, &at));
        return answer(p, at);
    }
    if (p->batch.n + line.n + 2 > BATCH_MOST)
        TRY(send_batch(p));
    buf_char(&p->batch, p->n++ ? ',' : '[');
    buf_str(&p->batch, line);
    return p->n >= BATCH_LINES ? send_batch(p) : OK;
}

static err converse(struct parent *p)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    err e = OK;
    FILE *f = fdopen(dup(p->child.lines), "r");
    if (!f)
        return ERR(NOMEM);
    while (!err_is(e) && (n = getline(&line, &room, f)) > 1)
        e = take_line(p, (str){line, (size_t)n - 1});
    free(line);
    fclose(f);
    return err_is(e) ? e : send_batch(p);
}

static err replay_as_child(struct sensing *r, struct arena *a, void *ctx)
{
    return sensing_replay(r, a, ctx);
}

err darknet_report(struct sensing *r, struct arena *a, const int *fd)
{
    struct parent p = {.o = r->o, .mods = modules_store(a), .batch = BUF(HANDOFF_MAX)};
    struct store *probe;
    int *files = ARENA_ARRAY(a, int, r->o->files.n);
    if (!files)
        return ERR(NOMEM);
    memcpy(files, fd, r->o->files.n * sizeof *files);
    TRY(main_open(r->o, STORE_READ, (struct tx_clock){0}, a, &probe)); /* says what is wrong with it */
    store_close(probe);
    TRY(sensing_child_start(r, a, replay_as_child, files, &p.child));
    err e = converse(&p), ended = sensing_child_end(&p.child);
    buf_free(&p.batch);
    return err_is(e) ? e : ended;
}
