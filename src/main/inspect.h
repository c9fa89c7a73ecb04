/* SPDX-License-Identifier: Apache-2.0 */
/* The inspection of the installation: the page /system, and the questions about the program itself. */
#ifndef MAIN_INSPECT_H
#define MAIN_INSPECT_H

#include "main/main.h"

/* inspect.c */
extern const struct inspection inspect_program[];
/* The calls "inspect.checked", after `yagura check`: in: the number of problems; and "inspect.tick",
 * which notes the size of the data once a day. */
extern const struct call inspect_calls[];

/* inspect_keys.c; the call "inspect.keys_copied": the server's key was copied just now. */
MUST err inspect_keys(struct req *rq, struct inspected *out);
err inspect_keys_copied(struct tx *tx, struct arena *a, str in, struct buf *out);

/* inspect_page.c */
extern const struct module inspect_module;

#endif
