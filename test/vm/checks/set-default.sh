#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0
# The affinity of interrupts to come.
was=$(cat /proc/irq/default_smp_affinity)
irqkit set --default --cpus=2-3 --json >json || fail "exit status $?"
eq "$(jq -r '.changes[0].result' json)" "done"
eq "$(sed 's/^[0,]*//' /proc/irq/default_smp_affinity)" c
irqkit set --default --mask=c --json >json || fail "exit status $?"
eq "$(jq -r '.changes[0].result' json)" unchanged
irqkit undo >table || fail "$(cat table)"
eq "$(cat /proc/irq/default_smp_affinity)" "$was"
