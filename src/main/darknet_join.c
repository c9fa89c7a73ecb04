/* SPDX-License-Identifier: Apache-2.0 */
/* yagura darknet join EPISODES --log FILE…: which inner host an episode is about, by the log of the
 * NAT, on the machine where that log is. The files are opened, then the process keeps nothing but
 * reading them and writing to standard output; what is foreign is parsed after that. */
#include "main/sensing.h"

#include "core/file.h"
#include "sensor/capture_bytes.h"
#include "sensor/natjoin.h"

#include <fcntl.h>

enum { EPISODES_MOST = 64 << 20, STEP = 1 << 16 };

struct joining {
    const struct options *o;
    struct natlog_how how;
    enum natlog_format last;
    struct natjoin_episodes all;
    struct natjoin *join;
    uint64_t lines, too_long, found[NATLOG_FOUND], format[NATLOG_FORMATS];
    usec first, last_time; /* of the log */
    struct buf out;
};

/* ── reading ── */

static void take_line(void *ctx, str line)
{
    struct joining *r = ctx;
    struct natlog_line l;
    enum natlog_found found = natlog_read(&r->how, &r->last, line, &l);
    r->lines++;
    r->found[found]++;
    if (found != NATLOG_SESSION)
        return;
    r->format[l.format]++;
    r->first = !r->first || l.first < r->first ? l.first : r->first;
    r->last_time = l.last > r->last_time ? l.last : r->last_time;
    natjoin_line(r->join, &l);
}

static int open_one(struct arena *a, str name)
{
    return str_eq(name, S("-")) ? STDIN_FILENO : open(str_z(a, name), O_RDONLY | O_CLOEXEC);
}

static err open_all(const struct options *o, struct arena *a, int *fd)
{
    for (size_t i = 0; i <= o->logs.n; i++) {
        str name = i ? o->logs.v[i - 1] : o->file;
        fd[i] = open_one(a, name);
        if (fd[i] < 0)
            return sensing_say_file(a, "開けません。名前と権限を確かめてください", name,
                errno == ENOENT ? ERR(NOTFOUND) : errno == EACCES ? ERR(DENIED) : ERR(IO));
    }
    return OK;
}

static err read_text(int fd, struct buf *b)
{
    struct capture_bytes *bytes;
    size_t n = 1;
    TRY(capture_bytes_new(fd, &bytes));
    err e = OK;
    while (n > 0 && !err_is(e)) {
        e = buf_reserve(b, STEP) ? capture_bytes_read(bytes, (uint8_t *)b->p + b->n, STEP, &n) : ERR(LIMIT);
        b->n += err_is(e) ? 0 : n;
    }
    capture_bytes_free(bytes);
    return e;
}

static err read_episodes(struct joining *r, struct arena *a, int fd)
{
    BUF_AUTO text = BUF(EPISODES_MOST);
    str why = STR_NONE;
    err e = read_text(fd, &text);
    if (err_is(e))
        return sensing_say_file(a, e.code == ERR_LIMIT ? "検知のファイルが大きすぎます（64 MB まで）。分けて渡してください" : "読めません",
            r->o->file, e);
    e = natjoin_read(a, buf_view(&text), &r->all, &why);
    if (err_is(e) && why.n)
        main_say(str_fmt(a, "%.*s: %.*s", STR_F(r->o->file), STR_F(why)));
    return e;
}

static err read_logs(struct joining *r, struct arena *a, const int *fd)
{
    for (size_t i = 0; i < r->o->logs.n; i++) {
        err e = natlog_file_each(fd[i + 1], take_line, r, &r->too_long);
        if (e.code == ERR_INVALID)
            sensing_say_file(a, "圧縮が途中で壊れています。そこまでを数えました", r->o->logs.v[i], OK);
        else if (err_is(e))
            return sensing_say_file(a, "読めなくなりました", r->o->logs.v[i], e);
    }
    return OK;
}

static bool reaches(const struct joining *r, const struct natjoin_episode *e)
{
    for (size_t i = 0; i < e->packets; i++)
        if (r->first && e->packet[i].time >= r->first && e->packet[i].time <= r->last_time)
            return true;
    return false;
}

/* ── JSON ── */

static void put_number(struct json *j, const char *key, uint64_t v)
{
    json_key(j, str_of(key));
    json_i64(j, (int64_t)v);
}

static void put_time(struct json *j, const char *key, usec t)
{
    BUF_AUTO b = BUF(64);
    json_key(j, str_of(key));
    put_iso_ms(&b, t);
    if (t)
        json_str(j, buf_view(&b));
    else
        json_put_null(j);
}

static void put_address(struct json *j, const char *key, struct address at)
{
    BUF_AUTO b = BUF(64);
    address_put(&b, at);
    json_key(j, str_of(key));
    json_str(j, buf_view(&b));
}

