/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of mail as pure functions on values: states, pauses, the hour of the digest, relays,
 * and the message as it goes over the wire (RFC 5322, 2045, 2047, 3834). */
#ifndef MAIL_MODEL_H
#define MAIL_MODEL_H

#include "mail/mail.h"

enum mail_state {
    MAIL_WAITING = 1,
    MAIL_SENDING = 2,   /* claimed; its lease tells how long */
    MAIL_SENT = 3,      /* the relay took it */
    MAIL_FAILED = 4,    /* given up; a person may start it again */
    MAIL_COLLECTED = 5, /* a line of a digest */
    MAIL_DROPPED = 6    /* its person was stopped, or it came too late */
};
str mail_state_name(enum mail_state s);
str mail_kind_name(str kind); /* for people; the kind itself when it has no name */

/* What became of an attempt. */
enum mail_result {
    MAIL_RESULT_SENT = 1,
    MAIL_RESULT_AGAIN = 2,   /* 4xx, or nobody knows: the same message again later */
    MAIL_RESULT_REFUSED = 3, /* 5xx for this mail: never again by itself */
    MAIL_RESULT_RELAY = 4    /* the relay was not reached or not trusted: as AGAIN, and the round ends */
};
str mail_result_key(enum mail_result r); /* "sent" */
enum mail_result mail_result_of_key(str key);

/* The pause after the n-th attempt (from 1); 0: given up. */
usec mail_pause(int64_t attempts);

/* The latest 08:30 JST that is not after now: lines due by then are collected. */
usec mail_digest_hour(usec now);

struct relay_url {
    str scheme, host, port; /* host without brackets */
    bool loopback;
};
/* INVALID: anything but smtp:// or smtps://, a host, and a port. */
MUST err mail_relay_parse(str url, struct relay_url *out);

struct message {
    str from, to;      /* bare addresses */
    str subject, text; /* UTF-8 */
    str message_id;    /* without brackets */
    usec date;
};
/* Lines end with CRLF, none is longer than 78 bytes, all is ASCII. INVALID for a bad address. */
MUST err mail_message_write(struct buf *out, const struct message *m);

/* What a relay answered, fit to be kept: one line of at most 200 bytes, valid UTF-8, with the
 * address of the person taken out. */
str mail_answer_clean(struct arena *a, str answer, str address);

/* Where to read on: the link, or how to get there when the address of the program is not known. */
void mail_put_link(struct buf *b, str public_url, str path);

#endif
