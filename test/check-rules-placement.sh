#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules of the doctor on placement, isolated CPUs, and what cannot be judged: for each, a system that
# triggers it and one that must not, at the edge of each threshold. What irqkit itself can fix is
# gone after the fix.
#
#	test/check-rules-placement.sh           a third of the rules
#	test/check-rules-placement.sh --long    all of them
# takes: 15 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/machine.sh
. test/machine.sh
# shellcheck source=test/rule.sh
. test/rule.sh

# each COUNT FIRST LAST: these interrupts have fired so often
each() {
	local number
	for ((number = $2; number <= $3; number++)); do fired $number "$1"; done
}

# allow IRQ LIST [EFFECTIVE]: its affinity, and where it is handled
allow() {
	# shellcheck disable=SC2046 # words
	put "proc/irq/$1/smp_affinity" "$(mask $(tr , '\n' <<<"$2" | awk -F - '{ for (i = $1; i <= $NF; i++) print i }'))"
	put "proc/irq/$1/smp_affinity_list" "$2"
	[ -n "${3-}" ] || return 0
	put "proc/irq/$1/effective_affinity" "$(mask "$3")"
	put "proc/irq/$1/effective_affinity_list" "$3"
	row_cpu[$1]=$3
}

# only_totals: since an unknown time
only_totals() { rm "$root/proc/uptime"; }

# managed IRQ LIST EFFECTIVE: only the kernel places it
managed() {
	allow "$@"
	chmod 444 "$root/proc/irq/$1/smp_affinity" "$root/proc/irq/$1/smp_affinity_list"
}

# ---- placement -----------------------------------------------------------------------------
id='queues-on-one-cpu'
new 4; nic eth0 ice 0 0 0 0; each 100000 24 27; only_totals; fires $id 'medium eth0: cpu0 handles all 4 queues; the device could use 4 CPUs' 'totals alone'
new 4; nic eth0 ice 0 0 0 0; each 1000000 24 27; for i in 24 25 26 27; do rate $i 250; done; fires $id 'high eth0' '1,000 per second'
new 4; nic eth0 ice 0 0 0 0; each 1000000 24 27; for i in 24 25 26; do rate $i 250; done; fires $id 'info eth0' '750 per second: idle'
new 4; nic eth0 ice 0 0 0 0; each 74 24 27; only_totals; silent $id 'too few interrupts to tell'
new 4; nic eth0 ice 0 0 0 0; each 75 24 27; only_totals; fires $id 'low eth0' 'idle by totals'
new 4; nic eth0 ice 0 0 0 1; each 100000 24 27; silent $id 'two CPUs'
new 1; nic eth0 ice 0 0 0 0; each 100000 24 27; silent $id 'one CPU'
new 4; nic eth0 ice 0 0; fired 24 1000000; silent $id 'one of the queues has fired'

id='cpus-fewer-than-queues'
new 8; nic eth0 ice 0 1 2 3 4 5 5 5; each 1000000 24 31; fires $id 'medium eth0: only CPUs 0-5 handle its 8 queues; it could use 8 CPUs' '75 %'
new 8; nic eth0 ice 0 1 2 3 4 5 6 6; each 100000 24 31; silent $id '88 %'
new 8; nic eth0 ice 0 0 1 1; fired 24 100000; fired 26 100000; silent $id 'each second queue is idle'
new 8; nic eth0 ice 0 1 1 2; fired 24 1000000; fired 25 100000; fired 26 100000; fired 27 100000; silent $id 'the hottest is alone: no gain'

# all_on SHARE: 4 CPUs, cpu0 has SHARE % of the interrupts, by two devices
all_on() {
	new 4
	nic eth0 igb 0
	nic eth1 igb 0
	nic eth2 igb 1
	fired 24 $(($1 * 6000))
	fired 25 $(($1 * 4000))
	fired 26 $(((100 - $1) * 10000))
}
id='one-cpu-serves-all'
all_on 80; fires $id 'high cpu0 handles 80% of the interrupts of all devices; the other 3 CPUs share the rest' '80 %'
all_on 79; silent $id '79 %'
all_on 80; fired 24 641000; fired 25 159000; silent $id 'a fifth of it is not the hottest'
all_on 80; irq 'xen-percpu -virq' timer0 1; fired 27 90000000; fires $id 'handles 80%' 'a timer is left out'
new 2; nic eth0 igb 0; nic eth1 igb 0; each 1000000 24 25; silent $id 'two CPUs'
all_on 80; fired 24 4800; fired 25 3200; fired 26 2000; silent $id 'idle'

