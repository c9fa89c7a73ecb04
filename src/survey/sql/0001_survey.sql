-- SPDX-License-Identifier: Apache-2.0
-- Surveys, the response of each body, submissions, progress, and the national totals.
CREATE TABLE survey (
    id ID NOT NULL PRIMARY KEY,
    catalog_rev ID NOT NULL REFERENCES catalog_rev (id),
    previous ID REFERENCES survey (id),  -- whose answers are carried over
    title TEXT NOT NULL,
    fiscal_year INT NOT NULL,
    as_of DAY NOT NULL,                  -- 基準日
    shown_deadline DAY NOT NULL,
    last_submission DAY NOT NULL,
    last_correction DAY NOT NULL,
    state INT NOT NULL,                  -- enum survey_state
    created_at TIME NOT NULL
) STRICT;

CREATE TABLE response (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    body ID NOT NULL REFERENCES body (id),
    organ INT NOT NULL,                  -- 0: 長
    state INT NOT NULL,                  -- enum response_state
    version INT NOT NULL,
    started_at TIME,
    changed_at TIME,
    submitted_at TIME,
    submission ID,                       -- the one in force
    UNIQUE (survey, body, organ)
) STRICT;
CREATE INDEX response_body ON response (body, survey);

-- A frozen view over facts: of each question the newest fact with id <= horizon.
CREATE TABLE submission (
    id ID NOT NULL PRIMARY KEY,
    response ID NOT NULL REFERENCES response (id),
    number INT NOT NULL,
    horizon ID NOT NULL,
    class INT NOT NULL,                  -- of the body on that day
    pref INT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL,
    hash BYTES NOT NULL,                 -- over the frozen answers, in catalogue order
    UNIQUE (response, number)
) STRICT;

CREATE TABLE progress (
    response ID NOT NULL REFERENCES response (id),
    area TEXT NOT NULL,
    total INT NOT NULL,                  -- items that count
    done INT NOT NULL,                   -- answered or confirmed this year
    needed INT NOT NULL,                 -- those of them without which nothing can be submitted
    needed_done INT NOT NULL,
    PRIMARY KEY (response, area)
) STRICT;

-- National totals, changed in the transaction that submits. answer: an option, or '#' for answers
-- that are not chosen from a list; total: the sum of numbers (percent in tenths).
CREATE TABLE cube (
    survey ID NOT NULL REFERENCES survey (id),
    question_rev ID NOT NULL REFERENCES question_rev (id),
    pref INT NOT NULL,
    class INT NOT NULL,
    answer TEXT NOT NULL,
    basis INT NOT NULL,
    n INT NOT NULL,
    total INT NOT NULL,
    PRIMARY KEY (survey, question_rev, pref, class, answer, basis)
) STRICT;

--@ sqlite
CREATE TRIGGER submission_keep_update BEFORE UPDATE ON submission
BEGIN SELECT RAISE(ABORT, 'submissions are frozen'); END;
CREATE TRIGGER submission_keep_delete BEFORE DELETE ON submission
BEGIN SELECT RAISE(ABORT, 'submissions are frozen'); END;
--@ postgres
CREATE TRIGGER submission_keep BEFORE UPDATE OR DELETE ON submission
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
