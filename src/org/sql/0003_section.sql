-- SPDX-License-Identifier: Apache-2.0
-- Sections of a body (課・係), and who belongs to them: items of a survey are assigned to sections.
CREATE TABLE section (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    name TEXT NOT NULL,
    active BOOL NOT NULL,
    UNIQUE (body, name)
) STRICT;

CREATE TABLE section_member (
    section ID NOT NULL REFERENCES section (id),
    person ID NOT NULL REFERENCES person (id),
    since TIME NOT NULL,
    PRIMARY KEY (section, person)
) STRICT;
CREATE INDEX section_member_person ON section_member (person);
