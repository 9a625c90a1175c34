#!/usr/bin/env bash
# make bench-dashboard: the latency of a dashboard and of who writes meanwhile, with
# and without tracking, as a plot.
#
#   SCALE, CSV    as of make bench
#   SVG=FILE      the plot (results/dashboard.svg)
set -euo pipefail

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
export CSV=${CSV:-results/bench-dashboard.csv}
SVG=${SVG:-results/dashboard.svg}

packages plot
CASES='^dashboard' bash test/run/bench.sh
gnuplot -c test/bench/dashboard.gnuplot "$(dirname "$CSV")/dashboard.csv" "$SVG"
step "$SVG is the plot"
