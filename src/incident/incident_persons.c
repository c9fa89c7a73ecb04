/* SPDX-License-Identifier: Apache-2.0 */
/* Telling the persons whose data it is (R64): what each way costs, the letter, and the page that may stand for it
 * (代替措置). Made of the facts; no address and no name of a resident ever comes in here. */
#include "incident/incident_private.h"

#include "core/csv_in.h"
#include "incident_letters.ht.h"

/* ── what a letter costs ── */

extern const struct embedded incident_postage[]; /* data/postage.csv */

struct price {
    str key, name, mark, source;
    int64_t yen;
    jday from;
};
enum { KEY, NAME, YEN, FROM, MARK, SOURCE, COLUMNS, PRICES = 8, PRICE_MOST = 100000 };
struct prices {
    struct price v[PRICES];
    size_t n;
};

/* A later day of the same key takes the place of an earlier one. */
static void take_price(struct arena *a, const struct csv_in *c, jday today, struct prices *out)
{
    struct price p = {.key = str_dup(a, c->cell[KEY]), .name = str_dup(a, c->cell[NAME]), .mark = str_dup(a, c->cell[MARK]),
        .source = str_dup(a, c->cell[SOURCE])};
    BUG_IF(c->n != COLUMNS || err_is(parse_i64(c->cell[YEN], 1, PRICE_MOST, &p.yen)) ||
        err_is(jday_parse_iso(c->cell[FROM], &p.from)));
    size_t i = 0;
    while (i < out->n && !str_eq(out->v[i].key, p.key))
        i++;
    BUG_IF(i == PRICES);
    if (p.from > today || (i < out->n && out->v[i].from > p.from))
        return;
    out->v[i] = p;
    out->n += i == out->n;
}

static void read_prices(struct arena *a, jday today, struct prices *out)
{
    struct csv_in c = csv_in_of((str){(const char *)incident_postage[0].data, incident_postage[0].n});
    out->n = 0;
    BUG_IF(!csv_in_row(&c)); /* its head */
    while (csv_in_row(&c))
        take_price(a, &c, today, out);
    BUG_IF(c.problem != CSV_IN_OK);
    csv_in_free(&c);
}

/* What was typed; nothing: what the table says. INVALID: no price. */
static err price_of(struct req *rq, const struct prices *all, const char *key, int64_t *yen)
{
    str typed = req_query(rq, key);
    char *half = arena_alloc(rq->a, typed.n + 1);
    *yen = 0;
    if (!half)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].key, str_of(key)))
            *yen = all->v[i].yen;
    str number = str_typed_number(half, typed);
    return number.n ? parse_i64(number, 0, PRICE_MOST, yen) : OK;
}

/* ── the text ── */

/* What to look out for, when such an item is among those that got out. */
static const struct warning {
    const char *items; /* any of these; empty: always */
    const char *text;
} warnings[] = {
    {"password", "同じパスワードをほかでもお使いのときは、すぐに変えてください。"},
    {"account card", "口座やカードの明細に覚えのない動きがないか、お確かめください。あったときは、銀行やカード会社にすぐご連絡ください。"},
    {"phone mail address", "この件を名のる電話・メール・手紙・訪問にご注意ください。"},
    {"", "この件で、市区町村などの職員が暗証番号やパスワードをお尋ねしたり、お金を求めたりすることはありません。"},
};

struct letter {
    struct arena *a;
    const struct incident_case *c;
    struct incident_line v[8];
    size_t n;
};

/* 「VPN・リモート接続の機器」: what is known of these questions, a line each. */
static void put_known(const struct letter *l, struct buf *b, const char *questions)
{
    str rest = str_of(questions), key;
    while (str_cut(&rest, ' ', &key)) {
        int q = incident_question_of(key);
        BUG_IF(q < 0);
        const struct incident_known *k = &l->c->facts.known[q];
        if (k->sure < SURE_SUSPECTED || !incident_is_asked(&l->c->facts, (size_t)q))
            continue;
        if (b->n)
            buf_char(b, '\n');
        buf_str(b, incident_answer_text(l->a, (size_t)q, k));
    }
}

static void put_part(struct letter *l, const char *label, struct buf *b, const char *otherwise)
{
    BUG_IF(l->n == COUNT_OF(l->v));
    l->v[l->n++] = (struct incident_line){.label = str_of(label), .text = b->n ? str_dup(l->a, buf_view(b)) : str_of(otherwise)};
    b->n = 0;
}

static bool concerns(const struct warning *w, const struct incident_known *items)
{
    str rest = str_of(w->items), key;
    if (rest.n == 0)
        return true;
    while (str_cut(&rest, ' ', &key))
        if (incident_has_choice(items, key))
            return true;
    return false;
}

