-- Frameworks: rubrics as rows, each as one document too, and which of them is
-- in force for whom.

CREATE TABLE IF NOT EXISTS framework (
    framework text PRIMARY KEY,
    label_zh  text,
    label_en  text,
    source    text,
    from_year int,
    to_year   int,
    options   jsonb NOT NULL DEFAULT '{}',
    CONSTRAINT framework_years_in_order CHECK (from_year <= to_year),
    CONSTRAINT framework_options_is_an_object CHECK (jsonb_typeof(options) = 'object'),
    CONSTRAINT framework_options_missing_known CHECK (options ->> 'missing' IN ('open', 'leave out'))
);
IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'framework'::regclass AND attname = 'status') THEN
    -- those of an earlier version are in force; what comes later begins as a draft
    ALTER TABLE framework ADD COLUMN status text NOT NULL DEFAULT 'in force'
        CONSTRAINT framework_status_known CHECK (status IN ('draft', 'in force', 'retired'));
    ALTER TABLE framework ALTER COLUMN status SET DEFAULT 'draft';
END IF;
IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'framework'::regclass AND attname = 'supersedes') THEN
    ALTER TABLE framework ADD COLUMN supersedes text
        CONSTRAINT framework_superseded_once UNIQUE
        CONSTRAINT framework_supersedes_another CHECK (supersedes <> framework)
        REFERENCES framework ON UPDATE CASCADE;
END IF;
COMMENT ON TABLE framework IS
    'The rubrics. What belongs to one stands in framework_group, _indicator, _item, _requirement, _band, _level and _conversion; deptperf_framework_document(framework) is all of it. Only a draft can be changed; see status.';
COMMENT ON COLUMN framework.status IS
    'draft (every new one, also a copy or an import): it can be changed, and scores departments that are given it, to try it out. in force: it and its parts can''t be changed or deleted, only superseded (deptperf_framework_start) by another; its status, its last year and its examples may change. It becomes a draft again only while nothing was assessed, compared or frozen under it. retired: as in force, and no department can be given it any more; those that have it keep their scores. Not part of the document.';
COMMENT ON COLUMN framework.supersedes IS
    'The framework that it takes the place of, as deptperf_framework_start put it. Whoever has one of the two, by department_framework or as the default, has each in its own years. Not part of the document.';
COMMENT ON COLUMN framework.source IS 'Where it comes from, and what in it is our reading.';
COMMENT ON COLUMN framework.from_year IS 'The first fiscal year it may be used for; NULL: no limit.';
COMMENT ON COLUMN framework.to_year IS 'The last fiscal year it may be used for; NULL: no limit.';
COMMENT ON COLUMN framework.options IS
    'missing: open (the default), a missing item leaves the total open, or leave out, it is left out and the rest is scaled to full (100 unless given). round: indicator (the default; the total adds rounded ones), item or total; decimals: 0 to 6, 2 unless given; rounding: half up (the default) or truncate.';

CREATE TABLE IF NOT EXISTS framework_group (
    framework text NOT NULL REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
    code      text NOT NULL,
    parent    text,
    label_zh  text,
    label_en  text,
    points    numeric NOT NULL
        CONSTRAINT framework_group_points_finite CHECK (points < 'Infinity')
        CONSTRAINT framework_group_points_not_negative CHECK (points >= 0),
    position  int NOT NULL,
    PRIMARY KEY (framework, code),
    FOREIGN KEY (framework, parent) REFERENCES framework_group ON DELETE CASCADE ON UPDATE CASCADE
);
COMMENT ON TABLE framework_group IS 'Groups of indicators, in as many levels as the rubric has.';
COMMENT ON COLUMN framework_group.parent IS 'The group above, before it in position; NULL at the top.';
COMMENT ON COLUMN framework_group.points IS 'Points of all indicators in it.';
COMMENT ON COLUMN framework_group.position IS 'Its place in the official order.';

