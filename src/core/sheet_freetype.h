/* SPDX-License-Identifier: Apache-2.0 */
/* What FreeType's headers ask of the C library, without the names that core/banned.h forbids: the place FreeType has
 * for this is FT_CONFIG_STANDARD_LIBRARY_H. */
#ifndef CORE_SHEET_FREETYPE_H
#define CORE_SHEET_FREETYPE_H

#include <limits.h>
#include <stddef.h>

#define ft_ptrdiff_t ptrdiff_t
#define FT_CHAR_BIT CHAR_BIT
#define FT_USHORT_MAX USHRT_MAX
#define FT_INT_MAX INT_MAX
#define FT_INT_MIN INT_MIN
#define FT_UINT_MAX UINT_MAX
#define FT_LONG_MIN LONG_MIN
#define FT_LONG_MAX LONG_MAX
#define FT_ULONG_MAX ULONG_MAX
#define FT_CONFIG_STANDARD_LIBRARY_H "core/sheet_freetype.h"

#endif
