#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# last
# long
# limit: 900
# apply --stay in dom0: a guest is destroyed and created again, and connects again; the event channels of
# its interface, whatever its number is, are placed each time.
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
irqkit apply --stay >log 2>errors &
pid=$!
# placed: all event channels of the interface have one CPU each, and check agrees
placed() {
	[ "$(irqkit show "$VIF-*" --json | jq '[.interrupts[].affinity | select(test("[-,]") | not)] | length')" = 8 ] && irqkit check -q
}
until_ok 30 placed || fail "start: $(irqkit check 2>&1; irqkit show "$VIF-*"; cat log errors)"
. /vm/dom0.sh
for i in 1 2; do
	xl destroy guest
	until_ok 20 sh -c "! grep -q $VIF-q0 /proc/interrupts" || fail "$VIF is still there"
	guest_start || fail "$(cat /var/log/xen/*)"
	. /vm/env
	until_ok 30 placed || fail "guest $i: $(irqkit check 2>&1; irqkit show "$VIF-*"; cat log errors)"
done
grep -q 'carrier' log || fail "no carrier: $(cat log errors)"
# the frontend lets go and comes back: no uevent in dom0, and all interrupts are new
n=$(grep -c 'carrier' log || :)
peer '(sleep 1; echo vif-0 >/sys/bus/xen/drivers/vif/unbind; sleep 2; echo vif-0 >/sys/bus/xen/drivers/vif/bind; sleep 1; ip link set eth0 up) >/dev/null 2>&1 &'
again() { [ "$(grep -c 'carrier' log)" -gt "$n" ] && placed; }
until_ok 60 again || fail "reconnect: $(irqkit check 2>&1; irqkit show "$VIF-*"; cat log errors)"
kill "$pid"
wait "$pid" || fail "exit status $?"
pid=''
