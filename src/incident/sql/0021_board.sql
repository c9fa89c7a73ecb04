-- SPDX-License-Identifier: Apache-2.0
-- For the board: since when all is restored, and which reports that had a date were handed over by it.
ALTER TABLE incident ADD COLUMN restored_at TIME;
ALTER TABLE incident ADD COLUMN in_time INT NOT NULL DEFAULT 0;   -- steps with a date, handed over by it
ALTER TABLE incident ADD COLUMN too_late INT NOT NULL DEFAULT 0;  -- handed over after it
