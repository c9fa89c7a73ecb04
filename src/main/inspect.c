/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about the program, its machine and its database. Nothing outside the machine is asked. */
#include "main/inspect.h"

#include "core/convert.h"
#include "core/sandbox.h"
#include "main/inspect_model.h"
#include "store/blob.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

/* ── the way here ── */

static err look_tls(struct req *rq, struct inspected *out)
{
    struct web_proxy_seen seen = web_proxy_seen(rq->web);
    if (web_is_demo(rq->web)) {
        out->state = INSPECT_GOOD;
        out->found = S("架空データの試用版は、この機器の中だけで使うので要りません");
        return OK;
    }
    out->at = seen.plain ? seen.plain : seen.tls;
    out->state = seen.plain ? INSPECT_BAD : seen.tls ? INSPECT_GOOD : INSPECT_UNKNOWN;
    out->found = seen.plain ? S("暗号化されていない通信で使った人がいます")
                            : S("全て暗号化された通信でした（起動してから）");
    if (seen.plain)
        out->remedy = S("前に nginx を置いて HTTPS だけで受け、X-Forwarded-Proto を付けて渡してください。"
                        "このプログラムを、ほかの機器から直接開けないようにしてください。");
    return OK;
}

/* ── what was done by commands, as settings that begin with the time ── */

static err setting_time(struct req *rq, const char *name, usec *at, int64_t *more)
{
    str value = STR_NONE, first;
    *at = *more = 0;
    err e = setting_get(rq->db, rq->a, str_of(name), &value);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (str_cut(&value, ' ', &first) && err_is(parse_i64(first, 0, INT64_MAX, at)))
        *at = 0; /* of another version: as if it were not there */
    if (value.n && err_is(parse_i64(value, 0, INT64_MAX, more)))
        *more = 0;
    return OK;
}

/* How many days ago; the state by two limits. */
static void say_age(struct req *rq, usec at, int days_good, int days_bad, struct inspected *out)
{
    int64_t days = (rq->now - at) / USEC_DAY;
    out->at = at;
    out->state = at == 0 || days > days_bad ? INSPECT_BAD
        : days > days_good                  ? INSPECT_ATTENTION
                                            : INSPECT_GOOD;
    out->found = at == 0 ? S("一度もありません")
        : days == 0      ? S("24時間以内")
                         : str_fmt(rq->a, "%lld日前", (long long)days);
}

static err look_backup(struct req *rq, struct inspected *out)
{
    struct backup_status s;
    TRY(backup_status(rq->db, rq->a, &s));
    say_age(rq, s.last, 1, 7, out);
    if (out->state != INSPECT_GOOD)
        out->remedy = S("「yagura backup」を毎日動かすようにして、できたファイルを別の機器に写してください。");
    return OK;
}

static err look_drill(struct req *rq, struct inspected *out)
{
    struct backup_status s;
    TRY(backup_status(rq->db, rq->a, &s));
    say_age(rq, s.drilled, 93, 366, out);
    if (out->state != INSPECT_GOOD)
        out->remedy = S("バックアップから戻せることを、三か月に一度は別の場所で試してください。試していない"
                        "バックアップは、無いのと同じです。");
    return OK;
}

static err look_check(struct req *rq, struct inspected *out)
{
    usec at;
    int64_t problems;
    TRY(setting_time(rq, "check_last", &at, &problems));
    say_age(rq, at, 31, 93, out);
    if (problems) {
        out->state = INSPECT_BAD;
        out->found = str_fmt(rq->a, "合わないところが %lld 件", (long long)problems);
        out->remedy = S("「yagura check」をもう一度動かし、出てきた行を保守の担当に渡してください。");
    } else if (out->state != INSPECT_GOOD) {
        out->remedy = S("「yagura check」を月に一度動かしてください。集計と監査証跡を、事実から計算し直して"
                        "確かめます。");
    }
    return OK;
}

/* `yagura work` seals every hour in which a chain has grown: a day without is only suspicious. */
static err look_seal(struct req *rq, struct inspected *out)
{
    usec at;
    TRY(anchor_sealed_at(rq->db, &at));
    say_age(rq, at, 7, 31, out);
    if (out->state != INSPECT_GOOD)
        out->remedy = S("「yagura work」が動いているかを確かめてください。監査証跡の封は、動いている間、変化の"
                        "あった一時間ごとに付きます。封の一行は、この機器の外にも写してください。");
    return OK;
}

