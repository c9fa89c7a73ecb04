/* SPDX-License-Identifier: Apache-2.0 */
/* Obligations: the case of a city hospital and a city hall, every way to count days (the dates computed by
 * hand), what is not known yet, and packs that must be refused. */
#include <setjmp.h>

#include <cmocka.h>

#include "incident/incident_rule.h"

#include "core/file.h"

enum { ROOM = 256 << 20 };

/* ── facts ── */

static struct incident_known *fact(struct incident_facts *f, const char *key)
{
    int q = incident_question_of(str_of(key));
    if (q < 0)
        fail_msg("there is no question %s", key);
    f->known[q].at = 1;
    return &f->known[q];
}

static void say(struct incident_facts *f, const char *key, enum incident_sure sure, const char *value)
{
    struct incident_known *k = fact(f, key);
    k->sure = sure;
    k->value = str_of(value);
}

static void say_number(struct incident_facts *f, const char *key, int64_t n, bool estimate)
{
    struct incident_known *k = fact(f, key);
    k->sure = SURE_CONFIRMED;
    k->number = n;
    k->estimate = estimate;
}

static usec instant(int y, int m, int d, int hh, int mm)
{
    return usec_of_civil((struct civil){.y = y, .m = m, .d = d, .hh = hh, .mm = mm});
}

static void say_known(struct incident_facts *f, usec at)
{
    struct incident_known *k = fact(f, "known_at");
    k->sure = SURE_CONFIRMED;
    k->time = at;
}

/* anchors: ransomware, 3,000 residents with their numbers, at the hospital and the hall. */
static struct incident_facts city(usec known)
{
    struct incident_facts f = {0};
    say_known(&f, known);
    say(&f, "kind", SURE_CONFIRMED, "ransomware");
    say(&f, "organ", SURE_CONFIRMED, "mayor hospital");
    say(&f, "network", SURE_CONFIRMED, "number hospital");
    say(&f, "gravity", SURE_CONFIRMED, "grave");
    say(&f, "stopped", SURE_CONFIRMED, "");
    say(&f, "personal", SURE_SUSPECTED, "");
    say_number(&f, "personal.persons", 3000, true);
    say(&f, "personal.number", SURE_SUSPECTED, "");
    say(&f, "personal.malice", SURE_SUSPECTED, "");
    say(&f, "personal.sensitive", SURE_SUSPECTED, "");
    say(&f, "personal.entrusted", SURE_NONE, "");
    say(&f, "share_nco", SURE_CONFIRMED, "yes");
    say(&f, "special_operator", SURE_NONE, "");
    return f;
}

/* ── packs ── */

static struct rule_pack *pack_of(struct arena *a, str json)
{
    struct rule_pack *p;
    struct rule_problem why;
    err e = rule_pack_read(a, json, &p, &why);
    if (err_is(e))
        fail_msg("line %d: %.*s", why.line, STR_F(why.text));
    return p;
}

static str read_data(struct arena *a, const char *name)
{
    str text;
    str path = str_fmt(a, "%s/data/rules/%s", YG_SOURCE, name);
    if (err_is(file_read(a, path, 1 << 20, &text)))
        fail_msg("cannot read %.*s", STR_F(path));
    return text;
}

static const struct obligation *of_id(const struct obligations *all, const char *id)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->v[i].rule->id, str_of(id)))
            return &all->v[i];
    return NULL;
}

static struct obligations derive(struct arena *a, const struct rule_pack *p, const struct incident_facts *f, usec now)
{
    struct obligations all;
    assert_int_equal(rule_derive(a, p, f, NULL, 0, now, &all).code, ERR_OK);
    return all;
}

static void assert_has(str text, const char *part)
{
    if (!str_has(text, str_of(part)))
        fail_msg("'%.*s' does not say '%s'", STR_F(text), part);
}

/* ── the case ── */

static void a_city_hospital_and_hall_learn_whom_to_tell_by_when(void **state)
{
    static const struct {
        const char *id, *recipient, *via;
        bool voluntary;
        int first_m, first_d, final_y, final_m, final_d; /* 0: without a number */
    } rows[] = {
        {"jp.ppc-26", "ppc", "", false, 11, 24, 2027, 1, 18},
        {"jp.ppc-68", "ppc", "", false, 11, 24, 2027, 1, 18},
        {"jp.number", "ppc", "", false, 11, 24, 2027, 1, 18},
        {"jp.ppc-26-persons", "persons", "", false, 0, 0, 0, 0, 0},
        {"jp.ppc-68-persons", "persons", "", false, 0, 0, 0, 0, 0},
        {"jp.number-persons", "persons", "", false, 0, 0, 0, 0, 0},
        {"jp.mic", "mic", "pref", false, 11, 20, 0, 0, 0},
        {"jp.nco", "nco", "", true, 11, 20, 0, 0, 0},
        {"jp.mhlw", "mhlw", "", false, 11, 20, 0, 0, 0},
        {"jp.police", "police", "", true, 0, 0, 0, 0, 0},
        {"jp.critical-ransomware", "critical", "", false, 0, 0, 0, 0, 0},
    };
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, rule_pack_shipped());
    struct incident_facts f = city(instant(2026, 11, 20, 18, 0));
    struct obligations all = derive(a, p, &f, instant(2026, 11, 20, 19, 0));
    size_t met = 0;
    for (size_t i = 0; i < all.n; i++)
        met += all.v[i].truth == RULE_YES;
    assert_int_equal(met, COUNT_OF(rows));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct obligation *o = of_id(&all, rows[i].id);
        if (!o || o->truth != RULE_YES)
            fail_msg("%s is not met", rows[i].id);
        assert_true(str_eq(o->rule->recipient->key, str_of(rows[i].recipient)));
        assert_true(str_eq(o->rule->recipient->via, str_of(rows[i].via)));
        assert_int_equal(o->rule->voluntary, rows[i].voluntary);
        assert_true(o->rule->article.n > 0 && o->rule->source.n > 0 && o->why.n > 0 && o->n_steps > 0);
        for (size_t k = 0; k < o->n_steps; k++)
            assert_has(o->step[k].text, "気付いた11月20日（金）");
        if (rows[i].first_m)
            assert_int_equal(jday_of_usec(o->step[0].due - 1), jday_of(2026, rows[i].first_m, rows[i].first_d));
        else
            assert_int_equal(o->step[0].due, 0);
        assert_int_equal(o->n_steps, rows[i].final_m ? 2 : 1);
        if (rows[i].final_m)
            assert_int_equal(o->step[1].due, usec_of_jday_end(jday_of(rows[i].final_y, rows[i].final_m, rows[i].final_d)));
    }
    assert_has(of_id(&all, "jp.ppc-26")->step[1].text, "60日（不正の目的：おそれがある）");
    assert_has(of_id(&all, "jp.ppc-26")->why, "起きた所：病院・診療所");
    assert_has(of_id(&all, "jp.ppc-26")->why, "本人の数：約3,000（1,000を超える）");
    assert_has(of_id(&all, "jp.number")->why, "個人番号：おそれがある");
    assert_true(str_eq(of_id(&all, "jp.mic")->step[0].text, S("重大さ：重大。気付いた11月20日（金）18:00から、直ちに。")));
}

