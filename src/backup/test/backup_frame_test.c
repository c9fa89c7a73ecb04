/* SPDX-License-Identifier: Apache-2.0 */
/* The file of a backup in hostile hands: every byte changed, every length cut, frames moved, bytes
 * added, other keys. What is read back is what was written, or nothing. */
#include "test/fixture.h"

#include "backup/backup_private.h"

#include "core/file.h"

enum { LENGTH = 3 * FRAME_PIECE / 2, MOST = LENGTH + 4096 };

struct file {
    uint8_t p[MOST];
    size_t n;
};

struct keys {
    struct backup_lock plain, to, from, other, phrase, other_phrase;
};

static uint8_t content[LENGTH];

static struct keys keys_made(void)
{
    struct keys k = {.plain = {.kind = BACKUP_PLAIN},
        .to = {.kind = BACKUP_TO_KEY},
        .from = {.kind = BACKUP_TO_KEY},
        .other = {.kind = BACKUP_TO_KEY},
        .phrase = {.kind = BACKUP_PASSPHRASE, .passphrase = "the first passphrase"},
        .other_phrase = {.kind = BACKUP_PASSPHRASE, .passphrase = "the first passphrasf"}};
    uint8_t ignored[BACKUP_KEY];
    crypto_box_keypair(k.to.key, k.from.key);
    crypto_box_keypair(ignored, k.other.key);
    return k;
}

/* Sealed content of n bytes. */
static void seal(const struct backup_lock *lock, size_t n, struct file *out)
{
    static struct frame_out o;
    struct sign_key key;
    size_t got;
    FILE *f = tmpfile();
    assert_non_null(f);
    crypto_sign_keypair(key.public_key, key.secret_key);
    for (size_t i = 0; i < LENGTH; i++)
        content[i] = (uint8_t)(i * 7 + i / 251);
    assert_ok(frame_out_begin(&o, fileno(f), lock, 1234567, S("9.9.9")));
    assert_ok(frame_out_put(&o, content, n / 3));
    assert_ok(frame_out_put(&o, content + n / 3, n - n / 3));
    assert_ok(frame_out_end(&o, &key));
    assert_ok(file_get(fileno(f), 0, out->p, MOST, &got));
    out->n = got;
    assert_int_equal(o.size, (int64_t)got);
    fclose(f);
}

/* Reads to the end; with a lock, what is inside must be the beginning of content. */
static err read_all(const struct file *file, const struct backup_lock *lock, size_t *inside)
{
    static struct frame_in in;
    struct bytes piece;
    bool more = true;
    ARENA_AUTO a = arena_new(65536);
    *inside = 0;
    FILE *f = fmemopen((void *)(uintptr_t)file->p, file->n ? file->n : 1, "rb");
    assert_non_null(f);
    if (file->n == 0)
        fgetc(f);
    err e = frame_in_begin(&in, f, a);
    if (!err_is(e) && lock)
        e = frame_in_open(&in, lock);
    while (!err_is(e) && more) {
        e = frame_in_next(&in, &piece, &more);
        if (!err_is(e) && piece.n) {
            assert_memory_equal(piece.p, content + *inside, piece.n);
            *inside += piece.n;
        }
    }
    assert_true(!err_is(e) || in.why.n > 0);
    fclose(f);
    return e;
}

static void what_was_written_is_read_back(void **state)
{
    static struct file f;
    static const size_t lengths[] = {0, 1, FRAME_PIECE - 1, FRAME_PIECE, FRAME_PIECE + 1, LENGTH};
    struct keys k = keys_made();
    size_t inside;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        const struct backup_lock *pairs[][2] = {
            {&k.plain, &k.plain}, {&k.to, &k.from}, {&k.phrase, &k.phrase}};
        for (size_t j = 0; j < COUNT_OF(pairs); j++) {
            seal(pairs[j][0], lengths[i], &f);
            assert_ok(read_all(&f, pairs[j][1], &inside));
            assert_int_equal(inside, lengths[i]);
            assert_ok(read_all(&f, NULL, &inside)); /* from outside */
            assert_int_equal(inside, 0);
        }
    }
}

static void no_other_key_opens_it(void **state)
{
    static struct file f;
    struct keys k = keys_made();
    size_t inside;
    (void)state;
    seal(&k.to, 100, &f);
    assert_err(read_all(&f, &k.other, &inside), INVALID);
    assert_err(read_all(&f, &k.to, &inside), INVALID); /* the public half */
    assert_err(read_all(&f, &k.phrase, &inside), INVALID);
    assert_err(read_all(&f, &k.plain, &inside), INVALID);
    seal(&k.phrase, 100, &f);
    assert_err(read_all(&f, &k.other_phrase, &inside), INVALID);
    assert_err(read_all(&f, &k.from, &inside), INVALID);
}

