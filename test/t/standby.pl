# standby.pl: a streaming replica: every view and every function that only reads
# gives there what it gives on the primary, with tracking and without, for the
# owner and for readers; what writes is refused by PostgreSQL.  Sessions that have
# kept their plans follow what the primary does: records, tracking that is turned
# on and off, rows of kept facts that are added up under an open snapshot.
use strict;
use warnings;
use utf8;

use FindBin;
use lib $FindBin::Bin;
use Life;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = new_cluster('primary', allows_streaming => 1);
$primary->append_conf('postgresql.conf', "fsync = off\nautovacuum = off\njit = off");
$primary->start;
life_roles($primary);
run($primary, 'postgres', 'CREATE DATABASE life OWNER bureau');
life_database($primary, 'life');

# A partitioned table behind a source, of which more is to be seen below.
run($primary, 'life', <<'SQL');
SET client_min_messages = warning;
SET ROLE finance_office;
GRANT SELECT, TRIGGER ON finance.purchase, finance.asset_sheet TO bureau;
CREATE TABLE finance.payment (unit text, yr int, amount numeric) PARTITION BY LIST (yr);
CREATE TABLE finance.payment_2021 PARTITION OF finance.payment FOR VALUES IN (2021);
CREATE TABLE finance.payment_2022 PARTITION OF finance.payment FOR VALUES IN (2022);
GRANT SELECT, TRIGGER ON finance.payment, finance.payment_2021, finance.payment_2022 TO bureau;
INSERT INTO finance.payment VALUES ('440300-SI', 2021, 70000), ('440300-SI-01', 2022, 20);
SET ROLE bureau;
SELECT count(*) FROM deptperf_bind('{"adjustment": {"from": "finance.payment", "dept": "unit", "year": "yr", "amount": "amount", "keep": true}}');
SELECT deptperf_finalize('440300-SI', 2021, true, 'to be verified');
SELECT deptperf_framework_copy('bureau-2022', 'a draft');
SQL

# ---- what is asked, made from the catalog ----

# How a query ends: its rows, in a form that can be compared, or its error.  A
# function of the primary's, for a replica has no temporary ones.
run($primary, 'life', <<'SQL');
CREATE SCHEMA ask;
CREATE FUNCTION ask.outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE format($q$ SELECT concat_ws(' ', count(*), 'rows', md5(string_agg(v::text, chr(10) ORDER BY v::text))) FROM (%s) v $q$, query) INTO result;
	RETURN result;
EXCEPTION WHEN others THEN
	RETURN 'ERROR ' || SQLSTATE || ' ' || SQLERRM;
