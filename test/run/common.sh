# Sourced by check.sh, demo.sh, report.sh and bench.sh: what they have in common.
# Sets root (the repository's folder) and PG_CONFIG, and goes to root.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root" || exit
export PG_CONFIG=${PG_CONFIG:-pg_config}
export LC_ALL=C                # messages and order are the same everywhere
umask 022                      # the server's user must be able to read what is installed

# make's own variables would bring its flags and jobs into the build below.
unset MAKEFLAGS MFLAGS MAKELEVEL

step() { printf '==> %s\n' "$*"; }

die() { printf '%s\n' "$*" >&2; exit 1; }

packages() {                   # packages build|check|report|plot|versions
	step "packages"
	bash test/run/packages.sh "$1" || die "The packages above couldn't be installed."
	# psql, pg_ctl and so on: those of the server that is built for.
	PATH=$("$PG_CONFIG" --bindir):$PATH
}

# build MAKE-VARIABLE=VALUE...: builds and installs. What is up to date stays,
# what other flags or another server had made is built anew (see Makefile).
build() {
	local as_root=() directory
	step "build for $("$PG_CONFIG" --version)"
	make -s -j"$(nproc)" "PG_CONFIG=$PG_CONFIG" "$@" all || return
	step "install"
	for directory in "$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)/extension"; do
		[[ -w $directory ]] || as_root=(sudo)
	done
	"${as_root[@]}" make -s "PG_CONFIG=$PG_CONFIG" "$@" install
}
