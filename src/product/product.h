/* SPDX-License-Identifier: Apache-2.0 */
/* What products a body uses, as its people register them: so that an alert about a product goes to those who use it and
 * to nobody else (R178). Names are compared as they are kept: half-width, without double blanks. */
#ifndef PRODUCT_PRODUCT_H
#define PRODUCT_PRODUCT_H

#include "org/org.h"

enum { PRODUCTS_OF_BODY = 300, PRODUCT_NAMES = 300 };

/* The names that bodies of the scope have registered, and how many bodies each; rising, up to PRODUCT_NAMES. */
struct product_name {
    str name;
    int64_t bodies;
};
struct product_names {
    struct product_name *v;
    size_t n;
};
MUST err product_names_of(struct db *db, struct arena *a, const struct scope *s, struct product_names *out);
/* Each body that has that product, whatever its version. */
MUST err product_bodies_with(struct db *db, str name, err (*each)(void *ctx, int64_t body), void *ctx);

extern const struct permission product_p_keep; /* who may register */
extern const struct module product_module;

#endif
