#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8* dom0
# What metrics writes is what the kernel says: the interrupts of each CPU, where they are placed, what came since the
# last run and how evenly, who was moved, and what the doctor finds.
case $ROLE in
linux) dev=$(link 1) ;;
dom0) dev=$VIF ;;
esac
[ "$ROLE" != linux ] || [ "$TAP" = 1 ] || skip 'one queue only, as no taps can be made'
show
jq -r '.interrupts[] | select(.irq and .immovable != "per-cpu").irq' json >devices_irqs
jq -r --arg dev "$dev" '.interrupts[] | select(.device == $dev).irq' json >dev_irqs
jq -r --arg dev "$dev" '.interrupts[] | select(.device == $dev and .role == "queue").irq' json >queue_irqs
[ "$(grep -c . queue_irqs)" = 8 ] || fail "$dev has $(grep -c . queue_irqs) interrupts of queues"
while read -r irq; do
	echo "$irq $(cat "/proc/irq/$irq/smp_affinity_list")"
done <queue_irqs >was
trap 'while read -r irq cpus; do echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"; done <was' EXIT

# value NAME LABELS: of a series in ./text
value() {
	sed -n "s/^$1{$2} //p" text
}

# of_cpus: the counts of device interrupts, "cpu N"
of_cpus() {
	counts | awk '
		FILENAME == "devices_irqs" { of_device[$1] = 1; next }
		$2 != "total" && $1 in of_device { n[$2] += $3 }
		$2 != "total" { n[$2] += 0 }
		END { for (cpu in n) print cpu, n[cpu] }' devices_irqs -
}

# of_dev: how often the device fired, by interrupt and in all
of_dev() {
	counts | awk '
		FILENAME == "dev_irqs" { of_dev[$1] = 1; next }
		$2 == "total" && $1 in of_dev { print $1, $3; n += $3 }
		END { print "all", n }' dev_irqs -
}

# fire: at least 400 interrupts of the device
fire() {
	of_dev >start
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		stream "$dev" 1
		of_dev >end
		[ $(($(sed -n 's/all //p' end) - $(sed -n 's/all //p' start))) -lt 400 ] || return 0
	done
	fail "too few interrupts: $(cat start end)"
}

# ---- without a state: the counts of the kernel, and where interrupts are placed
of_cpus >before
irqkit metrics >text
of_cpus >after
sed -n 's/^irqkit_cpu_interrupts_total{cpu="\([0-9]*\)"} /\1 /p' text >shown
between before shown after
eq "$(value irqkit_readable 'source="interrupts"') $(value irqkit_readable 'source="softnet"')" '1 1' 'readable'

# all queues to CPU 0: without remapping, that waits for the next interrupt
while read -r irq; do
	echo 0 >"/proc/irq/$irq/smp_affinity_list"
done <queue_irqs
fire
irqkit metrics --state=state >text
while read -r irq; do
	place=$(cat "/proc/irq/$irq/smp_affinity_list")
	case $place in *[-,]*) place=$(cat "/proc/irq/$irq/effective_affinity_list") ;; esac
	[ -z "$place" ] || echo "$place"
done <devices_irqs | sort -n | uniq -c | awk '{ print $2, $1 }' >there
sed -n 's/^irqkit_cpu_interrupts_placed{cpu="\([0-9]*\)"} \([1-9]\)/\1 \2/p' text >placed
same placed there

# ---- a second run: four CPUs may handle it, and one does
of_dev >before
fire
irqkit metrics --state=state >text
of_dev >after
irqkit metrics --state=state >/dev/null # the next interval begins here
all=$(value irqkit_device_interrupts_total "device=\"$dev\"")
least=$(($(sed -n 's/all //p' end) - $(sed -n 's/all //p' start)))
most=$(($(sed -n 's/all //p' after) - $(sed -n 's/all //p' before) + 50))
{ [ "$all" -ge "$least" ] && [ "$all" -le "$most" ]; } || fail "$all interrupts of $dev since the last run, not $least to $most"
eq "$(value irqkit_device_imbalance_ratio "device=\"$dev\",weight=\"interrupts\"")" 4 'imbalance with all queues on CPU 0'
eq "$(value irqkit_device_queues "device=\"$dev\",direction=\"rx\"")" 4 'queues'
case $(sed -n 's/^irqkit_findings{rule="\([^"]*\)".*/\1/p' text | tr '\n' ' ') in
*queues-on-one-cpu*) ;;
*) fail "not found: $(grep ^irqkit_findings text)" ;;
esac

# ---- queues 0 and 1 go elsewhere: the imbalance is that of the counts
show
jq -r --arg dev "$dev" '.interrupts[] | select(.device == $dev and .role == "queue") |
	select(.queues | any(endswith("-0") or endswith("-1"))).irq' json >moved
eq "$(grep -c . moved)" 4 'interrupts of queues 0 and 1'
while read -r irq; do
	echo 2 >"/proc/irq/$irq/smp_affinity_list"
done <moved
fire
irqkit metrics --state=state >text
expected=$(awk '
	FILENAME == "moved" { cpu[$1] = 2; next }
	FILENAME == "start" { n[$1] = $2; next }
	$1 != "all" { load[cpu[$1] + 0] += $2 - n[$1] }
	END { m = load[0] > load[2] ? load[0] : load[2]; printf "%.2f", 4 * m / (load[0] + load[2]) }' moved start end)
imbalance=$(value irqkit_device_imbalance_ratio "device=\"$dev\",weight=\"interrupts\"")
echo "# $all interrupts since the last run; imbalance $imbalance, $expected by the counts; $(grep -c '^irqkit_findings{' text) rules found something;" \
	"$(sed -n 's/^irqkit_collect_duration_seconds //p' text) s"
awk -v a="$imbalance" -v b="$expected" 'BEGIN { exit !(a > b - 0.25 && a < b + 0.25 && a < 3.9) }' || fail "imbalance $imbalance, not $expected"
eq "$(sed -n 's/^irqkit_affinity_changes_total //p' text)" "$(grep -c . moved)" 'affinity changes'
