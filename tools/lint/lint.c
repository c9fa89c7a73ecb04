/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the shape of the source tree: standard input is the list of files (NUL between them,
 * paths from the top of the repository, which is the working directory); the tables floors,
 * prefixes and allow stand beside this file. Prints "file:line: message" for what is refused and
 * one line per check; the exit code is 1 when anything was refused. Runs for a second and exits,
 * so it frees nothing. */
#define _GNU_SOURCE
#include <ctype.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
enum { FUNCTION_MAX = 100, FUNCTION_NOTE = 60, FILE_MAX = 900, WORDS_MAX = 40 };

struct file {
    char *path;
    char *raw;  /* as it stands on disk */
    char *code; /* C only: comments and literals blanked, so that offsets agree with raw */
    char *note; /* C only: nothing but the comments */
    size_t n;
    char module[32];  /* "survey" of src/survey/test/x.c; "" outside src */
    const char *rest; /* "test/x.c" */
    bool is_c, is_test;
};

struct row { /* a line of a table file, cut at blanks */
    char *word[WORDS_MAX];
    size_t n;
};

struct table {
    struct row row[400];
    size_t n;
};

struct module {
    const char *name, *kind;
    size_t floor;
};

struct function {
    size_t head, close; /* offsets of its first and last byte */
    char name[80];
    bool is_static;
};

static struct file *files;
static size_t n_files;
static struct table floors, prefixes, allow;
static struct module modules[64];
static size_t n_modules;
static const char *check_now;
static size_t refused;

/* ---- words about text ---- */

static bool ends(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);
    return n >= k && strcmp(s + n - k, tail) == 0;
}

