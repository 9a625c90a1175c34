#!/usr/bin/env bash
# make bench: measures; not there yet.
set -euo pipefail
echo "There is no benchmark yet."
