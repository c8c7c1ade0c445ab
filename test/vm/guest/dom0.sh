# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# The first domain under Xen: starts Xen's own daemons and the guest (domU), whose interface
# vif1.0 has 10.77.0.2 for its 10.77.0.1.
start() {
	export PATH=/bin:/lib/xen-4.17/bin
	mkdir -p /run/xen /run/xenstored /var/lib/xen /var/lib/xenstored /var/log/xen
	mount -t xenfs xenfs /proc/xen
	modprobe xen-netback max_queues="$QUEUES"
	{
		xenstored --pid-file=/run/xenstored.pid &&
			until_ok 10 xenstore-read / &&
			xen-init-dom0 &&
			xenconsoled --pid-file=/run/xenconsoled.pid --log=guest --log-dir=/var/log/xen
	} 3>&- || return 1
	(nc -ll -p 2323 -e /bin/sh </dev/null >/dev/null 2>&1 3>&- &)
	ip link set "$(link 1)" up
	guest_start || {
		cat /var/log/xen/*
		return 1
	}
}

# guest_start: makes the guest and waits until it answers. VIF is its interface from then on.
guest_start() {
	xl create /vm/guest.cfg >/var/log/xen/create 2>&1 3>&- </dev/null || return 1
	VIF=vif$(xl domid guest).0
	echo "VIF=$VIF" >>/vm/env
	until_ok 90 peer "echo PEER_DEV=$VIF >>/vm/env"
}

# busy: something to see, in either domain.
busy() {
	traffic "$VIF"
}
