# crash.pl: a server that is stopped at once and started again has the scores of
# what was committed; a streaming replica has them too, and everything that reads
# works there.
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = new_cluster('primary', allows_streaming => 1);
$primary->start;
life_roles($primary);
run($primary, 'postgres', 'CREATE DATABASE life OWNER bureau');
life_database($primary, 'life');
my $scores = scores($primary, 'life');
my $rows = contents($primary, 'life');

# ---- stopped at once, in the middle of a judgement ----

my $open = $primary->background_psql('life', on_error_stop => 0);
$open->query_safe(q{BEGIN; SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 0}', 'not committed');
	INSERT INTO deptperf.fact (fact) VALUES ('not_committed')});
is($open->query('SELECT count(*) FROM deptperf.assessment WHERE reason = \'not committed\''), 1, 'a judgement is under way');
$primary->stop('immediate');
$open->{run}->finish;
$primary->start;
same_lines(scores($primary, 'life'), $scores, 'after the crash: the scores');
same_lines(contents($primary, 'life'), $rows, 'after the crash: every row that was committed, and no other');
is(run($primary, 'life', q{SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 1.25}', 'after the crash')}, 'assessor 王'), 1,
	'after the crash: judging goes on');
$scores = scores($primary, 'life');

# ---- a streaming replica ----

$primary->backup('base');
my $replica = PostgreSQL::Test::Cluster->new('replica');
$replica->init_from_backup($primary, 'base', has_streaming => 1);
$replica->start;
$primary->wait_for_catchup($replica);
is(run($replica, 'life', 'SELECT pg_is_in_recovery()'), 't', 'the replica is one');
same_lines(scores($replica, 'life'), $scores, 'replica: score, deptperf_total, deptperf_grade, deptperf_scorecard');
same_lines(scores($replica, 'life', 'reader'), $scores, 'replica: a reader\'s');
same_lines(contents($primary, 'life'), contents_of_replica(), 'replica: every row, and deptperf_bindings');

# pg_temp can't be had there, so table by table.
sub contents_of_replica
{
	my @lines;
	for my $table (split /\n/, run($replica, 'life', q{SELECT c.oid::regclass FROM pg_class c WHERE relkind IN ('r', 'm')
		AND relnamespace IN ('deptperf'::regnamespace, 'finance'::regnamespace, 'dashboard'::regnamespace)}))
	{
		push @lines, @{ lines_of(run($replica, 'life', "SELECT '$table ' || translate(t::text, E'\\n', ' ') FROM $table t")) };
	}
	push @lines, @{ lines_of(run($replica, 'life', q{SELECT 'binding ' || b::text FROM deptperf_bindings() b})) };
	return \@lines;
}

# Every view of the workspace, and every function that only reads.
my $views = q{SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'v' AND relnamespace = 'deptperf'::regnamespace ORDER BY 1};
my @failed;
for my $view (split /\n/, run($replica, 'life', $views))
{
	my ($status, $out, $err) = $replica->psql('life', "SELECT count(*) FROM $view");
	my $here = run($primary, 'life', "SELECT count(*) FROM $view");
	push @failed, "$view: $out, not $here $err" if $status || $out ne $here;
}
is("@failed", '', 'replica: every view has the primary\'s number of rows');
for my $call (
	q{deptperf_scores(ARRAY(SELECT dept_id FROM deptperf.department), ARRAY[2021, 2022])}, q{deptperf_version()},
	q{deptperf_framework_document('sz-2021')}, q{deptperf_framework_for(1, 2021)}, q{deptperf_department('440300-SI')},
	q{deptperf_fiscal_year(2021)}, q{deptperf_scorecard('440300-SI', 2022, 'en')}, q{deptperf_grade('440300-SI', 2022)})
{
	my $sql = "SELECT v::text FROM $call AS v";
	is(run($replica, 'life', $sql), run($primary, 'life', $sql), "replica: $call");
}
like(($replica->psql('life', q{SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 2}')}))[2], qr/read-only transaction/, 'replica: what writes says why it can\'t');

# What comes later arrives, in a session with its plans and documents kept.
my $there = $replica->background_psql('life', on_error_stop => 0);
my $ask = q{SELECT deptperf_total('440300-SI', 2021)};
my $first = $there->query($ask);
run($primary, 'life', q{SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 0.25}', 'less')}, 'assessor 王');
$primary->wait_for_catchup($replica);
is($there->query($ask), $first - 1, 'replica: a judgement of the primary changes the score');
run($primary, 'life', q{SELECT deptperf_framework_copy('sz-2021', 'changed');
	UPDATE deptperf.framework_item SET points = 3, label_en = 'changed' WHERE framework = 'changed' AND code = 'A2.2.1';
	UPDATE deptperf.framework_indicator SET points = points + 1 WHERE framework = 'changed' AND code = 'A2.2';
	INSERT INTO deptperf.department_framework SELECT dept_id, 2021, 'changed' FROM deptperf.department WHERE code = '440300-SI'
	ON CONFLICT (dept_id, from_year) DO UPDATE SET framework = excluded.framework;
	SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 2.25}', 'more')});
$primary->wait_for_catchup($replica);
is($there->query($ask), $first + 1, 'replica: a changed framework too');
$there->quit;

$replica->stop('immediate');
$primary->stop('immediate');
done_testing();
