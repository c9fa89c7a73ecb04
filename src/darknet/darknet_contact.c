/* SPDX-License-Identifier: Apache-2.0 */
/* Who of the own body is told of what is seen. */
#include "darknet/darknet_private.h"

#include "mail/mail.h"
#include "darknet_contacts.ht.h"

struct contact_form {
    str name, mail, phone, hours, language;
    bool machine;
    int64_t version;
};

static const struct web_field contact_fields[] = {
    {.name = "name", .label = "人か係の名前", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, name), .required = true, .max = 100},
    {.name = "mail", .label = "メールアドレス", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, mail), .required = true, .max = 254},
    {.name = "phone", .label = "電話", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, phone), .max = 40},
    {.name = "hours", .label = "読める時間", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, hours), .max = 20},
    {.name = "language", .label = "メールの言葉", .type = FIELD_LINE,
        .offset = offsetof(struct contact_form, language), .max = 20},
    {.name = "machine", .label = "プログラムが読む", .type = FIELD_BOOL,
        .offset = offsetof(struct contact_form, machine)},
    {.name = "version", .label = "版", .type = FIELD_INT,
        .offset = offsetof(struct contact_form, version), .least = 0, .most = INT64_MAX},
};
static const struct web_form contact_form = WEB_FORM(contact_fields, contact_form);

/* ── the page ── */

static err options(struct req *rq, const struct darknet_contact *c, struct view_darknet_contacts *v)
{
    str hours = req_typed(rq, "hours", WORD_OF(darknet_hours_words, c->hours)->key);
    str language = req_typed(rq, "language", c->language);
    v->hours.p = ARENA_ARRAY(rq->a, struct view_darknet_contacts_hours, 2);
    v->languages.p = ARENA_ARRAY(rq->a, struct view_darknet_contacts_languages, 2);
    if (!v->hours.p || !v->languages.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < 2; i++) {
        const struct word *h = &darknet_hours_words[i], *l = &darknet_languages[i];
        v->hours.p[v->hours.n++] =
            (struct view_darknet_contacts_hours){h->key, h->name, str_eq(h->key, hours)};
        v->languages.p[v->languages.n++] =
            (struct view_darknet_contacts_languages){l->key, l->name, str_eq(l->key, language)};
    }
    return OK;
}

static err rows(struct req *rq, const struct darknet_contacts *all, struct view_darknet_contacts *v)
{
    v->rows.p = ARENA_ARRAY(rq->a, struct view_darknet_contacts_rows, all->n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        const struct darknet_contact *c = &all->v[i];
        v->rows.p[v->rows.n++] = (struct view_darknet_contacts_rows){c->id, c->name, c->mail,
            c->phone, WORD_OF(darknet_hours_words, c->hours)->name,
            WORD_OF_KEY(darknet_languages, c->language)->name, c->machine, c->version};
    }
    return OK;
}

static err show(struct req *rq, int64_t edited)
{
    struct darknet_contacts all;
    struct darknet_contact blank = {.hours = DARKNET_ALWAYS, .language = S("ja")};
    const struct darknet_contact *c = &blank;
    struct view_darknet_contacts *v = ARENA_NEW(rq->a, struct view_darknet_contacts);
    if (!v)
        return ERR(NOMEM);
    TRY(darknet_contacts(rq->db, rq->a, rq->who.scope, scope_body(rq->who.scope), &all));
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].id == edited)
            c = &all.v[i];
    if (edited && c == &blank)
        return ERR(NOTFOUND);
    *v = (struct view_darknet_contacts){.body = rq->who.org_name,
        .edited = edited,
        .errors = req_has_errors(rq),
        .name = req_typed(rq, "name", c->name),
        .name_error = req_error_of(rq, "name"),
        .mail = req_typed(rq, "mail", c->mail),
        .mail_error = req_error_of(rq, "mail"),
        .phone = req_typed(rq, "phone", c->phone),
        .phone_error = req_error_of(rq, "phone"),
        .hours_error = req_error_of(rq, "hours"),
        .language_error = req_error_of(rq, "language"),
        .machine = req_is_redraw(rq) ? req_typed(rq, "machine", STR_NONE).n > 0 : c->machine,
        .version = c->version};
    TRY(options(rq, c, v));
    TRY(rows(rq, &all, v));
    return req_show(rq, &view_darknet_contacts_type, v);
}

static err contacts_read(struct req *rq)
{
    return show(rq, 0);
}

static err contact_read(struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "recipient", &id));
    return show(rq, id);
}

/* ── changes ── */

