-- tools.sql: how one case is measured, in one session.
--
-- bench.run(case, rounds): first what is compared must be the same work (check);
-- then one round unmeasured, then as many as asked for, ours and peer in turns.
-- The ratio of a round is ours / peer (goal "at most") or peer / ours ("at least");
-- where the case has a net query, its time is taken off both, and a round is the
-- least of five turns of the three.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE TABLE bench.cases (
    position       serial,
    name           text PRIMARY KEY,
    goal_number    int,                         -- 1-4 facts and points, 5 parallel, 6 size, 8 tracking and shards; NULL: for information
    what           text NOT NULL,
    within         text NOT NULL DEFAULT 'main',        -- the database
    peer_within    text,                        -- of across, write and dashboard: the peer's
    kind           text NOT NULL DEFAULT 'query',       -- query, point (a statement over many targets), memory, across, write (a script of pgbench)
    indexes        text NOT NULL DEFAULT 'covering',    -- or plain: (dept_id, fiscal_year) alone
    settings       jsonb NOT NULL DEFAULT '{}',
    ours           text NOT NULL,
    ours_settings  jsonb NOT NULL DEFAULT '{}',
    peer           text NOT NULL,
    peer_settings  jsonb NOT NULL DEFAULT '{}',
    net            text,
    clients        int NOT NULL DEFAULT 1,      -- of a write
    seconds        int,                         -- of a write: how long a round; NULL: one transaction
    rounds         int,                         -- no more than these, whatever is asked for
    target         text,                        -- of a point: kind of bench.target
    calls          int NOT NULL DEFAULT 1,      -- of a point: how many targets a round
    direction      text,
    goal           numeric,
    check_ours     text,                        -- these two give the same row
    check_peer     text,
    check_that     text,                        -- and this gives true; of a write: afterwards
    floor          text                         -- why a missed goal can't be reached
);

-- What holds unless a case says otherwise; the same for the peer.
CREATE FUNCTION bench.settings() RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN
    '{"work_mem": "64MB", "jit": "off", "max_parallel_workers_per_gather": "0", "plan_cache_mode": "auto", "random_page_cost": "4"}'::jsonb;

