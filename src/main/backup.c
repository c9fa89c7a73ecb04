/* SPDX-License-Identifier: Apache-2.0 */
/* yagura backup and restore: which lock, what a person is told, and what the installation keeps. */
#include "main/main.h"

/* The lock has done its work; what went wrong is said. */
static err told(err e, str why, struct backup_lock *lock)
{
    backup_lock_done(lock);
    if (err_is(e))
        main_say(why.n ? why : S("できませんでした。"));
    return e;
}

static void print_id(const char *what, const uint8_t *id, size_t n)
{
    char hex[64];
    printf("%s: %.*s\n", what, STR_F(hex_of(hex, id, n)));
}

static void print_info(const struct backup_info *i)
{
    static const char *const sealed[] = {[BACKUP_PLAIN] = "封なし（誰でも読めます）",
        [BACKUP_TO_KEY] = "鍵で封", [BACKUP_PASSPHRASE] = "パスフレーズで封"};
    BUF_AUTO time = BUF(100);
    put_iso_time(&time, i->at);
    printf("控えの時点: %.*s（櫓 %s）\n封: %s\n大きさ: %lld バイト\n", STR_F(buf_view(&time)),
        i->program, sealed[i->kind], (long long)i->size);
    if (i->kind == BACKUP_TO_KEY)
        print_id("鍵の番号", i->key_id, BACKUP_KEY_ID);
    if (i->opened)
        printf("中身: データベース %lld バイト、証拠ファイル %lld 件\n", (long long)i->database,
            (long long)i->files);
    print_id("控えの番号", i->id, BACKUP_ID);
    print_id("作った櫓の署名鍵", i->signer, sizeof i->signer);
}

/* ── writing ── */

static err choose_lock(const struct options *o, struct arena *a, struct backup_lock *out, str *why)
{
    if ((o->to.n != 0) + (o->passphrase_file.n != 0) + o->plain != 1) {
        *why = S("--to に公開の鍵（「yagura backup keygen DIR」で作れます）を指定してください。"
                 "--passphrase-file で封をするか、--plain で封をしないこともできます。"
                 "選べるのは、このうち1つです。");
        return ERR(INVALID);
    }
    if (o->to.n)
        return backup_key_load(o->to, false, a, out, why);
    if (o->passphrase_file.n)
        return backup_passphrase_load(o->passphrase_file, a, out, why);
    *out = (struct backup_lock){.kind = BACKUP_PLAIN};
    return OK;
}

/* The backup is good whether or not it can be noted. */
static void note(const struct options *o, struct arena *a, const char *call, str text)
{
    struct store_modules mods = modules_store(a);
    BUF_AUTO out = BUF(64);
    str why;
    err e = store_call(o->db, &mods, call, text, &out, a, &why);
    if (e.code == ERR_NOTFOUND && why.n == 0)
        main_say(S("この控えは、--db のデータベースから作ったものではないので、記録しませんでした。"));
    else if (err_is(e))
        main_say(S("控えの日時をデータベースに記録できませんでした。"));
}

err command_backup(const struct options *o, struct arena *a)
{
    struct store *probe;
    struct backup_lock lock = {0};
    struct backup_info info;
    str why = STR_NONE;
    err e = choose_lock(o, a, &lock, &why);
    if (err_is(e))
        return told(e, why, &lock);
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &probe)); /* says what is wrong with it */
    store_close(probe);
    e = told(backup_write(o->db, o->file, &lock, S(YAGURA_VERSION), a, &info, &why), why, &lock);
    TRY(e);
    print_info(&info);
    note(o, a, "backup.written", backup_written_text(a, &info));
    if (info.missing == 0)
        return OK;
    main_say(str_fmt(a, "証拠ファイル %lld 件が、なくなっているか壊れていて、控えに正しく入っていません。"
                        "「yagura check」で確かめてください。",
        (long long)info.missing));
    return ERR(CONFLICT);
}