static void nothing_of_the_content_stands_in_a_sealed_file(void **state)
{
    static struct file f;
    struct keys k = keys_made();
    (void)state;
    seal(&k.plain, 4096, &f);
    assert_non_null(memmem(f.p, f.n, content + 1000, 16));
    seal(&k.to, 4096, &f);
    for (size_t at = 0; at + 16 <= 4096; at += 16)
        assert_null(memmem(f.p, f.n, content + at, 16));
}

/* Without the key as with it: the outside alone tells. */
static void every_changed_byte_is_found(void **state)
{
    static struct file f;
    struct keys k = keys_made();
    const struct backup_lock *locks[] = {&k.plain, &k.to};
    size_t inside;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(locks); i++) {
        seal(locks[i], 300, &f);
        for (size_t at = 0; at < f.n; at++) {
            f.p[at] ^= (uint8_t)(1 << at % 8);
            if (!err_is(read_all(&f, NULL, &inside)))
                fail_msg("byte %zu of %zu", at, f.n);
            f.p[at] ^= (uint8_t)(1 << at % 8);
        }
        assert_ok(read_all(&f, NULL, &inside));
    }
}

static void every_cut_and_every_addition_is_found(void **state)
{
    static struct file f;
    struct keys k = keys_made();
    size_t inside, whole;
    (void)state;
    seal(&k.to, 300, &f);
    whole = f.n;
    for (f.n = 0; f.n < whole; f.n++)
        assert_err(read_all(&f, NULL, &inside), INVALID);
    f.p[f.n++] = 0;
    assert_err(read_all(&f, NULL, &inside), INVALID);
    f.n--;
    memcpy(f.p + f.n, f.p, whole); /* a backup behind a backup */
    f.n += whole;
    assert_err(read_all(&f, &k.from, &inside), INVALID);
}

static size_t frame_length(const uint8_t *p)
{
    return 4 + ((size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3]) + FRAME_HASH;
}

static void a_frame_left_out_or_sent_twice_is_found(void **state)
{
    static struct file f, g;
    struct keys k = keys_made();
    size_t inside;
    (void)state;
    seal(&k.plain, LENGTH, &f);
    size_t first = frame_length(f.p + FRAME_HEAD);
    g = f; /* the first left out */
    memmove(g.p + FRAME_HEAD, g.p + FRAME_HEAD + first, g.n - FRAME_HEAD - first);
    g.n -= first;
    assert_err(read_all(&g, NULL, &inside), INVALID);
    size_t second = frame_length(f.p + FRAME_HEAD + first);
    assert_true(second < 40000); /* LENGTH is one and a half pieces */
    g = f;                       /* the second before the first */
    memcpy(g.p + FRAME_HEAD, f.p + FRAME_HEAD + first, second);
    memcpy(g.p + FRAME_HEAD + second, f.p + FRAME_HEAD, first);
    assert_err(read_all(&g, NULL, &inside), INVALID);
}

/* Whoever makes the outside fit still cannot take anything from a sealed inside: here the first
 * frame is made the last one, with a trailer of its own. */
static void a_sealed_inside_defends_itself(void **state)
{
    static struct file f;
    struct keys k = keys_made();
    struct sign_key key;
    size_t inside;
    char hex[2 * FRAME_HASH], text[200];
    uint8_t end[4 + 8 + SIGN_PUBLIC + SIGN_BYTES] = {[11] = 1};
    (void)state;
    seal(&k.to, LENGTH, &f);
    uint8_t *cut = f.p + FRAME_HEAD + frame_length(f.p + FRAME_HEAD);
    int n = snprintf(text, sizeof text, "yagura-backup-1 %.*s 1",
        STR_F(hex_of(hex, cut - FRAME_HASH, FRAME_HASH)));
    crypto_sign_keypair(key.public_key, key.secret_key);
    memcpy(end + 12, key.public_key, SIGN_PUBLIC);
    sign_make(&key, (str){text, (size_t)n}, end + 12 + SIGN_PUBLIC);
    memcpy(cut, end, sizeof end);
    f.n = (size_t)(cut - f.p) + sizeof end;
    assert_ok(read_all(&f, NULL, &inside));              /* the outside is made to fit … */
    assert_err(read_all(&f, &k.from, &inside), INVALID); /* … the inside knows its end */
}

/* A head may not make the reader spend hours or gigabytes on a passphrase. */
static void costs_of_a_passphrase_are_bounded(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
    } rows[] = {{56 + 16 + 7, 17}, {56 + 16 + 7, 0}, {56 + 16, 1}, {56 + 24 + 4, 4}, {56 + 24, 1}};
    static struct file f;
    struct keys k = keys_made();
    size_t inside;
    (void)state;
    seal(&k.phrase, 10, &f);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct file g = f;
        g.p[rows[i].at] = rows[i].value;
        crypto_generichash(g.p + 224, FRAME_HASH, g.p, 224, NULL, 0);
        assert_err(read_all(&g, &k.phrase, &inside), INVALID);
    }
}

