/* SPDX-License-Identifier: Apache-2.0 */
/* The statements of backup: what is kept of past ones. */
#include "backup/backup_private.h"

bool backup_is_known(struct db *db, struct arena *a, str id)
{
    str object = str_fmt(a, "backup:%.*s", STR_F(id));
    bool known = false;
    DB_EACH(db, r,
        SQL("SELECT 1 FROM audit WHERE body=0 AND action='backup.written' AND object=$1"),
        V(object))
    known = true;
    return known;
}
