/* SPDX-License-Identifier: Apache-2.0 */
/* THE table of forms: which facts stand in which item. A recipient gets what its form names, and nothing
 * else. Layouts that were not seen as an official file say so (様式未確認). */
#include "incident/incident_private.h"

#include "core/json.h"
#include "incident_line.ht.h"

#include <jansson.h>

/* 個人情報保護法施行規則8条1項（漏えい等報告の9項目）. */
static const struct incident_view_row ppc[] = {
    {"1", "概要", "kind organ network system found_by known_at occurred_at summary"},
    {"2", "個人データの項目", "personal personal.how personal.items personal.number personal.sensitive personal.sealed"},
    {"3", "本人の数", "personal.persons"},
    {"4", "原因", "vector cause personal.malice vendor personal.entrusted"},
    {"5", "二次被害又はそのおそれの有無及びその内容", "personal.harm personal.property personal.open"},
    {"6", "本人への対応の実施状況", "personal.told"},
    {"7", "公表の実施状況", "published published_at"},
    {"8", "再発防止のための措置", "contained prevention.kinds prevention"},
    {"9", "その他参考となる事項", "stage police other"},
};
/* 番号法29条の4、特定個人情報の漏えい等に関する規則. */
static const struct incident_view_row number_act[] = {
    {"1", "概要", "kind organ network system found_by known_at occurred_at summary"},
    {"2", "特定個人情報の項目", "personal.number personal.number_work personal.how personal.items personal.sensitive"},
    {"3", "本人の数", "personal.persons"},
    {"4", "原因", "vector cause personal.malice vendor personal.entrusted"},
    {"5", "二次被害又はそのおそれの有無及びその内容", "personal.harm personal.property personal.open"},
    {"6", "本人への対応の実施状況", "personal.told"},
    {"7", "公表の実施状況", "published published_at"},
    {"8", "再発防止のための措置", "contained prevention.kinds prevention"},
    {"9", "その他参考となる事項", "stage police other"},
};
static const struct incident_view_row mic[] = {
    {"1", "事案の区分", "kind gravity"},
    {"2", "覚知・発生の日時", "known_at occurred_at found_by"},
    {"3", "起きた所と影響を受けたシステム", "organ network system"},
    {"4", "概要", "summary"},
    {"5", "個人情報の有無と件数", "personal personal.persons personal.number"},
    {"6", "業務への影響", "stopped service level"},
    {"7", "対応の状況", "stage contained"},
    {"8", "原因", "vector cause vendor"},
    {"9", "公表", "published published_at"},
    {"10", "他機関への報告・相談", "police share_nco share_expert"},
    {"11", "再発防止", "prevention.kinds prevention"},
    {"12", "求める支援", "support"},
    {"13", "24時間の連絡先", "contact"},
};
/* 国家サイバー統括室ほか「サイバー攻撃に関する報告の共通様式」（2025-10-01）の、公にされた項目. */
static const struct incident_view_row ransomware[] = {
    {"1", "連絡先（24時間）", "contact"},
    {"2", "覚知・発生の日時", "known_at occurred_at found_by"},
    {"3", "現在の状況", "stage"},
    {"4", "影響の範囲", "organ network system stopped service"},
    {"5", "重要インフラサービス維持レベルからの逸脱", "level"},
    {"6", "個人データの関わり", "personal personal.persons"},
    {"7", "ランサムウェアの類型", "demand extension"},
    {"8", "侵入の方法", "vector"},
    {"9", "特徴（しるし）", "indicator"},
    {"10", "初動対応", "contained"},
    {"11", "NCOとの共有の同意", "share_nco"},
};
static const struct incident_view_row ddos[] = {
    {"1", "連絡先（24時間）", "contact"},
    {"2", "覚知・発生の日時", "known_at occurred_at found_by"},
    {"3", "現在の状況", "stage"},
    {"4", "影響の範囲", "organ network system stopped service"},
    {"5", "重要インフラサービス維持レベルからの逸脱", "level"},
    {"6", "攻撃の型", "flood"},
    {"7", "通信量", "flood.mbps"},
    {"8", "特徴（しるし）", "indicator"},
    {"9", "初動対応", "contained"},
    {"10", "NCOとの共有の同意", "share_nco"},
};
static const struct incident_view_row police[] = {
    {"1", "相談の内容", "kind summary demand found_by"},
    {"2", "気付いた日時・起きた日時", "known_at occurred_at"},
    {"3", "被害を受けた所", "organ network system equipment placed"},
    {"4", "被害の程度", "stage stopped service personal personal.persons"},
    {"5", "攻撃のしるし", "vector extension indicator"},
    {"6", "したこと", "contained"},
    {"7", "連絡先", "contact"},
};
/* IPA「コンピュータ不正アクセス届出様式」の、見た部分. */
static const struct incident_view_row ipa[] = {
    {"1", "発見年月日", "known_at"},
    {"2", "被害を受けた機器・設置環境", "equipment placed system network"},
    {"3", "発見の契機", "found_by"},
    {"4", "被害の内容", "kind summary vector demand stage stopped service personal"},
    {"5", "対応", "contained prevention.kinds"},
    {"6", "攻撃のしるし", "indicator extension"},
};
static const struct incident_view_row jpcert[] = {
    {"1", "連絡先", "contact"},
    {"2", "報告の目的", "support share_expert police"},
    {"3", "状況", "kind stage summary found_by"},
    {"4", "発生時刻（日本標準時）", "occurred_at known_at"},
    {"5", "システム", "system network equipment placed"},
    {"6", "攻撃のしるし", "indicator extension vector demand flood"},
    {"7", "したこと", "contained"},
};
/* 本人への通知（規則10条・45条）: 概要、項目、原因、二次被害、その他. */
static const struct incident_view_row persons[] = {
    {"1", "何が起きたか", "kind known_at occurred_at"},
    {"2", "どの情報か", "personal.items personal.how"},
    {"3", "原因", "vector cause"},
    {"4", "二次被害のおそれ", "personal.harm personal.property"},
    {"5", "していること", "contained prevention.kinds prevention published"},
};
/* サイバー対処能力強化法5条、報告命令4条3項の7項目. */
static const struct incident_view_row operator_rows[] = {
    {"1", "報告の区分", "gravity"},
    {"2", "特別社会基盤事業者の概要", "organ special_operator contact"},
    {"3", "特定侵害事象等の概要", "kind summary known_at occurred_at found_by"},
    {"4", "発生した特定重要電子計算機", "system network equipment placed"},
    {"5", "技術的な事項", "vector indicator extension demand flood"},
    {"6", "対応に関する事項", "stage contained stopped service level personal"},
    {"7", "その他特記事項", "other"},
};
static const struct incident_view_row common[] = {
    {"1", "何が起きたか", "kind summary gravity"},
    {"2", "いつ", "known_at occurred_at found_by"},
    {"3", "どこで", "organ network system"},
    {"4", "いまの状態と影響", "stage stopped service"},
    {"5", "個人情報", "personal personal.persons"},
    {"6", "したこと", "contained police published"},
    {"7", "求める支援と連絡先", "support contact"},
};

