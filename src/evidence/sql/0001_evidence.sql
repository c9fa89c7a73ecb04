-- SPDX-License-Identifier: Apache-2.0
-- A measured fact. Append-only; the newest row of (body, question, measure) counts.
CREATE TABLE evidence (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    question TEXT NOT NULL,  -- code of the control it speaks about, "HUM-07"
    measure TEXT NOT NULL,   -- name in the measuring module's table, "learn.finished_share"
    value TEXT NOT NULL,     -- in the form of the question's answers
    at TIME NOT NULL,        -- when it was measured
    source TEXT NOT NULL     -- module and address of the rows behind it
) STRICT;
CREATE INDEX evidence_newest ON evidence (body, question, measure, at);

--@ sqlite
CREATE TRIGGER evidence_keep_update BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'measured facts are append-only'); END;
CREATE TRIGGER evidence_keep_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'measured facts are append-only'); END;
--@ postgres
CREATE TRIGGER evidence_keep BEFORE UPDATE OR DELETE ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