CREATE TABLE IF NOT EXISTS framework_indicator (
    framework  text NOT NULL REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
    code       text NOT NULL,
    group_code text,
    key        text,
    label_zh   text,
    label_en   text,
    points     numeric NOT NULL
        CONSTRAINT framework_indicator_points_finite CHECK (points < 'Infinity')
        CONSTRAINT framework_indicator_points_not_negative CHECK (points >= 0),
    position   int NOT NULL,
    PRIMARY KEY (framework, code),
    UNIQUE (framework, key),
    FOREIGN KEY (framework, group_code) REFERENCES framework_group ON DELETE CASCADE ON UPDATE CASCADE
);
COMMENT ON TABLE framework_indicator IS 'Indicators: each the sum of its items, or what combine says, never more than points and bonus, rounded once.';
COMMENT ON COLUMN framework_indicator.key IS 'A name for programs, the same in every language.';
COMMENT ON COLUMN framework_indicator.points IS 'The most it can give, but for a bonus.';
COMMENT ON COLUMN framework_indicator.position IS 'Its place in the official order.';

CREATE TABLE IF NOT EXISTS framework_item (
    framework text NOT NULL,
    code      text NOT NULL,
    indicator text NOT NULL,
    label_zh  text,
    label_en  text,
    points    numeric NOT NULL
        CONSTRAINT framework_item_points_finite CHECK (points < 'Infinity')
        CONSTRAINT framework_item_points_not_negative CHECK (points >= 0),
    formula   text,
    rule      text,
    empty     text,
    position  int NOT NULL,
    PRIMARY KEY (framework, code),
    FOREIGN KEY (framework, indicator) REFERENCES framework_indicator ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT framework_item_computed_or_judged CHECK (
        formula IS NULL AND rule IS NULL AND empty IS NULL
        OR formula IS NOT NULL AND rule IS NOT NULL AND empty IN ('full', 'missing') AND empty IS NOT NULL)
);
CREATE INDEX IF NOT EXISTS framework_item_by_indicator ON framework_item (framework, indicator);
COMMENT ON TABLE framework_item IS
    'Items: computed from a formula and a rule, or judged (formula, rule and empty all NULL).';
COMMENT ON COLUMN framework_item.points IS 'The most it can give, but for a bonus.';
COMMENT ON COLUMN framework_item.formula IS 'Over declared facts, such as assets_in_use / assets_total; NULL: judged.';
COMMENT ON COLUMN framework_item.rule IS 'From the formula''s value x to points, such as x >= 90%: 1, else 0; NULL: judged.';
COMMENT ON COLUMN framework_item.empty IS
    'What 0/0, an item that does not apply, and an exemption give: full points (not applicable), missing (but an exemption full points), leave out (the total is scaled to the full points), zero, or peer mean (the mean of the peers, see peer). NULL: judged, and exempt in full.';
COMMENT ON COLUMN framework_item.position IS
    'Its place in the official order, which runs through the whole framework. NULL in an INSERT: behind the last item of its indicator (else of all), and those after it move on.';