#define VIEW(key_, title_, source_, rows_) {key_, title_, source_, false, rows_, COUNT_OF(rows_)}
static const struct incident_view views[] = {
    VIEW("ppc-8", "個人情報の漏えい等報告", "個人情報の保護に関する法律施行規則8条1項の9項目", ppc),
    VIEW("number-act", "特定個人情報の漏えい等報告", "特定個人情報の漏えい等に関する規則", number_act),
    VIEW("mic", "インシデントの報告（総務省）", "様式は見ていません", mic),
    VIEW("unified-ransomware", "ランサムウェア事案の共通様式", "2025年10月1日の共通様式の、公にされた項目", ransomware),
    VIEW("unified-ddos", "DDoS攻撃事案の共通様式", "2025年10月1日の共通様式の、公にされた項目", ddos),
    VIEW("police", "警察への相談", "様式は見ていません", police),
    VIEW("ipa", "IPAへの届出", "コンピュータ不正アクセス届出様式の前半", ipa),
    VIEW("jpcert", "JPCERT/CCへのインシデント報告", "様式は見ていません", jpcert),
    VIEW("persons", "本人への通知", "施行規則10条・45条の項目", persons),
    VIEW("operator", "特定侵害事象等の報告", "報告命令4条3項の7項目", operator_rows),
    VIEW("ministry", "事案の報告", "共通の1枚", common),
};

static const struct incident_view *find(str key)
{
    for (size_t i = 0; i < COUNT_OF(views); i++)
        if (str_eq(str_of(views[i].key), key))
            return &views[i];
    return NULL;
}

bool incident_view_is_known(str key)
{
    return find(key) != NULL;
}

str incident_sort_name(enum flow_sort sort)
{
    return sort == SORT_REPORT ? STR_NONE : WORD_OF(flow_sorts, sort)->name;
}

const struct incident_view *incident_views(size_t *n)
{
    *n = COUNT_OF(views);
    return views;
}

const struct incident_view *incident_view_of(str key)
{
    const struct incident_view *v = find(key);
    return v ? v : &views[COUNT_OF(views) - 1];
}

/* ── written for the recipient ── */

static void put_fact(struct json *j, struct arena *a, size_t q, const struct incident_known *k)
{
    json_begin_object(j);
    json_key(j, S("key"));
    json_str(j, str_of(incident_questions[q].key));
    json_key(j, S("name"));
    json_str(j, str_of(incident_questions[q].name));
    json_key(j, S("sure"));
    json_str(j, WORD_OF(incident_sures, k->sure)->key);
    json_key(j, S("text"));
    json_str(j, incident_answer_text(a, q, k));
    if (k->estimate) {
        json_key(j, S("estimate"));
        json_bool(j, true);
    }
    json_end_object(j);
}

