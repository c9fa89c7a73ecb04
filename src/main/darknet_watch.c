/* SPDX-License-Identifier: Apache-2.0 */
/* yagura darknet watch: the sensor on an interface. The ring is opened, then every privilege is given
 * up. What is new is told within a second, as long as it runs. */
#include "main/sensing.h"

#include "sensor/live.h"

#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/syscall.h>

enum { BATCH = 64, WAIT = 200 /* ms */, NOBODY = 65534 };
/* What is under way is told again now and then, so that the database knows that it goes on. */
static const usec NEWS = USEC_SECOND, HOURS = 30 * USEC_SECOND, ALL = 5 * USEC_MINUTE;

static volatile int stop_asked; /* set by a signal; an int is written at once here */

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

static void listen_for_signals(void)
{
    struct sigaction a = {.sa_handler = on_signal};
    sigaction(SIGINT, &a, NULL);
    sigaction(SIGTERM, &a, NULL);
}

static err drop_capabilities(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {0};
    return syscall(SYS_capset, &head, none) == 0 ? OK : ERR(DENIED);
}

/* Whoever it was started as: nobody, without a capability, and in the sandbox. */
static err drop_privileges(void)
{
    if (!sandbox_is_built())
        return OK;
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0))
        return ERR(DENIED);
    TRY(drop_capabilities());
    return sensing_confine(SANDBOX_WATCH);
}

static void put_totals(struct sensing *r, struct live *l)
{
    struct live_stats kernel = live_stats(l);
    struct json j = json_on(&r->out);
    json_begin_object(&j);
    json_key(&j, S("kernel_seen"));
    json_i64(&j, (int64_t)kernel.seen);
    json_key(&j, S("kernel_dropped"));
    json_i64(&j, (int64_t)kernel.dropped);
    json_key(&j, S("interface_down"));
    json_i64(&j, (int64_t)kernel.down);
    sensor_put_stats(&j, r->sensor);
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* the buffer itself remembers */
    buf_char(&r->out, '\n');
}

struct pace {
    usec news, hours, all; /* when each was last told */
};

static void tell_what_is_new(struct sensing *r, struct live *l, struct pace *p, usec now)
{
    struct live_stats kernel = live_stats(l);
    sensor_lost(r->sensor, kernel.seen, kernel.dropped);
    p->news = now;
    if (now - p->all < ALL) {
        sensor_news(r->sensor, sensing_tell, r);
    } else {
        p->all = now;
        sensor_each(r->sensor, sensing_tell, r);
    }
    if (now - p->hours >= HOURS) {
        p->hours = now;
        sensor_facts_now(r->sensor);
    }
}

static err watch(struct sensing *r, struct live *l)
{
    struct capture_frame frame[BATCH];
    struct pace p = {usec_mono(), usec_mono(), usec_mono()};
    while (!stop_asked && !r->over) { /* over: whoever reports what is seen here wants this to end, or has gone */
        size_t n;
        TRY(live_next(l, WAIT, frame, BATCH, &n));
        sensor_feed(r->sensor, frame, n);
        usec now = usec_mono();
        if (now - p.news < NEWS)
            continue;
        tell_what_is_new(r, l, &p, now);
        TRY(sensing_flush(r));
        sensing_flows_put(r);
        if (r->from >= 0)
            TRY(sensing_hear(r, false));
    }
    return OK;
}

static err open_interface(const struct options *o, struct arena *a, struct live **out)
{
    err e = live_open(str_z(a, o->iface), out);
    if (err_is(e))
        main_say(str_fmt(a, e.code == ERR_NOTFOUND ? "このネットワークの口はありません: %.*s"
            : e.code == ERR_DENIED ? "%.*s を見る権限がありません。root で始めるか、CAP_NET_RAW を与えてください（始めたあとで手放します）。"
                                   : "%.*s を開けません。", STR_F(o->iface)));
    return e;
}

/* Watches until it is told to stop; what is under way then is told once more. */
static err watch_to_the_end(struct sensing *r, struct arena *a, struct live *l)
{
    TRY(drop_privileges());
    main_say(str_fmt(a, "見ています: %.*s", STR_F(r->o->iface)));
    err e = watch(r, l);
    if (e.code == ERR_NOTFOUND)
        main_say(S("ネットワークの口がなくなりました。"));
    sensor_news(r->sensor, sensing_tell, r);
    sensor_facts_now(r->sensor);
    if (r->o->stats && r->to == STDOUT_FILENO)
        put_totals(r, l);
    err flows = sensing_flows_end(r), said = sensing_flush(r);
    return err_is(e) ? e : err_is(said) ? said : flows;
}

static err watch_as_child(struct sensing *r, struct arena *a, void *ctx)
{
    signal(SIGINT, SIG_IGN); /* the parent says when */
    return watch_to_the_end(r, a, ctx);
}

/* The database's ranges, as of now. */
static err ranges_of_now(struct sensing *r)
{
    BUF_AUTO text = BUF(SENSING_RANGES);
    TRY(sensing_ranges_at(r->o, usec_now(), true, &text));
    return text.n ? sensing_take(r, buf_view(&text)) : ERR(NOTFOUND);
}

static err watch_for(struct sensing *r, struct arena *a, struct live **l)
{
    struct sensing_child c;
    TRY(sensing_child_start(r, a, watch_as_child, *l, &c));
    live_close(*l);
    *l = NULL;
    err e = drop_capabilities();
    if (!err_is(e))
        e = relay_run(r->o, a, &c, &stop_asked);
    err ended = sensing_child_end(&c);
    if (err_is(ended) && !stop_asked)
        main_say(S("パケットを見る処理が途中で終わりました。もう一度始めてください。"));
    return err_is(e) ? e : ended;
}

err command_darknet_watch(const struct options *o, struct arena *a)
{
    struct sensing r = {.o = o, .out = BUF(SENSING_LINES), .heard = BUF(SENSING_RANGES), .to = STDOUT_FILENO, .from = -1};
    struct live *l = NULL;
    TRY(sensing_is_asked(o));
    err e = sensing_flows_open(&r, a, true);
    if (!err_is(e))
        e = o->db.n ? ranges_of_now(&r) : sensing_read_ranges(&r, a);
    if (!err_is(e) && !r.sensor)
        e = sensing_begin(&r);
    if (!err_is(e))
        e = open_interface(o, a, &l);
    listen_for_signals();
    if (!err_is(e))
        e = o->db.n ? watch_for(&r, a, &l) : watch_to_the_end(&r, a, l);
    live_close(l);
    sensing_end(&r);
    return e;
}
