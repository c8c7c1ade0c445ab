#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# What the kernel makes of values, and what irqkit makes of that.
dev=$(link 1)
queues=/sys/class/net/$dev/queues
grep -r . "$queues"/rx-*/rps_* >start

# Flows become powers of two, as planned; the table of the machine is not lowered.
echo 65536 >/proc/sys/net/core/rps_sock_flow_entries
irqkit rps "$dev" --flows=3000 --json >json || fail "flows: exit status $?"
eq "$(jq -c '[.changes[].result] | unique' json)" '["done","unchanged"]' 'results'
eq "$(cat "$queues"/rx-*/rps_flow_cnt | sort -u)" 1024 'rps_flow_cnt'
eq "$(cat /proc/sys/net/core/rps_sock_flow_entries)" 65536 rps_sock_flow_entries
irqkit rps "$dev" --flows=3000 --json >json
eq "$(jq -r .changed json)" false 'changed the second time'
irqkit undo >table || fail "$(cat table)"
echo 0 >/proc/sys/net/core/rps_sock_flow_entries

# CPUs that are offline or isolated are refused, not lost.
offline=$(cat /sys/devices/system/cpu/offline)
offline=${offline%%[-,]*}
[ -z "$offline" ] || status 2 irqkit rps "$dev" --cpus="0,$offline"
isolated=$(cat /sys/devices/system/cpu/isolated)
if [ -n "$isolated" ]; then
	status 2 irqkit rps "$dev" --cpus="0,$isolated"
	grep -q "$isolated" err || fail "$(cat err)"
fi
full=$(cat /sys/devices/system/cpu/nohz_full 2>/dev/null || :)
case $full in [0-9]*) status 2 irqkit rps "$dev" --cpus="0,$full" ;; esac
irqkit rps "$dev" --auto --json >json || fail "auto: exit status $?"
eq "$(jq -c '[.changes[].result] | unique - ["done", "unchanged"]' json)" '[]' 'results of --auto'
irqkit rps "$dev" --auto --json >json
eq "$(jq -r .changed json)" false 'changed by the second --auto'
irqkit rps "$dev" --off -q || fail "off: exit status $?"
grep -r . "$queues"/rx-*/rps_* >end
same end start

# A CPU that goes offline stays in the map on some kernels and not on others: undo knows both.
if [ -w /sys/devices/system/cpu/cpu3/online ] && [ "$(cat /sys/devices/system/cpu/cpu3/online)" = 1 ] &&
	[ -z "$isolated" ]; then
	irqkit rps "$dev" --cpus=2-3 -q || fail "2-3: exit status $?"
	echo 0 >/sys/devices/system/cpu/cpu3/online
	for queue in "$queues"/rx-*; do cat "$queue/rps_cpus" >mask; cat mask >"$queue/rps_cpus"; done
	irqkit undo >table || fail "undo with CPU 3 offline: $(cat table)"
	echo 1 >/sys/devices/system/cpu/cpu3/online
	grep -r . "$queues"/rx-*/rps_* >end
	same end start
fi
