-- SPDX-License-Identifier: Apache-2.0
-- What both sides say about something that was handed over; whether it follows, corrects or withdraws; and calling the
-- people on duty until somebody has opened it (R57).
ALTER TABLE flow_delivery ADD COLUMN sort INT NOT NULL DEFAULT 1; -- enum flow_sort

CREATE TABLE flow_message (
    id ID NOT NULL PRIMARY KEY,
    delivery ID NOT NULL REFERENCES flow_delivery (id),
    office BOOL NOT NULL,        -- the office wrote it; else the case's body
    person ID NOT NULL,
    at TIME NOT NULL,
    sealed BYTES NOT NULL        -- with the delivery's key
) STRICT;
CREATE INDEX flow_message_delivery ON flow_message (delivery, id);

-- Who of an office is called for what cannot wait, in this order.
CREATE TABLE flow_duty (
    office ID NOT NULL REFERENCES body (id),
    place INT NOT NULL,          -- from 1
    person ID NOT NULL REFERENCES person (id),
    at TIME NOT NULL,
    PRIMARY KEY (office, place)
) STRICT;

-- A delivery that cannot wait: its office's people are called until it is opened.
CREATE TABLE flow_call (
    delivery ID NOT NULL PRIMARY KEY REFERENCES flow_delivery (id),
    office ID NOT NULL,
    began_at TIME NOT NULL,
    called_at TIME,              -- the last time
    calls INT NOT NULL,
    done_at TIME
) STRICT;
CREATE INDEX flow_call_open ON flow_call (done_at, office);

--@ sqlite
CREATE TRIGGER flow_message_keep BEFORE UPDATE ON flow_message
BEGIN SELECT RAISE(ABORT, 'what was said is kept'); END;
--@ postgres
CREATE TRIGGER flow_message_keep BEFORE UPDATE ON flow_message
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
