/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite on a disk in memory (cut_disk.h) that can fail. Syncs what SQLite's own unix file system
 * syncs, and locks as it does; the shared memory of the WAL is gone with the last who has it open,
 * as SQLite empties it then. All connections of the process from vfs_cut_install() on are on the
 * disk of vfs_cut_use(). Sleeping for a lock takes no time and is added up. */
#ifndef TEST_VFS_CUT_H
#define TEST_VFS_CUT_H

#include "cut_disk.h"

enum cut_call {
    CUT_READ = 1,
    CUT_WRITE = 2,
    CUT_SYNC = 4,
    CUT_TRUNCATE = 8,
    CUT_OPEN = 16,
    CUT_DELETE = 32,
    CUT_LOCK = 64, /* answered with SQLITE_BUSY, all others with an I/O error */
    CUT_SHM = 128,
    CUT_IO = CUT_READ | CUT_WRITE | CUT_SYNC | CUT_TRUNCATE | CUT_OPEN | CUT_DELETE | CUT_SHM
};

struct cut_fault {
    unsigned calls;  /* of enum cut_call: which are counted */
    int64_t nth;     /* from 1: that one fails; 0: none */
    bool for_good;   /* and all after it */
    bool has_room;
    int64_t room;    /* bytes files may grow by: then the disk is full */
    bool locked;     /* somebody else is writing */
};

void vfs_cut_install(void);
/* For what is opened from now on, without faults; NULL: none. */
void vfs_cut_use(struct cut_disk *d);
void vfs_cut_fail(struct cut_fault fault);
/* Calls counted since vfs_cut_fail, and whether one has failed. */
int64_t vfs_cut_calls(void);
bool vfs_cut_failed(void);
int64_t vfs_cut_slept(void); /* µs, since vfs_cut_fail */
/* cut_mark, also while others write. */
void vfs_cut_mark(int64_t mark);

#endif
