-- SPDX-License-Identifier: Apache-2.0
-- First packets are kept for as many days as the desk says (setting darknet_packet_days), not for ever.
CREATE INDEX darknet_packet_at ON darknet_packet (at);
