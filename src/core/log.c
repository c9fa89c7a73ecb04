/* SPDX-License-Identifier: Apache-2.0 */
/* The log writer. */
#include "core/log.h"

#include "core/json.h"

static enum log_level least_level = LOG_INFO;

void log_set_level(enum log_level least)
{
    least_level = least;
}

void log_event(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (level < least_level)
        return;
    BUF_AUTO b = BUF(16384);
    struct json j = json_on(&b);
    json_begin_object(&j);
    json_key(&j, S("at"));
    json_time(&j, usec_now());
    json_key(&j, S("level"));
    json_str(&j, str_of(names[level]));
    json_key(&j, S("event"));
    json_str(&j, str_of(event));
    for (size_t i = 0; i < n; i++) {
        json_key(&j, str_of(fields[i].name));
        json_str(&j, str_sub(fields[i].value, 0, 1000));
    }
    json_end_object(&j);
    buf_char(&b, '\n');
    /* One write(2) per line keeps lines of several threads whole; a full disk must not stop us. */
    if (!err_is(buf_status(&b)) && write(STDERR_FILENO, b.p, b.n) < 0)
        return;
}
