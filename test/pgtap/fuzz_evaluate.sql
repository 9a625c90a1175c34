-- A short run of test/fuzz/evaluate.sql; make fuzz is the long one.
\set n 3000
\ir ../fuzz/evaluate.sql
