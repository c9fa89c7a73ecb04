/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox on a real database: keys, claims, leases, ends, the digest, the sign of life. */
#include "test/fixture.h"

#include "mail/mail_private.h"

/* One thing done on the writer. */
struct act {
    struct fix *f;
    struct mail mail;
    struct outgoing out;
    enum mail_result result;
    int64_t id, attempt;
    const char *call;
    str in;
    struct buf text;
};

static err run_queue(struct tx *tx, void *arg)
{
    struct act *act = arg;
    return mail_queue(tx, act->f->a, &act->mail);
}

static err run_claim(struct tx *tx, void *arg)
{
    struct act *act = arg;
    err e = mail_claim(tx, act->f->a, &act->out);
    if (err_is(e))
        act->out.id = 0;
    return e.code == ERR_NOTFOUND ? OK : e; /* what was closed on the way stays */
}

static err run_settle(struct tx *tx, void *arg)
{
    struct act *act = arg;
    return mail_settle(tx, act->id, act->attempt, act->result, S("451 later"));
}

static err run_again(struct tx *tx, void *arg)
{
    return mail_again(tx, ((struct act *)arg)->id);
}

static err run_release(struct tx *tx, void *arg)
{
    (void)arg;
    return mail_release(tx);
}

static err run_call(struct tx *tx, void *arg)
{
    struct act *act = arg;
    const struct call *c = call_find(act->f->mods.calls, act->f->mods.n_calls, str_of(act->call));
    return c->run(tx, act->f->a, act->in, &act->text);
}

static struct act mail_to(struct fix *f, enum fix_person p, const char *key)
{
    return (struct act){.f = f,
        .mail = {.to = f->person[p], .kind = S("survey.step"), .key = str_of(key),
            .subject = S("件名"), .text = S("本文\n"), .path = S("/surveys/1")}};
}

static void queue(struct fix *f, enum fix_person p, const char *key)
{
    struct act act = mail_to(f, p, key);
    fix_write(f, run_queue, &act);
}

static void queue_line(struct fix *f, enum fix_person p, const char *key, usec not_before,
    usec not_after)
{
    struct act act = mail_to(f, p, key);
    act.mail.digest = true;
    act.mail.subject = str_of(key);
    act.mail.not_before = not_before;
    act.mail.not_after = not_after;
    fix_write(f, run_queue, &act);
}

static struct outgoing claim(struct fix *f)
{
    struct act act = {.f = f};
    fix_write(f, run_claim, &act);
    return act.out;
}

static void settle(struct fix *f, const struct outgoing *m, enum mail_result r)
{
    struct act act = {.f = f, .id = m->id, .attempt = m->attempt, .result = r};
    fix_write(f, run_settle, &act);
}

static str call_text(struct fix *f, const char *name, str in)
{
    struct act act = {.f = f, .call = name, .in = in, .text = BUF(HANDOFF_MAX)};
    fix_write(f, run_call, &act);
    str out = str_dup(f->a, buf_view(&act.text));
    buf_free(&act.text);
    return out;
}

static int64_t in_state(const struct fix *f, enum mail_state s)
{
    return fix_number(f, str_z(f->a, str_fmt(f->a, "SELECT COUNT(*) FROM outbox WHERE state=%d", s)));
}

static int64_t problems(struct fix *f)
{
    BUF_AUTO lines = BUF(10000);
    struct check_report report = {.lines = &lines};
    assert_ok(mail_check(fix_db(f), f->a, &report));
    return report.problems;
}

/* ── single mails ── */

static void the_same_key_is_queued_once(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    queue(f, P_TOWN, "a");
    queue(f, P_CITY, "a");
    queue(f, P_CITY, "b");
    assert_int_equal(in_state(f, MAIL_WAITING), 2);
    assert_int_equal(fix_number(f, "SELECT COUNT(DISTINCT message_id) FROM outbox"), 2);
    struct outgoing m = claim(f);
    settle(f, &m, MAIL_RESULT_SENT);
    queue(f, P_TOWN, "a"); /* also when it was sent long ago */
    assert_int_equal(in_state(f, MAIL_WAITING), 1);
}

static err run_event_that_fails(struct tx *tx, void *arg)
{
    TRY(run_queue(tx, arg));
    return ERR(CONFLICT);
}

