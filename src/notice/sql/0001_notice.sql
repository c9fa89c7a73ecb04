-- SPDX-License-Identifier: Apache-2.0
-- Messages to an audience: written, sent once, read by whom their TLP names, acknowledged (doc/adr/0034-notices.md).
CREATE TABLE notice (
    id ID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,          -- whose it is: 'alert'
    office ID NOT NULL REFERENCES body (id), -- the source
    number INT,                  -- of the office's sent ones of that kind, from 1; NULL: a draft
    state INT NOT NULL,          -- enum notice_state
    tlp INT NOT NULL,            -- enum tlp; 0: not chosen yet
    urgency INT NOT NULL,        -- enum notice_urgency
    drill BOOL NOT NULL,
    title TEXT NOT NULL,
    due DAY,                     -- to be acknowledged by the end of that day
    relation INT NOT NULL,       -- enum notice_relation
    about ID REFERENCES notice (id), -- what it corrects, withdraws, passes on
    person ID NOT NULL,          -- who began it
    at TIME NOT NULL,
    changed_at TIME NOT NULL,
    sent_at TIME,
    sent_by ID,
    hash BYTES,                  -- SHA-256 of what was sent
    bodies INT NOT NULL,         -- receipts, and how many of them were opened and answered: what lists show
    seen INT NOT NULL,
    answered INT NOT NULL,
    version INT NOT NULL,
    UNIQUE (kind, office, number)
) STRICT;
CREATE INDEX notice_sent ON notice (kind, state, tlp);
CREATE INDEX notice_office ON notice (office, kind, id);
CREATE INDEX notice_about ON notice (about);
CREATE INDEX notice_due ON notice (kind, due);

-- What it says: the parts are the feature's.
CREATE TABLE notice_part (
    notice ID NOT NULL REFERENCES notice (id),
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (notice, key)
) STRICT;

-- Whom it is for: values of one condition are alternatives, different conditions must all be met.
CREATE TABLE notice_audience (
    notice ID NOT NULL REFERENCES notice (id),
    condition TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (notice, condition, value)
) STRICT;

-- To whom it was sent, as it was resolved then, and what became of it.
CREATE TABLE notice_receipt (
    notice ID NOT NULL REFERENCES notice (id),
    body ID NOT NULL REFERENCES body (id),
    readers INT NOT NULL,        -- people who were told of it
    seen_at TIME,
    seen_by ID,
    answer INT NOT NULL,         -- enum notice_answer; 0: none yet
    note TEXT NOT NULL,
    answered_at TIME,
    answered_by ID,
    PRIMARY KEY (notice, body)
) STRICT;
CREATE INDEX notice_receipt_body ON notice_receipt (body, answered_at, notice);

-- TLP:RED: who alone may read it.
CREATE TABLE notice_reader (
    notice ID NOT NULL REFERENCES notice (id),
    body ID NOT NULL REFERENCES body (id),
    person ID NOT NULL REFERENCES person (id),
    PRIMARY KEY (notice, body, person)
) STRICT;
CREATE INDEX notice_reader_person ON notice_reader (person, notice);

-- Reminders: by the calendar (each once for a date), and by hand.
CREATE TABLE notice_told (
    notice ID NOT NULL REFERENCES notice (id),
    stage INT NOT NULL,          -- enum notice_stage
    due DAY NOT NULL,
    at TIME NOT NULL,
    PRIMARY KEY (notice, stage, due)
) STRICT;
CREATE TABLE notice_reminder (
    id ID NOT NULL PRIMARY KEY,
    notice ID NOT NULL REFERENCES notice (id),
    person ID NOT NULL,
    bodies INT NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX notice_reminder_notice ON notice_reminder (notice, id);

-- The summary of a week, made once; and who does not want it.
CREATE TABLE notice_week (
    kind TEXT NOT NULL,
    monday DAY NOT NULL,
    at TIME NOT NULL,
    PRIMARY KEY (kind, monday)
) STRICT;
CREATE TABLE notice_quiet (
    kind TEXT NOT NULL,
    person ID NOT NULL REFERENCES person (id),
    at TIME NOT NULL,
    PRIMARY KEY (kind, person)
) STRICT;

--@ sqlite
CREATE TRIGGER notice_told_keep BEFORE UPDATE ON notice_told
BEGIN SELECT RAISE(ABORT, 'what was told is kept'); END;
CREATE TRIGGER notice_reminder_keep BEFORE UPDATE ON notice_reminder
BEGIN SELECT RAISE(ABORT, 'a reminder is kept'); END;
--@ postgres
CREATE TRIGGER notice_told_keep BEFORE UPDATE ON notice_told
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER notice_reminder_keep BEFORE UPDATE ON notice_reminder
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
