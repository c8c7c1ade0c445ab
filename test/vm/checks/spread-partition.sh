#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-6.12 linux-8-7
# A cpuset partition isolates CPUs while spread --every runs: the interrupts of a busy interface leave
# them, and a later plan uses the partition's CPUs when the partition is gone. (The kernel of linux-8 has no
# cpuset.cpus.isolated, so the check writes this file itself.)
dev=$(link 1) cgroup=/sys/fs/cgroup
pid=''
put_back() {
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	[ ! -e $cgroup/part ] || echo member >$cgroup/part/cpuset.cpus.partition || :
	[ ! -e $cgroup/part ] || rmdir $cgroup/part || :
	umount $cgroup 2>/dev/null || : # not mounted yet
	while irqkit undo -q 2>/dev/null; do :; done
	while read -r irq cpus; do
		echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
	done <was
}
irqkit show 'virtio1-*put.*' -r --noheadings -o IRQ,AFFINITY >was
trap put_back EXIT
isolated() { irqkit show --json | jq -r .isolated; }
mount -t cgroup2 none $cgroup
if [ -e $cgroup/cpuset.cpus.isolated ]; then
	echo +cpuset >$cgroup/cgroup.subtree_control
	mkdir $cgroup/part
	echo 2-3 >$cgroup/part/cpuset.cpus
	isolate() {
		echo isolated >$cgroup/part/cpuset.cpus.partition
		eq "$(cat $cgroup/part/cpuset.cpus.partition)" isolated 'the partition'
	}
	member() { echo member >$cgroup/part/cpuset.cpus.partition; }
else
	umount $cgroup
	mount -t tmpfs none $cgroup
	echo >$cgroup/cpuset.cpus.isolated
	isolate() { echo 2-3 >$cgroup/cpuset.cpus.isolated; }
	member() { echo >$cgroup/cpuset.cpus.isolated; }
fi
eq "$(isolated)" '' 'isolated at first'

# queues 0 and 1 on CPU 2, and 2 and 3 on CPU 3: even already
on_cpus_2_and_3() {
	for queue in 0 1 2 3; do
		for way in input output; do
			echo $((2 + queue / 2)) >"/proc/irq/$(irq_of virtio1-$way.$queue)/smp_affinity_list"
		done
	done
}
on_cpus_2_and_3
start_stream "$dev"
irqkit spread "$dev" --every=2 --cpus=housekeeping --node=any >log 2>&1 &
pid=$!
sleep 5
isolate
eq "$(isolated)" 2-3 'isolated by the partition'
on_cpus_2_and_3
left() {
	while read -r irq _; do
		case $(cat "/proc/irq/$irq/smp_affinity_list") in 2 | 3) return 1 ;; esac
	done <was
}
until_ok 60 left || fail "interrupts are still on CPUs 2 and 3: $(cat log; irqkit show "$dev")"
kill "$pid"
wait "$pid" || fail "exit status $?: $(cat log)"
pid=''
end_stream
sed -n '$s/^/# /p' log
member
eq "$(isolated)" '' 'isolated afterwards'
