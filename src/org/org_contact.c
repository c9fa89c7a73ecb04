/* SPDX-License-Identifier: Apache-2.0 */
/* The emergency contacts of one's own body: the list, its changes, saying that it is right. */
#include "org/org_contact.h"

#include "core/csv.h"
#include "core/mynumber.h"
#include "core/word.h"
#include "contact.ht.h"
#include "contacts.ht.h"

const struct permission org_p_contacts = {"org.contacts", ROLE_STAFF | ROLE_ADMIN};

static const struct word kinds[] = {
    {CONTACT_DAY, S("day"), S("平日・昼間")},
    {CONTACT_NIGHT, S("night"), S("夜間・休日")},
    {CONTACT_CISO, S("ciso"), S("CISO")},
    {CONTACT_CSIRT, S("csirt"), S("CSIRT")},
    {CONTACT_VENDOR, S("vendor"), S("委託先")},
    {CONTACT_OTHER, S("other"), S("その他")},
};

str org_contact_kind_name(enum contact_kind k)
{
    return WORD_OF(kinds, k)->name;
}

struct contact_form {
    str kind, name, phone, mail, hours;
    int64_t version;
};

static const struct web_field contact_fields[] = {
    {.name = "kind", .label = "いつ・何の連絡先か", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, kind), .required = true, .max = 20},
    {.name = "name", .label = "名前か役職", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, name), .required = true, .max = 100},
    {.name = "phone", .label = "電話", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, phone), .max = 40},
    {.name = "mail", .label = "メール", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, mail), .max = 254},
    {.name = "hours", .label = "つながる時間", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, hours), .max = 100},
    {.name = "version", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct contact_form, version), .least = 0, .most = INT64_MAX},
};
static const struct web_form contact_form = WEB_FORM(contact_fields, contact_form);

/* ── pages ── */

/* The fields of the form: what was typed, or the contact being changed. */
static err form_view(struct req *rq, const struct contact *c, struct view_contact *v)
{
    str kind = req_typed(rq, "kind", WORD_OF(kinds, c->kind)->key);
    *v = (struct view_contact){.name = req_typed(rq, "name", c->name),
        .phone = req_typed(rq, "phone", c->phone),
        .mail = req_typed(rq, "mail", c->mail),
        .hours = req_typed(rq, "hours", c->hours),
        .version = c->version,
        .kind_error = req_error_of(rq, "kind"),
        .name_error = req_error_of(rq, "name"),
        .phone_error = req_error_of(rq, "phone"),
        .mail_error = req_error_of(rq, "mail"),
        .hours_error = req_error_of(rq, "hours")};
    v->kinds.p = ARENA_ARRAY(rq->a, struct view_contact_kinds, COUNT_OF(kinds));
    if (!v->kinds.p)
        return ERR(NOMEM);
    for (; v->kinds.n < COUNT_OF(kinds); v->kinds.n++) {
        const struct word *k = &kinds[v->kinds.n];
        v->kinds.p[v->kinds.n] =
            (struct view_contact_kinds){k->key, k->name, str_eq(k->key, kind)};
    }
    return OK;
}

static err list_rows(struct req *rq, const struct contact_list *list, struct view_contacts *v)
{
    v->rows.p = ARENA_ARRAY(rq->a, struct view_contacts_rows, list->n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < list->n; i++) {
        const struct contact *c = &list->v[i];
        v->rows.p[v->rows.n++] = (struct view_contacts_rows){c->id,
            (int64_t)i + 1, org_contact_kind_name(c->kind), c->name, c->phone, c->mail, c->hours, c->version};
    }
    return OK;
}

static err show_list(struct req *rq, int64_t edited)
{
    struct contact_list list;
    struct contact blank = {.kind = CONTACT_DAY};
    const struct contact *c = &blank;
    struct view_contacts *v = ARENA_NEW(rq->a, struct view_contacts);
    if (!v)
        return ERR(NOMEM);
    TRY(org_contacts(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &list));
    for (size_t i = 0; i < list.n; i++)
        if (list.v[i].id == edited)
            c = &list.v[i];
    if (edited && c == &blank)
        return ERR(NOTFOUND);
    *v = (struct view_contacts){.body = rq->who.org_name,
        .edited = edited,
        .errors = req_has_errors(rq),
        .confirmed_at = list.confirmed_at,
        .changed = list.confirmed_at && list.changed_at > list.confirmed_at};
    if (list.confirmed_at)
        TRY(org_person_name(rq->db, rq->a, rq->who.scope, (person_id){list.confirmed_by},
            &v->confirmed_by));
    TRY(list_rows(rq, &list, v));
    TRY(form_view(rq, c, &v->form));
    return req_show(rq, &view_contacts_type, v);
}

