/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration: one table row per key, declared by the module that reads it. The row is the key of
 * the file ("mail.smtp = …"), the long option of the command line (--smtp) and the place in the
 * module's struct, all three. Pure: who calls reads the file. Decision:
 * doc/adr/0020-configuration.md.
 *
 * A value never changes after the start and there are no globals: a command gets the struct conf,
 * a page asks req_conf(). What belongs to the installation and not to the machine is no key but a
 * setting in the database. */
#ifndef CORE_CONF_H
#define CORE_CONF_H

#include "core/arena.h"
#include "core/buf.h"

enum conf_type {
    CONF_TEXT,   /* str: one line, at most 500 bytes */
    CONF_NUMBER, /* int64_t: least..most, in the unit; has an initial value */
    CONF_YES,    /* bool: "yes" or "no"; the option takes no value and means yes */
    CONF_PATH,   /* str: a file or folder that is there; absolute in the file */
    CONF_SECRET, /* str: the path of a file that holds a secret and that nobody else may read */
    CONF_LIST    /* struct strs: separated by commas, at most 256 */
};

enum conf_flag {
    CONF_OPTION = 1, /* for one call of a command: only as an option, never in the file */
    CONF_NEEDED = 2  /* a file without it is of no use; stands uncommented in the example */
};

struct conf_key {
    const char *name;         /* "mail.smtp"; the option is what stands behind the last dot */
    enum conf_type type;      /* these two by CONF_IN() */
    size_t offset;
    const char *what;         /* Japanese: what it is for, one sentence */
    const char *form;         /* how it is written, for help and messages: "smtp://HOST:PORT" */
    const char *initial;      /* the default, as in the file; NULL: none */
    const char *example;      /* for the example file, when there is no default */
    const char *unit;         /* Japanese, of a number: 秒 */
    int64_t least, most;      /* of a number */
    const char *const *words; /* the only texts allowed; ends with NULL; or NULL */
    bool (*fits)(str value);  /* one more check of a text; or NULL */
    unsigned flags;           /* bits of enum conf_flag */
};

/* Type and place of a row, checked against each other: CONF_IN(TEXT, struct mail_relay, from). */
#define CONF_CELL_TEXT str
#define CONF_CELL_NUMBER int64_t
#define CONF_CELL_YES bool
#define CONF_CELL_PATH str
#define CONF_CELL_SECRET str
#define CONF_CELL_LIST struct strs
#define CONF_IN(kind, type_, field)                                                              \
    .type = CONF_##kind,                                                                         \
    .offset = offsetof(type_, field) +                                                           \
        0 * sizeof(_Generic(&((type_ *)0)->field, CONF_CELL_##kind *: 0))

struct conf_table {
    const char *title;           /* Japanese: heading in the example */
    const struct conf_key *keys; /* ends with name == NULL */
    size_t size;                 /* of the struct they fill */
};

struct conf;

enum {
    CONF_FILE_MAX = 65536, /* bytes of a file */
    CONF_VALUE_MAX = 500,  /* bytes of a text, a path, an item of a list */
    CONF_LIST_MAX = 256
};

/* Everything at its default. The tables, and what is given to the functions below, must outlive c.
 * A table that contradicts itself is a BUG. */
MUST err conf_new(
    struct arena *a, const struct conf_table *const *tables, size_t n, struct conf **out);

/* One option of the command line, "--smtp", and the word behind it or NULL; *used: 1 or 2 words
 * taken. Given again it counts instead, or of a list besides. Goes before the file whatever the
 * order. NOTFOUND: no row; INVALID: *why says it. */
MUST err conf_option(struct conf *c, str option, const char *value, int *used, str *why);

/* A whole file: lines `key = value`, blank ones, and comments with # in front. UTF-8, BOM and CRLF
 * allowed. Each mistake is a line "NAME:LINE: …" in Japanese in problems (the first 20), saying
 * what is allowed; then INVALID, and c must not be used. */
MUST err conf_file(struct conf *c, str name, str text, struct buf *problems);

/* The filled struct of a table that conf_new() was given. */
const void *conf_of(const struct conf *c, const struct conf_table *t);

/* What stands behind an option's name ("smtp"): the row, or NULL; and whether it has a value. */
const struct conf_key *conf_key_of(const struct conf *c, str short_name);
bool conf_has(const struct conf *c, const struct conf_key *k);
/* The i-th row of all tables, and the title of its table if wanted; NULL behind the last one. */
const struct conf_key *conf_key_at(const struct conf *c, size_t i, const char **title);
/* What may be written: 「1 から 64 までの数（秒）」 */
void conf_put_allowed(struct buf *b, const struct conf_key *k);
/* "--smtp smtp://HOST:PORT" */
void conf_put_option(struct buf *b, const struct conf_key *k);

/* Every path or secret in force: k, its value and where it was said, one after the other from
 * *at = 0; false at the end. For who checks whether the file is there. */
bool conf_next_path(const struct conf *c, size_t *at, const struct conf_key **k, str *value,
    str *where);
/* The first key that a file must have and c has not; NULL: none. */
const struct conf_key *conf_missing(const struct conf *c);

/* All that is in force, as a file, each value below a comment that says where it came from. A
 * password inside an address is left out. */
void conf_show(const struct conf *c, struct buf *out);
/* A commented file with every key: what the package ships. */
void conf_example(const struct conf *c, struct buf *out);

#endif
