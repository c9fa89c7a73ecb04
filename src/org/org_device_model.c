/* SPDX-License-Identifier: Apache-2.0 */
/* A browser's name from what it says of itself: only words of our own tables are ever shown. */
#include "org/org_sign_in.h"

/* The first that is in it: most browsers also name those they descend from. */
static const struct {
    str mark, name;
} browsers[] = {
    {S("Edg/"), S("Edge")}, {S("EdgA/"), S("Edge")}, {S("OPR/"), S("Opera")},
    {S("Firefox/"), S("Firefox")}, {S("FxiOS/"), S("Firefox")}, {S("CriOS/"), S("Chrome")},
    {S("Chrome/"), S("Chrome")}, {S("Safari/"), S("Safari")}, {S("curl/"), S("curl")},
}, systems[] = {
    {S("Android"), S("Android")}, {S("iPhone"), S("iPhone")}, {S("iPad"), S("iPad")},
    {S("Windows"), S("Windows")}, {S("Macintosh"), S("Mac")}, {S("CrOS"), S("ChromeOS")},
    {S("Linux"), S("Linux")},
};

str org_device_name(struct arena *a, str user_agent)
{
    str browser = STR_NONE, host = STR_NONE;
    str said = str_sub(user_agent, 0, 500);
    for (size_t i = 0; i < COUNT_OF(browsers) && browser.n == 0; i++)
        if (str_has(said, browsers[i].mark))
            browser = browsers[i].name;
    for (size_t i = 0; i < COUNT_OF(systems) && host.n == 0; i++)
        if (str_has(said, systems[i].mark))
            host = systems[i].name;
    if (browser.n == 0 && host.n == 0)
        return S("分からない端末");
    if (browser.n == 0 || host.n == 0)
        return browser.n ? browser : host;
    return str_fmt(a, "%.*s（%.*s）", STR_F(browser), STR_F(host));
}
