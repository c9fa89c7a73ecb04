/* SPDX-License-Identifier: Apache-2.0 */
/* Backups of a real database with files: made while it is written to, restored where nothing is,
 * and never half there. */
#include "test/fixture.h"

#include "backup/backup_private.h"
#include "core/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

static const struct backup_lock plain = {.kind = BACKUP_PLAIN};

static str path_in(struct fix *f, const char *name)
{
    return str_fmt(f->a, "%s/%s", f->dir, name);
}

static bool is_there(struct fix *f, const char *name)
{
    return access(str_z(f->a, path_in(f, name)), F_OK) == 0;
}

static err add_blob(struct tx *tx, void *arg)
{
    return blob_add(tx, arg, S("text/plain"));
}

static struct blob keep(struct fix *f, str content)
{
    struct blob b;
    struct blob_writer *w;
    assert_ok(blob_writer_new(store_blobs(f->store), &w));
    assert_ok(blob_writer_feed(w, content.p, content.n));
    assert_ok(blob_writer_keep(w, &b));
    blob_writer_free(w);
    fix_write(f, add_blob, &b);
    return b;
}

static err add_secret(struct tx *tx, void *arg)
{
    (void)arg;
    return setting_put(
        tx, S("secret"), S("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
}

static int setup(void **state)
{
    fix_store_setup(state);
    fix_write(*state, add_secret, NULL);
    return 0;
}

static err write_to(struct fix *f, const char *name, struct backup_info *info)
{
    str why = STR_NONE;
    return backup_write(f->url, path_in(f, name), &plain, S("t"), f->a, info, &why);
}

static err restore_to(struct fix *f, const char *name, const char *to, str *why)
{
    struct backup_info info;
    *why = STR_NONE;
    return backup_restore(path_in(f, name), &plain, path_in(f, to), f->a, &info, why);
}

static void a_backup_comes_back_with_its_files(void **state)
{
    struct fix *f = *state;
    struct backup_info made, read;
    str why = STR_NONE;
    int fd;
    struct blob b = keep(f, S("proof")), empty = keep(f, S(""));
    assert_ok(write_to(f, "one", &made));
    assert_int_equal(made.files, 2);
    assert_int_equal(made.missing, 0);
    assert_false(is_there(f, "one.part"));
    assert_false(is_there(f, "test.db.snapshot"));
    assert_ok(backup_verify(path_in(f, "one"), NULL, f->a, &read, &why));
    assert_memory_equal(made.id, read.id, BACKUP_ID);
    assert_memory_equal(made.signer, read.signer, 32);
    assert_int_equal(made.size, read.size);
    assert_ok(restore_to(f, "one", "back.db", &why));
    assert_false(is_there(f, "back.db.restoring"));
    assert_ok(blob_file_open(path_in(f, "back.db.blobs"), &b, &fd));
    close(fd);
    assert_ok(blob_file_open(path_in(f, "back.db.blobs"), &empty, &fd));
    close(fd);
    BUF_AUTO lines = BUF(4096);
    int64_t problems = 0;
    str url = str_fmt(f->a, "sqlite:%.*s", STR_F(path_in(f, "back.db")));
    assert_ok(snapshot_check(url, f->a, &lines, &problems));
    assert_int_equal(problems, 0);
    assert_ok(backup_remove(path_in(f, "back.db"), f->a));
    assert_false(is_there(f, "back.db"));
    assert_false(is_there(f, "back.db.blobs"));
}

static void nothing_is_ever_overwritten(void **state)
{
    static const char *const there[] = {"to", "to.blobs", "to-wal", "to-journal", "to.restoring"};
    struct fix *f = *state;
    struct backup_info info;
    str why;
    assert_ok(write_to(f, "one", &info));
    assert_err(write_to(f, "one", &info), CONFLICT);
    for (size_t i = 0; i < COUNT_OF(there); i++) {
        char *path = str_z(f->a, path_in(f, there[i]));
        int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);
        assert_true(fd >= 0);
        assert_ok(file_put(fd, "mine", 4));
        close(fd);
        assert_err(restore_to(f, "one", "to", &why), CONFLICT);
        assert_true(str_has(why, str_of(there[i])));
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, 4);
        assert_int_equal(unlink(path), 0);
    }
    assert_ok(restore_to(f, "one", "to", &why));
}

