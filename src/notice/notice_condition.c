/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions the register itself can answer, and how they come together: values of one condition are alternatives,
 * different conditions must all be met. */
#include "notice/notice_private.h"

/* ── the bodies that can be addressed ── */

static int band_of(const struct attribute_list *known, int64_t body)
{
    size_t from = 0, to = known->n;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (known->v[mid].body.v < body)
            from = mid + 1;
        else
            to = mid;
    }
    return from < known->n && known->v[from].body.v == body ? org_band_of_population(known->v[from].population) : 0;
}

err notice_all_bodies(
    struct db *db, struct arena *a, const struct scope *s, usec now, struct notice_bodies *out)
{
    struct body_entries all;
    struct attribute_list known;
    TRY(org_body_find(db, a, s, &(struct body_filter){.kind = BODIES_ANY}, &all));
    TRY(org_attribute_all(db, a, s, jday_of_usec(now), &known));
    *out = (struct notice_bodies){ARENA_ARRAY(a, struct notice_body, all.n), 0};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < all.n; i++) {
        struct notice_body *b = &out->v[out->n];
        *b = (struct notice_body){all.v[i].body, all.v[i].pref_name, band_of(&known, all.v[i].body.id.v)};
        out->n += b->body.id.v != scope_body(s).v; /* nobody writes to the own office */
    }
    return OK;
}

void notice_mark_body(const struct notice_marking *m, int64_t body)
{
    for (size_t i = 0; i < m->all->n; i++)
        if (m->all->v[i].body.id.v == body)
            m->in[i] = true;
}

static err options_new(struct arena *a, size_t n, struct notice_options *out)
{
    *out = (struct notice_options){ARENA_ARRAY(a, struct notice_option, n), 0};
    return out->v ? OK : ERR(NOMEM);
}

static void option_add(struct notice_options *to, str value, str label)
{
    to->v[to->n++] = (struct notice_option){value, label};
}

/* ── all ── */

static err all_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    (void)db;
    TRY(options_new(a, 1, out));
    option_add(out, S("1"), scope_level(s) == SCOPE_NATION ? S("全国の全ての団体") : S("県内の全ての団体"));
    return OK;
}

static err all_mark(const struct notice_marking *m, str value)
{
    if (!str_eq(value, S("1")))
        return ERR(INVALID);
    for (size_t i = 0; i < m->all->n; i++)
        m->in[i] = true;
    return OK;
}

const struct notice_condition notice_to_all = {"all", "全ての団体", "", all_options, all_mark};

/* ── prefecture ── */

static err pref_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    struct body_list all;
    TRY(org_pref_all(db, a, &all));
    TRY(options_new(a, all.n, out));
    for (size_t i = 0; i < all.n; i++)
        if (scope_level(s) == SCOPE_NATION) /* a prefecture writes to its own alone */
            option_add(out, str_fmt(a, "%lld", (long long)all.v[i].pref), all.v[i].name);
    return OK;
}

static err pref_mark(const struct notice_marking *m, str value)
{
    int64_t pref;
    TRY(parse_i64(value, 1, 99, &pref));
    for (size_t i = 0; i < m->all->n; i++)
        m->in[i] = m->in[i] || m->all->v[i].body.pref == pref;
    return OK;
}

const struct notice_condition notice_to_pref = {"pref", "都道府県", "選んだ都道府県と、その中の団体", pref_options, pref_mark};

/* ── class ── */

static const enum body_class classes[] = {CLASS_PREFECTURE, CLASS_DESIGNATED, CLASS_WARD, CLASS_CITY, CLASS_TOWN,
    CLASS_VILLAGE, CLASS_UNION, CLASS_WIDE, CLASS_AGENCY, CLASS_UTILITY, CLASS_SPECIAL};