# pair A B: on CPU 0, beside much on CPU 1
pair() {
	new 4
	nic eth0 igb 0
	nic eth1 igb 0
	nic eth2 igb 1
	fired 24 "$1"
	fired 25 "$2"
	fired 26 1000000
}
id='hot-units-collide'
pair 1000000 400000; fires $id 'medium cpu0 handles eth0:0 and eth1:0' 'gain 29 %'
pair 1000000 300000; silent $id 'gain 23 %'
pair 4000000 520000; silent $id 'the lesser one is below a tenth'
new 4; nic eth0 xen_netfront 0; put proc/irq/24/effective_affinity_list 0; irq 'PCI-MSIX-x 1-edge' eth0-rx-0 0; silent $id 'one device'

# uneven BUSY: cpu0 with two devices, the others nearly idle
uneven() {
	new 4
	nic eth0 igb 0
	nic eth1 igb 0
	each 1000000 24 25
	rate 24 600
	rate 25 600
	busy 0 "$1"
	busy 1 "${2-2}"
}
id='load-uneven'
uneven 50; fires "$id" 'medium cpu0 spends 50% of its time in interrupts' '50 %'
uneven 49; silent $id '49 %'
uneven 60 60; silent $id 'less than three times the mean'

# far NODE CPU...: 8 CPUs on two nodes, a device on a node
far() {
	new 8
	two_nodes
	nic eth0 ice "${@:2}"
	put "sys/devices/pci0000:00/$address/numa_node" "$1"
	each 1000000 24 $((23 + $# - 1))
}
id='queue-on-remote-node'
far 0 0 4; fires $id 'medium eth0: 1 of 2 queues is handled on another NUMA node than node 0'
far 0 0 1; silent $id 'its node'
far 0 0 4; fired 24 19000000; fires $id '1 of 2' '5 % of its interrupts'
far 0 0 4; fired 24 20000000; silent $id 'less than 5 %'
far 0 0 4; put sys/devices/system/node/node0/distance '10 10'; put sys/devices/system/node/node1/distance '10 10'; silent $id 'nodes that are equally far'
far 0 0 4; pci eth1 virtio_net; silent $id 'a guest'
far 0 0 4; managed 25 4-7 4; silent $id 'the kernel places it'
far 0 0 4 5; managed 26 4-7 5; fires $id 'medium eth0: 1 of 2 queues is handled on another NUMA node than node 0, where the device is; 1 managed one stays' 'one can be moved'
far 0 0 4; each 100000 24 25; nic eth1 ice 0 1 2 3; each 300000 26 29; finds $id 'info eth0: 1 of 2 queues' 'the load would be less even'
new 8; nic eth0 ice 0 4; each 100000 24 25; silent $id 'one node'

id='node-unknown'
far -1 0 1; fires $id 'info eth0: the firmware does not say on which NUMA node it is'
far 1 4 5; silent $id 'known'
new 8; nic eth0 ice 0; each 100000 24 24; silent $id 'one node'

# threads CPU...: 8 CPUs, 4 cores
threads() {
	new 8
	two_threads
	nic eth0 ice "$@"
	each 1000000 24 $((23 + $#))
}
id='siblings-share-core'
threads 0 1 2; fires $id 'low eth0: its queues use 3 CPUs of 2 cores; 3 cores could handle them'
threads 0 2 4; silent $id 'a core for each'
threads 0 1 2 3 4; silent $id 'more queues than cores'
threads 0 1; each 1000000 24 25; rate 24 2000; rate 25 2000; busy 0 30; busy 1 30; fires $id 'low eth0' '30 % of the time'
threads 0 1; each 1000000 24 25; rate 24 2000; rate 25 2000; busy 0 29; busy 1 29; silent $id '29 % of the time'

# slow CPU: CPUs 2 and 3 are slow
slow() {
	new 4
	nic eth0 igb "$1"
	fired 24 1000000
	put sys/devices/cpu_core/cpus 0-1
	put sys/devices/cpu_atom/cpus 2-3
}
id='queue-on-slow-core'
slow 2; fires $id 'medium eth0: its interrupt is handled on slow cores (CPUs 2-3)'
slow 1; silent $id 'a fast core'
slow 2; rate 24 2000; busy 2 30; fires $id 'medium eth0' '30 % of the time'
slow 2; rate 24 2000; busy 2 29; silent $id '29 % of the time'
slow 2; fired 24 999999; silent $id 'idle'

# two_vectors RX TX: a queue with two interrupts; CPUs 0-3 and 4-7 share a cache each
two_vectors() {
	new 8
	pci eth0 mlx4_en
	queue eth0 0
	irq "PCI-MSIX-$address 0-edge" eth0-rx-0 "$1"
	put "sys/devices/pci0000:00/$address/msi_irqs/$irq" msix
	irq "PCI-MSIX-$address 1-edge" eth0-tx-0 "$2"
	put "sys/devices/pci0000:00/$address/msi_irqs/$irq" msix
	each 1000000 24 25
}
id='rx-tx-apart'
two_vectors 0 4; fires $id 'low eth0: the rx and the tx interrupt of 1 queue are on CPUs that share no cache'
two_vectors 0 3; silent $id 'one cache'

# disk RATE AFFINITY
disk() {
	new 4
	irq 'PCI-MSI 0-edge' ahci 0
	fired 24 9000000
	rate 24 "$1"
	put "sys/devices/pci0000:00/0000:00:05.0/class" 0x010600
	put "sys/devices/pci0000:00/0000:00:05.0/msi_irqs/24" msi
	put "sys/devices/pci0000:00/0000:00:05.0/host0/block/sda/queue/rq_affinity" "$2"
	mkdir -p "$root/sys/block" "$root/sys/class/block" "$root/sys/bus/pci/devices"
	ln -s ../devices/pci0000:00/0000:00:05.0/host0/block/sda "$root/sys/block/sda"
	ln -s ../../devices/pci0000:00/0000:00:05.0/host0/block/sda "$root/sys/class/block/sda"
	ln -s ../../../devices/pci0000:00/0000:00:05.0 "$root/sys/bus/pci/devices/0000:00:05.0"
	ln -s ../../../.. "$root/sys/devices/pci0000:00/0000:00:05.0/host0/block/sda/device"
}
id='disk-one-vector'
disk 5000 1; fires $id 'low sda: one interrupt completes 5000 requests per second'
disk 4999 1; silent $id 'fewer'
disk 5000 2; silent $id 'rq_affinity is 2'

# ---- affinities ----------------------------------------------------------------------------
id='mask-delivers-to-one'
new 4; nic eth0 igb 0; fired 24 1000000; allow 24 0-1 0; fires $id 'info affinity: 1 interrupt may be handled on several CPUs'
new 4; nic eth0 igb 0; fired 24 1000000; allow 24 0-3 0; silent $id 'all CPUs: nobody chose them'
new 4; nic eth0 igb 0; fired 24 1000000; silent $id 'one CPU'
new 4; nic eth0 igb 0; fired 24 1000; allow 24 0-1 0; silent $id 'idle'

# hops CPU: an event channel of a mask; its CPU in the second sample
hops() {
	new 4
	irq 'xen-dyn -event' eth0 0
	allow 24 0-1 0
	fired 24 1000000
	rate 24 100
	put proc.1/irq/24/smp_affinity_list 0-1
	put proc.1/irq/24/effective_affinity_list "$1"
}
id='xen-mask-repicks'
hops 1; fires $id 'medium affinity: 1 event channel moved to another CPU, although nobody changed its affinity'
hops 0; silent $id 'it stayed'
hops 1; put proc.1/irq/24/smp_affinity_list 1; silent $id 'somebody moved it'

# pends RATE: it goes to CPU 2, and is on CPU 0
pends() {
	new 4
	nic eth0 igb 0
	fired 24 1000000
	allow 24 2
	[ -z "$1" ] || rate 24 "$1"
}
id='move-pending'
pends ''; fires $id 'info affinity: 1 interrupt waits to move to another CPU (eth0:0)'
pends 0; fires $id 'info affinity' 'it did not fire'
pends 1; silent $id 'it fired'
id='move-stuck'
pends 1; fires $id 'medium affinity: 1 interrupt fired and did not move to the requested CPU' 'twice in the sample'
pends 0; silent $id 'it did not fire'
pends ''; silent $id 'nothing was measured'

id='affinity-offline'
new 4; nic eth0 igb 0; fired 24 1000; put sys/devices/system/cpu/online 0-2; n_cpus=3; allow 24 0,3 0
fires $id 'low affinity: 1 interrupt may be handled on CPUs that are offline: 3 (eth0:0)'
allow 24 0-3 0; silent $id 'all CPUs'
allow 24 0,2 0; silent $id 'online CPUs'

# widened: 3 queues, one of which may go anywhere
widened() {
	new 4
	nic eth0 ice 0 1 2
	each 100000 24 26
	allow 26 0-3 2
}
id='widened-by-hotplug'
widened; fires $id 'medium eth0: eth0:2 may be handled on all CPUs, but each of the other 2 queues on one CPU only'
widened; allow 26 2-3 2; silent $id 'two CPUs: somebody chose them'
widened; allow 25 0-3 1; silent $id 'two of them'

# hints CPU...: 4 queues on these CPUs, and hints for 0 to 3
hints() {
	local i
	new 4
	nic eth0 ice "$@"
	each 1000000 24 27
	for i in 0 1 2 3; do put proc/irq/$((24 + i))/affinity_hint "$(mask $i)"; done
}
id='hint-ignored'
hints 0 1 0 1; finds $id 'low eth0: 2 of 4 queues are not on the CPU that the driver suggests' half
hints 0 1 2 2; silent $id 'one of four'
hints 3 2 1 0; silent $id 'another order gains nothing'

id='default-affinity-narrow'
new 8; nic eth0 igb 0; put proc/irq/default_smp_affinity 07; fires $id 'low the machine: new interrupts go only to CPUs 0-2, although 8 CPUs' '3 of 8'
new 8; nic eth0 igb 0; put proc/irq/default_smp_affinity 0f; silent $id '4 of 8'
new 2; nic eth0 igb 0; put proc/irq/default_smp_affinity 1; silent $id 'two CPUs'

# ---- isolated CPUs -------------------------------------------------------------------------
# isolated CPU LIST: CPUs 2 and 3 are isolated; an interrupt on CPU that is allowed on LIST
isolated() {
	new 4
	nic eth0 igb "$1"
	fired 24 1000
	allow 24 "$2" "$1"
	put sys/devices/system/cpu/isolated 2-3
	put proc/irq/default_smp_affinity 3
}
id='irq-on-isolated'
isolated 2 0-3; only_totals; fires $id 'medium isolated CPUs 2-3: 1 interrupt fires there, 1000 times so far' 'totals alone'
isolated 2 0-3; rate 24 10; fires $id 'high isolated CPUs 2-3: 1 interrupt fires there, 10.0 times per second'
isolated 1 0-3; silent $id 'it comes elsewhere'
isolated 2 0-3; fired 24 0; silent $id 'it never came'
isolated 2 2; silent $id 'only isolated CPUs: on purpose'
isolated 2 0-3; rm "$root/sys/devices/system/cpu/isolated"; silent $id 'nothing is isolated'
id='irq-may-reach-isolated'
isolated 1 0-3; fires $id 'low isolated CPUs 2-3: 1 interrupt may be handled there'
isolated 1 0-1; silent $id 'it may not'
id='managed-on-isolated'
isolated 0 0; managed 24 1-2 2; fires $id 'medium isolated CPUs 2-3: 1 interrupt that only the kernel places fires there'
isolated 0 0; managed 24 1-2 1; silent $id 'it comes elsewhere'
isolated 0 0; managed 24 1-2 2; fired 24 0; silent $id 'it never came'
id='managed-isolated-only'
isolated 0 0; managed 24 2 2; fires $id 'info isolated CPUs 2-3: 1 managed interrupt can fire only there'
isolated 0 0; managed 24 1-2 2; silent $id 'other CPUs, too'
id='isolcpus-without-managed'
isolated 0 0; managed 24 1-2 1; put proc/cmdline 'quiet isolcpus=2-3'; fires $id 'low isolcpus=2-3: 1 managed interrupt may still be handled'
put proc/cmdline 'quiet isolcpus=managed_irq,domain,2-3'; silent $id 'managed_irq'
put proc/cmdline 'quiet isolcpus=2-3'; put proc/sys/kernel/osrelease 5.5.0; silent $id 'Linux 5.5'
put proc/sys/kernel/osrelease 5.6.0; fires $id 'low isolcpus' 'Linux 5.6'
id='default-affinity-isolated'
isolated 0 0; put proc/irq/default_smp_affinity 7; fires $id 'medium isolated CPUs 2-3: new interrupts may be handled on CPUs 2'
isolated 0 0; silent $id 'the others'
id='cmdline-contradiction'
new 4; irq 'PCI-MSI 0-edge' eth0 0; put proc/cmdline 'irqaffinity=0-2 isolcpus=2-3'; fires $id 'medium the command line: irqaffinity= and isolcpus= contradict each other about CPUs 2'
put proc/cmdline 'irqaffinity=0-1 isolcpus=2-3'; silent $id 'they agree'
put proc/cmdline 'nohz_full=1-3 isolcpus=nohz,2-3'; fires $id 'nohz_full= and isolcpus= contradict each other about CPUs 1'
put proc/cmdline 'irqaffinity=0,3 nohz_full=2-3'; fires $id 'irqaffinity= and nohz_full='
put proc/cmdline 'nohz_full=2-3'; silent $id 'one parameter'
id='rps-on-isolated'
isolated 0 0; put sys/class/net/eth0/queues/rx-0/rps_cpus 6; fires $id 'medium isolated CPUs 2-3: RPS lets them process packets of others (eth0:rx-0)'
put sys/class/net/eth0/queues/rx-0/rps_cpus 3; silent $id 'the others'
id='rps-default-isolated'
isolated 0 0; put proc/sys/net/core/rps_default_mask 4; fires $id 'low isolated CPUs 2-3: RPS of new interfaces'
put proc/sys/net/core/rps_default_mask 3; silent $id 'the others'
id='threads-on-isolated'
isolated 0 0; thread 300 kcompactd0 0-3; finds $id 'low isolated CPUs 2-3: kernel threads'
isolated 0 0; thread 300 kcompactd0 0-1; silent $id 'the others'
id='workqueue-on-isolated'
isolated 0 0; put sys/devices/virtual/workqueue/cpumask f; fires $id 'low isolated CPUs 2-3: work of unbound workqueues'
put sys/devices/virtual/workqueue/cpumask 3; silent $id 'the others'
# ticks PER-SECOND USER: a nohz_full CPU that works
ticks() {
	isolated 0 0
	put sys/devices/system/cpu/nohz_full 3
	rate 24 1
	made
	sed -i 's/^cpu3 100 /cpu3 '"$((100 + $2 * 2))"' /' "$root/proc.1/stat"
	printf ' LOC: 10 10 10 10  Local timer interrupts\n' >>"$root/proc/interrupts"
	printf ' LOC: 10 10 10 %s  Local timer interrupts\n' $((10 + $1 * 2)) >>"$root/proc.1/interrupts"
}
id='tick-on-nohz-full'
ticks 11 90; has $id 'info CPU 3 ticks up to 11 times per second' '11 per second'
ticks 10 90; lacks $id '10 per second'
ticks 11 89; lacks $id 'it is idle for a tenth of the time'

# ---- what cannot be judged -----------------------------------------------------------------
# accounted TICKS: of interrupts of each CPU; many interrupts come
accounted() {
	new 4
	nic eth0 igb 0
	fired 24 1000000
	rate 24 100000
	made
	sed -i -E 's/^(cpu[0-9] 100 0 100 [0-9]+ 0) .*/\1 0 0 0 0 0/' "$root/proc/stat"
	echo 'intr 9000000' >>"$root/proc/stat"
	echo 'intr 9200000' >>"$root/proc.1/stat"
	sed -i -E 's/^(cpu[0-9] 100 0 100 [0-9]+ 0) .*/\1 '"$1"' 0 0 0 0/' "$root/proc.1/stat"
}
id='irq-time-not-accounted'
accounted 0; has $id 'info the machine: this kernel does not account the time of interrupts'
accounted 40; lacks $id 'it does'
id='cannot-read'
new 4; irq 'PCI-MSI 0-edge' eth0 0; made; : >"$root/proc/interrupts"; put sys/kernel/irq/24/per_cpu_count 5,0,0,0; put sys/kernel/irq/24/actions eth0
has $id 'info the machine: /proc/interrupts is empty here, so only the 1 interrupts'
new 4; irq 'PCI-MSI 0-edge' eth0 0; silent $id 'it can'
# a file of 24 MB, as 512 CPUs and 4,096 interrupts have, is no file that cannot be read
new 4; irq 'PCI-MSI 0-edge' eth0 0; made; head -c 12000000 /dev/zero | tr '\0' ' ' >"$tmp/blank"
for label in LOC CAL; do printf '%s: 1 1 1 1%s text\n' $label "$(cat "$tmp/blank")"; done >>"$root/proc/interrupts"
empty "$id: a file of 24 MB can be read" "$("$O/irqkit" doctor -q --root "$root" 2>&1)"
# steals SHARE: of CPU 0
steals() {
	new 4
	nic eth0 igb 0
	fired 24 1000000
	rate 24 1000
	made
	awk -v n="$1" '$1 == "cpu0" { $5 -= n; $9 += n } 1' "$root/proc.1/stat" >"$tmp/stat"
	cp "$tmp/stat" "$root/proc.1/stat"
}
id='steal-high'
steals 10; has $id 'medium CPU 0: the host takes 5% of its time' '5 %'
steals 9; lacks $id 'less than 5 %'
id='sample-too-short'
new 4; nic eth0 igb 0; fired 24 1000000; rate 24 499; fires $id 'info the machine: only 998 interrupts of devices fired in 2 seconds'
new 4; nic eth0 igb 0; fired 24 1000000; rate 24 500; silent $id '1,000 interrupts'
new 4; nic eth0 igb 0; fired 24 10; silent $id 'nothing was measured'

finish
