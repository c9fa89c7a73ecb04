/* SPDX-License-Identifier: Apache-2.0 */
/* Somebody with the file in hand: a row changed, missing, put in, a tail cut, a chain and even the
 * whole trail computed anew, yesterday's file put back. Each is found, and where. */
#include "test/fixture.h"

#include "anchor/anchor_private.h"

enum { CHAINS = 4, ROWS = 5, FIRST = 101 }; /* bodies 101 to 104 */

static const char *word = "survey.answer"; /* what the rows appended next say */

static err append_to(struct tx *tx, struct fix *f, int64_t body, int row)
{
    struct audit_entry e = {.body = body,
        .person = 7,
        .action = str_of(word),
        .object = str_fmt(f->a, "survey:%lld/%d", (long long)body, row)};
    return audit_append(tx, &e);
}

static err append_all(struct tx *tx, void *arg)
{
    for (int row = 1; row <= ROWS; row++)
        for (int64_t body = FIRST; body < FIRST + CHAINS; body++)
            TRY(append_to(tx, arg, body, row));
    return OK;
}

static err append_one_chain(struct tx *tx, void *arg)
{
    for (int row = 1; row <= ROWS; row++)
        TRY(append_to(tx, arg, FIRST + 1, row));
    return OK;
}

static err put_secret(struct tx *tx, void *arg)
{
    (void)arg;
    return setting_put(
        tx, S("secret"), S("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
}

struct line {
    struct fix *f;
    str text;
};

static err seal_write(struct tx *tx, void *arg)
{
    struct line *l = arg;
    BUF_AUTO out = BUF(4096);
    TRY(anchor_seal(tx, l->f->a, &out));
    l->text = str_dup(l->f->a, buf_view(&out));
    return OK;
}

static str seal(struct fix *f)
{
    struct line l = {.f = f};
    fix_write(f, seal_write, &l);
    f->now += USEC_HOUR;
    return l.text;
}

static int setup(void **state)
{
    word = "survey.answer";
    fix_store_setup(state);
    fix_write(*state, put_secret, NULL);
    fix_write(*state, append_all, *state);
    return 0;
}

static void forge(struct fix *f, const char *sql)
{
    fix_sql(f, "DROP TRIGGER IF EXISTS audit_keep_update; DROP TRIGGER IF EXISTS audit_keep_delete;"
               "DROP TRIGGER IF EXISTS audit_seal_keep_update;"
               "DROP TRIGGER IF EXISTS audit_seal_keep_delete");
    fix_sql(f, sql);
}

/* The findings against lines from outside (none: ""). */
static str findings(struct fix *f, str outside, int64_t *problems)
{
    struct db *db;
    BUF_AUTO lines = BUF(65536);
    struct anchor_report r = {.lines = &lines};
    assert_ok(db_open(f->url, DB_READ, &db));
    assert_ok(anchor_verify(db, f->a, outside, &r));
    db_close(db);
    *problems = r.problems;
    return str_dup(f->a, buf_view(&lines));
}

static void good(struct fix *f, str outside)
{
    int64_t n;
    str text = findings(f, outside, &n);
    if (n)
        fail_msg("%.*s", STR_F(text));
}

static void found(struct fix *f, str outside, const char *says)
{
    int64_t n;
    str text = findings(f, outside, &n);
    if (n == 0 || !str_has(text, str_of(says)))
        fail_msg("'%s' is not in: %.*s", says, STR_F(text));
}

static void an_untouched_trail_agrees_with_every_line_of_any_time(void **state)
{
    struct fix *f = *state;
    good(f, S(""));
    str all = STR_NONE, line;
    for (int i = 0; i < 3; i++) {
        all = str_fmt(f->a, "%.*s%.*s\n", STR_F(all), STR_F(seal(f)));
        assert_ok(anchor_line(fix_db(f), f->a, f->now, FIRST + i, &line));
        all = str_fmt(f->a, "%.*s\n%.*s\r\n", STR_F(all), STR_F(line));
        good(f, all);
        fix_write(f, append_all, f);
        good(f, all);
    }
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit_seal"), 3 * CHAINS);
    assert_err(anchor_line(fix_db(f), f->a, f->now, 999, &line), NOTFOUND);
}

static void sealing_costs_only_what_has_grown(void **state)
{
    struct fix *f = *state;
    seal(f);
    str first = seal(f); /* nothing has happened */
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit WHERE action='audit.seal'"), 1);
    fix_write(f, append_one_chain, f);
    str second = seal(f);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit WHERE action='audit.seal'"), 2);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit_seal"), CHAINS + 1);
    assert_false(str_eq(first, second));
    good(f, str_fmt(f->a, "%.*s\n%.*s", STR_F(first), STR_F(second)));
}