static void put_warnings(struct letter *l, struct buf *b)
{
    for (size_t i = 0; i < COUNT_OF(warnings); i++)
        if (concerns(&warnings[i], &l->c->facts.known[Q_personal_items]))
            buf_fmt(b, "%s%s", b->n ? "\n" : "", warnings[i].text);
    put_part(l, "お願い", b, "");
}

static void put_harm(struct letter *l, struct buf *b)
{
    enum incident_sure harm = l->c->facts.known[Q_personal_harm].sure;
    if (harm == SURE_CONFIRMED)
        buf_lit(b, "悪用された例が確かめられています。");
    else if (harm == SURE_SUSPECTED || l->c->facts.known[Q_personal_property].sure >= SURE_SUSPECTED)
        buf_lit(b, "悪用されるおそれがあります。");
    else if (harm == SURE_NONE)
        buf_lit(b, "いまのところ、悪用されたという知らせはありません。");
    put_part(l, "二次被害のおそれ", b, "調べています。");
}

/* The items of the form "persons" (incident_view.c), in the words of somebody who writes to a neighbour. */
static err write_letter(struct arena *a, const struct incident_case *c, struct letter *l)
{
    BUF_AUTO b = BUF(65536);
    *l = (struct letter){.a = a, .c = c};
    put_known(l, &b, "kind");
    if (c->facts.known[Q_known_at].time) {
        buf_str(&b, b.n ? S("\n") : S(""));
        put_wareki_day(&b, jday_of_usec(c->facts.known[Q_known_at].time));
        buf_lit(&b, "に分かりました。");
    }
    put_part(l, "何が起きたか", &b, "調べています。");
    put_known(l, &b, "personal.items personal.how");
    put_part(l, "どの情報か", &b, "調べています。分かりしだい、お知らせします。");
    put_known(l, &b, "vector cause");
    put_part(l, "原因", &b, "調べています。");
    put_harm(l, &b);
    put_known(l, &b, "contained prevention");
    put_part(l, "していること", &b, "調べています。");
    put_warnings(l, &b);
    put_part(l, "お問い合わせ", &b, "電話　　　　　　　　　　　　（受付　　　　　　　　　）");
    return buf_status(&b);
}

static const char *const happened[] = {"漏れた・失われたおそれがあることが分かりました", "漏れた・失われたことが分かりました"};

/* 「あなたの個人情報が…」; of the page for all: why it is not a letter. */
static str opening(struct arena *a, const struct incident_case *c, bool page)
{
    const char *what = happened[c->facts.known[Q_personal].sure == SURE_CONFIRMED];
    return page ? str_fmt(a, "%.*sが預かる個人情報が、%s。ご心配とご迷惑をおかけし、深くおわび申し上げます。お一人ずつにお知らせすることが難しいため、"
                             "ここに公表し、お知らせに代えます。心当たりのある方は、下の窓口にお問い合わせください。",
                      STR_F(c->flow.body.name), what)
                : str_fmt(a, "%.*sがお預かりしているあなたの個人情報が、%s。ご心配とご迷惑をおかけし、深くおわび申し上げます。"
                             "いま分かっていることを、お知らせします。",
                      STR_F(c->flow.body.name), what);
}

static str title_of(bool page)
{
    return page ? S("個人情報の漏えい等についてのお知らせ（公表）") : S("あなたの個人情報についてのお知らせとおわび");
}

/* ── the page ── */

static const struct way {
    const char *name;
    bool letter, registered;
    const char *help;
} ways[] = {
    {"普通郵便", true, false, "早く、安く送れます。届いたことは確かめられません。"},
    {"簡易書留", true, true, "手渡しで届き、届いたことが残ります。留守の家には時間がかかります。"},
    {"公表などで代える", false, false, "連絡先が分からないなど、本人への通知が難しいときだけです。問い合わせの窓口が要ります。"},
};

