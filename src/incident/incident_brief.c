/* SPDX-License-Identifier: Apache-2.0 */
/* One page for the mayor: what happened, what is stopped, whose data, what was done, who was told and who must be, and
 * what has to be decided next. From facts and duties only; nothing is typed for it. It fits one side of A4. */
#include "incident/incident_private.h"

#include "incident_brief.ht.h"

enum { ROWS = 12, LIST = 6, LONG = 120 }; /* rows; entries of a list in one; characters of an answer */

/* What stands to be decided while a question has no answer, or has this one ("": any that says it is so). */
static const struct decision {
    int question;
    bool unsaid;
    const char *choice;
    const char *text;
} decisions[] = {
    {Q_stopped, false, "", "止まっているサービスを、何で代えるか。住民に、いつ、どう知らせるか。"},
    {Q_published, true, NULL, "公表するか。いつ、だれが、どこまで話すか。"},
    {Q_published, false, "thinking", "公表するか。いつ、だれが、どこまで話すか。"},
    {Q_personal_told, false, "thinking", "本人にどう知らせるか（手紙か、公表などで代えるか）。"},
    {Q_demand, false, "money", "金銭の求めに、どう対応するか（警察に相談してから）。"},
    {Q_police, true, NULL, "警察に相談するか。"},
    {Q_support, true, NULL, "国・都道府県に、助言や専門家の派遣を求めるか。"},
    {Q_share_nco, true, NULL, "国家サイバー統括室と、内容を共有してよいか。"},
};

struct brief {
    struct arena *a;
    const struct incident_case *c;
    usec now;
    struct incident_line v[ROWS];
    size_t n;
};

static bool is_so(const struct incident_known *k)
{
    return k->sure >= SURE_SUSPECTED;
}

/* 「種類：…」 would say the question again: answers alone, those that there are. */
static void put_answer(struct brief *s, struct buf *b, const char *before, int q)
{
    const struct incident_known *k = &s->c->facts.known[q];
    if (!k->at || !incident_is_asked(&s->c->facts, (size_t)q))
        return;
    str text = incident_answer_text(s->a, (size_t)q, k), kept = text;
    size_t chars = 0, i = 0;
    for (; i < text.n && chars <= LONG; i++)
        chars += ((unsigned char)text.p[i] & 0xC0) != 0x80;
    if (chars > LONG)
        kept = str_fmt(s->a, "%.*s…", STR_F(str_sub(text, 0, i - 1)));
    if (b->n)
        buf_char(b, '\n');
    buf_str(b, str_of(before));
    buf_str(b, kept);
}

static void put_row(struct brief *s, const char *label, struct buf *b, const char *otherwise)
{
    BUG_IF(s->n == ROWS);
    s->v[s->n++] = (struct incident_line){.label = str_of(label), .text = b->n ? str_dup(s->a, buf_view(b)) : str_of(otherwise)};
    b->n = 0;
}

static void put_facts(struct brief *s, struct buf *b)
{
    put_answer(s, b, "", Q_kind);
    put_answer(s, b, "", Q_summary);
    put_answer(s, b, "所：", Q_organ);
    put_answer(s, b, "", Q_gravity);
    put_row(s, "何が起きたか", b, "調べています。");
    put_answer(s, b, "気付いた：", Q_known_at);
    put_answer(s, b, "起きた：", Q_occurred_at);
    put_row(s, "いつから", b, "調べています。");
    if (is_so(&s->c->facts.known[Q_stopped])) {
        put_answer(s, b, "", Q_service);
        put_row(s, "止まっているもの", b, "サービスが止まっています（どれかは調べています）。");
    } else {
        put_row(s, "止まっているもの", b, s->c->facts.known[Q_stopped].sure == SURE_NONE ? "ありません。" : "調べています。");
    }
    put_answer(s, b, "漏えいなど：", Q_personal);
    put_answer(s, b, "人数：", Q_personal_persons);
    put_answer(s, b, "情報：", Q_personal_items);
    put_answer(s, b, "個人番号：", Q_personal_number);
    put_row(s, "個人情報", b, "調べています。");
    put_answer(s, b, "", Q_stage);
    put_answer(s, b, "", Q_contained);
    put_row(s, "いまの状態と、したこと", b, "まだ記録がありません。");
}

static bool was_named(const struct flow_deliveries *all, size_t before, str recipient)
{
    for (size_t i = 0; i < before; i++)
        if (str_eq(all->v[i].recipient, recipient))
            return true;
    return false;
}

/* Each once, and how it stands; when what was said to whom is on the page of the incident. */
static void put_told(struct brief *s, struct buf *b)
{
    const struct flow_deliveries *all = &s->c->handed;
    size_t accepted = 0;
    for (size_t i = 0; i < all->n; i++) {
        const struct rule_recipient *to = rule_pack_recipient(s->c->pack, all->v[i].recipient);
        accepted += all->v[i].state == RECEIPT_ACCEPTED;
        if (was_named(all, i, all->v[i].recipient))
            continue;
        if (b->n)
            buf_lit(b, "、");
        buf_str(b, to ? to->name : all->v[i].recipient);
    }
    if (all->n) {
        buf_lit(b, "\n初めの報告は ");
        put_wareki_time(b, all->v[0].at);
        buf_fmt(b, "。%zu 通のうち %zu 通が受け付けられました。", all->n, accepted);
    }
    put_row(s, "知らせた先", b, "まだ、どこにも知らせていません。");
}

