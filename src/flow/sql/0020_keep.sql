-- SPDX-License-Identifier: Apache-2.0
-- How long an organisation keeps what it may read of cases, and that its keys were destroyed (doc/adr/0032-sealed-cases.md).
CREATE TABLE flow_years (
    kind TEXT NOT NULL,          -- whose it is: 'incident'
    body ID NOT NULL REFERENCES body (id),
    years INT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL,
    PRIMARY KEY (kind, body)
) STRICT;

-- The keys that body had of the case and of what was delivered from it are gone.
CREATE TABLE flow_erased (
    flow ID NOT NULL REFERENCES flow_case (id),
    body ID NOT NULL REFERENCES body (id),
    person ID NOT NULL,          -- 0: the program, its years being over
    at TIME NOT NULL,
    PRIMARY KEY (flow, body)
) STRICT;
CREATE INDEX flow_erased_body ON flow_erased (body, flow);
