/* SPDX-License-Identifier: Apache-2.0 */
/* What the own office wrote, and who has acknowledged it and who has not. */
#include "alert/alert_private.h"

#include "core/csv.h"

#include "alert_office.ht.h"
#include "alert_phones.ht.h"
#include "alert_receipts.ht.h"

enum { PAGE_WRITTEN = 50, PAGE = 100 };

/* ── the list ── */

static struct view_alert_office_rows row_of(struct req *rq, const struct notice_count *c)
{
    const struct notice *n = &c->notice;
    const struct notice_follow *f = notice_follow_of(n->relation), *g = n->replaced_by ? notice_follow_of(n->replaced_as) : NULL;
    return (struct view_alert_office_rows){.notice = n->id,
        .draft = n->state == NOTICE_DRAFT,
        .name = n->number ? str_fmt(rq->a, "第%lld号", (long long)n->number) : STR_NONE,
        .title = n->title,
        .relation = f ? f->name : STR_NONE,
        .tlp_key = notice_tlp_of(n->tlp)->key,
        .tlp = notice_tlp_of(n->tlp)->name,
        .urgency = WORD_OF(notice_urgencies, n->urgency)->name,
        .drill = n->drill,
        .sent_at = n->sent_at,
        .changed_at = n->changed_at,
        .due = n->due,
        .replaced = g ? g->name : STR_NONE,
        .bodies = c->bodies,
        .seen = c->seen,
        .answered = c->answered};
}

static err office_read(struct req *rq)
{
    struct notice_counts all;
    struct view_alert_office *v = ARENA_NEW(rq->a, struct view_alert_office);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_alert_office){.office = rq->who.org_name, .page = req_page(rq)};
    TRY(notice_written(rq->db, rq->a, &alert_kind, &rq->who, (v->page - 1) * PAGE_WRITTEN, PAGE_WRITTEN, &all));
    v->before = v->page > 1 ? v->page - 1 : 0;
    v->after = all.n == PAGE_WRITTEN ? v->page + 1 : 0;
    v->rows.p = ARENA_ARRAY(rq->a, struct view_alert_office_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->rows.p[v->rows.n++] = row_of(rq, &all.v[i]);
    return req_show(rq, &view_alert_office_type, v);
}

static err new_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(notice_draft_new(tx, &alert_kind, &rq->who, &id));
    TRY(alert_audit(tx, rq, "alert.draft", id));
    return req_go(rq, str_fmt(rq->a, "/alerts/office/%lld", (long long)id));
}

/* ── receipts ── */

struct board {
    struct notice n;
    struct notice_receptions all;
    str show, pref;
};

/* {notice}, when the own office sent it. */
static err board_load(struct req *rq, struct db *db, struct board *b)
{
    TRY(alert_own(rq, db, &b->n));
    if (b->n.state != NOTICE_SENT)
        return ERR(NOTFOUND);
    return notice_receptions(db, rq->a, &b->n, &b->all);
}

static err board_filtered(struct req *rq, struct board *b)
{
    b->show = req_query(rq, "show");
    b->pref = req_query(rq, "pref");
    return board_load(rq, rq->db, b);
}

static bool is_shown(struct req *rq, const struct board *b, const struct notice_reception *r)
{
    enum notice_answer wanted = (enum notice_answer)WORD_OF_KEY(notice_answers, b->show)->value;
    if (b->pref.n && !str_eq(b->pref, str_fmt(rq->a, "%lld", (long long)r->body.pref)))
        return false;
    if (str_eq(b->show, S("missing")))
        return r->receipt.answered_at == 0;
    if (str_eq(b->show, S("unseen")))
        return r->receipt.seen_at == 0;
    return wanted == ACK_NONE || r->receipt.answer == wanted;
}

static void count(const struct notice_reception *r, struct view_alert_receipts *v)
{
    v->bodies++;
    v->seen += r->receipt.seen_at != 0;
    v->answered += r->receipt.answered_at != 0;
    v->missing += r->receipt.answered_at == 0;
    v->nobody += r->readers == 0;
    for (size_t i = 0; i < v->answers.n; i++)
        v->answers.p[i].n += notice_answers[i].value == (int)r->receipt.answer;
}

/* Rows come by prefecture, but for bodies without a code at the end. */
static void count_pref(struct req *rq, const struct board *b, const struct notice_reception *r, struct view_alert_receipts *v)
{
    str key = str_fmt(rq->a, "%lld", (long long)r->body.pref);
    size_t i = 0;
    while (i < v->prefs.n && !str_eq(v->prefs.p[i].key, key))
        i++;
    if (i == v->prefs.n)
        v->prefs.p[v->prefs.n++] =
            (struct view_alert_receipts_prefs){.key = key, .name = r->pref_name, .chosen = str_eq(b->pref, key)};
    v->prefs.p[i].bodies++;
    v->prefs.p[i].seen += r->receipt.seen_at != 0;
    v->prefs.p[i].answered += r->receipt.answered_at != 0;
}

