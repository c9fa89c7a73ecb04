/* SPDX-License-Identifier: Apache-2.0 */
/* The peers: a bare SQLite writer that puts the rows of a save, without reading, checking or
 * hashing anything; and the disk's own fdatasync rate. */
#include "bench.h"

#include <fcntl.h>
#include <sqlite3.h>

static const char *const statements[] = {
    "INSERT INTO fact (id, body, organ, question, question_rev, occasion, value, basis, person, at,"
    " from_fact) SELECT ?1, r.body, 0, ?3, ?3, r.survey, 'done', 1, 1, ?1, NULL FROM response r"
    " WHERE r.id=?2",
    "UPDATE progress SET done=done+1, needed_done=needed_done+1 WHERE response=?2 AND area='TEC'",
    "UPDATE response SET state=1, version=version+1, changed_at=?1 WHERE id=?2",
    "INSERT INTO audit (id, body, seq, at, person, action, object, detail, hash) VALUES (?1, ?2,"
    " ?1, ?1, 1, 'survey.answer', 'survey:226096054272019/TEC-01', '{\"fact\":226096054272019}',"
    " zeroblob(32))",
    "INSERT INTO audit_head (body, seq, hash) VALUES (?2, ?1, randomblob(32)) ON CONFLICT (body)"
    " DO UPDATE SET seq=excluded.seq, hash=excluded.hash",
};

static sqlite3 *open_db(const char *file)
{
    sqlite3 *db;
    if (sqlite3_open(file, &db) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                         "PRAGMA cache_size=-32768;", NULL, NULL, NULL) != SQLITE_OK)
        bench_fail("cannot open the database");
    return db;
}

static size_t load_responses(sqlite3 *db, int64_t *ids, size_t most)
{
    sqlite3_stmt *st;
    size_t n = 0;
    if (sqlite3_prepare_v2(db, "SELECT id FROM response WHERE state<2 ORDER BY id", -1, &st,
            NULL) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(db));
    while (n < most && sqlite3_step(st) == SQLITE_ROW)
        ids[n++] = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

static void put(sqlite3 *db, sqlite3_stmt *st, int64_t id, int64_t response, int64_t question)
{
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, response);
    if (sqlite3_bind_parameter_count(st) > 2)
        sqlite3_bind_int64(st, 3, question);
    if (sqlite3_step(st) != SQLITE_DONE)
        bench_fail(sqlite3_errmsg(db));
    sqlite3_reset(st);
}

/* bare DB BATCH SAVES */
int bench_bare(int argc, char **argv)
{
    static int64_t responses[4096];
    static const char usage[] = "bare DB BATCH SAVES";
    int64_t question = 1;
    sqlite3_stmt *st[COUNT_OF(statements)];
    if (argc < 3)
        bench_fail(usage);
    int64_t batch = bench_number(argv[1], 100000, usage);
    int64_t saves = bench_number(argv[2], 100000000, usage);
    sqlite3 *db = open_db(argv[0]);
    size_t n = load_responses(db, responses, COUNT_OF(responses));
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        if (sqlite3_prepare_v2(db, statements[i], -1, &st[i], NULL) != SQLITE_OK)
            bench_fail(sqlite3_errmsg(db));
    usec began = usec_mono();
    for (int64_t i = 0; i < saves; i++) {
        if (i % batch == 0)
            sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (size_t k = 0; k < COUNT_OF(statements); k++)
            put(db, st[k], (1LL << 52) + i, responses[(size_t)i % n], question);
        if (i % batch == batch - 1 || i == saves - 1)
            sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    }
    usec took = usec_mono() - began;
    printf("{\"saves\":%lld,\"batch\":%lld,\"per_second\":%.0f,\"rows_per_second\":%.0f}\n",
        (long long)saves, (long long)batch, (double)saves * 1e6 / (double)took,
        (double)saves * (double)COUNT_OF(statements) * 1e6 / (double)took);
    for (size_t i = 0; i < COUNT_OF(statements); i++)
        sqlite3_finalize(st[i]);
    sqlite3_close(db);
    return 0;
}

/* sync FILE: how often a small append can be made durable. */
int bench_sync(int argc, char **argv)
{
    enum { MICROS = 2000000 };
    static const char block[4096];
    int fd = argc > 0 ? open(argv[0], O_CREAT | O_TRUNC | O_WRONLY, 0600) : -1;
    int64_t n = 0;
    if (fd < 0)
        bench_fail("sync FILE");
    usec began = usec_mono();
    for (; usec_mono() - began < MICROS; n++)
        if (write(fd, block, sizeof block) != sizeof block || fdatasync(fd) != 0)
            bench_fail("cannot write");
    printf("{\"fdatasync_per_second\":%.0f}\n",
        (double)n * 1e6 / (double)(usec_mono() - began));
    close(fd);
    unlink(argv[0]);
    return 0;
}
