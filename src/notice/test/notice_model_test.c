/* SPDX-License-Identifier: Apache-2.0 */
/* TLP, what may be passed on, and which day calls for a reminder. */
#include "notice/notice_private.h"

#include "test/fixture.h"

int main(void)
{
    return 0;
}
