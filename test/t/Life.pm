# Shared by the tests of a workspace's life: the reference case as a bureau would
# have it, and what of it must come back.
#
# The database that life_database makes belongs to role bureau, no superuser. Its
# procurement and fixed assets are bound to tables of another role's, its
# judgements come from two roles, it has a framework and a fact of its own, role
# reader, role branch (which sees one branch alone, with row security), and
# dashboards (a view and a materialized view) over the scores.
package Life;

use strict;
use warnings;
use utf8;

use Cwd;
use Encode qw(decode encode);
use Exporter 'import';
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_cluster life_roles life_database load_case as_user run
  scores contents inventory extension_inventory same_lines lines_of root quoted);

binmode(Test::More->builder->$_, ':encoding(UTF-8)') for qw(output failure_output todo_output);

# The folder that has test/, sql/ and examples/.
sub root { return dirname(dirname(dirname(Cwd::abs_path(__FILE__)))); }

# A cluster in UTF-8, not yet started.
sub new_cluster
{
	my ($name, %options) = @_;
	my %new = map { exists $options{$_} ? ($_ => delete $options{$_}) : () } qw(install_path);
	my $node = PostgreSQL::Test::Cluster->new($name, %new);
	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ], %options);
	$node->append_conf('postgresql.conf', "timezone = 'UTC'\nlog_statement = 'none'\nmax_connections = 20");
	return $node;
}

# run($node, $database, $sql [, $user]): its rows, as text. An error ends the test.
sub run
{
	my ($node, $database, $sql, $user) = @_;
	my ($status, $out, $err) = $node->psql($database, encode('UTF-8', $sql),
		on_error_die => 1, connstr => as_user($node, $database, $user));
	return decode('UTF-8', $out);
}

sub as_user
{
	my ($node, $database, $user) = @_;
	return $node->connstr($database) . (defined $user ? encode('UTF-8', " user='$user'") : '');
}

