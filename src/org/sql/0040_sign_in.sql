-- SPDX-License-Identifier: Apache-2.0
-- Second factors, codes for the day they are lost, sessions that know how they began, and the
-- addresses an organisation lets in. Everybody signs in once more.
DROP TABLE session;
CREATE TABLE session (
    hash BYTES NOT NULL PRIMARY KEY,
    id ID NOT NULL UNIQUE,       -- for showing it: says nothing of the secret
    person ID NOT NULL REFERENCES person (id),
    created_at TIME NOT NULL,
    expires_at TIME NOT NULL,
    seen_at TIME NOT NULL,       -- the last use written down: at most a minute old
    fresh_at TIME NOT NULL,      -- who it is was last proved then
    factors INT NOT NULL,        -- 1: by password alone, 2: by two factors
    device TEXT NOT NULL,        -- "Chrome（Windows）", from what the browser says of itself
    address TEXT NOT NULL        -- it was begun from
) STRICT;
CREATE INDEX session_person ON session (person);

CREATE TABLE factor (
    id ID NOT NULL PRIMARY KEY,
    person ID NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,          -- 'totp', 'passkey'
    name TEXT NOT NULL,
    secret BYTES NOT NULL,       -- totp: the shared secret; passkey: the public key
    credential BYTES,            -- passkey: its id
    alg INT NOT NULL,            -- passkey: COSE algorithm; totp: 0
    counter INT NOT NULL,        -- totp: the last step used; passkey: signatures so far
    created_at TIME NOT NULL,
    used_at TIME NOT NULL,
    UNIQUE (credential)
) STRICT;
CREATE INDEX factor_person ON factor (person, kind);

CREATE TABLE recovery (
    person ID NOT NULL REFERENCES person (id),
    hash BYTES NOT NULL,         -- SHA-256 of 80 bits of chance
    created_at TIME NOT NULL,
    used_at TIME,
    PRIMARY KEY (person, hash)
) STRICT;

-- Challenges answered by a passkey: one answer is taken once.
CREATE TABLE challenge (
    chance BYTES NOT NULL PRIMARY KEY,
    expires_at TIME NOT NULL
) STRICT;

CREATE TABLE allowed (
    body ID NOT NULL REFERENCES body (id),
    range TEXT NOT NULL,         -- as net_put writes it
    note TEXT NOT NULL,
    PRIMARY KEY (body, range)
) STRICT;
