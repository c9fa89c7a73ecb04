/* SPDX-License-Identifier: Apache-2.0 */
/* Writes of other processes: over the socket of the owner, or here while nobody owns the file. */
#include "test/fixture.h"

#include <sys/un.h>
#include <sys/wait.h>

/* ── the calls ── */

static err echo(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    TRY(setting_put(tx, S("echo"), str_fmt(a, "%zu", in.n)));
    buf_str(out, in);
    return buf_status(out);
}

static err refuse(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)a, (void)in;
    TRY(setting_put(tx, S("refused"), S("1")));
    buf_lit(out, "why");
    return ERR(CONFLICT);
}

static const struct call calls[] = {{"test.echo", echo}, {"test.refuse", refuse}, {NULL, NULL}};
static const struct call_list lists[] = {{NULL}, {calls}};

static int setup(void **state)
{
    fix_store_setup(state);
    struct fix *f = *state;
    f->mods.calls = lists;
    f->mods.n_calls = COUNT_OF(lists);
    fix_close_store(f);
    return 0;
}

static int setup_owner(void **state)
{
    setup(state);
    fix_open_store(*state, STORE_SERVE);
    return 0;
}

static int64_t echoed(const struct fix *f)
{
    return fix_number(f, "SELECT COALESCE(MAX(CAST(value AS INTEGER)), -1) FROM setting"
                         " WHERE name='echo'");
}

static void assert_echo(struct fix *f, str in)
{
    BUF_AUTO out = BUF(HANDOFF_MAX);
    bool reached;
    assert_ok(handoff_send(f->file, "test.echo", in, &out, &reached));
    assert_true(reached);
    assert_str(buf_view(&out), in);
    assert_int_equal(echoed(f), in.n);
}

/* ── with an owner ── */

