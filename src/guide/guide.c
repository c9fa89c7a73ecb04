/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor of guide, its topics and its pages. */
#include "guide/guide_private.h"

#include "org/org.h"

#include "accessibility.ht.h"
#include "guide.ht.h"
#include "guide_admin.ht.h"
#include "guide_approve.ht.h"
#include "guide_first.ht.h"
#include "guide_nation.ht.h"
#include "guide_pref.ht.h"
#include "guide_section.ht.h"
#include "guide_staff.ht.h"
#include "guide_system.ht.h"
#include "guide_trouble.ht.h"

struct topic {
    const char *key;
    const char *title; /* as in the template */
    uint32_t roles;    /* whose it is; 0: everybody's */
    const struct view_type *type;
};

/* In the order in which a reader meets them. */
static const struct topic topics[] = {
    {"first", "はじめて使う", 0, &view_guide_first_type},
    {"staff", "調査に答える", ROLE_STAFF, &view_guide_staff_type},
    {"section", "割り当てられた項目に答える", ROLE_SECTION, &view_guide_section_type},
    {"approve", "確認する・承認して提出する", ROLE_APPROVER | ROLE_CISO, &view_guide_approve_type},
    {"admin", "団体の利用者を登録する", ROLE_ADMIN, &view_guide_admin_type},
    {"pref", "市区町村を支える", ROLE_PREF, &view_guide_pref_type},
    {"nation", "調査を作り、集計する", ROLE_NATION, &view_guide_nation_type},
    {"system", "仕組みを動かす", ROLE_SYSTEM, &view_guide_system_type},
    {"trouble", "困ったとき", 0, &view_guide_trouble_type},
};

static void put_topic(const struct topic *t, struct view_guide_mine *out)
{
    *out = (struct view_guide_mine){str_of(t->key), str_of(t->title)};
}

/* Those of the reader's roles and everybody's first, the others behind. */
static err list_read(struct req *rq)
{
    struct view_guide *v = ARENA_NEW(rq->a, struct view_guide);
    if (!v)
        return ERR(NOMEM);
    *v = (struct view_guide){.signed_in = rq->who.person != 0};
    v->mine.p = ARENA_ARRAY(rq->a, struct view_guide_mine, COUNT_OF(topics));
    v->others.p = ARENA_ARRAY(rq->a, struct view_guide_others, COUNT_OF(topics));
    if (!v->mine.p || !v->others.p)
        return ERR(NOMEM);
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        const struct topic *t = &topics[i];
        if (t->roles == 0 || (t->roles & rq->who.roles))
            put_topic(t, &v->mine.p[v->mine.n++]);
        else
            v->others.p[v->others.n++] =
                (struct view_guide_others){str_of(t->key), str_of(t->title)};
    }
    return req_show(rq, &view_guide_type, v);
}

static err topic_read(struct req *rq)
{
    str key = req_param(rq, "topic");
    for (size_t i = 0; i < COUNT_OF(topics); i++)
        if (str_eq(str_of(topics[i].key), key))
            return req_show(rq, topics[i].type, &topics[i]); /* a topic has no fields */
    return ERR(NOTFOUND);
}

static const struct route routes[] = {
    {.method = GET, .path = "/help", .flags = ROUTE_PUBLIC, .read = list_read,
        .shows = VIEWS(&view_guide_type)},
    {.method = GET, .path = "/help/{topic}", .flags = ROUTE_PUBLIC, .read = topic_read,
        .shows = VIEWS(&view_guide_first_type, &view_guide_staff_type, &view_guide_section_type,
            &view_guide_approve_type, &view_guide_admin_type, &view_guide_pref_type,
            &view_guide_nation_type, &view_guide_system_type, &view_guide_trouble_type)},
    {.method = GET, .path = "/accessibility", .flags = ROUTE_PUBLIC,
        .read = guide_accessibility_read, .shows = VIEWS(&view_accessibility_type)},
    {.path = NULL},
};

const struct module guide_module = {
    .name = "guide",
    .label = "手引き",
    .routes = (const struct route *const[]){routes, NULL},
};
