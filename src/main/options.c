/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that belong to no module, and the file they are read from. */
#include "main/main.h"

#include "core/file.h"
#include "sensor/natlog.h"
#include "web/http_listen.h"
#include "web/http_peer.h"

static bool fits_db(str v)
{
    str file;
    return !err_is(db_url_file(v, &file)) && file.n > 0;
}

static bool fits_trust(str v)
{
    struct http_trust trust;
    return !err_is(http_trust_parse(v, &trust));
}

static bool fits_url(str v)
{
    return (str_starts(v, S("https://")) || str_starts(v, S("http://"))) && !str_has(v, S(" "));
}

/* It goes in front of every link as it is. */
static bool fits_base(str v)
{
    bool good = str_starts(v, S("/")) && !str_ends(v, S("/")) && !str_has(v, S("//"));
    for (size_t i = 0; good && i < v.n; i++)
        good = isalnum((unsigned char)v.p[i]) || memchr("/-_.~", v.p[i], 5);
    return good;
}

static bool fits_day(str v)
{
    jday day;
    return !err_is(jday_parse_iso(v, &day));
}

static bool fits_mail(str v)
{
    return str_has(v, S("@"));
}

static const struct conf_key keys[] = {
    {"db", CONF_IN(TEXT, struct options, db), "データベースの場所。", "sqlite:ファイル名",
        .example = "sqlite:/var/lib/yagura/yagura.db", .fits = fits_db, .flags = CONF_NEEDED},
    {"keys", CONF_IN(TEXT, struct options, keys),
        "サーバーの鍵のファイルの場所。指定しなければ、データベースのファイルの名前に .keys を付けた場所です。控えには"
        "入らないので、写しを別の媒体に作ります（yagura keys copy）。",
        "ファイル名", .example = "/var/lib/yagura-keys/yagura.keys"},
    {"url", CONF_IN(TEXT, struct options, url),
        "利用者がブラウザーで開くアドレス。メールの中のリンクに使います。", "https://ホスト名",
        .example = "https://yagura.example.lg.jp", .fits = fits_url},
    {"serve.listen", CONF_IN(TEXT, struct options, listen),
        "画面を出すために待ち受けるアドレス。前に nginx を置き、この機器の中だけにします。",
        "127.0.0.1:8080|unix:/PATH", .initial = "127.0.0.1:8080", .fits = http_listen_fits},
    {"serve.base", CONF_IN(TEXT, struct options, base),
        "一つのホスト名をほかの仕組みと分け合うときの、アドレスの頭。", "/パス",
        .example = "/yagura", .fits = fits_base},
    {"serve.trust-proxy", CONF_IN(TEXT, struct options, trust_proxy),
        "前に置いた nginx などのアドレス。ここから来た X-Forwarded-For だけを、利用者のアドレスとして"
        "信じます。unix は、--listen unix: のソケットです。",
        "ADDR[/BITS],…|unix", .example = "127.0.0.1", .fits = fits_trust},
    {"serve.metrics", CONF_IN(TEXT, struct options, metrics),
        "見守りの仕組み（Prometheus など）が GET /metrics で数字を取りに来るアドレス。",
        "127.0.0.1:9464", .example = "127.0.0.1:9464", .fits = http_listen_fits},
    {"serve.metrics-open", CONF_IN(YES, struct options, metrics_open),
        "その数字を、この機器の外からも見られるようにする。"},
    {"serve.verbose", CONF_IN(YES, struct options, verbose),
        "拒んだものと失敗したものだけでなく、全ての要求を記録に残す。"},
    {"backup.to", CONF_IN(PATH, struct options, to),
        "控えに封をする公開の鍵（yagura backup keygen で作ります）。", "yagura-backup.pub の場所",
        .example = "/etc/yagura/yagura-backup.pub"},
    {"audit.anchor-file", CONF_IN(TEXT, struct options, anchor_file),
        "監査証跡の行を1時間ごとに書き足すファイル。この機器の外（共有フォルダーなど）に置きます。",
        "ファイル名", .example = "/mnt/anchor/yagura.txt"},
    {"file", CONF_IN(TEXT, struct options, file), "控えなどのファイル（--file は省けます）",
        "FILE", .flags = CONF_OPTION},
    {"key", CONF_IN(SECRET, struct options, key), "控えを開く秘密の鍵", "yagura-backup.key",
        .flags = CONF_OPTION},
    {"passphrase-file", CONF_IN(SECRET, struct options, passphrase_file),
        "控えのパスフレーズを書いたファイル", "FILE", .flags = CONF_OPTION},
    {"plain", CONF_IN(YES, struct options, plain), "控えに封をしない", .flags = CONF_OPTION},
    {"against", CONF_IN(PATH, struct options, against), "機器の外に残した行のファイル", "FILE",
        .flags = CONF_OPTION},
    {"body", CONF_IN(NUMBER, struct options, body), "団体の番号（団体コード）", "131016",
        .initial = "0", .least = 0, .most = INT64_MAX, .flags = CONF_OPTION},
    {"conf", CONF_IN(PATH, struct options, conf_file), "設定ファイル", .flags = CONF_OPTION},
    {"admin", CONF_IN(TEXT, struct options, admin), "最初の管理者", "MAIL", .fits = fits_mail,
        .flags = CONF_OPTION},
    {"login", CONF_IN(TEXT, struct options, login), "ログイン名", .flags = CONF_OPTION},
    {"today", CONF_IN(TEXT, struct options, today), "架空データの日付", "2026-11-20",
        .fits = fits_day, .flags = CONF_OPTION},
    {"seed", CONF_IN(NUMBER, struct options, seed), "架空データの種", .initial = "1", .least = 0,
        .most = INT64_MAX, .flags = CONF_OPTION},
    {"years", CONF_IN(NUMBER, struct options, years), "架空データの年数", .initial = "3",
        .unit = "年", .least = 1, .most = 10, .flags = CONF_OPTION},
    {"sample", CONF_IN(YES, struct options, sample), "一つの架空の県だけ", .flags = CONF_OPTION},
    {"sign-ins", CONF_IN(YES, struct options, sign_ins), "ログイン名の一覧だけ",
        .flags = CONF_OPTION},
    {"copy", CONF_IN(TEXT, struct options, copy), "変える前の写しの名前", "FILE|none",
        .flags = CONF_OPTION},
    {"once", CONF_IN(YES, struct options, once), "一回りして終わる", .flags = CONF_OPTION},
    {"openapi", CONF_IN(YES, struct options, openapi),
        "プログラムから使うための説明（OpenAPI 3.1）を出す", .flags = CONF_OPTION},
    {"json", CONF_IN(YES, struct options, json), "JSON で出す", .flags = CONF_OPTION},
    {"prefixes", CONF_IN(PATH, struct options, prefixes),
        "アドレスの範囲と団体（1行に「範囲 団体[,団体…] [own|egress|vendor]」）", "FILE",
        .flags = CONF_OPTION},
    {"dark", CONF_IN(LIST, struct options, dark), "使われていないアドレスの範囲", "192.0.2.0/24,…",
        .flags = CONF_OPTION},
    {"iface", CONF_IN(TEXT, struct options, iface), "ネットワークの口", "eth0", .flags = CONF_OPTION},
    {"hours", CONF_IN(YES, struct options, hours), "1時間ごとの数も、JSON の1行で出す", .flags = CONF_OPTION},
    {"flows", CONF_IN(PATH, struct options, flows),
        "使われていないアドレスに届いたパケットを、送り手・宛先・ポートなどの組ごとに、1時間ずつ数えた表（CSV）を書くファイル。"
        "観測しているアドレスがそのまま載ります", "FILE", .flags = CONF_OPTION},
    {"inside", CONF_IN(TEXT, struct options, inside),
        "この団体の中で見る（団体コード）。団体の内部の観測範囲に届くものを調べる", "012345", .flags = CONF_OPTION},
    {"spool", CONF_IN(PATH, struct options, spool),
        "記録できない間、見つけたものを置くファイル。なければデータベースのファイルの名前に .darknet を付ける", "FILE", .flags = CONF_OPTION},
    {"stats", CONF_IN(YES, struct options, stats), "最後に合計を1行で出す", .flags = CONF_OPTION},
    {"log", CONF_IN(LIST, struct options, logs), "NAT やファイアウォールのログ（gz・zst も可。何度でも指定できます）", "FILE",
        .flags = CONF_OPTION},
    {"within", CONF_IN(NUMBER, struct options, within), "時刻のずれをどこまで許すか", .initial = "2", .unit = "秒",
        .least = 0, .most = 3600, .flags = CONF_OPTION},
    {"utc", CONF_IN(YES, struct options, utc), "時差の書かれていないログの時刻を、日本時間でなく UTC として読む",
        .flags = CONF_OPTION},
    {"format", CONF_IN(TEXT, struct options, format), "ログの形式（省くと1行ずつ見分けます）", .words = natlog_names,
        .flags = CONF_OPTION},
    {NULL},
};

const struct conf_table main_conf = {"基本", keys, sizeof(struct options)};

err main_conf_read(struct arena *a, struct conf *c, str name)
{
    str text;
    BUF_AUTO problems = BUF(1 << 16);
    err e = file_read(a, name, CONF_FILE_MAX, &text);
    if (err_is(e)) {
        main_say(str_fmt(a,
            e.code == ERR_NOTFOUND     ? "設定ファイルがありません: %.*s"
                : e.code == ERR_DENIED ? "設定ファイルを読む権限がありません: %.*s"
                                       : "設定ファイルを読めません: %.*s",
            STR_F(name)));
        return e;
    }
    e = conf_file(c, name, text, &problems);
    fprintf(stderr, "%.*s", STR_F(buf_view(&problems)));
    return e;
}