CREATE TABLE IF NOT EXISTS framework_requirement (
    framework text NOT NULL,
    code      text NOT NULL,
    indicator text NOT NULL,
    label_zh  text,
    label_en  text,
    formula   text NOT NULL,
    rule      text NOT NULL,
    position  int NOT NULL,
    PRIMARY KEY (framework, code),
    FOREIGN KEY (framework, indicator) REFERENCES framework_indicator ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX IF NOT EXISTS framework_requirement_by_indicator ON framework_requirement (framework, indicator);
COMMENT ON TABLE framework_requirement IS
    'Requirements: what makes an indicator 0 (a veto) or leaves it missing, whatever its items say; or what holds the grade down.';
COMMENT ON COLUMN framework_requirement.rule IS 'Its results are pass, zero and missing.';
COMMENT ON COLUMN framework_requirement.position IS 'Its place in the official order.';

CREATE TABLE IF NOT EXISTS framework_band (
    framework   text NOT NULL REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
    grade       text NOT NULL,
    label_en    text,
    from_points numeric NOT NULL
        CONSTRAINT framework_band_from_points_finite CHECK (from_points < 'Infinity')
        CONSTRAINT framework_band_from_points_not_negative CHECK (from_points >= 0),
    position    int NOT NULL,
    PRIMARY KEY (framework, grade)
);
COMMENT ON TABLE framework_band IS 'Grades. A framework without bands gives none.';
COMMENT ON COLUMN framework_band.from_points IS 'The least total of this grade; it reaches to the next higher band. NULL: off the scale, given by a requirement alone.';
COMMENT ON COLUMN framework_band.position IS 'Its place in the official order.';

-- Since 0.2.0.  Made here for every workspace, so that columns stand in one order.
IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'framework_item'::regclass AND attname = 'bonus') THEN
    ALTER TABLE framework_group ADD COLUMN weight numeric
        CONSTRAINT framework_group_weight_finite CHECK (weight < 'Infinity')
        CONSTRAINT framework_group_weight_not_negative CHECK (weight >= 0);
    ALTER TABLE framework_indicator
        ADD COLUMN combine text
            CONSTRAINT framework_indicator_combine_known CHECK (combine IN ('best', 'weakest', 'weakest plus', 'mean', 'table')),
        ADD COLUMN bonus numeric
            CONSTRAINT framework_indicator_bonus_finite CHECK (bonus < 'Infinity')
            CONSTRAINT framework_indicator_bonus_not_negative CHECK (bonus >= 0);
    ALTER TABLE framework_item
        DROP CONSTRAINT framework_item_computed_or_judged,
        DROP CONSTRAINT IF EXISTS framework_item_rule_valid,
        ADD COLUMN bonus numeric
            CONSTRAINT framework_item_bonus_finite CHECK (bonus < 'Infinity')
            CONSTRAINT framework_item_bonus_not_negative CHECK (bonus >= 0),
        ADD COLUMN applies text,
        ADD COLUMN peer text
            CONSTRAINT framework_item_peer_known CHECK (peer IN ('rank', 'rank from bottom', 'percentile', 'share of leader', 'share of mean')),
        ADD COLUMN better text
            CONSTRAINT framework_item_better_known CHECK (better IN ('high', 'low')),
        ADD CONSTRAINT framework_item_empty_known CHECK (empty IN ('full', 'missing', 'leave out', 'zero', 'peer mean')),
        ADD CONSTRAINT framework_item_computed_or_judged CHECK (
            formula IS NULL AND rule IS NULL AND peer IS NULL
            OR formula IS NOT NULL AND rule IS NOT NULL AND empty IS NOT NULL),
        ADD CONSTRAINT framework_item_better_of_peers CHECK (better IS NULL OR peer IS NOT NULL);
    ALTER TABLE framework_requirement
        ALTER COLUMN indicator DROP NOT NULL,
        ADD COLUMN grade text,
        ADD CONSTRAINT framework_requirement_framework_fkey FOREIGN KEY (framework) REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
        ADD CONSTRAINT framework_requirement_of_indicator_or_grade CHECK ((indicator IS NULL) = (grade IS NOT NULL));
    ALTER TABLE framework_band ALTER COLUMN from_points DROP NOT NULL;
END IF;
COMMENT ON COLUMN framework_group.weight IS 'The share of its points that counts in what is above it, 0.2 for 20 %; NULL: 1.';
COMMENT ON COLUMN framework_indicator.combine IS
    'How it comes from its items: NULL is their sum; best; weakest; weakest plus (half a point more when another is better); mean; table (framework_conversion). Items that are left out take no part.';
COMMENT ON COLUMN framework_indicator.bonus IS 'How much more than points it can give; NULL: nothing.';
COMMENT ON COLUMN framework_item.bonus IS 'How much more than points its rule, or a judgement, can give; NULL: nothing.';
COMMENT ON COLUMN framework_item.applies IS
    'A formula: where it is 0 the item does not apply, and empty says what it gives; where a fact of it is absent the item is missing. NULL: it always applies.';
COMMENT ON COLUMN framework_item.peer IS
    'The rule reads not the formula''s value but how it compares with that of the departments beside it in the tree with the same framework: rank (1 is best), rank from bottom (1 is worst), percentile (the share that is not better, itself included), share of leader, share of mean. deptperf_compare() finds it. NULL: the value itself.';
COMMENT ON COLUMN framework_item.better IS 'Which values are better among peers: high (as NULL) or low.';
COMMENT ON COLUMN framework_requirement.indicator IS 'NULL: it is the grade that is held down.';
COMMENT ON COLUMN framework_requirement.grade IS
    'Of a requirement without an indicator: when it gives zero, the grade is at most this one, or this one where its band is off the scale; when it is missing there is no grade. The points stay.';

