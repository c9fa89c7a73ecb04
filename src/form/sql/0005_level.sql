-- SPDX-License-Identifier: Apache-2.0
-- How far a question binds (R25): by law, by guideline, not decided yet, or not at all.
CREATE TABLE question_level (
    question ID NOT NULL PRIMARY KEY REFERENCES question (id),
    level INT NOT NULL,            -- enum question_level
    law TEXT NOT NULL              -- where it says so, for people
) STRICT;
