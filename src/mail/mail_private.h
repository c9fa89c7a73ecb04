/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of mail. */
#ifndef MAIL_PRIVATE_H
#define MAIL_PRIVATE_H

#include "mail/mail_model.h"

enum { MAIL_LEASE_MINUTES = 5, MAIL_BEAT_MINUTES = 3, MAIL_DIGEST_LINES = 50 };

/* mail_store.c */

/* A mail that was claimed: everything the worker needs. */
struct outgoing {
    int64_t id, attempt;
    str address, subject, text, path, message_id, kind;
    int64_t lines; /* of a digest; 0: a single mail */
};
/* The next one that is due becomes MAIL_SENDING; NOTFOUND: none. Those whose person was stopped,
 * whose address is none or whose time is over are settled on the way. */
MUST err mail_claim(struct tx *tx, struct arena *a, struct outgoing *out);
/* One line of the digest, in order. */
struct mail_line {
    str subject, text, path;
};
MUST err mail_lines(struct db *db, struct arena *a, int64_t digest, struct mail_line *out,
    size_t most, size_t *n);
/* The end of an attempt. An attempt that is not the newest any more can only say that it was sent. */
MUST err mail_settle(struct tx *tx, int64_t id, int64_t attempt, enum mail_result r, str answer);
/* Claims of a worker that is dead: the only worker says so when it starts. */
MUST err mail_release(struct tx *tx);
/* Lines due by the last 08:30 become one mail for each person who had none since then. */
MUST err mail_collect(struct tx *tx, struct arena *a);
/* Mails that were done with MAIL_KEPT_DAYS ago: they name people. A batch; the oldest first. */
enum { MAIL_KEPT_DAYS = 90 };
MUST err mail_forget(struct tx *tx);
MUST err mail_beat(struct tx *tx);
MUST err mail_is_demo(struct db *db, struct arena *a, bool *demo);

struct mail_row {
    int64_t id, attempts;
    enum mail_state state;
    str kind, subject, person, org, answer;
    usec created_at, tried_at, not_before;
};
struct mail_rows {
    struct mail_row *v;
    size_t n;
    bool more; /* beyond those listed */
};
/* Those in trouble: given up, or tried and waiting for the next attempt. Newest trouble first. */
MUST err mail_troubles(struct db *db, struct arena *a, size_t most, struct mail_rows *out);
MUST err mail_count(struct db *db, int64_t counts[MAIL_DROPPED + 1]);
/* STALE: it is neither given up nor waiting. */
MUST err mail_again(struct tx *tx, int64_t id);
MUST err mail_check(struct db *db, struct arena *a, struct check_report *report);

/* mail_call.c */
extern const struct call mail_calls[];

/* mail_smtp.c: one connection to the relay, kept over several mails. */
struct smtp;
struct smtp_config {
    struct relay_url relay;
    str tls, ca, user, from;
    char *password;   /* terminated; NULL: none */
    bool only_loopback;
};
MUST err mail_smtp_open(struct arena *a, const struct smtp_config *c, struct smtp **out);
void mail_smtp_close(struct smtp *s);
/* content: a whole message. answer: the relay's last line, or why it was not reached. */
enum mail_result mail_smtp_send(
    struct smtp *s, struct arena *a, str to, str content, str *answer);

/* mail_hook.c */
struct mail_hook {
    str url, ca;
    bool only_loopback;
};
bool mail_hook_url_is_valid(str url);
bool mail_hook_wants(str kind); /* calls: "incident.call" */
void mail_hook_send(const struct mail_hook *h, struct arena *a, const struct message *m, str kind);

/* mail_page.c */
extern const struct route mail_routes[];
extern const struct permission mail_p_queue;

/* mail_inspect.c */
extern const struct inspection mail_inspections[];

#endif
