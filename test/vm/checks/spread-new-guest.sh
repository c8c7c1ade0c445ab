#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# last
# long
# A guest that was spread is started anew: its event channels are others, here and there, and the
# same commands spread them again.
irqkit spread "$VIF" >table || fail "$(cat table)"
xl destroy guest
until_ok 20 sh -c "! grep -q $VIF-q0 /proc/interrupts" || fail "$VIF is still there"
. /vm/dom0.sh
old=$VIF
guest_start || fail "$(cat /var/log/xen/*)"
[ "$VIF" != "$old" ] || fail "still $old"
peer 'sh /vm/one spread-xen 180' || fail 'in the guest'
. /vm/checks/spread-xen.sh
