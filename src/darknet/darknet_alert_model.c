/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an alert: what was seen becomes an episode, an episode an event, an event a word told.
 * Pure: no clock, no database. */
#include "darknet/darknet_alert.h"

const struct alert_limits darknet_alert_limits = {
    .quiet = 24 * USEC_HOUR,
    .quiet_flood = 12 * USEC_HOUR,
    .pause = USEC_HOUR,
    .rate_factor = 10,
    .mails_an_hour = 6,
    .unread = 24 * USEC_HOUR,
    .continuing = USEC_DAY,
};

const struct word darknet_alert_classes[6] = {
    {ALERT_UNKNOWN, S("unknown"), S("分からない")},
    {ALERT_SPOOFED, S("spoofed"), S("送信元の偽装")},
    {ALERT_MISCONFIGURATION, S("misconfiguration"), S("設定の誤り")},
    {ALERT_BACKSCATTER, S("backscatter"), S("攻撃を受けている")},
    {ALERT_SCAN, S("scan"), S("探索")},
    {ALERT_WORM, S("worm"), S("ワームの広がり")},
};
const struct word darknet_alert_confidences[3] = {
    {ALERT_POSSIBLE, S("possible"), S("可能性がある")},
    {ALERT_LIKELY, S("likely"), S("おそらく確か")},
    {ALERT_CERTAIN, S("certain"), S("確か")},
};
const struct word darknet_alert_severities[3] = {
    {SEVERITY_LOW, S("low"), S("低")},
    {SEVERITY_MIDDLE, S("middle"), S("中")},
    {SEVERITY_HIGH, S("high"), S("高")},
};
const struct word darknet_alert_states[2] = {
    {ALERT_ACTIVE, S("active"), S("続いている")},
    {ALERT_OVER, S("over"), S("収まった")},
};
const struct word darknet_alert_events[9] = {
    {EVENT_NEW, S("new"), S("見つかった")},
    {EVENT_ESCALATED, S("escalated"), S("激しくなった")},
    {EVENT_CONTINUING, S("continuing"), S("続いている")},
    {EVENT_ENDED, S("ended"), S("収まった")},
    {EVENT_REOPENED, S("reopened"), S("再び始まった")},
    {EVENT_ACKNOWLEDGED, S("acknowledged"), S("確認した")},
    {EVENT_CAUSE, S("cause"), S("原因を記録した")},
    {EVENT_PREFECTURE, S("prefecture"), S("都道府県に知らせた")},
    {EVENT_SUPPRESSED, S("suppressed"), S("通知を止めた")},
};
const struct word darknet_alert_ways[5] = {
    {WAY_NONE, S("none"), S("—")},
    {WAY_MAIL, S("mail"), S("すぐにメール")},
    {WAY_DIGEST, S("digest"), S("朝のまとめ")},
    {WAY_CAPPED, S("capped"), S("朝のまとめ（1時間の上限を超えた）")},
    {WAY_SUPPRESSED, S("suppressed"), S("止めている")},
};
const struct word darknet_alert_causes[8] = {
    {1, S("malware"), S("機器の感染")},
    {2, S("misconfiguration"), S("機器の設定の誤り")},
    {3, S("scan-by-us"), S("団体か委託先が行った検査")},
    {4, S("attacked"), S("攻撃を受けていた")},
    {5, S("spoofed"), S("送信元の偽装")},
    {6, S("other-body"), S("共用する別の団体の機器")},
    {7, S("guest"), S("来庁者用などの、団体が管理しない機器")},
    {8, S("unknown"), S("調べたが分からなかった")},
};

enum alert_family darknet_alert_family_of(enum alert_class c)
{
    return c == ALERT_BACKSCATTER ? FAMILY_FLOOD
        : c == ALERT_MISCONFIGURATION ? FAMILY_MISTAKE
                                      : FAMILY_AROUND;
}

