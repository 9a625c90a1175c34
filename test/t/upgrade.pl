# upgrade.pl: an extension of an earlier version, with a bureau's workspace and
# dashboards on it, is brought up to date by ALTER EXTENSION UPDATE and
# deptperf_setup(): object by object it equals a fresh install, and the scores
# stay what they were all the way.
#
# test/fixtures/deptperf--VERSION.sql are the install scripts of earlier versions
# as they were released; none is ever changed. That of the present version stands
# for an earlier one with an upgrade script that has nothing to do. As long as
# there is none, so does the install script of the tree.
#
# An install script has to lie in the server's own folder, which this test may
# not write to. So it runs a copy of the server: programs copied (a server finds
# its folders from where its program is), the rest as links.
use strict;
use warnings;
use utf8;

use File::Basename;
use File::Copy;
use File::Path qw(make_path);
use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %config = map { $_ => pg_config("--$_") } qw(bindir sharedir pkglibdir libdir);
my $copy = PostgreSQL::Test::Utils::tempdir();
my $extension = "$copy$config{sharedir}/extension";

sub pg_config
{
	my ($out) = run_command([ 'pg_config', shift ]);
	return $out;
}

# A folder whose entries are links, but for those named.
sub link_folder
{
	my ($folder, @but) = @_;
	make_path("$copy$folder");
	for my $file (glob "$folder/*")
	{
		my $name = basename($file);
		symlink $file, "$copy$folder/$name" or die "$name: $!" unless grep { $_ eq $name } @but;
	}
	return;
}

link_folder($config{sharedir}, 'extension');
link_folder("$config{sharedir}/extension");
link_folder($config{pkglibdir}, 'pgxs');
make_path("$copy$config{bindir}");
for my $program (glob "$config{bindir}/*")
{
	my $to = "$copy$config{bindir}/" . basename($program);
	copy($program, $to) or die "$program: $!";
	chmod 0755, $to;
}
{
	my ($found) = run_command([ "$copy$config{bindir}/pg_config", '--sharedir' ]);
	plan skip_all => "this server's folders don't go with its programs ($found)"
	  unless $found eq "$copy$config{sharedir}" && basename($config{bindir}) eq 'bin';
}

# ---- the versions ----

my ($version) = slurp_file("$extension/deptperf.control") =~ /^default_version\s*=\s*'([^']+)'/m;
my %old;                                                   # an earlier version => its install script
$old{ basename($_) =~ s/^deptperf--(.*)\.sql$/$1/r } = $_ for glob root() . '/test/fixtures/deptperf--*.sql';
$old{$version} = "$extension/deptperf--$version.sql" unless %old;
if (my $script = delete $old{$version})
{
	my $name = "$version-fixture";
	copy($script, "$extension/deptperf--$name.sql") or die "$script: $!";
	append_to_file("$extension/deptperf--$name--$version.sql", "-- There is no second version yet.\n");
	$old{$name} = undef;
}
for my $earlier (sort grep { $old{$_} } keys %old)
{
	my $name = "$extension/deptperf--$earlier.sql";
	unlink $name;
	copy($old{$earlier}, $name) or die "$name: $!";
}

my $node = new_cluster('copy', install_path => dirname("$copy$config{bindir}"));
$node->start;
life_roles($node);

# ---- a fresh install ----

run($node, 'postgres', 'CREATE DATABASE fresh OWNER bureau');
life_database($node, 'fresh');
my $members = extension_inventory($node, 'fresh');
my $objects = inventory($node, 'fresh');
my $scores = scores($node, 'fresh');
# what an earlier version has is in force, and what is brought in now a draft
run($node, 'fresh', q{UPDATE deptperf.framework SET status = 'in force'}) unless exists $old{"$version-fixture"};
my $rows = timeless(contents($node, 'fresh'));

# Rows of two databases differ in when they were made, and in revisions.
sub timeless
{
	return [ map { s/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00/now/gr =~ s/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/revision/gr } @{ $_[0] } ];
}

# ---- each earlier version ----

