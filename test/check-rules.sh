#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules of the doctor: for each, a system that triggers it and one that must not, at the edge of
# each threshold. What irqkit itself can fix is gone after the fix.
#
#	test/check-rules.sh           a third of the rules
#	test/check-rules.sh --long    all of them
# takes: 12 s
# shellcheck disable=SC2100,SC2046,SC2016 # ids; words; text for files
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/machine.sh
. test/machine.sh

# shellcheck source=test/rule.sh
. test/rule.sh

# one_queue BUSY: 4 CPUs, an interface with one queue on CPU 0
one_queue() {
	new 4
	nic eth0 igb 0
	fired 24 1000000
	rate 24 2000
	busy 0 "$1"
}

# ---- steering ------------------------------------------------------------------------------
id=single-queue-no-rps
one_queue 50; fires $id 'high eth0 has one rx queue, so cpu0 processes all packets' 'half of the time'
one_queue 49; silent $id 'less than half of the time'
one_queue 10; softnet 0 1 1; fires $id 'cpu0 drops 1 packet per second' 'drops'
new 4; nic eth0 igb 0; fired 24 1000000; fires $id 'medium eth0' 'totals alone'
new 4; nic eth0 igb 0; fired 24 999; silent $id 'idle by totals'
new 4; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/statistics/rx_packets 25000; put sys/class/net/eth0/statistics/tx_packets 75000; fires $id 'medium eth0' 'three quarters of the packets are sent'
new 4; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/statistics/rx_packets 24000; put sys/class/net/eth0/statistics/tx_packets 76000; silent $id 'it mostly sends'
if wanted $id; then
	new 4; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/channels 'combined 1 8'; finds $id 'medium eth0' 'the driver allows more queues'
	same "$id: as many queues as there are cores" "'irqkit channels eth0 --auto' sets 4 queues, which share the interrupts too" \
		"$(jq -r --arg id $id '.findings[] | select(.id == $id) | .by_hand' "$tmp/json")"
fi
# two_vectors RX TX: how often the interrupt of each direction fired
two_vectors() {
	local direction
	new 4
	pci eth0 igb
	queue eth0 0
	for direction in rx tx; do
		irq "PCI-MSIX-$address 0-edge" eth0-$direction-0 0
		put "sys/devices/pci0000:00/$address/msi_irqs/$irq" msix
	done
	fired 24 "$1"
	fired 25 "$2"
}
two_vectors 1000000 100000; fires $id 'medium eth0' 'it mostly receives'
two_vectors 100000 1000000; silent $id 'it mostly sends, and RPS does not help that'
two_vectors 6 2; rate 24 6; rate 25 2; busy 0 60; fires $id 'high eth0' 'it mostly receives, and fires rarely'
two_vectors 2 8; rate 24 2; rate 25 8; busy 0 60; silent $id 'it mostly sends, and fires rarely'
one_queue 90; put sys/class/net/eth0/queues/rx-0/rps_cpus e; silent $id 'RPS is on'
one_queue 90; put sys/class/net/eth0/operstate down; silent $id 'the interface is down'
new 1; nic eth0 igb 0; fired 24 1000000; rate 24 2000; busy 0 90; silent $id 'one CPU'

# one_vector QUEUES: an interface with QUEUES queues, and one interrupt
one_vector() {
	local queue
	one_queue 60
	for ((queue = 1; queue < $1; queue++)); do queue eth0 "$queue"; done
	row_name[24]=eth0
}
id=one-vector-for-all-queues
one_vector 4; fires $id 'high eth0 has 4 rx queues, but only interrupt 24 for all'
one_vector 1; silent $id 'one queue'
one_vector 4; busy 0 49; silent $id 'less than half of the time'