static void the_seals_are_append_only(void **state)
{
    struct fix *f = *state;
    seal(f);
    assert_true(fix_sql_fails(f, "UPDATE audit_seal SET seq=seq+1"));
    assert_true(fix_sql_fails(f, "DELETE FROM audit_seal"));
}

/* ── the six ── */

static void a_changed_row_is_found(void **state)
{
    struct fix *f = *state;
    str line = seal(f);
    forge(f, "UPDATE audit SET person=8 WHERE body=102 AND seq=3");
    found(f, line, "団体 102 の 3 番で連なりが切れています");
}

static void a_missing_row_is_found(void **state)
{
    struct fix *f = *state;
    str line = seal(f);
    forge(f, "DELETE FROM audit WHERE body=102 AND seq=3");
    found(f, line, "団体 102 の 4 番で連なりが切れています");
}

static void an_inserted_row_is_found(void **state)
{
    struct fix *f = *state;
    str line = seal(f);
    forge(f, "UPDATE audit SET seq=seq+1000 WHERE body=102 AND seq>=3;"
             "UPDATE audit SET seq=seq-999 WHERE body=102 AND seq>=1000;"
             "INSERT INTO audit SELECT id+1000000, 102, 3, at, person, action, object, detail, hash"
             " FROM audit WHERE body=104 AND seq=5");
    found(f, line, "団体 102 の 3 番で連なりが切れています");
}

/* With the head put right, the chain by itself is whole. */
static void a_cut_tail_is_found(void **state)
{
    struct fix *f = *state;
    seal(f);
    fix_write(f, append_one_chain, f); /* numbers 6 to 10 of body 102 */
    str line = seal(f), body_line;
    assert_ok(anchor_line(fix_db(f), f->a, f->now, FIRST + 1, &body_line));
    forge(f, "DELETE FROM audit WHERE body=102 AND seq>7; UPDATE audit_head SET seq=7, hash=(SELECT"
             " hash FROM audit WHERE body=102 AND seq=7) WHERE body=102");
    found(f, S(""), "団体 102：6 番から 10 番までの間で"); /* the seals alone tell */
    found(f, body_line, "団体 102：2026-11-20T12:00:00+09:00 には 10 番までありましたが、今は 7 番まで");
    /* The traces of it in the seals taken away: the national chain does not fit. */
    forge(f, "DELETE FROM audit_seal WHERE seal=(SELECT MAX(seal) FROM audit_seal)");
    found(f, S(""), "封は 2 回あるはずですが");
    /* And that row of the national chain as well. */
    forge(f, "DELETE FROM audit WHERE body=0 AND seq=2; UPDATE audit_head SET seq=1, hash=(SELECT"
             " hash FROM audit WHERE body=0 AND seq=1) WHERE body=0");
    good(f, S("")); /* nothing inside the file can tell any more */
    found(f, line, "国の連なり 0：2026-11-20T11:00:00+09:00 には 2 番までありましたが、今は 1 番まで");
}

static void a_chain_computed_anew_is_found(void **state)
{
    struct fix *f = *state;
    seal(f);
    fix_write(f, append_one_chain, f);
    str line = seal(f);
    /* From its first row on, by the program's own function, with a head that fits. */
    forge(f, "DELETE FROM audit WHERE body=102; DELETE FROM audit_head WHERE body=102");
    word = "survey.forged";
    fix_write(f, append_one_chain, f);
    fix_write(f, append_one_chain, f);
    found(f, S(""), "団体 102：1 番から 5 番までの間で");
    /* The seals too: the rows of the table say what the forged chain says. */
    forge(f, "UPDATE audit_seal SET hash=(SELECT a.hash FROM audit a WHERE a.body=audit_seal.body AND"
             " a.seq=audit_seal.seq) WHERE body=102");
    found(f, S(""), "国の連なりの 1 番：封が、封をした団体の連なりと合いません");
    /* And the national chain. */
    forge(f, "DELETE FROM audit WHERE body=0; DELETE FROM audit_head WHERE body=0;"
             "DELETE FROM audit_seal");
    seal(f);
    good(f, S(""));
    found(f, line, "国の連なり 0");
}

