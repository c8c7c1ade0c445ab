#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-5.10 linux-8-6.12 linux-8-7
# programs: ethtool irqbalance
# limit: 400
# Each change of a setting is shown with who made it: processes, and the kernel with the reason.
dev=$(link 1)
irq=$(irq_of virtio1-input.0)
queue=/sys/class/net/$dev/queues/rx-0
tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs none $tracing
first=$(grep . /proc/irq/[0-9]*/smp_affinity)
pids=''
# irqbalance and the driver, below, leave other affinities; the driver can also get other interrupts.
put_back() {
	# shellcheck disable=SC2086 # numbers
	[ -z "$pids" ] || kill $pids || :
	echo 1 >/sys/devices/system/cpu/cpu3/online
	echo "$first" | while IFS=: read -r file mask; do
		[ ! -e "$file" ] || [ "$(cat "$file")" = "$mask" ] || echo "$mask" >"$file" || :
	done 2>/dev/null
}
trap put_back EXIT

# Somebody else's probe stays.
echo 'p:mine/other vfs_fsync' >>$tracing/kprobe_events

irqkit who --json >lines 2>err &
pids=$!
touch_default() {
	cat /proc/irq/default_smp_affinity >mask
	cat mask >/proc/irq/default_smp_affinity
	grep -q . lines
}
until_ok 30 touch_default || fail "no line: $(cat err)"
# Two of them at a time do not disturb each other.
irqkit who "$irq" >text 2>text.err &
second=$!
pids="$pids $second"
until_ok 30 grep -q 'from now on' text || fail "not ready: $(cat text.err)"
until_ok 30 ls $tracing/instances/irqkit_"$second"_*/events/irqkit_"$second"_*/set
eq "$(cat err)" '' 'messages'

# seen WHAT FILTER: a line fits; tells what came if not.
seen() {
	until_ok 30 jq -es "map(select($2)) | length > 0" lines || {
		grep -v '"comm":"busybox"' lines | tail -n 30
		fail "$1 is not shown"
	}
}

irqkit set "$irq" --cpus=2 -q
seen 'irqkit set' ".irq == $irq and .new_cpus == \"2\" and .by == \"process\" and .comm == \"irqkit\" and .name == \"virtio1-input.0\""
sh -c "echo 3 >/proc/irq/$irq/smp_affinity_list; echo done >/dev/null" &
shell=$!
wait $shell
seen 'a shell' ".irq == $irq and .old_cpus == \"2\" and .new_cpus == \"3\" and .pid == $shell and .comm == \"sh\""
# A list of CPUs that do not exist is refused.
echo 77 >/proc/irq/"$irq"/smp_affinity_list 2>/dev/null || :
seen 'a refused write' ".irq == $irq and .refused and .by == \"process\" and .new_cpus == \"3\""
eq "$(jq -c "select(.irq == $irq and .new_cpus == \"3\" and .by == \"kernel\")" lines)" '' 'a write that is shown twice'

echo 03 >"$queue/rps_cpus"
seen 'RPS' '.path == "'"$queue"'/rps_cpus" and .new_cpus == "0-1" and .by == "process" and .comm == "sh" and .name == "'"$dev"':rx-0"'
echo 00 >"$queue/rps_cpus"

ethtool -L "$dev" combined 2
seen 'ethtool -L' ".irq == $irq and .old_cpus == \"3\" and .by == \"kernel\" and .reason == \"ethtool -L $dev\" and .comm == \"ethtool\""
ethtool -L "$dev" combined 4

echo 3 >/proc/irq/"$irq"/smp_affinity_list
echo 0 >/sys/devices/system/cpu/cpu3/online
seen 'CPU 3' ".name == \"cpu3\" and .old == \"1\" and .new == \"0\" and .by == \"process\" and .comm == \"sh\""
seen 'the interrupt of CPU 3' ".irq == $irq and .old_cpus == \"3\" and .by == \"kernel\" and .reason == \"CPU 3 went offline\""
echo 1 >/sys/devices/system/cpu/cpu3/online

echo 2 >/proc/irq/"$irq"/smp_affinity_list
device=$(readlink -f "/sys/class/net/$dev/device")
device=${device##*/}
echo "$device" >/sys/bus/virtio/drivers/virtio_net/unbind
echo "$device" >/sys/bus/virtio/drivers/virtio_net/bind
seen 'the driver' "(.name // \"\" | startswith(\"$device-\")) and .by == \"kernel\" and (.reason // \"\" | contains(\"$device\"))"
ip addr add 10.77.1.2/24 dev "$dev"
ip link set "$dev" up

irqbalance --foreground --oneshot >log 2>&1 || :
seen irqbalance '.irq and .by == "process" and .comm == "irqbalance"'

# An interrupt by its number only, and it has ended when the pipe is closed, or on TERM.
! grep -q default_smp_affinity text || fail "$(cat text)"
grep -q "$irq virtio1-input.0 .* irqkit (pid" text || fail "$(cat text)"
kill -TERM "$second"
status=0
wait "$second" || status=$?
eq "$status" 0 'exit status on TERM'
status 0 irqkit who --for=1 --no-trace
grep -q 'not shown' err || fail "$(cat err)"
eq "$(echo $tracing/instances/irqkit_"$second"_*)" "$tracing/instances/irqkit_${second}_*" 'an instance'
! grep "irqkit_${second}_" $tracing/kprobe_events || fail 'its probes are left'

# What a killed one leaves, the next one removes; what belongs to others stays.
first=${pids%% *}
kill -KILL "$first"
wait "$first" || :
pids=''
grep -q "irqkit_${first}_" $tracing/kprobe_events || fail 'nothing was left'
status 0 irqkit who --for=1
eq "$(grep -c irqkit $tracing/kprobe_events || :)" 0 'probes that are left'
eq "$(echo $tracing/instances/*)" "$tracing/instances/*" 'instances that are left'
grep -q mine/other $tracing/kprobe_events || fail "another's probe is gone"
echo '-:mine/other' >>$tracing/kprobe_events
