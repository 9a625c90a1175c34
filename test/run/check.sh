#!/usr/bin/env bash
# make check: builds, installs, starts a private cluster, and runs every test
# there is. Ends with "N passed, M failed"; what counts as one test:
#
#   regress      a file of test/sql
#   pgtap        an assertion of test/pgtap/*.sql (each file in a database of its own)
#   isolation    a file of test/isolation/specs
#   tap          an assertion of test/t/*.pl
#   readme       a README or guide, whose blocks are run
#   examples     a file of examples
#   repository   a property of the source or of what was built
#   restore      a dump that check-versions.sh made; only when it is named
#
# A suite that fails shows why, and the others go on. SUITES="regress pgtap"
# runs these alone, and with SUITES=tap TAP=track is one file of test/t alone.
set -euo pipefail
exec 2>&1                      # one stream: messages stay beside what they are about

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=test/run/cluster.sh
source test/run/cluster.sh

passed=0
failed=0
pass() { passed=$((passed + 1)); printf 'ok      %s\n' "$1"; }
fail() { failed=$((failed + 1)); printf 'FAILED  %s\n' "$1"; }

# The warnings that PostgreSQL's own headers and habits ({0}, int against
# sizeof) would set off are left out.
WARNINGS='-Werror -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare'

# How many files run at once, where each has its own database or cluster.
# shellcheck disable=SC2034 # it doesn't see the arithmetic
JOBS=$(nproc)

# ---------------------------------------------------------------- pg_regress

# installcheck SUITE OTHER DIFFS: runs make installcheck without the variable
# OTHER, which names the tests of the other suite, and counts the lines of the
# report ("test x ... ok", from 16 on "ok 1 - x"). DIFFS is where differences are.
installcheck() {
	local suite=$1 other_suite=$2 diffs=$3 log=$cluster/$1.log status=0 line
	make -s "PG_CONFIG=$PG_CONFIG" "$other_suite=" installcheck >"$log" 2>&1 || status=$?
	while read -r line; do
		case $line in
			"test "*" ... ok"* | "ok "*) pass "$suite: $line" ;;
			"test "*FAILED* | "not ok "*) fail "$suite: $line" ;;
		esac
	done <"$log"
	if ((status != 0)); then
		if ! grep -qE 'FAILED|^not ok' "$log"; then
			fail "$suite (ended with status $status)"
			cat "$log"
		fi
		if [[ -s $diffs ]]; then
			cat "$diffs"
		fi
	fi
}

# The folder that PGXS, pg_regress and the Perl modules are in.
pgxs_folder() { (cd "$(dirname "$("$PG_CONFIG" --pgxs)")/../.." && pwd); }

regress() {
	compgen -G 'test/sql/*.sql' >/dev/null || { echo "no test/sql yet"; return; }
	installcheck regress ISOLATION regression.diffs
}

isolation() {
	compgen -G 'test/isolation/specs/*.spec' >/dev/null || { echo "no test/isolation yet"; return; }
	[[ -x $(pgxs_folder)/src/test/isolation/pg_isolation_regress ]] ||
		{ echo "not run: this server's PGXS has no pg_isolation_regress"; return; }
	installcheck isolation REGRESS output_iso/regression.diffs
}

# ----------------------------------------------------------------------- TAP

# run_tap SUITE COMMAND FILE...: runs COMMAND FILE for each file, JOBS at once,
# and counts the assertions in what they print.
run_tap() {
	local suite=$1 command=$2 file log; shift 2
	for file; do
		while (($(jobs -rp | wc -l) >= JOBS)); do
			wait -n || true
		done
		log=$cluster/$suite-$(basename "$file").log
		{ "$command" "$file" >"$log" 2>&1; echo "# status $?" >>"$log"; } &
	done
	wait
	for file; do
		count_tap "$suite: $(basename "$file")" "$cluster/$suite-$(basename "$file").log"
	done
}

