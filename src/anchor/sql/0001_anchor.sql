-- SPDX-License-Identifier: Apache-2.0
-- The heads of the organisations' chains as they were sealed into the national one (body 0). A row
-- for each chain that grew since the seal before; all rows up to a seal give its root.
CREATE TABLE audit_seal (
    seal INT NOT NULL,          -- number of the row "audit.seal" in chain 0
    body ID NOT NULL,
    seq INT NOT NULL,
    hash BYTES NOT NULL,
    PRIMARY KEY (seal, body)
) STRICT;
CREATE UNIQUE INDEX audit_seal_body ON audit_seal (body, seq);

--@ sqlite
CREATE TRIGGER audit_seal_keep_update BEFORE UPDATE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_seal_keep_delete BEFORE DELETE ON audit_seal
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
--@ postgres
CREATE TRIGGER audit_seal_keep BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
