# dashboard.pl: examples/dashboard and examples/grafana over the made-up city,
# both as a role that may read and nothing else.
#
# The page is written by psql and opened in headless Chromium without a network
# (dashboard.js, which says what is drawn there); it is compared with the views,
# asked once more here.  Of Grafana's dashboard every query is taken out and run.
#
# npm ci, with what package-lock.json pins, is check.sh's; see node_packages there.
use strict;
use warnings;
use utf8;

use Encode qw(decode encode);
use File::Path qw(make_path);
use FindBin;
use lib $FindBin::Bin;
use Life;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = root() . '/examples/dashboard';
my $shots = $ENV{TESTDIR} . '/screenshots';
make_path($shots);

my $node = new_cluster('dashboard');
$node->start;

# shell($folder, @command): its output as bytes; an error ends the test.
sub shell
{
	my ($where, @command) = @_;
	local %ENV = $node->_get_env();
	my ($out, $err);
	IPC::Run::run(\@command, '>', \$out, '2>', \$err, init => sub { chdir $where or die "$where: $!" })
	  or die("@command: $err");
	return $out;
}

sub psql { my ($where, @options) = @_; return shell($where, $node->installed_command('psql'), '-X', '-d', as_user($node, 'city', 'reader'), @options); }

# What a query gives: a list of hashes, every value as the server's text, NULL as undef.
sub query
{
	my ($sql) = @_;
	my $rows = run($node, 'city', "SELECT coalesce(json_agg(q), '[]') FROM ($sql) AS q", 'reader');
	return JSON::PP->new->decode($rows);
}

