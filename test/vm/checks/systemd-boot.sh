#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-systemd*
# long
# After boot with the unit that is enabled, everything is as the policy says, although the drivers
# were loaded and the interfaces were renamed while the system booted.
. /vm/systemd.sh
settled boot
eq "$(systemctl is-enabled irqkit.service irqkit-apply.service | tr '\n' ' ')" \
	"$([ "$ENABLED" = irqkit.service ] && echo 'enabled disabled ' || echo 'disabled enabled ')" 'enabled units'
eq "$(failed)" '' 'failed units'
eq "$(mask_of lan1 rx-0)" 20 'rps_cpus of lan1'
eq "$(mask_of lan2 rx-0)" 80 'rps_cpus of lan2'
eq "$(cat "/proc/irq/$(irq_of lan3-rx-0)/smp_affinity_list")" 2,5 'the affinity of lan3'
