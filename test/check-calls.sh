#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How many system calls each setting costs: a run with 16 settings more makes so many more
# calls, by strace. The limits are exact: whoever adds a call for each setting must say why.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if ! traced strace -qq -o /dev/null true 2>/dev/null; then
	skip "the number of system calls" "no strace, or nothing may be traced here"
	finish
	exit
fi

# Two cards with 16 queues, each with an interrupt of its own. What is set is in effect at once.
model=$(realpath "$tmp")/model root=$(realpath "$tmp")/root
make_model() {
	local irq=24 card queue dir
	mkdir -p "$model/proc/irq" "$model/sys/devices/system/cpu" "$model/sys/class/net"
	echo 0-31 >"$model/sys/devices/system/cpu/online"
	{
		printf ' CPU%d' {0..31}
		echo
		for card in 0 1; do
			for ((queue = 0; queue < 16; queue++, irq++)); do
				printf '%d: 7' "$irq"
				printf ' 0%.0s' {1..31}
				echo " PCI-MSI $irq-edge eth$card-TxRx-$queue"
				mkdir -p "$model/proc/irq/$irq"
				echo ffffffff >"$model/proc/irq/$irq/smp_affinity"
				dir=$model/sys/class/net/eth$card/queues
				mkdir -p "$dir/rx-$queue" "$dir/tx-$queue"
				echo 0 | tee "$dir/rx-$queue/rps_cpus" "$dir/tx-$queue/xps_cpus" >"$dir/tx-$queue/xps_rxqs"
			done
		done
	} >"$model/proc/interrupts"
}
fresh() {
	local irq
	rm -rf "$root"
	cp -R "$model" "$root"
	for irq in "$root"/proc/irq/*; do
		ln "$irq/smp_affinity" "$irq/effective_affinity"
	done
}
make_model

# calls EXPECTED ARGUMENT...: sets n
calls() {
	traced strace -qq -o "$tmp/calls" "$O/irqkit" "$@" --root "$root" >"$tmp/said" 2>&1
	status=$?
	n=$(wc -l <"$tmp/calls")
	[ $status -eq 0 ] || result 1 "irqkit $*" "$(<"$tmp/said")"
}

# at_most NAME MOST FEW MANY: calls with 16 settings and with 32
at_most() {
	local tenths=$((($4 - $3) * 10 / 16))
	check "$1: 16 settings more make more calls" test $tenths -gt 20
	same "$1: at most $2 calls for each setting" "" "$([ $tenths -le $(($2 * 10)) ] || echo "$((tenths / 10)).$((tenths % 10))")"
}

# each NAME MOST PREPARE FEW MANY: command lines with 16 and 32 settings
each() {
	local few
	$3
	# shellcheck disable=SC2086 # several words
	calls $4
	few=$n
	$3
	# shellcheck disable=SC2086
	calls $5
	at_most "$1" "$2" "$few" "$n"
}

# For each: the affinity and its mode are read (4), then written and read back (5), and the
# effective affinity is read (3).
each "the first set" 12 fresh "set 24-39 --cpus=3" "set 24-55 --cpus=3"
later() {
	fresh
	calls set 24 --cpus=7
}
each "a later set" 12 later "set 24-39 --cpus=3" "set 24-55 --cpus=3"
# The affinity and its mode (4), and whether it is in effect (3).
set_already() {
	fresh
	calls set 24-55 --cpus=3
}
each "set, already set" 7 set_already "set 24-39 --cpus=3" "set 24-55 --cpus=3"
each "set -n" 4 fresh "set 24-39 --cpus=3 -n" "set 24-55 --cpus=3 -n"
# As for set, and where it is handled now (3) and the RPS and XPS of its queue (6).
each "the first spread" 20 fresh "spread eth0" "spread eth0 eth1"
each "a later spread" 20 later "spread eth0" "spread eth0 eth1"
# What a queue is given is in effect at once, but its interrupt decides where it helps.
each "rps" 17 fresh "rps eth0 --cpus=3" "rps eth0 eth1 --cpus=3"
# The change in the journal has 16 settings, or 32.
undo_of() {
	fresh
	calls set "$1" --cpus=3
	calls undo
}
undo_of 24-39
few=$n
undo_of 24-55
at_most "undo" 12 "$few" "$n"
finish
