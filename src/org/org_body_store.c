/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the register: bodies found, their identity over time, links, decisions. */
#include "org/org_body.h"

/* ── finding ── */

/* Columns of struct body_entry from body b; the pieces of a filter follow as $1… */
#define ENTRY_COLUMNS                                                                            \
    "b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana, b.valid_from, b.valid_to,"    \
    " COALESCE((SELECT p.name FROM body p WHERE p.pref=b.pref AND p.class=1"                     \
    " ORDER BY p.valid_to DESC NULLS FIRST LIMIT 1), ''),"                                       \
    " CASE WHEN b.class<=6 THEN 1 ELSE COALESCE((SELECT x.decision FROM body_scope x"            \
    " WHERE x.body=b.id ORDER BY x.id DESC LIMIT 1), 0) END,"                                    \
    " COALESCE((SELECT x.lgwan FROM body_scope x WHERE x.body=b.id ORDER BY x.id DESC LIMIT 1), 0)"

static jday day_of(const struct rows *r, int col)
{
    return row_is_null(r, col) ? DAY_NONE : (jday)row_i64(r, col);
}

static struct body body_of(struct arena *a, const struct rows *r, int col)
{
    return (struct body){.id = {row_i64(r, col)},
        .code6 = row_str(a, r, col + 1),
        .class = (enum body_class)row_i64(r, col + 2),
        .pref = row_i64(r, col + 3),
        .name = row_str(a, r, col + 4),
        .kana = row_str(a, r, col + 5)};
}

static void entry_of_row(struct arena *a, const struct rows *r, struct body_entry *out)
{
    *out = (struct body_entry){.body = body_of(a, r, 0),
        .from = day_of(r, 6),
        .to = day_of(r, 7),
        .pref_name = row_str(a, r, 8),
        .decision = (enum scope_decision)row_i64(r, 9),
        .lgwan = row_i64(r, 10) != 0};
}

err org_body_entry(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct body_entry *out)
{
    DB_ONE(db, r,
        SQL("SELECT " ENTRY_COLUMNS " FROM body b WHERE b.id=$1 AND b.class<>9"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4)"
            " OR EXISTS (SELECT 1 FROM body_successor y WHERE y.old_body=b.id"
            " AND y.new_body=$2))"),
        V(id.v, scope_body(s).v, scope_level(s), scope_pref(s)));
    entry_of_row(a, &r, out);
    return OK;
}

err org_body_find(struct db *db, struct arena *a, const struct scope *s,
    const struct body_filter *f, struct body_entries *out)
{
    enum { MOST = 4000 };
    static const struct {
        int low, high;
    } kinds[] = {
        [BODIES_LOCAL] = {CLASS_PREFECTURE, CLASS_VILLAGE},
        [BODIES_SPECIAL] = {CLASS_UNION, CLASS_SPECIAL},
        [BODIES_ANY] = {CLASS_PREFECTURE, CLASS_SPECIAL},
    };
    int64_t most = f->limit > 0 && f->limit < MOST ? f->limit : MOST;
    *out = (struct body_entries){.v = ARENA_ARRAY(a, struct body_entry, (size_t)most)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT " ENTRY_COLUMNS " FROM body b WHERE b.class BETWEEN $4 AND $5 AND b.class<>9"
            " AND (b.id=$1 OR CAST($2 AS BIGINT)=3 OR (CAST($2 AS BIGINT)=2 AND b.pref=$3))"
            " AND (CAST($6 AS BIGINT)=0 OR b.class=$6) AND (CAST($7 AS BIGINT)=0 OR b.pref=$7)"
            " AND (CAST($8 AS TEXT)='' OR REPLACE(b.name || ' ' || b.kana || ' '"
            " || COALESCE(b.code6, ''), CAST($8 AS TEXT), '')"
            " <> b.name || ' ' || b.kana || ' ' || COALESCE(b.code6, ''))"
            " AND (CASE WHEN b.valid_to IS NULL THEN 0 ELSE 1 END)=CAST($9 AS BIGINT)"
            " AND (CAST($10 AS BIGINT)=0 OR CAST($11 AS BIGINT)=CASE WHEN b.class<=6 THEN 1 ELSE COALESCE("
            "(SELECT x.decision FROM body_scope x WHERE x.body=b.id ORDER BY x.id DESC LIMIT 1),"
            " 0) END)"
            " ORDER BY COALESCE(b.code6, 'x'), b.id LIMIT $12 OFFSET $13"),
        V(scope_body(s).v, scope_level(s), scope_pref(s), kinds[f->kind].low, kinds[f->kind].high,
            f->class, f->pref, f->q, f->ended, f->decided, f->decision, most, f->offset))
    entry_of_row(a, &r, &out->v[out->n++]);
    return db_status(db);
}

