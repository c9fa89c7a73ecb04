/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, addresses, relays, pauses and the hour of the digest. */
#include "test/fixture.h"

#include "mail/mail_private.h"

static struct arena *a;

static str message(str subject, str text, str to)
{
    BUF_AUTO out = BUF(4 << 20);
    struct message m = {.from = S("yagura@example.jp"),
        .to = to,
        .subject = subject,
        .text = text,
        .message_id = S("1.a@yagura.invalid"),
        .date = usec_of_jday_end(jday_of(2026, 11, 20)) + 8 * USEC_HOUR + 30 * USEC_MINUTE};
    assert_ok(mail_message_write(&out, &m));
    return str_dup(a, buf_view(&out));
}

static int count(str s, const char *part)
{
    int n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += str_starts(str_sub(s, i, s.n), str_of(part));
    return n;
}

static str head_of(str m)
{
    size_t i = 0;
    while (!str_starts(str_sub(m, i, m.n), S("\r\n\r\n")))
        i++;
    return str_sub(m, 0, i + 2);
}

/* What every mail is on the wire, whatever was in it. */
static void assert_sound(str m)
{
    size_t line = 0;
    for (size_t i = 0; i < m.n; i++) {
        assert_true(m.p[i] == '\r' || m.p[i] == '\n' || (m.p[i] >= ' ' && m.p[i] <= '~'));
        assert_true((m.p[i] == '\n') == (i > 0 && m.p[i - 1] == '\r'));
        line = m.p[i] == '\n' ? 0 : line + 1;
        assert_true(line <= 79); /* with its CR */
    }
    str head = head_of(m);
    static const char *const once[] = {"Date: ", "From: ", "To:", "Subject: ", "Message-ID:",
        "Auto-Submitted: ", "MIME-Version: ", "Content-Type: ", "Content-Transfer-Encoding: "};
    for (size_t i = 0; i < COUNT_OF(once); i++)
        assert_int_equal(count(head, str_z(a, str_fmt(a, "\n%s", once[i]))) +
                str_starts(head, str_of(once[i])), 1);
    int lines = count(head, "\r\n"), folded = count(head, "\r\n ");
    assert_int_equal(lines - folded, COUNT_OF(once));
}

static void a_message_is_written_as_the_standards_say(void **state)
{
    (void)state;
    str m = message(S("期限"), S("一行目\n二行目"), S("town@example.jp"));
    assert_str(m, S("Date: Sat, 21 Nov 2026 08:30:00 +0900\r\n"
                    "From: =?UTF-8?B?5quTIFlhZ3VyYQ==?=\r\n <yagura@example.jp>\r\n"
                    "To:\r\n <town@example.jp>\r\n"
                    "Subject: =?UTF-8?B?5pyf6ZmQ?=\r\n"
                    "Message-ID:\r\n <1.a@yagura.invalid>\r\n"
                    "Auto-Submitted: auto-generated\r\n"
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=UTF-8\r\n"
                    "Content-Transfer-Encoding: base64\r\n"
                    "\r\n"
                    "5LiA6KGM55uuDQrkuozooYznm64NCg==\r\n"));
    assert_sound(m);
}

static void long_texts_are_cut_between_characters(void **state)
{
    (void)state;
    BUF_AUTO b = BUF(100000);
    for (int i = 0; i < 200; i++)
        buf_lit(&b, "あ𠮷b");
    str m = message(str_sub(buf_view(&b), 0, 199), buf_view(&b), S("a@b.jp"));
    assert_sound(m);
    assert_true(count(m, "=?UTF-8?B?") > 5);
    /* No encoded word begins inside a character: its first byte would be 10xxxxxx, base64 g–v. */
    for (size_t i = 0; i + 11 < m.n; i++)
        if (str_starts(str_sub(m, i, m.n), S("=?UTF-8?B?")))
            assert_false(m.p[i + 10] >= 'g' && m.p[i + 10] <= 'v');
}

static void nothing_makes_a_second_header_or_command(void **state)
{
    static const char *const hostile[] = {"x\r\nBcc: evil@example.com", "x\nBcc: a@b",
        "x\rBcc: a@b", "=?UTF-8?B?DQpCY2M6IGFAYg==?=", "x\r\n\r\n<html>", "x\r\n.\r\nMAIL FROM:<a>",
        "\x7f\x01\x02", "x\t\v\f", "", "\xe2\x80\xa8" "Bcc: a@b"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        str h = str_of(hostile[i]);
        str m = message(h, h, S("town@example.jp"));
        assert_sound(m);
        assert_int_equal(count(m, "Bcc"), 0);
        assert_int_equal(count(m, "\r\n.\r\n"), 0);
    }
    struct message m = {.from = S("a@b.jp"), .to = S("a@b.jp"),
        .message_id = S("x>\r\nBcc: a@b"), .subject = S("s"), .text = S("t")};
    BUF_AUTO out = BUF(10000);
    assert_ok(mail_message_write(&out, &m));
    assert_int_equal(count(buf_view(&out), "\nBcc"), 0);
}

