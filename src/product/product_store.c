/* SPDX-License-Identifier: Apache-2.0 */
/* Statements about products. */
#include "product/product_private.h"

/* What is typed twice in two ways is one product. */
str product_text(struct arena *a, str typed)
{
    char *half = arena_alloc(a, typed.n + 1), *out = arena_alloc(a, typed.n + 1);
    size_t n = 0;
    if (!half || !out)
        return STR_NONE;
    str t = str_trim(str_to_halfwidth(half, typed));
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] != ' ' || (n && out[n - 1] != ' '))
            out[n++] = t.p[i];
    return (str){out, n};
}

err product_all(struct db *db, struct arena *a, const struct scope *s, struct products *out)
{
    *out = (struct products){ARENA_ARRAY(a, struct product, PRODUCTS_OF_BODY), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT id, name, version, place, person, at FROM product WHERE body=$1 ORDER BY name, version LIMIT 300"),
        V(scope_body(s).v))
    out->v[out->n++] = (struct product){row_i64(&r, 0), row_str(a, &r, 1), row_str(a, &r, 2), row_str(a, &r, 3), row_i64(&r, 4),
        row_i64(&r, 5)};
    return db_status(db);
}

static err room(struct db *db, const struct scope *s)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM product WHERE body=$1"), V(scope_body(s).v));
    return row_i64(&r, 0) < PRODUCTS_OF_BODY ? OK : ERR(LIMIT);
}

err product_add(struct tx *tx, const struct scope *s, const struct product *p)
{
    int64_t n;
    TRY(room(tx_db(tx), s));
    TRY(db_exec_count(tx,
        SQL("INSERT INTO product (id, body, name, version, place, person, at) VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (body, name, version) DO NOTHING"),
        V(tx_id(tx), scope_body(s).v, p->name, p->version, p->place, scope_person(s).v, tx_now(tx)), &n));
    return n == 1 ? OK : ERR(CONFLICT);
}

err product_remove(struct tx *tx, const struct scope *s, int64_t id)
{
    int64_t n;
    TRY(db_exec_count(tx, SQL("DELETE FROM product WHERE id=$1 AND body=$2"), V(id, scope_body(s).v), &n));
    return n == 1 ? OK : ERR(NOTFOUND);
}

err product_names_of(struct db *db, struct arena *a, const struct scope *s, struct product_names *out)
{
    *out = (struct product_names){ARENA_ARRAY(a, struct product_name, PRODUCT_NAMES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT p.name, COUNT(DISTINCT p.body) FROM product p JOIN body b ON b.id=p.body WHERE (CAST($1 AS BIGINT)=3 OR p.body=$2"
            " OR (CAST($1 AS BIGINT)=2 AND b.pref=$3)) GROUP BY p.name ORDER BY p.name LIMIT 300"),
        V(scope_level(s), scope_body(s).v, scope_pref(s)))
    out->v[out->n++] = (struct product_name){row_str(a, &r, 0), row_i64(&r, 1)};
    return db_status(db);
}

err product_bodies_with(struct db *db, str name, err (*each)(void *ctx, int64_t body), void *ctx)
{
    DB_EACH(db, r, SQL("SELECT DISTINCT body FROM product WHERE name=$1 ORDER BY body"), V(name))
    TRY(each(ctx, row_i64(&r, 0)));
    return db_status(db);
}
