/* SPDX-License-Identifier: Apache-2.0 */
/* How people prove who they are, shared by the files of org: sessions, second factors, codes for
 * the day they are lost, addresses an organisation lets in. Rules: doc/adr/0019-sign-in.md. */
#ifndef ORG_SIGN_IN_H
#define ORG_SIGN_IN_H

#include "org/org_body.h"
#include "org/org_private.h"

/* Roles nobody holds with a password alone, but in a demonstration. */
enum {
    ORG_TWO_FACTORS = ROLE_APPROVER | ROLE_CISO | ROLE_PREF | ROLE_NATION | ROLE_SYSTEM
};

enum {
    ORG_IDLE_MINUTES = 30,
    ORG_HALF_MINUTES = 15,  /* of a sign-in that waits for its second factor */
    ORG_RESET_MINUTES = 30, /* of a link by mail */
    ORG_RESETS_AN_HOUR = 3,
    ORG_FACTORS = 10,       /* of one person, at most */
    ORG_RANGES = 50         /* of one body, at most */
};

/* ── org_session_store.c ── */

struct new_session {
    person_id person;
    struct bytes hash;
    usec life;
    int factors; /* 1 or 2 */
    str device, address;
};
MUST err org_session_add(struct tx *tx, const struct new_session *s);
/* Who it is was proved, now. */
MUST err org_session_prove(struct tx *tx, struct bytes hash);
MUST err org_session_drop(struct tx *tx, struct bytes hash);
MUST err org_session_drop_all(struct tx *tx, person_id p);
/* All but this one. */
MUST err org_session_drop_others(struct tx *tx, person_id p, struct bytes hash);
/* NOTFOUND: not of this person. */
MUST err org_session_drop_id(struct tx *tx, person_id p, int64_t id);
struct session {
    int64_t id;
    bool here; /* the one that asks */
    usec created_at, seen_at;
    int64_t factors;
    str device, address;
};
struct session_list {
    struct session *v;
    size_t n;
};
/* Those that still live, the last used first, up to 50. */
MUST err org_session_all(struct db *db, struct arena *a, person_id p, usec now,
    struct bytes here, struct session_list *out);

/* ── org_factor_store.c ── */

enum factor_kind { FACTOR_TOTP = 1, FACTOR_PASSKEY = 2 };
struct factor {
    int64_t id;
    person_id person;
    enum factor_kind kind;
    str name;
    struct bytes secret, credential;
    int64_t alg, counter;
    usec created_at, used_at;
};
struct factor_list {
    struct factor *v;
    size_t n;
};
/* Of one person, oldest first. */
MUST err org_factor_all(struct db *db, struct arena *a, person_id p, struct factor_list *out);
/* Sets f->id. CONFLICT: this credential is there already. LIMIT: ORG_FACTORS are there. */
MUST err org_factor_add(struct tx *tx, struct factor *f);
/* counter must have grown: STALE when it has not (a code that was used, a copied key). */
MUST err org_factor_use(struct tx *tx, const struct factor *f, int64_t counter);
/* NOTFOUND: not of this person. The last one takes the recovery codes with it. */
MUST err org_factor_drop(struct tx *tx, person_id p, int64_t id);
MUST err org_factor_drop_all(struct tx *tx, person_id p);
MUST err org_factor_by_credential(
    struct db *db, struct arena *a, struct bytes credential, struct factor *out);
/* CONFLICT: it was answered already. */
MUST err org_challenge_use(struct tx *tx, struct bytes chance, usec expires);
/* How many codes are unused. */
MUST err org_recovery_left(struct db *db, person_id p, int64_t *n);
/* Takes the place of all that were there. */
MUST err org_recovery_put(struct tx *tx, person_id p, const uint8_t (*hash)[32], size_t n);
MUST err org_recovery_is(struct db *db, person_id p, struct bytes hash, bool *out);
/* STALE: unknown or used. */
MUST err org_recovery_use(struct tx *tx, person_id p, struct bytes hash);
MUST err org_password_of(struct db *db, struct arena *a, person_id p, str *hash);
/* Links made for this person since. */
MUST err org_invite_count(struct db *db, person_id p, usec since, int64_t *n);

