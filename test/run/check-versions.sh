#!/usr/bin/env bash
# make check-versions: the tests on the later PostgreSQL versions that Debian has.
#
# For each, a Debian release is put into a temporary folder (debootstrap), this
# tree is copied there, and check.sh runs in it: regress, pgTAP, and a dump that
# PostgreSQL 15 made here of the reference case, which must give the same scores.
# A minute and a half and 3 GB each, one after the other, from the mirror that
# this machine's apt uses. Ends with "N passed, M failed"; what can't be had here is
# skipped, with the reason.
#
# Nothing stays: what runs in such a folder sees its own mounts, processes and
# shared memory only, which end with it, and the folder is removed on every exit.
# Servers listen on sockets in there and on no port.
#
#   RELEASES="17:trixie"   other versions, each with a release that has it
#   SUITES="regress"       other suites of check.sh
#   MIRROR=http://…        another mirror
set -euo pipefail
exec 2>&1                      # one stream: messages stay beside what they are about

# shellcheck source=test/run/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=test/run/cluster.sh
source test/run/cluster.sh

RELEASES=${RELEASES:-17:trixie 18:forky}
SUITES=${SUITES:-regress pgtap restore repository}
NEEDED=3500                    # MB for one release with its packages, and some air
DUMPED=15                      # the version that the dump is made on

passed=0
failed=0
skipped=0
skip() { skipped=$((skipped + 1)); printf 'skipped %s\n' "$1"; }

# ------------------------------------------------------------- on this machine

# The mirror of this release's main archive, as apt is configured.
apt_mirror() {
	local codename
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016 # they are apt's
	apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' "Created-By: Packages" |
		awk -v "codename=$codename" '$2 == codename && $3 == "main" && $1 ~ /^(https?|file):/ { print $1; exit }'
}

# The reference case in a cluster of this machine's server: the dump, and the
# scores that it must give.
make_dump() {
	step "PostgreSQL $DUMPED: the reference case, its scores and its dump"
	packages versions
	[[ $("$PG_CONFIG" --version) == "PostgreSQL $DUMPED"[.\ ]* ]] ||
		die "$PG_CONFIG is $("$PG_CONFIG" --version); the dump is one of $DUMPED: set PG_CONFIG."
	build COPT= || die "The build failed; see above."
	cluster_start || die "The cluster didn't start; see above."
	trap clean EXIT
	createdb case
	(cd examples/case && psql -Xq -v ON_ERROR_STOP=1 -d case -f load.sql)
	mkdir "$cluster/dump"
	psql -XqAt -v ON_ERROR_STOP=1 -d case -f test/run/scores.sql >"$cluster/dump/scores"
	[[ -s $cluster/dump/scores ]] || die "The reference case has no scores."
	pg_dump --format=custom --file="$cluster/dump/case.dump" case
}

# ---------------------------------------------------------------- in a release

releases=                      # the folder that the releases are put into, one at a time
log=                           # what the command in it prints
child=                         # its process

# isolated COMMAND...: runs it with mounts, processes and shared memory of its
# own, its output behind the version; $log has it too. It runs in the background,
# so that a signal to this script ends it at once; and it doesn't outlive us.
isolated() {
	local output status=0
	mkfifo "$releases/output"
	tee "$log" <"$releases/output" | sed -u "s/^/$major  /" &
	output=$!
	setpriv --pdeathsig=KILL unshare --mount --pid --ipc --fork --kill-child "$@" \
		>"$releases/output" 2>&1 </dev/null &
	child=$!
	wait "$child" || status=$?
	child=
	wait "$output"
	rm "$releases/output"
	return "$status"
}

# inside VARIABLE=VALUE... COMMAND...: runs it in the release.
inside() {
	isolated "--mount-proc=$release/proc" chroot "$release" /usr/bin/env --ignore-environment \
		PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${proxies[@]}" \
		"PG_CONFIG=/usr/lib/postgresql/$major/bin/pg_config" "$@"
}

