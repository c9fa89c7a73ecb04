/* SPDX-License-Identifier: Apache-2.0 */
/* Writing an alert: the draft, what it will look like and to whom it goes, and sending it. */
#include "alert/alert_private.h"

#include "alert_check.ht.h"
#include "alert_draft.ht.h"

enum { CODES = 300, SHOWN_BODIES = 5 };

struct draft_form {
    str title, tlp, urgency, importance, due, then;
    bool drill;
    int64_t seen;
    struct strs touched;
#define PART(key, label, help, most, rows) str key;
#include "alert/alert_part_list.h"
#undef PART
    struct strs to_all, to_pref, to_class, to_band, to_network, to_product, to_incident;
    str to_body;
    /* by prepare */
    jday day;
    struct strs codes;
};

#define LINE(name_, label_, max_)                                                                                       \
    {.name = #name_, .label = label_, .type = FIELD_LINE, .offset = offsetof(struct draft_form, name_), .max = max_}
#define CHOICES(name_, label_)                                                                                          \
    {.name = #name_, .label = label_, .type = FIELD_LINES, .offset = offsetof(struct draft_form, name_), .max = 64}
static const struct web_field fields[] = {
    LINE(title, "題名", 100), LINE(tlp, "TLP", 20), LINE(urgency, "緊急度", 20), LINE(importance, "重要度", 20),
    LINE(due, "確認の期限", 40), LINE(then, "次の画面", 20),
    {.name = "drill", .label = "訓練", .type = FIELD_BOOL, .offset = offsetof(struct draft_form, drill)},
    {.name = "seen", .label = "版", .type = FIELD_INT, .offset = offsetof(struct draft_form, seen), .least = 0, .most = INT64_MAX},
    CHOICES(touched, "変えた欄"),
#define PART(key, label_, help, most, rows)                                                                             \
    {.name = #key, .label = label_, .type = FIELD_TEXT, .offset = offsetof(struct draft_form, key), .max = most},
#include "alert/alert_part_list.h"
#undef PART
    CHOICES(to_all, "全ての団体"), CHOICES(to_pref, "都道府県"), CHOICES(to_class, "団体の区分"), CHOICES(to_band, "人口規模"),
    CHOICES(to_network, "ネットワークのモデル"), CHOICES(to_product, "使っている製品"), CHOICES(to_incident, "報告したインシデント"),
    {.name = "to_body", .label = "団体コード", .type = FIELD_TEXT, .offset = offsetof(struct draft_form, to_body), .max = 4000},
};
static const struct web_form form = WEB_FORM(fields, draft_form);

static const struct web_field *field_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (str_eq(name, str_of(fields[i].name)))
            return &fields[i];
    return NULL;
}

static str field_name(struct arena *a, const struct notice_condition *c)
{
    return str_fmt(a, "to_%s", c->key);
}

/* ── the page ── */

struct draft {
    struct notice n;
    struct notice_parts parts;
    struct notice_wishes wishes;
};

/* {notice}, as long as it is a draft of the own office. */
static err load(struct req *rq, struct db *db, struct draft *d)
{
    TRY(alert_own(rq, db, &d->n));
    if (d->n.state != NOTICE_DRAFT)
        return ERR(NOTFOUND);
    TRY(notice_parts_of(db, rq->a, &d->n, &d->parts));
    return notice_wishes_of(db, rq->a, d->n.id, &d->wishes);
}

static err show_choices(struct req *rq, const struct draft *d, struct view_alert_draft *v)
{
    str tlp = req_typed(rq, "tlp", notice_tlp_of(d->n.tlp)->key);
    str urgency = req_typed(rq, "urgency", WORD_OF(notice_urgencies, d->n.urgency)->key);
    str importance = req_typed(rq, "importance", notice_part_text(&d->parts, S(ALERT_IMPORTANCE)));
    v->tlps.p = ARENA_ARRAY(rq->a, struct view_alert_draft_tlps, TLPS);
    v->urgencies.p = ARENA_ARRAY(rq->a, struct view_alert_draft_urgencies, COUNT_OF(notice_urgencies));
    v->importances.p = ARENA_ARRAY(rq->a, struct view_alert_draft_importances, COUNT_OF(alert_importances));
    if (!v->tlps.p || !v->urgencies.p || !v->importances.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < TLPS; i++)
        v->tlps.p[v->tlps.n++] = (struct view_alert_draft_tlps){notice_tlps[i].key, notice_tlps[i].name, notice_tlps[i].reach,
            notice_tlps[i].beyond, str_eq(tlp, notice_tlps[i].key)};
    for (size_t i = 0; i < COUNT_OF(notice_urgencies); i++)
        v->urgencies.p[v->urgencies.n++] = (struct view_alert_draft_urgencies){
            notice_urgencies[i].key, notice_urgencies[i].name, str_eq(urgency, notice_urgencies[i].key)};
    for (size_t i = 0; i < COUNT_OF(alert_importances); i++)
        v->importances.p[v->importances.n++] = (struct view_alert_draft_importances){
            alert_importances[i].key, alert_importances[i].name, str_eq(importance, alert_importances[i].key)};
    return OK;
}

static err show_parts(struct req *rq, const struct draft *d, struct view_alert_draft *v)
{
    v->parts.p = ARENA_ARRAY(rq->a, struct view_alert_draft_parts, ALERT_PARTS);
    if (!v->parts.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < ALERT_PARTS; i++) {
        const struct alert_part *p = &alert_parts[i];
        v->parts.p[v->parts.n++] = (struct view_alert_draft_parts){str_of(p->key), str_of(p->label), str_of(p->help), p->rows,
            req_typed(rq, p->key, notice_part_text(&d->parts, str_of(p->key))), req_error_of(rq, p->key)};
    }
    return OK;
}

static bool is_wished(struct req *rq, const struct draft *d, const struct notice_condition *c, const char *name, str value)
{
    struct strs typed = req_typed_list(rq, name);
    for (size_t i = 0; i < typed.n; i++)
        if (str_eq(typed.v[i], value))
            return true;
    for (size_t i = 0; i < d->wishes.n && !req_is_redraw(rq); i++)
        if (str_eq(d->wishes.v[i].condition, str_of(c->key)) && str_eq(d->wishes.v[i].value, value))
            return true;
    return false;
}

static str wished_lines(struct arena *a, const struct draft *d, const struct notice_condition *c)
{
    BUF_AUTO b = BUF(CODES * 8);
    for (size_t i = 0; i < d->wishes.n; i++)
        if (str_eq(d->wishes.v[i].condition, str_of(c->key)))
            buf_fmt(&b, "%s%.*s", b.n ? "\n" : "", STR_F(d->wishes.v[i].value));
    return str_dup(a, buf_view(&b));
}

static err show_condition(struct req *rq, const struct draft *d, const struct notice_condition *c, struct view_alert_draft *v)
{
    struct notice_options all = {0};
    const char *name = str_z(rq->a, field_name(rq->a, c));
    if (!name)
        return ERR(NOMEM);
    struct view_alert_draft_conditions *row = &v->conditions.p[v->conditions.n++];
    *row = (struct view_alert_draft_conditions){.key = str_of(name), .label = str_of(c->label), .help = str_of(c->help),
        .typed = !c->options, .error = req_error_of(rq, name)};
    if (!c->options) {
        row->value = req_typed(rq, name, wished_lines(rq->a, d, c));
        return OK;
    }
    TRY(c->options(rq->db, rq->a, rq->who.scope, &all));
    row->options.p = ARENA_ARRAY(rq->a, struct view_alert_draft_conditions_options, all.n);
    if (!row->options.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        bool chosen = is_wished(rq, d, c, name, all.v[i].value);
        row->chosen += chosen;
        row->options.p[row->options.n++] =
            (struct view_alert_draft_conditions_options){all.v[i].value, all.v[i].label, chosen};
    }
    return OK;
}

static err show_conditions(struct req *rq, const struct draft *d, struct view_alert_draft *v)
{
    size_t n = 0;
    while (alert_kind.conditions[n])
        n++;
    v->conditions.p = ARENA_ARRAY(rq->a, struct view_alert_draft_conditions, n);
    if (!v->conditions.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        if (alert_kind.conditions[i] != &notice_to_received)
            TRY(show_condition(rq, d, alert_kind.conditions[i], v));
    for (size_t i = 0; i < d->wishes.n; i++)
        v->received = v->received || str_eq(d->wishes.v[i].condition, str_of(notice_to_received.key));
    return OK;
}

static err count_text(struct req *rq, const struct draft *d, str *out)
{
    struct notice_bodies to;
    int64_t nobody = 0;
    TRY(notice_audience_now(rq->db, rq->a, &alert_kind, &rq->who, rq->now, &d->wishes, &to));
    if (to.n)
        TRY(notice_unread_bodies(rq->db, rq->a, &alert_kind, d->n.tlp, rq->now, &to, &nobody));
    *out = str_fmt(rq->a, "この条件に当てはまるのは %zu 団体です。", to.n);
    if (nobody)
        *out = str_fmt(rq->a, "%.*sうち %lld 団体には、この範囲で読む人が登録されていません。", STR_F(*out), (long long)nobody);
    return out->n ? OK : ERR(NOMEM);
}

static str day_text(struct arena *a, jday d)
{
    BUF_AUTO b = BUF(32);
    if (d != DAY_NONE)
        put_iso_day(&b, d);
    return str_dup(a, buf_view(&b));
}

static err draft_read(struct req *rq)
{
    struct draft d;
    struct notice about;
    struct view_alert_draft *v = ARENA_NEW(rq->a, struct view_alert_draft);
    const struct notice_follow *f;
    if (!v)
        return ERR(NOMEM);
    TRY(load(rq, rq->db, &d));
    *v = (struct view_alert_draft){.notice = d.n.id,
        .seen = d.n.version,
        .errors = req_has_errors(rq),
        .title = req_typed(rq, "title", d.n.title),
        .title_error = req_error_of(rq, "title"),
        .due = req_typed(rq, "due", day_text(rq->a, d.n.due)),
        .due_error = req_error_of(rq, "due"),
        .tlp_error = req_error_of(rq, "tlp"),
        .urgency_error = req_error_of(rq, "urgency"),
        .importance_error = req_error_of(rq, "importance"),
        .drill = req_is_redraw(rq) ? req_typed_list(rq, "drill").n > 0 : d.n.drill};
    f = notice_follow_of(d.n.relation);
    if (f) {
        TRY(notice_get(rq->db, rq->a, &alert_kind, &rq->who, d.n.about, &about));
        v->about = about.id;
        v->follows = str_fmt(rq->a, "%.*sの%.*s", STR_F(alert_name(rq->a, &about)), STR_F(f->name));
    }
    TRY(show_choices(rq, &d, v));
    TRY(show_parts(rq, &d, v));
    TRY(show_conditions(rq, &d, v));
    TRY(count_text(rq, &d, &v->audience));
    return req_show(rq, &view_alert_draft_type, v);
}

/* ── saving ── */

/* Bytes of what stands between codes at i: a blank or comma, half or full width; 0: none. */
static size_t gap_at(str s, size_t i)
{
    static const str gaps[] = {S(" "), S("\n"), S("\t"), S(","), S("　"), S("、"), S("，")};
    for (size_t k = 0; k < COUNT_OF(gaps); k++)
        if (str_starts(str_sub(s, i, s.n), gaps[k]))
            return gaps[k].n;
    return 0;
}

static bool is_addressable(const struct notice_bodies *all, str code6)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].body.code6, code6))
            return true;
    return false;
}

