-- SPDX-License-Identifier: Apache-2.0
-- An exercise has a clock of its own: so far ahead of the real one (R135). Of a real case it is 0, for ever.
ALTER TABLE flow_case ADD COLUMN shift INT NOT NULL DEFAULT 0; -- microseconds