enum alert_severity darknet_alert_severity_of(enum alert_class c, enum alert_confidence how, bool infected)
{
    if (infected || (c == ALERT_WORM && how >= ALERT_LIKELY))
        return SEVERITY_HIGH;
    if (how >= ALERT_LIKELY && (c == ALERT_SCAN || c == ALERT_BACKSCATTER))
        return SEVERITY_MIDDLE;
    return SEVERITY_LOW;
}

int64_t darknet_alert_rate(const struct alert_episode *e)
{
    usec minutes = (e->last - e->first) / USEC_MINUTE;
    return e->rate_most ? e->rate_most : e->packets / (minutes < 1 ? 1 : minutes);
}

/* ── from what was seen to an event ── */

static bool is_known_service(str known, str service)
{
    str word;
    while (str_cut(&known, ' ', &word))
        if (str_eq(word, service))
            return true;
    return false;
}

static bool has_new_service(str known, str services)
{
    str word;
    while (str_cut(&services, ' ', &word))
        if (!is_known_service(known, word))
            return true;
    return false;
}

static str join_services(struct arena *a, str known, str more)
{
    enum { MOST = 400 };
    BUF_AUTO b = BUF(8192);
    str word;
    buf_str(&b, known);
    while (str_cut(&more, ' ', &word) && b.n < MOST)
        if (!is_known_service(buf_view(&b), word)) {
            buf_str(&b, b.n ? S(" ") : STR_NONE);
            buf_str(&b, word);
        }
    return str_dup(a, buf_view(&b));
}

static void tell(struct alert_episode *e, usec now)
{
    e->told_class = e->class;
    e->told_infected = e->infected;
    e->told_rate = darknet_alert_rate(e);
    e->told_services = e->services;
    e->told_at = now;
}

static struct alert_episode first_of(const struct alert_sighting *s, usec now)
{
    struct alert_episode e = {.source = s->source,
        .tool = s->tool,
        .victim = s->victim,
        .services = s->services,
        .rule = s->rule,
        .reason = s->reason,
        .family = darknet_alert_family_of(s->class),
        .role = s->role,
        .class = s->class,
        .confidence = s->confidence,
        .infected = s->infected,
        .first = s->first,
        .last = s->last,
        .packets = s->packets,
        .dark = s->dark,
        .pps = s->pps,
        .rate_most = s->rate_most,
        .severity = darknet_alert_severity_of(s->class, s->confidence, s->infected),
        .state = ALERT_ACTIVE,
        .run_first = s->first,
        .reported_at = now};
    tell(&e, now);
    return e;
}

/* Counts of one observation grow; another one that begins after it adds to them. What lies before
 * what is known was reported already, or comes too late to matter. */
static bool add_counts(struct alert_episode *e, const struct alert_sighting *s)
{
    bool same = s->first == e->run_first;
    if (!same && s->last <= e->last)
        return false;
    if (!same && s->first > e->last) {
        e->before_run = e->packets;
        e->run_first = s->first;
    }
    int64_t packets = e->before_run + s->packets;
    bool more = packets > e->packets || s->last > e->last || s->dark > e->dark;
    e->packets = packets > e->packets ? packets : e->packets;
    e->last = s->last > e->last ? s->last : e->last;
    e->dark = s->dark > e->dark ? s->dark : e->dark;
    e->pps = s->pps > e->pps ? s->pps : e->pps;
    if (e->rate_most == 0 && s->rate_most) /* told as a mean until now: the two do not compare */
        e->told_rate = s->rate_most;
    e->rate_most = s->rate_most > e->rate_most ? s->rate_most : e->rate_most;
    return more;
}

/* Hysteresis: a judgement only ever gives way to one that says more. */
static bool add_judgement(struct alert_episode *e, const struct alert_sighting *s)
{
    bool better = s->infected > e->infected ||
        (s->infected == e->infected &&
            (s->confidence > e->confidence || (s->confidence == e->confidence && s->class > e->class)));
    if (!better || (e->infected && !s->infected))
        return false;
    e->class = s->class;
    e->tool = s->tool.n ? s->tool : e->tool;
    e->confidence = s->confidence;
    e->infected = s->infected;
    e->rule = s->rule;
    e->reason = s->reason;
    e->severity = darknet_alert_severity_of(s->class, s->confidence, s->infected);
    return true;
}

