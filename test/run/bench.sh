#!/usr/bin/env bash
# make bench: measures every goal of doc/performance.md in a private cluster, each
# against its peer in the same session, and prints a table of ratios.
#
#   SCALE=1       10,000 departments, 14 million records (five years); 0.05 or more
#   ROUNDS=5      how often each is measured
#   CASES=REGEX   these cases alone; without it all but those of make bench-dashboard
#   CSV=FILE      where the table goes too (results/bench.csv)
#   COLUMNAR=0    leaves out DuckDB, which is fetched with npm
set -euo pipefail

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=test/run/cluster.sh
source test/run/cluster.sh
# shellcheck source=test/run/bench-shards.sh
source test/run/bench-shards.sh

SCALE=${SCALE:-1}
ROUNDS=${ROUNDS:-5}
CASES=${CASES:-^(?!dashboard)}
CSV=${CSV:-results/bench.csv}
COLUMNAR=${COLUMNAR:-1}

elapsed() { printf '%d:%02d' $((SECONDS / 60)) $((SECONDS % 60)); }
at() { step "$(elapsed) $*"; }
sql() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
calculate() { awk "BEGIN { print $1 }"; }

# ------------------------------------------------------------------- cluster

packages build
build COPT= || die "The build failed; see above."

departments=$(awk -v s="$SCALE" 'BEGIN { printf "%.0f", s * 10000 }')
((departments >= 500)) || die "SCALE is $SCALE; it must be 0.05 or more, so that there is a bureau of 300 departments."

step "private cluster"
cluster_start || die "The cluster didn't start; see above."
memory=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || echo 4096)
# What is fetched from disk or written there would be measured too.
cat >>"$cluster/data/postgresql.conf" <<-CONF
	shared_buffers = $((memory / 4))MB
	effective_cache_size = $((memory / 2))MB
	maintenance_work_mem = 256MB
	max_wal_size = 16GB
	checkpoint_timeout = 1d
	wal_level = minimal
	max_wal_senders = 0
	autovacuum = off
CONF
cluster_user pg_ctl --pgdata="$cluster/data" --log="$cluster/server.log" --wait restart >/dev/null ||
	die "The cluster didn't start again: $(tail -n 5 "$cluster/server.log")"

cp -R test/bench/noop "$cluster/noop"
make -s -C "$cluster/noop" "PG_CONFIG=$PG_CONFIG" || die "test/bench/noop couldn't be built; see above."
chmod -R a+rX "$cluster/noop"

# make_database NAME DEPARTMENTS FILL WHAT
make_database() {
	at "data: $1, $2 departments, $4"
	createdb "$1"
	sql -d "$1" -v "departments=$2" -v "fill=$3" -f test/bench/data.sql 2>&1 | sed -n 's/^.*NOTICE: *\(.*\)$/    \1/p; /ERROR/p'
	sql -d "$1" -f test/bench/tools.sql
	sql -d "$1" -v "noop=$cluster/noop/noop" -v "facts_by_filter=$(cat test/bench/facts_by_filter.sql)" -f test/bench/cases.sql
	sql -d "$1" -f test/bench/track.sql
	sql -d "$1" -f test/bench/shard.sql
}

# copy_database FROM TO
copy_database() {
	at "data: $2, a copy of $1"
	createdb --template="$1" --strategy=file_copy "$2"
}

# track_copy FROM TO
track_copy() {
	copy_database "$1" "$2"
	at "data: $2 is tracked"
	sql -d "$2" -c 'SET jit = off' -c 'SELECT deptperf_track()' >/dev/null
}