/* The next step alone: those behind it follow. Empty: all were done. */
static str due_line(const struct brief *s, const struct obligation *o)
{
    for (size_t k = 0; k < o->n_steps; k++) {
        const struct rule_due *d = &o->step[k];
        if (incident_step_done(s->c, o->rule, d->kind))
            continue;
        str due = d->due ? str_fmt(s->a, "%.*sまで%s", STR_F(incident_due_text(s->a, d->due)), d->due < s->now ? "（過ぎています）" : "")
                         : S("速やかに");
        return str_fmt(s->a, "%.*s　%.*s　%.*s", STR_F(o->rule->recipient->name), STR_F(WORD_OF(rule_step_kinds, d->kind)->name),
            STR_F(due));
    }
    return STR_NONE;
}

/* Three laws that want the same of one office by the same day are one line. */
static void put_duties(struct brief *s, struct buf *b)
{
    str lines[LIST];
    size_t n = 0, more = 0;
    for (size_t i = 0; i < s->c->duties.n; i++) {
        const struct obligation *o = &s->c->duties.v[i];
        bool binds = o->truth == RULE_YES && !o->rule->voluntary && !incident_waiver_of(&s->c->waivers, o->rule->id);
        str line = binds ? due_line(s, o) : STR_NONE;
        size_t k = 0;
        while (k < n && !str_eq(lines[k], line))
            k++;
        if (line.n && k == n && n < LIST)
            lines[n++] = line;
        else if (line.n && k == n)
            more++;
    }
    for (size_t i = 0; i < n; i++) {
        buf_str(b, i ? S("\n") : STR_NONE);
        buf_str(b, lines[i]);
    }
    if (more)
        buf_fmt(b, "\nほか %zu 件", more);
    put_row(s, "これから知らせる先と期限", b, "いま分かっていることからは、ありません。");
}

static bool is_open(const struct decision *d, const struct incident_facts *f)
{
    const struct incident_known *k = &f->known[d->question];
    if (!incident_is_asked(f, (size_t)d->question))
        return false;
    if (d->unsaid)
        return !k->at;
    return is_so(k) && (*d->choice == '\0' || incident_has_choice(k, str_of(d->choice)));
}

static void put_decisions(struct brief *s, struct buf *b)
{
    for (size_t i = 0; i < COUNT_OF(decisions); i++)
        if (is_open(&decisions[i], &s->c->facts))
            buf_fmt(b, "%s・%s", b->n ? "\n" : "", decisions[i].text);
    put_row(s, "次に決めること", b, "いま分かっていることからは、ありません。");
}

static err write_brief(struct req *rq, const struct incident_case *c, struct brief *s)
{
    BUF_AUTO b = BUF(65536);
    *s = (struct brief){.a = rq->a, .c = c, .now = flow_now(&c->flow, rq->now)};
    put_facts(s, &b);
    put_told(s, &b);
    put_duties(s, &b);
    put_decisions(s, &b);
    put_answer(s, &b, "", Q_contact);
    put_row(s, "連絡先", &b, "まだ決めていません。");
    return buf_status(&b);
}

static err brief_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct brief s;
    struct view_incident_brief *v = ARENA_NEW(rq->a, struct view_incident_brief);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    TRY(write_brief(rq, &c, &s));
    *v = (struct view_incident_brief){.incident = c.flow.id, .number = c.flow.number, .body = c.flow.body.name,
        .drill = c.flow.drill, .at = s.now};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_brief_rows, s.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < s.n; i++)
        v->rows.p[v->rows.n++] = (struct view_incident_brief_rows){s.v[i].label, s.v[i].text};
    return req_show(rq, &view_incident_brief_type, v);
}

static err brief_pdf_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct brief s;
    TRY(incident_case_read(rq, rq->db, &c));
    TRY(write_brief(rq, &c, &s));
    BUF_AUTO b = BUF(SHEET_BYTES);
    str which = str_fmt(rq->a, "%.*s　インシデント第%lld号", STR_F(c.flow.body.name), (long long)c.flow.number);
    incident_sheet_begin(&b, S("インシデントのあらまし（首長・幹部用）"), which, c.flow.drill, s.now);
    BUF_AUTO at = BUF(100);
    put_wareki_time(&at, s.now);
    sheet_line(&b, SHEET_HEAD, str_fmt(rq->a, "%.*s　%.*sの時点", STR_F(which), STR_F(buf_view(&at))));
    for (size_t i = 0; i < s.n; i++)
        sheet_row(&b, s.v[i].label, s.v[i].text);
    return req_send_sheet(rq, SHEET_PDF,
        str_fmt(rq->a, "%s%.*s_第%lld号_あらまし", c.flow.drill ? "訓練_" : "", STR_F(c.flow.body.name), (long long)c.flow.number), &b);
}

const struct route incident_brief_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/summary", .perm = &incident_p_report, .read = brief_read,
        .shows = VIEWS(&view_incident_brief_type)},
    {.method = GET, .path = "/incidents/{incident}/summary.pdf", .perm = &incident_p_report, .flags = ROUTE_SLOW,
        .read = brief_pdf_read, .file = "application/pdf", .journal = JOURNAL_EXPORT},
    {.path = NULL},
};
