-- SPDX-License-Identifier: Apache-2.0
-- Colleagues of one organ of a body speak, and share the work, among themselves.
ALTER TABLE item_comment ADD COLUMN organ INT NOT NULL DEFAULT 0;
ALTER TABLE assignment ADD COLUMN organ INT NOT NULL DEFAULT 0;