static void what_does_not_apply_says_why_and_what_is_open_says_what_to_find_out(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, rule_pack_shipped());
    struct incident_facts f = city(instant(2026, 11, 20, 18, 0));
    struct obligations all = derive(a, p, &f, 0);
    const struct obligation *o = of_id(&all, "jp.operator");
    assert_int_equal(o->truth, RULE_NO);
    assert_int_equal(o->n_steps, 0);
    assert_has(o->why, "特別社会基盤事業者：ない");
    o = of_id(&all, "jp.register-jlis");
    assert_int_equal(o->truth, RULE_OPEN);
    assert_has(o->why, "「住基ネットへの影響」に答えると決まります");
    o = of_id(&all, "jp.ipa");
    assert_int_equal(o->truth, RULE_OPEN);
    assert_has(o->why, "IPA・JPCERT/CCとの共有の同意");
    assert_has(of_id(&all, "jp.assembly")->why, "起きた所は「首長の部局、病院・診療所」で、「議会」ではない");

    say(&f, "share_nco", SURE_CONFIRMED, "no");
    all = derive(a, p, &f, 0);
    assert_true(str_eq(of_id(&all, "jp.nco")->why, S("NCOとの共有の同意：いいえ")));

    say(&f, "personal", SURE_NONE, ""); /* what hangs from it is not asked any more, whatever was said */
    all = derive(a, p, &f, 0);
    o = of_id(&all, "jp.number");
    assert_int_equal(o->truth, RULE_NO);
    assert_true(str_eq(o->why, S("個人情報の漏えい等：ない")));
    say(&f, "personal", SURE_UNKNOWN, "");
    all = derive(a, p, &f, 0);
    o = of_id(&all, "jp.number");
    assert_int_equal(o->truth, RULE_OPEN);
    assert_true(str_eq(o->why, S("「個人情報の漏えい等」に答えると決まります")));
}

/* However much was chosen, a reason says all of it. */
static void long_reasons_are_not_cut_off(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct incident_question *q = &incident_questions[incident_question_of(S("kind"))];
    str all = STR_NONE, has = STR_NONE;
    for (size_t i = 0; i < q->n_choices; i++) {
        all = str_fmt(a, "%.*s%s%.*s", STR_F(all), i ? " " : "", STR_F(q->choices[i].key));
        has = str_fmt(a, "%.*s%s\"%.*s\"", STR_F(has), i ? "," : "", STR_F(q->choices[i].key));
    }
    static const char pack[] = "{\"name\":\"n\",\"version\":\"1\",\"recipients\":[{\"key\":\"ppc\",\"name\":\"P\"}],\"rules\":["
                               "{\"id\":\"a\",\"law\":\"L\",\"mark\":\"verified\",\"source\":\"S\",\"recipient\":\"ppc\",\"when\":{\"fact\":\"kind\",\"has\":[%.*s]},"
                               "\"steps\":[{\"kind\":\"first\",\"clock\":{\"from\":\"known_at\",\"unit\":\"soon\",\"case\":{\"when\":{\"fact\":\"kind\",\"has\":[%.*s]},"
                               "\"unit\":\"at-once\"}}}]}]}";
    struct incident_facts f = {0};
    say_known(&f, instant(2026, 11, 20, 18, 0));
    say(&f, "kind", SURE_CONFIRMED, str_z(a, all));
    struct obligations got = derive(a, pack_of(a, str_fmt(a, pack, STR_F(has), STR_F(has))), &f, 0);
    for (size_t i = 0; i < q->n_choices; i++) {
        const char *name = str_z(a, q->choices[i].name);
        str head = str_sub(q->choices[i].name, 0, strcspn(name, "\xef")); /* before a bracket */
        assert_true(head.n == 0 || str_has(got.v[0].why, head));
        assert_true(head.n == 0 || str_has(got.v[0].step[0].text, head));
    }
    assert_true(got.v[0].why.n > 300);
    assert_true(str_ends(got.v[0].step[0].text, S("直ちに。")));
}

static void nothing_known_decides_nothing(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, rule_pack_shipped());
    struct incident_facts f = {0};
    struct obligations all = derive(a, p, &f, instant(2026, 11, 20, 9, 0));
    assert_true(all.n > 20);
    for (size_t i = 0; i < all.n; i++) {
        if (all.v[i].truth != RULE_OPEN)
            fail_msg("%.*s is decided", STR_F(all.v[i].rule->id));
        assert_has(all.v[i].why, "」に答えると決まります");
        for (size_t k = 0; k < all.v[i].n_steps; k++) {
            assert_int_equal(all.v[i].step[k].due, 0);
            assert_has(all.v[i].step[k].text, "「気付いた日時」が分かれば決まります");
        }
    }
}

