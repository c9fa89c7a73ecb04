-- SPDX-License-Identifier: Apache-2.0
-- What is done is forgotten after a while.
CREATE INDEX outbox_done ON outbox (done_at);
