/* SPDX-License-Identifier: Apache-2.0 */
/* A paper as a workbook of one sheet (ISO/IEC 29500): only text, every cell of the type text, so that nothing in it
 * is ever a formula, a number or a date that somebody's spreadsheet made of it. */
#include "core/sheet_private.h"

#include "core/html.h"
#include "core/zip.h"

/* Of styles.xml below. */
enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_BAND, STYLE_SMALL, STYLE_SECTION, STYLE_TEXT, STYLE_LABEL, STYLE_CELL, STYLE_RIGHT };
enum {
    CELL_MOST = 32000, /* UTF-16 units; a spreadsheet takes 32,767 */
    LABEL_WIDTH = 30, TEXT_WIDTH = 70, COLUMN_WIDTH = 24, /* half-width characters */
    NAME_MOST = 31     /* units of a sheet's name */
};

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define FONT "<name val=\"Yu Gothic\"/><family val=\"3\"/><charset val=\"128\"/>"
#define TOP "vertical=\"top\" wrapText=\"1\""
#define XF(font, fill, border, align) \
    "<xf numFmtId=\"49\" fontId=\"" #font "\" fillId=\"" #fill "\" borderId=\"" #border \
    "\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\">" \
    "<alignment " align "/></xf>"
#define SIDE(name) "<" name " style=\"thin\"><color rgb=\"FF808080\"/></" name ">"

static const struct {
    str name, text;
} parts[] = {
    {S("[Content_Types].xml"),
        S(HEAD "<Types xmlns=\"" PACKAGE "content-types\"><Default Extension=\"rels\" "
               "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" "
               "ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" "
               "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
               "<Override PartName=\"/xl/worksheets/sheet1.xml\" "
               "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
               "<Override PartName=\"/xl/styles.xml\" "
               "ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/></Types>")},
    {S("_rels/.rels"), S(HEAD "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE
                              "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")},
    {S("xl/_rels/workbook.xml.rels"),
        S(HEAD "<Relationships xmlns=\"" PACKAGE "relationships\"><Relationship Id=\"rId1\" Type=\"" OFFICE
               "/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"" OFFICE
               "/styles\" Target=\"styles.xml\"/></Relationships>")},
    {S("xl/styles.xml"),
        S(HEAD "<styleSheet xmlns=\"" MAIN "\"><fonts count=\"5\"><font><sz val=\"10\"/>" FONT
               "</font><font><b/><sz val=\"14\"/>" FONT "</font><font><b/><sz val=\"11\"/>" FONT
               "</font><font><sz val=\"9\"/>" FONT "</font><font><b/><sz val=\"10\"/>" FONT "</font></fonts>"
               "<fills count=\"3\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill "
               "patternType=\"gray125\"/></fill><fill><patternFill patternType=\"solid\"><fgColor rgb=\"FFEFEFEF\"/>"
               "</patternFill></fill></fills><borders count=\"2\"><border><left/><right/><top/><bottom/><diagonal/>"
               "</border><border>" SIDE("left") SIDE("right") SIDE("top") SIDE("bottom")
               "<diagonal/></border></borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
               "borderId=\"0\"/></cellStyleXfs><cellXfs count=\"9\">"
               XF(0, 0, 0, "vertical=\"top\"") XF(1, 0, 0, TOP) XF(2, 2, 1, "horizontal=\"center\" " TOP) XF(3, 0, 0, TOP)
               XF(2, 0, 0, TOP) XF(0, 0, 0, TOP) XF(4, 2, 1, TOP) XF(0, 0, 1, TOP) XF(0, 0, 0, "horizontal=\"right\" " TOP)
               "</cellXfs><cellStyles count=\"1\"><cellStyle name=\"Normal\" xfId=\"0\" builtinId=\"0\"/></cellStyles>"
               "</styleSheet>")},
};

struct sheet_out {
    struct buf rows, merged;
    size_t row, columns, n_merged;
};

/* ── cells ── */

static size_t units_at(str s, size_t i) /* UTF-16 units of the character that begins here */
{
    unsigned char c = (unsigned char)s.p[i];
    return c >= 0xF0 ? 2 : (c & 0xC0) != 0x80;
}