static void no_mail_without_its_event(void **state)
{
    struct fix *f = *state;
    struct act act = mail_to(f, P_TOWN, "a");
    assert_err(fix_try(f, run_event_that_fails, &act), CONFLICT);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 0);
}

static void too_much_is_refused(void **state)
{
    struct fix *f = *state;
    char *many = arena_alloc(f->a, MAIL_TEXT_MAX + 1);
    memset(many, 'x', MAIL_TEXT_MAX + 1);
    struct act act = mail_to(f, P_TOWN, "a");
    act.mail.text = (str){many, MAIL_TEXT_MAX + 1};
    assert_err(fix_try(f, run_queue, &act), LIMIT);
    act = mail_to(f, P_TOWN, "a");
    act.mail.subject = (str){many, MAIL_SUBJECT_MAX + 1};
    assert_err(fix_try(f, run_queue, &act), LIMIT);
    act.mail.subject = S("a\r\nBcc: x");
    fix_write(f, run_queue, &act);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox WHERE subject='a  Bcc: x'"), 1);
}

static void a_mail_is_claimed_by_one(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    struct outgoing m = claim(f);
    assert_true(m.id != 0);
    assert_str(m.address, S("a@example.jp"));
    assert_int_equal(m.attempt, 1);
    assert_int_equal(claim(f).id, 0);
    settle(f, &m, MAIL_RESULT_SENT);
    assert_int_equal(in_state(f, MAIL_SENT), 1);
    f->now += USEC_DAY;
    assert_int_equal(claim(f).id, 0);
    assert_int_equal(problems(f), 0);
}

static void a_claim_that_ran_out_is_taken_again_with_the_same_message(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    struct outgoing first = claim(f);
    f->now += MAIL_LEASE_MINUTES * USEC_MINUTE - 1;
    assert_int_equal(claim(f).id, 0);
    f->now += 1;
    struct outgoing second = claim(f);
    assert_int_equal(second.id, first.id);
    assert_str(second.message_id, first.message_id);
    assert_int_equal(second.attempt, 2);
    settle(f, &first, MAIL_RESULT_REFUSED); /* an old attempt says nothing about the new one */
    assert_int_equal(in_state(f, MAIL_SENDING), 1);
    settle(f, &first, MAIL_RESULT_SENT); /* but that it was sent */
    assert_int_equal(in_state(f, MAIL_SENT), 1);
    settle(f, &second, MAIL_RESULT_AGAIN);
    assert_int_equal(in_state(f, MAIL_SENT), 1);
}

static void the_only_worker_takes_over_at_once(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    struct outgoing first = claim(f);
    fix_write(f, run_release, NULL);
    assert_int_equal(claim(f).id, first.id);
}

static void an_attempt_is_repeated_with_pauses_and_given_up(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    for (int i = 1; i <= 10; i++) {
        struct outgoing m = claim(f);
        assert_int_equal(m.attempt, i);
        settle(f, &m, i % 2 ? MAIL_RESULT_AGAIN : MAIL_RESULT_RELAY);
        f->now += mail_pause(i) - 1;
        assert_int_equal(claim(f).id, 0);
        f->now += 1;
    }
    assert_int_equal(in_state(f, MAIL_FAILED), 1);
    struct mail_rows rows;
    assert_ok(mail_troubles(fix_db(f), f->a, 100, &rows));
    assert_int_equal(rows.n, 1);
    assert_str(rows.v[0].answer, S("451 later"));
    /* Somebody tries again. */
    struct act act = {.f = f, .id = rows.v[0].id};
    fix_write(f, run_again, &act);
    assert_err(fix_try(f, run_again, &act), STALE);
    assert_int_equal(claim(f).attempt, 1);
    act.id = 1;
    assert_err(fix_try(f, run_again, &act), NOTFOUND);
    assert_int_equal(problems(f), 0);
}

static void a_refused_mail_is_not_sent_again_by_itself(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    struct outgoing m = claim(f);
    settle(f, &m, MAIL_RESULT_REFUSED);
    f->now += 100 * USEC_DAY;
    assert_int_equal(claim(f).id, 0);
    assert_int_equal(in_state(f, MAIL_FAILED), 1);
}

