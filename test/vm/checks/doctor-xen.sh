#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0 guest
# long
# limit: 600
# All queues of a paravirtual interface on one vCPU: the doctor finds that, and --fix spreads them. The
# share counts interrupts of devices only: timers and IPIs have numbers here, too.
needs_moves_at_once
case $ROLE in
dom0) dev=$VIF name=$VIF ;;
guest) dev=eth0 name=vif0 ;;
esac
irqkit show "$name-q*" -r --noheadings -o IRQ,AFFINITY >was
put_back() {
	while irqkit undo -q 2>/dev/null; do :; done
	while read -r irq cpus; do
		echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
	done <was
}
trap put_back EXIT
while read -r irq cpus; do
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
done <was
traffic "$dev"

look() {
	start_stream "$dev"
	sleep 3
	counts >before
	irqkit doctor --for=6 "$@" >json 2>err || [ $? = 5 ] || fail "$(cat json err)"
	counts >after
	end_stream
}
# sums: "INTERFACE DEVICES NUMBERED CPUS": interrupts of the interface, of all devices, and of all
# that have a number; and the CPUs that handled a tenth or more of the first
irqkit show all --json | jq -r '.interrupts[] | select(.irq != null and .chip != "xen-percpu") | .irq' >devices
sums() {
	awk '
		FILENAME == "was" { of_it[$1] = 1; next }
		FILENAME == "devices" { of_device[$1] = 1; next }
		$1 !~ /^[0-9]+$/ { next }
		{ sign = FILENAME == "before" ? -1 : 1 }
		$2 == "total" { all += sign * $3; if ($1 in of_device) devices += sign * $3; next }
		$1 in of_it { n[$2] += sign * $3 }
		END {
			for (cpu in n) it += n[cpu]
			for (cpu in n) cpus += n[cpu] * 10 >= it && n[cpu] > 0
			print it + 0, devices + 0, all + 0, cpus + 0
		}' was devices before after
}
finding() { jq -r --arg dev "$dev" '[.findings[] | select(.id == "queues-on-one-cpu" and .device == $dev)][0] | '"$1" json; }

look --all --json
sums >piled
read -r it devices all cpus <piled
share=$(finding '.share * 100 | floor')
echo "# $(jq -r '[.findings[] | "\(.class) \(.id)"] | join(", ")' json)"
echo "# $it of $devices interrupts of devices, of $all in all; share $share%"
eq "$(finding '.text')" "$dev: cpu0 handles all 4 queues; the device could use 4 CPUs" 'found'
off=$((share - 100 * it / devices))
if [ $off -lt -20 ] || [ $off -gt 20 ]; then fail "share $share%, but $it of $devices"; fi

look --fix
traffic "$dev"
look --all --json
sums >spread
read -r it devices all cpus <spread
echo "# after --fix: $(jq -r '[.findings[] | "\(.class) \(.id)"] | join(", ")' json); $it interrupts on $cpus CPUs"
eq "$(finding .id)" null 'found after --fix'
[ "$cpus" -ge 3 ] || fail "$cpus CPUs handle them"
status 0 irqkit undo
eq "$(irqkit show "$name-q*" --json | jq -r '[.interrupts[].affinity] | unique | join(" ")')" 0 \
	'the affinities after undo'
