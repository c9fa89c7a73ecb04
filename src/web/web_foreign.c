/* SPDX-License-Identifier: Apache-2.0 */
/* A table that somebody sends as a file or pastes, read by a process of its own; and the same table
 * as text, to be looked at and sent again. */
#include "web/web_private.h"

#include "core/convert.h"
#include "core/csv.h"

static err read_file(struct req *rq, const struct req_file *file, str *raw)
{
    size_t got = 0;
    if (file->size > CONVERT_FILE)
        return ERR(LIMIT); /* the route's row allows more than can be read */
    char *p = arena_alloc(rq->a, (size_t)file->size + 1);
    if (!p)
        return ERR(NOMEM);
    TRY(req_file_read(rq, 0, p, (size_t)file->size, &got));
    *raw = (str){p, got};
    return OK;
}

static str as_text(struct req *rq, const struct foreign_table *t)
{
    BUF_AUTO b = BUF(2 * CONVERT_FILE);
    for (size_t i = 0; i < t->n; i++) {
        for (size_t c = 0; c < t->v[i].cell.n; c++) {
            if (c > 0)
                buf_char(&b, ',');
            csv_put_text(&b, t->v[i].cell.v[c]);
        }
        buf_char(&b, '\n');
    }
    return str_dup(rq->a, buf_view(&b));
}

err req_foreign(struct req *rq, const char *field, str *text, struct foreign_table *out)
{
    struct req_file file;
    str raw = *text;
    bool sent = req_file(rq, &file);
    *out = (struct foreign_table){0};
    if (sent)
        TRY(read_file(rq, &file, &raw));
    if (raw.n == 0) {
        req_error(rq, field, S("ファイルを選ぶか、表を貼り付けてください。"));
        return OK;
    }
    err e = convert_table(rq->a, raw, out);
    if (e.code == ERR_IO)
        out->problem = S("この表を読み取れませんでした。表計算ソフトで開き、CSVで保存し直してください。");
    else
        TRY(e);
    if (out->problem.n)
        req_error(rq, field, out->problem);
    if (sent)
        *text = as_text(rq, out);
    return OK;
}
