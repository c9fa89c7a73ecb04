-- SPDX-License-Identifier: Apache-2.0
-- Files kept by their hash beside the database, and the journal of who read what.
CREATE TABLE blob (
    hash BYTES NOT NULL PRIMARY KEY,     -- SHA-256 of the content, and its name in the folder
    size INT NOT NULL,
    media TEXT NOT NULL,                 -- as its content was found to be
    at TIME NOT NULL
) STRICT;

-- One row per person, kind, object and day: n counts, so that the table stays bounded.
CREATE TABLE journal (
    id ID NOT NULL PRIMARY KEY,
    day DAY NOT NULL,
    at TIME NOT NULL,                    -- the first time on that day
    last_at TIME NOT NULL,
    n INT NOT NULL,
    person ID NOT NULL,
    org ID NOT NULL,                     -- where the person belonged then
    kind INT NOT NULL,                   -- enum journal_kind
    object TEXT NOT NULL,
    body ID NOT NULL,                    -- whose data it was; 0: nobody's alone
    UNIQUE (person, day, kind, body, object)
) STRICT;
CREATE INDEX journal_body ON journal (body, id);
CREATE INDEX journal_day ON journal (day);
