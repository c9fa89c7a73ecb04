-- SPDX-License-Identifier: Apache-2.0
-- Files of a case: their content is sealed with a key of its own before it comes to the blobs, their name and that key
-- are sealed with the case's key. Who had them in hands is said one after the other.
CREATE TABLE flow_file (
    id ID NOT NULL PRIMARY KEY,
    flow ID NOT NULL REFERENCES flow_case (id),
    blob BYTES NOT NULL REFERENCES blob (hash),
    size INT NOT NULL,           -- of the content
    person ID NOT NULL,
    at TIME NOT NULL,
    sealed BYTES NOT NULL        -- SHA-256 of the content, its key, name, note
) STRICT;
CREATE INDEX flow_file_flow ON flow_file (flow, id);
CREATE INDEX flow_file_blob ON flow_file (blob);

CREATE TABLE flow_custody (
    id ID NOT NULL PRIMARY KEY,
    file ID NOT NULL REFERENCES flow_file (id),
    person ID NOT NULL,          -- who says so
    at TIME NOT NULL,
    sealed BYTES NOT NULL
) STRICT;
CREATE INDEX flow_custody_file ON flow_custody (file, id);

--@ sqlite
CREATE TRIGGER flow_file_keep BEFORE UPDATE ON flow_file
BEGIN SELECT RAISE(ABORT, 'a file of a case is kept'); END;
CREATE TRIGGER flow_custody_keep BEFORE UPDATE ON flow_custody
BEGIN SELECT RAISE(ABORT, 'what was said is kept'); END;
--@ postgres
CREATE TRIGGER flow_file_keep BEFORE UPDATE ON flow_file
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER flow_custody_keep BEFORE UPDATE ON flow_custody
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
