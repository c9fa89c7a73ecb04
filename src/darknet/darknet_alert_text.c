/* SPDX-License-Identifier: Apache-2.0 */
/* What an alert says, in words for somebody who is no specialist: no link is needed to understand it. */
#include "darknet/darknet_exchange.h"

static void put_ms(struct buf *b, usec t)
{
    struct civil c = civil_of(t);
    buf_fmt(b, "%04d-%02d-%02d %02d:%02d:%02d.%03d", c.y, c.m, c.d, c.hh, c.mm, c.ss,
        (int)(t % USEC_SECOND / 1000));
}

/* What is said, in one language: the order of the parts is the same in all. A # is a place for what
 * is known of the episode, in the order that the functions below give it. */
struct words {
    str language;
    const char *looks[ALERT_WORM + 1], *tool[2], *end;
    const char *infected_steps, *flood_steps, *mistake_steps, *steps;
    const char *severity[SEVERITY_HIGH + 1], *confidence[ALERT_CERTAIN + 1], *event[EVENT_REOPENED + 1];
    const char *subject; /* severity, address, event */
    const char *opening, *happened[EVENT_REOPENED + 1]; /* body, what happened */
    const char *when, *from, *to, *until, *whose, *whose_flood, *where, *dark, *much, *packets, *most, *flood;
    const char *what, *infected, *sure, *shared, *first, *search, *rest, *held_back;
};

static const struct words japanese = {
    .language = S("ja"),
    .looks = {[ALERT_UNKNOWN] = "何の通信か、まだ分かりません",
        [ALERT_SPOOFED] = "ほかの誰かが、このアドレスを騙って送ったもののようです",
        [ALERT_MISCONFIGURATION] = "機器の設定の誤りで、あて先を間違えて送り続けているようです",
        [ALERT_BACKSCATTER] = "このアドレスの機器が、外から大量の通信を送り付けられる攻撃（DoS攻撃）を受けているようです",
        [ALERT_SCAN] = "弱点のある機器を探し回る通信のようです",
        [ALERT_WORM] = "感染を広げようとする通信のようです"},
    .tool = {"（", " に特有のもの）"},
    .end = "。",
    .infected_steps = "1. 下の「探し方」で、通信した機器を見つける。\n"
                      "2. その機器をネットワークから切り離す。電源は切らず、初期化もしない（記録が消えます）。\n"
                      "3. 情報セキュリティの責任者（CISO・情報システム担当課）に伝える。\n",
    .flood_steps = "1. 公開しているサービスが使えるか確かめる。\n"
                   "2. 回線の事業者かセキュリティクラウドの窓口に、攻撃を受けていることを伝える。\n",
    .mistake_steps = "1. 下の「探し方」で、通信した機器を見つける。\n"
                     "2. その機器のあて先の設定（時刻、名前の解決、記録の送り先など）を直す。\n",
    .steps = "1. 下の「探し方」で、通信した機器を見つける。\n"
             "2. その機器に心当たり（検査、設定の変更）がなければ、ネットワークから切り離して調べる。\n",
    .severity = {[SEVERITY_LOW] = "低", "中", "高"},
    .confidence = {[ALERT_POSSIBLE] = "可能性がある", "おそらく確か", "確か"},
    .event = {[EVENT_NEW] = "見つかった", "激しくなった", "続いている", "収まった", "再び始まった"},
    .subject = "【重要度#】不審な通信：#（#）",
    .opening = "#のアドレスで、不審な通信が#。\n\n",
    .happened = {[EVENT_NEW] = "見つかりました", "激しくなりました", "続いています", "収まりました", "再び見つかりました"},
    .when = "■ いつ\n  ",
    .from = "",
    .to = " から ",
    .until = " まで（日本時間）\n",
    .whose = "■ どのアドレスから\n  ",
    .whose_flood = "■ どのアドレスが\n  ",
    .where = "\n■ どこへ\n",
    .dark = "  使われていないアドレス（ダークネット） # か所の #\n",
    .much = "■ どれだけ\n",
    .packets = "  # パケット",
    .most = "（最も多い1分に # 個）",
    .flood = "（攻撃の全体は毎秒およそ # パケット）",
    .what = "\n■ 何に見えるか\n  ",
    .infected = "機器が感染していると考えられます。",
    .sure = "\n■ どれだけ確かか\n  #。#\n",
    .shared = "■ 共用\n  このアドレスは、ほかの # 団体と共用しています。ほかの団体にも知らせました。"
              "自団体の機器かどうかは、下の探し方で分かります。\n",
    .first = "■ まずすること\n",
    .search = "■ 記録（NATやファイアウォールのログ）での探し方\n"
              "  次の時刻（日本時間、前後2秒）とポートの組で探すと、内側の機器が分かります。\n",
    .rest = "■ 分からないとき\n  ダークネット観測の窓口（申込みの窓口と同じ）に、このメールの件名を伝えて尋ねてください。\n"
            "■ 取扱い\n  上の「あて先」は秘密です。団体の中で調べるときだけに使い、外に出さないでください（TLP:AMBER+STRICT）。\n",
    .held_back = "\nこのほかに # 件の通知が、1時間に送るメールの上限を超えたため、朝のまとめに入っています。\n",
};

