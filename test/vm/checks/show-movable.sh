#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# What cannot be moved says so before anyone writes. The truth is the kernel's own answer: each
# interrupt is given the affinity that it has.
show
for irq in $(numbered); do
	read -r value <"/proc/irq/$irq/smp_affinity_list"
	# Under Xen a second writing of several CPUs would pick another one.
	if echo "$value" 2>/dev/null >"/proc/irq/$irq/smp_affinity_list"; then
		echo "$irq true"
	else
		echo "$irq false"
	fi
done >kernel
jq -r '.interrupts[] | "\(.irq) \(.movable)"' json >shown
same shown kernel
