/* SPDX-License-Identifier: Apache-2.0 */
/* A merger: bodies end on one day, and a new or a continuing body goes on from the next. It is
 * written down once the day is over, so nothing here waits for its time. */
#include "org/org_body.h"

enum { MOST = 30 };

struct merging {
    str ends, day, code6, name, kana, kind, people;
    jday last;
    struct body_list old; /* by prepare */
    struct body into;     /* id 0: to be made */
    struct new_body made;
    bool move;
};

#define LINE_FIELD(name_, label_, max_, required_)                                               \
    {.name = #name_, .label = label_, .type = FIELD_LINE,                                        \
        .offset = offsetof(struct merging, name_), .required = required_, .max = max_}

static const struct web_field fields[] = {
    {.name = "ends", .label = "終わる団体", .type = FIELD_TEXT,
        .offset = offsetof(struct merging, ends), .required = true, .max = 400},
    LINE_FIELD(day, "最後の日", 40, true),
    LINE_FIELD(code6, "後を継ぐ団体の団体コード", 20, true),
    LINE_FIELD(name, "新しい団体の名称", 100, false),
    LINE_FIELD(kana, "よみ", 200, false),
    LINE_FIELD(kind, "区分", 20, false),
    LINE_FIELD(people, "終わる団体の利用者", 20, true),
};
const struct web_form org_merge_form = WEB_FORM(fields, merging);

static const struct word people_words[] = {
    {1, S("move"), S("後を継ぐ団体に移す")},
    {2, S("stop"), S("利用を止める")},
};

err org_merge_read(struct req *rq)
{
    struct asked asked[] = {
        {.name = "ends", .label = "終わる団体の団体コード（6桁）", .kind = ASKED_AREA,
            .required = true, .support = "1行に一つずつ。編入される側だけを書きます。"},
        {.name = "day", .label = "終わる団体の最後の日", .required = true,
            .support = "その日が過ぎてから登録します。例）令和8年3月31日"},
        {.name = "code6", .label = "後を継ぐ団体の団体コード（6桁）", .required = true,
            .support = "今ある団体のコードなら編入、新しいコードなら新設です。"},
        {.name = "name", .label = "新しい団体の名称", .support = "新設のときに入力します。"},
        {.name = "kana", .label = "よみ（ひらがな）", .support = "新設のときに入力します。"},
        {.name = "kind", .label = "区分", .kind = ASKED_CHOICE, .words = org_local_kinds,
            .n_words = 5, .support = "新設のときに選びます。"},
        {.name = "people", .label = "終わる団体の利用者", .kind = ASKED_CHOICE, .required = true,
            .words = people_words, .n_words = COUNT_OF(people_words), .value = S("move")},
    };
    return org_form_show(rq,
        &(struct asked_form){.title = S("合併の登録"),
            .lead = S("終わる団体の回答は残り、後を継ぐ団体から見られます。終わった団体には、"
                      "後の調査で尋ねません。"),
            .action = S("/bodies/merge"),
            .button = S("この内容で合併を登録する"),
            .field = asked,
            .n = COUNT_OF(asked)});
}

static bool is_among(const struct body_list *list, body_id id)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->v[i].id.v == id.v)
            return true;
    return false;
}

/* Codes stand on lines or between commas and blanks. */
static err find_old(struct req *rq, struct merging *f)
{
    str text = org_half(rq->a, f->ends);
    f->old = (struct body_list){.v = ARENA_ARRAY(rq->a, struct body, MOST)};
    if (!f->old.v)
        return ERR(NOMEM);
    for (size_t i = 0; i < text.n;) {
        size_t k = i;
        while (k < text.n && text.p[k] >= '0' && text.p[k] <= '9')
            k++;
        if (k == i) {
            i++;
            continue;
        }
        struct body b;
        str code = str_sub(text, i, k - i);
        err e = org_body_by_code(rq->db, rq->a, rq->who.scope, code, &b);
        if (e.code == ERR_NOTFOUND) {
            req_error(rq, "ends", str_fmt(rq->a, "団体コード %.*s の団体は、今はありません。",
                STR_F(code)));
            return OK;
        }
        TRY(e);
        if (b.class == CLASS_OFFICE || f->old.n == MOST)
            return ERR(LIMIT);
        if (!is_among(&f->old, b.id))
            f->old.v[f->old.n++] = b;
        i = k;
    }
    if (f->old.n == 0)
        req_error(rq, "ends", S("終わる団体の団体コードを入力してください。"));
    return OK;
}

