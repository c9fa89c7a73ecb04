/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration: values from the defaults, the file and the options. */
#include "core/conf_private.h"

enum { PROBLEMS_MAX = 20 };

/* ── values ── */

/* Which of these is a value? The empty one is none: it would hide a mistake. */
static bool is_line(str v)
{
    if (v.n == 0 || v.n > CONF_VALUE_MAX || !str_is_utf8(v))
        return false;
    for (size_t i = 0; i < v.n; i++)
        if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7F)
            return false;
    return true;
}

static bool is_word(const struct conf_key *k, str v)
{
    for (const char *const *w = k->words; *w; w++)
        if (str_eq(v, str_of(*w)))
            return true;
    return false;
}

static err take_text(struct arena *a, const struct conf_key *k, str v, void *at)
{
    (void)a;
    if (!is_line(v) || (k->words && !is_word(k, v)) || (k->fits && !k->fits(v)))
        return ERR(INVALID);
    *(str *)at = v;
    return OK;
}

static err take_number(struct arena *a, const struct conf_key *k, str v, void *at)
{
    (void)a;
    return parse_i64(v, k->least, k->most, at);
}

static err take_yes(struct arena *a, const struct conf_key *k, str v, void *at)
{
    (void)a, (void)k;
    *(bool *)at = str_eq(v, S("yes"));
    return *(bool *)at || str_eq(v, S("no")) ? OK : ERR(INVALID);
}

static err take_list(struct arena *a, const struct conf_key *k, str v, void *at)
{
    struct strs list = {ARENA_ARRAY(a, str, CONF_LIST_MAX), 0};
    str item;
    if (!list.v)
        return ERR(NOMEM);
    while (str_cut(&v, ',', &item)) {
        item = str_trim(item);
        bool comment = str_starts(item, S("#")); /* it would be one behind a blank */
        if (list.n == CONF_LIST_MAX || comment || !is_line(item) || (k->fits && !k->fits(item)))
            return ERR(INVALID);
        list.v[list.n++] = item;
    }
    *(struct strs *)at = list;
    return list.n ? OK : ERR(INVALID);
}

static err read_value(
    struct arena *a, const struct conf_key *k, str v, enum conf_from from, void *at)
{
    static err (*const by_type[])(struct arena *, const struct conf_key *, str, void *) = {
        [CONF_TEXT] = take_text,
        [CONF_NUMBER] = take_number,
        [CONF_YES] = take_yes,
        [CONF_PATH] = take_text,
        [CONF_SECRET] = take_text,
        [CONF_LIST] = take_list,
    };
    /* Whose folder a relative name means depends on who starts the program from where. */
    if (from == FROM_FILE && (k->type == CONF_PATH || k->type == CONF_SECRET) &&
        !str_starts(v, S("/")))
        return ERR(INVALID);
    return by_type[k->type](a, k, v, at);
}

/* An option of a list that is given again says more. */
static err join_lists(struct strs before, struct strs *list)
{
    if (before.n + list->n > CONF_LIST_MAX)
        return ERR(INVALID);
    memmove(list->v + before.n, list->v, list->n * sizeof *list->v);
    memcpy(list->v, before.v, before.n * sizeof *list->v);
    list->n += before.n;
    return OK;
}

static err take(struct conf *c, struct cell *cell, str v, enum conf_from from, int line)
{
    void *at = cell->base + cell->key->offset;
    bool again = cell->key->type == CONF_LIST && cell->set && cell->from == FROM_OPTION;
    struct strs before = again ? *(struct strs *)at : (struct strs){0};
    TRY(read_value(c->a, cell->key, v, from, at));
    if (again)
        TRY(join_lists(before, at));
    cell->set = true;
    cell->from = from;
    cell->line = line;
    return OK;
}

/* ── tables ── */

str conf_short(const struct conf_key *k)
{
    str s = str_of(k->name);
    size_t dot = s.n;
    while (dot > 0 && s.p[dot - 1] != '.')
        dot--;
    return str_sub(s, dot, s.n);
}

static struct cell *cell_of_short(const struct conf *c, str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(conf_short(c->cells[i].key), name))
            return &c->cells[i];
    return NULL;
}

