/* SPDX-License-Identifier: Apache-2.0 */
/* yagura incident rules check|show [FILE], and replay FILE: a pack of rules, proved and in words; without a file the one the
 * program carries. The file is read first, then nothing but standard output is left to this process. */
#include "main/sensing.h"

#include "core/convert.h"
#include "core/file.h"
#include "incident/incident_rule_report.h"

static err read_text(const struct options *o, struct arena *a, str *text)
{
    enum { MOST = 1 << 20 }; /* of a pack; a longer one is refused by its reader */
    *text = STR_NONE;
    if (o->file.n == 0)
        return OK;
    err e = file_read(a, o->file, MOST, text);
    if (err_is(e))
        main_say(str_fmt(a, "規則のファイルを読めません。名前と権限を確かめてください: %.*s", STR_F(o->file)));
    else if (text->n == 0)
        *text = S(" "); /* an empty file is a wrong one, not none */
    return e;
}

/* FILE:LINE: what to do. */
static void say_refusal(const struct options *o, struct arena *a, const struct rule_refusal *why)
{
    str name = o->file.n ? o->file : S("data/rules/jp.json");
    main_say(why->line ? str_fmt(a, "%.*s:%d: %.*s", STR_F(name), why->line, STR_F(why->text))
                       : str_fmt(a, "%.*s: %.*s", STR_F(name), STR_F(why->text)));
}

static err run(const struct options *o, struct arena *a, rule_report *report)
{
    enum { OUT_MOST = 16 << 20 };
    str text;
    struct rule_refusal why = {0};
    BUF_AUTO out = BUF(OUT_MOST);
    TRY(read_text(o, a, &text));
    TRY(sensing_confine(SANDBOX_SENSOR));
    err e = report(a, text, &out, &why);
    if (why.text.n)
        say_refusal(o, a, &why);
    TRY(e);
    return file_put(STDOUT_FILENO, out.p, out.n);
}

err command_incident_rules_check(const struct options *o, struct arena *a)
{
    return run(o, a, rule_report_check);
}

err command_incident_rules_show(const struct options *o, struct arena *a)
{
    return run(o, a, rule_report_show);
}

/* ── replay ── */

static err replay(const struct options *o, struct store *s, struct arena *a, str text)
{
    struct db *db;
    str why = STR_NONE;
    BUF_AUTO out = BUF(64 << 20);
    TRY(store_reader(s, &db));
    TRY(db_read_begin(db));
    err e = incident_replay_report(db, a, store_vault(s), text, store_now(s), &out, &why);
    err ended = db_read_end(db);
    if (why.n)
        main_say(str_fmt(a, "%.*s: %.*s", STR_F(o->file), STR_F(why)));
    TRY(e);
    TRY(ended);
    return file_put(STDOUT_FILENO, out.p, out.n);
}

err command_incident_rules_replay(const struct options *o, struct arena *a)
{
    struct store *s;
    str text;
    incident_packs_prepare();
    TRY(convert_start());
    TRY(read_text(o, a, &text));
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &s));
    err e = replay(o, s, a, text);
    store_close(s);
    return e;
}
