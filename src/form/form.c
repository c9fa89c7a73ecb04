/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of form. */
#include "form/form.h"

extern const struct embedded form_migrations[];

const struct module form_module = {
    .name = "form",
    .migrations = form_migrations,
};