for my $earlier (sort keys %old)
{
	(my $database = "from_$earlier") =~ s/\W/_/g;
	run($node, 'postgres', "CREATE DATABASE $database OWNER bureau");
	run($node, $database, "CREATE EXTENSION deptperf VERSION '$earlier'", 'bureau');
	life_database($node, $database);
	my $before = scores($node, $database);
	my $rows_before = contents($node, $database);
	is(run($node, $database, 'SELECT sql, workspace, missing_step FROM deptperf_version()'), "$earlier|$earlier|ALTER EXTENSION deptperf UPDATE",
		"$earlier: deptperf_version says that an update is due");

	run($node, $database, 'ALTER EXTENSION deptperf UPDATE', 'bureau');
	is(run($node, $database, 'SELECT sql, workspace, missing_step FROM deptperf_version()'), "$version|$earlier|SELECT deptperf_setup()",
		"$earlier: updated, and then that setup is");
	same_lines(scores($node, $database), $before, "$earlier: the old workspace on the new extension: the scores");
	same_lines(scores($node, $database, 'reader'), $before, "$earlier: a reader's too");

	# what reads the workspace as this version makes it says that setup is due, and the rest goes on
	is(run($node, $database, q{
		CREATE FUNCTION pg_temp.gives(statement text) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE
			hint text;
		BEGIN
			EXECUTE statement;
			RETURN 'no error';
		EXCEPTION WHEN others THEN
			GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
			RETURN SQLSTATE || ' ' || hint;
		END $$;
		SELECT gives, count(*) FROM unnest(ARRAY['deptperf_assess(%1$L, 2021, ''{"A1.2": 5}'', ''x'', true)', 'deptperf_check_tracking()', 'deptperf_close(2021)', 'deptperf_close(2021, ''finding'', %1$L)',
			'deptperf_compare(2021)', 'deptperf_detach(''x'')', 'deptperf_explain(%1$L, 2021)', 'deptperf_finalize(%1$L, 2021, true, ''x'')', 'deptperf_framework_check(''sz-2021'')', 'deptperf_framework_copy(''sz-2021'', ''x'')',
			'deptperf_framework_import(deptperf_framework_document(''sz-2021'') || ''{"framework": "x"}'')', 'deptperf_framework_start(''sz-2021'', 2021)', 'deptperf_grant(''reader'', ''reader'')', 'deptperf_missing(%1$L, 2021)',
			'deptperf_monitor(%1$L, 2021, ''2021-06-30'')', 'deptperf_monitor_all(2021)', 'deptperf_reopen(1, ''x'')', 'deptperf_report(%1$L, 2021)', 'deptperf_target_check(%1$L, 2021)', 'deptperf_target_pick(%1$L, 2021, ''x'', 1, ''x'')',
			'deptperf_verify(1)', 'deptperf_what_if(%1$L, 2021, ''{"finding_violation": 1}'')']) AS call, pg_temp.gives('SELECT ' || format(call, '440300-SI')) GROUP BY 1}, 'bureau'),
		'55000 SELECT deptperf_setup();|22', "$earlier: functions that need more than that workspace has say that setup is due");
	is(run($node, $database, q{SELECT c.points IS NOT DISTINCT FROM deptperf_total('440300-SI', 2021) FROM deptperf_scorecard('440300-SI', 2021) c WHERE level = 'total'}, 'bureau'), 't',
		"$earlier: the official form goes on");

	# one session, whose saved plans the workspace changes under
	my $same = 'SELECT count(*) > 0 AND bool_and(total IS NOT DISTINCT FROM deptperf_total(dept_id, fiscal_year)) FROM deptperf.score;';
	is(run($node, $database, "BEGIN; SET LOCAL client_min_messages = warning; DELETE FROM deptperf.department_framework; $same "
			. "DO 'BEGIN PERFORM deptperf_setup(); END'; $same ROLLBACK; $same", 'bureau'), "t\nt\nt",
		"$earlier: the point path without frameworks of departments, before setup and after it, and with them");

	run($node, $database, 'SET client_min_messages = warning; SELECT deptperf_setup()', 'bureau');
	is(run($node, $database, 'SELECT sql, workspace, missing_step IS NULL FROM deptperf_version()'), "$version|$version|t", "$earlier: set up, nothing is due");
	same_lines(scores($node, $database), $before, "$earlier: set up: the scores");
	same_lines(scores($node, $database, 'reader'), $before, "$earlier: set up: a reader's too");
	same_lines([ grep { !/^deptperf\.workspace / } @{ contents($node, $database) } ], [ grep { !/^deptperf\.workspace / } @$rows_before ],
		"$earlier: set up: every row of before") if $earlier eq "$version-fixture";

	same_lines($before, $scores, "$earlier: the scores are those of a fresh install");
	same_lines(extension_inventory($node, $database), $members, "$earlier: every member of the extension as in a fresh install");
	same_lines(inventory($node, $database), $objects, "$earlier: every object of the workspace and every dashboard as in a fresh install");
	same_lines(timeless(contents($node, $database)), $rows, "$earlier: every row as in a fresh install");

	# where CREATE EXTENSION refuses to put it, an earlier one may be
	is(run($node, 'postgres', "SET client_min_messages = warning; CREATE SCHEMA deptperf; CREATE EXTENSION deptperf SCHEMA deptperf VERSION '$earlier'; ALTER EXTENSION deptperf UPDATE;
		SELECT extversion, extnamespace::regnamespace FROM pg_extension WHERE extname = 'deptperf'; DROP SCHEMA deptperf CASCADE"), "$version|deptperf", "$earlier: updated in the workspace's schema, too")
		if $earlier ne "$version-fixture";
}

$node->stop('immediate');
done_testing();
