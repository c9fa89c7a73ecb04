/* SPDX-License-Identifier: Apache-2.0 */
/* A pack of rules from JSON: recipients, rules, and what holds only between them. */
#include "incident/incident_rule_read.h"

static void json_done(json_t **root)
{
    json_decref(*root);
}

/* ── lines ── */

static int line_at(str text, size_t at)
{
    int line = 1;
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

static bool is_key(str text, size_t at, str key)
{
    if (!str_starts(str_sub(text, at, key.n), key))
        return false;
    for (at += key.n; at < text.n && (text.p[at] == ' ' || text.p[at] == '\t' || text.p[at] == '\r' || text.p[at] == '\n');)
        at++;
    return at < text.n && text.p[at] == ':';
}

/* Where rules begin: only they have a key "id", and within a string that would be \"id\". */
static void find_lines(str text, struct rule_pack *p)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < p->n; i++)
        if (text.p[i] == '"' && is_key(text, i, S("\"id\"")))
            p->rule[n++].r.line = line_at(text, i);
}

/* ── recipients ── */

static err recipient_read(struct rule_reading *r, json_t *o, struct rule_recipient *out)
{
    TRY(rule_keys(r, o, "key name via contact"));
    TRY(rule_text(r, o, "key", true, &out->key));
    TRY(rule_text(r, o, "name", true, &out->name));
    TRY(rule_text(r, o, "via", false, &out->via));
    TRY(rule_text(r, o, "contact", false, &out->contact));
    if (rule_pack_recipient(r->pack, out->key))
        return rule_refuse(r, "宛先 %.*s が二つあります。", STR_F(rule_brief(out->key)));
    return OK;
}

static err recipients_read(struct rule_reading *r, const json_t *list)
{
    struct rule_pack *p = r->pack;
    size_t n = json_array_size(list);
    r->what = S("宛先（recipients）");
    if (!json_is_array(list) || n == 0 || n > RULE_RECIPIENTS)
        return rule_refuse(r, "1つから%dまで [ ] に並べてください。", RULE_RECIPIENTS);
    p->recipient = ARENA_ARRAY(r->a, struct rule_recipient, n);
    if (!p->recipient)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        TRY(recipient_read(r, json_array_get(list, i), &p->recipient[i]));
        p->n_recipients++;
    }
    for (size_t i = 0; i < n; i++) {
        str via = p->recipient[i].via;
        const struct rule_recipient *through = rule_pack_recipient(p, via);
        if (via.n && (!through || through->via.n))
            return rule_refuse(r, "%.*s の経由先（via）「%.*s」が宛先にないか、さらに経由先を持っています。",
                STR_F(rule_brief(p->recipient[i].key)), STR_F(rule_brief(via)));
    }
    return OK;
}

/* ── rules ── */

static err day_read(struct rule_reading *r, const json_t *o, const char *key, jday *out)
{
    str said;
    *out = DAY_NONE;
    TRY(rule_text(r, o, key, false, &said));
    if (said.n && err_is(jday_parse_iso(said, out)))
        return rule_refuse(r, "%s の日付「%.*s」を、2026-10-01 の形で書いてください。", key, STR_F(rule_brief(said)));
    return OK;
}

static err form_read(struct rule_reading *r, const json_t *o, str *out)
{
    TRY(rule_text(r, o, "form", false, out));
    return out->n == 0 || incident_view_is_known(*out) ? OK : rule_refuse(r, "様式（form）「%.*s」はありません。", STR_F(rule_brief(*out)));
}

static err rule_head(struct rule_reading *r, const json_t *o, struct rule *out)
{
    str recipient;
    int mark;
    const json_t *voluntary = json_object_get(o, "voluntary");
    TRY(rule_text(r, o, "law", true, &out->law));
    TRY(rule_text(r, o, "article", false, &out->article));
    TRY(rule_text(r, o, "version", false, &out->version));
    TRY(rule_text(r, o, "source", true, &out->source));
    TRY(rule_text(r, o, "note", false, &out->note));
    TRY(day_read(r, o, "from", &out->from));
    TRY(day_read(r, o, "to", &out->to));
    TRY(rule_word(r, o, "mark", rule_marks, COUNT_OF(rule_marks), &mark));
    out->mark = (enum rule_mark)mark;
    TRY(form_read(r, o, &out->form));
    TRY(rule_text(r, o, "recipient", true, &recipient));
    out->recipient = rule_pack_recipient(r->pack, recipient);
    if (!out->recipient)
        return rule_refuse(r, "宛先「%.*s」が recipients にありません。", STR_F(rule_brief(recipient)));
    if (voluntary && !json_is_boolean(voluntary))
        return rule_refuse(r, "voluntary に書けるのは true か false です。");
    out->voluntary = json_is_true(voluntary);
    return OK;
}

static err rule_read(struct rule_reading *r, json_t *o, size_t number, struct rule_inner *out)
{
    struct condition *when;
    r->what = str_fmt(r->a, "%zu番目の規則", number);
    r->line = out->r.line;
    TRY(rule_text(r, o, "id", true, &out->r.id));
    r->what = str_fmt(r->a, "規則「%.*s」", STR_F(rule_brief(out->r.id)));
    TRY(rule_keys(r, o, "id law article version from to mark source note recipient form voluntary when steps"));
    TRY(rule_head(r, o, &out->r));
    TRY(rule_condition_read(r, json_object_get(o, "when"), 1, &when));
    out->when = when;
    return rule_steps_read(r, json_object_get(o, "steps"), out);
}

