#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# programs: irqbalance
# An irqbalance that balances every 2 seconds, and traffic: what spread --ban has placed stays where
# it is, until undo gives it back to irqbalance. The check spread-ban tests more, and longer.
dev=$(link 1)
irqkit show "$dev" -r --noheadings -o IRQ >placed
affinities() {
	while read -r irq; do
		echo "$irq $(cat "/proc/irq/$irq/smp_affinity_list")"
	done <placed
}
grep . /proc/irq/[0-9]*/smp_affinity >first
put_back() {
	kill "$pid" 2>/dev/null || :
	wait
	while IFS=: read -r file mask; do
		[ "$(cat "$file")" = "$mask" ] || echo "$mask" >"$file" || :
	done <first 2>/dev/null
}
moved() {
	affinities >now
	! cmp -s now wanted
}

mkdir -p /run/irqbalance
irqbalance --foreground --interval=2 >log 2>&1 &
pid=$!
trap put_back EXIT
until_ok 30 test -S "/run/irqbalance/irqbalance$pid.sock" || fail "no socket: $(cat log)"
status 0 irqkit spread "$dev" --ban --json
eq "$(jq -c .banned out)" "$(jq -R tonumber placed | jq -sc .)" 'banned'
affinities >wanted
stream "$dev" 9 &
traffic_pid=$!
for _ in 1 2 3 4 5 6 7 8; do
	sleep 1
	affinities >now
	same now wanted
done
wait $traffic_pid
kill -0 "$pid" || fail "irqbalance has ended: $(tail -n 3 log)"

status 0 irqkit undo --json
eq "$(jq -c .unbanned out)" "$(jq -R tonumber placed | jq -sc .)" 'no longer banned'
# irqbalance may choose what it chose before, so it finds them on all CPUs; and it may have placed
# them meanwhile, so it is told to place all again, 20 times at most
sed 's/$/ 0-7/' placed >wanted
while read -r irq; do
	echo 0-7 >"/proc/irq/$irq/smp_affinity_list"
done <placed
placed_again() {
	kill -HUP "$pid"
	stream "$dev" 3
	moved
}
until_ok 4 placed_again || fail "irqbalance does not place them again after undo: $(tail -n 5 log)"
