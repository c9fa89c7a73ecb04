/* SPDX-License-Identifier: Apache-2.0 */
/* Of the server's key: is it the one that things are sealed with, may only its owner read it, and when was it last
 * copied. Where the copy is kept, nobody can measure. */
#include "main/inspect.h"

#include "store/store.h"

#include <sys/stat.h>

#define COPIED "keys_copied"
#define COPY S("「yagura keys copy ファイル名」で写しを作り、控えとは別の場所に保管してください。鍵は控えに入りません。")

err inspect_keys_copied(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    (void)in, (void)out;
    TRY(setting_put(tx, S(COPIED), str_fmt(a, "%lld", (long long)tx_now(tx))));
    struct audit_entry e = {.action = S("main.keys_copied"), .object = S("installation")};
    return audit_append(tx, &e);
}

static err copied_at(struct req *rq, usec *at)
{
    str value = STR_NONE;
    *at = 0;
    err e = setting_get(rq->db, rq->a, S(COPIED), &value);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    return parse_i64(value, 0, INT64_MAX, at);
}

static bool others_may_read(struct arena *a, str file)
{
    struct stat st;
    char *path = str_z(a, file);
    return path && stat(path, &st) == 0 && (st.st_mode & 077) != 0;
}

static void bad(struct inspected *out, str found, str remedy)
{
    *out = (struct inspected){.state = INSPECT_BAD, .found = found, .remedy = remedy};
}

static err fits(struct req *rq, const struct store_keys_state *k, struct inspected *out)
{
    usec at;
    TRY(copied_at(rq, &at));
    if (!store_vault(web_store(rq->web))) {
        bad(out, S("鍵は戻りましたが、動いているプログラムはまだ使っていません"),
            S("「systemctl restart yagura-serve」で動かし直してください。"));
        return OK;
    }
    if (others_may_read(rq->a, k->file)) {
        bad(out, S("鍵のファイルを、ほかの利用者も読めます"),
            str_fmt(rq->a, "「chmod 600 %.*s」で、持ち主のほかは読めないようにしてください。", STR_F(k->file)));
        return OK;
    }
    out->at = at;
    out->state = at ? INSPECT_GOOD : INSPECT_ATTENTION;
    out->found = str_fmt(rq->a, "封をした鍵と同じです（%.*s）。写しは、%s", STR_F(k->name),
        at ? "次の日時に作られました" : "作られた記録がありません");
    if (!at)
        out->remedy = COPY;
    return OK;
}

err inspect_keys(struct req *rq, struct inspected *out)
{
    struct store_keys_state k;
    TRY(store_keys(web_store(rq->web), rq->db, rq->a, &k));
    str back = str_fmt(rq->a, "正しい鍵の写しを %.*s に戻し、「systemctl restart yagura-serve」で動かし直してください。"
        "それまで、インシデントの内容は開けません。ほかのものは使えます。", STR_F(k.file));
    switch (k.state) {
    case KEYS_FIT: return fits(rq, &k, out);
    case KEYS_UNUSED:
    case KEYS_NONE:
        *out = (struct inspected){.state = INSPECT_GOOD, .found = S("まだ何にも封をしていません")};
        return OK;
    case KEYS_MISSING: bad(out, S("鍵のファイルがありません"), back); return OK;
    case KEYS_OTHER: bad(out, S("封をした鍵とは別の鍵が置かれています"), back); return OK;
    case KEYS_UNREADABLE: bad(out, S("鍵のファイルを読めません"), back); return OK;
    }
    return ERR(BUG);
}
