#!/usr/bin/env bash
# make bench-quick: make bench at a tenth of its size, in minutes.
SCALE=0.1 ROUNDS=${ROUNDS:-3} exec bash "$(dirname "${BASH_SOURCE[0]}")/bench.sh"
