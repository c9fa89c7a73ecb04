-- SPDX-License-Identifier: Apache-2.0
-- Surveys that are being composed; what became of their dates after they were published.
CREATE TABLE survey_draft (
    id ID NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    purpose TEXT NOT NULL,
    fiscal_year INT NOT NULL,
    as_of DAY,
    shown_deadline DAY,
    last_submission DAY,
    last_correction DAY,
    previous ID REFERENCES survey (id), -- whose answers will be carried over
    chosen BOOL NOT NULL,               -- 0: every local government
    classes INT NOT NULL,               -- bit 1 << class
    prefs INT NOT NULL,                 -- bit 1 << number of the prefecture
    codes TEXT NOT NULL,                -- of single bodies, as they were typed
    state INT NOT NULL,                 -- enum draft_state
    survey ID REFERENCES survey (id),   -- what it became
    version INT NOT NULL,
    changed_at TIME NOT NULL,
    person ID NOT NULL                  -- who changed it last
) STRICT;

-- rev NULL: the wording stands here, because it is new (base_rev NULL) or changed.
CREATE TABLE survey_draft_item (
    draft ID NOT NULL REFERENCES survey_draft (id),
    question ID NOT NULL REFERENCES question (id),
    position INT NOT NULL,
    removed BOOL NOT NULL,
    rev ID REFERENCES question_rev (id),
    base_rev ID REFERENCES question_rev (id),
    kind INT NOT NULL,                  -- enum lineage_kind from base_rev
    text TEXT NOT NULL,
    why TEXT NOT NULL,
    type INT NOT NULL,
    options JSON NOT NULL,
    unit TEXT NOT NULL,
    allow_na BOOL NOT NULL,
    area TEXT NOT NULL,
    subarea TEXT NOT NULL,
    shared_with TEXT NOT NULL,
    essential BOOL NOT NULL,
    pending BOOL NOT NULL,
    carry INT NOT NULL,
    cond_question ID,
    cond_values TEXT NOT NULL,
    PRIMARY KEY (draft, question)
) STRICT;

CREATE TABLE survey_date_change (
    id ID NOT NULL PRIMARY KEY,
    survey ID NOT NULL REFERENCES survey (id),
    shown_deadline DAY NOT NULL,        -- as it has been since
    last_submission DAY NOT NULL,
    last_correction DAY NOT NULL,
    reason TEXT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX survey_date_change_survey ON survey_date_change (survey, id);

ALTER TABLE survey ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
