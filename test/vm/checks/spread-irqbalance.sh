#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 xen
# programs: irqbalance
# long
# limit: 900
# One card, all of its queues on CPU 0, each with the same load: what irqbalance makes of it, and
# what spread does. Told are the interrupts moved, and how unevenly the card's then come.
case $ROLE in
linux) dev=$(link 1) name='virtio1-*put.*' usable=$(cat /sys/devices/system/node/node0/cpulist) ;;
dom0) dev=$VIF name="$VIF-*" usable=$(cat /sys/devices/system/cpu/online) ;;
esac
n_usable=$(irqkit show --by-cpu --cpus="$usable" --json | jq '.by_cpu | length')

affinities() {
	irqkit show all -r --noheadings -o IRQ,AFFINITY
}
affinities >first
irqkit show "$name" -r --noheadings -o IRQ >card

# start_badly: all is where it first was, but the card's interrupts are served by CPU 0.
start_badly() {
	affinities >now
	grep -vxFf now first >moved || :
	while read -r irq cpus; do
		echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
	done <moved
	while read -r irq; do
		echo 0 >"/proc/irq/$irq/smp_affinity_list"
	done <card
	traffic "$dev"
	affinities >start
}

# load: traffic until there is a file ./stop
load() {
	while [ ! -e stop ]; do
		stream "$dev" 2
	done
}

# try WHAT COMMAND...: tells what came of it; busiest / mean to ./WHAT, in percent.
try() {
	what=$1
	shift
	start_badly
	rm -f stop
	load &
	pid=$!
	"$@" >log 2>&1 || fail "$what: $(cat log)"
	touch stop
	wait $pid
	affinities >now
	grep -vxFf start now >moved || :
	traffic "$dev"
	counts >before
	traffic "$dev"
	traffic "$dev"
	counts >after
	awk -v what="$what" -v usable="$n_usable" '
		FILENAME == "card" { of_card[$1] = 1; next }
		FILENAME == "moved" { all++; if ($1 in of_card) own++; next }
		!($1 in of_card) || $2 == "total" { next }
		FILENAME == "before" { count[$2] -= $3; next }
		{ count[$2] += $3; n[$2] = 1 }
		END {
			for (cpu in n) { sum += count[cpu]; if (count[cpu] > most) most = count[cpu] }
			for (cpu = 0; cpu < 64; cpu++) if (count[cpu]) list = list " " cpu ":" count[cpu]
			printf "# %s: %d moved, %d of them the card\47s; busiest / mean %.2f;%s\n", what, all, own, most * usable / sum, list
			printf "%d\n", 100 * most * usable / sum >what
			exit sum < 200
		}' card moved before after || fail 'too little traffic'
}

# not_above WHAT OTHER: not more uneven, but for what chance does.
not_above() {
	[ "$(cat "$1")" -le $(($(cat "$2") + 10)) ] || fail "$1 is more uneven than $2"
}

try nothing true
try irqbalance-oneshot irqbalance --foreground --oneshot
# It ends with 0 on TERM.
try irqbalance-35s timeout 35 irqbalance --foreground
try by-queue irqkit spread "$dev"
try by-load irqkit spread "$dev" --by=load=5
for what in by-queue by-load; do
	[ "$(cat "$what")" -le 125 ] || fail "$what is uneven"
	not_above "$what" irqbalance-oneshot
	not_above "$what" irqbalance-35s
done