static err rules_read(struct rule_reading *r, str text, const json_t *list)
{
    struct rule_pack *p = r->pack;
    p->n = json_array_size(list);
    r->what = S("規則（rules）");
    if (!json_is_array(list) || p->n == 0 || p->n > RULE_RULES)
        return rule_refuse(r, "1つから%dまで [ ] に並べてください。", RULE_RULES);
    p->rule = ARENA_ARRAY(r->a, struct rule_inner, p->n);
    p->list = ARENA_ARRAY(r->a, const struct rule *, p->n);
    if (!p->rule || !p->list)
        return ERR(NOMEM);
    find_lines(text, p);
    for (size_t i = 0; i < p->n; i++) {
        TRY(rule_read(r, json_array_get(list, i), i + 1, &p->rule[i]));
        p->list[i] = &p->rule[i].r;
    }
    return OK;
}

/* ── between rules ── */

static bool overlap(const struct rule *x, const struct rule *y)
{
    bool x_ends = x->to != DAY_NONE && y->from != DAY_NONE && x->to <= y->from;
    bool y_ends = y->to != DAY_NONE && x->from != DAY_NONE && y->to <= x->from;
    return !x_ends && !y_ends;
}

static void speak_of(struct rule_reading *r, const struct rule *rule)
{
    r->what = str_fmt(r->a, "規則「%.*s」", STR_F(rule_brief(rule->id)));
    r->line = rule->line;
}

static err check_times(struct rule_reading *r)
{
    const struct rule_pack *p = r->pack;
    for (size_t i = 0; i < p->n; i++) {
        const struct rule *x = &p->rule[i].r;
        speak_of(r, x);
        if (x->from != DAY_NONE && x->to != DAY_NONE && x->from >= x->to)
            return rule_refuse(r, "効力の終わり（to）が、始まり（from）より後ではありません。");
        for (size_t k = 0; k < i; k++)
            if (str_eq(p->rule[k].r.id, x->id) && overlap(&p->rule[k].r, x))
                return rule_refuse(r, "%d行目に同じ id の規則があり、効力の期間が重なっています。", p->rule[k].r.line);
    }
    return OK;
}

/* Steps as numbers: rule * RULE_STEPS + step. A step waits for those of the rule it names, and of its
 * later versions. */
enum mark_of_walk { WALK_NEW, WALK_OPEN, WALK_DONE };
struct walk {
    struct rule_reading *r;
    uint8_t *mark;
};

static err walk_step(struct walk *w, size_t rule, size_t step)
{
    const struct rule_pack *p = w->r->pack;
    const struct rule_clock *c = &p->rule[rule].step[step].clock;
    uint8_t *mark = &w->mark[rule * RULE_STEPS + step];
    bool found = c->start >= 0;
    if (*mark == WALK_DONE)
        return OK;
    speak_of(w->r, &p->rule[rule].r);
    if (*mark == WALK_OPEN)
        return rule_refuse(w->r, "段階 %.*s が、めぐりめぐって自分を待っています（after を直してください）。",
            STR_F(WORD_OF(rule_step_kinds, p->rule[rule].step[step].kind)->key));
    *mark = WALK_OPEN;
    for (size_t i = 0; i < p->n && c->start < 0; i++)
        for (size_t k = 0; k < p->rule[i].n_steps; k++)
            if (p->rule[i].step[k].kind == c->after_kind && str_eq(p->rule[i].r.id, c->after)) {
                found = true;
                TRY(walk_step(w, i, k)); /* at most RULE_RULES * RULE_STEPS deep */
            }
    speak_of(w->r, &p->rule[rule].r);
    if (!found)
        return rule_refuse(w->r, "after の指す段階（%.*s の %.*s）がありません。", STR_F(rule_brief(c->after)),
            STR_F(WORD_OF(rule_step_kinds, c->after_kind)->key));
    *mark = WALK_DONE;
    return OK;
}

err rule_pack_check(struct rule_reading *r)
{
    const struct rule_pack *p = r->pack;
    struct walk w = {r, ARENA_ARRAY(r->a, uint8_t, p->n * RULE_STEPS)};
    if (!w.mark)
        return ERR(NOMEM);
    TRY(check_times(r));
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->rule[i].n_steps; k++)
            TRY(walk_step(&w, i, k));
    return OK;
}

/* ── the whole ── */

static err pack_read(struct rule_reading *r, str text, json_t *root)
{
    TRY(rule_keys(r, root, "name version from note recipients rules"));
    TRY(rule_text(r, root, "name", true, &r->pack->name));
    TRY(rule_text(r, root, "version", true, &r->pack->version));
    TRY(day_read(r, root, "from", &r->pack->from));
    TRY(recipients_read(r, json_object_get(root, "recipients")));
    TRY(rules_read(r, text, json_object_get(root, "rules")));
    return rule_pack_check(r);
}

err rule_pack_read(struct arena *a, str json, struct rule_pack **out, struct rule_problem *why)
{
    json_error_t fault;
    *why = (struct rule_problem){0};
    *out = ARENA_NEW(a, struct rule_pack);
    if (!*out)
        return ERR(NOMEM);
    struct rule_reading r = {.a = a, .pack = *out, .why = why};
    if (json.n > RULE_PACK_BYTES)
        return rule_refuse(&r, "規則のファイルが大きすぎます（1MBまで）。");
    json_t *root CLEANUP(json_done) = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &fault);
    if (!root && json_error_code(&fault) == json_error_out_of_memory)
        return ERR(NOMEM);
    r.line = root ? 0 : fault.line > 0 ? fault.line : 0;
    if (!root)
        return rule_refuse(&r, "JSON として読めません。かっこ・コンマ・引用符と、同じ項目が二つないかを確かめてください。");
    err e = pack_read(&r, json, root);
    return arena_failed(a) ? ERR(NOMEM) : e;
}
