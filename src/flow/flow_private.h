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

/* What is signed under an answer; of SEEN nothing is. */
MUST err flow_receipt_sign(struct db *db, struct arena *a, int64_t id, enum flow_receipt answer, usec now, uint8_t out[SIGN_BYTES]);
/* For whoever holds its key. */
MUST err flow_delivery_by_key(
    struct db *db, struct arena *a, const struct flow_key *key, int64_t id, struct flow_delivery *out, str *text);
MUST err flow_message_by_key(struct tx *tx, struct arena *a, const struct flow_key *key, int64_t delivery, bool office, int64_t person,
    usec at, str text);
MUST err flow_message_put(struct tx *tx, struct arena *a, const struct vault *v, const struct scope *s, const struct flow_delivery *d,
    bool office, int64_t person, usec at, str text);

#endif
