# track.pl: tracked facts while many write at once: every one of four clients
# inserts, changes, deletes and takes back, in READ COMMITTED, REPEATABLE READ and
# SERIALIZABLE, while departments change their codes; afterwards the facts are
# those of the records, exactly.  The same after a server is stopped at once, and
# after dump and restore.  LOAD_SECONDS is how long each level takes (make soak).
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('track');
$node->append_conf('postgresql.conf', "fsync = off\nsynchronous_commit = on");
$node->start;
run($node, 'postgres', 'CREATE DATABASE load');
run($node, 'load', <<'SQL');
SET client_min_messages = warning;
CREATE EXTENSION deptperf;
SELECT deptperf_setup();
INSERT INTO deptperf.department (dept_id, code) SELECT i, 'D' || i FROM generate_series(1, 20) i;
CREATE SCHEMA finance;
CREATE TABLE finance.payment (id bigserial, unit text, paid date, amount numeric, PRIMARY KEY (id, paid)) PARTITION BY RANGE (paid);
CREATE TABLE finance.p2021 PARTITION OF finance.payment FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE finance.p2022 PARTITION OF finance.payment FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE INDEX ON finance.payment (unit);
INSERT INTO finance.payment (unit, paid, amount) SELECT 'D' || 1 + i % 22, date '2021-01-01' + i % 700, i / 7.0 FROM generate_series(1, 2000) i;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial) SELECT 1 + i % 20, 2021 + i % 2, 'public', i FROM generate_series(1, 500) i;
SELECT count(*) FROM deptperf_bind('{"execution": {"from": "finance.payment", "dept": "unit", "year": "paid", "month": "paid", "expense_class": "''public''", "amount": "amount"}}');
INSERT INTO deptperf.fact (fact) SELECT 'f' || i FROM generate_series(1, 5) i;
SELECT count(*) FROM deptperf_track();
CREATE ROLE writer LOGIN;
GRANT USAGE ON SCHEMA finance TO writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA finance TO writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA finance TO writer;
SQL

# What a client does, at an isolation level: a commit most times, else all or a part taken back.
sub script
{
	my ($level, $n) = @_;
	my $file = $node->basedir . "/$n.sql";
	append_to_file($file, <<"SQL");
\\set d random(1, 22)
\\set e random(1, 20)
\\set i random(1, 3000)
\\set a random(-100000, 100000)
\\set end random(1, 4)
BEGIN ISOLATION LEVEL $level;
INSERT INTO finance.payment (unit, paid, amount) VALUES ('D' || :d, date '2021-01-01' + (:i % 700)::int, :a / 1000.0), ('D' || :e, '2022-06-30', CASE WHEN :a % 50 = 0 THEN numeric 'NaN' ELSE :a END);
UPDATE finance.payment SET amount = amount + 0.01, paid = date '2021-01-01' + ((id + :i) % 700)::int WHERE id = :i;
SAVEPOINT s;
DELETE FROM finance.payment WHERE id = :i + :d OR amount = 'NaN' AND id % 4 = :e % 4;
\\if :end < 3
ROLLBACK TO s;
\\endif
DELETE FROM finance.p2022 WHERE unit = 'D' || :d AND id % 97 = :e;
\\if :end = 4
ROLLBACK;
\\else
COMMIT;
\\endif
SQL
	return $file;
}

my $own = $node->basedir . '/own.sql';
append_to_file($own, <<'SQL');
\set d random(1, 20)
\set i random(1, 2000)
BEGIN;
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, initial, adjusted) VALUES (:d, 2021, 'other', :i / 3.0, NULL);
UPDATE deptperf.budget SET dept_id = :d WHERE budget_id = :i;
DELETE FROM deptperf.budget WHERE budget_id = :i + 1;
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount) VALUES (1 + :d % 3, 2021, 'f' || 1 + :i % 5, :i % 3 - 1);
UPDATE deptperf.measurement SET amount = -amount WHERE measurement_id = :i;
DELETE FROM deptperf.measurement WHERE measurement_id IN (:i + 1, :i + 2) OR fact = 'f' || 1 + :i % 5 AND :d = 1;
END;
SQL
# codes go from one department to another and come back
my $code = $node->basedir . '/code.sql';
append_to_file($code, <<'SQL');
\set d random(1, 20)
UPDATE deptperf.department SET code = CASE WHEN code ~ 'x' THEN 'D' || dept_id ELSE code || 'x' END WHERE dept_id = :d;
\sleep 50 ms
SQL

