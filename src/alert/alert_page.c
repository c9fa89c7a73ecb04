/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts as their readers have them: the list, one of them, and the answer of the own body. */
#include "alert/alert_private.h"

#include "product/product.h"

#include "alert.ht.h"
#include "alerts.ht.h"

/* ── what all pages share ── */

err alert_of(struct req *rq, struct db *db, struct notice *out)
{
    int64_t id;
    TRY(req_param_i64(rq, "notice", &id));
    return notice_get(db, rq->a, &alert_kind, &rq->who, id, out);
}

err alert_own(struct req *rq, struct db *db, struct notice *out)
{
    int64_t id;
    TRY(req_param_i64(rq, "notice", &id));
    return notice_get_own(db, rq->a, &alert_kind, &rq->who, id, out);
}

err alert_audit(struct tx *tx, struct req *rq, const char *action, int64_t notice)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = str_of(action),
        .object = str_fmt(rq->a, "alert:%lld", (long long)notice)};
    return audit_append(tx, &e);
}

err alert_text(struct req *rq, struct db *db, const struct notice *n, struct view_alert_text *out)
{
    struct notice_parts parts;
    const struct notice_tlp *t = notice_tlp_of(n->tlp);
    int64_t importance = 0;
    TRY(notice_parts_of(db, rq->a, n, &parts));
    str key = notice_part_text(&parts, S(ALERT_IMPORTANCE));
    importance = WORD_OF_KEY(alert_importances, key)->value;
    *out = (struct view_alert_text){.drill = n->drill,
        .tlp_key = t->key,
        .tlp = t->name,
        .reach = t->reach,
        .beyond = t->beyond,
        .urgency_key = WORD_OF(notice_urgencies, n->urgency)->key,
        .urgency = WORD_OF(notice_urgencies, n->urgency)->name,
        .importance = WORD_OF(alert_importances, importance)->name,
        .office = n->office_name,
        .number = n->number,
        .sent_at = n->sent_at,
        .due = n->due,
        .summary = notice_part_text(&parts, str_of(alert_parts[0].key))};
    out->lines.p = ARENA_ARRAY(rq->a, struct view_alert_text_lines, ALERT_PARTS);
    if (!out->lines.p)
        return ERR(NOMEM);
    for (size_t i = 1; i < ALERT_PARTS; i++) {
        str text = notice_part_text(&parts, str_of(alert_parts[i].key));
        if (text.n)
            out->lines.p[out->lines.n++] = (struct view_alert_text_lines){
                str_of(alert_parts[i].key), str_of(alert_parts[i].label), text};
    }
    return OK;
}

static str replaced_text(const struct notice *n)
{
    const struct notice_follow *f = n->replaced_by ? notice_follow_of(n->replaced_as) : NULL;
    return f ? f->name : STR_NONE;
}

/* ── the list ── */

struct list_filter {
    bool open;
    enum tlp tlp;
    enum notice_urgency urgency;
};

static bool is_open(const struct notice *n)
{
    return n->mine.body && !n->mine.answered_at && !n->replaced_by;
}

static bool is_shown(const struct notice *n, const struct list_filter *f)
{
    return (!f->open || is_open(n)) && (f->tlp == TLP_NONE || n->tlp == f->tlp) &&
        (f->urgency == 0 || n->urgency == f->urgency);
}

/* What was not opened, then what was not answered, then the rest; each by its time, as they came. */
static int rank_of(const struct notice *n)
{
    return !is_open(n) ? 2 : n->mine.seen_at ? 1 : 0;
}

static struct view_alerts_rows row_of(struct req *rq, const struct notice *n)
{
    return (struct view_alerts_rows){.notice = n->id,
        .name = alert_name(rq->a, n),
        .title = n->title,
        .tlp_key = notice_tlp_of(n->tlp)->key,
        .tlp = notice_tlp_of(n->tlp)->name,
        .urgency_key = WORD_OF(notice_urgencies, n->urgency)->key,
        .urgency = WORD_OF(notice_urgencies, n->urgency)->name,
        .drill = n->drill,
        .sent_at = n->sent_at,
        .due = n->due,
        .late = is_open(n) && n->due != DAY_NONE && n->due < jday_of_usec(rq->now),
        .addressed = is_open(n),
        .unseen = is_open(n) && !n->mine.seen_at,
        .answer_key = WORD_OF(notice_answers, n->mine.answer)->key,
        .answer = WORD_OF(notice_answers, n->mine.answer)->name,
        .replaced = replaced_text(n)};
}