static err checked(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    int64_t problems;
    (void)out;
    TRY(parse_i64(in, 0, INT64_MAX, &problems));
    return setting_put(tx, S("check_last"),
        str_fmt(a, "%lld %lld", (long long)tx_now(tx), (long long)problems));
}

/* ── the machine ── */

/* The beginning of a small file; empty when it cannot be read. */
static str read_small(struct arena *a, const char *path, size_t most)
{
    char *p = arena_alloc(a, most);
    int fd = p ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return STR_NONE;
    ssize_t n = read(fd, p, most);
    close(fd);
    return (str){p, n > 0 ? (size_t)n : 0};
}

static err look_sandbox(struct req *rq, struct inspected *out)
{
    int seccomp = prctl(PR_GET_SECCOMP), locked = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    bool good = seccomp == 2 && locked == 1;
    out->state = good ? INSPECT_GOOD : INSPECT_ATTENTION;
    out->found = str_fmt(rq->a, "呼べる機能の制限（seccomp）%s、権限を増やさない印（NoNewPrivs）%s",
        seccomp == 2 ? "あり" : "なし", locked == 1 ? "あり" : "なし");
    if (!good)
        out->remedy = S("パッケージに付いている systemd の設定（yagura-serve.service）で動かしてください。プログラムに"
                        "欠陥があっても、できることが限られます。");
    return OK;
}

static err look_clock(struct req *rq, struct inspected *out)
{
    struct timex t = {.modes = 0}; /* only asks */
    int state = adjtimex(&t);
    if (state < 0) {
        out->found = S("この機器では調べられません");
        return OK;
    }
    bool off = state == TIME_ERROR || (t.status & STA_UNSYNC);
    out->state = off ? INSPECT_ATTENTION : INSPECT_GOOD;
    out->found = off ? S("時計が、正しい時刻に合わせられていません")
                     : str_fmt(rq->a, "合わせられています（見積もったずれ %.3f 秒）",
                           (double)t.esterror / (double)USEC_SECOND);
    if (off)
        out->remedy = S("この機器の時刻合わせ（chrony か systemd-timesyncd）を動かしてください。期限と記録の"
                        "日時が、この時計で決まります。");
    return OK;
}

/* Not only asked for: the root folder, which everybody may list, must be shut. */
static err look_landlock(struct req *rq, struct inspected *out)
{
    int abi = sandbox_landlock();
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool shut = fd < 0 && errno == EACCES;
    if (fd >= 0)
        close(fd);
    out->state = abi && shut ? INSPECT_GOOD : abi ? INSPECT_BAD : INSPECT_ATTENTION;
    out->found = abi && shut ? str_fmt(rq->a, "効いています（Landlock 第%d版）", abi)
        : abi                ? S("OS に Landlock はありますが、効いていません")
                             : S("OS に Landlock がないか、止めてあります。ほかのファイルを守るのは、利用者の権限だけです");
    if (out->state == INSPECT_BAD)
        out->remedy = S("「systemctl restart yagura-serve」で動かし直してください。それでも同じなら、起動したときの"
                        "記録（journalctl -u yagura-serve）を保守の担当に渡してください。");
    else if (out->state == INSPECT_ATTENTION)
        out->remedy = S("Debian 12 以降の標準のカーネルで動かし、「cat /sys/kernel/security/lsm」に landlock が出る"
                        "ようにしてください（出ないときは、起動の指定 lsm= に landlock を足します）。");
    return OK;
}

static str folder_of(struct arena *a, str path)
{
    while (path.n > 0 && path.p[path.n - 1] != '/')
        path.n--;
    return path.n ? str_dup(a, path) : S(".");
}

/* The file system the database is on; false: it does not say. */
static bool disk_of(struct req *rq, struct statvfs *v)
{
    char *folder = str_z(rq->a, folder_of(rq->a, store_blobs(web_store(rq->web))));
    return folder && statvfs(folder, v) == 0 && v->f_blocks != 0;
}

