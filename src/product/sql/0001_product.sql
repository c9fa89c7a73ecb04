-- SPDX-License-Identifier: Apache-2.0
-- Which products a body uses, so that an alert about one reaches whom it concerns (R178).
CREATE TABLE product (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    name TEXT NOT NULL,          -- maker and product, half-width, single blanks: "Fortinet FortiGate"
    version TEXT NOT NULL,
    place TEXT NOT NULL,         -- where it is used, in words
    person ID NOT NULL,
    at TIME NOT NULL,
    UNIQUE (body, name, version)
) STRICT;
CREATE INDEX product_name ON product (name);
