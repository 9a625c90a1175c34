-- reference.sql: doc/reference.md has an entry for every function, type, table
-- and view, with the words of its comment, and none for what isn't there.  What
-- fails is printed as it should stand in the file, ready to be put there.
-- Run from the repository's root, as make check does.
\pset format unaligned
\pset tuples_only on
BEGIN;
SELECT plan(6);
\set doc `cat doc/reference.md`

SELECT lives_ok('SELECT deptperf_setup()', 'the workspace is made');

-- Aligned tables in the file may have any number of blanks.
CREATE TEMP TABLE doc AS SELECT regexp_replace(:'doc' || E'\n', ' *\| *', '|', 'g') AS doc;
CREATE FUNCTION pg_temp.absent(entry text) RETURNS boolean LANGUAGE sql AS
$$ SELECT strpos(doc, regexp_replace(entry, ' *\| *', '|', 'g')) = 0 FROM doc $$;

-- As Markdown has it: <source> would be taken for a tag.
CREATE FUNCTION pg_temp.plain(comment text) RETURNS text LANGUAGE sql AS $$ SELECT replace(replace(comment, '<', '\<'), '|', '\|') $$;
CREATE FUNCTION pg_temp.sentence(comment text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN comment LIKE 'deptperf\_%' THEN left(comment, 1) ELSE upper(left(comment, 1)) END
         || substr(comment, 2) || CASE WHEN comment LIKE '%.' THEN '' ELSE '.' END $$;

-- What only PostgreSQL or other functions call is named in one table.
CREATE TEMP VIEW routine AS
  SELECT p.proname::text AS name,
         format('%s(%s)', p.proname, regexp_replace(regexp_replace(pg_get_function_arguments(p.oid), '(^|, )OUT .*$', ''), '::[a-z ]+', '', 'g')) AS signature,
         CASE WHEN p.proargmodes && '{o,t}'
              THEN CASE WHEN p.proretset THEN 'rows of ' ELSE '' END
                   || (SELECT format('(%s)', string_agg(format('%s %s', a.name, format_type(a.type, NULL)), ', ' ORDER BY a.n))
                       FROM unnest(p.proargnames, p.proargmodes, p.proallargtypes) WITH ORDINALITY AS a(name, mode, type, n)
                       WHERE a.mode IN ('o', 't'))
              ELSE pg_get_function_result(p.oid) END AS result,
         CASE p.prokind WHEN 'a' THEN 'aggregate, ' ELSE '' END
         || CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END
         || CASE p.proparallel WHEN 's' THEN ', parallel safe' WHEN 'r' THEN ', parallel restricted' ELSE ', parallel unsafe' END AS kind,
         pg_temp.sentence(pg_temp.plain(obj_description(p.oid, 'pg_proc'))) AS comment,
         p.prorettype = 'internal'::regtype OR 'internal'::regtype = ANY (p.proargtypes)
         OR p.proname ~ '^deptperf_rule_(in|out|recv|send|eq|ne|hash)$'
         OR p.proname IN ('deptperf_workspace_guard', 'deptperf_require_workspace', 'deptperf_require_setup', 'deptperf_close_departments', 'deptperf_close_rows', 'deptperf_close_complete', 'deptperf_grant_departments', 'deptperf_grant_rights', 'deptperf_grant_usage', 'deptperf_monitor_rows', 'deptperf_department_near')
         OR p.proname ~ '^deptperf_(bind|check|sheet|explain|report|track|kept|shard)_' AND p.proname <> 'deptperf_check_tracking' AS support
  FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
       JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'deptperf';
CREATE TEMP VIEW relation AS
  SELECT c.relname::text AS name, CASE c.relkind WHEN 'v' THEN 'View' ELSE 'Table' END AS kind, pg_temp.plain(obj_description(c.oid, 'pg_class')) AS comment,
         (SELECT string_agg(format(E'| %s | %s | %s |\n', a.attname, format_type(a.atttypid, a.atttypmod), coalesce(pg_temp.plain(col_description(c.oid, a.attnum)), '')), '' ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
  FROM pg_class c
  WHERE c.relnamespace = 'deptperf'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname !~ '_source$'
    AND NOT EXISTS (SELECT FROM deptperf.source s WHERE c.relname IN (s.source || '_sums', s.source || '_facts', s.source || '_issue'));

CREATE TEMP TABLE entry AS
  SELECT 'function' AS kind, name, format('%s → %s', signature, result) AS heading,
         format(E'### `%s → %s`\n\n%s *%s*\n', signature, result, comment, kind) AS entry
  FROM routine WHERE NOT support
  UNION ALL
  SELECT 'support', name, NULL, format(E'| `%s` | %s |\n', signature, comment) FROM routine WHERE support
  UNION ALL
  SELECT 'relation', name, 'deptperf.' || name, format(E'### `deptperf.%s`\n\n%s. %s\n\n| column | type | |\n|---|---|---|\n%s', name, kind, comment, columns)
  FROM relation
  UNION ALL
  SELECT 'type', typname, 'type ' || typname, format(E'### `type %s`\n\n%s\n', typname, pg_temp.sentence(pg_temp.plain(obj_description(oid, 'pg_type'))))
  FROM pg_type WHERE typname = 'deptperf_rule';

CREATE FUNCTION pg_temp.absent_entries(kinds text[]) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(entry, name || ' has no comment'), E'\n' ORDER BY kind, name, entry) FROM entry
  WHERE kind = ANY (kinds) AND coalesce(pg_temp.absent(entry), true) $$;

SELECT is(pg_temp.absent_entries('{function,type}'), NULL, 'every function has its entry in doc/reference.md, as its comment says');
SELECT is(pg_temp.absent_entries('{support}'), NULL, 'and every function that only others call its line');
SELECT is(pg_temp.absent_entries('{relation}'), NULL, 'every table and view has its entry, with all columns');
SELECT is_empty($$
  SELECT heading[1] FROM doc, regexp_matches(doc, '^### `([^`]+)`$', 'gn') AS heading
  WHERE heading[1] NOT IN (SELECT e.heading FROM entry e WHERE e.heading IS NOT NULL) $$,
  'no entry is of something that is not there');
SELECT is_empty($$
  SELECT name, count(*) FROM doc, regexp_matches(doc, '^### `([^`]+)`$', 'gn') AS name GROUP BY name HAVING count(*) > 1 $$,
  'and none stands there twice');

SELECT * FROM finish();
ROLLBACK;
