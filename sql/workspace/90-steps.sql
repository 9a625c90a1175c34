-- Upgrade steps.  The files before this one bring back whatever is missing; a
-- step changes what is there already in a workspace of an older version, and
-- runs once:
--
--     IF (SELECT version FROM workspace) < 2 THEN
--         ALTER TABLE …;
--         UPDATE workspace SET version = 2;
--     END IF;
--
-- A step that a file above relies on stands in that file.

UPDATE workspace SET version = 1 WHERE version = 0;
