/* SPDX-License-Identifier: Apache-2.0 */
/* People by table: many registered, changed, moved and stopped at once (人事異動). The table has the
 * columns of the list that leaves as CSV (/people/list/csv), so that it can be changed in a
 * spreadsheet and sent back. Nothing happens unless every row is right. */
#ifndef ORG_IMPORT_H
#define ORG_IMPORT_H

#include "org/org_private.h"

struct foreign_table;

enum { IMPORT_ROWS = 1000 };

enum import_act {
    IMPORT_SAME,
    IMPORT_ADD,    /* and invite */
    IMPORT_CHANGE, /* name or roles */
    IMPORT_MOVE,   /* to another body: the account there is a new one; the old one stops and keeps
                    * what it did */
    IMPORT_STOP,
    IMPORT_RESUME, /* somebody who was stopped comes back, and is invited */
    IMPORT_ACTS
};

struct import_row {
    int line;
    str login, name, code6;
    uint32_t roles;
    bool stop;
    str problem; /* Japanese; empty: none */
    /* found by org_import_plan */
    enum import_act act;
    struct person was; /* of MOVE, CHANGE, STOP, RESUME */
    body_id body;
    str org_name;
};
struct import {
    struct import_row *v;
    size_t n, problems; /* rows with one */
    str problem;        /* of the table as a whole */
    size_t of[IMPORT_ACTS];
};

/* Columns are found by their heads: ログイン名, 名前, 役割, and where they are 団体コード, 状態. Others
 * are not read. Cells of t stay in use. */
MUST err org_import_parse(struct arena *a, const struct foreign_table *t, struct import *out);
/* What each row comes to, for who asks, by what is in db now. */
MUST err org_import_plan(struct db *db, struct req *rq, struct import *im);
/* Does it. */
MUST err org_import_apply(struct tx *tx, struct req *rq, const struct import *im);

extern const struct route org_import_routes[];

#endif
