/* SPDX-License-Identifier: Apache-2.0 */
/* Who somebody is and what they may see: sessions, tokens, invitations, scopes. */
#include "test/fixture.h"

#include "org/org_sign_in.h"

#include <sodium.h>

enum { LIFE_H = 2 };

struct proof {
    person_id person;
    uint8_t hash[WEB_SECRET_HASH];
};

static struct bytes hash_of(const struct proof *p)
{
    return (struct bytes){p->hash, sizeof p->hash};
}

static struct proof proof_of(struct fix *f, enum fix_person who, int n)
{
    struct proof p = {.person = f->person[who]};
    memset(p.hash, n, sizeof p.hash);
    return p;
}

static err add_session(struct tx *tx, void *arg)
{
    const struct proof *p = arg;
    struct new_session s = {
        .person = p->person, .hash = hash_of(p), .life = LIFE_H * USEC_HOUR, .factors = 1};
    return org_session_add(tx, &s);
}

static err add_token(struct tx *tx, void *arg)
{
    const struct proof *p = arg;
    return org_token_add(tx, p->person, hash_of(p), S("test"), LIFE_H * USEC_HOUR);
}

static err load(struct fix *f, const struct proof *p, bool bearer, struct principal *out)
{
    struct web_asking q = {.now = f->now, .hash = hash_of(p), .bearer = bearer};
    return org_principal_load(fix_db(f), f->a, &q, out);
}

/* ── principals ── */

static void a_session_says_who_and_where(void **state)
{
    struct fix *f = *state;
    struct proof p = proof_of(f, P_PREF, 1);
    struct principal who;
    fix_write(f, add_session, &p);
    assert_ok(load(f, &p, false, &who));
    assert_int_equal(who.person, f->person[P_PREF].v);
    assert_int_equal(who.org, BODY_PREF);
    assert_int_equal(who.roles, ROLE_STAFF | ROLE_PREF);
    assert_str(who.person_name, S("県野 一郎"));
    assert_str(who.org_name, S("見本県"));
    assert_int_equal(scope_level(who.scope), SCOPE_PREF);
    assert_int_equal(scope_person(who.scope).v, f->person[P_PREF].v);
}

static err touch_session(struct tx *tx, void *arg)
{
    return org_session_touch(tx, hash_of(arg));
}

static void a_session_ends_with_its_time(void **state)
{
    struct fix *f = *state;
    struct proof p = proof_of(f, P_TOWN, 1), q = proof_of(f, P_CITY, 2);
    struct principal who;
    fix_write(f, add_session, &p);
    for (int h = 0; h < LIFE_H * 3; h++) { /* in use every 20 minutes */
        assert_ok(load(f, &p, false, &who));
        fix_write(f, touch_session, &p);
        f->now += 20 * USEC_MINUTE;
    }
    f->now -= 1;
    assert_ok(load(f, &p, false, &who));
    f->now += 1;
    assert_err(load(f, &p, false, &who), NOTFOUND);
    f->now += 1;
    fix_write(f, add_session, &q); /* sweeps what is over */
    assert_int_equal(fix_number(f, "SELECT COUNT(*) FROM session"), 1);
    assert_ok(load(f, &q, false, &who));
}

static void a_session_ends_when_nobody_uses_it(void **state)
{
    struct fix *f = *state;
    struct proof p = proof_of(f, P_TOWN, 1);
    struct principal who;
    usec begun = f->now;
    fix_write(f, add_session, &p);
    f->now += USEC_MINUTE - 1;
    fix_write(f, touch_session, &p); /* once a minute at most */
    assert_ok(load(f, &p, false, &who));
    assert_int_equal(who.seen_at, begun);
    f->now += ORG_IDLE_MINUTES * USEC_MINUTE - USEC_MINUTE;
    assert_ok(load(f, &p, false, &who));
    f->now += 1;
    assert_err(load(f, &p, false, &who), NOTFOUND);
}

struct grown {
    person_id person;
    struct factor factor;
    int64_t counter;
};

static err add_factor(struct tx *tx, void *arg)
{
    struct grown *g = arg;
    g->factor = (struct factor){.person = g->person, .kind = FACTOR_TOTP, .name = S("a"),
        .secret = {(const uint8_t *)"12345678901234567890", 20}, .counter = 1};
    return org_factor_add(tx, &g->factor);
}

static err use_factor(struct tx *tx, void *arg)
{
    const struct grown *g = arg;
    return org_factor_use(tx, &g->factor, g->counter);
}

