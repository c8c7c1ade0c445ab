#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# What each CPU has served is the sum of its column; timers and IPIs that have numbers are part of it.
counts | awk '$1 ~ /^[0-9]+$/ && $2 != "total" { n[$2] += $3 } END { for (c in n) print c, n[c] }' >before
show --by-cpu
counts | awk '$1 ~ /^[0-9]+$/ && $2 != "total" { n[$2] += $3 } END { for (c in n) print c, n[c] }' >after
jq -r '.by_cpu[] | select(.online) | "\(.cpu) \(.total + .background)"' json >shown
between before shown after
eq "$(jq -c '[.by_cpu[] | select(.online) | .cpu]' json)" "$(jq -c .cpus json)" 'the CPUs'