static void a_call_runs_on_the_owners_writer(void **state)
{
    struct fix *f = *state;
    struct stat st;
    assert_echo(f, S("{\"a\":\"あ\"}"));
    assert_echo(f, S(""));
    str most = {memset(arena_alloc(f->a, HANDOFF_MAX), 'x', HANDOFF_MAX), HANDOFF_MAX};
    assert_echo(f, most);
    assert_int_equal(stat(str_z(f->a, str_fmt(f->a, "%.*s.sock", STR_F(f->file))), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_call_that_fails_tells_its_error_and_writes_nothing(void **state)
{
    struct fix *f = *state;
    BUF_AUTO out = BUF(1024);
    bool reached;
    assert_err(handoff_send(f->file, "test.refuse", STR_NONE, &out, &reached), CONFLICT);
    assert_true(reached);
    assert_str(buf_view(&out), S("why"));
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM setting WHERE name='refused'"), 0);
}

static void an_unknown_call_is_not_found(void **state)
{
    static const char *const names[] = {"test.absent", "test.ech", "test.echo2", ""};
    struct fix *f = *state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        BUF_AUTO out = BUF(1024);
        bool reached = false;
        assert_err(handoff_send(f->file, names[i], S("x"), &out, &reached), NOTFOUND);
        assert_true(reached);
    }
    assert_int_equal(echoed(f), -1);
}

static void too_large_an_input_is_not_sent(void **state)
{
    struct fix *f = *state;
    BUF_AUTO out = BUF(1024);
    bool reached = true;
    str large = {arena_alloc(f->a, HANDOFF_MAX + 1), HANDOFF_MAX + 1};
    assert_err(handoff_send(f->file, "test.echo", large, &out, &reached), LIMIT);
    assert_false(reached);
    assert_err(handoff_send(f->file, "test.echo.with.a.name.that.is.longer.than.the.wire.takes.so.that.it.stays",
                   STR_NONE, &out, &reached), LIMIT);
    assert_err(handoff_send(f->file, "test.echo", S("longer than room"), &BUF(4), &reached), LIMIT);
}

/* ── bytes nobody expects ── */

static int connect_raw(const struct fix *f)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(sa.sun_path, sizeof sa.sun_path, "%.*s.sock", STR_F(f->file));
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    return fd;
}

/* The code answered to these bytes; -1: closed without an answer. */
static int answer_to(const struct fix *f, str bytes)
{
    int fd = connect_raw(f);
    uint32_t head[3];
    if (bytes.n)
        assert_int_equal(send(fd, bytes.p, bytes.n, MSG_NOSIGNAL), bytes.n);
    shutdown(fd, SHUT_WR);
    ssize_t n = recv(fd, head, sizeof head, MSG_WAITALL);
    close(fd);
    return n == (ssize_t)sizeof head ? (int)head[0] : -1;
}

static str head_of(struct fix *f, uint32_t name, uint32_t n)
{
    const uint32_t head[3] = {0, name, n};
    return str_dup(f->a, (str){(const char *)head, sizeof head});
}

static void garbage_is_refused_and_the_next_call_served(void **state)
{
    struct fix *f = *state;
    const struct {
        str bytes;
        int code;
    } rows[] = {
        {S(""), ERR_REMOTE},
        {S("\0"), ERR_REMOTE},
        {S("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), ERR_INVALID},
        {S("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), ERR_INVALID},
        {head_of(f, 65, 0), ERR_INVALID},
        {head_of(f, 0, HANDOFF_MAX + 1), ERR_LIMIT},
        {head_of(f, 0, UINT32_MAX), ERR_LIMIT},
        {head_of(f, 0, 0), ERR_NOTFOUND},
        {head_of(f, 9, 0), ERR_REMOTE}, /* the name never comes */
        {head_of(f, 0, 9), ERR_REMOTE}, /* the payload never comes */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int code = answer_to(f, rows[i].bytes);
        if (code != rows[i].code)
            fail_msg("row %zu: %d", i, code);
        assert_echo(f, S("still here"));
    }
    close(connect_raw(f)); /* gone before anything is said */
    assert_echo(f, S("and here"));
}

/* ── who owns ── */

static err open_again(struct fix *f, enum store_mode mode, str *why)
{
    struct store *s = NULL;
    err e = store_open(f->url, mode, &f->mods, fix_clock(f), f->a, &s, why);
    store_close(s);
    return e;
}

static void one_process_owns_the_writer(void **state)
{
    static const enum store_mode owning[] = {STORE_OWN, STORE_SERVE, STORE_MIGRATE};
    struct fix *f = *state;
    str why;
    int fd;
    for (size_t i = 0; i < COUNT_OF(owning); i++) {
        assert_err(open_again(f, owning[i], &why), BUSY);
        assert_true(why.n > 0);
    }
    assert_ok(open_again(f, STORE_READ, &why)); /* reading goes on beside it */
    assert_err(lock_take(f->file, &fd), BUSY);
    assert_echo(f, S("undisturbed"));
    fix_close_store(f);
    assert_ok(lock_take(f->file, &fd));
    assert_err(open_again(f, STORE_OWN, &why), BUSY);
    lock_drop(fd);
    assert_ok(open_again(f, STORE_OWN, &why));
}

static void without_an_owner_the_call_runs_here(void **state)
{
    struct fix *f = *state;
    BUF_AUTO out = BUF(1024);
    bool reached = true;
    str why;
    assert_err(handoff_send(f->file, "test.echo", S("x"), &out, &reached), NOTFOUND);
    assert_false(reached);
    assert_ok(store_call(f->url, &f->mods, "test.echo", S("four"), &out, f->a, &why));
    assert_str(buf_view(&out), S("four"));
    assert_int_equal(echoed(f), 4);
    assert_err(store_call(f->url, &f->mods, "test.refuse", S(""), &out, f->a, &why), CONFLICT);
    assert_ok(open_again(f, STORE_OWN, &why)); /* the lock was let go */
}

static void with_an_owner_the_call_is_handed_over(void **state)
{
    struct fix *f = *state;
    BUF_AUTO out = BUF(1024);
    str why;
    assert_ok(store_call(f->url, &f->mods, "test.echo", S("five!"), &out, f->a, &why));
    assert_int_equal(echoed(f), 5);
    assert_true(writer_stats(store_writer(f->store)).jobs >= 1);
    assert_err(store_call(f->url, &f->mods, "test.refuse", S(""), &out, f->a, &why), CONFLICT);
}

static void die_as_owner(struct fix *f)
{
    fix_open_store(f, STORE_SERVE);
    _exit(0); /* as if killed: the socket's file stays */
}

static void the_socket_of_a_dead_owner_is_replaced(void **state)
{
    struct fix *f = *state;
    BUF_AUTO out = BUF(1024);
    bool reached = true;
    int status;
    pid_t child = fork();
    if (child == 0)
        die_as_owner(f);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(access(str_z(f->a, str_fmt(f->a, "%.*s.sock", STR_F(f->file))), F_OK), 0);
    assert_err(handoff_send(f->file, "test.echo", S("x"), &out, &reached), NOTFOUND);
    assert_false(reached);
    fix_open_store(f, STORE_SERVE);
    assert_echo(f, S("the new owner"));
    fix_close_store(f);
    assert_int_equal(access(str_z(f->a, str_fmt(f->a, "%.*s.sock", STR_F(f->file))), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_call_runs_on_the_owners_writer, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(
            a_call_that_fails_tells_its_error_and_writes_nothing, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(an_unknown_call_is_not_found, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(too_large_an_input_is_not_sent, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(
            garbage_is_refused_and_the_next_call_served, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(one_process_owns_the_writer, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(without_an_owner_the_call_runs_here, setup, fix_teardown),
        cmocka_unit_test_setup_teardown(
            with_an_owner_the_call_is_handed_over, setup_owner, fix_teardown),
        cmocka_unit_test_setup_teardown(the_socket_of_a_dead_owner_is_replaced, setup, fix_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
