-- SPDX-License-Identifier: Apache-2.0
-- Evidence files of an item. A row is only added or marked as removed: what belongs to a
-- submission are the rows with id <= its horizon that were not removed by then.
CREATE TABLE item_file (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    body ID NOT NULL REFERENCES body (id),
    organ INT NOT NULL,                  -- 0: 長
    question ID NOT NULL REFERENCES question (id),
    blob BYTES NOT NULL REFERENCES blob (hash),
    name TEXT NOT NULL,
    media TEXT NOT NULL,
    note TEXT NOT NULL,
    valid_until DAY,                     -- NULL: does not expire
    from_file ID,                        -- taken over from an earlier survey
    person ID NOT NULL,
    at TIME NOT NULL,
    removed ID,                          -- an id of its own, to be compared with horizons
    removed_at TIME,
    removed_by ID
) STRICT;
CREATE INDEX item_file_item ON item_file (survey, body, organ, question, id);
CREATE INDEX item_file_blob ON item_file (blob);

--@ sqlite
CREATE TRIGGER item_file_keep_update BEFORE UPDATE ON item_file
WHEN OLD.removed IS NOT NULL OR OLD.blob IS NOT NEW.blob OR OLD.id IS NOT NEW.id
    OR OLD.survey IS NOT NEW.survey OR OLD.body IS NOT NEW.body OR OLD.organ IS NOT NEW.organ OR OLD.question IS NOT NEW.question
    OR OLD.name IS NOT NEW.name OR OLD.note IS NOT NEW.note
    OR OLD.valid_until IS NOT NEW.valid_until
BEGIN SELECT RAISE(ABORT, 'evidence files are only added or removed'); END;
CREATE TRIGGER item_file_keep_delete BEFORE DELETE ON item_file
BEGIN SELECT RAISE(ABORT, 'evidence files are only added or removed'); END;
--@ postgres
CREATE TRIGGER item_file_keep_delete BEFORE DELETE ON item_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER item_file_keep_update BEFORE UPDATE ON item_file
    FOR EACH ROW WHEN (OLD.removed IS NOT NULL OR OLD.blob IS DISTINCT FROM NEW.blob
        OR OLD.id IS DISTINCT FROM NEW.id OR OLD.survey IS DISTINCT FROM NEW.survey
        OR OLD.body IS DISTINCT FROM NEW.body OR OLD.organ IS DISTINCT FROM NEW.organ OR OLD.question IS DISTINCT FROM NEW.question
        OR OLD.name IS DISTINCT FROM NEW.name OR OLD.note IS DISTINCT FROM NEW.note
        OR OLD.valid_until IS DISTINCT FROM NEW.valid_until)
    EXECUTE FUNCTION refuse_change();
--@ all
