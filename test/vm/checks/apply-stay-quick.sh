#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# programs: ethtool
# last
# apply --stay, shortly: the driver changes settings, and all is as the policy says again. The check
# apply-stay tests more, and longer.
dev=$(link 1)
pid=''
restore() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	ethtool -L "$dev" combined 4 2>/dev/null || :
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
}
trap restore EXIT
umask 022
printf '%s\n' "spread $dev" "xps $dev --cpus=1-2" >policy
irqkit apply --stay policy >>log 2>>errors &
pid=$!
queue=/sys/class/net/$dev/queues/tx-0/xps_cpus
as_policy() { [ $((0x$(cat "$queue"))) = 6 ] && grep -q "$1" log; }
until_ok 20 as_policy Start || fail "start: $(cat log errors)"
ethtool -L "$dev" combined 2
until_ok 30 as_policy restored || fail "two queues: $(cat log errors)"
: >log
ethtool -L "$dev" combined 4
until_ok 30 as_policy restored || fail "four queues: $(cat log errors)"
status 0 irqkit check -q policy
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
