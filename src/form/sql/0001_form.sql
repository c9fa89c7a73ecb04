-- SPDX-License-Identifier: Apache-2.0
-- Questions live for ever; their wording in immutable revisions; a catalogue revision is an
-- immutable ordered selection of those; answers are append-only facts.
CREATE TABLE question (
    id ID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE      -- "ORG-01"
) STRICT;

CREATE TABLE question_rev (
    id ID NOT NULL PRIMARY KEY,
    question ID NOT NULL REFERENCES question (id),
    number INT NOT NULL,
    text TEXT NOT NULL,
    why TEXT NOT NULL,
    type INT NOT NULL,             -- enum answer_type
    options JSON NOT NULL,         -- ["…", …]: option n is answered as "n", from 1
    unit TEXT NOT NULL,
    allow_na BOOL NOT NULL,
    hash BYTES NOT NULL,           -- of all the above
    UNIQUE (question, number),
    UNIQUE (question, hash)
) STRICT;

-- A published national rate, always shown with the wording that was measured.
CREATE TABLE question_rate (
    question ID NOT NULL REFERENCES question (id),
    option_code TEXT NOT NULL,     -- '' for 実施済み of a status item
    bp INT NOT NULL,               -- basis points
    as_of DAY NOT NULL,
    measured_item TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (question, option_code)
) STRICT;

-- What could measure a question: data for the modules that come.
CREATE TABLE question_measure (
    question ID NOT NULL REFERENCES question (id),
    module TEXT NOT NULL,
    measure TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (question, module, measure)
) STRICT;

CREATE TABLE catalog_rev (
    id ID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    number INT NOT NULL,
    title TEXT NOT NULL,
    created_at TIME NOT NULL,
    UNIQUE (code, number)
) STRICT;

CREATE TABLE catalog_area (
    catalog_rev ID NOT NULL REFERENCES catalog_rev (id),
    code TEXT NOT NULL,
    position INT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (catalog_rev, code)
) STRICT;

CREATE TABLE catalog_item (
    catalog_rev ID NOT NULL REFERENCES catalog_rev (id),
    position INT NOT NULL,
    question ID NOT NULL REFERENCES question (id),
    question_rev ID NOT NULL REFERENCES question_rev (id),
    area TEXT NOT NULL,
    subarea TEXT NOT NULL,
    essential BOOL NOT NULL,
    pending BOOL NOT NULL,         -- exists but is not counted (R26)
    carry INT NOT NULL,            -- enum carry
    shared_with TEXT NOT NULL,
    PRIMARY KEY (catalog_rev, position),
    UNIQUE (catalog_rev, question)
) STRICT;

-- From one wording to the next: what became of a question, and of its answers.
CREATE TABLE lineage (
    id ID NOT NULL PRIMARY KEY,
    from_rev ID REFERENCES question_rev (id),
    to_rev ID REFERENCES question_rev (id),
    kind INT NOT NULL,             -- enum lineage_kind
    carry INT NOT NULL,
    UNIQUE (from_rev, to_rev)
) STRICT;

CREATE TABLE fact (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    organ INT NOT NULL,            -- 0: 長; other organs come with their register
    question ID NOT NULL REFERENCES question (id),
    question_rev ID NOT NULL REFERENCES question_rev (id),
    occasion ID NOT NULL,          -- the survey it was given in; 0: outside one
    value TEXT NOT NULL,           -- canonical; '' withdraws the answer
    basis INT NOT NULL,            -- enum basis
    person ID NOT NULL,            -- 0: the program
    at TIME NOT NULL,
    from_fact ID                   -- the fact it repeats, for confirmed and carried
) STRICT;
CREATE INDEX fact_newest ON fact (occasion, body, question, id);
CREATE INDEX fact_history ON fact (body, question, id);

--@ sqlite
CREATE TRIGGER fact_keep_update BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER fact_keep_delete BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'facts are append-only'); END;
CREATE TRIGGER question_rev_keep BEFORE UPDATE ON question_rev
BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END;
--@ postgres
CREATE TRIGGER fact_keep BEFORE UPDATE OR DELETE ON fact
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER question_rev_keep BEFORE UPDATE ON question_rev
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
