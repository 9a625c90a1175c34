# Sourced by bench.sh: the cases of the kind shard.
#
#   make_shards     two more clusters, south and north, each with a workspace that has
#                   half of the departments of the database main with their records,
#                   and a database coordinator beside main that has them as shards
#   run_shard NAME  measures a case: ours in coordinator, peer in main, in turns
# shellcheck shell=bash

shards_stop() {
	local name
	for name in south north; do
		if [[ -f $cluster/$name/postmaster.pid ]]; then
			cluster_user pg_ctl --pgdata="$cluster/$name" --mode=immediate --wait stop >/dev/null || true
		fi
	done
}

# make_shard NAME PORT HALF: the departments whose dept_id leaves HALF when divided by
# two, so that nearly every bureau has units in both.  The hierarchy is the
# coordinator's.
make_shard() {
	local name=$1 port=$2 half=$3 source columns index
	at "data: $name, half of the departments"
	cluster_user initdb --pgdata="$cluster/$name" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync >"$cluster/$name-initdb.log" 2>&1
	cp "$cluster/data/postgresql.conf" "$cluster/$name/postgresql.conf"
	printf 'port = %s\n' "$port" >>"$cluster/$name/postgresql.conf"
	cluster_user pg_ctl --pgdata="$cluster/$name" --log="$cluster/$name.log" --wait start >/dev/null ||
		die "The cluster $name didn't start: $(tail -n 5 "$cluster/$name.log")"
	there() { PGPORT=$port sql -d shard "$@"; }
	PGPORT=$port createdb shard
	there -o /dev/null -c "SET client_min_messages = warning" -c "CREATE EXTENSION deptperf" -c "SELECT deptperf_setup(framework => 'sz-2021-records')"
	sql -d main -c "COPY (SELECT dept_id, code, name FROM deptperf.department WHERE dept_id % 2 = $half) TO STDOUT" | there -c "COPY deptperf.department (dept_id, code, name) FROM STDIN"
	sql -d main -c "COPY (SELECT fact FROM deptperf.fact WHERE source = 'measurement') TO STDOUT" |
		there -c "CREATE TEMP TABLE f (fact text)" -c "COPY f FROM STDIN" -c "INSERT INTO deptperf.fact (fact) SELECT fact FROM f ON CONFLICT DO NOTHING"
	for source in $(sql -d main -c 'SELECT source FROM bench.source ORDER BY position'); do
		columns=$(sql -d main -c "SELECT array_to_string('{dept_id,fiscal_year}' || columns || '{title}', ', ') FROM bench.source WHERE source = '$source'")
		index=$(there -c "SELECT pg_get_indexdef('deptperf.${source}_by_department'::regclass)")
		there -c "DROP INDEX deptperf.${source}_by_department"
		sql -d main -c "COPY (SELECT $columns FROM deptperf.$source WHERE dept_id % 2 = $half) TO STDOUT" |
			PGOPTIONS='-c session_replication_role=replica' there -c "COPY deptperf.$source ($columns) FROM STDIN"
		PGOPTIONS='-c maintenance_work_mem=256MB' there -c "$index"
	done
	there -c "VACUUM (ANALYZE)"
}

make_shards() {
	trap 'shards_stop; cluster_stop' EXIT
	make_shard south $((PGPORT + 1)) 0
	make_shard north $((PGPORT + 2)) 1
	createdb coordinator
	sql -d coordinator -o /dev/null <<-SQL
		SET client_min_messages = warning;
		CREATE EXTENSION postgres_fdw;
		CREATE EXTENSION deptperf;
		SELECT deptperf_setup(framework => 'sz-2021-records');
		CREATE SERVER south FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$cluster', port '$((PGPORT + 1))', dbname 'shard', options '-c cursor_tuple_fraction=1 -c work_mem=64MB -c jit=off');
		CREATE SERVER north FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$cluster', port '$((PGPORT + 2))', dbname 'shard', options '-c cursor_tuple_fraction=1 -c work_mem=64MB -c jit=off');
		CREATE USER MAPPING FOR postgres SERVER south;
		CREATE USER MAPPING FOR postgres SERVER north;
		CREATE SCHEMA bench;
		SET check_function_bodies = off;
		\i test/bench/tools.sql
	SQL
	sql -d main -c "COPY (SELECT dept_id, code, name, parent_id FROM deptperf.department ORDER BY dept_id) TO STDOUT" | sql -d coordinator -c "COPY deptperf.department (dept_id, code, name, parent_id) FROM STDIN"
	sql -d coordinator -o /dev/null -c "SELECT deptperf_attach('south'), deptperf_attach('north')" -c "VACUUM (ANALYZE)"
}

# The scores of all departments, as one line.
all_scores() { sql -d "$1" -c "SELECT count(*), md5(string_agg(s::text, ' ' ORDER BY dept_id)) FROM deptperf.score s WHERE fiscal_year = 2021"; }

run_shard() {
	local which database ours='' peers='' time query
	[[ $(all_scores coordinator) == "$(all_scores main)" ]] || die "The scores from the shards are not those of one cluster."
	for ((round = 0; round <= ROUNDS; round++)); do        # the first one is not counted
		for which in ours peer; do
			[[ $which == ours ]] && database=coordinator || database=main
			query=$(sql -d main -c "SELECT $which FROM bench.cases WHERE name = '$1'")
			time=$(sql -d "$database" -v "query=$query" <<-'SQL' | tail -n 1
				SELECT bench.set(bench.settings()) \g /dev/null
				SELECT bench.milliseconds(:'query') FROM generate_series(1, 2);
			SQL
			)
			((round > 0)) || continue
			[[ $which == ours ]] && ours+=,$time || peers+=,$time
			printf '    round %s of %s: %s %s ms\n' "$round" "$ROUNDS" "$which" "$time" >&2
		done
	done
	sql --csv -d main -v "name=$1" <<<"SELECT $show FROM bench.cases c, bench.summary(c, '{${ours#,}}', '{${peers#,}}') AS s WHERE c.name = :'name'"
}