static struct cell *cell_of_name(const struct conf *c, str name)
{
    for (size_t i = 0; i < c->n; i++)
        if (str_eq(str_of(c->cells[i].key->name), name) &&
            !(c->cells[i].key->flags & CONF_OPTION))
            return &c->cells[i];
    return NULL;
}

static err add_table(struct conf *c, const struct conf_table *t)
{
    char *base = arena_alloc(c->a, t->size);
    if (!base)
        return ERR(NOMEM);
    for (const struct conf_key *k = t->keys; k->name; k++) {
        BUG_IF(cell_of_short(c, conf_short(k))); /* two options of one name */
        BUG_IF(!k->what || (k->type == CONF_NUMBER && !k->initial));
        struct cell *cell = &c->cells[c->n++];
        *cell = (struct cell){.table = t, .key = k, .base = base};
        if (k->initial)
            BUG_IF(err_is(take(c, cell, str_of(k->initial), FROM_DEFAULT, 0)));
    }
    return OK;
}

err conf_new(struct arena *a, const struct conf_table *const *tables, size_t n, struct conf **out)
{
    size_t rows = 0;
    for (size_t i = 0; i < n; i++)
        for (const struct conf_key *k = tables[i]->keys; k->name; k++)
            rows++;
    struct conf *c = ARENA_NEW(a, struct conf);
    struct cell *cells = ARENA_ARRAY(a, struct cell, rows + 1);
    if (!c || !cells)
        return ERR(NOMEM);
    *c = (struct conf){.a = a, .cells = cells};
    for (size_t i = 0; i < n; i++)
        TRY(add_table(c, tables[i]));
    *out = c;
    return OK;
}

const void *conf_of(const struct conf *c, const struct conf_table *t)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->cells[i].table == t)
            return c->cells[i].base;
    BUG_IF(true);
}

const struct conf_key *conf_key_of(const struct conf *c, str short_name)
{
    const struct cell *cell = cell_of_short(c, short_name);
    return cell ? cell->key : NULL;
}

const struct conf_key *conf_key_at(const struct conf *c, size_t i, const char **title)
{
    if (i >= c->n)
        return NULL;
    if (title)
        *title = c->cells[i].table->title;
    return c->cells[i].key;
}

bool conf_has(const struct conf *c, const struct conf_key *k)
{
    const struct cell *cell = cell_of_short(c, conf_short(k));
    return cell && cell->set;
}

const struct conf_key *conf_missing(const struct conf *c)
{
    for (size_t i = 0; i < c->n; i++)
        if ((c->cells[i].key->flags & CONF_NEEDED) && !c->cells[i].set)
            return c->cells[i].key;
    return NULL;
}

bool conf_next_path(const struct conf *c, size_t *at, const struct conf_key **k, str *value,
    str *where)
{
    for (; *at < c->n; ++*at) {
        const struct cell *cell = &c->cells[*at];
        if (!cell->set || (cell->key->type != CONF_PATH && cell->key->type != CONF_SECRET))
            continue;
        *k = cell->key;
        *value = *(const str *)(const void *)(cell->base + cell->key->offset);
        *where = cell->from == FROM_FILE
            ? str_fmt(c->a, "%.*s:%d", STR_F(c->file), cell->line)
            : str_fmt(c->a, "--%.*s", STR_F(conf_short(cell->key)));
        ++*at;
        return true;
    }
    return false;
}

/* ── options ── */

/* What was typed is repeated, but not where a secret may have been typed by mistake. */
static void put_refusal(struct buf *b, const struct conf_key *k, str value)
{
    conf_put_allowed(b, k);
    buf_lit(b, "を書いてください。");
    if (value.n == 0)
        buf_lit(b, "値がありません。");
    else if (k->type != CONF_SECRET && str_is_utf8(value))
        buf_fmt(b, "いまの値: 「%.*s」", STR_F(str_sub(value, 0, 200)));
}

err conf_option(struct conf *c, str option, const char *value, int *used, str *why)
{
    if (!str_starts(option, S("--")))
        return ERR(NOTFOUND);
    struct cell *cell = cell_of_short(c, str_sub(option, 2, option.n));
    if (!cell)
        return ERR(NOTFOUND);
    bool flag = cell->key->type == CONF_YES;
    str v = flag ? S("yes") : str_of(value);
    *used = flag ? 1 : 2;
    err e = take(c, cell, v, FROM_OPTION, 0);
    if (e.code == ERR_INVALID) {
        BUF_AUTO b = BUF(4096);
        buf_fmt(&b, "%.*s には、", STR_F(option));
        put_refusal(&b, cell->key, v);
        *why = str_dup(c->a, buf_view(&b));
    }
    return e;
}

