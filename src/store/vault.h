/* SPDX-License-Identifier: Apache-2.0 */
/* The server's key: what makes sealed rows readable lies outside the database and outside its backups, so
 * that neither a stolen database nor a stolen backup tells anything. It is a file beside the database
 * (FILE.keys, mode 0600) or wherever --keys says; it must be kept apart, and whoever loses it loses what was
 * sealed (doc/adr/0032-sealed-cases.md). */
#ifndef STORE_VAULT_H
#define STORE_VAULT_H

#include "store/seal.h"

struct vault;

/* create: makes the file when there is none. NOTFOUND; INVALID: not such a file; DENIED; IO. */
MUST err vault_open(str file, bool create, struct vault **out);
void vault_free(struct vault *v); /* wipes it; NULL is allowed */
/* A second copy, read back before it counts. CONFLICT: there is such a file, which stays as it is; IO, FULL. */
MUST err vault_copy(const struct vault *v, str file);
/* "1:" and 32 hexadecimal digits that name the key and tell nothing of it. */
str vault_name(const struct vault *v, struct arena *a);
/* As in seal.h, with the server's key. */
MUST err vault_seal(const struct vault *v, struct arena *a, str what, struct bytes plain, struct bytes *sealed);
/* out: sealed.n - SEAL_ADDS bytes, which the caller wipes. */
MUST err vault_unseal(const struct vault *v, str what, struct bytes sealed, uint8_t *out);

#endif
