#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# Each queue of an interface goes to a CPU of its own near it, rx and tx together, one thread a
# core first; no CPU that is offline or isolated; its interrupts follow; again, nothing is written.
dev=$(link 1) far=$(link 2)
node() { # CPU: its node
	for n in /sys/devices/system/cpu/cpu"$1"/node*; do echo "${n##*node}"; done
}
core() { # CPU: its core
	cat "/sys/devices/system/cpu/cpu$1/topology/thread_siblings_list"
}
irqkit show all -r --noheadings -o IRQ,AFFINITY >before
irqkit spread "$dev" "$far" --json >json || fail "exit status $?"
jq -r '.changes[] | select(.target | test("put")) | "\(.target) \(.new_cpus)"' json >plan

# rx with its tx, and where the machine allows
used=0
while read -r name cpu; do
	case $name in
	*-input.*) eq "$(sed -n "s/^\(${name%input.*}\)output.${name##*.} //p" plan)" "$cpu" "tx of $name" ;;
	esac
	case $name in
	virtio1-*) wanted=0 ;;
	*) wanted=1 ;;
	esac
	eq "$(node "$cpu")" "$wanted" "node of CPU $cpu for $name"
	for bad in $(cat /sys/devices/system/cpu/isolated) $(sed 's/(null)//' /sys/devices/system/cpu/nohz_full); do
		case $bad in
		*-*) low=${bad%-*} high=${bad#*-} ;;
		*) low=${bad%%,*} high=${bad##*,} ;;
		esac
		[ "$cpu" -lt "$low" ] || [ "$cpu" -gt "$high" ] || fail "$name on isolated CPU $cpu"
	done
	used=$((used + 1))
	irq=$(irq_of "$name")
	eq "$(cat "/proc/irq/$irq/smp_affinity_list")" "$cpu" "affinity of $name"
done <plan
[ $used -ge 8 ] || fail "only $used interrupts placed: $(cat plan)"

# one thread of a core before the other
first=$(sed -n 's/^virtio1-input.0 //p' plan) second=$(sed -n 's/^virtio1-input.1 //p' plan)
[ "$first" != "$second" ] || fail "two queues on CPU $first"
if [ "$(core "$first")" = "$(core "$second")" ]; then
	# only where the node has one core left
	cores=$(for dir in /sys/devices/system/node/node0/cpu[0-9]*; do core "${dir##*cpu}"; done 2>/dev/null | sort -u | wc -l)
	[ "$cores" = 1 ] || [ -s /sys/devices/system/cpu/isolated ] || fail "queues 0 and 1 on one core"
fi

irqkit spread "$dev" "$far" --json >json
eq "$(jq -r .changed json)" false 'changed by the second run'

# Load follows: what comes now comes on these CPUs alone, evenly where there are as many.
traffic "$dev"
counts >was
traffic "$dev"
counts >now
irqkit show 'virtio1-*' -r --noheadings -o IRQ,NAME >names
awk '
	FILENAME == "plan" { cpu_of[$1] = $2; if ($1 ~ /^virtio1-/ && !planned[$2]++) wanted++; next }
	FILENAME == "names" { name[$1] = $2; next }
	FILENAME == "was" { was[$1 " " $2] = $3; next }
	($1 in name) && name[$1] ~ /put/ && $2 != "total" {
		more = $3 - was[$1 " " $2]
		# Newer drivers want few interrupts for what they send: it may be the first that moves it.
		is_output = name[$1] ~ /output/
		if (more > is_output && $2 != cpu_of[name[$1]]) { print name[$1] ": " more " on CPU " $2; bad = 1 }
		if (is_output) next
		all += more
		cpu[$2] += more
	}
	END {
		for (c in cpu) if (cpu[c]) { n++; if (cpu[c] > most) most = cpu[c] }
		print all " interrupts on " n " CPUs, busiest / mean " (n ? most * n / all : 0)
		if (all < 100) { print "too few"; bad = 1 }
		if (n != wanted) { print wanted " CPUs were planned"; bad = 1 }
		if (wanted == 4 && most * n > 1.25 * all) { print "uneven"; bad = 1 }
		exit bad
	}' plan names was now >result || fail "$(cat result)"
irqkit undo >table || fail "$(cat table)"
irqkit show all -r --noheadings -o IRQ,AFFINITY >after
same after before