static void a_password_alone_stands_before_the_second_step(void **state)
{
    struct fix *f = *state;
    struct proof p = proof_of(f, P_NATION, 1);
    struct grown g = {.person = f->person[P_NATION]};
    struct principal who;
    fix_write(f, add_session, &p);
    assert_ok(load(f, &p, false, &who)); /* a demonstration */
    assert_int_equal(who.step, STEP_DONE);
    fix_sql(f, "DROP TRIGGER setting_keep_demo_update; UPDATE setting SET name='was' WHERE name='demo'");
    assert_ok(load(f, &p, false, &who));
    assert_int_equal(who.step, STEP_ENROL);
    assert_int_equal(who.roles, 0);
    assert_null(who.scope);
    fix_write(f, add_factor, &g);
    assert_ok(load(f, &p, false, &who));
    assert_int_equal(who.step, STEP_FACTOR);
    assert_int_equal(who.roles, 0);
    fix_sql(f, "UPDATE session SET factors=2");
    assert_ok(load(f, &p, false, &who));
    assert_int_equal(who.step, STEP_DONE);
    assert_int_equal(who.roles, ROLE_NATION);
}

static void a_code_works_once(void **state)
{
    struct fix *f = *state;
    struct grown g = {.person = f->person[P_TOWN], .counter = 2};
    fix_write(f, add_factor, &g);
    fix_write(f, use_factor, &g);
    assert_err(fix_try(f, use_factor, &g), STALE);
    g.counter = 1;
    assert_err(fix_try(f, use_factor, &g), STALE);
    g.counter = 3;
    fix_write(f, use_factor, &g);
}

static err drop_session(struct tx *tx, void *arg)
{
    return org_session_drop(tx, hash_of(arg));
}

static err drop_sessions(struct tx *tx, void *arg)
{
    const struct proof *p = arg;
    return org_session_drop_all(tx, p->person);
}

static void sessions_are_dropped_alone_or_all_of_a_person(void **state)
{
    struct fix *f = *state;
    struct proof p[] = {proof_of(f, P_TOWN, 1), proof_of(f, P_TOWN, 2), proof_of(f, P_TOWN, 3),
        proof_of(f, P_CITY, 4)};
    struct principal who;
    for (size_t i = 0; i < COUNT_OF(p); i++)
        fix_write(f, add_session, &p[i]);
    fix_write(f, drop_session, &p[0]);
    assert_err(load(f, &p[0], false, &who), NOTFOUND);
    assert_ok(load(f, &p[1], false, &who));
    fix_write(f, drop_sessions, &p[1]);
    assert_err(load(f, &p[1], false, &who), NOTFOUND);
    assert_err(load(f, &p[2], false, &who), NOTFOUND);
    assert_ok(load(f, &p[3], false, &who));
}

static void tokens_and_sessions_do_not_stand_for_each_other(void **state)
{
    struct fix *f = *state;
    struct proof s = proof_of(f, P_TOWN, 1), t = proof_of(f, P_TOWN, 2), none = proof_of(f, 0, 3);
    struct principal who;
    fix_write(f, add_session, &s);
    fix_write(f, add_token, &t);
    assert_ok(load(f, &t, true, &who));
    assert_int_equal(who.person, f->person[P_TOWN].v);
    assert_int_equal(who.roles, ROLE_STAFF);
    assert_err(load(f, &t, false, &who), NOTFOUND);
    assert_err(load(f, &s, true, &who), NOTFOUND);
    assert_err(load(f, &none, true, &who), NOTFOUND);
    f->now += LIFE_H * USEC_HOUR;
    assert_err(load(f, &t, true, &who), NOTFOUND);
}

static void somebody_inactive_is_nobody(void **state)
{
    struct fix *f = *state;
    struct proof s = proof_of(f, P_TOWN, 1);
    struct principal who;
    struct credential c;
    const struct scope *scope;
    person_id id;
    fix_write(f, add_session, &s);
    fix_write(f, add_token, &s);
    fix_sql(f, "INSERT INTO credential (person, kind, secret, changed_at)"
               " SELECT id, 'password', 'h', 0 FROM person");
    assert_ok(org_credential_get(fix_db(f), f->a, S("town"), &c));
    assert_str(c.hash, S("h"));
    assert_int_equal(c.body.v, BODY_TOWN);
    fix_sql(f, "UPDATE person SET active=0 WHERE login='town'");
    assert_err(load(f, &s, false, &who), NOTFOUND);
    assert_err(load(f, &s, true, &who), NOTFOUND);
    assert_err(org_credential_get(fix_db(f), f->a, S("town"), &c), NOTFOUND);
    assert_err(org_scope_load(fix_db(f), f->a, f->person[P_TOWN], &scope), NOTFOUND);
    assert_err(org_person_by_login(fix_db(f), S("town"), &id), NOTFOUND);
    assert_ok(org_person_by_login(fix_db(f), S("city"), &id));
}

