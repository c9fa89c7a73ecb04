-- SPDX-License-Identifier: Apache-2.0
-- The outbox, and the sign of life of the process that empties it.
CREATE TABLE outbox (
    id ID NOT NULL PRIMARY KEY,
    person ID NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,     -- what happened to whom
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    path TEXT NOT NULL,           -- of the link; '' for none
    digest BOOL NOT NULL,         -- a line of a collected mail
    message_id TEXT NOT NULL,     -- the same for every attempt
    state INT NOT NULL,           -- enum mail_state
    created_at TIME NOT NULL,
    not_before TIME NOT NULL,
    not_after TIME NOT NULL,      -- 0: never too late
    attempts INT NOT NULL,
    lease_until TIME NOT NULL,    -- of the attempt under way; 0: none
    tried_at TIME,
    done_at TIME,                 -- sent, failed, collected or dropped
    answer TEXT NOT NULL,         -- the relay's last one
    part_of ID REFERENCES outbox (id)  -- the mail a line was collected into
) STRICT;
CREATE INDEX outbox_due ON outbox (state, digest, not_before);
CREATE INDEX outbox_part ON outbox (part_of);

CREATE TABLE mail_beat (
    id INT NOT NULL PRIMARY KEY,  -- 1: the one worker
    at TIME NOT NULL
) STRICT;