/* A forger with the installation's own key makes all of it anew, and every date fits. */
static void the_whole_trail_computed_anew_is_found(void **state)
{
    struct fix *f = *state;
    str first = seal(f), body_line;
    fix_write(f, append_one_chain, f);
    str second = seal(f);
    assert_ok(anchor_line(fix_db(f), f->a, f->now, FIRST + 1, &body_line));
    forge(f, "DELETE FROM audit; DELETE FROM audit_head; DELETE FROM audit_seal");
    f->now -= 2 * USEC_HOUR;
    fix_write(f, append_all, f);
    seal(f);
    word = "survey.forged";
    fix_write(f, append_one_chain, f);
    seal(f);
    good(f, S(""));
    found(f, first, "国の連なり 0：1 番から 1 番までの間で");
    found(f, second, "国の連なり 0：1 番から 2 番までの間で");
    found(f, body_line, "団体 102：1 番から 10 番までの間で"); /* a body's own paper names the chain */
}

static void yesterdays_file_put_back_is_found(void **state)
{
    struct fix *f = *state;
    str before = seal(f), url = f->url;
    str yesterday = str_fmt(f->a, "%s/yesterday.db", f->dir);
    fix_sql(f, str_z(f->a, str_fmt(f->a, "VACUUM INTO '%.*s'", STR_F(yesterday))));
    fix_write(f, append_all, f);
    str after = seal(f);
    good(f, after);
    f->url = str_fmt(f->a, "sqlite:%.*s", STR_F(yesterday));
    good(f, S("")); /* by itself it is whole */
    good(f, before);
    found(f, after, "には 2 番までありましたが、今は 1 番まで");
    f->url = url;
}

/* ── lines that are no witnesses ── */

static void lines_of_others_and_broken_ones_are_told(void **state)
{
    struct fix *f = *state;
    str line = seal(f);
    char *changed = str_z(f->a, line);
    changed[60] = changed[60] == '1' ? '2' : '1';
    found(f, str_of(changed), "1 行目：署名が合いません");
    found(f, str_fmt(f->a, "\n%.*s\nhello\n", STR_F(line)), "3 行目：読み取れません");
    fix_sql(f, "UPDATE setting SET value='ff' || substr(value, 3) WHERE name='secret'");
    found(f, line, "1 行目：この櫓の署名ではありません");
}

static void a_proof_needs_no_database(void **state)
{
    struct fix *f = *state;
    BUF_AUTO proof = BUF(65536);
    BUF_AUTO says = BUF(65536);
    assert_err(anchor_prove(fix_db(f), f->a, f->now, FIRST + 2, &proof), NOTFOUND);
    seal(f);
    fix_write(f, append_one_chain, f); /* another chain has grown since */
    for (int i = 0; i < CHAINS; i++) {
        proof.n = says.n = 0;
        assert_ok(anchor_prove(fix_db(f), f->a, f->now, FIRST + i, &proof));
        assert_ok(anchor_proof_check(buf_view(&proof), &says));
        assert_true(str_has(buf_view(&says), str_fmt(f->a, "団体 %d の監査証跡は、5 番まで", FIRST + i)));
        for (size_t at = 0; at < proof.n; at++) {
            bool in_signature = at + 2 * SIGN_BYTES + 1 >= proof.n;
            proof.p[at] ^= 1;
            if (!err_is(anchor_proof_check(buf_view(&proof), &says)) && !in_signature)
                fail_msg("byte %zu of %zu", at, proof.n);
            proof.p[at] ^= 1;
        }
    }
}

static err tick_write(struct tx *tx, void *arg)
{
    struct line *l = arg;
    BUF_AUTO out = BUF(4096);
    const struct call_list list = {anchor_module.calls};
    TRY(call_find(&list, 1, S("anchor.tick"))->run(tx, l->f->a, STR_NONE, &out));
    l->text = str_dup(l->f->a, buf_view(&out));
    return OK;
}

static void the_tick_speaks_once_an_hour(void **state)
{
    struct fix *f = *state;
    struct line l = {.f = f};
    int lines = 0;
    for (int minute = 0; minute < 150; minute++) { /* from 10:00 to 12:29 */
        fix_write(f, tick_write, &l);
        lines += l.text.n > 0;
        if (l.text.n)
            good(f, l.text);
        f->now += USEC_MINUTE;
    }
    assert_int_equal(lines, 3);
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(an_untouched_trail_agrees_with_every_line_of_any_time),
        IN_STORE(sealing_costs_only_what_has_grown),
        IN_STORE(the_seals_are_append_only),
        IN_STORE(a_changed_row_is_found),
        IN_STORE(a_missing_row_is_found),
        IN_STORE(an_inserted_row_is_found),
        IN_STORE(a_cut_tail_is_found),
        IN_STORE(a_chain_computed_anew_is_found),
        IN_STORE(the_whole_trail_computed_anew_is_found),
        IN_STORE(yesterdays_file_put_back_is_found),
        IN_STORE(lines_of_others_and_broken_ones_are_told),
        IN_STORE(a_proof_needs_no_database),
        IN_STORE(the_tick_speaks_once_an_hour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
