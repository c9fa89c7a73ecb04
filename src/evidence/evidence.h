/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence: facts the instruments measure, beside which the survey will show what is declared.
 * For now only its table: the first instrument comes with its own issue (R13). */
#ifndef EVIDENCE_EVIDENCE_H
#define EVIDENCE_EVIDENCE_H

#include "org/org.h"

extern const struct module evidence_module;

#endif
