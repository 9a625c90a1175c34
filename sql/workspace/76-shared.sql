-- What this workspace gives a coordinator that has it as a shard (58-shard.sql),
-- with the rights of the role that the coordinator comes as.

-- A partition of the coordinator is told by a column, and each of them reads the
-- one that has its number: so nothing needs to be set up here or in the connection.
IF renew OR to_regclass('deptperf.shared_facts') IS NULL THEN
    EXECUTE format('CREATE OR REPLACE VIEW shared_facts WITH (security_invoker = true) AS SELECT u.dept_id, u.fiscal_year, u.facts, %s FROM unit_facts u',
                   (SELECT string_agg(format('%s AS shard_%1$s', n), ', ' ORDER BY n) FROM generate_series(1, 32) AS n));
END IF;
COMMENT ON VIEW shared_facts IS
    'unit_facts for a coordinator that has this workspace as a shard, with a column for each number that it may give it.';

IF renew OR to_regclass('deptperf.shared_about') IS NULL THEN
    CREATE OR REPLACE VIEW shared_about WITH (security_invoker = true) AS
    SELECT w.made_by AS version,
           format('%s of %s', current_database(), pg_postmaster_start_time()) AS identity,
           sees_all() AS sees_all,
           (SELECT count(*) FROM shard) AS shards,
           (SELECT jsonb_object_agg(s.source, s.zeros) FROM source s) AS sources,
           (SELECT jsonb_agg(jsonb_build_object('dept_id', d.dept_id, 'division', d.division, 'code', d.code)) FROM department d) AS departments
    FROM workspace w;
END IF;
COMMENT ON VIEW shared_about IS 'What a coordinator asks of this workspace when it attaches it as a shard.';
COMMENT ON COLUMN shared_about.version IS 'Of the extension that last made the workspace.';
COMMENT ON COLUMN shared_about.identity IS 'The database, and when its cluster was started: so that no workspace is a shard of its own.';
COMMENT ON COLUMN shared_about.sees_all IS 'Whether the role sees every department.';
COMMENT ON COLUMN shared_about.shards IS 'How many shards it has itself.';
COMMENT ON COLUMN shared_about.sources IS 'By source what it says when it is closed: its facts.';
COMMENT ON COLUMN shared_about.departments IS 'Its registry, which is what it claims.';
