/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: options and subcommands from tables. */
#include "main/main.h"

#include <signal.h>
#include <sodium.h>

static const struct command commands[] = {
    {"init", "db! admin! url listen base", "空の本番用データベースを作る", command_init},
    {"migrate", "db! copy", "データベースを、写しを取ってから、この版の形に進める", command_migrate},
    {"demo", "db! seed years sample today sign-ins", "架空データの試用版を作る", command_demo},
    {"serve", "db! listen base trust-proxy metrics metrics-open verbose", "画面を提供する",
        command_serve},
    {"work", "db! smtp! smtp-tls smtp-ca smtp-user smtp-password-file from webhook url anchor-file once",
        "メールを送り、期限のお知らせなどの決まった仕事をする", command_work},
    {"check", "db!", "集計・進み具合・監査証跡を、事実から計算し直して確かめる", command_check},
    {"measure", "db!", "測れるものを全ての団体について測り、変わったものを記録する",
        command_measure},
    {"routes", "json openapi", "アドレスと権限の一覧", command_routes},
    {"audit verify", "db! against",
        "監査証跡を確かめる。--against：機器の外に残した行（audit head など）とも比べる",
        command_audit_verify},
    {"audit head", "db!", "全ての連なりに封をし、機器の外に残すための1行を表示する",
        command_audit_head},
    {"audit prove", "db! body!", "その団体の連なりが封に入っていることの証明を表示する",
        command_audit_prove},
    {"audit proof", "file!", "証明を、データベースなしで確かめる", command_audit_proof},
    {"backup keygen", "file!", "控えに封をする鍵の組を、そのフォルダーに作る", command_backup_keygen},
    {"backup verify", "file! key passphrase-file",
        "控えが切れたり壊れたりしていないか確かめる（鍵があれば中身も）", command_backup_verify},
    {"backup drill", "file! db! key passphrase-file",
        "復元の訓練：控えを別の場所に戻して確かめ、消して、その日を記録する", command_backup_drill},
    {"backup", "file! db! to passphrase-file plain",
        "動かしたまま、データベースと証拠ファイルの控えを1つのファイルに作る", command_backup},
    {"restore", "file! db! key passphrase-file", "控えを、何もない場所に戻して確かめる",
        command_restore},
    {"token create", "db! login!", "プログラムから使うための鍵を作る", command_token_create},
    {"convert", "file!", "外で作られた表（CSV）を、閉じ込めたプロセスで読み、1行を1つのJSONにして出す",
        command_convert},
    {"darknet replay", "files! db inside prefixes dark hours flows json stats",
        "キャプチャ（pcap・pcapng）から、団体のアドレスが使われていないアドレスに送ったものを探す",
        command_darknet_replay},
    {"darknet watch", "iface! db inside spool prefixes dark hours flows json stats",
        "ネットワークの口に届くものを見続け、見つけたものを1秒以内に出す", command_darknet_watch},
    {"darknet join", "file! log! within utc format json",
        "見つけたもの（FILE は replay --json の出力。- なら標準入力）を、手元の NAT のログと突き合わせて、内側の機器を名指しする",
        command_darknet_join},
    {"incident rules check", "file",
        "報告の義務の規則（FILE を省くと、このプログラムの持つもの）を確かめ、調べた場合の数を出す",
        command_incident_rules_check},
    {"incident verify", "file", "報告のファイルが、変えられていないか、抜けがないかを確かめる", command_incident_verify},
    {"incident rules show", "file", "報告の義務の規則を、言葉にして一覧にする", command_incident_rules_show},
    {"conf check", "", "設定ファイルを確かめる", command_conf_check},
    {"conf show", "*", "いま効いている設定と、それがどこから来たか", command_conf_show},
    {"conf example", "", "全ての項目に説明を付けた設定ファイルの例を出す", command_conf_example},
    {NULL, NULL, NULL, NULL},
};

/* Help, or a page of the manual: yagura --manual [conf]. */
static err put_text(FILE *out, const struct conf *c, bool manual, bool of_conf)
{
    BUF_AUTO b = BUF(1 << 20);
    if (of_conf)
        main_manual_conf(&b, c);
    else if (manual)
        main_manual(&b, c, commands);
    else
        main_help(&b, c, commands);
    TRY(buf_status(&b));
    fprintf(out, "%.*s", STR_F(buf_view(&b)));
    return OK;
}