static err show_costs(struct req *rq, const struct prices *all, int64_t persons, struct view_incident_letters *v)
{
    v->ways.p = ARENA_ARRAY(rq->a, struct view_incident_letters_ways, COUNT_OF(ways));
    v->prices.p = ARENA_ARRAY(rq->a, struct view_incident_letters_prices, all->n);
    if (!v->ways.p || !v->prices.p)
        return ERR(NOMEM);
    err e = price_of(rq, all, "letter", &v->letter);
    if (!err_is(e))
        e = price_of(rq, all, "registered", &v->registered);
    if (!err_is(e))
        e = price_of(rq, all, "making", &v->making);
    if (e.code == ERR_INVALID) {
        v->wrong = S("金額は、0から100,000までの数字で入れてください。");
        return OK;
    }
    TRY(e);
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        const struct way *w = &ways[i];
        int64_t each = w->letter ? v->making + v->letter + (w->registered ? v->registered : 0) : 0;
        v->ways.p[v->ways.n++] = (struct view_incident_letters_ways){str_of(w->name), each, each * persons, str_of(w->help)};
    }
    for (size_t i = 0; i < all->n; i++)
        v->prices.p[v->prices.n++] = (struct view_incident_letters_prices){all->v[i].name, all->v[i].yen, all->v[i].from,
            WORD_OF_KEY(rule_marks, all->v[i].mark)->name, all->v[i].source};
    return OK;
}

static err show_letter(struct req *rq, const struct incident_case *c, struct view_incident_letters *v)
{
    struct letter l;
    TRY(write_letter(rq->a, c, &l));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_incident_letters_rows, l.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < l.n; i++)
        v->rows.p[v->rows.n++] = (struct view_incident_letters_rows){l.v[i].label, l.v[i].text};
    v->letter_title = title_of(false);
    v->letter_opening = opening(rq->a, c, false);
    v->page_title = title_of(true);
    v->page_opening = opening(rq->a, c, true);
    return OK;
}

static err letters_read(struct req *rq)
{
    INCIDENT_CASE_AUTO c;
    struct prices all;
    struct view_incident_letters *v = ARENA_NEW(rq->a, struct view_incident_letters);
    if (!v)
        return ERR(NOMEM);
    TRY(incident_case_read(rq, rq->db, &c));
    const struct incident_known *persons = &c.facts.known[Q_personal_persons];
    *v = (struct view_incident_letters){.incident = c.flow.id, .number = c.flow.number, .body = c.flow.body.name,
        .drill = c.flow.drill, .counted = persons->at != 0 && persons->number > 0, .persons = persons->number,
        .estimate = persons->estimate};
    read_prices(rq->a, jday_of_usec(rq->now), &all);
    TRY(show_costs(rq, &all, persons->number, v));
    TRY(show_letter(rq, &c, v));
    return req_show(rq, &view_incident_letters_type, v);
}

/* ── as a file ── */

static err letter_pdf(struct req *rq, bool page)
{
    INCIDENT_CASE_AUTO c;
    struct letter l;
    TRY(incident_case_read(rq, rq->db, &c));
    TRY(write_letter(rq->a, &c, &l));
    BUF_AUTO b = BUF(SHEET_BYTES);
    BUF_AUTO day = BUF(100);
    put_wareki_day(&day, jday_of_usec(flow_now(&c.flow, rq->now)));
    incident_sheet_begin(&b, title_of(page), c.flow.body.name, c.flow.drill, flow_now(&c.flow, rq->now));
    sheet_line(&b, SHEET_RIGHT, str_fmt(rq->a, "%.*s\n%.*s", STR_F(buf_view(&day)), STR_F(c.flow.body.name)));
    sheet_line(&b, SHEET_TEXT, opening(rq->a, &c, page));
    for (size_t i = 0; i < l.n; i++)
        sheet_row(&b, l.v[i].label, l.v[i].text);
    return req_send_sheet(rq, SHEET_PDF, str_fmt(rq->a, "%s%.*s_第%lld号_%s", c.flow.drill ? "訓練_" : "", STR_F(c.flow.body.name),
        (long long)c.flow.number, page ? "公表文" : "本人への手紙"), &b);
}

static err letter_pdf_read(struct req *rq)
{
    return letter_pdf(rq, false);
}

static err page_pdf_read(struct req *rq)
{
    return letter_pdf(rq, true);
}

const struct route incident_persons_routes[] = {
    {.method = GET, .path = "/incidents/{incident}/letters", .perm = &incident_p_report, .read = letters_read,
        .query = QUERY({"letter", "普通郵便の1通の額", true}, {"registered", "簡易書留に加わる1通の額", true},
            {"making", "印刷と封入の1通の額", true}),
        .shows = VIEWS(&view_incident_letters_type)},
    {.method = GET, .path = "/incidents/{incident}/letters/letter.pdf", .perm = &incident_p_report, .flags = ROUTE_SLOW,
        .read = letter_pdf_read, .file = "application/pdf", .journal = JOURNAL_EXPORT},
    {.method = GET, .path = "/incidents/{incident}/letters/page.pdf", .perm = &incident_p_report, .flags = ROUTE_SLOW,
        .read = page_pdf_read, .file = "application/pdf", .journal = JOURNAL_EXPORT},
    {.path = NULL},
};
