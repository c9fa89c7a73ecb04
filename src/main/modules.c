/* SPDX-License-Identifier: Apache-2.0 */
/* THE list of modules, and what is gathered from it. */
#include "anchor/anchor.h"
#include "backup/backup.h"
#include "evidence/evidence.h"
#include "mail/mail.h"
#include "main/inspect.h"

const struct module *const modules[] = {
    &anchor_module,
    &backup_module,
    &org_module,
    &mail_module,
    &evidence_module,
    &form_module,
    &notice_module,
    &flow_module,
    &survey_module,
    &policy_module,
    &darknet_module,
    &incident_module,
    &product_module,
    &alert_module,
    &guide_module,
    &export_module,
    &inspect_module,
    NULL,
};

extern const struct embedded store_migrations[];


enum { MODULES = COUNT_OF(modules) - 1 };

struct store_modules modules_store(struct arena *a)
{
    struct migration_set *sets = ARENA_ARRAY(a, struct migration_set, MODULES + 1);
    struct call_list *calls = ARENA_ARRAY(a, struct call_list, MODULES);
    BUG_IF(!sets || !calls);
    size_t n = 0;
    sets[n++] = (struct migration_set){"store", store_migrations};
    for (size_t i = 0; i < MODULES; i++) {
        if (modules[i]->migrations)
            sets[n++] = (struct migration_set){modules[i]->name, modules[i]->migrations};
        calls[i] = (struct call_list){modules[i]->calls};
    }
    return (struct store_modules){sets, n, calls, MODULES};
}

err main_conf_new(struct arena *a, struct conf **out)
{
    const struct conf_table *tables[MODULES + 1] = {&main_conf};
    size_t n = 1;
    for (size_t i = 0; i < MODULES; i++)
        if (modules[i]->conf)
            tables[n++] = modules[i]->conf;
    return conf_new(a, tables, n, out);
}

const struct route *const *modules_routes(struct arena *a, size_t *n)
{
    size_t all = 1;
    for (size_t i = 0; i < MODULES; i++)
        for (const struct route *const *l = modules[i]->routes; l && *l; l++)
            all++;
    const struct route **lists = ARENA_ARRAY(a, const struct route *, all);
    BUG_IF(!lists);
    *n = 0;
    lists[(*n)++] = main_routes;
    for (size_t i = 0; i < MODULES; i++)
        for (const struct route *const *l = modules[i]->routes; l && *l; l++)
            lists[(*n)++] = *l;
    return lists;
}
