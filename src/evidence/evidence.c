/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of evidence. */
#include "evidence/evidence.h"

extern const struct embedded evidence_migrations[];

const struct module evidence_module = {
    .name = "evidence",
    .migrations = evidence_migrations,
};
