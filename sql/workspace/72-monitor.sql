-- Monitoring during the year: the thresholds, and how far every department is
-- today.  What is measured is in deptperf_monitor_rows().
--
-- A row is one branch, as of a rule: of a measure's rows of one kind, the first
-- by position that holds decides.  The kinds of a measure are independent of each
-- other, and the worst of their colours is the measure's.

IF to_regclass('deptperf.framework_threshold') IS NULL THEN
    CREATE TABLE framework_threshold (
        framework  text NOT NULL REFERENCES framework ON DELETE CASCADE ON UPDATE CASCADE,
        measure    text NOT NULL
            CONSTRAINT framework_threshold_measure_known CHECK (measure IN ('payments', 'procurement', 'projects', 'targets', 'score', 'self_assessment')),
        kind       text NOT NULL
            CONSTRAINT framework_threshold_kind_known CHECK (kind IN ('pace', 'progress', 'gap', 'lead')),
        month      int
            CONSTRAINT framework_threshold_month_positive CHECK (month > 0),
        comparison text NOT NULL
            CONSTRAINT framework_threshold_comparison_known CHECK (comparison IN ('<', '<=', '>=', '>')),
        bound      numeric NOT NULL
            CONSTRAINT framework_threshold_bound_finite CHECK (bound > '-Infinity' AND bound < 'Infinity'),
        colour     text NOT NULL
            CONSTRAINT framework_threshold_colour_known CHECK (colour IN ('red', 'yellow', 'green')),
        position   int NOT NULL,
        PRIMARY KEY (framework, measure, kind, position),
        CONSTRAINT framework_threshold_pace_of_what_grows CHECK (kind <> 'pace' OR measure NOT IN ('score', 'self_assessment')),
        CONSTRAINT framework_threshold_compared_with_payments CHECK (kind NOT IN ('gap', 'lead') OR measure <> 'payments')
    );
    -- once: what a bureau deletes stays deleted
    INSERT INTO framework_threshold (framework, measure, kind, comparison, bound, colour, position)
    SELECT f.framework, m.measure, 'pace', b.comparison, b.bound, b.colour, b.position
    FROM framework f
        CROSS JOIN unnest('{payments,procurement,projects,targets}'::text[]) AS m(measure)
        CROSS JOIN (VALUES ('<', 0.6, 'red', 1), ('<', 0.8, 'yellow', 2), ('>=', 0.8, 'green', 3)) AS b(comparison, bound, colour, position)
    WHERE f.framework = 'sz-2021';
END IF;
COMMENT ON TABLE framework_threshold IS
    'The colours of monitoring. Of a framework''s rows for one measure and kind, the first by position that holds gives a colour; the worst of its kinds is the measure''s. No row, no colour. They are not part of the framework''s document.';
COMMENT ON COLUMN framework_threshold.measure IS 'payments, procurement, projects, targets, score or self_assessment; see deptperf_monitor().';
COMMENT ON COLUMN framework_threshold.kind IS
    'What is compared. pace: progress / time share. progress: progress alone. gap: the distance to the progress of payments, on either side. lead: (progress - progress of payments) / progress.';
COMMENT ON COLUMN framework_threshold.month IS
    'Holds from the end of that month of the fiscal year, until that of the next month that the measure''s rows of this kind name; NULL: always.';
COMMENT ON COLUMN framework_threshold.comparison IS '<, <=, >= or >.';
COMMENT ON COLUMN framework_threshold.bound IS 'A ratio, 1 is 100 %. It is compared with the exact fraction.';
COMMENT ON COLUMN framework_threshold.colour IS 'red, yellow (a warning) or green.';
COMMENT ON COLUMN framework_threshold.position IS 'Its place among the rows of its measure and kind.';

IF renew OR to_regclass('deptperf.monitor') IS NULL THEN
    CREATE OR REPLACE VIEW monitor WITH (security_invoker = true) AS
    SELECT b.dept_id, b.fiscal_year, b.framework, m.measure, m.numerator, m.denominator, m.progress, m.time_share,
           m.pace, m.projected, m.colour, m.grade, m.reason
    FROM score_basis b
        CROSS JOIN LATERAL @extschema@.deptperf_monitor_rows(
            b.dept_id, b.fiscal_year, b.document, b.facts, b.inputs, CURRENT_DATE) m;
END IF;
COMMENT ON VIEW monitor IS
    'How far every department is in every year, as of today: years that are over are whole. Rows and columns are those of deptperf_monitor(); a department and year have them where score has a row. For another day there is deptperf_monitor_all().';
COMMENT ON COLUMN monitor.progress IS 'numerator / denominator; NULL when it is not known.';
COMMENT ON COLUMN monitor.time_share IS 'Months of the fiscal year that are complete / its months.';
COMMENT ON COLUMN monitor.pace IS 'progress / time_share, which is also the progress at the year''s end if it goes on like this.';
COMMENT ON COLUMN monitor.projected IS 'The numerator at the year''s end if it goes on like this.';
COMMENT ON COLUMN monitor.colour IS 'red, yellow or green by framework_threshold; NULL without a row that holds.';
COMMENT ON COLUMN monitor.grade IS 'Of the row score.';
COMMENT ON COLUMN monitor.reason IS 'The thresholds that gave the colour; in overall the measures that did, and what is not known although a threshold asks for it; in score what is open.';
