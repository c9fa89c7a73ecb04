/* SPDX-License-Identifier: Apache-2.0 */
/* What an alert says, in words for somebody who is no specialist: no link is needed to understand it. */
#include "darknet/darknet_alert.h"

static void put_ms(struct buf *b, usec t)
{
    struct civil c = civil_of(t);
    buf_fmt(b, "%04d-%02d-%02d %02d:%02d:%02d.%03d", c.y, c.m, c.d, c.hh, c.mm, c.ss,
        (int)(t % USEC_SECOND / 1000));
}

str darknet_alert_looks(struct arena *a, const struct alert_episode *e)
{
    static const char *const looks[] = {[ALERT_UNKNOWN] = "何の通信か、まだ分かりません",
        [ALERT_SPOOFED] = "ほかの誰かが、このアドレスを騙って送ったもののようです",
        [ALERT_MISCONFIGURATION] = "機器の設定の誤りで、あて先を間違えて送り続けているようです",
        [ALERT_BACKSCATTER] = "このアドレスの機器が、外から大量の通信を送り付けられる攻撃（DoS攻撃）を受けているようです",
        [ALERT_SCAN] = "弱点のある機器を探し回る通信のようです",
        [ALERT_WORM] = "感染を広げようとする通信のようです"};
    return str_fmt(a, "%s%.*s%.*s%s。", looks[e->class], STR_F(e->tool.n ? S("（") : STR_NONE),
        STR_F(e->tool), e->tool.n ? " に特有のもの）" : "");
}

str darknet_alert_first_steps(const struct alert_episode *e)
{
    if (e->infected)
        return S("1. 下の検索のしかたで、通信した機器を見つける。\n"
                 "2. その機器をネットワークから切り離す。電源は切らず、初期化もしない（記録が消えます）。\n"
                 "3. 情報セキュリティの責任者（CISO・情報システム担当課）に伝える。\n");
    if (e->family == FAMILY_FLOOD)
        return S("1. 公開しているサービスが使えるか確かめる。\n"
                 "2. 回線の事業者かセキュリティクラウドの窓口に、攻撃を受けていることを伝える。\n");
    if (e->family == FAMILY_MISTAKE)
        return S("1. 下の検索のしかたで、通信した機器を見つける。\n"
                 "2. その機器のあて先の設定（時刻、名前の解決、記録の送り先など）を直す。\n");
    return S("1. 下の検索のしかたで、通信した機器を見つける。\n"
             "2. その機器に心当たり（検査、設定の変更）がなければ、ネットワークから切り離して調べる。\n");
}

void darknet_alert_put_search(struct buf *b, str source, const struct alert_packet *p)
{
    put_ms(b, p->at);
    buf_fmt(b, " %.*s 送信元 %.*s:%lld あて先 %.*s:%lld", STR_F(p->protocol), STR_F(source),
        (long long)p->source_port, STR_F(p->dark), (long long)p->port);
}

str darknet_alert_subject(struct arena *a, enum alert_event event, const struct alert_story *s)
{
    const struct alert_episode *e = s->e;
    return str_fmt(a, "【重要度%.*s】不審な通信：%.*s（%.*s）", STR_F(WORD_OF(darknet_alert_severities, e->severity)->name),
        STR_F(e->source), STR_F(WORD_OF(darknet_alert_events, event)->name));
}

static void put_what(struct buf *b, struct arena *a, const struct alert_episode *e)
{
    buf_lit(b, "■ いつ\n  ");
    put_wareki_time(b, e->first);
    buf_lit(b, " から ");
    put_wareki_time(b, e->last);
    buf_fmt(b, " まで（日本時間）\n■ %s\n  %.*s\n", e->family == FAMILY_FLOOD ? "どのアドレスが" : "どのアドレスから",
        STR_F(e->source));
    buf_fmt(b, "■ どこへ\n  使われていないアドレス（ダークネット） %lld か所の %.*s\n", (long long)e->dark,
        STR_F(e->services));
    buf_fmt(b, "■ どれだけ\n  %lld パケット", (long long)e->packets);
    if (e->rate_most)
        buf_fmt(b, "（最も多い1分に %lld 個）", (long long)e->rate_most);
    if (e->pps)
        buf_fmt(b, "（攻撃の全体は毎秒およそ %lld パケット）", (long long)e->pps);
    buf_fmt(b, "\n■ 何に見えるか\n  %.*s%s\n", STR_F(darknet_alert_looks(a, e)),
        e->infected ? "機器が感染していると考えられます。" : "");
    buf_fmt(b, "■ どれだけ確かか\n  %.*s。%.*s\n", STR_F(WORD_OF(darknet_alert_confidences, e->confidence)->name),
        STR_F(e->reason));
}

static void put_searches(struct buf *b, const struct alert_story *s)
{
    if (s->n_packets == 0)
        return;
    buf_lit(b, "■ 記録（NATやファイアウォールのログ）での探し方\n"
               "  次の時刻（日本時間、前後2秒）とポートの組で探すと、内側の機器が分かります。\n");
    for (size_t i = 0; i < s->n_packets; i++) {
        buf_lit(b, "  ");
        darknet_alert_put_search(b, s->e->source, &s->packet[i]);
        buf_char(b, '\n');
    }
}

