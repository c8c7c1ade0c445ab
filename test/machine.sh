# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2154 # $tmp is that of tap.sh
# Sourced by tests that make small saved systems, one fact at a time:
#
#	new 8                           8 CPUs, one node, a last-level cache for each 4 of them
#	nic eth0 igb 2 0 3              an interface: driver, and the CPU of each of its queues
#	fired 24 1000000                interrupt 24 has fired so often since boot,
#	rate 24 60000                   and so often per second between the two readings
#	busy 3 70                       CPU 3 spends 70 % of this time in interrupts
#	put proc/cmdline 'irqpoll'      any file; `put sys/... ''` for an empty line
#	made                            writes /proc/interrupts and the rest; $root is the system
#
# $root is made by `new`, in $tmp.

machine_number=0

# put PATH LINE...
put() {
	local path=$root/$1
	shift
	mkdir -p "${path%/*}"
	printf '%s\n' "$@" >"$path"
}

# mask CPU...: as hexadecimal digits
mask() {
	local cpu bits=0
	for cpu; do bits=$((bits | 1 << cpu)); done
	printf '%x' "$bits"
}

# new CPUS
new() {
	local cpu dir
	n_cpus=$1
	machine_number=$((machine_number + 1))
	root=$tmp/machine.$machine_number
	next_irq=24 next_pci=1 is_measured=''
	unset row_cpu row_count row_chip row_name row_rate busy_of softnet_of column_of
	declare -gA row_cpu=() row_count=() row_chip=() row_name=() row_rate=() busy_of=() softnet_of=() \
		column_of=()
	dir=sys/devices/system/cpu
	put $dir/online "0-$((n_cpus - 1))"
	put $dir/possible "0-$((n_cpus - 1))"
	put $dir/present "0-$((n_cpus - 1))"
	put sys/devices/system/node/online 0
	put sys/devices/system/node/node0/cpulist "0-$((n_cpus - 1))"
	for ((cpu = 0; cpu < n_cpus; cpu++)); do
		put $dir/cpu$cpu/topology/core_id $cpu
		put $dir/cpu$cpu/topology/physical_package_id 0
		put $dir/cpu$cpu/topology/thread_siblings_list $cpu
		put $dir/cpu$cpu/cache/index3/level 3
		put $dir/cpu$cpu/cache/index3/type Unified
		put $dir/cpu$cpu/cache/index3/shared_cpu_list "$((cpu / 4 * 4))-$((cpu / 4 * 4 + 3))"
	done
	put proc/sys/kernel/osrelease 6.12.0
	put proc/sys/net/core/rps_sock_flow_entries 0
	put proc/irq/default_smp_affinity "$(mask $(seq 0 $((n_cpus - 1))))"
	put proc/uptime '1000.00 1000.00'
}

# two_nodes: the upper half of the CPUs is node 1
two_nodes() {
	local cpu half=$((n_cpus / 2))
	put sys/devices/system/node/online 0-1
	put sys/devices/system/node/node0/cpulist "0-$((half - 1))"
	put sys/devices/system/node/node1/cpulist "$half-$((n_cpus - 1))"
	put sys/devices/system/node/node0/distance '10 20'
	put sys/devices/system/node/node1/distance '20 10'
	for ((cpu = half; cpu < n_cpus; cpu++)); do
		put sys/devices/system/cpu/cpu$cpu/topology/physical_package_id 1
	done
}

# two_threads: CPUs 0 and 1 are a core, 2 and 3, ...
two_threads() {
	local cpu
	for ((cpu = 0; cpu < n_cpus; cpu++)); do
		put sys/devices/system/cpu/cpu$cpu/topology/core_id $((cpu / 2))
		put sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list \
			"$((cpu / 2 * 2))-$((cpu / 2 * 2 + 1))"
	done
}

# irq CHIP NAME CPU: an interrupt on that CPU; $irq is its number
irq() {
	irq=$next_irq
	next_irq=$((next_irq + 1))
	row_chip[$irq]=$1 row_name[$irq]=$2 row_cpu[$irq]=$3 row_count[$irq]=0
	put "proc/irq/$irq/smp_affinity" "$(mask "$3")"
	put "proc/irq/$irq/smp_affinity_list" "$3"
	put "proc/irq/$irq/effective_affinity" "$(mask "$3")"
	put "proc/irq/$irq/effective_affinity_list" "$3"
	put "proc/irq/$irq/node" 0
}

# interface NAME FOLDER: what every interface has; FOLDER is below sys/devices
interface() {
	local dir=sys/devices/$2
	put "$dir/ifindex" $((next_pci + 1))
	put "$dir/type" 1
	put "$dir/operstate" up
	mkdir -p "$root/sys/class/net"
	ln -s "../../devices/$2" "$root/sys/class/net/$1"
}