static bool starts(const char *s, const char *head)
{
    return strncmp(s, head, strlen(head)) == 0;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

static bool is_one_of(const char *s, size_t n, const char *const *list, size_t list_n)
{
    for (size_t i = 0; i < list_n; i++)
        if (strlen(list[i]) == n && memcmp(s, list[i], n) == 0)
            return true;
    return false;
}
#define IS_ONE_OF(s, n, list) is_one_of(s, n, list, COUNT_OF(list))

/* The next identifier at or after *at: its length, *at at its first byte; 0 at the end. */
static size_t next_word(const char *text, size_t *at)
{
    while (text[*at] && !is_word(text[*at]))
        (*at)++;
    size_t n = 0;
    while (is_word(text[*at + n]))
        n++;
    return n;
}

static bool is_call(const char *text, size_t after)
{
    while (isspace((unsigned char)text[after]))
        after++;
    return text[after] == '(';
}

static bool is_member(const char *text, size_t at)
{
    return at > 0 && (text[at - 1] == '.' || (at > 1 && text[at - 1] == '>' && text[at - 2] == '-'));
}

static size_t line_of(const char *text, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += text[i] == '\n';
    return line;
}

/* ---- refusing ---- */

static bool is_allowed(const struct file *f, size_t at)
{
    size_t from = at;
    while (from > 0 && f->raw[from - 1] != '\n')
        from--;
    size_t n = strcspn(f->raw + from, "\n");
    for (size_t i = 0; i < allow.n; i++) {
        struct row *r = &allow.row[i];
        if (r->n >= 4 && strcmp(r->word[0], check_now) == 0 && fnmatch(r->word[1], f->path, 0) == 0 &&
            (strcmp(r->word[2], "-") == 0 ||
             memmem(f->raw + from, n, r->word[2], strlen(r->word[2]))))
            return true;
    }
    return false;
}

__attribute__((format(printf, 3, 4))) static void refuse(const struct file *f, size_t at,
                                                         const char *fmt, ...)
{
    if (is_allowed(f, at))
        return;
    refused++;
    printf("%s:%zu: ", f->path, line_of(f->raw, at));
    va_list ap;
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

/* ---- reading ---- */

static void stop(const char *what, const char *path)
{
    fprintf(stderr, "lint: %s: %s\n", path, what);
    exit(2);
}

static char *copy_of(const char *s, size_t n)
{
    char *p = strndup(s, n);
    if (!p)
        stop("out of memory", "");
    return p;
}

/* The whole stream with a NUL behind it. */
static char *read_all(FILE *in, size_t *n)
{
    size_t room = 1 << 16;
    char *p = malloc(room);
    *n = 0;
    for (size_t k; p && (k = fread(p + *n, 1, room - *n - 1, in)) > 0;) {
        *n += k;
        if (room - *n < 2)
            p = realloc(p, room *= 2);
    }
    if (!p)
        stop("out of memory", "");
    p[*n] = '\0';
    return p;
}

static void table_read(struct table *t, const char *path)
{
    FILE *in = fopen(path, "r");
    if (!in)
        stop("cannot be read", path);
    size_t n;
    for (char *next = read_all(in, &n), *line; (line = strsep(&next, "\n"));) {
        if (t->n == COUNT_OF(t->row))
            stop("too many lines", path);
        struct row *r = &t->row[t->n];
        line[strcspn(line, "#")] = '\0';
        for (char *w; (w = strsep(&line, " \t"));)
            if (*w && r->n < WORDS_MAX)
                r->word[r->n++] = w;
        t->n += r->n > 0;
    }
    fclose(in);
}

/* Splits C into code and comments; every byte of raw goes to one of them, or to neither when it
 * belongs to a literal. Line ends stay in both. */
static void split_c(struct file *f)
{
    enum { CODE, LINE, BLOCK, TEXT } state = CODE;
    char quote = 0;
    f->code = copy_of(f->raw, f->n);
    f->note = copy_of(f->raw, f->n);
    for (size_t i = 0; i < f->n; i++) {
        char c = f->raw[i], d = f->raw[i + 1];
        size_t from = i;
        bool comment = state == LINE || state == BLOCK, code = false;
        if (state == CODE && c == '/' && (d == '/' || d == '*')) {
            state = d == '/' ? LINE : BLOCK;
            comment = true;
            i++;
        } else if (state == CODE && (c == '"' || c == '\'')) {
            state = TEXT;
            quote = c;
        } else if (state == CODE) {
            code = true;
        } else if (state == TEXT && c == '\\') {
            i++;
        } else if (state == TEXT && (c == quote || c == '\n')) {
            state = CODE;
        } else if (state == LINE && c == '\n') {
            state = CODE;
        } else if (state == BLOCK && c == '*' && d == '/') {
            state = CODE;
            i++;
        }
        for (size_t k = from; k <= i && k < f->n; k++) {
            if (f->raw[k] == '\n')
                continue;
            if (!code)
                f->code[k] = ' ';
            if (!comment)
                f->note[k] = ' ';
        }
    }
}

static void file_read(const char *path)
{
    struct stat st;
    FILE *in = lstat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "r") : NULL;
    if (!in)
        return; /* listed, but removed from the work tree */
    struct file *f = &files[n_files++];
    f->path = copy_of(path, strlen(path));
    f->raw = read_all(in, &f->n);
    fclose(in);
    f->rest = f->path;
    if (starts(path, "src/")) {
        size_t n = strcspn(path + 4, "/");
        if (path[4 + n] == '/' && n < sizeof f->module) {
            memcpy(f->module, path + 4, n);
            f->rest = f->path + 4 + n + 1;
        }
    }
    f->is_c = ends(path, ".c") || ends(path, ".h");
    f->is_test = starts(f->rest, "test/") || starts(f->rest, "fuzz/");
    if (f->is_c)
        split_c(f);
}

static void files_read(void)
{
    size_t n, count = 0;
    char *list = read_all(stdin, &n);
    for (size_t i = 0; i < n; i++)
        count += list[i] == '\0';
    files = calloc(count + 1, sizeof *files);
    if (!files)
        stop("out of memory", "");
    for (char *p = list; p < list + n; p += strlen(p) + 1)
        file_read(p);
}

static void modules_read(void)
{
    for (size_t i = 0; i < floors.n; i++)
        for (size_t k = 1; k < floors.row[i].n; k++)
            if (strcmp(floors.row[i].word[0], "also") != 0 && n_modules < COUNT_OF(modules))
                modules[n_modules++] =
                    (struct module){floors.row[i].word[k], floors.row[i].word[0], i};
}

static const struct module *module_of(const char *name, size_t n)
{
    for (size_t i = 0; i < n_modules; i++)
        if (strlen(modules[i].name) == n && memcmp(modules[i].name, name, n) == 0)
            return &modules[i];
    return NULL;
}

/* Shared modules and features have the full shape and one public header. */
static bool has_one_header(const struct module *m)
{
    return strcmp(m->kind, "middle") == 0 || strcmp(m->kind, "feature") == 0;
}

/* ---- functions of a C file ---- */

static size_t after_directive(const char *t, size_t i)
{
    while (t[i] && (t[i] != '\n' || t[i - 1] == '\\'))
        i++;
    return i;
}

/* Offset of the bracket that closes the one at i; the end of the text without one. */
static size_t closing(const char *t, size_t i)
{
    char open = t[i], close = open == '{' ? '}' : ')';
    for (int depth = 0; t[i]; i++) {
        depth += t[i] == open;
        if (t[i] == close && --depth == 0)
            break;
    }
    return i;
}

/* Whether [head, open) is the head of a function definition: "… name(…)" without "=". */
static bool is_function_head(const char *t, size_t head, size_t open, struct function *out)
{
    size_t end = open;
    while (end > head && isspace((unsigned char)t[end - 1]))
        end--;
    if (end == head || t[end - 1] != ')' || memchr(t + head, '=', end - head))
        return false;
    int depth = 0;
    do {
        end--;
        depth += (t[end] == ')') - (t[end] == '(');
    } while (end > head && depth > 0);
    size_t from = end;
    while (from > head && is_word(t[from - 1]))
        from--;
    if (from == end || end - from >= sizeof out->name || starts(t + from, "__"))
        return false;
    memcpy(out->name, t + from, end - from);
    out->name[end - from] = '\0';
    out->is_static = false;
    for (size_t i = head, n; (n = next_word(t, &i)) > 0 && i < from; i += n)
        out->is_static |= n == 6 && memcmp(t + i, "static", 6) == 0;
    return true;
}

/* The next function definition at or after *at. */
static bool next_function(const char *t, size_t *at, struct function *out)
{
    size_t head = *at;
    for (size_t i = *at; t[i]; i++) {
        if (head == i && isspace((unsigned char)t[i])) {
            head++;
        } else if (t[i] == '#') {
            i = after_directive(t, i);
            head = i + 1;
            if (!t[i])
                return false;
        } else if (t[i] == ';') {
            head = i + 1;
        } else if (t[i] == '{') {
            size_t close = closing(t, i);
            if (is_function_head(t, head, i, out)) {
                out->head = head;
                out->close = close;
                *at = t[close] ? close + 1 : close;
                return true;
            }
            if (!t[close])
                return false;
            i = close;
        }
    }
    return false;
}

/* ---- the checks ---- */

static bool exists(const char *dir, const char *name, const char *tail)
{
    char path[200];
    snprintf(path, sizeof path, "src/%s/%s%s", dir, name, tail);
    for (size_t i = 0; i < n_files; i++)
        if (strcmp(files[i].path, path) == 0)
            return true;
    return false;
}

static void shape_of_file(const struct file *f)
{
    static const char *const folders[] = {"sql", "html", "test", "fuzz", "asset"};
    const struct module *m = module_of(f->module, strlen(f->module));
    if (!m) {
        refuse(f, 0, "the module '%s' is not in tools/lint/floors", f->module);
        return;
    }
    size_t n = strcspn(f->rest, "/");
    if (f->rest[n] == '/' && !IS_ONE_OF(f->rest, n, folders))
        refuse(f, 0, "a module has the folders sql html test fuzz asset and no other");
    size_t k = strlen(m->name);
    if (f->rest[n] != '/' && f->is_c && has_one_header(m) &&
        !(starts(f->rest, m->name) && (f->rest[k] == '.' || f->rest[k] == '_')))
        refuse(f, 0, "is not called %s.* or %s_*", m->name, m->name);
}

static void check_shape(void)
{
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        if (!f->module[0])
            continue;
        shape_of_file(f);
        if (i > 0 && strcmp(files[i - 1].module, f->module) == 0)
            continue; /* once per module: the list is sorted */
        const struct module *m = module_of(f->module, strlen(f->module));
        if (!exists(f->module, "README.md", ""))
            refuse(f, 0, "src/%s has no README.md", f->module);
        if (m && has_one_header(m) && !exists(m->name, m->name, ".h"))
            refuse(f, 0, "src/%s has no %s.h", m->name, m->name);
        if (m && has_one_header(m) && !exists(m->name, m->name, ".c"))
            refuse(f, 0, "src/%s has no %s.c", m->name, m->name);
    }
}

