#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Against every saved root: the totals are those that awk computes from the same file, and
# what is read out of a row is what the kernel says in /sys/kernel/irq.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

# These are refused, or hold more than awk's numbers do; golden tests have them.
refused=' binary count-over-64-bits cut-in-counts empty heading-twice link-out-of-the-root
 no-heading not-interrupts quoted-by-mail torn total-over-64-bits unreadable-interrupts
 wide-counts windows-line-ends '

# The label and the sum of the first N numbers of each row; "-" for a row without one.
awk_totals() {
	awk '
	NR == 1 && /^ *CPU[0-9]/ { n = NF; next }
	NR == 1 { exit }
	{
		colon = index($0, ":")
		label = substr($0, 1, colon - 1)
		gsub(/ /, "", label)
		count = split(substr($0, colon + 1), field, " ")
		total = 0
		for (i = 1; i <= n && i <= count && field[i] ~ /^[0-9]+$/; i++)
			total += field[i]
		if (i > 1) printf "%s %.0f\n", label, total
	}' "$1"
}

for name in test/roots/*.root; do
	name=$(basename "$name" .root) root=$roots/$(basename "$name" .root)
	case $refused in *[[:space:]]"$name"[[:space:]]*) continue ;; esac
	[ -s "$root/proc/interrupts" ] || continue
	expected=$(awk_totals "$root/proc/interrupts")
	[ -n "$expected" ] || continue
	# arm's FIQ row has no number
	actual=$("$O/irqkit" show --root "$root" --all --raw --noheadings -o IRQ,TOTAL 2>/dev/null | grep -v '^FIQ')
	same "totals of $name are awk's" "$expected" "$actual"
done

# sys_rows ROOT: number|chip|hwirq|trigger|actions as the kernel has them
sys_rows() {
	(cd "$1/sys/kernel/irq" && grep -rH '' . ) | awk '
	{
		split($0, part, ":"); split(part[1], path, "/")
		value[path[2], path[3]] = substr($0, length(part[1]) + 2)
		seen[path[2]] = 1
	}
	END {
		for (n in seen)
			printf "%d|%s|%s|%s|%s\n", n, value[n, "chip_name"], value[n, "hwirq"],
				value[n, "name"], value[n, "actions"]
	}' | sort -n
}

# The roots that come from machines: there, nobody wrote both files by hand.
for name in test/roots/linux-6.1-16cpu* test/roots/linux-6.12-16cpu* test/roots/xen-6.1[-2]*; do
	name=$(basename "$name" .root) root=$roots/$(basename "$name" .root)
	mkdir -p "$tmp/$name/proc"
	cp "$root/proc/interrupts" "$tmp/$name/proc/"
	rows=$("$O/irqkit" show --root "$tmp/$name" --all --json | jq -r '.interrupts[] | select(.irq) |
		[.irq, .chip, .hwirq, .trigger, (.actions // [] | join(","))] | map(. // "" | tostring) | join("|")')
	# The kernel lists more: interrupts that nobody asked for have no row.
	expected=$(sys_rows "$root" | rows=$rows awk -F'|' '
		BEGIN { n = split(ENVIRON["rows"], row, "\n"); for (i = 1; i <= n; i++) { split(row[i], f, "|"); has[f[1]] = 1 } }
		has[$1]')
	same "rows of $name read as /sys/kernel/irq says" "$expected" "$rows"
done
finish