/* As much as a cell holds; *rest: what goes into the row below. */
static str cell_part(str text, str *rest, size_t most)
{
    size_t units = 0, i = 0;
    for (; i < text.n; i++) {
        units += units_at(text, i);
        if (units > most)
            break;
    }
    *rest = str_sub(text, i, text.n);
    return str_sub(text, 0, i);
}

static void put_cell(struct sheet_out *o, size_t column, enum style style, str text)
{
    buf_fmt(&o->rows, "<c r=\"%c%zu\" s=\"%d\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", (int)('A' + column), o->row,
        (int)style);
    html_text(&o->rows, text);
    buf_lit(&o->rows, "</t></is></c>");
}

static void begin_row(struct sheet_out *o, double points)
{
    buf_fmt(&o->rows, "<row r=\"%zu\"", ++o->row);
    if (points > 0)
        buf_fmt(&o->rows, " ht=\"%.1f\" customHeight=\"1\"", points);
    buf_char(&o->rows, '>');
}

/* Over the whole width. A spreadsheet does not find the height of merged cells: it is said. */
static void put_wide(struct sheet_out *o, enum style style, str text, double line)
{
    size_t width = LABEL_WIDTH + TEXT_WIDTH, lines = 0;
    str rest = text, one;
    while (str_cut(&rest, '\n', &one))
        lines += 1 + 2 * str_chars(one) / width;
    do {
        str part = cell_part(text, &text, CELL_MOST);
        double height = line * (double)(lines ? lines : 1);
        begin_row(o, height < 400 ? height : 400);
        put_cell(o, 0, style, part);
        buf_lit(&o->rows, "</row>");
        buf_fmt(&o->merged, "<mergeCell ref=\"A%zu:%c%zu\"/>", o->row, (int)('A' + o->columns - 1), o->row);
        o->n_merged++;
    } while (text.n);
}

static void put_cells(struct sheet_out *o, const struct sheet_record *r, enum style first, enum style others)
{
    str left[SHEET_COLUMN];
    size_t more;
    memcpy(left, r->cell, sizeof left);
    do {
        more = 0;
        begin_row(o, 0);
        for (size_t c = 0; c < r->n; c++) {
            put_cell(o, c, c ? others : first, cell_part(left[c], &left[c], CELL_MOST));
            more += left[c].n;
        }
        buf_lit(&o->rows, "</row>");
    } while (more);
}

static void put_record(struct sheet_out *o, const struct sheet_record *r)
{
    switch (r->kind) {
    case SHEET_HEAD:
        put_wide(o, STYLE_SMALL, r->cell[0], 14);
        break;
    case SHEET_RIGHT:
        put_wide(o, STYLE_RIGHT, r->cell[0], 16);
        break;
    case SHEET_SECTION:
        put_wide(o, STYLE_SECTION, r->cell[0], 22);
        break;
    case SHEET_TEXT:
        put_wide(o, STYLE_TEXT, r->cell[0], 16);
        break;
    case SHEET_ROW:
        put_cells(o, r, STYLE_LABEL, STYLE_CELL);
        break;
    case SHEET_COLUMNS:
        put_cells(o, r, STYLE_LABEL, STYLE_LABEL);
        break;
    case SHEET_CELLS:
        put_cells(o, r, STYLE_CELL, STYLE_CELL);
        break;
    case SHEET_TITLE:
    case SHEET_BAND:
    case SHEET_FOOT:
    case SHEET_AT:
        break;
    }
}

/* ── parts ── */

/* In a header "&" begins a code; two stand for one. */
static void put_header_text(struct buf *b, str text)
{
    str part;
    for (bool first = true; str_cut(&text, '&', &part); first = false) {
        if (!first)
            buf_lit(b, "&amp;&amp;");
        html_text(b, part);
    }
}

