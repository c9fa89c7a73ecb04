/* SPDX-License-Identifier: Apache-2.0 */
/* Saves through the whole path, from many browsers' sessions at once: session cookie, CSRF token,
 * scope, version check, fact, audit row, progress. Every save is of an item not answered yet, so
 * no row is written twice with the same bytes. */
#include "bench.h"

enum { ITEMS = 160, SESSIONS = 4096, CONNECTIONS = 256 };

struct session {
    char login[32], cookie[64], csrf[256];
    char code[ITEMS][8];
    size_t n;
};

struct worker {
    pthread_t thread;
    struct session **sessions;
    size_t n_sessions;
    int port;
    const char *survey;
    int64_t *micros;
    size_t n;
    int refused;
};

static pthread_barrier_t ready, done;

static void keep(char *dst, size_t size, str s)
{
    if (s.n == 0 || s.n >= size)
        bench_fail("something expected is missing from a reply");
    memcpy(dst, s.p, s.n);
    dst[s.n] = 0;
}

static void sign_in(struct client *c, struct session *s)
{
    char request[1024], body[128];
    int n = snprintf(body, sizeof body, "login=%s&password=yagura-demo", s->login);
    int k = snprintf(request, sizeof request,
        "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
        n, body);
    client_send(c, (str){request, (size_t)k});
    if (c->status != 303)
        bench_fail("cannot sign in");
    keep(s->cookie, sizeof s->cookie, client_between(c, "__Host-yagura=", ";"));
}

/* The token of the forms, and the items that have no answer this year. */
static void look(struct client *c, struct session *s, const char *survey)
{
    char request[512];
    int k = snprintf(request, sizeof request,
        "GET /surveys/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: __Host-yagura=%s\r\n\r\n", survey,
        s->cookie);
    client_send(c, (str){request, (size_t)k});
    keep(s->csrf, sizeof s->csrf, client_between(c, "name=\"csrf\" value=\"", "\""));
    str rest = buf_view(&c->in);
    static const char mark[] = "id=\"item-";
    for (const char *p; (p = memmem(rest.p, rest.n, mark, sizeof mark - 1)) != NULL;) {
        rest = str_sub(rest, (size_t)(p - rest.p) + sizeof mark - 1, rest.n);
        str item = rest, code;
        const char *end = memmem(rest.p, rest.n, "</li>", 5);
        item.n = end ? (size_t)(end - rest.p) : rest.n;
        bool answered = str_has(item, S("badge-declared")) || str_has(item, S("badge-confirmed"));
        bool open = !answered &&
            (str_has(item, S("badge-carried")) || str_has(item, S("badge-missing")));
        if (str_cut(&item, '"', &code) && open && !str_has(code, S("-S")) && s->n < ITEMS)
            keep(s->code[s->n++], sizeof s->code[0], code);
    }
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

static void save_all(struct worker *w, struct client *c)
{
    char request[1024];
    for (size_t i = 0; i < w->n_sessions; i++) {
        struct session *s = w->sessions[i];
        for (size_t k = 0; k < s->n; k++) {
            int n = save_request(request, sizeof request, s, w->survey, s->code[k], k);
            usec began = usec_mono();
            client_send(c, (str){request, (size_t)n});
            w->micros[w->n++] = usec_mono() - began;
            w->refused += c->status != 303;
        }
    }
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct client c;
    client_open(&c, w->port);
    for (size_t i = 0; i < w->n_sessions; i++) {
        sign_in(&c, w->sessions[i]);
        look(&c, w->sessions[i], w->survey);
    }
    pthread_barrier_wait(&ready);
    save_all(w, &c);
    pthread_barrier_wait(&done);
    client_close(&c);
    return NULL;
}

static void deal(struct worker *w, size_t n, struct session *all, size_t n_sessions)
{
    for (size_t i = 0; i < n; i++) {
        w[i].sessions = calloc(n_sessions / n + 1, sizeof(struct session *));
        w[i].micros = calloc((n_sessions / n + 1) * ITEMS, sizeof(int64_t));
        if (!w[i].sessions || !w[i].micros)
            bench_fail("no memory");
    }
    for (size_t i = 0; i < n_sessions; i++)
        w[i % n].sessions[w[i % n].n_sessions++] = &all[i];
}

static void report(struct worker *w, size_t n, usec took)
{
    size_t saves = 0;
    int refused = 0;
    int64_t *all;
    for (size_t i = 0; i < n; i++) {
        saves += w[i].n;
        refused += w[i].refused;
    }
    all = calloc(saves + 1, sizeof *all);
    if (!all)
        bench_fail("no memory");
    saves = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(all + saves, w[i].micros, w[i].n * sizeof *all);
        saves += w[i].n;
    }
    printf("{\"saves\":%zu,\"refused\":%d,\"seconds\":%.3f,\"per_second\":%.0f,\"p50_us\":%lld,"
           "\"p99_us\":%lld}\n",
        saves, refused, (double)took / 1e6, (double)saves * 1e6 / (double)took,
        (long long)percentile(all, saves, 0.5), (long long)percentile(all, saves, 0.99));
    free(all);
}

/* save PORT SURVEY CONNECTIONS LOGIN… */
int bench_save(int argc, char **argv)
{
    int64_t port = 0, n = 0;
    if (argc < 4 || err_is(parse_i64(str_of(argv[0]), 1, 65535, &port)) ||
        err_is(parse_i64(str_of(argv[2]), 1, CONNECTIONS, &n)) || argc - 3 > SESSIONS)
        bench_fail("save PORT SURVEY CONNECTIONS LOGIN…");
    size_t n_sessions = (size_t)(argc - 3);
    struct session *all = calloc(n_sessions, sizeof *all);
    struct worker *w = calloc((size_t)n, sizeof *w);
    if (!all || !w)
        bench_fail("no memory");
    for (size_t i = 0; i < n_sessions; i++)
        keep(all[i].login, sizeof all[i].login, str_of(argv[i + 3]));
    deal(w, (size_t)n, all, n_sessions);
    pthread_barrier_init(&ready, NULL, (unsigned)n + 1);
    pthread_barrier_init(&done, NULL, (unsigned)n + 1);
    for (int64_t i = 0; i < n; i++) {
        w[i].port = (int)port;
        w[i].survey = argv[1];
        if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
            bench_fail("no thread");
    }
    pthread_barrier_wait(&ready);
    usec began = usec_mono();
    pthread_barrier_wait(&done);
    report(w, (size_t)n, usec_mono() - began);
    for (int64_t i = 0; i < n; i++)
        pthread_join(w[i].thread, NULL);
    return 0;
}