CREATE TABLE IF NOT EXISTS framework_level (
    framework   text NOT NULL,
    item        text NOT NULL,
    level       text NOT NULL,
    label_zh    text,
    label_en    text,
    from_points numeric NOT NULL
        CONSTRAINT framework_level_from_points_not_negative CHECK (from_points >= 0),
    to_points   numeric NOT NULL
        CONSTRAINT framework_level_to_points_finite CHECK (to_points < 'Infinity'),
    position    int NOT NULL,
    PRIMARY KEY (framework, item, level),
    FOREIGN KEY (framework, item) REFERENCES framework_item ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT framework_level_points_in_order CHECK (from_points <= to_points)
);
COMMENT ON TABLE framework_level IS
    'Levels of an item that is judged in words, such as reached, partly, not: a judgement lies within the points of its level.';
COMMENT ON COLUMN framework_level.from_points IS 'The least points of this level; where to_points is the same, the level alone says the points.';
COMMENT ON COLUMN framework_level.to_points IS 'The most points of this level; points at which a better one begins belong to that.';
COMMENT ON COLUMN framework_level.position IS 'Its place in the official order.';

CREATE TABLE IF NOT EXISTS framework_conversion (
    framework text NOT NULL,
    indicator text NOT NULL,
    items     numeric[] NOT NULL,
    points    numeric NOT NULL
        CONSTRAINT framework_conversion_points_finite CHECK (points < 'Infinity')
        CONSTRAINT framework_conversion_points_not_negative CHECK (points >= 0),
    PRIMARY KEY (framework, indicator, items),
    FOREIGN KEY (framework, indicator) REFERENCES framework_indicator ON DELETE CASCADE ON UPDATE CASCADE
);
COMMENT ON TABLE framework_conversion IS
    'Conversion tables of indicators that combine by table: the points of the items, in any order, and what they give together. What has no row is missing.';

CREATE TABLE IF NOT EXISTS framework_example (
    framework text NOT NULL REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
    example   text NOT NULL,
    facts     jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT framework_example_facts_are_numbers CHECK (
            jsonb_typeof(facts) = 'object' AND NOT facts @? 'strict $.* ? (@.type() != "number" && @ != "NaN")'),
    inputs    jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT framework_example_inputs_are_points CHECK (
            jsonb_typeof(inputs) = 'object' AND NOT inputs @? 'strict $.* ? (@.type() != "number" && @.type() != "object" && @ != "exempt")'),
    expected  jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT framework_example_expected_are_points CHECK (
            jsonb_typeof(expected) = 'object' AND NOT expected @? 'strict $.* ? (@.type() != "number" && @.type() != "string" && @ != null)'),
    position  int NOT NULL,
    PRIMARY KEY (framework, example)
);
COMMENT ON TABLE framework_example IS
    'Examples of a framework: what it has to give for these facts. deptperf_framework_check() scores each and names what comes out otherwise. Part of the framework''s document, and not of what evaluation takes.';
COMMENT ON COLUMN framework_example.example IS 'Its name, such as: paid in full, one violation.';
COMMENT ON COLUMN framework_example.facts IS 'Numbers by fact, as deptperf_evaluate takes them; a fact that is not named is absent.';
COMMENT ON COLUMN framework_example.inputs IS 'Judgements by code, as deptperf_evaluate takes them.';
COMMENT ON COLUMN framework_example.expected IS
    'By code of item, indicator or group, or total: the points, null where they are open, or a state in words such as missing. By grade: the grade. What is not named is not compared.';
COMMENT ON COLUMN framework_example.position IS 'Its place in the document.';

-- Rules and formulas are checked by the extension.  DROP EXTENSION … CASCADE
-- takes these constraints and leaves the rows; here they come back.
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'framework_item'::regclass AND conname = 'framework_item_rule_valid') THEN
    ALTER TABLE framework_item ADD CONSTRAINT framework_item_rule_valid
        CHECK (rule IS NULL OR @extschema@.deptperf_item_rule(rule, points + coalesce(bonus, 0)) IS NOT NULL);