END $$;
-- The different answers that a query has in many snapshots.
CREATE TABLE ask.work (done int, enough boolean);
INSERT INTO ask.work VALUES (0, false);
CREATE FUNCTION ask.watched(query text, times int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
	seen   text;
BEGIN
	FOR i IN 1 .. times LOOP
		EXECUTE query INTO answer;
		IF seen IS NULL OR answer <> ALL (string_to_array(seen, ' and ')) THEN
			seen := concat_ws(' and ', seen, answer);
		END IF;
	END LOOP;
	RETURN seen;
END $$;
CREATE TABLE ask.sample (function text, name text, type text, value text);
INSERT INTO ask.sample VALUES
	('', 'dept', 'text', $$'440300-SI'$$), ('', 'dept', 'bigint', $$deptperf_department('440300-SI')$$), ('', 'dept_id', 'bigint', $$deptperf_department('440300-SI')$$),
	('', 'dept_ids', 'bigint[]', 'ARRAY(SELECT d.dept_id FROM deptperf.department d ORDER BY d.dept_id)'), ('', 'years', 'integer[]', 'ARRAY[2021, 2022]'),
	('', 'year', '', '2021'), ('', 'result', 'bigint', '(SELECT min(r.result_id) FROM deptperf.result r)'), ('', 'as_of', 'date', $$date '2021-09-30'$$),
	('', 'lang', 'text', $$'en'$$), ('', 'framework', 'text', $$'sz-2021'$$), ('', 'indicator', 'text', $$'B1.1'$$), ('', 'only_indicator', 'text', 'NULL'),
	('deptperf_check_published', 'grade', 'text', $$'优'$$), ('', 'published', 'jsonb', $$'{"": 97.45, "B1.1": 1.76}'$$), ('', 'published', 'numeric', '1.76'),
	('', 'changes', 'jsonb', $$'{"assets_in_use": 115000}'$$), ('', 'fact', 'text', $$'procurement_actual'$$), ('', 'weights', 'jsonb', 'NULL'),
	('', 'document', 'jsonb', $$deptperf_framework_document('sz-2021')$$), ('', 'facts', 'jsonb', $$(SELECT f.facts FROM deptperf.facts f WHERE f.dept_id = deptperf_department('440300-SI') AND f.fiscal_year = 2021)$$),
	('deptperf_kept_negated', 'facts', 'jsonb', $$'{"a": 1}'$$), ('deptperf_kept_(sum|says)', 'facts', 'jsonb', $$(v.n % 7 || '')::jsonb$$), ('', 'sources', 'jsonb', 'NULL'), ('', 'sources', 'text[]', $$'{procurement}'$$), ('', 'chosen', 'text', $$'true'$$), ('deptperf_track_run', '', 'text', $$'DELETE FROM ask.work'$$),
	('', 'inputs', 'jsonb', $$(SELECT i.inputs FROM deptperf.inputs i WHERE i.dept_id = deptperf_department('440300-SI') AND i.fiscal_year = 2021)$$),
	('', 'names', 'jsonb', $$'{}'$$), ('', 'w', 'jsonb', $$deptperf_report_words('en')$$), ('', 'until', 'timestamp with time zone', $$timestamptz '2100-01-01'$$),
	('', 'source', 'text', $$'procurement'$$), ('deptperf_track_query', 'from', 'text', $$'finance.purchase'$$), ('', 'from', 'text', $$'finance.purchase'$$), ('', 'named', 'text', $$'procurement'$$),
	('', 'place', 'integer', '1'), ('deptperf_track_statement', 'place', 'text', $$'1'$$), ('', 'event', 'text', $$'insert'$$), ('', 'trigger', 'text', $$'deptperf_procurement_1_insert'$$),
	('deptperf_track_again', 'relation', 'oid', $$'deptperf.department'::regclass$$), ('', 'relation', '', $$'finance.purchase'::regclass$$), ('', 'view', '', $$'deptperf.procurement_bound_1'::regclass$$), ('', 'other', 'text', $$'finance.purchase'$$),
	('', 'role', 'oid', $$'bureau'::regrole$$), ('', 'role', 'name', $$'reader'$$), ('', 'what', 'text', $$'reader'$$),
	('deptperf_bind_type', 'key', 'text', $$'planned'$$), ('deptperf_bind_type', 'type', 'regtype', $$'numeric'$$), ('', 'spec', 'jsonb', $$(SELECT b.spec -> 0 FROM deptperf.binding b WHERE b.source = 'procurement')$$),
	('', 'specs', 'jsonb', $$(SELECT b.spec FROM deptperf.binding b WHERE b.source = 'procurement')$$), ('', 'parts', 'text[]', 'NULL'),
	('deptperf_bind(_sources)?$', 'bindings', 'jsonb', $$'{"procurement": {"from": "finance.purchase", "dept": "unit_code", "year": "yr", "planned": "plan_amt", "actual": "paid_amt"}}'$$),
	('', 'points', 'jsonb', $$'{"A2.2.1": 2}'$$), ('', 'reason', 'text', $$'a reason'$$), ('', 'copy', 'text', $$'a copy'$$), ('', 'from_year', 'bigint', '2022'), ('', 'code', 'text', '(SELECT min(l.code) FROM deptperf.indicator_library l)'),
	('deptperf_framework_start', 'framework', 'text', $$'a draft'$$), ('deptperf_framework_import', 'document', 'jsonb', $$jsonb_set(deptperf_framework_document('a draft'), '{label_en}', '"another"')$$),
	('deptperf_bind_relation', 'named', 'text', $$'finance.purchase'$$), ('deptperf_bind_not_tracked', 'source', 'text', $$'budget_'$$), ('deptperf_bind_assemble', 'parts', 'text[]', $$ARRAY['SELECT FROM finance.purchase']$$),
	('', 'written', 'text', $$(SELECT '≥1' || l.unit FROM deptperf.indicator_library l ORDER BY l.code LIMIT 1)$$), ('', 'force', 'boolean', 'true'),
	('deptperf_formula', '', 'text', $$'a / b'$$), ('deptperf_shard_said', '', 'text', $$'{"a": 1}'$$), ('deptperf_shard_faults', 'departments', 'jsonb', $$'[]'$$), ('deptperf_check_stated', 'stated', 'jsonb', $$'[]'$$), ('deptperf_framework_from_sheet', '', 'text', $$(SELECT string_agg(s, chr(10)) FROM deptperf_framework_sheet('sz-2021') s)$$),
	('deptperf_requirement_rule', '', 'text', $$'x > 0: zero, else pass'$$), ('deptperf_management_system', '', 'numeric', '0.2'), ('deptperf_target_share', 'comparison', 'text', $$'>='$$), ('deptperf_target_share', 'reverse', 'text', $$'quotient'$$),
	('deptperf_bind_type', 'kind', 'text', $$'number'$$), ('deptperf_bind_type', 'value', 'text', $$'plan_amt'$$), ('deptperf_bind_type', 'expression', 'text', $$'plan_amt'$$),
	('deptperf_finalize', 'dept', 'text', $$'440300-SI-01'$$), ('deptperf_finalize', 'dept', 'bigint', $$deptperf_department('440300-SI-01')$$), ('', 'supersedes', 'text', 'NULL'), ('', 'version', '', 'NULL'),
	('', '', 'deptperf_rule', $$'x >= 90%: 1, else 0'$$), ('', '', 'numeric', '1'), ('', '', 'integer', '1'), ('', '', 'bigint', '1'), ('', '', 'boolean', 'true'), ('', '', 'jsonb', $$'{}'$$),
	('', '', 'text', $$'1'$$), ('', '', 'text[]', $$'{}'$$), ('', '', 'integer[]', $$'{}'$$), ('', '', 'oid', $$'deptperf.score'::regclass$$), ('', '', 'regclass', $$'deptperf.score'$$), ('', '', 'name', $$'reader'$$);
-- Every function of the extension and of the workspace but triggers and what takes internal values.
CREATE TABLE ask.call AS
SELECT p.provolatile AS kind, p.oid::regprocedure::text AS name,
       format('SELECT * FROM %s(%s) AS v', p.oid::regproc,
              (SELECT string_agg(CASE a.type WHEN '"any"'::regtype THEN '''a''::text, 1' ELSE format('CAST(%s AS %s)', coalesce(s.value, 'NULL'), format_type(a.type, NULL)) END, ', ' ORDER BY a.n)
               FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(type, n)
                   LEFT JOIN LATERAL (SELECT s.value FROM ask.sample s
                                      WHERE p.proname ~ s.function AND s.name IN ('', p.proargnames[a.n]) AND s.type IN ('', format_type(a.type, NULL))
                                      ORDER BY s.function = '', s.name = '', s.type = '' LIMIT 1) s ON true)) AS query
FROM pg_proc p
WHERE (p.pronamespace = 'deptperf'::regnamespace
       OR EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'deptperf'
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass))
  AND p.prokind = 'f' AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype, 'cstring'::regtype)
  AND NOT p.proargtypes::oid[] && ARRAY['internal'::regtype::oid, 'cstring'::regtype];
GRANT USAGE ON SCHEMA ask TO PUBLIC;
GRANT SELECT ON ask.call TO PUBLIC;
GRANT SELECT, UPDATE ON ask.work TO PUBLIC;
SQL

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'hot_standby_feedback = on');
$standby->start;
is(run($standby, 'life', 'SELECT pg_is_in_recovery()'), 't', 'there is a streaming replica');


# What a node says to a list of queries, a line each; but which server it is.
sub answers
{
	my ($node, $which, $user) = @_;
	my $is = $which eq 'writes' ? '=' : '<>';
	my $sql = $which eq 'relations'
	  ? q{SELECT c.oid::regclass || ' | ' || ask.outcome('SELECT ' || CASE c.relname WHEN 'shared_about' THEN 'to_jsonb(v) - ''identity''' ELSE 'v::text' END || ' FROM ' || c.oid::regclass || ' v') FROM pg_class c
		WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind IN ('v', 'r') ORDER BY 1}
	  : "SELECT c.name || ' | ' || ask.outcome(c.query) FROM ask.call c WHERE c.kind $is 'v' ORDER BY 1";
	return lines_of(run($node, 'life', $sql, $user));
}

sub same_everywhere
{
	my ($how, @users) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$primary->wait_for_catchup($standby);
	for my $user (@users)
	{
		for my $which ('reads', 'relations')
		{
			my $answers = answers($primary, $which, $user);
			same_lines(answers($standby, $which, $user), $answers, "$how: $user: " . scalar(@$answers) . " $which");
			next if $user ne 'bureau';
			# those whose sample is none that they take; every other has an answer
			my @errors = map { /^(\w+)\S* \| ERROR/ ? $1 : () } @$answers;
			is("@errors", $which eq 'reads' ? 'deptperf_sheet_header deptperf_sheet_refuse deptperf_sheet_said' : '', "$how: all the owner's $which have an answer") or diag(grep { /ERROR/ } @$answers);
		}
	}
	is(run($standby, 'life', 'SELECT count(*) FROM deptperf_check_tracking()', 'bureau'), 0, "$how: the check finds nothing");
	return;
}

# ---- what writes ----

my @calm = map { /^([^|]+) \| (?!ERROR 25006)/ ? $1 : () } @{ answers($standby, 'writes', 'bureau') };
is("@calm", 'deptperf_attach(name) deptperf_bind_relation(text,text,text) deptperf_close_complete(text) deptperf_detach(name) deptperf_grant_usage(name[]) deptperf_shard_forget() deptperf_shard_release(integer,bigint[]) deptperf_track_off(text) deptperf_workspace_guard()',
	'what writes is refused as any statement that writes, but for parts that had nothing to write');
# ---- what reads ----

same_everywhere('not tracked', 'bureau', 'branch');
run($primary, 'life', 'SELECT deptperf_track()', 'bureau');
is(run($primary, 'life', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'deptperf'::regnamespace AND relname ~ '_computed$'}), 14, 'every source is tracked');
same_everywhere('tracked', 'bureau', 'reader', 'branch');