/* ── scopes ── */

static void roles_make_the_scope(void **state)
{
    static const struct {
        uint32_t roles;
        enum scope_level level;
    } rows[] = {
        {0, SCOPE_OWN}, {ROLE_STAFF, SCOPE_OWN}, {ROLE_APPROVER, SCOPE_OWN},
        {ROLE_ADMIN, SCOPE_OWN}, {ROLE_STAFF | ROLE_APPROVER | ROLE_ADMIN, SCOPE_OWN},
        {ROLE_PREF, SCOPE_PREF}, {ROLE_STAFF | ROLE_PREF, SCOPE_PREF},
        {ROLE_NATION, SCOPE_NATION}, {ROLE_SYSTEM, SCOPE_NATION},
        {ROLE_PREF | ROLE_NATION, SCOPE_NATION},
    };
    struct fix *f = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct scope *s =
            scope_new(f->a, (person_id){7}, (body_id){8}, 9, rows[i].roles);
        assert_int_equal(scope_level(s), rows[i].level);
        assert_int_equal(scope_person(s).v, 7);
        assert_int_equal(scope_body(s).v, 8);
        assert_int_equal(scope_pref(s), 9);
    }
    assert_int_equal(scope_level(scope_system()), SCOPE_NATION);
    assert_int_equal(scope_body(scope_system()).v, 0);
}

/* Who sees whom. */
static void bodies_are_seen_inside_the_scope_only(void **state)
{
    static const struct {
        enum fix_person who;
        int64_t body;
        bool seen;
    } rows[] = {
        {P_TOWN, BODY_TOWN, true}, {P_TOWN, BODY_CITY, false}, {P_TOWN, BODY_PREF, false},
        {P_TOWN, BODY_FAR, false}, {P_TOWN, OFFICE_MIC, false},
        {P_PREF, BODY_PREF, true}, {P_PREF, BODY_TOWN, true}, {P_PREF, BODY_CITY, true},
        {P_PREF, BODY_FAR, false}, {P_PREF, OFFICE_MIC, false},
        {P_NATION, BODY_FAR, true}, {P_NATION, BODY_TOWN, true}, {P_NATION, OFFICE_MIC, true},
        {P_NATION, 4711, false},
    };
    struct fix *f = *state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct scope *s = f->scope[rows[i].who];
        struct body b = {0}, c = {0};
        str code6 = str_fmt(f->a, "%06lld", (long long)rows[i].body);
        err e = org_body_get(fix_db(f), f->a, s, (body_id){rows[i].body}, &b);
        err by_code = org_body_by_code(fix_db(f), f->a, s, code6, &c);
        if (e.code != (rows[i].seen ? ERR_OK : ERR_NOTFOUND))
            fail_msg("row %zu: %s", i, err_name(e));
        assert_int_equal(by_code.code, rows[i].body == OFFICE_MIC ? ERR_NOTFOUND : e.code);
        assert_int_equal(b.id.v, rows[i].seen ? rows[i].body : 0);
    }
}

static void lists_hold_what_the_scope_holds(void **state)
{
    struct fix *f = *state;
    static const size_t seen[PEOPLE] = {
        [P_TOWN] = 1, [P_CITY] = 1, [P_PREF] = 3, [P_FAR] = 1, [P_NATION] = 4};
    struct body_list list;
    for (size_t i = 0; i < PEOPLE; i++) {
        assert_ok(org_body_all(fix_db(f), f->a, f->scope[i], &list));
        assert_int_equal(list.n, seen[i]);
        for (size_t k = 1; k < list.n; k++)
            assert_true(str_cmp(list.v[k - 1].code6, list.v[k].code6) < 0);
    }
    assert_ok(org_body_all(fix_db(f), f->a, f->scope[P_TOWN], &list));
    assert_int_equal(list.v[0].id.v, BODY_TOWN);
    assert_int_equal(list.v[0].class, CLASS_TOWN);
    assert_int_equal(list.v[0].pref, 48);
    assert_str(list.v[0].kana, S("みほんちょう"));
    assert_ok(org_pref_all(fix_db(f), f->a, &list));
    assert_int_equal(list.n, 1);
    assert_str(org_pref_name(fix_db(f), f->a, 48), S("見本県"));
    assert_str(org_pref_name(fix_db(f), f->a, 1), STR_NONE);
}

