#!/bin/sh
# on: linux dom0 guest
# limit: 120
# Every queue of every interface has exactly its own interrupts: those that its driver names
# after it. Where the kernel tells by netlink, it says the same.

# queue DEV QUEUE FILTER: what is said of one queue
queue() {
	irqkit show "$1:$2" --queues --json | jq -r ".queues[] | $3"
}

# has DEV QUEUE ACTION
has() {
	eq "$(queue "$1" "$2" .irq)" "$(irq_of "$3")" "interrupt of $1:$2"
	eq "$(irqkit show "$1:$2" --json | jq -c '[.interrupts[].irq]')" "[$(irq_of "$3")]" "irqkit show $1:$2"
	eq "$(irqkit show "$(irq_of "$3")" --json | jq -r '.interrupts[] | .device + ":" + (.queues | join(","))')" \
		"$1:$2" "whose $3 is"
}

# all_of DEV PATTERN: the device's interrupts are those whose names match, and no other
all_of() {
	irqkit show "$1" --json | jq -r '.interrupts[].irq' | sort >shown
	for dir in /sys/kernel/irq/*; do
		read -r actions <"$dir/actions" || continue
		# shellcheck disable=SC2254 # a pattern
		case $actions in $2) echo "${dir##*/}" ;; esac
	done 2>/dev/null | sort >there
	[ -s there ] || fail "no interrupts of $1"
	same shown there
}

case $ROLE in
linux)
	for n in 1 2; do
		dev=$(link $n)
		virtio=$(readlink -f "/sys/class/net/$dev/device")
		virtio=${virtio##*/}
		for i in $(seq 0 $(($(queues "$dev") - 1))); do
			has "$dev" "rx-$i" "$virtio-input.$i"
			has "$dev" "tx-$i" "$virtio-output.$i"
		done
		all_of "$dev" "$virtio-*"
		status 3 irqkit show "$dev:rx-$(queues "$dev")"
		eq "$(queue "$dev" 0 .source | sort -u)" name "source of $dev:0"
		eq "$(irqkit show "$dev" --json | jq -r '.interrupts[].source' | sort -u)" sysfs "source of $dev"
	done
	status 3 irqkit show "${dev}0"
	dev=$(link 3)
	all_of "$dev" "$dev*"
	eq "$(queue "$dev" rx-0 .irq)" "$(irq_of "$dev-rx-0")" "interrupt of $dev:rx-0"
	case $(uname -r) in
	7.*)
		eq "$(queue "$dev" rx-0 .source)" netlink "source of $dev:rx-0"
		[ "$(queue "$(link 1)" rx-0 .napi_id)" -gt 0 ] || fail 'no NAPI id'
		;;
	*) eq "$(queue "$dev" rx-0 .source)" name "source of $dev:rx-0" ;;
	esac
	eq "$(irqkit show "$(link 3)" --json | jq -r '.interrupts[].device' | sort -u)" "$dev"
	;;
dom0 | guest)
	dev=eth0 name=vif0
	[ "$ROLE" = guest ] || dev=$VIF name=$VIF
	for i in $(seq 0 $(($(queues "$dev") - 1))); do
		has "$dev" "rx-$i" "$name-q$i-rx"
		has "$dev" "tx-$i" "$name-q$i-tx"
	done
	all_of "$dev" "$name-q*"
	;;
esac
if [ "$ROLE" = dom0 ]; then
	for i in $(seq 0 $(($(queues "$dev") - 1))); do
		thread=$(queue "$dev" "rx-$i" '.threads[] | "\(.pid) \(.name)"')
		eq "$(cat "/proc/${thread%% *}/comm")" "${thread#* }"
		case $thread in
		*" $VIF-q$i-guest"*) ;;
		*) fail "thread of $dev:rx-$i: $thread" ;;
		esac
	done
fi

# what the interrupts' own counts say: a queue in use is the one that is shown
[ "$ROLE" != linux ] || [ "$TAP" = 1 ] || exit 0
dev=${VIF:-eth0} busy=tx-1 idle=tx-0
[ "$ROLE" != guest ] || { dev=eth0 busy=rx-1 idle=rx-0; }
[ "$ROLE" != linux ] || dev=$(link 1)
was_busy=$(queue "$dev" $busy .total) was_idle=$(queue "$dev" $idle .total)
traffic "$dev" 1
more=$(($(queue "$dev" $busy .total) - was_busy)) more_idle=$(($(queue "$dev" $idle .total) - was_idle))
[ $more -ge 20 ] || fail "$dev:$busy came only $more times more"
[ $more_idle -lt $((more / 3)) ] || fail "$dev:$busy came $more times more, and $dev:$idle $more_idle"