static void put_page_setup(struct buf *b, const struct sheet *s)
{
    str none;
    buf_lit(b, "<pageMargins left=\"0.7\" right=\"0.7\" top=\"0.9\" bottom=\"0.8\" header=\"0.4\" footer=\"0.4\"/>"
               "<pageSetup paperSize=\"9\" orientation=\"portrait\" fitToHeight=\"0\"/><headerFooter>");
    if (s->band.n) {
        buf_lit(b, "<oddHeader>&amp;C&amp;B ");
        put_header_text(b, cell_part(s->band, &none, 100));
        buf_lit(b, "</oddHeader>");
    }
    buf_lit(b, "<oddFooter>&amp;L ");
    put_header_text(b, cell_part(s->foot, &none, 100));
    buf_lit(b, "&amp;R&amp;P / &amp;N</oddFooter></headerFooter>");
}

static void put_widths(struct buf *b, const struct sheet_out *o)
{
    buf_lit(b, "<cols>");
    for (size_t c = 0; c < o->columns; c++)
        buf_fmt(b, "<col min=\"%zu\" max=\"%zu\" width=\"%d\" customWidth=\"1\"/>", c + 1, c + 1,
            o->columns > 2 ? COLUMN_WIDTH : c ? TEXT_WIDTH : LABEL_WIDTH);
    buf_lit(b, "</cols>");
}

static err sheet_part(const struct sheet *s, struct sheet_out *o, struct buf *out)
{
    if (s->band.n)
        put_wide(o, STYLE_BAND, s->band, 20);
    put_wide(o, STYLE_TITLE, s->title, 24);
    for (size_t i = 0; i < s->n; i++)
        put_record(o, &s->v[i]);
    buf_lit(out, HEAD "<worksheet xmlns=\"" MAIN "\"><sheetPr><pageSetUpPr fitToPage=\"1\"/></sheetPr>");
    put_widths(out, o);
    buf_lit(out, "<sheetData>");
    buf_str(out, buf_view(&o->rows));
    buf_fmt(out, "</sheetData><mergeCells count=\"%zu\">", o->n_merged);
    buf_str(out, buf_view(&o->merged));
    buf_lit(out, "</mergeCells>");
    put_page_setup(out, s);
    buf_lit(out, "</worksheet>");
    TRY(buf_status(&o->rows));
    TRY(buf_status(&o->merged));
    return buf_status(out);
}

/* A sheet's name has none of \ / ? * [ ] : ' and is short. */
static void put_name(struct buf *b, str title)
{
    str rest, name = cell_part(title, &rest, NAME_MOST);
    for (size_t i = 0; i < name.n; i++) {
        char c[] = {name.p[i]};
        html_attr(b, memchr("\\/?*[]:'\n", c[0], 9) ? S(" ") : (str){c, 1});
    }
}

static void workbook_part(const struct sheet *s, const struct sheet_out *o, struct buf *out)
{
    buf_lit(out, HEAD "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><sheets><sheet name=\"");
    put_name(out, s->title);
    buf_lit(out, "\" sheetId=\"1\" r:id=\"rId1\"/></sheets><definedNames><definedName name=\"_xlnm.Print_Area\" "
                 "localSheetId=\"0\">'");
    put_name(out, s->title);
    buf_fmt(out, "'!$A$1:$%c$%zu</definedName></definedNames></workbook>", (int)('A' + o->columns - 1), o->row);
}

static void put_part(struct zip *z, str name, str text)
{
    zip_begin(z, name);
    zip_put(z, text.p, text.n);
    zip_end(z);
}

err sheet_xlsx(struct arena *a, const struct sheet *s, struct buf *out)
{
    BUF_AUTO page = BUF(SHEET_FILE);
    BUF_AUTO book = BUF(4096);
    struct sheet_out o = {.rows = BUF(SHEET_FILE), .merged = BUF(SHEET_FILE), .columns = s->columns};
    struct zip z;
    (void)a;
    err e = sheet_part(s, &o, &page);
    workbook_part(s, &o, &book);
    buf_free(&o.rows);
    buf_free(&o.merged);
    TRY(e);
    TRY(buf_status(&book));
    zip_init_memory(&z, out);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        put_part(&z, parts[i].name, parts[i].text);
    put_part(&z, S("xl/workbook.xml"), buf_view(&book));
    put_part(&z, S("xl/worksheets/sheet1.xml"), buf_view(&page));
    e = zip_finish(&z);
    zip_done(&z);
    return e;
}