static err list_choices(struct req *rq, const struct list_filter *f, struct view_alerts *v)
{
    v->tlps.p = ARENA_ARRAY(rq->a, struct view_alerts_tlps, TLPS);
    v->urgencies.p = ARENA_ARRAY(rq->a, struct view_alerts_urgencies, COUNT_OF(notice_urgencies));
    if (!v->tlps.p || !v->urgencies.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < TLPS; i++)
        v->tlps.p[v->tlps.n++] =
            (struct view_alerts_tlps){notice_tlps[i].key, notice_tlps[i].name, notice_tlps[i].tlp == f->tlp};
    for (size_t i = 0; i < COUNT_OF(notice_urgencies); i++)
        v->urgencies.p[v->urgencies.n++] = (struct view_alerts_urgencies){
            notice_urgencies[i].key, notice_urgencies[i].name, notice_urgencies[i].value == (int)f->urgency};
    return OK;
}

static err list_read(struct req *rq)
{
    struct notices all;
    struct view_alerts *v = ARENA_NEW(rq->a, struct view_alerts);
    struct list_filter f = {str_eq(req_query(rq, "show"), S("open")), notice_tlp_of_key(req_query(rq, "tlp")),
        (enum notice_urgency)WORD_OF_KEY(notice_urgencies, req_query(rq, "urgency"))->value};
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_alerts){.body = rq->who.org_name, .keeps = (rq->who.roles & product_p_keep.roles) != 0, .sends = (alert_p_send.roles & rq->who.roles) != 0,
        .answers = (alert_p_answer.roles & rq->who.roles) != 0, .q = req_query(rq, "q"), .show = req_query(rq, "show")};
    TRY(notice_received(rq->db, rq->a, &alert_kind, &rq->who, v->q, &all));
    TRY(notice_quiet_get(rq->db, &alert_kind, &rq->who, &v->quiet));
    TRY(list_choices(rq, &f, v));
    v->rows.p = ARENA_ARRAY(rq->a, struct view_alerts_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (int rank = 0; rank <= 2; rank++)
        for (size_t i = 0; i < all.n; i++)
            if (rank_of(&all.v[i]) == rank) {
                v->waiting += is_open(&all.v[i]);
                if (is_shown(&all.v[i], &f))
                    v->rows.p[v->rows.n++] = row_of(rq, &all.v[i]);
            }
    v->found = (int64_t)v->rows.n;
    return req_show(rq, &view_alerts_type, v);
}

/* ── one ── */

static err show_answer(struct req *rq, const struct notice *n, struct view_alert *v)
{
    str typed = req_typed(rq, "answer", WORD_OF(notice_answers, n->mine.answer)->key);
    v->answers = n->mine.body && (alert_p_answer.roles & rq->who.roles);
    v->unseen = v->answers && !n->mine.seen_at;
    v->answer_key = WORD_OF(notice_answers, n->mine.answer)->key;
    v->answer = WORD_OF(notice_answers, n->mine.answer)->name;
    v->note = req_typed(rq, "note", n->mine.note);
    v->note_error = req_error_of(rq, "note");
    v->answer_error = req_error_of(rq, "answer");
    v->answered_at = n->mine.answered_at;
    v->choices.p = ARENA_ARRAY(rq->a, struct view_alert_choices, COUNT_OF(notice_answers));
    if (!v->choices.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(notice_answers); i++)
        v->choices.p[v->choices.n++] = (struct view_alert_choices){
            notice_answers[i].key, notice_answers[i].name, str_eq(typed, notice_answers[i].key)};
    return n->mine.answered_by
        ? org_person_name(rq->db, rq->a, rq->who.scope, (person_id){n->mine.answered_by}, &v->answered_by)
        : OK;
}

