-- SPDX-License-Identifier: Apache-2.0
-- Organisations, people, roles, and what proves who somebody is.
CREATE TABLE body (
    id ID NOT NULL PRIMARY KEY,
    code6 TEXT,              -- 全国地方公共団体コード with its check digit; NULL: not a local government
    class INT NOT NULL,      -- enum body_class
    pref INT NOT NULL,       -- JIS X 0401, 0: none
    name TEXT NOT NULL,
    kana TEXT NOT NULL,
    valid_from DAY NOT NULL,
    valid_to DAY,            -- merged or renamed away after this day
    UNIQUE (code6)
) STRICT;
CREATE INDEX body_pref ON body (pref, class, id);

CREATE TABLE person (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    mail TEXT NOT NULL,
    active BOOL NOT NULL,
    created_at TIME NOT NULL
) STRICT;
CREATE INDEX person_body ON person (body);

CREATE TABLE person_role (
    person ID NOT NULL REFERENCES person (id),
    role INT NOT NULL,       -- one bit of enum role
    since TIME NOT NULL,
    PRIMARY KEY (person, role)
) STRICT;

CREATE TABLE credential (
    person ID NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,      -- 'password'
    secret TEXT NOT NULL,    -- argon2id, in its own text form
    changed_at TIME NOT NULL,
    PRIMARY KEY (person, kind)
) STRICT;

-- Secrets are never stored: only their SHA-256.
CREATE TABLE session (
    hash BYTES NOT NULL PRIMARY KEY,
    person ID NOT NULL REFERENCES person (id),
    created_at TIME NOT NULL,
    expires_at TIME NOT NULL
) STRICT;
CREATE INDEX session_person ON session (person);

CREATE TABLE token (
    hash BYTES NOT NULL PRIMARY KEY,
    person ID NOT NULL REFERENCES person (id),
    label TEXT NOT NULL,
    created_at TIME NOT NULL,
    expires_at TIME NOT NULL
) STRICT;

CREATE TABLE invite (
    hash BYTES NOT NULL PRIMARY KEY,
    person ID NOT NULL REFERENCES person (id),
    created_at TIME NOT NULL,
    expires_at TIME NOT NULL,
    used_at TIME
) STRICT;