static const struct words english = {
    .language = S("en"),
    .looks = {[ALERT_UNKNOWN] = "It is not known yet what this traffic is",
        [ALERT_SPOOFED] = "Somebody else seems to have sent it under this address",
        [ALERT_MISCONFIGURATION] = "A device seems to be set up wrongly and keeps sending to the wrong destination",
        [ALERT_BACKSCATTER] = "This address seems to be under a denial-of-service attack from outside",
        [ALERT_SCAN] = "It seems to look for devices with weaknesses",
        [ALERT_WORM] = "It seems to spread an infection"},
    .tool = {" (typical of ", ")"},
    .end = ". ",
    .infected_steps = "1. Find the device by the search below.\n"
                      "2. Take it off the network. Do not turn it off or reset it: that erases traces.\n"
                      "3. Tell whoever is responsible for information security (CISO, IT section).\n",
    .flood_steps = "1. Check that your public services can be used.\n"
                   "2. Tell your line provider or the security cloud that you are under attack.\n",
    .mistake_steps = "1. Find the device by the search below.\n"
                     "2. Correct its destinations (time, name resolution, where it sends logs).\n",
    .steps = "1. Find the device by the search below.\n"
             "2. If nobody knows of a test or a change on it, take it off the network and examine it.\n",
    .severity = {[SEVERITY_LOW] = "low", "medium", "high"},
    .confidence = {[ALERT_POSSIBLE] = "possible", "likely", "certain"},
    .event = {[EVENT_NEW] = "new", "worse", "continuing", "over", "begun again"},
    .subject = "[severity: #] Suspicious traffic: # (#)",
    .opening = "Suspicious traffic of an address of # #.\n\n",
    .happened = {[EVENT_NEW] = "was found", "got worse", "goes on", "is over", "was found again"},
    .when = "* When\n  ",
    .from = "from ",
    .to = " to ",
    .until = " (Japan time)\n",
    .whose = "* From which address\n  ",
    .whose_flood = "* Which address\n  ",
    .where = "\n* Where to\n",
    .dark = "  # addresses that nobody uses (darknet), #\n",
    .much = "* How much\n",
    .packets = "  # packets",
    .most = " (at most # in a minute)",
    .flood = " (the whole attack: about # packets a second)",
    .what = "\n* What it looks like\n  ",
    .infected = "A device is thought to be infected.",
    .sure = "\n* How sure\n  # (#)\n",
    .shared = "* Shared address\n  This address is shared with # other bodies, which were told too. The search below"
              " shows whether the device is yours.\n",
    .first = "* What to do first\n",
    .search = "* How to find it in logs of NAT or firewalls\n"
              "  Look for these times (Japan time, two seconds around them) and ports:\n",
    .rest = "* If anything is unclear\n  Ask the darknet observation desk (where you applied), with the subject of this mail.\n"
            "* Handling\n  The destinations above are secret: use them inside your body only (TLP:AMBER+STRICT).\n",
    .held_back = "\n# more alerts were over the limit of mails an hour and come in the morning.\n",
};

