-- SPDX-License-Identifier: Apache-2.0
-- A mail to an address that is nobody's account: a list or a program that a body named.
ALTER TABLE outbox ADD COLUMN address TEXT NOT NULL DEFAULT ''; -- '': that of the person
