-- SPDX-License-Identifier: Apache-2.0
-- Who stands in for whom: a deputy may approve in the other's place on these days.
CREATE TABLE deputy (
    id ID NOT NULL PRIMARY KEY,
    principal ID NOT NULL REFERENCES person (id),
    deputy ID NOT NULL REFERENCES person (id),
    from_day DAY NOT NULL,
    to_day DAY NOT NULL,
    person ID NOT NULL,      -- who wrote it down
    at TIME NOT NULL,
    ended_at TIME
) STRICT;
CREATE INDEX deputy_deputy ON deputy (deputy, to_day);
CREATE INDEX deputy_principal ON deputy (principal, to_day);