/* ── making, renaming, ending ── */

err org_code_is_taken(struct db *db, str code6, bool *taken)
{
    *taken = false;
    DB_EACH(db, r,
        SQL("SELECT 1 FROM body WHERE code6=$1 UNION SELECT 1 FROM body_name WHERE code6=$1"),
        V(code6))
    *taken = true;
    return db_status(db);
}

/* Ids of bodies with a code read like it; a code that was given twice over time gets another. */
static err free_id(struct tx *tx, str code6, int64_t *out)
{
    *out = tx_id(tx);
    int64_t code;
    if (code6.n == 0 || err_is(parse_i64(code6, 1, 999999, &code)))
        return OK;
    bool used = false;
    DB_EACH(tx_db(tx), r, SQL("SELECT 1 FROM body WHERE id=$1"), V(code))
    used = true;
    if (!used)
        *out = code;
    return db_status(tx_db(tx));
}

static struct val code_or_null(str code6)
{
    return code6.n ? val_str(code6) : VAL_NONE;
}

err org_body_add(struct tx *tx, const struct new_body *n, body_id *out)
{
    TRY(free_id(tx, n->code6, &out->v));
    return db_exec(tx,
        SQL("INSERT INTO body (id, code6, class, pref, name, kana, valid_from)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        V(out->v, code_or_null(n->code6), n->class, n->pref, n->name, n->kana, n->from));
}

err org_body_rename(struct tx *tx, const struct body_rename *n)
{
    int64_t changed;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO body_name (body, until_day, code6, class, name, kana, person, at)"
            " SELECT b.id, $2, b.code6, b.class, b.name, b.kana, $3, $4 FROM body b"
            " WHERE b.id=$1 AND b.valid_to IS NULL AND b.valid_from<=$2 AND NOT EXISTS"
            " (SELECT 1 FROM body_name x WHERE x.body=b.id AND x.until_day>=$2)"),
        V(n->body.id.v, n->day - 1, n->person, tx_now(tx)), &changed));
    if (changed != 1)
        return ERR(STALE);
    return db_exec(tx, SQL("UPDATE body SET code6=$2, class=$3, name=$4, kana=$5 WHERE id=$1"),
        V(n->body.id.v, code_or_null(n->body.code6), n->body.class, n->body.name, n->body.kana));
}

err org_body_names(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct past_names *out)
{
    enum { MOST = 50 };
    *out = (struct past_names){.v = ARENA_ARRAY(a, struct past_name, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT n.until_day, b.id, COALESCE(n.code6, ''), n.class, b.pref, n.name, n.kana"
            " FROM body_name n JOIN body b ON b.id=n.body WHERE n.body=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY n.until_day DESC LIMIT 50"),
        V(id.v, scope_body(s).v, scope_level(s), scope_pref(s)))
    out->v[out->n++] = (struct past_name){(jday)row_i64(&r, 0), body_of(a, &r, 1)};
    return db_status(db);
}

/* The first name whose last day is not before the day; without one, today's. */
err org_body_on(struct db *db, struct arena *a, const struct scope *s, body_id id, jday day,
    struct body *out)
{
    TRY(org_body_get(db, a, s, id, out));
    DB_EACH(db, r,
        SQL("SELECT COALESCE(code6, ''), class, name, kana FROM body_name WHERE body=$1"
            " AND until_day>=$2 ORDER BY until_day LIMIT 1"),
        V(id.v, day))
    {
        out->code6 = row_str(a, &r, 0);
        out->class = (enum body_class)row_i64(&r, 1);
        out->name = row_str(a, &r, 2);
        out->kana = row_str(a, &r, 3);
    }
    return db_status(db);
}