static bool is_listed_also(const char *from, const char *to)
{
    for (size_t i = 0; i < floors.n; i++) {
        struct row *r = &floors.row[i];
        if (r->n >= 3 && strcmp(r->word[0], "also") == 0 && strcmp(r->word[1], from) == 0 &&
            strcmp(r->word[2], to) == 0)
            return true;
    }
    return false;
}

static void include_check(const struct file *f, size_t at, const char *name, size_t n)
{
    const struct module *own = module_of(f->module, strlen(f->module));
    const char *slash = memchr(name, '/', n);
    bool generated = n > 5 && memcmp(name + n - 5, ".ht.h", 5) == 0;
    if (!own || (!slash && generated))
        return;
    const struct module *to = slash ? module_of(name, (size_t)(slash - name)) : NULL;
    if (to == own || (!to && f->is_test))
        return;
    if (!to) {
        refuse(f, at, "write the header from src/: \"module/file.h\"");
    } else if (generated) {
        refuse(f, at, "the template belongs to '%s': its header is for that module only", to->name);
    } else if (to->floor >= own->floor && !is_listed_also(own->name, to->name)) {
        refuse(f, at, "'%s' does not stand on '%s' (tools/lint/floors)", own->name, to->name);
    } else if (has_one_header(to)) {
        char want[80];
        int k = snprintf(want, sizeof want, "%s/%s.h", to->name, to->name);
        bool fixture = f->is_test && starts(slash, "/test/");
        if (!fixture && ((size_t)k != n || memcmp(want, name, n) != 0))
            refuse(f, at, "of '%s' only \"%s\" may be included", to->name, want);
    }
}