static void an_address_is_one_address(void **state)
{
    static const struct {
        const char *s;
        bool good;
    } rows[] = {{"town@example.jp", true}, {"a+b_c.d@xn--x.lg.jp", true}, {"a@b", true},
        {"", false}, {"town", false}, {"@b.jp", false}, {"a@", false}, {"a@b@c", false},
        {"a b@c.jp", false}, {"a@b.jp>\r\nRCPT TO:<x@y", false}, {"a@b.jp\n", false},
        {"<a@b.jp>", false}, {"a@b.jp,c@d.jp", false}, {"a@b.jp;c@d.jp", false},
        {"\"a\"@b.jp", false}, {"町@example.jp", false}, {"a@b.jp\xc2\x85", false},
        {".a@b.jp", false}, {"a(x)@b.jp", false}, {"a\\@b.jp", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (mail_address_is_valid(str_of(rows[i].s)) != rows[i].good)
            fail_msg("%s", rows[i].s);
    BUF_AUTO out = BUF(10000);
    struct message m = {.from = S("a@b.jp"), .to = S("a@b.jp>\r\nDATA")};
    assert_err(mail_message_write(&out, &m), INVALID);
}

static void a_relay_is_a_host_and_a_port(void **state)
{
    static const struct {
        const char *url, *host, *port;
        bool loopback;
    } rows[] = {{"smtp://127.0.0.1:25", "127.0.0.1", "25", true},
        {"smtps://mail.example.jp:465", "mail.example.jp", "465", false},
        {"smtp://[::1]:2525", "::1", "2525", true}, {"smtp://localhost:587", "localhost", "587", true},
        {"smtp://10.0.0.1:587", "10.0.0.1", "587", false},
        {"smtp://127.0.0.1.example.com:25", "127.0.0.1.example.com", "25", false},
        {"smtp://mail", NULL, NULL, false}, {"http://a:1", NULL, NULL, false},
        {"smtp://a:0", NULL, NULL, false}, {"smtp://a:65536", NULL, NULL, false},
        {"smtp://u:p@a:25", NULL, NULL, false}, {"smtp://a:25/x", NULL, NULL, false},
        {"smtp://:25", NULL, NULL, false}, {"smtp://a b:25", NULL, NULL, false},
        {"smtp://::1:25", NULL, NULL, false}, {"", NULL, NULL, false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct relay_url u;
        err e = mail_relay_parse(str_of(rows[i].url), &u);
        if (err_is(e) != (rows[i].host == NULL))
            fail_msg("%s", rows[i].url);
        if (err_is(e))
            continue;
        assert_str(u.host, str_of(rows[i].host));
        assert_str(u.port, str_of(rows[i].port));
        if (u.loopback != rows[i].loopback)
            fail_msg("%s", rows[i].url);
    }
}

static void pauses_rise_and_end(void **state)
{
    (void)state;
    usec all = 0;
    assert_int_equal(mail_pause(0), 0);
    for (int i = 1; i <= 9; i++) {
        assert_true(mail_pause(i) > (i > 1 ? mail_pause(i - 1) : 0));
        all += mail_pause(i);
    }
    assert_int_equal(mail_pause(10), 0);
    assert_true(all > 3 * USEC_DAY && all < 4 * USEC_DAY);
}

static void the_digest_is_made_at_half_past_eight(void **state)
{
    (void)state;
    usec midnight = usec_of_jday_end(jday_of(2026, 2, 28)), hour = mail_morning(jday_of(2026, 3, 1));
    assert_int_equal(hour, midnight + 8 * USEC_HOUR + 30 * USEC_MINUTE);
    assert_int_equal(mail_digest_hour(hour), hour);
    assert_int_equal(mail_digest_hour(hour - 1), hour - USEC_DAY);
    assert_int_equal(mail_digest_hour(midnight), hour - USEC_DAY);
    assert_int_equal(mail_digest_hour(midnight + USEC_DAY - 1), hour);
}

static void what_a_relay_says_is_kept_without_the_person(void **state)
{
    (void)state;
    str to = S("town@example.jp");
    assert_str(mail_answer_clean(a, S("550 5.1.1 <town@example.jp>: unknown\r\n"), to),
        S("550 5.1.1 <(宛先)>: unknown??"));
    assert_str(mail_answer_clean(a, S("\x1b[31m\xff"), to), S("?[31m?"));
    char many[1000];
    memset(many, 'x', sizeof many);
    assert_int_equal(mail_answer_clean(a, (str){many, sizeof many}, to).n, 200);
}

static void a_link_stands_alone_or_says_where_to_sign_in(void **state)
{
    (void)state;
    BUF_AUTO b = BUF(1000);
    mail_put_link(&b, S("https://y.example.jp/"), S("/surveys/1"));
    mail_put_link(&b, S(""), S("/surveys/1"));
    mail_put_link(&b, S("https://y.example.jp"), S(""));
    assert_str(buf_view(&b), S("\nhttps://y.example.jp/surveys/1\n"
                               "\n櫓（Yagura）にサインインして開くページ: /surveys/1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_written_as_the_standards_say),
        cmocka_unit_test(long_texts_are_cut_between_characters),
        cmocka_unit_test(nothing_makes_a_second_header_or_command),
        cmocka_unit_test(an_address_is_one_address),
        cmocka_unit_test(a_relay_is_a_host_and_a_port),
        cmocka_unit_test(pauses_rise_and_end),
        cmocka_unit_test(the_digest_is_made_at_half_past_eight),
        cmocka_unit_test(what_a_relay_says_is_kept_without_the_person),
        cmocka_unit_test(a_link_stands_alone_or_says_where_to_sign_in),
    };
    a = arena_new(16 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
