/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of product. */
#ifndef PRODUCT_PRODUCT_PRIVATE_H
#define PRODUCT_PRODUCT_PRIVATE_H

#include "product/product.h"

struct product {
    int64_t id;
    str name, version, place;
    int64_t person;
    usec at;
};
struct products {
    struct product *v;
    size_t n;
};
/* Of the own body, by name and version. */
MUST err product_all(struct db *db, struct arena *a, const struct scope *s, struct products *out);
/* CONFLICT: it is there; LIMIT: there are PRODUCTS_OF_BODY. */
MUST err product_add(struct tx *tx, const struct scope *s, const struct product *p);
/* NOTFOUND: not of the own body. */
MUST err product_remove(struct tx *tx, const struct scope *s, int64_t id);
/* As it is kept; empty when the text has nothing. */
str product_text(struct arena *a, str typed);

extern const struct route product_routes[];

#endif
