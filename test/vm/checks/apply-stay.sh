#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-7
# programs: ethtool iproute2
# limit: 400
# long
# last
# apply --stay keeps a policy in force: the number of queues, the link, a CPU, the driver and another
# program change settings; each time, check finds no difference soon after.
dev=$(link 1)
umask 022
mkdir -p /etc/irqkit.d
cat >/etc/irqkit.d/50-network.conf <<E
spread $dev
rps $dev --cpus=5
xps $dev --cpus=1-2
E
driver=/sys/bus/virtio/drivers/virtio_net device=$(basename "$(readlink -f "/sys/class/net/$dev/device")")
address=$(ip -4 addr show dev "$dev" | sed -n 's/.*inet \([0-9./]*\).*/\1/p')
pid=''
restore() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	echo 1 >/sys/devices/system/cpu/cpu3/online
	ethtool -L "$dev" combined 4 2>/dev/null || :
	rm -rf /etc/irqkit.d
	ip addr add "$address" dev "$dev" 2>/dev/null || :
	ip link set "$dev" up
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
}
trap restore EXIT

irqkit apply --stay >log 2>err &
pid=$!
holds() { irqkit check -q 2>check.err; }
until_ok 20 holds || fail "start: $(irqkit check 2>&1; cat log err)"
eq "$(irqkit undo --list --json | jq '[.journal[] | select(.undone | not)] | length')" 1 'changes'

# held WHAT: soon, everything is as the policy says again, and these raw files say so
held() {
	until_ok 10 holds || fail "$1: $(irqkit check 2>&1; cat log err)"
	for q in "/sys/class/net/$dev"/queues/rx-*; do
		eq "$(tr -d ',0' <"$q/rps_cpus")" 2 "$1: $q/rps_cpus"
	done
	case $(cat "/proc/irq/$(irq_of virtio1-input.0)/smp_affinity_list") in
	*[-,]*) fail "$1: the first queue has several CPUs" ;;
	esac
}
change=$(irqkit undo --list --json | jq '[.journal[] | select(.undone | not)][-1].number')
held start
ethtool -L "$dev" combined 2
held 'two queues'
ethtool -L "$dev" combined 4
held 'four queues'
/lib/iproute2/ip link set "$dev" down
/lib/iproute2/ip link set "$dev" up
held 'link'
echo 0 >/sys/devices/system/cpu/cpu3/online
until_ok 10 grep -q 'CPU 3 went offline' log || fail "CPU 3 is not named: $(cat log err)"
echo 1 >/sys/devices/system/cpu/cpu3/online
held 'CPU 3'
echo "$device" >"$driver/unbind"
sleep 1
echo "$device" >"$driver/bind"
until_ok 20 [ -e "/sys/class/net/$dev" ]
/lib/iproute2/ip link set "$dev" up
held 'driver'

# another program is named; what irqkit itself sets stays
irq=$(irq_of virtio1-input.1)
sh -c "echo 7 >/proc/irq/$irq/smp_affinity_list; sleep 1; :" &
until_ok 10 grep -q 'changed by sh' log || fail "no name: $(cat log err)"
held 'another program'
irqkit set "$irq" --cpus=6 -q
sleep 2
eq "$(cat "/proc/irq/$irq/smp_affinity_list")" 6 'set by hand'
status 1 irqkit undo "$change"
grep -q 'keeps change' err.undo 2>/dev/null || grep -q 'keeps change' err out || fail 'undo'
ethtool -L "$dev" combined 2
ethtool -L "$dev" combined 4
held 'the next event'

# kill -9, and again: nothing is lost
kill -9 "$pid"
wait "$pid" 2>/dev/null || :
irqkit apply --stay >>log 2>>errors &
pid=$!
sleep 1
held 'after kill -9'
# the policy is read again; a mistake changes nothing
echo 'spread --cpu=1' >/etc/irqkit.d/60-wrong.conf
kill -HUP "$pid"
until_ok 10 grep -q 'stays as it was' errors || fail "a mistake: $(cat errors)"
rm /etc/irqkit.d/60-wrong.conf
sed -i 's/--cpus=5/--cpus=6/' /etc/irqkit.d/50-network.conf
kill -HUP "$pid"
six() { [ "$(tr -d ',0' <"/sys/class/net/$dev/queues/rx-0/rps_cpus")" = 4 ]; }
until_ok 10 six || fail "SIGHUP: $(cat log errors)"
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
