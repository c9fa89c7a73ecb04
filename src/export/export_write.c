/* SPDX-License-Identifier: Apache-2.0 */
/* The ZIP: every table as CSV with its schema and as JSON, the files, the witnesses of the trail. */
#include "export/export_private.h"

#include "anchor/anchor.h"
#include "core/file.h"
#include "store/blob.h"

#include <sodium.h>

enum { PIECE = 65536, ROW_MOST = 1 << 20 };

struct writing {
    struct export_run *run;
    struct zip zip;
    struct buf piece; /* what is not in the file yet */
};

static err flush(struct writing *w, size_t from)
{
    TRY(buf_status(&w->piece));
    if (w->piece.n >= from) {
        zip_put(&w->zip, w->piece.p, w->piece.n);
        w->piece.n = 0;
    }
    return w->zip.failed;
}

static err end_entry(struct writing *w)
{
    TRY(flush(w, 1));
    zip_end(&w->zip);
    return w->zip.failed;
}

static void begin_entry(struct writing *w, const char *folder, const struct takeout *t, const char *tail)
{
    char name[ZIP_NAME];
    snprintf(name, sizeof name, "%s/%s%s", folder, t->name, tail);
    zip_begin(&w->zip, str_of(name));
}

/* Text that holds a hash in the database comes out in hexadecimal digits. */
static str text_of(const struct rows *r, int at, const struct column *c, char hex[2 * BLOB_HASH])
{
    str s = row_view(r, at);
    bool is_hash = c->pattern && strcmp(c->pattern, HASH_PATTERN) == 0;
    return is_hash && s.n == BLOB_HASH ? hex_of(hex, s.p, s.n) : s;
}

static void csv_cell(struct csv *out, const struct rows *r, int at, const struct column *c)
{
    char hex[2 * BLOB_HASH];
    if (row_is_null(r, at)) {
        csv_none(out, 1);
        return;
    }
    switch (c->type) {
    case COLUMN_TEXT:
    case COLUMN_CODE:
    case COLUMN_LIST:
        csv_str(out, text_of(r, at, c, hex));
        break;
    case COLUMN_INT:
        csv_i64(out, row_i64(r, at));
        break;
    case COLUMN_SHARE:
        csv_bp(out, row_i64(r, at));
        break;
    case COLUMN_DAY:
        csv_day(out, (jday)row_i64(r, at));
        break;
    case COLUMN_TIME:
        csv_time(out, row_i64(r, at));
        break;
    case COLUMN_YESNO:
        csv_yes(out, row_i64(r, at) != 0);
        break;
    }
}

static void json_cell(struct json *j, const struct rows *r, int at, const struct column *c)
{
    char hex[2 * BLOB_HASH];
    json_key(j, str_of(c->key));
    if (row_is_null(r, at)) {
        json_put_null(j);
        return;
    }
    switch (c->type) {
    case COLUMN_TEXT:
    case COLUMN_CODE:
    case COLUMN_LIST:
        json_str(j, text_of(r, at, c, hex));
        break;
    case COLUMN_INT:
        json_i64(j, row_i64(r, at));
        break;
    case COLUMN_SHARE:
        json_bp(j, row_i64(r, at));
        break;
    case COLUMN_DAY:
        json_day(j, (jday)row_i64(r, at));
        break;
    case COLUMN_TIME:
        json_time(j, row_i64(r, at));
        break;
    case COLUMN_YESNO:
        json_bool(j, row_i64(r, at) != 0);
        break;
    }
}

static err put_csv(struct writing *w, const struct takeout *t)
{
    str kind = w->run->kind.n ? w->run->kind : str_of(t->table->kind);
    begin_entry(w, "data", t, ".csv");
    struct csv c = csv_on(&w->piece, t->table, jday_of_usec(w->run->now), kind);
    struct rows r CLEANUP(rows_done) = t->rows(w->run->db, w->run->body);
    while (rows_next(&r)) {
        for (size_t i = 0; i < t->table->n; i++)
            csv_cell(&c, &r, (int)i, &t->table->columns[i]);
        csv_end_row(&c);
        TRY(flush(w, PIECE));
    }
    TRY(db_status(w->run->db));
    return end_entry(w);
}

static err put_schema(struct writing *w, const struct takeout *t)
{
    begin_entry(w, "data", t, ".csv-metadata.json");
    struct json j = json_on(&w->piece);
    csv_schema(&j, t->table, str_fmt(w->run->a, "%s.csv", t->name));
    TRY(json_finish(&j));
    return end_entry(w);
}

static err put_json(struct writing *w, const struct takeout *t)
{
    begin_entry(w, "data", t, ".json");
    struct json j = json_on(&w->piece);
    struct rows r CLEANUP(rows_done) = t->rows(w->run->db, w->run->body);
    json_begin_array(&j);
    while (rows_next(&r)) {
        json_begin_object(&j);
        for (size_t i = 0; i < t->table->n; i++)
            json_cell(&j, &r, (int)i, &t->table->columns[i]);
        json_end_object(&j);
        buf_char(&w->piece, '\n');
        TRY(flush(w, PIECE));
    }
    TRY(db_status(w->run->db));
    json_end_array(&j);
    TRY(json_finish(&j));
    return end_entry(w);
}

