/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the emergency contacts. */
#include "org/org_contact.h"

enum contact_event { EVENT_CONFIRMED = 1, EVENT_CHANGED = 2 };

static err load_events(struct db *db, body_id body, struct contact_list *out)
{
    DB_EACH(db, r,
        SQL("SELECT kind, person, at FROM contact_event WHERE body=$1 AND id IN"
            " (SELECT MAX(id) FROM contact_event WHERE body=$1 GROUP BY kind)"),
        V(body.v))
    {
        if (row_i64(&r, 0) == EVENT_CONFIRMED) {
            out->confirmed_by = row_i64(&r, 1);
            out->confirmed_at = row_i64(&r, 2);
        } else {
            out->changed_at = row_i64(&r, 2);
        }
    }
    return db_status(db);
}

err org_contacts(struct db *db, struct arena *a, const struct scope *s, body_id body,
    struct contact_list *out)
{
    struct body ignored;
    *out = (struct contact_list){0};
    TRY(org_body_get(db, a, s, body, &ignored));
    DB_EACH(db, r,
        SQL("SELECT id, kind, name, phone, mail, hours, version FROM contact WHERE body=$1"
            " ORDER BY position, id LIMIT 40"),
        V(body.v))
    out->v[out->n++] = (struct contact){row_i64(&r, 0), (enum contact_kind)row_i64(&r, 1),
        row_str(a, &r, 2), row_str(a, &r, 3), row_str(a, &r, 4), row_str(a, &r, 5),
        row_i64(&r, 6)};
    TRY(db_status(db));
    return load_events(db, body, out);
}

static err note_event(struct tx *tx, const struct scope *s, enum contact_event kind)
{
    return db_exec(tx,
        SQL("INSERT INTO contact_event (id, body, kind, person, at) VALUES ($1, $2, $3, $4, $5)"),
        V(tx_id(tx), scope_body(s).v, kind, scope_person(s).v, tx_now(tx)));
}

static err count(struct db *db, int64_t body, int64_t *n, int64_t *last)
{
    DB_ONE(db, r,
        SQL("SELECT COUNT(*), COALESCE(MAX(position), 0) FROM contact WHERE body=$1"), V(body));
    *n = row_i64(&r, 0);
    *last = row_i64(&r, 1);
    return OK;
}

err org_contact_add(struct tx *tx, const struct scope *s, const struct contact *c)
{
    int64_t n, last;
    TRY(count(tx_db(tx), scope_body(s).v, &n, &last));
    if (n >= CONTACTS_MOST)
        return ERR(LIMIT);
    TRY(db_exec(tx,
        SQL("INSERT INTO contact (id, body, position, kind, name, phone, mail, hours, version,"
            " changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)"),
        V(tx_id(tx), scope_body(s).v, last + 1, c->kind, c->name, c->phone, c->mail, c->hours,
            tx_now(tx))));
    return note_event(tx, s, EVENT_CHANGED);
}

static err version_of(struct db *db, const struct scope *s, int64_t id, int64_t *version)
{
    DB_ONE(db, r, SQL("SELECT version FROM contact WHERE id=$1 AND body=$2"),
        V(id, scope_body(s).v));
    *version = row_i64(&r, 0);
    return OK;
}

static err expect_version(struct tx *tx, const struct scope *s, int64_t id, int64_t seen)
{
    int64_t version;
    TRY(version_of(tx_db(tx), s, id, &version));
    return version == seen ? OK : ERR(STALE);
}

err org_contact_change(struct tx *tx, const struct scope *s, const struct contact *c)
{
    TRY(expect_version(tx, s, c->id, c->version));
    TRY(db_exec(tx,
        SQL("UPDATE contact SET kind=$3, name=$4, phone=$5, mail=$6, hours=$7,"
            " version=version+1, changed_at=$8 WHERE id=$1 AND body=$2"),
        V(c->id, scope_body(s).v, c->kind, c->name, c->phone, c->mail, c->hours, tx_now(tx))));
    return note_event(tx, s, EVENT_CHANGED);
}

err org_contact_remove(struct tx *tx, const struct scope *s, int64_t id, int64_t version)
{
    TRY(expect_version(tx, s, id, version));
    TRY(db_exec(tx, SQL("DELETE FROM contact WHERE id=$1 AND body=$2"), V(id, scope_body(s).v)));
    return note_event(tx, s, EVENT_CHANGED);
}

