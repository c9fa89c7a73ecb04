/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of mail. */
#include "mail/mail_private.h"

extern const struct embedded mail_migrations[];

const struct permission mail_p_queue = {"mail.queue", ROLE_SYSTEM};

static const struct permission *const permissions[] = {&mail_p_queue, NULL};

static const struct nav_item nav[] = {
    {"メールの送信", "/mail", &mail_p_queue, NULL, 5},
    {NULL, NULL, NULL},
};

static bool fits_relay(str v)
{
    struct relay_url relay;
    return !err_is(mail_relay_parse(v, &relay));
}

static const char *const tls[] = {"require", "if-offered", "never", NULL};

static const struct conf_key keys[] = {
    {"mail.smtp", CONF_IN(TEXT, struct mail_relay, url), "メールを渡すサーバー。",
        "smtp://ホスト名:ポート番号", .example = "smtp://relay.example.lg.jp:587",
        .fits = fits_relay},
    {"mail.smtp-tls", CONF_IN(TEXT, struct mail_relay, tls),
        "メールサーバーへの通信の暗号化。書かなければ、この機器の中では never、外へは require。",
        .example = "require", .words = tls},
    {"mail.smtp-ca", CONF_IN(PATH, struct mail_relay, ca),
        "メールサーバーの証明書を確かめる認証局のファイル（PEM）。書かなければ、OS の持つもの。",
        .example = "/etc/yagura/relay-ca.pem"},
    {"mail.smtp-user", CONF_IN(TEXT, struct mail_relay, user),
        "メールサーバーに名乗る利用者名。いらないサーバーもあります。", .example = "yagura"},
    {"mail.smtp-password-file", CONF_IN(SECRET, struct mail_relay, password_file),
        "その利用者のパスワードだけを入れたファイル。", .example = "/etc/yagura/smtp-password"},
    {"mail.from", CONF_IN(TEXT, struct mail_relay, from), "差出人のメールアドレス。",
        "名前@ホスト名", .example = "yagura@example.lg.jp", .fits = mail_address_is_valid},
    {"mail.webhook", CONF_IN(TEXT, struct mail_relay, webhook),
        "重大なインシデントの呼出しを、メールのほかにJSONで知らせる先（電話の自動発信など）。", "https://ホスト名/",
        .example = "https://dial.example.lg.jp/yagura", .fits = mail_hook_url_is_valid},
    {NULL},
};

const struct conf_table mail_conf = {"メール", keys, sizeof(struct mail_relay)};

const struct module mail_module = {
    .name = "mail",
    .label = "メール",
    .routes = (const struct route *const[]){mail_routes, NULL},
    .permissions = permissions,
    .calls = mail_calls,
    .migrations = mail_migrations,
    .nav = nav,
    .inspections = mail_inspections,
    .conf = &mail_conf,
    .check = mail_check,
    .tick = "mail.tick",
};
