/* SPDX-License-Identifier: Apache-2.0 */
/* What the packets of one source mean: rows of a table, looked at in order; the first that fits
 * decides. Each carries the source of its rule, and what it found goes into the alert as reasons.
 *
 * "infected" is said only of what asks around, from at least two packets to two dark addresses, with
 * a sign that somebody who merely writes this address into his packets does not leave
 * (doc/adr/0030-darknet-judgement.md). Answers and mistakes are never an infection. */
#ifndef SENSOR_JUDGE_H
#define SENSOR_JUDGE_H

#include "sensor/track.h"

enum judge_class {
    CLASS_UNKNOWN,
    CLASS_SCAN,
    CLASS_WORM,
    CLASS_BACKSCATTER,
    CLASS_MISCONFIGURATION,
    CLASS_SPOOFED,
    JUDGE_CLASSES
};

enum judge_tool { TOOL_NONE, TOOL_MIRAI, TOOL_ZMAP, TOOL_MASSCAN, TOOL_NMAP, TOOL_SLAMMER, JUDGE_TOOLS };

enum judge_confidence { JUDGE_POSSIBLE, JUDGE_LIKELY, JUDGE_CERTAIN };

/* Bits: what speaks for one machine behind the packets. */
enum judge_sign { SIGN_TTL = 1, SIGN_CLOCK = 2, SIGN_ID = 4, SIGN_PORT = 8 };

struct judge_rule;

struct judgement {
    enum judge_class class;
    enum judge_tool tool;
    enum judge_confidence confidence;
    bool infected;
    unsigned signs;
    uint64_t dark; /* different dark addresses */
    uint32_t ports;
    const struct judge_rule *rule;
};

const char *judge_class_name(enum judge_class c); /* "scan" */
const char *judge_tool_name(enum judge_tool t);   /* "mirai"; NULL for none */
const char *judge_confidence_name(enum judge_confidence c);

struct judgement judge_row(const struct track_row *r);
/* The rule in Japanese. */
const char *judge_rule_text(const struct judge_rule *r);
const char *judge_rule_name(const struct judge_rule *r);

#endif