sub quoted { my $text = shift; $text =~ s/'/''/g; return "'$text'"; }

sub lines_of { return [ split /\n/, shift ]; }

# Two lists are equal; else what one has and the other has not is shown, and of
# an object ("kind | name | …") that both have, from where they part.
sub same_lines
{
	my ($got, $expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my (%got, %expected, %new);
	$got{$_}++ for @$got;
	$expected{$_}++ for @$expected;
	my @missing = grep { ($got{$_} // 0) < $expected{$_} } sort keys %expected;
	my @new = grep { ($expected{$_} // 0) < $got{$_} } sort keys %got;
	return 1 if ok(!@missing && !@new && @$expected > 0, $name);
	diag('nothing was expected') unless @$expected;
	$new{ name_of($_) } = $_ for @new;
	for my $line (first_20(@missing))
	{
		my $other = delete $new{ name_of($line) };
		diag("missing: $line") unless defined $other;
		next unless defined $other;
		my ($bytes, $others) = map { encode('UTF-8', "$_\n") } $line, $other;
		my $same = length(decode('UTF-8', (($bytes ^ $others) =~ /^(\0*)/) ? substr($bytes, 0, length $1) : ''));
		diag(name_of($line));
		diag("  $_->[0] …" . substr($_->[1], $same > 40 ? $same - 40 : 0, 200)) for [ 'is       ', $other ], [ 'should be', $line ];
	}
	diag("new:     $_") for first_20(sort values %new);
	return 0;
}

sub name_of { my $line = shift; return $line =~ /^(\w+(?: \w+)? \| [^|]+) \|/ ? $1 : $line; }

sub first_20 { return @_ > 20 ? (@_[ 0 .. 19 ], '…') : @_; }

# ---- what is made ----

sub life_roles
{
	my $node = shift;
	run($node, 'postgres', 'CREATE ROLE bureau LOGIN; CREATE ROLE finance_office LOGIN;
		CREATE ROLE "assessor 王" LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE branch LOGIN;');
	return;
}

# The reference case alone, as user.
sub load_case
{
	my ($node, $database, $user) = @_;
	my $here = getcwd();
	chdir root() . '/examples/case' or die "examples/case: $!";
	{
		local %ENV = $node->_get_env();
		PostgreSQL::Test::Utils::system_or_bail($node->installed_command('psql'), '-Xq',
			'-v', 'ON_ERROR_STOP=1', '-d', as_user($node, $database, $user), '-f', 'load.sql');
	}
	chdir $here;
	return;
}

my $BOUND = <<'SQL';
CREATE SCHEMA finance AUTHORIZATION finance_office;
GRANT USAGE ON SCHEMA finance TO bureau;
SET ROLE finance_office;
CREATE TABLE finance.purchase (unit_code varchar(20), yr smallint, plan_amt numeric(18,2), paid_amt numeric(18,2), is_deleted text);
CREATE INDEX purchase_by_unit ON finance.purchase (unit_code, yr);
CREATE TABLE finance.asset_sheet ("单位编码" text, "年度" text, "账面原值" text, "使用状况" text);
GRANT SELECT ON finance.purchase, finance.asset_sheet TO bureau;
RESET ROLE;
INSERT INTO finance.purchase
SELECT d.code, p.fiscal_year, p.planned * 10000, p.actual * 10000, '2' FROM deptperf.procurement p JOIN deptperf.department d USING (dept_id)
UNION ALL SELECT '440300-SI', 2021, 7, 7, '1';
INSERT INTO finance.asset_sheet
SELECT d.code, a.fiscal_year, to_char(a.original_value, 'FM999,999,990.00'), CASE WHEN a.in_use THEN '在用' ELSE '闲置' END
FROM deptperf.fixed_asset a JOIN deptperf.department d USING (dept_id);
SET ROLE bureau;
DELETE FROM deptperf.procurement;
DELETE FROM deptperf.fixed_asset;
SET client_min_messages = warning;
SELECT count(*) FROM deptperf_bind('{
    "procurement": {"from": "finance.purchase", "dept": "unit_code", "year": "yr", "planned": "plan_amt", "actual": "paid_amt",
                    "factor": 0.0001, "filter": "is_deleted = ''2''"},
    "fixed_asset": {"from": "finance.asset_sheet", "dept": "单位编码", "year": "年度",
                    "original_value": "deptperf_number(\"账面原值\")", "in_use": "\"使用状况\" = ''在用''"}}');
SQL

my $JUDGED = <<'SQL';
SET ROLE bureau;
INSERT INTO deptperf.fact (fact, label_en) VALUES ('hotline_calls', 'calls to the hotline'), ('hotline_answered', 'calls that were answered');
SELECT deptperf_framework_import('{"framework": "bureau-2022", "label_en": "of our own", "from_year": 2022,
    "groups": [{"code": "A", "points": 100}, {"code": "A1", "parent": "A", "points": 100}],
    "indicators": [{"code": "A1.1", "group": "A1", "key": "hotline", "points": 100}],
    "items": [{"code": "A1.1.1", "indicator": "A1.1", "points": 60, "formula": "hotline_answered / hotline_calls", "rule": "x >= 90%: 60, x >= 60%: 40, else 0", "empty": "missing"},
              {"code": "A1.1.2", "indicator": "A1.1", "points": 40}],
    "requirements": [{"code": "A1.1", "indicator": "A1.1", "formula": "finding_violation", "rule": "x > 0: zero, else pass"}],
    "bands": [{"grade": "good", "from": 80}, {"grade": "bad", "from": 0}]}');
INSERT INTO deptperf.department_framework SELECT dept_id, 2022, 'bureau-2022' FROM deptperf.department WHERE code = '440300-SI';
INSERT INTO deptperf.measurement (dept_id, fiscal_year, fact, amount)
SELECT dept_id, 2022, v.fact, v.amount FROM deptperf.department, (VALUES ('hotline_calls', 1000), ('hotline_answered', 875)) AS v(fact, amount)
WHERE parent_id IS NOT NULL;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_proc WHERE proname = 'deptperf_grant') THEN
        PERFORM deptperf_setup(row_security => true);
        PERFORM deptperf_grant('reader', 'reader'), deptperf_grant('assessor 王', 'assessor'), deptperf_grant('branch', 'reader', '440300-SI-01');
    ELSE
        GRANT USAGE ON SCHEMA deptperf TO reader, branch, "assessor 王";
        GRANT SELECT ON ALL TABLES IN SCHEMA deptperf TO reader, branch, "assessor 王";
        GRANT INSERT (dept_id, fiscal_year, item, points, exempt, reason, supersedes) ON deptperf.assessment TO "assessor 王";
    END IF;
END $$;
GRANT SELECT ON deptperf.petition TO reader;
RESET ROLE;
SET ROLE "assessor 王";
SELECT deptperf_assess('440300-SI', 2021, '{"A2.2.1": 1.5, "A1.1.2": 0.5}', '指标未细化');
SELECT deptperf_assess('440300-SI', 2022, '{"A1.1.2": 30}', 'calls, not answers');
RESET ROLE;
CREATE SCHEMA dashboard AUTHORIZATION bureau;
GRANT USAGE ON SCHEMA dashboard TO reader;
SET ROLE bureau;
CREATE VIEW dashboard.board AS
SELECT d.name, s.fiscal_year, s.total, s.grade, s.open, rank() OVER (PARTITION BY s.fiscal_year ORDER BY s.provisional DESC) AS place
FROM deptperf.score s JOIN deptperf.department d USING (dept_id);
COMMENT ON VIEW dashboard.board IS 'What the director looks at.';
CREATE MATERIALIZED VIEW dashboard.lost AS
SELECT dept_id, fiscal_year, item, max_points - points AS lost FROM deptperf.item_score WHERE points < max_points;
CREATE UNIQUE INDEX lost_key ON dashboard.lost (dept_id, fiscal_year, item);
GRANT SELECT ON dashboard.board, dashboard.lost TO reader;
SQL

# In a database that belongs to bureau, with or without the extension.
sub life_database
{
	my ($node, $database) = @_;
	load_case($node, $database, 'bureau');
	run($node, $database, $BOUND);
	run($node, $database, $JUDGED);
	return;
}

# ---- what of it is compared ----

# Every score by both paths. The columns by name, for later versions have more.
sub scores
{
	my ($node, $database, $user) = @_;
	return lines_of(run($node, $database, q{
		SELECT 'score ' || ROW(dept_id, fiscal_year, framework, total, grade, provisional, open, open_items, silent)::text FROM deptperf.score;
		SELECT 'indicator ' || ROW(dept_id, fiscal_year, framework, indicator, state, points, max_points)::text FROM deptperf.indicator_score;
		SELECT 'item ' || ROW(dept_id, fiscal_year, framework, indicator, item, state, points, max_points, branch)::text FROM deptperf.item_score;
		SELECT 'point ' || ROW(dept_id, fiscal_year, deptperf_total(dept_id, fiscal_year), deptperf_grade(dept_id, fiscal_year))::text FROM deptperf.score;
		SELECT 'scorecard ' || ROW(dept_id, level, code, label, points, max_points, state, grade)::text
		FROM (SELECT dept_id FROM deptperf.score WHERE fiscal_year = 2021) d, deptperf_scorecard(d.dept_id, 2021) c}, $user));
}

# Every row of the tables (and materialized views) of some schemas. The option
# revisions => 0 leaves framework_document's out, which are others when the
# document is made anew; bindings => 0 leaves out what
# deptperf_bindings says of the tables.
sub contents
{
	my ($node, $database, %options) = @_;
	my $schemas = $options{schemas} // 'deptperf,finance,dashboard';
	my $row = ($options{revisions} // 1) ? '%1$L || t::text'
	  : q[%1$L || (CASE %1$L WHEN 'deptperf.framework_document ' THEN (to_jsonb(t) - 'revision')::text ELSE t::text END)];
	my $bindings = ($options{bindings} // 1) ? q{SELECT 'binding ' || b::text FROM deptperf_bindings() b;} : '';
	return lines_of(run($node, $database, qq{
		CREATE FUNCTION pg_temp.contents() RETURNS SETOF text LANGUAGE plpgsql AS \$\$
		DECLARE r record;
		BEGIN
			FOR r IN SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			         WHERE n.nspname = ANY ('{$schemas}') AND c.relkind IN ('r', 'm')
			LOOP
				RETURN QUERY EXECUTE format(\$q\$ SELECT translate($row, E'\\n', ' ') FROM %2\$I.%3\$I t \$q\$,
				                            r.nspname || '.' || r.relname || ' ', r.nspname, r.relname);
			END LOOP;
		END \$\$;
		SELECT * FROM pg_temp.contents();
		$bindings}));
}

# Every object of some schemas, a line each, with all that a dump, an upgrade or
# setup must bring back. acl => 0 leaves privileges out.
my $INVENTORY = <<'SQL';
CREATE FUNCTION pg_temp.rights(kind "char", acl aclitem[], owner oid) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s=%s%s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, privilege_type,
	                                  CASE WHEN is_grantable THEN '*' END), ',' ORDER BY grantee::regrole::text, privilege_type), '-')
	FROM aclexplode(coalesce(acl, acldefault(kind, owner))) WHERE @acl@
$$;
SET search_path = pg_catalog;
WITH space AS (
	SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname = ANY (string_to_array(:'schemas', ','))
), rel AS (
	SELECT c.*, c.oid::regclass::text AS name FROM pg_class c JOIN space s ON s.oid = c.relnamespace
), line(what, name, detail, classid, objid, subid) AS (
	SELECT 'schema', nspname::text, concat_ws(' ', nspowner::regrole, pg_temp.rights('n', nspacl, nspowner)), 'pg_namespace'::regclass, oid, 0 FROM space
	UNION ALL
	SELECT 'relation', name, concat_ws(' ', relkind, relpersistence, relowner::regrole, relrowsecurity, relforcerowsecurity, relispopulated, reloptions,
	       pg_temp.rights(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relacl, relowner),
	       CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) WHEN relkind = 'i' THEN pg_get_indexdef(oid) END), 'pg_class'::regclass, oid, 0 FROM rel
	UNION ALL
	SELECT 'column', rel.name || '.' || row_number() OVER (PARTITION BY rel.oid ORDER BY a.attnum),
	       concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, a.attcollation::regcollation,
	                 pg_get_expr(d.adbin, d.adrelid), pg_temp.rights('c', a.attacl, rel.relowner)), 'pg_class'::regclass, rel.oid, a.attnum
	FROM rel JOIN pg_attribute a ON a.attrelid = rel.oid AND a.attnum > 0 AND NOT a.attisdropped
	    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE rel.relkind NOT IN ('i', 'S')
	UNION ALL
	SELECT 'sequence', rel.name, concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle), NULL::regclass, NULL::oid, 0
	FROM rel JOIN pg_sequence s ON s.seqrelid = rel.oid
	UNION ALL
	SELECT 'constraint', rel.name || '.' || c.conname, concat_ws(' ', pg_get_constraintdef(c.oid), c.convalidated), 'pg_constraint'::regclass, c.oid, 0
	FROM rel JOIN pg_constraint c ON c.conrelid = rel.oid
	UNION ALL
	SELECT 'trigger', rel.name || '.' || t.tgname, concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled), 'pg_trigger'::regclass, t.oid, 0
	FROM rel JOIN pg_trigger t ON t.tgrelid = rel.oid AND NOT t.tgisinternal
	UNION ALL
	SELECT 'policy', rel.name || '.' || p.polname, concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid),
	       pg_get_expr(p.polwithcheck, p.polrelid)), 'pg_policy'::regclass, p.oid, 0
	FROM rel JOIN pg_policy p ON p.polrelid = rel.oid
	UNION ALL
	SELECT 'function', p.oid::regprocedure::text, concat_ws(' ', p.proowner::regrole, pg_temp.rights('f', p.proacl, p.proowner), pg_get_functiondef(p.oid)),
	       'pg_proc'::regclass, p.oid, 0
	FROM pg_proc p JOIN space s ON s.oid = p.pronamespace
	WHERE p.prokind <> 'a'
	UNION ALL
	SELECT 'type', t.oid::regtype::text, concat_ws(' ', t.typtype, t.typowner::regrole, t.typinput), 'pg_type'::regclass, t.oid, 0
	FROM pg_type t JOIN space s ON s.oid = t.typnamespace
)
SELECT translate(concat_ws(' | ', what, name, detail, CASE WHEN objid <> 0 AND subid = 0 THEN obj_description(objid, classid::regclass::text::name)
                                            WHEN objid <> 0 THEN col_description(objid, subid) END), E'\n', ' ')
