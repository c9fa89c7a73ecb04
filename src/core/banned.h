/* SPDX-License-Identifier: Apache-2.0 */
/* Forced into every translation unit: functions that have no safe use here do not compile.
 * Say instead: str/buf for text, parse_i64 for numbers, jtime for dates, arena for memory. */
#ifndef YG_BANNED_H
#define YG_BANNED_H
/* The system headers that declare or use these names come first, then the names are poisoned. */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>
#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets scanf sscanf
#pragma GCC poison atoi atol atoll atof strtok gmtime localtime ctime asctime mktime strftime
#pragma GCC poison system popen tmpnam mktemp rand srand setlocale
#endif
