#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# last
# A guest goes and another comes: its interrupts have the old ones' numbers, and are new.
irq=$(irq_of "$VIF-q0-tx")
traffic "$VIF"
show "$irq"
total=$(jq '.interrupts[0].total' json)
xl destroy guest
until_ok 20 sh -c "! grep -q $VIF-q0 /proc/interrupts" || fail "$VIF is still there"
status 3 irqkit show "$VIF-q0-tx"
show --all
. /vm/dom0.sh
old=$VIF
guest_start || fail "$(cat /var/log/xen/*)"
. /vm/env
[ "$VIF" != "$old" ] || fail "still $old"
show "$VIF-*"
eq "$(jq '.interrupts | length' json)" 8 "interrupts of $VIF"
[ "$(jq '.interrupts | map(.total) | max' json)" -lt "$total" ] || fail "counts of the old guest's: $(cat json)"
