/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses an organisation lets in, written by its administrator: one range a line. */
#include "org/org_sign_in.h"

#include "allowed.ht.h"
#include "core/net.h"

const struct permission org_p_allowed = {"org.allowed", ROLE_ADMIN | ROLE_SYSTEM};

struct allowing {
    str ranges;
    struct allowed_list list; /* found by prepare */
};

static const struct web_field allowing_fields[] = {
    {.name = "ranges", .label = "接続元", .type = FIELD_TEXT,
        .offset = offsetof(struct allowing, ranges), .max = 5000},
};
static const struct web_form allowing_form = WEB_FORM(allowing_fields, allowing);

static err text_of(struct req *rq, str *out)
{
    struct allowed_list list;
    BUF_AUTO b = BUF(16384);
    TRY(org_allowed_all(rq->db, rq->a, scope_body(rq->who.scope), &list));
    for (size_t i = 0; i < list.n; i++)
        buf_fmt(&b, "%.*s%s%.*s\n", STR_F(list.v[i].range), list.v[i].note.n ? " " : "",
            STR_F(list.v[i].note));
    *out = str_dup(rq->a, buf_view(&b));
    return buf_status(&b);
}

static err allowed_read(struct req *rq)
{
    str now;
    struct view_allowed *v = ARENA_NEW(rq->a, struct view_allowed);
    if (!v)
        return ERR(NOMEM);
    TRY(text_of(rq, &now));
    *v = (struct view_allowed){.org = rq->who.org_name,
        .client = rq->x->client,
        .ranges = req_typed(rq, "ranges", now),
        .error = req_error_of(rq, "ranges"),
        .any = now.n > 0};
    return req_show(rq, &view_allowed_type, v);
}

/* "192.0.2.0/24 庁内": what stands behind the range is a note. */
static err read_line(struct req *rq, str line, size_t number, struct allowed *out,
    struct net_range *range)
{
    str half = org_half(rq->a, line), typed;
    if (!str_cut(&half, ' ', &typed) || err_is(net_range_parse(typed, range))) {
        req_error(rq, "ranges", str_fmt(rq->a, "%zu行目を読み取れません。例）192.0.2.0/24 庁内　"
                                               "範囲の始まりのアドレスと、長さを書いてください。", number));
        return ERR(INVALID);
    }
    BUF_AUTO b = BUF(100);
    net_put(&b, range);
    *out = (struct allowed){str_dup(rq->a, buf_view(&b)), str_trim(half)};
    return OK;
}

static err read_ranges(struct req *rq, struct allowing *f, bool *inside)
{
    struct net_range addr, range;
    bool known = !err_is(net_addr_parse(rq->x->client, &addr));
    str rest = f->ranges, line;
    f->list = (struct allowed_list){ARENA_ARRAY(rq->a, struct allowed, ORG_RANGES), 0};
    if (!f->list.v)
        return ERR(NOMEM);
    for (size_t number = 1; str_cut(&rest, '\n', &line); number++) {
        if (str_trim(line).n == 0)
            continue;
        if (f->list.n == ORG_RANGES) {
            req_error(rq, "ranges", S("50行までです。範囲をまとめてください。"));
            return ERR(INVALID);
        }
        TRY(read_line(rq, line, number, &f->list.v[f->list.n++], &range));
        *inside = *inside || (known && net_range_has(&range, &addr));
    }
    return OK;
}

static err allowed_prepare(struct req *rq)
{
    struct allowing *f = rq->form;
    bool inside = false;
    TRY(read_ranges(rq, f, &inside));
    if (f->list.n == 0 || inside)
        return OK;
    req_error(rq, "ranges", str_fmt(rq->a, "今の接続元（%.*s）が入っていません。このまま保存すると、"
                                           "自分も使えなくなります。", STR_F(rq->x->client)));
    return ERR(INVALID);
}

static err allowed_write(struct tx *tx, struct req *rq)
{
    const struct allowing *f = rq->form;
    body_id body = scope_body(rq->who.scope);
    TRY(org_allowed_put(tx, body, &f->list));
    TRY(org_body_audit(tx, rq, body, S("org.allowed.set"),
        str_fmt(rq->a, "{\"ranges\":%zu}", f->list.n)));
    return req_go(rq, S("/addresses?ok=saved"));
}

const struct route org_allowed_routes[] = {
    {.method = GET, .path = "/addresses", .perm = &org_p_allowed, .read = allowed_read,
        .shows = VIEWS(&view_allowed_type)},
    {.method = POST, .path = "/addresses", .perm = &org_p_allowed, .flags = ROUTE_FRESH,
        .form = &allowing_form, .read = allowed_read, .prepare = allowed_prepare,
        .write = allowed_write, .goes = PATHS("/addresses")},
    {.path = NULL},
};