static void who_was_stopped_or_has_no_address_gets_nothing(void **state)
{
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    queue(f, P_CITY, "b");
    queue(f, P_FAR, "c");
    fix_sql(f, "UPDATE person SET active=0 WHERE login='town';"
               "UPDATE person SET mail='a@b' || char(13) || char(10) || 'RCPT' WHERE login='city'");
    struct outgoing m = claim(f);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox WHERE key='c' AND state=2"), 1);
    assert_int_equal(in_state(f, MAIL_DROPPED), 1);
    assert_int_equal(in_state(f, MAIL_FAILED), 1);
    settle(f, &m, MAIL_RESULT_SENT);
    assert_int_equal(problems(f), 0);
}

/* ── the digest ── */

static void lines_are_collected_once_a_day(void **state)
{
    struct fix *f = *state; /* 10:00 */
    usec morning = mail_morning(jday_of(2026, 11, 21));
    queue_line(f, P_TOWN, "一つ目", 0, 0);
    queue_line(f, P_TOWN, "二つ目", 0, 0);
    queue_line(f, P_CITY, "別の人", 0, 0);
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(claim(f).id, 0); /* today's 08:30 has passed */
    f->now = morning - 1;
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(claim(f).id, 0);
    f->now = morning;
    call_text(f, "mail.tick", STR_NONE);
    call_text(f, "mail.tick", STR_NONE);
    struct outgoing other = claim(f), m = claim(f);
    assert_int_equal(m.lines, 2);
    assert_str(m.subject, S("お知らせ 2 件（櫓 Yagura）"));
    assert_str(other.subject, S("別の人")); /* one line gives its own subject */
    assert_int_equal(claim(f).id, 0);
    struct mail_line line[2];
    size_t n;
    assert_ok(mail_lines(fix_db(f), f->a, m.id, line, 2, &n));
    assert_int_equal(n, 2);
    assert_str(line[0].subject, S("一つ目"));
    assert_str(line[1].subject, S("二つ目"));
    settle(f, &m, MAIL_RESULT_SENT);
    settle(f, &other, MAIL_RESULT_SENT);
    /* Later the same day: tomorrow's, even if it says that it may go at 08:30 today. */
    queue_line(f, P_TOWN, "三つ目", morning, 0);
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(claim(f).id, 0);
    f->now = morning + USEC_DAY;
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(claim(f).lines, 1);
    assert_int_equal(problems(f), 0);
}

static void a_late_worker_still_makes_todays(void **state)
{
    struct fix *f = *state; /* 10:00 */
    queue_line(f, P_TOWN, "今朝の分", mail_morning(jday_of(2026, 11, 20)), 0);
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(claim(f).lines, 1);
}

static void what_came_too_late_is_left_out(void **state)
{
    struct fix *f = *state;
    usec today = mail_morning(jday_of(2026, 11, 20));
    queue_line(f, P_TOWN, "昨日まで", today, f->now + USEC_HOUR);
    f->now += 2 * USEC_HOUR;
    queue_line(f, P_TOWN, "まだ間に合う", today, f->now + USEC_HOUR);
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(claim(f).lines, 1);
    assert_int_equal(in_state(f, MAIL_DROPPED), 1);
    assert_int_equal(problems(f), 0);
}

static void the_digest_numbers_its_lines_and_links_them(void **state)
{
    struct fix *f = *state;
    usec today = mail_morning(jday_of(2026, 11, 20));
    for (int i = 0; i < MAIL_DIGEST_LINES + 2; i++)
        queue_line(f, P_TOWN, str_z(f->a, str_fmt(f->a, "第%d", i)), today, 0);
    call_text(f, "mail.tick", STR_NONE);
    str json = call_text(f, "mail.take", S("https://y.example.jp"));
    assert_true(str_has(json, S("【架空データ】お知らせ 52 件")));
    assert_true(str_has(json, S("架空データ：これは試用版からのメールです。")));
    assert_true(str_has(json, S("■ 1. 第0\\u000a本文\\u000a\\u000ahttps://y.example.jp/surveys/1\\u000a")));
    assert_true(str_has(json, S("■ 50. 第49")));
    assert_false(str_has(json, S("第50")));
    assert_true(str_has(json, S("ほか 2 件は")));
}

/* ── the worker ── */

