/* SPDX-License-Identifier: Apache-2.0 */
/* yagura demo: the whole nation with synthetic answers, the same for the same seed and day. */
#include "main/demo.h"

#include <sodium.h>

static const char password[] = "yagura-demo";

/* Who can sign in, beside one person per body ("u" and its code). */
static const struct sign_in {
    const char *login, *name, *who;
    uint32_t roles;
    enum body_class class; /* of the first such body in the prefecture shown; 0: an office */
} sign_ins[] = {
    {"town", "見本 花子", "町の担当者", ROLE_STAFF, CLASS_TOWN},
    {"town2", "見本 太郎", "同じ町の同僚", ROLE_STAFF, CLASS_TOWN},
    {"kacho", "課長 三郎", "同じ町の総務課長（確認する人）", ROLE_APPROVER, CLASS_TOWN},
    {"ciso", "副町長 幸子", "同じ町のCISO（承認して提出する人）", ROLE_CISO, CLASS_TOWN},
    {"pref", "県野 一郎", "県の担当者", ROLE_STAFF | ROLE_PREF, CLASS_PREFECTURE},
    {"nation", "国見 京子", "総務省の担当者", ROLE_NATION, 0},
    {"system", "管理 太一", "システム管理者", ROLE_SYSTEM, 0},
};

struct making {
    const struct options *o;
    struct arena *a;
    str hash; /* the one password's */
    struct body_list bodies;
    person_id *staff, *chief, *ciso, visitor[COUNT_OF(sign_ins)];
    int64_t shown_pref;
};

static usec simulated(void *ctx)
{
    return *(usec *)ctx;
}

static void print_sign_ins(void)
{
    printf("\nサインイン（パスワードは全て %s）:\n", password);
    for (size_t i = 0; i < COUNT_OF(sign_ins); i++)
        printf("  %-8s %s\n", sign_ins[i].login, sign_ins[i].who);
    printf("  u＋団体コード  各団体の担当者（例: u131016）。k＋は課長、c＋はCISO\n\n架空データです。実在の団体の状況では"
           "ありません。\n\n");
}

static const struct body *first_of(const struct making *m, enum body_class class)
{
    for (size_t i = 0; i < m->bodies.n; i++)
        if (m->bodies.v[i].class == class && m->bodies.v[i].pref == m->shown_pref)
            return &m->bodies.v[i];
    return NULL;
}

static err add_person(struct tx *tx, const struct making *m, body_id body, str login, str name,
    uint32_t roles, person_id *out)
{
    struct new_person p = {.body = body,
        .login = login,
        .name = name,
        .mail = str_fmt(m->a, "%.*s@example.jp", STR_F(login)),
        .roles = roles,
        .password_hash = m->hash};
    return org_person_add(tx, &p, out);
}

static err add_people(struct tx *tx, struct making *m)
{
    m->staff = ARENA_ARRAY(m->a, person_id, m->bodies.n);
    m->chief = ARENA_ARRAY(m->a, person_id, m->bodies.n);
    m->ciso = ARENA_ARRAY(m->a, person_id, m->bodies.n);
    if (!m->staff || !m->chief || !m->ciso)
        return ERR(NOMEM);
    for (size_t i = 0; i < m->bodies.n; i++) {
        const struct body *b = &m->bodies.v[i];
        TRY(add_person(tx, m, b->id, str_fmt(m->a, "u%.*s", STR_F(b->code6)),
            S("情報 担当"), ROLE_STAFF, &m->staff[i]));
        TRY(add_person(tx, m, b->id, str_fmt(m->a, "k%.*s", STR_F(b->code6)),
            S("総務 課長"), ROLE_APPROVER, &m->chief[i]));
        TRY(add_person(tx, m, b->id, str_fmt(m->a, "c%.*s", STR_F(b->code6)),
            S("責任 CISO"), ROLE_CISO, &m->ciso[i]));
    }
    for (size_t i = 0; i < COUNT_OF(sign_ins); i++) {
        const struct body *b = first_of(m, sign_ins[i].class);
        body_id body = {sign_ins[i].class ? b ? b->id.v : 0 : OFFICE_MIC};
        TRY(add_person(tx, m, body, str_of(sign_ins[i].login), str_of(sign_ins[i].name),
            sign_ins[i].roles, &m->visitor[i]));
    }
    return OK;
}

static err seed_write(struct tx *tx, void *arg)
{
    struct making *m = arg;
    uint8_t secret[32], seed[32] = {0};
    memcpy(seed, &m->o->seed, sizeof m->o->seed);
    crypto_generichash(secret, sizeof secret, seed, sizeof seed, NULL, 0);
    TRY(main_seed_settings(tx, m->a, secret, m->o->sample ? S("sample") : S("nation")));
    TRY(org_seed_bodies(tx, m->o->sample ? org_sample_bodies : org_bodies));
    TRY(org_seed_office(tx, OFFICE_MIC, S("総務省")));
    TRY(incident_office_set(tx, S("mic"), OFFICE_MIC, 0));
    TRY(org_body_all(tx_db(tx), m->a, scope_system(), &m->bodies));
    TRY(add_people(tx, m));
    struct audit_entry e = {.action = S("main.demo"), .object = S("installation")};
    return audit_append(tx, &e);
}