/* The text with its places filled. */
static void fill(struct buf *b, const char *text, const str *given)
{
    for (; *text; text++)
        if (*text == '#')
            buf_str(b, *given++);
        else
            buf_char(b, *text);
}

static void fill_number(struct buf *b, const char *text, int64_t n)
{
    BUF_AUTO t = BUF(32);
    buf_i64(&t, n);
    fill(b, text, (const str[]){buf_view(&t)});
}

static const struct words *words_of(str language)
{
    return str_eq(language, english.language) ? &english : &japanese;
}

static str looks_in(struct arena *a, const struct words *w, const struct alert_episode *e)
{
    return str_fmt(a, "%s%s%.*s%s%s", w->looks[e->class], e->tool.n ? w->tool[0] : "", STR_F(e->tool),
        e->tool.n ? w->tool[1] : "", w->end);
}

str darknet_alert_looks(struct arena *a, const struct alert_episode *e)
{
    return looks_in(a, &japanese, e);
}

static str steps_in(const struct words *w, const struct alert_episode *e)
{
    return str_of(e->infected             ? w->infected_steps
            : e->family == FAMILY_FLOOD   ? w->flood_steps
            : e->family == FAMILY_MISTAKE ? w->mistake_steps
                                          : w->steps);
}

str darknet_alert_first_steps(const struct alert_episode *e)
{
    return steps_in(&japanese, e);
}

/* Also in English logs are searched by these signs alone. */
static void put_search(struct buf *b, const struct words *w, str source, const struct alert_packet *p)
{
    bool ja = w == &japanese;
    put_ms(b, p->at);
    buf_fmt(b, " %.*s %s %.*s:%lld %s %.*s:%lld", STR_F(p->protocol), ja ? "送信元" : "from", STR_F(source),
        (long long)p->source_port, ja ? "あて先" : "to", STR_F(p->dark), (long long)p->port);
}

void darknet_alert_put_search(struct buf *b, str source, const struct alert_packet *p)
{
    put_search(b, &japanese, source, p);
}

str darknet_alert_subject(struct arena *a, str language, enum alert_event event, const struct alert_story *s)
{
    const struct words *w = words_of(language);
    BUF_AUTO b = BUF(1000);
    fill(&b, w->subject, (const str[]){str_of(w->severity[s->e->severity]), s->e->source, str_of(w->event[event])});
    return str_dup(a, buf_view(&b));
}

static void put_time(struct buf *b, const struct words *w, usec t)
{
    struct civil c = civil_of(t);
    if (w == &japanese)
        put_wareki_time(b, t);
    else
        buf_fmt(b, "%04d-%02d-%02d %02d:%02d", c.y, c.m, c.d, c.hh, c.mm);
}

static void put_z(struct buf *b, const char *z)
{
    buf_str(b, str_of(z));
}

static void put_when_and_where(struct buf *b, const struct words *w, const struct alert_episode *e)
{
    put_z(b, w->when);
    put_z(b, w->from);
    put_time(b, w, e->first);
    put_z(b, w->to);
    put_time(b, w, e->last);
    put_z(b, w->until);
    put_z(b, e->family == FAMILY_FLOOD ? w->whose_flood : w->whose);
    buf_str(b, e->source);
    put_z(b, w->where);
    BUF_AUTO dark = BUF(32);
    buf_i64(&dark, e->dark);
    fill(b, w->dark, (const str[]){buf_view(&dark), e->services});
}

