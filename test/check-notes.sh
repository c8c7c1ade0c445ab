#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `irqkit show` finds wrong is not what `irqkit spread` or `set --cpus=local` has just made:
# on every root of test/roots whose interrupts can be moved, while the moves are pending, and when
# the kernel has made them. Nor does spread then want anything else.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
root=$tmp/root

fresh() {
	rm -rf "$root"
	cp -RP "$1" "$root"
}

# moved: each interrupt is handled by the first CPU of its affinity, as after a move
moved() {
	local irq affinity
	rm -f "$root"/proc/irq/*/effective_affinity
	while read -r irq affinity; do
		echo "${affinity%%[-,]*}" >"$root/proc/irq/$irq/effective_affinity_list"
	done < <("$irqkit" show --root="$root" --json 2>/dev/null |
		jq -r '.interrupts[] | select(.effective) | "\(.irq) \(.affinity)"')
}

# notes [IRQS]: what show finds wrong, of these interrupts (a list in JSON) or of all
notes() {
	"$irqkit" show --root="$root" --json 2>/dev/null |
		jq -c --argjson irqs "${1:-null}" '.interrupts[] | select(.notes) |
			select($irqs == null or (.irq | IN($irqs[]))) |
			{irq, actions, affinity, effective, node, hint, notes}'
}

# placed COMMAND...: the interrupts whose CPUs the command chooses; it skips others
placed() {
	"$irqkit" "$@" -n --root="$root" --json 2>/dev/null |
		jq -c '[.changes[] | select(.result != "skipped") | .irq]'
}

# agrees NAME COMMAND...: the command ends with 0, and show finds nothing wrong with what it
# placed; false: it did not
agrees() {
	local name=$1 irqs
	shift
	irqs=$(placed "$@")
	"$irqkit" "$@" --root="$root" --quiet >"$tmp/out" 2>&1 || return
	empty "$name, while moves are pending" "$(notes "$irqs")"
	moved
	empty "$name" "$(notes "$irqs")"
}

tried=0
for dir in "$roots"/*; do
	name=${dir##*/}
	ls "$dir"/proc/irq/*/smp_affinity >/dev/null 2>&1 || continue
	fresh "$dir"
	agrees "$name: spread all" spread all || continue
	tried=$((tried + 1))
	same "$name: spread all again" '[]' "$("$irqkit" spread all -n --root="$root" --json 2>/dev/null |
		jq -c '[.changes[] | select(.result == "planned") | [.irq, .old, .new]]')"
	if [ -e "$dir/sys/class/net" ]; then
		fresh "$dir"
		agrees "$name: spread" spread
	fi
	[ -e "$dir/sys/devices/system/node/node1" ] || continue
	fresh "$dir"
	while read -r device; do
		"$irqkit" set "dev:$device" --cpus=local --root="$root" --quiet >/dev/null 2>&1
	done < <("$irqkit" show --root="$root" --json 2>/dev/null | jq -r '.interrupts[].device // empty' | sort -u)
	moved
	empty "$name: set --cpus=local" "$(notes | grep other-node)"
done
result $((tried < 10)) "there are roots to try" "$tried"

# The check sees what is wrong: the same interrupts, on the other node.
fresh "$roots/queues-8cpu"
"$irqkit" set eth0 --cpus=node:1 --root="$root" --quiet
result $((! $(notes | grep -c other-node))) "interrupts on another node are found"
finish