static err class_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    (void)db;
    TRY(options_new(a, COUNT_OF(classes), out));
    for (size_t i = 0; i < COUNT_OF(classes); i++)
        if (classes[i] != CLASS_PREFECTURE || scope_level(s) == SCOPE_NATION)
            option_add(out, org_class_key(classes[i]), org_class_name(classes[i]));
    return OK;
}

static err class_mark(const struct notice_marking *m, str value)
{
    enum body_class class = org_class_of_key(value);
    if (class == 0)
        return ERR(INVALID);
    for (size_t i = 0; i < m->all->n; i++)
        m->in[i] = m->in[i] || m->all->v[i].body.class == class;
    return OK;
}

const struct notice_condition notice_to_class = {"class", "団体の区分", "", class_options, class_mark};

/* ── population ── */

static err band_options(struct db *db, struct arena *a, const struct scope *s, struct notice_options *out)
{
    (void)db, (void)s;
    TRY(options_new(a, BANDS, out));
    for (int i = 1; i <= BANDS; i++)
        option_add(out, str_fmt(a, "%d", i), org_band_name(i));
    return OK;
}

static err band_mark(const struct notice_marking *m, str value)
{
    int64_t band;
    TRY(parse_i64(value, 1, BANDS, &band));
    for (size_t i = 0; i < m->all->n; i++)
        m->in[i] = m->in[i] || m->all->v[i].band == (int)band;
    return OK;
}

const struct notice_condition notice_to_band = {
    "band", "人口規模", "人口が登録されている団体だけが当てはまります", band_options, band_mark};

/* ── single bodies ── */

static err body_mark(const struct notice_marking *m, str value)
{
    for (size_t i = 0; i < m->all->n; i++)
        if (str_eq(m->all->v[i].body.code6, value)) {
            m->in[i] = true;
            return OK;
        }
    return ERR(INVALID);
}

const struct notice_condition notice_to_body = {
    "body", "団体コード", "この団体だけに絞るとき、6桁の団体コードを、1行に一つ書いてください。", NULL, body_mark};

/* ── whom another notice was sent to ── */

static err received_mark(const struct notice_marking *m, str value)
{
    int64_t id;
    TRY(parse_i64(value, 1, INT64_MAX, &id));
    return notice_bodies_received(m, id);
}

const struct notice_condition notice_to_received = {
    "received", "前のお知らせを送った団体", "", NULL, received_mark};

/* ── together ── */

static err mark_condition(struct notice_marking *m, const struct notice_condition *c, const struct notice_wishes *w, bool *any)
{
    *any = false;
    memset(m->in, 0, m->all->n * sizeof *m->in);
    for (size_t i = 0; i < w->n; i++) {
        if (!str_eq(w->v[i].condition, str_of(c->key)))
            continue;
        *any = true;
        err e = c->mark(m, w->v[i].value);
        if (e.code != ERR_INVALID) /* a body that ended since means nobody */
            TRY(e);
    }
    return OK;
}

err notice_audience_now(struct db *db, struct arena *a, const struct notice_kind *k, const struct principal *who,
    usec now, const struct notice_wishes *w, struct notice_bodies *out)
{
    struct notice_bodies all;
    bool any, wished = false;
    TRY(notice_all_bodies(db, a, who->scope, now, &all));
    bool *in = ARENA_ARRAY(a, bool, all.n), *of = ARENA_ARRAY(a, bool, all.n);
    if (!in || !of)
        return ERR(NOMEM);
    memset(of, 1, all.n * sizeof *of);
    struct notice_marking m = {db, a, who->scope, now, &all, in};
    for (const struct notice_condition *const *c = k->conditions; *c; c++) {
        TRY(mark_condition(&m, *c, w, &any));
        wished = wished || any;
        for (size_t i = 0; any && i < all.n; i++)
            of[i] = of[i] && in[i];
    }
    *out = (struct notice_bodies){all.v, 0};
    for (size_t i = 0; wished && i < all.n; i++) /* no condition: nobody, never everybody */
        if (of[i])
            out->v[out->n++] = all.v[i];
    return OK;
}
