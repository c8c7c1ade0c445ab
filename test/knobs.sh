# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced after tap.sh by the checks of commands that write: a root of one's own, and its knobs.

# make_root DIR N: interrupts 24 to 24+N-1 of eth0 on 4 CPUs, all of which may serve them
make_root() {
	local irq last=$((24 + $2 - 1))
	mkdir -p "$1/proc/sys/kernel" "$1/proc/irq" "$1/sys/kernel/irq"
	echo 6.12.0 >"$1/proc/sys/kernel/osrelease"
	echo f >"$1/proc/irq/default_smp_affinity"
	echo '           CPU0       CPU1       CPU2       CPU3       ' >"$1/proc/interrupts"
	for ((irq = 24; irq <= last; irq++)); do
		add_irq "$1" "$irq" "eth0-$((irq - 24))"
	done
}

# add_irq DIR NUMBER NAMES: names as in /proc/interrupts, "a, b"
add_irq() {
	mkdir -p "$1/proc/irq/$2" "$1/sys/kernel/irq/$2"
	printf '%3d: %10d %10d %10d %10d   PCI-MSI %d-edge      %s\n' "$2" 1 2 3 4 $((524288 + $2)) "$3" \
		>>"$1/proc/interrupts"
	echo f >"$1/proc/irq/$2/smp_affinity"
	echo 0-3 >"$1/proc/irq/$2/smp_affinity_list"
	printf '%s\n' "${3//, /,}" >"$1/sys/kernel/irq/$2/actions"
	echo PCI-MSI >"$1/sys/kernel/irq/$2/chip_name"
}

# knobs DIR: "24 f", a line a knob
knobs() {
	local f
	for f in "$1"/proc/irq/[0-9]*/smp_affinity; do
		printf '%s %s\n' "${f:${#1}+10}" "$(<"$f")"
	done | sed 's|/smp_affinity||'
}

# values DIR: the different values in the knobs, on one line
values() {
	cat "$1"/proc/irq/[0-9]*/smp_affinity | grep . | sort -u | tr '\n' ' '
}
