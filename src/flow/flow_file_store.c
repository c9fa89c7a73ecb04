/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of files of a case: what tells anything is sealed with the case's key, as "HASH KEY" in binary, then the name,
 * a line feed, and the note. */
#include "flow/flow.h"

#include <sodium.h>

static str seal_text(struct arena *a, const char *what, int64_t of, int64_t id)
{
    return str_fmt(a, "flow-%s:%lld:%lld", what, (long long)of, (long long)id);
}

err flow_file_count(struct db *db, int64_t flow, int64_t *n)
{
    DB_ONE(db, r, SQL("SELECT COUNT(*) FROM flow_file WHERE flow=$1"), V(flow));
    *n = row_i64(&r, 0);
    return OK;
}

err flow_file_add(struct tx *tx, struct arena *a, const struct flow_key *k, const struct flow_case *c, int64_t person,
    const struct flow_content *content, str name, str note, int64_t *id)
{
    struct bytes sealed;
    int64_t there;
    size_t n = BLOB_HASH + SEAL_KEY + name.n + 1 + note.n;
    uint8_t *plain = arena_alloc(a, n);
    if (!plain)
        return ERR(NOMEM);
    TRY(flow_file_count(tx_db(tx), c->id, &there));
    if (there >= FLOW_FILES)
        return ERR(LIMIT);
    *id = tx_id(tx);
    memcpy(plain, content->hash, BLOB_HASH);
    memcpy(plain + BLOB_HASH, content->key, SEAL_KEY);
    memcpy(plain + BLOB_HASH + SEAL_KEY, name.p, name.n);
    plain[BLOB_HASH + SEAL_KEY + name.n] = '\n';
    if (note.n)
        memcpy(plain + BLOB_HASH + SEAL_KEY + name.n + 1, note.p, note.n);
    err e = seal_in(a, k->v, seal_text(a, "file", c->id, *id), (struct bytes){plain, n}, &sealed);
    sodium_memzero(plain, n);
    TRY(e);
    TRY(blob_add(tx, &content->blob, S("application/octet-stream")));
    return db_exec(tx,
        SQL("INSERT INTO flow_file (id, flow, blob, size, person, at, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(*id, c->id, ((struct bytes){content->blob.hash, BLOB_HASH}), content->size, person, tx_now(tx), sealed));
}

#define FILE_ROW "f.id, f.size, f.person, f.at, f.blob, b.size, f.sealed FROM flow_file f JOIN blob b ON b.hash=f.blob"

static err file_of_row(struct arena *a, const struct flow_key *k, int64_t flow, const struct rows *r, struct flow_file *out)
{
    struct bytes plain, blob = row_bytes(a, r, 4);
    *out = (struct flow_file){.id = row_i64(r, 0), .size = row_i64(r, 1), .person = row_i64(r, 2), .at = row_i64(r, 3),
        .blob = {.size = row_i64(r, 5)}};
    TRY(seal_out(a, k->v, seal_text(a, "file", flow, out->id), row_bytes(a, r, 6), &plain));
    if (plain.n < BLOB_HASH + SEAL_KEY + 1 || blob.n != BLOB_HASH)
        return ERR(INVALID);
    memcpy(out->blob.hash, blob.p, BLOB_HASH);
    memcpy(out->hash, plain.p, BLOB_HASH);
    memcpy(out->key, plain.p + BLOB_HASH, SEAL_KEY);
    out->note = (str){(const char *)plain.p + BLOB_HASH + SEAL_KEY, plain.n - BLOB_HASH - SEAL_KEY};
    return str_cut(&out->note, '\n', &out->name) ? OK : ERR(INVALID);
}

err flow_file_all(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, struct flow_files *out)
{
    *out = (struct flow_files){ARENA_ARRAY(a, struct flow_file, FLOW_FILES), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT " FILE_ROW " WHERE f.flow=$1 ORDER BY f.id LIMIT 50"), V(flow))
    TRY(file_of_row(a, k, flow, &r, &out->v[out->n++]));
    return db_status(db);
}

err flow_file_get(struct db *db, struct arena *a, const struct flow_key *k, int64_t flow, int64_t id, struct flow_file *out)
{
    DB_ONE(db, r, SQL("SELECT " FILE_ROW " WHERE f.flow=$1 AND f.id=$2"), V(flow, id));
    return file_of_row(a, k, flow, &r, out);
}

err flow_custody_say(struct tx *tx, struct arena *a, const struct flow_key *k, int64_t file, int64_t person, str text)
{
    struct bytes sealed;
    int64_t id = tx_id(tx);
    TRY(seal_in(a, k->v, seal_text(a, "custody", file, id), (struct bytes){(const uint8_t *)text.p, text.n}, &sealed));
    return db_exec(tx, SQL("INSERT INTO flow_custody (id, file, person, at, sealed) VALUES ($1, $2, $3, $4, $5)"),
        V(id, file, person, tx_now(tx), sealed));
}

err flow_custody_all(struct db *db, struct arena *a, const struct flow_key *k, int64_t file, struct flow_custodies *out)
{
    *out = (struct flow_custodies){ARENA_ARRAY(a, struct flow_custody, FLOW_CUSTODY), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, SQL("SELECT id, person, at, sealed FROM flow_custody WHERE file=$1 ORDER BY id LIMIT 200"), V(file))
    {
        struct bytes plain;
        TRY(seal_out(a, k->v, seal_text(a, "custody", file, row_i64(&r, 0)), row_bytes(a, &r, 3), &plain));
        out->v[out->n++] = (struct flow_custody){row_i64(&r, 1), row_i64(&r, 2), {(const char *)plain.p, plain.n}};
    }
    return db_status(db);
}
