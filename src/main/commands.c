/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands that run to an end: init, migrate, routes, token create, measure. */
#include "main/openapi.h"

#include "store/examine.h"
#include "store/snapshot.h"

#include <sodium.h>

void main_say(str text)
{
    fprintf(stderr, "yagura: %.*s\n", STR_F(text));
}

err main_open(const struct options *o, enum store_mode mode, struct tx_clock clock,
    struct arena *a, struct store **out)
{
    struct store_modules mods = modules_store(a);
    str why;
    mods.keys = o->keys;
    err e = store_open(o->db, mode, &mods, clock, a, out, &why);
    if (err_is(e))
        main_say(why);
    return e;
}

err main_seed_settings(struct tx *tx, struct arena *a, const uint8_t secret[32], str demo)
{
    char *hex = arena_alloc(a, 64);
    if (!hex)
        return ERR(NOMEM);
    TRY(setting_put(tx, S("secret"), hex_of(hex, secret, 32)));
    return demo.n ? setting_put(tx, S("demo"), demo) : OK;
}

/* ── init ── */

struct init {
    const struct options *o;
    struct arena *a;
    str link;
};

static err init_write(struct tx *tx, void *arg)
{
    enum { DAYS = 7 };
    struct init *i = arg;
    uint8_t secret[32];
    person_id admin;
    catalog_id catalog;
    randombytes_buf(secret, sizeof secret);
    TRY(main_seed_settings(tx, i->a, secret, STR_NONE));
    TRY(org_seed_bodies(tx, org_bodies));
    TRY(org_seed_office(tx, OFFICE_MIC, S("総務省")));
    TRY(incident_office_set(tx, S("mic"), OFFICE_MIC, 0));
    TRY(org_seed_office(tx, OFFICE_SYSTEM, S("システム管理")));
    TRY(form_catalog_publish(tx, i->a, fiscal_year(jday_of_usec(tx_now(tx))), &catalog));
    struct new_person p = {.body = {OFFICE_SYSTEM},
        .login = i->o->admin,
        .name = S("システム管理者"),
        .mail = i->o->admin,
        .roles = ROLE_SYSTEM};
    TRY(org_person_add(tx, &p, &admin));
    TRY(org_invite_add(tx, i->a, admin, DAYS * USEC_DAY, &i->link));
    struct audit_entry e = {.body = 0, .action = S("main.init"), .object = S("installation")};
    return audit_append(tx, &e);
}

err command_init(const struct options *o, struct arena *a)
{
    struct store *s;
    struct init i = {o, a, STR_NONE};
    TRY(main_open(o, STORE_CREATE, (struct tx_clock){0}, a, &s));
    err e = writer_call(store_writer(s), init_write, &i);
    store_close(s);
    if (err_is(e)) {
        str file;
        if (!err_is(db_url_file(o->db, &file)))
            snapshot_drop(file, a); /* half an installation is none */
        main_say(S("作れませんでした。作りかけのファイルは消しました。ディスクの空きを確かめて、"
                   "もう一度実行してください。"));
        return e;
    }
    str site = o->url.n ? o->url
                        : str_fmt(a, "http://%.*s%.*s", STR_F(o->listen), STR_F(o->base));
    printf("データベースを作りました。\n次に「yagura serve --db %.*s」を動かし、7日以内に、この"
           "一度だけ使えるリンクでパスワードを決めてください。\n\n  %.*s%.*s\n\n",
        STR_F(o->db), STR_F(site), STR_F(i.link));
    return OK;
}

/* ── migrate ── */

struct migration {
    const struct options *o;
    struct arena *a;
};

static err copy_first(void *ctx, int missing, str *why)
{
    const struct migration *m = ctx;
    str file, made;
    TRY(db_url_file(m->o->db, &file));
    fprintf(stderr, "データベースを確かめてから変えます（%d 件）。\n", missing);
    TRY(examine_pages(file, m->a, why)); /* a copy of a damaged one would be worth nothing */
    if (str_eq(m->o->copy, S("none"))) {
        fputs("写しは取りません（--copy none）。\n", stderr);
        return OK;
    }
    TRY(examine_copy(file, m->o->copy, S(YAGURA_VERSION), m->a, &made, why));
    fprintf(stderr, "変える前の写しを取りました: %.*s\n", STR_F(made));
    return OK;
}

static void show_applied(void *ctx, const char *module, const char *name, int at, int missing)
{
    (void)ctx;
    fprintf(stderr, "[%d/%d] %s/%s\n", at, missing, module, name);
}