static void a_damaged_backup_leaves_nothing(void **state)
{
    struct fix *f = *state;
    struct backup_info info;
    str why;
    keep(f, S("proof"));
    assert_ok(write_to(f, "one", &info));
    char *path = str_z(f->a, path_in(f, "one"));
    assert_int_equal(truncate(path, (off_t)info.size - 1), 0);
    assert_err(restore_to(f, "one", "to", &why), INVALID);
    assert_true(str_has(why, S("途中で切れています")));
    assert_false(is_there(f, "to"));
    assert_false(is_there(f, "to.blobs"));
    assert_false(is_there(f, "to.restoring"));
    assert_err(restore_to(f, "none", "to", &why), NOTFOUND);
    assert_false(is_there(f, "to.restoring"));
}

static void a_lost_file_is_counted_and_the_rest_is_saved(void **state)
{
    struct fix *f = *state;
    struct backup_info info;
    char hex[2 * BLOB_HASH];
    str why;
    struct blob b = keep(f, S("lost"));
    keep(f, S("kept"));
    hex_of(hex, b.hash, BLOB_HASH);
    assert_int_equal(unlink(str_z(f->a, str_fmt(f->a, "%.*s/%.2s/%.62s",
                         STR_F(store_blobs(f->store)), hex, hex + 2))), 0);
    assert_ok(write_to(f, "one", &info));
    assert_int_equal(info.missing, 1);
    assert_int_equal(info.files, 1);
    assert_ok(restore_to(f, "one", "to", &why));
}

/* As when the machine died in the middle of one. */
static void what_a_killed_backup_left_is_in_nobodys_way(void **state)
{
    static const char *const left[] = {"one.part", "test.db.snapshot", "test.db.snapshot-wal"};
    struct fix *f = *state;
    struct backup_info info;
    str why;
    for (size_t i = 0; i < COUNT_OF(left); i++) {
        int fd = open(str_z(f->a, path_in(f, left[i])), O_CREAT | O_WRONLY, 0600);
        assert_true(fd >= 0);
        assert_ok(file_put(fd, "half of something", 17));
        close(fd);
    }
    assert_ok(write_to(f, "one", &info));
    assert_ok(restore_to(f, "one", "to", &why));
}

static void two_backups_at_once_are_one_too_many(void **state)
{
    struct fix *f = *state;
    struct backup_info info;
    int held;
    assert_ok(lock_take(path_in(f, "test.db.backup"), &held));
    assert_err(write_to(f, "one", &info), BUSY);
    lock_drop(held);
    assert_ok(write_to(f, "one", &info));
}

