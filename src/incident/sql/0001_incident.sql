-- SPDX-License-Identifier: Apache-2.0
-- What stays readable of an incident, for statistics and clocks (5.6): what kind it was, its causes, dates, counts.
-- Everything else is sealed in the case.
CREATE TABLE incident (
    flow ID NOT NULL PRIMARY KEY REFERENCES flow_case (id),
    body ID NOT NULL REFERENCES body (id),
    drill BOOL NOT NULL,         -- as of the case
    closed BOOL NOT NULL,
    kinds TEXT NOT NULL,         -- keys of the question kind, a space between
    causes TEXT NOT NULL,        -- of the question vector
    grave BOOL NOT NULL,
    known_at TIME,
    occurred_at TIME,
    stage TEXT NOT NULL,
    persons INT NOT NULL,
    reports INT NOT NULL,        -- handed over so far
    next_due TIME,               -- the clock that runs out first
    reported_at TIME             -- the first report to anybody
) STRICT;
CREATE INDEX incident_reported ON incident (reported_at);
CREATE INDEX incident_body ON incident (body);

-- Which organisation of this installation receives what is meant for a recipient of the rules.
CREATE TABLE incident_office (
    recipient TEXT NOT NULL PRIMARY KEY,
    office ID NOT NULL REFERENCES body (id),
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
