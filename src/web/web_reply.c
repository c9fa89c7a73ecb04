/* SPDX-License-Identifier: Apache-2.0 */
/* Replies: views as HTML in the frame or as JSON, errors, redirects, downloads. */
#include "web/web_private.h"

#include "error.ht.h"
#include "frame.ht.h"

static const struct {
    int status;
    const char *title, *detail;
} texts[] = {
    {400, "送られた内容を読み取れません", "画面を開き直して、もう一度お試しください。"},
    {401, "サインインが必要です", "サインインしてから、もう一度お試しください。"},
    {403, "この操作はできません", "この画面を使う権限がありません。必要な場合は、団体の管理者に"
                                  "お尋ねください。"},
    {404, "見つかりません", "アドレスが違うか、この団体からは見られないページです。"},
    {405, "この操作はできません", "このアドレスでは使えない操作です。"},
    {409, "ほかの操作と重なりました", "最新の内容を開き直してから、もう一度お試しください。"},
    {410, "内容は消しました", "保存期間が過ぎたか、団体の判断で、内容を消しました。元に戻すことはできません。種類・日付・数だけが、"
                              "一覧に残っています。"},
    {413, "送られた内容が大きすぎます", "内容を減らして、もう一度お試しください。"},
    {415, "この形式は受け取れません", "画面のボタンから送ってください。"},
    {422, "入力内容を確かめてください", "誤りのある項目を直して、もう一度送ってください。"},
    {502, "つながりませんでした", "しばらく待って、もう一度お試しください。"},
    {503, "ただいま混み合っています", "入力した内容は残っていません。数秒待って、もう一度送って"
                                      "ください。"},
    {507, "保存先の空きがありません", "入力した内容は保存されていません。システム管理者が空きを作るまで、"
                                      "読むことだけができます。システム管理者にお知らせください。"},
    {500, "うまく処理できませんでした", "入力した内容は保存されていません。もう一度試しても続く"
                                        "場合は、下の番号をお知らせください。"},
};

/* Messages after a redirect: ?ok=NAME. */
static const struct {
    str name, text;
} notices[] = {
    {S("saved"), S("保存しました。")},
    {S("confirmed"), S("前年度から変更なしとして、確認済みにしました。")},
    {S("saved-next"), S("前の項目を保存しました。次の対応が必要な項目です。")},
    {S("confirmed-next"),
        S("前年度から変更なしとして、確認済みにしました。次の対応が必要な項目です。")},
    {S("step-ask"), S("確認を依頼しました。")},
    {S("step-approve"), S("確認して、CISOへ回しました。")},
    {S("step-submit"), S("承認して、提出しました。")},
    {S("step-return"), S("理由を付けて差し戻しました。")},
    {S("step-recall"), S("依頼を引き戻しました。直したら、もう一度依頼してください。")},
    {S("step-withdraw"), S("提出を取り下げました。直したら、もう一度依頼してください。")},
    {S("step-accept"), S("受理しました。")},
    {S("step-correct"), S("訂正のため差し戻しました。")},
    {S("planned"), S("計画に入れました。内容・担当・期限を書き込んでください。")},
    {S("planned-already"), S("新しく計画に入れる項目はありませんでした。")},
    {S("plan-done"), S("完了にしました。")},
    {S("password"), S("パスワードを設定しました。サインインしてください。")},
    {S("bye"), S("サインアウトしました。")},
    {S("reset"), S("登録されている人なら、メールにリンクを送りました。30分以内に使ってください。")},
    {S("factor"), S("二つ目の確認方法を加えました。")},
    {S("factor-removed"), S("二つ目の確認方法を外しました。")},
    {S("session"), S("その端末をサインアウトしました。")},
    {S("sessions"), S("ほかの端末を全てサインアウトしました。")},
    {S("password-changed"), S("パスワードを変えました。")},
    {S("stopped"), S("利用を止めました。サインインも、鍵も、使えなくなりました。")},
    {S("left"), S("利用を止めて、引き継ぎました。記録は残っています。")},
    {S("imported"), S("表のとおりに登録しました。招待のメールを送ります。")},
    {S("attached"), S("根拠資料を加えました。")},
    {S("detached"), S("根拠資料を外しました。")},
    {S("taken"), S("前年度の根拠資料を引き継ぎました。")},
    {S("roles"), S("名前と役割を変更しました。")},
    {S("contacts"), S("この連絡先で正しいことを記録しました。")},
    {S("opened"), S("調査を始めました。")},
    {S("closed"), S("調査を締め切りました。受付の再開もできます。")},
    {S("registered"), S("登録しました。")},
    {S("merged"), S("合併を登録しました。終わった団体には、後の調査で尋ねません。")},
    {S("reopened"), S("調査の受付を再開しました。")},
    {S("deleted"), S("下書きを消しました。一覧から元に戻せます。")},
    {S("restored"), S("元に戻しました。")},
    {S("removed"), S("項目を外しました。下の「外した項目」から元に戻せます。")},
    {S("moved"), S("順番を変えました。")},
    {S("extended"), S("期限を延ばしました。")},
    {S("told"), S("知らせました。")},
    {S("sent"), S("送りました。")},
    {S("again"), S("もう一度送ります。")},
    {S("darknet-file"), S("申し込みました。窓口の確認が終わると、メールでお知らせします。")},
    {S("darknet-take"), S("確認を始めました。")},
    {S("darknet-approve"), S("承認しました。今から観測します。")},
    {S("darknet-return"), S("理由を付けて差し戻しました。")},
    {S("darknet-withdraw"), S("取り下げました。")},
    {S("darknet-leave"), S("利用を終了しました。観測は止まりました。")},
    {S("darknet-end"), S("観測を終了しました。")},
    {S("acknowledged"), S("確認したことを、出した所に知らせました。")},
    {S("alert-sent"), S("送りました。メールはまもなく届きます。")},
    {S("dropped"), S("下書きを消しました。")},
    {S("reminded"), S("お知らせのメールを用意しました。まもなく送られます。")},
};