static void the_thresholds_are_those_of_each_law(void **state)
{
    static const struct {
        const char *organ;
        int64_t persons;
        enum rule_truth ppc26, ppc68, number;
    } rows[] = {
        {"mayor", 100, RULE_NO, RULE_NO, RULE_NO}, {"mayor", 101, RULE_NO, RULE_YES, RULE_YES},
        {"hospital", 101, RULE_NO, RULE_NO, RULE_YES}, {"hospital", 1000, RULE_NO, RULE_NO, RULE_YES},
        {"hospital", 1001, RULE_YES, RULE_NO, RULE_YES}, {"assembly", 5000, RULE_NO, RULE_NO, RULE_YES},
        {"university education", 1001, RULE_YES, RULE_YES, RULE_YES},
    };
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, rule_pack_shipped());
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct incident_facts f = city(instant(2026, 11, 20, 18, 0));
        static const char *const none[] = {"personal.malice", "personal.sensitive", "personal.property", "personal.open",
            "personal.number_work"};
        for (size_t k = 0; k < COUNT_OF(none); k++)
            say(&f, none[k], SURE_NONE, "");
        say(&f, "organ", SURE_CONFIRMED, rows[i].organ);
        say_number(&f, "personal.persons", rows[i].persons, false);
        struct obligations all = derive(a, p, &f, 0);
        assert_int_equal(of_id(&all, "jp.ppc-26")->truth, rows[i].ppc26);
        assert_int_equal(of_id(&all, "jp.ppc-68")->truth, rows[i].ppc68);
        assert_int_equal(of_id(&all, "jp.number")->truth, rows[i].number);
        assert_int_equal(of_id(&all, "jp.assembly")->truth, rows[i].ppc26 || rows[i].ppc68 || rows[i].organ[0] != 'a' ? RULE_NO : RULE_YES);
        assert_int_equal(of_id(&all, "jp.mic")->truth, RULE_YES); /* nobody is left without */
    }
}

static void only_certainty_frees_of_a_duty(void **state)
{
    static const struct {
        enum incident_sure sealed;
        enum rule_truth truth;
    } rows[] = {{SURE_UNKNOWN, RULE_YES}, {SURE_NONE, RULE_YES}, {SURE_SUSPECTED, RULE_YES}, {SURE_CONFIRMED, RULE_NO}};
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, rule_pack_shipped());
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct incident_facts f = city(instant(2026, 11, 20, 18, 0));
        say(&f, "personal.sealed", rows[i].sealed, "");
        struct obligations all = derive(a, p, &f, 0);
        const struct obligation *o = of_id(&all, "jp.ppc-68");
        assert_int_equal(o->truth, rows[i].truth);
        assert_int_equal(str_has(o->why, S("秘匿化の措置")), rows[i].truth == RULE_NO);
    }
}

static void rules_hold_by_the_day_the_incident_was_known(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, rule_pack_shipped());
    struct incident_facts f = city(instant(2026, 9, 30, 23, 59));
    struct obligations all = derive(a, p, &f, instant(2026, 11, 20, 9, 0));
    assert_null(of_id(&all, "jp.operator"));
    assert_null(of_id(&all, "jp.critical-ransomware"));
    f = city(instant(2026, 10, 1, 0, 0));
    all = derive(a, p, &f, instant(2026, 9, 1, 9, 0));
    assert_non_null(of_id(&all, "jp.operator"));
    fact(&f, "known_at")->sure = SURE_UNKNOWN; /* then today counts */
    all = derive(a, p, &f, instant(2026, 9, 1, 9, 0));
    assert_null(of_id(&all, "jp.operator"));
}

/* ── counting ── */

static const char one_rule[] =
    "{\"name\":\"n\",\"version\":\"1\",\"recipients\":[{\"key\":\"ppc\",\"name\":\"P\"}],\"rules\":[\n"
    "{\"id\":\"a\",\"law\":\"L\",\"mark\":\"verified\",\"source\":\"S\",\"recipient\":\"ppc\",\n"
    "\"when\":{\"fact\":\"personal\"},\"steps\":[{\"kind\":\"first\",\"clock\":{\"from\":\"known_at\",%s}}]}]}";

static struct rule_due due_of(struct arena *a, const char *clock, struct incident_facts *f)
{
    const struct rule_pack *p = pack_of(a, str_fmt(a, one_rule, clock));
    say(f, "personal", SURE_CONFIRMED, "");
    struct obligations all = derive(a, p, f, 0);
    assert_int_equal(all.n, 1);
    assert_int_equal(all.v[0].n_steps, 1);
    return all.v[0].step[0];
}

#define DAYS(n, first, roll) "\"unit\":\"day\",\"n\":" n ",\"first_day\":\"" first "\",\"roll\":\"" roll "\""
#define OPEN(n, first, roll) "\"unit\":\"open-day\",\"n\":" n ",\"first_day\":\"" first "\",\"roll\":\"" roll "\""

