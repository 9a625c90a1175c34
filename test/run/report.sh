#!/usr/bin/env bash
# make report: the official form of the published evaluation of examples/case,
# frozen, in Chinese and English: HTML, PDF and PNG in the folder report.
set -euo pipefail

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=test/run/cluster.sh
source test/run/cluster.sh

packages report
build COPT= || die "The build failed; see above."

step "private cluster"
cluster_start || die "The cluster didn't start; see above."
createdb deptperf_report
export PGDATABASE=deptperf_report

step "the case, frozen"
(cd examples/case && psql -X -q -v ON_ERROR_STOP=1 -f load.sql) || die "examples/case/load.sql failed; see above."
psql -X -q -v ON_ERROR_STOP=1 -o /dev/null \
	-c 'SELECT deptperf_close(2021)' -c "SELECT deptperf_finalize('440300-SI', 2021)"

# As the server's user, which is not root, in its folder.
step "rendering"
cp test/run/render.sh "$cluster/"
cluster_user mkdir "$cluster/report"
for lang in zh en; do
	name=report
	[[ $lang == zh ]] || name=report-$lang
	psql -X -q -A -t -v ON_ERROR_STOP=1 -c "SELECT deptperf_report('440300-SI', 2021, '$lang')" |
		cluster_user tee "$cluster/report/$name.html" >/dev/null
	cluster_user bash "$cluster/render.sh" "$cluster/report/$name.html"
done

rm -rf report
cp -R "$cluster/report" report
step "done"
for name in report report-en; do
	printf '%s, %s, %s-1.png … (%s pages)\n' "report/$name.html" "report/$name.pdf" "report/$name" \
		"$(pdfinfo "report/$name.pdf" | sed -n 's/^Pages: *//p')"
done
