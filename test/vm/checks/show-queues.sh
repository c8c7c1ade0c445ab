#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# Every queue of every interface has exactly its own interrupts: those that its driver names
# after it. Where the kernel tells by netlink, it says the same.

# queue DEV QUEUE FILTER: what is said of one queue
queue() {
	irqkit show "$1:$2" --queues --json | jq -r ".queues[] | $3"
}

# actions: lines "NAME IRQ" of all interrupts
actions() {
	for dir in /sys/kernel/irq/*; do
		read -r names <"$dir/actions" && echo "$names ${dir##*/}"
	done 2>/dev/null
}

# own DEV STEM RX TX: the interrupts of DEV are those called STEM-..., and those of its queues
# are called RX0, RX1, ..., TX0, ... (N stands for the number)
own() {
	irqkit show "$1" --queues --json >queues.json
	irqkit show "$1" --json >rows.json
	actions | sed -n "s/^$2-.* //p" | sort >there
	[ -s there ] || fail "no interrupts of $1"
	jq -r '.interrupts[].irq' rows.json | sort >shown
	same shown there

	for i in $(seq 0 $(($(queues "$1") - 1))); do
		actions >all
		sed -n "s/^$(echo "$3" | sed "s/N/$i/") \(.*\)/rx-$i \1/p; s/^$(echo "$4" | sed "s/N/$i/") \(.*\)/tx-$i \1/p" all
	done | sort >there
	jq -r '.queues[] | "\(.queue) \(.irq)"' queues.json | sort >shown
	same shown there
	jq -r --arg dev "$1" '.interrupts[] | select(.device == $dev and .queues) | "\(.queues | join(",")) \(.irq)"' \
		rows.json | sort >shown
	same shown there
	irqkit show "$1:rx-0" "$1:tx-0" --json | jq -r '.interrupts[] | "\(.queues | join(",")) \(.irq)"' | sort >shown
	grep -- '-0 ' there >both
	same shown both
}

case $ROLE in
linux)
	for n in 1 2; do
		dev=$(link $n)
		virtio=$(readlink -f "/sys/class/net/$dev/device")
		virtio=${virtio##*/}
		own "$dev" "$virtio" "$virtio-input\\.N" "$virtio-output\\.N"
		status 3 irqkit show "$dev:rx-$(queues "$dev")"
		eq "$(jq -r '[.queues[].source] | unique[]' queues.json)" name "source of the queues of $dev"
		eq "$(jq -r '[.interrupts[].source] | unique[]' rows.json)" sysfs "source of $dev"
	done
	status 3 irqkit show "${dev}0"
	dev=$(link 3)
	eq "$(irqkit show "$dev" --json | jq -c '[.interrupts[].actions[0]] | sort')" \
		"[\"$dev\",\"$dev-rx-0\",\"$dev-tx-0\"]"
	eq "$(queue "$dev" rx-0 .irq)" "$(irq_of "$dev-rx-0")" "interrupt of $dev:rx-0"
	case $(uname -r) in
	7.*)
		eq "$(queue "$dev" rx-0 .source)" netlink "source of $dev:rx-0"
		[ "$(queue "$(link 1)" rx-0 .napi_id)" -gt 0 ] || fail 'no NAPI id'
		;;
	*) eq "$(queue "$dev" rx-0 .source)" name "source of $dev:rx-0" ;;
	esac
	;;
dom0 | guest)
	# In dom0, the names are the guest's view: -tx serves rx.
	if [ "$ROLE" = guest ]; then
		dev=eth0
		own "$dev" vif0 "vif0-qN-rx" "vif0-qN-tx"
	else
		dev=$VIF
		own "$dev" "$VIF" "$VIF-qN-tx" "$VIF-qN-rx"
	fi
	;;
esac
if [ "$ROLE" = dom0 ]; then
	jq -r '.queues[] | select(.direction == "tx") | "\(.number) \(.threads[0].pid) \(.threads[0].name)"' \
		queues.json >threads
	eq "$(wc -l <threads)" "$(queues "$dev")" 'tx queues'
	while read -r i pid thread; do
		eq "$(cat "/proc/$pid/comm")" "$thread"
		case $thread in
		"$VIF-q$i-guest"*) ;;
		*) fail "thread of $dev:tx-$i: $thread" ;;
		esac
	done <threads
fi

# what the interrupts' own counts say: a queue in use is the one that is shown
[ "$ROLE" != linux ] || [ "$TAP" = 1 ] || exit 0
# (of the ends of a virtual wire, those that count: rx)
busy=rx-1 idle=rx-0
case $ROLE in
linux) dev=$(link 1) ;;
esac
was_busy=$(queue "$dev" $busy .total) was_idle=$(queue "$dev" $idle .total)
traffic "$dev" 1
more=$(($(queue "$dev" $busy .total) - was_busy)) more_idle=$(($(queue "$dev" $idle .total) - was_idle))
[ $more -ge 20 ] || fail "$dev:$busy came only $more times more"
[ $more_idle -lt $((more / 3)) ] || fail "$dev:$busy came $more times more, and $dev:$idle $more_idle"
