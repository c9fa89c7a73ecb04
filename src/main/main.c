/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: options and subcommands from tables. */
#include "main/main.h"

#include <signal.h>
#include <sodium.h>

static const struct command commands[] = {
    {"init", "--db sqlite:FILE --admin MAIL", "空の本番用データベースを作る", NEED_DB | NEED_ADMIN,
        command_init},
    {"migrate", "--db sqlite:FILE", "データベースを、この版の形に進める", NEED_DB, command_migrate},
    {"demo", "--db sqlite:FILE [--seed N] [--years N] [--sample] [--today DATE] [--sign-ins]",
        "架空データの試用版を作る", NEED_DB, command_demo},
    {"serve",
        "--db sqlite:FILE [--listen 127.0.0.1:8080|unix:/PATH] [--base /PATH]"
        " [--trust-proxy ADDR[/BITS],...|unix] [--verbose]",
        "画面を提供する", NEED_DB, command_serve},
    {"work",
        "--db sqlite:FILE --smtp smtp://HOST:PORT [--smtp-tls require|if-offered|never]"
        " [--smtp-ca FILE] [--smtp-user U --smtp-password-file F] [--from ADDR]"
        " [--url https://HOST] [--once]",
        "メールを送り、期限のお知らせなどの決まった仕事をする", NEED_DB | NEED_SMTP, command_work},
    {"check", "--db sqlite:FILE", "集計・進み具合・監査証跡を、事実から計算し直して確かめる",
        NEED_DB, command_check},
    {"measure", "--db sqlite:FILE", "測れるものを全ての団体について測り、変わったものを記録する",
        NEED_DB, command_measure},
    {"routes", "[--json]", "アドレスと権限の一覧", 0, command_routes},
    {"audit verify", "--db sqlite:FILE", "監査証跡の連なりを確かめる", NEED_DB,
        command_audit_verify},
    {"token create", "--db sqlite:FILE --login L", "プログラムから使うための鍵を作る",
        NEED_DB | NEED_LOGIN, command_token_create},
};

enum option_type { OPTION_STR, OPTION_INT, OPTION_FLAG };

static const struct {
    const char *name;
    enum option_type type;
    size_t offset;
} option_rows[] = {
    {"--db", OPTION_STR, offsetof(struct options, db)},
    {"--listen", OPTION_STR, offsetof(struct options, listen)},
    {"--admin", OPTION_STR, offsetof(struct options, admin)},
    {"--login", OPTION_STR, offsetof(struct options, login)},
    {"--base", OPTION_STR, offsetof(struct options, base)},
    {"--trust-proxy", OPTION_STR, offsetof(struct options, trust_proxy)},
    {"--today", OPTION_STR, offsetof(struct options, today)},
    {"--smtp", OPTION_STR, offsetof(struct options, smtp)},
    {"--smtp-tls", OPTION_STR, offsetof(struct options, smtp_tls)},
    {"--smtp-ca", OPTION_STR, offsetof(struct options, smtp_ca)},
    {"--smtp-user", OPTION_STR, offsetof(struct options, smtp_user)},
    {"--smtp-password-file", OPTION_STR, offsetof(struct options, smtp_password_file)},
    {"--from", OPTION_STR, offsetof(struct options, from)},
    {"--url", OPTION_STR, offsetof(struct options, url)},
    {"--once", OPTION_FLAG, offsetof(struct options, once)},
    {"--seed", OPTION_INT, offsetof(struct options, seed)},
    {"--years", OPTION_INT, offsetof(struct options, years)},
    {"--verbose", OPTION_FLAG, offsetof(struct options, verbose)},
    {"--sample", OPTION_FLAG, offsetof(struct options, sample)},
    {"--json", OPTION_FLAG, offsetof(struct options, json)},
    {"--sign-ins", OPTION_FLAG, offsetof(struct options, sign_ins)},
};

static void put_help(FILE *out)
{
    fputs("櫓 Yagura " YAGURA_VERSION
          " — 自治体のサイバーセキュリティのための、一つのプログラム\n\n使い方:\n",
        out);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  yagura %s %s\n      %s\n", commands[i].name, commands[i].args,
            commands[i].what);
}

static err take_option(struct options *o, const char *name, const char *value, int *used)
{
    for (size_t i = 0; i < COUNT_OF(option_rows); i++) {
        char *at = (char *)o + option_rows[i].offset;
        if (strcmp(option_rows[i].name, name) != 0)
            continue;
        *used = option_rows[i].type == OPTION_FLAG ? 1 : 2;
        if (option_rows[i].type == OPTION_FLAG) {
            *(bool *)at = true;
            return OK;
        }
        if (!value)
            return ERR(INVALID);
        if (option_rows[i].type == OPTION_INT)
            return parse_i64(str_of(value), 0, INT64_MAX, (int64_t *)(void *)at);
        *(str *)(void *)at = str_of(value);
        return OK;
    }
    return ERR(NOTFOUND);
}

static const struct command *find_command(int argc, char **argv, int *words)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        str rest = str_of(commands[i].name), word;
        int n = 1;
        bool fits = true;
        for (; fits && str_cut(&rest, ' ', &word); n++)
            fits = n < argc && str_eq(str_of(argv[n]), word);
        if (fits) {
            *words = n;
            return &commands[i];
        }
    }
    return NULL;
}

static bool needs_are_met(const struct command *c, const struct options *o)
{
    return !((c->needs & NEED_DB) && o->db.n == 0) &&
        !((c->needs & NEED_ADMIN) && o->admin.n == 0) &&
        !((c->needs & NEED_LOGIN) && o->login.n == 0) &&
        !((c->needs & NEED_SMTP) && o->smtp.n == 0);
}

static int usage(const char *what, const char *detail)
{
    fprintf(stderr, "yagura: %s%s\n\n", what, detail);
    put_help(stderr);
    return 64;
}

int main(int argc, char **argv)
{
    struct options o = {.listen = S("127.0.0.1:8080"), .seed = 1, .years = 3};
    int at = 1;
    signal(SIGPIPE, SIG_IGN);
    umask(0077); /* the database and what lies beside it are nobody else's */
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        put_help(stdout);
        return argc < 2 ? 64 : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("yagura " YAGURA_VERSION);
        return 0;
    }
    const struct command *c = find_command(argc, argv, &at);
    if (!c)
        return usage("知らない命令です: ", argv[1]);
    for (int used = 1; at < argc; at += used)
        if (err_is(take_option(&o, argv[at], at + 1 < argc ? argv[at + 1] : NULL, &used)))
            return usage("この指定を読み取れません: ", argv[at]);
    if (!needs_are_met(c, &o))
        return usage("指定が足りません: yagura ", c->name);
    if (sodium_init() < 0)
        return 70;
    ARENA_AUTO a = arena_new(512 << 20);
    return a ? err_exit(c->run(&o, a)) : 71;
}
