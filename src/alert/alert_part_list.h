/* SPDX-License-Identifier: Apache-2.0 */
/* THE parts of an alert, a row each, in the order in which they are read: PART(key, name, help, characters, rows).
 * What information is to be given back to bodies: R61. Included where PART says what becomes of a row; it has
 * no guard. */
PART(summary, "管理職向けの要約", "3行まで。専門の言葉を使わず、何が起きているか、何が心配か、何を決めてほしいかを書きます。", 300, 3)
PART(background, "攻撃者の主体・目的・背景", "分かっていることと、推測を分けて書きます。", 1500, 4)
PART(damage, "想定される被害と波及", "住民のサービスや、ほかの団体への広がりも書きます。", 1500, 4)
PART(affected, "対象の製品・版", "当てはまるかどうかを、団体が自分で確かめられるように書きます。", 1500, 3)
PART(first, "初期対応", "まずできること。上から順に並べます。", 1500, 5)
PART(later, "中長期の対応", "設定・契約・体制の見直しなど。", 1500, 4)
PART(refs, "参考", "元の情報のアドレスや番号。1行に一つ書きます。", 1500, 3)