/* Of what it follows only what this person may read: else not even that it follows something. */
static err show_follows(struct req *rq, const struct notice *n, int64_t *about, str *text)
{
    struct notice x;
    const struct notice_follow *f = notice_follow_of(n->relation);
    if (!f)
        return OK;
    err e = notice_get(rq->db, rq->a, &alert_kind, &rq->who, n->about, &x);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    *about = x.id;
    *text = str_fmt(rq->a, "%.*sの%.*s", STR_F(alert_name(rq->a, &x)), STR_F(f->name));
    if (x.replaced_by && x.replaced_by != n->id) /* whoever passed it on has to follow */
        *text = str_fmt(rq->a, "%.*s（元は%.*sされました）", STR_F(*text), STR_F(replaced_text(&x)));
    return OK;
}

static err alert_read(struct req *rq)
{
    struct notice n;
    struct view_alert *v = ARENA_NEW(rq->a, struct view_alert);
    if (!v)
        return ERR(NOMEM);
    TRY(alert_of(rq, rq->db, &n));
    if (n.state == NOTICE_DRAFT)
        return ERR(NOTFOUND); /* it is written at another page */
    *v = (struct view_alert){.notice = n.id,
        .title = n.title,
        .name = alert_name(rq->a, &n),
        .replaced = replaced_text(&n),
        .replaced_by = n.replaced_by,
        .source = n.source,
        .forwards = !n.source && n.mine.body && !n.replaced_by && (rq->who.roles & ROLE_PREF) &&
            notice_may_forward(n.tlp, n.tlp)};
    TRY(alert_text(rq, rq->db, &n, &v->text));
    TRY(show_follows(rq, &n, &v->about, &v->follows));
    TRY(show_answer(rq, &n, v));
    return req_show(rq, &view_alert_type, v);
}

static err seen_write(struct tx *tx, struct req *rq)
{
    struct notice n;
    TRY(alert_of(rq, tx_db(tx), &n));
    TRY(notice_note_seen(tx, &rq->who, &n));
    if (n.mine.body && !n.mine.seen_at)
        TRY(alert_audit(tx, rq, "alert.seen", n.id));
    return req_go(rq, str_fmt(rq->a, "/alerts/%lld", (long long)n.id));
}

struct answer_form {
    str answer, note;
};
static const struct web_field answer_fields[] = {
    {.name = "answer", .label = "確認", .type = FIELD_LINE, .offset = offsetof(struct answer_form, answer), .max = 20},
    {.name = "note", .label = "ひとこと", .type = FIELD_TEXT, .offset = offsetof(struct answer_form, note), .max = 200}};
static const struct web_form answer_form = WEB_FORM(answer_fields, answer_form);

