/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of form. */
#include "form/form.h"

extern const struct embedded form_migrations[];
extern const struct takeout form_takeouts[]; /* form_takeout_store.c */

const struct module form_module = {
    .name = "form",
    .migrations = form_migrations,
    .takeouts = form_takeouts,
};
