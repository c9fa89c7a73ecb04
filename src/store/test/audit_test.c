/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail: the database refuses changes; whoever makes them on the file all the same is
 * found by verify, at the row. */
#include "test/fixture.h"

#include <sodium.h>

enum { CHAINS = 3, ROWS = 5 };

static err append_all(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    for (int row = 1; row <= ROWS; row++) {
        for (int body = 0; body < CHAINS; body++) {
            struct audit_entry e = {.body = body,
                .person = 7,
                .action = S("survey.answer"),
                .object = str_fmt(f->a, "survey:%d/ORG-0%d", body, row),
                .detail = row == 1 ? STR_NONE : S("{\"fact\":1}")};
            TRY(audit_append(tx, &e));
        }
    }
    return OK;
}

static int setup(void **state)
{
    fix_store_setup(state);
    fix_write(*state, append_all, *state);
    return 0;
}

static err verify(struct fix *f, struct audit_report *report)
{
    struct db *db;
    TRY(db_open(f->url, DB_READ, &db));
    err e = audit_verify(db, report);
    db_close(db);
    return e;
}

static void an_untouched_trail_is_whole(void **state)
{
    struct fix *f = *state;
    struct audit_report r;
    assert_ok(verify(f, &r));
    assert_int_equal(r.chains, CHAINS);
    assert_int_equal(r.rows, CHAINS * ROWS);
    assert_int_equal(r.bad_body, -1);
    fix_write(f, append_all, f); /* it goes on */
    assert_ok(verify(f, &r));
    assert_int_equal(r.rows, 2 * CHAINS * ROWS);
}

static void an_empty_trail_is_whole(void **state)
{
    struct audit_report r;
    assert_ok(verify(*state, &r));
    assert_int_equal(r.chains + r.rows, 0);
}

static void the_database_refuses_every_change(void **state)
{
    static const char *const changes[] = {
        "UPDATE audit SET action='x'",
        "UPDATE audit SET at=at+1 WHERE body=1 AND seq=5",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE body=2",
        "INSERT INTO audit SELECT id+1000, body, seq, at, person, '', '', '', hash FROM audit",
    };
    struct audit_report r;
    for (size_t i = 0; i < COUNT_OF(changes); i++)
        if (!fix_sql_fails(*state, changes[i]))
            fail_msg("%s", changes[i]);
    assert_ok(verify(*state, &r));
}

/* The triggers dropped, as somebody with the file in hand would. */
static void every_change_on_the_file_is_found(void **state)
{
    static const struct {
        const char *sql;
        int64_t body, seq;
    } rows[] = {
        {"UPDATE audit SET id=id+1000000 WHERE body=1 AND seq=2", 1, 2},
        {"UPDATE audit SET at=at+1 WHERE body=1 AND seq=2", 1, 2},
        {"UPDATE audit SET person=8 WHERE body=1 AND seq=2", 1, 2},
        {"UPDATE audit SET action='survey.confirm' WHERE body=1 AND seq=2", 1, 2},
        {"UPDATE audit SET object='' WHERE body=2 AND seq=5", 2, 5},
        {"UPDATE audit SET detail='{}' WHERE body=0 AND seq=1", 0, 1},
        {"UPDATE audit SET hash=x'' WHERE body=1 AND seq=3", 1, 3},
        {"UPDATE audit SET hash=(SELECT hash FROM audit WHERE body=1 AND seq=2)"
         " WHERE body=1 AND seq=3",
            1, 3},
        /* a byte moved from one field to the next: lengths are hashed too */
        {"UPDATE audit SET action='survey.answers', object=substr(object, 2)"
         " WHERE body=1 AND seq=2",
            1, 2},
        {"DELETE FROM audit WHERE body=1 AND seq=1", 1, 2},
        {"DELETE FROM audit WHERE body=1 AND seq=3", 1, 4},
        {"DELETE FROM audit WHERE body=1 AND seq=3;"
         "UPDATE audit SET seq=seq-1 WHERE body=1 AND seq>3",
            1, 3},
        {"DELETE FROM audit WHERE body=1 AND seq=5", 1, 4},  /* the tail, inside and … */
        {"DELETE FROM audit WHERE body=2 AND seq>=4", 2, 3}, /* … of the last chain */
        {"DELETE FROM audit WHERE body=1", 0, 0},            /* a whole chain */
        {"DELETE FROM audit WHERE body=2", 0, 0},
        {"DELETE FROM audit", 0, 0},
        {"DELETE FROM audit_head WHERE body=1", 1, 5},
        {"UPDATE audit_head SET seq=4 WHERE body=1", 1, 5},
        {"UPDATE audit_head SET hash=x'00' WHERE body=1", 1, 5},
        {"UPDATE audit SET seq=-1 WHERE body=1 AND seq=2; UPDATE audit SET seq=2 WHERE body=1"
         " AND seq=3; UPDATE audit SET seq=3 WHERE body=1 AND seq=-1",
            1, 2},
        {"UPDATE audit SET body=9 WHERE body=1", 9, 1}, /* laid to somebody else's door */
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        void *own;
        struct audit_report r;
        setup(&own);
        fix_sql(own, "DROP TRIGGER audit_keep_update; DROP TRIGGER audit_keep_delete");
        fix_sql(own, rows[i].sql);
        err e = verify(own, &r);
        if (e.code != ERR_CONFLICT || r.bad_body != rows[i].body || r.bad_seq != rows[i].seq)
            fail_msg("%s: %s at %lld/%lld", rows[i].sql, err_name(e), (long long)r.bad_body,
                (long long)r.bad_seq);
        fix_teardown(&own);
    }
}

