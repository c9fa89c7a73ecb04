/* SPDX-License-Identifier: Apache-2.0 */
/* yagura conf check, show, example: the configuration for people. */
#include "main/main.h"

/* What is wrong with the file behind a path; NULL: nothing. */
static const char *path_problem(const struct conf_key *k, const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT ? "がありません。" : "を確かめられません（フォルダーの権限）。";
    if (access(path, R_OK) != 0)
        return "を読む権限がありません。";
    if (k->type == CONF_SECRET && (st.st_mode & 077) != 0)
        return "を、ほかの人が読めないようにしてください（chmod 600）。";
    return NULL;
}

err command_conf_check(const struct options *o, struct arena *a)
{
    const struct conf_key *k = conf_missing(o->conf);
    str value, where;
    int problems = 0;
    if (o->conf_file.n == 0) {
        main_say(S("--conf で設定ファイルを指定してください。"));
        return ERR(INVALID);
    }
    if (k) {
        problems++;
        fprintf(stderr, "%.*s: 「%s」がありません。例: %s = %s\n", STR_F(o->conf_file), k->name,
            k->name, k->example);
    }
    for (size_t at = 0; conf_next_path(o->conf, &at, &k, &value, &where);) {
        char *path = str_z(a, value);
        const char *problem = path ? path_problem(k, path) : "を調べるメモリがありません。";
        if (problem) {
            problems++;
            fprintf(stderr, "%.*s: 「%s」のファイル%s\n", STR_F(where), k->name, problem);
        }
    }
    if (problems)
        return ERR(INVALID);
    printf("%.*s: 問題はありません。\n", STR_F(o->conf_file));
    return OK;
}

static err print(const struct conf *c, void (*put)(const struct conf *, struct buf *))
{
    BUF_AUTO out = BUF(1 << 20);
    put(c, &out);
    TRY(buf_status(&out));
    printf("%.*s", STR_F(buf_view(&out)));
    return OK;
}

err command_conf_show(const struct options *o, struct arena *a)
{
    (void)a;
    return print(o->conf, conf_show);
}

err command_conf_example(const struct options *o, struct arena *a)
{
    (void)a;
    return print(o->conf, conf_example);
}
