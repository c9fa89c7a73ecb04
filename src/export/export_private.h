/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of export share. */
#ifndef EXPORT_EXPORT_PRIVATE_H
#define EXPORT_EXPORT_PRIVATE_H

#include "export/export.h"

#include "core/zip.h"
#include "org/org.h"

extern const struct takeout export_takeouts[]; /* of the floor store */
extern const struct route export_routes[];

/* One run over everything of a body, inside one reading transaction. */
struct export_run {
    struct db *db;
    struct arena *a;
    int64_t body;
    usec now;
    str kind;       /* the last cell of every row: データの種類; empty: that of the table */
    str blobs;      /* the folder of the files */
    str readme;     /* a text for people */
    int64_t missing; /* out: files whose content is gone or changed */
};

/* The whole ZIP into fd; *size: its length. LIMIT: larger than a ZIP may be. */
MUST err export_write(struct export_run *run, int fd, int64_t *size);

/* Calls each with every table there is, in the order of the modules; an error ends it. */
MUST err export_each(err (*each)(void *ctx, const struct takeout *t), void *ctx);

/* ".pdf" of a file's name when it is one of the known kinds, else ".bin". */
str export_extension(str name);

#endif