err org_body_end(struct tx *tx, body_id id, jday last)
{
    int64_t changed;
    TRY(db_exec_count(tx,
        SQL("UPDATE body SET valid_to=$2 WHERE id=$1 AND valid_to IS NULL AND valid_from<=$2"),
        V(id.v, last), &changed));
    TRY(db_exec(tx, SQL("UPDATE body_member SET to_day=$2 WHERE (union_body=$1 OR member=$1)"
                        " AND to_day IS NULL AND from_day<=$2"),
        V(id.v, last)));
    return changed == 1 ? OK : ERR(CONFLICT);
}

err org_successor_add(struct tx *tx, body_id old, body_id new, jday first)
{
    return db_exec(tx,
        SQL("INSERT INTO body_successor (old_body, new_body, first_day) VALUES ($1, $2, $3)"),
        V(old.v, new.v, first));
}

err org_people_move(struct tx *tx, body_id from, body_id to, int64_t *n)
{
    return db_exec_count(tx, SQL("UPDATE person SET body=$2, organ=0 WHERE body=$1 AND active=1"),
        V(from.v, to.v), n);
}

err org_people_stop(struct tx *tx, body_id of, int64_t *n)
{
    enum { MOST = 1000 };
    ARENA_AUTO a = arena_new(64 << 10);
    int64_t *ids = a ? ARENA_ARRAY(a, int64_t, MOST) : NULL;
    size_t count = 0;
    if (!ids)
        return ERR(NOMEM);
    DB_EACH(tx_db(tx), r, SQL("SELECT id FROM person WHERE body=$1 AND active=1 LIMIT 1001"),
        V(of.v))
    {
        if (count == MOST)
            return ERR(LIMIT);
        ids[count++] = row_i64(&r, 0);
    }
    TRY(db_status(tx_db(tx)));
    for (size_t i = 0; i < count; i++) {
        TRY(org_person_lock(tx, (person_id){ids[i]}));
        TRY(org_person_activate(tx, (person_id){ids[i]}, false));
    }
    *n = (int64_t)count;
    return OK;
}

/* ── decisions ── */

const struct word org_decisions[3] = {
    {DECISION_OPEN, S("undecided"), S("未定")},
    {DECISION_IN, S("in"), S("対象")},
    {DECISION_OUT, S("out"), S("対象外")},
};

str org_decision_name(enum scope_decision d)
{
    return WORD_OF(org_decisions, d)->name;
}

