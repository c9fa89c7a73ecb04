/* SPDX-License-Identifier: Apache-2.0 */
/* Who guesses at the door waits; nobody else does. */
#include "test/fixture.h"

#include "org/org_sign_in.h"

static err give_password(struct tx *tx, void *arg)
{
    struct fix *f = arg;
    str hash;
    TRY(org_password_hash(f->a, S("a long pass phrase"), &hash));
    return org_credential_put(tx, f->person[P_TOWN], hash);
}

struct attempt {
    const char *password, *client;
    str device; /* the whole cookie */
};

/* The status; *device: the mark that came, if any. */
static int try_it(struct fix *f, const struct attempt *t, str *device)
{
    struct http_exchange *x = fix_ask(f,
        &(struct ask){.method = POST, .target = "/sign-in", .client = t->client,
            .cookies = t->device,
            .body = str_fmt(f->a, "login=town&password=%s", t->password)});
    int status = x->status;
    for (size_t i = 0; i < x->n_out; i++) {
        str v = x->out[i].value, mark;
        if (str_starts(v, S("__Host-yagura-device=")) && str_cut(&v, ';', &mark) && device)
            *device = str_dup(f->a, mark);
    }
    fix_done(x);
    return status;
}

static void who_guesses_elsewhere_shuts_nobody_out(void **state)
{
    struct fix *f = *state;
    struct attempt guess = {"wrong", "203.0.113.7", STR_NONE};
    struct attempt right = {"a+long+pass+phrase", "192.0.2.10", STR_NONE};
    fix_web(f);
    fix_write(f, give_password, f);
    assert_int_equal(try_it(f, &right, &right.device), 303);
    assert_true(right.device.n > 0);
    for (int i = 0; i < 60; i++)
        assert_int_equal(try_it(f, &guess, NULL), 422);
    /* From there not even the right one is looked at, nor from the house beside it. */
    guess.password = right.password;
    assert_int_equal(try_it(f, &guess, NULL), 422);
    guess.client = "203.0.113.200";
    assert_int_equal(try_it(f, &guess, NULL), 422);
    /* Whose browser was right before gets in, wherever it is. */
    assert_int_equal(try_it(f, &right, NULL), 303);
    right.client = "203.0.113.7";
    assert_int_equal(try_it(f, &right, NULL), 303);
    /* A mark that nobody signed is none. */
    right.device = str_fmt(f->a, "%.*s%c", (int)right.device.n - 1, right.device.p,
        right.device.p[right.device.n - 1] == '0' ? '1' : '0');
    assert_int_equal(try_it(f, &right, NULL), 422);
    f->now += 31 * USEC_MINUTE;
    assert_int_equal(try_it(f, &guess, NULL), 303);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            who_guesses_elsewhere_shuts_nobody_out, fix_people_setup, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
