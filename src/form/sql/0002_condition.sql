-- SPDX-License-Identifier: Apache-2.0
-- An item may be asked only of those who gave one of some answers to an earlier item of the same
-- catalogue.
ALTER TABLE catalog_item ADD COLUMN cond_question ID REFERENCES question (id);
ALTER TABLE catalog_item ADD COLUMN cond_values TEXT NOT NULL DEFAULT '';  -- "done,partial", "1,3"
CREATE INDEX catalog_item_question ON catalog_item (question, catalog_rev);