static void days_are_counted_by_each_convention(void **state)
{
    static const struct {
        int y, m, d; /* known, at 18:05 */
        const char *clock;
        int due_y, due_m, due_d;
        bool disputed;
        const char *text; /* all of it; NULL: not looked at */
    } rows[] = {
        {2026, 11, 20, DAYS("30", "counts", "next-open"), 2026, 12, 21, false,
            "気付いた11月20日（金）を1日目と数えて30日目は12月19日（土）。土曜日なので、次の開庁日の12月21日（月）まで。"},
        {2026, 11, 20, DAYS("30", "counts", "none"), 2026, 12, 19, false,
            "気付いた11月20日（金）を1日目と数えて30日目は12月19日（土）まで。"},
        {2026, 11, 20, DAYS("30", "not", "none"), 2026, 12, 20, false,
            "気付いた11月20日（金）の翌日を1日目と数えて30日目は12月20日（日）まで。"},
        {2026, 11, 20, DAYS("30", "not", "next-open"), 2026, 12, 21, false, NULL},
        {2026, 11, 20, DAYS("30", "disputed", "none"), 2026, 12, 19, true, NULL},
        {2026, 11, 20, DAYS("30", "counts", "disputed"), 2026, 12, 19, true, NULL},
        {2026, 11, 20, DAYS("30", "disputed", "disputed"), 2026, 12, 19, true,
            "気付いた11月20日（金）を1日目と数えて30日目は12月19日（土）まで。数え方が定まっていないので、いちばん早い日で示しています"
            "（初日を数えない・閉庁日なら次の開庁日に送ると数えれば、12月21日（月）まで）。"},
        {2026, 11, 22, DAYS("30", "counts", "disputed"), 2026, 12, 21, false,
            "気付いた11月22日（日）を1日目と数えて30日目は12月21日（月）まで。数え方は定まっていませんが、どの数え方でも同じ日です。"},
        {2026, 11, 20, DAYS("60", "counts", "next-open"), 2027, 1, 18, false,
            "気付いた11月20日（金）を1日目と数えて60日目は令和9年1月18日（月）まで。"},
        /* the turn of the year, and a Saturday and Sunday at its end */
        {2026, 11, 30, DAYS("30", "counts", "next-open"), 2027, 1, 4, false,
            "気付いた11月30日（月）を1日目と数えて30日目は12月29日（火）。年末年始の閉庁日なので、次の開庁日の令和9年1月4日（月）まで。"},
        {2026, 11, 29, DAYS("30", "counts", "next-open"), 2026, 12, 28, false, NULL},
        {2025, 11, 29, DAYS("30", "not", "next-open"), 2026, 1, 5, false, NULL},
        /* holidays: the one between two, one given for a Sunday */
        {2026, 8, 24, DAYS("30", "counts", "next-open"), 2026, 9, 24, false,
            "気付いた8月24日（月）を1日目と数えて30日目は9月22日（火）。休日（国民の休日）なので、次の開庁日の9月24日（木）まで。"},
        {2026, 4, 6, DAYS("30", "not", "next-open"), 2026, 5, 7, false, NULL},
        {2027, 2, 21, DAYS("30", "counts", "next-open"), 2027, 3, 23, false, NULL},
        /* open days */
        {2026, 12, 25, OPEN("3", "not", "none"), 2027, 1, 5, false, NULL},
        {2026, 12, 25, OPEN("3", "counts", "none"), 2027, 1, 4, false,
            "気付いた12月25日（金）を1日目と数えて、開庁日で3日目は令和9年1月4日（月）まで。"},
        {2026, 12, 26, OPEN("3", "counts", "none"), 2027, 1, 5, false, NULL},
        {2026, 11, 20, OPEN("1", "not", "none"), 2026, 11, 24, false, NULL},
        {2026, 11, 20, OPEN("10", "disputed", "none"), 2026, 12, 4, true, NULL},
        /* beyond the table */
        {2027, 12, 10, DAYS("30", "counts", "next-open"), 2028, 1, 10, false,
            "気付いた12月10日（金）を1日目と数えて30日目は令和10年1月8日（土）。土曜日なので、次の開庁日の令和10年1月10日（月）まで。"
            "2028年の祝日はまだ表にないので、土曜・日曜と年末年始だけを閉庁日と見ました。"},
        {2027, 12, 10, DAYS("30", "counts", "none"), 2028, 1, 8, false,
            "気付いた12月10日（金）を1日目と数えて30日目は令和10年1月8日（土）まで。"},
        {2024, 2, 1, DAYS("29", "counts", "none"), 2024, 2, 29, false, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ARENA_AUTO a = arena_new(ROOM);
        struct incident_facts f = {0};
        say_known(&f, instant(rows[i].y, rows[i].m, rows[i].d, 18, 5));
        struct rule_due due = due_of(a, rows[i].clock, &f);
        if (due.due != usec_of_jday_end(jday_of(rows[i].due_y, rows[i].due_m, rows[i].due_d)) || due.disputed != rows[i].disputed ||
            (rows[i].text && !str_eq(due.text, str_of(rows[i].text))))
            fail_msg("row %zu: %s%.*s", i, due.disputed ? "disputed, " : "", STR_F(due.text));
    }
}

static void hours_moments_and_soft_ranges(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    struct incident_facts f = {0};
    usec known = instant(2026, 11, 20, 18, 5);
    say_known(&f, known);
    struct rule_due due = due_of(a, "\"unit\":\"hour\",\"n\":72", &f);
    assert_int_equal(due.due, instant(2026, 11, 23, 18, 5));
    assert_true(str_eq(due.text, S("気付いた11月20日（金）18:05から72時間後は11月23日（月）18:05。")));
    due = due_of(a, "\"unit\":\"at-once\"", &f);
    assert_int_equal(due.due, known);
    assert_true(str_eq(due.text, S("気付いた11月20日（金）18:05から、直ちに。")));
    due = due_of(a, "\"unit\":\"soon\"", &f);
    assert_int_equal(due.due, 0);
    assert_has(due.text, "速やかに。日数の定めはありません");
    due = due_of(a, "\"unit\":\"soon\",\"soft\":3,\"n\":5,\"first_day\":\"counts\",\"roll\":\"none\"", &f);
    assert_int_equal(due.from, usec_of_jday_end(jday_of(2026, 11, 22)));
    assert_int_equal(due.due, usec_of_jday_end(jday_of(2026, 11, 24)));
    assert_true(str_eq(due.text, S("速やかに。目安は、気付いた11月20日（金）を1日目と数えて3日目の11月22日（日）から5日目の11月24日（火）まで（土曜・日曜・祝日も数えます）。")));
    due = due_of(a, "\"unit\":\"soon\",\"soft\":3,\"n\":5,\"first_day\":\"disputed\",\"roll\":\"none\"", &f);
    assert_int_equal(due.due, usec_of_jday_end(jday_of(2026, 11, 24)));
    assert_true(due.disputed);
    say_known(&f, instant(2026, 11, 20, 23, 59)); /* the day is Japan's: in UTC both are the 20th */
    assert_int_equal(due_of(a, DAYS("1", "counts", "none"), &f).due, instant(2026, 11, 21, 0, 0));
    say_known(&f, instant(2026, 11, 21, 0, 0));
    assert_int_equal(due_of(a, DAYS("1", "counts", "none"), &f).due, instant(2026, 11, 22, 0, 0));
}

static void a_longer_period_needs_its_condition(void **state)
{
    static const char clock[] = DAYS("30", "counts", "next-open") ",\"case\":{\"when\":{\"fact\":\"personal.malice\"},\"unit\":\"day\",\"n\":60}";
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    struct incident_facts f = {0};
    say_known(&f, instant(2026, 11, 20, 18, 5));
    struct rule_due due = due_of(a, clock, &f);
    assert_int_equal(due.due, usec_of_jday_end(jday_of(2026, 12, 21)));
    assert_has(due.text, "「不正の目的」に答えるまでは、早い方で示します（答えにより、60日）。");
    say(&f, "personal.malice", SURE_SUSPECTED, "");
    due = due_of(a, clock, &f);
    assert_int_equal(due.due, usec_of_jday_end(jday_of(2027, 1, 18)));
    assert_has(due.text, "60日（不正の目的：おそれがある）。気付いた");
    say(&f, "personal.malice", SURE_NONE, "");
    due = due_of(a, clock, &f);
    assert_int_equal(due.due, usec_of_jday_end(jday_of(2026, 12, 21)));
    assert_false(str_has(due.text, S("不正")));
    /* a shorter one is shown while nobody knows */
    due = due_of(a, "\"unit\":\"soon\",\"case\":{\"when\":{\"fact\":\"gravity\",\"has\":\"grave\"},\"unit\":\"at-once\"}", &f);
    assert_int_equal(due.due, instant(2026, 11, 20, 18, 5));
    assert_has(due.text, "直ちに。「重大さ」に答えるまでは、早い方で示します（答えにより、速やかに）。");
    say(&f, "gravity", SURE_CONFIRMED, "usual");
    due = due_of(a, "\"unit\":\"soon\",\"case\":{\"when\":{\"fact\":\"gravity\",\"has\":\"grave\"},\"unit\":\"at-once\"}", &f);
    assert_int_equal(due.due, 0);
}

/* ── other countries ── */

static void a_foreign_chain_begins_at_its_last_step_and_routes(void **state)
{
    static const struct {
        const char *organ;
        enum incident_sure critical;
        const char *gravity;
        enum incident_sure cer;
        enum rule_truth circl, govcert;
    } rows[] = {
        {"other", SURE_NONE, "grave", SURE_NONE, RULE_YES, RULE_NO},
        {"water", SURE_CONFIRMED, "grave", SURE_NONE, RULE_NO, RULE_YES},
        {"mayor", SURE_NONE, "grave", SURE_NONE, RULE_NO, RULE_YES},
        {"other", SURE_NONE, "usual", SURE_NONE, RULE_NO, RULE_NO},
        {"other", SURE_NONE, "usual", SURE_CONFIRMED, RULE_NO, RULE_YES},
    };
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    const struct rule_pack *p = pack_of(a, read_data(a, "test/foreign.json"));
    struct incident_facts f = {0};
    usec known = instant(2026, 11, 20, 18, 0);
    say_known(&f, known);
    say(&f, "stopped", SURE_CONFIRMED, "");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        say(&f, "organ", SURE_CONFIRMED, rows[i].organ);
        say(&f, "special_operator", rows[i].critical, "");
        say(&f, "gravity", SURE_CONFIRMED, rows[i].gravity);
        say(&f, "level", rows[i].cer, "");
        struct obligations all = derive(a, p, &f, 0);
        assert_int_equal(of_id(&all, "lu.circl")->truth, rows[i].circl);
        assert_int_equal(of_id(&all, "lu.govcert")->truth, rows[i].govcert);
    }
    say(&f, "gravity", SURE_CONFIRMED, "grave");
    struct rule_done done[] = {
        {S("eu.nis2"), STEP_INTERIM, instant(2026, 11, 25, 10, 0)}, /* a second version changes nothing */
        {S("eu.nis2"), STEP_INTERIM, instant(2026, 11, 23, 10, 0)},
        {S("eu.dora"), STEP_INTERIM, instant(2026, 11, 1, 10, 0)},
    };
    struct obligations all;
    assert_int_equal(rule_derive(a, p, &f, done, COUNT_OF(done), 0, &all).code, ERR_OK);
    const struct obligation *o = of_id(&all, "eu.nis2");
    assert_int_equal(o->step[0].due, instant(2026, 11, 21, 18, 0));
    assert_int_equal(o->step[1].due, instant(2026, 11, 23, 18, 0));
    assert_int_equal(o->step[2].due, usec_of_jday_end(jday_of(2026, 12, 21)));
    assert_has(o->step[2].text, "中間報告をした11月23日（月）の翌日を1日目と数えて28日目は12月21日（月）まで");
    all = derive(a, p, &f, 0);
    assert_int_equal(of_id(&all, "eu.nis2")->step[2].due, 0);
    assert_has(of_id(&all, "eu.nis2")->step[2].text, "中間報告をした時から数えます（28日）");
}

