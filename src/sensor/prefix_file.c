/* SPDX-License-Identifier: Apache-2.0 */
/* The ranges of bodies, from lines of text. */
#include "sensor/prefix.h"

static const char *const role_names[PREFIX_ROLES] = {
    [PREFIX_OWN] = "own", [PREFIX_EGRESS] = "egress", [PREFIX_VENDOR] = "vendor"};

const char *prefix_role_name(enum prefix_role r)
{
    return role_names[r];
}

enum { BODIES_MOST = 4096, OWNERS_MOST = 1 << 18, LINE_MOST = 1 << 16 };

struct reading {
    struct arena *a;
    struct prefix_owners *out;
    struct prefix_entry *entry;
    size_t n, room;
    str *names;    /* the owners as text, for finding the same one again */
    uint32_t *hash; /* value by hash of its name; 0: free */
    size_t slots;
    str *why;
    uint32_t line;
};

static err wrong(struct reading *r, const char *what, str about)
{
    *r->why = str_fmt(r->a, "%u行目: %s%.*s", r->line, what, STR_F(about));
    return ERR(INVALID);
}

/* The next word of the line; empty at its end. */
static str next_word(str *line)
{
    size_t at = 0, end;
    while (at < line->n && (line->p[at] == ' ' || line->p[at] == '\t' || line->p[at] == '\r'))
        at++;
    for (end = at; end < line->n && line->p[end] != ' ' && line->p[end] != '\t' && line->p[end] != '\r'; end++) {
    }
    str word = str_sub(*line, at, end - at);
    *line = str_sub(*line, end, line->n);
    return word;
}

static err read_role(struct reading *r, str word, enum prefix_role *role)
{
    *role = PREFIX_OWN;
    if (word.n == 0)
        return OK;
    for (int i = 0; i < PREFIX_ROLES; i++) {
        if (str_eq(word, str_of(role_names[i]))) {
            *role = (enum prefix_role)i;
            return OK;
        }
    }
    return wrong(r, "役割は own・egress・vendor のどれかで書いてください: ", word);
}

static err read_bodies(struct reading *r, str list, struct strs *out)
{
    size_t commas = 0;
    str name;
    for (size_t i = 0; i < list.n; i++)
        commas += list.p[i] == ',';
    if (commas >= BODIES_MOST)
        return wrong(r, "団体が多すぎます", STR_NONE);
    *out = (struct strs){ARENA_ARRAY(r->a, str, commas + 1), 0};
    if (!out->v)
        return ERR(NOMEM);
    while (str_cut(&list, ',', &name)) {
        bool again = false;
        if (name.n == 0)
            return wrong(r, "団体の名前が空です", STR_NONE);
        for (size_t i = 0; i < out->n; i++)
            again = again || str_eq(out->v[i], name);
        if (!again)
            out->v[out->n++] = str_dup(r->a, name);
    }
    return out->n ? OK : wrong(r, "団体が書かれていません", STR_NONE);
}

static uint64_t hash_text(str s)
{
    uint64_t h = 1469598103934665603U; /* FNV-1a */
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 1099511628211U;
    return address_mix(h);
}

/* One value for all ranges of the same bodies in the same role. */
static err owner_value(struct reading *r, str bodies, enum prefix_role role, uint32_t *value)
{
    str name = str_fmt(r->a, "%s %.*s", role_names[role], STR_F(bodies));
    size_t at = hash_text(name) & (r->slots - 1);
    for (; r->hash[at]; at = (at + 1) & (r->slots - 1)) {
        if (str_eq(r->names[r->hash[at] - 1], name)) {
            *value = r->hash[at];
            return OK;
        }
    }
    if (r->out->n == OWNERS_MOST || r->out->n + 1 >= r->slots)
        return wrong(r, "団体の組が多すぎます", STR_NONE);
    struct prefix_owner *o = &r->out->v[r->out->n];
    o->role = role;
    TRY(read_bodies(r, bodies, &o->bodies));
    r->names[r->out->n++] = name;
    *value = r->hash[at] = (uint32_t)r->out->n;
    return name.p ? OK : ERR(NOMEM);
}

static err read_line(struct reading *r, str line)
{
    enum prefix_role role;
    str range = next_word(&line), bodies = next_word(&line), word = next_word(&line);
    struct prefix_entry *e = &r->entry[r->n];
    if (range.n == 0)
        return OK;
    if (err_is(net_range_parse(range, &e->range)))
        return wrong(r, "アドレスの範囲ではありません（例 192.0.2.0/24。長さより後ろのビットは 0 にします）: ",
            range);
    if (bodies.n == 0)
        return wrong(r, "団体が書かれていません: ", range);
    TRY(read_role(r, word, &role));
    if (next_word(&line).n)
        return wrong(r, "余分な言葉があります", STR_NONE);
    TRY(owner_value(r, bodies, role, &e->value));
    e->line = r->line;
    r->n++;
    return OK;
}

static err begin(struct reading *r, str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    if (lines > PREFIX_MOST)
        return wrong(r, "行が多すぎます", STR_NONE);
    for (r->slots = 64; r->slots < 2 * lines; r->slots *= 2) {
    }
    r->room = lines;
    r->entry = ARENA_ARRAY(r->a, struct prefix_entry, lines);
    r->names = ARENA_ARRAY(r->a, str, lines);
    r->hash = ARENA_ARRAY(r->a, uint32_t, r->slots);
    r->out->v = ARENA_ARRAY(r->a, struct prefix_owner, lines);
    return r->entry && r->names && r->hash && r->out->v ? OK : ERR(NOMEM);
}

err prefix_file_read(struct arena *a, str text, struct prefix_owners *out, str *why)
{
    struct reading r = {.a = a, .out = out, .why = why};
    size_t x = 0, y = 0;
    str line, head;
    *out = (struct prefix_owners){0};
    if (!str_is_utf8(text)) {
        *why = S("文字コードが UTF-8 ではありません。");
        return ERR(INVALID);
    }
    if (str_starts(text, S("\xEF\xBB\xBF")))
        text = str_sub(text, 3, text.n);
    TRY(begin(&r, text));
    while (str_cut(&text, '\n', &line)) {
        r.line++;
        head = STR_NONE;
        if (line.n > LINE_MOST)
            return wrong(&r, "行が長すぎます", STR_NONE);
        str_cut(&line, '#', &head);
        TRY(read_line(&r, head));
    }
    err e = prefix_table_new(r.entry, r.n, &out->table, &x, &y);
    if (e.code == ERR_CONFLICT) {
        BUF_AUTO range = BUF(64);
        net_put(&range, &r.entry[x].range);
        *why = str_fmt(a, "%u行目と%u行目: 同じ範囲 %.*s に、違う団体か役割が書かれています。",
            r.entry[x].line, r.entry[y].line, STR_F(buf_view(&range)));
    }
    return e;
}

err prefix_list_read(struct arena *a, struct strs list, struct prefix_table **out, str *why)
{
    size_t x, y;
    struct prefix_entry *e = ARENA_ARRAY(a, struct prefix_entry, list.n + 1);
    if (!e)
        return ERR(NOMEM);
    for (size_t i = 0; i < list.n; i++) {
        if (err_is(net_range_parse(str_trim(list.v[i]), &e[i].range))) {
            *why = str_fmt(a, "アドレスの範囲ではありません（例 192.0.2.0/24）: %.*s", STR_F(list.v[i]));
            return ERR(INVALID);
        }
        e[i].value = 1;
    }
    return prefix_table_new(e, list.n, out, &x, &y);
}
