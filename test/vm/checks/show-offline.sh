#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# last
# A CPU goes offline: the columns are still those of the CPUs that the heading names. It goes and
# comes while irqkit runs: no run fails, or shows a row with columns of another reading.
cpu=2
online=$(cat /sys/devices/system/cpu/online)
trap 'echo 1 >/sys/devices/system/cpu/cpu$cpu/online' EXIT
echo 0 >/sys/devices/system/cpu/cpu$cpu/online
[ "$(cat /sys/devices/system/cpu/online)" != "$online" ]
. /vm/checks/show-columns.sh
eq "$(jq -c ".cpus | index($cpu)" json)" null "CPU $cpu among the CPUs"
. /vm/checks/show-totals.sh
. /vm/checks/show-affinity.sh
trap 'echo 1 >/sys/devices/system/cpu/cpu$cpu/online' EXIT
(
	for _ in 1 2 3 4 5; do
		echo 1 >/sys/devices/system/cpu/cpu$cpu/online
		echo 0 >/sys/devices/system/cpu/cpu$cpu/online
	done
	: >over
) &
until [ -e over ]; do
	show --all
	jq -e '.cpus as $cpus | all(.interrupts[] | .per_cpu // {} | keys[] | tonumber;
		. as $cpu | $cpus | index($cpu) != null)' json >/dev/null || fail "a CPU that is not there: $(cat json)"
done
wait
