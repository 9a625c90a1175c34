-- Shards: departments whose records another cluster has, in a workspace of its own
-- that postgres_fdw reaches (deptperf_attach, src/shard.c).
--
--   shard             the servers that were attached
--   shard_department  which department's records are where: its claim
--   shard_unit_facts  what the shards say, a partition a shard: the foreign table
--                     shard_<n>_facts over shared_facts there.  Whatever is not to
--                     be asked is pruned when the executor starts, before
--                     postgres_fdw would connect.
--   shard_sums        of these what counts, of every unit: what a shard says of a
--                     department that it has the claim to; and where a shard is
--                     left out, the mark "!" in place of facts, for each of its
--                     departments and every year.  A sum that has the mark in it is
--                     no number, so nothing is scored by the part that is there.
--                     Written by deptperf_shard_views for the shards there are;
--                     without one it is empty for the planner too, and nothing
--                     of it is left in any plan.
--   shard_facts       of these the rows that the caller may see
--   shard_issue       what data_issue says of shards; written as shard_sums is
--
-- What a shard gives a coordinator, shared_facts and shared_about, every workspace
-- has.

CREATE TABLE IF NOT EXISTS shard (
    shard       int PRIMARY KEY
        CONSTRAINT shard_number CHECK (shard BETWEEN 1 AND 32),
    server      text NOT NULL UNIQUE,
    unreachable text NOT NULL DEFAULT 'error'
        CONSTRAINT shard_unreachable_known CHECK (unreachable IN ('error', 'open')),
    attached_by text NOT NULL DEFAULT current_user,
    attached_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE shard IS
    'The shards: foreign servers whose workspaces have the records of some departments. Written by deptperf_attach and deptperf_detach; unreachable is the owner''s to change.';
COMMENT ON COLUMN shard.shard IS 'Its number; the foreign tables are shard_<n>_facts and shard_<n>_about.';
COMMENT ON COLUMN shard.server IS 'The foreign server, by its name when it was attached.';
COMMENT ON COLUMN shard.unreachable IS
    'What happens while it does not answer: error, queries end with postgres_fdw''s error, which names the server; open, a warning names it, and its departments and all above them are open. Counts from the next transaction on.';
COMMENT ON COLUMN shard.attached_by IS 'The role that called deptperf_attach first.';
COMMENT ON COLUMN shard.attached_at IS 'When it did.';

CREATE TABLE IF NOT EXISTS shard_department (
    dept_id bigint PRIMARY KEY REFERENCES department ON DELETE CASCADE,
    shard   int NOT NULL REFERENCES shard ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS shard_department_by_shard ON shard_department (shard, dept_id);
COMMENT ON TABLE shard_department IS
    'Which shard has a department''s records: every department of its registry when deptperf_attach was called last. What another shard says of it does not count.';

CREATE TABLE IF NOT EXISTS shard_unit_facts (
    shard       int NOT NULL,
    dept_id     bigint,
    fiscal_year int,
    facts       text
) PARTITION BY LIST (shard);
COMMENT ON TABLE shard_unit_facts IS 'What the shards say of their units, a foreign table a shard. Only for the owner.';

IF renew OR to_regclass('deptperf.shard_sums') IS NULL OR to_regclass('deptperf.shard_issue') IS NULL THEN
    PERFORM @extschema@.deptperf_shard_views();
END IF;
COMMENT ON VIEW shard_sums IS
    'The facts that shards have of their units; and {"!": 1}, a unit out of reach, for each department of a shard that is left out and each year. Only for the owner.';
COMMENT ON VIEW shard_issue IS
    'What data_issue says of shards: that it does not look at their records, and which are out of reach.';

IF renew OR to_regclass('deptperf.shard_facts') IS NULL THEN
    CREATE OR REPLACE VIEW shard_facts WITH (security_barrier = true) AS
    SELECT s.dept_id, s.fiscal_year, s.facts
    FROM shard_sums s
    WHERE sees_all() OR s.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW shard_facts IS
    'The facts that shards have of their units, of those that the caller may see; {"!": 1} for one that is out of reach, in every year.';
