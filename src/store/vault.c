/* SPDX-License-Identifier: Apache-2.0 */
/* A file of one line: "yagura-keys-1 " and the key in hexadecimal. */
#include "store/vault.h"

#include "core/file.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#define HEAD "yagura-keys-1 "
enum { LINE = sizeof HEAD - 1 + 2 * SEAL_KEY + 1 };

struct vault {
    uint8_t key[SEAL_KEY];
};

/* how: O_TRUNC or O_EXCL. */
static err write_line(const char *name, int how, const uint8_t key[SEAL_KEY])
{
    char line[LINE + 1] = HEAD;
    int fd = open(name, O_WRONLY | O_CREAT | how | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? ERR(CONFLICT) : file_error();
    sodium_bin2hex(line + sizeof HEAD - 1, 2 * SEAL_KEY + 1, key, SEAL_KEY);
    line[LINE - 1] = '\n';
    err e = file_put(fd, line, LINE);
    if (!err_is(e) && fsync(fd) != 0)
        e = file_error();
    close(fd);
    sodium_memzero(line, sizeof line);
    return e;
}

static err write_new(const char *name)
{
    uint8_t key[SEAL_KEY];
    randombytes_buf(key, sizeof key);
    err e = write_line(name, O_TRUNC, key);
    sodium_memzero(key, sizeof key);
    return e;
}

/* Whole and on the disk before it has its name, and never over another. */
static err make(struct arena *a, const char *name)
{
    char *draft = str_z(a, str_fmt(a, "%s.new", name));
    if (!draft)
        return ERR(NOMEM);
    if (access(name, F_OK) == 0)
        return OK;
    TRY(write_new(draft));
    err e = link(draft, name) == 0 || errno == EEXIST ? OK : file_error();
    unlink(draft);
    return e;
}

static err read_key(const char *name, struct vault *v)
{
    char line[LINE];
    size_t got, n;
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOTFOUND) : errno == EACCES ? ERR(DENIED) : file_error();
    err e = file_get(fd, 0, line, sizeof line, &got);
    close(fd);
    if (!err_is(e) && (got != LINE || memcmp(line, HEAD, sizeof HEAD - 1) != 0 ||
            sodium_hex2bin(v->key, sizeof v->key, line + sizeof HEAD - 1, 2 * SEAL_KEY, NULL, &n, NULL) != 0 ||
            n != SEAL_KEY))
        e = ERR(INVALID);
    sodium_memzero(line, sizeof line);
    return e;
}

err vault_open(str file, bool create, struct vault **out)
{
    ARENA_AUTO a = arena_new(1 << 16);
    const char *name = a ? str_z(a, file) : NULL;
    struct vault *v = calloc(1, sizeof *v); /* no guarded memory: the sandbox knows no mprotect */
    err e = name && v ? OK : ERR(NOMEM);
    if (!err_is(e) && create)
        e = make(a, name);
    if (!err_is(e))
        e = read_key(name, v);
    if (err_is(e))
        vault_free(v);
    else
        *out = v;
    return e;
}

void vault_free(struct vault *v)
{
    if (v)
        sodium_memzero(v, sizeof *v);
    free(v);
}

static err is_same(const struct vault *v, const char *name)
{
    struct vault back;
    err e = read_key(name, &back);
    if (!err_is(e) && sodium_memcmp(back.key, v->key, SEAL_KEY) != 0)
        e = ERR(IO);
    sodium_memzero(&back, sizeof back);
    return e;
}

err vault_copy(const struct vault *v, str file)
{
    ARENA_AUTO a = arena_new(1 << 16);
    const char *name = a ? str_z(a, file) : NULL;
    if (!name)
        return ERR(NOMEM);
    TRY(write_line(name, O_EXCL, v->key));
    err e = is_same(v, name);
    if (!err_is(e))
        e = file_sync_above(name);
    if (err_is(e))
        unlink(name); /* half a copy is none */
    return e;
}

str vault_name(const struct vault *v, struct arena *a)
{
    uint8_t hash[16];
    char text[2 * sizeof hash + 1];
    crypto_generichash(hash, sizeof hash, v->key, sizeof v->key, (const uint8_t *)"yagura-keys-name", 16);
    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    return str_fmt(a, "1:%s", text);
}

err vault_seal(const struct vault *v, struct arena *a, str what, struct bytes plain, struct bytes *sealed)
{
    return seal_in(a, v->key, what, plain, sealed);
}

err vault_unseal(const struct vault *v, str what, struct bytes sealed, uint8_t *out)
{
    return seal_open(v->key, what, sealed, out);
}
