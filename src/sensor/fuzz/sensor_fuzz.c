/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: a capture. Whatever it holds, it is read to an end, what is told adds up, and it
 * is told the same when the frames come one by one. */
#include "sensor/sensor.h"

#include <fcntl.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 64, TUPLES = 8, BATCH = 7 };

static void put(void *ctx, const struct sensor_episode *e)
{
    struct { struct buf *out; struct sensor *s; uint64_t packets; } *c = ctx;
    struct json j = json_on(c->out);
    BUG_IF(e->packets == 0 || e->first > e->last || e->dark == 0);
    BUG_IF(e->j.infected && (e->packets < 2 || e->dark < 2));
    sensor_put_episode(&j, c->s, e);
    BUG_IF(err_is(json_finish(&j)));
}

static void put_flow(void *ctx, const struct tuple *f)
{
    struct { struct buf *out; struct sensor *s; uint64_t packets; } *c = ctx;
    c->packets += f->packets;
    BUG_IF(f->packets == 0 || f->first > f->last || f->first / USEC_HOUR > f->last / USEC_HOUR);
    tuple_put(c->out, f);
}

/* One frame in a place of exactly its size, so that a read behind its end is seen. */
static void feed_exactly(struct sensor *s, struct capture_frame f)
{
    uint8_t *exact = malloc(f.n + (f.n == 0));
    BUG_IF(!exact);
    memcpy(exact, f.p, f.n);
    f.p = exact;
    sensor_feed(s, &f, 1);
    free(exact);
}

static void one(const struct prefix_owners *owners, const struct prefix_table *dark, int fd, size_t most, struct buf *out)
{
    struct capture_frame f[BATCH];
    struct capture *c;
    struct { struct buf *out; struct sensor *s; uint64_t packets; } told = {out, NULL, 0};
    struct sensor_config config = {.owners = owners, .dark = dark, .tell = put, .flow = put_flow, .ctx = &told, .rows = ROWS, .tuples = TUPLES};
    BUG_IF(lseek(fd, 0, SEEK_SET) != 0 || err_is(sensor_new(&config, &told.s)));
    if (!err_is(capture_new(fd, &c))) {
        for (size_t n; (n = capture_next(c, f, most)) > 0;) {
            if (most == 1)
                feed_exactly(told.s, f[0]);
            else
                sensor_feed(told.s, f, n);
        }
        BUG_IF(capture_end(c) == CAPTURE_OPEN);
        capture_free(c);
    }
    sensor_each(told.s, put, &told);
    sensor_flows_end(told.s);
    const struct sensor_stats *t = sensor_stats(told.s);
    BUG_IF(told.packets != t->dark); /* no packet is missing from the tuples, none is there twice */
    BUG_IF(t->matched > t->dark || t->dark + t->elsewhere != t->read[PACKET_IP]);
    struct json j = json_on(out);
    json_begin_object(&j);
    sensor_put_stats(&j, told.s);
    json_end_object(&j);
    BUG_IF(err_is(json_finish(&j)));
    sensor_free(told.s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *a;
    static struct prefix_owners owners;
    static struct prefix_table *dark;
    static int fd;
    BUF_AUTO first = BUF(8 << 20);
    BUF_AUTO second = BUF(8 << 20);
    str why, list[] = {S("203.0.113.0/24"), S("2001:db8:dead::/64")};
    if (!a) {
        a = arena_new(1 << 20);
        BUG_IF(err_is(prefix_file_read(a, S("198.51.100.0/24 a\n2001:db8:1::/64 b,c egress\n"), &owners, &why)));
        BUG_IF(err_is(prefix_list_read(a, (struct strs){list, COUNT_OF(list)}, &dark, &why)));
        fd = memfd_create("capture", 0);
    }
    BUG_IF(fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size);
    one(&owners, dark, fd, BATCH, &first);
    one(&owners, dark, fd, 1, &second);
    BUG_IF(!str_eq(buf_view(&first), buf_view(&second)));
    return 0;
}
