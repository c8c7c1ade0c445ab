#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# Each count is that of the CPU which the heading names, also where numbers are missing.
counts | awk '$2 != "total"' >before
show --all
counts | awk '$2 != "total"' >after
jq -r '.cpus as $cpus | .interrupts[] | select(.per_cpu) | . as $row |
	$cpus[] | "\($row.label) \(.) \($row.per_cpu["\(.)"] // 0)"' json >shown
between before shown after
eq "$(jq -c .cpus json)" "[$(sed -n '1s/  *$//; 1s/  *CPU/,/g; 1s/^,//p' /proc/interrupts)]" 'the CPUs'
