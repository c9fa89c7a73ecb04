/* SPDX-License-Identifier: Apache-2.0 */
/* What may be an evidence file: names, and content that is what the name says. Nothing is parsed
 * beyond its first bytes; the files are only ever handed out again as attachments. */
#include "survey/survey_file.h"

static const char allowed[] =
    "使える形式は、PDF、画像（PNG・JPEG）、Excel・Word・PowerPoint（xlsx・docx・pptx）、"
    "テキスト（txt・csv）です。";

enum family { FAMILY_MAGIC, FAMILY_OFFICE, FAMILY_TEXT };

/* One row per extension. */
struct file_type {
    const char *extension;
    enum family family;
    str magic; /* its first bytes */
    const char *media;
};

#define OFFICE "application/vnd.openxmlformats-officedocument."
#define ZIP {"PK\x03\x04", 4}
static const struct file_type types[] = {
    {"pdf", FAMILY_MAGIC, {"%PDF-", 5}, "application/pdf"},
    {"png", FAMILY_MAGIC, {"\x89PNG\r\n\x1a\n", 8}, "image/png"},
    {"jpg", FAMILY_MAGIC, {"\xff\xd8\xff", 3}, "image/jpeg"},
    {"jpeg", FAMILY_MAGIC, {"\xff\xd8\xff", 3}, "image/jpeg"},
    {"xlsx", FAMILY_OFFICE, ZIP, OFFICE "spreadsheetml.sheet"},
    {"docx", FAMILY_OFFICE, ZIP, OFFICE "wordprocessingml.document"},
    {"pptx", FAMILY_OFFICE, ZIP, OFFICE "presentationml.presentation"},
    {"txt", FAMILY_TEXT, {NULL, 0}, "application/octet-stream"},
    {"csv", FAMILY_TEXT, {NULL, 0}, "application/octet-stream"},
};

static const struct file_type *type_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        size_t n = strlen(types[i].extension);
        if (name.n > n + 1 && name.p[name.n - n - 1] == '.' &&
            strncasecmp(name.p + name.n - n, types[i].extension, n) == 0)
            return &types[i];
    }
    return NULL;
}

/* ── names ── */

/* Valid UTF-8 only: the next code point. */
static uint32_t next_char(str *s)
{
    const uint8_t *p = (const uint8_t *)s->p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3Fu);
    *s = str_sub(*s, n, s->n);
    return c;
}

/* Control characters, and those that are not seen or turn what is beside them around. */
static bool is_unseen(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0, 0x1F}, {0x7F, 0x9F}, {0xAD, 0xAD}, {0x61C, 0x61C}, {0x115F, 0x1160},
        {0x180B, 0x180F}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
        {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF0, 0xFFFF},
        {0xE0000, 0x10FFFF}};
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return c < 0xE0100 || c > 0xE01EF; /* these choose the shape of a 漢字 */
    return false;
}

static bool has_unseen(str name)
{
    while (name.n > 0)
        if (is_unseen(next_char(&name)))
            return true;
    return false;
}

err survey_file_name_check(str name, str *why)
{
    enum { MOST = 255 };
    *why = STR_NONE;
    if (name.n == 0 || str_eq(name, S(".")) || str_eq(name, S("..")))
        *why = S("ファイルに名前を付けてから、選び直してください。");
    else if (name.n > MOST)
        *why = S("ファイルの名前が長すぎます。短くしてから、選び直してください。");
    else if (has_unseen(name) || memchr(name.p, '/', name.n) || memchr(name.p, '\\', name.n))
        *why = S("ファイルの名前に使えない文字があります。名前を変えてから、選び直してください。");
    else if (mynumber_is_in(name))
        *why = S("ファイルの名前に個人番号と思われる12桁の数字があります。名前を変えてから、"
                 "選び直してください。");
    else if (!type_of(name))
        *why = str_of(allowed);
    return why->n ? ERR(INVALID) : OK;
}

/* ── content ── */

void survey_file_kind_begin(struct file_kind *k, str name)
{
    *k = (struct file_kind){.type = type_of(name),
        .utf8_number = mynumber_scan_begin(MYNUMBER_UTF8),
        .cp932_number = mynumber_scan_begin(MYNUMBER_CP932)};
}

static void feed_utf8(struct file_kind *k, uint8_t c)
{
    if (k->utf8_left > 0) {
        k->utf8_code = k->utf8_code << 6 | (c & 0x3Fu);
        k->utf8_bad |= (c & 0xC0) != 0x80;
        if (--k->utf8_left == 0)
            k->utf8_bad |= k->utf8_code < k->utf8_least || k->utf8_code > 0x10FFFF ||
                (k->utf8_code >= 0xD800 && k->utf8_code <= 0xDFFF);
    } else if (c >= 0x80) {
        k->utf8_left = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
        k->utf8_least = c >= 0xF0 ? 0x10000 : c >= 0xE0 ? 0x800 : 0x80;
        k->utf8_code = c & (0x3Fu >> k->utf8_left);
        k->utf8_bad |= c < 0xC2 || c > 0xF4;
    }
}

/* Microsoft's code page 932 (Shift_JIS): one byte, half-width kana, or two bytes. */
static void feed_cp932(struct file_kind *k, uint8_t c)
{
    if (k->cp932_left > 0) {
        k->cp932_left = 0;
        k->cp932_bad |= c < 0x40 || c == 0x7F || c > 0xFC;
    } else if (c >= 0x80 && !(c >= 0xA1 && c <= 0xDF)) {
        k->cp932_left = 1;
        k->cp932_bad |= c == 0x80 || c == 0xA0 || c > 0xFC;
    }
}