static void check_made(struct req *rq, struct merging *f)
{
    if (f->name.n == 0)
        req_error(rq, "name", S("新しい団体の名称を入力してください。"));
    if (f->kana.n == 0)
        req_error(rq, "kana", S("よみを入力してください。"));
    f->made = (struct new_body){.code6 = f->code6, .name = f->name, .kana = f->kana,
        .pref = f->old.n ? f->old.v[0].pref : 0,
        .class = (enum body_class)WORD_OF_KEY(org_local_kinds, f->kind)->value,
        .from = f->last == DAY_NONE ? 0 : f->last + 1};
    if (f->made.class == 0)
        req_error(rq, "kind", S("区分を選んでください。"));
    int64_t pref = 0;
    if (err_is(parse_i64(str_sub(f->code6, 0, 2), 1, 99, &pref)) || pref != f->made.pref)
        req_error(rq, "code6", S("団体コードの初めの2桁が、終わる団体の都道府県と違います。"));
}

/* By its code: a body that goes on, or one to be made. */
static err find_successor(struct req *rq, struct merging *f)
{
    bool taken;
    f->code6 = org_half(rq->a, f->code6);
    if (!org_code_is_valid(f->code6)) {
        req_error(rq, "code6", S("団体コードは6桁です。検査数字（最後の桁）も確かめてください。"));
        return OK;
    }
    err e = org_body_by_code(rq->db, rq->a, rq->who.scope, f->code6, &f->into);
    if (e.code == ERR_NOTFOUND) {
        TRY(org_code_is_taken(rq->db, f->code6, &taken));
        if (taken)
            req_error(rq, "code6", S("この団体コードは、前に使われたものです。"));
        check_made(rq, f);
        return OK;
    }
    TRY(e);
    if (is_among(&f->old, f->into.id))
        req_error(rq, "code6", S("終わる団体のコードです。後を継ぐ団体のコードを入力してください。"));
    return OK;
}

err org_merge_prepare(struct req *rq)
{
    struct merging *f = rq->form;
    int people = WORD_OF_KEY(people_words, f->people)->value;
    org_form_day(rq, "day", f->day, &f->last);
    if (f->last != DAY_NONE && f->last >= jday_of_usec(rq->now))
        req_error(rq, "day", S("最後の日が過ぎてから登録してください。"));
    if (people == 0)
        req_error(rq, "people", S("利用者をどうするかを選んでください。"));
    f->move = people == 1;
    TRY(find_old(rq, f));
    TRY(find_successor(rq, f));
    return req_has_errors(rq) ? ERR(INVALID) : OK;
}

static err end_one(struct tx *tx, struct req *rq, const struct merging *f, body_id old, body_id new)
{
    int64_t n;
    err e = org_body_end(tx, old, f->last);
    if (e.code == ERR_CONFLICT) {
        req_error(rq, "day", S("この日より後に始まったか、もう終わった団体があります。"));
        return ERR(INVALID);
    }
    TRY(e);
    TRY(org_successor_add(tx, old, new, f->last + 1));
    TRY(f->move ? org_people_move(tx, old, new, &n) : org_people_stop(tx, old, &n));
    return org_body_audit(tx, rq, old, S("org.body.end"),
        str_fmt(rq->a, "{\"successor\":%lld,\"people\":%lld,\"moved\":%s}", (long long)new.v,
            (long long)n, f->move ? "true" : "false"));
}

err org_merge_write(struct tx *tx, struct req *rq)
{
    const struct merging *f = rq->form;
    body_id new = f->into.id;
    if (new.v == 0) {
        TRY(org_body_add(tx, &f->made, &new));
        TRY(org_body_audit(tx, rq, new, S("org.body.add"), STR_NONE));
    }
    for (size_t i = 0; i < f->old.n; i++)
        TRY(end_one(tx, rq, f, f->old.v[i].id, new));
    TRY(org_body_audit(tx, rq, new, S("org.body.succeed"),
        str_fmt(rq->a, "{\"bodies\":%zu}", f->old.n)));
    return req_go(rq, org_body_path(rq->a, new, "?ok=merged"));
}