# queue NAME NUMBER: an rx and a tx queue
queue() {
	local dir=sys/class/net/$1/queues
	put "$dir/rx-$2/rps_cpus" 00
	put "$dir/rx-$2/rps_flow_cnt" 0
	put "$dir/tx-$2/xps_cpus" 00
	put "$dir/tx-$2/xps_rxqs" 00
}

# pci NAME DRIVER: an interface on the PCI bus, without interrupts; $address is its address
pci() {
	address=$(printf '0000:%02x:00.0' "$next_pci")
	next_pci=$((next_pci + 1))
	put "sys/devices/pci0000:00/$address/class" 0x020000
	put "sys/devices/pci0000:00/$address/numa_node" -1
	mkdir -p "$root/sys/bus/pci/drivers/$2" "$root/sys/bus/pci/devices" \
		"$root/sys/devices/pci0000:00/$address/net/$1"
	ln -s "../../../bus/pci/drivers/$2" "$root/sys/devices/pci0000:00/$address/driver"
	ln -s ../../../bus/pci "$root/sys/devices/pci0000:00/$address/subsystem"
	ln -s "../../../devices/pci0000:00/$address" "$root/sys/bus/pci/devices/$address"
	interface "$1" "pci0000:00/$address/net/$1"
	ln -s "../../../$address" "$root/sys/devices/pci0000:00/$address/net/$1/device"
}

# nic NAME DRIVER CPU...: with a queue and an interrupt for each CPU
nic() {
	local name=$1 number=0 cpu
	pci "$1" "$2"
	shift 2
	for cpu; do
		queue "$name" $number
		irq "PCI-MSIX-$address $number-edge" "$name-TxRx-$number" "$cpu"
		put "sys/devices/pci0000:00/$address/msi_irqs/$irq" msix
		number=$((number + 1))
	done
}

# software NAME: an interface without hardware
software() {
	interface "$1" "virtual/net/$1"
	queue "$1" 0
}

# thread PID NAME CPUS: a thread of the kernel
thread() {
	put "proc/$1/comm" "$2"
	put "proc/$1/stat" "$1 ($2) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 50 0 0"
	put "proc/$1/status" "Name:	$2" "Cpus_allowed_list:	$3"
}

# program PID NAME
program() {
	put "proc/$1/comm" "$2"
	put "proc/$1/stat" "$1 ($2) S 1 0 0 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 50 0 0"
}

fired() { row_count[$1]=$2; }

rate() {
	row_rate[$1]=$2
	is_measured=1
}

busy() {
	busy_of[$1]=$2
	is_measured=1
}

# softnet CPU COLUMN NUMBER: what a column of softnet_stat grows by, per second
softnet() {
	softnet_of[$1,$2]=$3
	is_measured=1
}

# write_rows DIR SECONDS
write_rows() {
	local cpu number
	{
		printf '%10s' ''
		for ((cpu = 0; cpu < n_cpus; cpu++)); do printf ' %-10s' "CPU${column_of[$cpu]:-$cpu}"; done
		echo
		for number in $(printf '%s\n' "${!row_cpu[@]}" | sort -n); do
			printf '%4s:' "$number"
			for ((cpu = 0; cpu < n_cpus; cpu++)); do
				if [ "$cpu" = "${row_cpu[$number]}" ]; then
					printf ' %10s' $((row_count[$number] + ${row_rate[$number]:-0} * $2))
				else
					printf ' %10s' 0
				fi
			done
			printf '  %s      %s\n' "${row_chip[$number]}" "${row_name[$number]}"
		done
		[ -z "${extra_rows-}" ] || eval "$extra_rows"
	} >"$root/$1/interrupts"
}

# write_cpus DIR SECONDS: stat and softnet_stat
write_cpus() {
	local cpu column share irqs
	mkdir -p "$root/$1/net"
	{
		echo 'cpu  0 0 0 0 0 0 0 0 0 0'
		for ((cpu = 0; cpu < n_cpus; cpu++)); do
			share=${busy_of[$cpu]:-2}
			irqs=$((share / 2))
			echo "cpu$cpu 100 0 100 $((1000 + $2 * (100 - share))) 0" \
				"$((1000 + $2 * irqs)) $((1000 + $2 * (share - irqs))) 0 0 0"
		done
		echo 'btime 1760000000'
	} >"$root/$1/stat"
	for ((cpu = 0; cpu < n_cpus; cpu++)); do
		for ((column = 0; column < 12; column++)); do
			printf '%08x ' $((1000 + ${softnet_of[$cpu,$column]:-0} * $2))
		done
		printf '%08x\n' "$cpu"
	done | sed "${softnet_edit:-}" >"$root/$1/net/softnet_stat"
}

made() {
	mkdir -p "$root/proc"
	write_rows proc 0
	[ -n "$is_measured" ] || return 0
	write_cpus proc 0
	mkdir -p "$root/proc.1"
	write_rows proc.1 2
	write_cpus proc.1 2
	put proc.1/uptime '1002.00 1002.00'
}
