/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: one line each, "yagura-backup-public-1 HEX". */
#include "backup/backup_private.h"

#include "core/file.h"

#include <fcntl.h>

static const char public_word[] = "yagura-backup-public-1 ",
                  private_word[] = "yagura-backup-private-1 ";

void backup_key_id(const uint8_t public_key[BACKUP_KEY], uint8_t out[BACKUP_KEY_ID])
{
    crypto_generichash(out, BACKUP_KEY_ID, public_key, BACKUP_KEY, NULL, 0);
}

static err write_key(const char *path, const char *word, const uint8_t key[BACKUP_KEY], mode_t mode)
{
    char hex[2 * BACKUP_KEY], line[160];
    int n = snprintf(line, sizeof line, "%s%.*s\n", word, STR_F(hex_of(hex, key, BACKUP_KEY)));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return errno == EEXIST ? ERR(CONFLICT) : ERR(IO);
    err e = file_put(fd, line, (size_t)n);
    if (!err_is(e) && fsync(fd) != 0)
        e = ERR(IO);
    close(fd);
    sodium_memzero(line, sizeof line);
    sodium_memzero(hex, sizeof hex);
    return err_is(e) ? e : file_sync_above(path);
}

err backup_key_make(str dir, struct arena *a, uint8_t id[BACKUP_KEY_ID], str *why)
{
    uint8_t public_key[BACKUP_KEY], secret[BACKUP_KEY];
    char *folder = str_z(a, dir);
    char *private_file = str_z(a, str_fmt(a, "%.*s/yagura-backup.key", STR_F(dir)));
    char *public_file = str_z(a, str_fmt(a, "%.*s/yagura-backup.pub", STR_F(dir)));
    if (!folder || !private_file || !public_file)
        return ERR(NOMEM);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        *why = S("鍵を置くフォルダーを作れません。場所と権限を確かめてください。");
        return ERR(IO);
    }
    crypto_box_keypair(public_key, secret);
    backup_key_id(public_key, id);
    err e = access(public_file, F_OK) == 0 ? ERR(CONFLICT) : OK;
    if (!err_is(e))
        e = write_key(private_file, private_word, secret, 0400);
    if (!err_is(e))
        e = write_key(public_file, public_word, public_key, 0444);
    sodium_memzero(secret, sizeof secret);
    if (e.code == ERR_CONFLICT)
        *why = S("ここにはもう鍵があります。上書きはしません。別のフォルダーを指定してください。");
    else if (err_is(e))
        *why = S("鍵を書けません。空きと権限を確かめてください。");
    return e;
}

err backup_key_load(
    str file, bool private_key, struct arena *a, struct backup_lock *out, str *why)
{
    char line[256];
    size_t n;
    str word = str_of(private_key ? private_word : public_word);
    char *path = str_z(a, file);
    *out = (struct backup_lock){.kind = BACKUP_TO_KEY};
    err e = path ? file_line(path, private_key, line, sizeof line, &n) : ERR(NOMEM);
    if (!err_is(e)) {
        str text = {line, n};
        e = str_starts(text, word) ? hex_parse(str_sub(text, word.n, n), out->key, BACKUP_KEY)
                                   : ERR(INVALID);
    }
    sodium_memzero(line, sizeof line);
    if (e.code == ERR_NOTFOUND)
        *why = str_fmt(a, "鍵のファイル %.*s を開けません。", STR_F(file));
    else if (e.code == ERR_DENIED)
        *why = S("秘密の鍵のファイルは、ほかの人が読めないようにしてください（chmod 400）。");
    else if (err_is(e) && private_key)
        *why = S("秘密の鍵のファイル（yagura-backup.key）を指定してください。");
    else if (err_is(e))
        *why = S("公開の鍵のファイル（yagura-backup.pub）を指定してください。");
    return e;
}

err backup_passphrase_load(str file, struct arena *a, struct backup_lock *out, str *why)
{
    size_t n;
    char *path = str_z(a, file);
    *out = (struct backup_lock){.kind = BACKUP_PASSPHRASE};
    err e = path ? file_line(path, true, out->passphrase, sizeof out->passphrase, &n) : ERR(NOMEM);
    if (!err_is(e) && n < BACKUP_PASSPHRASE_MIN)
        e = ERR(INVALID);
    if (e.code == ERR_DENIED)
        *why = S("--passphrase-file は、ほかの人が読めないようにしてください（chmod 600）。");
    else if (e.code == ERR_NOTFOUND)
        *why = S("--passphrase-file のファイルを開けません。");
    else if (err_is(e))
        *why = S("パスフレーズは 16 文字以上、255 文字以内で、ファイルの1行目に書いてください。");
    return e;
}

void backup_lock_done(struct backup_lock *l)
{
    sodium_memzero(l, sizeof *l);
}
