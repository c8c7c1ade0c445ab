#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where `irqkit show DEV` advises `irqkit spread DEV`, spread has something to gain by the same
# counts, and says so: on every interface of every root, as it was saved and with all queues on the
# first CPU.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

advised=0 contradictions=''
# compare ROOT DEV
compare() {
	local plan
	# shellcheck disable=SC2016 # the quotes belong to the text
	"$O/irqkit" show --root "$1" "$2" 2>/dev/null | grep -qF "'irqkit spread $2'" || return 0
	advised=$((advised + 1))
	plan=$("$O/irqkit" spread --root "$1" "$2" --dry-run 2>/dev/null)
	! grep -qE '^(Already even|No improvement|Worse|0 to change)' <<<"$plan" ||
		contradictions+="${1##*/} $2"$'\n'
}
# on_first_cpu ROOT DEV: where its interrupts are, by their settings
on_first_cpu() {
	local irq
	for irq in $("$O/irqkit" show --root "$1" "$2" --raw --noheadings -o IRQ 2>/dev/null); do
		[ ! -e "$1/proc/irq/$irq/effective_affinity" ] || echo 1 >"$1/proc/irq/$irq/effective_affinity"
		[ ! -e "$1/proc/irq/$irq/effective_affinity_list" ] || echo 0 >"$1/proc/irq/$irq/effective_affinity_list"
	done
}

for root in "$roots"/*; do
	for dev in "$root"/sys/class/net/*; do
		[ ! -L "$dev" ] || compare "$root" "${dev##*/}"
	done
done
empty "spread gains something wherever show advises it" "$contradictions"
check "show advises it somewhere" test "$advised" -ge 3

advised=0 contradictions=''
for name in bond-i40e-8cpu cloud-nics-16cpu four-ports-8cpu ice-15queues-16cpu linux-6.1-16cpu mlx5-64queues \
	queues-8cpu virtio-8queues-8cpu xen-6.1-domu; do
	root=$tmp/$name
	cp -RP "$roots/$name" "$root"
	for dev in "$root"/sys/class/net/*; do
		[ ! -L "$dev" ] || on_first_cpu "$root" "${dev##*/}"
	done
	for dev in "$root"/sys/class/net/*; do
		[ ! -L "$dev" ] || compare "$root" "${dev##*/}"
	done
done
empty "so it does with all queues on the first CPU" "$contradictions"
check "show advises it on most of these" test "$advised" -ge 6
finish
