/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts (注意喚起): what the nation or a prefecture tells bodies about attacks and weaknesses, to whom it concerns,
 * with who has acknowledged it (R59, R61, R166, R178, R285). Stands on notice. */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include "notice/notice.h"

extern const struct module alert_module;

#endif
