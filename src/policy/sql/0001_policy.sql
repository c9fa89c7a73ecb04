-- SPDX-License-Identifier: Apache-2.0
-- The register of each body's cybersecurity policy, and the guidelines such a policy follows.
CREATE TABLE guideline (
    id ID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    noticed DAY,              -- day of the notice; NULL: known by its name only
    latest BOOL NOT NULL,     -- following it is up to date
    person ID NOT NULL,       -- who added it; 0: the program
    at TIME NOT NULL
) STRICT;
INSERT INTO guideline (id, name, noticed, latest, person, at) VALUES
    (1, '総務大臣指針（令和7年4月1日通知（案））', 20179, 1, 0, 0),
    (2, '地方公共団体における情報セキュリティポリシーに関するガイドライン（令和7年3月版）', NULL, 1, 0, 0),
    (3, '地方公共団体における情報セキュリティポリシーに関するガイドライン（令和6年10月版）', NULL, 0, 0, 0),
    (4, 'それより前の版', NULL, 0, 0, 0);

CREATE TABLE policy (
    id ID NOT NULL PRIMARY KEY,
    body ID NOT NULL REFERENCES body (id),
    organ INT NOT NULL,       -- 0: 長
    established DAY,          -- 策定日
    revised DAY,              -- 改定日
    guideline ID REFERENCES guideline (id),
    published DAY,            -- 公表日
    address TEXT NOT NULL,    -- where it is published; never fetched
    note TEXT NOT NULL,
    person ID NOT NULL,
    at TIME NOT NULL
) STRICT;
CREATE INDEX policy_newest ON policy (body, organ, id);

--@ sqlite
CREATE TRIGGER policy_keep_update BEFORE UPDATE ON policy
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
CREATE TRIGGER policy_keep_delete BEFORE DELETE ON policy
BEGIN SELECT RAISE(ABORT, 'the register is append-only'); END;
--@ postgres
CREATE TRIGGER policy_keep BEFORE UPDATE OR DELETE ON policy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
--@ all