static void feed_text(struct file_kind *k, uint8_t c)
{
    k->control |= (c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || c == 0x7F;
    feed_utf8(k, c);
    feed_cp932(k, c);
}

/* The name under which every Office program keeps macros; names are never compressed. */
static void feed_macro(struct file_kind *k, uint8_t c)
{
    static const char name[] = "vbaproject";
    uint8_t small = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
    if (small == (uint8_t)name[k->macro_at])
        k->macro_at++;
    else
        k->macro_at = small == 'v';
    if (name[k->macro_at] == 0) {
        k->macro = true;
        k->macro_at = 0;
    }
}

void survey_file_kind_feed(struct file_kind *k, const void *p, size_t n)
{
    const uint8_t *b = p;
    if (n == 0)
        return;
    size_t more = sizeof k->head - k->head_n;
    more = more < n ? more : n;
    memcpy(k->head + k->head_n, b, more);
    k->head_n += more;
    k->size += (int64_t)n;
    if (!k->type || k->type->family == FAMILY_MAGIC)
        return;
    for (size_t i = 0; i < n; i++) {
        if (k->type->family == FAMILY_TEXT)
            feed_text(k, b[i]);
        else
            feed_macro(k, b[i]);
    }
    if (k->type->family == FAMILY_TEXT) {
        mynumber_scan_feed(&k->utf8_number, (str){p, n});
        mynumber_scan_feed(&k->cp932_number, (str){p, n});
    }
}

static bool begins(const struct file_kind *k, str what)
{
    return what.n == 0 || (k->head_n >= what.n && memcmp(k->head, what.p, what.n) == 0);
}

/* The first entry of the archive is one that Office files begin with. */
static bool is_office(const struct file_kind *k)
{
    enum { NAME_N = 26, NAME = 30 };
    static const str first[] = {S("[Content_Types].xml"), S("_rels/.rels"), S("docProps/app.xml"),
        S("docProps/core.xml"), S("xl/workbook.xml"), S("word/document.xml"),
        S("ppt/presentation.xml")};
    if (k->head_n < NAME)
        return false;
    size_t n = (size_t)k->head[NAME_N] | (size_t)k->head[NAME_N + 1] << 8;
    for (size_t i = 0; i < COUNT_OF(first); i++)
        if (n == first[i].n && NAME + n <= k->head_n &&
            memcmp(k->head + NAME, first[i].p, n) == 0)
            return true;
    return false;
}

/* A page or a program under the name of a text. */
static bool is_markup(const struct file_kind *k)
{
    static const str marks[] = {S("<!doctype"), S("<html"), S("<svg"), S("<?xml"), S("<script"),
        S("<head"), S("<body"), S("<iframe"), S("#!")};
    str s = {(const char *)k->head, k->head_n};
    if (str_starts(s, S("\xEF\xBB\xBF")))
        s = str_sub(s, 3, s.n);
    while (s.n > 0 && strchr(" \t\r\n\f", s.p[0]) && s.p[0])
        s = str_sub(s, 1, s.n);
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (s.n >= marks[i].n && strncasecmp(s.p, marks[i].p, marks[i].n) == 0)
            return true;
    return false;
}

static bool is_utf8(const struct file_kind *k)
{
    return !k->utf8_bad && k->utf8_left == 0;
}

static bool is_cp932(const struct file_kind *k)
{
    return !k->cp932_bad && k->cp932_left == 0;
}

static bool is_text(const struct file_kind *k)
{
    return !k->control && (is_utf8(k) || is_cp932(k)) && !is_markup(k);
}

/* The line of the first 個人番号, as the file may be read; 0: none. */
static int64_t number_line(struct file_kind *k)
{
    int64_t line = is_utf8(k) ? mynumber_scan_end(&k->utf8_number) : 0;
    return line || !is_cp932(k) ? line : mynumber_scan_end(&k->cp932_number);
}

static bool has_shape(const struct file_kind *k)
{
    static bool (*const looks[])(const struct file_kind *) = {
        [FAMILY_OFFICE] = is_office, [FAMILY_TEXT] = is_text};
    return k->type && begins(k, k->type->magic) &&
        (k->type->family == FAMILY_MAGIC || looks[k->type->family](k));
}

err survey_file_kind_end(struct arena *a, struct file_kind *k, str *media, str *why)
{
    int64_t line;
    *why = STR_NONE;
    if (k->size == 0)
        *why = S("ファイルの中身が空です。中身のあるファイルを選んでください。");
    else if (k->macro)
        *why = S("マクロの入ったファイルは受け取れません。マクロなしの形式で保存し直すか、PDFにして"
                 "ください。");
    else if (!has_shape(k))
        *why = S("ファイルの中身が、名前の示す形式ではありません。パスワード付きのファイルは、外してから"
                 "選んでください。使える形式は、PDF、画像（PNG・JPEG）、Excel・Word・PowerPoint"
                 "（xlsx・docx・pptx）、テキスト（txt・csv）です。");
    else if (k->type->family == FAMILY_TEXT && (line = number_line(k)) != 0)
        *why = str_fmt(a, "ファイルの%lld行目に、個人番号と思われる12桁の数字があります。個人番号の入った"
                          "資料は受け取れません。その数字を消して保存し直してから、選び直してください。",
            (long long)line);
    if (why->n)
        return ERR(INVALID);
    *media = str_of(k->type->media);
    return OK;
}

enum file_age survey_file_age(jday valid_until, jday today)
{
    if (valid_until == DAY_NONE || valid_until - today > SURVEY_FILES_SOON)
        return FILE_CURRENT;
    return valid_until < today ? FILE_EXPIRED : FILE_SOON;
}