/* ── packs that are refused ── */

static void assert_refused(struct arena *a, str json, int line, const char *says)
{
    struct rule_pack *p;
    struct rule_problem why;
    err e = rule_pack_read(a, json, &p, &why);
    if (e.code != ERR_INVALID || why.line != line || !str_has(why.text, str_of(says)))
        fail_msg("%s, line %d: %.*s (not line %d: %s) of %.*s", err_name(e), why.line, STR_F(why.text), line, says, STR_F(json));
}

/* The good pack with one of its texts changed. */
static str changed(struct arena *a, const char *from, const char *to)
{
    str s = str_fmt(a, one_rule, DAYS("30", "counts", "none"));
    for (size_t i = 0; i < s.n; i++)
        if (str_starts(str_sub(s, i, s.n), str_of(from)))
            return str_fmt(a, "%.*s%s%.*s", (int)i, s.p, to, STR_F(str_sub(s, i + strlen(from), s.n)));
    fail_msg("%s does not stand in it", from);
    return s;
}

static void nonsense_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *from, *to;
        int line;
        const char *says;
    } rows[] = {
        {"\"L\"", "\"L\",", 2, "JSON として読めません"},
        {"\"law\":\"L\"", "\"law\":\"L\",\"law\":\"M\"", 2, "JSON として読めません"},
        {"\"law\":\"L\"", "\"lav\":\"L\"", 2, "知らない項目「lav」"},
        {"\"law\":\"L\",", "", 2, "law を、文字で"},
        {"\"law\":\"L\"", "\"law\":\"L\\u001b[2J\"", 2, "law に、改行や制御文字"},
        {"\"law\":\"L\"", "\"la\\u001bw\":\"L\"", 2, "知らない項目「la」"},
        {"\"law\":\"L\"", "\"law\":7", 2, "law を、文字で"},
        {"\"version\":\"1\"", "\"version\":\"1\",\"x\":1", 0, "知らない項目「x」"},
        {"\"version\":\"1\",", "", 0, "version を、文字で"},
        {"\"id\":\"a\",", "", 0, "1番目の規則：id を、文字で"},
        {"\"fact\":\"personal\"", "\"fact\":\"persona\"", 2, "質問「persona」はありません"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"personal\",\"over\":3}", 2, "比べ方が合いません"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"personal.persons\"}", 2, "比べ方が合いません"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"summary\"}", 2, "比べ方が合いません"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"organ\",\"has\":\"castle\"}", 2, "選択肢「castle」はありません"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"organ\",\"has\":[]}", 2, "選択肢を1つ以上"},
        {"{\"fact\":\"personal\"}", "{\"all\":[]}", 2, "all と any には"},
        {"{\"fact\":\"personal\"}", "{\"all\":[{\"fact\":\"personal\"}],\"any\":[]}", 2, "知らない項目"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"personal.persons\",\"over\":-1}", 2, "over を、0から"},
        {"{\"fact\":\"personal\"}", "{\"fact\":\"personal.persons\",\"over\":1.5}", 2, "over を、0から"},
        {"{\"fact\":\"personal\"}", "3", 2, "{ } で書くところ"},
        {"\"recipient\":\"ppc\"", "\"recipient\":\"pcp\"", 2, "宛先「pcp」が recipients にありません"},
        {"\"recipient\":\"ppc\"", "\"recipient\":\"ppc\",\"form\":\"ppc-9\"", 2, "様式（form）「ppc-9」"},
        {"\"recipient\":\"ppc\"", "\"recipient\":\"ppc\",\"from\":\"2026-10-1\"", 2, "2026-10-01 の形"},
        {"\"recipient\":\"ppc\"", "\"recipient\":\"ppc\",\"from\":\"2026-10-01\",\"to\":\"2026-10-01\"", 2, "効力の終わり"},
        {"\"mark\":\"verified\"", "\"mark\":\"sure\"", 2, "使えるのは verified、second-hand、unverified"},
        {"\"kind\":\"first\"", "\"kind\":\"zeroth\"", 2, "kind が「zeroth」"},
        {"\"from\":\"known_at\"", "\"from\":\"organ\"", 2, "日時を答える質問ではありません"},
        {"\"from\":\"known_at\"", "\"after\":\"first\"", 2, "自分を待っています"},
        {"\"from\":\"known_at\"", "\"after\":\"final\"", 2, "after の指す段階（a の final）がありません"},
        {"\"from\":\"known_at\"", "\"after\":\"b/first\"", 2, "after の指す段階（b の first）"},
        {"\"from\":\"known_at\"", "\"after\":\"first\",\"from\":\"known_at\"", 2, "どちらか一つ"},
        {"\"unit\":\"day\"", "\"unit\":\"week\"", 2, "unit が「week」"},
        {"\"unit\":\"day\"", "\"unit\":\"hour\"", 2, "日で数える期限だけ"},
        {"\"n\":30,", "", 2, "n だけを1以上"},
        {"\"n\":30", "\"n\":99999", 2, "n を、0から3650"},
        {"\"n\":30", "\"n\":30,\"soft\":3", 2, "n だけを1以上"},
        {",\"roll\":\"none\"", "", 2, "roll を、文字で"},
        {"\"first_day\":\"counts\"", "\"first_day\":\"maybe\"", 2, "first_day が「maybe」"},
        {"{\"key\":\"ppc\",\"name\":\"P\"}", "{\"key\":\"ppc\",\"name\":\"P\"},{\"key\":\"ppc\",\"name\":\"Q\"}", 0, "宛先 ppc が二つ"},
        {"{\"key\":\"ppc\",\"name\":\"P\"}", "{\"key\":\"ppc\",\"name\":\"P\",\"via\":\"x\"}", 0, "経由先"},
        {"\"rules\":[", "\"rules\":[{\"id\":\"a\",\"law\":\"L\",\"mark\":\"verified\",\"source\":\"S\",\"recipient\":\"ppc\","
                         "\"when\":{\"fact\":\"personal\"},\"steps\":[{\"kind\":\"first\",\"clock\":{\"from\":\"known_at\",\"unit\":\"soon\"}}]},",
            2, "1行目に同じ id の規則"},
    };
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_refused(a, changed(a, rows[i].from, rows[i].to), rows[i].line, rows[i].says);
    assert_refused(a, STR_NONE, 1, "JSON として");
    assert_refused(a, S("[]"), 0, "{ } で書くところ");
    assert_refused(a, S("{\"name\":\"\xe6\"}"), 1, "JSON として");
}

