/* SPDX-License-Identifier: Apache-2.0 */
/* Help and the manual pages yagura(1) and yagura.conf(5), from the tables of commands and of keys. */
#include "main/main.h"

bool main_taken_next(str *list, str *name, bool *must)
{
    if (!str_cut(list, ' ', name))
        return false;
    *must = str_ends(*name, S("!"));
    if (*must)
        name->n--;
    return true;
}

/* " --db FILE [--copy FILE]": what a command takes. */
static void put_taken(struct buf *b, const struct conf *c, const struct command *command)
{
    str list = str_of(command->takes), name;
    bool must;
    while (main_taken_next(&list, &name, &must)) {
        const struct conf_key *k = conf_key_of(c, name);
        buf_fmt(b, must ? " " : " [");
        if (k)
            conf_put_option(b, k);
        else if (str_eq(name, S("files")))
            buf_lit(b, "FILE…"); /* the words alone */
        else
            buf_lit(b, "--…");
        buf_fmt(b, must ? "" : "]");
    }
}

void main_help(struct buf *out, const struct conf *c, const struct command *commands)
{
    buf_lit(out, "櫓 Yagura " YAGURA_VERSION
                 " — 自治体のサイバーセキュリティのための、一つのプログラム\n\n"
                 "使い方（どの命令でも、--conf FILE で設定ファイルを指定できます）:\n");
    for (const struct command *k = commands; k->name; k++) {
        buf_fmt(out, "  yagura %s", k->name);
        put_taken(out, c, k);
        buf_fmt(out, "\n      %s\n", k->what);
    }
}

/* ── roff ── */

/* Text as it is, with a hyphen that can be copied. */
static void put_roff(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\\')
            buf_lit(b, "\\e");
        else if (text.p[i] == '-')
            buf_lit(b, "\\-");
        else
            buf_char(b, text.p[i]);
    }
}

/* ja.tmac says where Japanese lines may be broken; without a date, so that the same source gives the
 * same page. */
static void put_head(struct buf *b, const char *title, const char *name, const char *what)
{
    buf_fmt(b, ".\\\" Made by yagura --manual\n.mso ja.tmac\n.TH %s \"\" \"yagura %s\" \"櫓\"\n.nh\n.ad l\n"
               ".SH 名前\n%s \\- %s\n",
        title, YAGURA_VERSION, name, what);
}

/* A line is never a request. */
static void put_line(struct buf *b, str text)
{
    buf_lit(b, "\\&");
    put_roff(b, text);
    buf_char(b, '\n');
}

/* A bold line, and below it what it means. */
static void put_item(struct buf *b, str bold)
{
    buf_lit(b, ".TP\n\\fB");
    put_roff(b, bold);
    buf_lit(b, "\\fR\n");
}

static void put_commands(struct buf *b, const struct conf *c, const struct command *commands)
{
    for (const struct command *k = commands; k->name; k++) {
        BUF_AUTO taken = BUF(4096);
        put_taken(&taken, c, k);
        buf_lit(b, ".TP\n\\fByagura ");
        put_roff(b, str_of(k->name));
        buf_lit(b, "\\fR");
        put_roff(b, buf_view(&taken));
        buf_char(b, '\n');
        put_line(b, str_of(k->what));
    }
}

static void put_options(struct buf *b, const struct conf *c)
{
    const struct conf_key *k;
    for (size_t i = 0; (k = conf_key_at(c, i, NULL)); i++) {
        BUF_AUTO option = BUF(1024);
        conf_put_option(&option, k);
        put_item(b, buf_view(&option));
        put_line(b, str_of(k->what));
    }
}

static void put_keys(struct buf *b, const struct conf *c)
{
    const struct conf_key *k;
    const char *title, *last = NULL;
    for (size_t i = 0; (k = conf_key_at(c, i, &title)); i++) {
        BUF_AUTO allowed = BUF(4096);
        if (k->flags & CONF_OPTION)
            continue;
        if (title != last)
            buf_fmt(b, ".SS %s\n", title);
        last = title;
        conf_put_allowed(&allowed, k);
        put_item(b, str_of(k->name));
        put_line(b, str_of(k->what));
        buf_lit(&allowed, "。");
        put_line(b, buf_view(&allowed));
        if (k->flags & CONF_NEEDED)
            buf_lit(b, "必ず要ります。\n");
        if (k->initial) {
            buf_lit(b, "既定値は ");
            put_roff(b, str_of(k->initial));
            buf_lit(b, " です。\n");
        }
    }
}

void main_manual(struct buf *out, const struct conf *c, const struct command *commands)
{
    put_head(out, "YAGURA 1", "yagura", "自治体のサイバーセキュリティのための、一つのプログラム");
    buf_lit(out, ".SH 書式\n.B yagura\n.I 命令\n[\\fB\\-\\-\\fR\\fI指定\\fR ...]\n"
                 ".br\n.B yagura \\-\\-help\n.br\n.B yagura \\-\\-version\n"
                 ".SH 説明\n一つのプログラムと一つのデータベースで、自治体の調査・提出・計画・測定を扱います。\n"
                 "どの命令でも、\\fB\\-\\-conf\\fR で設定ファイルを指定できます。命令に付けた指定は、"
                 "設定ファイルの値より優先します。\n"
                 ".SH 命令\n");
    put_commands(out, c, commands);
    buf_lit(out, ".SH 指定\n");
    put_options(out, c);
    buf_lit(out, ".SH 終了コード\nうまくいけば 0、書き方の違いは 64 です。そのほかは失敗で、番号の意味は\n"
                 ".B /usr/include/sysexits.h\nのとおりです。\n"
                 ".SH ファイル\n.TP\n.I /etc/yagura/yagura.conf\n設定ファイル\n"
                 ".TP\n.I /var/lib/yagura\nデータベースと証拠ファイル\n"
                 ".TP\n.I /usr/share/doc/yagura/operator\n運用の手引き\n"
                 ".SH 関連項目\n.BR yagura.conf (5),\n.BR systemctl (1)\n");
}

void main_manual_conf(struct buf *out, const struct conf *c)
{
    put_head(out, "YAGURA.CONF 5", "yagura.conf", "櫓の設定ファイル");
    buf_lit(out, ".SH 説明\n「項目 = 値」を 1 行に 1 つ書きます。# で始まる行は説明です。\n"
                 "直した後は\n.B yagura conf check \\-\\-conf\nで確かめ、説明の付いた例は\n"
                 ".B yagura conf example\nで出せます。値は、プログラムを始めるときに一度だけ読みます。\n"
                 ".SH 項目\n");
    put_keys(out, c);
    buf_lit(out, ".SH ファイル\n.I /etc/yagura/yagura.conf\n.SH 関連項目\n.BR yagura (1)\n");
}