static const char *grade(const struct natjoin_host *h)
{
    return natjoin_is_certain(h) ? "certain" : "likely";
}

static void put_host(struct json *j, const struct natjoin_episode *e, const struct natjoin_host *h)
{
    json_begin_object(j);
    put_address(j, "inner", h->inner);
    json_key(j, S("grade"));
    json_str(j, str_of(grade(h)));
    put_number(j, "packets", (uint64_t)__builtin_popcountll(h->packets));
    put_number(j, "exact", (uint64_t)__builtin_popcountll(h->exact));
    put_number(j, "same_port", (uint64_t)__builtin_popcountll(h->same));
    put_time(j, "first", h->first);
    put_time(j, "last", h->last);
    json_key(j, S("translated"));
    json_bool(j, !address_eq(h->inner, e->source));
    json_end_object(j);
}

static void put_log(struct json *j, const struct joining *r, const struct natjoin_episode *e)
{
    json_key(j, S("log"));
    json_begin_object(j);
    put_number(j, "lines", r->lines + r->too_long);
    put_number(j, "read", r->found[NATLOG_SESSION]);
    put_number(j, "other", r->found[NATLOG_ELSE]);
    put_number(j, "no_time", r->found[NATLOG_NO_TIME]);
    put_number(j, "no_address", r->found[NATLOG_NO_ADDRESS]);
    put_number(j, "too_long", r->too_long);
    put_time(j, "first", r->first);
    put_time(j, "last", r->last_time);
    json_key(j, S("reaches"));
    json_bool(j, reaches(r, e));
    json_end_object(j);
}

static void put_json(struct joining *r, const struct natjoin_episode *e)
{
    struct json j = json_on(&r->out);
    json_begin_object(&j);
    put_address(&j, "source", e->source);
    put_number(&j, "packets", e->packets);
    put_number(&j, "not_looked_for", e->beyond);
    put_number(&j, "within", (uint64_t)r->o->within);
    json_key(&j, S("clock"));
    json_i64(&j, e->hosts ? natjoin_clocks[e->host[0].clock] / USEC_SECOND : 0);
    json_key(&j, S("hosts"));
    json_begin_array(&j);
    for (size_t i = 0; i < e->hosts; i++)
        put_host(&j, e, &e->host[i]);
    json_end_array(&j);
    put_number(&j, "lines_of_more_hosts", e->lost);
    put_log(&j, r, e);
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* the buffer itself remembers */
    buf_char(&r->out, '\n');
}

/* ── for people ── */

static const char *protocol_name(uint8_t p)
{
    return p == NATLOG_TCP ? "tcp" : p == NATLOG_UDP ? "udp" : p == NATLOG_ICMP ? "icmp" : "ip";
}

static void say_host(struct buf *b, const struct natjoin_episode *e, const struct natjoin_host *h)
{
    buf_lit(b, "  内側の機器 ");
    address_put(b, h->inner);
    buf_fmt(b, "  %s  %zu 件中 %d 件が一致  ", natjoin_is_certain(h) ? "確実" : "おそらく", e->packets, __builtin_popcountll(h->packets));
    put_iso_ms(b, h->first);
    buf_lit(b, " 〜 ");
    put_iso_ms(b, h->last);
    if (address_eq(h->inner, e->source))
        buf_lit(b, "\n    （アドレスが変換される前の記録ではありません。変換した機器のログを --log に指定してください。"
                   "変換していないなら、この機器そのものです）");
    else if (!natjoin_is_certain(h))
        buf_lit(b, "\n    （宛先と時刻が合います。変換後のポートまで一致した記録ではないので、ほかの手がかりと合わせて確かめてください）");
    buf_char(b, '\n');
}

static void say_clock(struct joining *r, const struct natjoin_host *h)
{
    usec off = natjoin_clocks[h->clock];
    bool utc = off == -9 * USEC_HOUR && !r->how.utc, jst = off == 9 * USEC_HOUR && r->how.utc;
    if (off)
        buf_fmt(&r->out, "  ログの時計が %d 時間%sとみると一致します。%s\n", (int)((off < 0 ? -off : off) / USEC_HOUR),
            off < 0 ? "遅れている" : "進んでいる",
            utc       ? "ログは UTC で書かれているようです。--utc を付けてもう一度確かめてください。"
                : jst ? "ログは日本時間で書かれているようです。--utc を外してもう一度確かめてください。"
                      : "ログを書いた機器の時計と時差の設定を確かめてください。");
}

