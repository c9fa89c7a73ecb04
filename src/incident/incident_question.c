/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of plain questions. Choices are coded, so that forms can be filled and causes counted
 * without reading (R55, R67); their order is the order on the screen: the commonest first. */
#include "incident/incident_question.h"

#include "core/html.h"

const struct word incident_sures[4] = {
    {SURE_UNKNOWN, S("unknown"), S("分からない")},
    {SURE_NONE, S("none"), S("ない")},
    {SURE_SUSPECTED, S("suspected"), S("おそれがある")},
    {SURE_CONFIRMED, S("confirmed"), S("ある（確認した）")},
};

const struct word incident_parts[5] = {
    {PART_WHAT, S("what"), S("何が起きたか")},
    {PART_NOW, S("now"), S("いまの状態")},
    {PART_PERSONAL, S("personal"), S("個人情報")},
    {PART_ATTACK, S("attack"), S("攻撃のこと")},
    {PART_RESPONSE, S("response"), S("対応と相談")},
};

/* R67: 誤送信、紛失、委託先、不正アクセス、マルウェア、システム障害、設定不備. */
static const struct word kinds[] = {
    {1, S("ransomware"), S("ランサムウェア（暗号化・脅迫）")},
    {2, S("malware"), S("そのほかのマルウェア")},
    {3, S("intrusion"), S("不正アクセス")},
    {4, S("ddos"), S("大量の通信による攻撃（DDoS）")},
    {5, S("defacement"), S("ホームページの改ざん")},
    {6, S("misdelivery"), S("メール・FAXの誤送信")},
    {7, S("loss"), S("媒体・端末の紛失・盗難")},
    {8, S("paper"), S("書類の誤交付・誤廃棄")},
    {9, S("vendor"), S("委託先の事故")},
    {10, S("setting"), S("設定の不備")},
    {11, S("insider"), S("内部の不正")},
    {12, S("failure"), S("システム障害")},
    {13, S("phishing"), S("フィッシング・なりすまし")},
    {14, S("other"), S("そのほか")},
};
static const struct word finders[] = {
    {1, S("staff"), S("職員")}, {2, S("monitor"), S("監視の仕組み")}, {3, S("vendor"), S("委託先")},
    {4, S("resident"), S("住民・外部の人")}, {5, S("office"), S("国・都道府県・他団体")},
    {6, S("police"), S("警察")}, {7, S("attacker"), S("攻撃者からの連絡")}, {8, S("darknet"), S("ダークネット観測の通知")},
};
static const struct word organs[] = {
    {1, S("mayor"), S("首長の部局（庁舎）")}, {2, S("education"), S("教育委員会・学校")}, {3, S("hospital"), S("病院・診療所")},
    {4, S("water"), S("上下水道")}, {5, S("fire"), S("消防")}, {6, S("transport"), S("交通・港湾")},
    {7, S("university"), S("大学")}, {8, S("assembly"), S("議会")}, {9, S("facility"), S("公の施設（指定管理者を含む）")},
    {10, S("other"), S("そのほか")},
};
static const struct word networks[] = {
    {1, S("number"), S("マイナンバー利用事務系")}, {2, S("lgwan"), S("LGWAN接続系")}, {3, S("internet"), S("インターネット接続系")},
    {4, S("cloud"), S("クラウドサービス")}, {5, S("school"), S("学校のネットワーク")}, {6, S("hospital"), S("病院のネットワーク")},
    {7, S("control"), S("設備の制御系")}, {8, S("alone"), S("つながっていない端末")}, {9, S("vendor"), S("委託先の中")},
};
static const struct word systems[] = {
    {1, S("resident"), S("住民記録・戸籍")}, {2, S("tax"), S("税")}, {3, S("insurance"), S("国保・介護・年金")},
    {4, S("welfare"), S("福祉・子育て")}, {5, S("record"), S("電子カルテ・医事会計")}, {6, S("mail"), S("メール")},
    {7, S("web"), S("ホームページ・電子申請")}, {8, S("files"), S("ファイルサーバー")}, {9, S("office"), S("文書・財務・人事")},
    {10, S("directory"), S("認証基盤（Active Directoryなど）")}, {11, S("backup"), S("バックアップ")}, {12, S("school"), S("校務・学習")},
    {13, S("water"), S("水道の監視・料金")}, {14, S("terminal"), S("職員の端末")}, {15, S("other"), S("そのほか")},
};
static const struct word equipment[] = {
    {1, S("pc"), S("パソコン")}, {2, S("server"), S("サーバー")}, {3, S("network"), S("ネットワーク機器（VPN・ルーターなど）")},
    {4, S("storage"), S("NAS・記憶装置")}, {5, S("phone"), S("スマートフォン・タブレット")}, {6, S("account"), S("クラウドのアカウント")},
    {7, S("control"), S("設備・医療機器・カメラ")}, {8, S("medium"), S("USBなどの媒体")}, {9, S("paper"), S("紙")},
};
static const struct word placed[] = {
    {1, S("office"), S("庁舎・施設の中")}, {2, S("centre"), S("データセンター・ハウジング")}, {3, S("cloud"), S("クラウド（IaaS・PaaS）")},
    {4, S("saas"), S("クラウドのサービス（SaaS）")}, {5, S("hosting"), S("ホスティング・レンタル")}, {6, S("vendor"), S("委託先")},
    {7, S("outside"), S("持ち出し先・自宅")},
};
static const struct word stages[] = {
    {1, S("going"), S("続いている")}, {2, S("stopped"), S("広がりを止めた")}, {3, S("restoring"), S("復旧している")},
    {4, S("restored"), S("復旧した")}, {5, S("repeating"), S("止まったり起きたりしている")},
};
static const struct word services[] = {
    {1, S("counter"), S("窓口・証明の交付")}, {2, S("medical"), S("診療・救急の受入れ")}, {3, S("payment"), S("給付・支払い")},
    {4, S("tax"), S("税の収納")}, {5, S("water"), S("水の供給")}, {6, S("emergency"), S("119番・防災")},
    {7, S("online"), S("電子申請・予約")}, {8, S("school"), S("学校の授業")}, {9, S("internal"), S("庁内の事務だけ")},
};
static const struct word contained[] = {
    {1, S("isolated"), S("機器をネットワークから切り離した")}, {2, S("kept-on"), S("電源を切らずに保った")},
    {3, S("account"), S("アカウントを止めた・パスワードを変えた")}, {4, S("blocked"), S("外との通信を止めた")},
    {5, S("logs"), S("ログを別の場所に写した")}, {6, S("backup"), S("バックアップが無事か確かめた")},
    {7, S("recovered"), S("送ったものの回収・削除を頼んだ")}, {8, S("vendor"), S("保守の事業者を呼んだ")},
    {9, S("csirt"), S("CSIRT・対策本部を立ち上げた")},
};
static const struct word items[] = {
    {1, S("name"), S("氏名")}, {2, S("birth"), S("生年月日")}, {3, S("sex"), S("性別")}, {4, S("address"), S("住所")},
    {5, S("phone"), S("電話番号")}, {6, S("mail"), S("メールアドレス")}, {7, S("password"), S("パスワード")},
    {8, S("account"), S("口座の番号")}, {9, S("card"), S("クレジットカードの番号")}, {10, S("income"), S("所得・税の情報")},
    {11, S("health"), S("病歴・健診・障害の情報")}, {12, S("school"), S("成績・指導の記録")}, {13, S("staff"), S("職員の情報")}, {14, S("other"), S("そのほか")},
};
static const struct word leaks[] = {
    {1, S("leak"), S("漏えい（外に出た）")}, {2, S("lost"), S("滅失（なくなった）")}, {3, S("damaged"), S("毀損（使えなくなった・書き換えられた）")},
};
static const struct word told[] = {
    {1, S("done"), S("知らせた")}, {2, S("planned"), S("知らせる予定")}, {3, S("public"), S("公表などで代える")}, {4, S("thinking"), S("検討中")},
    {5, S("none"), S("知らせない")},
};
static const struct word published[] = {
    {1, S("done"), S("公表した")}, {2, S("planned"), S("公表する予定")}, {3, S("thinking"), S("検討中")}, {4, S("none"), S("公表しない")},
};
static const struct word vectors[] = {
    {1, S("vpn"), S("VPN・リモート接続の機器")}, {2, S("vulnerable"), S("公開サーバーの弱点")}, {3, S("phishing"), S("メールの添付・リンク")},
    {4, S("credential"), S("盗まれた・推測されたID")}, {5, S("vendor"), S("委託先・保守の回線")}, {6, S("medium"), S("USBなどの媒体")},
    {7, S("setting"), S("公開の設定の誤り")}, {8, S("web"), S("Webサイトの閲覧")}, {9, S("person"), S("人の操作の誤り")},
};
static const struct word demands[] = {
    {1, S("encrypted"), S("暗号化された")}, {2, S("leak"), S("情報の公開をほのめかす")}, {3, S("money"), S("金銭を求められた")}, {4, S("none"), S("脅迫の文はない")},
};
static const struct word preventions[] = {
    {1, S("patch"), S("弱点を直す・機器を更新する")}, {2, S("factor"), S("多要素認証を入れる")}, {3, S("account"), S("IDとパスワードを見直す")},
    {4, S("setting"), S("公開・権限の設定を見直す")}, {5, S("network"), S("ネットワークを分ける・通信を絞る")}, {6, S("monitor"), S("監視・ログを強める")},
    {7, S("backup"), S("バックアップを見直す")}, {8, S("procedure"), S("手順・確認を見直す")}, {9, S("training"), S("研修・訓練をする")},
    {10, S("vendor"), S("委託先の監督・契約を見直す")}, {11, S("medium"), S("媒体・端末の管理を見直す")},
};
static const struct word floods[] = {
    {1, S("direct"), S("直接の大量通信（T1498.001）")}, {2, S("reflect"), S("反射・増幅（T1498.002）")}, {3, S("application"), S("アプリケーションへの大量要求（T1499）")},
};
static const struct word police[] = {
    {1, S("told"), S("相談した")}, {2, S("planned"), S("相談する予定")}, {3, S("none"), S("相談しない")},
};
static const struct word yes_no[] = {{1, S("yes"), S("はい")}, {2, S("no"), S("いいえ")}};
static const struct word supports[] = {
    {1, S("advice"), S("技術的な助言")}, {2, S("team"), S("専門家の派遣")}, {3, S("forensic"), S("証拠の調査（フォレンジック）")},
    {4, S("press"), S("公表・報道への対応")}, {5, S("law"), S("法律の相談")}, {6, S("none"), S("いまは要らない")},
};
static const struct word gravity[] = {{1, S("grave"), S("重大（住民の生命・サービス・多くの個人情報に関わる）")}, {2, S("usual"), S("それ以外")}};