END IF;
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'framework_item'::regclass AND conname = 'framework_item_applies_valid') THEN
    ALTER TABLE framework_item ADD CONSTRAINT framework_item_applies_valid
        CHECK (applies IS NULL OR @extschema@.deptperf_formula(applies) IS NOT NULL);
END IF;
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'framework_item'::regclass AND conname = 'framework_item_formula_valid') THEN
    ALTER TABLE framework_item ADD CONSTRAINT framework_item_formula_valid
        CHECK (formula IS NULL OR @extschema@.deptperf_formula(formula) IS NOT NULL);
END IF;
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'framework_requirement'::regclass AND conname = 'framework_requirement_rule_valid') THEN
    ALTER TABLE framework_requirement ADD CONSTRAINT framework_requirement_rule_valid
        CHECK (@extschema@.deptperf_requirement_rule(rule) IS NOT NULL);
END IF;
IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'framework_requirement'::regclass AND conname = 'framework_requirement_formula_valid') THEN
    ALTER TABLE framework_requirement ADD CONSTRAINT framework_requirement_formula_valid
        CHECK (@extschema@.deptperf_formula(formula) IS NOT NULL);
END IF;

CREATE TABLE IF NOT EXISTS workspace (
    one               boolean PRIMARY KEY DEFAULT true CONSTRAINT workspace_has_one_row CHECK (one),
    version           int NOT NULL DEFAULT 0,
    default_framework text REFERENCES framework ON UPDATE CASCADE,
    row_security      boolean NOT NULL DEFAULT false,
    made_by           text
);
COMMENT ON TABLE workspace IS
    'The workspace''s settings: one row, written by deptperf_setup(). While it is missing, rows are being restored, and the triggers that compare tables with each other let them in as they are.';
COMMENT ON COLUMN workspace.version IS 'The last numbered step that deptperf_setup() has taken.';
COMMENT ON COLUMN workspace.default_framework IS 'For departments and years without a row in department_framework; NULL: none.';
COMMENT ON COLUMN workspace.made_by IS 'The version of the extension whose deptperf_setup() ran last.';
COMMENT ON COLUMN workspace.row_security IS 'Whether readers see only the departments they were given.';
INSERT INTO workspace DEFAULT VALUES ON CONFLICT (one) DO NOTHING;
-- before the functions are called that need it so
UPDATE workspace w SET made_by = e.extversion
FROM pg_extension e
WHERE e.extname = 'deptperf' AND w.made_by IS DISTINCT FROM e.extversion;

CREATE OR REPLACE FUNCTION framework_formula() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    undeclared text[];
    applies    text := pg_catalog.to_jsonb(NEW) ->> 'applies';
BEGIN
    IF NEW.formula IS NULL AND applies IS NULL OR NOT EXISTS (SELECT FROM deptperf.workspace) THEN
        RETURN NEW;
    END IF;
    SELECT pg_catalog.array_agg(n.fact) INTO undeclared
    FROM pg_catalog.unnest(@extschema@.deptperf_formula_facts(NEW.formula) || @extschema@.deptperf_formula_facts(applies)) AS n(fact)
    WHERE NOT EXISTS (SELECT FROM deptperf.fact f WHERE f.fact = n.fact);
    IF undeclared IS NOT NULL THEN
        RAISE EXCEPTION '% % of framework "%" reads a fact that is not declared: %',
                CASE TG_TABLE_NAME WHEN 'framework_item' THEN 'item' ELSE 'requirement' END,
                NEW.code, NEW.framework, pg_catalog.array_to_string(undeclared, ', ')
            USING ERRCODE = 'foreign_key_violation',
                  DETAIL = pg_catalog.format('Its formula is %s.', coalesce(NEW.formula, applies)),
                  HINT = pg_catalog.format('deptperf.fact has the declared names. A new one: INSERT INTO deptperf.fact (fact, label_zh, label_en) VALUES (%L, ''…'', ''…'');', undeclared[1]);
    END IF;
    RETURN NEW;
