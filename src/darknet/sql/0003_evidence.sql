-- SPDX-License-Identifier: Apache-2.0
-- What the first packets were, byte by byte, and how fast it went when it went fastest.
ALTER TABLE darknet_packet ADD COLUMN frame BYTES;               -- from the IP header, 160 bytes at most; secret as dark is
ALTER TABLE darknet_packet ADD COLUMN wire INT NOT NULL DEFAULT 0; -- its length on the wire; 0: not known
ALTER TABLE darknet_episode ADD COLUMN rate_most INT NOT NULL DEFAULT 0; -- packets of its fullest minute; 0: not known