static err contacts_read(struct req *rq)
{
    return show_list(rq, 0);
}

static err contact_read(struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "contact", &id));
    return show_list(rq, id);
}

static const struct column columns[] = {
    COLUMN_CODE6(KEY_COLUMN),
    COLUMN_BODY,
    {"position", "順", COLUMN_INT, KEY_COLUMN, "かける順番。1から", .unit = "番目"},
    {"kind", "区分", COLUMN_TEXT, NEVER_EMPTY, "いつ・何の連絡先か"},
    {"name", "名前・役職", COLUMN_TEXT, NEVER_EMPTY, "出る人か、その役職"},
    {"phone", "電話", COLUMN_TEXT, MAY_BE_EMPTY, "電話番号。先頭の0も含む文字"},
    {"mail", "メール", COLUMN_TEXT, MAY_BE_EMPTY, "メールアドレス"},
    {"hours", "つながる時間", COLUMN_TEXT, MAY_BE_EMPTY, "つながる時間や内線"},
    {"confirmed_at", "最後に確認した日時", COLUMN_TIME, MAY_BE_EMPTY,
        "この一覧で正しいと、団体が最後に確認した日時。確認の後に変えた行も同じ"},
};
const struct table org_contacts_table = {.title = "緊急連絡先",
    .about = "1行が1団体の1つの連絡先",
    .kind = "登録",
    TABLE_COLUMNS(columns)};

err org_contacts_csv(struct req *rq, const struct body *b, const struct contact_list *list)
{
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    for (size_t i = 0; i < list->n; i++) {
        csv_str(&c, b->code6);
        csv_str(&c, b->name);
        csv_i64(&c, (int64_t)i + 1);
        csv_str(&c, org_contact_kind_name(list->v[i].kind));
        csv_str(&c, list->v[i].name);
        csv_str(&c, list->v[i].phone);
        csv_str(&c, list->v[i].mail);
        csv_str(&c, list->v[i].hours);
        csv_time(&c, list->confirmed_at);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, str_fmt(rq->a, "緊急連絡先_%.*s", STR_F(b->name)));
}

static err csv_read(struct req *rq)
{
    struct body b;
    struct contact_list list;
    TRY(org_body_get(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &b));
    TRY(org_contacts(rq->db, rq->a, rq->who.scope, b.id, &list));
    return org_contacts_csv(rq, &b, &list);
}

/* ── changes ── */

static bool is_phone(str s)
{
    size_t digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        digits += s.p[i] >= '0' && s.p[i] <= '9';
        if (!strchr("0123456789+-() ,#*", s.p[i]))
            return false;
    }
    return digits >= 3;
}