static err reminder_fill(struct req *rq, const struct board *b, struct view_alert_receipts *v)
{
    struct notice_reminder last;
    TRY(notice_reminder_last(rq->db, &b->n, &last));
    v->reminder = last.id;
    v->reminded_at = last.at;
    v->reminded = last.bodies;
    return last.id ? org_person_name(rq->db, rq->a, rq->who.scope, (person_id){last.person}, &v->reminded_by) : OK;
}

static err receipts_fill(struct req *rq, const struct board *b, struct view_alert_receipts *v)
{
    enum { PREFS = 100 };
    v->answers.p = ARENA_ARRAY(rq->a, struct view_alert_receipts_answers, COUNT_OF(notice_answers));
    v->prefs.p = ARENA_ARRAY(rq->a, struct view_alert_receipts_prefs, PREFS);
    v->rows.p = ARENA_ARRAY(rq->a, struct view_alert_receipts_rows, PAGE);
    if (!v->answers.p || !v->prefs.p || !v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(notice_answers); i++)
        v->answers.p[v->answers.n++] = (struct view_alert_receipts_answers){notice_answers[i].key, notice_answers[i].name, 0};
    for (size_t i = 0; i < b->all.n; i++) {
        const struct notice_reception *r = &b->all.v[i];
        count(r, v);
        count_pref(rq, b, r, v);
        if (is_shown(rq, b, r) && v->found++ / PAGE == v->page - 1)
            v->rows.p[v->rows.n++] = (struct view_alert_receipts_rows){r->body.code6, r->pref_name, r->body.name, r->readers,
                r->receipt.seen_at, r->receipt.answered_at, WORD_OF(notice_answers, r->receipt.answer)->name, r->receipt.note};
    }
    v->prefs.n = v->prefs.n > 1 ? v->prefs.n : 0; /* of one prefecture there is nothing to compare */
    return OK;
}

static err receipts_read(struct req *rq)
{
    struct board b;
    struct view_alert_receipts *v = ARENA_NEW(rq->a, struct view_alert_receipts);
    const struct notice_follow *f;
    if (!v)
        return ERR(NOMEM);
    TRY(board_filtered(rq, &b));
    f = b.n.replaced_by ? notice_follow_of(b.n.replaced_as) : NULL;
    *v = (struct view_alert_receipts){.notice = b.n.id,
        .title = b.n.title,
        .name = alert_name(rq->a, &b.n),
        .due = b.n.due,
        .replaced = f ? f->name : STR_NONE,
        .show = b.show,
        .pref = b.pref,
        .page = req_page(rq)};
    TRY(receipts_fill(rq, &b, v));
    TRY(reminder_fill(rq, &b, v));
    v->before = v->page > 1 ? v->page - 1 : 0;
    v->after = v->page * PAGE < v->found ? v->page + 1 : 0;
    return req_show(rq, &view_alert_receipts_type, v);
}

static const struct column columns[] = {
    COLUMN_CODE6(MAY_BE_EMPTY),
    COLUMN_PREF,
    COLUMN_BODY,
    {"readers", "知らせた人", COLUMN_INT, NEVER_EMPTY, "メールを送った人の数。0は、読む人が登録されていない", .unit = "人"},
    {"seen_at", "開いた日時", COLUMN_TIME, MAY_BE_EMPTY, "初めて開いた日時。まだなら空欄"},
    {"answered_at", "確認した日時", COLUMN_TIME, MAY_BE_EMPTY, "最後に確認した日時。まだなら空欄"},
    {"answer", "確認", COLUMN_TEXT, MAY_BE_EMPTY, "当てはまる・対応する、当てはまらない、調べている。まだなら空欄"},
    {"note", "ひとこと", COLUMN_TEXT, MAY_BE_EMPTY, "団体の人が書いた文"},
};
static const struct table table = {.title = "注意喚起の確認の状況", .about = "1行が、送った1団体", .kind = "登録", TABLE_COLUMNS(columns)};

static err csv_read(struct req *rq)
{
    struct board b;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(board_filtered(rq, &b));
    for (size_t i = 0; i < b.all.n; i++) {
        const struct notice_reception *r = &b.all.v[i];
        if (!is_shown(rq, &b, r))
            continue;
        csv_str(&c, r->body.code6);
        csv_str(&c, r->pref_name);
        csv_str(&c, r->body.name);
        csv_i64(&c, r->readers);
        csv_time(&c, r->receipt.seen_at);
        csv_time(&c, r->receipt.answered_at);
        csv_str(&c, WORD_OF(notice_answers, r->receipt.answer)->name);
        csv_str(&c, r->receipt.note);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("注意喚起の確認の状況"));
}