static err look_disk(struct req *rq, struct inspected *out)
{
    struct statvfs v;
    if (!disk_of(rq, &v)) {
        out->found = S("この機器では調べられません");
        return OK;
    }
    int64_t percent = (int64_t)(v.f_bavail * 100 / v.f_blocks);
    int64_t mega = (int64_t)(v.f_bavail * v.f_frsize >> 20);
    out->state = percent < 5 || mega < 512 ? INSPECT_BAD
        : percent < 15                     ? INSPECT_ATTENTION
                                           : INSPECT_GOOD;
    out->found = str_fmt(rq->a, "空き %lld%%（%lldMB）", (long long)percent, (long long)mega);
    if (out->state != INSPECT_GOOD)
        out->remedy = S("データベースのあるディスクを空けるか、広げてください。いっぱいになると、回答を保存"
                        "できません。");
    return OK;
}

/* ── how fast the data grow ── */

static err bytes_of_all(struct db *db, int64_t *bytes)
{
    int64_t files;
    TRY(db_bytes(db, bytes));
    TRY(blob_bytes(db, &files));
    *bytes += files;
    return OK;
}

static err look_size(struct req *rq, struct inspected *out)
{
    int64_t data, files;
    TRY(db_bytes(rq->db, &data));
    TRY(blob_bytes(rq->db, &files));
    out->state = INSPECT_GOOD;
    out->found = str_fmt(rq->a, "データベース %lldMB、証拠ファイル %lldMB", (long long)(data >> 20),
        (long long)(files >> 20));
    return OK;
}

/* What another version wrote is as if it were not there. */
static err sizes_get(struct db *db, struct arena *a, struct inspect_sizes *out)
{
    str text = STR_NONE;
    err e = setting_get(db, a, S("sizes"), &text);
    out->n = 0;
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    if (err_is(inspect_sizes_parse(text, out)))
        out->n = 0;
    return OK;
}

/* Once a day, by `yagura work`. */
static err tick(struct tx *tx, struct arena *a, str in, struct buf *out)
{
    struct inspect_sizes s;
    int64_t bytes;
    BUF_AUTO b = BUF(4096);
    (void)in, (void)out;
    TRY(sizes_get(tx_db(tx), a, &s));
    jday today = jday_of_usec(tx_now(tx));
    if (s.n && s.v[s.n - 1].day == today)
        return OK;
    TRY(bytes_of_all(tx_db(tx), &bytes));
    if (!inspect_sizes_add(&s, today, bytes))
        return OK;
    inspect_sizes_put(&b, &s);
    TRY(buf_status(&b));
    return setting_put(tx, S("sizes"), buf_view(&b));
}

const struct call inspect_calls[] = {
    {"inspect.checked", checked},
    {"inspect.keys_copied", inspect_keys_copied},
    {"inspect.tick", tick},
    {NULL, NULL},
};

static void say_growth(struct req *rq, const struct inspect_growth *g, struct inspected *out)
{
    enum { BAD = 30, SOON = 180 };
    bool falls = g->bytes <= 0;
    out->state = !falls && g->left < BAD ? INSPECT_BAD
        : !falls && g->left < SOON       ? INSPECT_ATTENTION
                                         : INSPECT_GOOD;
    out->found = falls ? str_fmt(rq->a, "この%lld日、増えていません", (long long)g->days)
                       : str_fmt(rq->a, "この%lld日で %lldMB 増えました。この増え方では、ディスクの空きは%s%lld日分です",
                             (long long)g->days, (long long)(g->bytes >> 20),
                             g->left == INSPECT_GROWTH_FAR ? "少なくとも " : "約 ", (long long)g->left);
    if (out->state != INSPECT_GOOD)
        out->remedy = S("データベースのあるディスクを、空きが無くなる前に広げてください。増え方が急に変わったときは、"
                        "大きな証拠ファイルが続けて置かれていないかを確かめてください。");
}

static err look_growth(struct req *rq, struct inspected *out)
{
    struct inspect_sizes s;
    struct statvfs v;
    int64_t bytes;
    TRY(sizes_get(rq->db, rq->a, &s));
    TRY(bytes_of_all(rq->db, &bytes));
    if (!disk_of(rq, &v)) {
        out->found = S("この機器では調べられません");
        return OK;
    }
    struct inspect_growth g = inspect_growth_of(
        &s, jday_of_usec(rq->now), bytes, (int64_t)(v.f_bavail * v.f_frsize));
    if (g.days < INSPECT_GROWTH_LEAST)
        out->found = str_fmt(rq->a, "まだ分かりません（「yagura work」が大きさを記録し始めて%lld日。%d日から分かります）",
            (long long)g.days, INSPECT_GROWTH_LEAST);
    else
        say_growth(rq, &g, out);
    return OK;
}