/* Numbers as people type them become ASCII; a list for an emergency needs a way to call. */
static err contact_prepare(struct req *rq)
{
    struct contact_form *f = rq->form;
    char *phone = arena_alloc(rq->a, f->phone.n + 1), *mail = arena_alloc(rq->a, f->mail.n + 1);
    if (!phone || !mail)
        return ERR(NOMEM);
    f->phone = str_to_halfwidth(phone, f->phone);
    f->mail = str_to_halfwidth(mail, f->mail);
    if (!WORD_OF_KEY(kinds, f->kind)->value)
        req_error(rq, "kind", S("いつ・何の連絡先かを選んでください。"));
    if (f->phone.n == 0 && f->mail.n == 0)
        req_error(rq, "phone", S("電話かメールのどちらかを入力してください。"));
    else if (f->phone.n && !is_phone(f->phone))
        req_error(rq, "phone", S("電話番号は、数字と - で入力してください。例）0120-000-000 内線 12 "
                                 "は「つながる時間」の欄へ"));
    if (f->mail.n && (!str_has(f->mail, S("@")) || str_has(f->mail, S(" "))))
        req_error(rq, "mail", S("メールアドレスの形で入力してください。"));
    if (mynumber_is_in(f->name) || mynumber_is_in(f->hours))
        req_error(rq, "name", S("個人番号と思われる12桁の数字があります。消してから送ってください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static struct contact typed_contact(const struct req *rq)
{
    const struct contact_form *f = rq->form;
    return (struct contact){.kind = (enum contact_kind)WORD_OF_KEY(kinds, f->kind)->value,
        .name = f->name,
        .phone = f->phone,
        .mail = f->mail,
        .hours = f->hours,
        .version = f->version};
}

/* The row of the trail, and what the change means for the measure. */
static err changed(struct tx *tx, struct req *rq, str action, int64_t id)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = str_fmt(rq->a, "contact:%lld", (long long)id)};
    TRY(audit_append(tx, &e));
    TRY(req_measure(tx, rq, rq->who.org, &org_measures[ORG_MEASURE_CONTACTS]));
    return req_go(rq, S("/contacts?ok=saved"));
}

static err add_write(struct tx *tx, struct req *rq)
{
    struct contact c = typed_contact(rq);
    err e = org_contact_add(tx, rq->who.scope, &c);
    if (e.code == ERR_LIMIT)
        req_say(rq, S("登録できるのは40件までです。使わない連絡先を消してください。"));
    TRY(e);
    return changed(tx, rq, S("org.contact.add"), 0);
}

static err say_stale(struct req *rq, err e)
{
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、ほかの人がこの連絡先を変えました。開き直してください。"));
    return e;
}

static err change_write(struct tx *tx, struct req *rq)
{
    struct contact c = typed_contact(rq);
    TRY(req_param_i64(rq, "contact", &c.id));
    TRY(say_stale(rq, org_contact_change(tx, rq->who.scope, &c)));
    return changed(tx, rq, S("org.contact.change"), c.id);
}

struct removal {
    int64_t version;
};

static const struct web_field removal_fields[] = {
    {.name = "version", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct removal, version), .required = true, .least = 0,
        .most = INT64_MAX},
};
static const struct web_form removal_form = WEB_FORM(removal_fields, removal);

static err remove_write(struct tx *tx, struct req *rq)
{
    const struct removal *f = rq->form;
    int64_t id;
    TRY(req_param_i64(rq, "contact", &id));
    TRY(say_stale(rq, org_contact_remove(tx, rq->who.scope, id, f->version)));
    return changed(tx, rq, S("org.contact.remove"), id);
}

static err raise_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "contact", &id));
    TRY(org_contact_raise(tx, rq->who.scope, id));
    return changed(tx, rq, S("org.contact.raise"), id);
}

static err confirm_write(struct tx *tx, struct req *rq)
{
    err e = org_contacts_confirm(tx, rq->who.scope);
    if (e.code == ERR_NOTFOUND) {
        req_say(rq, S("連絡先がありません。登録してから確認してください。"));
        return ERR(CONFLICT);
    }
    TRY(e);
    TRY(changed(tx, rq, S("org.contacts.confirm"), 0));
    return req_go(rq, S("/contacts?ok=contacts"));
}

const struct route org_contact_routes[] = {
    {.method = GET, .path = "/contacts", .perm = &org_p_contacts, .read = contacts_read,
        .shows = VIEWS(&view_contacts_type)},
    {.method = GET, .path = "/contacts/csv", .perm = &org_p_contacts,
        .table = &org_contacts_table, .read = csv_read},
    {.method = POST, .path = "/contacts", .perm = &org_p_contacts, .form = &contact_form,
        .read = contacts_read, .prepare = contact_prepare, .write = add_write,
        .goes = PATHS("/contacts")},
    {.method = POST, .path = "/contacts/confirm", .perm = &org_p_contacts,
        .read = contacts_read, .write = confirm_write,
        .goes = PATHS("/contacts")},
    {.method = GET, .path = "/contacts/items/{contact}", .perm = &org_p_contacts,
        .read = contact_read,
        .shows = VIEWS(&view_contacts_type)},
    {.method = POST, .path = "/contacts/items/{contact}", .perm = &org_p_contacts,
        .form = &contact_form, .read = contact_read, .prepare = contact_prepare,
        .write = change_write,
        .goes = PATHS("/contacts")},
    {.method = POST, .path = "/contacts/items/{contact}/remove", .perm = &org_p_contacts,
        .form = &removal_form, .read = contacts_read, .write = remove_write,
        .goes = PATHS("/contacts")},
    {.method = POST, .path = "/contacts/items/{contact}/up", .perm = &org_p_contacts,
        .write = raise_write,
        .goes = PATHS("/contacts")},
    {.path = NULL},
};
