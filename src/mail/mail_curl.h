/* SPDX-License-Identifier: Apache-2.0 */
/* What mail's two users of libcurl share. */
#ifndef MAIL_CURL_H
#define MAIL_CURL_H

#include <curl/curl.h>

/* CURLOPT_OPENSOCKETFUNCTION of a demonstration: what it sends leaves the machine by no name that somebody pointed
 * elsewhere. */
curl_socket_t mail_socket_here(void *arg, curlsocktype purpose, struct curl_sockaddr *a);

#endif
