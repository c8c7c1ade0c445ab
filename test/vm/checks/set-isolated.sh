#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8* linux-iso
# set and pin-queue warn if an interrupt may fire on an isolated CPU where it did not before, and move it
# all the same: it does fire there. They do not if it fired there, or if the SET says isolated.
dev=$(link 1) name=virtio1-input.1
irq=$(irq_of $name) other=$(irq_of virtio1-output.1)
default=/proc/irq/default_smp_affinity workqueues=/sys/devices/virtual/workqueue/cpumask
was=$(cat "/proc/irq/$irq/smp_affinity_list") was_other=$(cat "/proc/irq/$other/smp_affinity_list")
was_default=$(cat $default) was_workqueues=$(cat $workqueues)
put_back() {
	echo "$was_default" >$default
	echo "$was_workqueues" >$workqueues
	while irqkit undo -q 2>/dev/null; do :; done
	echo "$was" >"/proc/irq/$irq/smp_affinity_list"
	echo "$was_other" >"/proc/irq/$other/smp_affinity_list"
}
trap put_back EXIT
# on CPUS: only these are allowed, and one of them handles it
on() {
	echo "$1" >"/proc/irq/$irq/smp_affinity_list"
	echo "$1" >"/proc/irq/$other/smp_affinity_list"
	traffic "$dev" 1
}
# by WORD...: what irqkit warns of when it does that
by() {
	status 0 irqkit "$@"
	sed -n 's/^irqkit: warning: \(.* may now fire .*\); use .*/\1/p' err
}
if [ "$MACHINE" != linux-iso ]; then # isolcpus=2,3 nohz_full=6,7
	echo f3 >$default
	echo f3 >$workqueues
fi
on 0
eq "$(by set "$irq" --cpus=2 -n)" "interrupt $irq may now fire on CPU 2, which is isolated" 'warned of a plan'
eq "$(by set "$irq" --cpus=2)" "interrupt $irq may now fire on CPU 2, which is isolated" 'warned of'
before=$(counts | sed -n "s/^$irq 2 //p")
traffic "$dev" 1
eq "$(cat "/proc/irq/$irq/effective_affinity_list")" 2 'the CPU that handles it'
after=$(counts | sed -n "s/^$irq 2 //p")
[ "$after" -ge $((before + 20)) ] || fail "it fired on CPU 2 only $((after - before)) times"
eq "$(by set "$irq" --cpus=2)$(by set "$irq" --cpus=0,2)$(by set "$irq" --cpus=2)" '' 'warned of where it is'
on 0
eq "$(by set "$irq" --cpus=0-3)" "interrupt $irq may now fire on CPUs 2-3, which are isolated" 'warned of, beside others'
on 0
eq "$(by set "$irq" --cpus=isolated)$(by set "$irq" --cpus=housekeeping)" '' 'warned of where the SET says so'
on 0
eq "$(by pin-queue "$dev" 1=3)" '2 interrupts may now fire on CPU 3, which is isolated' 'warned of by pin-queue'
# it may have been there already, but others handled it
on 0
echo 0-7 >"/proc/irq/$irq/smp_affinity_list"
traffic "$dev" 1
eq "$(cat "/proc/irq/$irq/effective_affinity_list")" 0 'the CPU that the kernel stays with'
eq "$(by set "$irq" --cpus=2)" "interrupt $irq may now fire on CPU 2, which is isolated" 'warned of where it was allowed'
[ "$MACHINE" = linux-iso ] || exit 0
on 0
eq "$(by set "$irq" --cpus=6)" "interrupt $irq may now fire on CPU 6, which is nohz_full" 'warned of nohz_full='
on 0
eq "$(by set "$irq" --cpus=3,7)" "interrupt $irq may now fire on CPUs 3,7, which are isolated or nohz_full" 'warned of both'
