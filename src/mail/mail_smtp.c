/* SPDX-License-Identifier: Apache-2.0 */
/* The connection to the relay, by libcurl; kept over several mails. What the relay said last is
 * read from the trace, which shows replies and commands but is never kept as a whole: the commands
 * of a login are in it. */
#include "mail/mail_curl.h"
#include "mail/mail_private.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

enum { CONNECT_SECONDS = 15, SEND_SECONDS = 60 };

struct smtp {
    CURL *curl;
    const struct smtp_config *config;
    str content;       /* of the mail under way */
    size_t at;
    bool greeted;      /* MAIL FROM was sent: what is refused from here on is this mail */
    bool leaving;      /* QUIT was sent: a good-bye is no answer */
    char answer[512];  /* the last reply */
    size_t answer_n;
    char why[CURL_ERROR_SIZE];
};

static size_t give(char *dst, size_t size, size_t n, void *arg)
{
    struct smtp *s = arg;
    size_t left = s->content.n - s->at, room = size * n;
    size_t k = left < room ? left : room;
    memcpy(dst, s->content.p + s->at, k);
    s->at += k;
    return k;
}

static int trace(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
    struct smtp *s = arg;
    (void)curl;
    str line = {data, n};
    if (type == CURLINFO_HEADER_OUT && str_starts(line, S("MAIL FROM")))
        s->greeted = true;
    if (type == CURLINFO_HEADER_OUT && str_starts(line, S("QUIT")))
        s->leaving = true;
    if (type != CURLINFO_HEADER_IN || s->leaving)
        return 0;
    s->answer_n = n < sizeof s->answer ? n : sizeof s->answer;
    memcpy(s->answer, data, s->answer_n);
    return 0;
}

curl_socket_t mail_socket_here(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    (void)arg, (void)purpose;
    const struct sockaddr_in *v4 = (const void *)&a->addr;
    const struct sockaddr_in6 *v6 = (const void *)&a->addr;
    bool here = a->family == AF_INET ? (ntohl(v4->sin_addr.s_addr) >> 24) == 127
        : a->family == AF_INET6      ? IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr)
                                     : false;
    return here ? socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol) : CURL_SOCKET_BAD;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    const struct smtp *s = arg;
    return s->config->only_loopback ? mail_socket_here(arg, purpose, a) : socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static void set_login(CURL *c, const struct smtp_config *config, struct arena *a)
{
    if (config->user.n == 0)
        return;
    curl_easy_setopt(c, CURLOPT_USERNAME, str_z(a, config->user));
    curl_easy_setopt(c, CURLOPT_SASL_IR, 1L);
    curl_easy_setopt(c, CURLOPT_PASSWORD, config->password ? config->password : "");
}

static void set_tls(CURL *c, const struct smtp_config *config, struct arena *a)
{
    long how = str_eq(config->tls, S("require")) ? CURLUSESSL_ALL
        : str_eq(config->tls, S("if-offered"))   ? CURLUSESSL_TRY
                                                 : CURLUSESSL_NONE;
    curl_easy_setopt(c, CURLOPT_USE_SSL, how);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (config->ca.n) {
        curl_easy_setopt(c, CURLOPT_CAINFO, str_z(a, config->ca));
        curl_easy_setopt(c, CURLOPT_CAPATH, NULL);
    }
}

/* The part behind the host is the name this machine gives itself (EHLO). */
static char *relay_address(struct arena *a, const struct smtp_config *c)
{
    str domain = c->from, local;
    bool v6 = c->relay.host.n && memchr(c->relay.host.p, ':', c->relay.host.n);
    str_cut(&domain, '@', &local);
    str url = str_fmt(a, "%.*s://%s%.*s%s:%.*s/%.*s", STR_F(c->relay.scheme), v6 ? "[" : "",
        STR_F(c->relay.host), v6 ? "]" : "", STR_F(c->relay.port), STR_F(domain));
    return str_z(a, url);
}

/* Looks the name up once, for nothing: what /etc/nsswitch.conf names is loaded now, while libraries
 * may be. */
static void load_resolver(struct arena *a, const struct smtp_config *config)
{
    struct addrinfo *found;
    const char *host = str_z(a, config->relay.host);
    if (host && getaddrinfo(host, NULL, NULL, &found) == 0)
        freeaddrinfo(found);
}

err mail_smtp_open(struct arena *a, const struct smtp_config *config, struct smtp **out)
{
    struct smtp *s = ARENA_NEW(a, struct smtp);
    if (!s || curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return ERR(NOMEM);
    CURL *c = curl_easy_init();
    if (!c)
        return ERR(NOMEM);
    *s = (struct smtp){.curl = c, .config = config};
    load_resolver(a, config);
    curl_easy_setopt(c, CURLOPT_URL, relay_address(a, config));
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)SEND_SECONDS);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, s);
    curl_easy_setopt(c, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(c, CURLOPT_DEBUGFUNCTION, trace);
    curl_easy_setopt(c, CURLOPT_DEBUGDATA, s);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->why);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, s);
    curl_easy_setopt(
        c, CURLOPT_MAIL_FROM, str_z(a, str_fmt(a, "<%.*s>", STR_F(config->from))));
    set_tls(c, config, a);
    set_login(c, config, a);
    *out = s;
    return arena_failed(a) ? ERR(NOMEM) : OK;
}

void mail_smtp_close(struct smtp *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->curl);
    curl_global_cleanup();
}

/* Which end an attempt came to. A 5xx counts against the mail only once the mail was begun: before,
 * it is about the relay or the login. Cut off afterwards, nobody knows: the same message again. */
static enum mail_result result_of(const struct smtp *s, CURLcode rc)
{
    int64_t code = 0;
    if (rc == CURLE_OK)
        return MAIL_RESULT_SENT;
    if (!s->greeted || rc == CURLE_PEER_FAILED_VERIFICATION || rc == CURLE_LOGIN_DENIED)
        return MAIL_RESULT_RELAY;
    if (s->answer_n >= 3 && !err_is(parse_i64((str){s->answer, 3}, 100, 999, &code)) &&
        code >= 500)
        return MAIL_RESULT_REFUSED;
    return MAIL_RESULT_AGAIN;
}

enum mail_result mail_smtp_send(
    struct smtp *s, struct arena *a, str to, str content, str *answer)
{
    char *rcpt = str_z(a, str_fmt(a, "<%.*s>", STR_F(to)));
    struct curl_slist *list = rcpt ? curl_slist_append(NULL, rcpt) : NULL;
    if (!list) {
        *answer = S("no memory");
        return MAIL_RESULT_RELAY;
    }
    s->content = content;
    s->at = 0;
    s->greeted = false;
    s->leaving = false;
    s->answer_n = 0;
    s->why[0] = 0;
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, list);
    CURLcode rc = curl_easy_perform(s->curl);
    curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_slist_free_all(list);
    enum mail_result r = result_of(s, rc);
    str said = {s->answer, s->answer_n};
    bool by_relay = r == MAIL_RESULT_SENT || r == MAIL_RESULT_REFUSED ||
        (s->answer_n > 0 && s->answer[0] >= '4');
    str why = by_relay ? said : str_of(s->why[0] ? s->why : curl_easy_strerror(rc));
    *answer = mail_answer_clean(a, str_trim(why), to);
    return r;
}