static void work_is_running_while_it_gives_a_sign(void **state)
{
    struct fix *f = *state;
    struct mail_status s;
    assert_ok(mail_work_status(fix_db(f), f->now, &s));
    assert_false(s.running);
    assert_int_equal(s.seen, 0);
    call_text(f, "mail.beat", STR_NONE);
    queue(f, P_TOWN, "a");
    usec queued = f->now;
    assert_ok(mail_work_status(fix_db(f), f->now + 3 * USEC_MINUTE - 1, &s));
    assert_true(s.running);
    assert_int_equal(s.waiting, 1);
    assert_int_equal(s.oldest, queued);
    assert_ok(mail_work_status(fix_db(f), f->now + 3 * USEC_MINUTE, &s));
    assert_false(s.running);
    assert_int_equal(s.seen, queued);
}

static void calls_refuse_what_they_do_not_understand(void **state)
{
    static const char *const bad[] = {"", "1", "1 1", "x 1 sent ok", "1 x sent ok", "1 1 eaten ok",
        "-1 1 sent ok", "1 0 sent ok"};
    struct fix *f = *state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct act act = {.f = f, .call = "mail.done", .in = str_of(bad[i]), .text = BUF(1000)};
        assert_err(fix_try(f, run_call, &act), INVALID);
        buf_free(&act.text);
    }
}

static void planted_oddities_are_found(void **state)
{
    static const char *const plants[] = {"UPDATE outbox SET state=5", "UPDATE outbox SET state=3",
        "UPDATE outbox SET part_of=id", "UPDATE outbox SET done_at=1", "UPDATE outbox SET state=2"};
    struct fix *f = *state;
    queue(f, P_TOWN, "a");
    assert_int_equal(problems(f), 0);
    for (size_t i = 0; i < COUNT_OF(plants); i++) {
        fix_sql(f, plants[i]);
        assert_int_equal(problems(f), 1);
        fix_sql(f, "UPDATE outbox SET state=1, part_of=NULL, done_at=NULL");
    }
}

/* Sent and collected ones after their days, the lines with the mail they went into; what still
 * waits stays, and so does what was done with later. */
static void what_is_done_is_forgotten(void **state)
{
    struct fix *f = *state;
    usec morning = mail_morning(jday_of(2026, 11, 21));
    queue_line(f, P_TOWN, "一つ目", 0, 0);
    queue_line(f, P_TOWN, "二つ目", 0, 0);
    f->now = morning;
    call_text(f, "mail.tick", STR_NONE);
    struct outgoing m = claim(f);
    settle(f, &m, MAIL_RESULT_SENT);
    queue(f, P_CITY, "待つもの");
    f->now = morning + MAIL_KEPT_DAYS * USEC_DAY;
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 4);
    f->now += 1;
    struct outgoing late = claim(f);
    settle(f, &late, MAIL_RESULT_SENT);
    call_text(f, "mail.tick", STR_NONE);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM outbox"), 1);
    assert_int_equal(in_state(f, MAIL_SENT), 1);
    assert_int_equal(problems(f), 0);
}

#define WITH_PEOPLE(t) cmocka_unit_test_setup_teardown(t, fix_people_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(the_same_key_is_queued_once),
        WITH_PEOPLE(no_mail_without_its_event),
        WITH_PEOPLE(too_much_is_refused),
        WITH_PEOPLE(a_mail_is_claimed_by_one),
        WITH_PEOPLE(a_claim_that_ran_out_is_taken_again_with_the_same_message),
        WITH_PEOPLE(the_only_worker_takes_over_at_once),
        WITH_PEOPLE(an_attempt_is_repeated_with_pauses_and_given_up),
        WITH_PEOPLE(a_refused_mail_is_not_sent_again_by_itself),
        WITH_PEOPLE(who_was_stopped_or_has_no_address_gets_nothing),
        WITH_PEOPLE(lines_are_collected_once_a_day),
        WITH_PEOPLE(a_late_worker_still_makes_todays),
        WITH_PEOPLE(what_came_too_late_is_left_out),
        WITH_PEOPLE(the_digest_numbers_its_lines_and_links_them),
        WITH_PEOPLE(what_is_done_is_forgotten),
        WITH_PEOPLE(work_is_running_while_it_gives_a_sign),
        WITH_PEOPLE(calls_refuse_what_they_do_not_understand),
        WITH_PEOPLE(planted_oddities_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