is($standby->psql('life', q{SELECT deptperf_untrack('budget')}, connstr => as_user($standby, 'life', 'bureau'), stderr => \my $refusal), 3, 'tracking is not turned off there');
like($refusal, qr/ERROR:  cannot execute .* in a read-only transaction/, 'which the error says');

# ---- sessions that stay while the primary goes on ----

my $adjusted = q{SELECT u.facts ->> 'adjusted_amount' FROM deptperf.unit_facts u WHERE u.dept_id = deptperf_department('440300-SI') AND u.fiscal_year = 2021};

# By a plan of the session's own, and by those that the library keeps.
my $whole = "SELECT concat_ws(' ', ($adjusted), deptperf_total('440300-SI', 2021), (SELECT s.total FROM deptperf_scores(ARRAY[deptperf_department('440300-SI')], ARRAY[2021]) s))";
my $session = $standby->background_psql('life');
$session->query_safe("SET plan_cache_mode = force_generic_plan; PREPARE whole AS $whole");
sub said { return $session->query_safe('EXECUTE whole'); }
sub follows
{
	my ($name, $sql) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $before = said();
	run($primary, 'life', $sql, 'bureau') if $sql;
	$primary->wait_for_catchup($standby);
	is(said(), run($primary, 'life', $whole), "a session that stays: $name");
	return $before;
}

