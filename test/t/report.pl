# report.pl: the official form of the reference case, printed by Chromium: whole
# pages of A4, text that can be searched, faces that are embedded, heads on each
# page and no row over two of them.
use strict;
use warnings;
use utf8;

use Encode qw(decode encode);
use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_cluster('main');
$node->start;
run($node, 'postgres', 'CREATE DATABASE form');
load_case($node, 'form');
run($node, 'form', q{SELECT deptperf_close(2021); SELECT deptperf_finalize('440300-SI', 2021);
	UPDATE deptperf.department SET name = '<b>"A&B"''s 分局</b>' WHERE code = '440300-SI-02'});
my @labels = split /\n/, run($node, 'form', q{SELECT label_zh FROM deptperf.framework_indicator WHERE framework = 'sz-2021'});
is(scalar @labels, 21, 'the rubric has 21 indicators');

looks_well('zh', '440300-SI', '深圳市社会保险基金管理局', '96.62（满分 100）', '等级优', 'A1.1.1 预算编制符合职责和政策要求', @labels,
	run($node, 'form', 'SELECT hash FROM deptperf.result'));
looks_well('en', '440300-SI', '深圳市社会保险基金管理局', '96.62 of 100', 'Gradeexcellent', 'B3.2 Utilization of fixed assets');
# that of a branch without judgements: most of it is open
looks_well('zh', '440300-SI-02', q{部门<b>"A&B"'s 分局</b>编码}, '待定（满分 100）', '等级待定', '实时数据，未固化', @labels);

done_testing();

# Prints a form and looks at it; the texts must be in it.
sub looks_well
{
	my ($lang, $dept, @texts) = @_;
	my $what = "$dept in $lang";
	my $base = "$PostgreSQL::Test::Utils::tmp_check/$dept-$lang";
	my $html = run($node, 'form', "SELECT deptperf_report('$dept', 2021, '$lang')");
	PostgreSQL::Test::Utils::append_to_file("$base.html", encode('UTF-8', $html));
	is(system('bash', root() . '/test/run/render.sh', "$base.html"), 0, "$what: Chromium prints it") or return;

	my %info = output('pdfinfo', "$base.pdf") =~ /^([^:\n]+): +(.*)$/mg;
	like($info{'Page size'}, qr/\(A4\)/, "$what: on A4");
	my ($title) = $html =~ m{<title>(.*?)</title>}s;
	is($info{Title}, plain($title), "$what: with its title");
	# a rubric of 21 indicators and 45 items fills about eight pages, and no fifty
	cmp_ok($info{Pages}, '>=', 5, "$what: all pages");
	cmp_ok($info{Pages}, '<=', 14, "$what: and no more");
	is(scalar(glob_count("$base-*.png")), $info{Pages}, "$what: each as an image");

	my (undef, undef, @fonts) = split /\n/, output('pdffonts', "$base.pdf");
	cmp_ok(scalar @fonts, '>=', $lang eq 'zh' ? 2 : 1, "$what: faces");
	is(join("\n", grep { !/^\S*(?:WenQuanYiZenHei|UMing)\S* +CID TrueType +Identity-H +yes +yes +yes / } @fonts), '', "$what: each embedded as TrueType, with its characters");

	my @pages = map { squeezed(output('pdftotext', '-raw', '-f', $_, '-l', $_, "$base.pdf", '-')) } 1 .. $info{Pages};
	my $text = join('', @pages);
	is(join("\n", grep { index($text, squeezed($_)) < 0 } @texts), '', "$what: its text can be searched");
	is(join("\n", grep { $pages[$_ - 1] !~ m{\Q$_/$info{Pages}\E} } 1 .. @pages), '', "$what: pages are numbered");

	# each row, as Chromium draws it: cell by cell
	my (@broken, @headless);
	for my $table ($html =~ m{<table>(.*?)</table>}sg)
	{
		my ($head) = $table =~ m{<thead>(.*?)</thead>}s;
		my $from = 0;
		for my $row ($table =~ m{<tr[^>]*>((?:(?!</tr>).)*?)</tr>}sg)
		{
			my $cells = squeezed(plain($row));
			next if $cells eq '' || defined $head && $cells eq squeezed(plain($head));
			my @on = grep { index($pages[$_], $cells) >= 0 } 0 .. $#pages;
			push @broken, $cells unless @on;
			push @headless, $cells if defined $head && @on && !grep { index($pages[$_], squeezed(plain($head))) >= 0 } @on;
		}
	}
	is(join("\n", @broken), '', "$what: no row lies on two pages");
	is(join("\n", @headless), '', "$what: and each has its head on its page");
	return;
}

sub glob_count { my @files = glob(shift); return scalar @files; }

sub output
{
	my @command = @_;
	my $out = '';
	IPC::Run::run(\@command, '>', \$out) or die "@command failed";
	return decode('UTF-8', $out);
}

# HTML as it reads.
sub plain
{
	my $html = shift;
	my %named = (lt => '<', gt => '>', quot => '"', amp => '&');
	$html =~ s/<[^>]*>//g;
	$html =~ s/&(?:#(\d+)|(\w+));/defined $1 ? chr $1 : $named{$2}/ge;
	return $html;
}

# Where lines break says nothing.
sub squeezed { my $text = shift; $text =~ s/\s+//g; return $text; }