END $body$;
COMMENT ON FUNCTION framework_formula() IS 'Trigger of items and requirements: their formulas read declared facts only.';
CREATE OR REPLACE TRIGGER framework_item_formula BEFORE INSERT OR UPDATE OF formula, applies ON framework_item
    FOR EACH ROW EXECUTE FUNCTION framework_formula();
CREATE OR REPLACE TRIGGER framework_requirement_formula BEFORE INSERT OR UPDATE OF formula ON framework_requirement
    FOR EACH ROW EXECUTE FUNCTION framework_formula();

CREATE OR REPLACE FUNCTION framework_item_whole() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    last int;
BEGIN
    -- as framework_item_computed_or_judged, which can't say it
    IF (NEW.formula IS NULL) <> (NEW.rule IS NULL) OR NEW.formula IS NULL AND NEW.peer IS NOT NULL OR NEW.formula IS NOT NULL AND NEW.empty IS NULL THEN
        RAISE EXCEPTION 'item % of framework "%" is neither computed nor judged', NEW.code, NEW.framework
            USING ERRCODE = 'check_violation',
                  DETAIL = pg_catalog.format('formula is %s, rule %s, empty %s, peer %s.', coalesce(NEW.formula, 'NULL'), coalesce(NEW.rule, 'NULL'), coalesce(NEW.empty, 'NULL'), coalesce(NEW.peer, 'NULL')),
                  HINT = 'A computed item has formula, rule and empty, which says what 0/0 gives: full, missing, leave out, zero or peer mean. A judged one has no formula, rule and peer.';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.position IS NULL THEN
        SELECT coalesce(pg_catalog.max(i.position) FILTER (WHERE i.indicator = NEW.indicator), pg_catalog.max(i.position), 0) INTO last
        FROM deptperf.framework_item i
        WHERE i.framework = NEW.framework;
        UPDATE deptperf.framework_item i SET position = i.position + 1 WHERE i.framework = NEW.framework AND i.position > last;
        NEW.position := last + 1;
    END IF;
    RETURN NEW;
END $body$;
COMMENT ON FUNCTION framework_item_whole() IS 'Trigger of items: says what one is short of that is neither computed nor judged, and gives it a position.';
-- by its name after framework_item_kept: of a framework in force that is the error
CREATE OR REPLACE TRIGGER framework_item_whole BEFORE INSERT OR UPDATE OF formula, rule, empty, peer ON framework_item
    FOR EACH ROW EXECUTE FUNCTION framework_item_whole();

CREATE TABLE IF NOT EXISTS framework_document (
    framework text PRIMARY KEY,
    revision  uuid NOT NULL,
    document  jsonb NOT NULL
);
COMMENT ON TABLE framework_document IS
    'Derived from the framework tables: each framework as the one document that evaluation takes.';
COMMENT ON COLUMN framework_document.revision IS 'Another one whenever the document is another.';

CREATE TABLE IF NOT EXISTS framework_year (
    framework   text NOT NULL,
    fiscal_year int NOT NULL,
    in_force    text NOT NULL,
    PRIMARY KEY (framework, fiscal_year)
);
COMMENT ON TABLE framework_year IS
    'Derived from framework and fiscal_year: which framework is in force in a year for those who have this one, by department_framework or as the default. It itself, one that it supersedes or one that supersedes it; no row where none of them admits the year.';

-- Only rows that hang together enter: between a deleted row and what its
-- foreign keys take along, this runs more than once.
CREATE OR REPLACE FUNCTION framework_changed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
#variable_conflict use_column
DECLARE
    changed record;