static void names_of_people_stay_in_their_organisation(void **state)
{
    struct fix *f = *state;
    str name;
    assert_ok(org_person_name(fix_db(f), f->a, f->scope[P_TOWN], f->person[P_TOWN], &name));
    assert_str(name, S("町田 花子"));
    assert_ok(org_person_name(fix_db(f), f->a, f->scope[P_CITY], f->person[P_TOWN], &name));
    assert_str(name, S("見本町"));
    assert_ok(org_person_name(fix_db(f), f->a, f->scope[P_NATION], f->person[P_TOWN], &name));
    assert_str(name, S("見本町"));
    assert_ok(org_person_name(fix_db(f), f->a, f->scope[P_TOWN], (person_id){0}, &name));
    assert_str(name, S("プログラム"));
}

/* ── invitations ── */

struct inviting {
    struct fix *f;
    str path;
    uint8_t hash[WEB_SECRET_HASH];
};

static err add_invite(struct tx *tx, void *arg)
{
    struct inviting *i = arg;
    return org_invite_add(tx, i->f->a, i->f->person[P_TOWN], LIFE_H * USEC_HOUR, &i->path);
}

static err use_invite(struct tx *tx, void *arg)
{
    struct inviting *i = arg;
    return org_invite_use(tx, (struct bytes){i->hash, sizeof i->hash});
}

static err get_invite(struct inviting *i, struct invited *out)
{
    return org_invite_get(fix_db(i->f), i->f->a, i->f->now,
        (struct bytes){i->hash, sizeof i->hash}, out);
}

static void an_invitation_works_once_and_in_time(void **state)
{
    struct fix *f = *state;
    struct inviting i = {.f = f}, late = {.f = f};
    struct invited who;
    fix_write(f, add_invite, &i);
    fix_write(f, add_invite, &late);
    assert_true(str_starts(i.path, S("/invite/")) && !str_eq(i.path, late.path));
    assert_ok(web_secret_hash(str_sub(i.path, 8, 100), i.hash));
    assert_ok(web_secret_hash(str_sub(late.path, 8, 100), late.hash));
    assert_ok(get_invite(&i, &who));
    assert_int_equal(who.person.v, f->person[P_TOWN].v);
    assert_int_equal(who.body.v, BODY_TOWN);
    assert_str(who.login, S("town"));
    fix_write(f, use_invite, &i);
    assert_err(get_invite(&i, &who), NOTFOUND);
    assert_err(fix_try(f, use_invite, &i), STALE);
    assert_ok(get_invite(&late, &who)); /* another one is another one */
    f->now += LIFE_H * USEC_HOUR;
    assert_err(get_invite(&late, &who), NOTFOUND);
    i.hash[0] ^= 1;
    assert_err(fix_try(f, use_invite, &i), STALE);
}

/* Secrets do not stand in the database. */
static void only_hashes_are_kept(void **state)
{
    struct fix *f = *state;
    str secret = fix_sign_in(f, P_TOWN);
    uint8_t hash[WEB_SECRET_HASH];
    char hex[64], sql[160];
    assert_int_equal(secret.n, 43);
    assert_ok(web_secret_hash(secret, hash));
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM session WHERE lower(hex(hash))='%.*s'",
        STR_F(hex_of(hex, hash, sizeof hash)));
    assert_int_equal(fix_number(f, sql), 1);
    assert_err(web_secret_hash(str_sub(secret, 0, 42), hash), INVALID);
    assert_err(web_secret_hash(S("ああああ"), hash), INVALID);
    assert_err(web_secret_hash(str_fmt(f->a, "%.*sAA", STR_F(secret)), hash), INVALID);
    assert_err(web_secret_hash(STR_NONE, hash), INVALID);
}

#define WITH_PEOPLE(t) cmocka_unit_test_setup_teardown(t, fix_people_setup, fix_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PEOPLE(a_session_says_who_and_where),
        WITH_PEOPLE(a_session_ends_with_its_time),
        WITH_PEOPLE(a_session_ends_when_nobody_uses_it),
        WITH_PEOPLE(a_password_alone_stands_before_the_second_step),
        WITH_PEOPLE(a_code_works_once),
        WITH_PEOPLE(sessions_are_dropped_alone_or_all_of_a_person),
        WITH_PEOPLE(tokens_and_sessions_do_not_stand_for_each_other),
        WITH_PEOPLE(somebody_inactive_is_nobody),
        WITH_PEOPLE(roles_make_the_scope),
        WITH_PEOPLE(bodies_are_seen_inside_the_scope_only),
        WITH_PEOPLE(lists_hold_what_the_scope_holds),
        WITH_PEOPLE(names_of_people_stay_in_their_organisation),
        WITH_PEOPLE(an_invitation_works_once_and_in_time),
        WITH_PEOPLE(only_hashes_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
