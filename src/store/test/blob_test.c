/* SPDX-License-Identifier: Apache-2.0 */
/* Blobs on a real disk: kept once, never overwritten, and every fault found. */
#include "fixture.h"

#include "store/store.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

static str folder_of(struct fix *f)
{
    return store_blobs(f->store);
}

static struct blob_writer *coming_in(struct fix *f, str content)
{
    struct blob_writer *w;
    assert_ok(blob_writer_new(folder_of(f), &w));
    for (size_t at = 0; at < content.n; at += 7)
        assert_ok(blob_writer_feed(w, content.p + at, str_sub(content, at, 7).n));
    return w;
}

static struct blob keep(struct fix *f, str content)
{
    struct blob b;
    struct blob_writer *w = coming_in(f, content);
    assert_ok(blob_writer_keep(w, &b));
    blob_writer_free(w);
    return b;
}

static err add_row(struct tx *tx, void *arg)
{
    return blob_add(tx, arg, S("application/pdf"));
}

static char *path_of(struct fix *f, const struct blob *b)
{
    char hex[2 * BLOB_HASH];
    hex_of(hex, b->hash, BLOB_HASH);
    return str_z(f->a, str_fmt(f->a, "%.*s/%.2s/%.62s", STR_F(folder_of(f)), hex, hex + 2));
}

/* Everything below a folder, the folders themselves not counted. */
static int count_files(const char *path)
{
    int n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        char below[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(below, sizeof below, "%s/%s", path, e->d_name);
        n += e->d_type == DT_DIR ? count_files(below) : 1;
    }
    closedir(d);
    return n;
}

static int files_of(struct fix *f)
{
    return count_files(str_z(f->a, folder_of(f)));
}

static void check(struct fix *f, int64_t rows, int64_t orphans, int64_t problems, const char *says)
{
    BUF_AUTO lines = BUF(65536);
    struct blob_report r = {.lines = &lines};
    assert_ok(blob_check(fix_db(f), folder_of(f), &r));
    assert_int_equal(r.rows, rows);
    assert_int_equal(r.orphans, orphans);
    assert_int_equal(r.problems, problems);
    if (!str_has(buf_view(&lines), str_of(says)))
        fail_msg("'%s' is not in: %.*s", says, STR_F(buf_view(&lines)));
}

static void a_file_is_kept_under_its_hash(void **state)
{
    struct fix *f = *state;
    char got[16];
    struct stat st;
    int fd;
    struct blob b = keep(f, S("abc")); /* the SHA-256 of FIPS 180-2, appendix B.1 */
    char *path = path_of(f, &b);
    assert_true(str_ends(str_of(path), S("test.db.blobs/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9c"
                                         "b410ff61f20015ad")));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0400);
    assert_int_equal(b.size, 3);
    assert_ok(blob_file_open(folder_of(f), &b, &fd));
    assert_int_equal(read(fd, got, sizeof got), 3);
    assert_memory_equal(got, "abc", 3);
    close(fd);
    check(f, 0, 1, 0, "left over");
    fix_write(f, add_row, &b);
    fix_write(f, add_row, &b); /* twice is once */
    check(f, 1, 0, 0, "");
}

static void what_is_not_kept_leaves_nothing(void **state)
{
    struct fix *f = *state;
    struct blob_writer *w = coming_in(f, S("half of a file"));
    assert_int_equal(files_of(f), 0); /* it has no name while it comes in */
    blob_writer_free(w);
    assert_int_equal(files_of(f), 0);
}

