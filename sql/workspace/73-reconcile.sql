-- Published scores held against the records.

IF renew OR to_regclass('deptperf.reconciliation') IS NULL THEN
    CREATE OR REPLACE VIEW reconciliation WITH (security_invoker = true) AS
    SELECT p.dept_id, p.fiscal_year, p.indicator, p.points AS published, r.recomputed, p.points - r.recomputed AS difference,
           r.why,
           CASE WHEN p.points > r.recomputed THEN 'published higher' WHEN p.points < r.recomputed THEN 'published lower' END::text AS direction,
           e.why AS why_en
    FROM self_assessment p
        JOIN score_basis b ON b.dept_id = p.dept_id AND b.fiscal_year = p.fiscal_year
        CROSS JOIN LATERAL @extschema@.deptperf_reconcile(b.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb), p.indicator, p.points, 'zh'::text) r
        CROSS JOIN LATERAL @extschema@.deptperf_reconcile(b.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb), p.indicator, p.points, 'en'::text) e;
END IF;
COMMENT ON VIEW reconciliation IS 'What departments published (self_assessment) against what the records give, a row for each score that was published.';
COMMENT ON COLUMN reconciliation.indicator IS 'NULL: the total.';
COMMENT ON COLUMN reconciliation.recomputed IS 'NULL: it is open.';
COMMENT ON COLUMN reconciliation.difference IS 'published less recomputed; NULL where one of them is.';
COMMENT ON COLUMN reconciliation.why IS 'In Chinese: what the published score would have needed beside what was found, what is missing, or that no value gives it. NULL: they agree.';
COMMENT ON COLUMN reconciliation.direction IS 'published higher or published lower; NULL where they agree or one of them is NULL.';
COMMENT ON COLUMN reconciliation.why_en IS 'why in English.';