BEGIN
    -- One writer at a time, so that each sees what the one before it committed;
    -- before it locks any row, so that no two of them wait for each other.
    LOCK TABLE deptperf.framework_document IN SHARE ROW EXCLUSIVE MODE;
    IF TG_WHEN = 'BEFORE' THEN
        RETURN NULL;
    END IF;
    DELETE FROM deptperf.framework_document d
    WHERE NOT EXISTS (SELECT FROM deptperf.framework f WHERE f.framework = d.framework);
    FOR changed IN
        SELECT b.framework, b.document
        FROM (
            SELECT f.framework, pg_catalog.jsonb_build_object(
                'framework', f.framework, 'label_zh', f.label_zh, 'label_en', f.label_en, 'source', f.source,
                'from_year', f.from_year, 'to_year', f.to_year, 'options', f.options,
                'groups', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'code', g.code, 'parent', p.code, 'label_zh', g.label_zh, 'label_en', g.label_en,
                        'points', g.points)
                        || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('weight', g.weight)) ORDER BY g.position, g.code)
                    FROM deptperf.framework_group g
                        LEFT JOIN deptperf.framework_group p ON p.framework = g.framework AND p.code = g.parent
                    WHERE g.framework = f.framework), '[]'::jsonb),
                'indicators', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'code', i.code, 'group', g.code, 'key', i.key, 'label_zh', i.label_zh, 'label_en', i.label_en,
                        'points', i.points)
                        || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('combine', i.combine, 'bonus', i.bonus, 'table', (
                            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('items', c.items, 'points', c.points) ORDER BY c.items DESC)
                            FROM deptperf.framework_conversion c
                            WHERE c.framework = i.framework AND c.indicator = i.code))) ORDER BY i.position, i.code)
                    FROM deptperf.framework_indicator i
                        LEFT JOIN deptperf.framework_group g ON g.framework = i.framework AND g.code = i.group_code
                    WHERE i.framework = f.framework), '[]'::jsonb),
                'items', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'code', t.code, 'indicator', i.code, 'label_zh', t.label_zh, 'label_en', t.label_en,
                        'points', t.points, 'formula', t.formula, 'rule', t.rule, 'empty', t.empty)
                        || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                            'bonus', t.bonus, 'applies', t.applies, 'peer', t.peer, 'better', t.better, 'levels', (
                            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                                'level', l.level, 'label_zh', l.label_zh, 'label_en', l.label_en,
                                'from', l.from_points, 'to', l.to_points) ORDER BY l.position, l.level)
                            FROM deptperf.framework_level l
                            WHERE l.framework = t.framework AND l.item = t.code)))
                        ORDER BY t.position, t.code)
                    FROM deptperf.framework_item t
                        JOIN deptperf.framework_indicator i ON i.framework = t.framework AND i.code = t.indicator
                    WHERE t.framework = f.framework), '[]'::jsonb),
                'requirements', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'code', r.code, 'indicator', i.code, 'label_zh', r.label_zh, 'label_en', r.label_en,
                        'formula', r.formula, 'rule', r.rule)
                        || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('grade', r.grade)) ORDER BY r.position, r.code)
                    FROM deptperf.framework_requirement r
                        LEFT JOIN deptperf.framework_indicator i ON i.framework = r.framework AND i.code = r.indicator
                    WHERE r.framework = f.framework AND (r.indicator IS NULL OR i.code IS NOT NULL)
                      -- as the grade of a band that has been deleted
                      AND (r.grade IS NULL OR EXISTS (SELECT FROM deptperf.framework_band b WHERE b.framework = r.framework AND b.grade = r.grade))), '[]'::jsonb),
                'bands', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'grade', b.grade, 'label_en', b.label_en, 'from', b.from_points) ORDER BY b.position, b.grade)
                    FROM deptperf.framework_band b
                    WHERE b.framework = f.framework), '[]'::jsonb)) AS document
            FROM deptperf.framework f
            OFFSET 0        -- each is built once, for both its comparison and its row
        ) b
        WHERE NOT EXISTS (
            SELECT FROM deptperf.framework_document d
            WHERE d.framework = b.framework AND d.document::text = b.document::text)
    LOOP
        -- a document at fault would stop every query over its departments
        PERFORM @extschema@.deptperf_evaluate_total(changed.document, '{}'::jsonb, '{}'::jsonb);
        INSERT INTO deptperf.framework_document AS d (framework, revision, document)
        VALUES (changed.framework, pg_catalog.gen_random_uuid(), changed.document)
        ON CONFLICT (framework) DO UPDATE SET revision = excluded.revision, document = excluded.document;
    END LOOP;
    RETURN NULL;
END $body$;
COMMENT ON FUNCTION framework_changed() IS
    'Trigger of the framework tables: one transaction at a time changes them; keeps framework_document, and refuses what evaluation could not read.';