/* ── those who have not ── */

struct remind_form {
    int64_t seen;
};
static const struct web_field remind_fields[] = {{.name = "seen", .label = "前のお願い", .type = FIELD_INT,
    .offset = offsetof(struct remind_form, seen), .least = 0, .most = INT64_MAX}};
static const struct web_form remind_form = WEB_FORM(remind_fields, remind_form);

static err remind_write(struct tx *tx, struct req *rq)
{
    const struct remind_form *f = rq->form;
    struct notice n;
    int64_t bodies;
    TRY(alert_own(rq, tx_db(tx), &n));
    err e = notice_remind(tx, rq->a, &alert_kind, &rq->who, &n, f->seen, &bodies);
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、お願いのメールが送られています。同じメールを続けて送らないように、画面を開き直してください。"));
    else if (e.code == ERR_CONFLICT)
        req_say(rq, S("全ての団体が確認したか、訂正・撤回されたので、お願いは要りません。"));
    TRY(e);
    TRY(alert_audit(tx, rq, "alert.remind", n.id));
    return req_go(rq, str_fmt(rq->a, "/alerts/office/%lld/receipts?ok=reminded", (long long)n.id));
}

static err phones_row(struct req *rq, const struct notice_reception *r, const struct phones *all, struct view_alert_phones_rows *row)
{
    *row = (struct view_alert_phones_rows){.code6 = r->body.code6, .pref = r->pref_name, .body = r->body.name,
        .seen = r->receipt.seen_at != 0};
    size_t from = 0, to = all->n;
    while (from < to) { /* by body */
        size_t mid = (from + to) / 2;
        if (all->v[mid].body < r->body.id.v)
            from = mid + 1;
        else
            to = mid;
    }
    while (to < all->n && all->v[to].body == r->body.id.v)
        to++;
    row->phones.p = ARENA_ARRAY(rq->a, struct view_alert_phones_rows_phones, to - from);
    if (!row->phones.p)
        return ERR(NOMEM);
    for (size_t i = from; i < to; i++)
        row->phones.p[row->phones.n++] = (struct view_alert_phones_rows_phones){
            all->v[i].kind, all->v[i].name, all->v[i].phone, all->v[i].hours};
    return OK;
}

static err phones_read(struct req *rq)
{
    struct board b;
    struct phones all;
    struct view_alert_phones *v = ARENA_NEW(rq->a, struct view_alert_phones);
    if (!v)
        return ERR(NOMEM);
    TRY(board_load(rq, rq->db, &b));
    TRY(org_phone_all(rq->db, rq->a, rq->who.scope, &all));
    *v = (struct view_alert_phones){.notice = b.n.id, .title = b.n.title, .name = alert_name(rq->a, &b.n)};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_alert_phones_rows, b.all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < b.all.n; i++)
        if (b.all.v[i].receipt.answered_at == 0)
            TRY(phones_row(rq, &b.all.v[i], &all, &v->rows.p[v->rows.n++]));
    return req_show(rq, &view_alert_phones_type, v);
}

static const struct web_query board_query[] = {
    {"show", "missing は確認していない、unseen は開いていない、または確認の鍵", false},
    {"pref", "都道府県の番号", false},
    QUERY_PAGE,
    {.name = NULL},
};

const struct route alert_office_routes[] = {
    {.method = GET, .path = "/alerts/office", .perm = &alert_p_send, .read = office_read, .query = QUERY(QUERY_PAGE),
        .shows = VIEWS(&view_alert_office_type)},
    {.method = POST, .path = "/alerts/office", .perm = &alert_p_send, .write = new_write,
        .goes = PATHS("/alerts/office/{notice}")},
    {.method = GET, .path = "/alerts/office/{notice}/receipts", .perm = &alert_p_send, .read = receipts_read,
        .query = board_query, .shows = VIEWS(&view_alert_receipts_type)},
    {.method = GET, .path = "/alerts/office/{notice}/receipts/csv", .perm = &alert_p_send, .flags = ROUTE_FRESH, .table = &table,
        .read = csv_read, .query = board_query, .journal = JOURNAL_EXPORT},
    {.method = POST, .path = "/alerts/office/{notice}/remind", .perm = &alert_p_send, .form = &remind_form, .read = receipts_read,
        .write = remind_write, .goes = PATHS("/alerts/office/{notice}/receipts")},
    {.method = GET, .path = "/alerts/office/{notice}/phones", .perm = &alert_p_send, .read = phones_read,
        .shows = VIEWS(&view_alert_phones_type)},
    {.path = NULL},
};