clean() {
	trap '' HUP INT TERM           # make passes a second one on
	if [[ -n $child ]]; then
		kill -KILL "$child" 2>/dev/null || true
		{ wait; } 2>/dev/null      # until the last of its processes is gone
	fi
	[[ -z $releases ]] || rm -rf "$releases"
	cluster_stop
}

# The release, with this machine's settings for reaching its packages.
install_release() {
	local include=()
	[[ $mirror != https:* ]] || include=(--include=ca-certificates)
	# Its script is sid's: an older debootstrap doesn't know the names of later releases.
	isolated debootstrap --variant=minbase "${include[@]}" "$codename" "$release" "$mirror" sid || return
	apt-config dump | grep '^Acquire::' >"$release/etc/apt/apt.conf.d/90-this-machine"
	echo force-unsafe-io >"$release/etc/dpkg/dpkg.cfg.d/90-thrown-away"
	chmod 1777 "$release/dev/shm"
}

# What isn't built or left by tests, without the history.
copy_tree() {
	mkdir "$release/deptperf" "$release/dump"
	tar --create --exclude=./.git --exclude-from=<(sed 's,^/,./,; s,/$,,' .gitignore 2>/dev/null) . |
		tar --extract --no-same-owner --directory="$release/deptperf"
	cp "$cluster"/dump/* "$release/dump/"
}

# The last line of check.sh says how many.
count() {
	local last
	last=$(tail -n 1 "$log")
	if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		passed=$((passed + BASH_REMATCH[1]))
		failed=$((failed + BASH_REMATCH[2]))
	else
		failed=$((failed + 1))
		echo "FAILED  PostgreSQL $major: check.sh didn't come to its end"
	fi
}

check_release() {
	local name="PostgreSQL $major (Debian $codename)" suites=$SUITES
	local packages=/deptperf/test/run/packages.sh

	step "$name: the release"
	if ! install_release >/dev/null; then
		tail -n 20 "$log"
		skip "$name: $codename couldn't be had from $mirror; see above"
		return
	fi
	step "$name: its packages"
	copy_tree
	if ! inside bash "$packages" check; then
		if ! inside bash "$packages" build; then
			skip "$name: its packages couldn't be had; see above"
			return
		fi
		if [[ " $suites " == *" pgtap "* ]]; then
			skip "$name: pgtap: its packages couldn't be had; see above"
			suites=${suites/pgtap/}
		fi
	fi
	step "$name: build and tests"
	inside "SUITES=$suites" DUMP=/dump bash /deptperf/test/run/check.sh || true
	count
}

# ------------------------------------------------------------------------ main

((EUID == 0)) || die "debootstrap and chroot need root: sudo make check-versions"

make_dump

mirror=${MIRROR:-$(apt_mirror)}
mirror=${mirror:-http://deb.debian.org/debian}
# debootstrap reads the environment, apt may have it in its settings.
[[ -n ${http_proxy:-} ]] || eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
proxies=()
for variable in http_proxy https_proxy no_proxy; do
	if [[ -n ${!variable:-} ]]; then
		export "${variable?}"
		proxies+=("$variable=${!variable}")
	fi
done

releases=$(mktemp -d "${TMPDIR:-/tmp}/deptperf-versions-XXXXXX")
for pair in $RELEASES; do
	IFS=: read -r major codename <<<"$pair"
	release=$releases/$codename
	log=$releases/$codename.log
	if (($(df --output=avail --block-size=1M "$releases" | tail -n 1) < NEEDED)); then
		skip "PostgreSQL $major (Debian $codename): less than $NEEDED MB are free in $releases"
		continue
	fi
	check_release
	rm -rf "$release"
done

printf '%d passed, %d failed' "$passed" "$failed"
((skipped == 0)) || printf ', %d skipped' "$skipped"
echo
((failed == 0 && passed > 0))
