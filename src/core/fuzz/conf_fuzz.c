/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: a file of the configuration. A file that was understood, written out again and
 * read once more, says the same; one that was not leaves a sentence. */
#include "core/conf.h"

struct sample {
    str text, word, path, secret;
    int64_t number;
    bool yes;
    struct strs list;
};

static const char *const words[] = {"never", "always", NULL};
static const struct conf_key keys[] = {
    {"text", CONF_IN(TEXT, struct sample, text), "文字", .example = "x", .flags = CONF_NEEDED},
    {"mail.word", CONF_IN(TEXT, struct sample, word), "語", .words = words},
    {"mail.path", CONF_IN(PATH, struct sample, path), "場所", "/PATH"},
    {"mail.secret", CONF_IN(SECRET, struct sample, secret), "秘密"},
    {"serve.number", CONF_IN(NUMBER, struct sample, number), "数", .initial = "3", .least = -9,
        .most = 99, .unit = "秒"},
    {"serve.yes", CONF_IN(YES, struct sample, yes), "可否"},
    {"serve.list", CONF_IN(LIST, struct sample, list), "並び"},
    {NULL},
};
static const struct conf_table table = {"見本", keys, sizeof(struct sample)};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct conf *fresh(struct arena *a)
{
    static const struct conf_table *const tables[] = {&table};
    struct conf *c;
    BUG_IF(err_is(conf_new(a, tables, 1, &c)));
    return c;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO a = arena_new(16 << 20);
    BUF_AUTO problems = BUF(1 << 20);
    BUF_AUTO first = BUF(1 << 20);
    BUF_AUTO second = BUF(1 << 20);
    BUG_IF(!a);
    struct conf *c = fresh(a);
    err e = conf_file(c, S("f"), (str){(const char *)data, size}, &problems);
    BUG_IF(err_is(e) != (problems.n > 0));
    BUG_IF(!str_is_utf8(buf_view(&problems)) && problems.n > 0);
    if (err_is(e))
        return 0;
    conf_show(c, &first);
    BUG_IF(err_is(buf_status(&first)) || !str_is_utf8(buf_view(&first)));
    c = fresh(a);
    BUG_IF(err_is(conf_file(c, S("f"), buf_view(&first), &problems)));
    conf_show(c, &second);
    str x = buf_view(&first), y = buf_view(&second), line;
    while (str_cut(&x, '\n', &line)) { /* the places differ, the values do not */
        str again;
        BUG_IF(!str_cut(&y, '\n', &again));
        BUG_IF(!str_starts(line, S("#")) && !str_eq(line, again));
    }
    return 0;
}
