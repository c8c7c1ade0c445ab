#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-rss*
# The RSS table: flows to the first queues only, undo. The kernel refuses fewer channels than the
# table uses: its own words are shown, and nothing is half done. With --rss in the same run it works.
dev=$(link 1)
queues=/sys/class/net/$dev/queues
rx() { find "$queues/" -name 'rx-*' | wc -l; }
table() { irqkit channels "$dev" --json | jq -r '.devices[0].rss.table'; }
settings() {
	grep . /proc/irq/*/smp_affinity "$queues"/rx-*/rps_cpus "$queues"/tx-*/xps_cpus | sort
}
trap 'irqkit channels "$dev" --rss=equal --combined=4 -q || :' EXIT

irqkit channels "$dev"
start=$(table)
eq "$start" 'equal 4' 'the table at the start'
status 0 irqkit channels "$dev" --rss=2
eq "$(table)" 'equal 2' '--rss=2'
status 0 irqkit channels "$dev" --rss=2 --json
eq "$(jq -r .changed out)" false 'changed by the second run'
status 0 irqkit undo
eq "$(table)" "$start" 'after undo'

# A table that somebody has set uses queue 3.
status 0 irqkit channels "$dev" --rss=3
settings >before
status 1 irqkit channels "$dev" --combined=2 --spread
echo "# $(cat err)"
grep -q 'the kernel says: .*indirection table' err || fail "not the words of the kernel: $(cat err)"
eq "$(rx) $(table)" '4 equal 3' 'after the refusal'
settings >after
same after before
status 0 irqkit channels "$dev" --combined=2 --rss=2 --spread
eq "$(rx) $(table)" '2 equal 2' 'both at once'
status 0 irqkit undo
eq "$(rx) $(table)" '4 equal 3' 'after undo of both'
settings >after
same after before
status 0 irqkit channels "$dev" --rss=equal
eq "$(table)" 'equal 4' '--rss=equal'
# the table is the kernel's own again: fewer channels are not refused
status 0 irqkit channels "$dev" --combined=1
eq "$(rx)" 1 'one channel'
one=$(table) # some kernels leave the table as it was
status 0 irqkit channels "$dev" --combined=4 --rss=2
eq "$(rx) $(table)" '4 equal 2' 'more channels than the table has'
status 0 irqkit undo
eq "$(rx) $(table)" "1 $one" 'after its undo'
status 0 irqkit undo
eq "$(rx) $(table)" '4 equal 4' 'as at the start'
