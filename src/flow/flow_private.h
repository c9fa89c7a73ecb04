/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of flow. */
#ifndef FLOW_FLOW_PRIVATE_H
#define FLOW_FLOW_PRIVATE_H

#include "flow/flow.h"
#include "flow/flow_chain.h"

/* The own body and those it succeeded; n: the parameter of the scope's body. */
#define FLOW_OWN(column, n)                                                                      \
    " (" column "=$" #n " OR " column " IN (SELECT old_body FROM body_successor WHERE new_body=$" #n "))"

void flow_key_new(struct flow_key *out);
/* Wraps it for that organisation, which gets a pair of its own if it has none. */
MUST err flow_key_share(struct tx *tx, struct arena *a, const struct vault *v, const struct flow_key *k,
    int64_t thing, body_id body);

/* Writes what was answered, whoever may: SEEN of what was not opened; ACCEPTED or RETURNED, signed, of what was not answered,
 * and ACCEPTED of what was returned. by 0: nobody with an account. Ends the calls for it. CONFLICT. */
MUST err flow_receipt_put(struct tx *tx, struct arena *a, int64_t id, enum flow_receipt answer, usec at, int64_t by);
/* For whoever holds its key. */
MUST err flow_delivery_by_key(
    struct db *db, struct arena *a, const struct flow_key *key, int64_t id, struct flow_delivery *out, str *text);
MUST err flow_message_by_key(struct tx *tx, struct arena *a, const struct flow_key *key, int64_t delivery, bool office, int64_t person,
    usec at, str text);
MUST err flow_message_put(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_delivery *d,
    bool office, int64_t person, usec at, str text);
/* GONE, when the keys of that case or delivery were destroyed for the body. */
MUST err flow_is_erased(struct db *db, body_id body, int64_t thing);

#endif