str darknet_alert_text(struct arena *a, enum alert_event event, const struct alert_story *s)
{
    BUF_AUTO b = BUF(MAIL_TEXT_MAX);
    const struct alert_episode *e = s->e;
    buf_fmt(&b, "%.*sのアドレスで、不審な通信が%.*s。\n\n", STR_F(s->body),
        STR_F(event == EVENT_ENDED ? S("収まりました") : event == EVENT_REOPENED ? S("再び見つかりました")
                : event == EVENT_ESCALATED                                       ? S("激しくなりました")
                : event == EVENT_CONTINUING                                      ? S("続いています")
                                                                                 : S("見つかりました")));
    put_what(&b, a, e);
    if (s->sharers)
        buf_fmt(&b, "■ 共用\n  このアドレスは、ほかの %lld 団体と共用しています。ほかの団体にも知らせました。"
                    "自団体の機器かどうかは、下の探し方で分かります。\n", (long long)s->sharers);
    if (event != EVENT_ENDED)
        buf_fmt(&b, "■ まずすること\n%.*s", STR_F(darknet_alert_first_steps(e)));
    put_searches(&b, s);
    buf_lit(&b, "■ 分からないとき\n  ダークネット観測の窓口（申込みの窓口と同じ）に、このメールの件名を伝えて尋ねてください。\n"
                "■ 取扱い\n  上の「あて先」は秘密です。団体の中で調べるときだけに使い、外に出さないでください（TLP:AMBER+STRICT）。\n");
    if (s->held_back)
        buf_fmt(&b, "\nこのほかに %lld 件の通知が、1時間に送るメールの上限を超えたため、朝のまとめに入っています。\n",
            (long long)s->held_back);
    return str_dup(a, buf_view(&b));
}

/* ── for a report ── */

static void put_when(struct buf *b, const char *what, usec t)
{
    buf_fmt(b, "%s：", what);
    if (t)
        put_wareki_time(b, t);
    else
        buf_lit(b, "まだ");
    buf_char(b, '\n');
}

str darknet_alert_facts(struct arena *a, const struct alert *x)
{
    BUF_AUTO b = BUF(16384);
    const struct alert_episode *e = &x->e;
    str cause = WORD_OF(darknet_alert_causes, x->cause)->name;
    buf_fmt(&b, "団体：%.*s\n事象：%.*s\n", STR_F(x->body.name), STR_F(darknet_alert_looks(a, e)));
    buf_fmt(&b, "自団体のアドレス：%.*s（%.*s）\n", STR_F(e->source), STR_F(darknet_role_name(e->role)));
    put_when(&b, "初めのパケット（日本時間）", e->first);
    put_when(&b, "最後のパケット（日本時間）", e->last);
    buf_fmt(&b, "あて先の種類：%.*s\n数：%lld パケット、使われていないあて先 %lld か所\n", STR_F(e->services),
        (long long)e->packets, (long long)e->dark);
    buf_fmt(&b, "感染の疑い：%s\n確かさ：%.*s\n状態：%.*s\n", e->infected ? "ある" : "分からない",
        STR_F(WORD_OF(darknet_alert_confidences, e->confidence)->name),
        STR_F(WORD_OF(darknet_alert_states, e->state)->name));
    put_when(&b, "検知の通知を受けた日時", x->at);
    put_when(&b, "確認した日時", x->acked_at);
    put_when(&b, "原因を記録した日時", x->closed_at);
    buf_fmt(&b, "原因：%.*s\n", STR_F(cause.n ? cause : S("調査中")));
    if (x->note.n)
        buf_fmt(&b, "説明：%.*s\n", STR_F(x->note));
    return str_dup(a, buf_view(&b));
}

/* ── for programs ── */

static void put(struct json *j, str key, str value)
{
    json_key(j, key);
    json_str(j, value);
}

static void put_n(struct json *j, str key, int64_t value)
{
    json_key(j, key);
    json_i64(j, value);
}

static void put_packets(struct json *j, const struct alert_story *s)
{
    json_key(j, S("first_packets"));
    json_begin_array(j);
    for (size_t i = 0; i < s->n_packets; i++) {
        BUF_AUTO t = BUF(64);
        put_ms(&t, s->packet[i].at);
        json_begin_object(j);
        put(j, S("time_jst"), buf_view(&t));
        put(j, S("protocol"), s->packet[i].protocol);
        put_n(j, S("source_port"), s->packet[i].source_port);
        put(j, S("dark_address"), s->packet[i].dark);
        put_n(j, S("port"), s->packet[i].port);
        json_end_object(j);
    }
    json_end_array(j);
}

str darknet_alert_machine_text(struct arena *a, enum alert_event event, const struct alert_story *s)
{
    BUF_AUTO b = BUF(MAIL_TEXT_MAX);
    const struct alert_episode *e = s->e;
    struct json j = json_on(&b);
    json_begin_object(&j);
    put(&j, S("event"), WORD_OF(darknet_alert_events, event)->key);
    put_n(&j, S("episode"), e->id);
    put(&j, S("source"), e->source);
    put(&j, S("role"), darknet_role_key(e->role));
    put(&j, S("class"), WORD_OF(darknet_alert_classes, e->class)->key);
    put(&j, S("tool"), e->tool);
    put(&j, S("confidence"), WORD_OF(darknet_alert_confidences, e->confidence)->key);
    json_key(&j, S("infected"));
    json_bool(&j, e->infected);
    put(&j, S("severity"), WORD_OF(darknet_alert_severities, e->severity)->key);
    json_key(&j, S("first"));
    json_time(&j, e->first);
    json_key(&j, S("last"));
    json_time(&j, e->last);
    put_n(&j, S("packets"), e->packets);
    put_n(&j, S("rate_most"), e->rate_most);
    put_n(&j, S("dark_addresses"), e->dark);
    put_n(&j, S("sharers"), s->sharers);
    put(&j, S("services"), e->services);
    put(&j, S("rule"), e->rule);
    put(&j, S("reason"), e->reason);
    put_packets(&j, s);
    json_end_object(&j);
    return err_is(json_finish(&j)) ? STR_NONE : str_dup(a, buf_view(&b));
}
