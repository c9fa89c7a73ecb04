/* SPDX-License-Identifier: Apache-2.0 */
/* Who is where: seen by others for a minute, bounded, and from many threads at once. */
#include <setjmp.h>

#include <cmocka.h>

#include "web/web_presence.h"

static const usec T = 1790000000 * USEC_SECOND;

static int setup(void **state)
{
    struct presence *p;
    if (err_is(presence_new(&p)))
        return -1;
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    presence_free(*state);
    return 0;
}

static void others_are_seen_and_oneself_is_not(void **state)
{
    struct presence *p = *state;
    struct present out[4];
    assert_int_equal(presence_others(p, S("a"), 1, T, out, 4), 0);
    presence_mark(p, S("a"), 1, T);
    assert_int_equal(presence_others(p, S("a"), 1, T, out, 4), 0);
    assert_int_equal(presence_others(p, S("b"), 2, T, out, 4), 0);
    assert_int_equal(presence_others(p, S(""), 2, T, out, 4), 0);
    assert_int_equal(presence_others(p, S("a"), 2, T, out, 4), 1);
    assert_int_equal(out[0].person, 1);
    assert_int_equal(out[0].at, T);
    presence_mark(p, S("a"), 1, T + 5); /* again: still one */
    assert_int_equal(presence_others(p, S("a"), 2, T + 5, out, 4), 1);
    assert_int_equal(out[0].at, T + 5);
}

static void gone_after_a_minute(void **state)
{
    struct presence *p = *state;
    struct present out[1];
    usec minute = PRESENCE_SECONDS * USEC_SECOND;
    presence_mark(p, S("a"), 1, T);
    assert_int_equal(presence_others(p, S("a"), 2, T + minute, out, 1), 1);
    assert_int_equal(presence_others(p, S("a"), 2, T + minute + 1, out, 1), 0);
}

static void the_newest_come_first_and_no_more_than_asked_for(void **state)
{
    struct presence *p = *state;
    struct present out[4] = {0};
    static const int order[] = {3, 1, 5, 2, 4};
    for (size_t i = 0; i < COUNT_OF(order); i++)
        presence_mark(p, S("a"), order[i], T + order[i]);
    assert_int_equal(presence_others(p, S("a"), 9, T + 9, out, 3), 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(out[i].person, 5 - i);
    assert_int_equal(out[3].person, 0); /* nothing is written behind the end */
    assert_int_equal(presence_others(p, S("a"), 5, T + 9, out, 4), 4);
    assert_int_equal(out[0].person, 4);
    assert_int_equal(presence_others(p, S("a"), 9, T + 9, out, 0), 0);
}

static void a_crowd_pushes_out_the_oldest_and_nothing_grows(void **state)
{
    struct presence *p = *state;
    struct present out[PRESENCE_WAYS + 8];
    for (int i = 1; i <= 1000; i++)
        presence_mark(p, S("a"), i, T + i);
    size_t n = presence_others(p, S("a"), 0, T + 1000, out, COUNT_OF(out));
    assert_int_equal(n, PRESENCE_WAYS);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(out[i].person, 1000 - (int)i);
    for (int i = 0; i < 100000; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        presence_mark(p, str_of(key), 7, T + 2000 + i);
    }
    assert_int_equal(presence_others(p, S("a"), 0, T + 1000, out, COUNT_OF(out)), 0);
    assert_int_equal(presence_others(p, S("k99999"), 0, T + 102000, out, 4), 1);
}

struct worker {
    struct presence *p;
    int64_t person;
    bool lost;
};

static void *work(void *arg)
{
    struct worker *w = arg;
    struct present out[PRESENCE_WAYS];
    for (int i = 0; i < 5000; i++) {
        presence_mark(w->p, S("shared"), w->person, T + i);
        size_t n = presence_others(w->p, S("shared"), 0, T + i, out, COUNT_OF(out));
        bool found = false;
        for (size_t k = 0; k < n; k++)
            found = found || out[k].person == w->person;
        w->lost = w->lost || !found || n > 8;
    }
    return NULL;
}

static void threads_do_not_disturb_one_another(void **state)
{
    struct worker w[8];
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        w[i] = (struct worker){*state, i + 1, false};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_false(w[i].lost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(others_are_seen_and_oneself_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(gone_after_a_minute, setup, teardown),
        cmocka_unit_test_setup_teardown(
            the_newest_come_first_and_no_more_than_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_crowd_pushes_out_the_oldest_and_nothing_grows, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_do_not_disturb_one_another, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
