-- SPDX-License-Identifier: Apache-2.0
-- Who is called in an emergency, and who said when that the list is right.
CREATE TABLE contact (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    position INT NOT NULL,
    kind INT NOT NULL,        -- enum contact_kind
    name TEXT NOT NULL,       -- of a person or a post
    phone TEXT NOT NULL,
    mail TEXT NOT NULL,
    hours TEXT NOT NULL,
    version INT NOT NULL,
    changed_at TIME NOT NULL
) STRICT;
CREATE INDEX contact_body ON contact (body, position, id);

-- What became of the list as a whole: kind 1 confirmed, 2 changed.
CREATE TABLE contact_event (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    kind INT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX contact_event_body ON contact_event (body, kind, at);

--@ sqlite
CREATE TRIGGER contact_event_keep_update BEFORE UPDATE ON contact_event
BEGIN SELECT RAISE(ABORT, 'what was confirmed is append-only'); END;
CREATE TRIGGER contact_event_keep_delete BEFORE DELETE ON contact_event
BEGIN SELECT RAISE(ABORT, 'what was confirmed is append-only'); END;
--@ postgres
CREATE TRIGGER contact_event_keep BEFORE UPDATE OR DELETE ON contact_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