err org_decision_add(struct tx *tx, body_id id, const struct decision *d)
{
    return db_exec(tx,
        SQL("INSERT INTO body_scope (id, body, decision, lgwan, reason, decided_on, person, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        V(tx_id(tx), id.v, d->decision, d->lgwan, d->reason, d->day, d->person, tx_now(tx)));
}

err org_decision_all(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct decision_list *out)
{
    enum { MOST = 50 };
    *out = (struct decision_list){.v = ARENA_ARRAY(a, struct decision, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r,
        SQL("SELECT d.decision, d.lgwan, d.reason, d.decided_on, d.person, d.at FROM body_scope d"
            " JOIN body b ON b.id=d.body WHERE d.body=$1"
            " AND (b.id=$2 OR CAST($3 AS BIGINT)=3 OR (CAST($3 AS BIGINT)=2 AND b.pref=$4))"
            " ORDER BY d.id DESC LIMIT 50"),
        V(id.v, scope_body(s).v, scope_level(s), scope_pref(s)))
    out->v[out->n++] = (struct decision){(enum scope_decision)row_i64(&r, 0),
        row_i64(&r, 1) != 0, row_str(a, &r, 2), (jday)row_i64(&r, 3), row_i64(&r, 4),
        row_i64(&r, 5)};
    return db_status(db);
}

/* ── links ── */

#define LINK_COLUMNS                                                                             \
    "b.id, COALESCE(b.code6, ''), b.class, b.pref, b.name, b.kana,"                              \
    " COALESCE((SELECT p.name FROM body p WHERE p.pref=b.pref AND p.class=1"                     \
    " ORDER BY p.valid_to DESC NULLS FIRST LIMIT 1), ''), "

/* The four lists differ in table and direction only. That a body is linked is no secret to either
 * side, so the scope is asked of id. */
static const struct stmt *links_of(enum link_kind kind)
{
    switch (kind) {
    case LINK_MEMBERS:
        return SQL("SELECT " LINK_COLUMNS "m.from_day, m.to_day FROM body_member m"
                   " JOIN body b ON b.id=m.member WHERE m.union_body=$1"
                   " ORDER BY b.code6, b.id, m.from_day LIMIT 200");
    case LINK_UNIONS:
        return SQL("SELECT " LINK_COLUMNS "m.from_day, m.to_day FROM body_member m"
                   " JOIN body b ON b.id=m.union_body WHERE m.member=$1"
                   " ORDER BY b.code6, b.id, m.from_day LIMIT 200");
    case LINK_OLD:
        return SQL("SELECT " LINK_COLUMNS "m.first_day, NULL FROM body_successor m"
                   " JOIN body b ON b.id=m.old_body WHERE m.new_body=$1"
                   " ORDER BY b.code6, b.id LIMIT 200");
    case LINK_NEW:
        return SQL("SELECT " LINK_COLUMNS "m.first_day, NULL FROM body_successor m"
                   " JOIN body b ON b.id=m.new_body WHERE m.old_body=$1"
                   " ORDER BY b.code6, b.id LIMIT 200");
    }
    return NULL;
}

err org_body_links(struct db *db, struct arena *a, const struct scope *s, body_id id,
    enum link_kind kind, struct body_links *out)
{
    enum { MOST = 200 };
    struct body ignored;
    TRY(org_body_get(db, a, s, id, &ignored));
    *out = (struct body_links){.v = ARENA_ARRAY(a, struct body_link, MOST)};
    if (!out->v)
        return ERR(NOMEM);
    DB_EACH(db, r, links_of(kind), V(id.v))
    out->v[out->n++] = (struct body_link){
        body_of(a, &r, 0), row_str(a, &r, 6), day_of(&r, 7), day_of(&r, 8)};
    return db_status(db);
}

err org_body_predecessors(
    struct db *db, struct arena *a, const struct scope *s, body_id id, struct body_list *out)
{
    struct body_links links;
    TRY(org_body_links(db, a, s, id, LINK_OLD, &links));
    *out = (struct body_list){.v = ARENA_ARRAY(a, struct body, links.n)};
    if (!out->v && links.n)
        return ERR(NOMEM);
    for (size_t i = 0; i < links.n; i++)
        out->v[out->n++] = links.v[i].body;
    return OK;
}

err org_member_add(struct tx *tx, body_id of, body_id member, jday from)
{
    int64_t changed;
    TRY(db_exec_count(tx,
        SQL("INSERT INTO body_member (union_body, member, from_day) SELECT $1, $2, $3"
            " FROM body u WHERE u.id=$1 AND NOT EXISTS (SELECT 1 FROM body_member x"
            " WHERE x.union_body=$1 AND x.member=$2 AND (x.to_day IS NULL OR x.to_day>=$3))"),
        V(of.v, member.v, from), &changed));
    return changed == 1 ? OK : ERR(CONFLICT);
}

err org_member_end(struct tx *tx, body_id of, body_id member, jday last)
{
    int64_t changed;
    TRY(db_exec_count(tx,
        SQL("UPDATE body_member SET to_day=$3 WHERE union_body=$1 AND member=$2"
            " AND to_day IS NULL AND from_day<=$3"),
        V(of.v, member.v, last), &changed));
    return changed == 1 ? OK : ERR(NOTFOUND);
}