/* ── the file ── */

struct reading {
    struct conf *c;
    struct buf *problems;
    int line, n_problems;
};

/* Begins a line of problems; NULL once enough was said. */
static struct buf *problem(struct reading *r)
{
    if (++r->n_problems > PROBLEMS_MAX)
        return NULL;
    buf_fmt(r->problems, "%.*s:%d: ", STR_F(r->c->file), r->line);
    return r->problems;
}

static void say(struct reading *r, const char *text)
{
    struct buf *b = problem(r);
    if (b)
        buf_fmt(b, "%s\n", text);
}

static void say_unknown(struct reading *r, str key)
{
    struct buf *b = problem(r);
    if (!b)
        return;
    struct cell *option = cell_of_short(r->c, key);
    const struct conf_key *near = conf_nearest(r->c, key);
    if (option && (option->key->flags & CONF_OPTION)) {
        buf_fmt(b, "「%.*s」は設定ファイルには書けません。命令の後ろに --%.*s で指定します。\n",
            STR_F(key), STR_F(key));
        return;
    }
    buf_fmt(b, "「%.*s」という項目はありません。", STR_F(str_sub(key, 0, 100)));
    if (near)
        buf_fmt(b, "「%s」ではありませんか。\n", near->name);
    else
        buf_lit(b, "書ける項目は「yagura conf example」で分かります。\n");
}

static void take_pair(struct reading *r, str key, str value)
{
    struct cell *cell = cell_of_name(r->c, key);
    struct buf *b;
    if (!cell) {
        say_unknown(r, key);
        return;
    }
    if (cell->line > 0) {
        if ((b = problem(r)))
            buf_fmt(b, "「%s」は %d 行目にもあります。どちらかを消してください。\n",
                cell->key->name, cell->line);
        return;
    }
    /* The value of an option stays; the file's is checked all the same. */
    union {
        str text;
        int64_t number;
        bool yes;
        struct strs list;
    } aside;
    err e = cell->from == FROM_OPTION
        ? read_value(r->c->a, cell->key, value, FROM_FILE, &aside)
        : take(r->c, cell, value, FROM_FILE, r->line);
    cell->line = r->line;
    if (err_is(e) && (b = problem(r))) {
        buf_fmt(b, "「%s」には、", cell->key->name);
        put_refusal(b, cell->key, value);
        buf_char(b, '\n');
    }
}

static void take_line(struct reading *r, str line)
{
    str key;
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return;
    if (!str_is_utf8(line)) {
        say(r, "この行の文字コードが UTF-8 ではありません。UTF-8 で保存し直してください。");
        return;
    }
    bool pair = str_has(line, S("="));
    str_cut(&line, '=', &key);
    str value = str_trim(line);
    if (!pair)
        say(r, "「項目 = 値」の形で書いてください（= は半角）。説明の行は、先頭に # を付けます。");
    else if (str_has(value, S(" #")) || str_has(value, S("\t#")) || str_starts(value, S("#")))
        say(r, "値の後ろに説明は書けません。説明は別の行にして、先頭に # を付けてください。");
    else
        take_pair(r, str_trim(key), value);
}

err conf_file(struct conf *c, str name, str text, struct buf *problems)
{
    struct reading r = {.c = c, .problems = problems};
    str line;
    c->file = name;
    if (str_starts(text, S("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n);
    if (text.n > CONF_FILE_MAX) {
        r.line = 1;
        say(&r, "大きすぎます（64 KiB まで）。設定ファイルではないようです。");
        return ERR(INVALID);
    }
    while (str_cut(&text, '\n', &line)) {
        r.line++;
        if (str_ends(line, S("\r")))
            line.n--;
        take_line(&r, line);
    }
    if (r.n_problems > PROBLEMS_MAX)
        buf_fmt(problems, "ほかにも %d か所あります。\n", r.n_problems - PROBLEMS_MAX);
    return r.n_problems ? ERR(INVALID) : OK;
}