static void a_full_disk_is_an_error_and_leaves_nothing(void **state)
{
    struct fix *f = *state;
    struct backup_info info;
    struct rlimit was, small;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = (struct rlimit){100000, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    err e = write_to(f, "one", &info);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_err(e, IO);
    assert_false(is_there(f, "one"));
    assert_false(is_there(f, "one.part"));
    assert_false(is_there(f, "test.db.snapshot"));
    assert_ok(write_to(f, "one", &info));
}

/* ── keys ── */

static void keys_are_made_once_and_read_with_care(void **state)
{
    struct fix *f = *state;
    struct backup_lock lock;
    uint8_t id[BACKUP_KEY_ID], own[BACKUP_KEY_ID], public_key[BACKUP_KEY], derived[BACKUP_KEY];
    str why = STR_NONE, dir = path_in(f, "keys");
    assert_ok(backup_key_make(dir, f->a, id, &why));
    assert_err(backup_key_make(dir, f->a, own, &why), CONFLICT);
    str private_file = path_in(f, "keys/yagura-backup.key"), public_file = path_in(f, "keys/yagura-backup.pub");
    assert_ok(backup_key_load(public_file, false, f->a, &lock, &why));
    backup_key_id(lock.key, own);
    assert_memory_equal(id, own, sizeof id);
    memcpy(public_key, lock.key, sizeof public_key);
    assert_ok(backup_key_load(private_file, true, f->a, &lock, &why));
    assert_int_equal(crypto_scalarmult_base(derived, lock.key), 0);
    assert_memory_equal(derived, public_key, sizeof derived);
    assert_err(backup_key_load(private_file, false, f->a, &lock, &why), INVALID);
    assert_err(backup_key_load(public_file, true, f->a, &lock, &why), DENIED);
    assert_int_equal(chmod(str_z(f->a, private_file), 0440), 0);
    assert_err(backup_key_load(private_file, true, f->a, &lock, &why), DENIED);
    assert_err(backup_key_load(path_in(f, "none"), false, f->a, &lock, &why), NOTFOUND);
}

static void a_passphrase_has_a_length_and_an_owner(void **state)
{
    static const struct {
        const char *text;
        enum err_code code;
    } rows[] = {{"", ERR_INVALID}, {"fifteen letters", ERR_INVALID}, {"\nsixteen letters!", ERR_INVALID},
        {"sixteen letters!", ERR_OK}, {"sixteen letters!\r\nand more\n", ERR_OK}};
    struct fix *f = *state;
    struct backup_lock lock;
    char *path = str_z(f->a, path_in(f, "phrase"));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        str why = STR_NONE;
        int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        assert_ok(file_put(fd, rows[i].text, strlen(rows[i].text)));
        close(fd);
        err e = backup_passphrase_load(str_of(path), f->a, &lock, &why);
        assert_int_equal(e.code, rows[i].code);
        if (!err_is(e))
            assert_string_equal(lock.passphrase, "sixteen letters!");
        else
            assert_true(why.n > 0);
    }
    assert_int_equal(chmod(path, 0644), 0);
    str why = STR_NONE;
    assert_err(backup_passphrase_load(str_of(path), f->a, &lock, &why), DENIED);
}

/* ── what is kept ── */

static err call(struct fix *f, const char *name, str in)
{
    const struct call_list list = {backup_calls};
    BUF_AUTO out = BUF(64);
    return call_run(store_writer(f->store), call_find(&list, 1, str_of(name)), f->a, in, &out);
}

static void backups_and_drills_are_remembered(void **state)
{
    struct fix *f = *state;
    struct backup_info info;
    struct backup_status s;
    char hex[2 * BACKUP_ID];
    assert_ok(write_to(f, "one", &info));
    str id = str_dup(f->a, hex_of(hex, info.id, BACKUP_ID));
    assert_err(call(f, "backup.drilled", str_fmt(f->a, "%.*s 0", STR_F(id))), NOTFOUND);
    assert_ok(call(f, "backup.written", backup_written_text(f->a, &info)));
    assert_ok(backup_status(fix_db(f), f->a, &s));
    assert_int_equal(s.last, info.at);
    assert_int_equal(s.size, info.size);
    assert_int_equal(s.drilled, 0);
    assert_ok(call(f, "backup.drilled", str_fmt(f->a, "%.*s 3", STR_F(id))));
    assert_ok(backup_status(fix_db(f), f->a, &s));
    assert_int_equal(s.drilled, 0); /* a drill that found problems is none */
    assert_ok(call(f, "backup.drilled", str_fmt(f->a, "%.*s 0", STR_F(id))));
    assert_ok(backup_status(fix_db(f), f->a, &s));
    assert_int_equal(s.drilled, f->now);
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM audit WHERE body=0 AND action LIKE 'backup.%'"), 3);
    static const char *const bad[] = {"", "1", "1 2 plain", "1 2 plain 00", "x 2 plain ", "1 2 glass "};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_err(call(f, "backup.written", i < 4 ? str_of(bad[i])
            : str_fmt(f->a, "%s%.*s", bad[i], STR_F(id))), INVALID);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(a_backup_comes_back_with_its_files),
        IN_STORE(nothing_is_ever_overwritten),
        IN_STORE(a_damaged_backup_leaves_nothing),
        IN_STORE(a_lost_file_is_counted_and_the_rest_is_saved),
        IN_STORE(what_a_killed_backup_left_is_in_nobodys_way),
        IN_STORE(two_backups_at_once_are_one_too_many),
        IN_STORE(a_full_disk_is_an_error_and_leaves_nothing),
        IN_STORE(keys_are_made_once_and_read_with_care),
        IN_STORE(a_passphrase_has_a_length_and_an_owner),
        IN_STORE(backups_and_drills_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
