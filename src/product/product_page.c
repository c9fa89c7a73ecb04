/* SPDX-License-Identifier: Apache-2.0 */
/* The products of the own body: a list, one more, one less. */
#include "product/product_private.h"

#include "core/csv.h"
#include "products.ht.h"

static err products_read(struct req *rq)
{
    struct products all;
    struct view_products *v = ARENA_NEW(rq->a, struct view_products);
    if (!v)
        return ERR(NOMEM);
    TRY(product_all(rq->db, rq->a, rq->who.scope, &all));
    *v = (struct view_products){.body = rq->who.org_name, .name = req_typed(rq, "name", STR_NONE),
        .version = req_typed(rq, "version", STR_NONE), .place = req_typed(rq, "place", STR_NONE), .name_error = req_error_of(rq, "name")};
    v->rows.p = ARENA_ARRAY(rq->a, struct view_products_rows, all.n);
    if (!v->rows.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        v->rows.p[v->rows.n++] = (struct view_products_rows){all.v[i].id, all.v[i].name, all.v[i].version, all.v[i].place, all.v[i].at};
    return req_show(rq, &view_products_type, v);
}

static const struct column columns[] = {
    {"name", "製品", COLUMN_TEXT, NEVER_EMPTY, "会社と製品の名前"},
    {"version", "版", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
    {"place", "使っている所", COLUMN_TEXT, MAY_BE_EMPTY, "人が書いた文"},
};
static const struct table table = {.title = "使っている製品", .about = "1行が一つの製品の一つの版", .kind = "登録", TABLE_COLUMNS(columns)};

static err csv_read(struct req *rq)
{
    struct products all;
    BUF_AUTO out = BUF(CSV_MOST);
    struct csv c = req_csv(rq, &out);
    TRY(product_all(rq->db, rq->a, rq->who.scope, &all));
    for (size_t i = 0; i < all.n; i++) {
        csv_str(&c, all.v[i].name);
        csv_str(&c, all.v[i].version);
        csv_str(&c, all.v[i].place);
        csv_end_row(&c);
    }
    return req_send_csv(rq, &c, S("使っている製品"));
}

struct product_form {
    str name, version, place;
};
static const struct web_field product_fields[] = {
    {.name = "name", .label = "製品", .type = FIELD_LINE, .offset = offsetof(struct product_form, name), .required = true, .max = 100},
    {.name = "version", .label = "版", .type = FIELD_LINE, .offset = offsetof(struct product_form, version), .max = 60},
    {.name = "place", .label = "使っている所", .type = FIELD_LINE, .offset = offsetof(struct product_form, place), .max = 100}};
static const struct web_form product_form = WEB_FORM(product_fields, product_form);

static err note(struct tx *tx, struct req *rq, const char *action)
{
    struct audit_entry e = {.body = rq->who.org, .person = rq->who.person, .action = str_of(action), .object = S("products")};
    TRY(audit_append(tx, &e));
    return req_go(rq, S("/products?ok=saved"));
}

static err add_write(struct tx *tx, struct req *rq)
{
    const struct product_form *f = rq->form;
    struct product p = {.name = product_text(rq->a, f->name), .version = product_text(rq->a, f->version), .place = f->place};
    err e = p.name.n ? product_add(tx, rq->who.scope, &p) : ERR(INVALID);
    if (e.code == ERR_CONFLICT)
        req_error(rq, "name", S("この製品のこの版は、もう登録されています。"));
    if (e.code == ERR_LIMIT)
        req_error(rq, "name", S("製品は300まで登録できます。使わなくなったものを消してください。"));
    if (req_has_errors(rq))
        return ERR(INVALID);
    TRY(e);
    return note(tx, rq, "product.add");
}

static err remove_write(struct tx *tx, struct req *rq)
{
    int64_t id;
    TRY(req_param_i64(rq, "product", &id));
    TRY(product_remove(tx, rq->who.scope, id));
    return note(tx, rq, "product.remove");
}

const struct route product_routes[] = {
    {.method = GET, .path = "/products", .perm = &product_p_keep, .read = products_read, .shows = VIEWS(&view_products_type)},
    {.method = GET, .path = "/products/csv", .perm = &product_p_keep, .read = csv_read, .table = &table},
    {.method = POST, .path = "/products", .perm = &product_p_keep, .form = &product_form, .read = products_read, .write = add_write,
        .goes = PATHS("/products")},
    {.method = POST, .path = "/products/{product}/remove", .perm = &product_p_keep, .read = products_read, .write = remove_write,
        .goes = PATHS("/products")},
    {.path = NULL},
};
