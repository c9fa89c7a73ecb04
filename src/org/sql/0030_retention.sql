-- SPDX-License-Identifier: Apache-2.0
-- How long a body keeps the names of those who have left, since when somebody has, and whose name
-- was erased when.
CREATE TABLE retention (
    body ID NOT NULL PRIMARY KEY REFERENCES body (id),
    years INT NOT NULL,
    person ID NOT NULL,      -- who decided
    at TIME NOT NULL
) STRICT;

CREATE TABLE person_left (
    person ID NOT NULL PRIMARY KEY REFERENCES person (id),
    at TIME NOT NULL,        -- when it was first seen that the person may no longer sign in
    erased_at TIME           -- NULL: the name is still there
) STRICT;
CREATE INDEX person_left_due ON person_left (erased_at, at);