static void the_same_content_is_kept_once_and_never_overwritten(void **state)
{
    struct fix *f = *state;
    struct stat before, after;
    struct blob a = keep(f, S("the same")), other = keep(f, S("another"));
    assert_int_equal(stat(path_of(f, &a), &before), 0);
    struct blob b = keep(f, S("the same"));
    assert_memory_equal(a.hash, b.hash, BLOB_HASH);
    assert_int_equal(stat(path_of(f, &a), &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_memory_not_equal(a.hash, other.hash, BLOB_HASH);
    assert_int_equal(files_of(f), 2);
}

static void content_can_be_read_back_while_it_comes_in(void **state)
{
    struct fix *f = *state;
    char got[16];
    size_t n;
    struct blob_writer *w = coming_in(f, S("0123456789abcdef"));
    assert_int_equal(blob_writer_size(w), 16);
    assert_ok(blob_writer_read(w, 10, got, sizeof got, &n));
    assert_int_equal(n, 6);
    assert_memory_equal(got, "abcdef", 6);
    assert_ok(blob_writer_feed(w, "!", 1));
    struct blob b;
    assert_ok(blob_writer_keep(w, &b));
    assert_int_equal(b.size, 17);
    blob_writer_free(w);
}

static void every_fault_is_found(void **state)
{
    struct fix *f = *state;
    int fd;
    struct blob gone = keep(f, S("gone")), cut = keep(f, S("cut")), changed = keep(f, S("changed"));
    fix_write(f, add_row, &gone);
    fix_write(f, add_row, &cut);
    fix_write(f, add_row, &changed);
    check(f, 3, 0, 0, "");
    assert_int_equal(unlink(path_of(f, &gone)), 0);
    check(f, 3, 0, 1, "its file is missing");
    assert_err(blob_file_open(folder_of(f), &gone, &fd), NOTFOUND);
    assert_int_equal(truncate(path_of(f, &cut), 1), 0);
    check(f, 3, 0, 2, "another size");
    assert_err(blob_file_open(folder_of(f), &cut, &fd), IO);
    assert_int_equal(chmod(path_of(f, &changed), 0600), 0);
    FILE *file = fopen(path_of(f, &changed), "r+");
    assert_non_null(file);
    fputc('C', file);
    fclose(file);
    check(f, 3, 0, 3, "another content");
    /* A broken file is no reason to lose the same content sent again: it is refused, not kept. */
    struct blob_writer *w = coming_in(f, S("cut"));
    struct blob b;
    assert_err(blob_writer_keep(w, &b), IO);
    blob_writer_free(w);
}

static void a_missing_folder_is_made_again_and_its_files_are_missed(void **state)
{
    struct fix *f = *state;
    struct blob b = keep(f, S("here"));
    fix_write(f, add_row, &b);
    char *there = str_z(f->a, folder_of(f)), *away = str_z(f->a, str_fmt(f->a, "%s.away", there));
    assert_int_equal(rename(there, away), 0);
    check(f, 1, 0, 1, "its file is missing");
    struct blob again = keep(f, S("here"));
    assert_int_equal(again.size, b.size);
    check(f, 1, 0, 0, "");
}

static void without_a_folder_to_write_to_nothing_comes_in(void **state)
{
    struct fix *f = *state;
    struct blob_writer *w;
    assert_err(blob_writer_new(S("/proc/no/such/folder"), &w), IO);
    assert_err(blob_writer_new(S(""), &w), INVALID);
    FILE *file = fopen(str_z(f->a, folder_of(f)), "w"); /* a file stands in its place */
    assert_non_null(file);
    fclose(file);
    assert_err(blob_writer_new(folder_of(f), &w), IO);
}

/* As a full disk: the write stops in the middle, and stays stopped. */
static void a_full_disk_is_an_error_and_leaves_nothing(void **state)
{
    enum { MOST = 1 << 20, PIECE = 65536 };
    struct fix *f = *state;
    struct rlimit was, small;
    struct blob b;
    static const char piece[PIECE];
    err e = OK;
    struct blob_writer *w = coming_in(f, S("start"));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = (struct rlimit){MOST, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int pieces = 0;
    while (!err_is(e) && pieces++ < 100)
        e = blob_writer_feed(w, piece, sizeof piece);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_err(e, FULL);
    assert_true(pieces <= MOST / PIECE + 1);
    assert_err(blob_writer_feed(w, "x", 1), FULL); /* also when there is room again */
    assert_err(blob_writer_keep(w, &b), FULL);
    blob_writer_free(w);
    assert_int_equal(files_of(f), 0);
}

int main(void)
{
#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, fix_store_setup, fix_teardown)
    const struct CMUnitTest tests[] = {
        IN_STORE(a_file_is_kept_under_its_hash),
        IN_STORE(what_is_not_kept_leaves_nothing),
        IN_STORE(the_same_content_is_kept_once_and_never_overwritten),
        IN_STORE(content_can_be_read_back_while_it_comes_in),
        IN_STORE(every_fault_is_found),
        IN_STORE(a_missing_folder_is_made_again_and_its_files_are_missed),
        IN_STORE(without_a_folder_to_write_to_nothing_comes_in),
        IN_STORE(a_full_disk_is_an_error_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