/* What the instruments find when a body begins to answer. The sample prefecture has no
 * contacts and no policies at first: its stories register them. */
static err register_body(struct tx *tx, size_t i, void *arg)
{
    const struct making *m = arg;
    const struct scope *s;
    if (!m->o->sample) {
        TRY(org_scope_load(tx_db(tx), m->a, m->staff[i], &s));
        TRY(org_sample_contacts(tx, s, i));
        TRY(policy_sample(tx, s, i, jday_of_usec(tx_now(tx))));
    }
    return evidence_take_all(tx, m->a, m->bodies.v[i].id.v);
}

/* And on the day the demonstration is made for. */
static err measure_write(struct tx *tx, void *arg)
{
    const struct making *m = arg;
    for (size_t i = 0; i < m->bodies.n; i++)
        TRY(evidence_take_all(tx, m->a, m->bodies.v[i].id.v));
    return OK;
}

static person_id visitor_of(const struct making *m, const char *login)
{
    size_t i = 0;
    while (strcmp(sign_ins[i].login, login) != 0)
        i++;
    return m->visitor[i];
}

/* The sample prefecture's stories register and alert by themselves. */
static err make_darknet(struct store *s, const struct making *m, usec now, usec *clock)
{
    struct demo_darknet d = {.o = m->o,
        .bodies = m->bodies.v,
        .n_bodies = m->bodies.n,
        .staff = m->staff,
        .pref = m->shown_pref,
        .town = first_of(m, CLASS_TOWN)->id,
        .visitor = visitor_of(m, "town"),
        .nation = visitor_of(m, "nation"),
        .now = now,
        .clock = clock};
    return m->o->sample ? OK : demo_darknet_make(store_writer(s), &d);
}

static void show_progress(int percent)
{
    enum { WIDTH = 40 };
    char bar[WIDTH + 1];
    if (!isatty(STDERR_FILENO) && percent % 10)
        return;
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < percent * WIDTH / 100 ? '#' : '.';
    bar[WIDTH] = 0;
    fprintf(stderr, "%s架空データを作っています [%s] %3d%%%s", isatty(STDERR_FILENO) ? "\r" : "",
        bar, percent, percent == 100 || !isatty(STDERR_FILENO) ? "\n" : "");
}

/* The survey of the latest 31 October: its fiscal year is the current one of the demo. */
static int survey_year(jday today)
{
    struct civil c = civil_of_jday(today - 1);
    return today - 1 >= jday_of(c.y, 10, 31) ? c.y : c.y - 1;
}

err main_demo_make(const struct options *o, struct arena *a, jday today)
{
    static const uint8_t salt[16] = "yagura demo salt";
    struct store *s;
    struct making m = {.o = o, .a = a, .shown_pref = o->sample ? 48 : 20};
    int fy = survey_year(today);
    usec start = usec_of_jday_end(jday_of(fy - (int)o->years, 4, 1)), clock = start;
    TRY(org_password_hash_salted(a, str_of(password), salt, &m.hash));
    TRY(main_open(o, STORE_CREATE, (struct tx_clock){simulated, &clock}, a, &s));
    err e = writer_call(store_writer(s), seed_write, &m);
    if (!err_is(e)) {
        struct survey_demo d = {.seed = (uint64_t)o->seed,
            .years = (int)o->years,
            .fiscal_year = fy,
            .scope = scope_system(),
            .staff = m.staff,
            .chief = m.chief,
            .ciso = m.ciso,
            .bodies = m.bodies.v,
            .n_bodies = m.bodies.n,
            .today = usec_of_jday_end(today - 1),
            .clock = &clock,
            .progress = show_progress,
            .before = register_body,
            .arg = &m};
        usec now = o->sample || o->today.n ? d.today : usec_now() / USEC_MINUTE * USEC_MINUTE;
        e = survey_demo_make(store_writer(s), &d);
        if (!err_is(e))
            e = make_darknet(s, &m, now, &clock);
        clock = now;
        if (!err_is(e))
            e = writer_call(store_writer(s), measure_write, &m);
    }
    store_close(s);
    return e;
}

err command_demo(const struct options *o, struct arena *a)
{
    jday today = jday_of_usec(usec_now());
    if (o->sign_ins) {
        print_sign_ins();
        return OK;
    }
    if (o->today.n)
        TRY(jday_parse_iso(o->today, &today));
    err e = main_demo_make(o, a, today);
    if (err_is(e)) {
        main_say(S("架空データを作れませんでした。"));
        return e;
    }
    print_sign_ins();
    return OK;
}