err org_contact_raise(struct tx *tx, const struct scope *s, int64_t id)
{
    int64_t body = scope_body(s).v, at = 0, above = 0, above_at = 0;
    DB_ONE(tx_db(tx), r, SQL("SELECT position FROM contact WHERE id=$1 AND body=$2"), V(id, body));
    at = row_i64(&r, 0);
    DB_EACH(tx_db(tx), up,
        SQL("SELECT id, position FROM contact WHERE body=$1 AND position<$2"
            " ORDER BY position DESC LIMIT 1"),
        V(body, at))
    {
        above = row_i64(&up, 0);
        above_at = row_i64(&up, 1);
    }
    TRY(db_status(tx_db(tx)));
    if (!above)
        return OK; /* the first one already */
    TRY(db_exec(tx, SQL("UPDATE contact SET position=$2 WHERE id=$1 AND body=$3"),
        V(id, above_at, body)));
    return db_exec(tx, SQL("UPDATE contact SET position=$2 WHERE id=$1 AND body=$3"),
        V(above, at, body));
}

err org_contacts_confirm(struct tx *tx, const struct scope *s)
{
    int64_t n, last;
    TRY(count(tx_db(tx), scope_body(s).v, &n, &last));
    return n ? note_event(tx, s, EVENT_CONFIRMED) : ERR(NOTFOUND);
}

/* Calendar days in Japan: what was confirmed yesterday evening is one day old. A list with nobody
 * on it was never confirmed, whatever stood on it before. */
err org_contacts_age(struct db *db, int64_t body, usec now, struct measured *out)
{
    *out = (struct measured){0};
    DB_EACH(db, r,
        SQL("SELECT MAX(at) FROM contact_event WHERE body=$1 AND kind=1"
            " AND EXISTS (SELECT 1 FROM contact c WHERE c.body=$1)"),
        V(body))
    {
        if (!row_is_null(&r, 0))
            *out = (struct measured){true, jday_of_usec(now) - jday_of_usec(row_i64(&r, 0))};
    }
    return db_status(db);
}

err org_contact_states(
    struct db *db, struct arena *a, const struct scope *s, struct contact_states *out)
{
    struct body_list bodies;
    TRY(org_body_all(db, a, s, &bodies));
    *out = (struct contact_states){ARENA_ARRAY(a, struct contact_state, bodies.n), bodies.n};
    if (!out->v)
        return ERR(NOMEM);
    for (size_t i = 0; i < bodies.n; i++)
        out->v[i] = (struct contact_state){.body = bodies.v[i]};
    size_t at = 0;
    DB_EACH(db, r,
        SQL("SELECT c.body, COUNT(*), COALESCE((SELECT MAX(e.at) FROM contact_event e"
            " WHERE e.body=c.body AND e.kind=1), 0) FROM contact c JOIN body b ON b.id=c.body"
            " WHERE b.class<>9"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " GROUP BY c.body, b.code6 ORDER BY b.code6"),
        V(scope_body(s).v, scope_level(s), scope_pref(s)))
    {
        while (at < out->n && out->v[at].body.id.v != row_i64(&r, 0))
            at++; /* both in the order of the codes */
        if (at < out->n) {
            out->v[at].n = row_i64(&r, 1);
            out->v[at].confirmed_at = row_i64(&r, 2);
        }
    }
    return db_status(db);
}

err org_sample_contacts(struct tx *tx, const struct scope *s, size_t n)
{
    static const struct contact list[] = {
        {.kind = CONTACT_DAY, .name = S("情報政策課"), .phone = S("000-0000-0001"),
            .hours = S("平日 8:30〜17:15")},
        {.kind = CONTACT_NIGHT, .name = S("当直（代表）"), .phone = S("000-0000-0002"),
            .hours = S("夜間・休日")},
        {.kind = CONTACT_CISO, .name = S("CISO（副首長）"), .phone = S("000-0000-0003")},
    };
    if (n % 10 == 0)
        return OK;
    for (size_t i = 0; i < COUNT_OF(list); i++)
        TRY(org_contact_add(tx, s, &list[i]));
    return n % 3 ? org_contacts_confirm(tx, s) : OK;
}

err org_phone_all(struct db *db, struct arena *a, const struct scope *s, struct phones *out)
{
    int64_t n = 0;
    DB_EACH(db, c, SQL("SELECT COUNT(*) FROM contact WHERE phone<>''"), V0)
    n = row_i64(&c, 0);
    if (n > 40000)
        return ERR(LIMIT);
    *out = (struct phones){ARENA_ARRAY(a, struct phone, (size_t)n), 0};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT c.body, c.kind, c.name, c.phone, c.hours FROM contact c JOIN body b ON b.id=c.body WHERE c.phone<>''"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " ORDER BY c.body, c.position, c.id LIMIT CAST($4 AS BIGINT)"),
        V(scope_body(s).v, scope_level(s), scope_pref(s), n))
    out->v[out->n++] = (struct phone){row_i64(&r, 0), org_contact_kind_name((enum contact_kind)row_i64(&r, 1)),
        row_str(a, &r, 2), row_str(a, &r, 3), row_str(a, &r, 4)};
    return db_status(db);
}
