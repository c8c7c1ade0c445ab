#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# All queues of a card on CPU 0: the doctor finds that, --fix spreads them as one change, the traffic
# then comes to several CPUs, and the doctor finds nothing more about it.
[ "$TAP" = 1 ] || skip 'one queue only, as no taps can be made'
dev=$(link 1)
irqkit show 'virtio1-*put.*' -r --noheadings -o IRQ,AFFINITY >was
trap 'while read -r irq cpus; do echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"; done <was' EXIT
while read -r irq cpus; do
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
done <was
traffic "$dev"

# found: the IDs about the card, while there is traffic
found() {
	start_stream "$dev"
	irqkit doctor "$dev" --for=5 --all --json >json || [ $? = 5 ]
	end_stream
	jq -r '[.findings[].id] | join(" ")' json
}

# share: how many percent of what comes is handled by CPU 0
share() {
	counts >before
	traffic "$dev"
	counts >after
	awk '
		FILENAME == "was" { of_card[$1] = 1; next }
		!($1 in of_card) || $2 == "total" { next }
		FILENAME == "before" { n[$2] -= $3; next }
		{ n[$2] += $3 }
		END { for (cpu in n) sum += n[cpu]; printf "%d\n", sum ? 100 * n[0] / sum : 0 }
	' was before after
}

ids=$(found)
echo "# found: $ids; $(jq -r '.findings[0].text' json)"
case " $ids " in *' queues-on-one-cpu '*) ;; *) fail "not found: $ids; $(jq -c . json)" ;; esac
eq "$(jq -r '.confidence' json)" measured 'its confidence'
piled=$(share)
start_stream "$dev"
irqkit doctor "$dev" --for=5 --fix >out 2>err || [ $? = 5 ] || fail "$(cat out err)"
end_stream
traffic "$dev"
spread=$(share)
echo "# cpu0 handled $piled% before, $spread% after --fix"
[ "$piled" -ge 95 ] || fail "$piled% on CPU 0 before"
[ "$spread" -le 60 ] || fail "$spread% on CPU 0 after the fix"
case " $(found) " in *' queues-on-one-cpu '*) fail "still found: $(jq -c . json)" ;; esac
status 0 irqkit undo
eq "$(irqkit show 'virtio1-*put.*' --json | jq -r '[.interrupts[].affinity] | unique | join(" ")')" 0 \
	'the affinities after undo'