/* ── org_allowed_store.c ── */

struct allowed {
    str range, note;
};
struct allowed_list {
    struct allowed *v;
    size_t n;
};
/* Up to ORG_RANGES, in the order of their text. */
MUST err org_allowed_all(struct db *db, struct arena *a, body_id body, struct allowed_list *out);
MUST err org_allowed_put(struct tx *tx, body_id body, const struct allowed_list *list);
/* True: the body has a list, and the address is in none of its ranges. */
MUST err org_allowed_refuses(struct db *db, struct arena *a, body_id body, str client, bool *out);

/* ── org_totp_model.c: RFC 6238 with SHA-1, 6 digits, 30 seconds, as authenticator apps have it ── */

enum { TOTP_SECRET = 20, RECOVERY_CODES = 10 };
/* One step before and after pass too; a step that is not after last does not: a code works once.
 * code: six ASCII digits. */
bool org_totp_fits(
    struct bytes secret, usec now, int64_t last, str code, int64_t *step);
/* As apps show and take it: base32 in groups of four. */
str org_totp_text(struct arena *a, struct bytes secret);
str org_totp_uri(struct arena *a, struct bytes secret, str login);
/* The QR code as an SVG path over a square of so many units, its quiet zone included. NOMEM,
 * LIMIT. */
MUST err org_qr(struct arena *a, str text, int64_t *side, str *path);
/* "ABCD-EFGH-JKLM-NPQR" of chance, and its hash. */
MUST err org_recovery_new(struct arena *a, str *text, uint8_t hash[32]);
/* However it is typed: small letters, blanks, no dashes. INVALID: no such shape. */
MUST err org_recovery_hash(str typed, uint8_t hash[32]);

/* ── org_device_model.c ── */

/* "Edge（Windows）" of a User-Agent; 「分からない端末」 when it says nothing known. */
str org_device_name(struct arena *a, str user_agent);

/* ── org_page.c, org_second.c, org_factor.c ── */

/* Long enough, and twice the same; INVALID with messages beside "password" and "again". */
MUST err org_password_rules(
    struct req *rq, str password, str again, const struct strs *about);
/* The page to sign in at, drawn again for what else is sent from it. */
MUST err org_sign_in_read(struct req *rq);
/* The page of the second step. */
MUST err org_second_show(struct req *rq, str next, str draft);
/* f becomes a factor of whoever asks, whose session has two from now on; shows the recovery codes
 * when there are none yet. */
MUST err org_factor_added(struct tx *tx, struct req *rq, struct factor *f, str next);
/* The person who asks, whatever the step of the sign-in. */
MUST err org_person_self(struct db *db, struct arena *a, person_id p, struct person *out);

/* ── org_door.c: what the pages of the way in share ── */

/* Only a path of this site, else "/". */
str org_safe_next(str next);
/* A new session for the person takes the place of the one that came in, if any; its cookie. */
MUST err org_session_begin(struct tx *tx, struct req *rq, person_id p, int factors, usec life);
/* Puts the message beside the field and is INVALID while somebody who guessed has to wait. */
MUST err org_guess_check(struct req *rq, str name, int64_t person, const char *field);
/* A code of an app or a recovery code of this person, as typed: which factor and step, or which
 * recovery code. INVALID with a message beside the field. */
struct shown_code {
    struct factor factor; /* id 0: a recovery code */
    int64_t step;
    uint8_t recovery[32];
};
MUST err org_code_check(struct req *rq, person_id p, str typed, const char *field,
    struct shown_code *out);
/* Used up, on the writer. STALE: somebody was faster. */
MUST err org_code_use(struct tx *tx, struct req *rq, person_id p, const struct shown_code *c);
/* A mail to somebody about the own account, and the row in the audit trail of their body. */
struct account_news {
    person_id person;
    body_id body;
    str action;         /* "org.factor.add" */
    str subject, what;  /* what happened, one or two sentences */
};
MUST err org_account_tell(struct tx *tx, struct req *rq, const struct account_news *n);

extern const struct route org_second_routes[], org_account_routes[], org_factor_routes[],
    org_reset_routes[], org_allowed_routes[];
extern const struct permission org_p_allowed;

#endif