static void put_what(struct buf *b, struct arena *a, const struct words *w, const struct alert_episode *e)
{
    put_when_and_where(b, w, e);
    put_z(b, w->much);
    fill_number(b, w->packets, e->packets);
    if (e->rate_most)
        fill_number(b, w->most, e->rate_most);
    if (e->pps)
        fill_number(b, w->flood, e->pps);
    put_z(b, w->what);
    buf_str(b, looks_in(a, w, e));
    put_z(b, e->infected ? w->infected : "");
    str why = w == &japanese ? e->reason : e->rule; /* the sensor's reason is Japanese */
    fill(b, w->sure, (const str[]){str_of(w->confidence[e->confidence]), why});
}

static void put_searches(struct buf *b, const struct words *w, const struct alert_story *s)
{
    if (s->n_packets == 0)
        return;
    put_z(b, w->search);
    for (size_t i = 0; i < s->n_packets; i++) {
        buf_lit(b, "  ");
        put_search(b, w, s->e->source, &s->packet[i]);
        buf_char(b, '\n');
    }
}

str darknet_alert_text(struct arena *a, str language, enum alert_event event, const struct alert_story *s)
{
    BUF_AUTO b = BUF(MAIL_TEXT_MAX);
    const struct words *w = words_of(language);
    fill(&b, w->opening, (const str[]){s->body, str_of(w->happened[event])});
    put_what(&b, a, w, s->e);
    if (s->sharers)
        fill_number(&b, w->shared, s->sharers);
    if (event != EVENT_ENDED) {
        put_z(&b, w->first);
        buf_str(&b, steps_in(w, s->e));
    }
    put_searches(&b, w, s);
    put_z(&b, w->rest);
    if (s->held_back)
        fill_number(&b, w->held_back, s->held_back);
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

static void put_packets(struct json *j, const struct alert_story *s)
{
    json_key(j, S("first_packets"));
    json_begin_array(j);
    for (size_t i = 0; i < s->n_packets; i++) {
        BUF_AUTO t = BUF(64);
        put_ms(&t, s->packet[i].at);
        json_begin_object(j);
        darknet_exchange_text(j, S("time_jst"), buf_view(&t));
        darknet_exchange_text(j, S("protocol"), s->packet[i].protocol);
        darknet_exchange_number(j, S("source_port"), s->packet[i].source_port);
        darknet_exchange_text(j, S("dark_address"), s->packet[i].dark);
        darknet_exchange_number(j, S("port"), s->packet[i].port);
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
    darknet_exchange_text(&j, S("event"), WORD_OF(darknet_alert_events, event)->key);
    darknet_exchange_number(&j, S("episode"), e->id);
    darknet_exchange_text(&j, S("source"), e->source);
    darknet_exchange_text(&j, S("role"), darknet_role_key(e->role));
    darknet_exchange_text(&j, S("class"), WORD_OF(darknet_alert_classes, e->class)->key);
    darknet_exchange_text(&j, S("tool"), e->tool);
    darknet_exchange_text(&j, S("confidence"), WORD_OF(darknet_alert_confidences, e->confidence)->key);
    json_key(&j, S("infected"));
    json_bool(&j, e->infected);
    darknet_exchange_text(&j, S("severity"), WORD_OF(darknet_alert_severities, e->severity)->key);
    json_key(&j, S("first"));
    json_time(&j, e->first);
    json_key(&j, S("last"));
    json_time(&j, e->last);
    darknet_exchange_number(&j, S("packets"), e->packets);
    darknet_exchange_number(&j, S("rate_most"), e->rate_most);
    darknet_exchange_number(&j, S("dark_addresses"), e->dark);
    darknet_exchange_number(&j, S("sharers"), s->sharers);
    darknet_exchange_text(&j, S("services"), e->services);
    darknet_exchange_text(&j, S("rule"), e->rule);
    darknet_exchange_text(&j, S("reason"), e->reason);
    put_packets(&j, s);
    json_end_object(&j);
    return err_is(json_finish(&j)) ? STR_NONE : str_dup(a, buf_view(&b));
}
