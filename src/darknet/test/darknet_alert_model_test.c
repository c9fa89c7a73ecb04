/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an alert, without a clock: what is told, how, and that nothing is told twice. */
#include "test/fixture.h"

#include "darknet/darknet_report.h"

enum { NOW = 1000 };
#define AT(hours) ((usec)(hours) * USEC_HOUR)

struct room {
    struct arena *a;
};

static int setup(void **state)
{
    static struct room f;
    f.a = arena_new(1 << 20);
    *state = &f;
    return f.a ? 0 : -1;
}

static int teardown(void **state)
{
    arena_free(((struct room *)*state)->a);
    return 0;
}

static struct alert_sighting seen(usec first, usec last, int64_t packets)
{
    return (struct alert_sighting){.source = S("198.18.1.7"), .services = S("tcp/445"), .rule = S("r"),
        .reason = S("理由"), .role = DARKNET_OWN, .class = ALERT_SCAN, .confidence = ALERT_LIKELY,
        .first = first, .last = last, .packets = packets, .dark = 2};
}

static void what_is_reported_twice_is_told_once(void **state)
{
    struct room *f = *state;
    struct alert_episode e, again;
    struct alert_sighting s = seen(AT(NOW), AT(NOW) + USEC_MINUTE, 60);
    assert_int_equal(darknet_alert_follow(f->a, NULL, &s, AT(NOW), &e), EVENT_NEW);
    assert_int_equal(darknet_alert_follow(f->a, &e, &s, AT(NOW + 2), &again), 0);
    struct alert_sighting older = seen(AT(NOW - 5), AT(NOW - 4), 900);
    assert_int_equal(darknet_alert_follow(f->a, &e, &older, AT(NOW + 2), &again), 0);
    assert_int_equal(again.packets, 60);
}

static void counts_of_one_observation_grow_and_those_of_another_add(void **state)
{
    struct room *f = *state;
    struct alert_episode e, more, other;
    struct alert_sighting s = seen(AT(NOW), AT(NOW) + USEC_MINUTE, 60);
    assert_int_equal(darknet_alert_follow(f->a, NULL, &s, AT(NOW), &e), EVENT_NEW);
    s.last += USEC_MINUTE, s.packets = 90;
    assert_int_equal(darknet_alert_follow(f->a, &e, &s, AT(NOW), &more), EVENT_CONTINUING);
    assert_int_equal(more.packets, 90);
    struct alert_sighting later = seen(AT(NOW + 1), AT(NOW + 1) + USEC_MINUTE, 5);
    assert_int_equal(darknet_alert_follow(f->a, &more, &later, AT(NOW) + 1, &other), EVENT_CONTINUING);
    assert_int_equal(other.packets, 95);
    assert_int_equal(darknet_alert_follow(f->a, &other, &later, AT(NOW) + 1, &e), 0);
    assert_int_equal(darknet_alert_follow(f->a, &other, &s, AT(NOW) + 1, &e), 0);
}

/* One row: what is different from a likely scan of tcp/445, an hour and more later. */
static void it_escalates_where_it_gets_worse(void **state)
{
    struct room *f = *state;
    static const struct {
        enum alert_class class;
        enum alert_confidence how;
        bool infected;
        int64_t packets;
        const char *services;
        usec after;
        enum alert_event event;
    } rows[] = {
        {ALERT_SCAN, ALERT_LIKELY, false, 70, "tcp/445", 2 * USEC_HOUR, EVENT_CONTINUING},
        {ALERT_WORM, ALERT_LIKELY, false, 70, "tcp/445", 2 * USEC_HOUR, EVENT_ESCALATED},
        {ALERT_UNKNOWN, ALERT_POSSIBLE, false, 70, "tcp/445", 2 * USEC_HOUR, EVENT_CONTINUING},
        {ALERT_SCAN, ALERT_LIKELY, false, 70, "tcp/445 tcp/22", 2 * USEC_HOUR, EVENT_ESCALATED},
        {ALERT_SCAN, ALERT_LIKELY, false, 70, "tcp/445 tcp/22", USEC_HOUR - 1, EVENT_CONTINUING},
        {ALERT_SCAN, ALERT_LIKELY, false, 599, "tcp/445", 2 * USEC_HOUR, EVENT_CONTINUING},
        {ALERT_SCAN, ALERT_LIKELY, false, 600, "tcp/445", 2 * USEC_HOUR, EVENT_ESCALATED},
        {ALERT_SCAN, ALERT_LIKELY, true, 70, "tcp/445", USEC_MINUTE, EVENT_ESCALATED},
    };
    struct alert_episode e, out;
    struct alert_sighting s = seen(AT(NOW), AT(NOW) + USEC_MINUTE, 60);
    assert_int_equal(darknet_alert_follow(f->a, NULL, &s, AT(NOW), &e), EVENT_NEW);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_sighting n = s;
        n.class = rows[i].class, n.confidence = rows[i].how, n.infected = rows[i].infected;
        n.packets = rows[i].packets, n.services = str_of(rows[i].services), n.last++;
        assert_int_equal(darknet_alert_follow(f->a, &e, &n, AT(NOW) + rows[i].after, &out), rows[i].event);
        assert_true(out.class >= ALERT_SCAN); /* a weaker judgement never replaces a stronger one */
    }
}

