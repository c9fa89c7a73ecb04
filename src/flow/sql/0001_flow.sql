-- SPDX-License-Identifier: Apache-2.0
-- Cases: what they say is sealed, and readable for those a key was wrapped for (doc/adr/0032-sealed-cases.md).
CREATE TABLE flow_holder (
    body ID NOT NULL PRIMARY KEY REFERENCES body (id),
    public_key BYTES NOT NULL,   -- X25519
    secret_key BYTES NOT NULL,   -- sealed with the server's key
    at TIME NOT NULL
) STRICT;

CREATE TABLE flow_case (
    id ID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,          -- whose it is: 'incident'
    body ID NOT NULL REFERENCES body (id),
    number INT NOT NULL,         -- of the body's cases of that kind, from 1
    state INT NOT NULL,          -- of the kind's table
    drill BOOL NOT NULL,         -- an exercise: never reaches a real recipient
    person ID NOT NULL,          -- who began it
    at TIME NOT NULL,
    changed_at TIME NOT NULL,
    version INT NOT NULL,
    UNIQUE (kind, body, number)
) STRICT;
CREATE INDEX flow_case_state ON flow_case (kind, state, changed_at);

-- The key of a case, or of what was delivered, for one organisation. Without its rows a thing is gone.
CREATE TABLE flow_key (
    thing ID NOT NULL,           -- flow_case or flow_delivery
    body ID NOT NULL REFERENCES flow_holder (body),
    wrapped BYTES NOT NULL,      -- crypto_box_seal
    at TIME NOT NULL,
    PRIMARY KEY (thing, body)
) STRICT;
CREATE INDEX flow_key_body ON flow_key (body);

-- What was said, one after the other; nothing is changed.
CREATE TABLE flow_entry (
    id ID NOT NULL PRIMARY KEY,
    flow ID NOT NULL REFERENCES flow_case (id),
    kind INT NOT NULL,           -- of the case's kind
    person ID NOT NULL,          -- 0: the program
    at TIME NOT NULL,
    sealed BYTES NOT NULL
) STRICT;
CREATE INDEX flow_entry_flow ON flow_entry (flow, kind, id);

-- The way of a case.
CREATE TABLE flow_step (
    id ID NOT NULL PRIMARY KEY,
    flow ID NOT NULL REFERENCES flow_case (id),
    act TEXT NOT NULL,
    from_state INT NOT NULL,
    to_state INT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX flow_step_flow ON flow_step (flow, id);

-- What was handed to a recipient, and what it answered.
CREATE TABLE flow_delivery (
    id ID NOT NULL PRIMARY KEY,
    flow ID NOT NULL REFERENCES flow_case (id),
    recipient TEXT NOT NULL,     -- key of the feature: 'ppc'
    office ID NOT NULL,          -- the organisation here that receives it; 0: outside of this installation
    subject TEXT NOT NULL,       -- key of the feature: 'appi-68'
    step INT NOT NULL,           -- of the feature
    number INT NOT NULL,         -- to this recipient, from 1
    state INT NOT NULL,          -- enum flow_receipt
    person ID NOT NULL,
    at TIME NOT NULL,
    seen_at TIME,
    answered_at TIME,
    answered_by ID,
    hash BYTES NOT NULL,         -- SHA-256 of what was sealed
    previous BYTES,              -- hash of the one before to this recipient
    signature BYTES NOT NULL,    -- of the installation (flow_chain.h)
    receipt BYTES,               -- its signature under the answer
    sealed BYTES NOT NULL,
    UNIQUE (flow, recipient, number)
) STRICT;
CREATE INDEX flow_delivery_office ON flow_delivery (office, state, at);

-- What has to be done by when; told once for each distance from it.
CREATE TABLE flow_clock (
    id ID NOT NULL PRIMARY KEY,
    flow ID NOT NULL REFERENCES flow_case (id),
    name TEXT NOT NULL,          -- of the feature: 'appi-68/final'
    due_at TIME NOT NULL,
    done_at TIME,
    UNIQUE (flow, name)
) STRICT;
CREATE INDEX flow_clock_due ON flow_clock (done_at, due_at);
CREATE TABLE flow_told (
    clock ID NOT NULL REFERENCES flow_clock (id),
    distance INT NOT NULL,       -- seconds from due_at
    due_at TIME NOT NULL,        -- as it was then: a new date is told of anew
    at TIME NOT NULL,
    PRIMARY KEY (clock, distance, due_at)
) STRICT;

--@ sqlite
CREATE TRIGGER flow_entry_keep BEFORE UPDATE ON flow_entry
BEGIN SELECT RAISE(ABORT, 'what was said is kept'); END;
CREATE TRIGGER flow_step_keep BEFORE UPDATE ON flow_step
BEGIN SELECT RAISE(ABORT, 'a step is kept'); END;
--@ postgres
CREATE TRIGGER flow_entry_keep BEFORE UPDATE ON flow_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER flow_step_keep BEFORE UPDATE ON flow_step
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
