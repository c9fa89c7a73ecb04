/* SPDX-License-Identifier: Apache-2.0 */
/* The fictitious prefecture for pictures, drills and quick tests: 48 is given to no prefecture;
 * the check digits are right. */
#include "org/org.h"

const struct body_seed org_sample_bodies[] = {
    {"480002", CLASS_PREFECTURE, "見本県", "みほんけん"},
    {"482013", CLASS_CITY, "見本市", "みほんし"},
    {"482021", CLASS_CITY, "城下市", "しろしたし"},
    {"482030", CLASS_CITY, "港市", "みなとし"},
    {"483010", CLASS_TOWN, "見本町", "みほんちょう"},
    {"483028", CLASS_TOWN, "川上町", "かわかみちょう"},
    {"483036", CLASS_TOWN, "浜町", "はまちょう"},
    {"483214", CLASS_TOWN, "中里町", "なかざとまち"},
    {"484016", CLASS_VILLAGE, "山里村", "やまざとむら"},
    {"484024", CLASS_VILLAGE, "島村", "しまむら"},
    {0},
};
