#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# What capture.sh saves is shown as the machine itself is.
facts() {
	jq -r '.interrupts[] | .irq as $irq | {affinity, effective, node, movable, immovable, chip, hwirq, trigger, actions} |
		to_entries[] | "\($irq) \(.key) \(.value)"' json
}
show
facts >before
sh /vm/capture.sh saved
show
facts >after
show --root saved
facts >saved.facts
eq "$(wc -l <saved.facts)" "$(wc -l <after)" 'facts of the saved machine'
# a move that was pending may happen at any time
grep -Fxf before after >both
[ "$(wc -l <both)" -gt $(($(wc -l <after) - 10)) ] || fail "$(grep -Fxvf both after)"
! grep -Fxvf saved.facts both || fail 'is what the machine itself says'
