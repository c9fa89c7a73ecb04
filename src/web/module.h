/* SPDX-License-Identifier: Apache-2.0 */
/* A module's descriptor: everything enumerable about it, as tables. src/main/modules.c holds the
 * one array of them. */
#ifndef WEB_MODULE_H
#define WEB_MODULE_H

#include "web/inspect.h"
#include "web/measure.h"
#include "web/takeout.h"
#include "web/web.h"

struct nav_item {
    const char *label;             /* Japanese */
    const char *path;
    const struct permission *perm; /* NULL: everybody who is signed in */
    const char *under;             /* beginning of the routes that belong to it too; or NULL */
    int rank;                      /* lower ones stand first; equal ones in the order of modules */
    const struct permission *unless; /* or NULL: not for those, who come to it from a page that is theirs */
};

/* The one line at the top of every page: what this person should do next. */
struct next_step {
    str text;  /* a sentence; empty: nothing to do in this module */
    str href;  /* "/surveys/1" */
    str label; /* of the link */
    bool urgent; /* before what is not, of whatever module */
};

/* Findings of `yagura check`: one line each, for people. */
struct check_report {
    struct buf *lines;
    int64_t problems;
};

struct module {
    const char *name;
    const char *label;                            /* Japanese; of a module with routes */
    const struct route *const *routes;            /* lists that end with path == NULL; NULL ends */
    const struct permission *const *permissions;  /* ends with NULL */
    const struct call *calls;                     /* ends with name == NULL; or NULL */
    const struct embedded *migrations;            /* ends with name == NULL; or NULL */
    const struct nav_item *nav;                   /* ends with label == NULL; or NULL */
    const struct measure *measures;               /* ends with name == NULL; or NULL */
    const struct takeout *takeouts;               /* ends with name == NULL; or NULL */
    const struct conf_table *conf;                /* keys of the configuration; or NULL */
    const struct inspection *inspections;         /* ends with key == NULL; or NULL */
    err (*next)(struct req *rq, struct next_step *out); /* or NULL; rq->db is readable */
    err (*check)(struct db *db, struct arena *a, struct check_report *report); /* or NULL */
    /* Name of a call that `yagura work` runs every minute, later modules first: idempotent, by the
     * writer's clock, quick when there is nothing to do. NULL: none. */
    const char *tick;
};

/* THE list, in the order of the floors; ends with NULL. src/main/modules.c holds it. */
extern const struct module *const modules[];

#endif
