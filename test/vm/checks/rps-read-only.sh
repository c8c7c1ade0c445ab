#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# Where /sys cannot be written: clear words, exit status 1, nothing half done.
dev=$(link 1)
grep -r . /sys/class/net/"$dev"/queues/rx-*/rps_cpus >start
mount -o remount,ro /sys
got=0
irqkit rps "$dev" --cpus=0 >out 2>err || got=$?
mount -o remount,rw /sys
eq "$got" 1 'exit status'
grep -q 'read-only' err || fail "$(cat err)"
grep -r . /sys/class/net/"$dev"/queues/rx-*/rps_cpus >end
same end start

# Software devices.
irqkit rps lo >out || fail "rps lo: exit status $?"
status 4 irqkit xps lo
status 4 irqkit pin-queue lo 0=0
if ip tuntap add dev tun9 mode tun 2>/dev/null; then
	irqkit rps tun9 >out || fail "rps tun9: exit status $?"
	status 4 irqkit xps tun9 --auto
	ip link del tun9
fi
status 3 irqkit rps no-such-device
