/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around every page: the menu and the next step, from the modules; and /healthz. */
#include "main/openapi.h"

#include <limits.h>

#include "mail/mail.h"

#include "health.ht.h"

static err next_of_modules(struct req *rq, void *arg)
{
    struct next_step *step = arg;
    for (const struct module *const *m = modules; *m && !step->urgent; m++) {
        struct next_step one = {0};
        if ((*m)->next)
            TRY((*m)->next(rq, &one));
        if (step->text.n == 0 || one.urgent)
            *step = one;
    }
    return OK;
}

static void put_menu(struct req *rq, struct web_frame *f)
{
    int ranks[COUNT_OF(f->menu)] = {INT_MIN};
    f->menu[f->n_menu++] = (struct web_menu){S("はじめ"), S("/"), STR_NONE};
    for (const struct module *const *m = modules; *m; m++) {
        for (const struct nav_item *i = (*m)->nav; i && i->label; i++) {
            if (f->n_menu == COUNT_OF(f->menu) || (i->perm && !(i->perm->roles & rq->who.roles)) ||
                (i->unless && (i->unless->roles & rq->who.roles)))
                continue;
            size_t at = f->n_menu++;
            for (; ranks[at - 1] > i->rank; at--) {
                f->menu[at] = f->menu[at - 1];
                ranks[at] = ranks[at - 1];
            }
            f->menu[at] = (struct web_menu){str_of(i->label), str_of(i->path), str_of(i->under)};
            ranks[at] = i->rank;
        }
    }
}

err main_mail(struct tx *tx, struct arena *a, const struct web_mail *m)
{
    struct mail mail = {.to = {m->to},
        .kind = m->kind,
        .key = m->key,
        .subject = m->subject,
        .text = m->text,
        .path = m->path,
        .not_after = m->not_after};
    return mail_queue(tx, a, &mail);
}

void main_frame(struct req *rq, struct web_frame *frame)
{
    struct next_step step = {0};
    if (rq->who.person == 0 || rq->who.step != STEP_DONE)
        return;
    put_menu(rq, frame);
    if (err_is(req_reading(rq, next_of_modules, &step)))
        return; /* the page itself stands; only its first line is missing */
    frame->next_text = step.text;
    frame->next_href = step.href;
    frame->next_label = step.label;
}

/* Always JSON: it is read by programs. */
static err health_read(struct req *rq)
{
    struct view_health *v = ARENA_NEW(rq->a, struct view_health);
    struct writer_stats s = writer_stats(store_writer(web_store(rq->web)));
    struct mail_status m;
    if (!v)
        return ERR(NOMEM);
    TRY(mail_work_status(rq->db, rq->now, &m));
    rq->json = true;
    *v = (struct view_health){.status = S("ok"),
        .version = S(YAGURA_VERSION),
        .demo = web_is_demo(rq->web),
        .jobs = s.jobs,
        .batches = s.batches,
        .failed = s.failed,
        .largest_batch = s.largest_batch,
        .work_running = m.running,
        .work_seen = m.seen,
        .mail_waiting = m.waiting,
        .mail_oldest = m.oldest,
        .mail_failed = m.failed};
    return req_show(rq, &view_health_type, v);
}

const struct route main_routes[] = {
    {.method = GET, .path = "/healthz", .flags = ROUTE_PUBLIC, .read = health_read,
        .shows = VIEWS(&view_health_type)},
    {.method = GET, .path = "/openapi.json", .flags = ROUTE_PUBLIC, .read = main_openapi_read,
        .file = "application/json"},
    {.path = NULL},
};
