/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: multipart bodies. The first byte chooses the size of the pieces; how a body is
 * cut may change nothing, names keep their promises, and nothing is told that was not sent. */
#include "core/buf.h"
#include "web/web_multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct told {
    struct buf text;
    size_t content;
    bool inside;
};

static err on_part(void *ctx, const struct multipart_part *part)
{
    struct told *t = ctx;
    BUG_IF(t->inside || part->name.n == 0 || !str_is_utf8(part->name));
    BUG_IF(part->file_name.n && (!part->is_file || !str_is_utf8(part->file_name)));
    for (size_t i = 0; i < part->file_name.n; i++)
        BUG_IF((unsigned char)part->file_name.p[i] < 0x20 && part->file_name.p[i] != '\t');
    t->inside = true;
    buf_fmt(&t->text, "[%.*s|%.*s|", STR_F(part->name), STR_F(part->file_name));
    return OK;
}

static err on_data(void *ctx, str piece)
{
    struct told *t = ctx;
    BUG_IF(!t->inside || piece.n == 0);
    t->content += piece.n;
    buf_str(&t->text, piece);
    return OK;
}

static err on_end(void *ctx)
{
    struct told *t = ctx;
    BUG_IF(!t->inside);
    t->inside = false;
    buf_char(&t->text, ']');
    return OK;
}

static err run(str type, str body, size_t piece, struct told *t)
{
    static struct multipart m;
    struct multipart_sink sink = {t, on_part, on_data, on_end};
    *t = (struct told){.text = BUF(4 << 20)};
    TRY(multipart_init(&m, type, sink));
    for (size_t at = 0; at < body.n; at += piece)
        TRY(multipart_feed(&m, str_sub(body, at, piece)));
    return multipart_finish(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told whole, cut;
    str type, body = {(const char *)data + 1, size ? size - 1 : 0};
    if (size < 2 || !str_cut(&body, '\n', &type))
        return 0;
    err a = run(type, body, body.n ? body.n : 1, &whole);
    err b = run(type, body, (size_t)data[0] % 16 + 1, &cut);
    BUG_IF(a.code != b.code);
    BUG_IF(whole.content > body.n || (!err_is(a) && whole.inside));
    /* After an error a longer piece may have told more of the part that failed. */
    BUG_IF(!err_is(a) && !str_eq(buf_view(&whole.text), buf_view(&cut.text)));
    buf_free(&whole.text);
    buf_free(&cut.text);
    return 0;
}
