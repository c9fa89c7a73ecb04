-- SPDX-License-Identifier: Apache-2.0
-- Reminders: those that somebody sent by hand, and the days whose regular ones were queued.
CREATE TABLE reminder (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    body ID NOT NULL REFERENCES body (id),
    day DAY NOT NULL,                    -- at most one per body and day
    person ID NOT NULL,                  -- who sent it
    at TIME NOT NULL,
    UNIQUE (survey, body, day)
) STRICT;

CREATE TABLE remind_day (
    survey ID NOT NULL REFERENCES survey (id),
    day DAY NOT NULL,
    PRIMARY KEY (survey, day)
) STRICT;
