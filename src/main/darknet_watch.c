/* SPDX-License-Identifier: Apache-2.0 */
/* yagura darknet watch: the sensor on an interface. The ring is opened, then every privilege is given
 * up. What is new is told within a second, as long as it runs. */
#include "main/sensing.h"

#include "core/sandbox.h"
#include "sensor/live.h"

#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { BATCH = 64, WAIT = 200 /* ms */, NOBODY = 65534 };
static const usec NEWS = USEC_SECOND;

static volatile sig_atomic_t stop_asked;

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

/* Whoever it was started as: nobody, without a capability, and in the sandbox. */
static err drop_privileges(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {0};
    struct sandbox_grant nothing = {0};
    int abi;
    if (!sandbox_is_built())
        return OK;
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0))
        return ERR(DENIED);
    if (syscall(SYS_capset, &head, none) != 0)
        return ERR(DENIED);
    TRY(sandbox_files(SANDBOX_WATCH, &nothing, &abi));
    return sandbox_enter(SANDBOX_WATCH);
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

static err watch(struct sensing *r, struct live *l)
{
    struct capture_frame frame[BATCH];
    usec told = usec_mono();
    while (!stop_asked) {
        size_t n;
        TRY(live_next(l, WAIT, frame, BATCH, &n));
        sensor_feed(r->sensor, frame, n);
        if (n == BATCH && usec_mono() - told < NEWS)
            continue;
        if (usec_mono() - told >= NEWS) {
            told = usec_mono();
            sensor_news(r->sensor, sensing_tell, r);
            TRY(sensing_flush(r));
        }
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

err command_darknet_watch(const struct options *o, struct arena *a)
{
    struct sensing r = {.o = o, .out = BUF(SENSING_LINES)};
    struct live *l = NULL;
    err e = sensing_read_ranges(&r, a);
    if (!err_is(e))
        e = sensing_begin(&r);
    if (!err_is(e))
        e = open_interface(o, a, &l);
    listen_for_signals();
    if (!err_is(e))
        e = drop_privileges();
    if (!err_is(e)) {
        main_say(str_fmt(a, "見ています: %.*s", STR_F(o->iface)));
        e = watch(&r, l);
        if (e.code == ERR_NOTFOUND)
            main_say(S("ネットワークの口がなくなりました。"));
        sensor_news(r.sensor, sensing_tell, &r);
        if (o->stats)
            put_totals(&r, l);
        e = err_is(e) ? e : sensing_flush(&r);
    }
    live_close(l);
    sensing_end(&r);
    return e;
}