#define CHOICES(table) .choices = (table), .n_choices = COUNT_OF(table)

#define Q(id, ...) {__VA_ARGS__},
const struct incident_question incident_questions[] = {
#include "incident/incident_question_list.h"
};
#undef Q
const size_t incident_questions_n = COUNT_OF(incident_questions);

int incident_question_of(str key)
{
    for (size_t i = 0; i < incident_questions_n; i++)
        if (str_eq(str_of(incident_questions[i].key), key))
            return (int)i;
    return -1;
}

bool incident_has_choice(const struct incident_known *k, str choice)
{
    str rest = k->value, word;
    while (str_cut(&rest, ' ', &word))
        if (str_eq(word, choice))
            return true;
    return false;
}

/* "kind=ransomware malware", or "personal". */
static bool holds(const struct incident_facts *f, str only)
{
    str key, choice;
    str_cut(&only, '=', &key);
    int q = incident_question_of(key);
    if (q < 0)
        return false;
    const struct incident_known *k = &f->known[q];
    if (only.n == 0)
        return k->sure >= SURE_SUSPECTED;
    while (str_cut(&only, ' ', &choice))
        if (incident_has_choice(k, choice))
            return true;
    return false;
}

bool incident_is_asked(const struct incident_facts *f, size_t question)
{
    const char *only = incident_questions[question].only;
    return !only || holds(f, str_of(only));
}

