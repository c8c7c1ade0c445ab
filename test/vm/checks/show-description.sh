#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# Chip, hardware number, trigger and handlers are those of /sys/kernel/irq.
show
for irq in $(numbered); do
	for file in chip_name hwirq name actions; do
		value=
		read -r value <"/sys/kernel/irq/$irq/$file" || :
		echo "$irq $file ${value:--}"
	done
done >there
jq -r '.interrupts[] | "\(.irq) chip_name \(.chip // "-")
\(.irq) hwirq \(.hwirq // "-")
\(.irq) name \(.trigger // "-")
\(.irq) actions \(.actions // ["-"] | join(","))"' json >shown
same shown there
