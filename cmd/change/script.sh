#!/bin/sh
#@ SPDX-License-Identifier: LGPL-2.1-or-later
#@
#@ What the scripts of --script are made of. The build puts this file into the program
#@ (embed.awk). Lines that begin with #@ are left out; "#@@ NAME" begins a part, which
#@ script.c prints if the plan needs it; part "-" is there for shellcheck only.
# Written by irqkit @VERSION@ for: @COMMAND@
# Interrupts are found by the names of their handlers, since their numbers change
# from boot to boot. Exits with 0 if all is as requested, otherwise with 1.
# shellcheck disable=SC2016 # a name may hold what looks like an expansion
set -u
export LC_ALL=C # names are bytes
failed=0

fail() {
	echo "irqkit script: $*" >&2
	failed=1
}
#@@ names

# safe NAME: the name, safe to print on a terminal
safe() {
	printf '%s' "$1" | tr -c '[:alnum:] ,.:_/@-' '?'
}
#@@ irqs

# all interrupts and the names of their handlers, lowest first: 24 eth0,eth1
irqs=$(
	for file in /sys/kernel/irq/*/actions; do
		[ -e "$file" ] || continue
		names=
		IFS= read -r names <"$file" || :
		number=${file#/sys/kernel/irq/}
		printf '%s %s\n' "${number%/actions}" "$names"
	done | sort -n
)

# irq_of NAMES N: the number of the N-th interrupt with these handlers
irq_of() {
	if [ ! -d /sys/kernel/irq ]; then # before Linux 4.9: the end of the row
		names=$1 awk -v n="$2" '
			BEGIN { names = ENVIRON["names"]; gsub(/, /, ",", names) }
			$1 ~ /^[0-9]+:$/ {
				row = $0
				sub(/[ \t]+$/, "", row)
				gsub(/, /, ",", row)
				at = length(row) - length(names)
				if (at > 0 && substr(row, at) == " " names && ++found == n)
					print $1 + 0
			}' /proc/interrupts
		return
	fi
	printf '%s\n' "$irqs" | names=$1 awk -v n="$2" '
		substr($0, index($0, " ") + 1) == ENVIRON["names"] && ++found == n { print $1 }'
}

# affinity NAMES N CPUS [optional]: moves the N-th interrupt with these handlers to CPUS.
# optional: the interrupt is one of a device, a range or a pattern, and was not named by
# itself; if the kernel cannot move it, it is skipped, and that is not a failure
affinity() {
	irq=$(irq_of "$1" "$2")
	if [ -z "$irq" ]; then
		fail "cannot find interrupt $2 with handlers '$(safe "$1")'"
		return
	fi
	knob=/proc/irq/$irq/smp_affinity_list
	# never write what is already set: on Xen that moves the interrupt
	[ "$(cat "$knob")" != "$3" ] || return 0
	if ! echo "$3" >"$knob" 2>/dev/null && [ $# -gt 3 ]; then
		echo "irqkit script: skipped interrupt $irq ($(safe "$1")): the kernel refused" >&2
	elif [ "$(cat "$knob")" != "$3" ]; then
		fail "cannot move interrupt $irq ($(safe "$1")) to CPUs $3"
	fi
}
#@@ masks

# plain MASK: without commas and leading zeros
plain() {
	echo "$1" | sed 's/,//g; s/^0*//'
}

# mask KNOB MASK: writes this mask to the file
mask() {
	if [ ! -e "$1" ]; then
		fail "there is no $(safe "$1")"
		return
	fi
	[ "$(plain "$(cat "$1")")" != "$(plain "$2")" ] || return 0
	echo "$2" >"$1" || :
	[ "$(plain "$(cat "$1")")" = "$(plain "$2")" ] || fail "cannot write $2 to $(safe "$1")"
}
#@@ numbers

# number KNOB N: writes this number to the file
number() {
	if [ ! -e "$1" ]; then
		fail "there is no $(safe "$1")"
		return
	fi
	[ "$(cat "$1")" != "$2" ] || return 0
	echo "$2" >"$1" || :
	[ "$(cat "$1")" = "$2" ] || fail "cannot write $2 to $(safe "$1")"
}
#@@ raise

# raise KNOB N: the same, unless the file has at least N
raise() {
	[ "$(cat "$1" 2>/dev/null || echo 0)" -ge "$2" ] || number "$1" "$2"
}
#@@ threads

# threads_of FRONT: the kernel threads whose names are FRONT and a number, sorted by
# that number; threads with the same name, oldest first
threads_of() {
	for file in /proc/[0-9]*/comm; do
		name=
		IFS= read -r name 2>/dev/null <"$file" || :
		case $name in "$1"*) ;; *) continue ;; esac
		rest=${name#"$1"}
		case $rest in *[!0-9]*) continue ;; esac
		pid=${file#/proc/}
		pid=${pid%/comm}
		# any process can use the name, but only kernel threads are children of thread 2
		[ "$pid" = 2 ] || grep -q '^PPid:[[:space:]]*2$' "/proc/$pid/status" 2>/dev/null || continue
		echo "${rest:-0} $pid"
	done | sort -n -k1,1 -k2,2 | cut -d ' ' -f 2
}

# thread FRONT N CPUS [optional]: moves the N-th of these threads to CPUS. optional: it may
# be missing, or the kernel may refuse it
thread() {
	pid=$(threads_of "$1" | sed -n "$2p")
	if [ -z "$pid" ]; then
		[ $# -gt 3 ] || fail "cannot find kernel thread $2 named '$(safe "$1")'"
	elif [ $# -gt 3 ]; then
		taskset -p -c "$3" "$pid" >/dev/null 2>&1 ||
			echo "irqkit script: skipped thread $pid ($(safe "$1")): the kernel refused" >&2
	elif ! taskset -p -c "$3" "$pid" >/dev/null; then
		fail "cannot move thread $pid ($(safe "$1")) to CPUs $3"
	fi
}
#@@ channels

# channels DEV KIND N...: sets the numbers of channels, as 'ethtool -L' does
channels() {
	device=$1
	shift
	now=$(ethtool -l "$device" 2>/dev/null | awk '
		/^Current/ { current = 1 }
		current && sub(":", "", $1) { printf " %s %s ", tolower($1), $2 }')
	words=$*
	while [ $# -gt 1 ]; do
		case $now in *" $1 $2 "*) ;; *) break ;; esac # several drivers reset without a need
		shift 2
	done
	[ $# -gt 0 ] || return 0
	# shellcheck disable=SC2086 # kinds and numbers
	ethtool -L "$device" $words || fail "cannot set the channels of $(safe "$device") to $words"
}
#@@ rss

# rss DEV N: gives flows to the first N rx queues
rss() {
	ethtool -X "$1" equal "$2" || fail "cannot set the RSS table of $(safe "$1")"
}
#@@ -

affinity eth0-rx-0 1 0-3
mask /sys/class/net/eth0/queues/rx-0/rps_cpus f
number /sys/class/net/eth0/queues/rx-0/rps_flow_cnt 4096
raise /proc/sys/net/core/rps_sock_flow_entries 32768
thread napi/eth0- 1 0-3
channels eth0 combined 4
rss eth0 4
#@@ end

exit "$failed"
