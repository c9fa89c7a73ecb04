/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes by liboath, their QR code by libqrencode, and recovery codes. */
#include "org/org_sign_in.h"

#include <liboath/oath.h>
#include <qrencode.h>
#include <sodium.h>

enum { DIGITS = 6, STEP_SECONDS = 30, WINDOW = 1, QUIET = 4, RECOVERY_BYTES = 10 };

bool org_totp_fits(struct bytes secret, usec now, int64_t last, str code, int64_t *step)
{
    char text[DIGITS + 1] = {0};
    int position = 0;
    uint64_t counter = 0;
    if (code.n != DIGITS)
        return false;
    for (size_t i = 0; i < DIGITS; i++)
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
    memcpy(text, code.p, DIGITS);
    int rc = oath_totp_validate3((const char *)secret.p, secret.n, (time_t)(now / USEC_SECOND),
        STEP_SECONDS, 0, WINDOW, &position, &counter, text);
    *step = (int64_t)counter;
    return rc >= 0 && *step > last;
}

/* RFC 4648 without padding, which nobody types: only whole groups of five bytes are written. */
static str base32(struct arena *a, struct bytes b)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    BUF_AUTO out = BUF(256);
    BUG_IF(b.n % 5);
    for (size_t i = 0; i < b.n * 8; i += 5) {
        unsigned two = (unsigned)b.p[i / 8] << 8 | (i / 8 + 1 < b.n ? b.p[i / 8 + 1] : 0);
        buf_char(&out, letters[two >> (11 - i % 8) & 31]);
    }
    return str_dup(a, buf_view(&out));
}

static str grouped(struct arena *a, str s, char between)
{
    BUF_AUTO b = BUF(256);
    for (size_t i = 0; i < s.n; i++) {
        if (i > 0 && i % 4 == 0)
            buf_char(&b, between);
        buf_char(&b, s.p[i]);
    }
    return str_dup(a, buf_view(&b));
}

str org_totp_text(struct arena *a, struct bytes secret)
{
    return grouped(a, base32(a, secret), ' ');
}

str org_totp_uri(struct arena *a, struct bytes secret, str login)
{
    BUF_AUTO name = BUF(2048);
    html_urlpart(&name, login);
    return str_fmt(a, "otpauth://totp/Yagura:%.*s?secret=%.*s&issuer=Yagura",
        STR_F(buf_view(&name)), STR_F(base32(a, secret)));
}

err org_qr(struct arena *a, str text, int64_t *side, str *path)
{
    BUF_AUTO b = BUF(256 << 10);
    char *z = str_z(a, text);
    QRcode *qr = z ? QRcode_encodeString8bit(z, 0, QR_ECLEVEL_M) : NULL;
    if (!qr)
        return z ? ERR(LIMIT) : ERR(NOMEM);
    int n = qr->width;
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++)
            if (qr->data[y * n + x] & 1)
                buf_fmt(&b, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
    QRcode_free(qr);
    *side = n + 2 * QUIET;
    *path = str_dup(a, buf_view(&b));
    return buf_status(&b);
}

err org_recovery_new(struct arena *a, str *text, uint8_t hash[32])
{
    uint8_t chance[RECOVERY_BYTES];
    randombytes_buf(chance, sizeof chance);
    *text = grouped(a, base32(a, (struct bytes){chance, sizeof chance}), '-');
    return text->n ? org_recovery_hash(*text, hash) : ERR(NOMEM);
}

err org_recovery_hash(str typed, uint8_t hash[32])
{
    enum { LETTERS = 16 };
    uint8_t text[LETTERS];
    size_t n = 0;
    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c == '-' || c == ' ')
            continue;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (n == LETTERS || !((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7')))
            return ERR(INVALID);
        text[n++] = (uint8_t)c;
    }
    if (n != LETTERS)
        return ERR(INVALID);
    crypto_hash_sha256(hash, text, sizeof text);
    return OK;
}