static err answer_prepare(struct req *rq)
{
    const struct answer_form *f = rq->form;
    struct notice n;
    TRY(alert_of(rq, rq->db, &n));
    if (WORD_OF_KEY(notice_answers, f->answer)->value == ACK_NONE)
        req_error(rq, "answer", S("当てはまるかどうかを選んでください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err answer_write(struct tx *tx, struct req *rq)
{
    const struct answer_form *f = rq->form;
    const struct word *w = WORD_OF_KEY(notice_answers, f->answer);
    struct notice n;
    TRY(alert_of(rq, tx_db(tx), &n));
    TRY(notice_note_answer(tx, &rq->who, &n, (enum notice_answer)w->value, f->note));
    TRY(alert_audit(tx, rq, w->value == ACK_APPLIES ? "alert.applies" : w->value == ACK_NOT ? "alert.not" : "alert.checking", n.id));
    return req_go(rq, str_fmt(rq->a, "/alerts/%lld?ok=acknowledged", (long long)n.id));
}

/* ── one that follows: a correction, a withdrawal, what is passed on ── */

struct follow_form {
    str as;
};
static const struct web_field follow_fields[] = {{.name = "as", .label = "種類", .type = FIELD_LINE,
    .offset = offsetof(struct follow_form, as), .required = true, .max = 20}};
static const struct web_form follow_form = WEB_FORM(follow_fields, follow_form);

static err follow_write(struct tx *tx, struct req *rq)
{
    const struct follow_form *f = rq->form;
    enum notice_relation r = RELATION_NONE;
    struct notice n;
    int64_t id;
    for (size_t i = 0; i < COUNT_OF(notice_follows); i++)
        if (str_eq(notice_follows[i].key, f->as))
            r = notice_follows[i].relation;
    TRY(alert_of(rq, tx_db(tx), &n));
    if (r == RELATION_FORWARD && !(rq->who.roles & ROLE_PREF))
        return ERR(NOTFOUND);
    err e = notice_draft_follow(tx, rq->a, &alert_kind, &rq->who, &n, r, &id);
    if (e.code == ERR_CONFLICT)
        req_say(rq, n.replaced_by ? S("訂正か撤回が出ています。新しいものを開いてください。")
                                  : S("このTLPの注意喚起は、ほかの団体に伝えられません。"));
    TRY(e);
    TRY(alert_audit(tx, rq, "alert.draft", id));
    return req_go(rq, str_fmt(rq->a, "/alerts/office/%lld", (long long)id));
}

/* ── the summary of the week ── */

struct week_form {
    bool quiet;
};
static const struct web_field week_fields[] = {
    {.name = "quiet", .label = "受け取らない", .type = FIELD_BOOL, .offset = offsetof(struct week_form, quiet)}};
static const struct web_form week_form = WEB_FORM(week_fields, week_form);

static err week_write(struct tx *tx, struct req *rq)
{
    const struct week_form *f = rq->form;
    TRY(notice_quiet_set(tx, &alert_kind, &rq->who, f->quiet));
    TRY(alert_audit(tx, rq, f->quiet ? "alert.week.off" : "alert.week.on", 0));
    return req_go(rq, S("/alerts?ok=saved"));
}

/* ── the line at the top ── */

err alert_next(struct req *rq, struct next_step *out)
{
    struct notice_waiting w;
    BUF_AUTO b = BUF(400);
    if (!(alert_p_answer.roles & rq->who.roles))
        return OK;
    TRY(notice_waiting(rq->db, &alert_kind, &rq->who, &w));
    if (w.n == 0)
        return OK;
    buf_fmt(&b, "確認していない注意喚起が %lld 件あります。", (long long)w.n);
    if (w.due != DAY_NONE) {
        buf_lit(&b, "期限は");
        put_wareki_day(&b, w.due);
        buf_str(&b, w.due < jday_of_usec(rq->now) ? S("でした。") : S("です。"));
    }
    *out = (struct next_step){str_dup(rq->a, buf_view(&b)), str_fmt(rq->a, "/alerts/%lld", (long long)w.id),
        S("注意喚起を開く"), w.urgency <= URGENCY_DAY || (w.due != DAY_NONE && w.due <= jday_of_usec(rq->now) + 1)};
    return OK;
}

static const struct web_query list_query[] = {
    {"show", "open は、確認していないものだけ", false},
    {"tlp", "TLPの鍵。選べるものは答えの中にある", false},
    {"urgency", "緊急度の鍵。選べるものは答えの中にある", false},
    QUERY_Q,
    {.name = NULL},
};

const struct route alert_routes[] = {
    {.method = GET, .path = "/alerts", .read = list_read, .query = list_query, .shows = VIEWS(&view_alerts_type)},
    {.method = POST, .path = "/alerts", .perm = &alert_p_answer, .form = &week_form, .write = week_write,
        .goes = PATHS("/alerts")},
    {.method = GET, .path = "/alerts/{notice}", .read = alert_read, .shows = VIEWS(&view_alert_type)},
    {.method = POST, .path = "/alerts/{notice}/seen", .perm = &alert_p_answer, .flags = ROUTE_QUIET, .write = seen_write,
        .goes = PATHS("/alerts/{notice}")},
    {.method = POST, .path = "/alerts/{notice}/answer", .perm = &alert_p_answer, .form = &answer_form, .read = alert_read,
        .prepare = answer_prepare, .write = answer_write, .goes = PATHS("/alerts/{notice}")},
    {.method = POST, .path = "/alerts/{notice}/follow", .perm = &alert_p_send, .form = &follow_form, .read = alert_read,
        .write = follow_write, .goes = PATHS("/alerts/office/{notice}")},
    {.path = NULL},
};
