/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of backup, and what the installation keeps of its backups. */
#include "backup/backup_private.h"

static const struct {
    enum backup_kind kind;
    const char *name;
} kinds[] = {{BACKUP_PLAIN, "plain"}, {BACKUP_TO_KEY, "key"}, {BACKUP_PASSPHRASE, "passphrase"}};

static str kind_name(enum backup_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].kind == kind)
            return str_of(kinds[i].name);
    return STR_NONE;
}

str backup_written_text(struct arena *a, const struct backup_info *i)
{
    char hex[2 * BACKUP_ID];
    return str_fmt(a, "%lld %lld %.*s %.*s", (long long)i->at, (long long)i->size,
        STR_F(kind_name(i->kind)), STR_F(hex_of(hex, i->id, BACKUP_ID)));
}

static bool is_id(str s)
{
    uint8_t id[BACKUP_ID];
    return !err_is(hex_parse(s, id, BACKUP_ID));
}

static err written(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    str rest = in, at_text, size_text, kind;
    int64_t at, size;
    bool known = false;
    (void)out;
    if (!str_cut(&rest, ' ', &at_text) || !str_cut(&rest, ' ', &size_text) ||
        !str_cut(&rest, ' ', &kind) || !is_id(rest))
        return ERR(INVALID);
    TRY(parse_i64(at_text, 0, INT64_MAX, &at));
    TRY(parse_i64(size_text, 0, INT64_MAX, &size));
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        known |= str_eq(kind, str_of(kinds[i].name));
    if (!known)
        return ERR(INVALID);
    TRY(setting_put(tx, S("backup_last"), str_fmt(a, "%lld %lld", (long long)at, (long long)size)));
    struct audit_entry e = {.action = S("backup.written"),
        .object = str_fmt(a, "backup:%.*s", STR_F(rest)),
        .detail = str_fmt(a, "{\"bytes\":%lld,\"sealed\":\"%.*s\"}", (long long)size, STR_F(kind))};
    return audit_append(tx, &e);
}

static err drilled(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    str rest = in, id;
    int64_t problems;
    (void)out;
    if (!str_cut(&rest, ' ', &id) || !is_id(id))
        return ERR(INVALID);
    TRY(parse_i64(rest, 0, INT64_MAX, &problems));
    if (!backup_is_known(tx_db(tx), a, id))
        return ERR(NOTFOUND);
    if (problems == 0)
        TRY(setting_put(
            tx, S("backup_drilled"), str_fmt(a, "%lld", (long long)tx_now(tx))));
    struct audit_entry e = {.action = S("backup.drilled"),
        .object = str_fmt(a, "backup:%.*s", STR_F(id)),
        .detail = str_fmt(a, "{\"problems\":%lld}", (long long)problems)};
    return audit_append(tx, &e);
}

static err number_of(struct db *db, struct arena *a, str name, int64_t *first, int64_t *second)
{
    str value = STR_NONE, head = STR_NONE;
    err e = setting_get(db, a, name, &value);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (!str_cut(&value, ' ', &head))
        return ERR(BUG);
    TRY(parse_i64(head, 0, INT64_MAX, first));
    return second ? parse_i64(value, 0, INT64_MAX, second) : OK;
}

err backup_status(struct db *db, struct arena *a, struct backup_status *out)
{
    *out = (struct backup_status){0};
    TRY(number_of(db, a, S("backup_last"), &out->last, &out->size));
    return number_of(db, a, S("backup_drilled"), &out->drilled, NULL);
}

const struct call backup_calls[] = {
    {"backup.written", written},
    {"backup.drilled", drilled},
    {NULL, NULL},
};

const struct module backup_module = {.name = "backup", .calls = backup_calls};
