/* SPDX-License-Identifier: Apache-2.0 */
/* Who is at the other end: the peer's address, or, behind a proxy that is trusted by name, the
 * address that proxy vouches for. Anybody can send X-Forwarded-For; only what a trusted proxy added
 * to it is believed. Pure. Source of the rule; RFC 7239 section 8.1 on forged hops. */
#ifndef WEB_HTTP_PEER_H
#define WEB_HTTP_PEER_H

#include "web/http.h"

struct sockaddr;

/* Reads "127.0.0.1,10.1.0.0/16,::1,unix": at most HTTP_TRUSTED networks; "unix" means whoever
 * reaches the unix socket listened at. Empty: nobody. INVALID: what cannot be read, a network whose
 * host bits are set, and one that is everybody (/0). */
MUST err http_trust_parse(str list, struct http_trust *out);

/* The peer's numeric address (IPv4 also when it came mapped into IPv6); when the peer is trusted,
 * the right-most address of all X-Forwarded-For fields that is not. A hop that is no address ends
 * the search: the last trusted one before it is the answer. Empty: a unix socket and nobody named.
 * The text stands in dst. */
str http_peer_client(const struct http_trust *t, const struct sockaddr *peer,
    const struct http_header *headers, size_t n, char dst[HTTP_CLIENT]);

#endif
