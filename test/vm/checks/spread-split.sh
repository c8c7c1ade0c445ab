#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# spread --split over two interfaces: each CPU gets rx of one and tx of the other, and as many interrupts
# as the others, as the kernel counts them; a second run writes nothing.
[ "$TAP" = 1 ] || skip 'one queue only, as no taps can be made'
dev=$(link 1) far=$(link 2)
trap 'while irqkit undo -q 2>/dev/null; do :; done' EXIT
irqkit channels "$dev" --combined=2 -q || fail "channels: exit status $?"
status 0 irqkit spread "$dev" "$far" --split --cpus=0-3 --json
jq -r '.changes[] | "\(.target): \(.old_cpus) \(.new_cpus) \(.why)"' out
for cpu in 0 1 2 3; do
	for way in input output; do
		eq "$(jq "[.changes[] | select(.new_cpus == \"$cpu\" and (.target | test(\"-$way.[01]\")))] | length" out)" 1 \
			"interrupts of $way in use on CPU $cpu"
	done
done
status 0 irqkit spread "$dev" "$far" --split --cpus=0-3 --json
eq "$(jq -r .changed out)" false 'changed by the second run'
irqkit show 'virtio1-*put.[01]' 'virtio10-*put.*' -r --noheadings -o IRQ,NAME >names
# What has been sent may be found without an interrupt: some move late.
for _ in 1 2 3; do
	traffic "$dev"
	traffic "$far"
done
counts >was
traffic "$dev"
traffic "$far"
counts >now
awk '
	FILENAME == "names" { name[$1] = $2; next }
	!($1 in name) || $2 == "total" { next }
	FILENAME == "was" { was[$1 " " $2] = $3; next }
	{ more = $3 - was[$1 " " $2]; all += more; cpu[$2] += more; if (name[$1] ~ /output/) sent += more }
	END {
		for (c in cpu) { if (cpu[c] > most) most = cpu[c]; if (cpu[c]) list = list " " c ":" cpu[c] }
		printf "# %d interrupts, %d of them of tx; busiest / mean of 4 CPUs %.2f;%s\n", all, sent, most * 4 / all, list
		# newer drivers want few interrupts for what they send
		exit all < 100 || (sent * 3 > all && most * 4 > 1.4 * all)
	}' names was now || fail 'uneven'
