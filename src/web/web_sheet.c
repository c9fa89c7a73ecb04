/* SPDX-License-Identifier: Apache-2.0 */
/* A paper to download, drawn by a process of its own (core/sheet.h). */
#include "web/web_private.h"

#include "core/convert.h"

/* What a person reads when there is none. */
static str trouble(err e)
{
    if (e.code == ERR_NOTFOUND)
        return S("PDFを作るためのフォント（Noto Sans CJK）が、このサーバーに入っていません。XLSXで保存するか、"
                 "システム管理者に知らせてください。");
    if (e.code == ERR_LIMIT)
        return S("長すぎて、一つのファイルにできません。JSONで保存してください。");
    return S("ファイルを作れませんでした。もう一度お試しください。続くときは、画面を印刷してください。");
}

err req_send_sheet(struct req *rq, enum sheet_form form, str name, struct buf *description)
{
    BUF_AUTO out = BUF(SHEET_FILE);
    if (web_is_demo(rq->web))
        sheet_line(description, SHEET_BAND, S("架空データ"));
    err e = buf_status(description);
    if (!err_is(e))
        e = convert_sheet(form, buf_view(description), &out);
    if (err_is(e))
        req_say(rq, trouble(e));
    if (e.code == ERR_NOTFOUND || e.code == ERR_INVALID)
        return ERR(BUG); /* nothing that who asks could put right: 500 */
    TRY(e);
    return req_send(rq, sheet_media(form), str_fmt(rq->a, "%.*s%.*s", STR_F(name), STR_F(sheet_end(form))), &out);
}