static void packs_are_bounded(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    BUF_AUTO deep = BUF(1 << 16), wide = BUF(1 << 16), large = BUF(4 << 20);
    for (int i = 0; i < 17; i++)
        buf_lit(&deep, "{\"not\":");
    buf_lit(&deep, "{\"fact\":\"personal\"}");
    for (int i = 0; i < 17; i++)
        buf_char(&deep, '}');
    assert_refused(a, changed(a, "{\"fact\":\"personal\"}", str_z(a, buf_view(&deep))), 2, "入れ子が深すぎます");
    for (int i = 0; i < 201; i++)
        buf_lit(&wide, "{},");
    assert_refused(a, changed(a, "\"rules\":[", str_z(a, str_fmt(a, "\"rules\":[%.*s", STR_F(buf_view(&wide))))), 0, "1つから200まで");
    while (large.n <= 1 << 20)
        buf_lit(&large, "                ");
    assert_refused(a, buf_view(&large), 0, "1MBまで");
}

static void two_versions_of_a_rule_follow_each_other(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    static const char rule[] = "{\"id\":\"a\",\"law\":\"%s\",\"mark\":\"verified\",\"source\":\"S\",\"recipient\":\"ppc\",\"from\":\"%s\",%s"
                               "\"when\":{\"fact\":\"personal\"},\"steps\":[{\"kind\":\"first\",\"clock\":{\"from\":\"known_at\",\"unit\":\"soon\"}}]}";
    str old = str_fmt(a, rule, "old", "2026-01-01", "\"to\":\"2026-10-01\","), young = str_fmt(a, rule, "new", "2026-10-01", "");
    const struct rule_pack *p = pack_of(a, str_fmt(a, "{\"name\":\"n\",\"version\":\"1\",\"recipients\":[{\"key\":\"ppc\",\"name\":\"P\"}],\"rules\":[%.*s,%.*s]}",
        STR_F(old), STR_F(young)));
    struct incident_facts f = {0};
    say_known(&f, instant(2026, 9, 30, 12, 0));
    struct obligations all = derive(a, p, &f, 0);
    assert_int_equal(all.n, 1);
    assert_true(str_eq(all.v[0].rule->law, S("old")));
    say_known(&f, instant(2026, 10, 1, 12, 0));
    all = derive(a, p, &f, 0);
    assert_int_equal(all.n, 1);
    assert_true(str_eq(all.v[0].rule->law, S("new")));
}