make_database main "$departments" fill "$((280 * 5 * departments)) records"
mapfile -t cases < <(sql -d main -v "cases=$CASES" <<<"SELECT name FROM bench.cases WHERE name ~ :'cases' ORDER BY position")
((${#cases[@]} > 0)) || die "No case has a name like \"$CASES\"."
databases=$(sql -d main -v "cases=$CASES" <<<"SELECT DISTINCT unnest(ARRAY[within, peer_within]) FROM bench.cases WHERE name ~ :'cases'")
needs() { grep -qx "$1" <<<"$databases"; }
! needs bound || make_database bound "$departments" fill_bound "$((280 * 5 * departments)) records, bound by text"
! needs small || make_database small $((departments / 5)) fill "$((280 * departments)) records"
if needs tracked; then
	copy_database main untracked
	sql -d untracked -c 'CALL bench.prepare_untracked()' -c 'VACUUM (ANALYZE)'
	track_copy untracked tracked
fi
if needs dated || needs dated_tracked; then
	make_database dated "$departments" fill_dated "$((168 * departments)) payments, bound by text code and date"
	sql -d dated -c 'CALL bench.prepare_dated()' -c 'VACUUM (ANALYZE)'
	track_copy dated dated_tracked
fi
[[ ! " ${cases[*]} " =~ " shard_" ]] || make_shards

# ---------------------------------------------------------------- conditions

load() { cut -d ' ' -f 1-3 /proc/loadavg 2>/dev/null || echo unknown; }
# Hundredths of a second that the processors worked for others than us.
stolen() { awk '$1 == "cpu" { print $9 }' /proc/stat 2>/dev/null || echo 0; }

load_before=$(load)
stolen_before=$(stolen)

# How much two independent sessions get done against one.
gain_of_two() {
	local query="SELECT bench.milliseconds(query) FROM (SELECT bench.set(bench.settings()), bench.sums('sum')) AS q(s, query)" one two
	sql -d main -c "$query" >/dev/null
	one=$(sql -d main -c "$query")
	two=$({ sql -d main -c "$query" & sql -d main -c "$query"; wait; } | sort -g | tail -n 1)
	awk -v one="$one" -v two="$two" 'BEGIN { printf "%.2f", 2 * one / two }'
}
at "what two independent sessions gain at once"
gain=$(gain_of_two)
echo "    $gain"
# Workers can't gain what two sessions don't.
sql -d main -v "gain=$gain" <<<"UPDATE bench.cases SET goal = least(goal, round(1 + (goal - 1) * (:gain - 1) / 0.8, 2)) WHERE goal_number = 5"
# Nor can two shards.
sql -d main -v "gain=$gain" <<<"UPDATE bench.cases SET goal = greatest(goal, round(goal * 1.8 / :gain, 2)) WHERE name LIKE 'shard\_%'"

# --------------------------------------------------------------------- cases

show="s.name, round(s.ours::numeric, 3), round(s.peer::numeric, 3), round(s.median::numeric, 2), round(s.lowest::numeric, 2), round(s.highest::numeric, 2), s.goal, s.result, s.what"

# of_case NAME COLUMNS
of_case() {
	sql -d main -v "name=$1" <<<"SELECT $2 FROM bench.cases WHERE name = :'name'"
}

# summary NAME OURS PEERS: the line of a case, of its rounds
summary() {
	sql --csv -d main -v "name=$1" <<<"SELECT $show FROM bench.cases c, bench.summary(c, '{$2}', '{$3}') AS s WHERE c.name = :'name'"
}

run_case() {
	sql --csv -v "name=$1" -v "rounds=$ROUNDS" -d "$2" <<-SQL
		SET client_min_messages = notice;
		SELECT $show FROM bench.cases c, bench.run(c, :rounds) AS r, bench.summary(c, r.ours, r.peers) AS s WHERE c.name = :'name';
	SQL
}

# ours in one database, peer in another
run_across() {
	local which database ours='' peers='' time within peer_within
	IFS='|' read -r within peer_within < <(of_case "$1" 'within, peer_within')
	same_answer "$1" "$within" "$peer_within"
	for ((round = 1; round <= ROUNDS; round++)); do
		for which in ours peer; do
			[[ $which == ours ]] && database=$within || database=$peer_within
			time=$(sql -d "$database" -v "name=$1" -v "which=$which" <<<"SELECT bench.run_side(c, c.:which) FROM bench.cases c WHERE name = :'name'")
			[[ $which == ours ]] && ours+=,$time || peers+=,$time
			printf '    round %s of %s: %s %s ms\n' "$round" "$ROUNDS" "$which" "$time" >&2
		done
	done
	summary "$1" "${ours#,}" "${peers#,}"
}

same_answer() {                # same_answer NAME WITHIN PEER_WITHIN
	local ours peer
	ours=$(of_case "$1" check_ours)
	[[ -n $ours ]] || return 0
	ours=$(sql -d "$2" -c "$ours")
	peer=$(sql -d "$3" -c "$(of_case "$1" check_peer)")
	[[ -n $ours && $ours == "$peer" ]] || die "case $1: ours and peer do not the same work: ours $ours, peer $peer"
}

# server_has_settings [NAME]: those of the case; without one, its own again
server_has_settings() {
	sql -d main -v "name=${1-}" <<-'SQL' >/dev/null
		ALTER SYSTEM RESET ALL;
		SELECT format('ALTER SYSTEM SET %I = %L', key, value) FROM bench.cases, jsonb_each_text(bench.settings() || settings) WHERE name = :'name' \gexec
		SELECT pg_reload_conf(), pg_sleep(0.2);
	SQL
}

run_pgbench() {                # run_pgbench CLIENTS OPTION...
	pgbench --no-vacuum --protocol=prepared --define="departments=$departments" --client="$1" --jobs="$1" "${@:2}" 2>"$cluster/pgbench.log" ||
		{ tail -n 3 "$cluster/pgbench.log" >&2; return 1; }
}

is_kept() {
	[[ $(sql -d "$(of_case "$1" within)" -c "$(of_case "$1" check_that)") == t ]] ||
		die "case $1: what is kept is not what the records say"
}

# A script of pgbench in both databases, in turns: milliseconds a transaction. The
# settings of the case are the server's meanwhile. A round of so many seconds is the
# least of three turns, for what disturbs one makes it longer.
run_write() {
	local which database ours='' peers='' time turn turns=1 within peer_within clients seconds rounds how
	local -A least
	IFS='|' read -r within peer_within clients seconds rounds < <(of_case "$1" "within, peer_within, clients, seconds, least(rounds, $ROUNDS)")
	how=(--transactions=1)
	if [[ -n $seconds ]]; then
		how=(--time="$seconds")
		turns=3
	fi
	server_has_settings "$1"
	for which in ours peer; do
		of_case "$1" "$which" >"$cluster/$which.pgbench"
	done
	for ((round = 1; round <= rounds; round++)); do
		least=()
		for ((turn = 1; turn <= turns; turn++)); do
			for which in $( (((round + turn) % 2)) && echo ours peer || echo peer ours); do
				[[ $which == ours ]] && database=$within || database=$peer_within
				sql -d "$database" -c VACUUM
				time=$(run_pgbench "$clients" "${how[@]}" --file="$cluster/$which.pgbench" "$database" | sed -n 's/^latency average = \([0-9.]*\) ms$/\1/p')
				[[ -n $time ]] || die "pgbench failed; see above."
				least[$which]=$(calculate "(($time < ${least[$which]:-$time}) ? $time : ${least[$which]:-$time})")
			done
		done
		ours+=,${least[ours]}
		peers+=,${least[peer]}
		printf '    round %s of %s: ours %s ms, peer %s ms\n' "$round" "$rounds" "${least[ours]}" "${least[peer]}" >&2
	done
	server_has_settings
	is_kept "$1"
	summary "$1" "${ours#,}" "${peers#,}"
}

# Both cases of this kind at once, in one database and then in the other. What is
# plotted goes beside the table.
dashboard=$cluster/dashboard

run_dashboard() {
	local which name clients seconds database pids pid since
	mkdir "$dashboard"
	server_has_settings dashboard_refresh
	for which in ours peer; do
		pids=()
		since=$EPOCHREALTIME
		for name in dashboard_refresh dashboard_write; do
			IFS='|' read -r clients seconds database < <(of_case "$name" "clients, seconds, CASE '$which' WHEN 'ours' THEN within ELSE peer_within END")
			of_case "$name" "$which" >"$dashboard/$name"
			run_pgbench "$clients" --time="$seconds" --log --log-prefix="$dashboard/$which-$name" --file="$dashboard/$name" "$database" >/dev/null &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid" || die "pgbench failed; see above."
		done
		for name in dashboard_refresh dashboard_write; do
			awk -v "since=$since" -v "side=$which,$name" '{ printf "%s,%.6f,%.3f\n", side, $5 + $6 / 1e6 - since, $3 / 1e3 }' "$dashboard/$which-$name".*
		done | sql -d main -c '\copy bench.latency FROM STDIN (FORMAT csv)'
		sql -d main -v "which=$which" <<<"SELECT bench.said(:'which')" | sed 's/^/    /' >&2
	done
	server_has_settings
	mkdir -p "$(dirname "$CSV")"
	sql -d main -c '\copy (SELECT * FROM bench.plotted) TO STDOUT (FORMAT csv, HEADER)' >"$(dirname "$CSV")/dashboard.csv"
}

row_of_dashboard() {
	[[ -d $dashboard ]] || run_dashboard
	is_kept "$1"
	summary "$1" "$(of_case "$1" "bench.medians('ours', name, $ROUNDS)")" "$(of_case "$1" "bench.medians('peer', name, $ROUNDS)")"
}

# DuckDB's times, into the folder columnar; no_columnar says why there are none.
no_columnar=
[[ $COLUMNAR != 0 ]] || no_columnar='COLUMNAR=0'

columnar() {
	local folder=$cluster/columnar since source
	command -v npm >/dev/null || { no_columnar='there is no npm'; return; }
	mkdir "$folder" "$folder/data"
	cp test/bench/columnar/* "$folder"
	(cd "$folder" && npm install --silent --no-audit --no-fund) >"$folder/npm.log" 2>&1 ||
		{ no_columnar="npm couldn't fetch it: $(tail -n 1 "$folder/npm.log")"; return; }
	since=$EPOCHREALTIME
	for source in $(sql -d main -c 'SELECT source FROM bench.source'); do
		sql -d main -v "source=$source" <<<"SELECT '{' || bench.columnar(:'source', '''%s'': ''%s''') || '}'" >"$folder/data/$source.types"
		sql -d main -c "COPY (SELECT $(sql -d main -v "source=$source" <<<"SELECT bench.columnar(:'source', '%s')") FROM deptperf.$source) TO STDOUT (FORMAT csv, HEADER)" \
			>"$folder/data/$source.csv"
	done
	calculate "($EPOCHREALTIME - $since) * 1000" >"$folder/copied"
	(cd "$folder" && node columnar.mjs data "$ROUNDS" "$root/test/bench/facts_by_filter.sql") >"$folder/times" 2>"$folder/node.log" ||
		{ no_columnar="it failed: $(grep -m 1 Error "$folder/node.log")"; return; }
	diff <(sed -n 's/^sums //p' "$folder/times") \
		<(sql -d main -c "$(sql -d main -c "SELECT bench.sum_columns('bench.facts_by_filter')")" | tr '|' ,) ||
		die "DuckDB has other sums; see above."
}

run_columnar() {
	local folder=$cluster/columnar ours peers
	ours=$(sql -d main -v "name=$1" -v "rounds=$ROUNDS" <<-'SQL' | tail -n +2 | paste -s -d ,
		SELECT bench.set(bench.settings()) \g /dev/null
		SELECT bench.milliseconds(ours) FROM bench.cases, generate_series(0, :rounds) WHERE name = :'name';
	SQL
	)
	case $2 in
		export) peers=$(awk 'FNR == NR { copied = $1 } $1 == "import" { copied += $2 } $1 == "query" { print copied + $2 }' "$folder/copied" "$folder/times") ;;
		*) peers=$(awk -v name="$2" '$1 == name { print $2 }' "$folder/times") ;;
	esac
	summary "$1" "$ours" "$(paste -s -d , <<<"$peers")"
}

rows=$cluster/rows.csv
n=0
for name in "${cases[@]}"; do
	n=$((n + 1))
	IFS='|' read -r within kind peer what < <(sql -d main -v "name=$name" <<<"SELECT within, kind, CASE kind WHEN 'columnar' THEN peer END, what FROM bench.cases WHERE name = :'name'")
	at "$n of ${#cases[@]}: $name: $what"
	if [[ $kind == columnar ]]; then
		[[ -n $no_columnar || -d $cluster/columnar ]] || columnar
		[[ -n $no_columnar ]] || run_columnar "$name" "$peer" >>"$rows"
	elif [[ $kind == shard ]]; then
		run_shard "$name" >>"$rows"
	elif [[ $kind == across ]]; then
		run_across "$name" >>"$rows"
	elif [[ $kind == write ]]; then
		run_write "$name" >>"$rows"
	elif [[ $kind == dashboard ]]; then
		row_of_dashboard "$name" >>"$rows"
	else
		run_case "$name" "$within" 2> >(sed 's/^NOTICE: *\(round\)/    \1/' >&2) >>"$rows"
	fi || die "Case $name couldn't be measured; see above."
done

# --------------------------------------------------------------------- table

mkdir -p "$(dirname "$CSV")"
{ echo "case,ours_ms,peer_ms,ratio,ratio_min,ratio_max,goal,result,what"; cat "$rows"; } >"$CSV"

at "done; $CSV has the table too"
cat <<-TEXT

	$("$PG_CONFIG" --version), SCALE=$SCALE: $departments departments, $((280 * 5 * departments)) records, $ROUNDS rounds
	$(nproc) processors, $memory MB of memory, load $load_before before and $(load) after, $(awk -v a="$stolen_before" -v b="$(stolen)" -v s="$SECONDS" -v n="$(nproc)" 'BEGIN { printf "%.1f", (b - a) / s / n }') % of the processors' time taken by others on the host
	two independent sessions at once do $gain times the work of one
	all: shared_buffers $((memory / 4))MB, $(sql -d main -c "SELECT string_agg(s.key || ' ' || s.value, ', ') FROM jsonb_each_text(bench.settings()) AS s")
	$(sql -d main -v "cases=$(IFS=,; echo "${cases[*]}")" <<-'SQL'
		SELECT names || ': ' || settings
		FROM (SELECT string_agg(name, ', ' ORDER BY position) AS names, min(position) AS first, s.settings
		      FROM bench.cases, LATERAL (SELECT string_agg(key || ' ' || value, ', ') AS settings FROM jsonb_each_text(cases.settings)) s
		      WHERE name = ANY (string_to_array(:'cases', ',')) AND s.settings IS NOT NULL
		      GROUP BY s.settings) g
		ORDER BY first
	SQL
	)
TEXT
[[ -z $no_columnar ]] || echo "no DuckDB: $no_columnar"
echo
sql -d main <<-SQL
	CREATE TEMP TABLE result (name text, ours numeric, peer numeric, ratio numeric, lowest numeric, highest numeric, goal text, result text, what text);
	\copy result FROM '$rows' (FORMAT csv)
	\pset format aligned
	\pset border 1
	\pset tuples_only off
	\pset footer off
	SELECT name AS "case", ours AS "ours, ms", peer AS "peer, ms", ratio, lowest || ' - ' || highest AS "min - max", goal, result FROM result;
	\pset format unaligned
	\pset tuples_only on
	SELECT count(*) FILTER (WHERE result = 'holds') || ' of ' || count(result) || ' goals hold' FROM result;
SQL