CREATE FUNCTION bench.set(settings jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT set_config(s.key, s.value, false) FROM jsonb_each_text($1) AS s
$$;

-- The pattern for each source, with {source}, {amount}, {columns} and {counted}.
CREATE FUNCTION bench.each(pattern text, separator text DEFAULT ' UNION ALL ') RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(replace(replace(replace(pattern, '{source}', source), '{amount}', amount),
                              '{counted}', (SELECT string_agg('count(' || c || ')', ' + ') FROM unnest(columns) AS c)),
                      separator ORDER BY position)
    FROM bench.source
$$;

-- The workspace's indexes by department: covering, as setup makes them, or plain.
CREATE FUNCTION bench.indexes(wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    i record;
BEGIN
    FOR i IN
        SELECT s.source, s.columns, x.indexname
        FROM bench.source s
            JOIN pg_class t ON t.oid = to_regclass('deptperf.' || s.source) AND t.reltuples > 0
            JOIN pg_indexes x ON x.schemaname = 'deptperf' AND x.indexname = s.source || '_by_department'
        WHERE wanted <> CASE WHEN x.indexdef ~ 'INCLUDE' THEN 'covering' ELSE 'plain' END
    LOOP
        EXECUTE format('DROP INDEX deptperf.%I', i.indexname);
        EXECUTE format('CREATE INDEX %I ON deptperf.%I (dept_id, fiscal_year)', i.indexname, i.source)
            || CASE wanted WHEN 'covering' THEN format(' INCLUDE (%s)', array_to_string(i.columns, ', ')) ELSE '' END;
    END LOOP;
END $$;

-- ---- one measurement ----

CREATE FUNCTION bench.milliseconds(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := clock_timestamp();
    any_row record;
BEGIN
    EXECUTE query INTO any_row;
    RETURN extract(epoch FROM clock_timestamp() - since) * 1000;
END $$;

-- The memory of all aggregates of the query, in kB.
CREATE FUNCTION bench.kilobytes(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
    RETURN (SELECT sum(m::text::float8) FROM jsonb_path_query(plan::jsonb, 'strict $.**."Peak Memory Usage"') AS m);
END $$;

-- A point is a statement over d, y, code, year_text, units and codes that gives one
-- number.  It becomes a function, so that it is planned once a session and called
-- in the server; ours and peer pay the same for that.
CREATE FUNCTION bench.make_point(name text, statement text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($f$
        CREATE OR REPLACE FUNCTION pg_temp.%I(wanted text, calls int, y int) RETURNS numeric LANGUAGE plpgsql AS $b$
        #variable_conflict use_variable
        DECLARE
            year_text text := y::text;
            d bigint; code text; units bigint[]; codes text[];
            answer numeric;
            added numeric := 0;
        BEGIN
            FOR d, code, units, codes IN
                SELECT t.dept_id, t.code, t.units, t.codes FROM bench.target t WHERE t.kind = wanted AND t.turn <= calls ORDER BY t.turn
            LOOP
                %s INTO answer;
                added := added + coalesce(answer, 0);
            END LOOP;
            RETURN added;
        END $b$ $f$, name, statement);
END $$;

CREATE FUNCTION bench.measure(c bench.cases, query text, settings jsonb) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bench.set(bench.settings() || c.settings || settings);
    RETURN CASE c.kind WHEN 'memory' THEN bench.kilobytes(query) ELSE bench.milliseconds(query) END;
END $$;

-- ---- one case ----

CREATE FUNCTION bench.check(c bench.cases) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours text;
    peer text;
BEGIN
    IF c.check_ours IS NOT NULL THEN
        EXECUTE format('SELECT q::text FROM (%s) q', c.check_ours) INTO ours;
        EXECUTE format('SELECT q::text FROM (%s) q', c.check_peer) INTO peer;
        IF ours IS NULL OR ours IS DISTINCT FROM peer THEN
            RAISE EXCEPTION 'case %: ours and peer do not the same work', c.name
                USING DETAIL = format(E'ours: %s\npeer: %s', left(ours, 500), left(peer, 500));
        END IF;
    END IF;
    IF c.check_that IS NOT NULL THEN
        EXECUTE c.check_that INTO ours;
        IF ours::bool IS NOT TRUE THEN
            RAISE EXCEPTION 'case %: the check gives %', c.name, coalesce(ours, 'NULL') USING DETAIL = c.check_that;
        END IF;
    END IF;
END $$;

-- What the rounds come to: a line of the table.
CREATE FUNCTION bench.summary(c bench.cases, ours float8[], peers float8[])
RETURNS TABLE (name text, ours float8, peer float8, median float8, lowest float8, highest float8, goal text, result text, what text)
LANGUAGE sql STABLE AS $$
    SELECT c.name, m.ours, m.peer, m.median, m.lowest, m.highest,
           CASE c.direction WHEN 'at most' THEN '<= ' WHEN 'at least' THEN '>= ' END || c.goal,
           CASE WHEN c.goal IS NULL THEN NULL
                WHEN c.direction = 'at most' AND round(m.median::numeric, 2) <= c.goal OR c.direction = 'at least' AND round(m.median::numeric, 2) >= c.goal THEN 'holds'
                ELSE 'missed' || coalesce(' at the floor: ' || c.floor, '') END,
           c.what
    FROM (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY r.ours) AS ours, percentile_cont(0.5) WITHIN GROUP (ORDER BY r.peer) AS peer,
                 percentile_cont(0.5) WITHIN GROUP (ORDER BY r.ratio) AS median, min(r.ratio) AS lowest, max(r.ratio) AS highest
          FROM (SELECT o AS ours, p AS peer, CASE c.direction WHEN 'at least' THEN p / o ELSE o / p END AS ratio
                FROM unnest(ours, peers) AS v(o, p)) r) m
$$;

CREATE FUNCTION bench.run(c bench.cases, rounds int, OUT ours float8[], OUT peers float8[]) LANGUAGE plpgsql AS $$
DECLARE
    a      float8;
    b      float8;
    net    float8;
BEGIN
    PERFORM bench.set(bench.settings() || c.settings);
    PERFORM bench.indexes(c.indexes);
    IF c.kind = 'point' THEN
        PERFORM bench.make_point('ours', c.ours), bench.make_point('peer', c.peer);
        c.ours := format('SELECT pg_temp.ours(%L, %s, 2021)', c.target, c.calls);
        c.peer := format('SELECT pg_temp.peer(%L, %s, 2021)', c.target, c.calls);
    END IF;
    PERFORM bench.check(c);
    FOR r IN 0 .. rounds LOOP
        SELECT NULL, NULL, NULL INTO a, b, net;
        -- the difference of two like times is mostly their noise: the least of several each
        FOR turn IN 1 .. CASE WHEN c.net IS NULL THEN 1 ELSE 5 END LOOP
            IF (r + turn) % 2 = 1 THEN
                a := least(a, bench.measure(c, c.ours, c.ours_settings));
                b := least(b, bench.measure(c, c.peer, c.peer_settings));
            ELSE
                b := least(b, bench.measure(c, c.peer, c.peer_settings));
                a := least(a, bench.measure(c, c.ours, c.ours_settings));
            END IF;
            net := CASE WHEN c.net IS NULL THEN 0 ELSE least(net, bench.measure(c, c.net, '{}')) END;
        END LOOP;
        CONTINUE WHEN r = 0;
        -- so short a time may come out at nothing or less
        ours[r] := greatest(a - net, 0.001);
        peers[r] := greatest(b - net, 0.001);
        RAISE NOTICE '%', format('    round %s of %s: ours %s, peer %s %s', r, rounds, round(ours[r]::numeric, 2), round(peers[r]::numeric, 2),
                                 CASE c.kind WHEN 'memory' THEN 'kB' ELSE 'ms' END);
    END LOOP;
END $$;

-- Ours or the peer of a case whose sides are in two databases; what runs first in a
-- session is not counted.
CREATE FUNCTION bench.run_side(c bench.cases, query text) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bench.set(bench.settings() || c.settings);
    PERFORM bench.indexes(c.indexes);
    IF c.target IS NOT NULL THEN
        PERFORM bench.make_point('side', query);
        query := format('SELECT pg_temp.side(%L, %s, 2021)', c.target, c.calls);
    END IF;
    PERFORM bench.milliseconds(query);
    RETURN bench.milliseconds(query);
END $$;
