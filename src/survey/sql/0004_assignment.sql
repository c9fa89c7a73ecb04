-- SPDX-License-Identifier: Apache-2.0
-- Areas and items of a survey given to a section of the body, with its own deadline. The newest
-- row of an area or item counts; section NULL takes it back.
CREATE TABLE assignment (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    body ID NOT NULL REFERENCES body (id),
    area TEXT NOT NULL,              -- '' for an item
    question ID REFERENCES question (id),
    section ID REFERENCES section (id),
    due DAY,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX assignment_body ON assignment (survey, body, id);
