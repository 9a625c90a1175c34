#!/usr/bin/env bash
# make fuzz: the long runs of test/fuzz, whose short ones are in make check.
# make fuzz N=5000000 takes another number of inputs (evaluate.sql a tenth).
set -euo pipefail

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=test/run/cluster.sh
source test/run/cluster.sh

N=${N:-1000000}

packages check
build COPT= || die "The build failed; see above."

step "private cluster"
cluster_start || die "The cluster didn't start; see above."
psql -Xq -c 'CREATE EXTENSION pgtap' -c 'CREATE EXTENSION deptperf'

for file in test/fuzz/*.sql; do
	n=$N
	[[ $file != */evaluate.sql ]] || n=$((N / 10))
	step "$file, $n inputs"
	psql -XqAt -v ON_ERROR_STOP=1 -v "n=$n" -f "$file" | tee "$cluster/fuzz.log"
	! grep -q '^not ok' "$cluster/fuzz.log" || die "$file found a difference; see above."
done
