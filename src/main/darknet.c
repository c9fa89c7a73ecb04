/* SPDX-License-Identifier: Apache-2.0 */
/* yagura darknet replay FILE…: captures through the sensor, an episode a line. The files are opened,
 * then the process keeps nothing but reading them and writing to standard output. */
#include "main/sensing.h"

#include "core/file.h"

#include <fcntl.h>
#include <jansson.h>

enum { BATCH = 64, PREFIX_FILE_MOST = 64 << 20 };

static const char *const end_names[CAPTURE_ENDS] = {[CAPTURE_OPEN] = "open", [CAPTURE_WHOLE] = "whole",
    [CAPTURE_CUT] = "cut", [CAPTURE_BROKEN] = "broken", [CAPTURE_UNREAD] = "unread"};

err sensing_flush(struct sensing *r)
{
    err e = file_put(r->to, r->out.p, r->out.n);
    r->said = err_is(r->said) ? r->said : e;
    r->out.n = 0;
    return r->said;
}

static void put_words(struct buf *b, const struct sensor_episode *e, const struct prefix_owner *o)
{
    for (size_t i = 0; i < o->bodies.n; i++) {
        buf_str(b, i ? S(",") : STR_NONE);
        buf_str(b, o->bodies.v[i]);
    }
    buf_char(b, '\t');
    address_put(b, e->row->source);
    buf_fmt(b, "\t%s\t%s\t%s%s\t", judge_class_name(e->j.class),
        judge_tool_name(e->j.tool) ? judge_tool_name(e->j.tool) : "-",
        judge_confidence_name(e->j.confidence), e->j.infected ? "!" : "");
    put_iso_ms(b, e->first);
    buf_fmt(b, "\t%llu\t%llu\t", (unsigned long long)e->packets, (unsigned long long)e->dark);
    for (size_t i = 0, n = 0; i < e->ports_n && n < 5; i++)
        if (e->port[i].port)
            buf_fmt(b, n++ ? ",%u" : "%u", (unsigned)e->port[i].port);
    buf_char(b, '\n');
}

void sensing_tell(void *ctx, const struct sensor_episode *e)
{
    struct sensing *r = ctx;
    struct json j = json_on(&r->out);
    if (r->o->json || r->to != STDOUT_FILENO) {
        sensor_put_episode(&j, r->sensor, e);
        IGNORE(json_finish(&j)); /* the buffer itself remembers */
        buf_char(&r->out, '\n');
    } else {
        put_words(&r->out, e, &r->ranges.owners.v[e->row->owner - 1]);
    }
    if (r->out.n > SENSING_LINES / 2)
        IGNORE(sensing_flush(r)); /* r->said remembers */
}

void sensing_hour(void *ctx, struct facts *f)
{
    struct sensing *r = ctx;
    struct json j = json_on(&r->out);
    sensor_put_facts(&j, r->sensor, f);
    IGNORE(json_finish(&j)); /* the buffer itself remembers */
    buf_char(&r->out, '\n');
    if (r->out.n > SENSING_LINES / 2)
        IGNORE(sensing_flush(r)); /* r->said remembers */
}

err sensing_say_file(struct arena *a, const char *what, str name, err e)
{
    main_say(str_fmt(a, "%s: %.*s", what, STR_F(name)));
    return e;
}

err sensing_read_ranges(struct sensing *r, struct arena *a)
{
    str text, why = STR_NONE;
    err e = file_read(a, r->o->prefixes, PREFIX_FILE_MOST, &text);
    if (err_is(e))
        return sensing_say_file(a, "範囲のファイルを読めません。名前と権限を確かめてください", r->o->prefixes, e);
    e = prefix_file_read(a, text, &r->ranges.owners, &why);
    if (err_is(e)) {
        main_say(why.n ? str_fmt(a, "%.*s: %.*s", STR_F(r->o->prefixes), STR_F(why)) : S("範囲のファイルが大きすぎます。"));
        return e;
    }
    e = prefix_list_read(a, r->o->dark, &r->ranges.dark, &why);
    if (err_is(e))
        main_say(why.n ? str_fmt(a, "--dark: %.*s", STR_F(why)) : S("--dark を読めません。"));
    return e;
}

