/* SPDX-License-Identifier: Apache-2.0 */
/* yagura convert FILE: what a foreign table holds, a JSON array a row, read as serve reads it. */
#include "main/main.h"

#include "core/convert.h"
#include "core/file.h"

static err say_problem(str problem)
{
    main_say(problem);
    return ERR(INVALID);
}

static void put_row(struct buf *out, const struct foreign_row *row)
{
    struct json j = json_on(out);
    json_begin_array(&j);
    for (size_t i = 0; i < row->cell.n; i++)
        json_str(&j, row->cell.v[i]);
    json_end_array(&j);
    IGNORE(json_finish(&j)); /* out itself remembers */
    buf_char(out, '\n');
}

err command_convert(const struct options *o, struct arena *a)
{
    enum { OUT_MOST = 64 << 20 };
    struct foreign_table t;
    str raw;
    BUF_AUTO out = BUF(OUT_MOST);
    TRY(convert_start());
    err e = file_read(a, o->file, CONVERT_FILE, &raw);
    if (err_is(e)) {
        main_say(S("ファイルを読めません。名前と権限を確かめてください。"));
        return e;
    }
    TRY(convert_table(a, raw, &t));
    for (size_t i = 0; i < t.n; i++)
        put_row(&out, &t.v[i]);
    TRY(buf_status(&out));
    fwrite(out.p, 1, out.n, stdout);
    return t.problem.n ? say_problem(t.problem) : OK;
}
