/* SPDX-License-Identifier: Apache-2.0 */
/* What the people of the installation say of its health. */
#include "org/org_private.h"

static err look_second_factor(struct req *rq, struct inspected *out)
{
    int64_t all, without;
    TRY(org_without_second_factor(rq->db, &all, &without));
    out->state = without ? INSPECT_ATTENTION : INSPECT_GOOD;
    out->found = str_fmt(rq->a, "管理する人 %lld 人のうち、パスワードだけの人が %lld 人",
        (long long)all, (long long)without);
    if (without)
        out->remedy = S("管理する人（システム管理者、国の担当、団体管理者）には、パスワードのほかに"
                        "もう一つの確認方法を登録してもらってください。");
    return OK;
}

static err look_invites(struct req *rq, struct inspected *out)
{
    int64_t late;
    TRY(org_invites_expired(rq->db, rq->now, &late));
    out->state = late ? INSPECT_ATTENTION : INSPECT_GOOD;
    out->found = str_fmt(rq->a, "期限の切れた招待 %lld 件", (long long)late);
    if (late)
        out->remedy = S("「利用者」を開き、その人に新しいリンクを作って渡してください。いない人なら、"
                        "利用を止めてください。");
    return OK;
}

const struct inspection org_inspections[] = {
    {"org_second_factor", "管理する人の二つ目の確認方法", look_second_factor},
    {"org_invites", "まだサインインしていない人", look_invites},
    {NULL, NULL, NULL},
};
