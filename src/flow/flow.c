/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of flow: an engine, without pages of its own. */
#include "flow/flow.h"

extern const struct embedded flow_migrations[];
extern const struct takeout flow_takeouts[];

const struct module flow_module = {
    .name = "flow",
    .label = "事案",
    .migrations = flow_migrations,
    .takeouts = flow_takeouts,
};
