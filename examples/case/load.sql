-- The reference case: the Shenzhen Social Insurance Fund Administration, 2021,
-- from CSV files into the workspace.  Run it from this folder, once, in a
-- database that does not have the case yet:
--
--     cd examples/case && psql -d DATABASE -f load.sql
--
-- It leaves the strict evaluation: the records, the judged items as published,
-- and the three that no record proves as overrides that say so.  What is printed
-- in the report and what is ours stands in each row's column origin, which
-- becomes the row's remarks; README.md tells how the printed sums were split.
\set ON_ERROR_STOP on
\encoding UTF8
SET client_min_messages = warning;

CREATE EXTENSION IF NOT EXISTS deptperf;
SELECT deptperf_setup() \g /dev/null

-- The files as they are, codes and all, like an export of a finance system.
CREATE TEMP TABLE case_department (code text, name text, parent_code text, origin text, remarks text);
CREATE TEMP TABLE case_budget (unit text, title text, expense_class text, three_public boolean,
    initial numeric, adjusted numeric, document_number text, origin text);
CREATE TEMP TABLE case_execution (unit text, month int, expense_class text, three_public boolean,
    amount numeric, title text, document_number text, origin text);
CREATE TEMP TABLE case_adjustment (unit text, amount numeric, title text, document_number text,
    remarks text, origin text);
CREATE TEMP TABLE case_procurement (unit text, title text, planned numeric, actual numeric,
    document_number text, remarks text, origin text);
CREATE TEMP TABLE case_fixed_asset (unit text, title text, original_value numeric, in_use boolean,
    asset_code text, remarks text, origin text);
CREATE TEMP TABLE case_staffing (unit text, establishment numeric, on_establishment numeric,
    external numeric, origin text);
CREATE TEMP TABLE case_project (unit text, title text, planned numeric, on_time numeric,
    document_number text, remarks text, origin text);
CREATE TEMP TABLE case_petition (unit text, title text, received numeric, answered numeric,
    answered_in_time numeric, origin text);
CREATE TEMP TABLE case_disclosure (unit text, kind text, level numeric, due numeric, title text,
    remarks text, origin text);
CREATE TEMP TABLE case_assessment (code text, points numeric, override boolean, reason text, origin text);
CREATE TEMP TABLE case_override (code text, points numeric, reason text, origin text);
CREATE TEMP TABLE case_self_assessment (indicator text, points numeric, grade text, origin text);
CREATE TEMP TABLE case_stated_figure (figure text, value numeric, printed text, source text, origin text);

\copy case_department (code, name, parent_code, origin, remarks) FROM 'departments.csv' (FORMAT csv, HEADER)
\copy case_budget (unit, title, expense_class, three_public, initial, adjusted, document_number, origin) FROM 'budget.csv' (FORMAT csv, HEADER)
\copy case_execution (unit, month, expense_class, three_public, amount, title, document_number, origin) FROM 'execution.csv' (FORMAT csv, HEADER)
\copy case_adjustment (unit, amount, title, document_number, remarks, origin) FROM 'adjustment.csv' (FORMAT csv, HEADER)
\copy case_procurement (unit, title, planned, actual, document_number, remarks, origin) FROM 'procurement.csv' (FORMAT csv, HEADER)
\copy case_fixed_asset (unit, title, original_value, in_use, asset_code, remarks, origin) FROM 'fixed_asset.csv' (FORMAT csv, HEADER)
\copy case_staffing (unit, establishment, on_establishment, external, origin) FROM 'staffing.csv' (FORMAT csv, HEADER)
\copy case_project (unit, title, planned, on_time, document_number, remarks, origin) FROM 'project.csv' (FORMAT csv, HEADER)
\copy case_petition (unit, title, received, answered, answered_in_time, origin) FROM 'petition.csv' (FORMAT csv, HEADER)
\copy case_disclosure (unit, kind, level, due, title, remarks, origin) FROM 'disclosure.csv' (FORMAT csv, HEADER)
\copy case_assessment (code, points, override, reason, origin) FROM 'assessments.csv' (FORMAT csv, HEADER)
\copy case_override (code, points, reason, origin) FROM 'overrides.csv' (FORMAT csv, HEADER)
\copy case_self_assessment (indicator, points, grade, origin) FROM 'self_assessment.csv' (FORMAT csv, HEADER)
\copy case_stated_figure (figure, value, printed, source, origin) FROM 'stated_figures.csv' (FORMAT csv, HEADER)