static bool is_worse(const struct alert_episode *e)
{
    int64_t rate = darknet_alert_rate(e);
    return e->class > e->told_class || e->infected > e->told_infected ||
        rate >= darknet_alert_limits.rate_factor * (e->told_rate ? e->told_rate : 1) ||
        has_new_service(e->told_services, e->services);
}

enum alert_event darknet_alert_follow(struct arena *a, const struct alert_episode *old,
    const struct alert_sighting *s, usec now, struct alert_episode *out)
{
    if (!old) {
        *out = first_of(s, now);
        return EVENT_NEW;
    }
    *out = *old;
    usec gap = s->first - old->last;
    bool more = add_counts(out, s);
    bool judged = add_judgement(out, s);
    if (!more && !judged)
        return 0;
    out->services = join_services(a, old->services, s->services);
    out->reported_at = now;
    usec quiet = out->family == FAMILY_FLOOD ? darknet_alert_limits.quiet_flood : darknet_alert_limits.quiet;
    if (old->state == ALERT_OVER || gap > quiet) {
        out->state = ALERT_ACTIVE;
        tell(out, now);
        return EVENT_REOPENED;
    }
    bool rests = now - old->told_at < darknet_alert_limits.pause && out->infected == old->told_infected;
    if (!rests && is_worse(out)) {
        tell(out, now);
        return EVENT_ESCALATED;
    }
    return EVENT_CONTINUING;
}

bool darknet_alert_is_over(const struct alert_episode *e, usec now)
{
    usec quiet = e->family == FAMILY_FLOOD ? darknet_alert_limits.quiet_flood : darknet_alert_limits.quiet;
    usec last = e->last > e->reported_at ? e->last : e->reported_at;
    return e->state == ALERT_ACTIVE && now - last >= quiet;
}

/* ── from an event to how it is told ── */

static bool is_urgent(const struct alert_episode *e)
{
    return e->infected || (e->confidence >= ALERT_LIKELY && e->class != ALERT_UNKNOWN);
}

static const struct {
    enum alert_event event;
    enum alert_way urgent, other;
} ways[] = {
    {EVENT_NEW, WAY_MAIL, WAY_DIGEST},
    {EVENT_ESCALATED, WAY_MAIL, WAY_DIGEST},
    {EVENT_CONTINUING, WAY_DIGEST, WAY_DIGEST},
    {EVENT_ENDED, WAY_MAIL, WAY_DIGEST},
    {EVENT_REOPENED, WAY_MAIL, WAY_DIGEST},
};

enum alert_way darknet_alert_way_of(
    enum alert_event event, const struct alert_episode *e, bool suppressed, int64_t mails_last_hour)
{
    enum alert_way way = WAY_NONE;
    for (size_t i = 0; i < COUNT_OF(ways); i++)
        if (ways[i].event == event)
            way = is_urgent(e) ? ways[i].urgent : ways[i].other;
    if (way != WAY_NONE && suppressed)
        return WAY_SUPPRESSED;
    return way == WAY_MAIL && mails_last_hour >= darknet_alert_limits.mails_an_hour ? WAY_CAPPED : way;
}

usec darknet_alert_reading_time(enum darknet_hours hours, enum alert_severity severity, usec now)
{
    enum { OPENS = 8 * 60 + 30, CLOSES = 17 * 60 + 15 };
    struct civil c = civil_of(now);
    int minute = c.hh * 60 + c.mm;
    bool works = c.wday >= 1 && c.wday <= 5;
    if (hours == DARKNET_ALWAYS || severity == SEVERITY_HIGH || (works && minute >= OPENS && minute < CLOSES))
        return now;
    jday day = jday_of_usec(now) + (works && minute < OPENS ? 0 : 1);
    while (civil_of_jday(day).wday == 0 || civil_of_jday(day).wday == 6)
        day++;
    return mail_morning(day);
}