static bool is_phone(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789-+() ", s.p[i]))
            return false;
    return true;
}

static err halfwidth(struct req *rq, str *s)
{
    char *half = ARENA_ARRAY(rq->a, char, s->n + 1);
    if (!half)
        return ERR(NOMEM);
    *s = str_to_halfwidth(half, *s);
    return OK;
}

static err contact_prepare(struct req *rq)
{
    struct contact_form *f = rq->form;
    TRY(halfwidth(rq, &f->mail));
    TRY(halfwidth(rq, &f->phone));
    if (!mail_address_is_valid(f->mail))
        req_error(rq, "mail", S("メールアドレスを確かめてください。例）security@example.lg.jp"));
    if (!is_phone(f->phone))
        req_error(rq, "phone", S("電話番号は、数字とハイフンで入力してください。"));
    if (WORD_OF_KEY(darknet_hours_words, f->hours)->value == 0)
        req_error(rq, "hours", S("一覧から選んでください。"));
    if (WORD_OF_KEY(darknet_languages, f->language)->value == 0)
        req_error(rq, "language", S("一覧から選んでください。"));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static struct darknet_contact typed(const struct contact_form *f)
{
    return (struct darknet_contact){.name = f->name,
        .mail = f->mail,
        .phone = f->phone,
        .hours = (enum darknet_hours)WORD_OF_KEY(darknet_hours_words, f->hours)->value,
        .language = f->language,
        .machine = f->machine,
        .version = f->version};
}

static err changed(struct tx *tx, struct req *rq, str action)
{
    struct audit_entry e = {.body = rq->who.org,
        .person = rq->who.person,
        .action = action,
        .object = S("darknet:contacts")};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/darknet/contacts?ok=saved"));
}

static err add_write(struct tx *tx, struct req *rq)
{
    struct darknet_contact c = typed(rq->form);
    err e = darknet_contact_add(tx, rq->who.scope, &c);
    if (e.code == ERR_LIMIT)
        req_say(rq, S("登録できるのは20件までです。使わない連絡先を消してください。"));
    TRY(e);
    return changed(tx, rq, S("darknet.contact.add"));
}

static err say_stale(struct req *rq, err e)
{
    if (e.code == ERR_STALE)
        req_say(rq, S("画面を開いた後に、ほかの人がこの連絡先を変えました。開き直してください。"));
    return e;
}

static err change_write(struct tx *tx, struct req *rq)
{
    struct darknet_contact c = typed(rq->form);
    TRY(req_param_i64(rq, "recipient", &c.id));
    TRY(say_stale(rq, darknet_contact_change(tx, rq->who.scope, &c)));
    return changed(tx, rq, S("darknet.contact.change"));
}

struct removal {
    int64_t version;
};
static const struct web_field removal_fields[] = {
    {.name = "version", .label = "版", .type = FIELD_INT, .offset = offsetof(struct removal, version),
        .required = true, .least = 0, .most = INT64_MAX},
};
static const struct web_form removal_form = WEB_FORM(removal_fields, removal);

static err remove_write(struct tx *tx, struct req *rq)
{
    const struct removal *f = rq->form;
    int64_t id;
    TRY(req_param_i64(rq, "recipient", &id));
    TRY(say_stale(rq, darknet_contact_remove(tx, rq->who.scope, id, f->version)));
    return changed(tx, rq, S("darknet.contact.remove"));
}

const struct route darknet_contact_routes[] = {
    {.method = GET, .path = "/darknet/contacts", .perm = &darknet_p_use, .read = contacts_read,
        .shows = VIEWS(&view_darknet_contacts_type)},
    {.method = POST, .path = "/darknet/contacts", .perm = &darknet_p_use, .form = &contact_form,
        .read = contacts_read, .prepare = contact_prepare, .write = add_write,
        .goes = PATHS("/darknet/contacts")},
    {.method = GET, .path = "/darknet/contacts/{recipient}", .perm = &darknet_p_use,
        .read = contact_read, .shows = VIEWS(&view_darknet_contacts_type)},
    {.method = POST, .path = "/darknet/contacts/{recipient}", .perm = &darknet_p_use,
        .form = &contact_form, .read = contact_read, .prepare = contact_prepare,
        .write = change_write, .goes = PATHS("/darknet/contacts")},
    {.method = POST, .path = "/darknet/contacts/{recipient}/remove", .perm = &darknet_p_use,
        .form = &removal_form, .read = contacts_read, .write = remove_write,
        .goes = PATHS("/darknet/contacts")},
    {.path = NULL},
};
