-- SPDX-License-Identifier: Apache-2.0
-- The dated identity of a body: what it was called, what became of it, who belongs to whom, and
-- whether a special body is in scope.

-- What a body was until a day; table body holds what it is now.
CREATE TABLE body_name (
    body ID NOT NULL REFERENCES body (id),
    until_day DAY NOT NULL,      -- the last day of this name
    code6 TEXT,
    class INT NOT NULL,
    name TEXT NOT NULL,
    kana TEXT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL,
    PRIMARY KEY (body, until_day)
) STRICT;

CREATE TABLE body_successor (
    old_body ID NOT NULL REFERENCES body (id),
    new_body ID NOT NULL REFERENCES body (id),
    first_day DAY NOT NULL,      -- of the successor: the day after the last one of old_body
    PRIMARY KEY (old_body, new_body)
) STRICT;
CREATE INDEX body_successor_new ON body_successor (new_body);

CREATE TABLE body_member (
    union_body ID NOT NULL REFERENCES body (id),
    member ID NOT NULL REFERENCES body (id),
    from_day DAY NOT NULL,
    to_day DAY,                  -- the last day; NULL: still a member
    PRIMARY KEY (union_body, member, from_day)
) STRICT;
CREATE INDEX body_member_member ON body_member (member);

-- Decisions about special bodies: the newest is in force, the others stay to be read.
CREATE TABLE body_scope (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    decision INT NOT NULL,       -- enum scope_decision
    lgwan BOOL NOT NULL,
    reason TEXT NOT NULL,
    decided_on DAY NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX body_scope_body ON body_scope (body, id);
