/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one JSON object a line on standard error, for journald. No personal data, no answers:
 * ids, names of events, counts. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name;
    str value;
};

/* Thread-safe. Lines below the level set are dropped; fields too long are cut. */
void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n);
void log_set_level(enum log_level least);

#endif
