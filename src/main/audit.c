/* SPDX-License-Identifier: Apache-2.0 */
/* yagura audit: verifying the trail, and the lines that leave the machine. */
#include "main/main.h"

#include "core/file.h"

enum { OUTSIDE_MOST = 64 << 20 };

static err read_file(str name, struct arena *a, str *out)
{
    err e = file_read(a, name, OUTSIDE_MOST, out);
    if (!err_is(e) && out->n > OUTSIDE_MOST)
        e = ERR(LIMIT);
    if (err_is(e))
        main_say(str_fmt(a, "%.*s を読めません。", STR_F(name)));
    return e;
}

struct looking {
    struct store *store;
    struct db *db;
};

static err look(const struct options *o, struct arena *a, struct looking *l)
{
    TRY(main_open(o, STORE_READ, (struct tx_clock){0}, a, &l->store));
    err e = store_reader(l->store, &l->db);
    if (!err_is(e))
        e = db_read_begin(l->db);
    if (err_is(e))
        store_close(l->store);
    return e;
}

static err look_away(struct looking *l, err e)
{
    err ended = db_read_end(l->db);
    store_close(l->store);
    return err_is(e) ? e : ended;
}

err command_audit_verify(const struct options *o, struct arena *a)
{
    struct looking l;
    str outside = STR_NONE;
    BUF_AUTO lines = BUF(1 << 20);
    struct anchor_report r = {.lines = &lines};
    if (o->against.n)
        TRY(read_file(o->against, a, &outside));
    TRY(look(o, a, &l));
    err e = look_away(&l, anchor_verify(l.db, a, outside, &r));
    printf("%.*s%lld chains, %lld rows, %lld seals", STR_F(buf_view(&lines)), (long long)r.chains,
        (long long)r.rows, (long long)r.seals);
    if (o->against.n)
        printf(", %lld lines from outside", (long long)r.witnesses);
    printf("\n%lld problems\n", (long long)r.problems);
    TRY(e);
    if (o->against.n && r.witnesses == 0) {
        main_say(S("--against のファイルに、この櫓の行がありません。「yagura audit head」の行か、"
                   "受領書の行を書いたファイルを指定してください。"));
        return ERR(INVALID);
    }
    return r.problems ? ERR(CONFLICT) : OK;
}

err command_audit_head(const struct options *o, struct arena *a)
{
    struct store_modules mods = modules_store(a);
    BUF_AUTO out = BUF(HANDOFF_MAX);
    str why;
    err e = store_call(o->db, &mods, "anchor.seal", STR_NONE, &out, a, &why);
    if (err_is(e)) {
        main_say(why.n ? why : S("封をできませんでした。"));
        return e;
    }
    printf("%.*s\n", STR_F(buf_view(&out)));
    return OK;
}

err command_audit_prove(const struct options *o, struct arena *a)
{
    struct looking l;
    BUF_AUTO out = BUF(65536);
    TRY(look(o, a, &l));
    err e = look_away(&l, anchor_prove(l.db, a, usec_now(), o->body, &out));
    if (e.code == ERR_NOTFOUND)
        main_say(S("その団体の連なりは、まだ封に入っていません。「yagura audit head」で封をしてください。"));
    TRY(e);
    printf("%.*s", STR_F(buf_view(&out)));
    return OK;
}

err command_audit_proof(const struct options *o, struct arena *a)
{
    str text;
    BUF_AUTO out = BUF(65536);
    TRY(read_file(o->file, a, &text));
    err e = anchor_proof_check(text, &out);
    if (err_is(e)) {
        main_say(S("このファイルは、何も証明していません（読み取れないか、書き換えられています）。"));
        return e;
    }
    printf("%.*s", STR_F(buf_view(&out)));
    return OK;
}