static void put_row(struct json *j, struct arena *a, const struct incident_view_row *row, const struct incident_facts *f)
{
    str rest = str_of(row->questions), key;
    json_begin_object(j);
    json_key(j, S("number"));
    json_str(j, str_of(row->number));
    json_key(j, S("label"));
    json_str(j, str_of(row->label));
    json_key(j, S("facts"));
    json_begin_array(j);
    while (str_cut(&rest, ' ', &key)) {
        int q = incident_question_of(key);
        BUG_IF(q < 0);
        if (f->known[q].at)
            put_fact(j, a, (size_t)q, &f->known[q]);
    }
    json_end_array(j);
    json_end_object(j);
}

static void put_words(struct json *j, const char *name, str text)
{
    json_key(j, str_of(name));
    json_str(j, text);
}

static void put_head(struct json *j, struct arena *a, const struct incident_case *c, const struct incident_letter *l)
{
    const struct rule *rule = l->duty->rule;
    put_words(j, "form", str_of(l->view->key));
    put_words(j, "title", str_of(l->view->title));
    put_words(j, "source", str_of(l->view->source));
    put_words(j, "step", WORD_OF(rule_step_kinds, l->step)->name);
    put_words(j, "sort", WORD_OF(flow_sorts, l->sort)->key);
    if (l->reason.n)
        put_words(j, "reason", l->reason);
    put_words(j, "to", rule->recipient->name);
    put_words(j, "law", str_fmt(a, "%.*s %.*s", STR_F(rule->law), STR_F(rule->article)));
    put_words(j, "from", l->from);
    json_key(j, S("case"));
    json_i64(j, c->flow.number);
    json_key(j, S("drill"));
    json_bool(j, c->flow.drill);
    json_key(j, S("at"));
    json_time(j, l->at);
}

err incident_view_write(struct arena *a, const struct incident_case *c, const struct incident_letter *l, str *out)
{
    BUF_AUTO b = BUF(1 << 20);
    struct json j = json_on(&b);
    json_begin_object(&j);
    put_head(&j, a, c, l);
    json_key(&j, S("rows"));
    json_begin_array(&j);
    for (size_t i = 0; i < l->view->n; i++)
        put_row(&j, a, &l->view->rows[i], &c->facts);
    json_end_array(&j);
    json_end_object(&j);
    TRY(json_finish(&j));
    TRY(buf_status(&b));
    *out = str_dup(a, buf_view(&b));
    return OK;
}

/* ── read for people ── */

static str word_in(struct arena *a, json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s ? str_dup(a, str_of(s)) : STR_NONE;
}

/* 「種類：ランサムウェア」, a line each. */
static err facts_text(struct arena *a, json_t *row, str *out)
{
    json_t *fact;
    size_t i;
    BUF_AUTO b = BUF(1 << 20);
    json_array_foreach(json_object_get(row, "facts"), i, fact) {
        if (i)
            buf_char(&b, '\n');
        buf_str(&b, str_of(json_string_value(json_object_get(fact, "name"))));
        buf_lit(&b, "：");
        buf_str(&b, str_of(json_string_value(json_object_get(fact, "text"))));
    }
    TRY(buf_status(&b));
    *out = str_dup(a, buf_view(&b));
    return OK;
}

static err read_lines(struct arena *a, json_t *now, json_t *before, struct incident_lines *out)
{
    json_t *row, *old = json_object_get(before, "rows");
    size_t i;
    json_array_foreach(json_object_get(now, "rows"), i, row) {
        struct incident_line *l = &out->v[out->n++];
        *l = (struct incident_line){.number = word_in(a, row, "number"), .label = word_in(a, row, "label")};
        TRY(facts_text(a, row, &l->text));
        l->changed = old && !json_equal(json_object_get(row, "facts"), json_object_get(json_array_get(old, i), "facts"));
    }
    return OK;
}

err incident_view_lines(struct arena *a, str written, str before, struct incident_lines *out)
{
    json_t *now = json_loadb(written.p, written.n, 0, NULL);
    json_t *old = before.n ? json_loadb(before.p, before.n, 0, NULL) : NULL;
    err e = json_is_array(json_object_get(now, "rows")) ? OK : ERR(INVALID);
    if (!err_is(e)) {
        *out = (struct incident_lines){.form = word_in(a, now, "form"), .title = word_in(a, now, "title"),
            .step = word_in(a, now, "step"), .sort = word_in(a, now, "sort"), .reason = word_in(a, now, "reason"),
            .to = word_in(a, now, "to"), .law = word_in(a, now, "law")};
        out->v = ARENA_ARRAY(a, struct incident_line, json_array_size(json_object_get(now, "rows")));
        e = out->v ? read_lines(a, now, old, out) : ERR(NOMEM);
    }
    json_decref(now);
    json_decref(old);
    return e;
}

struct view_incident_line *incident_lines_show(struct arena *a, const struct incident_lines *all)
{
    struct view_incident_line *v = ARENA_ARRAY(a, struct view_incident_line, all->n);
    for (size_t i = 0; v && i < all->n; i++)
        v[i] = (struct view_incident_line){all->v[i].number, all->v[i].label, all->v[i].text, all->v[i].changed};
    return v;
}
