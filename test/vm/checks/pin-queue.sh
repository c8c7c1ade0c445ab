#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# All that belongs to a queue goes to a CPU: its interrupts, XPS, its threads. Undo restores all.
case $ROLE in
linux) dev=$(link 1) names='virtio1-input.1 virtio1-output.1' threads="napi/$dev-" ;;
dom0) dev=$VIF names="$VIF-q1-rx $VIF-q1-tx" threads="$VIF-q1-" ;;
guest) dev=eth0 names='vif0-q1-rx vif0-q1-tx' threads="napi/$dev-" ;;
esac
threaded=/sys/class/net/$dev/threaded
[ "$ROLE" = dom0 ] || [ ! -w "$threaded" ] || echo 1 >"$threaded"
cpus=$(cat /sys/devices/system/cpu/online)
cpu=${cpus##*[-,]}
xps=/sys/class/net/$dev/queues/tx-1/xps_cpus

state() {
	for irq in $names; do
		irq=$(irq_of "$irq")
		echo "$irq $(cat "/proc/irq/$irq/smp_affinity_list")"
	done
	cat "$xps"
	# the kernel leaves CPUs that are offline out, and so does not give them back
	[ -z "$(cat /sys/devices/system/cpu/offline)" ] || return 0
	for pid in /proc/[0-9]*; do
		read -r comm <"$pid/comm" || continue
		case $comm in "$threads"*) echo "$comm $(grep Cpus_allowed_list "$pid/status")" ;; esac
	done 2>/dev/null
}
state >start
irqkit pin-queue "$dev" 1="$cpu" --json >json || fail "exit status $?"
jq -r '.changes[] | "\(.path) \(.target) \(.old) \(.new) \(.result)"' json
eq "$(jq -c '[.changes[].result] | unique - ["done", "pending", "unchanged", "skipped"]' json)" '[]' 'results'
for name in $names; do
	eq "$(cat "/proc/irq/$(irq_of "$name")/smp_affinity_list")" "$cpu" "affinity of $name"
done
eq "$(irqkit xps "$dev" --json | jq -r '.queues[1].xps_cpus')" "$cpu" 'XPS of tx-1'
jq -r '.changes[] | select(.path | endswith("/status")) | select(.result == "done") | .path' json >pinned
while read -r file; do
	eq "$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$file")" "$cpu" "$file"
done <pinned
if [ "$ROLE" = dom0 ] || [ -w "$threaded" ]; then
	[ -s pinned ] || fail "no thread was pinned: $(state)"
fi

# Traffic on that queue is served there alone, once the moves are made: each waits for the next
# interrupt, and what has been sent may be found without one.
moved() {
	case $(cat "/proc/irq/$(irq_of "$1")/effective_affinity_list" 2>/dev/null) in
	"$cpu" | '') ;;
	*) return 1 ;;
	esac
}
all_moved() {
	for name in $names; do moved "$name" || return 1; done
}
for _ in 1 2 3 4 5; do
	traffic "$dev" 1
	! all_moved || break
done
still=
for name in $names; do moved "$name" || still="$still $name"; done
counts >before
traffic "$dev" 1
counts >after
for name in $names; do
	case $still in *" $name"*) echo "# $name has not fired, and is still to move" && continue ;; esac
	irq=$(irq_of "$name")
	awk -v irq="$irq" -v cpu="$cpu" '
		$1 != irq { next }
		NR == FNR { was[$2] = $3; next }
		$2 != "total" && $2 != cpu && $3 != was[$2] { print "CPU " $2 " served " $3 - was[$2]; bad = 1 }
		$2 == "total" { print irq ": " $3 - was[$2] " interrupts" }
		END { exit bad }' before after || fail "$name is served elsewhere"
done
irqkit pin-queue "$dev" 1="$cpu" --json >json
eq "$(jq -r .changed json)" false 'changed the second time'
irqkit undo >table || fail "undo: $(cat table)"
state >end
[ "$ROLE" = dom0 ] || [ ! -w "$threaded" ] || echo 0 >"$threaded"
same end start