static void check_include(void)
{
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        if (!f->is_c || !f->module[0])
            continue;
        for (size_t at = 0; at < f->n; at += strcspn(f->raw + at, "\n") + 1) {
            if (f->code[at] != '#')
                continue;
            size_t k = at + 1 + strspn(f->raw + at + 1, " \t");
            if (!starts(f->raw + k, "include"))
                continue;
            k += strlen("include");
            k += strspn(f->raw + k, " \t");
            if (f->raw[k] == '"')
                include_check(f, at, f->raw + k + 1, strcspn(f->raw + k + 1, "\"\n"));
        }
    }
}

/* Whether the name begins with that of a file of the module: "db_" of db.c, "guard_" of
 * web_guard.c. */
static bool begins_as_file(const char *module, const char *name)
{
    char word[80], stem[120];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "_"), name);
    snprintf(stem, sizeof stem, "%s_%s", module, word);
    return exists(module, word, ".c") || exists(module, stem, ".c");
}

static bool has_prefix(const struct file *f, const char *name)
{
    for (size_t i = 0; i < prefixes.n; i++) {
        struct row *r = &prefixes.row[i];
        for (size_t k = 1; strcmp(r->word[0], f->module) == 0 && k < r->n; k++) {
            if (strcmp(r->word[k], "*") == 0 || starts(name, r->word[k]))
                return true;
        }
    }
    size_t n = strlen(f->module);
    const struct module *m = module_of(f->module, n);
    return (strncmp(name, f->module, n) == 0 && name[n] == '_') ||
           (m && strcmp(m->kind, "base") == 0 && begins_as_file(f->module, name));
}

static void check_prefix(void)
{
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        if (!f->is_c || !f->module[0] || strchr(f->rest, '/'))
            continue;
        struct function fn;
        for (size_t at = 0; next_function(f->code, &at, &fn);)
            if (!fn.is_static && !has_prefix(f, fn.name))
                refuse(f, fn.head, "the name '%s' does not begin as those of '%s' do", fn.name,
                       f->module);
    }
}

/* The names that src/core/banned.h poisons, as one text of words. */
static const char *poisoned(void)
{
    static char words[4000] = " ";
    for (size_t i = 0; i < n_files && !words[1]; i++) {
        if (strcmp(files[i].path, "src/core/banned.h") != 0)
            continue;
        for (const char *p = files[i].code; (p = strstr(p, "poison ")); p++) {
            size_t n = strcspn(p + 7, "\n"), have = strlen(words);
            snprintf(words + have, sizeof words - have, "%.*s ", (int)n, p + 7);
        }
    }
    return words;
}

