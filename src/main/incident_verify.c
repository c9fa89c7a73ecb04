/* SPDX-License-Identifier: Apache-2.0 */
/* yagura incident verify FILE: the signed reports to one recipient, checked without a database. The file is read first,
 * then nothing but standard output is left to this process. */
#include "main/sensing.h"

#include "core/file.h"
#include "flow/flow_chain.h"

err command_incident_verify(const struct options *o, struct arena *a)
{
    enum { MOST = 16 << 20 };
    str text = STR_NONE, why = STR_NONE;
    BUF_AUTO out = BUF(1 << 20);
    if (o->file.n == 0) {
        main_say(S("確かめるファイルを指定してください。例：yagura incident verify reports.json"));
        return ERR(INVALID);
    }
    err e = file_read(a, o->file, MOST, &text);
    if (err_is(e))
        main_say(str_fmt(a, "ファイルを読めません。名前と権限を確かめてください: %.*s", STR_F(o->file)));
    TRY(e);
    TRY(sensing_confine(SANDBOX_SENSOR));
    e = chain_verify(a, text, &out, &why);
    if (why.n)
        main_say(str_fmt(a, "%.*s: %.*s", STR_F(o->file), STR_F(why)));
    TRY(e);
    return file_put(STDOUT_FILENO, out.p, out.n);
}
