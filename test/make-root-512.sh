#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# test/make-root-512.sh DIR [N]: a machine with 512 CPUs into DIR: 8 nodes, each a package, 32
# cores of 2 threads each, a last-level cache for 8 cores, and on each node N network devices (1).
# Second threads have the numbers from 256 on. Too many files to keep.
set -eu
cpu=$1/sys/devices/system/cpu
node=$1/sys/devices/system/node
per_node=${2:-1}
folders=("$1/proc")
for ((c = 0; c < 512; c++)); do folders+=("$cpu/cpu$c/topology" "$cpu/cpu$c/cache/index3"); done
for ((n = 0; n < 8; n++)); do folders+=("$node/node$n"); done
mkdir -p "${folders[@]}"

for f in online possible present; do echo 0-511 >"$cpu/$f"; done
for f in offline isolated nohz_full; do echo >"$cpu/$f"; done
echo 0-7 >"$node/online"
for ((n = 0; n < 8; n++)); do
	echo "$((n * 32))-$((n * 32 + 31)),$((n * 32 + 256))-$((n * 32 + 287))" >"$node/node$n/cpulist"
	line=
	for ((m = 0; m < 8; m++)); do
		if ((m == n)); then d=10; elif ((m / 4 == n / 4)); then d=12; else d=32; fi
		line+=" $d"
	done
	echo "${line# }" >"$node/node$n/distance"
done
for ((c = 0; c < 512; c++)); do
	n=$((c % 256 / 32)) l=$((c % 256 / 8 * 8)) t=$((c % 256))
	echo $((t % 32)) >"$cpu/cpu$c/topology/core_id"
	echo 0 >"$cpu/cpu$c/topology/die_id"
	echo $n >"$cpu/cpu$c/topology/physical_package_id"
	echo "$t,$((t + 256))" >"$cpu/cpu$c/topology/thread_siblings_list"
	echo "$((n * 32))-$((n * 32 + 31)),$((n * 32 + 256))-$((n * 32 + 287))" \
		>"$cpu/cpu$c/topology/core_siblings_list"
	echo "$l-$((l + 7)),$((l + 256))-$((l + 263))" >"$cpu/cpu$c/cache/index3/shared_cpu_list"
done
# on each node network devices of 8 queues, all of them served by the node's first CPU
zeros=00000000 ones=ffffffff
for ((i = 1; i < 16; i++)); do zeros+=,00000000 ones+=,ffffffff; done
{
	printf '%11s' ''
	for ((c = 0; c < 512; c++)); do printf 'CPU%-8d' "$c"; done
	echo
	for ((i = 24; i < 24 + 64 * per_node; i++)); do
		eth=$(((i - 24) / 8)) q=$((i % 8))
		n=$((eth % 8)) pci=0000:0$((eth % 8)):0$((eth / 8)).0
		printf -v before '%*s' $((n * 32)) ''
		printf -v after '%*s' $((511 - n * 32)) ''
		printf '%3d: %s%10d %s' $i "${before// /         0 }" $((1000 * (q + 1))) "${after// /         0 }"
		echo " PCI-MSIX-$pci   $q-edge      eth$eth-TxRx-$q"
	done
} >"$1/proc/interrupts"
for ((eth = 0; eth < 8 * per_node; eth++)); do
	n=$((eth % 8)) function=0000:0$((eth % 8)):0$((eth / 8)).0
	pci=$1/sys/devices/pci0000:0$n/$function
	mkdir -p "$pci/msi_irqs" "$pci/net/eth$eth/queues/"{rx,tx}-{0..7} "$1/sys/class/net"
	echo $n >"$pci/numa_node"
	echo up >"$pci/net/eth$eth/operstate"
	ln -s "../../../$function" "$pci/net/eth$eth/device"
	ln -s "../../devices/${pci#*/sys/devices/}/net/eth$eth" "$1/sys/class/net/eth$eth"
	for ((i = 24 + eth * 8; i < 32 + eth * 8; i++)); do
		mkdir -p "$1/proc/irq/$i"
		echo msix >"$pci/msi_irqs/$i"
		echo $ones >"$1/proc/irq/$i/smp_affinity"
		echo 0-511 >"$1/proc/irq/$i/smp_affinity_list"
		echo $((n * 32)) >"$1/proc/irq/$i/effective_affinity_list"
		echo $zeros >"$1/proc/irq/$i/affinity_hint"
		echo $n >"$1/proc/irq/$i/node"
	done
done