sub load_of
{
	my ($user, $seconds, @files) = @_;
	local %ENV = $node->_get_env();
	return [ $node->installed_command('pgbench'), '-n', '-c', '4', '-j', '2', '-T', $seconds, '--max-tries=100', '-U', $user,
		(map { ('-f', $_) } @files), 'load' ];
}

my $seconds = $ENV{LOAD_SECONDS} // 4;
my $superuser = run($node, 'load', 'SELECT current_user');
my $wrong = 'SELECT count(*) FROM deptperf_check_tracking()';
for my $level ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
{
	(my $name = $level) =~ tr/ /_/;
	my $before = run($node, 'load', 'SELECT count(*) FROM deptperf.kept');
	my $command = load_of('writer', $seconds, script($level, $name));
	local %ENV = $node->_get_env();
	my $others = IPC::Run::start(load_of($superuser, $seconds, "$own\@4", "$code\@1"), '>', \my $out, '2>', \my $err);
	my $ok = IPC::Run::run($command, '>', \my $o, '2>', \my $e);
	$others->finish;
	ok($ok && $others->result(0) == 0, "$level: four clients, and four more") or diag($e, $err);
	my ($done) = $o =~ /transactions actually processed: (\d+)/;
	cmp_ok($done, '>', 20, "$level: they did something");
	is(run($node, 'load', $wrong), 0, "$level: the facts are those of the records");
	if ($level eq 'READ COMMITTED')
	{
		my $kept = run($node, 'load', 'SELECT count(*) FROM deptperf.kept');
		cmp_ok($kept - $before, '<', 2 * $done, "$level: rows are added up in passing") or diag("$kept rows of $done transactions");
	}
}

# ---- a server that is stopped at once ----

{
	local %ENV = $node->_get_env();
	my $clients = IPC::Run::start(load_of('writer', 30, script('READ COMMITTED', 'crash')), '>', \my $out, '2>', \my $err);
	$node->poll_query_until('load', q{SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'writer' AND state <> 'idle'});
	run($node, 'load', 'SELECT pg_sleep(1.5)');
	$node->stop('immediate');
	$clients->finish;
}
$node->start;
is(run($node, 'load', $wrong), 0, 'after a crash: the facts are those of the records');
run($node, 'load', q{INSERT INTO finance.payment (unit, paid, amount) VALUES ('D1', '2021-01-01', 1)}, 'writer');
is(run($node, 'load', $wrong), 0, 'and tracking goes on');

# ---- 8,000 statements in one transaction ----

run($node, 'load', q{DO $$ BEGIN FOR i IN 1 .. 8000 LOOP
	INSERT INTO finance.payment (unit, paid, amount) VALUES ('D' || 1 + i % 3, '2021-01-01', i); END LOOP; END $$});
is(run($node, 'load', $wrong), 0, '8,000 statements in one transaction');

# ---- dump and restore ----

