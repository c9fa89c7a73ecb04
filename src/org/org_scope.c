/* SPDX-License-Identifier: Apache-2.0 */
/* The scope: the only definition of the struct, so nobody else can make one. */
#include "org/org_private.h"

struct scope {
    enum scope_level level;
    person_id person;
    body_id body;
    int64_t pref;
    int64_t organ;
    bool looks; /* at the organ below, of whatever body is asked for */
    int64_t look;
};

const struct scope *scope_new(
    struct arena *a, person_id person, body_id body, int64_t pref, uint32_t roles)
{
    struct scope *s = ARENA_NEW(a, struct scope);
    if (!s)
        return NULL;
    s->level = roles & (ROLE_NATION | ROLE_SYSTEM) ? SCOPE_NATION
        : roles & ROLE_PREF                        ? SCOPE_PREF
                                                   : SCOPE_OWN;
    s->person = person;
    s->body = body;
    s->pref = pref;
    return s;
}

const struct scope *scope_of_organ(struct arena *a, const struct scope *s, int64_t organ)
{
    struct scope *mine = ARENA_NEW(a, struct scope);
    if (!mine || !s)
        return NULL;
    *mine = *s;
    mine->organ = organ;
    return mine;
}

const struct scope *scope_system(void)
{
    static const struct scope everything = {.level = SCOPE_NATION};
    return &everything;
}

enum scope_level scope_level(const struct scope *s)
{
    return s->level;
}

body_id scope_body(const struct scope *s)
{
    return s->body;
}

int64_t scope_pref(const struct scope *s)
{
    return s->pref;
}

person_id scope_person(const struct scope *s)
{
    return s->person;
}

int64_t scope_organ(const struct scope *s)
{
    return s->organ;
}

const struct scope *org_scope_look(struct arena *a, const struct scope *s, int64_t organ)
{
    struct scope *other = ARENA_NEW(a, struct scope);
    if (!other)
        return NULL;
    *other = *s;
    other->looks = true;
    other->look = organ;
    return other;
}

int64_t scope_organ_of(const struct scope *s, body_id body)
{
    return s->looks ? s->look : body.v == s->body.v ? s->organ : 0;
}

bool scope_is_own(const struct scope *s, body_id body)
{
    return body.v == s->body.v && scope_organ_of(s, body) == s->organ;
}
