-- SPDX-License-Identifier: Apache-2.0
-- The installation's settings and the audit trail.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL,
    seq INT NOT NULL,
    at TIME NOT NULL,
    person ID NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    detail JSON NOT NULL,
    hash BYTES NOT NULL,
    UNIQUE (body, seq)
) STRICT;

CREATE TABLE audit_head (
    body ID NOT NULL PRIMARY KEY,
    seq INT NOT NULL,
    hash BYTES NOT NULL
) STRICT;

--@ sqlite
CREATE TRIGGER audit_keep_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_keep_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- A demonstration stays one for ever.
CREATE TRIGGER setting_keep_demo_update BEFORE UPDATE ON setting WHEN OLD.name = 'demo'
BEGIN SELECT RAISE(ABORT, 'a demonstration cannot become production'); END;
CREATE TRIGGER setting_keep_demo_delete BEFORE DELETE ON setting WHEN OLD.name = 'demo'
BEGIN SELECT RAISE(ABORT, 'a demonstration cannot become production'); END;
--@ postgres
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN RAISE EXCEPTION ''this row is kept as it is''; END';
CREATE TRIGGER audit_keep BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER setting_keep_demo BEFORE UPDATE OR DELETE ON setting
    FOR EACH ROW WHEN (OLD.name = 'demo') EXECUTE FUNCTION refuse_change();
--@ all
