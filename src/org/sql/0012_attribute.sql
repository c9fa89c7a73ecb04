-- SPDX-License-Identifier: Apache-2.0
-- What an office filled in about bodies, with the day and the source of the figures.
CREATE TABLE body_attribute (
    body ID NOT NULL REFERENCES body (id),
    as_of DAY NOT NULL,
    population INT NOT NULL,
    core_city BOOL NOT NULL,     -- 中核市
    peer_group TEXT NOT NULL,       -- 類似団体, as the source writes it; may be empty
    source TEXT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL,
    PRIMARY KEY (body, as_of)
) STRICT;
