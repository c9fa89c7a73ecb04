/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: one value of some dozen codes, which cannot be ignored. What a person should read goes
 * elsewhere (struct diag of the request); only the main level logs, once. */
#ifndef CORE_ERR_H
#define CORE_ERR_H

/* Every code has one HTTP status and one exit code: see err_http(), err_exit(). */
enum err_code {
    ERR_OK,
    ERR_NOMEM,    /* memory or a hard limit of an arena                    503 */
    ERR_LIMIT,    /* input larger than allowed                             413 */
    ERR_INVALID,  /* input that does not fit its type; see the diag        422 */
    ERR_DENIED,   /* known, but not allowed                                403 */
    ERR_NOTFOUND, /* absent, or not to be seen by this scope               404 */
    ERR_GONE,     /* it was there, and was erased                          410 */
    ERR_CONFLICT, /* the state does not allow it                           409 */
    ERR_STALE,    /* somebody else changed it since it was read            409 */
    ERR_BUSY,     /* a bounded queue is full: try again                    503 */
    ERR_IO,       /* disk, database or network failed                      500 */
    ERR_FULL,     /* no room left on the disk                              507 */
    ERR_REMOTE,   /* another process or host answered wrongly              502 */
    ERR_BUG,      /* a broken invariant that was caught                    500 */
    ERR_N
};

typedef struct err {
    enum err_code code;
} err;

#define OK ((err){ERR_OK})
#define ERR(name) ((err){ERR_##name})

/* In front of every function whose result must be looked at. */
#define MUST __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#define TRY(expr)                       \
    do {                                \
        err try_e_ = (expr);            \
        if (try_e_.code != ERR_OK)      \
            return try_e_;              \
    } while (0)

/* Says once, in the code, that a result is not needed and why (the reason stands beside it). */
#define IGNORE(expr)                    \
    do {                                \
        err ignored_ = (expr);          \
        (void)ignored_;                 \
    } while (0)

static inline int err_is(err e)
{
    return e.code != ERR_OK;
}

const char *err_name(err e); /* "NOTFOUND"; static storage */
int err_http(err e);         /* HTTP status of a reply; 200 for OK */
int err_exit(err e);         /* exit code of a command; 0 for OK, sysexits(3)-like otherwise */

/* A broken invariant: says where and aborts. */
_Noreturn void die_at(const char *file, int line, const char *what);
#define BUG_IF(cond)                             \
    do {                                         \
        if (__builtin_expect(!!(cond), 0))       \
            die_at(__FILE__, __LINE__, #cond);   \
    } while (0)

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#endif
