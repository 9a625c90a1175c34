# dump.pl: a bureau's database dumped and restored into another cluster. All of
# it (plain, custom with four jobs, the schema and then the data), and schema
# deptperf alone: the same scores, rows, authors, grants, bindings and objects.
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;
use Life;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $dumps = PostgreSQL::Test::Utils::tempdir();
my $old = new_cluster('old');
$old->start;
life_roles($old);
run($old, 'postgres', 'CREATE DATABASE life OWNER bureau');
life_database($old, 'life');

# Targets whose points the trigger computed, judged ones, and one that is open.
run($old, 'life', <<'SQL', 'bureau');
INSERT INTO deptperf.performance_target (dept_id, fiscal_year, aspect, weight, written, comparison, actual_written, reverse, earned, reason)
SELECT d.dept_id, 2021, t.* FROM deptperf.department d, (VALUES
    ('social', 10, '≥95%', NULL, '94.5%', 'difference', NULL::numeric, '样本偏小'), ('economic', 7, '≤30 万元', NULL, '36万元', 'quotient', NULL, NULL),
    ('ecological', 5, '3册', NULL, '9册', 'difference', NULL, '捐赠'), ('sustainable', 8, '约30', 'qualitative', '基本达到', 'difference', 6, NULL)) AS t
WHERE d.code = '440300-SI-01';
INSERT INTO deptperf.department_line SELECT dept_id, '社会保障' FROM deptperf.department WHERE code = '440300-SI-02';
SELECT deptperf_target_pick('440300-SI-02', 2021, 'example-social-employment', 5, '≥2万人');
REFRESH MATERIALIZED VIEW dashboard.lost;
SQL

my $scores = scores($old, 'life');
my $branch = scores($old, 'life', 'branch');
my $objects = inventory($old, 'life');
my $rows = contents($old, 'life');
is(scalar(grep { /^score .*,2021,sz-2021,/ } @$scores), 13, 'the case has scores');
is(run($old, 'life', 'SELECT string_agg(DISTINCT assessed_by, \', \') FROM deptperf.assessment'), 'assessor 王, bureau', 'of two authors');
same_lines(scores($old, 'life', 'reader'), $scores, 'that a reader sees too');

my $new = new_cluster('new');
$new->start;
$old->command_ok([ 'pg_dumpall', '--globals-only', '--no-role-passwords', '-f', "$dumps/globals.sql" ], 'roles are dumped');
my $globals = slurp_file("$dumps/globals.sql");
$globals =~ s/^(CREATE|ALTER) ROLE postgres\b.*\n//mg;     # the new cluster's own
$new->psql('postgres', $globals, on_error_die => 1);

