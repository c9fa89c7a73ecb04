/* SPDX-License-Identifier: Apache-2.0 */
/* The schema of a table in the vocabulary of CSV on the Web: what every column is called, what
 * stands in it, and how the file is written. */
#include "core/csv_private.h"

static const struct {
    const char *base, *format; /* of a datatype; format NULL: none */
} types[] = {
    [COLUMN_TEXT] = {"string", NULL},
    [COLUMN_CODE] = {"string", NULL}, /* the column's own pattern */
    [COLUMN_LIST] = {"string", NULL},
    [COLUMN_INT] = {"integer", NULL},
    [COLUMN_SHARE] = {"decimal", "0.0"},
    [COLUMN_DAY] = {"date", "yyyy-MM-dd"},
    [COLUMN_TIME] = {"dateTimeStamp", NULL},
    [COLUMN_YESNO] = {"boolean", "はい|いいえ"},
};

static void put(struct json *j, const char *key, str value)
{
    json_key(j, str_of(key));
    json_str(j, value);
}

static void put_if(struct json *j, const char *key, const char *value)
{
    if (value)
        put(j, key, str_of(value));
}

static void put_column(struct json *j, const struct column *c)
{
    const char *format = c->type == COLUMN_CODE ? c->pattern : types[c->type].format;
    json_begin_object(j);
    put(j, "name", str_of(c->key));
    put(j, "titles", str_of(c->head));
    put(j, "dc:description", str_of(c->about));
    json_key(j, S("datatype"));
    if (format) {
        json_begin_object(j);
        put(j, "base", str_of(types[c->type].base));
        put(j, "format", str_of(format));
        json_end_object(j);
    } else {
        json_str(j, str_of(types[c->type].base));
    }
    if (c->type == COLUMN_LIST)
        put(j, "separator", S("、"));
    put_if(j, "schema:unitText", c->type == COLUMN_SHARE ? "%" : c->unit);
    json_key(j, S("required"));
    json_bool(j, c->need != MAY_BE_EMPTY);
    json_end_object(j);
}

/* A table whose rows nothing names has no key. */
static void put_keys(struct json *j, const struct table *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->columns[i].need != KEY_COLUMN)
            continue;
        if (n++ == 0) {
            json_key(j, S("primaryKey"));
            json_begin_array(j);
        }
        json_str(j, str_of(t->columns[i].key));
    }
    if (n > 0)
        json_end_array(j);
}

static void put_dialect(struct json *j)
{
    json_key(j, S("dialect"));
    json_begin_object(j);
    put(j, "encoding", S("utf-8"));
    put(j, "delimiter", S(","));
    put(j, "quoteChar", S("\""));
    json_key(j, S("doubleQuote"));
    json_bool(j, true);
    json_key(j, S("lineTerminators"));
    json_begin_array(j);
    json_str(j, S("\r\n"));
    json_end_array(j);
    json_key(j, S("header"));
    json_bool(j, true);
    json_key(j, S("trim"));
    json_bool(j, false);
    json_end_object(j);
}

static void put_context(struct json *j)
{
    json_key(j, S("@context"));
    json_begin_array(j);
    json_str(j, S("http://www.w3.org/ns/csvw"));
    json_begin_object(j);
    put(j, "@language", S("ja"));
    json_end_object(j);
    json_end_array(j);
}

void csv_schema(struct json *j, const struct table *t, str url)
{
    json_begin_object(j);
    put_context(j);
    put(j, "url", url);
    put(j, "dc:title", str_of(t->title));
    put(j, "dc:description", str_of(t->about));
    put(j, "rdfs:comment",
        S("表計算ソフトが式と取り違える文字（= + - @ など）で始まる値には、先頭に ' を付けてあります。"));
    put_dialect(j);
    json_key(j, S("tableSchema"));
    json_begin_object(j);
    json_key(j, S("columns"));
    json_begin_array(j);
    for (size_t i = 0; i < t->n + CSV_TAIL; i++)
        put_column(j, csv_column(t, i));
    json_end_array(j);
    put_keys(j, t);
    json_end_object(j);
    json_end_object(j);
}
