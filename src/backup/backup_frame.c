/* SPDX-License-Identifier: Apache-2.0 */
/* Heads, frames and trailers. */
#include "backup/backup_private.h"

#include "core/file.h"

#define MAGIC "YAGURABK"

enum {
    VERSION = 1,
    AT_VERSION = 8,
    AT_KIND = 12,
    AT_TIME = 16,
    AT_PROGRAM = 24,
    AT_KEY_ID = 40,
    AT_WRAPPED = 56,
    AT_STREAM = 136,
    AT_REST = 160,
    AT_HASH = 224,
    SALT = crypto_pwhash_SALTBYTES,
    /* Argon2id: 32 MiB, so that a small machine can open what it wrote. */
    OPS = 4,
    OPS_MOST = 16,
    MEMORY = 32 << 20,
    MEMORY_MOST = 64 << 20,
    TAG = 1,
    TRAILER = 8 + SIGN_PUBLIC + SIGN_BYTES
};

_Static_assert(crypto_box_SEALBYTES + BACKUP_KEY == AT_STREAM - AT_WRAPPED, "a sealed key fits");
_Static_assert(AT_STREAM + crypto_secretstream_xchacha20poly1305_HEADERBYTES == AT_REST, "as said");

static void put_number(uint8_t *p, uint64_t v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> (8 * (n - 1 - i)));
}