-- The bureau, with its office and 11 branches below it, scored by sz-2021.
INSERT INTO deptperf.department (code, name, parent_code)
SELECT code, name, parent_code FROM case_department;
INSERT INTO deptperf.department_framework (dept_id, from_year, framework)
SELECT dept_id, 2021, 'sz-2021' FROM deptperf.department WHERE code = '440300-SI';

-- The records, in the order of the files.  Each belongs to the unit that holds it;
-- the bureau has none itself.
INSERT INTO deptperf.budget (dept_id, fiscal_year, expense_class, three_public, initial, adjusted, title, document_number, remarks)
SELECT d.dept_id, 2021, c.expense_class, c.three_public, c.initial, c.adjusted, c.title, c.document_number, c.origin
FROM case_budget c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.execution (dept_id, fiscal_year, month, expense_class, three_public, amount, title, document_number, remarks)
SELECT d.dept_id, 2021, c.month, c.expense_class, c.three_public, c.amount, c.title, c.document_number, c.origin
FROM case_execution c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.adjustment (dept_id, fiscal_year, amount, title, document_number, remarks)
SELECT d.dept_id, 2021, c.amount, c.title, c.document_number, concat_ws(': ', c.origin, c.remarks)
FROM case_adjustment c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.procurement (dept_id, fiscal_year, planned, actual, title, document_number, remarks)
SELECT d.dept_id, 2021, c.planned, c.actual, c.title, c.document_number, concat_ws(': ', c.origin, c.remarks)
FROM case_procurement c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.fixed_asset (dept_id, fiscal_year, original_value, in_use, title, asset_code, remarks)
SELECT d.dept_id, 2021, c.original_value, c.in_use, c.title, c.asset_code, concat_ws(': ', c.origin, c.remarks)
FROM case_fixed_asset c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.staffing (dept_id, fiscal_year, establishment, on_establishment, external, remarks)
SELECT d.dept_id, 2021, c.establishment, c.on_establishment, c.external, c.origin
FROM case_staffing c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.project (dept_id, fiscal_year, planned, on_time, title, document_number, remarks)
SELECT d.dept_id, 2021, c.planned, c.on_time, c.title, c.document_number, concat_ws(': ', c.origin, c.remarks)
FROM case_project c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.petition (dept_id, fiscal_year, received, answered, answered_in_time, title, remarks)
SELECT d.dept_id, 2021, c.received, c.answered, c.answered_in_time, c.title, c.origin
FROM case_petition c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

INSERT INTO deptperf.disclosure (dept_id, fiscal_year, kind, level, due, title, remarks)
SELECT d.dept_id, 2021, c.kind, c.level, c.due, c.title, concat_ws(': ', c.origin, c.remarks)
FROM case_disclosure c JOIN deptperf.department d ON d.code = c.unit
ORDER BY c.ctid;

-- These records are complete, for every department: a unit without a record of
-- one of them has none.  So no finding means none was made, and full points.
-- Key tasks, benefit targets and surveys stay open, for the report has no
-- record of them: their items are missing until somebody judges them.
SELECT deptperf_close(2021, source)
FROM unnest(ARRAY['budget', 'execution', 'adjustment', 'procurement', 'fixed_asset', 'staffing',
                  'project', 'petition', 'disclosure', 'finding']) AS source \g /dev/null

-- The judgements, as an assessor enters them: for the bureau, a reason each.
SELECT deptperf_assess('440300-SI', 2021, jsonb_object_agg(code, points), reason, override)
FROM case_assessment
GROUP BY reason, override \g /dev/null

-- What the bureau published, and what the report states besides; only checks
-- and comparisons read these.
INSERT INTO deptperf.self_assessment (dept_id, fiscal_year, indicator, points, grade)
SELECT d.dept_id, 2021, c.indicator, c.points, c.grade
FROM case_self_assessment c, deptperf.department d WHERE d.code = '440300-SI'
ORDER BY c.ctid;
INSERT INTO deptperf.stated_figure (dept_id, fiscal_year, figure, value, printed, source)
SELECT d.dept_id, 2021, c.figure, c.value, c.printed, c.source
FROM case_stated_figure c, deptperf.department d WHERE d.code = '440300-SI'
ORDER BY c.ctid;
RESET client_min_messages;
