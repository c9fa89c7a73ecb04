/* SPDX-License-Identifier: Apache-2.0 */
/* Backup: the database and its evidence files in one file, made while everybody works, sealed so
 * that the machine itself cannot read it, and restored where nothing is. The format stands in
 * backup_frame.h and backup_entry.h; the decision in doc/adr/0021-backup.md.
 *
 * why: what a person should do, in Japanese, in arena a; empty when there is nothing to add. */
#ifndef BACKUP_BACKUP_H
#define BACKUP_BACKUP_H

#include "store/store.h"
#include "web/module.h"

enum backup_kind {
    BACKUP_PLAIN = 1,      /* readable by everybody; damage is found all the same */
    BACKUP_TO_KEY = 2,     /* to a public key: only the private one opens it */
    BACKUP_PASSPHRASE = 3, /* Argon2id */
};

enum { BACKUP_KEY = 32, BACKUP_KEY_ID = 16, BACKUP_ID = 32 };

/* What seals or opens. kind 0: nothing (verifying the outside only). */
struct backup_lock {
    enum backup_kind kind;
    uint8_t key[BACKUP_KEY]; /* the public key when writing, the private one when reading */
    char passphrase[256];    /* terminated */
};

struct backup_info {
    enum backup_kind kind;
    usec at;                        /* when its snapshot was begun */
    char program[16];               /* version that wrote it */
    uint8_t key_id[BACKUP_KEY_ID];  /* BACKUP_TO_KEY: of the public key */
    uint8_t id[BACKUP_ID];          /* hash over all of it: its name in the audit trail */
    uint8_t signer[32];             /* the installation's public key */
    int64_t size;                   /* bytes of the file */
    int64_t database;               /* bytes of the database; 0 while closed */
    int64_t files;                  /* evidence files inside */
    int64_t missing;                /* writing: rows whose file was missing or damaged */
    bool opened;                    /* the inside was read too */
};

/* ── keys ── */

/* Makes DIR/yagura-backup.key (private, 0400) and DIR/yagura-backup.pub. CONFLICT: one is there. */
MUST err backup_key_make(str dir, struct arena *a, uint8_t id[BACKUP_KEY_ID], str *why);
/* Reads a key file. INVALID: it is no key of this kind; DENIED: others may read the private one. */
MUST err backup_key_load(
    str file, bool private_key, struct arena *a, struct backup_lock *out, str *why);
/* A passphrase of at least BACKUP_PASSPHRASE_MIN bytes, in the first line of a file of mode 0600. */
enum { BACKUP_PASSPHRASE_MIN = 16 };
MUST err backup_passphrase_load(str file, struct arena *a, struct backup_lock *out, str *why);
void backup_lock_done(struct backup_lock *l); /* wipes it */

/* ── writing and reading ── */

/* Writes the backup of the database at url into the new file; under its name it is complete and on
 * the disk, or it is not there. BUSY: another backup of this database is under way; CONFLICT: the
 * file exists. Needs room for one copy of the database beside it for the time of the work. */
MUST err backup_write(str url, str file, const struct backup_lock *lock, str program,
    struct arena *a, struct backup_info *out, str *why);
/* The outside: cut, changed, reordered, appended to. With a lock also everything inside. INVALID,
 * with the reason, when it is not whole. */
MUST err backup_verify(str file, const struct backup_lock *lock, struct arena *a,
    struct backup_info *out, str *why);
/* Into `to` and `to`.blobs, where nothing may be (CONFLICT). Under these names stands the whole or
 * nothing. It does not look at what the rows say: that is `yagura check`. */
MUST err backup_restore(str file, const struct backup_lock *lock, str to, struct arena *a,
    struct backup_info *out, str *why);
/* Removes what backup_restore made: after a drill. */
MUST err backup_remove(str to, struct arena *a);

/* ── what the installation knows of its backups ── */

struct backup_status {
    usec last, drilled; /* 0: never */
    int64_t size;       /* bytes of the last one */
};
MUST err backup_status(struct db *db, struct arena *a, struct backup_status *out);

/* The call "backup.written": "AT SIZE KIND ID"; "backup.drilled": "ID PROBLEMS", NOTFOUND when this
 * installation never wrote that backup. ID: 64 hex digits. */
str backup_written_text(struct arena *a, const struct backup_info *i);

extern const struct module backup_module;

#endif
