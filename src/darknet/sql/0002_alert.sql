-- SPDX-License-Identifier: Apache-2.0
-- What was seen of the addresses of bodies (4.4): an episode is one source with one behaviour; an
-- alert is an episode as it concerns one body; events and words told are the record.
CREATE TABLE darknet_episode (
    id ID NOT NULL PRIMARY KEY,
    bodies TEXT NOT NULL,        -- their ids in order, with commas between: whose it is
    source TEXT NOT NULL,
    family INT NOT NULL,         -- enum alert_family
    role INT NOT NULL,           -- enum darknet_role
    class INT NOT NULL,          -- enum alert_class
    tool TEXT NOT NULL,          -- 'mirai'; '': not known
    confidence INT NOT NULL,     -- enum alert_confidence
    infected BOOL NOT NULL,
    victim TEXT NOT NULL,
    first_at TIME NOT NULL,
    last_at TIME NOT NULL,
    packets INT NOT NULL,
    dark INT NOT NULL,           -- different dark addresses
    services TEXT NOT NULL,      -- 'tcp/445 tcp/139'
    pps INT NOT NULL,            -- of a flood, estimated; 0: not known
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,        -- of the rule, in Japanese
    severity INT NOT NULL,       -- enum alert_severity
    state INT NOT NULL,          -- enum alert_state
    run_first TIME NOT NULL,     -- of the observation under way
    before_run INT NOT NULL,     -- packets of those before it
    told_class INT NOT NULL,     -- what was told last
    told_infected BOOL NOT NULL,
    told_rate INT NOT NULL,      -- packets a minute
    told_services TEXT NOT NULL,
    told_at TIME NOT NULL,
    reported_at TIME NOT NULL,
    UNIQUE (bodies, source, family)
) STRICT;
CREATE INDEX darknet_episode_state ON darknet_episode (state, reported_at);

CREATE TABLE darknet_alert (
    id ID NOT NULL PRIMARY KEY,
    episode ID NOT NULL REFERENCES darknet_episode (id),
    body ID NOT NULL REFERENCES body (id),
    at TIME NOT NULL,            -- told for the first time, or again after its end
    acked_at TIME,
    acked_by ID,
    cause INT NOT NULL,          -- 0: not found yet; enum alert_cause
    note TEXT NOT NULL,          -- to the cause
    closed_at TIME,              -- when the cause was recorded
    closed_by ID,
    prefecture_at TIME,          -- told to the prefecture, as nobody had read it
    version INT NOT NULL,
    UNIQUE (episode, body)
) STRICT;
CREATE INDEX darknet_alert_body ON darknet_alert (body, at);

-- First packets: what a body looks for in its own logs.
CREATE TABLE darknet_packet (
    id ID NOT NULL PRIMARY KEY,
    episode ID NOT NULL REFERENCES darknet_episode (id),
    at TIME NOT NULL,
    protocol TEXT NOT NULL,
    source_port INT NOT NULL,
    dark TEXT NOT NULL,          -- secret: for the body itself and national offices
    port INT NOT NULL
) STRICT;
CREATE INDEX darknet_packet_episode ON darknet_packet (episode, at, id);

CREATE TABLE darknet_event (
    id ID NOT NULL PRIMARY KEY,
    alert ID NOT NULL REFERENCES darknet_alert (id),
    kind INT NOT NULL,           -- enum alert_event
    way INT NOT NULL,            -- enum alert_way
    person ID NOT NULL,          -- 0: the program
    text TEXT NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX darknet_event_alert ON darknet_event (alert, id);
CREATE INDEX darknet_event_at ON darknet_event (way, at);

-- What a body does not want to be told of, until when and why.
CREATE TABLE darknet_suppression (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    source TEXT NOT NULL,        -- '': any
    port INT NOT NULL,           -- 0: any
    reason TEXT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL,
    until TIME NOT NULL
) STRICT;
CREATE INDEX darknet_suppression_body ON darknet_suppression (body, until);

--@ sqlite
CREATE TRIGGER darknet_event_keep BEFORE UPDATE ON darknet_event
BEGIN SELECT RAISE(ABORT, 'an event is kept'); END;
--@ postgres
CREATE TRIGGER darknet_event_keep BEFORE UPDATE ON darknet_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
