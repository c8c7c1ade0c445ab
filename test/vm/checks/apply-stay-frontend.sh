#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: guest
# last
# long
# limit: 400
# apply --stay in a guest: its frontend is unbound and bound 5 times; the interrupts of the new
# interface are placed, and its RPS is set, each time.
umask 022
mkdir -p /etc/irqkit.d
printf '%s\n' 'spread eth0' 'rps eth0 --cpus=1' >/etc/irqkit.d/50-network.conf
pid=''
restore() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf /etc/irqkit.d
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
}
trap restore EXIT
now() { awk '{ print int($1 * 100) }' /proc/uptime; }
irqkit apply --stay >>log 2>errors &
pid=$!
# placed: all 8 interrupts of the interface have one CPU each, and RPS is set
placed() {
	n=0
	for irq in $(sed -n 's/^ *\([0-9]*\):.* vif0-q.*/\1/p' /proc/interrupts | xargs); do
		read -r cpus <"/proc/irq/$irq/smp_affinity_list" || return 1
		case $cpus in *[-,]*) return 1 ;; esac
		n=$((n + 1))
	done
	[ "$n" = 8 ] && [ "$(cat /sys/class/net/eth0/queues/rx-*/rps_cpus | sort -u)" = 2 ]
}
slowest=0
held() {
	begin=$(now)
	until_ok 30 placed || fail "$1: $(irqkit check 2>&1; irqkit show eth0; cat log errors)"
	took=$(($(now) - begin))
	irqkit check -q || fail "$1: $(irqkit check 2>&1; irqkit show eth0; cat log errors)"
	[ "$took" -le "$slowest" ] || slowest=$took
	sort log | sed -n 's/^  \([^ ]*\) .*/\1/p' | uniq -d >twice
	[ ! -s twice ] || fail "$1: written twice: $(cat twice log)"
}
held start
for i in 1 2 3 4 5; do
	: >log
	echo vif-0 >/sys/bus/xen/drivers/vif/unbind
	until_ok 20 [ ! -e /sys/class/net/eth0 ] || fail 'eth0 is still there'
	echo vif-0 >/sys/bus/xen/drivers/vif/bind
	until_ok 60 [ -e /sys/class/net/eth0 ] || fail 'eth0 does not come back'
	ip addr add 10.77.0.2/24 dev eth0
	ip link set eth0 up
	held "frontend $i"
	grep -q 'smp_affinity' log || fail "frontend $i: nothing was restored: $(cat log errors)"
done
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
echo "# 5 times bound: placed within $slowest hundredths of a second"
