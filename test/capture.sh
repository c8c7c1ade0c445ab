#!/bin/sh
# capture.sh DIR: saves in DIR, a new folder, what irqkit reads from this machine:
#
#   irqkit show --root DIR
#
# It is a root for golden tests too. What git will not keep, file modes, stands in DIR/.readonly:
# the files of /proc/irq that the kernel has made 0444 where they are 0644 otherwise, because the
# interrupt cannot be moved. Runs as root or not; works with busybox.
set -u

[ $# = 1 ] || {
	echo "usage: capture.sh DIR" >&2
	exit 2
}
mkdir -p "$1" || exit 1
dir=$(cd "$1" && pwd) || exit 1
[ -z "$(ls -A "$dir")" ] || {
	echo "capture.sh: '$1' is not empty" >&2
	exit 1
}
cd / || exit 1

# keep PATTERN...: what it names, relative to /, read to its end: sizes mean nothing in /proc and
# /sys. One cp for all: on an emulated machine, starting programs is what takes the time.
# A file that may not be read, or cannot be just now, is left out. The folders are made first, or
# they would be read-only like those that they stand for.
# shellcheck disable=SC2048,SC2086 # patterns
keep() {
	set -- $*
	folders=
	for path; do
		shift
		[ -f "$path" ] && [ -r "$path" ] && set -- "$@" "$path" && folders="$folders ${path%/*}"
	done
	[ $# = 0 ] || { (cd "$dir" && mkdir -p $folders) && cp --parents "$@" "$dir" 2>/dev/null; }
}

# keep_link LINK...: symbolic links as they are, and a folder where they lead.
keep_link() {
	for path; do
		[ -L "$path" ] || continue
		mkdir -p "$dir/${path%/*}"
		cp -P "$path" "$dir/$path"
		target=$(cd "$path" 2>/dev/null && pwd -P) && mkdir -p "$dir$target"
	done
}

keep proc/interrupts proc/sys/kernel/osrelease proc/sys/net/core/rps_sock_flow_entries
keep proc/irq/default_smp_affinity
for irq in proc/irq/[0-9]*; do
	# An interrupt without a handler has its folder, and maybe nothing in it.
	mkdir -p "$dir/$irq"
done
keep 'proc/irq/[0-9]*/smp_affinity' 'proc/irq/[0-9]*/smp_affinity_list' \
	'proc/irq/[0-9]*/effective_affinity' 'proc/irq/[0-9]*/effective_affinity_list' \
	'proc/irq/[0-9]*/affinity_hint' 'proc/irq/[0-9]*/node'
find proc/irq -name 'smp_affinity*' -type f ! -perm -200 2>/dev/null | sort >"$dir/.readonly"
[ -s "$dir/.readonly" ] || rm "$dir/.readonly"
keep 'sys/kernel/irq/*/*'

cpu=sys/devices/system/cpu
keep $cpu/online $cpu/offline $cpu/possible $cpu/present $cpu/isolated $cpu/nohz_full \
	$cpu/kernel_max $cpu/smt/active $cpu/smt/control "$cpu/cpu[0-9]*/online" \
	"$cpu/cpu[0-9]*/topology/*_id" "$cpu/cpu[0-9]*/topology/*_list" \
	"$cpu/cpu[0-9]*/cache/index*/level" "$cpu/cpu[0-9]*/cache/index*/type" \
	"$cpu/cpu[0-9]*/cache/index*/size" "$cpu/cpu[0-9]*/cache/index*/shared_cpu_list"
for path in "$cpu"/cpu[0-9]*; do
	mkdir -p "$dir/$path"
done
node=sys/devices/system/node
keep $node/online $node/possible $node/has_cpu "$node/node[0-9]*/cpulist" \
	"$node/node[0-9]*/distance"

# A network device: its queues, and on the way up from it what tells which interrupts are its own.
for link in sys/class/net/*; do
	keep_link "$link"
	device=$(cd "$link" 2>/dev/null && pwd -P) || continue
	device=${device#/}
	keep "$device/ifindex" "$device/type" "$device/operstate" "$device/queues/*/rps_cpus" \
		"$device/queues/*/rps_flow_cnt"
	# These two cannot be read where there is only one queue.
	for path in "$device"/queues/tx-*/xps_cpus "$device"/queues/tx-*/xps_rxqs; do
		cat "$path" >/dev/null 2>&1 && keep "$path"
	done
	mkdir -p "$dir/$device/queues"
	for path in "$device"/queues/*; do
		[ -d "$path" ] && mkdir -p "$dir/$path"
	done
	keep_link "$device/device"
done

# What network devices hang on, and every PCI device.
for link in sys/class/net/*/device sys/bus/pci/devices/*; do
	[ -L "$link" ] || [ -d "$link" ] || continue
	case $link in sys/bus/*) keep_link "$link" ;; esac
	device=$(cd "$link" && pwd -P) || continue
	device=${device#/}
	while [ "${device%/*}" != sys/devices ] && [ "$device" != sys ]; do
		[ -e "$dir/$device/.kept" ] && break
		mkdir -p "$dir/$device" && : >"$dir/$device/.kept"
		keep "$device/irq" "$device/class" "$device/numa_node" "$device/local_cpulist" \
			"$device/msi_irqs/*"
		keep_link "$device/driver" "$device/subsystem"
		device=${device%/*}
	done
done
find "$dir" -name .kept -exec rm {} +