/* The fullest minute is what is compared, from when it is known on. */
static void ten_times_the_fullest_minute_is_worse(void **state)
{
    struct room *f = *state;
    struct alert_episode e, told, out;
    struct alert_sighting s = seen(AT(NOW), AT(NOW) + USEC_HOUR, 60);
    assert_int_equal(darknet_alert_follow(f->a, NULL, &s, AT(NOW), &e), EVENT_NEW);
    s.rate_most = 50, s.packets = 61;
    assert_int_equal(darknet_alert_follow(f->a, &e, &s, AT(NOW + 2), &told), EVENT_CONTINUING);
    assert_int_equal(told.told_rate, 50);
    s.rate_most = 499, s.packets = 5000;
    assert_int_equal(darknet_alert_follow(f->a, &told, &s, AT(NOW + 4), &out), EVENT_CONTINUING);
    s.rate_most = 500;
    assert_int_equal(darknet_alert_follow(f->a, &told, &s, AT(NOW + 4), &out), EVENT_ESCALATED);
    assert_int_equal(out.rate_most, 500);
}

static void it_ends_after_silence_and_begins_anew(void **state)
{
    struct room *f = *state;
    struct alert_episode e, out;
    struct alert_sighting s = seen(AT(NOW), AT(NOW), 60);
    assert_int_equal(darknet_alert_follow(f->a, NULL, &s, AT(NOW), &e), EVENT_NEW);
    assert_false(darknet_alert_is_over(&e, AT(NOW + 24) - 1));
    assert_true(darknet_alert_is_over(&e, AT(NOW + 24)));
    e.family = FAMILY_FLOOD;
    assert_false(darknet_alert_is_over(&e, AT(NOW + 12) - 1));
    assert_true(darknet_alert_is_over(&e, AT(NOW + 12)));
    e.family = FAMILY_AROUND;
    e.reported_at = AT(NOW + 100); /* an old capture is not over before anybody has read of it */
    assert_false(darknet_alert_is_over(&e, AT(NOW + 123)));
    e.state = ALERT_OVER;
    assert_false(darknet_alert_is_over(&e, AT(NOW + 200)));
    struct alert_sighting again = seen(AT(NOW + 1), AT(NOW + 1), 1);
    assert_int_equal(darknet_alert_follow(f->a, &e, &again, AT(NOW + 1), &out), EVENT_REOPENED);
    assert_int_equal(out.state, ALERT_ACTIVE);
    e.state = ALERT_ACTIVE; /* nobody let time pass in between */
    struct alert_sighting late = seen(AT(NOW + 25), AT(NOW + 25), 1);
    assert_int_equal(darknet_alert_follow(f->a, &e, &late, AT(NOW + 25), &out), EVENT_REOPENED);
}

