/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of Japanese text: HarfBuzz chooses the glyphs (variation sequences, marks), this file where a line ends,
 * cairo draws. The fonts are mapped once, in the forker; no library looks for one or opens a file. */
#include "core/sheet_freetype.h"
#include "core/sheet_private.h"

#include <cairo-ft.h>
#include <hb-subset.h>

/* Debian's fonts-noto-cjk. The first face of the collection is the Japanese one: 直, 骨 and 辻 as written here. */
static const char *const files[FACES] = {
    [FACE_REGULAR] = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    [FACE_BOLD] = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
};

static struct {
    FT_Library library;
    struct {
        hb_font_t *shapes;
        hb_face_t *whole;
        hb_set_t *used;           /* glyphs of the paper at hand */
        cairo_font_face_t *draws; /* these alone; NULL before sheet_fonts_cut() */
        double units; /* of one em */
    } face[FACES];
    bool ready;
} fonts; /* written once, before a thread or a child is there */

bool sheet_has_fonts(void)
{
    return fonts.ready;
}

bool sheet_is_installed(void)
{
    for (int f = 0; f < FACES; f++)
        if (access(files[f], R_OK) != 0)
            return false;
    return true;
}

static err load(enum sheet_face f)
{
    hb_blob_t *blob = hb_blob_create_from_file_or_fail(files[f]); /* mapped, kept to the end */
    if (!blob)
        return ERR(NOTFOUND);
    hb_face_t *face = hb_face_create(blob, 0);
    hb_blob_destroy(blob);
    fonts.face[f].whole = face;
    fonts.face[f].used = hb_set_create();
    fonts.face[f].shapes = hb_font_create(face);
    fonts.face[f].units = hb_face_get_upem(face);
    hb_font_set_scale(fonts.face[f].shapes, (int)fonts.face[f].units, (int)fonts.face[f].units);
    return hb_face_get_glyph_count(face) && hb_set_allocation_successful(fonts.face[f].used) ? OK : ERR(INVALID);
}

err sheet_prepare(void)
{
    BUG_IF(fonts.ready);
    if (FT_Init_FreeType(&fonts.library) != 0)
        return ERR(NOMEM);
    for (int f = 0; f < FACES; f++)
        TRY(load((enum sheet_face)f));
    fonts.ready = true;
    /* What the libraries load with their first paper (the time zone) they load now. */
    BUF_AUTO first = BUF(1024);
    BUF_AUTO paper = BUF(1 << 20);
    sheet_line(&first, SHEET_TITLE, S("あ"));
    return sheet_make(SHEET_PDF, buf_view(&first), &paper);
}

/* ── the font of one paper ──
 * What was shaped is cut out of the font, without its subroutines: cairo 1.16 mostly finds no way to leave out those
 * that are not used, and each file would carry 900 kB of them. */