/* Each code must mean a body that can be addressed. */
static err check_codes(struct req *rq, const struct strs *codes)
{
    struct notice_bodies all;
    struct notice_wish everybody = {str_of(notice_to_all.key), S("1")};
    if (codes->n == 0)
        return OK;
    TRY(notice_audience_now(rq->db, rq->a, &alert_kind, &rq->who, rq->now, &(struct notice_wishes){&everybody, 1}, &all));
    for (size_t i = 0; i < codes->n; i++)
        if (!is_addressable(&all, codes->v[i])) {
            req_error(rq, "to_body",
                str_fmt(rq->a, "%zu番目の団体コードは、送れる団体の中にありません。6桁の数字を確かめてください。", i + 1));
            return OK;
        }
    return OK;
}

static err parse_codes(struct req *rq, struct draft_form *f)
{
    char *text = arena_alloc(rq->a, f->to_body.n);
    f->codes = (struct strs){ARENA_ARRAY(rq->a, str, CODES), 0};
    if (!f->codes.v || !text)
        return ERR(NOMEM);
    str half = str_to_halfwidth(text, f->to_body);
    for (size_t i = 0; i < half.n;) {
        size_t from = i;
        while (i < half.n && !gap_at(half, i))
            i++;
        if (i > from && f->codes.n == CODES) {
            req_error(rq, "to_body", S("団体コードは、300までにしてください。"));
            return OK;
        }
        if (i > from)
            f->codes.v[f->codes.n++] = str_sub(half, from, i - from);
        i += gap_at(half, i);
    }
    return check_codes(rq, &f->codes);
}

