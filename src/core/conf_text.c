/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration in words: what is allowed, what was meant, what is in force, the example. */
#include "core/conf_private.h"

/* ── what is allowed ── */

void conf_put_allowed(struct buf *b, const struct conf_key *k)
{
    if (k->words) {
        for (const char *const *w = k->words; *w; w++)
            buf_fmt(b, "%s%s", w == k->words ? "" : "、", *w);
        buf_lit(b, " のどれか");
        return;
    }
    if (k->form) {
        buf_fmt(b, "%s の形の値", k->form);
        return;
    }
    switch (k->type) {
    case CONF_NUMBER:
        buf_fmt(b, "%lld から %lld までの数", (long long)k->least, (long long)k->most);
        if (k->unit)
            buf_fmt(b, "（%s）", k->unit);
        return;
    case CONF_YES:
        buf_lit(b, "yes か no のどちらか");
        return;
    case CONF_PATH:
        buf_lit(b, "/ から始まるファイル名");
        return;
    case CONF_SECRET:
        buf_lit(b, "秘密を入れたファイルの、/ から始まる名前");
        return;
    case CONF_LIST:
        buf_fmt(b, "「,」で区切った %d 個までの値", CONF_LIST_MAX);
        return;
    case CONF_TEXT:
        buf_fmt(b, "%d バイトまでの 1 行の文字", CONF_VALUE_MAX);
        return;
    }
}

void conf_put_option(struct buf *b, const struct conf_key *k)
{
    static const char *const words[] = {[CONF_TEXT] = "TEXT", [CONF_NUMBER] = "N",
        [CONF_PATH] = "FILE", [CONF_SECRET] = "FILE", [CONF_LIST] = "A,B"};
    buf_fmt(b, "--%.*s", STR_F(conf_short(k)));
    if (k->words) {
        for (const char *const *w = k->words; *w; w++)
            buf_fmt(b, "%c%s", w == k->words ? ' ' : '|', *w);
    } else if (k->type != CONF_YES) {
        buf_fmt(b, " %s", k->form ? k->form : words[k->type]);
    }
}

/* ── what was meant ── */

enum { NAME_MAX_BYTES = 64 };

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Letters inserted, left out, changed or exchanged with their neighbour (optimal string alignment).
 * Both at most NAME_MAX_BYTES long. */
static size_t distance(str a, str b)
{
    size_t rows[3][NAME_MAX_BYTES + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.n; j++)
        last[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            now[j] = least_of(least_of(last[j], now[j - 1]) + 1,
                last[j - 1] + (a.p[i - 1] != b.p[j - 1]));
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
                now[j] = least_of(now[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = last, last = now, now = free_row;
    }
    return last[b.n];
}

const struct conf_key *conf_nearest(const struct conf *c, str name)
{
    const struct conf_key *best = NULL;
    size_t least = name.n / 3 + 1; /* further away, it is a guess and no help */
    if (name.n == 0 || name.n > NAME_MAX_BYTES)
        return NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct conf_key *k = c->cells[i].key;
        str whole = str_of(k->name), tail = conf_short(k);
        if ((k->flags & CONF_OPTION) || whole.n > NAME_MAX_BYTES)
            continue;
        size_t d = least_of(distance(name, whole), distance(name, tail));
        if (d < least)
            least = d, best = k;
    }
    return best;
}

/* ── what is in force ── */

/* Of an address: scheme://name:***@host. */
static void put_without_password(struct buf *b, str v)
{
    size_t start = 0, colon = 0, at = 0;
    for (size_t i = 0; i + 2 < v.n && !start; i++)
        if (v.p[i] == ':' && v.p[i + 1] == '/' && v.p[i + 2] == '/')
            start = i + 3;
    for (size_t i = start; start && i < v.n && v.p[i] != '/' && v.p[i] != '?'; i++) {
        if (v.p[i] == ':' && !colon)
            colon = i;
        if (v.p[i] == '@')
            at = i;
    }
    if (colon && at > colon) {
        buf_str(b, str_sub(v, 0, colon + 1));
        buf_lit(b, "***");
        v = str_sub(v, at, v.n);
    }
    buf_str(b, v);
}

static void put_value(struct buf *b, const struct cell *cell)
{
    const void *at = cell->base + cell->key->offset;
    const struct strs *list;
    switch (cell->key->type) {
    case CONF_NUMBER:
        buf_i64(b, *(const int64_t *)at);
        return;
    case CONF_YES:
        buf_fmt(b, "%s", *(const bool *)at ? "yes" : "no");
        return;
    case CONF_LIST:
        list = at;
        for (size_t i = 0; i < list->n; i++) {
            buf_fmt(b, "%s", i ? ", " : "");
            put_without_password(b, list->v[i]);
        }
        return;
    case CONF_TEXT:
    case CONF_PATH:
    case CONF_SECRET:
        put_without_password(b, *(const str *)at);
        return;
    }
}

static void put_where(struct buf *b, const struct conf *c, const struct cell *cell)
{
    if (!cell->set && cell->key->type != CONF_YES)
        buf_lit(b, "# 未設定\n");
    else if (!cell->set || cell->from == FROM_DEFAULT)
        buf_lit(b, "# 既定値\n");
    else if (cell->from == FROM_FILE)
        buf_fmt(b, "# %.*s:%d\n", STR_F(c->file), cell->line);
    else
        buf_fmt(b, "# 命令の --%.*s\n", STR_F(conf_short(cell->key)));
}

void conf_show(const struct conf *c, struct buf *out)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct cell *cell = &c->cells[i];
        if (cell->key->flags & CONF_OPTION)
            continue;
        bool some = cell->set || cell->key->type == CONF_YES;
        put_where(out, c, cell);
        buf_fmt(out, "%s%s = ", some ? "" : "# ", cell->key->name);
        put_value(out, cell);
        buf_char(out, '\n');
    }
}

/* ── the example ── */

static void put_key(struct buf *out, const struct conf_key *k)
{
    const char *value = k->initial ? k->initial : k->example ? k->example : "";
    if (k->type == CONF_YES && !k->initial)
        value = "no";
    buf_fmt(out, "# %s\n#   ", k->what);
    conf_put_allowed(out, k);
    buf_fmt(out, "。%s\n%s%s = %s\n\n", k->initial ? "既定値は下のとおり。" : "",
        k->flags & CONF_NEEDED ? "" : "#", k->name, value);
}

void conf_example(const struct conf *c, struct buf *out)
{
    buf_lit(out,
        "# 櫓（やぐら）の設定ファイル\n#\n"
        "# 「項目 = 値」を 1 行に 1 つ書きます。# で始まる行は説明です。\n"
        "# 使う項目は、行の先頭の # を消して、値を書き換えてください。\n"
        "# 直した後は「yagura conf check --conf このファイル」で確かめられます。\n\n");
    const struct conf_table *last = NULL;
    for (size_t i = 0; i < c->n; i++) {
        const struct cell *cell = &c->cells[i];
        if (cell->key->flags & CONF_OPTION)
            continue;
        if (cell->table != last)
            buf_fmt(out, "# ── %s ──\n\n", cell->table->title);
        last = cell->table;
        put_key(out, cell->key);
    }
}