# What $of says of each row, a line each.
sub lines { my ($of, @rows) = @_; return join("\n", map { my $row = $_; join(' | ', map { $_ // '–' } $of->($row)) } @rows); }

sub same { my ($got, $expected, $name) = @_; local $Test::Builder::Level = $Test::Builder::Level + 1; return is($got, $expected, $name); }

run($node, 'postgres', 'CREATE ROLE reader LOGIN');

# The commands of the README, in its folder, as role.
my ($install, $demo, $write) = slurp_file("$folder/README.md") =~ /^```sh\n(.*?)^```/msg;
sub as_written
{
	my ($role, $commands) = @_;
	my $bin = $node->config_data('--bindir');
	return shell($folder, 'env', "PATH=$bin:$ENV{PATH}", "PGUSER=$role", 'sh', '-ec', $commands);
}
like($install, qr/^npm ci /, 'npm ci is the first of them');
as_written(getpwuid($<) . '', $demo);

# A name that would be markup if it weren't text, and a department by the other framework.
my $hostile = q{研究院 <img src=x onerror=alert(1)> & "甲" '乙' {b|丙} </script><!--};
run($node, 'city', 'UPDATE deptperf.department SET name = ' . quoted($hostile) . q{ WHERE code = '104';
	INSERT INTO deptperf.department_framework (dept_id, from_year, framework)
	SELECT dept_id, 2021, 'sz-2021-records' FROM deptperf.department WHERE code = '111';
	SELECT deptperf_grant('reader', 'reader')});

# ---- the page ----

as_written('reader', $write);
my $file = "$folder/dashboard.html";
my $page = slurp_file($file);
my ($json) = $page =~ m{<script type="application/json" id="data"> *\n(.*?)\n</script>}s;
ok($json !~ /<|\xE2\x80[\xA8\xA9]/, 'no character of the data can end their element');
ok($json =~ s/"(?:[^"\\]|\\.)*"//gr !~ /[0-9]/, 'every number in the data is a text');
is(() = $page =~ /<script[^>]+src|<link[^>]+href="(?!data:)|\@import|url\((?!#)/g, 0, 'the page names nothing to load') or diag($&);

my $chosen = 'sz-2021';
my %id = map { $_->{code} => $_->{id} } @{ query('SELECT code, dept_id::text AS id FROM deptperf.department') };
# Scored, vetoed, overridden, exempt, missing, and of the name that is no markup.
my @cells = ("$id{109} C2.1", "$id{113} B1.2", "$id{113} B3.2", "$id{117} C1.1", "$id{107} C3.1", "$id{104} A1.2");
my $seen = JSON::PP->new->utf8->decode(shell($folder, 'node', "$FindBin::Bin/dashboard.js", $file, "$folder/node_modules", $shots, @cells));

is_deeply($seen->{requests}, [], 'nothing was requested but the page');
is_deeply($seen->{console}, [], 'nothing was said in the console');
is($seen->{refused}, 'img-src', 'the policy refuses an address outside');

# ---- the ranking ----

# As it is read: by rank, then what has no total by what is known.
sub ranked
{
	my ($year, $framework) = @_;
	return query("SELECT d.dept_id::text AS id, d.code, d.name, s.total::text, s.grade, b.label_en, s.provisional::text, s.open::text, s.open_items::text, r.rank::text, r.among::text,
		t.change::text, f.state, f.frozen_total::text, f.drift::text
		FROM deptperf.score s JOIN deptperf.department d USING (dept_id)
		LEFT JOIN deptperf.ranking r USING (dept_id, fiscal_year) LEFT JOIN deptperf.trend t USING (dept_id, fiscal_year)
		JOIN deptperf.score_state f USING (dept_id, fiscal_year)
		LEFT JOIN deptperf.framework_band b ON b.framework = s.framework AND b.grade = s.grade
		WHERE s.fiscal_year = $year AND s.framework = '$framework'
		ORDER BY r.rank, s.provisional DESC, s.dept_id");
}
my @scores = @{ ranked(2021, $chosen) };
is(scalar(@scores), 23, '23 departments are scored by it, one by the other framework');
ok((grep { defined $_->{total} && $_->{total} =~ /0$/ } @scores), 'one total ends in a zero, which a number would lose');
my ($earned, $open) = @{ $seen->{zh}{ranking}{series} };
is_deeply($seen->{zh}{ranking}{order}, [ map { $_->{id} } @scores ], 'the bars stand in the ranking\'s order');
is_deeply($earned->{texts}, [ map { $_->{provisional} } @scores ], 'the points earned have the server\'s digits');
is_deeply([ map { $_ + 0 } @{ $earned->{values} } ], [ map { $_->{provisional} + 0 } @scores ], 'and so are the bars long');
is_deeply($open->{texts}, [ map { $_->{open} } @scores ], 'so have the open points');
is_deeply([ map { $_ // 0 } @{ $open->{values} } ], [ map { $_->{open} + 0 } @scores ], 'each is a segment beside the bar');
my $with_open = grep { $_->{open} > 0 } @scores;
is($with_open, 5, 'of five departments');
is($seen->{zh}{ranking}{hatched}, $with_open, 'drawn as open: so many are hatched') ;
ok($open->{decal} && !$earned->{decal}, 'and no others');
my %label = map { $_ => 1 } @{ $seen->{zh}{ranking}{labels} };
is_deeply([ grep { defined && !$label{$_} } map { ($_->{total}, $_->{rank}) } @scores ], [], 'every total and rank is written beside the bars');
is_deeply([ sort grep { /^已冻结/ } @{ $seen->{zh}{ranking}{labels} } ],
	[ sort map { $_->{drift} == 0 ? '已冻结' : "已冻结 Δ$_->{drift}" } grep { $_->{state} eq 'frozen' } @scores ], 'and what is frozen, and how far it is off now');
like($seen->{zh}{ranking}{label}, qr/23 .*5 /, 'who does not see hears how many');
same(lines(sub { @{ $_[0] } }, @{ $seen->{zh}{tables}{ranking} }),
	lines(sub { my $s = shift; (@$s{qw(rank code name total grade provisional open open_items change)}, $s->{state} eq 'frozen' ? '已冻结' : '实时', @$s{qw(frozen_total drift)}) }, @scores),
	'the table has it all, digit by digit');
my %grades;
$grades{ $_->{grade} // '' }++ for @scores;
is_deeply($seen->{zh}{tiles}, [ 23, 18, 5, map({ $grades{$_} // 0 } qw(优 良 中 差)), scalar(grep { $_->{state} eq 'frozen' } @scores) ], 'the counts on top');

# The framework that leaves out what is open.  Of its 50 points the 3 of disclosure
# and the 2 of staffing are: 45/50 of the total's length is decided, and 5/50 of 100
# is open.
my ($left) = @{ ranked(2021, 'sz-2021-records') };
is_deeply($seen->{records}{ranking}{order}, [ $id{111} ], 'the other framework has its own ranking');
is($seen->{zh}{frameworks}, 2, 'and can be chosen');
my ($solid, $hatched) = map { $_->{values}[0] // 0 } @{ $seen->{records}{ranking}{series} };
is($left->{open} + 0, 5, 'five points are left out');
ok(abs($solid - $left->{total} * 0.9) < 1e-9 && abs($hatched - 10) < 1e-9, 'its bar is as long as what is decided') or diag("$solid $hatched");
is($seen->{records}{tables}{ranking}[0][3], $left->{total}, 'beside the server\'s total');

my @before = @{ ranked(2019, $chosen) };
is_deeply($seen->{before}{ranking}{order}, [ map { $_->{id} } @before ], 'another year: its ranking');
my %before = map { ("$_->{id} $_->{indicator}" => $_->{points}) } @{ query('SELECT dept_id::text AS id, indicator, points::text FROM deptperf.indicator_score WHERE fiscal_year = 2019') };
is_deeply({ map { ($_->{cell} => $_->{text}) } @{ $seen->{before}{cells} } }, { map { ($_ => $before{$_} // '–') } keys %before }, 'and its cells');

# ---- the heat map ----

my @indicators = map { $_->{code} } @{ query("SELECT code FROM deptperf.framework_indicator WHERE framework = '$chosen' ORDER BY position") };
is_deeply($seen->{zh}{indicators}, \@indicators, 'the indicators in the official order');
my %expected = map { ("$_->{id} $_->{indicator}" => $_) }
	@{ query("SELECT dept_id::text AS id, indicator, state, points::text, max_points::text AS max FROM deptperf.indicator_score WHERE fiscal_year = 2021 AND framework = '$chosen'") };
my @order = map { my $s = $_; map { "$s->{id} $_" } @indicators } @scores;
my @drawn = @{ $seen->{zh}{cells} };
is_deeply([ map { $_->{cell} } @drawn ], \@order, 'a cell for each of 23 departments and 21 indicators');
is_deeply([ map { $_->{text} } @drawn ], [ map { $expected{$_}{points} // '–' } @order ], 'with the server\'s digits');
is_deeply([ map { $_->{cell} } grep { $_->{hatched} } @drawn ], [ grep { !defined $expected{$_}{points} } @order ], 'hatched are those that are missing');
# C4.2 of 103; C3.1 of 107; B2.1, B5.1 and C4.1 of 115; C2.2 and C4.2 of 119; A1.2 and A2.1 of 122.
is(scalar(grep { $_->{hatched} } @drawn), 9, 'nine, as the holes of demo.sql say');
is_deeply([ grep { my ($c) = ($expected{ $_->{cell} }); defined $c->{points} && $c->{points} == $c->{max} ? $_->{class} !~ /step0/ : $_->{class} =~ /step0/ } @drawn ], [], 'pale are those with full points');
my %state = (scored => '按规则计分', judged => '评审打分', missing => '缺失', overridden => '人工改判', vetoed => '一票否决');
is_deeply([ grep { my $c = $expected{ $_->{cell} }; index($_->{label}, $state{ $c->{state} }) < 0 || defined $c->{points} && index($_->{label}, "$c->{points} / $c->{max} 分") < 0 } @drawn ], [],
	'and its label says points and state');
is_deeply([ map { $_->{total} } @{ $seen->{zh}{heat} } ], [ map { $_->{total} // '–' } @scores ], 'beside the totals');
is_deeply([ map { $_->{name} } @{ $seen->{zh}{heat} } ], [ map { $_->{name} } @scores ], 'and the names, as text');

# ---- the trend ----

my @years = (2017 .. 2021);
is_deeply($seen->{zh}{trend}{years}, [ map { "$_" } @years ], 'five years');
my %total = map { ("$_->{id} $_->{year}" => $_->{total}) } @{ query('SELECT dept_id::text AS id, fiscal_year::text AS year, total::text FROM deptperf.trend') };
is_deeply({ map { ($_->{id} => $_->{texts}) } @{ $seen->{zh}{trend}{series} } }, { map { my $s = $_; ($s->{id} => [ map { $total{"$s->{id} $_"} } @years ]) } @scores }, 'a line of totals for each department');
is_deeply([ grep { my $s = $_; grep { defined $s->{values}[$_] != defined $s->{texts}[$_] } 0 .. 4 } @{ $seen->{zh}{trend}{series} } ], [], 'with a gap where there is no total');
is_deeply([ grep { $_->{connected} } @{ $seen->{zh}{trend}{series} } ], [], 'over which nothing is drawn');
same(lines(sub { @{ $_[0] } }, @{ $seen->{zh}{tables}{trend} }), lines(sub { my $s = shift; ($s->{name}, map { $total{"$s->{id} $_"} } @years) }, @scores), 'the table has the same');

# ---- from a cell to its explanation ----

is_deeply($seen->{nameless}, [], 'everything that can be used has a name');
is_deeply($seen->{faint}, [], 'every text has the contrast of WCAG AA');
ok($seen->{focus_shown}, 'the focus is seen wherever Tab leads');
my %reached = map { $_ => 1 } @{ $seen->{reached} };
is_deeply([ grep { !$reached{$_} } qw(year framework filter zh en heat) ], [], 'Tab leads to every control and into the grid');
my $second = "$scores[1]{id} $indicators[1]";
is($seen->{keyboard}{cell}, $second, 'arrows lead to a cell');
like($seen->{keyboard}{tip}, qr/\Q$scores[1]{name}\E.*\Q$indicators[1]\E/, 'whose words are shown');
ok($seen->{keyboard}{explanation}{open}, 'Enter opens its explanation');
is($seen->{keyboard}{explanation}{focus}, 'why-title', 'and the focus goes there');
like($seen->{keyboard}{hash}, qr/dept=$scores[1]{id}&cell=\Q$indicators[1]\E/, 'the address keeps it');
ok($seen->{keyboard}{closed}, 'Escape closes it');
is($seen->{keyboard}{back}, $second, 'and leads back to the cell');

# Everything that deptperf_explain says is there, as it says it.
for my $cell (@cells)
{
	my ($dept, $indicator) = split / /, $cell;
	for my $lang (qw(zh en))
	{
		my $rows = query("SELECT item, label, state, numerator::text, denominator::text, value::text, formula, rule, branch, arithmetic, raw_points::text, points::text, max_points::text, judged_by, reason, sources
			FROM deptperf_explain($dept, 2021, '$indicator', '$lang')");
		my $shown = $seen->{explanations}{"$lang $cell"};
		my @items = @{ $shown->{items} };
		is(scalar(@items), scalar(@$rows), "$cell, $lang: a part for each row");
		my @lost;
		for my $i (0 .. $#$rows)
		{
			my ($row, $item) = ($rows->[$i], $items[$i]);
			my $says = join(' ', map { $_ // '' } $item->{title}, @{ $item->{says} }) =~ s/\s+//gr;
			push @lost, map { "$row->{item}: $_ $row->{$_}" } grep { defined $row->{$_} && index($says, $row->{$_} =~ s/\s+//gr) < 0 }
				grep { $_ ne 'raw_points' || defined $row->{arithmetic} } grep { $_ ne 'label' || defined $row->{item} } grep { !/^(state|points|max_points)$/ } sort keys %$row;
			push @lost, "points $item->{points}" if $item->{points} ne ($row->{points} // '–') . " / $row->{max_points}";
		}
		is_deeply(\@lost, [], "$cell, $lang: with all that it says");
	}
}
is_deeply([ map { $_->{state} } map { @{ $seen->{explanations}{"en $_"}{items} } } @cells[ 1, 2, 4 ] ], [ 'judged', 'by rule', 'judged', 'vetoed', 'overridden', 'missing', 'missing' ], 'and the states');
is($seen->{explanations}{"zh $cells[5]"}{of}, "$hostile · 2021", 'a name is text there too');
is($seen->{linked}{title}, $seen->{explanations}{"zh $cells[0]"}{title}, 'an address leads to it at once');

# ---- filter and language ----

my @ten = grep { "$_->{code} $_->{name}" =~ /10/ } @scores;
is_deeply($seen->{filter}{ranking}{order}, [ map { $_->{id} } @ten ], 'the filter narrows the ranking');
is_deeply([ map { $_->{name} } @{ $seen->{filter}{heat} } ], [ map { $_->{name} } @ten ], 'and the heat map');
is($seen->{filter}{found}, '显示 ' . @ten . ' / 23 个部门', 'and says how many are left');
is($seen->{filter}{live}, 'polite', 'aloud');
is($seen->{nothing}{found}, '没有符合条件的部门。', 'nothing is found: it says so');
is($seen->{bar}{chosen}, $seen->{bar}{dept}, 'a click on a bar chooses its department');
is_deeply([ $seen->{zh}{lang}, $seen->{en}{lang}, $seen->{en}{title} ], [ 'zh-Hans', 'en', 'Performance of departments 2021' ], 'the language is declared');
is_deeply($seen->{untranslated}, [], 'no Chinese is left in the English page but what the data have, marked as such');
is_deeply([ map { $_->[4] } @{ $seen->{en}{tables}{ranking} } ], [ map { $_->{label_en} // '–' } @scores ], 'grades in English');
is_deeply([ map { $_->{text} } @{ $seen->{en}{cells} } ], [ map { $_->{text} } @drawn ], 'and the numbers as they were');

# ---- on a wall and on a telephone ----

my %width = map { ($_ => /1400/ ? 1400 : 390) } qw(zh-1400 en-1400 zh-390 en-390 why-1400 why-390);
is_deeply([ grep { $seen->{screenshots}{$_} > $width{$_} } sort keys %width ], [], 'no page is wider than its window');
is_deeply([ grep { !-s "$shots/$_.png" } sort keys %width ], [], "screenshots are in $shots");
ok((grep { $_->[0] eq 'heat' } @{ $seen->{scrolls} }) && !(grep { $_->[1] != 0 || $_->[2] ne 'auto' } @{ $seen->{scrolls} }), 'what is wider scrolls by itself, by keyboard too');

# ---- Grafana ----

my $grafana = JSON::PP->new->utf8->decode(slurp_file(root() . '/examples/grafana/deptperf.json'));

# A query as Grafana sends it: ${name:sqlstring} is each value quoted, between commas.
sub as_sent
{
	my ($sql, %values) = @_;
	return $sql =~ s/\$\{(\w+):sqlstring\}/join(',', map { quoted($_) } @{ $values{$1} \/\/ die("no variable $1") })/ger;
}

# Its columns and rows, as the reader; an error ends the test.
sub answer
{
	my ($sql) = @_;
	my $out = decode('UTF-8', psql(root(), '-q', '-A', '-F', "\t", '-P', 'footer=off', '-v', 'ON_ERROR_STOP=1', '-c', encode('UTF-8', $sql)));
	my ($columns, @rows) = map { [ split /\t/, $_, -1 ] } split /\n/, $out;
	return ($columns, \@rows);
}

my %value;
for my $variable (@{ $grafana->{templating}{list} })
{
	next if $variable->{type} eq 'datasource';
	my ($columns, $rows) = answer(as_sent($variable->{query}, %value));
	my ($at) = grep { $columns->[$_] eq '__value' } 0 .. $#$columns;
	my @values = map { $_->[ $at // 0 ] } @$rows;
	$value{ $variable->{name} } = $variable->{includeAll} ? \@values : [ $values[0] ];
	ok(@values > 0, "Grafana's variable $variable->{name} has values");
	unlike($variable->{query}, qr/\b(FROM|JOIN)\s+(?!deptperf\.)/, 'from the schema deptperf');
}
is_deeply([ @value{qw(year framework)} ], [ ['2021'], [$chosen] ], 'the last year and the framework of most departments come first');
is(scalar(@{ $value{department} }), 24, 'and all departments');

# By panel: its columns, and how many rows the views have for it.
my %due = (
	'Departments' => [ 'Departments|With a total|No total yet|Frozen', 'SELECT 1 AS n' ],
	'Totals by grade' => [ 'Grade|Departments', "SELECT count(*)::int AS n FROM deptperf.framework_band WHERE framework = 'sz-2021'" ],
	'Totals over the years' => [ 'time|metric|Total', 'SELECT count(*)::int AS n FROM deptperf.score' ],
	'Ranking' => [ 'Rank|Code|Department|Total|Grade|Earned|Open|Change|State|Drift', "SELECT count(*)::int AS n FROM deptperf.score WHERE fiscal_year = 2021 AND framework = 'sz-2021'" ],
	'Where points were lost' => [ 'Code|Department|Item|Label|State|Points|Of|Branch', "SELECT count(*)::int AS n FROM deptperf.item_score WHERE fiscal_year = 2021 AND framework = 'sz-2021' AND points IS DISTINCT FROM max_points" ],
	'Departments × indicators' => [ 'Department|Indicator|Per cent', 'SELECT 23 * 21 AS n' ],
	'Data issues' => [ 'Severity|Year|Code|Department|Issue|Source|Found|Expected', 'SELECT count(*)::int AS n FROM deptperf.data_issue WHERE fiscal_year = 2021' ],
	'Published and recomputed' => [ 'Code|Department|Indicator|Published|Recomputed|Difference|Direction|Why', 'SELECT count(*)::int AS n FROM deptperf.reconciliation WHERE fiscal_year = 2021 AND difference <> 0' ],
);
my %answered;
for my $panel (@{ $grafana->{panels} })
{
	my $title = $panel->{title};
	for my $target (@{ $panel->{targets} })
	{
		my $sql = as_sent($target->{rawSql}, %value);
		unlike($sql, qr/\$|\b(FROM|JOIN)\s+(?!deptperf\.)/, "Grafana's panel $title: nothing is left to fill in, and it reads the schema deptperf");
		my ($columns, $rows) = answer($sql);
		is(join('|', @$columns), $due{$title}[0], "$title: its columns");
		is(scalar(@$rows), query($due{$title}[1])->[0]{n}, "$title: its rows");
		ok(@$rows > 0, "$title: it has some");
		$answered{$title} = $rows;
		# What the panel does with columns names those that are there.
		my %known = map { $_ => 1 } @$columns, map { "$_->{options}{rowField}\\$_->{options}{columnField}" } @{ $panel->{transformations} // [] };
		my @named = ((map { $_->{matcher}{options} } @{ $panel->{fieldConfig}{overrides} }), (map { @{ $_->{options} }{qw(rowField columnField valueField)} } @{ $panel->{transformations} // [] }), $panel->{options}{xField} // ());
		is_deeply([ grep { !$known{$_} } @named ], [], "$title: and names no others");
	}
}
is_deeply([ sort keys %answered ], [ sort keys %due ], 'every panel was asked');
is_deeply($answered{'Departments'}, [ [ 23, 18, 5, 4 ] ], 'Grafana counts as the page does');
is_deeply([ map { $_->[1] } @{ $answered{'Ranking'} } ], [ map { $_->{code} } @scores ], 'and ranks as it does');
is_deeply([ map { $_->[1] } @{ $answered{'Totals by grade'} } ], [ @{ $seen->{zh}{tiles} }[ 3 .. 6 ] ], 'grades too');

$node->stop('immediate');
done_testing();