static str notice_of(const struct req *rq)
{
    str name = route_pair(rq->p->query.v, rq->p->query.n, "ok");
    for (size_t i = 0; i < COUNT_OF(notices); i++)
        if (str_eq(notices[i].name, name))
            return notices[i].text;
    return STR_NONE;
}

static void set_common(struct req_private *p)
{
    static const struct {
        const char *name;
        str value;
    } headers[] = {
        {"X-Content-Type-Options", S("nosniff")},
        {"Referrer-Policy", S("same-origin")},
        {"Cross-Origin-Opener-Policy", S("same-origin")},
        {"Cache-Control", S("no-store")},
        {"Vary", S("Accept, Cookie")},
    };
    struct http_exchange *x = p->rq.x;
    for (size_t i = 0; i < COUNT_OF(headers); i++)
        http_set(x, headers[i].name, headers[i].value);
    /* What people sent here is never shown as a page of ours. */
    http_set(x, "Content-Security-Policy",
        p->from_blob ? S("sandbox; default-src 'none'; frame-ancestors 'none'")
                     : S("default-src 'self'; object-src 'none'; base-uri 'none'; "
                         "form-action 'self'; frame-ancestors 'none'"));
    http_set(x, "X-Request-Id", (str){p->id, REQUEST_ID});
    if (p->rq.web->config.demo)
        http_set(x, "X-Yagura-Data", S("fictitious"));
    if (p->cookie.n)
        http_set(x, "Set-Cookie", p->cookie);
    if (p->device.n)
        http_set(x, "Set-Cookie", p->device);
}

static void begin(struct req_private *p, int status, str media_type)
{
    p->rq.x->status = status;
    p->rq.x->reply.n = 0;
    if (!p->from_blob)
        http_file_close(p->rq.x);
    p->rq.x->n_out = 0;
    http_set(p->rq.x, "Content-Type", media_type);
    set_common(p);
}

/* How well a menu entry fits the page shown: the longest beginning wins, 0 does not fit. */
static size_t fit_of(const struct req *rq, const struct web_menu *m)
{
    str route = rq->route ? str_of(rq->route->path) : STR_NONE, path = rq->x->path;
    size_t by_path = str_eq(path, m->href) ||
            (m->href.n > 1 && str_starts(path, m->href) && path.p[m->href.n] == '/')
        ? m->href.n : 0;
    size_t by_route = m->under.n && str_starts(route, m->under) ? m->under.n : 0;
    return by_path > by_route ? by_path : by_route;
}

static size_t here_of(const struct req *rq, const struct web_frame *f)
{
    size_t best = f->n_menu, most = 0;
    for (size_t i = 0; i < f->n_menu; i++) {
        size_t fit = fit_of(rq, &f->menu[i]);
        if (fit > most) {
            most = fit;
            best = i;
        }
    }
    return best;
}

