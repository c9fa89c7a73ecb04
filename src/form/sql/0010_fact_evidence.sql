-- SPDX-License-Identifier: Apache-2.0
-- The measurement an answer was taken from (basis measured), or was kept against, with the reason.
ALTER TABLE fact ADD COLUMN evidence ID;
ALTER TABLE fact ADD COLUMN note TEXT NOT NULL DEFAULT '';
