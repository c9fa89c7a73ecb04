/* SPDX-License-Identifier: Apache-2.0 */
/* Errors with their position, and what may be called a name. */
#include "unit.h"

static void locate(str source, size_t at, struct htc_error *e)
{
    e->line = 1;
    e->col = 1;
    for (size_t i = 0; i < at && i < source.n; i++) {
        if (source.p[i] == '\n') {
            e->line++;
            e->col = 1;
        } else if (((unsigned char)source.p[i] & 0xc0) != 0x80) {
            e->col++;
        }
    }
}

err unit_fail(struct unit *u, size_t at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    locate(u->source, at, u->error);
    vsnprintf(u->error->text, sizeof u->error->text, fmt, args);
    va_end(args);
    return ERR(INVALID);
}

static err check_line(struct unit *u, size_t at, str line)
{
    if (!str_is_utf8(line))
        return unit_fail(u, at, "this line is not UTF-8; save the file as UTF-8");
    for (size_t i = 0; i < line.n; i++) {
        unsigned char byte = (unsigned char)line.p[i];
        if (byte == '\r')
            return unit_fail(u, at + i, "carriage return; end lines with a newline only");
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return unit_fail(u, at + i, "control byte 0x%02x; remove it", byte);
    }
    return OK;
}

err unit_check_source(struct unit *u)
{
    str rest = u->source;
    str line;
    if (rest.n > HTC_SOURCE_MAX) {
        IGNORE(unit_fail(u, 0, "the file is larger than 1 MiB; split it")); /* LIMIT says more */
        return ERR(LIMIT);
    }
    while (str_cut(&rest, '\n', &line))
        TRY(check_line(u, (size_t)(line.p - u->source.p), line));
    return OK;
}

bool unit_is_name(str s)
{
    if (s.n == 0 || s.n > UNIT_NAME_MAX || !islower((unsigned char)s.p[0]))
        return false;
    for (size_t i = 1; i < s.n; i++) {
        unsigned char byte = (unsigned char)s.p[i];
        if (!islower(byte) && !isdigit(byte) && byte != '_')
            return false;
    }
    return true;
}

/* Spelt in one string with blanks around each, because some of them are poisoned in this file. */
static const char reserved[] =
    " and or csrf view alignas alignof asm auto bool break case char complex const constexpr"
    " continue default do double else enum errno extern false float for goto if imaginary inline"
    " int linux long noreturn nullptr register restrict return short signed sizeof static"
    " static_assert stderr stdin stdout struct switch thread_local true typedef typeof union unix"
    " unsigned void volatile while strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets"
    " scanf sscanf atoi atol atoll atof strtok gmtime localtime ctime asctime mktime strftime"
    " system popen tmpnam mktemp rand srand random setlocale alloca environ i386 ";

bool unit_is_reserved(str s)
{
    for (const char *p = reserved; (p = memmem(p, strlen(p), s.p, s.n)) != NULL; p++) {
        if (p[-1] == ' ' && p[s.n] == ' ')
            return true;
    }
    return false;
}

const char *unit_type_name(enum type t)
{
    static const char *const names[TYPE_N] = {
        [TYPE_STR] = "str",   [TYPE_INT] = "int",   [TYPE_BOOL] = "bool", [TYPE_TIME] = "time",
        [TYPE_DAY] = "day",   [TYPE_BP] = "bp",     [TYPE_URL] = "url",   [TYPE_HTML] = "html",
        [TYPE_OBJ] = "obj",   [TYPE_LIST] = "list", [TYPE_VIEW] = "view",
    };
    return names[t];
}

const struct field *unit_field_find(const struct field *first, str name)
{
    for (const struct field *f = first; f; f = f->next) {
        if (str_eq(f->name, name))
            return f;
    }
    return NULL;
}
