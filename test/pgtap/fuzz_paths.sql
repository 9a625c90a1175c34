-- A short run of test/fuzz/paths.sql; make fuzz is the long one.
\set n 20000
\ir ../fuzz/paths.sql
