/* SPDX-License-Identifier: Apache-2.0 */
/* Names, HTTP statuses and exit codes of errors: one table. */
#include "core/err.h"

static const struct {
    const char *name;
    int http;
    int exit; /* sysexits(3) */
} codes[ERR_N] = {
    [ERR_OK] = {"OK", 200, 0},
    [ERR_NOMEM] = {"NOMEM", 503, 71},
    [ERR_LIMIT] = {"LIMIT", 413, 65},
    [ERR_INVALID] = {"INVALID", 422, 65},
    [ERR_DENIED] = {"DENIED", 403, 77},
    [ERR_NOTFOUND] = {"NOTFOUND", 404, 66},
    [ERR_GONE] = {"GONE", 410, 66},
    [ERR_CONFLICT] = {"CONFLICT", 409, 73},
    [ERR_STALE] = {"STALE", 409, 73},
    [ERR_BUSY] = {"BUSY", 503, 75},
    [ERR_IO] = {"IO", 500, 74},
    [ERR_FULL] = {"FULL", 507, 74},
    [ERR_REMOTE] = {"REMOTE", 502, 76},
    [ERR_BUG] = {"BUG", 500, 70},
};

const char *err_name(err e)
{
    return e.code < ERR_N ? codes[e.code].name : "UNKNOWN";
}

int err_http(err e)
{
    return e.code < ERR_N ? codes[e.code].http : 500;
}

int err_exit(err e)
{
    return e.code < ERR_N ? codes[e.code].exit : 70;
}

void die_at(const char *file, int line, const char *what)
{
    fprintf(stderr, "yagura: broken invariant at %s:%d: %s\n", file, line, what);
    abort();
}
