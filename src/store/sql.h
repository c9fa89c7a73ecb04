/* SPDX-License-Identifier: Apache-2.0 */
/* SQL as literals that are registered at compile time, and the typed values bound to them.
 *   db_exec(tx, SQL("UPDATE t SET a=$2 WHERE id=$1"), V(id.v, a))
 * SQL() takes a string literal only and leaves a struct stmt in the linker section yg_stmt, which
 * the statements test walks: every statement is prepared on SQLite and on PostgreSQL. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "core/str.h"

/* Aligned to its own size: compilers align larger static structs as they like, and the walk from
 * __start_ to __stop_ needs every row at the same distance. */
struct stmt {
    const char *text;
    const char *file;
    long line;
} __attribute__((aligned(32)));
_Static_assert(sizeof(struct stmt) == 32, "rows of yg_stmt lie 32 bytes apart");

/* The linker makes these two symbols of the section's name. */
extern const struct stmt __start_yg_stmt[], __stop_yg_stmt[];

#define SQL(literal)                                                                             \
    ({                                                                                           \
        static const struct stmt stmt_here_                                                      \
            __attribute__((section("yg_stmt"), used)) = {"" literal, __FILE__, __LINE__};        \
        &stmt_here_;                                                                             \
    })

enum val_kind { VAL_NULL, VAL_INT, VAL_TEXT, VAL_BYTES };

struct val {
    enum val_kind kind;
    int64_t i;
    const void *p; /* text or bytes: borrowed until the statement has run */
    size_t n;
};

struct vals {
    const struct val *v;
    size_t n;
};

static inline struct val val_int(int64_t i)
{
    return (struct val){.kind = VAL_INT, .i = i};
}

static inline struct val val_str(str s)
{
    return (struct val){.kind = VAL_TEXT, .p = s.p ? s.p : "", .n = s.n};
}

static inline struct val val_bytes(struct bytes b)
{
    return (struct val){.kind = VAL_BYTES, .p = b.p ? (const void *)b.p : "", .n = b.n};
}

static inline struct val val_same(struct val v)
{
    return v;
}

#define VAL_NONE ((struct val){.kind = VAL_NULL})

/* bool, int, int64_t, enums (as int or unsigned), str, struct bytes, struct val. */
#define VAL(x)                                                                                   \
    _Generic((x), bool: val_int, int: val_int, unsigned: val_int, long: val_int,                 \
        long long: val_int, str: val_str, struct bytes: val_bytes, struct val: val_same)(x)

#define VALS_N(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, N, ...) N
#define VALS_1(a) VAL(a)
#define VALS_2(a, ...) VAL(a), VALS_1(__VA_ARGS__)
#define VALS_3(a, ...) VAL(a), VALS_2(__VA_ARGS__)
#define VALS_4(a, ...) VAL(a), VALS_3(__VA_ARGS__)
#define VALS_5(a, ...) VAL(a), VALS_4(__VA_ARGS__)
#define VALS_6(a, ...) VAL(a), VALS_5(__VA_ARGS__)
#define VALS_7(a, ...) VAL(a), VALS_6(__VA_ARGS__)
#define VALS_8(a, ...) VAL(a), VALS_7(__VA_ARGS__)
#define VALS_9(a, ...) VAL(a), VALS_8(__VA_ARGS__)
#define VALS_10(a, ...) VAL(a), VALS_9(__VA_ARGS__)
#define VALS_11(a, ...) VAL(a), VALS_10(__VA_ARGS__)
#define VALS_12(a, ...) VAL(a), VALS_11(__VA_ARGS__)
#define VALS_13(a, ...) VAL(a), VALS_12(__VA_ARGS__)
#define VALS_14(a, ...) VAL(a), VALS_13(__VA_ARGS__)
#define VALS_15(a, ...) VAL(a), VALS_14(__VA_ARGS__)
#define VALS_16(a, ...) VAL(a), VALS_15(__VA_ARGS__)
#define VALS_PICK(...)                                                                           \
    VALS_N(__VA_ARGS__, VALS_16, VALS_15, VALS_14, VALS_13, VALS_12, VALS_11, VALS_10, VALS_9,   \
        VALS_8, VALS_7, VALS_6, VALS_5, VALS_4, VALS_3, VALS_2, VALS_1, )
#define VALS_LIST(...) VALS_PICK(__VA_ARGS__)(__VA_ARGS__)

/* The values of $1, $2, …: they live to the end of the enclosing block. */
#define V(...)                                                                                   \
    ((struct vals){(const struct val[]){VALS_LIST(__VA_ARGS__)},                                 \
        sizeof((const struct val[]){VALS_LIST(__VA_ARGS__)}) / sizeof(struct val)})
#define V0 ((struct vals){NULL, 0})

#endif
