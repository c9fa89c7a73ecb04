-- SPDX-License-Identifier: Apache-2.0
-- Organs of a body that hold their own answers. 0 is 長, always there and never a row.
CREATE TABLE organ (
    body ID NOT NULL REFERENCES body (id),
    number INT NOT NULL,         -- from 1, never given twice
    kind INT NOT NULL,           -- enum organ_kind
    name TEXT NOT NULL,
    in_scope BOOL NOT NULL,
    reason TEXT NOT NULL,
    law TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_on DAY NOT NULL,
    person ID NOT NULL,          -- who wrote it down, and when
    at TIME NOT NULL,
    PRIMARY KEY (body, number)
) STRICT;

ALTER TABLE person ADD COLUMN organ INT NOT NULL DEFAULT 0;
