#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest
# The scripts do what the commands do.
dev=eth0
[ "$ROLE" = guest ] || dev=$(link 1)
knobs() {
	grep -r . /sys/class/net/"$dev"/queues/ /proc/sys/net/core/rps_sock_flow_entries 2>/dev/null |
		grep -E 'rps_|xps_' | sort
}
knobs >start
irqkit rps "$dev" --cpus=housekeeping --flows=256 --script >rps.sh || fail "rps: exit status $?"
irqkit xps "$dev" --auto --script >xps.sh || fail "xps: exit status $?"
knobs >planned
same planned start
sh rps.sh >out 2>&1 || fail "rps: the script: $(cat out)"
sh xps.sh >out 2>&1 || fail "xps: the script: $(cat out)"
irqkit rps "$dev" --cpus=housekeeping --flows=256 --json >json
eq "$(jq -r .changed json)" false 'rps after the script'
irqkit xps "$dev" --auto --json >json
eq "$(jq -r .changed json)" false 'xps after the script'
sh rps.sh >out 2>&1 || fail "again: $(cat out)"
sed 's/^\(\/[^:]*\):\(.*\)/\1 \2/' start | while read -r file value; do echo "$value" >"$file"; done 2>/dev/null
knobs >end
same end start
