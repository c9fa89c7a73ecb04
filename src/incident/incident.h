/* SPDX-License-Identifier: Apache-2.0 */
/* Incidents: facts are stated once, who must be told by when is derived from them, and each is told what
 * concerns it in its own form (R52–R57, R61, R64–R67, R70, R71). */
#ifndef INCIDENT_INCIDENT_H
#define INCIDENT_INCIDENT_H

#include "flow/flow.h"

extern const struct module incident_module;

#endif
