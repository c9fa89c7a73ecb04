/* SPDX-License-Identifier: Apache-2.0 */
/* A pack that comes from outside is read and proved in a child (core/convert.h), which says what it found: "1" and the
 * census, or "0" and why it is refused. */
#include "incident/incident_pack.h"

#include "core/convert.h"
#include "incident/incident_rule_report.h"

#include <jansson.h>

enum { SAID = 60000 };

static void check_child(str raw, struct buf *out)
{
    struct rule_refusal why = {0};
    BUF_AUTO said = BUF(SAID);
    ARENA_AUTO a = arena_new(64 << 20);
    /* (an empty text would mean the pack that the program carries) */
    err e = a ? rule_report_check(a, raw.n ? raw : S(" "), &said, &why) : ERR(NOMEM);
    buf_char(out, err_is(e) ? '0' : '1');
    if (err_is(e) && why.line)
        buf_fmt(out, "%d行目：", why.line);
    if (!err_is(e))
        buf_str(out, buf_view(&said));
    else
        buf_str(out, why.text.n ? why.text : S("規則の表として確かめられません。大きすぎないか、確かめてください。"));
}

void incident_packs_prepare(void)
{
    json_object_seed(0); /* jansson takes its seed from a device, which a child cannot open */
    convert_text_is(check_child);
}

/* Name and version are read here, of a text that the child has read before. */
static err read_names(struct arena *a, str json, struct incident_examined *out)
{
    struct rule_pack *p;
    struct rule_problem why;
    TRY(rule_pack_read(a, json, &p, &why));
    out->name = rule_pack_name(p);
    out->version = rule_pack_version(p);
    return OK;
}

err incident_pack_examine(struct arena *a, str json, struct incident_examined *out)
{
    str said;
    *out = (struct incident_examined){0};
    if (json.n > PACK_BYTES) {
        out->refused = S("大きすぎます（1MBまで）。");
        return OK;
    }
    err e = convert_text(a, json, &said);
    if (e.code == ERR_IO || (!err_is(e) && (said.n < 2 || !str_is_utf8(said)))) {
        out->refused = S("この表を読み取れませんでした。JSONのファイルかを確かめてください。");
        return OK;
    }
    TRY(e);
    str text = str_sub(said, 1, said.n);
    if (said.p[0] != '1') {
        out->refused = text;
        return OK;
    }
    out->census = text;
    return read_names(a, json, out);
}
