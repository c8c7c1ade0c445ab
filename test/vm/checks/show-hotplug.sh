#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# last
# A device that goes and comes between two runs, or while one is at it, does no harm.
. /vm/linux.sh
dev=$(link 3)
irq=$(irq_of "$dev-rx-0")
pci=$(readlink -f "/sys/class/net/$dev/device")
show "$irq"
echo 1 >"$pci/remove"
status 3 irqkit show "$dev-rx-0"
show --all
counts | awk '$2 == "total" { print $1 }' >there
jq -r '.interrupts[].label' json >shown
same shown there

# Meanwhile: irqkit runs on, as the device comes and goes.
: >rounds
until [ -e over ]; do
	echo 1 >/sys/bus/pci/rescan
	ip link set "$(link 3)" up || :
	usleep 300000
	echo 1 >"$pci/remove"
	echo >>rounds
done 2>/dev/null &
runs=0
until [ $runs -ge 8 ] && [ "$(wc -l <rounds)" -ge 4 ]; do
	show --all
	runs=$((runs + 1))
done
: >over
wait
echo "# $runs runs, while the device came and went $(wc -l <rounds) times"
echo 1 >/sys/bus/pci/rescan
link_up 3
show "$(link 3)-rx-0"
eq "$(jq '.interrupts | length' json)" 1 'interrupts after it is back'
