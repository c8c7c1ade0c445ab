#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# Names match as a whole: virtio1 is not virtio10.
show 'virtio1-*'
eq "$(jq -r '.interrupts[].actions[0]' json | sed 's|-.*||' | sort -u)" virtio1
show 'virtio10-*'
eq "$(jq '.interrupts | length' json)" $(($(queues "$(link 2)") * 2 + 1)) 'interrupts of virtio10'
irq=$(irq_of virtio10-input.0)
show virtio10-input.0
eq "$(jq -c '[.interrupts[].irq]' json)" "[$irq]"
show "$irq"
eq "$(jq -r '.interrupts[].actions[0]' json)" virtio10-input.0
status 3 irqkit show virtio1-input
status 3 irqkit show virtio1
status 3 irqkit show 9999
