/* SPDX-License-Identifier: Apache-2.0 */
/* The register of each body's cybersecurity policy (方針, 地方自治法第244条の6): when it was
 * established, which guideline it follows, when and where it was published (R21–R23). */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "evidence/evidence.h"

/* What a demonstration shows of the n-th body's policy; at most of the day before today. */
MUST err policy_sample(struct tx *tx, const struct scope *s, size_t n, jday today);

extern const struct module policy_module;

#endif
