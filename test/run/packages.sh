#!/usr/bin/env bash
# Install the Debian packages that are missing, and nothing else.
#
#   packages.sh build     what building and running the extension needs
#   packages.sh check     that, and what the tests need
#   packages.sh report    what building needs, and what renders reports and dashboards
#   packages.sh plot      what building needs, and gnuplot
#   packages.sh versions  what building needs, and debootstrap
#
# Needs root or sudo, and only when something is missing. Nothing else on the
# machine changes: no cluster is created, started or stopped.
# PG_CONFIG names the server to build for, when it isn't the first in PATH.
set -euo pipefail

MINIMUM=15                     # the oldest server that deptperf supports
DEFAULT=15                     # the one to install when there is none: Debian 12's
PG_CONFIG=${PG_CONFIG:-pg_config}
want=${1:-build}

# A server is of use when the program and what extensions are built with are there.
server_works() {
	local bindir pgxs include
	bindir=$("$PG_CONFIG" --bindir 2>/dev/null) || return 1
	pgxs=$("$PG_CONFIG" --pgxs) && include=$("$PG_CONFIG" --includedir-server) || return 1
	[[ -x $bindir/initdb && -x $bindir/psql && -f $pgxs && -f $include/postgres.h ]]
}

server_major() {
	"$PG_CONFIG" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/'
}

# The version of an installed package; nothing when it isn't installed.
installed() {
	dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p' || true
}

has_font() {                   # has_font NAME PACKAGE
	fc-list 2>/dev/null | grep -qF "$1" || [[ -n $(installed "$2") ]]
}

# The names of the packages that are missing, one a line.
missing() {
	local major
	if server_works; then
		major=$(server_major)
	else
		case $PG_CONFIG in
			pg_config | /usr/bin/pg_config) major=$DEFAULT ;;
			/usr/lib/postgresql/*/bin/pg_config) major=$(cut -d / -f 5 <<<"$PG_CONFIG") ;;
			*) return ;;           # no package would mend that; see the end
		esac
		[[ -n $(installed "postgresql-$major") ]] || echo "postgresql-$major"
		echo "postgresql-server-dev-$major"
	fi
	command -v make >/dev/null && command -v cc >/dev/null && command -v nm >/dev/null || echo build-essential
	if [[ $want == check ]]; then
		server_works && [[ -f $("$PG_CONFIG" --sharedir)/extension/pgtap.control ]] || echo "postgresql-$major-pgtap"
		command -v pg_prove >/dev/null || echo libtap-parser-sourcehandler-pgtap-perl
		perl -MIPC::Run -e 1 2>/dev/null || echo libipc-run-perl
		command -v prove >/dev/null || echo perl
	elif [[ $want == report ]]; then
		command -v node >/dev/null || echo nodejs
		command -v npm >/dev/null || echo npm
		command -v chromium >/dev/null || echo chromium
		command -v pdftoppm >/dev/null || echo poppler-utils
		# Noto's Chinese faces would become Type 3 in a PDF
		has_font 'AR PL UMing CN' fonts-arphic-uming || echo fonts-arphic-uming
		has_font 'WenQuanYi Zen Hei' fonts-wqy-zenhei || echo fonts-wqy-zenhei
	elif [[ $want == plot ]]; then
		command -v gnuplot >/dev/null || echo gnuplot-nox
	elif [[ $want == versions ]]; then
		command -v debootstrap >/dev/null || echo debootstrap
	fi
}

# apt's choice would be the newest minor version, which upgrades a server that
# is installed. Ask for the version of that server as long as Debian has it.
pin() {
	local package major version
	while read -r package; do
		if [[ $package == postgresql-server-dev-* ]]; then
			major=${package##*-}
			version=$(installed "postgresql-$major")
			if [[ -n $version ]] && apt-cache show "$package=$version" >/dev/null 2>&1; then
				package+="=$version"
			fi
		fi
		echo "$package"
	done
}

# For the time of the installation: no cluster is created (a file that
# pg_createcluster's configuration includes) and no service is started or
# stopped (policy-rc.d). What stood there before comes back, also on failure.
CREATECLUSTER=/etc/postgresql-common/createcluster.d/00-deptperf.conf
POLICY=/usr/sbin/policy-rc.d
MARK='put here by deptperf for the time of an installation'

leave_no_trace() {
	trap '' HUP INT TERM
	rm -f "$CREATECLUSTER"
	rmdir "${made_directories[@]}" 2>/dev/null || true     # those that are still empty
	if grep -qs "$MARK" "$POLICY"; then
		rm -f "$POLICY"
	fi
	if [[ -e $POLICY.deptperf-saved || -L $POLICY.deptperf-saved ]]; then
		mv "$POLICY.deptperf-saved" "$POLICY"
	fi
}

hold_clusters_still() {
	local directory
	made_directories=()
	for directory in /etc/postgresql-common/createcluster.d /etc/postgresql-common; do
		[[ -d $directory ]] || made_directories+=("$directory")
	done
	(leave_no_trace)                                       # of a run that was killed
	trap leave_no_trace EXIT
	trap 'exit 130' INT TERM HUP

	mkdir -p "${CREATECLUSTER%/*}"
	printf '# %s\ncreate_main_cluster = false\n' "$MARK" >"$CREATECLUSTER"
	if [[ -e $POLICY || -L $POLICY ]]; then
		mv "$POLICY" "$POLICY.deptperf-saved"
	fi
	printf '#!/bin/sh\n# %s\nexit 101\n' "$MARK" >"$POLICY"
	chmod 755 "$POLICY"
}

install_packages() {
	export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
	hold_clusters_still
	quietly apt-get -q -o DPkg::Lock::Timeout=300 update
	mapfile -t packages < <(printf '%s\n' "${packages[@]}" | pin)
	quietly apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
		--no-install-recommends install "${packages[@]}"
}

# Hundreds of lines, of interest when it fails.
quietly() {
	local output
	if ! output=$("$@" 2>&1 </dev/null); then
		printf '%s\n' "$output" "packages.sh: failed: $*" >&2
		exit 1
	fi
}

mapfile -t packages < <(missing)
if ((${#packages[@]} > 0)); then
	if ! command -v apt-get >/dev/null; then
		echo "packages.sh: missing: ${packages[*]} (Debian's names; there is no apt-get here to install them)" >&2
		exit 1
	fi
	if ((EUID != 0)); then
		command -v sudo >/dev/null || { echo "packages.sh: run as root, or install sudo, to install ${packages[*]}" >&2; exit 1; }
		exec sudo env PG_CONFIG="$PG_CONFIG" bash "${BASH_SOURCE[0]}" "$want"
	fi
	echo "installing ${packages[*]}"
	install_packages
fi

if ! server_works; then
	echo "packages.sh: $PG_CONFIG doesn't lead to a PostgreSQL server with PGXS; set PG_CONFIG" >&2
	exit 1
fi
if (($(server_major) < MINIMUM)); then
	echo "packages.sh: $PG_CONFIG is $("$PG_CONFIG" --version); deptperf needs PostgreSQL $MINIMUM or later; set PG_CONFIG" >&2
	exit 1
fi
