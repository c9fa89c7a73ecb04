/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of product. */
#include "product/product_private.h"

extern const struct embedded product_migrations[];
extern const struct takeout product_takeouts[];

const struct permission product_p_keep = {"product.keep", ROLE_STAFF | ROLE_ADMIN | ROLE_CISO | ROLE_APPROVER};

static const struct permission *const permissions[] = {&product_p_keep, NULL};

const struct module product_module = {
    .name = "product",
    .label = "使っている製品",
    .routes = (const struct route *const[]){product_routes, NULL},
    .permissions = permissions,
    .migrations = product_migrations,
    .takeouts = product_takeouts,
};
