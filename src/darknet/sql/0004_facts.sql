-- SPDX-License-Identifier: Apache-2.0
-- What an hour brought to dark space, whoever sent it (4.5): kept for years, the services and the parts of
-- the world in compact columns (darknet_fact.h). An hour has a row for each run of a sensor in it.
CREATE TABLE darknet_fact (
    id ID NOT NULL PRIMARY KEY,
    hour TIME NOT NULL,
    begin_at TIME NOT NULL,      -- the first packet of this row; with hour and watched it names the run
    end_at TIME NOT NULL,
    watched INT NOT NULL,        -- dark IPv4 addresses
    packets INT NOT NULL,
    hosts INT NOT NULL,          -- different senders, about
    seen INT NOT NULL,           -- by the kernel; 0: a capture was replayed
    dropped INT NOT NULL,        -- by the kernel, for want of room
    malformed INT NOT NULL,
    services BYTES NOT NULL,
    world BYTES NOT NULL,
    at TIME NOT NULL,            -- when it was last told
    UNIQUE (hour, begin_at, watched)
) STRICT;
