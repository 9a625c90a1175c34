# crash.pl: a server that is stopped at once and started again has the scores of
# what was committed.
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = new_cluster('primary');
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

done_testing();
