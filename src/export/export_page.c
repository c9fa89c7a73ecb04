/* SPDX-License-Identifier: Apache-2.0 */
/* The page that says what is in it, and the file. */
#include "export/export_private.h"

#include "export.ht.h"
#include "store/blob.h"

#include <unistd.h>

const struct permission export_p_take = {"export.take", ROLE_ADMIN};

enum { TABLES = 64 };

/* Of the whole body: who works for another organ of it does not see 長's work. */
static err for_the_body(struct req *rq)
{
    if (scope_organ(rq->who.scope) == 0)
        return OK;
    req_say(rq, S("団体の全てのデータは、長の部局の管理者が書き出せます。"));
    return ERR(DENIED);
}

/* ── the page ── */

struct listing {
    struct req *rq;
    struct view_export *v;
};

static err list_table(void *ctx, const struct takeout *t)
{
    struct listing *l = ctx;
    int64_t body = scope_body(l->rq->who.scope).v, n = 0, bytes = 0;
    if (l->v->rows.n == TABLES)
        return ERR(BUG);
    struct rows r CLEANUP(rows_done) = t->rows(l->rq->db, body);
    while (rows_next(&r))
        n++;
    l->v->rows.p[l->v->rows.n++] = (struct view_export_rows){
        .title = str_of(t->table->title), .name = str_of(t->name), .n = n};
    if (t->files) {
        struct rows f CLEANUP(rows_done) = t->files(l->rq->db, body);
        for (; rows_next(&f); l->v->files++)
            bytes += row_i64(&f, 1);
        l->v->file_kb += (bytes + 1023) / 1024;
    }
    return db_status(l->rq->db);
}

static err page_read(struct req *rq)
{
    struct view_export *v = ARENA_NEW(rq->a, struct view_export);
    struct listing l = {rq, v};
    TRY(for_the_body(rq));
    if (!v || !(v->rows.p = ARENA_ARRAY(rq->a, struct view_export_rows, TABLES)))
        return ERR(NOMEM);
    TRY(export_each(list_table, &l));
    return req_show(rq, &view_export_type, v);
}

/* ── the file ── */

static const char readme[] =
    "%.*s%.*s のデータ\r\n"
    "%.*s に、櫓（Yagura）から書き出しました。\r\n"
    "職員の氏名や緊急連絡先、提出していない回答が入っています。取扱いに注意してください。\r\n"
    "\r\n"
    "■ 入っているもの\r\n"
    "data/名前.csv                表。UTF-8 の CSV で、Excel で開けます\r\n"
    "data/名前.csv-metadata.json  その表の列の説明（W3C の CSV on the Web の形式）\r\n"
    "data/名前.json               同じ表の JSON。一つの行が一つのオブジェクト\r\n"
    "files/ハッシュ値.拡張子      添付した根拠資料。元の名前は data/files.csv にあります\r\n"
    "audit/head.txt               操作の記録の、いちばん新しい行を示す署名付きの1行\r\n"
    "audit/proof.txt              操作の記録が全体の封に入っていることの証明（封をした後だけ）\r\n"
    "\r\n"
    "・CSV では、表計算ソフトが式と取り違える文字（= + - @ など）で始まる文の前に「'」を付けています。"
    "JSON は元のままです。\r\n"
    "・人は番号で書かれています。自団体の人の氏名は data/people.csv にあります。\r\n"
    "・入っていないもの: パスワードや鍵（元の値はどこにもありません）、サインインの状態、送ったメール、"
    "ほかの団体のデータ、全団体に共通のもの（調査票の全体、公表された集計）、合併などで引き継いだ"
    "以前の団体のデータ。\r\n"
    "\r\n"
    "■ 確かめ方\r\n"
    "1. 根拠資料: ファイルの名前が、その中身の SHA-256 です。\r\n"
    "2. 操作の記録: data/audit.json の行を seq の順に読み、次のものを続けて並べた SHA-256 が、"
    "その行の hash と同じことを確かめます。\r\n"
    "   前の行の hash（32バイト。初めの行では全て0）、id、body、seq、at_usec、person"
    "（それぞれ8バイトの整数、上の桁から）、\r\n"
    "   action、object、detail（それぞれ、UTF-8 のバイト数を8バイトの整数で書き、その後に文）\r\n"
    "3. いちばん新しい行: audit/head.txt の4番目が最後の行の seq、5番目がその hash です。"
    "最後の欄は、その前までの文の Ed25519 の署名です。\r\n"
    "4. 封: 「yagura audit proof audit/proof.txt」は、データベースなしで確かめます。\r\n";

static err make(struct req *rq, int fd, int64_t *size)
{
    BUF_AUTO when = BUF(64);
    str notice = web_is_demo(rq->web) ? S("【架空データ】") : STR_NONE;
    put_iso_time(&when, rq->now);
    struct export_run run = {.db = rq->db,
        .a = rq->a,
        .body = scope_body(rq->who.scope).v,
        .now = rq->now,
        .kind = web_is_demo(rq->web) ? S("架空データ") : STR_NONE,
        .blobs = store_blobs(web_store(rq->web)),
        .readme = str_fmt(rq->a, readme, STR_F(notice), STR_F(rq->who.org_name), STR_F(buf_view(&when)))};
    err e = export_write(&run, fd, size);
    if (e.code == ERR_LIMIT)
        req_say(rq, S("データが大きすぎて、一つの ZIP ファイルにできません。システム管理者に、控えからの取り出しを頼んでください。"));
    return e;
}

static err zip_read(struct req *rq)
{
    int fd;
    int64_t size;
    TRY(for_the_body(rq));
    TRY(blob_scratch(store_blobs(web_store(rq->web)), &fd));
    err e = make(rq, fd, &size);
    if (err_is(e)) {
        close(fd);
        return e;
    }
    req_journal_own(rq, S("自団体のデータの書き出し（全て）"));
    return req_send_file(rq, "application/zip",
        str_fmt(rq->a, "%.*s_全データ.zip", STR_F(rq->who.org_name)), fd, size);
}

const struct route export_routes[] = {
    {.method = GET, .path = "/export", .perm = &export_p_take, .read = page_read,
        .shows = VIEWS(&view_export_type)},
    {.method = GET, .path = "/export/zip", .perm = &export_p_take,
        .flags = ROUTE_SLOW | ROUTE_FRESH,
        .read = zip_read, .file = "application/zip", .journal = JOURNAL_EXPORT},
    {.path = NULL},
};
