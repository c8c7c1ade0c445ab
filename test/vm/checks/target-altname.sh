#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# An alternative name of an interface stands for it in every command, also one that is longer
# than the name of an interface can be. What is printed is the interface's own name.
ip=/lib/iproute2/ip
dev=$(link 1)
alt=a-name-of-more-than-15-bytes
"$ip" link property add dev "$dev" altname "$alt"
trap '"$ip" link property del dev "$dev" altname "$alt"' EXIT

# both FILTER COMMAND...: the interface, as NAME, by its two names: what jq says is the same.
both() {
	filter=$1
	shift
	for name in "$dev" "$alt"; do
		# shellcheck disable=SC2046 # words without blanks
		status 0 irqkit $(echo "$*" | sed "s/NAME/$name/g") --json
		jq -c "$filter" out >"by-$name"
		[ "$(wc -c <"by-$name")" -gt 4 ] || fail "nothing by $name: $*: $(cat out)"
	done
	same "by-$alt" "by-$dev"
}
both '[.interrupts[] | [.irq, .device]]' show NAME
both '[.interrupts[] | [.irq, .device, .actions]]' show NAME:rx-0
eq "$(cat "by-$alt")" "[[$(irq_of virtio1-input.0),\"$dev\",[\"virtio1-input.0\"]]]" 'the interrupt of rx-0'
both '[.interrupts[] | .irq]' show dev:NAME:tx-1
both '[.queues[] | .queue]' show --queues NAME:rx-*
both '[.changes[] | [.path, .new]]' set NAME --cpus=4 -n
both '[.changes[] | [.path, .new]]' set NAME:0 --cpus=4 -n
both '[.changes[] | [.path, .target]]' spread NAME -n
both '[.queues[] | [.queue, .rps_cpus]]' rps NAME
both '[.changes[] | [.path, .new]]' rps NAME --cpus=0,4 -n
both '[.changes[] | [.path, .new]]' xps NAME --auto -n
both '[.changes[] | [.path, .target, .new]]' pin-queue NAME 0=4 -n

status 0 irqkit show "$alt"
! grep "$alt" out err || fail 'the alternative name is printed'
grep -q "^$dev: " out || fail "no $dev: $(cat out)"
status 3 irqkit show "${alt}s"
status 3 irqkit rps "${alt%?}"
