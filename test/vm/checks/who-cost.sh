#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# long
# limit: 400
# What 10,000 writes to an affinity cost while who runs, as a ratio; each write is counted.
irq=$(irq_of virtio1-input.0)
was=$(cat "/proc/irq/$irq/smp_affinity_list")
tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs none $tracing
pid=''
trap '[ -z "$pid" ] || kill $pid; echo "$was" >/proc/irq/$irq/smp_affinity_list' EXIT

# write_all: prints how long it took, in hundredths of a second
write_all() {
	awk '{ print int($1 * 100) }' /proc/uptime >begin
	i=0
	while [ $i -lt 5000 ]; do
		echo 2
		echo 3
		i=$((i + 1))
	done >"/proc/irq/$irq/smp_affinity_list"
	awk -v begin="$(cat begin)" '{ print int($1 * 100) - begin }' /proc/uptime
}

without=$(write_all)
for mode in --no-trace ''; do
	: >lines # to be emptied again, so who appends
	# shellcheck disable=SC2086 # nothing, or an option
	irqkit who "$irq" $mode --json >>lines 2>err &
	pid=$!
	touch_it() {
		echo 3 >"/proc/irq/$irq/smp_affinity_list"
		grep -q . lines
	}
	until_ok 30 touch_it
	: >lines
	with=$(write_all)
	until_ok 30 jq -es 'map(select(.comm == "sh")) | length > 0 and .[-1].new_cpus == "3"' lines
	sleep 2
	kill -TERM "$pid"
	wait "$pid" || fail "exit status $?"
	pid=''
	echo "# ${mode:-with probes}: $with, without who: $without hundredths of a second, $(wc -l <lines) lines"
	[ "$with" -lt $((6 * without + 100)) ] || fail "too slow: $with, not $without"
	! grep '"by":"kernel"' lines || fail 'taken for the kernel'
	[ -z "$mode" ] || continue
	# each write is in a line, but for those in which some were missed
	grep -q '"lost":true' lines ||
		[ "$(jq -s 'map(.writes) | add' lines)" -ge 10000 ] || fail "$(jq -s 'map(.writes) | add' lines) writes"
done
