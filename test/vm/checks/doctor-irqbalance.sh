#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# programs: irqbalance
# long
# limit: 600
# irqkit has placed all queues of a card on CPU 0, and irqbalance is running: the doctor finds the
# pile-up, with its numbers, and says that these interrupts should be banned. --fix spreads and bans
# them, the traffic is then handled by several CPUs, and undo gives all of that back.
[ "$TAP" = 1 ] || skip 'one queue only, as no taps can be made'
dev=$(link 1)
irqkit show 'virtio1-*put.*' -r --noheadings -o IRQ,AFFINITY >was
pid=''
put_back() {
	while irqkit undo -q 2>/dev/null; do :; done
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	[ -z "$pid" ] || wait "$pid" || :
	rm -rf /run/irqbalance
	while read -r irq cpus; do
		echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
	done <was
}
trap put_back EXIT

# It places interrupts when it starts, and not again before this check is over.
mkdir -p /run/irqbalance
irqbalance --foreground --interval=3000 >log 2>&1 &
pid=$!
until_ok 30 test -S "/run/irqbalance/irqbalance$pid.sock" || fail "$(cat log)"
# shellcheck disable=SC2046 # words
status 0 irqkit set $(sed 's/ .*//' was) --cpus=0 --no-ban
traffic "$dev"

# look OPTION...: the doctor, to json, and what came on which CPU meanwhile, to before and after
look() {
	start_stream "$dev"
	counts >before
	irqkit doctor --for=5 "$@" >json 2>err || [ $? = 5 ] || fail "$(cat json err)"
	counts >after
	end_stream
}
# sums: "CARD ALL CPUS" of that: interrupts of the card's queues, of all devices, and the CPUs that
# handled a tenth or more of the card's
sums() {
	awk '
		FILENAME == "was" { of_card[$1] = 1; next }
		$1 !~ /^[0-9]+$/ { next }
		$2 == "total" { all += FILENAME == "before" ? -$3 : $3; next }
		$1 in of_card { n[$2] += FILENAME == "before" ? -$3 : $3 }
		END {
			for (cpu in n) card += n[cpu]
			for (cpu in n) cpus += n[cpu] * 10 >= card && n[cpu] > 0
			print card + 0, all + 0, cpus + 0
		}' was before after
}
# finding ID FILTER
finding() { jq -r --arg id "$1" '[.findings[] | select(.id == $id)][0] | '"$2" json; }

look --all --json
sums >piled
read -r card all cpus <piled
share=$(finding queues-on-one-cpu '.share * 100 | floor')
echo "# $(jq -r '[.findings[].id] | join(" ")' json); $card of $all interrupts on $cpus CPU, share $share%"
eq "$(finding queues-on-one-cpu .text)" "$dev: cpu0 handles all 4 queues; the device could use 4 CPUs" 'found'
eq "$(finding queues-on-one-cpu '.fix | join(" ")')" "spread $dev" 'its fix'
eq "$cpus" 1 'CPUs that handled it'
if [ "$(finding queues-on-one-cpu .share_of)" != time ]; then
	off=$((share - 100 * card / all))
	if [ $off -lt -20 ] || [ $off -gt 20 ]; then fail "share $share%, but $card of $all"; fi
fi
eq "$(finding irqbalance-without-bans .class)" high 'class of the finding about irqbalance'
finding irqbalance-without-bans .by_hand | grep -q -e '--ban' || fail "$(jq -c .findings json)"

look --fix
echo "# --fix: $(grep -c . json) lines"
traffic "$dev"
look --all --json
sums >spread
read -r card all cpus <spread
echo "# after --fix: $(jq -r '[.findings[].id] | join(" ")' json); $card interrupts on $cpus CPUs"
[ "$cpus" -ge 3 ] || fail "$cpus CPUs handle the traffic"
for id in queues-on-one-cpu irqbalance-without-bans; do
	eq "$(finding $id .id)" null "$id after --fix"
done
status 0 irqkit undo --json
eq "$(jq -c --argjson queues "[$(sed 's/ .*//' was | paste -sd,)]" '$queues - .unbanned' out)" '[]' 'still banned'
eq "$(irqkit show 'virtio1-*put.*' --json | jq -r '[.interrupts[].affinity] | unique | join(" ")')" 0 \
	'the affinities after undo'