FROM line;
SQL

sub inventory
{
	my ($node, $database, %options) = @_;
	my $schemas = $options{schemas} // 'deptperf,finance,dashboard';
	my $acl = ($options{acl} // 1) ? 'true' : 'false';
	my $sql = $INVENTORY =~ s{\@acl\@}{$acl}r;
	return lines_of(run($node, $database, "\\set schemas '$schemas'\n$sql"));
}

# Every member of the extension, a line each, with all that SQL can say of it.
my $MEMBERS = <<'SQL';
WITH member AS (
	SELECT d.classid, d.objid, pg_identify_object(d.classid, d.objid, 0) AS o
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	WHERE e.extname = 'deptperf' AND d.deptype = 'e'
)
SELECT translate(concat_ws(' | ', (m.o).type, (m.o).identity, obj_description(m.objid, m.classid::regclass::text::name),
	CASE m.classid
	WHEN 'pg_proc'::regclass THEN (
		SELECT concat_ws(' ', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END, p.prokind, (SELECT l.lanname FROM pg_language l WHERE l.oid = p.prolang), p.provolatile, p.proisstrict,
		       p.proparallel, p.proleakproof, p.prosecdef, p.procost, p.prorows, p.prosupport, p.proacl, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid))
		FROM pg_proc p WHERE p.oid = m.objid)
	WHEN 'pg_type'::regclass THEN (
		SELECT concat_ws(' ', t.typtype, t.typlen, t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typispreferred, t.typcollation, t.typinput,
		       t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze, t.typsubscript, t.typacl)
		FROM pg_type t WHERE t.oid = m.objid)
	WHEN 'pg_operator'::regclass THEN (
		SELECT concat_ws(' ', o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash, o.oprresult::regtype)
		FROM pg_operator o WHERE o.oid = m.objid)
	WHEN 'pg_cast'::regclass THEN (SELECT concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod) FROM pg_cast c WHERE c.oid = m.objid)
	WHEN 'pg_opclass'::regclass THEN (SELECT concat_ws(' ', c.opcintype::regtype, c.opcdefault, c.opckeytype::regtype) FROM pg_opclass c WHERE c.oid = m.objid)
	WHEN 'pg_opfamily'::regclass THEN (
		SELECT concat_ws(' ', (SELECT string_agg(format('%s %s', a.amopstrategy, a.amopopr::regoperator), ', ' ORDER BY a.amopstrategy) FROM pg_amop a WHERE a.amopfamily = m.objid),
		                      (SELECT string_agg(format('%s %s', a.amprocnum, a.amproc::regprocedure), ', ' ORDER BY a.amprocnum) FROM pg_amproc a WHERE a.amprocfamily = m.objid)))
	END,
	CASE WHEN m.classid = 'pg_proc'::regclass THEN (
		SELECT concat_ws(' ', a.aggkind, a.aggnumdirectargs, a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn,
		       a.aggfinalextra, a.aggfinalmodify, a.aggtranstype::regtype, a.aggtransspace, a.agginitval)
		FROM pg_aggregate a WHERE a.aggfnoid = m.objid) END), E'\n', ' ')
FROM member m ORDER BY 1;
SQL

sub extension_inventory
{
	my ($node, $database) = @_;
	return lines_of(run($node, $database, $MEMBERS));
}

1;
