/* SPDX-License-Identifier: Apache-2.0 */
/* Whether `yagura work` is alive and mail leaves the house. */
#include "mail/mail_private.h"

static err look_work(struct req *rq, struct inspected *out)
{
    struct mail_status s;
    TRY(mail_work_status(rq->db, rq->now, &s));
    out->state = s.running ? INSPECT_GOOD : INSPECT_BAD;
    out->found = s.running ? S("動いています") : s.seen ? S("止まっています") : S("一度も動いていません");
    out->at = s.seen;
    if (!s.running)
        out->remedy = S("「yagura work」を動かしてください（systemctl start yagura-work）。期限のお知らせも、"
                        "招待のメールも、動くまで送られません。");
    return OK;
}

static err look_mail(struct req *rq, struct inspected *out)
{
    struct mail_status s;
    TRY(mail_work_status(rq->db, rq->now, &s));
    bool late = s.oldest && rq->now - s.oldest > USEC_HOUR;
    out->state = s.failed ? INSPECT_BAD : late ? INSPECT_ATTENTION : INSPECT_GOOD;
    out->found = str_fmt(rq->a, "送信待ち %lld 通、送れなかったもの %lld 通", (long long)s.waiting,
        (long long)s.failed);
    out->at = late ? s.oldest : 0;
    if (out->state != INSPECT_GOOD)
        out->remedy = S("「メールの送信」を開き、メールサーバーの答えを読んで直してから、もう一度送って"
                        "ください。");
    return OK;
}

const struct inspection mail_inspections[] = {
    {"mail_work", "決まった仕事をするプログラム", look_work},
    {"mail_queue", "メールの送信", look_mail},
    {NULL, NULL, NULL},
};