/* ── the program ── */

static err look_writer(struct req *rq, struct inspected *out)
{
    struct writer_stats s = writer_stats(store_writer(web_store(rq->web)));
    out->state = s.commit_failed      ? INSPECT_BAD
        : s.waiting > WRITER_QUEUE / 2 ? INSPECT_ATTENTION
                                       : INSPECT_GOOD;
    out->at = s.committed_at;
    out->found = str_fmt(rq->a, "順番を待つ書き込み %lld 件、書き込めなかった回数 %lld 回（起動してから）",
        (long long)s.waiting, (long long)s.commit_failed);
    if (out->state != INSPECT_GOOD)
        out->remedy = S("ディスクの空きと、記録（journalctl -u yagura-serve）の commit_failed を確かめてください。");
    return OK;
}

static err look_convert(struct req *rq, struct inspected *out)
{
    (void)rq;
    err e = convert_status();
    bool fonts = convert_has_fonts();
    out->state = e.code == ERR_BUG ? INSPECT_UNKNOWN : err_is(e) ? INSPECT_BAD : fonts ? INSPECT_GOOD : INSPECT_ATTENTION;
    out->found = e.code == ERR_BUG ? S("このプロセスでは、外から来る表を読みません")
        : err_is(e) ? S("止まっています。利用者や属性の表（CSV）を読み込めず、報告のPDFとXLSXも作れません。ほかの仕事はできます")
        : fonts     ? S("動いています")
                    : S("動いていますが、フォントがないため、報告のPDFを作れません（XLSXは作れます）");
    if (out->state == INSPECT_ATTENTION)
        out->remedy = S("「apt-get install fonts-noto-cjk」で入れて、「systemctl restart yagura-serve」で動かし直してください。");
    if (out->state == INSPECT_BAD)
        out->remedy = S("利用の少ない時に「systemctl restart yagura-serve」で動かし直してください。何度も止まるときは、"
                        "メモリーの空きと、記録（journalctl -u yagura-serve）の convert_failed を確かめてください。");
    return OK;
}

/* What the package put there; the running program may be older. */
static err look_version(struct req *rq, struct inspected *out)
{
    str installed = str_trim(read_small(rq->a, "/usr/share/yagura/version", 64));
    bool same = str_eq(installed, S(YAGURA_VERSION));
    out->state = installed.n == 0 ? INSPECT_UNKNOWN : same ? INSPECT_GOOD : INSPECT_ATTENTION;
    out->found = installed.n == 0 ? S("版 " YAGURA_VERSION "（パッケージからは入れていません）")
        : same                    ? S("版 " YAGURA_VERSION)
               : str_fmt(rq->a, "動いている版 %s、入っている版 %.*s", YAGURA_VERSION, STR_F(installed));
    if (out->state == INSPECT_ATTENTION)
        out->remedy = S("新しい版が入っています。利用の少ない時に再起動してください"
                        "（systemctl restart yagura-serve yagura-work）。");
    return OK;
}

const struct inspection inspect_program[] = {
    {"main_tls", "通信の暗号化", look_tls},
    {"main_backup", "バックアップ", look_backup},
    {"main_drill", "バックアップから戻す訓練", look_drill},
    {"main_keys", "サーバーの鍵", inspect_keys},
    {"main_check", "集計と監査証跡の確かめ", look_check},
    {"main_seal", "監査証跡の封", look_seal},
    {"main_sandbox", "プログラムの囲い", look_sandbox},
    {"main_landlock", "ほかのファイルからの切り離し", look_landlock},
    {"main_clock", "時計", look_clock},
    {"main_disk", "ディスクの空き", look_disk},
    {"main_size", "データの大きさ", look_size},
    {"main_growth", "データの増え方", look_growth},
    {"main_writer", "書き込み", look_writer},
    {"main_convert", "外から来る表を読むプロセス", look_convert},
    {"main_version", "プログラムの版", look_version},
    {NULL, NULL, NULL},
};