/* What was looked for, and why it may not be there. */
static void say_none(struct joining *r, const struct natjoin_episode *e)
{
    struct buf *b = &r->out;
    if (e->packets == 0) {
        buf_lit(b, "  最初の通信が書かれていないので、探せません。\n");
        return;
    }
    const struct natjoin_packet *p = &e->packet[0];
    buf_fmt(b, "  合う行がありません。探したもの: %s ", protocol_name(p->protocol));
    address_put(b, p->dark);
    buf_fmt(b, " のポート %u 宛て、変換後のポート %u、", (unsigned)p->port, (unsigned)p->source_port);
    put_iso_ms(b, p->time);
    buf_fmt(b, " の前後 %d 秒", (int)r->o->within);
    if (e->packets > 1)
        buf_fmt(b, "、ほか %zu 件", e->packets - 1);
    buf_char(b, '\n');
    if (r->found[NATLOG_SESSION] == 0)
        buf_lit(b, "  通信の記録として読める行が1行もありませんでした。ログの形式を確かめてください（yagura help の --format）。\n");
    else if (!reaches(r, e))
        buf_lit(b, "  ログはこの時刻に届いていません。この時刻を含むログを --log に指定してください。\n");
    else
        buf_lit(b, "  ログはこの時刻を含みます。許可・拒否の両方を記録しているか、別の出口の機器のログではないか、"
                   "時計がずれていないか（--within、--utc）を確かめてください。\n");
}

static void say_episode(struct joining *r, const struct natjoin_episode *e)
{
    address_put(&r->out, e->source);
    buf_fmt(&r->out, "  最初の通信 %zu 件", e->packets);
    if (e->packets) {
        buf_lit(&r->out, "  ");
        put_iso_ms(&r->out, e->packet[0].time);
    }
    buf_char(&r->out, '\n');
    for (size_t i = 0; i < e->hosts; i++)
        say_host(&r->out, e, &e->host[i]);
    if (e->hosts)
        say_clock(r, &e->host[0]);
    else
        say_none(r, e);
    if (e->lost)
        buf_fmt(&r->out, "  候補が多いので %d 台までを出しました（ほかに %llu 行）。\n", NATJOIN_HOSTS, (unsigned long long)e->lost);
}

static void say_log(struct joining *r)
{
    struct buf *b = &r->out;
    buf_fmt(b, "ログ %llu 行: 通信の記録 %llu", (unsigned long long)(r->lines + r->too_long), (unsigned long long)r->found[NATLOG_SESSION]);
    for (size_t i = 0; i < NATLOG_FORMATS; i++)
        if (r->format[i])
            buf_fmt(b, "（%s %llu）", natlog_names[i], (unsigned long long)r->format[i]);
    buf_fmt(b, "、ほかの行 %llu、時刻を読めない行 %llu、アドレスを読めない行 %llu、長すぎる行 %llu\n",
        (unsigned long long)r->found[NATLOG_ELSE], (unsigned long long)r->found[NATLOG_NO_TIME],
        (unsigned long long)r->found[NATLOG_NO_ADDRESS], (unsigned long long)r->too_long);
    if (r->first) {
        buf_lit(b, "ログの範囲 ");
        put_iso_ms(b, r->first);
        buf_lit(b, " 〜 ");
        put_iso_ms(b, r->last_time);
        buf_char(b, '\n');
    }
}

static err put_all(struct joining *r)
{
    err e = OK;
    for (size_t i = 0; i < r->all.n && !err_is(e); i++) {
        if (r->o->json)
            put_json(r, &r->all.v[i]);
        else
            say_episode(r, &r->all.v[i]);
        if (r->out.n > SENSING_LINES / 2) {
            e = file_put(STDOUT_FILENO, r->out.p, r->out.n);
            r->out.n = 0;
        }
    }
    if (!r->o->json)
        say_log(r);
    TRY(e);
    TRY(buf_status(&r->out));
    return file_put(STDOUT_FILENO, r->out.p, r->out.n);
}

static enum natlog_format format_of(str name)
{
    size_t i = 0;
    while (i < NATLOG_FORMATS && !str_eq(str_of(natlog_names[i]), name))
        i++;
    return (enum natlog_format)i;
}

err command_darknet_join(const struct options *o, struct arena *a)
{
    struct joining r = {.o = o, .last = NATLOG_FORMATS, .out = BUF(SENSING_LINES)};
    int *fd = ARENA_ARRAY(a, int, o->logs.n + 1);
    if (!fd)
        return ERR(NOMEM);
    TRY(open_all(o, a, fd));
    natjoin_start();
    TRY(sensing_confine(SANDBOX_SENSOR));
    TRY(read_episodes(&r, a, fd[0]));
    r.how = (struct natlog_how){r.all.first + (r.all.last - r.all.first) / 2, o->utc, format_of(o->format)};
    TRY(natjoin_new(a, r.all.v, r.all.n, o->within * USEC_SECOND, &r.join));
    err e = read_logs(&r, a, fd);
    natjoin_judge(r.join);
    if (!err_is(e))
        e = natjoin_status(r.join);
    if (!err_is(e))
        e = put_all(&r);
    buf_free(&r.out);
    return e;
}