/* ── the hash, as an auditor without this program would compute it ── */

static void put_i64(struct buf *b, int64_t v)
{
    for (int i = 7; i >= 0; i--)
        buf_char(b, (char)(uint8_t)((uint64_t)v >> (8 * i)));
}

static void put_str(struct buf *b, str s)
{
    put_i64(b, (int64_t)s.n);
    buf_str(b, s);
}

static void hash_by_hand(struct fix *f, int64_t seq, str action, const uint8_t prev[32],
    uint8_t out[32])
{
    BUF_AUTO b = BUF(4096);
    int64_t base = fix_number(f, "SELECT id FROM audit WHERE body=1 AND seq=1");
    buf_put(&b, (const char *)prev, 32);
    put_i64(&b, base + (seq - 1) * CHAINS);
    put_i64(&b, 1);
    put_i64(&b, seq);
    put_i64(&b, f->now);
    put_i64(&b, 7);
    put_str(&b, action);
    put_str(&b, str_fmt(f->a, "survey:1/ORG-0%d", (int)seq));
    put_str(&b, seq == 1 ? STR_NONE : S("{\"fact\":1}"));
    crypto_hash_sha256(out, (const unsigned char *)b.p, b.n);
}

static void assert_hash(struct fix *f, int64_t seq, const uint8_t hash[32])
{
    char hex[64], sql[256];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM audit WHERE body=1 AND seq=%d AND"
                              " lower(hex(hash))='%.*s'",
        (int)seq, STR_F(hex_of(hex, hash, 32)));
    assert_int_equal(fix_number(f, sql), 1);
}

/* Somebody changes the last row and computes its hash anew: the head gives it away. */
static void a_recomputed_row_is_found_by_its_head(void **state)
{
    struct fix *f = *state;
    struct audit_report r;
    uint8_t hash[32] = {0}, forged[32];
    char hex[64], sql[256];
    for (int64_t seq = 1; seq <= ROWS; seq++) {
        if (seq == ROWS)
            hash_by_hand(f, seq, S("forged"), hash, forged);
        hash_by_hand(f, seq, S("survey.answer"), hash, hash);
        assert_hash(f, seq, hash);
    }
    snprintf(sql, sizeof sql, "UPDATE audit SET action='forged', hash=x'%.*s' WHERE body=1 AND"
                              " seq=5",
        STR_F(hex_of(hex, forged, 32)));
    fix_sql(f, "DROP TRIGGER audit_keep_update");
    fix_sql(f, sql);
    assert_err(verify(f, &r), CONFLICT);
    assert_int_equal(r.bad_body, 1);
    assert_int_equal(r.bad_seq, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_untouched_trail_is_whole, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(an_empty_trail_is_whole, fix_store_setup, fix_teardown),
        cmocka_unit_test_setup_teardown(the_database_refuses_every_change, setup, fix_teardown),
        cmocka_unit_test(every_change_on_the_file_is_found),
        cmocka_unit_test_setup_teardown(a_recomputed_row_is_found_by_its_head, setup, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
