/* SPDX-License-Identifier: Apache-2.0 */
/* htc page.ht OUTDIR: writes OUTDIR/page.ht.h and OUTDIR/page.ht.c, or neither. */
#include "core/arena.h"
#include "htc.h"

#define READ_SIZE ((size_t)4096)
#define OUTPUT_MAX ((size_t)64 << 20)

static str file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_of(slash ? slash + 1 : path);
}

static err read_all(const char *path, struct buf *b)
{
    char part[READ_SIZE];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f)
        return ERR(IO);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        buf_put(b, part, n);
    bool failed = ferror(f) != 0;
    fclose(f);
    return failed ? ERR(IO) : buf_status(b);
}

static err write_all(const char *path, str s)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return ERR(IO);
    bool written = fwrite(s.p, 1, s.n, f) == s.n;
    bool closed = fclose(f) == 0;
    return written && closed ? OK : ERR(IO);
}

struct job {
    const char *path;
    str name; /* of the template */
    char *h_path, *c_path;
};

static int complain(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    return 1;
}

static int run(const struct job *job, struct buf *source, struct buf *h, struct buf *c)
{
    struct htc_error e;
    err read = read_all(job->path, source);
    if (err_is(read) && read.code != ERR_LIMIT)
        return complain(job->path, strerror(errno));
    if (err_is(htc_compile(job->name, buf_view(source), h, c, &e))) {
        fprintf(stderr, "%s:%d:%d: %s\n", job->path, e.line, e.col, e.text);
        return 1;
    }
    if (err_is(write_all(job->h_path, buf_view(h))))
        return complain(job->h_path, strerror(errno));
    if (err_is(write_all(job->c_path, buf_view(c))))
        return complain(job->c_path, strerror(errno));
    return 0;
}

static int with_files(const struct job *job)
{
    BUF_AUTO source = BUF(HTC_SOURCE_MAX + READ_SIZE); /* more, so that too much is seen */
    BUF_AUTO h = BUF(OUTPUT_MAX);
    BUF_AUTO c = BUF(OUTPUT_MAX);
    int exit_code = run(job, &source, &h, &c);
    if (exit_code != 0) {
        unlink(job->h_path); /* also those of an earlier run: they are out of date */
        unlink(job->c_path);
    }
    return exit_code;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: htc page.ht OUTDIR\n", stderr);
        return 1;
    }
    str file = file_name(argv[1]);
    if (!str_ends(file, S(".ht")))
        return complain(argv[1], "a template file is named page.ht");
    ARENA_AUTO arena = arena_new((size_t)1 << 16);
    str base = str_fmt(arena, "%s/%.*s", argv[2], STR_F(file));
    struct job job = {
        .path = argv[1],
        .name = str_sub(file, 0, file.n - S(".ht").n),
        .h_path = str_z(arena, str_fmt(arena, "%.*s.h", STR_F(base))),
        .c_path = str_z(arena, str_fmt(arena, "%.*s.c", STR_F(base))),
    };
    if (!job.h_path || !job.c_path)
        return complain(argv[2], "this path is too long");
    return with_files(&job);
}
