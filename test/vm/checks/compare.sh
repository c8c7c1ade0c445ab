#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# The story of irqkit-compare(8): a document, spread, and a comparison with now. It lists as moved exactly
# the interrupts whose setting changed; after undo nothing differs, though counts went on.
[ "$ROLE" = linux ] || needs_moves_at_once
case $ROLE in
linux) dev=$(link 1) ;;
dom0) dev=$VIF ;;
guest) dev=eth0 ;;
esac

# settings: the affinity of every interrupt
settings() {
	for irq in $(numbered); do
		echo "$irq $(cat "/proc/irq/$irq/smp_affinity_list" 2>/dev/null)"
	done
}

# moved: the interrupts that `out` lists as moved, or with another setting if none has come since
moved() { jq -r '.interrupts[] | select(.change == "moved" or .change == "affinity") | .label' out | sort; }

# on_first: are all queues handled by CPU 0? If not, traffic makes that happen.
on_first() {
	# shellcheck disable=SC2086 # words
	[ "$(irqkit show $all -r --noheadings -o EFFECTIVE | sort -u)" = 0 ] || {
		traffic "$dev"
		false
	}
}

# The usual start: all queues on CPU 0. Traffic lets pending moves happen.
trap 'while irqkit undo >/dev/null 2>&1; do :; done' EXIT
all=$(for queue in "/sys/class/net/$dev/queues"/rx-*; do echo "$dev:${queue##*-}"; done)
# shellcheck disable=SC2086 # words
irqkit set $all --cpus=0 >/dev/null
traffic "$dev"
until_ok 5 on_first

settings >was
irqkit show --json >before.json
status 0 irqkit compare before.json now
irqkit spread "$dev" >/dev/null
traffic "$dev"
settings >is
awk 'FNR == NR { was[$1] = $2; next } was[$1] != $2 { print $1 }' was is | sort >changed
[ -s changed ] || fail 'spread changed nothing'

status 5 irqkit compare before.json now --json
eq "$(moved)" "$(cat changed)" 'interrupts that moved'
eq "$(jq -r '[.same, ([.interrupts[] | select(.change == "appeared" or .change == "gone")] | length), (.settings | length)] | join(" ")' out)" \
	'false 0 0' 'all else'
[ "$(jq '[.interrupts[] | select(.change == "moved")] | length' out)" -ge 3 ] || fail "hardly any moved: $(cat out)"
# each with its old and its new CPUs
jq -r '.interrupts[] | select(.change == "moved" or .change == "affinity") | "\(.label) \(.before.affinity) \(.after.affinity)"' out | sort >pairs
awk 'FNR == NR { was[$1] = $2; next } was[$1] != $2 { print $1, was[$1], $2 }' was is | sort >wanted
same pairs wanted
irqkit compare before.json now >table || true
sed 's/^/# /' table

# A document of now says the same, and so does one that was saved before the other.
irqkit show --json >after.json
status 5 irqkit compare before.json after.json --json
eq "$(moved)" "$(cat changed)" 'interrupts that moved, of two documents'

irqkit undo >/dev/null
traffic "$dev"
settings >is
same is was
status 0 irqkit compare before.json now
status 5 irqkit compare after.json now --json
eq "$(moved)" "$(cat changed)" 'interrupts that moved back'
