#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-systemd*
# limit: 900
# long
# last
# The daemon, or the udev rule, puts everything right after a driver was unbound and bound, an
# interface renamed, the number of queues changed, and a CPU was offline.
. /vm/systemd.sh
device=$(basename "$(readlink -f /sys/class/net/lan1/device)")
driver=/sys/bus/virtio/drivers/virtio_net
settled start

echo "$device" >$driver/unbind
echo "$device" >$driver/bind
until_ok 20 test -e /sys/class/net/lan1/queues || fail 'the driver is not back'
settled 'unbind and bind'
eq "$(mask_of lan1 rx-3)" 20 'rps_cpus of a new interface'

ip link set lan1 down
ip link set lan1 name wan1
ip link set wan1 up
settled 'rename to wan1'
eq "$(mask_of wan1 rx-3)" 40 'rps_cpus of wan1'
ip link set wan1 down
ip link set wan1 name lan1
ip link set lan1 up
settled 'rename to lan1'
eq "$(mask_of lan1 rx-3)" 20 'rps_cpus of lan1'

ethtool -L lan1 combined 2
settled 'two queues'
ethtool -L lan1 combined 4
settled 'four queues'
eq "$(mask_of lan1 rx-3)" 20 'rps_cpus of a new queue'

# An event while a run is about to end, which has already read the number of queues.
if [ "$ENABLED" = irqkit-apply.service ]; then
	mkdir -p /run/systemd/system/irqkit-apply.service.d
	printf '%s\n' '[Service]' "ExecStartPost=/bin/sh -c 'until [ -e /run/go-on ]; do sleep 0.1; done'" \
		>/run/systemd/system/irqkit-apply.service.d/slow.conf
	systemctl daemon-reload
	systemctl start --no-block irqkit-apply.service
	waits() { [ "$(systemctl show -P SubState irqkit-apply.service)" = start-post ]; }
	until_ok 30 waits || fail "the run: $(systemctl status irqkit-apply.service)"
	ethtool -L lan1 combined 2
	ethtool -L lan1 combined 4
	udevadm settle
	waits || fail 'the run has ended before the event'
	touch /run/go-on
	rm -r /run/systemd/system/irqkit-apply.service.d
	systemctl daemon-reload
	settled 'queues during a run'
	eq "$(mask_of lan1 rx-3)" 20 'rps_cpus of a new queue'
fi

echo 0 >/sys/devices/system/cpu/cpu3/online
settled 'CPU 3 offline'
echo 1 >/sys/devices/system/cpu/cpu3/online
settled 'CPU 3 online'
eq "$(failed)" '' 'failed units'

# Change 1 still has the value of lan2 before the boot, after which lan2 stayed as it was.
systemctl stop "$ENABLED"
irqkit undo --force 1 >out 2>&1 || :
eq "$(mask_of lan2 rx-0)" 00 "rps_cpus of lan2 after undo ($(cat out))"
systemctl start "$ENABLED"
settled 'start after undo'