CREATE OR REPLACE TRIGGER framework_lock BEFORE INSERT OR UPDATE OR DELETE ON framework
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_group_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_group
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_group_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_group
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_indicator_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_indicator
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_indicator_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_indicator
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_item_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_item
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_item_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_item
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_requirement_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_requirement
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_requirement_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_requirement
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_band_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_band
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_band_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_band
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_level_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_level
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_level_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_level
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_conversion_lock BEFORE INSERT OR UPDATE OR DELETE ON framework_conversion
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_conversion_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON framework_conversion
    FOR EACH STATEMENT EXECUTE FUNCTION framework_changed();
CREATE OR REPLACE TRIGGER framework_document_derived BEFORE INSERT ON framework_document
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION derived_rows();

-- The frameworks that come with the extension, unless they are there.
DECLARE
    before text[] := ARRAY(SELECT f.framework FROM framework f);
BEGIN
    IF NOT EXISTS (SELECT FROM framework WHERE framework = 'sz-2021') THEN
        PERFORM @extschema@.deptperf_framework_import(@extschema@.deptperf_framework_seed('sz-2021'));
    END IF;
    IF NOT EXISTS (SELECT FROM framework WHERE framework = 'sz-2021-records') THEN
        PERFORM @extschema@.deptperf_framework_import(@extschema@.deptperf_framework_seed('sz-2021-records'));
    END IF;
    UPDATE framework SET status = 'in force' WHERE framework <> ALL (before);
END;
UPDATE workspace SET default_framework = 'sz-2021' WHERE version = 0 AND default_framework IS NULL;

CREATE TABLE IF NOT EXISTS department_framework (
    dept_id   bigint NOT NULL REFERENCES department,
    from_year int NOT NULL,
    framework text NOT NULL REFERENCES framework ON UPDATE CASCADE,
    PRIMARY KEY (dept_id, from_year)
);
COMMENT ON TABLE department_framework IS
    'Which framework a department and all below it use, and those that supersede it; the nearest department above decides, then the workspace''s default.';
COMMENT ON COLUMN department_framework.from_year IS 'From this fiscal year on, until the department''s next row.';

-- A department that the caller may see uses the framework of one above it that he
-- may not see, so this runs with the rights of the workspace's owner.
IF renew OR to_regclass('deptperf.framework_above') IS NULL THEN
    CREATE OR REPLACE VIEW framework_above WITH (security_barrier = true) AS
    SELECT c.dept_id, c.depth, a.from_year, a.framework
    FROM department_closure c JOIN department_framework a ON a.dept_id = c.ancestor_id
    WHERE sees_all() OR c.dept_id IN (SELECT g.dept_id FROM given g);
END IF;
COMMENT ON VIEW framework_above IS
    'What department_framework says for each department: its own rows, at depth 0, and those of the departments above it.';

CREATE OR REPLACE FUNCTION framework_in_force(dept_id bigint, fiscal_year int) RETURNS TABLE (framework text)
LANGUAGE sql STABLE PARALLEL SAFE AS $body$
    SELECT y.in_force
    FROM deptperf.framework_year y
    WHERE y.framework OPERATOR(pg_catalog.=) coalesce(
            -- asked once a query: where no department has its own, none is looked up
            CASE WHEN EXISTS (SELECT FROM deptperf.framework_above) THEN
                -- in score $1 is a coalesce of a FULL JOIN, which no barrier lets
                -- through, as it does a column: p
                (SELECT (SELECT a.framework
                         FROM deptperf.framework_above a
                         WHERE a.dept_id OPERATOR(pg_catalog.=) p.dept_id AND a.from_year OPERATOR(pg_catalog.<=) p.fiscal_year
                         ORDER BY a.depth, a.from_year DESC
                         LIMIT 1)
                 FROM (SELECT $1 AS dept_id, $2 AS fiscal_year OFFSET 0) p)
            END,
            (SELECT w.default_framework FROM deptperf.workspace w))
      AND y.fiscal_year OPERATOR(pg_catalog.=) $2
$body$;
COMMENT ON FUNCTION framework_in_force(bigint, int) IS
    'The framework for a department and fiscal year: what department_framework or the default says, or what that supersedes or is superseded by, whichever has the year; no row when none has.';
