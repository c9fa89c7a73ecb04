/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of core/conf: the cells, and the sentences about them. */
#ifndef CORE_CONF_PRIVATE_H
#define CORE_CONF_PRIVATE_H

#include "core/conf.h"

enum conf_from { FROM_DEFAULT, FROM_FILE, FROM_OPTION };

struct cell {
    const struct conf_table *table;
    const struct conf_key *key;
    char *base; /* the struct of the table */
    bool set;
    enum conf_from from;
    int line;
};

struct conf {
    struct arena *a;
    struct cell *cells;
    size_t n;
    str file; /* the one that was read */
};

/* "smtp" of "mail.smtp" */
str conf_short(const struct conf_key *k);
/* The key that was probably meant; NULL: none is near. */
const struct conf_key *conf_nearest(const struct conf *c, str name);

#endif
