#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-systemd*
# limit: 400
# long
# last
# A link of e1000e goes down and up: the kernel narrows the affinity of its interrupts to the node of
# the device, and sends no uevent. The daemon puts it right; the udev rule does not, as
# irqkit.conf(5) says, until something else starts irqkit-apply.service.
. /vm/systemd.sh
affinity() { cat "/proc/irq/$(irq_of lan3-rx-0)/smp_affinity_list"; }
settled start
eq "$(affinity)" 2,5 'the affinity'
ip link set lan3 down
ip link set lan3 up
if [ "$ENABLED" = irqkit-apply.service ]; then
	sleep 5
	eq "$(affinity)" 2 'the affinity after the link flap'
	status 5 irqkit check
	systemctl start irqkit-apply.service
fi
settled 'link flap'
eq "$(affinity)" 2,5 'the affinity'