static uint64_t number_at(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static void hash_of(uint8_t out[FRAME_HASH], const void *p, size_t n)
{
    crypto_generichash(out, FRAME_HASH, p, n, NULL, 0);
}

/* What comes after this frame depends on it and on all before it. */
static void chain_on(uint8_t chain[FRAME_HASH], const uint8_t length[4], const uint8_t *p, size_t n)
{
    crypto_generichash_state h;
    crypto_generichash_init(&h, NULL, 0, FRAME_HASH);
    crypto_generichash_update(&h, chain, FRAME_HASH);
    crypto_generichash_update(&h, length, 4);
    crypto_generichash_update(&h, p, n);
    crypto_generichash_final(&h, chain, FRAME_HASH);
}

static str signed_text(char dst[160], const uint8_t chain[FRAME_HASH], uint64_t frames)
{
    char hex[2 * FRAME_HASH];
    int n = snprintf(dst, 160, "yagura-backup-1 %.*s %llu",
        STR_F(hex_of(hex, chain, FRAME_HASH)), (unsigned long long)frames);
    return (str){dst, (size_t)n};
}

/* ── writing ── */

static err key_of_passphrase(const uint8_t *wrapped, const char *passphrase, uint8_t key[BACKUP_KEY])
{
    uint64_t ops = number_at(wrapped + SALT, 8), memory = number_at(wrapped + SALT + 8, 8);
    if (ops < 1 || ops > OPS_MOST || memory < crypto_pwhash_MEMLIMIT_MIN || memory > MEMORY_MOST)
        return ERR(INVALID);
    return crypto_pwhash(key, BACKUP_KEY, passphrase, strlen(passphrase), wrapped, ops,
               (size_t)memory, crypto_pwhash_ALG_ARGON2ID13) == 0
        ? OK
        : ERR(NOMEM);
}

static err wrap(struct frame_out *o, const struct backup_lock *lock, uint8_t key[BACKUP_KEY])
{
    uint8_t *wrapped = o->head + AT_WRAPPED;
    switch (lock->kind) {
    case BACKUP_PLAIN:
        return OK;
    case BACKUP_TO_KEY:
        crypto_secretstream_xchacha20poly1305_keygen(key);
        backup_key_id(lock->key, o->head + AT_KEY_ID);
        return crypto_box_seal(wrapped, key, BACKUP_KEY, lock->key) == 0 ? OK : ERR(INVALID);
    case BACKUP_PASSPHRASE:
        randombytes_buf(wrapped, SALT);
        put_number(wrapped + SALT, OPS, 8);
        put_number(wrapped + SALT + 8, MEMORY, 8);
        return key_of_passphrase(wrapped, lock->passphrase, key);
    }
    return ERR(BUG);
}

static err out_raw(struct frame_out *o, const void *p, size_t n)
{
    o->size += (int64_t)n;
    return file_put(o->fd, p, n);
}

err frame_out_begin(
    struct frame_out *o, int fd, const struct backup_lock *lock, usec at, str program)
{
    uint8_t key[BACKUP_KEY];
    *o = (struct frame_out){.fd = fd, .kind = lock->kind};
    memcpy(o->head, MAGIC, AT_VERSION);
    put_number(o->head + AT_VERSION, VERSION, 4);
    o->head[AT_KIND] = (uint8_t)lock->kind;
    put_number(o->head + AT_TIME, (uint64_t)at, 8);
    memcpy(o->head + AT_PROGRAM, program.p, program.n < 15 ? program.n : 15);
    err e = wrap(o, lock, key);
    if (!err_is(e) && lock->kind != BACKUP_PLAIN)
        crypto_secretstream_xchacha20poly1305_init_push(&o->stream, o->head + AT_STREAM, key);
    sodium_memzero(key, sizeof key);
    TRY(e);
    hash_of(o->head + AT_HASH, o->head, AT_HASH);
    memcpy(o->chain, o->head + AT_HASH, FRAME_HASH);
    return out_raw(o, o->head, FRAME_HEAD);
}

static size_t seal(struct frame_out *o, bool last)
{
    unsigned long long n;
    if (o->kind == BACKUP_PLAIN) {
        o->body[0] = last;
        memcpy(o->body + TAG, o->piece, o->fill);
        return TAG + o->fill;
    }
    crypto_secretstream_xchacha20poly1305_push(&o->stream, o->body, &n, o->piece, o->fill,
        o->frames ? NULL : o->head, o->frames ? 0 : FRAME_HEAD,
        last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
    return (size_t)n;
}

static err flush(struct frame_out *o, bool last)
{
    uint8_t length[4];
    size_t n = seal(o, last);
    put_number(length, n, 4);
    chain_on(o->chain, length, o->body, n);
    o->frames++;
    o->fill = 0;
    TRY(out_raw(o, length, sizeof length));
    TRY(out_raw(o, o->body, n));
    return out_raw(o, o->chain, FRAME_HASH);
}

err frame_out_put(struct frame_out *o, const void *p, size_t n)
{
    const uint8_t *from = p;
    while (n > 0) {
        size_t part = FRAME_PIECE - o->fill < n ? FRAME_PIECE - o->fill : n;
        memcpy(o->piece + o->fill, from, part);
        o->fill += part;
        from += part;
        n -= part;
        if (o->fill == FRAME_PIECE)
            TRY(flush(o, false));
    }
    return OK;
}

err frame_out_end(struct frame_out *o, const struct sign_key *k)
{
    uint8_t end[4 + TRAILER] = {0};
    char text[160];
    TRY(flush(o, true));
    put_number(end + 4, o->frames, 8);
    memcpy(end + 12, k->public_key, SIGN_PUBLIC);
    sign_make(k, signed_text(text, o->chain, o->frames), end + 12 + SIGN_PUBLIC);
    return out_raw(o, end, sizeof end);
}

/* ── reading ── */

static err refuse(struct frame_in *in, str why)
{
    if (in->why.n == 0)
        in->why = why;
    return ERR(INVALID);
}

static err damaged(struct frame_in *in)
{
    return refuse(in,
        str_fmt(in->a, "控えが壊れています（先頭から %lld バイトの辺り）。別の控えを使ってください。",
            (long long)in->size));
}

static err in_raw(struct frame_in *in, void *p, size_t n)
{
    size_t got = fread(p, 1, n, in->file);
    in->size += (int64_t)got;
    if (ferror(in->file))
        return ERR(IO);
    return got == n ? OK
                    : refuse(in, S("控えが途中で切れています。写し直すか、別の控えを使ってください。"));
}

static bool is_zero(const uint8_t *p, size_t n)
{
    return sodium_is_zero(p, n) != 0;
}

err frame_in_begin(struct frame_in *in, FILE *file, struct arena *a)
{
    uint8_t hash[FRAME_HASH];
    *in = (struct frame_in){.file = file, .a = a};
    TRY(in_raw(in, in->head, FRAME_HEAD));
    if (memcmp(in->head, MAGIC, AT_VERSION) != 0)
        return refuse(in, S("櫓の控えのファイルではありません。"));
    hash_of(hash, in->head, AT_HASH);
    if (memcmp(hash, in->head + AT_HASH, FRAME_HASH) != 0)
        return damaged(in);
    if (number_at(in->head + AT_VERSION, 4) != VERSION)
        return refuse(in, S("別の版の櫓が作った控えの形です。その版で開いてください。"));
    in->kind = in->head[AT_KIND];
    if (in->kind < BACKUP_PLAIN || in->kind > BACKUP_PASSPHRASE || !is_zero(in->head + 13, 3) ||
        !is_zero(in->head + AT_REST, AT_HASH - AT_REST) || in->head[AT_KEY_ID - 1] != 0)
        return damaged(in);
    memcpy(in->chain, hash, FRAME_HASH);
    return OK;
}

void frame_in_info(const struct frame_in *in, struct backup_info *out)
{
    out->kind = in->kind;
    out->at = (usec)number_at(in->head + AT_TIME, 8);
    memcpy(out->program, in->head + AT_PROGRAM, sizeof out->program);
    memcpy(out->key_id, in->head + AT_KEY_ID, BACKUP_KEY_ID);
    memcpy(out->id, in->chain, BACKUP_ID);
    memcpy(out->signer, in->signer, SIGN_PUBLIC);
    out->size = in->size;
    out->opened = in->open;
}

static err unwrap(const struct frame_in *in, const struct backup_lock *lock, uint8_t key[BACKUP_KEY])
{
    uint8_t public_key[BACKUP_KEY];
    const uint8_t *wrapped = in->head + AT_WRAPPED;
    if (in->kind == BACKUP_PASSPHRASE)
        return key_of_passphrase(wrapped, lock->passphrase, key);
    if (crypto_scalarmult_base(public_key, lock->key) != 0 ||
        crypto_box_seal_open(key, wrapped, AT_STREAM - AT_WRAPPED, public_key, lock->key) != 0)
        return ERR(INVALID);
    return OK;
}

static err wrong_key(struct frame_in *in)
{
    char hex[2 * BACKUP_KEY_ID];
    if (in->kind == BACKUP_PASSPHRASE)
        return refuse(in, S("このパスフレーズでは開けません。"));
    return refuse(in,
        str_fmt(in->a, "この鍵では開けません。番号 %.*s の鍵を --key に指定してください。",
            STR_F(hex_of(hex, in->head + AT_KEY_ID, BACKUP_KEY_ID))));
}

err frame_in_open(struct frame_in *in, const struct backup_lock *lock)
{
    uint8_t key[BACKUP_KEY];
    in->open = true;
    if (in->kind == BACKUP_PLAIN)
        return OK;
    if (lock->kind != in->kind)
        return refuse(in, in->kind == BACKUP_TO_KEY
                ? S("この控えは鍵で封をしてあります。--key に秘密の鍵のファイルを指定してください。")
                : S("この控えはパスフレーズで封をしてあります。--passphrase-file を指定してください。"));
    err e = unwrap(in, lock, key);
    if (!err_is(e) &&
        crypto_secretstream_xchacha20poly1305_init_pull(
            &in->stream, in->head + AT_STREAM, key) != 0)
        e = ERR(INVALID);
    sodium_memzero(key, sizeof key);
    return e.code == ERR_INVALID ? wrong_key(in) : e;
}

static err open_frame(struct frame_in *in, size_t n, struct bytes *piece, bool *last)
{
    unsigned long long got = 0;
    uint8_t tag = 0;
    if (in->kind == BACKUP_PLAIN) {
        if (in->body[0] > 1 || n - TAG > FRAME_PIECE)
            return damaged(in);
        *last = in->body[0] == 1;
        *piece = (struct bytes){in->body + TAG, n - TAG};
        return OK;
    }
    if (n < crypto_secretstream_xchacha20poly1305_ABYTES)
        return damaged(in);
    bool first = in->frames == 1;
    if (crypto_secretstream_xchacha20poly1305_pull(&in->stream, in->piece, &got, &tag, in->body, n,
            first ? in->head : NULL, first ? FRAME_HEAD : 0) != 0)
        return first ? wrong_key(in) : damaged(in);
    *last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
    *piece = (struct bytes){in->piece, (size_t)got};
    return *last || tag == 0 ? OK : damaged(in);
}

static err read_trailer(struct frame_in *in)
{
    uint8_t end[TRAILER];
    char text[160];
    TRY(in_raw(in, end, sizeof end));
    memcpy(in->signer, end + 8, SIGN_PUBLIC);
    if (number_at(end, 8) != in->frames ||
        !sign_is_good(in->signer, signed_text(text, in->chain, in->frames), end + 8 + SIGN_PUBLIC) ||
        (in->open && !in->ended))
        return damaged(in);
    if (fgetc(in->file) != EOF)
        return refuse(in, S("控えの終わりの後ろに、余分なデータがあります。写し直してください。"));
    return ferror(in->file) ? ERR(IO) : OK;
}

err frame_in_next(struct frame_in *in, struct bytes *piece, bool *more)
{
    uint8_t length[4], hash[FRAME_HASH];
    *piece = (struct bytes){0};
    TRY(in_raw(in, length, sizeof length));
    size_t n = (size_t)number_at(length, 4);
    *more = n > 0;
    if (n == 0)
        return read_trailer(in);
    if (n > FRAME_BODY || in->ended)
        return damaged(in);
    TRY(in_raw(in, in->body, n));
    TRY(in_raw(in, hash, sizeof hash));
    chain_on(in->chain, length, in->body, n);
    in->frames++;
    if (memcmp(hash, in->chain, FRAME_HASH) != 0)
        return damaged(in);
    return in->open ? open_frame(in, n, piece, &in->ended) : OK;
}
