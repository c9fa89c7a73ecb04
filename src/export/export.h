/* SPDX-License-Identifier: Apache-2.0 */
/* 自団体のデータの書き出し: a body takes everything of its own with it, in one file that needs no
 * Yagura to be read. Promise 3.5; doc/adr/0028-export.md. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "web/module.h"

extern const struct module export_module;

#endif
