#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# The NVMe disk's queues are managed, its admin queue is not.
show 'nvme*'
jq -r '.interrupts[] | "\(.actions[0]) \(.movable) \(.immovable // "-")"' json | sort >shown
eq "$(head -n 1 shown)" 'nvme0q0 true -'
eq "$(grep -vc 'false managed$' shown)" 1 'interrupts that are not managed'
queues=$(grep -c 'nvme0q[1-9]' /proc/interrupts) || :
eq "$(grep -c 'false managed$' shown)" "$queues" 'managed queues'
show timer
eq "$(jq -r '.interrupts[] | "\(.irq) \(.movable) \(.immovable)"' json)" '0 false per-cpu'
irqkit show 'nvme*' >table
grep -q "Not movable: $queues \(probably \)\?managed" table || fail "$(cat table)"
