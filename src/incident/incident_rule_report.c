/* SPDX-License-Identifier: Apache-2.0 */
/* A pack of rules, proved and in words. */
#include "incident/incident_rule_report.h"

#include "core/html.h"
#include "incident/incident_rule.h"

#include <jansson.h>

static err read_pack(struct arena *a, str json, struct rule_pack **out, struct rule_refusal *why)
{
    struct rule_problem problem;
    err e = rule_pack_read(a, json.n ? json : rule_pack_shipped(), out, &problem);
    *why = (struct rule_refusal){problem.line, problem.text};
    return e;
}

static void put_title(struct buf *b, const struct rule_pack *p)
{
    const struct rule *const *rule;
    buf_str(b, rule_pack_name(p));
    buf_lit(b, "（版 ");
    buf_str(b, rule_pack_version(p));
    buf_fmt(b, "）：規則 %zu件\n", rule_pack_rules(p, &rule));
}

/* ── check ── */

static void put_marks(struct buf *b, const struct rule_pack *p)
{
    const struct rule *const *rule;
    size_t n = rule_pack_rules(p, &rule);
    buf_lit(b, "根拠の確認：");
    for (size_t m = 0; m < COUNT_OF(rule_marks); m++) {
        int count = 0;
        for (size_t i = 0; i < n; i++)
            count += (int)rule[i]->mark == rule_marks[m].value;
        buf_fmt(b, "%s%.*s %d件", m ? "、" : "", STR_F(rule_marks[m].name), count);
    }
    buf_lit(b, "\n");
}

static void put_census(struct buf *b, const struct rule_pack *p, const struct rule_census *c)
{
    put_title(b, p);
    buf_lit(b, "調べた場合の数：");
    html_group(b, c->states);
    buf_lit(b, "（うち個人情報の漏えい等があるか、そのおそれがある場合：");
    html_group(b, c->breaches);
    buf_fmt(b, "）、規則の変わり目で分けた期間：%zu\n", c->times);
    buf_lit(b, "漏えい等のおそれのどの場合にも、報告する相手と期限があります。\n"
               "どの規則にも、当てはまる場合と当てはまらない場合があります。\n");
    put_marks(b, p);
}

err rule_report_check(struct arena *a, str json, struct buf *out, struct rule_refusal *why)
{
    struct rule_pack *p;
    struct rule_census census;
    struct rule_problem problem;
    TRY(read_pack(a, json, &p, why));
    err e = rule_pack_prove(a, p, &census, &problem);
    *why = (struct rule_refusal){problem.line, problem.text};
    TRY(e);
    put_census(out, p, &census);
    return buf_status(out);
}

/* ── show ── */

static void put_item(struct buf *b, const char *name, str text)
{
    if (text.n == 0)
        return;
    buf_fmt(b, "  %s：", name);
    buf_str(b, text);
    buf_char(b, '\n');
}

static void put_force(struct buf *b, const struct rule *r)
{
    if (r->from == DAY_NONE && r->to == DAY_NONE)
        return;
    buf_lit(b, "  効力：");
    if (r->from != DAY_NONE) {
        put_wareki_day(b, r->from);
        buf_lit(b, "から");
    }
    if (r->to != DAY_NONE) {
        put_wareki_day(b, r->to);
        buf_lit(b, "の前日まで");
    }
    buf_char(b, '\n');
}

static void put_rule(struct buf *b, struct arena *a, const struct rule_pack *p, const struct rule *r)
{
    const struct rule_recipient *via = rule_pack_recipient(p, r->recipient->via);
    str to = r->recipient->name;
    buf_char(b, '\n');
    buf_str(b, str_fmt(a, "%.*s  %.*s %.*s\n", STR_F(r->id), STR_F(r->law), STR_F(r->article)));
    if (via)
        to = str_fmt(a, "%.*s（%.*sを経て）", STR_F(to), STR_F(via->name));
    put_item(b, "宛先", r->voluntary ? str_fmt(a, "%.*s（任意）", STR_F(to)) : to);
    put_item(b, "条件", rule_when_text(a, r));
    put_item(b, "期限", rule_steps_text(a, r));
    put_item(b, "様式", r->form);
    put_item(b, "版", r->version);
    put_force(b, r);
    put_item(b, "根拠の確認", str_fmt(a, "%.*s（%.*s）", STR_F(WORD_OF(rule_marks, r->mark)->name), STR_F(r->source)));
    put_item(b, "注", r->note);
}

err rule_report_show(struct arena *a, str json, struct buf *out, struct rule_refusal *why)
{
    struct rule_pack *p;
    const struct rule *const *rule;
    TRY(read_pack(a, json, &p, why));
    size_t n = rule_pack_rules(p, &rule);
    put_title(out, p);
    buf_lit(out, "条件の「…がある」は、そのおそれがあるときを含みます。\n");
    for (size_t i = 0; i < n; i++)
        put_rule(out, a, p, rule[i]);
    return arena_failed(a) ? ERR(NOMEM) : buf_status(out);
}
