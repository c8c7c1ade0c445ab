#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# CPUs that an administrator takes out of the default affinity and out of the workqueues are isolated
# for every command: none puts interrupts, RPS or XPS there, until they are given back. Where there is
# no mask of the workqueues, the administrator moves the kernel's threads away, kthreadd among them.
default=/proc/irq/default_smp_affinity
workqueues=/sys/devices/virtual/workqueue/cpumask
was=$(cat $default)
kthreadd=$(sed -n 's/^Cpus_allowed:[[:space:]]*//p' /proc/2/status)
put_back() {
	umount ${workqueues%/*} 2>/dev/null || : # not mounted yet
	echo "$was" >$default
	echo "$was" >$workqueues
	taskset -p "$kthreadd" 2 >/dev/null
}
trap put_back EXIT
isolated() { irqkit show --json | jq -r .isolated; }

eq "$(isolated)" '' 'isolated before'
echo f3 >$default
eq "$(isolated)" '' 'isolated by one of the two masks'
echo f3 >$workqueues
eq "$(isolated)" 2-3 'isolated by both'

# used COMMAND: what its plan would set to CPUs 2 or 3
used() {
	irqkit "$@" --dry-run --json >plan || fail "irqkit $*: exit status $?"
	[ "$(jq '.changes | length' plan)" -gt 0 ] || fail "irqkit $* plans nothing"
	jq -r '.changes[] | .path as $path | .new_cpus // "" | split(",")[] | split("-") | map(tonumber) |
		select(.[0] <= 3 and .[-1] >= 2) | $path' plan
}
dev=$(link 1)
irqkit set "$dev" --cpus=2 -q || fail "set $dev: exit status $?" # somebody says so
eq "$(used spread "$dev"; used rps "$dev" --auto; used xps "$dev" --auto)" '' 'plans that use them'
irqkit spread "$dev" -q || fail "spread: exit status $?"
for irq in $(irqkit show --json "$dev" | jq '.interrupts[] | select(.role == "queue") | .irq'); do
	case $(cat "/proc/irq/$irq/smp_affinity_list") in 2 | 3) fail "interrupt $irq is on an isolated CPU" ;; esac
done
status 0 irqkit undo -q
status 0 irqkit undo -q
echo "$was" >$workqueues

mount -t tmpfs none ${workqueues%/*}
eq "$(isolated)" '' 'isolated by the default affinity alone, without a mask of the workqueues'
taskset -p f3 2 >/dev/null
eq "$(isolated)" 2-3 'isolated by kthreadd'
eq "$(used spread "$dev" --node=any; used rps "$dev" --auto; used xps "$dev" --auto)" '' 'plans that use them'
status 0 irqkit set "$dev:0" --cpus=2 -n
grep -q 'may now fire on CPU 2, which is isolated' err || fail "no warning: $(cat err)"
put_back
eq "$(isolated)" '' 'isolated afterwards'
