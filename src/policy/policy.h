/* SPDX-License-Identifier: Apache-2.0 */
/* The register of each body's cybersecurity policy (方針, 地方自治法第244条の6): when it was
 * established, which guideline it follows, when and where it was published (R21–R23). */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "evidence/evidence.h"

extern const struct module policy_module;

#endif
