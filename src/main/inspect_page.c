/* SPDX-License-Identifier: Apache-2.0 */
/* /system: every module's inspections, the bad ones first. */
#include "main/inspect.h"

#include "core/word.h"

#include "system.ht.h"

static const struct permission may_inspect = {"main.inspect", ROLE_SYSTEM};
static const struct permission *const permissions[] = {&may_inspect, NULL};

static const struct word states[] = {
    {INSPECT_BAD, S("bad"), S("直してください")},
    {INSPECT_ATTENTION, S("attention"), S("気を付けてください")},
    {INSPECT_UNKNOWN, S("unknown"), S("分かりません")},
    {INSPECT_GOOD, S("good"), S("よい状態です")},
};

/* What cannot be looked at is unknown, and no reason to hide the others. */
static struct inspected look(struct req *rq, const struct inspection *i)
{
    struct inspected out = {.state = INSPECT_UNKNOWN};
    if (!err_is(i->look(rq, &out)))
        return out;
    return (struct inspected){.state = INSPECT_UNKNOWN, .found = S("調べられませんでした")};
}

static void put_rows(struct req *rq, enum inspect_state state, struct view_system *v, size_t most)
{
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct inspection *i = (*m)->inspections; i && i->key && v->rows.n < most; i++) {
            struct inspected found = look(rq, i);
            if (found.state != state)
                continue;
            v->rows.p[v->rows.n++] = (struct view_system_rows){.key = str_of(i->key),
                .label = str_of(i->label),
                .state = WORD_OF(states, state)->key,
                .state_name = WORD_OF(states, state)->name,
                .found = found.found,
                .at = found.at,
                .remedy = found.remedy};
        }
    }
}

static err system_read(struct req *rq)
{
    enum { MOST = 64 };
    struct view_system *v = ARENA_NEW(rq->a, struct view_system);
    if (!v)
        return ERR(NOMEM);
    v->rows.p = ARENA_ARRAY(rq->a, struct view_system_rows, MOST);
    if (!v->rows.p)
        return ERR(NOMEM);
    v->at = rq->now;
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        size_t before = v->rows.n;
        put_rows(rq, (enum inspect_state)states[i].value, v, MOST);
        int64_t n = (int64_t)(v->rows.n - before);
        v->bad = states[i].value == INSPECT_BAD ? n : v->bad;
        v->attention = states[i].value == INSPECT_ATTENTION ? n : v->attention;
    }
    return req_show(rq, &view_system_type, v);
}

static err inspect_next(struct req *rq, struct next_step *out)
{
    int64_t bad = 0;
    if (!(rq->who.roles & ROLE_SYSTEM))
        return OK;
    for (const struct module *const *m = modules; *m; m++)
        for (const struct inspection *i = (*m)->inspections; i && i->key; i++)
            bad += look(rq, i).state == INSPECT_BAD;
    if (bad)
        *out = (struct next_step){
            str_fmt(rq->a, "システムの点検で、直してほしいところが %lld 件あります。", (long long)bad),
            S("/system"), S("システムの点検を開く")};
    return OK;
}

static const struct route routes[] = {
    {.method = GET, .path = "/system", .perm = &may_inspect, .read = system_read,
        .shows = VIEWS(&view_system_type)},
    {.path = NULL},
};

static const struct nav_item nav[] = {
    {"システムの点検", "/system", &may_inspect, NULL, 5},
    {NULL, NULL, NULL},
};

const struct module inspect_module = {
    .name = "inspect",
    .label = "点検",
    .routes = (const struct route *const[]){routes, NULL},
    .permissions = permissions,
    .calls = inspect_calls,
    .tick = "inspect.tick",
    .nav = nav,
    .inspections = inspect_program,
    .next = inspect_next,
};
