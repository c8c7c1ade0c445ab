#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0
# Where a container masks /proc/interrupts, it opens and is empty: the counts are elsewhere.
irq=$(irq_of "${VIF:-virtio1}-$([ "$ROLE" = linux ] && echo input.0 || echo q0-tx)")
counts | awk -v l="$irq" '$1 == l && $2 == "total"' >before
mount --bind /dev/null /proc/interrupts
trap 'umount /proc/interrupts' EXIT
irqkit show --json "$irq" >json 2>err
grep -q 'container' err || fail "no word of it: $(cat err)"
umount /proc/interrupts
trap - EXIT
counts | awk -v l="$irq" '$1 == l && $2 == "total"' >after
jq -r '.interrupts[] | "\(.label) total \(.total)"' json >shown
between before shown after
