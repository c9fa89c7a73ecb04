/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: the description of a paper, as the child reads it. Whatever stands in it, both files are made
 * or refused; and a description that its writer made of these bytes is always taken. */
#include "core/sheet_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* cairo 1.16 loses a kilobyte with each PDF; a child makes one and ends. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libcairo";
}

static void check(enum sheet_form form, str description)
{
    BUF_AUTO out = BUF(SHEET_FILE);
    err e = sheet_make(form, description, &out);
    BUG_IF(!err_is(e) && !str_starts(buf_view(&out), form == SHEET_PDF ? S("%PDF-") : S("PK")));
    BUG_IF(e.code != ERR_OK && e.code != ERR_INVALID && e.code != ERR_LIMIT && e.code != ERR_NOMEM);
}

static void check_read(str description)
{
    struct sheet s;
    ARENA_AUTO a = arena_new(64 << 20);
    if (err_is(sheet_read(a, description, &s)))
        return;
    for (size_t i = 0; i < s.n; i++)
        for (size_t c = 0; c < s.v[i].n; c++)
            BUG_IF(!str_is_utf8(s.v[i].cell[c]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    str raw = {(const char *)data, size};
    if (!ready)
        IGNORE(sheet_prepare()); /* without fonts the PDF is refused: NOTFOUND is a bug here */
    ready = true;
    check_read(raw);
    if (size > 4096)
        return 0;
    check(SHEET_XLSX, raw);
    if (size % 64 == 0) /* cutting a font takes a tenth of a second here */
        check(SHEET_PDF, raw);
    if (!str_is_utf8(raw))
        return 0;
    BUF_AUTO b = BUF(SHEET_BYTES);
    sheet_line(&b, SHEET_TITLE, S("a"));
    sheet_row(&b, raw, raw);
    BUF_AUTO out = BUF(SHEET_FILE);
    BUG_IF(err_is(sheet_make(SHEET_XLSX, buf_view(&b), &out)));
    return 0;
}