static void put_frame(struct req_private *p, const char *name, str title, str body)
{
    struct web *w = p->rq.web;
    struct web_frame around = {.n_menu = 0};
    struct view_frame_nav nav[COUNT_OF(around.menu)];
    if (w->config.frame)
        w->config.frame(&p->rq, &around);
    size_t here = here_of(&p->rq, &around);
    for (size_t i = 0; i < around.n_menu; i++)
        nav[i] = (struct view_frame_nav){around.menu[i].label, around.menu[i].href,
            i == here};
    struct view_frame f = {
        .name = str_of(name),
        .title = {title},
        .demo = w->config.demo,
        .sample = w->config.sample,
        .signed_in = p->rq.who.person != 0,
        .org = p->rq.who.org_name,
        .person = p->rq.who.person_name,
        .nav = {nav, around.n_menu},
        .next_text = around.next_text,
        .next_href = around.next_href,
        .next_label = around.next_label,
        .notice = notice_of(&p->rq),
        .body = {body},
    };
    struct html_ctx c = {w->config.base, guard_csrf_token(p)};
    view_frame_html(&p->rq.x->reply, &c, &f);
}

static void put_html(struct req_private *p)
{
    BUF_AUTO body = BUF(HTTP_REPLY_MAX);
    BUF_AUTO title = BUF(4096);
    struct html_ctx c = {p->rq.web->config.base, guard_csrf_token(p)};
    p->type->html(&body, &c, p->view);
    if (p->type->title)
        p->type->title(&title, p->view);
    body.failed = body.failed || title.failed;
    put_frame(p, p->type->name, buf_view(&title), buf_view(&body));
    p->rq.x->reply.failed = p->rq.x->reply.failed || body.failed;
}

static void put_json(struct req_private *p)
{
    struct json j = json_on(&p->rq.x->reply);
    p->type->json(&j, p->view);
    if (err_is(json_finish(&j)))
        p->rq.x->reply.failed = true;
    buf_char(&p->rq.x->reply, '\n');
}

void reply_view(struct req_private *p, int status)
{
    begin(p, status, p->rq.json ? S("application/json; charset=utf-8")
                                : S("text/html; charset=utf-8"));
    if (p->rq.json)
        put_json(p);
    else
        put_html(p);
    if (p->rq.x->reply.failed || arena_failed(p->rq.a)) {
        buf_free(&p->rq.x->reply);
        reply_status(p, 500, STR_NONE);
    }
}

static void put_problem(struct req_private *p, int status, str title, str detail)
{
    struct json j = json_on(&p->rq.x->reply);
    json_begin_object(&j);
    json_key(&j, S("type"));
    json_str(&j, S("about:blank"));
    json_key(&j, S("title"));
    json_str(&j, title);
    json_key(&j, S("status"));
    json_i64(&j, status);
    json_key(&j, S("detail"));
    json_str(&j, detail);
    json_key(&j, S("request_id"));
    json_str(&j, (str){p->id, REQUEST_ID});
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* a fixed shape; the reply buffer is empty before it */
    buf_char(&p->rq.x->reply, '\n');
}

static void put_error_page(struct req_private *p, int status, str title, str detail)
{
    struct view_error v = {status, title, detail, {p->id, REQUEST_ID}};
    BUF_AUTO body = BUF(65536);
    BUF_AUTO escaped = BUF(4096);
    struct html_ctx c = {p->rq.web->config.base, STR_NONE};
    view_error_html(&body, &c, &v);
    html_text(&escaped, title);
    put_frame(p, view_error_type.name, buf_view(&escaped), buf_view(&body));
}

void reply_status(struct req_private *p, int status, str detail)
{
    size_t i = 0;
    while (i + 1 < COUNT_OF(texts) && texts[i].status != status)
        i++;
    str title = str_of(texts[i].title);
    p->from_blob = false;
    if (detail.n == 0)
        detail = p->say.n ? p->say : str_of(texts[i].detail);
    begin(p, status, p->rq.json ? S("application/problem+json; charset=utf-8")
                                : S("text/html; charset=utf-8"));
    if (status == 503)
        http_set(p->rq.x, "Retry-After", S("3"));
    if (p->rq.json)
        put_problem(p, status, title, detail);
    else
        put_error_page(p, status, title, detail);
}

