/* SPDX-License-Identifier: Apache-2.0 */
/* yagura keys, keys copy: the server's key, which no backup holds; and what yagura check says of it. */
#include "main/main.h"

static str words_of(enum store_keys state)
{
    static const str words[] = {
        [KEYS_FIT] = S("このデータベースに封をした鍵です。"),
        [KEYS_UNUSED] = S("まだ何にも封をしていません。"),
        [KEYS_NONE] = S("鍵はまだありません。はじめて封をするときに作ります。"),
        [KEYS_MISSING] = S("鍵のファイルがありません。封をした内容は開けません。写しをこの場所に戻してください。"
                           "ほかのものは使えます。"),
        [KEYS_OTHER] = S("別の鍵です。封をした内容は開けません。正しい鍵の写しを戻してください。"),
        [KEYS_UNREADABLE] = S("読めないか、鍵のファイルではありません。所有者と権限（600）を確かめてください。"),
    };
    return words[state];
}

static void print_state(const struct store_keys_state *k)
{
    printf("鍵のファイル: %.*s\n", STR_F(k->file));
    if (k->name.n)
        printf("鍵の名前: %.*s\n", STR_F(k->name));
    if (k->sealed.n)
        printf("封をした鍵の名前: %.*s\n", STR_F(k->sealed));
    printf("%.*s\n", STR_F(words_of(k->state)));
}

static err exit_of(enum store_keys state)
{
    switch (state) {
    case KEYS_FIT:
    case KEYS_UNUSED:
    case KEYS_NONE: return OK;
    case KEYS_MISSING: return ERR(NOTFOUND);
    case KEYS_OTHER: return ERR(CONFLICT);
    case KEYS_UNREADABLE: return ERR(INVALID);
    }
    return ERR(BUG);
}

static err look(struct store *s, struct arena *a, struct store_keys_state *k)
{
    struct db *db;
    TRY(store_reader(s, &db));
    return store_keys(s, db, a, k);
}

err command_keys(const struct options *o, struct arena *a)
{
    struct store *s;
    struct store_keys_state k;
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &s));
    err e = look(s, a, &k);
    store_close(s);
    TRY(e);
    print_state(&k);
    return exit_of(k.state);
}

/* ── a second copy ── */

static err copy(const struct options *o, struct store *s, struct arena *a)
{
    struct store_keys_state k;
    TRY(look(s, a, &k));
    if (!store_vault(s)) {
        main_say(words_of(k.state));
        return k.state == KEYS_NONE ? ERR(NOTFOUND) : exit_of(k.state);
    }
    err e = vault_copy(store_vault(s), o->file);
    if (err_is(e))
        main_say(e.code == ERR_CONFLICT ? S("この名前のファイルはもうあります。上書きはしません。別の名前を指定してください。")
                                        : S("写しを作れませんでした。場所と権限、空きを確かめてください。"));
    TRY(e);
    printf("鍵の写しを作りました: %.*s\n鍵の名前: %.*s\nこの写しがあれば、控えの中の封をした内容も開けます。控えとは別の場所に"
           "保管してください。\n",
        STR_F(o->file), STR_F(k.name));
    return OK;
}

/* The copy is good whether or not it can be noted. */
static void note(const struct options *o, struct arena *a)
{
    struct store_modules mods = modules_store(a);
    BUF_AUTO out = BUF(64);
    str why;
    if (err_is(store_call(o->db, &mods, "inspect.keys_copied", STR_NONE, &out, a, &why)))
        main_say(S("写しを作った日をデータベースに記録できませんでした。"));
}

err command_keys_copy(const struct options *o, struct arena *a)
{
    struct store *s;
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &s));
    err e = copy(o, s, a);
    store_close(s);
    TRY(e);
    note(o, a);
    return OK;
}

/* ── of yagura check ── */

/* A key that is not there harms nothing that is: a restored database is whole without it. */
err main_keys_check(struct store *s, struct db *db, struct arena *a, struct check_report *report)
{
    struct store_keys_state k;
    TRY(store_keys(s, db, a, &k));
    bool bad = k.state == KEYS_OTHER || k.state == KEYS_UNREADABLE;
    buf_fmt(report->lines, "keys: %.*s: %.*s\n", STR_F(k.file), STR_F(words_of(k.state)));
    report->problems += bad;
    return OK;
}
