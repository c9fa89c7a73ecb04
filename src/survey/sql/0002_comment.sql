-- SPDX-License-Identifier: Apache-2.0
-- What colleagues of one body say to each other about an item; nobody else reads it.
CREATE TABLE item_comment (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    body ID NOT NULL REFERENCES body (id),
    question ID NOT NULL REFERENCES question (id),
    person ID NOT NULL,
    at TIME NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX item_comment_item ON item_comment (survey, body, question, id);