/* Where somebody is led who has to say first who it is: to sign in, to go on with it, or to prove
 * it anew. Empty: nowhere. */
static str door_of(const struct req_private *p, err e)
{
    bool get = p->rq.x->method == GET;
    if (e.code != ERR_DENIED || p->rq.json)
        return STR_NONE;
    if (p->rq.who.person == 0)
        return get ? S("/sign-in") : STR_NONE;
    if (p->rq.who.step != STEP_DONE)
        return guard_way_on(p);
    return p->stale && get ? S("/confirm") : STR_NONE;
}

static void put_back(struct buf *next, const struct http_exchange *x)
{
    html_urlpart(next, x->path);
    if (x->query.n) {
        html_urlpart(next, S("?"));
        html_urlpart(next, x->query);
    }
}

void reply_error(struct req_private *p, err e)
{
    str door = door_of(p, e);
    if (door.n) {
        BUF_AUTO next = BUF(8192);
        put_back(&next, p->rq.x);
        bool back = p->rq.x->method == GET && next.n < 500;
        p->location = str_fmt(p->rq.a, "%.*s%s%.*s", STR_F(door), back ? "?next=" : "",
            STR_F(back ? buf_view(&next) : STR_NONE));
        reply_redirect(p);
        return;
    }
    int status = err_http(e);
    if (e.code == ERR_DENIED && p->rq.who.step != STEP_DONE) {
        req_say(&p->rq, S("サインインが途中です。二つ目の確認を済ませてください。"));
        status = 401;
    } else if (p->stale && e.code == ERR_DENIED && p->say.n == 0) {
        req_say(&p->rq, S("この操作の前に、本人の確認が必要です。画面から行ってください。"));
    }
    if (e.code == ERR_DENIED && p->rq.who.person == 0 && p->say.n == 0)
        status = 401;
    reply_status(p, status, STR_NONE);
}

void reply_redirect(struct req_private *p)
{
    begin(p, 303, S("text/plain; charset=utf-8"));
    http_set(p->rq.x, "Location", str_fmt(p->rq.a, "%.*s%.*s", STR_F(p->rq.web->config.base),
        STR_F(p->location)));
}

void reply_location(struct req_private *p)
{
    begin(p, 200, S("application/json; charset=utf-8"));
    struct json j = json_on(&p->rq.x->reply);
    json_begin_object(&j);
    json_key(&j, S("location"));
    json_str(&j, p->location);
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* one short string */
    buf_char(&p->rq.x->reply, '\n');
}

void reply_form_errors(struct req_private *p)
{
    begin(p, 422, S("application/json; charset=utf-8"));
    struct json j = json_on(&p->rq.x->reply);
    json_begin_object(&j);
    for (size_t i = 0; i < p->n_errors; i++) {
        json_key(&j, p->errors[i].name);
        json_str(&j, p->errors[i].value);
    }
    json_end_object(&j);
    IGNORE(json_finish(&j)); /* a bounded number of short messages */
    buf_char(&p->rq.x->reply, '\n');
}

/* ".pdf" of a name; empty when it has no short ASCII one. */
static str extension_of(str name)
{
    for (size_t i = name.n; i > 0 && name.n - i < 5; i--) {
        char c = name.p[i - 1];
        if (c == '.')
            return str_sub(name, i - 1, name.n);
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
            break;
    }
    return STR_NONE;
}

void reply_download(struct req_private *p)
{
    begin(p, 200, p->media_type);
    if (p->fixed.p) {
        p->rq.x->fixed = p->fixed;
        return;
    }
    /* RFC 6266: the real name in UTF-8, and one that any client takes. */
    BUF_AUTO name = BUF(2048);
    html_urlpart(&name, p->file_name);
    http_set(p->rq.x, "Content-Disposition",
        str_fmt(p->rq.a, "attachment; filename=\"yagura%.*s\"; filename*=UTF-8''%.*s",
            STR_F(extension_of(p->file_name)), STR_F(buf_view(&name))));
    if (p->described_by.n) /* RFC 8288; the kind of link that readers of tables look for */
        http_set(p->rq.x, "Link",
            str_fmt(p->rq.a, "<%.*s>; rel=\"describedby\"; type=\"application/csvm+json\"",
                STR_F(p->described_by)));
    if (!p->from_blob)
        buf_str(&p->rq.x->reply, p->content);
}
