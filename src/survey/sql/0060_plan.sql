-- SPDX-License-Identifier: Apache-2.0
-- What a body will do about an unmet item: a row for each change, of which the highest version
-- counts. Keyed by the question, not by a survey, so that it is carried into the next year by itself.
CREATE TABLE plan_item (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    organ INT NOT NULL,              -- 0: 長
    question ID NOT NULL REFERENCES question (id),
    version INT NOT NULL,            -- from 1
    since INT NOT NULL,              -- 年度 of the survey in whose year it was planned
    text TEXT NOT NULL,              -- what to do
    section ID REFERENCES section (id),
    post TEXT NOT NULL,              -- the owner in words
    due DAY,
    cost INT,                        -- 千円; NULL: not known
    state INT NOT NULL,              -- enum plan_state
    reason TEXT NOT NULL,            -- why it was dropped
    person ID NOT NULL,
    at TIME NOT NULL,
    UNIQUE (body, organ, question, version)
) STRICT;

--@ sqlite
CREATE TRIGGER plan_item_keep_update BEFORE UPDATE ON plan_item
BEGIN SELECT RAISE(ABORT, 'plans are append-only'); END;
CREATE TRIGGER plan_item_keep_delete BEFORE DELETE ON plan_item
BEGIN SELECT RAISE(ABORT, 'plans are append-only'); END;
--@ postgres
CREATE TRIGGER plan_item_keep BEFORE UPDATE OR DELETE ON plan_item
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
