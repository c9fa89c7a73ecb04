-- SPDX-License-Identifier: Apache-2.0
-- Which control of a catalogue uses which measure, and what a value suggests. As immutable as the
-- catalogue revision it was published with, so that an open survey never changes its rules.
CREATE TABLE evidence_rule (
    catalog_rev ID NOT NULL,  -- of form, which stands above
    question TEXT NOT NULL,   -- code of the control
    measure TEXT NOT NULL,
    rule TEXT NOT NULL,       -- ">= 1 done, else none"
    PRIMARY KEY (catalog_rev, question, measure)
) STRICT;
CREATE INDEX evidence_rule_measure ON evidence_rule (measure, question);

--@ sqlite
CREATE TRIGGER evidence_rule_keep BEFORE UPDATE ON evidence_rule
BEGIN SELECT RAISE(ABORT, 'published rules are immutable'); END;
--@ postgres
CREATE TRIGGER evidence_rule_keep BEFORE UPDATE ON evidence_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
