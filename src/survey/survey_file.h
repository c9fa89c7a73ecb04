/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence files: what may be one, and whose they are. */
#ifndef SURVEY_FILE_H
#define SURVEY_FILE_H

#include "core/mynumber.h"
#include "survey/survey_private.h"

enum {
    SURVEY_FILE_MOST = 20 << 20,        /* bytes of one */
    SURVEY_FILES_OF_ITEM = 20,
    SURVEY_FILES_SOON = 30              /* days before its end a file is shown as expiring */
};
#define SURVEY_FILES_OF_BODY ((int64_t)1 << 30) /* bytes, in one survey */

/* ── survey_file_kind.c: pure ── */

/* OK, or INVALID with why. Names: at most 255 bytes of visible characters, none that turns the
 * direction of writing, an extension of the list, no 個人番号. */
MUST err survey_file_name_check(str name, str *why);

/* Looks at a whole file in pieces, however they are cut, and says whether it is what its name
 * says: by its first bytes, for text by every byte, for Office files also by what must not be in
 * them (macros). No text may hold a 個人番号. */
struct file_kind {
    const struct file_type *type;
    uint8_t head[512];
    size_t head_n;
    int64_t size;
    bool utf8_bad, cp932_bad, control, macro;
    unsigned utf8_left, cp932_left;
    uint32_t utf8_code, utf8_least;
    size_t macro_at;
    struct mynumber_scan utf8_number, cp932_number;
};
void survey_file_kind_begin(struct file_kind *k, str name);
void survey_file_kind_feed(struct file_kind *k, const void *p, size_t n);
/* INVALID with why, or its media type. */
MUST err survey_file_kind_end(struct arena *a, struct file_kind *k, str *media, str *why);

enum file_age { FILE_CURRENT, FILE_SOON, FILE_EXPIRED };
enum file_age survey_file_age(jday valid_until, jday today);

/* ── survey_file_store.c ── */

struct item_file {
    int64_t id;
    body_id body;
    question_id question;
    struct blob blob;
    str name, media, note;
    jday valid_until; /* DAY_NONE: none */
    int64_t person;
    usec at;
};
struct item_files {
    struct item_file *v;
    size_t n;
};
/* Files in force, oldest first, at most 4,000. question v 0: of the whole response. horizon 0: as
 * they are now, of the own body only; otherwise those of that submission. */
MUST err survey_files(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, question_id q, int64_t horizon, struct item_files *out);
/* NOTFOUND: removed, of another body, or not part of that submission. */
MUST err survey_file_get(struct db *db, struct arena *a, const struct scope *s, survey_id id,
    body_id body, int64_t file, int64_t horizon, struct item_file *out);
MUST err survey_file_add(
    struct tx *tx, const struct scope *s, survey_id id, const struct item_file *f, int64_t from,
    int64_t *out);
MUST err survey_file_remove(struct tx *tx, int64_t file, int64_t person);
/* Bytes a body has brought in for a survey, removed ones included. */
MUST err survey_files_size(struct db *db, const struct scope *s, survey_id id, int64_t *out);

#endif