follows('tracked', '');
my $truth = said();
follows('a record of the own table', q{INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (deptperf_department('440300-SI'), 2021, 1000.5)});
isnt(said(), $truth, 'which changes what it says');
follows('tracking is turned off', q{SELECT deptperf_untrack('adjustment')});
follows('a record after that', q{DELETE FROM deptperf.adjustment WHERE amount = 1000.5});
is(said(), $truth, 'which takes it back');
follows('tracking is turned on', q{SELECT deptperf_track('adjustment')});
is(said(), $truth, 'which changes nothing');
# only kept facts can have this from: so that it is they which the session reads
run($primary, 'life', q{UPDATE deptperf.kept SET facts = jsonb_set(facts, '{adjusted_amount}', '1') WHERE fiscal_year = 2021 AND facts ? 'adjusted_amount'}, 'bureau');
follows('kept facts that are wrong', '');
like(said(), qr/^1 /, 'it reads the kept facts');
is(run($standby, 'life', q{SELECT DISTINCT source || ' ' || fiscal_year FROM deptperf_check_tracking()}, 'bureau'), 'adjustment 2021', 'the check finds it there too');
follows('tracked anew', q{SELECT deptperf_track('adjustment')});
is(said(), $truth, 'right again');

# A snapshot of there from before tracking has an error in place of no facts.
$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM ask.call');
run($primary, 'life', q{SELECT deptperf_track('adjustment')}, 'bureau');
$primary->wait_for_catchup($standby);
like($session->query_safe('SELECT ask.outcome(' . quoted($whole) . ')'), qr/^ERROR 40001 could not serialize access due to tracking/, 'a snapshot from before tracking');
$session->query_safe('COMMIT');
is(said(), $truth, 'and one from after it');