/* ── files ── */

str export_extension(str name)
{
    static const str known[] = {S(".pdf"), S(".png"), S(".jpg"), S(".jpeg"), S(".docx"), S(".xlsx"),
        S(".pptx"), S(".txt"), S(".csv")};
    char low[8];
    size_t dot = name.n;
    while (dot > 0 && name.p[dot - 1] != '.')
        dot--;
    str tail = dot ? str_sub(name, dot - 1, name.n) : STR_NONE;
    for (size_t i = 0; i < tail.n && i < sizeof low; i++)
        low[i] = (char)(tail.p[i] >= 'A' && tail.p[i] <= 'Z' ? tail.p[i] + 32 : tail.p[i]);
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (tail.n < sizeof low && str_eq(known[i], (str){low, tail.n}))
            return known[i];
    return S(".bin");
}

static err copy_file(struct writing *w, int fd, int64_t size, uint8_t hash[BLOB_HASH])
{
    uint8_t piece[PIECE];
    crypto_hash_sha256_state h;
    crypto_hash_sha256_init(&h);
    for (int64_t at = 0; at < size;) {
        size_t got;
        TRY(file_get(fd, at, piece, sizeof piece, &got));
        if (got == 0)
            return ERR(IO);
        crypto_hash_sha256_update(&h, piece, got);
        zip_put(&w->zip, piece, got);
        at += (int64_t)got;
    }
    crypto_hash_sha256_final(&h, hash);
    return w->zip.failed;
}

/* A file that is gone or changed keeps nobody from the rest: it is counted. */
static err put_file(struct writing *w, const struct blob *b, str name)
{
    char hex[2 * BLOB_HASH], path[ZIP_NAME];
    uint8_t hash[BLOB_HASH];
    int fd;
    if (err_is(blob_file_open(w->run->blobs, b, &fd))) {
        w->run->missing++;
        return OK;
    }
    snprintf(path, sizeof path, "files/%.*s%.*s", STR_F(hex_of(hex, b->hash, BLOB_HASH)),
        STR_F(export_extension(name)));
    zip_begin(&w->zip, str_of(path));
    err e = copy_file(w, fd, b->size, hash);
    close(fd);
    TRY(e);
    zip_end(&w->zip);
    w->run->missing += memcmp(hash, b->hash, BLOB_HASH) != 0;
    return w->zip.failed;
}

static err put_files(struct writing *w, const struct takeout *t)
{
    struct rows r CLEANUP(rows_done) = t->files(w->run->db, w->run->body);
    while (rows_next(&r)) {
        str hash = row_view(&r, 0);
        struct blob b = {.size = row_i64(&r, 1)};
        if (hash.n != BLOB_HASH)
            return ERR(BUG);
        memcpy(b.hash, hash.p, BLOB_HASH);
        TRY(put_file(w, &b, row_view(&r, 2)));
    }
    return db_status(w->run->db);
}

static err put_table(void *ctx, const struct takeout *t)
{
    struct writing *w = ctx;
    TRY(put_csv(w, t));
    TRY(put_schema(w, t));
    TRY(put_json(w, t));
    return t->files ? put_files(w, t) : OK;
}

/* ── the whole ── */

static err put_text(struct writing *w, str name, str text)
{
    zip_begin(&w->zip, name);
    buf_str(&w->piece, text);
    return end_entry(w);
}

/* The line of the body's chain as it stands, and the proof that it is in the last seal, if it is. */
static err put_witness(struct writing *w)
{
    struct export_run *run = w->run;
    BUF_AUTO proof = BUF(ROW_MOST);
    str line;
    err e = anchor_line(run->db, run->a, run->now, run->body, &line);
    if (e.code == ERR_NOTFOUND)
        return OK; /* nothing was ever done here */
    TRY(e);
    TRY(put_text(w, S("audit/head.txt"), str_fmt(run->a, "%.*s\n", STR_F(line))));
    e = anchor_prove(run->db, run->a, run->now, run->body, &proof);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    return put_text(w, S("audit/proof.txt"), buf_view(&proof));
}

static err put_all(struct writing *w)
{
    struct export_run *run = w->run;
    TRY(export_each(put_table, w));
    TRY(put_witness(w));
    str lost = run->missing == 0 ? STR_NONE
        : str_fmt(run->a, "\r\n【注意】中身を読めなかった、または変わっていた根拠資料が %lld 件あります。"
                          "システム管理者にお知らせください。\r\n", (long long)run->missing);
    TRY(put_text(w, S("README.txt"), str_fmt(run->a, "%.*s%.*s", STR_F(run->readme), STR_F(lost))));
    return zip_finish(&w->zip);
}

err export_write(struct export_run *run, int fd, int64_t *size)
{
    struct writing *w = ARENA_NEW(run->a, struct writing);
    if (!w)
        return ERR(NOMEM);
    *w = (struct writing){.run = run, .piece = BUF(PIECE + ROW_MOST)};
    zip_init(&w->zip, fd, run->now);
    run->missing = 0;
    err e = put_all(w);
    *size = w->zip.size;
    zip_done(&w->zip);
    buf_free(&w->piece);
    return e;
}
