#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# RPS of interfaces that are created later, from Linux 6.3 on; before, a message says so.
mask=/proc/sys/net/core/rps_default_mask
if [ ! -e $mask ]; then
	status 4 irqkit rps --default=1
	grep -q "there is no $mask: the kernel is older than Linux 6.3" err || fail "$(cat err)"
	exit 0
fi
before=$(cat $mask)
irqkit rps --default=housekeeping,^0 >table || fail "exit status $? $(cat table)"
trap '/lib/iproute2/ip link del va || :' EXIT
modprobe veth
/lib/iproute2/ip link add va type veth peer name vb
eq "$(irqkit rps vb --json | jq -r '.queues[0].rps_mask')" "$(irqkit mask housekeeping,^0)" 'rps_cpus of a new interface'
echo "# rps_cpus of a new interface: $(cat /sys/class/net/vb/queues/rx-0/rps_cpus)"
status 0 irqkit rps --default=housekeeping,^0 --json
eq "$(jq -r .changed out)" false 'changed the second time'
irqkit rps --default=off -q && eq "$(tr -d '0,' <$mask)" '' 'after --default=off'
irqkit undo -q && irqkit undo -q && eq "$(cat $mask)" "$before" 'after undo'
