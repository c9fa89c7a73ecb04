/* SPDX-License-Identifier: Apache-2.0 */
/* One report as a file: PDF to print and to send, XLSX to copy into the form of a recipient, and JSON, which is what
 * was handed over itself, byte by byte (data/schema/incident-report-1.json says its form). */
#include "incident/incident_private.h"

extern const struct embedded incident_schema[];

/* As the path of the row says. JSON: false. */
static bool is_sheet(const struct req *rq, enum sheet_form *form)
{
    str path = str_of(rq->route->path);
    *form = str_ends(path, sheet_end(SHEET_PDF)) ? SHEET_PDF : SHEET_XLSX;
    return str_ends(path, sheet_end(*form));
}

/* 「あさぎり市_第3号_個人情報の漏えい等報告_速報_1通目」: who files a hundred of them finds it. */
static str name_of(struct arena *a, const struct incident_paper *p, const struct incident_lines *l)
{
    str sort = p->sort == SORT_REPORT ? STR_NONE : str_fmt(a, "の%.*s", STR_F(WORD_OF(flow_sorts, p->sort)->name));
    str number = p->number ? str_fmt(a, "%lld通目", (long long)p->number) : S("未送付");
    str name = str_fmt(a, "%s%.*s_第%lld号_%.*s_%.*s%.*s_%.*s", p->drill ? "訓練_" : "", STR_F(p->body), (long long)p->case_number,
        STR_F(l->title), STR_F(l->step), STR_F(sort), STR_F(number));
    char *c = arena_alloc(a, name.n + 1);
    for (size_t i = 0; c && i < name.n; i++)
        c[i] = name.p[i] == '/' ? '-' : name.p[i]; /* JPCERT/CC is no folder */
    return c ? (str){c, name.n} : STR_NONE;
}

static str wareki(struct arena *a, usec at)
{
    BUF_AUTO b = BUF(100);
    put_wareki_time(&b, at);
    return str_dup(a, buf_view(&b));
}

void incident_sheet_begin(struct buf *b, str title, str foot, bool drill, usec at)
{
    BUF_AUTO iso = BUF(40);
    put_iso_time(&iso, at);
    sheet_line(b, SHEET_TITLE, title);
    sheet_line(b, SHEET_AT, buf_view(&iso));
    sheet_line(b, SHEET_FOOT, foot);
    if (drill)
        sheet_line(b, SHEET_BAND, S("訓練　実際のインシデントではありません"));
}

static void describe(struct buf *b, struct arena *a, const struct incident_paper *p, const struct incident_lines *l)
{
    bool official = incident_view_of(l->form)->official;
    str sort = incident_sort_name(p->sort);
    str step = sort.n ? str_fmt(a, "%.*sの%.*s", STR_F(l->step), STR_F(sort)) : l->step;
    str how = p->number ? str_fmt(a, "%.*s（%lld通目）　%.*s", STR_F(step), (long long)p->number, STR_F(wareki(a, p->at)))
                        : str_fmt(a, "%.*s（まだ知らせていません）　%.*sの内容", STR_F(step), STR_F(wareki(a, p->at)));
    incident_sheet_begin(b, l->title,
        str_fmt(a, "%.*s　インシデント第%lld号　%.*s%s", STR_F(p->body), (long long)p->case_number, STR_F(l->to),
            official ? "" : "　様式未確認"),
        p->drill, p->at);
    sheet_line(b, SHEET_HEAD, str_fmt(a, "%.*sから%.*sへ　%.*s", STR_F(p->body), STR_F(l->to), STR_F(how)));
    sheet_line(b, SHEET_HEAD, str_fmt(a, "%.*s%s", STR_F(l->law), official ? "" : "　様式未確認（項目の順と名は、公式の様式と違うことがあります）"));
    if (l->reason.n)
        sheet_row(b, str_fmt(a, "%.*sの理由", STR_F(sort)), l->reason);
    for (size_t i = 0; i < l->n; i++) {
        const struct incident_line *x = &l->v[i];
        sheet_row(b, str_fmt(a, "%.*s %.*s%s", STR_F(x->number), STR_F(x->label), x->changed ? "\n（前の報告から変わった）" : ""),
            x->text.n ? x->text : S("—"));
    }
}

err incident_paper_send(struct req *rq, const struct incident_paper *p)
{
    enum sheet_form form;
    struct incident_lines l;
    TRY(incident_view_lines(rq->a, p->text, p->before, &l));
    str name = name_of(rq->a, p, &l);
    BUF_AUTO b = BUF(SHEET_BYTES);
    if (is_sheet(rq, &form)) {
        describe(&b, rq->a, p, &l);
        return req_send_sheet(rq, form, name, &b);
    }
    buf_str(&b, p->text);
    return req_send(rq, "application/json", str_fmt(rq->a, "%.*s.json", STR_F(name)), &b);
}

err incident_paper_delivery(struct req *rq, const struct flow_delivery *d, str text)
{
    str before;
    TRY(flow_delivery_before(rq->db, rq->a, store_vault(web_store(rq->web)), rq->who.scope, d, &before));
    req_journal_body(rq, d->body.id.v, str_fmt(rq->a, "インシデント第%lld号の報告", (long long)d->case_number));
    return incident_paper_send(rq, &(struct incident_paper){.text = text, .before = before, .body = d->body.name,
        .case_number = d->case_number, .number = d->number, .sort = d->sort, .drill = d->drill, .at = d->at});
}

/* What the JSON is made of, for machines of other makers: public, as the program is. */
static err schema_read(struct req *rq)
{
    return req_send_static(rq, "application/schema+json", (struct bytes){incident_schema[0].data, incident_schema[0].n});
}

const struct route incident_paper_routes[] = {
    {.method = GET, .path = "/schema/incident-report-1.json", .flags = ROUTE_PUBLIC, .read = schema_read,
        .file = "application/schema+json"},
    {.path = NULL},
};
