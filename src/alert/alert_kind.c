/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a notice an alert: its parts, to whom it may be addressed, and what must stand in it. */
#include "alert/alert_private.h"

#include "incident/incident.h"
#include "product/product.h"
#include "survey/survey.h"

const struct alert_part alert_parts[ALERT_PARTS] = {
#define PART(key_, label_, help_, most_, rows_) {#key_, label_, help_, most_, rows_},
#include "alert/alert_part_list.h"
#undef PART
};

const struct word alert_importances[3] = {
    {1, S("high"), S("高い（止まる・漏れるおそれが大きい）")},
    {2, S("middle"), S("中くらい")},
    {3, S("low"), S("低い（知っておくとよい）")},
};

/* ── network model, as the body last submitted it ── */

static const char network_item[] = "TEC-S3";

static err network_question(struct db *db, const struct question **out)
{
    catalog_id newest;
    const struct catalog *c;
    *out = NULL;
    err e = form_catalog_newest(db, str_of(form_catalog_code), &newest);
    if (e.code == ERR_NOTFOUND)
        return OK;
    TRY(e);
    TRY(form_catalog_get(db, newest, &c));
    *out = form_item(c, str_of(network_item));
    return OK;
}

static err network_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    const struct question *q;
    (void)s;
    TRY(network_question(db, &q));
    size_t n = q ? q->n_options : 0;
    *out = (struct notice_options){ARENA_ARRAY(a, struct notice_option, n), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        out->v[out->n++] = (struct notice_option){str_fmt(a, "%zu", i + 1), q->option[i]};
    return OK;
}

static err network_mark(const struct notice_marking *m, str value)
{
    const struct question *q;
    struct survey_answers all;
    int64_t option;
    TRY(parse_i64(value, 1, FORM_OPTIONS, &option));
    TRY(network_question(m->db, &q));
    if (!q)
        return OK;
    TRY(survey_answered(m->db, m->a, m->scope, q->id, &all));
    for (size_t i = 0; i < all.n; i++)
        if (form_answer_has_option(all.v[i].value, (size_t)option))
            notice_mark_body(m, all.v[i].body);
    return OK;
}

static const struct notice_condition to_network = {"network", "ネットワークのモデル",
    "調査で最後に提出した回答によります。答えていない団体は当てはまりません。", network_options, network_mark};

/* ── who reported such an incident ── */

enum { INCIDENT_DAYS = 90 };

static err incident_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    size_t n;
    const struct word *words = incident_kind_words(&n);
    (void)db, (void)s;
    *out = (struct notice_options){ARENA_ARRAY(a, struct notice_option, n), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++)
        out->v[out->n++] = (struct notice_option){words[i].key, words[i].name};
    return OK;
}

static err incident_mark(const struct notice_marking *m, str value)
{
    struct incident_body_ids all;
    size_t n;
    const struct word *words = incident_kind_words(&n);
    if (word_of_key(words, n, value)->key.n == 0)
        return ERR(INVALID);
    TRY(incident_bodies_with(m->db, m->a, m->scope, value, m->now - INCIDENT_DAYS * USEC_DAY, &all));
    for (size_t i = 0; i < all.n; i++)
        notice_mark_body(m, all.v[i]);
    return OK;
}

static const struct notice_condition to_incident = {"incident", "報告したインシデント",
    "90日のうちに、この種類のインシデントを報告した団体（訓練は除きます）", incident_options, incident_mark};

/* ── who uses a product ── */

static err product_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    struct product_names all;
    TRY(product_names_of(db, a, s, &all));
    *out = (struct notice_options){ARENA_ARRAY(a, struct notice_option, all.n), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++)
        out->v[out->n++] = (struct notice_option){all.v[i].name,
            str_fmt(a, "%.*s（%lld 団体）", STR_F(all.v[i].name), (long long)all.v[i].bodies)};
    return OK;
}

static err mark_one(void *ctx, int64_t body)
{
    notice_mark_body(ctx, body);
    return OK;
}

static err product_mark(const struct notice_marking *m, str value)
{
    struct notice_marking copy = *m;
    return product_bodies_with(m->db, value, mark_one, &copy);
}

static const struct notice_condition to_product = {"product", "使っている製品",
    "団体が「使っている製品」に登録した名前によります。版は問いません。登録していない団体は当てはまりません。", product_options, product_mark};

static const struct notice_condition *const conditions[] = {&notice_to_all, &notice_to_pref, &notice_to_class, &notice_to_band,
    &to_network, &to_product, &to_incident, &notice_to_body, &notice_to_received, NULL};

const struct notice_kind alert_kind = {.name = "alert",
    .word = "注意喚起",
    .path = "/alerts",
    .send = &alert_p_send,
    .told = ROLE_STAFF | ROLE_ADMIN | ROLE_CISO | ROLE_PREF,
    .conditions = conditions};

/* ── what must stand in it ── */

static size_t lines_of(str s)
{
    size_t n = s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

err alert_problems(struct arena *a, const struct notice *n, const struct notice_parts *parts, int64_t bodies,
    jday today, struct strs *out)
{
    str summary = notice_part_text(parts, S("summary"));
    const struct {
        bool is;
        str text;
    } all[] = {
        {n->title.n == 0, S("題名を書いてください。")},
        {n->tlp == TLP_NONE, S("TLP（読める範囲）を選んでください。")},
        {summary.n == 0, S("管理職向けの要約を書いてください。")},
        {lines_of(summary) > ALERT_SUMMARY_LINES, S("管理職向けの要約は、3行までにしてください。")},
        {notice_part_text(parts, S(ALERT_IMPORTANCE)).n == 0, S("重要度を選んでください。")},
        {n->due != DAY_NONE && n->due < today, S("確認の期限が過ぎています。今日からの日にしてください。")},
        {bodies == 0, S("宛先の条件に当てはまる団体がありません。条件を選んでください。")},
    };
    *out = (struct strs){ARENA_ARRAY(a, str, COUNT_OF(all)), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i].is)
            out->v[out->n++] = all[i].text;
    return OK;
}

str alert_name(struct arena *a, const struct notice *n)
{
    if (n->number == 0)
        return str_fmt(a, "%.*s 下書き", STR_F(n->office_name));
    return str_fmt(a, "%.*s 第%lld号", STR_F(n->office_name), (long long)n->number);
}
