/* SPDX-License-Identifier: Apache-2.0 */
/* Saves through the whole path, from many browsers' sessions at once: session cookie, CSRF token,
 * scope, version check, fact, audit row, progress. Every save is of an item not answered yet, so
 * no row is written twice with the same bytes. */
#include "bench.h"

/* More would be waiting for the hashing threads than the server lets wait. */
enum { SIGNING = 16 };

struct writer {
    int64_t jobs, batches;
};

static void prepare(const struct crew *crew, struct client *c, struct session *s, struct tally *t)
{
    (void)t;
    session_sign_in(c, s);
    session_look(c, s, crew->survey, crew->each);
}

static int save_request(char *dst, size_t size, const struct session *s, const char *survey,
    const char *code, size_t turn)
{
    static const char *const values[] = {"done", "partial", "none"};
    char body[400];
    int n = snprintf(body, sizeof body, "csrf=%s&seen=0&value=%s", s->csrf, values[turn % 3]);
    return snprintf(dst, size,
        "POST /surveys/%s/items/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
        "Cookie: __Host-yagura=%s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        "Content-Length: %d\r\n\r\n%s",
        survey, code, s->cookie, n, body);
}

static void save_all(const struct crew *crew, struct client *c, struct session *s, struct tally *t)
{
    char request[1024];
    for (size_t k = 0; k < s->n; k++) {
        int n = save_request(request, sizeof request, s, crew->survey, s->code[k], k);
        usec began = usec_mono();
        client_send(c, (str){request, (size_t)n});
        tally_note(t, began, c);
    }
}

/* What the writer has done so far; sessions are written too, so it is asked around the saves. */
static struct writer ask(int port)
{
    struct writer w;
    struct client c;
    client_open(&c, port);
    client_send(&c,
        S("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n"));
    if (err_is(parse_i64(client_between(&c, "\"jobs\":", ","), 0, INT64_MAX, &w.jobs)) ||
        err_is(parse_i64(client_between(&c, "\"batches\":", ","), 0, INT64_MAX, &w.batches)))
        bench_fail("/healthz does not tell what the writer did");
    client_close(&c);
    return w;
}

/* save PORT SURVEY CONNECTIONS SHARES EACH LOGIN…: SHARES sessions of every login, each saving at
 * most EACH items of its own. */
int bench_save(int argc, char **argv)
{
    static const char usage[] = "save PORT SURVEY CONNECTIONS SHARES EACH LOGIN…";
    if (argc < 6)
        bench_fail(usage);
    size_t shares = (size_t)bench_number(argv[3], 8, usage);
    struct crew crew = {.port = (int)bench_number(argv[0], 65535, usage),
        .survey = argv[1],
        .each = (size_t)bench_number(argv[4], SESSION_ITEMS, usage),
        .n = (size_t)(argc - 5) * shares,
        .sessions = session_list(argv + 5, (size_t)(argc - 5), shares),
        .connections = SIGNING,
        .work = prepare};
    crew.connections = crew.n < SIGNING ? crew.n : SIGNING;
    free(crew_run(&crew).micros);
    crew.connections = (size_t)bench_number(argv[2], INT32_MAX, usage);
    crew.work = save_all;
    struct writer before = ask(crew.port);
    struct tally t = crew_run(&crew);
    struct writer after = ask(crew.port);
    printf("{\"sessions\":%zu,\"jobs\":%lld,\"batches\":%lld,", crew.n,
        (long long)(after.jobs - before.jobs), (long long)(after.batches - before.batches));
    tally_print(&t);
    printf("}\n");
    free(t.micros);
    free(crew.sessions);
    return 0;
}