static void check_word(struct req *rq, const char *field, str typed, bool known)
{
    if (typed.n && !known)
        req_error(rq, field, S("一覧から選んでください。"));
}

static err draft_prepare(struct req *rq)
{
    struct draft_form *f = rq->form;
    struct draft d;
    TRY(load(rq, rq->db, &d));
    f->day = DAY_NONE;
    if (f->due.n && err_is(jday_parse(f->due, &f->day)))
        req_error(rq, "due", S("日付を確かめてください。例）2026年12月4日、令和8年12月4日"));
    check_word(rq, "tlp", f->tlp, notice_tlp_of_key(f->tlp) != TLP_NONE);
    check_word(rq, "urgency", f->urgency, WORD_OF_KEY(notice_urgencies, f->urgency)->value != 0);
    check_word(rq, "importance", f->importance, WORD_OF_KEY(alert_importances, f->importance)->value != 0);
    TRY(parse_codes(rq, f));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

/* A page that saves while it is filled in says which fields were touched; without scripts all were. */
static bool is_touched(const struct draft_form *f, str name)
{
    bool touched = f->touched.n == 0;
    for (size_t i = 0; i < f->touched.n; i++)
        touched = touched || str_eq(f->touched.v[i], name);
    return touched;
}

static void take_head(const struct draft_form *f, struct notice *n)
{
    if (is_touched(f, S("title")))
        n->title = f->title;
    if (is_touched(f, S("tlp")))
        n->tlp = notice_tlp_of_key(f->tlp);
    if (is_touched(f, S("urgency")) && f->urgency.n)
        n->urgency = (enum notice_urgency)WORD_OF_KEY(notice_urgencies, f->urgency)->value;
    if (is_touched(f, S("due")))
        n->due = f->day;
    if (is_touched(f, S("drill")))
        n->drill = f->drill;
}

static str value_at(const struct draft_form *f, const struct web_field *field)
{
    return *(const str *)((const char *)f + field->offset);
}

static err take_parts(struct arena *a, const struct draft_form *f, struct draft *d)
{
    struct notice_parts out = {ARENA_ARRAY(a, struct notice_part, ALERT_PARTS + 1), 0};
    if (!out.v)
        return ERR(NOMEM);
    for (size_t i = 0; i <= ALERT_PARTS; i++) {
        str key = i < ALERT_PARTS ? str_of(alert_parts[i].key) : S(ALERT_IMPORTANCE);
        str text = is_touched(f, key) ? value_at(f, field_of(key)) : notice_part_text(&d->parts, key);
        out.v[out.n++] = (struct notice_part){key, text};
    }
    d->parts = out;
    return OK;
}

static struct strs typed_values(const struct draft_form *f, const struct notice_condition *c, const struct web_field *field)
{
    return c == &notice_to_body ? f->codes : *(const struct strs *)((const char *)f + field->offset);
}

/* What the form does not show (received) stays. */
static err take_wishes(struct arena *a, const struct draft_form *f, struct draft *d)
{
    struct notice_wishes out = {ARENA_ARRAY(a, struct notice_wish, 2 * NOTICE_WISHES), 0};
    if (!out.v)
        return ERR(NOMEM);
    for (const struct notice_condition *const *c = alert_kind.conditions; *c; c++) {
        str name = field_name(a, *c), key = str_of((*c)->key);
        const struct web_field *field = field_of(name);
        if (field && is_touched(f, name)) {
            struct strs typed = typed_values(f, *c, field);
            for (size_t i = 0; i < typed.n && out.n < NOTICE_WISHES; i++)
                out.v[out.n++] = (struct notice_wish){key, typed.v[i]};
            continue;
        }
        for (size_t i = 0; i < d->wishes.n && out.n < NOTICE_WISHES; i++)
            if (str_eq(d->wishes.v[i].condition, key))
                out.v[out.n++] = d->wishes.v[i];
    }
    d->wishes = out;
    return OK;
}

static err draft_write(struct tx *tx, struct req *rq)
{
    const struct draft_form *f = rq->form;
    struct draft d;
    TRY(load(rq, tx_db(tx), &d));
    if (f->touched.n == 0 && d.n.version != f->seen) {
        req_say(rq, S("画面を開いた後に、ほかの人がこの下書きを保存しました。下にあるのは、あなたが入力した内容です。もう一度保存すると、"
                      "あなたの内容に置き換わります。"));
        return ERR(STALE);
    }
    take_head(f, &d.n);
    TRY(take_parts(rq->a, f, &d));
    TRY(take_wishes(rq->a, f, &d));
    TRY(notice_draft_put(tx, &(struct notice_draft){&d.n, d.parts, d.wishes}));
    TRY(alert_audit(tx, rq, "alert.draft", d.n.id));
    if (str_eq(f->then, S("check")))
        return req_go(rq, str_fmt(rq->a, "/alerts/office/%lld/check", (long long)d.n.id));
    return req_go(rq, str_fmt(rq->a, "/alerts/office/%lld?ok=saved", (long long)d.n.id));
}

static err drop_write(struct tx *tx, struct req *rq)
{
    struct draft d;
    TRY(load(rq, tx_db(tx), &d));
    TRY(notice_draft_drop(tx, &d.n));
    TRY(alert_audit(tx, rq, "alert.drop", d.n.id));
    return req_go(rq, S("/alerts/office?ok=dropped"));
}

/* ── before it is sent, and sending ── */

static err check_fill(struct req *rq, struct db *db, const struct draft *d, struct strs *problems, struct notice_bodies *to)
{
    TRY(notice_audience_now(db, rq->a, &alert_kind, &rq->who, rq->now, &d->wishes, to));
    return alert_problems(rq->a, &d->n, &d->parts, (int64_t)to->n, jday_of_usec(rq->now), problems);
}

static err check_read(struct req *rq)
{
    struct draft d;
    struct strs problems;
    struct notice_bodies to;
    struct view_alert_check *v = ARENA_NEW(rq->a, struct view_alert_check);
    if (!v)
        return ERR(NOMEM);
    TRY(load(rq, rq->db, &d));
    TRY(check_fill(rq, rq->db, &d, &problems, &to));
    *v = (struct view_alert_check){.notice = d.n.id, .seen = d.n.version,
        .title = d.n.title.n ? d.n.title : S("（題名がありません）"), .bodies = (int64_t)to.n, .more = to.n > SHOWN_BODIES};
    v->problems.p = ARENA_ARRAY(rq->a, struct view_alert_check_problems, problems.n);
    v->sample.p = ARENA_ARRAY(rq->a, struct view_alert_check_sample, SHOWN_BODIES);
    if (!v->problems.p || !v->sample.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < problems.n; i++)
        v->problems.p[v->problems.n++].text = problems.v[i];
    for (size_t i = 0; i < to.n && i < SHOWN_BODIES; i++)
        v->sample.p[v->sample.n++].name =
            str_fmt(rq->a, "%.*s %.*s", STR_F(to.v[i].pref_name), STR_F(to.v[i].body.name));
    TRY(notice_unread_bodies(rq->db, rq->a, &alert_kind, d.n.tlp, rq->now, &to, &v->nobody));
    TRY(alert_text(rq, rq->db, &d.n, &v->text));
    return req_show(rq, &view_alert_check_type, v);
}

struct send_form {
    int64_t seen;
};
static const struct web_field send_fields[] = {{.name = "seen", .label = "版", .type = FIELD_INT,
    .offset = offsetof(struct send_form, seen), .required = true, .least = 0, .most = INT64_MAX}};
static const struct web_form send_form = WEB_FORM(send_fields, send_form);

static err send_write(struct tx *tx, struct req *rq)
{
    const struct send_form *f = rq->form;
    struct draft d;
    struct strs problems;
    struct notice_bodies to;
    TRY(load(rq, tx_db(tx), &d));
    TRY(check_fill(rq, tx_db(tx), &d, &problems, &to));
    if (problems.n) {
        req_say(rq, problems.v[0]);
        return ERR(CONFLICT);
    }
    err e = notice_send(tx, rq->a, &alert_kind, &rq->who, &d.n, f->seen);
    if (e.code == ERR_STALE)
        req_say(rq, S("確かめた後に、下書きが変わりました。もう一度、内容を確かめてから送ってください。"));
    else if (e.code == ERR_CONFLICT)
        req_say(rq, S("受け取ったときより広い範囲には出せません。TLPを、元と同じか、より狭いものにしてください。元の注意喚起が"
                      "訂正か撤回されたときも、送れません。"));
    TRY(e);
    TRY(alert_audit(tx, rq, "alert.send", d.n.id));
    return req_go(rq, str_fmt(rq->a, "/alerts/office/%lld/receipts?ok=alert-sent", (long long)d.n.id));
}

const struct route alert_draft_routes[] = {
    {.method = GET, .path = "/alerts/office/{notice}", .perm = &alert_p_send, .read = draft_read,
        .shows = VIEWS(&view_alert_draft_type)},
    {.method = POST, .path = "/alerts/office/{notice}", .perm = &alert_p_send, .form = &form, .read = draft_read,
        .prepare = draft_prepare, .write = draft_write, .goes = PATHS("/alerts/office/{notice}", "/alerts/office/{notice}/check")},
    {.method = POST, .path = "/alerts/office/{notice}/drop", .perm = &alert_p_send, .write = drop_write,
        .goes = PATHS("/alerts/office")},
    {.method = GET, .path = "/alerts/office/{notice}/check", .perm = &alert_p_send, .read = check_read,
        .shows = VIEWS(&view_alert_check_type)},
    {.method = POST, .path = "/alerts/office/{notice}/send", .perm = &alert_p_send, .form = &send_form, .read = check_read,
        .write = send_write, .goes = PATHS("/alerts/office/{notice}/receipts")},
    {.path = NULL},
};
