-- SPDX-License-Identifier: Apache-2.0
-- Who lets its addresses be observed: applications, what they claim, the dated ranges in force, the
-- contacts for alerts, and the dark ranges. low and high are net_first and net_last of the range.
CREATE TABLE darknet_application (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    number INT NOT NULL,         -- version of the body's registration, from 1
    state INT NOT NULL,          -- enum darknet_state
    version INT NOT NULL,        -- of this row and its claims, for those who change it together
    person ID NOT NULL,          -- who began it
    at TIME NOT NULL,
    changed_at TIME NOT NULL,
    filed_at TIME,               -- the first time; NULL: nobody outside knows of it
    observed_from TIME,
    observed_to TIME,            -- NULL while it is in force
    UNIQUE (body, number)
) STRICT;
CREATE UNIQUE INDEX darknet_application_open ON darknet_application (body)
    WHERE state IN (1, 2, 3, 4);
CREATE UNIQUE INDEX darknet_application_observed ON darknet_application (body) WHERE state = 5;

-- What an application asks for.
CREATE TABLE darknet_claim (
    id ID NOT NULL PRIMARY KEY,
    application ID NOT NULL REFERENCES darknet_application (id),
    prefix TEXT NOT NULL,        -- as net_put writes it
    low BYTES NOT NULL,
    high BYTES NOT NULL,
    role INT NOT NULL,           -- enum darknet_role
    holder TEXT NOT NULL,        -- of a vendor's range: the vendor
    proof TEXT NOT NULL,         -- what shows that it is held
    UNIQUE (application, prefix)
) STRICT;
CREATE INDEX darknet_claim_low ON darknet_claim (low);

-- With whom an egress is shared, beside the applicant.
CREATE TABLE darknet_claim_body (
    claim ID NOT NULL REFERENCES darknet_claim (id),
    body ID NOT NULL REFERENCES body (id),
    PRIMARY KEY (claim, body)
) STRICT;

-- What is and was observed: a row is closed, never changed, so that an old packet is judged by who
-- held the address then.
CREATE TABLE darknet_range (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    application ID NOT NULL REFERENCES darknet_application (id), -- that brought it
    prefix TEXT NOT NULL,
    low BYTES NOT NULL,
    high BYTES NOT NULL,
    role INT NOT NULL,
    holder TEXT NOT NULL,
    proof TEXT NOT NULL,
    valid_from TIME NOT NULL,
    valid_to TIME                -- the first instant without it; NULL: in force
) STRICT;
CREATE INDEX darknet_range_low ON darknet_range (low);
CREATE INDEX darknet_range_body_of ON darknet_range (body, id);

CREATE TABLE darknet_range_body (
    range ID NOT NULL REFERENCES darknet_range (id),
    body ID NOT NULL REFERENCES body (id),
    PRIMARY KEY (range, body)
) STRICT;
CREATE INDEX darknet_range_body_body ON darknet_range_body (body);

CREATE TABLE darknet_step (
    id ID NOT NULL PRIMARY KEY,
    application ID NOT NULL REFERENCES darknet_application (id),
    act TEXT NOT NULL,           -- key of the table in darknet_model.c
    from_state INT NOT NULL,
    to_state INT NOT NULL,
    person ID NOT NULL,
    reason TEXT NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX darknet_step_application ON darknet_step (application, id);

-- Who is told of what is seen; gone when the body leaves.
CREATE TABLE darknet_contact (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    position INT NOT NULL,
    name TEXT NOT NULL,
    mail TEXT NOT NULL,
    phone TEXT NOT NULL,
    hours INT NOT NULL,          -- enum darknet_hours
    language TEXT NOT NULL,      -- 'ja', 'en'
    machine BOOL NOT NULL,       -- a program reads it: JSON is wanted
    version INT NOT NULL
) STRICT;
CREATE INDEX darknet_contact_body ON darknet_contact (body, position);

-- Addresses nobody uses. Secret: malware avoids those it knows.
CREATE TABLE darknet_dark (
    id ID NOT NULL PRIMARY KEY,
    kind INT NOT NULL,           -- enum darknet_dark_kind
    body ID NOT NULL REFERENCES body (id), -- who registered it
    prefix TEXT NOT NULL,
    low BYTES NOT NULL,
    high BYTES NOT NULL,
    note TEXT NOT NULL,
    person ID NOT NULL,
    valid_from TIME NOT NULL,
    valid_to TIME
) STRICT;
CREATE INDEX darknet_dark_body ON darknet_dark (kind, body);

-- Bodies that do not use the service and were told of it.
CREATE TABLE darknet_nudge (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX darknet_nudge_body ON darknet_nudge (body, at);

--@ sqlite
CREATE TRIGGER darknet_range_close BEFORE UPDATE ON darknet_range
    WHEN OLD.valid_to IS NOT NULL OR NEW.id<>OLD.id OR NEW.body<>OLD.body OR NEW.low<>OLD.low OR NEW.high<>OLD.high
        OR NEW.role<>OLD.role OR NEW.valid_from<>OLD.valid_from
BEGIN SELECT RAISE(ABORT, 'a range is closed, never changed'); END;
CREATE TRIGGER darknet_range_keep BEFORE DELETE ON darknet_range
BEGIN SELECT RAISE(ABORT, 'a range is closed, never removed'); END;
CREATE TRIGGER darknet_dark_close BEFORE UPDATE ON darknet_dark
    WHEN OLD.valid_to IS NOT NULL OR NEW.id<>OLD.id OR NEW.body<>OLD.body OR NEW.low<>OLD.low OR NEW.high<>OLD.high
        OR NEW.kind<>OLD.kind OR NEW.valid_from<>OLD.valid_from
BEGIN SELECT RAISE(ABORT, 'a range is closed, never changed'); END;
CREATE TRIGGER darknet_dark_keep BEFORE DELETE ON darknet_dark
BEGIN SELECT RAISE(ABORT, 'a range is closed, never removed'); END;
CREATE TRIGGER darknet_step_keep BEFORE UPDATE ON darknet_step
BEGIN SELECT RAISE(ABORT, 'a step is kept'); END;
--@ postgres
CREATE TRIGGER darknet_range_close BEFORE UPDATE ON darknet_range FOR EACH ROW
    WHEN (OLD.valid_to IS NOT NULL OR NEW.id<>OLD.id OR NEW.body<>OLD.body OR NEW.low<>OLD.low OR NEW.high<>OLD.high
        OR NEW.role<>OLD.role OR NEW.valid_from<>OLD.valid_from) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER darknet_range_keep BEFORE DELETE ON darknet_range
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER darknet_dark_close BEFORE UPDATE ON darknet_dark FOR EACH ROW
    WHEN (OLD.valid_to IS NOT NULL OR NEW.id<>OLD.id OR NEW.body<>OLD.body OR NEW.low<>OLD.low OR NEW.high<>OLD.high
        OR NEW.kind<>OLD.kind OR NEW.valid_from<>OLD.valid_from) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER darknet_dark_keep BEFORE DELETE ON darknet_dark
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER darknet_step_keep BEFORE UPDATE ON darknet_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
