/* SPDX-License-Identifier: Apache-2.0 */
/* People signing in, and their limit: the same password checked against the same hash by as many
 * threads as the server hashes with, with nothing around it. */
#include "bench.h"

#include <sodium.h>
#include <sqlite3.h>

enum { HASHING = 2 /* as in src/web/web_slow.c */ };

struct verifier {
    pthread_t thread;
    const char *hash;
    int64_t n;
};

static void sign_in(const struct crew *crew, struct client *c, struct session *s, struct tally *t)
{
    (void)crew;
    usec began = usec_mono();
    session_sign_in(c, s);
    tally_note(t, began, c);
}

/* sign-in PORT CONNECTIONS LOGIN…: each once */
int bench_sign_in(int argc, char **argv)
{
    static const char usage[] = "sign-in PORT CONNECTIONS LOGIN…";
    if (argc < 3)
        bench_fail(usage);
    struct crew crew = {.port = (int)bench_number(argv[0], 65535, usage),
        .connections = (size_t)bench_number(argv[1], INT32_MAX, usage),
        .n = (size_t)(argc - 2),
        .sessions = session_list(argv + 2, (size_t)(argc - 2), 1),
        .each = 1,
        .work = sign_in};
    struct tally t = crew_run(&crew);
    printf("{");
    tally_print(&t);
    printf("}\n");
    free(t.micros);
    free(crew.sessions);
    return 0;
}

static void read_hash(const char *file, const char *login, char hash[crypto_pwhash_STRBYTES])
{
    sqlite3 *db;
    sqlite3_stmt *st;
    if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT c.secret FROM credential c JOIN person p ON p.id=c.person"
                               " WHERE p.login=?1 AND c.kind='password'", -1, &st, NULL) != SQLITE_OK)
        bench_fail(sqlite3_errmsg(db));
    sqlite3_bind_text(st, 1, login, -1, SQLITE_STATIC);
    if (sqlite3_step(st) != SQLITE_ROW ||
        (size_t)sqlite3_column_bytes(st, 0) >= crypto_pwhash_STRBYTES)
        bench_fail("nobody of this name has a password");
    snprintf(hash, crypto_pwhash_STRBYTES, "%s", (const char *)sqlite3_column_text(st, 0));
    sqlite3_finalize(st);
    sqlite3_close(db);
}

static void *verify(void *arg)
{
    static const char password[] = "yagura-demo";
    const struct verifier *v = arg;
    for (int64_t i = 0; i < v->n; i++)
        if (crypto_pwhash_str_verify(v->hash, password, sizeof password - 1) != 0)
            bench_fail("the demo has another password");
    return NULL;
}

/* verify DB LOGIN TIMES: in all, on HASHING threads */
int bench_verify(int argc, char **argv)
{
    static const char usage[] = "verify DB LOGIN TIMES";
    char hash[crypto_pwhash_STRBYTES];
    struct verifier v[HASHING];
    if (argc < 3 || sodium_init() < 0)
        bench_fail(usage);
    int64_t each = (bench_number(argv[2], 1000000, usage) + HASHING - 1) / HASHING;
    read_hash(argv[0], argv[1], hash);
    usec began = usec_mono();
    for (size_t i = 0; i < HASHING; i++) {
        v[i] = (struct verifier){.hash = hash, .n = each};
        if (pthread_create(&v[i].thread, NULL, verify, &v[i]) != 0)
            bench_fail("no thread");
    }
    for (size_t i = 0; i < HASHING; i++)
        pthread_join(v[i].thread, NULL);
    usec took = usec_mono() - began;
    printf("{\"threads\":%d,\"n\":%lld,\"per_second\":%.1f}\n", HASHING,
        (long long)(each * HASHING), (double)(each * HASHING) * 1e6 / (double)took);
    return 0;
}
