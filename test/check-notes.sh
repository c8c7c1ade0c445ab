#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What `irqkit show` finds wrong is not what `irqkit spread` or `set --cpus=local` has just made:
# on every root of test/roots whose interrupts can be moved, while the moves are pending, and when
# the kernel has made them. Nor does spread then want anything else.
# takes: 6 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
root=$tmp/root

fresh() {
	rm -rf "$root"
	cp -RP "$1" "$root"
}

# shown COLUMNS: of all interrupts of the root
shown() {
	"$irqkit" show --root="$root" --raw --noheadings -o "$1" 2>/dev/null
}

# moved: each interrupt is handled by the first CPU of its affinity, as after a move
moved() {
	local irq affinity effective
	rm -f "$root"/proc/irq/*/effective_affinity
	while read -r irq affinity effective; do
		[ "$effective" = - ] || echo "${affinity%%[-,]*}" >"$root/proc/irq/$irq/effective_affinity_list"
	done < <(shown IRQ,AFFINITY,EFFECTIVE)
}

# What a plan says is JSON, and jq takes longer to start than irqkit to run: each plan is kept in a
# file, and all are read at the end. So are the notes. A case is a number, which those files have.
n_cases=0

# notes WHEN: what show finds wrong, for the end
notes() {
	shown IRQ,NOTES,AFFINITY,EFFECTIVE,NODE,HINT,NAME | while read -r line; do
		[[ $line =~ ^[0-9]+\ -\  ]] || printf '%s\n' "$line"
	done >"$tmp/$n_cases.$1"
}

# begin NAME [COMMAND...]: a case; of the interrupts whose CPUs the command chooses, or of all
begin() {
	n_cases=$((n_cases + 1))
	case_names[n_cases]=$1
	shift
	[ $# -eq 0 ] || "$irqkit" "$@" -n --root="$root" --json >"$tmp/$n_cases.placed" 2>/dev/null
}

# agrees NAME COMMAND...: the command ends with 0, and show finds nothing wrong with what it
# placed; false: it did not
agrees() {
	begin "$@"
	if ! "$irqkit" "${@:2}" --root="$root" --quiet >/dev/null 2>&1; then
		n_cases=$((n_cases - 1))
		return 1
	fi
	notes pending
	moved
	notes moved
}

tried=0
for dir in "$roots"/*; do
	name=${dir##*/}
	ls "$dir"/proc/irq/*/smp_affinity >/dev/null 2>&1 || continue
	fresh "$dir"
	agrees "$name: spread all" spread all || continue
	tried=$((tried + 1))
	"$irqkit" spread all -n --root="$root" --json >"$tmp/$n_cases.again" 2>/dev/null
	if [ -e "$dir/sys/class/net" ]; then
		fresh "$dir"
		agrees "$name: spread" spread
	fi
	[ -e "$dir/sys/devices/system/node/node1" ] || continue
	fresh "$dir"
	begin "$name: set --cpus=local"
	while read -r device; do
		"$irqkit" set "dev:$device" --cpus=local --root="$root" --quiet >/dev/null 2>&1
	done < <(shown DEVICE | grep -vx -e - | sort -u)
	moved
	notes local
done
result $((tried < 10)) "there are roots to try" "$tried"

# "CASE IRQ" of what a command placed, and "CASE: CHANGE" of what it would change again
jq -r '(input_filename | sub(".*/"; "") | sub("[.].*"; "")) as $case |
	.changes[] | select(.result != "skipped") | "\($case) \(.irq)"' "$tmp"/*.placed >"$tmp/all-placed"
jq -r '(input_filename | sub(".*/"; "") | sub("[.].*"; "")) as $case |
	.changes[] | select(.result == "planned") | "\($case): \([.irq, .old, .new] | tojson)"' "$tmp"/*.again >"$tmp/all-again"
declare -A is_placed=()
while read -r number irq; do is_placed[$number.$irq]=1; done <"$tmp/all-placed"
result $((${#is_placed[@]} < 200)) "the plans place interrupts" "${#is_placed[@]}"

# wrong NUMBER WHEN: the notes of interrupts that were placed
wrong() {
	local line
	while read -r line; do
		[ -z "${is_placed[$1.${line%% *}]-}" ] || printf '%s\n' "$line"
	done <"$tmp/$1.$2"
}
for ((i = 1; i <= n_cases; i++)); do
	if [ -e "$tmp/$i.local" ]; then
		empty "${case_names[i]}" "$(grep other-node "$tmp/$i.local")"
		continue
	fi
	empty "${case_names[i]}, while moves are pending" "$(wrong "$i" pending)"
	empty "${case_names[i]}" "$(wrong "$i" moved)"
	[ ! -e "$tmp/$i.again" ] || empty "${case_names[i]} again" "$(grep "^$i: " "$tmp/all-again")"
done

# The check sees what is wrong: the same interrupts, on the other node.
fresh "$roots/queues-8cpu"
begin 'set eth0' set eth0 --cpus=node:1
"$irqkit" set eth0 --cpus=node:1 --root="$root" --quiet
notes other
is_placed=()
while read -r irq; do is_placed[$n_cases.$irq]=1; done < <(jq '.changes[].irq' "$tmp/$n_cases.placed")
result $((! $(wrong "$n_cases" other | grep -c other-node))) "interrupts on another node are found"
finish
