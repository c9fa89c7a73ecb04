/* SPDX-License-Identifier: Apache-2.0 */
/* The yagura command: its options, its subcommands, and the one list of modules. */
#ifndef MAIN_MAIN_H
#define MAIN_MAIN_H

#include "alert/alert.h"
#include "product/product.h"
#include "anchor/anchor.h"
#include "backup/backup.h"
#include "core/version.h"
#include "darknet/darknet.h"
#include "evidence/evidence.h"
#include "export/export.h"
#include "flow/flow.h"
#include "guide/guide.h"
#include "incident/incident.h"
#include "policy/policy.h"
#include "survey/survey.h"

/* ── modules.c ── */

struct store_modules modules_store(struct arena *a);
/* Names of the modules' regular calls, the later modules' first; ends with NULL. */
const char *const *modules_ticks(struct arena *a);
/* All route lists, of every module and of main itself. */
const struct route *const *modules_routes(struct arena *a, size_t *n);
extern const struct embedded web_assets[];
extern const struct route main_routes[];
/* For struct web_config: what a page tells somebody by mail. */
MUST err main_mail(struct tx *tx, struct arena *a, const struct web_mail *m);
void main_frame(struct req *rq, struct web_frame *frame);

/* ── options ── */

/* What the table main_conf fills, and the whole configuration for the modules' tables. */
struct options {
    str db, keys, listen, admin, login, base, today, url, conf_file, copy;
    str trust_proxy, metrics;
    bool metrics_open;
    int64_t seed, years;
    bool verbose; /* serve: every request in the log, not only refused and failed ones */
    bool sample, json, openapi, sign_ins, once;
    str file, to, key, passphrase_file; /* backup */
    bool plain;
    str against, anchor_file; /* audit, work */
    int64_t body;
    struct strs files; /* the words alone, of a command that takes several */
    str prefixes, iface; /* darknet */
    struct strs dark;
    bool stats, hours;
    str inside, spool, flows;
    struct strs logs; /* darknet join */
    int64_t within;
    bool utc;
    str format;
    const struct conf *conf;
};
extern const struct conf_table main_conf;

/* Everything at its default: the tables of main and of every module. */
MUST err main_conf_new(struct arena *a, struct conf **out);
/* Reads the file into c; says on standard error what is wrong with it. */
MUST err main_conf_read(struct arena *a, struct conf *c, str name);

struct command {
    const char *name;  /* "token create": one to three words; "a b" stands before "a" */
    /* Names of options in the order of the help, "db! listen": those with ! must have a value, from
     * the file or the line. "*": all. --conf is always allowed. */
    const char *takes;
    const char *what;  /* Japanese */
    err (*run)(const struct options *o, struct arena *a);
};

/* manual.c; lists of commands end with name == NULL. main_manual: yagura(1), main_manual_conf:
 * yagura.conf(5), both as roff. */
void main_help(struct buf *out, const struct conf *c, const struct command *commands);
void main_manual(struct buf *out, const struct conf *c, const struct command *commands);
void main_manual_conf(struct buf *out, const struct conf *c);
/* Takes the next name off a command's list; *must: it needs a value. */
bool main_taken_next(str *list, str *name, bool *must);

/* Says on standard error what a person should know; the exit code follows the err. */
void main_say(str text);

/* Prints what `yagura check` finds, and counts it. */
MUST err main_check(const struct options *o, struct arena *a, int64_t *problems);

/* The demonstration's file, for a given day; quiet but for its progress. */
MUST err main_demo_make(const struct options *o, struct arena *a, jday today);

err command_backup(const struct options *o, struct arena *a);
err command_backup_keygen(const struct options *o, struct arena *a);
err command_backup_verify(const struct options *o, struct arena *a);
err command_backup_drill(const struct options *o, struct arena *a);
err command_restore(const struct options *o, struct arena *a);
err command_init(const struct options *o, struct arena *a);
err command_keys(const struct options *o, struct arena *a);
err command_keys_copy(const struct options *o, struct arena *a);
/* Whether the server's key is the one that things are sealed with: a line of `yagura check`, and its problems. */
MUST err main_keys_check(struct store *s, struct db *db, struct arena *a, struct check_report *report);
err command_migrate(const struct options *o, struct arena *a);
err command_demo(const struct options *o, struct arena *a);
err command_serve(const struct options *o, struct arena *a);
err command_convert(const struct options *o, struct arena *a);
err command_check(const struct options *o, struct arena *a);
err command_routes(const struct options *o, struct arena *a);
err command_audit_head(const struct options *o, struct arena *a);
err command_audit_proof(const struct options *o, struct arena *a);
err command_audit_prove(const struct options *o, struct arena *a);
err command_audit_verify(const struct options *o, struct arena *a);
err command_measure(const struct options *o, struct arena *a);
err command_token_create(const struct options *o, struct arena *a);
err command_work(const struct options *o, struct arena *a);
err command_darknet_watch(const struct options *o, struct arena *a);
struct sensing;
/* replay --db: what is seen in the open files goes into the database. */
MUST err darknet_report(struct sensing *r, struct arena *a, const int *fd);
err command_darknet_replay(const struct options *o, struct arena *a);
err command_darknet_join(const struct options *o, struct arena *a);
err command_incident_rules_check(const struct options *o, struct arena *a);
err command_incident_rules_replay(const struct options *o, struct arena *a);
err command_incident_verify(const struct options *o, struct arena *a);
err command_incident_rules_show(const struct options *o, struct arena *a);
err command_conf_check(const struct options *o, struct arena *a);
err command_conf_show(const struct options *o, struct arena *a);
err command_conf_example(const struct options *o, struct arena *a);

/* Opens and says why not. */
MUST err main_open(const struct options *o, enum store_mode mode, struct tx_clock clock,
    struct arena *a, struct store **out);

/* The settings every installation has: the key of its forms' tokens; demo: the mark of a
 * demonstration, empty for none. */
MUST err main_seed_settings(struct tx *tx, struct arena *a, const uint8_t secret[32], str demo);

enum { OFFICE_MIC = 9000001, OFFICE_SYSTEM = 9000002 };

#endif
