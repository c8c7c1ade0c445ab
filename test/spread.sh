# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034,SC2154 # $tmp, $roots and $O are those of tap.sh
# Sourced by tests of spread on a root whose counts change while it runs.

root=$tmp/root
values() {
	local irq value
	for irq in {26..33}; do read -r value <"$root/proc/irq/$irq/smp_affinity"; printf '%s ' "$value"; done
}
nothing='f f f f f f f f '

fresh() {
	rm -rf "$root"
	cp -RP "$roots/xen-6.1-domu" "$root"
}

# handled MASK...: where the eight interrupts are
handled() {
	local n=26 mask
	for mask; do
		echo "$mask" >"$root/proc/irq/$n/effective_affinity"
		rm -f "$root/proc/irq/$n/effective_affinity_list"
		n=$((n + 1))
	done
}

# more NAME:COLUMN:COUNT...: so many more have come, in that column of /proc/interrupts; $weight times
more() {
	awk -v all="$*" -v weight="${weight:-1}" '
		BEGIN { n = split(all, each, " ") }
		{ for (i = 1; i <= n; i++) { split(each[i], f, ":"); if ($NF == f[1]) $(f[2]) += f[3] * weight } print }' \
		"$root/proc/interrupts" >"$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
}

# load FIRST THEN: until there is a file stop, more come as FIRST says, 30 times a second; once
# something is written, as THEN says, and so much more that a last count of FIRST, which may come after
# the write, does not matter
load() {
	while [ ! -e "$tmp/stop" ]; do
		# shellcheck disable=SC2086 # words
		if [ "$(values)" = "$nothing" ]; then more $1; else weight=20 more $2; fi
		sleep 0.03
	done
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# start ARGUMENT...: spread in the background, which writes to out and err
start() {
	"$O/irqkit" spread --root="$root" "$@" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
}

# ends NAME STATUS [SIGNAL]: it ends with this status, when it has got the signal
ends() {
	[ -z "${3-}" ] || kill -"$3" "$pid"
	wait "$pid"
	same "$1" "$2" $?
}

# moved BEFORE NAME:COLUMN:COUNT...: more have come; do the knobs hold something else by now?
moved() {
	local before=$1
	shift
	more "$@"
	[ "$(values)" != "$before" ]
}

# undone NAME: what was changed is one change, and can be undone
undone() {
	same "$1: one change" 1 "$("$O/irqkit" undo --root="$root" --list --raw --noheadings | wc -l)"
	check "$1: it can be undone" "$O/irqkit" undo --root="$root" --quiet
	same "$1: then all is as it was" "$nothing" "$(values)"
}
