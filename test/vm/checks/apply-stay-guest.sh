#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# last
# long
# limit: 1800
# apply --stay in dom0: a guest is destroyed and created again, and connects again, 5 times each; the
# event channels of its interface, whatever its number is, are placed each time.
umask 022
mkdir -p /etc/irqkit.d
echo "-spread 'vif*'" >/etc/irqkit.d/50-vif.conf
pid=''
restore() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -rf /etc/irqkit.d
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
}
trap restore EXIT
irqkit apply --stay >>log 2>errors &
pid=$!
now() { awk '{ print int($1 * 100) }' /proc/uptime; }
# placed: all 8 event channels of the interface have one CPU each; the shell reads the files, since
# irqkit takes a second here
placed() {
	n=0
	for irq in $(sed -n "s/^ *\([0-9]*\):.* $VIF-q.*/\1/p" /proc/interrupts | xargs); do
		read -r cpus <"/proc/irq/$irq/smp_affinity_list" || return 1
		case $cpus in *[-,]*) return 1 ;; esac
		n=$((n + 1))
	done
	[ "$n" = 8 ]
}
# held WHAT: they are placed soon; "slowest" is the longest time
slowest=0
held() {
	begin=$(now)
	until_ok 30 placed || fail "$1: $(irqkit check 2>&1; irqkit show "$VIF-*"; cat log errors)"
	took=$(($(now) - begin))
	irqkit check -q || fail "$1: $(irqkit check 2>&1; irqkit show "$VIF-*"; cat log errors)"
	[ "$took" -le "$slowest" ] || slowest=$took
	# each setting is written once: no path is twice in what was reported since the last event
	sort log | sed -n 's/^  \([^ ]*\) .*/\1/p' | uniq -d >twice
	[ ! -s twice ] || fail "$1: written twice: $(cat twice log)"
}
held start
. /vm/dom0.sh
for i in 1 2 3 4 5; do
	: >log
	xl destroy guest
	until_ok 20 sh -c "! grep -q $VIF-q0 /proc/interrupts" || fail "$VIF is still there"
	guest_start || fail "$(cat /var/log/xen/*)"
	. /vm/env
	held "guest $i"
	grep -q 'carrier' log || fail "guest $i: no carrier: $(cat log errors)"
done
echo "# 5 guests: placed within $slowest hundredths of a second after they answered"
# the frontend lets go and comes back: no uevent in dom0, and all interrupts are new
slowest=0
reconnected() { grep -q 'carrier' log && [ "$(cat "/sys/class/net/$VIF/carrier")" = 1 ]; }
for i in 1 2 3 4 5; do
	: >log
	changes=$(cat "/sys/class/net/$VIF/carrier_changes")
	peer '(sleep 1; echo vif-0 >/sys/bus/xen/drivers/vif/unbind; sleep 2; echo vif-0 >/sys/bus/xen/drivers/vif/bind; sleep 1; ip addr add 10.77.0.2/24 dev eth0; ip link set eth0 up) >/dev/null 2>&1 &'
	until_ok 60 sh -c "[ \$(cat /sys/class/net/$VIF/carrier_changes) -ge $((changes + 2)) ]" || fail "reconnect $i: the carrier does not change"
	held "reconnect $i"
	reconnected || fail "reconnect $i: no carrier: $(cat log errors)"
	until_ok 30 peer true || fail "reconnect $i: the guest does not answer"
done
echo "# 5 connections: placed within $slowest hundredths of a second after the carrier"
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
