#!/usr/bin/env bash
# make demo: the published evaluation of examples/case, from CSV files to the
# scorecard, in a private cluster that is gone afterwards. make demo KEEP=1
# leaves it running and says how to reach it.
set -euo pipefail

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=test/run/cluster.sh
source test/run/cluster.sh

DATABASE=deptperf_demo

packages build
build COPT= || die "The build failed; see above."

step "private cluster"
cluster_start || die "The cluster didn't start; see above."
createdb "$DATABASE"

# Its \copy and \i name files relative to its folder.
(cd examples/case && psql -X -q --pset=pager=off -v ON_ERROR_STOP=1 -d "$DATABASE" -f demo.sql) ||
	die "examples/case/demo.sql failed; see above."

if [[ ${KEEP:-0} == 0 ]]; then
	step "done; the cluster is removed (make demo KEEP=1 leaves it running)"
else
	cluster_keep
	step "done; the cluster is left running"
	printf 'connect:          psql -h %s -p %s -U %s -d %s\n' "$PGHOST" "$PGPORT" "$PGUSER" "$DATABASE"
	printf 'stop and remove:  %s%s -D %s/data -m fast stop && rm -rf %s\n' \
		"${cluster_as[*]:+${cluster_as[*]} }" "$(command -v pg_ctl)" "$cluster" "$cluster"
fi
