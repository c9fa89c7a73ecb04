/* SPDX-License-Identifier: Apache-2.0 */
/* Writes that commands ask for, also while another process serves. */
#include "org/org_private.h"
#include "org/org_retention.h"

#include <sodium.h>

/* in: a login; out: the token's secret, shown once. */
static err token_create(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    enum { DAYS = 365 };
    uint8_t secret[WEB_SECRET], hash[WEB_SECRET_HASH];
    person_id person;
    body_id body;
    TRY(org_person_by_login(tx_db(tx), in, &person));
    TRY(org_person_body(tx_db(tx), person, &body));
    randombytes_buf(secret, sizeof secret);
    str text = web_secret_text(a, secret);
    TRY(web_secret_hash(text, hash));
    TRY(org_token_add(tx, person, (struct bytes){hash, sizeof hash}, S("yagura token create"),
        DAYS * USEC_DAY));
    struct audit_entry e = {.body = body.v,
        .action = S("org.token.create"),
        .object = str_fmt(a, "person:%lld", (long long)person.v)};
    TRY(audit_append(tx, &e));
    buf_str(out, text);
    return buf_status(out);
}

const struct call org_calls[] = {
    {"org.token.create", token_create},
    {"org.tick", org_retention_tick},
    {NULL, NULL},
};