static void banned_word(const struct file *f, size_t at, size_t n)
{
    static const char *const heap[] = {"malloc", "calloc", "realloc", "free"};
    static const char *const heap_owners[] = {"core", "sensor", "store", "web", "main"};
    char word[82];
    if (n >= sizeof word - 2 || is_member(f->code, at))
        return;
    snprintf(word, sizeof word, " %.*s ", (int)n, f->code + at);
    bool called = is_call(f->code, at + n);
    if (strstr(poisoned(), word))
        refuse(f, at, "banned:%s(src/core/banned.h says what to use)", word);
    if (called && f->module[0] && strcmp(word, " assert ") == 0)
        refuse(f, at, "banned: assert (use BUG_IF)");
    if (called && f->module[0] && !f->is_test && IS_ONE_OF(f->code + at, n, heap) &&
        !IS_ONE_OF(f->module, strlen(f->module), heap_owners))
        refuse(f, at, "banned here:%s(use the arena)", word);
    /* The scope of everything is made for main's jobs; whoever else needs one is handed it. */
    if (called && f->module[0] && !f->is_test && strcmp(word, " scope_system ") == 0 &&
        strcmp(f->module, "main") != 0 && strcmp(f->module, "org") != 0)
        refuse(f, at, "banned here:%s(take the scope as an argument)", word);
}

static void banned_note(const struct file *f, const char *text)
{
    static const char *const words[] = {"TO" "DO", "FIX" "ME", "XX" "X"};
    for (size_t at = 0, n; (n = next_word(text, &at)) > 0; at += n)
        if (IS_ONE_OF(text + at, n, words))
            refuse(f, at, "'%.*s': do it now or write an issue", (int)n, text + at);
}

static void check_banned(void)
{
    static const char *const others[] = {".ht", ".sql", ".mjs", ".css", ".sh"};
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        for (size_t k = 0; k < COUNT_OF(others); k++)
            if (ends(f->path, others[k]))
                banned_note(f, f->raw);
        if (!f->is_c)
            continue;
        banned_note(f, f->note);
        if (strcmp(f->path, "src/core/banned.h") == 0)
            continue;
        for (size_t at = 0, n; (n = next_word(f->code, &at)) > 0; at += n) {
            banned_word(f, at, n);
            for (size_t k = 0; k < n; k++)
                if (f->code[at + k] & 0x80) {
                    refuse(f, at, "an identifier is not ASCII");
                    break;
                }
        }
    }
}

static bool is_code(const char *path)
{
    static const char *const tails[] = {".c", ".h", ".ht", ".sql", ".mjs", ".css", ".sh"};
    for (size_t i = 0; i < COUNT_OF(tails); i++)
        if (ends(path, tails[i]))
            return !strstr(path, "/corpus/");
    return starts(path, "script/") || starts(path, ".ci/");
}

static void check_size(void)
{
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        size_t lines = is_code(f->path) ? line_of(f->raw, f->n) - 1 : 0;
        if (lines > FILE_MAX)
            refuse(f, 0, "%zu lines; a file is one subject of at most %d", lines, FILE_MAX);
        struct function fn;
        for (size_t at = 0; f->is_c && next_function(f->code, &at, &fn);) {
            lines = line_of(f->code + fn.head, fn.close - fn.head);
            if (lines > FUNCTION_MAX)
                refuse(f, fn.head, "%s has %zu lines; at most %d", fn.name, lines, FUNCTION_MAX);
            else if (lines > FUNCTION_NOTE)
                printf("lint: note: %s:%zu: %s has %zu lines\n", f->path,
                       line_of(f->raw, fn.head), fn.name, lines);
        }
    }
}

static size_t letters(const char *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += isalpha((unsigned char)s[i]) != 0;
    return k;
}

static void check_licence(void)
{
    static const char tag[] = "SPDX-License-Identifier: Apache-2.0";
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        if (!is_code(f->path))
            continue;
        const char *line = f->raw;
        if (starts(line, "#!"))
            line += strcspn(line, "\n") + (strchr(line, '\n') != NULL);
        size_t n = strcspn(line, "\n");
        if (!memmem(line, n, tag, strlen(tag)))
            refuse(f, 0, "does not begin with '%s'", tag);
        if (!f->is_c || line[n] == '\0')
            continue;
        size_t next = (size_t)(line - f->raw) + n + 1;
        if (letters(f->note + next, strcspn(f->note + next, "\n")) < 10)
            refuse(f, next, "the second line does not say what the file is for");
    }
}

