#!/usr/bin/env bash
# make soak: the mixed load of test/t/track.pl, whose short run is in make check,
# for a minute at each isolation level. make soak SECONDS_EACH=600 takes longer.
LOAD_SECONDS=${SECONDS_EACH:-60} TAP=track SUITES=tap exec bash "$(dirname "${BASH_SOURCE[0]}")/check.sh"