# hot COUNT...: 8 CPUs, a queue on each of the first, with these counts
hot() {
	new 8
	nic eth0 ice $(seq 0 $(($# - 1)))
	irq=24
	for count; do fired $irq "$count"; irq=$((irq + 1)); done
}
id=one-hot-queue
hot 6100000 1000000 1000000 900000 100000 100000 100000 100000
fires $id 'medium eth0: 65% of the interrupts of 8 queues come from queue 0 (cpu0)'
hot 6000000 1100000 1100000 1100000 1100000; silent $id '58 %'
hot 8000000 100000 100000; silent $id 'three queues'
hot 6100000 1000000 1000000 900000 100000 100000 100000 100000
put sys/class/net/eth0/queues/rx-0/rps_cpus fe; silent $id 'RPS is on for it'

# spread_rps MASK: 4 queues on 4 CPUs, RPS of all
spread_rps() {
	local queue
	new 4
	nic eth0 ice 0 1 2 3
	for queue in 0 1 2 3; do
		fired $((24 + queue)) 1000000
		put sys/class/net/eth0/queues/rx-$queue/rps_cpus "$1"
	done
}
id=rps-redundant
spread_rps f; fires $id 'medium eth0: RPS is on for all 4 rx queues'
spread_rps 0; silent $id 'RPS is off'
spread_rps f; rate 24 2000; busy 0 69; busy 1 40; busy 2 40; busy 3 36; fires $id 'medium eth0' '1.5 times the mean'
spread_rps f; rate 24 2000; busy 0 70; busy 1 40; busy 2 40; busy 3 36; silent $id 'one CPU does more than 1.5 times the mean'
spread_rps f; put sys/class/net/eth0/queues/rx-0/rps_flow_cnt 4096; fires $id 'info eth0' 'RFS'

id=rps-on-irq-cpu
one_queue 50; put sys/class/net/eth0/queues/rx-0/rps_cpus f; fires $id 'low eth0: cpu0 handles its interrupt and is one of the 4'
one_queue 49; put sys/class/net/eth0/queues/rx-0/rps_cpus f; silent $id 'less than half of the time'
one_queue 50; put sys/class/net/eth0/queues/rx-0/rps_cpus 3; silent $id 'two CPUs'
one_queue 50; put sys/class/net/eth0/queues/rx-0/rps_cpus e; silent $id 'the others'

id=rps-on-sibling
new 8; two_threads; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/queues/rx-0/rps_cpus 2
fires $id 'low eth0: RPS of its rx queue uses a thread of the core'
put sys/class/net/eth0/queues/rx-0/rps_cpus 4; silent $id 'another core'
new 8; two_threads; nic eth0 virtio_net 0; fired 24 1000000; put sys/class/net/eth0/queues/rx-0/rps_cpus 2
silent $id 'a guest'

id=rps-remote-node
new 8; two_nodes; nic eth0 igb 0; put "sys/devices/pci0000:00/$address/numa_node" 0; fired 24 1000000
put sys/class/net/eth0/queues/rx-0/rps_cpus 12; fires $id 'medium eth0: RPS of its rx queue uses CPUs of another NUMA node'
put sys/class/net/eth0/queues/rx-0/rps_cpus 0e; silent $id 'CPUs of its node'
put sys/class/net/eth0/queues/rx-0/rps_cpus 12; put sys/class/net/eth0/queues/rx-0/rps_flow_cnt 4096; silent $id 'RFS'
new 8; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/queues/rx-0/rps_cpus 12; silent $id 'one node'

id=rps-no-effect
new 4; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/queues/rx-0/rps_cpus 1; fires $id 'low eth0: RPS of its rx queue has no effect'
put sys/class/net/eth0/queues/rx-0/rps_cpus 3; silent $id 'another CPU, too'
put sys/class/net/eth0/queues/rx-0/rps_cpus 10; fires $id 'low eth0' 'offline'

# upper NAME TYPE: on top of eth0
upper() {
	new 4
	nic eth0 igb 0
	software "$1"
	put "sys/class/net/$1/uevent" "DEVTYPE=$2"
	ln -s ../../../pci0000:00/0000:01:00.0/net/eth0 "$root/sys/devices/virtual/net/$1/lower_eth0"
	put "sys/class/net/$1/queues/rx-0/rps_cpus" f
}
id=rps-on-upper
upper bond0 bond; fires $id 'low bond0: RPS is set to CPUs 0-3, but packets arrive on eth0' bond
upper eth0.5 vlan; fires $id 'low eth0.5' VLAN
upper br0 bridge; mkdir "$root/sys/devices/virtual/net/br0/bridge"; silent $id bridge
upper bond0 bond; put sys/class/net/bond0/queues/rx-0/rps_cpus 0; silent $id 'RPS is off'
new 4; software veth0; put sys/class/net/veth0/queues/rx-0/rps_cpus f; silent $id veth

id=rps-default-on-hardware
spread_rps 3; put proc/sys/net/core/rps_default_mask 3; fires $id 'low eth0: all 4 rx queues took over RPS on CPUs 0-1'
spread_rps 3; put proc/sys/net/core/rps_default_mask 1; silent $id 'another mask'
spread_rps 0; put proc/sys/net/core/rps_default_mask 0; silent $id 'no default'
one_queue 10; put sys/class/net/eth0/queues/rx-0/rps_cpus 3; put proc/sys/net/core/rps_default_mask 3; silent $id 'one queue'

# flows ENTRIES EACH: two queues
flows() {
	new 4
	nic eth0 ice 0 1
	put proc/sys/net/core/rps_sock_flow_entries "$1"
	put sys/class/net/eth0/queues/rx-0/rps_flow_cnt "$2"
	put sys/class/net/eth0/queues/rx-1/rps_flow_cnt "$2"
}
id=rfs-half-on
flows 32768 0; fires $id 'no rx queue has a flow table'
flows 0 4096; fires $id 'its rx queues have tables for 8192 flows'
flows 8192 4096; silent $id 'both'
flows 0 0; silent $id 'none'
id=rfs-table-small
flows 4096 4096; fires $id 'have tables for 8192 flows, but net.core.rps_sock_flow_entries is 4096'
flows 8192 4096; silent $id 'large enough'
flows 0 4096; silent $id 'off'

# xps MASK...: 8 CPUs in two caches, a tx queue for each mask; queue N is on CPU N
xps() {
	local number=0 mask
	new 8
	nic eth0 ice $(seq 0 $(($# - 1)))
	for mask; do
		put sys/class/net/eth0/queues/tx-$number/xps_cpus "$mask"
		number=$((number + 1))
	done
}
id=xps-against-irq
xps 10 2 4 8; fires $id 'low eth0: XPS of 1 of 4 tx queues names CPUs far from the interrupt: tx-0 is for CPUs 4, but cpu0 handles its interrupt'
xps 8 2 4 1; silent $id 'the same cache'
xps 70 2 4 8; silent $id 'three CPUs'
xps 10; silent $id 'one tx queue'
xps 10 2 4 8; put sys/class/net/eth0/queues/tx-0/xps_rxqs 1; silent $id 'XPS by rx queue'
id=xps-hole
xps 3 c 30; fires $id 'low eth0: XPS of all 3 tx queues leaves out CPUs 6-7'
xps 3 c f0; silent $id 'all CPUs'
xps 1 2 4 8; silent $id 'one CPU for each queue, as drivers set it'
xps 0 0; silent $id 'no XPS'
id=xps-two-maps
xps 3 c; put sys/class/net/eth0/queues/tx-1/xps_rxqs 2; fires $id 'info eth0: XPS of 1 of 2 tx queues'
xps 3 c; silent $id 'one map'

# ---- queues --------------------------------------------------------------------------------
id=queues-too-few
one_queue 50; put sys/class/net/eth0/channels 'combined 1 8'; fires $id 'medium eth0 has 1 of 8 possible queues, and 4 would be useful'
one_queue 49; put sys/class/net/eth0/channels 'combined 1 8'; silent $id 'less than half of the time'
one_queue 50; put sys/class/net/eth0/channels 'combined 1 1'; silent $id 'the driver has no more'
one_queue 50; silent $id 'channels are not known'
new 4; nic eth0 igb 0; fired 24 1000000; put sys/class/net/eth0/channels 'combined 1 8'; silent $id 'totals alone'

# many QUEUES: on 4 CPUs
many() {
	local number
	new 4
	# shellcheck disable=SC2046 # words
	nic eth0 ice $(for ((number = 0; number < $1; number++)); do echo $((number % 4)); done)
	for ((number = 0; number < $1; number++)); do fired $((24 + number)) 150000; done
	put sys/class/net/eth0/channels "combined $1 64"
}
id=queues-too-many
many 8; fires $id 'low eth0 has 8 queues for 4 cores, and 8 of them are active'
many 7; silent $id 'fewer than two for each core'
many 8; for irq in 28 29 30 31; do fired $irq 0; done; silent $id 'half of them are idle'
many 8; rm "$root"/sys/class/net/eth0/channels; silent $id 'the number cannot be set'
many 8; put sys/devices/system/cpu/present 0-7; silent $id 'CPUs are offline'

# line CHIP NAMES: an interface whose interrupt is a line
line() {
	new 4
	pci eth0 e1000
	queue eth0 0
	irq "$1" "$2" 0
	put "sys/devices/pci0000:00/$address/irq" $irq
	fired $irq 1000000
}
id=nic-on-shared-line
line 'IO-APIC 16-fasteoi' 'eth0, uhci_hcd:usb1'; fires $id 'medium eth0: interrupt 24 is a line that 2 handlers share (IO-APIC)'
line 'IO-APIC 16-fasteoi' eth0; silent $id 'one handler'
line 'IO-APIC 16-fasteoi' 'eth0, uhci_hcd:usb1'; fired 24 999; silent $id idle
line 'IO-APIC 16-edge' 'eth0, uhci_hcd:usb1'; silent $id edge

# xen NAME DRIVER CPU...: interfaces of Xen; each queue has an event channel for each direction
xen() {
	local name=$1 number=0 cpu
	interface "$1" "$4/net/$1"
	mkdir -p "$root/sys/bus/$2/drivers/$3"
	ln -s "../../bus/$2/drivers/$3" "$root/sys/devices/$4/driver"
	ln -s "../../bus/$2" "$root/sys/devices/$4/subsystem"
	ln -s "../../../$4" "$root/sys/devices/$4/net/$1/device"
	put "sys/devices/$4/nodename" "device/vif/0"
	shift 4
	for cpu; do
		queue "$name" $number
		irq 'xen-dyn -event' "$name-q$number-tx" "$cpu"
		irq 'xen-dyn -event' "$name-q$number-rx" "$cpu"
		number=$((number + 1))
	done
}
# guest BUSY: of Xen, with one queue
guest() {
	new 4
	xen eth0 xen vif vif-0 0
	row_name[24]=eth0-q0-tx row_name[25]=eth0-q0-rx
	fired 25 1000000
	rate 25 2000
	busy 0 "$1"
}
id=xen-guest-one-queue
guest 50; fires $id 'high eth0 has one queue for 4 CPUs: cpu0 spends 50% of its time in interrupts'
guest 49; silent $id 'less than half of the time'
guest 50; put sys/class/net/eth0/queues/rx-0/rps_cpus e; silent $id 'RPS is on'
if wanted $id; then
	guest 50; put sys/devices/system/cpu/isolated 1-3; finds $id 'high eth0 has one queue' 'other CPUs are isolated'
	same "$id: no fix by RPS, because it has no CPUs" null "$(jq -c --arg id $id '.findings[] | select(.id == $id) | .fix' "$tmp/json")"
fi

id=virtio-one-queue
# virtio BUSY
virtio() { one_queue "$1"; ln -sfn ../../../bus/pci/drivers/virtio_net "$root/sys/devices/pci0000:00/0000:01:00.0/driver"; mkdir -p "$root/sys/bus/pci/drivers/virtio_net"; }
virtio 50; fires $id 'medium eth0 has one queue for 4 CPUs'
virtio 50; put sys/class/net/eth0/channels 'combined 1 4'; fires $id 'medium eth0' 'the host gave more'
virtio 49; silent $id 'less than half of the time'
one_queue 50; silent $id 'another driver'

# dom0 CPU...: vifs of guests, with one queue on each of these CPUs
dom0() {
	local domain=1 cpu
	new 4
	for cpu; do
		xen vif$domain.0 xen-backend vif vif-$domain-0 "$cpu"
		fired $((irq - 1)) 1000000
		domain=$((domain + 1))
	done
}
id=xen-dom0-backends-on-one
dom0 0 0; fires $id 'high vif*: cpu0 handles all 2 queues of the 2 interfaces that serve guests'
dom0 0 1; silent $id 'on two CPUs'
dom0 0; silent $id 'one queue'
dom0 0 0; for irq in 24 26; do fired $irq 99; done; silent $id idle

id=xen-backend-threads-apart
# backend_thread CPUS: in dom0 with 8 CPUs, the interrupt on CPU 1
backend_thread() {
	new 8
	xen vif1.0 xen-backend vif vif-1-0 1
	thread 90 vif1.0-q0-guest-rx "$1"
}
backend_thread 4-7; fires $id 'low vif1.0: thread vif1.0-q0-guest-rx may not run near cpu1'
backend_thread 3; silent $id 'in the same cache'
backend_thread 0-7; silent $id 'on all CPUs'

# netvsc CPU...: a channel for each
netvsc() {
	local number=10 cpu
	new 8
	mkdir -p "$root/sys/bus/vmbus/drivers/hv_netvsc"
	interface eth0 vmbus0/guid/net/eth0
	queue eth0 0
	ln -s ../../../bus/vmbus/drivers/hv_netvsc "$root/sys/devices/vmbus0/guid/driver"
	ln -s ../../../bus/vmbus "$root/sys/devices/vmbus0/guid/subsystem"
	ln -s ../../../guid "$root/sys/devices/vmbus0/guid/net/eth0/device"
	irq 'Hypervisor callback' none 0
	for cpu; do
		put sys/devices/vmbus0/guid/channels/$number/cpu "$cpu"
		number=$((number + 1))
	done
}
id=netvsc-few-cpus
netvsc 0 0 1 0 0 0 0 1; fires $id 'low eth0: 2 CPUs handle its 8 VMBus channels; 8 CPUs could handle them'
netvsc 0 1 2 3 0 1 2 3; silent $id 'half of the CPUs'
netvsc 0; silent $id 'one channel'
# broken TEXT: in the file of a channel; the other rules still look
broken() {
	wanted $id || return 0
	netvsc 0 1 2 3
	put sys/devices/vmbus0/guid/channels/11/cpu "$1"
	silent $id "a channel with CPU '$1'"
	same "$id counts as not looked at with CPU '$1'" 'no readable CPU of the channels of eth0' \
		"$(jq -r --arg id $id '.not_looked_at[] | select(.id == $id) | .lacks' "$tmp/json")"
	check "others look with CPU '$1'" jq -e '.looked_at > 20' "$tmp/json"
}
broken 99999999
broken 4294967296
broken none

# ---- softirqs ------------------------------------------------------------------------------
id=softnet-dropped
one_queue 10; softnet 2 1 1; fires $id 'high CPU 2 drops 1 packet per second from its backlog'
one_queue 10; silent $id 'no drop while it was measured'
new 4; nic eth0 igb 0; silent $id 'one reading'
id=softnet-squeezed
one_queue 50; softnet 0 2 10; fires $id 'low CPU 0 stops packet work with packets left 10 times per second'
one_queue 50; softnet 0 2 9; silent $id '9 per second'
one_queue 49; softnet 0 2 10; silent $id 'less than half of the time'
id=flow-limit
one_queue 10; softnet 1 10 3; fires $id 'info the machine: the flow limit dropped 6 packets'
one_queue 10; silent $id 'no growth'

# missed PER-SECOND: since boot
missed() {
	new 4
	nic eth0 igb 0
	put sys/class/net/eth0/statistics/rx_missed_errors $(($1 * 1000 + ${2:-0}))
	put sys/class/net/eth0/statistics/rx_fifo_errors 0
	put sys/class/net/eth0/statistics/rx_dropped 100000
}
# net_dev DIR DROP FIFO
net_dev() { put "$1/net/dev" 'Inter-|   Receive' '' "  eth0: 1 2 0 $2 $3 0 0 0 0 0 0 0 0 0 0 0"; }
id=ring-overrun
missed 1; fires $id 'medium eth0: the card had no free buffer for 1 packet per second, as the mean since boot (rx_missed_errors)'
missed 0 999; silent $id 'less than one per second'
missed 0; rate 24 10; net_dev proc 0 0; net_dev proc.1 0 2; fires $id 'high eth0: the card had no free buffer for 1 packet per second (rx_fifo_errors)' measured
missed 5; rate 24 10; net_dev proc 5000 0; net_dev proc.1 5001 0; silent $id 'less than one per second, measured'
missed 0; rate 24 10; net_dev proc 5000 0; net_dev proc.1 6000 0; silent $id 'rx_dropped alone'

# packets RATE PACKETS: for 1,000,000 interrupts
packets() {
	one_queue 10
	rate 24 "$1"
	put sys/class/net/eth0/statistics/rx_packets "$2"
	put sys/class/net/eth0/statistics/tx_packets 0
}
id=irq-per-packet
packets 20000 1999999; fires $id 'medium eth0 fires 20000 times per second for 2.0 packets each'
packets 19999 1999999; silent $id '19,999 per second'
packets 20000 2000000; silent $id 'two packets each'
packets 20000 1000000; put proc/sys/net/core/busy_poll 50; silent $id 'busy polling'
packets 20000 1000000; put etc/tuned/active_profile network-latency; silent $id 'a profile for latency'

id=cpu-full-of-softirq
one_queue 85; fires $id 'high cpu0 spends 85% of its time in interrupts'
one_queue 84; silent $id '84 %'
one_queue 85; busy 1 60; busy 2 40; busy 3 20; fires $id 'info cpu0' 'the mean is 51%'

id=ksoftirqd-starved
# ksoftirqd TICKS
ksoftirqd() {
	new 4
	nic eth0 igb 0
	thread 15 ksoftirqd/1 1
	put proc/15/stat "15 (ksoftirqd/1) S 2 0 0 0 -1 69238848 0 0 0 0 0 $1 0 0 20 0 1 0 50 0 0"
}
ksoftirqd 50000; fires $id 'medium cpu1: ksoftirqd/1 has used 50% of the CPU since boot'
ksoftirqd 49999; silent $id 'less than half'
ksoftirqd 50000; put proc/version 'Linux version 6.12 #1 SMP PREEMPT_RT'; silent $id 'a real-time kernel'

# waits NS FLAGS PRIORITY CPU: ksoftirqd/1 has waited so long; a program with two threads, of which the
# second one has this priority and ran on CPU last
waits() {
	local rest='0 0 0 0 0 0 0 0 0 0 0 0 0 17'
	ksoftirqd 100
	put proc/15/schedstat "1000000000 $1 12"
	program 700 control
	put proc/700/task/700/stat "700 (control) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 2 0 50 0 0 $rest 1 0 0"
	put proc/700/task/701/stat "701 (a (loop) S 1 1 1 0 -1 $2 0 0 0 0 0 0 0 0 $3 0 2 0 50 0 0 $rest $4 50 1"
}
waits 100000000000 4194304 -51 1; fires $id 'medium cpu1: ksoftirqd/1 has waited for 10% of the time since boot, and a (loop (pid 701)' '10 %'
waits 99999999999 4194304 -51 1; silent $id 'it has waited for less'
waits 100000000000 4194304 20 1; silent $id 'no real-time priority'
waits 100000000000 4194304 -51 2; silent $id 'the program is on another CPU'
waits 100000000000 2129984 -51 1; silent $id 'a thread of the kernel'

id=napi-thread-apart
# napi CPUS
napi() {
	new 4
	nic eth0 igb 0
	put sys/class/net/eth0/threaded 1
	thread 91 napi/eth0-8193 "$1"
}
napi 1-3; fires $id 'low eth0: thread napi/eth0-8193 may not run on cpu0'
napi 0-1; silent $id 'it may run there'
napi 1-3; put sys/class/net/eth0/threaded 0; silent $id 'not threaded'

id=irq-thread-apart
# irq_thread CPUS KERNEL
irq_thread() {
	new 4
	nic eth0 igb 0
	thread 92 irq/24-eth0-TxR "$1"
	put proc/sys/kernel/osrelease "$2"
}
irq_thread 1 6.12.9; fires $id 'low interrupt 24: its thread irq/24-eth0-TxR may not run on cpu0'
irq_thread 0 6.12.9; silent $id 'it may run there'
irq_thread 1 6.13.0; silent $id 'the kernel moves it'

id=budget-folklore
for pair in netdev_budget:3000 netdev_budget_usecs:50000 netdev_max_backlog:100000; do
	name=${pair%:*} most=${pair#*:}
	new 4; nic eth0 igb 0; put "proc/sys/net/core/$name" $((most + 1)); fires $id "low net.core.$name is $((most + 1))" "$name"
	new 4; nic eth0 igb 0; put "proc/sys/net/core/$name" "$most"; silent $id "$name is $most"
done

# ---- trouble -------------------------------------------------------------------------------
# unhandled COUNT UNHANDLED
unhandled() {
	new 4
	irq 'IO-APIC 16-fasteoi' 'ahci, nvidia' 0
	put proc/irq/24/spurious "count $1" "unhandled $2" 'last_unhandled 4294893 ms'
}
id=irq-disabled-by-kernel
unhandled 99950 99900; fires $id 'broken interrupt 24 (ahci): no driver answered 99900 of the last 99950'
unhandled 99950 99899; silent $id '99,899 of 100,000'
unhandled 0 0; put sys/kernel/debug/irq/irqs/24 'handler:  handle_fasteoi_irq' 'istate:   0x00004002' '            IRQS_SPURIOUS_DISABLED'
fires $id 'broken interrupt 24 (ahci): the kernel has switched the line off' debugfs
unhandled 0 0; put sys/kernel/debug/irq/irqs/24 'handler:  handle_fasteoi_irq' 'istate:   0x00004000'; silent $id 'debugfs says that it is on'
id=spurious-growing
unhandled 10000 100; fires $id 'medium interrupt 24 (ahci): no driver answered 100 of the last 10000'
unhandled 9900 99; silent $id '99'
unhandled 10001 100; silent $id 'less than 1 %'

# storm CHIP NAME RATE
storm() {
	new 4
	irq "$1" "$2" 0
	fired 24 1000
	rate 24 "$3"
}
id=irq-storm
storm 'PCI-MSI 0-edge' xhci_hcd 100000; fires $id 'high interrupt 24 (xhci_hcd) fires 100000 times per second'
storm 'PCI-MSI 0-edge' xhci_hcd 99999; silent $id '99,999 per second'
storm 'IO-APIC 9-fasteoi' acpi 50000; fires $id 'fires 50000 times per second' level
storm 'IO-APIC 9-fasteoi' acpi 49999; silent $id '49,999 per second, level'
# link RATE: the vector of an interface for its link
link() {
	new 4
	pci eth0 e1000e
	queue eth0 0
	irq "PCI-MSIX-$address 0-edge" eth0-rx-0 0
	put "sys/devices/pci0000:00/$address/msi_irqs/24" msix
	irq "PCI-MSIX-$address 2-edge" eth0 1
	put "sys/devices/pci0000:00/$address/msi_irqs/25" msix
	rate 25 "$1"
}
link 1000; fires $id 'although it only reports events of the device' 'a vector for the link'
link 999; silent $id '999 per second, a vector for the link'

# errors LABEL FIRST SECOND: of a row with one number
errors() {
	new 2
	irq 'PCI-MSI 0-edge' eth0 0
	rate 24 10
	# shellcheck disable=SC2016,SC2034 # for write_rows
	extra_rows='if [ "$1" = proc ]; then echo "'$1': '$2'"; else echo "'$1': '$3'"; fi'
}
id=errors-growing
errors ERR 3 4; fires $id 'medium ERR: 1 errors of the interrupt controller'
errors ERR 3 3; silent $id 'no growth'
errors XYZ 3 4; silent $id 'another row'
extra_rows=

id=vectors-nearly-used-up
# vectors AVAILABLE ALLOCATED: of CPU 1
vectors() {
	new 2
	irq 'PCI-MSI 0-edge' eth0 0
	put sys/kernel/debug/irq/domains/VECTOR 'name:   VECTOR' ' size:   0' 'System: 36: 0-19,21,50,128' \
		'  | CPU | avl | man | mac | act | vectors' '     0   190     1     1   12  33-44' "     1   $1     0     0  $2  33-44"
}
vectors 19 181; fires $id 'medium cpu1 has 19 of 200 interrupt vectors left'
vectors 20 180; silent $id '10 % are left'
# placed N: on CPU 0
placed() {
	new 2
	for ((number = 0; number < $1; number++)); do irq 'PCI-MSI 0-edge' dev$number 0; done
}
placed 161; fires $id 'medium cpu0 handles 161 interrupts' 'without debugfs'
placed 160; silent $id '160 interrupts'

id=harmful-parameter
for word in irqpoll irqfixup noapic nolapic pci=nomsi nosmp maxcpus=2; do
	new 4; irq 'PCI-MSI 0-edge' eth0 0; put proc/cmdline "root=/dev/vda1 $word quiet"; fires $id 'is on the kernel command line' "$word"
done
new 4; irq 'PCI-MSI 0-edge' eth0 0; put proc/cmdline 'root=/dev/vda1 noapictimer pci=noaer'; silent $id 'words that only begin so'

id=no-remapping-many-cpus
# last_cpu NUMBER CHIP: CPUs 0 and NUMBER are online
last_cpu() {
	new 2
	column_of=([1]=$1)
	irq "$2" eth0 0
	put sys/devices/system/cpu/online "0,$1"
}
last_cpu 256 'PCI-MSI 0-edge'; fires $id 'info the machine: CPU 256 is online, but interrupts are not remapped'
last_cpu 255 'PCI-MSI 0-edge'; silent $id 'CPU 255'
last_cpu 256 'IR-PCI-MSI 0-edge'; silent $id remapped

# ---- owners --------------------------------------------------------------------------------
# placed_by_irqkit: interrupt 24, two hours ago; the journal has the time of now
placed_by_irqkit() {
	new 4
	nic eth0 igb 0
	made
	"$O/irqkit" set eth0-TxRx-0 --cpus=1 --root "$root" -q
	put proc/stat "btime $(($(date +%s) + 7200 - 1000))"
}
id=irqbalance-without-bans
placed_by_irqkit; program 700 irqbalance; fires $id 'high irqbalance is running (pid 700), and may move 1 interrupt that irqkit placed, such as 24'
printf '/usr/sbin/irqbalance\0--banirq=24\0' >"$root/proc/700/cmdline"; silent $id 'it is banned'
placed_by_irqkit; silent $id 'it does not run'
new 4; nic eth0 igb 0; program 700 irqbalance; fires $id 'info irqbalance' 'irqkit placed nothing'
placed_by_irqkit; program 700 irqbalance; "$O/irqkit" undo --root "$root" -q; fires $id 'info irqbalance' 'it was undone'
id=nothing-keeps-it
placed_by_irqkit; fires $id 'low the machine: irqkit placed 1 interrupt, such as 24, and no file places it again'
put etc/irqkit.d/a.conf 'set eth0-TxRx-0 --cpus=1'; silent $id 'a policy file'
placed_by_irqkit; put proc/stat "btime $(($(date +%s) + 3500 - 1000))"; silent $id 'less than an hour ago'
placed_by_irqkit; "$O/irqkit" undo --root "$root" -q; silent $id 'it was undone'

id=irqbalance-blind-to-xen
# blind VERSION CHIP
blind() {
	new 4
	irq "$2" vif0-q0-tx 0
	program 700 irqbalance
	put usr/sbin/irqbalance "irqbalance version $1"
}
blind 1.9.0 'xen-dyn -event'; fires $id 'medium irqbalance version 1.9.0 leaves the event channels'
blind 1.9.5 'xen-dyn-lateeoi -event'; fires $id 'version 1.9.5' lateeoi
blind 1.8.9 'xen-dyn -event'; silent $id 1.8.9
blind 1.9.6 'xen-dyn -event'; silent $id 1.9.6
blind 1.9.2 'PCI-MSI 0-edge'; silent $id 'no event channels'

id=irqbalance-uses-isolated
# balanced VARIABLE: CPUs 2 and 3 are isolated
balanced() {
	new 4
	irq 'PCI-MSI 0-edge' eth0 0
	put sys/devices/system/cpu/isolated 2-3
	program 700 irqbalance
	put etc/default/irqbalance "$1"
}
balanced 'IRQBALANCE_BANNED_CPULIST=0'; fires $id 'medium irqbalance may move interrupts to the isolated CPUs 2-3'
balanced 'IRQBALANCE_BANNED_CPUS="4"'; fires $id 'isolated CPUs 3, because IRQBALANCE_BANNED_CPUS is set' 'a mask'
balanced 'IRQBALANCE_BANNED_CPULIST=2-3'; silent $id 'both are banned'
balanced '#IRQBALANCE_BANNED_CPULIST=0'; silent $id 'a comment'
balanced ''; printf 'A=1\0IRQBALANCE_BANNED_CPULIST=0\0' >"$root/proc/700/environ"; fires $id 'IRQBALANCE_BANNED_CPULIST' 'its environment'
balanced 'IRQBALANCE_BANNED_CPULIST=0'; rm -r "$root/proc/700"; silent $id 'it does not run'
# advice: the advice for irqbalance in the last findings
advice() { jq -r --arg id "$id" '.findings[] | select(.id == $id) | .. | strings | select(startswith("set IRQ"))' "$tmp/json"; }
if wanted $id; then
	balanced 'IRQBALANCE_BANNED_CPULIST=0'; finds $id 'isolated CPUs 2-3' 'by the kernel'
	same "$id: irqbalance can ask the kernel" 'set IRQBALANCE_BANNED_CPULIST=0,2-3, or unset it and IRQBALANCE_BANNED_CPUS, so that irqbalance asks the kernel. Then restart irqbalance' "$(advice)"
	balanced 'IRQBALANCE_BANNED_CPULIST=0'; rm "$root/sys/devices/system/cpu/isolated"
	put proc/irq/default_smp_affinity 3; put sys/devices/virtual/workqueue/cpumask 3; finds $id 'isolated CPUs 2-3' 'by settings'
	same "$id: the kernel does not know these CPUs" 'set IRQBALANCE_BANNED_CPULIST=0,2-3. Then restart irqbalance' "$(advice)"
fi

id=irqbalance-on-hybrid
# hybrid CPU: CPUs 2 and 3 are slow
hybrid() {
	new 4
	nic eth0 igb "$1"
	fired 24 1000000
	program 700 irqbalance
	put sys/devices/cpu_core/cpus 0-1
	put sys/devices/cpu_atom/cpus 2-3
}
hybrid 2; fires $id 'low eth0: irqbalance is running and leaves 1 of 1 queues on slow cores'
hybrid 1; silent $id 'a fast core'
hybrid 2; put sys/devices/system/cpu/isolated 0; fires $id 'slow cores' 'one of the fast cores is isolated'
hybrid 2; rm -r "$root/proc/700"; silent $id 'it does not run'

# owners: nothing else
owners() {
	new 4
	irq 'PCI-MSI 0-edge' eth0 0
}
id=two-owners
owners; program 700 irqbalance; put etc/rc.local 'echo 1 >/proc/irq/24/smp_affinity'
fires $id 'medium the machine: 2 programs or files place interrupts: irqbalance, a script (/etc/rc.local)'
owners; put etc/tuned/active_profile realtime; put usr/lib/tuned/realtime/tuned.conf '[variables]' 'isolated_cores=2-3'
put etc/systemd/network/10-a.link '[Link]' 'IRQAffinityPolicy=spread'; fires $id '2 programs or files place interrupts: a .link file' 'tuned and a .link file'
owners; program 700 irqbalance; silent $id 'irqbalance alone'
owners; program 700 irqbalance; put etc/irqkit.d/a.conf 'spread eth0'; silent $id 'irqbalance and a policy file'
owners; program 700 irqbalance; put etc/rc.local '# echo 1 >/proc/irq/24/smp_affinity'; silent $id 'a comment'
owners; program 700 irqbalance; put etc/tuned/active_profile balanced; put usr/lib/tuned/balanced/tuned.conf '[cpu]'; silent $id 'a profile without CPUs'
id=affinity-flapping
# flaps LIST LIST: of two interrupts, in the second reading; they were on CPUs 0 and 1
flaps() {
	new 4
	nic eth0 igb 0 1
	rate 24 10
	put proc.1/irq/24/smp_affinity_list "$1"
	put proc.1/irq/25/smp_affinity_list "$2"
}
flaps 2 3; fires $id 'medium affinity: somebody moved 2 interrupts within 2 seconds, such as 24'
flaps 2 1; silent $id 'one interrupt'
flaps 0-3 0-3; silent $id 'a CPU went offline'
flaps 0 1; silent $id 'no change'
id=script-with-numbers
owners; put etc/cron.d/irq '' '@reboot root echo 1 >/proc/irq/24/smp_affinity'; fires $id 'low /etc/cron.d/irq: line 2 writes to interrupt 24'
owners; put etc/rc.local 'echo 1 >/proc/irq/$irq/smp_affinity'; silent $id 'a number that it computed'
owners; put etc/udev/rules.d/9.rules 'RUN+="/usr/bin/irqkit set eth0 --cpus=1"'; silent $id 'a name'

finish
