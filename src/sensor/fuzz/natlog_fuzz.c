/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer target: lines of logs of every format against an episode, and the same bytes as episodes. What is
 * read of a line has a time and ends; what is refused of episodes leaves a sentence. */
#include "sensor/natjoin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_lines(struct natjoin *j, struct natlog_how how, str text)
{
    enum natlog_format last = NATLOG_FORMATS;
    str line;
    while (str_cut(&text, '\n', &line)) {
        struct natlog_line l;
        if (natlog_read(&how, &last, line, &l) != NATLOG_SESSION)
            continue;
        BUG_IF(l.last < l.first || l.format >= NATLOG_FORMATS || !(l.has_dst || l.has_outer));
        BUG_IF(how.only < NATLOG_FORMATS && l.format != how.only);
        natjoin_line(j, &l);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = {(const char *)data, size}, why = STR_NONE;
    struct natjoin_packet p = {1795933903478000, {0, ADDRESS_V4_MARK | 0xcb007101}, 9244, 445, NATLOG_TCP};
    struct natjoin_episode e = {.source = {0, ADDRESS_V4_MARK | 0xc633640a}, .packet = &p, .packets = 1};
    struct natjoin_episodes read;
    struct natjoin *j;
    ARENA_AUTO a = arena_new(64 << 20);
    BUG_IF(!a || err_is(natjoin_new(a, &e, 1, 2 * USEC_SECOND, &j)));
    read_lines(j, (struct natlog_how){p.time, size % 2, NATLOG_FORMATS}, text);
    if (size)
        read_lines(j, (struct natlog_how){p.time, false, data[0] % NATLOG_FORMATS}, text);
    natjoin_judge(j);
    for (size_t i = 0; i < e.hosts; i++)
        BUG_IF(e.host[i].packets != 1 || e.host[i].clock != e.host[0].clock);
    err got = natjoin_read(a, text, &read, &why);
    BUG_IF(got.code == ERR_INVALID && (why.n == 0 || !str_is_utf8(why)));
    return 0;
}