# Restores as the superuser into a database of bureau's, and nothing is said.
sub restored
{
	my ($database, $how, %options) = @_;
	same_lines(scores($new, $database), $scores, "$how: the scores");
	same_lines(scores($new, $database, 'reader'), $scores, "$how: a reader's too");
	same_lines(scores($new, $database, 'branch'), $branch, "$how: and what a branch's reader sees");
	same_lines(inventory($new, $database), $objects, "$how: every object, with its owner, grants and comment");
	same_lines(contents($new, $database, %options), $options{rows} // $rows, "$how: every row, with its author and time, and the bindings");
	return;
}

sub silently
{
	my ($node, $command, $name) = @_;
	local %ENV = $node->_get_env();
	my ($out, $err);
	my $ok = IPC::Run::run($command, '>', \$out, '2>', \$err);
	ok($ok && $err eq '', $name) or diag($err);
	return;
}

sub database { my $name = shift; run($new, 'postgres', "CREATE DATABASE $name OWNER bureau"); return; }

# ---- plain ----

$old->command_ok([ 'pg_dump', '-f', "$dumps/plain.sql", 'life' ], 'plain: dumped');
database('plain');
silently($new, [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', 'plain', '-f', "$dumps/plain.sql" ], 'plain: restored');
restored('plain', 'plain');

# The sequences go on behind the rows, setup has nothing to bring, and who judges
# next supersedes what was restored.
run($new, 'plain', 'SET client_min_messages = warning; SELECT deptperf_setup()', 'bureau');
same_lines(inventory($new, 'plain'), $objects, 'plain: setup finds everything there');
same_lines(contents($new, 'plain'), $rows, 'plain: and changes no row');
is(run($new, 'plain', q{SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 2}');
	SELECT points, assessed_by, (SELECT p.assessed_by FROM deptperf.assessment p WHERE p.assessment_id = a.supersedes)
	FROM deptperf.assessment a ORDER BY assessment_id DESC LIMIT 1}, 'assessor 王'),
	"1\n2|assessor 王|assessor 王", 'plain: a judgement that came back is superseded');
is(run($new, 'plain', q{INSERT INTO deptperf.department (code, parent_code) VALUES ('late', '440300-SI');
	SELECT count(*) FROM deptperf.department_closure JOIN deptperf.department USING (dept_id) WHERE code = 'late'}, 'bureau'),
	2, 'plain: the hierarchy is kept up');

# ---- custom ----

$old->command_ok([ 'pg_dump', '-Fc', '-f', "$dumps/life.dump", 'life' ], 'custom: dumped');
database('custom');
silently($new, [ 'pg_restore', '--exit-on-error', '-d', 'custom', "$dumps/life.dump" ], 'custom: restored');
restored('custom', 'custom');
database('jobs');
silently($new, [ 'pg_restore', '-j', '4', '-d', 'jobs', "$dumps/life.dump" ], 'custom, -j 4: restored');
restored('jobs', 'custom, -j 4');

# ---- the schema, and then the data ----

# pg_dump --data-only puts tables behind those that they refer to, which one dump
# of both doesn't. So nothing else is needed: the workspace's triggers run, and
# let a restore be. framework_document is made anew by them, so that its
# revisions are others.
$old->command_ok([ 'pg_dump', '--schema-only', '-f', "$dumps/schema.sql", 'life' ], 'schema only: dumped');
$old->command_checks_all([ 'pg_dump', '--data-only', '-f', "$dumps/data.sql", 'life' ], 0, [],
	[ qr/^(?!.*error)/s ], 'data only: dumped');
database('parts');
silently($new, [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', 'parts', '-f', "$dumps/schema.sql" ], 'schema only: restored');
silently($new, [ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', 'parts', '-f', "$dumps/data.sql" ], 'then data only: restored');
run($new, 'parts', 'REFRESH MATERIALIZED VIEW dashboard.lost', 'bureau');   # as after any restore of data alone
restored('parts', 'schema, then data', rows => contents($old, 'life', revisions => 0), revisions => 0);

# One dump of both, in two steps: --disable-triggers, for which pg_restore has to
# be a superuser's.
database('steps');
silently($new, [ 'pg_restore', '--exit-on-error', '--schema-only', '-d', 'steps', "$dumps/life.dump" ], 'one dump, schema only: restored');
silently($new, [ 'pg_restore', '--exit-on-error', '--data-only', '--disable-triggers', '-d', 'steps', "$dumps/life.dump" ],
	'one dump, then data only, --disable-triggers: restored');
run($new, 'steps', 'REFRESH MATERIALIZED VIEW dashboard.lost', 'bureau');
restored('steps', 'one dump in two steps');

# ---- schema deptperf alone ----

$old->command_ok([ 'pg_dump', '-Fc', '-n', 'deptperf', '-f', "$dumps/schema.dump", 'life' ], '-n: dumped');
$old->command_ok([ 'pg_dump', '-Fc', '-n', 'finance', '-f', "$dumps/finance.dump", 'life' ], '-n: the bound tables are the user\'s to bring');
$objects = inventory($old, 'life', schemas => 'deptperf,finance');
my %two = (schemas => 'deptperf,finance', rows => contents($old, 'life', schemas => 'deptperf,finance'));

database('alone');
run($new, 'alone', 'CREATE EXTENSION deptperf', 'bureau');
silently($new, [ 'pg_restore', '--exit-on-error', '-d', 'alone', "$dumps/finance.dump" ], '-n: tables first');
silently($new, [ 'pg_restore', '--exit-on-error', '-d', 'alone', "$dumps/schema.dump" ], '-n: then schema deptperf');
same_lines(scores($new, 'alone'), $scores, '-n: the scores');
same_lines(inventory($new, 'alone', schemas => 'deptperf,finance'), $objects, '-n: every object');
same_lines(contents($new, 'alone', %two), $two{rows}, '-n: every row');

# Without them the bound sources' views are missing, and what ranks over all sums.
database('without');
run($new, 'without', 'CREATE EXTENSION deptperf', 'bureau');
my ($out, $err);
{
	local %ENV = $new->_get_env();
	IPC::Run::run([ 'pg_restore', '-d', 'without', "$dumps/schema.dump" ], '>', \$out, '2>', \$err);
}
my %lost = map { $_ => 1 } $err =~ /Command was: CREATE VIEW (\S+)/g;
same_lines([ grep { /_(source|facts)$/ } keys %lost ], [ map { ("deptperf.${_}_facts", "deptperf.${_}_source") } qw(fixed_asset procurement) ],
	'-n without the bound tables: pg_restore names the views that are missing');
is(join(' ', grep { !/^deptperf\.((fixed_asset|procurement)_|unit_sums$|ranking_all$)/ } keys %lost), '', '-n without: they are those of the bound sources');
like(($new->psql('without', 'SELECT * FROM deptperf.score'))[2], qr/relation "deptperf\.\w+_facts" does not exist/, '-n without: a query says which');
silently($new, [ 'pg_restore', '--exit-on-error', '-d', 'without', "$dumps/finance.dump" ], '-n without: the tables come later');
run($new, 'without', q{SET client_min_messages = warning;
	SELECT deptperf_setup(); SELECT count(*) FROM deptperf_bind((SELECT jsonb_object_agg(source, spec) FROM deptperf_bindings()))}, 'bureau');
same_lines(scores($new, 'without'), $scores, '-n without: setup and bind bring the scores');

$old->stop('immediate');
$new->stop('immediate');
done_testing();
