/* SPDX-License-Identifier: Apache-2.0 */
/* Where in HTML the template stands: a strict subset of the HTML tokenizer, fed with the literal
 * parts, asked at each statement. What it does not know for certain it refuses. */
#ifndef HTC_MARKUP_H
#define HTC_MARKUP_H

#include "code.h"
#include "unit.h"

#define MARKUP_ATTRS_MAX 64
#define MARKUP_OPEN_MAX 128

enum state {
    IN_TEXT,
    IN_RCDATA, /* <textarea>, <title>, and {{title}} */
    IN_SCRIPT, /* <script src>, which must stay empty */
    IN_COMMENT,
    IN_TAG,    /* between attributes */
    IN_EQUALS, /* behind name= */
    IN_VALUE,  /* inside the double quotes */
    STATE_N
};

/* Where in the value of a URL attribute. A literal beginning fixes scheme and host. */
enum url {
    URL_NOT,      /* not a URL attribute */
    URL_START,
    URL_SLASH,    /* behind a first "/": another would name a host */
    URL_HOST,     /* in the host of https://, which is literal */
    URL_SEGMENT,  /* in a first segment without "/": a colon would name a scheme */
    URL_REST,     /* behind all that */
    URL_WHOLE,    /* behind a value of type url */
    URL_FRAGMENT, /* in the literal #fragment behind it */
    URL_N
};

/* The branches of a block all end in the place it began. Only how far a URL has come may differ
 * from the start, if it is the same in all branches and one of them is always taken. */
struct place {
    enum state state;
    enum url url;
    bool tight;    /* IN_TAG: a blank must come before an attribute */
    size_t tag_at; /* the tag, the attribute, the comment … this place is in; else 0 */
    size_t attr_at;
    int n_open;
};

struct attr {
    str name; /* as written; compared without case */
    str raw;  /* the value as it stands in the source, statements included */
    size_t at;
    int block;
    bool has_value;
    bool other_branch; /* of an earlier {{#if}} branch: no duplicate of this one */
};

struct tag {
    str name;
    size_t at;
    int block;
    struct attr attrs[MARKUP_ATTRS_MAX];
    int n;
};

struct open {
    str name;
    size_t at;
    int block;
    bool post, csrf; /* of a form */
};

/* A label's for, or a control that needs one. */
struct label {
    str raw;
    size_t at;
    struct label *next;
};

struct markup {
    struct unit *u;
    struct code *code;
    struct place now;
    int block;       /* blocks around */
    bool plain;      /* in {{title}}: no markup at all */
    bool in_name;    /* IN_TAG, and nothing but the tag's name so far */
    size_t at, end;  /* the literal being read */
    size_t value_at; /* where the attribute value began */
    size_t host_at;  /* URL_HOST: where the host begins */
    struct tag tag;
    struct open open[MARKUP_OPEN_MAX];
    struct label *labels, *controls;
};

/* Which function writes a value here. */
enum where {
    WHERE_TEXT,
    WHERE_RCDATA,
    WHERE_ATTR,
    WHERE_URL,
    WHERE_URLPART,
    WHERE_N
};

/* Reads source[from, to), which holds no statement. */
MUST err markup_literal(struct markup *m, size_t from, size_t to);
/* A value of this type at source offset at: where does it stand, if it may? */
MUST err markup_value(struct markup *m, size_t at, enum type type, enum where *where);
/* An include at `at`: only between elements. */
MUST err markup_include(struct markup *m, size_t at);
MUST err markup_csrf(struct markup *m, size_t at);
/* A {{! comment }}. */
MUST err markup_note(struct markup *m, size_t at);
/* The end of the template, or of {{title}}. */
MUST err markup_end(struct markup *m);

struct branches {
    size_t at; /* of {{#if}} or {{#each}} */
    struct place start;
    struct place after; /* what holds behind the block, whichever branch was taken */
    bool has_after;
    int attrs;
};

MUST err markup_block(struct markup *m, size_t at, bool loop, struct branches *b);
MUST err markup_branch(struct markup *m, size_t at, struct branches *b);
/* always: one of the branches is always taken. */
MUST err markup_block_end(struct markup *m, size_t at, struct branches *b, bool always);

#endif