{
	my $dump = $node->basedir . '/load.dump';
	my $facts = run($node, 'load', 'SELECT count(*), md5(string_agg(u::text, chr(10) ORDER BY u.dept_id, u.fiscal_year)) FROM deptperf.unit_facts u');
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'load' ], 'a dump');
	run($node, 'postgres', 'CREATE DATABASE restored');
	$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $dump ], 'is restored');
	is(run($node, 'restored', 'SELECT count(*), md5(string_agg(u::text, chr(10) ORDER BY u.dept_id, u.fiscal_year)) FROM deptperf.unit_facts u'), $facts, 'with the same facts');
	is(run($node, 'restored', $wrong), 0, 'which are those of the records');
	run($node, 'restored', 'SELECT deptperf_setup()');
	run($node, 'restored', q{INSERT INTO finance.payment (unit, paid, amount) VALUES ('D1', '2021-01-01', 1); DELETE FROM finance.p2022 WHERE unit = 'D2'}, 'writer');
	is(run($node, 'restored', $wrong), 0, 'tracking goes on after restore and setup');
	is(run($node, 'restored', q{SELECT count(*) FROM pg_class WHERE oid = to_regclass('deptperf.execution_computed')}), 1, 'and is on');

	# data alone, where triggers keep what comes, into tables that have been emptied
	run($node, 'restored', 'TRUNCATE finance.payment, deptperf.budget');
	is(run($node, 'restored', $wrong), 0, 'emptied');
	$node->command_ok([ 'pg_restore', '--exit-on-error', '--data-only', '-d', 'restored', '-t', 'p2021', '-t', 'p2022', '-t', 'budget', '-t', 'kept', $dump ], 'the data alone');
	is(run($node, 'restored', $wrong), 0, 'is not counted twice');
}

# ---- the reference case, every source ----

life_roles($node);
run($node, 'postgres', 'CREATE DATABASE plain OWNER bureau; CREATE DATABASE tracked OWNER bureau');
load_case($node, 'plain', 'bureau');
run($node, 'tracked', 'CREATE EXTENSION deptperf; SELECT deptperf_setup(); SELECT deptperf_track()', 'bureau');
load_case($node, 'tracked', 'bureau');
is(run($node, 'tracked', 'SELECT count(DISTINCT k.fact) FROM deptperf.unit_facts u, jsonb_object_keys(u.facts) k(fact) WHERE k.fact ~ \'_records$\'', 'bureau'),
	run($node, 'plain', 'SELECT count(DISTINCT k.fact) FROM deptperf.unit_facts u, jsonb_object_keys(u.facts) k(fact) WHERE k.fact ~ \'_records$\'', 'bureau'), 'the case: as many sources speak');
is(run($node, 'tracked', $wrong, 'bureau'), 0, 'the case: the facts are those of the records');
same_lines(scores($node, 'tracked', 'bureau'), scores($node, 'plain', 'bureau'), 'the case: every score, by both paths');

# what comes over logical replication fires no statement trigger: it is found
run($node, 'tracked', q{SET session_replication_role = replica; DELETE FROM deptperf.staffing WHERE dept_id = (SELECT min(dept_id) FROM deptperf.staffing)});
is(run($node, 'tracked', 'SELECT DISTINCT source FROM deptperf_check_tracking()', 'bureau'), 'staffing', 'what fired no trigger is found');
run($node, 'tracked', 'SELECT deptperf_track()', 'bureau');
is(run($node, 'tracked', $wrong, 'bureau'), 0, 'and put right');

# a trigger of somebody else's does nothing, nor does it hold up deptperf_track
run($node, 'tracked', q{CREATE TABLE public.other (i int); CREATE TRIGGER deptperf_staffing_1_insert AFTER INSERT ON public.other
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION deptperf_track_write('staffing', '1', '1')});
is(run($node, 'tracked', q{BEGIN; INSERT INTO public.other VALUES (1); SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'deptperf.tracking_lock'::regclass; COMMIT}), 0, 'the lock of writers is not kept for it');
run($node, 'tracked', 'DROP TABLE public.other');

# without the extension, and with it again
run($node, 'tracked', 'SET client_min_messages = warning; DROP EXTENSION deptperf CASCADE; CREATE EXTENSION deptperf; SELECT deptperf_setup()', 'bureau');
isnt(run($node, 'tracked', $wrong, 'bureau'), 0, 'DROP EXTENSION: the check says that tracking is off');
run($node, 'tracked', q{DELETE FROM deptperf.staffing; SELECT deptperf_track()}, 'bureau');
is(run($node, 'tracked', $wrong, 'bureau'), 0, 'and on again');

done_testing();