/* ── the census ── */

static void the_shipped_rules_leave_nobody_without_a_recipient(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    struct rule_census census;
    struct rule_problem why;
    err e = rule_pack_prove(a, pack_of(a, rule_pack_shipped()), &census, &why);
    if (err_is(e))
        fail_msg("%s: %.*s", err_name(e), STR_F(why.text));
    assert_int_equal(census.times, 2); /* before and after 2026-10-01 */
    assert_true(census.states > 1000000000);
    assert_true(census.breaches > 0 && census.breaches < census.states);
}

/* Small enough to count by hand: personal (unknown, none, suspected), and only then persons (unknown, up
 * to 100, more). */
static void states_are_counted_exactly(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    struct rule_census census;
    struct rule_problem why;
    str json = changed(a, "{\"fact\":\"personal\"}", "{\"any\":[{\"fact\":\"personal\"},{\"fact\":\"personal.persons\",\"over\":100}]}");
    assert_int_equal(rule_pack_prove(a, pack_of(a, json), &census, &why).code, ERR_OK);
    assert_int_equal(census.states, 2 + 3);
    assert_int_equal(census.breaches, 3);
    /* organ: unknown, or any set of two choices with room for others: 1 + 4 */
    json = changed(a, "{\"fact\":\"personal\"}", "{\"any\":[{\"fact\":\"personal\"},{\"fact\":\"organ\",\"has\":[\"mayor\",\"water\"]}]}");
    assert_int_equal(rule_pack_prove(a, pack_of(a, json), &census, &why).code, ERR_OK);
    assert_int_equal(census.states, 3 * 5);
    assert_int_equal(census.breaches, 5);
    /* demand is asked only of ransomware: kind unknown, another, or it, and then unknown, another, money */
    json = changed(a, "{\"fact\":\"personal\"}", "{\"any\":[{\"fact\":\"personal\"},{\"fact\":\"demand\",\"has\":\"money\"}]}");
    assert_int_equal(rule_pack_prove(a, pack_of(a, json), &census, &why).code, ERR_OK);
    assert_int_equal(census.states, 3 * (2 + 3));
    assert_int_equal(census.breaches, 2 + 3);
}

/* ── the census against every state, one by one ── */

static unsigned next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (unsigned)(*seed >> 33);
}

static void put_random(struct buf *b, uint64_t *seed, int depth)
{
    static const char *const leaves[] = {"{\"fact\":\"personal\"}", "{\"fact\":\"personal\"}", "{\"fact\":\"personal\",\"confirmed\":true}",
        "{\"fact\":\"personal.persons\",\"over\":100}", "{\"fact\":\"personal.number\"}", "{\"fact\":\"organ\",\"has\":\"mayor\"}",
        "{\"fact\":\"organ\",\"has\":[\"mayor\",\"water\"]}", "{\"fact\":\"special_operator\"}"};
    static const char *const heads[] = {"{\"all\":[", "{\"any\":[", "{\"not\":"};
    unsigned op = depth == 0 ? 3 : next(seed) % 4;
    if (op == 3) {
        buf_str(b, str_of(leaves[next(seed) % COUNT_OF(leaves)]));
        return;
    }
    buf_str(b, str_of(heads[op]));
    put_random(b, seed, depth - 1);
    if (op == 2) {
        buf_char(b, '}');
        return;
    }
    buf_char(b, ',');
    put_random(b, seed, depth - 1);
    buf_lit(b, "]}");
}

/* What is found by looking at every state through rule_derive, which knows nothing of the census. */
struct found {
    bool met[2], unmet[2], hole;
};

static void look_at(struct arena *a, const struct rule_pack *p, const struct incident_facts *f, struct found *out)
{
    struct obligations all = derive(a, p, f, 0);
    bool duty = false;
    for (size_t i = 0; i < all.n; i++) {
        out->met[i] |= all.v[i].truth == RULE_YES;
        out->unmet[i] |= all.v[i].truth == RULE_NO;
        duty |= all.v[i].truth == RULE_YES;
    }
    out->hole |= !duty && f->known[incident_question_of(S("personal"))].sure >= SURE_SUSPECTED;
}

static struct found look_at_all(const struct rule_pack *p)
{
    static const char *const organs[] = {"", "fire", "mayor", "water", "mayor water", "hospital", "mayor hospital"};
    struct found r = {0};
    for (unsigned s = 0; s < 4 * 3 * 4 * 4 * COUNT_OF(organs); s++) {
        ARENA_AUTO a = arena_new(1 << 20);
        struct incident_facts f = {0};
        unsigned n = s;
        say(&f, "personal", (enum incident_sure)(n % 4), "");
        n /= 4;
        if (n % 3)
            say_number(&f, "personal.persons", 99 + n % 3, false);
        n /= 3;
        say(&f, "personal.number", (enum incident_sure)(n % 4), "");
        n /= 4;
        say(&f, "special_operator", (enum incident_sure)(n % 4), "");
        n /= 4;
        say(&f, "organ", n ? SURE_CONFIRMED : SURE_UNKNOWN, organs[n]);
        look_at(a, p, &f, &r);
    }
    return r;
}

