/* SPDX-License-Identifier: Apache-2.0 */
/* The version of this program (semantic versioning). */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#define YAGURA_VERSION "0.1.0"

#endif
