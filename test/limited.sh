# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by test/run and test/golden.sh, in the top folder of the tree: commands with a time
# limit, of which nothing is left when this shell ends, in whatever way.
limit_program=${O:-$PWD}/build/test/tool/limit
limit_pid=''
if [ ! -x "$limit_program" ]; then
	echo "$0: $limit_program is missing; 'make check-programs' builds it" >&2
	exit 1
fi

# limited SECONDS COMMAND...: exit status 124 when the time is over
limited() {
	local status
	# In the background, as bash runs no trap while it waits for what is in the foreground.
	"$limit_program" "$@" </dev/null &
	limit_pid=$!
	wait "$limit_pid"
	status=$?
	limit_pid=''
	return "$status"
}

# end_on_signals: SIGINT, SIGTERM and SIGHUP end the command, then this shell and its workers
end_on_signals() {
	trap 'end_now 130' INT
	trap 'end_now 143' TERM
	trap 'end_now 129' HUP
}

end_now() {
	trap '' INT TERM HUP
	# shellcheck disable=SC2046 # numbers
	kill $limit_pid $(jobs -p) 2>/dev/null
	wait
	exit "$1"
}
