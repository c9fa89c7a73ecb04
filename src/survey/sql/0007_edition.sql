-- SPDX-License-Identifier: Apache-2.0
-- Published figures: an edition is the national totals as they stood, kept for ever; a correction
-- is the next edition, with its reason.
CREATE TABLE edition (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    number INT NOT NULL,
    accepted BOOL NOT NULL,              -- of accepted responses only
    submitted INT NOT NULL,              -- responses counted
    bodies INT NOT NULL,                 -- bodies asked
    reason TEXT NOT NULL,                -- of a correction; '' for the first
    person ID NOT NULL,
    at TIME NOT NULL,
    UNIQUE (survey, number)
) STRICT;

CREATE TABLE edition_cell (
    edition ID NOT NULL REFERENCES edition (id),
    question_rev ID NOT NULL REFERENCES question_rev (id),
    answer TEXT NOT NULL,
    n INT NOT NULL,
    total INT NOT NULL,
    PRIMARY KEY (edition, question_rev, answer)
) STRICT;

--@ sqlite
CREATE TRIGGER edition_keep_update BEFORE UPDATE ON edition
BEGIN SELECT RAISE(ABORT, 'editions are kept'); END;
CREATE TRIGGER edition_keep_delete BEFORE DELETE ON edition
BEGIN SELECT RAISE(ABORT, 'editions are kept'); END;
CREATE TRIGGER edition_cell_keep_update BEFORE UPDATE ON edition_cell
BEGIN SELECT RAISE(ABORT, 'editions are kept'); END;
CREATE TRIGGER edition_cell_keep_delete BEFORE DELETE ON edition_cell
BEGIN SELECT RAISE(ABORT, 'editions are kept'); END;
--@ postgres
CREATE TRIGGER edition_keep BEFORE UPDATE OR DELETE ON edition
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER edition_cell_keep BEFORE UPDATE OR DELETE ON edition_cell
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