# A TAP log ends with "# status N", that of the command that wrote it.
count_tap() {
	local name=$1 log=$2 good bad reason
	good=$(grep -cE '^(ok [0-9]|not ok .*# TODO)' "$log" || true)
	bad=$(grep -E '^not ok ' "$log" | grep -cv '# TODO' || true)
	# A wrong plan, a crash, a syntax error: nothing is "not ok", and still it failed.
	if ((bad == 0)) && ! tail -n 1 "$log" | grep -qx '# status 0'; then
		bad=1
	fi
	if ((bad + good == 0)); then
		# prove's words for a test's line "1..0 # SKIP reason".
		if reason=$(grep -m 1 -E '\.\. skipped: ' "$log"); then
			printf 'skipped %s: %s\n' "$name" "${reason#*.. skipped: }"
			return
		fi
		bad=1
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	if ((bad == 0)); then
		printf 'ok      %s (%d)\n' "$name" "$good"
	else
		printf 'FAILED  %s (%d passed, %d failed)\n' "$name" "$good" "$bad"
		grep -vE '^ok [0-9]' "$log"
	fi
}

pgtap() {
	compgen -G 'test/pgtap/*.sql' >/dev/null || { echo "no test/pgtap yet"; return; }
	if ! createdb deptperf_pgtap ||
		! psql -Xq -d deptperf_pgtap -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION deptperf'; then
		fail "pgtap: the template database"
		return
	fi
	run_tap pgtap pgtap_file test/pgtap/*.sql
}

pgtap_file() {
	local database
	database=pgtap_$(basename "$1" .sql)
	createdb --template=deptperf_pgtap "$database" &&
		pg_prove --verbose --dbname "$database" "$1"
}

# As the server's user, for these tests make clusters, and so in a copy of what
# they may read, for the repository may lie in a folder that is closed to him.
tap() {
	local files
	compgen -G "test/t/${TAP:-*}.pl" >/dev/null || { echo "no test/t/${TAP:-*}.pl yet"; return; }
	mapfile -t files < <(compgen -G "test/t/${TAP:-*}.pl")
	mkdir "$cluster/copy"
	cp -R test sql doc deptperf--*.sql "$cluster/copy/"
	[[ ! -d examples ]] || cp -R examples "$cluster/copy/"
	[[ " ${files[*]} " != *" test/t/dashboard.pl "* ]] ||
		node_packages "$cluster/copy/examples/dashboard" || fail "tap: npm ci in examples/dashboard"
	((EUID != 0)) || chown -R --reference="$cluster" "$cluster/copy"
	run_tap tap tap_file "${files[@]}"
	if compgen -G "$cluster/tap-*/screenshots/*.png" >/dev/null; then
		mkdir -p log               # for people, who come when the cluster is gone
		cp "$cluster"/tap-*/screenshots/*.png log/
	fi
}

# What examples/dashboard is made of beside its sources, as package-lock.json pins
# it.  As who runs this, whose npm may be set up for another registry.
node_packages() {
	local log=$cluster/npm.log
	(cd "$1" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 || { cat "$log"; return 1; }
}

# The tests may use PostgreSQL's own Perl modules, which read PG_REGRESS and
# TESTDIR, or just psql: PGHOST and so on lead to the private cluster.
tap_file() {
	local directory pgxs
	directory=$cluster/tap-$(basename "$1" .pl)
	pgxs=$(pgxs_folder)
	cluster_user mkdir "$directory"
	cluster_user env --chdir="$cluster/copy" "TESTDIR=$directory" \
		"PG_REGRESS=$pgxs/src/test/regress/pg_regress" \
		prove --verbose "-I$pgxs/src/test/perl" "$1"
}

# ------------------------------------------------------- README and examples

# in_database NAME COMMAND...: runs it with PGDATABASE leading to a fresh
# database; one test.
in_database() {
	local name=$1 log; shift
	log=$cluster/$(basename "$name").log
	if createdb "$name" >"$log" 2>&1 && PGDATABASE=$name "$@" >>"$log" 2>&1; then
		pass "$name"
	else
		fail "$name; the end of its output:"
		tail -n 40 "$log"
	fi
}

run_sql() { psql -X --echo-queries --pset=pager=off -v ON_ERROR_STOP=1 -f "$1"; }

readme() {
	local file
	for file in README.md README.zh.md doc/framework.md doc/operations.md; do
		if [[ -f $file ]]; then
			in_database "$file" readme_blocks "$file"
		else
			echo "no $file yet"
		fi
	done
}

# The ```sql blocks in order, in one session. What isn't SQL is left as empty
# lines, so that an error names the line of the README.
readme_blocks() {
	run_sql - < <(awk '/^ *```/ { sql = !inside && /^ *```sql/; inside = !inside; print ""; next }
	                   { print sql ? $0 : "" }' "$1")
}

examples() {
	if [[ -f examples/plain-views.sql ]]; then
		in_database examples/plain-views.sql run_sql examples/plain-views.sql
	else
		echo "no examples/plain-views.sql yet"
	fi
}

# DUMP is a folder with a dump of examples/case from an earlier version, and
# the scores that were seen there.
restore() { in_database restore restored_scores; }

restored_scores() {
	pg_restore --exit-on-error --dbname="$PGDATABASE" "$DUMP/case.dump" &&
		same_scores &&
		psql -XqAt -v ON_ERROR_STOP=1 -c 'SELECT deptperf_setup()' &&
		same_scores
}

same_scores() { psql -XqAt -v ON_ERROR_STOP=1 -f test/run/scores.sql | diff "$DUMP/scores" -; }

# ---------------------------------------------------------------- repository

# holds NAME COMMAND...: one test; the command prints what is wrong, if anything.
holds() {
	local name=$1 wrong; shift
	wrong=$("$@" 2>&1) || wrong+=" (status $?)"
	if [[ -z $wrong ]]; then
		pass "repository: $name"
	else
		fail "repository: $name"
		printf '%s\n' "$wrong"
	fi
}

# PostgreSQL loads libraries with global symbols: any other name could meet
# that of another extension.
foreign_symbols() {
	nm -D --defined-only deptperf.so |
		awk '$3 !~ /^(deptperf_|dp_|pg_finfo_deptperf_|Pg_magic_func$|_PG_init$)/ { print $3 }'
}

tests_and_expected() {
	local pair tests suffix expected
	for pair in test/sql/:.sql:expected/ test/isolation/specs/:.spec:test/isolation/expected/; do
		IFS=: read -r tests suffix expected <<<"$pair"
		diff <(names "$tests" "$suffix") <(names "$expected" .out) || true
	done
}

names() { find "$1" -maxdepth 1 -name "*$2" -exec basename -s "$2" {} + 2>/dev/null | sort; }

versions() {
	perl -MJSON::PP -0 -ne '
		BEGIN { $control = pop @ARGV }
		my $meta = decode_json($_);
		for ($meta->{version}, map { $_->{version} } values %{ $meta->{provides} }) {
			print "META.json says $_, deptperf.control $control\n" if $_ ne $control;
		}' META.json "$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" deptperf.control)"
}

crashes() {
	grep -E 'was terminated by signal|PANIC:|TRAP:' "$cluster/server.log" || true
}

repository() {
	holds "exported symbols carry our prefix" foreign_symbols
	holds "each test has its expected output, and each output its test" tests_and_expected
	holds "the version is the same everywhere" versions
	holds "no server process crashed in the tests above" crashes
}

# ---------------------------------------------------------------------- main

SUITES=${SUITES:-regress pgtap isolation tap readme examples repository}

case " $SUITES " in
	*" pgtap "* | *" tap "*) packages check ;;
	*) packages build ;;
esac
[[ " $SUITES " != *" tap "* || -n ${TAP:-} ]] || packages report
if ! build "COPT=$WARNINGS"; then
	fail "build"
elif step "private cluster" && ! cluster_start; then
	fail "private cluster"
else
	for suite in $SUITES; do
		step "$suite"
		"$suite" || fail "$suite couldn't be run to its end"
	done
fi

echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
