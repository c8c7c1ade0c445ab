#!/usr/bin/env bash
# test/make-root-512.sh DIR: the topology of a machine with 512 CPUs into DIR: 8 nodes, each
# a package, 32 cores of 2 threads each, a last-level cache for 8 cores. Second threads have
# the numbers from 256 on. Too many files to keep.
set -eu
cpu=$1/sys/devices/system/cpu
node=$1/sys/devices/system/node
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
# one interrupt of each node, served by all of its CPUs in turn
{
	printf '%11s' ''
	for ((c = 0; c < 512; c++)); do printf 'CPU%-8d' "$c"; done
	echo
	for ((i = 0; i < 8; i++)); do
		printf '%3d: ' $((24 + i))
		for ((c = 0; c < 512; c++)); do printf '%10d ' $((c % 256 / 32 == i ? c : 0)); done
		echo " PCI-MSIX-0000:0$i:00.0   0-edge      eth$i"
	done
} >"$1/proc/interrupts"
