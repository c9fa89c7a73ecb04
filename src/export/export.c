/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of export, and the walk over what the modules hold. */
#include "export/export_private.h"

extern const struct permission export_p_take;

err export_each(err (*each)(void *ctx, const struct takeout *t), void *ctx)
{
    for (const struct module *const *m = modules; *m; m++)
        for (const struct takeout *t = (*m)->takeouts; t && t->name; t++)
            TRY(each(ctx, t));
    return OK;
}

static const struct permission *const permissions[] = {&export_p_take, NULL};

static const struct nav_item nav[] = {
    {"データの書き出し", "/export", &export_p_take, NULL, 5},
    {NULL, NULL, NULL},
};

const struct module export_module = {
    .name = "export",
    .label = "データの書き出し",
    .routes = (const struct route *const[]){export_routes, NULL},
    .permissions = permissions,
    .nav = nav,
    .takeouts = export_takeouts,
};
