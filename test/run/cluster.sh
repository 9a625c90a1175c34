# A private throw-away cluster. Source this, then:
#
#   cluster_start            makes and starts one; PGHOST, PGPORT and PGUSER lead to it
#   cluster_user COMMAND...  runs a command as the user that the server runs as
#   cluster_stop             stops and removes it; happens by itself on every exit
#   cluster_keep             leaves it running instead
#
# It lives in one temporary folder, $cluster, and listens on a socket there and
# on no port. pg_ctl, initdb and psql are the first ones in PATH.
# shellcheck shell=bash

# What the caller has set for his own servers (PGHOST, PGSERVICE, PGOPTIONS, …).
for variable in "${!PG@}"; do
	[[ $variable == PG_CONFIG ]] || unset "$variable"
done
unset variable

cluster=
cluster_as=()                  # the beginning of a command that runs as the server's user

# In a folder that the user may enter: that of the caller may be root's.
cluster_user() {
	(cd "$cluster" && exec "${cluster_as[@]}" env "HOME=$cluster" "TMPDIR=$cluster" "$@")
}

cluster_start() {
	local user=postgres locale=C
	# In /tmp whatever TMPDIR says: a socket's path has at most 107 bytes, and
	# TMPDIR may be closed to the server's user.
	cluster=$(mktemp -d /tmp/deptperf-XXXXXX)
	trap cluster_stop EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# initdb and the server refuse to run as root. There it is user postgres,
	# which Debian's packages bring, or nobody.
	if ((EUID == 0)); then
		getent passwd "$user" >/dev/null || user=nobody
		cluster_as=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --init-groups)
		chown "$user:" "$cluster"
	fi

	if locale -a 2>/dev/null | grep -qix 'C\.utf-\?8'; then
		locale=C.UTF-8
	fi
	# trust: the folder is open to the server's user and root alone.
	cluster_user initdb --pgdata="$cluster/data" --username=postgres --auth=trust \
		--encoding=UTF8 --locale="$locale" --no-sync >"$cluster/initdb.log" 2>&1 ||
		{ cat "$cluster/initdb.log"; return 1; }

	export PGHOST=$cluster PGPORT=54329 PGUSER=postgres PGDATABASE=postgres PGCLIENTENCODING=UTF8
	cat >>"$cluster/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$cluster'
		port = $PGPORT
		timezone = 'UTC'
		lc_messages = 'C'
		# It is thrown away anyway.
		fsync = off
		synchronous_commit = off
		full_page_writes = off
	CONF
	cluster_user pg_ctl --pgdata="$cluster/data" --log="$cluster/server.log" --wait start >/dev/null ||
		{ tail -n 20 "$cluster/server.log"; return 1; }
}

cluster_stop() {
	trap '' HUP INT TERM           # make passes a second one on
	[[ -n $cluster ]] || return 0
	if [[ -f $cluster/data/postmaster.pid ]]; then
		cluster_user pg_ctl --pgdata="$cluster/data" --mode=immediate --wait stop >/dev/null || true
	fi
	rm -rf "$cluster"
	cluster=
}

cluster_keep() {
	trap - EXIT
}