static void the_census_finds_what_looking_at_every_state_finds(void **state)
{
    enum { PACKS = 150 };
    int whole = 0, holes = 0, refused = 0;
    uint64_t seed = 7;
    (void)state;
    for (int i = 0; i < PACKS; i++) {
        ARENA_AUTO a = arena_new(ROOM);
        BUF_AUTO first = BUF(1 << 16), second = BUF(1 << 16);
        put_random(&first, &seed, 3);
        put_random(&second, &seed, 3);
        str rule = S("\"law\":\"L\",\"mark\":\"verified\",\"source\":\"S\",\"recipient\":\"ppc\",\"steps\":[{\"kind\":\"first\",\"clock\":"
                     "{\"from\":\"known_at\",\"unit\":\"soon\"}}],\"when\":");
        str json = str_fmt(a, "{\"name\":\"n\",\"version\":\"1\",\"recipients\":[{\"key\":\"ppc\",\"name\":\"P\"}],\"rules\":[{\"id\":\"a\",%.*s%.*s},{\"id\":\"b\",%.*s%.*s}]}",
            STR_F(rule), STR_F(buf_view(&first)), STR_F(rule), STR_F(buf_view(&second)));
        const struct rule_pack *p = pack_of(a, json);
        struct found f = look_at_all(p);
        struct rule_census census;
        struct rule_problem why;
        bool each = f.met[0] && f.met[1] && f.unmet[0] && f.unmet[1];
        err e = rule_pack_prove(a, p, &census, &why);
        if (e.code != (each && !f.hole ? ERR_OK : ERR_INVALID) || (err_is(e) && each != str_has(why.text, S("報告する相手"))))
            fail_msg("%s %.*s: %.*s", err_name(e), STR_F(why.text), STR_F(json));
        whole += !err_is(e);
        holes += each && f.hole;
        refused += !each;
    }
    assert_true(whole > 5 && holes > 5 && refused > 5); /* else it compared nothing */
}

static void assert_unproved(struct arena *a, str json, int line, const char *says)
{
    struct rule_census census;
    struct rule_problem why;
    err e = rule_pack_prove(a, pack_of(a, json), &census, &why);
    if (e.code != ERR_INVALID || why.line != line || !str_has(why.text, str_of(says)))
        fail_msg("%s, line %d: %.*s", err_name(e), why.line, STR_F(why.text));
}

static int line_of(str text, const char *part)
{
    int line = 1;
    for (size_t i = 0; i < text.n; i++) {
        if (str_starts(str_sub(text, i, text.n), str_of(part)))
            return line;
        line += text.p[i] == '\n';
    }
    fail_msg("%s does not stand in it", part);
    return 0;
}

static void a_planted_hole_and_a_planted_cycle_are_found(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    str hole = read_data(a, "test/hole.json"), cycle = read_data(a, "test/cycle.json");
    assert_unproved(a, hole, line_of(hole, "\"id\": \"hole.hospital\""), "次のとき：個人情報の漏えい等：おそれがある");
    assert_refused(a, cycle, line_of(cycle, "\"id\": \"cycle.a\""), "自分を待っています");
    assert_unproved(a, changed(a, "{\"fact\":\"personal\"}", "{\"any\":[{\"fact\":\"personal\"},{\"not\":{\"fact\":\"personal\",\"confirmed\":true}}]}"), 2,
        "どう答えても当てはまってしまいます");
    assert_unproved(a, changed(a, "{\"fact\":\"personal\"}", "{\"all\":[{\"fact\":\"personal\",\"confirmed\":true},{\"not\":{\"fact\":\"personal\"}}]}"), 2,
        "どう答えても当てはまりません");
    /* suspicion is enough for a duty: one that waits for certainty leaves a hole */
    assert_unproved(a, changed(a, "{\"fact\":\"personal\"}", "{\"fact\":\"personal\",\"confirmed\":true}"), 2, "おそれがある");
    /* what is voluntary is no duty, and a rule that ends leaves a hole behind */
    assert_unproved(a, changed(a, "\"recipient\":\"ppc\"", "\"recipient\":\"ppc\",\"voluntary\":true"), 2, "報告する相手と期限");
    assert_unproved(a, changed(a, "\"recipient\":\"ppc\"", "\"recipient\":\"ppc\",\"to\":\"2027-04-01\""), 2, "令和9年4月1日（木）");
}

static void a_foreign_pack_is_proved_too(void **state)
{
    (void)state;
    ARENA_AUTO a = arena_new(ROOM);
    struct rule_census census;
    struct rule_problem why;
    err e = rule_pack_prove(a, pack_of(a, read_data(a, "test/foreign.json")), &census, &why);
    if (err_is(e))
        fail_msg("%s, line %d: %.*s", err_name(e), why.line, STR_F(why.text));
    assert_int_equal(census.times, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_city_hospital_and_hall_learn_whom_to_tell_by_when),
        cmocka_unit_test(what_does_not_apply_says_why_and_what_is_open_says_what_to_find_out),
        cmocka_unit_test(long_reasons_are_not_cut_off),
        cmocka_unit_test(nothing_known_decides_nothing),
        cmocka_unit_test(the_thresholds_are_those_of_each_law),
        cmocka_unit_test(only_certainty_frees_of_a_duty),
        cmocka_unit_test(rules_hold_by_the_day_the_incident_was_known),
        cmocka_unit_test(days_are_counted_by_each_convention),
        cmocka_unit_test(hours_moments_and_soft_ranges),
        cmocka_unit_test(a_longer_period_needs_its_condition),
        cmocka_unit_test(a_foreign_chain_begins_at_its_last_step_and_routes),
        cmocka_unit_test(nonsense_is_refused_with_its_line),
        cmocka_unit_test(packs_are_bounded),
        cmocka_unit_test(two_versions_of_a_rule_follow_each_other),
        cmocka_unit_test(the_shipped_rules_leave_nobody_without_a_recipient),
        cmocka_unit_test(states_are_counted_exactly),
        cmocka_unit_test(the_census_finds_what_looking_at_every_state_finds),
        cmocka_unit_test(a_planted_hole_and_a_planted_cycle_are_found),
        cmocka_unit_test(a_foreign_pack_is_proved_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
