# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# The paravirtual guest under Xen. It does what the first domain asks.
start() {
	modprobe xen-netfront max_queues="$QUEUES"
	until_ok 30 test -d /sys/class/net/eth0 || return 1
	ip addr add 10.77.0.2/24 dev eth0
	ip link set eth0 up
	(nc -ll -p 2323 -e /bin/sh </dev/null >/dev/null 2>&1 &)
}