static void how_it_is_told(void **state)
{
    static const struct {
        enum alert_event event;
        enum alert_class class;
        enum alert_confidence how;
        bool infected, suppressed;
        int64_t mails;
        enum alert_way way;
    } rows[] = {
        {EVENT_NEW, ALERT_SCAN, ALERT_LIKELY, false, false, 0, WAY_MAIL},
        {EVENT_NEW, ALERT_SCAN, ALERT_LIKELY, false, false, 5, WAY_MAIL},
        {EVENT_NEW, ALERT_SCAN, ALERT_LIKELY, false, false, 6, WAY_CAPPED},
        {EVENT_NEW, ALERT_SCAN, ALERT_LIKELY, false, true, 0, WAY_SUPPRESSED},
        {EVENT_NEW, ALERT_SCAN, ALERT_POSSIBLE, false, false, 0, WAY_DIGEST},
        {EVENT_NEW, ALERT_SCAN, ALERT_POSSIBLE, false, false, 6, WAY_DIGEST},
        {EVENT_NEW, ALERT_UNKNOWN, ALERT_CERTAIN, false, false, 0, WAY_DIGEST},
        {EVENT_NEW, ALERT_SCAN, ALERT_POSSIBLE, true, false, 0, WAY_MAIL},
        {EVENT_CONTINUING, ALERT_WORM, ALERT_CERTAIN, true, false, 0, WAY_DIGEST},
        {EVENT_ENDED, ALERT_WORM, ALERT_CERTAIN, true, false, 0, WAY_MAIL},
        {EVENT_ENDED, ALERT_SPOOFED, ALERT_POSSIBLE, false, false, 0, WAY_DIGEST},
        {EVENT_REOPENED, ALERT_WORM, ALERT_CERTAIN, true, false, 0, WAY_MAIL},
        {EVENT_ACKNOWLEDGED, ALERT_WORM, ALERT_CERTAIN, true, false, 0, WAY_NONE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct alert_episode e = {
            .class = rows[i].class, .confidence = rows[i].how, .infected = rows[i].infected};
        assert_int_equal(darknet_alert_way_of(rows[i].event, &e, rows[i].suppressed, rows[i].mails),
            rows[i].way);
    }
}

static void how_grave_it_is(void **state)
{
    (void)state;
    assert_int_equal(darknet_alert_severity_of(ALERT_SCAN, ALERT_LIKELY, true), SEVERITY_HIGH);
    assert_int_equal(darknet_alert_severity_of(ALERT_WORM, ALERT_LIKELY, false), SEVERITY_HIGH);
    assert_int_equal(darknet_alert_severity_of(ALERT_SCAN, ALERT_LIKELY, false), SEVERITY_MIDDLE);
    assert_int_equal(darknet_alert_severity_of(ALERT_BACKSCATTER, ALERT_CERTAIN, false), SEVERITY_MIDDLE);
    assert_int_equal(darknet_alert_severity_of(ALERT_WORM, ALERT_POSSIBLE, false), SEVERITY_LOW);
    assert_int_equal(darknet_alert_severity_of(ALERT_MISCONFIGURATION, ALERT_CERTAIN, false), SEVERITY_LOW);
}

static usec at(int d, int hh, int mm)
{
    return usec_of_civil((struct civil){.y = 2026, .m = 11, .d = d, .hh = hh, .mm = mm});
}

static void contacts_of_the_daytime_read_it_in_the_morning(void **state)
{
    static const struct {
        int d, hh, mm, want_d, want_hh, want_mm;
    } rows[] = {
        {27, 8, 29, 27, 8, 30}, {27, 8, 30, 27, 8, 30}, {27, 17, 14, 27, 17, 14}, {27, 17, 15, 30, 8, 30},
        {28, 10, 0, 30, 8, 30}, {29, 23, 59, 30, 8, 30}, {26, 20, 0, 27, 8, 30},
    }; /* the 27th is a Friday */
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(darknet_alert_reading_time(
                             DARKNET_WEEKDAYS, SEVERITY_MIDDLE, at(rows[i].d, rows[i].hh, rows[i].mm)),
            at(rows[i].want_d, rows[i].want_hh, rows[i].want_mm));
    assert_int_equal(darknet_alert_reading_time(DARKNET_WEEKDAYS, SEVERITY_HIGH, at(28, 3, 0)), at(28, 3, 0));
    assert_int_equal(darknet_alert_reading_time(DARKNET_ALWAYS, SEVERITY_LOW, at(28, 3, 0)), at(28, 3, 0));
}

static void the_mail_says_it_all(void **state)
{
    struct room *f = *state;
    static const char *const parts[] = {"見本町のアドレスで", "198.18.1.7", "tcp/445", "60 パケット", "理由",
        "ほかの 2 団体と共用", "機器が感染していると考えられます", "ネットワークから切り離す",
        "2026-11-27 08:29:00.123 tcp 送信元 198.18.1.7:40001 あて先 198.19.0.1:445", "窓口",
        "このほかに 312 件", "秘密"};
    struct alert_sighting s = seen(at(27, 8, 29), at(27, 8, 30), 60);
    struct alert_packet p = {at(27, 8, 29) + 123000, S("tcp"), S("198.19.0.1"), 40001, 445};
    struct alert_episode e;
    s.infected = true;
    assert_int_equal(darknet_alert_follow(f->a, NULL, &s, at(27, 8, 30), &e), EVENT_NEW);
    struct alert_story story = {&e, &p, 1, S("見本町"), 2, 312};
    str text = darknet_alert_text(f->a, S("ja"), EVENT_NEW, &story);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        assert_true(str_has(text, str_of(parts[i])));
    story.sharers = story.held_back = 0;
    text = darknet_alert_text(f->a, S("ja"), EVENT_ENDED, &story);
    assert_false(str_has(text, S("共用")));
    assert_false(str_has(text, S("このほかに")));
    assert_true(str_has(text, S("収まりました")));
    assert_true(str_has(darknet_alert_subject(f->a, S("ja"), EVENT_NEW, &story), S("重要度高")));
    str json = darknet_alert_machine_text(f->a, EVENT_NEW, &story);
    assert_true(str_starts(json, S("{\"event\":\"new\"")));
    assert_true(str_has(json, S("\"dark_address\":\"198.19.0.1\"")));
}

static void the_sensors_words_are_read(void **state)
{
    struct room *f = *state;
    struct alert_sightings all;
    struct fact_hours hours;
#define GOOD                                                                                     \
    "\"bodies\":[\"483010\"],\"role\":\"own\",\"source\":\"198.18.1.7\",\"class\":\"worm\",\"tool\":null,"       \
    "\"confidence\":\"likely\",\"infected\":true,\"last\":\"2026-11-27T08:30:00.000+09:00\",\"packets\":3,"    \
    "\"dark_addresses\":2,\"services\":[\"tcp/445\",\"tcp/139\"],\"first_packets\":[{\"time\":"                \
    "\"2026-11-27T08:29:00.123+09:00\",\"protocol\":\"tcp\",\"source_port\":1,\"dark_address\":\"198.19.0.1\"," \
    "\"port\":445}],"
#define FIRST "\"first\":\"2026-11-27T08:29:00.123+09:00\""
    assert_false(err_is(darknet_report_parse(
        f->a, S("[{" GOOD FIRST "}]"), &all, &hours)));
    assert_int_equal(all.n, 1);
    assert_int_equal(all.v[0].first, at(27, 8, 29) + 123000);
    assert_true(str_eq(all.v[0].services, S("tcp/445 tcp/139")));
    assert_int_equal(all.v[0].packet[0].port, 445);
    static const char *const bad[] = {"", "{}", "[1]", "[{}]", "[{" GOOD "\"first\":\"2026-11-27\"}]",
        "[{" GOOD "\"first\":\"2026-02-30T08:29:00.123+09:00\"}]",
        "[{" GOOD "\"first\":\"2026-11-27T08:31:00.000+09:00\"}]",
        /* the same that was taken, with what goes too far */
        "[{" GOOD FIRST ",\"rate_most\":9007199254740993}]", "[{" GOOD FIRST ",\"reason\":\"a\\nb\"}]",
        "[{" GOOD FIRST ",\"victim\":\"nobody\"}]", "[{" GOOD FIRST ",\"rule\":\"\\u001b[2J\"}]"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(darknet_report_parse(f->a, str_of(bad[i]), &all, &hours).code, ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_reported_twice_is_told_once, setup, teardown),
        cmocka_unit_test_setup_teardown(
            counts_of_one_observation_grow_and_those_of_another_add, setup, teardown),
        cmocka_unit_test_setup_teardown(it_escalates_where_it_gets_worse, setup, teardown),
        cmocka_unit_test_setup_teardown(ten_times_the_fullest_minute_is_worse, setup, teardown),
        cmocka_unit_test_setup_teardown(it_ends_after_silence_and_begins_anew, setup, teardown),
        cmocka_unit_test(how_it_is_told),
        cmocka_unit_test(how_grave_it_is),
        cmocka_unit_test(contacts_of_the_daytime_read_it_in_the_morning),
        cmocka_unit_test_setup_teardown(the_mail_says_it_all, setup, teardown),
        cmocka_unit_test_setup_teardown(the_sensors_words_are_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