/* Is the last of them one of those before it, under whatever name? */
static bool is_among(const int *fd, size_t last)
{
    struct stat one, other;
    bool same = false;
    if (fstat(fd[last], &one) != 0 || !S_ISREG(one.st_mode))
        return false;
    for (size_t i = 0; i < last && !same; i++)
        same = fd[i] >= 0 && fstat(fd[i], &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
    return same;
}

static err open_all(const struct options *o, struct arena *a, int *fd)
{
    for (size_t i = 0; i < o->files.n; i++) {
        fd[i] = str_eq(o->files.v[i], S("-")) ? STDIN_FILENO : open(str_z(a, o->files.v[i]), O_RDONLY | O_CLOEXEC);
        if (fd[i] < 0)
            return sensing_say_file(a, "キャプチャを開けません。名前と権限を確かめてください", o->files.v[i],
                errno == ENOENT ? ERR(NOTFOUND) : errno == EACCES ? ERR(DENIED) : ERR(IO));
        if (is_among(fd, i)) {
            sensing_say_file(a, "同じファイルです。一度だけ数えます", o->files.v[i], OK);
            close(fd[i]);
            fd[i] = -1;
        }
    }
    return OK;
}

err sensing_confine(enum sandbox_kind kind)
{
    struct sandbox_grant none = {0};
    int abi;
    json_object_seed(0); /* jansson takes its seed from a device, which cannot be opened afterwards */
    if (!sandbox_is_built())
        return OK;
    TRY(sandbox_files(kind, &none, &abi));
    return sandbox_enter(kind);
}

err sensing_is_asked(const struct options *o)
{
    if (o->db.n || (o->prefixes.n && o->dark.n))
        return OK;
    main_say(S("--db か、--prefixes と --dark を指定してください。"));
    return ERR(INVALID);
}

/* Whose addresses they were when this capture began. */
static err ask_ranges(struct sensing *r, usec at)
{
    buf_fmt(&r->out, "@%lld\n", (long long)at);
    TRY(sensing_flush(r));
    return sensing_hear(r, true);
}

static err replay_one(struct sensing *r, struct arena *a, str name, int fd, const char **end)
{
    struct capture_frame frame[BATCH];
    struct capture *c;
    err e = capture_new(fd, &c);
    if (err_is(e))
        return sensing_say_file(a, e.code == ERR_INVALID ? "pcap でも pcapng でもありません" : "キャプチャを読めません", name, e);
    size_t n = capture_next(c, frame, BATCH);
    if (r->from >= 0 && n > 0)
        e = ask_ranges(r, frame[0].t);
    if (r->sensor)
        sensor_next_capture(r->sensor);
    for (; n > 0 && r->sensor && !err_is(e); n = capture_next(c, frame, BATCH))
        sensor_feed(r->sensor, frame, n);
    enum capture_end how = capture_end(c);
    *end = end_names[how];
    if (how == CAPTURE_CUT)
        sensing_say_file(a, "途中で切れています。そこまでを数えました", name, OK);
    if (how == CAPTURE_BROKEN)
        sensing_say_file(a, "長さのおかしい記録がありました。その前までを数えました", name, OK);
    r->skipped += capture_skipped(c);
    capture_free(c);
    return err_is(e) ? e : how == CAPTURE_UNREAD ? sensing_say_file(a, "読めなくなりました", name, ERR(IO)) : OK;
}

static void put_totals(struct sensing *r, const char *const *end)
{
    struct json j = json_on(&r->out);
    json_begin_object(&j);
    json_key(&j, S("files"));
    json_begin_array(&j);
    for (size_t i = 0; i < r->o->files.n; i++) {
        json_begin_object(&j);
        json_key(&j, S("name"));
        json_str(&j, r->o->files.v[i]);
        json_key(&j, S("end"));
        json_str(&j, str_of(end[i]));
        json_end_object(&j);
    }
    json_end_array(&j);
    json_key(&j, S("skipped"));
    json_i64(&j, (int64_t)r->skipped);
    sensor_put_stats(&j, r->sensor);
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* the buffer itself remembers */
    buf_char(&r->out, '\n');
}

err sensing_begin(struct sensing *r)
{
    struct sensor_config c = {.owners = &r->ranges.owners, .dark = r->ranges.dark, .tell = sensing_tell,
        .facts = r->o->hours || r->o->db.n ? sensing_hour : NULL, .flow = r->o->flows.n ? sensing_flow : NULL, .ctx = r};
    return sensor_new(&c, &r->sensor);
}

void sensing_end(struct sensing *r)
{
    sensor_free(r->sensor);
    prefix_table_free(r->ranges.owners.table);
    prefix_table_free(r->ranges.dark);
    arena_free(r->ranges.a);
    buf_free(&r->out);
    buf_free(&r->heard);
    buf_free(&r->flows.lines);
}

err sensing_replay(struct sensing *r, struct arena *a, const int *fd)
{
    const char **end = ARENA_ARRAY(a, const char *, r->o->files.n);
    if (!end)
        return ERR(NOMEM);
    err e = sensing_confine(SANDBOX_SENSOR);
    for (size_t i = 0; i < r->o->files.n && !err_is(e); i++) {
        end[i] = "again";
        if (fd[i] >= 0)
            e = replay_one(r, a, r->o->files.v[i], fd[i], &end[i]);
    }
    if (!err_is(e) && r->sensor) {
        sensor_each(r->sensor, sensing_tell, r);
        sensor_facts_now(r->sensor);
    }
    if (!err_is(e) && r->o->stats && r->to == STDOUT_FILENO)
        put_totals(r, end);
    err flows = sensing_flows_end(r);
    TRY(buf_status(&r->out));
    err said = sensing_flush(r);
    return err_is(e) ? e : err_is(said) ? said : flows;
}

err command_darknet_replay(const struct options *o, struct arena *a)
{
    struct sensing r = {.o = o, .out = BUF(SENSING_LINES), .heard = BUF(SENSING_RANGES), .to = STDOUT_FILENO, .from = -1};
    int *fd = ARENA_ARRAY(a, int, o->files.n);
    if (!fd)
        return ERR(NOMEM);
    TRY(sensing_is_asked(o));
    err e = o->db.n ? OK : sensing_read_ranges(&r, a);
    if (!err_is(e))
        e = open_all(o, a, fd);
    if (!err_is(e))
        e = sensing_flows_open(&r, a, false);
    if (!err_is(e) && !o->db.n)
        e = sensing_begin(&r);
    if (!err_is(e))
        e = o->db.n ? darknet_report(&r, a, fd) : sensing_replay(&r, a, fd);
    sensing_end(&r);
    return e;
}
