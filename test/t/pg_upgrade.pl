# pg_upgrade.pl: a bureau's database goes through pg_upgrade, between two clusters
# of the version at hand: the same scores, rows and objects.
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = new_cluster('old');
$old->start;
life_roles($old);
run($old, 'postgres', 'CREATE DATABASE life OWNER bureau');
life_database($old, 'life');
my @before = (scores($old, 'life'), inventory($old, 'life'), contents($old, 'life'), scores($old, 'life', 'branch'));
$old->stop;

my $new = new_cluster('new');
my $bin = $new->config_data('--bindir');
chdir PostgreSQL::Test::Utils::tempdir();                  # where pg_upgrade puts its files
command_ok(
	[ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bin, '-B', $bin,
		'-s', $new->host, '-p', $old->port, '-P', $new->port ], 'pg_upgrade');
$new->start;

same_lines(scores($new, 'life'), $before[0], 'the scores');
same_lines(scores($new, 'life', 'reader'), $before[0], 'a reader\'s too');
same_lines(scores($new, 'life', 'branch'), $before[3], 'and what a branch\'s reader sees');
same_lines(inventory($new, 'life'), $before[1], 'every object, with its owner, grants and comment');
same_lines(contents($new, 'life'), $before[2], 'every row, with its author and time, and the bindings');
is(run($new, 'life', q{SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 2}');
	SELECT p.assessed_by FROM deptperf.assessment a JOIN deptperf.assessment p ON p.assessment_id = a.supersedes ORDER BY a.assessment_id DESC LIMIT 1},
	'assessor 王'), "1\nassessor 王", 'who judges next supersedes what came along');
run($new, 'life', 'SET client_min_messages = warning; SELECT deptperf_setup()', 'bureau');
same_lines(inventory($new, 'life'), $before[1], 'setup finds everything there');

$new->stop('immediate');
done_testing();