err command_backup_keygen(const struct options *o, struct arena *a)
{
    uint8_t id[BACKUP_KEY_ID];
    str why = STR_NONE;
    struct backup_lock none = {0};
    TRY(told(backup_key_make(o->file, a, id, &why), why, &none));
    print_id("鍵の番号", id, sizeof id);
    printf("%.*s/yagura-backup.pub … 公開の鍵。控えを作る機器に置きます（--to）。\n"
           "%.*s/yagura-backup.key … 秘密の鍵。控えを開くのに必要です。この機器から移し、"
           "2か所以上に保管してください。なくすと、控えは誰にも開けません。\n",
        STR_F(o->file), STR_F(o->file));
    return OK;
}

/* ── reading ── */

/* kind 0 when neither was given: enough for a plain one, and for the outside of the others. */
static err choose_opener(const struct options *o, struct arena *a, struct backup_lock *out, str *why)
{
    *out = (struct backup_lock){0};
    if (o->key.n && o->passphrase_file.n) {
        *why = S("--key と --passphrase-file は、どちらか1つを指定してください。");
        return ERR(INVALID);
    }
    if (o->key.n)
        return backup_key_load(o->key, true, a, out, why);
    return o->passphrase_file.n ? backup_passphrase_load(o->passphrase_file, a, out, why) : OK;
}

err command_backup_verify(const struct options *o, struct arena *a)
{
    struct backup_lock lock;
    struct backup_info info;
    str why = STR_NONE;
    err e = choose_opener(o, a, &lock, &why);
    if (!err_is(e))
        e = backup_verify(o->file, &lock, a, &info, &why);
    TRY(told(e, why, &lock));
    print_info(&info);
    puts(info.opened ? "中身まで確かめました。壊れていません。"
                     : "外側を確かめました。切れたり壊れたりしていません。中身まで確かめるには、"
                       "--key または --passphrase-file を指定してください。");
    return OK;
}

static err restore(const struct options *o, struct arena *a, str to, struct backup_info *info)
{
    struct backup_lock lock;
    str why = STR_NONE;
    err e = choose_opener(o, a, &lock, &why);
    if (!err_is(e))
        e = backup_restore(o->file, &lock, to, a, info, &why);
    TRY(told(e, why, &lock));
    print_info(info);
    return OK;
}

/* keys: where the server's key is; empty: where the options say, or beside the file. */
static err check(const struct options *o, struct arena *a, str file, str keys, int64_t *problems)
{
    struct options restored = *o;
    restored.db = str_fmt(a, "sqlite:%.*s", STR_F(file));
    restored.keys = o->keys.n ? o->keys : keys;
    return main_check(&restored, a, problems);
}

static err target_of(const struct options *o, str *file)
{
    err e = db_url_file(o->db, file);
    if (err_is(e))
        main_say(S("--db は sqlite:ファイル名 の形で指定してください。"));
    return e;
}

err command_restore(const struct options *o, struct arena *a)
{
    str to;
    struct backup_info info;
    int64_t problems;
    TRY(target_of(o, &to));
    TRY(restore(o, a, to, &info));
    TRY(check(o, a, to, STR_NONE, &problems));
    if (problems) {
        main_say(S("戻しましたが、上の問題があります。ほかの控えがあれば、別の場所に戻して比べてください。"));
        return ERR(CONFLICT);
    }
    puts("戻しました。");
    return OK;
}

err command_backup_drill(const struct options *o, struct arena *a)
{
    str source;
    struct backup_info info;
    int64_t problems;
    char hex[2 * BACKUP_ID];
    TRY(target_of(o, &source));
    str to = str_fmt(a, "%.*s.drill", STR_F(source));
    TRY(restore(o, a, to, &info));
    err e = check(o, a, to, str_fmt(a, "%.*s.keys", STR_F(source)), &problems);
    err removed = backup_remove(to, a);
    TRY(e);
    if (err_is(removed))
        main_say(str_fmt(a, "%.*s を消せませんでした。手で消してください。", STR_F(to)));
    note(o, a, "backup.drilled",
        str_fmt(a, "%.*s %lld", STR_F(hex_of(hex, info.id, BACKUP_ID)), (long long)problems));
    puts(problems ? "訓練の結果：戻せましたが、上の問題があります。"
                  : "訓練の結果：戻せました。問題はありません。");
    return problems ? ERR(CONFLICT) : OK;
}
