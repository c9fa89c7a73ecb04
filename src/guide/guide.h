/* SPDX-License-Identifier: Apache-2.0 */
/* 利用の手引き: what to do, for each role, and the accessibility statement. */
#ifndef GUIDE_GUIDE_H
#define GUIDE_GUIDE_H

#include "web/module.h"

extern const struct module guide_module;

#endif
