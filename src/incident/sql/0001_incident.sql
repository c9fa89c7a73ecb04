-- SPDX-License-Identifier: Apache-2.0
-- What stays readable of an incident, for statistics and clocks (5.6): what kind it was, its causes, dates, counts.
-- Everything else is sealed in the case.
CREATE TABLE incident (
    flow ID NOT NULL PRIMARY KEY REFERENCES flow_case (id),
    kinds TEXT NOT NULL,         -- keys of the question kind, a space between
    causes TEXT NOT NULL,        -- of the question vector
    grave BOOL NOT NULL,
    known_at TIME,
    occurred_at TIME,
    stage TEXT NOT NULL,
    persons INT NOT NULL,
    reported_at TIME             -- the first report to anybody
) STRICT;
CREATE INDEX incident_known ON incident (known_at);

-- Which organisation of this installation receives what is meant for a recipient of the rules.
CREATE TABLE incident_office (
    recipient TEXT NOT NULL PRIMARY KEY,
    office ID NOT NULL REFERENCES body (id),
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