static void put_choices(struct buf *b, const struct incident_question *q, str value)
{
    str word;
    bool more = false;
    while (str_cut(&value, ' ', &word)) {
        const struct word *w = word_of_key(q->choices, q->n_choices, word);
        if (more)
            buf_lit(b, "、");
        buf_str(b, w->name.n ? w->name : word);
        more = true;
    }
}

str incident_answer_text(struct arena *a, size_t question, const struct incident_known *k)
{
    const struct incident_question *q = &incident_questions[question];
    BUF_AUTO b = BUF(65536);
    if (k->sure < SURE_SUSPECTED && k->value.n == 0)
        return k->at ? WORD_OF(incident_sures, k->sure)->name : S("まだ答えていない");
    switch (q->type) {
    case REPLY_SURE: return WORD_OF(incident_sures, k->sure)->name;
    case REPLY_ONE:
    case REPLY_MANY: put_choices(&b, q, k->value); break;
    case REPLY_NUMBER:
        if (k->estimate)
            buf_lit(&b, "約");
        html_group(&b, k->number);
        break;
    case REPLY_TIME: put_wareki_time(&b, k->time); break;
    case REPLY_TEXT: return k->value;
    }
    if (k->sure == SURE_SUSPECTED && q->type != REPLY_NUMBER)
        buf_lit(&b, "（おそれ）");
    return str_dup(a, buf_view(&b));
}

str incident_kinds_text(struct arena *a, str keys)
{
    struct incident_known k = {.sure = SURE_CONFIRMED, .value = keys};
    return keys.n ? incident_answer_text(a, Q_kind, &k) : STR_NONE;
}
