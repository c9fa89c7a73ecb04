-- SPDX-License-Identifier: Apache-2.0
-- A delivery for somebody without an account: its key, sealed with a word that is told by telephone. Without the word
-- neither the link nor this row opens anything.
CREATE TABLE flow_envelope (
    link BYTES NOT NULL PRIMARY KEY, -- hash of what stands in the link
    delivery ID NOT NULL REFERENCES flow_delivery (id),
    wrapped BYTES NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL,
    ends_at TIME NOT NULL,
    opened_at TIME
) STRICT;
CREATE INDEX flow_envelope_delivery ON flow_envelope (delivery);
