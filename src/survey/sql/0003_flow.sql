-- SPDX-License-Identifier: Apache-2.0
-- The way of a response from its officer to its acceptance: every step stamped, in both directions.
ALTER TABLE response ADD COLUMN correcting BOOL NOT NULL DEFAULT 0; -- sent back by the office: last_correction holds

CREATE TABLE response_step (
    id ID NOT NULL PRIMARY KEY,
    response ID NOT NULL REFERENCES response (id),
    act TEXT NOT NULL,                   -- key of a row in survey_flow.c
    from_state INT NOT NULL,             -- enum response_state
    to_state INT NOT NULL,
    person ID NOT NULL,                  -- who did it; 0: the program
    deputy_for ID NOT NULL,              -- in whose place; 0: in the own
    at TIME NOT NULL,
    reason TEXT NOT NULL,
    submission ID                        -- the one made, checked or taken back
) STRICT;
CREATE INDEX response_step_response ON response_step (response, id);

-- What the office says of one item of a submission; of each item the newest row counts.
CREATE TABLE item_check (
    id ID NOT NULL PRIMARY KEY,
    submission ID NOT NULL REFERENCES submission (id),
    question ID NOT NULL REFERENCES question (id),
    verdict INT NOT NULL,                -- enum check_verdict
    note TEXT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX item_check_submission ON item_check (submission, question, id);

-- The cube tells accepted responses from those that are only submitted.
ALTER TABLE cube RENAME TO cube_before;
CREATE TABLE cube (
    survey ID NOT NULL REFERENCES survey (id),
    question_rev ID NOT NULL REFERENCES question_rev (id),
    pref INT NOT NULL,
    class INT NOT NULL,
    answer TEXT NOT NULL,
    basis INT NOT NULL,
    accepted BOOL NOT NULL,
    n INT NOT NULL,
    total INT NOT NULL,
    PRIMARY KEY (survey, question_rev, pref, class, answer, basis, accepted)
) STRICT;
INSERT INTO cube (survey, question_rev, pref, class, answer, basis, accepted, n, total)
    SELECT survey, question_rev, pref, class, answer, basis, 0, n, total FROM cube_before;
DROP TABLE cube_before;
-- Every sum of the national pages is read from this index alone.
CREATE INDEX cube_sum ON cube (survey, question_rev, answer, pref, class, accepted, n, total);

--@ sqlite
CREATE TRIGGER response_step_keep_update BEFORE UPDATE ON response_step
BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;
CREATE TRIGGER response_step_keep_delete BEFORE DELETE ON response_step
BEGIN SELECT RAISE(ABORT, 'steps are append-only'); END;
CREATE TRIGGER item_check_keep_update BEFORE UPDATE ON item_check
BEGIN SELECT RAISE(ABORT, 'checks are append-only'); END;
CREATE TRIGGER item_check_keep_delete BEFORE DELETE ON item_check
BEGIN SELECT RAISE(ABORT, 'checks are append-only'); END;
--@ postgres
CREATE TRIGGER response_step_keep BEFORE UPDATE OR DELETE ON response_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_check_keep BEFORE UPDATE OR DELETE ON item_check
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
