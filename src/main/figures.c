/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of figures, but for those per route (web/web_metrics.h). */
#include "main/figures.h"

#include "mail/mail.h"
#include "main/main.h"
#include "web/web_metrics.h"

enum { MOST = 4 << 20 };

/* Read once for all rows. */
struct reading {
    const struct figures *f;
    struct writer_stats writer;
    struct mail_status mail;
    struct backup_status backup;
    int64_t sessions;
    int64_t connections;
    int64_t bytes[2]; /* of the database and of its log */
};

static double seconds(usec t)
{
    return (double)t / (double)USEC_SECOND;
}

static double build_info(const struct reading *r) { (void)r; return 1; }
static double started(const struct reading *r) { return seconds(r->f->started); }
static double connections(const struct reading *r) { return (double)r->connections; }
static double sessions(const struct reading *r) { return (double)r->sessions; }
static double queued(const struct reading *r) { return (double)r->writer.waiting; }
static double jobs(const struct reading *r) { return (double)r->writer.jobs; }
static double jobs_failed(const struct reading *r) { return (double)r->writer.failed; }
static double batches(const struct reading *r) { return (double)r->writer.batches; }
static double largest(const struct reading *r) { return (double)r->writer.largest_batch; }
static double busy(const struct reading *r) { return seconds(r->writer.busy); }
static double main_bytes(const struct reading *r) { return (double)r->bytes[0]; }
static double wal_bytes(const struct reading *r) { return (double)r->bytes[1]; }
static double mail_waiting(const struct reading *r) { return (double)r->mail.waiting; }
static double mail_failed(const struct reading *r) { return (double)r->mail.failed; }
static double mail_oldest(const struct reading *r) { return seconds(r->mail.oldest); }
static double backed_up(const struct reading *r) { return seconds(r->backup.last); }
static double drilled(const struct reading *r) { return seconds(r->backup.drilled); }
static double work_seen(const struct reading *r) { return seconds(r->mail.seen); }

/* Rows of one name stand together; only the first has a kind and a help. */
static const struct figure {
    const char *name, *kind, *help, *labels;
    double (*value)(const struct reading *r);
} table[] = {
    {"yagura_build_info", "gauge", "Always 1; the version is a label.",
        "{version=\"" YAGURA_VERSION "\"}", build_info},
    {"yagura_start_time_seconds", "gauge", "When this process began to serve, since 1970 UTC.", "",
        started},
    {"yagura_http_connections", "gauge", "Open connections of people.", "", connections},
    {"yagura_sessions", "gauge", "Sessions that have not run out.", "", sessions},
    {"yagura_writer_queue_jobs", "gauge", "Jobs that wait for the writer.", "", queued},
    {"yagura_writer_jobs_total", "counter", "Jobs the writer has done.", "", jobs},
    {"yagura_writer_jobs_failed_total", "counter", "Of them: undone.", "", jobs_failed},
    {"yagura_writer_batches_total", "counter", "Commits.", "", batches},
    {"yagura_writer_largest_batch_jobs", "gauge", "Most jobs in one commit.", "", largest},
    {"yagura_writer_busy_seconds_total", "counter", "Time with a batch, its commit included.", "",
        busy},
    {"yagura_database_bytes", "gauge", "Size of the database and of its log.", "{file=\"main\"}",
        main_bytes},
    {"yagura_database_bytes", NULL, NULL, "{file=\"wal\"}", wal_bytes},
    {"yagura_mail_outbox", "gauge", "Single mails by state.", "{state=\"waiting\"}", mail_waiting},
    {"yagura_mail_outbox", NULL, NULL, "{state=\"failed\"}", mail_failed},
    {"yagura_mail_oldest_due_time_seconds", "gauge",
        "Since when the oldest mail that is due waits; 0: none.", "", mail_oldest},
    {"yagura_work_last_seen_time_seconds", "gauge",
        "Last sign of life of yagura work; 0: never.", "", work_seen},
    {"yagura_backup_last_time_seconds", "gauge", "When the last backup was made; 0: never.", "",
        backed_up},
    {"yagura_backup_drill_last_time_seconds", "gauge",
        "When a backup was last restored as a drill; 0: never.", "", drilled},
};

static int64_t size_of(struct arena *a, str file, const char *suffix)
{
    struct stat st;
    char *path = str_z(a, str_fmt(a, "%.*s%s", STR_F(file), suffix));
    return path && stat(path, &st) == 0 ? st.st_size : 0;
}

static err take_reading(const struct figures *f, struct arena *a, struct reading *r)
{
    struct store *s = web_store(f->web);
    struct db *db;
    *r = (struct reading){.f = f, .writer = writer_stats(store_writer(s)),
        .connections = f->people ? http_connections(f->people) : 0,
        .bytes = {size_of(a, f->file, ""), size_of(a, f->file, "-wal")}};
    TRY(store_reader(s, &db));
    TRY(db_read_begin(db));
    err e = mail_work_status(db, store_now(s), &r->mail);
    if (!err_is(e))
        e = org_session_count(db, store_now(s), &r->sessions);
    if (!err_is(e))
        e = backup_status(db, a, &r->backup);
    err ended = db_read_end(db);
    return err_is(e) ? e : ended;
}

err figures_put(const struct figures *f, struct arena *a, struct buf *out)
{
    struct reading r;
    TRY(take_reading(f, a, &r));
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        const struct figure *g = &table[i];
        if (g->kind)
            buf_fmt(out, "# HELP %s %s\n# TYPE %s %s\n", g->name, g->help, g->name, g->kind);
        buf_fmt(out, "%s%s %.17g\n", g->name, g->labels, g->value(&r));
    }
    web_metrics_put(f->web, out);
    return buf_status(out);
}

/* ── over HTTP ── */

static bool begin(void *ctx, struct http_exchange *x)
{
    BUF_AUTO text = BUF(MOST);
    err e = x->method != GET || !str_eq(x->path, S("/metrics")) ? ERR(NOTFOUND)
                                                                : figures_put(ctx, x->arena, &text);
    x->status = err_http(e);
    http_set(x, "Content-Type",
        err_is(e) ? S("text/plain; charset=utf-8") : S("text/plain; version=0.0.4; charset=utf-8"));
    http_set(x, "X-Content-Type-Options", S("nosniff"));
    http_set(x, "Cache-Control", S("no-store"));
    buf_str(&x->reply, err_is(e) ? S("GET /metrics\n") : buf_view(&text));
    return true;
}

struct http_app figures_app(struct figures *f)
{
    return (struct http_app){.ctx = f, .begin = begin};
}
