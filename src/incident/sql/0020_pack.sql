-- SPDX-License-Identifier: Apache-2.0
-- Packs of rules that were loaded at run time; the one that the program carries is number 0 (doc/adr/0035-rule-packs.md).
CREATE TABLE incident_pack (
    id ID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    json TEXT NOT NULL,          -- as it was examined
    census TEXT NOT NULL,        -- what examining it said
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;

-- Which of them was in force since when: the last row counts. None: number 0.
CREATE TABLE incident_pack_use (
    id ID NOT NULL PRIMARY KEY,
    pack ID NOT NULL,            -- incident_pack, or 0
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;

-- The pack that the clocks of an incident were derived with.
ALTER TABLE incident ADD COLUMN pack INT NOT NULL DEFAULT 0;
