# shard.pl: shards on postgres_fdw.  The departments of test/pgtap/random.sql, 200 in
# three levels with records in all sources, lie in one cluster; and once more in
# three, a third with the coordinator and a third with each of two shards, so that
# nearly every bureau has units in several.  Scores are the same; while a shard is
# down they are an error that names it, or open, and never of a part.
use strict;
use warnings;
use utf8;

use Encode qw(decode);
use FindBin;
use IPC::Run;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %fast = (fsync => 'off', synchronous_commit => 'off', shared_buffers => '32MB', max_connections => 20);
my ($co, $south, $north) = map {
	my $node = new_cluster($_);
	$node->append_conf('postgresql.conf', join("\n", map { "$_ = $fast{$_}" } keys %fast));
	$node->start;
	$node
} qw(coordinator south north);

# ---- one cluster, and the same in three ----

my $random = slurp_file(root() . '/test/pgtap/random.sql');
my ($make) = $random =~ /(CREATE FUNCTION pg_temp\.money.*?\nANALYZE;\n)/s;
$co->safe_psql('postgres', 'CREATE DATABASE one');
run($co, 'one', "SET client_min_messages = warning; SET jit = off; CREATE EXTENSION deptperf;
	SELECT deptperf_setup(framework => 'sz-2021-records'); SELECT setseed(0.6180339); $make");

# Where a department's records are: with south, north, or the coordinator.
my %third = (south => 0, north => 1, here => 2);
my $tables = run($co, 'one', "SELECT string_agg(source, ' ' ORDER BY position) FROM deptperf.source");

sub copy
{
	my ($to, $database, $table, $columns, $where) = @_;
	my $rows = run($co, 'one', "COPY (SELECT $columns FROM deptperf.$table WHERE $where) TO STDOUT");
	run($to, $database, "SET session_replication_role = replica; COPY deptperf.$table ($columns) FROM STDIN;\n$rows\n\\.\n") if $rows ne '';
	return;
}

sub columns
{
	my $table = shift;
	return run($co, 'one', "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
		WHERE attrelid = 'deptperf.$table'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''");
}

my %columns = map { $_ => columns($_) } (split(/ /, $tables), qw(closed assessment));

sub records
{
	my ($node, $database, $third) = @_;
	copy($node, $database, $_, $columns{$_}, "dept_id % 3 = $third{$third}") for (split(/ /, $tables), 'closed');
	return;
}

my @nodes = ([ $south, 'south' ], [ $north, 'north' ]);
for (@nodes)
{
	my ($node, $name) = @$_;
	$node->safe_psql('postgres', 'CREATE ROLE coordinator LOGIN; CREATE DATABASE finance');
	run($node, 'finance', q{SET client_min_messages = warning; CREATE EXTENSION deptperf; SELECT deptperf_setup(), deptperf_grant('coordinator', 'reader')});
	run($node, 'finance', "INSERT INTO deptperf.department (dept_id, code) SELECT d, 'd' || d FROM generate_series(1, 200) d WHERE d % 3 = $third{$name}");
	records($node, 'finance', $name);
	run($node, 'finance', 'ANALYZE');
}

# The coordinator's workspace is bureau's, who is no superuser.
run($co, 'postgres', 'CREATE ROLE bureau LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE branch LOGIN; CREATE DATABASE finance OWNER bureau');
run($co, 'finance', 'CREATE EXTENSION postgres_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO bureau');
run($co, 'finance', q{SET client_min_messages = warning; CREATE EXTENSION deptperf; SELECT deptperf_setup(framework => 'sz-2021-records')}, 'bureau');
run($co, 'finance', q{INSERT INTO deptperf.department (dept_id, code, parent_id)
	SELECT d, 'd' || d, CASE WHEN d > 48 THEN 9 + d % 40 WHEN d > 8 THEN 1 + d % 8 END FROM generate_series(1, 200) d ORDER BY d}, 'bureau');
copy($co, 'finance', 'department_framework', 'dept_id, from_year, framework', 'true');
copy($co, 'finance', 'assessment', $columns{assessment}, 'true');
records($co, 'finance', 'here');
run($co, 'finance', 'ANALYZE', 'bureau');

sub server
{
	my ($name, $node, $database) = @_;
	my ($host, $port) = ($node->host, $node->port);
	$database //= 'finance';
	run($co, 'finance', "CREATE SERVER $name FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname '$database',
		options '-c cursor_tuple_fraction=1 -c work_mem=64MB -c jit=off')", 'bureau');
	# without a password, as superusers alone may let them in
	run($co, 'finance', "CREATE USER MAPPING FOR bureau SERVER $name OPTIONS (user 'coordinator', password_required 'false')");
	return;
}

# psql's answer: (status, rows, messages with their SQLSTATE and DETAIL)
sub ask
{
	my ($sql, $user) = @_;
	return $co->psql('finance', "\\set VERBOSITY verbose\n$sql", connstr => as_user($co, 'finance', $user // 'bureau'));
}

sub refuses
{
	my ($sql, $like, $name, $user) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $out, $err) = ask("\\set ON_ERROR_STOP on\n$sql", $user);
	return like($err, $like, $name);
}

my @SCORES = (
	q{SELECT 'score ' || s::text FROM deptperf.score s},
	q{SELECT 'indicator ' || s::text FROM deptperf.indicator_score s},
	q{SELECT 'item ' || s::text FROM deptperf.item_score s});
my $POINTS = q{SELECT s::text FROM deptperf_scores(ARRAY(SELECT dept_id FROM deptperf.department), '{2017,2018,2019,2020,2021}') s};

sub rows { my ($database, $sql, $user) = @_; return lines_of(run($co, $database, $sql, $user)); }

# ---- without a shard ----

my $plain = run($co, 'finance', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM deptperf.score WHERE fiscal_year = 2021', 'bureau');
unlike($plain, qr/shard|Foreign/, 'no shard: nothing of it in the plan');

# ---- what is refused ----

refuses(q{SELECT deptperf_attach(NULL)}, qr/22004.*server must not be NULL/s, 'attach: NULL');
refuses(q{SELECT deptperf_attach('nowhere')}, qr/42704: server "nowhere" does not exist.*CREATE SERVER nowhere/s, 'attach: no such server');
run($co, 'finance', 'CREATE FOREIGN DATA WRAPPER other; CREATE SERVER elsewhere FOREIGN DATA WRAPPER other; GRANT USAGE ON FOREIGN SERVER elsewhere TO bureau');
refuses(q{SELECT deptperf_attach('elsewhere')}, qr/42809: server "elsewhere" is not one of postgres_fdw/, 'attach: another wrapper\'s server');
server('south', $south);
server('north', $north);
server('empty', $south, 'postgres');
refuses(q{SELECT deptperf_attach('empty')}, qr/55000: server "empty" has no workspace that its role may read.*deptperf\.shared_about.*deptperf_grant/s, 'attach: no workspace there');
server('self', $co);
run($co, 'postgres', 'CREATE ROLE coordinator LOGIN');
run($co, 'finance', q{SELECT deptperf_grant('coordinator', 'reader')}, 'bureau');
refuses(q{SELECT deptperf_attach('self')}, qr/22023: server "self" leads to this database/, 'attach: the workspace itself');
refuses(q{SELECT deptperf_attach('south')}, qr/permission denied|belongs to/, 'attach: only the owner', 'reader');
refuses(q{SELECT deptperf_detach('south')}, qr/42704: server "south" is not attached.*Attached are none/s, 'detach: not attached');

run($south, 'finance', q{INSERT INTO deptperf.department (dept_id, code) VALUES (1001, 'unknown')});
refuses(q{SELECT deptperf_attach('south')}, qr/23503: 1 of the departments of server "south" are not known here.*unknown \(dept_id 1001\).*INSERT/s, 'attach: a department that the coordinator does not know');
run($south, 'finance', q{DELETE FROM deptperf.department WHERE dept_id = 1001; UPDATE deptperf.department SET code = 'other' WHERE dept_id = 3});
refuses(q{SELECT deptperf_attach('south')}, qr/22023: 1 of the departments of server "south" are others here.*dept_id 3, which is other there and d3 here/s, 'attach: a dept_id that is another department here');
run($south, 'finance', q{UPDATE deptperf.department SET code = 'd3' WHERE dept_id = 3; INSERT INTO deptperf.department (dept_id, code) VALUES (2, 'd2')});
refuses(q{SELECT deptperf_attach('south')}, qr/55000: 1 of the departments of server "south" have records here too.*Such as d2\..*count twice/s, 'attach: one that has records here');
run($south, 'finance', q{DELETE FROM deptperf.department WHERE dept_id = 2; SELECT deptperf_setup(row_security => true), deptperf_grant('coordinator', 'reader')});
is(run($co, 'finance', 'SELECT count(*) FROM deptperf.shard', 'bureau') . run($co, 'finance', q{SELECT count(*) FROM pg_class WHERE relkind = 'f'}), '00', 'nothing of these is left');
run($south, 'finance', q{REVOKE SELECT ON deptperf.access FROM coordinator; UPDATE deptperf.access SET dept_id = 3});
refuses(q{SELECT deptperf_attach('south')}, qr/42501: server "south" shows its role some departments only/, 'attach: the role sees some departments');
run($south, 'finance', q{DELETE FROM deptperf.access; SELECT deptperf_grant('coordinator', 'reader'), deptperf_setup(row_security => false)});

run($south, 'finance', q{UPDATE deptperf.source SET zeros = zeros || '{"other": 0}' WHERE source = 'budget'});
refuses(q{SELECT deptperf_attach('south')}, qr/55000: the sources of server "south" have other facts.*made by version/s, 'attach: another version\'s facts');
run($south, 'finance', q{UPDATE deptperf.source SET zeros = zeros - 'other' WHERE source = 'budget'});

# ---- two shards ----

# Of two sessions that attach at once the later one waits, and sees the other's claims.
run($north, 'finance', q{INSERT INTO deptperf.department (dept_id, code) VALUES (3, 'd3')});
my $session = $co->background_psql('finance', on_error_stop => 0);
is($session->query_safe(q{SET client_min_messages = error; SET ROLE bureau; BEGIN; SELECT deptperf_attach('south')}), 66, 'south: 3, 6, … 198 are 66 departments');
my ($said, $wrong) = ('', '');
my $later = IPC::Run::start([ $co->installed_command('psql'), '-XAtq', '-v', 'VERBOSITY=verbose', '-d', as_user($co, 'finance', 'bureau'), '-c', q{SELECT deptperf_attach('north')} ], '>', \$said, '2>', \$wrong);
$co->poll_query_until('finance', q{SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'deptperf_attach')});
$session->query_safe('COMMIT');
$later->finish;
$session->quit;
like($wrong, qr/23505: 1 of the departments of server "north" are claimed by another shard.*d3 \(by "south"\)/s, 'one that two shards claim is refused, also of two that are attached at once');
run($north, 'finance', q{DELETE FROM deptperf.department WHERE dept_id = 3});

is(run($co, 'finance', q{SELECT deptperf_attach('north')}, 'bureau'), 67, 'north: 1, 4, … 199 are 67');

same_lines(rows('finance', $_, 'bureau'), rows('one', $_), 'the scores are those of one cluster: ' . (/deptperf\.(\w+)/)[0]) for @SCORES;
same_lines(rows('finance', $POINTS, 'bureau'), rows('one', $POINTS), 'and by the point path');
my $sample = q{SELECT d, y, deptperf_total(d, y), deptperf_grade(d, y) FROM generate_series(1, 200, 13) d, generate_series(2017, 2021, 2) y};
same_lines(rows('finance', $sample, 'bureau'), rows('one', $sample), 'of named departments too');
my $facts = q{SELECT u::text FROM deptperf.unit_facts u};
same_lines(rows('finance', $facts, 'bureau'), rows('one', $facts), 'each unit says what it did, <source>_units too');
my $ranking = q{SELECT r::text FROM deptperf.ranking r};
same_lines(rows('finance', $ranking, 'bureau'), rows('one', $ranking), 'and the ranking');
is(run($co, 'finance', q{SELECT count(deptperf_total(51, 2021)) < 2; SELECT count(*) FROM deptperf.unit_facts WHERE facts ? '!'}, 'bureau'), "t\n0", 'a named department leaves shards out of its own query alone');

# 3 is south's, 2 the coordinator's: what else somebody writes of them counts nowhere.
run($north, 'finance', q{INSERT INTO deptperf.department (dept_id, code) VALUES (2, 'd2'), (3, 'd3'); INSERT INTO deptperf.procurement (procurement_id, dept_id, fiscal_year, planned, actual) VALUES (-2, 2, 2021, 5, 5), (-3, 3, 2021, 7, 7)});
my $claimed = "$facts WHERE dept_id IN (2, 3)";
same_lines(rows('finance', $claimed, 'bureau'), rows('one', $claimed), 'what a shard says of departments that are not its own does not count');
run($north, 'finance', q{DELETE FROM deptperf.procurement WHERE dept_id IN (2, 3); DELETE FROM deptperf.department WHERE dept_id IN (2, 3)});

# ---- what goes there ----

my $remote = qr/Remote SQL: SELECT (?:shard_\d, )?dept_id, fiscal_year, facts, shard_\d FROM deptperf\.shared_facts WHERE|Remote SQL: SELECT [^\n]* FROM deptperf\.shared_facts WHERE/;
my $plan = run($co, 'finance', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM deptperf.score WHERE fiscal_year = 2021', 'bureau');
is(() = $plan =~ /Async Foreign Scan on deptperf\.shard_[12]_facts/g, 2, 'both are asked at once');
is(() = $plan =~ /$remote \(\(fiscal_year = 2021\)\)/g, 2, 'the views: the remote SQL has the year');
$plan = run($co, 'finance', q{EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM deptperf.unit_facts WHERE dept_id = ANY ('{1,2,3}') AND fiscal_year = 2021}, 'bureau');
is(() = $plan =~ /$remote(?=[^\n]*dept_id = ANY \('\{1,2,3\}'::bigint\[\]\))(?=[^\n]*fiscal_year = 2021)/g, 2, 'a filter: the year and the departments');
$plan = run($co, 'finance', q{SET plan_cache_mode = force_generic_plan;
	PREPARE q(bigint[], int) AS SELECT u.dept_id, u.facts FROM deptperf.unit_facts u WHERE u.dept_id = ANY ($1) AND u.fiscal_year = $2;
	EXPLAIN (VERBOSE, COSTS OFF) EXECUTE q('{1,2,3}', 2021)}, 'bureau');
is(() = $plan =~ /$remote(?=[^\n]*dept_id = ANY \(\$\d::bigint\[\]\))(?=[^\n]*fiscal_year = \$\d::integer)/g, 2, 'so has the point path\'s saved plan');

# ---- who sees what ----

run($co, 'finance', q{SELECT deptperf_grant('reader', 'reader')}, 'bureau');
same_lines(rows('finance', $SCORES[0], 'reader'), rows('one', $SCORES[0]), 'a reader, who has no user mapping, sees the scores');
refuses('SELECT * FROM deptperf.shard_1_facts', qr/42501: permission denied for foreign table/, 'and not the foreign tables', 'reader');
run($co, 'finance', q{SET client_min_messages = warning; SELECT deptperf_setup(row_security => true), deptperf_grant('branch', 'reader', 'd12')}, 'bureau');
my $below = "dept_id IN (SELECT c.dept_id FROM deptperf.department_closure c WHERE c.ancestor_id = 12)";
same_lines(rows('finance', 'SELECT s::text FROM deptperf.score s', 'branch'), rows('one', "SELECT s::text FROM deptperf.score s WHERE $below"), 'row security: one branch, from all its units\' records');
is(run($co, 'finance', "SELECT count(*) FROM deptperf.unit_facts WHERE NOT $below", 'branch'), 0, 'and nothing of another unit');
is(run($co, 'finance', "SELECT count(*) FROM deptperf.shard_department", 'branch'), run($co, 'one', "SELECT count(*) FROM deptperf.department WHERE $below AND dept_id % 3 <> 2"), 'nor which shard has its records');
run($co, 'finance', q{CREATE FUNCTION public.tell(id bigint) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS $$ BEGIN RAISE NOTICE 'told of %', id; RETURN true; END $$});
my ($status, $out, $err) = ask('SELECT count(*) FROM deptperf.shard_facts WHERE public.tell(dept_id); SELECT count(*) FROM deptperf.unit_facts WHERE public.tell(dept_id)', 'branch');
my %told = map { $_ => 1 } $err =~ /told of (\d+)/g;
is(join(' ', sort { $a <=> $b } keys %told), run($co, 'one', "SELECT string_agg(d.dept_id::text, ' ' ORDER BY d.dept_id) FROM (SELECT DISTINCT dept_id FROM deptperf.unit_facts WHERE $below) d"), 'a function in WHERE is told of no other department');
run($co, 'finance', q{SELECT deptperf_setup(row_security => false)}, 'bureau');

# ---- what the records are needed for ----

refuses(q{SELECT * FROM deptperf_records(195, 2021, 'paid_q1')}, qr/55000: records behind "paid_q1" are at shard "south".*such as d195.*Ask there: SELECT \* FROM deptperf_records/s, 'records of a department at a shard');
refuses(q{SELECT * FROM deptperf_records(1, 2021, 'paid_q1')}, qr/records behind "paid_q1" are at shards "north", "south"/, 'of a bureau that has units there');
refuses(q{SELECT * FROM deptperf_target_check(195, 2021)}, qr/performance targets are at shard "south"/, 'its targets');
same_lines(rows('finance', q{SELECT severity, found, expected FROM deptperf.data_issue WHERE issue = 'shard' ORDER BY found}, 'bureau'),
	[ map { "info|$_|what is wrong with their records says deptperf.data_issue there" } '66 departments at "south"', '67 departments at "north"' ], 'data_issue says whose records it does not look at');

# ---- closing and freezing ----

my $to_close = run($co, 'finance', q{SELECT deptperf_close(2019)}, 'bureau');
is(run($co, 'finance', q{SELECT count(*) FROM deptperf.data_issue WHERE issue IN ('late records', 'fewer records') AND fiscal_year = 2019}, 'bureau'), 0, "closed here, $to_close: the records at the shards are counted");
is(run($co, 'finance', q{SELECT sum(records) FROM deptperf.closed WHERE fiscal_year = 2019 AND source = 'execution' AND dept_id % 3 <> 2}, 'bureau'),
	run($co, 'one', q{SELECT count(*) FROM deptperf.execution WHERE fiscal_year = 2019 AND dept_id % 3 <> 2}), 'as they are');
run($co, 'one', 'SELECT deptperf_close(2019)');
same_lines(rows('finance', "$SCORES[0] WHERE fiscal_year = 2019", 'bureau'), rows('one', "$SCORES[0] WHERE fiscal_year = 2019"), 'the scores are those of one cluster');
my $frozen = run($co, 'finance', q{SELECT deptperf_finalize(12, 2019)}, 'bureau');
is(run($co, 'finance', "SELECT facts FROM deptperf.result WHERE result_id = $frozen", 'bureau'), run($co, 'one', 'SELECT facts FROM deptperf.facts WHERE dept_id = 12 AND fiscal_year = 2019'), 'a result is frozen from facts');

# A department that a shard lets go is open again: closed without its records it
# would have full points.  Of sz-2021-records 33 points are full at 0 out of 0: 5
# (A1.2.1) + 3 (A2.1.1) + 1 (B1.1.1) + 1 (B3.2.1) + 1 (B4.1.1) + 6 (C1.1) + 8
# (C2.2.1) + 6 (C2.3.1) + 2 (C4.1); two tasks missed and a project late take 8 + 6,
# and 19 / 33 of 100 are 57.58.
run($co, 'finance', q{INSERT INTO deptperf.department (dept_id, code) VALUES (301, 'd301')}, 'bureau');
run($north, 'finance', q{INSERT INTO deptperf.department (dept_id, code) VALUES (301, 'd301');
	INSERT INTO deptperf.key_task (key_task_id, dept_id, fiscal_year, assigned, missed) VALUES (-1, 301, 2020, 2, 2); INSERT INTO deptperf.project (project_id, dept_id, fiscal_year, on_time) VALUES (-1, 301, 2020, 0)});
is(run($co, 'finance', q{SELECT deptperf_attach('north'), deptperf_close(2020, NULL, 'd301'), deptperf_close(2018, 'finding', 'd301')}, 'bureau'), '68|13|1', 'another department there, closed here');
is(run($co, 'finance', q{SELECT deptperf_total(301, 2020)}, 'bureau'), '57.58', 'a poor one');
$frozen = run($co, 'finance', q{SELECT deptperf_finalize(301, 2020)}, 'bureau');
run($north, 'finance', q{DELETE FROM deptperf.key_task WHERE dept_id = 301; DELETE FROM deptperf.project WHERE dept_id = 301; DELETE FROM deptperf.department WHERE dept_id = 301});
same_lines(rows('finance', q{SELECT source, found FROM deptperf.data_issue WHERE issue = 'fewer records'}, 'bureau'), [ 'key_task|0 records', 'project|0 records' ], 'deleted there: data_issue says that the records are gone');
my ($status_there, $departments, $notice) = ask(q{SELECT deptperf_attach('north')});
is($departments, 67, 'and attached again');
like($notice, qr/NOTICE:  \w+: closings taken back: 14 \(departments: 1, years: 2\)$/m, 'it is let go, and a notice says that it is open: 13 sources of 2020 and one of 2018');
is(run($co, 'finance', q{SELECT count(*), (SELECT count(*) FROM deptperf.score WHERE dept_id = 301), (SELECT count(deptperf_total(301, 2020))) FROM deptperf.closed WHERE dept_id = 301}, 'bureau'), '0|0|0', 'so it has no total');
is(run($co, 'finance', "SELECT total, (SELECT count(*) FROM deptperf_verify($frozen)) FROM deptperf.result WHERE result_id = $frozen", 'bureau'), '57.58|0', 'what is frozen stays');
run($co, 'finance', "SET session_replication_role = replica; DELETE FROM deptperf.result WHERE result_id = $frozen; DELETE FROM deptperf.department WHERE dept_id = 301; DELETE FROM deptperf.department_closure WHERE dept_id = 301");

# ---- a shard is down ----

my %right;
$north->stop('immediate');
refuses('SELECT * FROM deptperf.score WHERE fiscal_year = 2021', qr/08001: could not connect to server "north"/, 'down: an error that names it');
refuses('SELECT deptperf_total(1, 2021)', qr/08001: could not connect to server "north"/, 'by the point path');
# 199 is with north alone.
($status, $out, $err) = ask("\\set ON_ERROR_STOP off\nSELECT deptperf_total(199, 2021); SELECT deptperf_shard_asked(1)");
is($out, '1', 'and after that error all shards are asked again');

# 50 is here and 51 with south, both without units below them; 12 has some everywhere.
my $points = q{SELECT deptperf_total(50, y), deptperf_total(51, y), deptperf_grade(51, y) FROM generate_series(2017, 2021) y};
same_lines(rows('finance', $points, 'bureau'), rows('one', $points), 'down: named departments that have nothing there are scored');
refuses(q{SELECT * FROM deptperf_scores('{50,12}', '{2021}')}, qr/08001: could not connect to server "north"/, 'and others not');

run($co, 'finance', q{UPDATE deptperf.shard SET unreachable = 'open' WHERE server = 'north'}, 'bureau');
($status, $out, $err) = ask('SELECT count(*) FROM deptperf.score WHERE fiscal_year = 2021');
like($err, qr/WARNING:  \w+: shard "north" does not answer\nDETAIL:  Its departments are open, and so is all above them: could not connect to server "north"/, 'open: a warning that names it');
is(() = $err =~ /WARNING/g, 1, 'once');
($status, $out, $err) = ask('SELECT deptperf_total(12, 2021) IS NULL', 'reader');
is($out, 't', 'open: to a reader, who may not ask the shard himself, too');
like($err, qr/shard "north" does not answer/, 'with the warning');
my $reached = q{NOT EXISTS (SELECT FROM deptperf.department_closure c WHERE c.ancestor_id = s.dept_id AND c.dept_id % 3 = 1)};
my $own = "SELECT s::text FROM deptperf.score s WHERE fiscal_year BETWEEN 2017 AND 2021 AND $reached";
same_lines(rows('finance', $own, 'bureau'), rows('one', $own), 'open: what has no unit there is as it was');
# Of the rest nothing is scored but what is judged alone: the same points as in one cluster, or none.
my $part = "WHERE fiscal_year BETWEEN 2017 AND 2021 AND NOT $reached";
for my $what ([ 'score', 's.total' ], [ 'indicator_score', 's.points, s.state' ], [ 'item_score', 's.points, s.state' ])
{
	my ($view, $points) = @$what;
	my $key = { score => '', indicator_score => ', indicator', item_score => ', item' }->{$view};
	my $known = "SELECT concat_ws(' ', dept_id, fiscal_year$key, $points) FROM deptperf.$view s $part AND " . ($points =~ /^([^,]*)/)[0] . ' IS NOT NULL';
	my %right = map { $_ => 1 } @{ rows('one', $known) };
	my @known = grep { $_ ne '' } @{ rows('finance', $known, 'bureau') };
	is(join("\n", grep { !$right{$_} } @known), '', "open: $view has nothing of a part, " . @known . ' of ' . keys(%right));
}
is(run($co, 'finance', "SELECT count(*) FROM deptperf.item_score s $part AND state IN ('scored', 'compared', 'not_applicable', 'not_compared')", 'bureau'), 0, 'open: no item is scored by records');
is(run($co, 'finance', "SELECT count(*), count(*) FILTER (WHERE total IS NULL) > 470 FROM deptperf.score s $part", 'bureau'), run($co, 'one', "SELECT count(*), true FROM deptperf.score s $part"), 'open: they are all there, without a total unless all of it is judged');
same_lines(rows('finance', "SELECT s::text FROM deptperf_scores(ARRAY(SELECT dept_id FROM deptperf.department), '{2017,2018,2019,2020,2021}') s", 'bureau'),
	rows('finance', "SELECT s::text FROM deptperf.score s WHERE fiscal_year BETWEEN 2017 AND 2021", 'bureau'), 'open: and so by the point path');
is(run($co, 'finance', q{SELECT facts FROM deptperf.unit_facts WHERE dept_id = 199 AND fiscal_year = 2017}, 'bureau'), '{"!": 1}', 'open: a unit out of reach says so');
is(run($co, 'finance', q{SELECT count(*) FROM deptperf.facts f, jsonb_each_text(f.facts) e WHERE f.dept_id = 1 AND f.fiscal_year = 2017 AND e.key <> '!' AND e.value <> 'NaN'}, 'bureau'), 0, 'open: a sum that it is in is no number');
is(run($co, 'finance', q{SELECT string_agg(DISTINCT needs, ' ') FROM deptperf_missing(1, 2017) WHERE item IS NOT NULL}, 'bureau'), 'shard', 'open: deptperf_missing says what is needed');
is(run($co, 'finance', q{SELECT bool_and(sources ~ '^[^:]+: out of reach') FROM deptperf_explain(4, 2017, lang => 'en') WHERE sources IS NOT NULL}, 'bureau'), 't', 'nor does deptperf_explain count records that it does not see');
like(run($co, 'finance', q{SELECT deptperf_report(1, 2017, 'en')}, 'bureau'), qr/its shard, which is out of reach/, 'the report says so too');
refuses('SELECT deptperf_close(2018)', qr/55000: closing needs shard "north", which does not answer/, 'open: nothing is closed by a part');
like(run($co, 'finance', q{BEGIN; SELECT deptperf_close(2018, NULL, 'd50'); ROLLBACK}, 'bureau'), qr/^\d+$/, 'but what is here alone is');
refuses('SELECT deptperf_compare(2018)', qr/55000: a comparison needs shard "north"/, 'nor compared');
refuses('SELECT deptperf_finalize(4, 2018)', qr/55000: freezing needs shard "north", which does not answer/, 'nor frozen');
refuses("SELECT deptperf_finalize(4, 2018, force => true, reason => 'at once')", qr/55000: freezing needs shard "north"/, 'nor by force');
is(run($co, 'finance', q{SELECT deptperf_finalize(50, 2019) > 0}, 'bureau'), 't', 'what has no unit there is');
same_lines(rows('finance', q{SELECT severity, found FROM deptperf.data_issue WHERE issue = 'shard'}, 'bureau'),
	[ 'info|66 departments at "south"', 'error|67 departments at "north", which is out of reach: they are open' ], 'open: data_issue says so');
is(run($co, 'finance', q{SELECT count(*) FROM deptperf.data_issue WHERE issue = 'silent' AND dept_id % 3 = 1}, 'bureau'), 0, 'and of no unit out of reach that it is silent');

# What a transaction has found stays: else what is pruned and what is marked could differ.
$session = $co->background_psql('finance', on_error_stop => 0);
is($session->query(q{SET client_min_messages = error; BEGIN; SELECT total IS NULL FROM deptperf.score WHERE dept_id = 3 AND fiscal_year = 2021}), 't', 'open: in a transaction');

# ---- up again ----

$north->start;
same_lines(rows('finance', $SCORES[0], 'bureau'), rows('one', $SCORES[0]), 'up again: the scores of one cluster');
is($session->query('SELECT deptperf_total(3, 2021) IS NULL; COMMIT; SELECT deptperf_total(3, 2021) IS NULL'), "t\nf", 'a transaction that found it down does not mix; the next one asks again');
$session->quit;
is(run($co, 'finance', q{SET client_min_messages = error; BEGIN; SELECT deptperf_shard_asked(2); SAVEPOINT s; SELECT deptperf_detach('north'); SELECT count(deptperf_shard_asked(2)); ROLLBACK TO s; SELECT deptperf_shard_asked(2); COMMIT}, 'bureau'), "2\n67\n0\n2", 'nor does one that takes back that it let a shard go');
run($north, 'finance', 'REVOKE SELECT ON deptperf.shared_about FROM coordinator');
refuses('SELECT count(*) FROM deptperf.score WHERE fiscal_year = 2021', qr/ERROR:  42501: permission denied for view shared_about/, 'open: an answer that is an error is no silence');
run($north, 'finance', q{SELECT deptperf_grant('coordinator', 'reader')});

# ---- a server that is dropped ----

run($co, 'finance', q{SET client_min_messages = error; DROP SERVER north CASCADE}, 'bureau');
my $totals = "SELECT dept_id, fiscal_year, total FROM deptperf.score s WHERE fiscal_year = 2021 AND total IS NOT NULL AND NOT $reached";
%right = map { $_ => 1 } @{ rows('one', $totals) };
($status, $out, $err) = ask($totals);
is(join("\n", grep { !$right{$_} } split /\n/, $out), '', 'dropped: its departments are open, and all above them');
cmp_ok(scalar(() = $out =~ /\n/g), '<', 10, 'but for what is judged whole');
like($err, qr/shard "north" has lost its foreign tables.*deptperf_attach\('north'\).*deptperf_detach\('north'\)/s, 'dropped: a warning says what to do');
server('north', $north);
is(run($co, 'finance', q{SELECT deptperf_attach('north')}, 'bureau'), 67, 'attached again');
same_lines(rows('finance', $SCORES[0], 'bureau'), rows('one', $SCORES[0]), 'the scores of one cluster');

# ---- dump and restore ----

my $dump = $co->basedir . '/finance.dump';
$co->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'finance' ], 'dumped');
run($co, 'postgres', 'CREATE DATABASE restored OWNER bureau');
$co->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', $dump ], 'restored');
same_lines(rows('restored', $SCORES[0], 'bureau'), rows('one', $SCORES[0]), 'restored: the scores');
is(run($co, 'restored', q{SELECT deptperf_attach('south'), deptperf_detach('north')}, 'bureau'), '66|67', 'restored: attached as before');

# ---- detached ----

# 2019 was closed here for all: 13 sources of the 67 departments at north.
run($co, 'finance', q{CREATE TABLE public.closed_before AS SELECT * FROM deptperf.closed}, 'bureau');
($status, $out, $err) = ask(q{SELECT deptperf_detach('north')});
is($out, 67, 'detached');
like($err, qr/NOTICE:  \w+: closings taken back: 871 \(departments: 67, years: 1\)\n.*Frozen results stay/m, 'and a notice says what is open again');
is(() = $err =~ /NOTICE/g, 1, 'one');
is(run($co, 'finance', q{SELECT count(*), bool_and(dept_id % 3 = 1) FROM (TABLE public.closed_before EXCEPT TABLE deptperf.closed) c}, 'bureau'), '871|t', 'no closing of another department');
is(run($co, 'finance', q{SELECT count(*) FROM deptperf.unit_facts WHERE dept_id % 3 = 1}, 'bureau'), 0, 'so that none of its departments has facts of what was there');
is(run($co, 'finance', q{SELECT deptperf_detach('south')}, 'bureau'), 66, 'both');
is(run($co, 'finance', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM deptperf.score WHERE fiscal_year = 2021', 'bureau'), $plain, 'the plan is what it was before');
is(run($co, 'finance', q{SELECT (SELECT count(*) FROM deptperf.shard) + (SELECT count(*) FROM deptperf.shard_department) + (SELECT count(*) FROM pg_class WHERE relkind = 'f')}, 'bureau'), 0, 'nothing of them is left');

# ---- doc/distributed.md does what it says ----

my @blocks = decode('UTF-8', slurp_file(root() . '/doc/distributed.md')) =~ /^```sql\n(.*?)^```/msg;
$blocks[0] =~ s/^CREATE ROLE coordinator.*\n//m;
$blocks[1] =~ s/host 'south\.example', dbname 'finance'/"host '" . $south->host . "', port '" . $south->port . "', dbname 'guide'"/e;
$_->safe_psql('postgres', 'CREATE DATABASE guide') for $co, $south;
run($south, 'guide', $blocks[0]);
run($co, 'guide', "SET client_min_messages = warning; $blocks[1]; $blocks[2]");
run($south, 'guide', 'INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual) VALUES (2, 2021, 10, 9)');
is(run($co, 'guide', q{SELECT string_agg(dept_id || ' ' || (facts ->> 'procurement_actual'), ', ' ORDER BY dept_id) FROM deptperf.facts WHERE fiscal_year = 2021}), '1 9, 2 9', 'the guide: a unit at the shard, and the bureau above it');

# It is a shard of nobody, for it has one.
server('nested', $co, 'guide');
run($co, 'guide', q{SELECT deptperf_grant('coordinator', 'reader')});
refuses(q{SELECT deptperf_attach('nested')}, qr/55000: server "nested" has shards itself/, 'attach: a coordinator');

# One shard alone is left out as any other: 2 and 4 are there, 1 is above 2.
run($co, 'guide', q{UPDATE deptperf.shard SET unreachable = 'open'});
$south->stop('immediate');
is(run($co, 'guide', q{SET client_min_messages = error; SELECT string_agg(dept_id::text, ',' ORDER BY dept_id) FROM deptperf.facts WHERE fiscal_year = 2021 AND facts ? '!'}), '1,2,4', 'a single shard that is down is left out');
is(run($co, 'guide', q{SET client_min_messages = error; SELECT count(*) FROM deptperf_scores(ARRAY[3], ARRAY[2021])}), '0', 'and not asked for a department that is here');

$_->stop('immediate') for $co, $north;
done_testing();