/* ── the inside ── */

struct seen {
    char text[4096];
    size_t n;
};

static void note(struct seen *s, const void *p, size_t n)
{
    assert_true(s->n + n < sizeof s->text);
    memcpy(s->text + s->n, p, n);
    s->n += n;
}

static err seen_begin(void *ctx, enum entry_kind kind, int64_t size)
{
    char c[32];
    int n = snprintf(c, sizeof c, "[%c%lld:", (char)kind, (long long)size);
    note(ctx, c, (size_t)n);
    return OK;
}

static err seen_data(void *ctx, const void *p, size_t n)
{
    note(ctx, p, n);
    return OK;
}

static err seen_end(void *ctx, const uint8_t hash[ENTRY_HASH])
{
    (void)hash;
    note(ctx, "]", 1);
    return OK;
}

static void put_entry(struct buf *b, struct entry_sum *s, enum entry_kind kind, str text)
{
    uint8_t head[ENTRY_HEAD], hash[ENTRY_HASH];
    entry_head(head, kind, (int64_t)text.n);
    crypto_hash_sha256(hash, (const unsigned char *)text.p, text.n);
    entry_sum_add(s, head, hash);
    buf_put(b, (const char *)head, sizeof head);
    buf_str(b, text);
    buf_put(b, (const char *)hash, sizeof hash);
}

static void put_end(struct buf *b, struct entry_sum *s, int64_t n)
{
    uint8_t head[ENTRY_HEAD], hash[ENTRY_HASH];
    entry_head(head, ENTRY_END, n);
    entry_sum_end(s, hash);
    buf_put(b, (const char *)head, sizeof head);
    buf_put(b, (const char *)hash, sizeof hash);
}

static err take(str text, size_t piece, struct seen *s)
{
    struct entry_reader r;
    *s = (struct seen){0};
    entry_reader_init(&r, (struct entry_sink){s, seen_begin, seen_data, seen_end});
    for (size_t at = 0; at < text.n; at += piece)
        TRY(entry_reader_feed(&r, text.p + at, str_sub(text, at, piece).n));
    return entry_reader_finish(&r);
}

static void entries_come_out_however_they_are_cut(void **state)
{
    struct seen s;
    struct entry_sum sum;
    BUF_AUTO b = BUF(4096);
    (void)state;
    entry_sum_init(&sum);
    put_entry(&b, &sum, ENTRY_DATABASE, S("rows"));
    put_entry(&b, &sum, ENTRY_FILE, S(""));
    put_entry(&b, &sum, ENTRY_FILE, S("proof"));
    put_end(&b, &sum, 3);
    str whole = buf_view(&b);
    for (size_t piece = 1; piece <= whole.n; piece++) {
        assert_ok(take(whole, piece, &s));
        assert_str(((str){s.text, s.n}), S("[D4:rows][B0:][B5:proof]"));
    }
    for (size_t cut = 0; cut < whole.n; cut++)
        assert_err(take(str_sub(whole, 0, cut), whole.n, &s), INVALID);
    for (size_t at = 0; at < whole.n; at++) {
        b.p[at] ^= 0x20;
        if (!err_is(take(whole, 7, &s)))
            fail_msg("byte %zu", at);
        b.p[at] ^= 0x20;
    }
    buf_char(&b, 'E');
    assert_err(take(buf_view(&b), 1000, &s), INVALID);
}

static void entries_of_another_order_or_number_are_refused(void **state)
{
    static const struct {
        const char *kinds;
        int64_t n;
    } rows[] = {{"B", 1}, {"", 0}, {"DD", 2}, {"DBD", 3}, {"DB", 1}, {"DB", 3}, {"X", 1}};
    struct seen s;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct entry_sum sum;
        BUF_AUTO b = BUF(4096);
        entry_sum_init(&sum);
        for (const char *k = rows[i].kinds; *k; k++)
            put_entry(&b, &sum, (enum entry_kind)*k, S("x"));
        put_end(&b, &sum, rows[i].n);
        assert_err(take(buf_view(&b), 1000, &s), INVALID);
    }
    uint8_t huge[ENTRY_HEAD] = {'D', 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    assert_err(take((str){(const char *)huge, sizeof huge}, 100, &s), INVALID);
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(no_other_key_opens_it),
        cmocka_unit_test(nothing_of_the_content_stands_in_a_sealed_file),
        cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(every_cut_and_every_addition_is_found),
        cmocka_unit_test(a_frame_left_out_or_sent_twice_is_found),
        cmocka_unit_test(a_sealed_inside_defends_itself),
        cmocka_unit_test(costs_of_a_passphrase_are_bounded),
        cmocka_unit_test(entries_come_out_however_they_are_cut),
        cmocka_unit_test(entries_of_another_order_or_number_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