# ---- kept rows are added up and vacuumed away under a snapshot of the standby's ----

$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
my $then = said();
my $xmin = $session->query_safe('SELECT pg_snapshot_xmin(pg_current_snapshot())');
$primary->poll_query_until('life', "SELECT bool_and(backend_xmin::text::bigint <= $xmin) FROM pg_stat_replication") or die 'no feedback';
run($primary, 'life', <<'SQL', 'bureau');
SET deptperf.compact_every = 1;
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (deptperf_department('440300-SI'), 2021, 5);
INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (deptperf_department('440300-SI'), 2021, 7);
VACUUM deptperf.kept;
SQL
$primary->wait_for_catchup($standby);
is(said(), $then, 'a snapshot stays as it was');
$session->query_safe('COMMIT');
follows('after it, what has come', '');
isnt(said(), $then, 'which is something else');

# Every transaction of the primary's adds nothing, in two statements, and adds up: the standby never sees a half.
{
	local %ENV = $primary->_get_env();
	my $file = $primary->basedir . '/halves.sql';
	append_to_file($file, <<'SQL');
SET deptperf.compact_every = 1;
DO $$ BEGIN
	FOR i IN 1 .. 100000 LOOP
		INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount) VALUES (deptperf_department('440300-SI'), 2021, i + 0.25);
		UPDATE deptperf.adjustment SET amount = 0 WHERE dept_id = deptperf_department('440300-SI') AND fiscal_year = 2021 AND amount = i + 0.25;
		UPDATE ask.work SET done = i;
		COMMIT;
		EXIT WHEN (SELECT w.enough FROM ask.work w);
	END LOOP;
END $$;
SQL
	my $others = IPC::Run::start([ $primary->installed_command('psql'), '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', as_user($primary, 'life', 'bureau'), '-f', $file ], '>', \my $out, '2>', \my $err);
	$standby->poll_query_until('life', 'SELECT done > 0 FROM ask.work') or die 'nothing comes';
	my $first = run($standby, 'life', 'SELECT done FROM ask.work');
	my $seen = run($standby, 'life', 'SELECT ask.watched(' . quoted($whole) . ', 300)');
	$standby->poll_query_until('life', "SELECT done > $first FROM ask.work") or die 'nothing more comes';
	run($primary, 'life', 'UPDATE ask.work SET enough = true');
	$others->finish;
	is($others->result(0), 0, 'transactions on the primary, while the standby is asked') or diag($err);
	is($seen, run($primary, 'life', $whole), 'only whole ones are seen');
}
$session->quit;
same_everywhere('at last', 'bureau');

done_testing();