static hb_face_t *cut(enum sheet_face f)
{
    static const hb_tag_t not_drawn[] = {HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'),
        HB_TAG('B', 'A', 'S', 'E'), HB_TAG('V', 'O', 'R', 'G'), HB_TAG('v', 'h', 'e', 'a'), HB_TAG('v', 'm', 't', 'x')};
    hb_subset_input_t *in = hb_subset_input_create_or_fail();
    if (!in)
        return NULL;
    hb_set_union(hb_subset_input_glyph_set(in), fonts.face[f].used);
    for (size_t i = 0; i < COUNT_OF(not_drawn); i++)
        hb_set_add(hb_subset_input_set(in, HB_SUBSET_SETS_DROP_TABLE_TAG), not_drawn[i]);
    hb_subset_input_set_flags(in, HB_SUBSET_FLAGS_RETAIN_GIDS | HB_SUBSET_FLAGS_DESUBROUTINIZE | HB_SUBSET_FLAGS_NO_HINTING |
            HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
    hb_face_t *out = hb_subset_or_fail(fonts.face[f].whole, in);
    hb_subset_input_destroy(in);
    return out;
}

static void forget_bytes(void *face)
{
    hb_blob_destroy(((FT_Face)face)->generic.data);
}

static void forget_face(void *face)
{
    FT_Done_Face(face);
}

/* Cairo keeps the face as long as it needs it, the face its bytes. */
static err load_cut(enum sheet_face f, hb_face_t *face)
{
    static const cairo_user_data_key_t key;
    FT_Face ft;
    unsigned n;
    hb_blob_t *blob = hb_face_reference_blob(face);
    const char *bytes = hb_blob_get_data(blob, &n);
    if (FT_New_Memory_Face(fonts.library, (const FT_Byte *)bytes, (FT_Long)n, 0, &ft) != 0) {
        hb_blob_destroy(blob);
        return ERR(INVALID);
    }
    ft->generic = (FT_Generic){blob, forget_bytes};
    cairo_font_face_destroy(fonts.face[f].draws);
    fonts.face[f].draws = cairo_ft_font_face_create_for_ft_face(ft, FT_LOAD_NO_HINTING);
    return cairo_font_face_set_user_data(fonts.face[f].draws, &key, ft, forget_face) == CAIRO_STATUS_SUCCESS ? OK : ERR(NOMEM);
}

err sheet_fonts_cut(void)
{
    for (int f = 0; f < FACES; f++) {
        hb_face_t *face = cut((enum sheet_face)f);
        if (!face)
            return ERR(NOMEM);
        err e = load_cut((enum sheet_face)f, face);
        hb_face_destroy(face);
        TRY(e);
    }
    return OK;
}

void sheet_fonts_begin(void)
{
    for (int f = 0; f < FACES; f++)
        hb_set_clear(fonts.face[f].used);
}

/* ── which glyphs ── */

static hb_buffer_t *shape(enum sheet_face face, str line)
{
    /* No ligatures: what is copied out of the paper shall be what was typed. */
    static const hb_feature_t plain[] = {{HB_TAG('l', 'i', 'g', 'a'), 0, 0, (unsigned)-1},
        {HB_TAG('c', 'l', 'i', 'g'), 0, 0, (unsigned)-1}, {HB_TAG('d', 'l', 'i', 'g'), 0, 0, (unsigned)-1}};
    hb_buffer_t *b = hb_buffer_create();
    hb_buffer_add_utf8(b, line.p, (int)line.n, 0, (int)line.n);
    hb_buffer_set_direction(b, HB_DIRECTION_LTR);
    hb_buffer_set_script(b, HB_SCRIPT_KATAKANA);
    hb_buffer_set_language(b, hb_language_from_string("ja", 2));
    hb_buffer_set_cluster_level(b, HB_BUFFER_CLUSTER_LEVEL_MONOTONE_GRAPHEMES);
    hb_shape(fonts.face[face].shapes, b, plain, COUNT_OF(plain));
    return b;
}

/* Of a line without ends; in a. *n 0 with OK: it is empty. */
static err glyphs_of(struct arena *a, enum sheet_face face, double size, str line, struct sheet_glyph **out, size_t *n)
{
    unsigned count = 0;
    hb_buffer_t *b = shape(face, line);
    bool whole = hb_buffer_allocation_successful(b);
    const hb_glyph_info_t *info = hb_buffer_get_glyph_infos(b, &count);
    const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(b, &count);
    double em = size / fonts.face[face].units;
    struct sheet_glyph *v = ARENA_ARRAY(a, struct sheet_glyph, (size_t)count + 1);
    size_t end = line.n;
    for (size_t i = count; v && i-- > 0;) { /* backwards: bytes end where the next ones begin */
        bool same = i + 1 < count && info[i + 1].cluster == info[i].cluster;
        v[i] = (struct sheet_glyph){info[i].codepoint, info[i].cluster, same ? v[i + 1].n : end - info[i].cluster,
            at[i].x_offset * em, at[i].y_offset * em, at[i].x_advance * em};
        end = info[i].cluster;
        hb_set_add(fonts.face[face].used, info[i].codepoint);
    }
    hb_buffer_destroy(b);
    *out = v;
    *n = count;
    return v && whole ? OK : ERR(NOMEM);
}

/* ── where a line ends ── */

static unsigned code_at(str s, size_t i)
{
    unsigned char c = i < s.n ? (unsigned char)s.p[i] : 0;
    size_t more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    unsigned code = more == 3 ? c & 7U : more == 2 ? c & 15U : more == 1 ? c & 31U : c;
    for (size_t k = 1; k <= more && i + k < s.n; k++)
        code = code << 6 | ((unsigned char)s.p[i + k] & 63U);
    return code;
}

static bool stands_in(str set, str text, size_t at, size_t n)
{
    for (size_t i = 0; i + n <= set.n; i++)
        if (memcmp(set.p + i, text.p + at, n) == 0)
            return true;
    return false;
}

/* JIS X 4051: 行頭禁則 and 行末禁則. */
static const str never_first = S("、。，．・：；？！）」』】〕〉》〙〗〟’”゛゜ヽヾゝゞ々〻ー–ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ"
                                 "％‰℃,.!?:;)]}%");
static const str never_last = S("（「『【〔〈《〘〖〝‘“￥＄£([{");

static bool is_word(unsigned code)
{
    return code > ' ' && code < 0x2000;
}

/* May a line end between the glyph before and this one. */
static bool may_end(str line, const struct sheet_glyph *before, const struct sheet_glyph *g)
{
    unsigned last = code_at(line, before->from), next = code_at(line, g->from);
    if (g->from == before->from || stands_in(never_first, line, g->from, g->n) ||
        stands_in(never_last, line, before->from, before->n))
        return false;
    return !(is_word(last) && is_word(next));
}

/* How many glyphs from v the line takes, at least one. */
static size_t fit(str line, const struct sheet_glyph *v, size_t n, double width, double *used)
{
    double w = 0, w_good = 0;
    size_t good = 0, i = 0;
    for (; i < n; i++) {
        if (i > 0 && may_end(line, &v[i - 1], &v[i])) {
            good = i;
            w_good = w;
        }
        if (w + v[i].width > width + 0.01 && code_at(line, v[i].from) != ' ')
            break;
        w += v[i].width;
    }
    bool forced = i < n && good == 0; /* one word longer than the line */
    i += i == 0;
    while (forced && i < n && v[i].from == v[i - 1].from) /* what draws one character stays together */
        i++;
    *used = i == n || forced ? w : w_good;
    return i == n || forced ? i : good;
}

static err break_one(struct arena *a, enum sheet_face face, double size, double width, str line, struct sheet_lines *out)
{
    struct sheet_glyph *v;
    size_t n, at = 0;
    TRY(glyphs_of(a, face, size, line, &v, &n));
    do {
        struct sheet_piece *l = &out->v[out->n++];
        *l = (struct sheet_piece){.v = v + at};
        l->n = n ? fit(line, v + at, n - at, width, &l->width) : 0;
        size_t from = n ? v[at].from : 0, to = at + l->n < n ? v[at + l->n].from : line.n;
        l->text = str_sub(line, from, to - from);
        at += l->n;
    } while (at < n);
    return OK;
}

err sheet_break(
    struct arena *a, enum sheet_face face, double size, double width, str text, struct sheet_lines *out)
{
    str line;
    /* No line is shorter than a character, and each line end makes one more. */
    *out = (struct sheet_lines){.v = ARENA_ARRAY(a, struct sheet_piece, str_chars(text) + 2)};
    if (!out->v)
        return ERR(NOMEM);
    while (str_cut(&text, '\n', &line))
        TRY(break_one(a, face, size, width, line, out));
    if (out->n == 0)
        out->n = 1;
    return OK;
}

/* ── drawn ── */

enum { AT_ONCE = 256 };

/* One text with the glyphs that draw it, so that it can be found and copied. */
struct run {
    cairo_glyph_t g[AT_ONCE];
    cairo_text_cluster_t c[AT_ONCE];
    int n_g, n_c;
    size_t from, to; /* bytes of the line's text */
};

static void show(cairo_t *cr, enum sheet_face face, str text, struct run *r)
{
    str part = str_sub(text, r->from, r->to - r->from);
    cairo_set_font_face(cr, fonts.face[face].draws);
    if (r->n_g)
        cairo_show_text_glyphs(cr, part.p, (int)part.n, r->g, r->n_g, r->c, r->n_c, 0);
    r->n_g = r->n_c = 0;
    r->from = r->to;
}

void sheet_draw(cairo_t *cr, enum sheet_face face, double size, double x, double y, const struct sheet_piece *l)
{
    struct run r = {.n_g = 0};
    size_t base = l->n ? l->v[0].from : 0;
    cairo_set_font_size(cr, size);
    for (size_t i = 0; i < l->n; i++) {
        const struct sheet_glyph *v = &l->v[i];
        if (i == 0 || v->from != v[-1].from) {
            if (r.n_g > AT_ONCE / 2)
                show(cr, face, l->text, &r);
            r.c[r.n_c++] = (cairo_text_cluster_t){(int)v->n, 0};
            r.to = v->from - base + v->n;
        }
        if (r.n_g == AT_ONCE) /* marks without end on one character: what does not fit is not drawn */
            continue;
        r.c[r.n_c - 1].num_glyphs++;
        r.g[r.n_g++] = (cairo_glyph_t){v->index, x + v->dx, y - v->dy};
        x += v->width;
    }
    show(cr, face, l->text, &r);
}
