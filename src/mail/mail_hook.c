/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to people on duty, told to another program as well (one that dials telephones, say): a POST of JSON to the address
 * that mail.webhook names (R57). It says what the mail says and nothing more. It is not tried again: a call that nobody
 * follows is repeated, and with it this. */
#include "mail/mail_curl.h"
#include "mail/mail_private.h"

#include "core/json.h"
#include "core/log.h"

enum { HOOK_SECONDS = 10 };

bool mail_hook_url_is_valid(str url)
{
    return mail_hook_port(url) != 0 && url.n <= 500 && !str_has(url, S(" ")) && !str_has(url, S("@"));
}

uint16_t mail_hook_port(str url)
{
    bool tls = str_starts(url, S("https://"));
    int64_t port = tls ? 443 : 80;
    if (!tls && !str_starts(url, S("http://")))
        return 0;
    str rest = str_sub(url, tls ? 8 : 7, url.n), host;
    str_cut(&rest, '/', &host);
    size_t colon = host.n;
    while (colon > 0 && host.p[colon - 1] != ':' && host.p[colon - 1] != ']')
        colon--;
    if (colon > 0 && host.p[colon - 1] == ':' && err_is(parse_i64(str_sub(host, colon, host.n), 1, 65535, &port)))
        return 0;
    return host.n ? (uint16_t)port : 0;
}

bool mail_hook_wants(str kind)
{
    return str_ends(kind, S(".call"));
}

static size_t ignore(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

static err body_write(struct buf *out, const struct message *m, str kind)
{
    struct json j = json_on(out);
    json_begin_object(&j);
    const struct {
        str name, value;
    } rows[] = {{S("event"), kind}, {S("subject"), m->subject}, {S("text"), m->text}, {S("id"), m->message_id}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        json_key(&j, rows[i].name);
        json_str(&j, rows[i].value);
    }
    json_end_object(&j);
    return json_finish(&j);
}

static CURLcode post(CURL *c, const struct mail_hook *h, const struct buf *body, struct arena *a)
{
    struct curl_slist *head = curl_slist_append(NULL, "Content-Type: application/json");
    curl_easy_setopt(c, CURLOPT_URL, str_z(a, h->url));
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)HOOK_SECONDS);
    curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, head);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)body->n);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->p);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (h->only_loopback)
        curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, mail_socket_here);
    if (h->ca.n) {
        curl_easy_setopt(c, CURLOPT_CAINFO, str_z(a, h->ca));
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
    CURLcode rc = head ? curl_easy_perform(c) : CURLE_OUT_OF_MEMORY;
    curl_slist_free_all(head);
    return rc;
}

void mail_hook_send(const struct mail_hook *h, struct arena *a, const struct message *m, str kind)
{
    BUF_AUTO body = BUF(1 << 16);
    CURL *c = h->url.n && mail_hook_wants(kind) ? curl_easy_init() : NULL;
    if (!c)
        return;
    CURLcode rc = err_is(body_write(&body, m, kind)) ? CURLE_OUT_OF_MEMORY : post(c, h, &body, a);
    struct log_field f[] = {{"message", m->message_id}, {"result", str_of(rc == CURLE_OK ? "sent" : curl_easy_strerror(rc))}};
    log_event(rc == CURLE_OK ? LOG_INFO : LOG_WARN, "webhook", f, COUNT_OF(f));
    curl_easy_cleanup(c);
}
