-- SPDX-License-Identifier: Apache-2.0
-- What of the totals other bodies may see (doc/adr/0011-disclosure.md). question 0 stands for all
-- essential items, which everybody answers; every other item has its own blocks and totals.
CREATE TABLE release_state (
    survey ID NOT NULL PRIMARY KEY REFERENCES survey (id),
    version ID NOT NULL             -- of the last submission or withdrawal that was looked at
) STRICT;

-- Bodies that were added to a total together, five or more.
CREATE TABLE release_block (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    question ID NOT NULL,
    way INT NOT NULL,               -- enum release_way
    grp INT NOT NULL,               -- class or prefecture
    at TIME NOT NULL,
    members TEXT NOT NULL           -- "body:submission:answered body:submission:answered …"
) STRICT;
CREATE INDEX release_block_survey ON release_block (survey, id);

-- The totals as they were last released.
CREATE TABLE release_total (
    survey ID NOT NULL REFERENCES survey (id),
    way INT NOT NULL,               -- enum release_total
    grp INT NOT NULL,               -- class or prefecture; 0: the nation
    question ID NOT NULL,
    bodies INT NOT NULL,            -- counted in it, with an answer or without
    at TIME NOT NULL,
    cells TEXT NOT NULL,            -- a line each: question_rev, answer, n, total, as in cube
    PRIMARY KEY (survey, way, grp, question)
) STRICT;

--@ sqlite
CREATE TRIGGER release_block_keep_update BEFORE UPDATE ON release_block
BEGIN SELECT RAISE(ABORT, 'what was released stays so'); END;
CREATE TRIGGER release_block_keep_delete BEFORE DELETE ON release_block
BEGIN SELECT RAISE(ABORT, 'what was released stays so'); END;
--@ postgres
CREATE TRIGGER release_block_keep BEFORE UPDATE OR DELETE ON release_block
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
