#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-*
# programs: ethtool iproute2
# limit: 500
# long
# last
# apply --stay keeps a policy in force: the number of queues, the link, a name, a CPU, the driver and
# another program change settings; each time, all is as the policy says again soon, check
# finds no difference, and no setting was written twice.
dev=$(link 1)
umask 022
mkdir -p /etc/irqkit.d
cat >/etc/irqkit.d/50-network.conf <<E
spread $dev
rps $dev --cpus=5
xps $dev --cpus=1-2
-rps renamed --cpus=6
E
driver=/sys/bus/virtio/drivers/virtio_net device=$(basename "$(readlink -f "/sys/class/net/$dev/device")")
address=$(ip -4 addr show dev "$dev" | sed -n 's/.*inet \([0-9./]*\).*/\1/p')
pid=''
restore() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	echo 1 >/sys/devices/system/cpu/cpu3/online
	if [ -e /sys/class/net/renamed ]; then
		/lib/iproute2/ip link set renamed down
		/lib/iproute2/ip link set renamed name "$dev"
	fi
	ethtool -L "$dev" combined 4 2>/dev/null || :
	rm -rf /etc/irqkit.d
	ip addr add "$address" dev "$dev" 2>/dev/null || :
	ip link set "$dev" up
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
}
trap restore EXIT

# changes: how many can be undone; an earlier check may have left some
changes() { irqkit undo --list --json | jq '[.journal[] | select(.undone | not)] | length'; }
earlier=$(changes)
irqkit apply --stay >>log 2>>errors &
pid=$!
now() { awk '{ print int($1 * 100) }' /proc/uptime; }
holds() { irqkit check -q 2>check.err; }
until_ok 20 holds || fail "start: $(irqkit check 2>&1; cat log errors)"
eq "$(($(changes) - earlier))" 1 'changes'

# as_policy NAME RPS: the raw files of the interface; the shell reads them, since irqkit takes long here
as_policy() {
	for file in "/sys/class/net/$1"/queues/rx-*/rps_cpus; do
		read -r mask <"$file" && [ $((0x$mask)) = $((0x$2)) ] || return 1
	done
	for file in "/sys/class/net/$1"/queues/tx-*/xps_cpus; do
		read -r mask <"$file" && [ $((0x$mask)) = 6 ] || return 1
	done
	n=0
	for irq in $(sed -n 's/^ *\([0-9]*\):.* virtio1-[io][a-z]*put\.[0-9]*$/\1/p' /proc/interrupts | xargs); do
		read -r cpus <"/proc/irq/$irq/smp_affinity_list" || return 1
		case $cpus in *[-,]*) return 1 ;; esac
		n=$((n + 1))
	done
	[ $n -ge 4 ]
}
# held WHAT: soon, everything is as the policy says again, and no setting was written twice
slowest=0 slowest_what=''
held() {
	begin=$(now)
	until_ok 30 as_policy "$dev" 20 || fail "$1: $(irqkit check 2>&1; cat log errors)"
	took=$(($(now) - begin))
	[ $took -le $slowest ] || slowest=$took slowest_what=$1
	holds || fail "$1: $(irqkit check 2>&1; cat log errors)"
	sort log | sed -n 's/^  \([^ ]*\) .*/\1/p' | uniq -d >twice
	[ ! -s twice ] || fail "$1: written twice: $(cat twice log)"
	! grep -E '^  .*: ([^ ]+) -> \1,' log || fail "$1: written for nothing"
	: >log
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
# its new name matches one line, which is obeyed; what the others have set stays
/lib/iproute2/ip link set "$dev" down
/lib/iproute2/ip link set "$dev" name renamed
/lib/iproute2/ip link set renamed up
until_ok 30 grep -q '^0*40$' /sys/class/net/renamed/queues/rx-0/rps_cpus || fail "renamed: $(irqkit check 2>&1; cat log errors)"
: >log
/lib/iproute2/ip link set renamed down
/lib/iproute2/ip link set renamed name "$dev"
/lib/iproute2/ip link set "$dev" up
held 'named as before'
echo 0 >/sys/devices/system/cpu/cpu3/online
until_ok 30 grep -q 'CPU 3 went offline' log || fail "CPU 3 is not named: $(cat log errors)"
: >log
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
until_ok 30 grep -q 'changed by sh' log || fail "no name: $(cat log errors)"
held 'another program'
echo "# slowest: $slowest hundredths of a second ($slowest_what)"
# two seconds, and as much again for an emulator that has other work
[ $slowest -le 400 ] || fail "$slowest_what: not within 4 seconds: $slowest hundredths"
irqkit set "$irq" --cpus=6 -q
sleep 2
eq "$(cat "/proc/irq/$irq/smp_affinity_list")" 6 'set by hand'
irqkit set "$irq" --cpus=7 2>hint
grep -q "50-network.conf:1: 'irqkit apply --stay' (pid $pid) will restore it" hint || fail "no line is named: $(cat hint)"
status 1 irqkit undo "$change"
grep -q 'keeps change' err || fail "undo: $(cat out err)"
: >log
ethtool -L "$dev" combined 2
until_ok 30 as_policy "$dev" 20 || fail "after set: $(cat log errors)"
: >log
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
until_ok 30 grep -q 'stays as it was' errors || fail "a mistake: $(cat errors)"
rm /etc/irqkit.d/60-wrong.conf
sed -i 's/--cpus=5/--cpus=6/' /etc/irqkit.d/50-network.conf
kill -HUP "$pid"
six() { [ "$(tr -d ',0' <"/sys/class/net/$dev/queues/rx-0/rps_cpus")" = 4 ]; }
until_ok 30 six || fail "SIGHUP: $(cat log errors)"
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