static int usage(const struct conf *c, const char *what, const char *detail)
{
    fprintf(stderr, "yagura: %s%s\n\n", what, detail);
    IGNORE(put_text(stderr, c, false, false));
    return 64;
}

static const struct command *find_command(int argc, char **argv, int *words)
{
    for (const struct command *k = commands; k->name; k++) {
        str rest = str_of(k->name), word;
        int n = 1;
        bool fits = true;
        for (; fits && str_cut(&rest, ' ', &word); n++)
            fits = n < argc && str_eq(str_of(argv[n]), word);
        if (fits) {
            *words = n;
            return k;
        }
    }
    return NULL;
}

static bool is_taken(const struct command *command, str option)
{
    str list = str_of(command->takes), name;
    bool must, taken = str_eq(list, S("*")) || str_eq(option, S("--conf"));
    while (!taken && main_taken_next(&list, &name, &must))
        taken = str_eq(str_sub(option, 2, option.n), name);
    return taken;
}

/* 0, or the exit code after having said why. */
static int take_options(struct conf *c, const struct command *command, int argc, char **argv,
    struct strs *files)
{
    str why;
    for (int at = 0, used = 1; at < argc; at += used) {
        bool bare = argv[at][0] != '-' || argv[at][1] == '\0'; /* a word alone is the file; "-": standard input */
        if (bare && is_taken(command, S("--files"))) {
            files->v[files->n++] = str_of(argv[at]);
            used = 1;
            continue;
        }
        str option = bare ? S("--file") : str_of(argv[at]);
        if (!str_starts(option, S("--")) || !is_taken(command, option))
            return usage(c, "この命令では使えない指定です: ", argv[at]);
        err e = conf_option(
            c, option, bare ? argv[at] : at + 1 < argc ? argv[at + 1] : NULL, &used, &why);
        used = bare ? 1 : used;
        if (e.code == ERR_NOTFOUND)
            return usage(c, "知らない指定です: ", argv[at]);
        if (err_is(e)) {
            main_say(e.code == ERR_INVALID ? why : S("メモリが足りません。"));
            return err_exit(e);
        }
    }
    return 0;
}

static int run(struct conf *c, struct arena *a, const struct command *command, struct strs files)
{
    struct options o = *(const struct options *)conf_of(c, &main_conf);
    str list = str_of(command->takes), name;
    bool must;
    if (o.conf_file.n) {
        err e = main_conf_read(a, c, o.conf_file);
        if (err_is(e))
            return err_exit(e);
        o = *(const struct options *)conf_of(c, &main_conf);
    }
    o.conf = c;
    o.files = files;
    while (main_taken_next(&list, &name, &must)) {
        const struct conf_key *k = conf_key_of(c, name);
        if (must && (k ? !conf_has(c, k) : files.n == 0))
            return usage(c, "指定が足りません: ", k ? str_z(a, str_fmt(a, "--%.*s", STR_F(name))) : "FILE");
    }
    return err_exit(command->run(&o, a));
}

int main(int argc, char **argv)
{
    struct conf *c;
    int at = 1;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on files is an error like a full disk, not a death */
    umask(0077); /* the database and what lies beside it are nobody else's */
    ARENA_AUTO a = arena_new(512 << 20);
    if (!a || sodium_init() < 0 || err_is(main_conf_new(a, &c)))
        return 71;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        err e = put_text(stdout, c, false, false);
        return argc < 2 ? 64 : err_exit(e);
    }
    if (strcmp(argv[1], "--manual") == 0)
        return err_exit(put_text(stdout, c, true, argc > 2 && strcmp(argv[2], "conf") == 0));
    if (strcmp(argv[1], "--version") == 0) {
        puts("yagura " YAGURA_VERSION);
        return 0;
    }
    const struct command *command = find_command(argc, argv, &at);
    if (!command)
        return usage(c, "知らない命令です: ", argv[1]);
    struct strs files = {ARENA_ARRAY(a, str, (size_t)argc), 0};
    int code = files.v ? take_options(c, command, argc - at, argv + at, &files) : 71;
    return code ? code : run(c, a, command, files);
}
