/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the files of guide. */
#ifndef GUIDE_PRIVATE_H
#define GUIDE_PRIVATE_H

#include "guide/guide.h"

/* guide_accessibility.c */
MUST err guide_accessibility_read(struct req *rq);

#endif
