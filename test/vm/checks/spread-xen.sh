#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0 guest
# Each queue of a paravirtual interface gets a vCPU of its own, tx and rx together, and what comes
# follows; what belongs to a vCPU, and the hardware's interrupts, stay.
needs_moves_at_once
case $ROLE in
dom0) dev=$VIF name=$VIF ;;
guest) dev=eth0 name=vif0 ;;
esac
irqkit show all -r --noheadings -o IRQ,AFFINITY,NAME | grep -v " $name-" >before
irqkit spread "$dev" --json >json || fail "exit status $?"
jq -r '.changes[] | "\(.target) \(.new_cpus)"' json >plan
eq "$(wc -l <plan)" 8 'interrupts placed'
for queue in 0 1 2 3; do
	cpu=$(sed -n "s/^$name-q$queue-tx //p" plan)
	eq "$(sed -n "s/^$name-q$queue-rx //p" plan)" "$cpu" "CPU of the rx of queue $queue"
	for way in tx rx; do
		irq=$(irq_of "$name-q$queue-$way")
		eq "$(cat "/proc/irq/$irq/effective_affinity_list")" "$cpu" "CPU of queue $queue's $way"
	done
done
eq "$(sed 's/.* //' plan | sort -u | wc -l)" 4 'CPUs'
irqkit spread "$dev" --json >json
eq "$(jq -r .changed json)" false 'changed by the second run'
irqkit show all -r --noheadings -o IRQ,AFFINITY,NAME | grep -v " $name-" >after
same after before

counts >was
traffic "$dev"
counts >now
irqkit show "$name-*" -r --noheadings -o IRQ,NAME >names
awk '
	FILENAME == "plan" { cpu_of[$1] = $2; next }
	FILENAME == "names" { name[$1] = $2; next }
	FILENAME == "was" { was[$1 " " $2] = $3; next }
	($1 in name) && $2 != "total" {
		more = $3 - was[$1 " " $2]
		all += more
		if (more && $2 != cpu_of[name[$1]]) { print name[$1] ": " more " on CPU " $2; bad = 1 }
	}
	END { if (all < 20) { print "only " all " interrupts"; bad = 1 } exit bad }
	' plan names was now >result || fail "$(cat result)"
irqkit undo >table || fail "$(cat table)"
