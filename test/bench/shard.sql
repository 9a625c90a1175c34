-- shard.sql: the cases of shards: two of them, each with half of
-- the departments in a cluster of its own, against one cluster with all of them.
-- bench-shards.sh runs ours at the coordinator, which has none.
INSERT INTO bench.cases (name, goal_number, what, kind, ours, peer, direction, goal) VALUES
('shard_facts', 8, 'facts of all departments from two shards, against one cluster', 'shard',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021',
 'SELECT sum(pg_column_size(facts)) FROM deptperf.unit_facts WHERE fiscal_year = 2021', 'at most', 0.7),
('shard_totals', 8, 'totals of all departments from two shards, likewise', 'shard',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021',
 'SELECT count(*), count(total), count(grade) FROM deptperf.score WHERE fiscal_year = 2021', 'at most', 0.7);