err command_migrate(const struct options *o, struct arena *a)
{
    struct store *s;
    struct store_modules mods = modules_store(a);
    struct migration m = {o, a};
    struct migrate_watch watch = {copy_first, show_applied, &m};
    str why;
    mods.watch = &watch;
    err e = store_open(o->db, STORE_MIGRATE, &mods, (struct tx_clock){0}, a, &s, &why);
    if (err_is(e)) {
        main_say(why);
        return e;
    }
    printf("適用した変更: %d 件\n", store_applied(s));
    store_close(s);
    return OK;
}

/* ── routes ── */

static void put_fields(struct json *j, const struct web_form *form)
{
    static const str types[] = {[FIELD_LINE] = S("line"),
        [FIELD_TEXT] = S("text"),
        [FIELD_SECRET] = S("secret"),
        [FIELD_INT] = S("int"),
        [FIELD_BOOL] = S("bool"),
        [FIELD_LINES] = S("lines")};
    json_begin_array(j);
    for (size_t i = 0; form && i < form->n; i++) {
        json_begin_object(j);
        json_key(j, S("name"));
        json_str(j, str_of(form->fields[i].name));
        json_key(j, S("type"));
        json_str(j, types[form->fields[i].type]);
        json_key(j, S("max"));
        json_i64(j, (int64_t)form->fields[i].max);
        json_end_object(j);
    }
    json_end_array(j);
}

static void put_route(struct json *j, const struct route *r, str path)
{
    json_begin_object(j);
    json_key(j, S("method"));
    json_str(j, str_of(route_method_name(r->method)));
    json_key(j, S("path"));
    json_str(j, path);
    json_key(j, S("permission"));
    json_str(j, r->flags & ROUTE_PUBLIC ? S("public")
            : r->perm                   ? str_of(r->perm->name)
                                        : S("signed-in"));
    json_key(j, S("roles"));
    json_i64(j, r->perm ? r->perm->roles : 0);
    json_key(j, S("fields"));
    put_fields(j, r->form);
    json_end_object(j);
}

struct listing {
    struct buf *out;
    struct json j;
    bool json;
};

static void list_route(struct listing *l, const struct route *r, str path)
{
    if (l->json)
        put_route(&l->j, r, path);
    else
        buf_fmt(l->out, "%-5s %-44.*s %s\n", route_method_name(r->method), STR_F(path),
            r->flags & ROUTE_PUBLIC ? "public" : r->perm ? r->perm->name : "signed-in");
}

static err print_openapi(const struct options *o, struct arena *a)
{
    BUF_AUTO out = BUF(OPENAPI_MAX);
    TRY(main_openapi_write(a, o->base, &out));
    printf("%.*s", STR_F(buf_view(&out)));
    return OK;
}

err command_routes(const struct options *o, struct arena *a)
{
    size_t n;
    BUF_AUTO out = BUF(1 << 20);
    struct listing l = {.out = &out, .j = json_on(&out), .json = o->json};
    const struct route *const *lists = modules_routes(a, &n);
    if (o->openapi)
        return print_openapi(o, a);
    if (o->json)
        json_begin_array(&l.j);
    for (size_t i = 0; i < n; i++) {
        for (const struct route *r = lists[i]; r->path; r++) {
            list_route(&l, r, str_of(r->path));
            if (r->table)
                list_route(&l, r, str_fmt(a, "%s/schema", r->path));
        }
    }
    if (o->json) {
        json_end_array(&l.j);
        TRY(json_finish(&l.j));
        buf_char(&out, '\n');
    }
    TRY(buf_status(&out));
    printf("%.*s", STR_F(buf_view(&out)));
    return OK;
}

/* ── token create ── */

err command_token_create(const struct options *o, struct arena *a)
{
    struct store_modules mods = modules_store(a);
    BUF_AUTO out = BUF(4096);
    str why;
    err e = store_call(o->db, &mods, "org.token.create", o->login, &out, a, &why);
    if (e.code == ERR_NOTFOUND && why.n == 0)
        why = S("そのログイン名の人はいません。");
    if (err_is(e)) {
        main_say(why.n ? why : S("鍵を作れませんでした。"));
        return e;
    }
    printf("%.*s\n", STR_F(buf_view(&out)));
    return OK;
}

/* ── measure ── */

/* Step by step, so that between two steps those who save have their turn. */
err command_measure(const struct options *o, struct arena *a)
{
    struct store_modules mods = modules_store(a);
    str after = STR_NONE, why;
    do {
        BUF_AUTO out = BUF(64);
        err e = store_call(o->db, &mods, "evidence.measure", after, &out, a, &why);
        if (err_is(e)) {
            main_say(why.n ? why : S("測れませんでした。"));
            return e;
        }
        after = str_dup(a, buf_view(&out));
    } while (after.n);
    return OK;
}
