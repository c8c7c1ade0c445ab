#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-*
# long
# A line with --every under apply --stay: without traffic nothing moves, under traffic the interrupts
# of a busy CPU are shared among others, check agrees, and what another program changes is restored.
dev=$(link 1)
umask 022
mkdir -p /etc/irqkit.d
echo "spread $dev --every=3 --by=load=1 --cpus=0-3" >/etc/irqkit.d/50-network.conf
irqkit show "$dev" -r --noheadings -o IRQ >irqs
pid=''
restore() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf /etc/irqkit.d
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
}
trap restore EXIT
places() {
	while read -r irq; do
		cat "/proc/irq/$irq/smp_affinity_list"
	done <irqs | sort -u
}
while read -r irq; do
	echo 2 >"/proc/irq/$irq/smp_affinity_list"
done <irqs
irqkit apply --stay >>log 2>>errors &
pid=$!
until_ok 20 grep -q Start log || until_ok 5 irqkit check -q || fail "start: $(irqkit check 2>&1; cat log errors)"
sleep 8
irqkit check -q || fail "without traffic: $(irqkit check 2>&1; cat log errors)"
grep -q Balanced log && fail "without traffic: $(cat log)"
start_stream "$dev"
until_ok 60 grep -q 'Balanced by load' log || fail "under traffic: $(cat log errors; irqkit show "$dev")"
end_stream
[ "$(places | wc -l)" -gt 1 ] || fail "all are on one CPU: $(cat log errors)"
irqkit check -q || fail "after it: $(irqkit check 2>&1; cat log errors)"
eq "$(irqkit undo --list --json | jq '[.journal[] | select(.undone | not)] | length')" 1 'changes'
# what was balanced is what is restored
irq=$(head -n 1 irqs)
now=$(cat "/proc/irq/$irq/smp_affinity_list")
echo 6 >"/proc/irq/$irq/smp_affinity_list"
back() { [ "$(cat "/proc/irq/$irq/smp_affinity_list")" = "$now" ]; }
until_ok 30 back || fail "not restored: $(cat log errors)"
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
echo "# $(grep -c Balanced log) rounds moved interrupts"
# a signal that comes while --stay measures ends it at once
sed -i 's/load=1/load=60/' /etc/irqkit.d/50-network.conf
irqkit apply --stay >>log 2>>errors &
pid=$!
sleep 3
kill "$pid"
ended() { ! kill -0 "$pid"; }
until_ok 30 ended || fail 'a signal during the measurement does not end it'
wait "$pid" || fail "exit status $? after a signal during the measurement"
pid=''
