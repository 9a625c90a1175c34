-- Scores held against what was published, and against what was frozen.

IF renew OR to_regclass('deptperf.reconciliation') IS NULL THEN
    CREATE OR REPLACE VIEW reconciliation WITH (security_invoker = true) AS
    SELECT p.dept_id, p.fiscal_year, p.indicator, p.points AS published, r.recomputed, p.points - r.recomputed AS difference,
           r.why || coalesce('；公布的各指标合计 '::text || t.points::text, ''::text) AS why,
           CASE WHEN p.points > r.recomputed THEN 'published higher' WHEN p.points < r.recomputed THEN 'published lower' END::text AS direction,
           r.why_en || coalesce('; the published indicators add up to '::text || t.points::text, ''::text) AS why_en
    FROM self_assessment p
        LEFT JOIN score_basis b ON b.dept_id = p.dept_id AND b.fiscal_year = p.fiscal_year
        -- where there is neither a record nor an assessment
        LEFT JOIN LATERAL framework_in_force(p.dept_id, p.fiscal_year) f ON b.dept_id IS NULL
        JOIN framework_document d ON d.framework = coalesce(b.framework, f.framework)
        CROSS JOIN LATERAL @extschema@.deptperf_reconcile(d.document, coalesce(b.facts, '{}'::jsonb), coalesce(b.inputs, '{}'::jsonb), p.indicator, p.points) r
        -- a total that is not that of its own indicators, where it is their sum
        LEFT JOIN LATERAL (
            SELECT sum(q.points) AS points
            FROM self_assessment q
            WHERE q.dept_id = p.dept_id AND q.fiscal_year = p.fiscal_year AND q.indicator IS NOT NULL AND p.indicator IS NULL
              AND d.document -> 'options' = '{}'::jsonb AND NOT d.document @? '$.groups[*].weight'
            HAVING count(q.points) = jsonb_array_length(d.document -> 'indicators') AND sum(q.points) <> p.points
        ) t ON true;
END IF;
COMMENT ON VIEW reconciliation IS 'What departments published (self_assessment) against what the records give, a row for each score that was published.';
COMMENT ON COLUMN reconciliation.indicator IS 'NULL: the total.';
COMMENT ON COLUMN reconciliation.recomputed IS 'NULL: it is open.';
COMMENT ON COLUMN reconciliation.difference IS 'published less recomputed; NULL where one of them is.';
COMMENT ON COLUMN reconciliation.why IS 'In Chinese: what the published score would have needed beside what was found, what is missing, or that no value gives it; of a total also what the published indicators add up to, where that is another. NULL: they agree.';
COMMENT ON COLUMN reconciliation.direction IS 'published higher or published lower; NULL where they agree or one of them is NULL.';
COMMENT ON COLUMN reconciliation.why_en IS 'why in English.';

-- score beside what was frozen of it; score itself has its columns of before, which
-- deptperf_scores() has too.
IF renew OR to_regclass('deptperf.score_state') IS NULL THEN
    CREATE OR REPLACE VIEW score_state WITH (security_invoker = true) AS
    SELECT s.dept_id, s.fiscal_year, CASE WHEN r.result_id IS NULL THEN 'live' ELSE 'frozen' END::text AS state,
           s.framework, s.total, s.grade, r.result_id, r.number, r.total AS frozen_total, r.grade AS frozen_grade, s.total - r.total AS drift
    FROM score s
        LEFT JOIN result r ON r.dept_id = s.dept_id AND r.fiscal_year = s.fiscal_year AND r.reopened_at IS NULL;
END IF;
COMMENT ON VIEW score_state IS 'Each score, live or frozen (deptperf_finalize), and how far it is now from what was frozen.';
COMMENT ON COLUMN score_state.total IS 'The total of now.';
COMMENT ON COLUMN score_state.frozen_total IS 'NULL: it is live, or was frozen without a total.';
COMMENT ON COLUMN score_state.drift IS 'How far the total of now is above the frozen one; NULL where one of them is.';
