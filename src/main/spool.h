/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that wait in a file until they are reported: on the disk before anything else is done with them, and gone
 * from it once none waits. Whoever dies meanwhile finds them again, perhaps with some that were reported. */
#ifndef MAIN_SPOOL_H
#define MAIN_SPOOL_H

#include "main/main.h"

enum { SPOOL_MOST = 16 << 20 /* bytes of the file */, SPOOL_PIECE = 64 << 10 /* read at once */ };

struct spool {
    const char *name;
    int fd;
    struct buf bytes; /* of the file, and perhaps lines that are not yet in it and the beginning of one */
    size_t size;      /* of the file */
    size_t reported;  /* bytes at its beginning: they stand there until nothing waits */
    bool no_disk;     /* some whole lines could not be put into the file yet */
};

#define SPOOL ((struct spool){.fd = -1, .bytes = BUF(SPOOL_MOST)})

/* With what waits there; a line that was being written when the machine stopped is cut off. Says what is wrong:
 * BUSY, another process has it; LIMIT, it is no spool of ours. */
MUST err spool_open(struct spool *s, const char *name);
void spool_close(struct spool *s);

/* Whether SPOOL_PIECE more may come; until then they wait where they come from. */
bool spool_has_room(const struct spool *s);
/* Lines that have become whole, into the file; without room on the disk they stay in memory, and it is tried again by
 * the next call. INVALID: one line without an end. */
MUST err spool_keep(struct spool *s);

static inline bool spool_waits(const struct spool *s)
{
    return s->reported < s->size;
}
/* The first lines that wait, at most so many, as an array; how many bytes they are. */
size_t spool_batch(const struct spool *s, int most, struct buf *out);
/* So many bytes were reported. */
MUST err spool_forget(struct spool *s, size_t used);
/* So many bytes will never be taken: appended to the file of that name with ".refused", for a person. */
MUST err spool_put_aside(struct spool *s, size_t used);
/* How many lines wait. */
size_t spool_lines(const struct spool *s);

#endif