static void check_outside(void)
{
    static const struct {
        const char *text, *what;
    } rows[] = {
        {"registry." "npm", "names a registry host"},
        {"npm" "mirror", "names a registry host"},
        {"yarn" "pkg.com", "names a registry host"},
        {"deb." "debian.org", "names a registry host"},
        {"security." "debian.org", "names a registry host"},
        {"ftp." "debian.org", "names a registry host"},
        {"deb." "nodesource", "names a registry host"},
        {"py" "pi.org", "names a registry host"},
        {"crates" ".io", "names a registry host"},
        {"un" "pkg.com", "names a registry host"},
        {"js" "delivr", "names a registry host"},
        {".." "/shared", "names a path outside the repository"},
        {"/wo" "rk/", "names a path outside the repository"},
    };
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        for (size_t k = 0; k < COUNT_OF(rows); k++)
            for (const char *p = f->raw; (p = strstr(p, rows[k].text)); p++)
                if (rows[k].text[0] != '/' || p == f->raw || (!is_word(p[-1]) && p[-1] != '.'))
                    refuse(f, (size_t)(p - f->raw), "%s: %s", rows[k].what, rows[k].text);
    }
}

static bool is_statement(const char *s)
{
    static const char *const heads[] = {"SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ",
                                        "CREATE TABLE ", "WITH ", "BEGIN;", "PRAGMA "};
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (starts(s, heads[i]))
            return true;
    return false;
}

/* Statements stand in SQL("…") and nowhere else: looks at every literal outside such brackets. */
static void sql_literals(const struct file *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strncmp(f->code + i, "SQL(", 4) == 0 && (i == 0 || !is_word(f->code[i - 1])))
            i = closing(f->code, i + 3);
        else if (f->raw[i] == '"' && f->code[i] == ' ' && f->note[i] == ' ' &&
                 is_statement(f->raw + i + 1))
            refuse(f, i, "a statement outside SQL(\"…\")");
    }
}

static void check_sql(void)
{
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        if (!f->is_c || !f->module[0] || strcmp(f->module, "store") == 0)
            continue;
        for (size_t at = 0, n; (n = next_word(f->code, &at)) > 0; at += n) {
            const char *w = f->code + at;
            bool call = is_call(f->code, at + n);
            if (call && (starts(w, "sqlite3_") || (starts(w, "PQ") && islower((unsigned char)w[2]))))
                refuse(f, at, "%.*s: only src/store speaks to the database", (int)n, w);
            if (call && n == 3 && starts(w, "SQL") && !f->is_test && !ends(f->path, "_store.c"))
                refuse(f, at, "SQL stands in %s_store.c", f->module);
        }
        if (!f->is_test)
            sql_literals(f);
    }
}

static void check_lock(void)
{
    for (size_t i = 0; i < n_files; i++) {
        const struct file *f = &files[i];
        if (strcmp(f->path, "package-lock.json") != 0)
            continue;
        for (const char *p = f->raw; (p = strstr(p, "\"resolved\"")); p++)
            refuse(f, (size_t)(p - f->raw), "the lock names where it was fetched from");
    }
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } checks[] = {
        {"shape", check_shape},     {"include", check_include}, {"prefix", check_prefix},
        {"banned", check_banned},   {"size", check_size},       {"licence", check_licence},
        {"outside", check_outside}, {"sql", check_sql},         {"lock", check_lock},
    };
    table_read(&floors, "tools/lint/floors");
    table_read(&prefixes, "tools/lint/prefixes");
    table_read(&allow, "tools/lint/allow");
    modules_read();
    files_read();
    qsort(files, n_files, sizeof *files, by_path);
    size_t all = 0;
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        check_now = checks[i].name;
        refused = 0;
        checks[i].run();
        if (refused)
            printf("lint: %s: %zu refused\n", check_now, refused);
        else
            printf("lint: %s: ok\n", check_now);
        all += refused;
    }
    return all > 0;
}
