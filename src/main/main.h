/* SPDX-License-Identifier: Apache-2.0 */
/* The yagura command: its options, its subcommands, and the one list of modules. */
#ifndef MAIN_MAIN_H
#define MAIN_MAIN_H

#include "evidence/evidence.h"
#include "policy/policy.h"
#include "survey/survey.h"

#define YAGURA_VERSION "0.1.0"

/* ── modules.c ── */

struct store_modules modules_store(struct arena *a);
/* Names of the modules' regular calls, the later modules' first; ends with NULL. */
const char *const *modules_ticks(struct arena *a);
/* All route lists, of every module and of main itself. */
const struct route *const *modules_routes(struct arena *a, size_t *n);
extern const struct embedded web_assets[];
extern const struct route main_routes[];
void main_frame(struct req *rq, struct web_frame *frame);

/* ── options ── */

struct options {
    str db, listen, admin, login, base, today;
    str trust_proxy; /* serve */
    int64_t seed, years;
    bool verbose; /* serve: every request in the log, not only refused and failed ones */
    bool sample, json, sign_ins;
    str smtp, smtp_tls, smtp_ca, smtp_user, smtp_password_file, from, url; /* work */
    bool once;
};

struct command {
    const char *name;  /* "token create": one or two words */
    const char *args;  /* for the help */
    const char *what;  /* Japanese */
    unsigned needs;    /* bits of enum need */
    err (*run)(const struct options *o, struct arena *a);
};

enum need { NEED_DB = 1, NEED_ADMIN = 2, NEED_LOGIN = 4, NEED_SMTP = 8 };

/* Says on standard error what a person should know; the exit code follows the err. */
void main_say(str text);

/* The demonstration's file, for a given day; quiet but for its progress. */
MUST err main_demo_make(const struct options *o, struct arena *a, jday today);

err command_init(const struct options *o, struct arena *a);
err command_migrate(const struct options *o, struct arena *a);
err command_demo(const struct options *o, struct arena *a);
err command_serve(const struct options *o, struct arena *a);
err command_check(const struct options *o, struct arena *a);
err command_routes(const struct options *o, struct arena *a);
err command_audit_verify(const struct options *o, struct arena *a);
err command_measure(const struct options *o, struct arena *a);
err command_token_create(const struct options *o, struct arena *a);
err command_work(const struct options *o, struct arena *a);

/* Opens and says why not. */
MUST err main_open(const struct options *o, enum store_mode mode, struct tx_clock clock,
    struct arena *a, struct store **out);

/* The settings every installation has: the key of its forms' tokens; demo: the mark of a
 * demonstration, empty for none. */
MUST err main_seed_settings(struct tx *tx, struct arena *a, const uint8_t secret[32], str demo);

enum { OFFICE_MIC = 9000001, OFFICE_SYSTEM = 9000002 };

#endif
