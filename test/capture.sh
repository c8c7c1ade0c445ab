#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# capture.sh FILE.root      saves what irqkit reads from this machine in one text file
# capture.sh DIR            saves it in a folder, which must be new or empty: irqkit show --root DIR
# capture.sh --twice ...    also saves the counters of two seconds earlier: the first sample is in
#                           proc/, the second one in proc.1/
# capture.sh --pack DIR     prints such a folder as the text of a .root file
#
# Runs as root or not, with busybox or without. test/tool/unpack.c describes .root files, and
# makes a folder of one again. The files of /proc/irq that the kernel has made 0444, because the
# interrupt cannot be moved, keep that mode; all others have mode 0644.
set -u
umask 022
unset CDPATH TAR_OPTIONS

usage() {
	echo "usage: capture.sh [--twice] FILE.root | DIR | --pack DIR" >&2
	exit 2
}

fail() {
	echo "capture.sh: $*" >&2
	exit 1
}

# bytes: "0000016 2e 2f 70 ..." of stdin; a line "*" stands for lines like the one before it
bytes() {
	if command -v od >/dev/null; then
		od -A d -t x1
	else
		hexdump -e '"%07_ad" 16/1 " %02x" "\n"'
	fi
}

# Reads a tar archive from `bytes`. Prints a line "KEY<tab>ENTRY" for each entry; sorted by KEY they
# are in order: the files of a folder, then the folders in it. In ENTRY byte 1 stands for a newline,
# byte 3 for the backslash of an escape. Names are kept in the form " 2e 2f 70".
# shellcheck disable=SC2016 # for awk, not for the shell
read_tar='
function broken(text) {
	print "capture.sh: " text | "cat 1>&2"
	failed = 1
	exit 1
}

# escape(TEXT): as it stands between quotes
function escape(text) {
	gsub(/\\/, "&&", text)
	gsub(/"/, "\003\"", text)
	gsub(/\t/, "\003t", text)
	gsub("\001", "\003n", text)
	gsub("\002", "\003x", text)
	return text
}

# decode(WORDS): text in which a newline is byte 1, and any byte that is not ASCII text is byte 2
# followed by two digits
function decode(words,   n, i, word, text) {
	n = split(words, word, " ")
	text = ""
	for (i = 1; i <= n; i++) text = text character[word[i]]
	return text
}

function has_odd_bytes(text) {
	return index(text, "\001") || index(text, "\002")
}

# quote(PATH): in quotes, where it needs them
function quote(path) {
	if (path ~ /["\\\t]/ || has_odd_bytes(path) || path ~ /^#/ ||
	    (path " ") ~ /: | -> | <<| \(empty\)| \[[0-9][0-9][0-9][0-9]\]/)
		return "\"" escape(path) "\""
	return path
}

# key(NAME, IS_FOLDER): what the entries are sorted by
function key(name, is_folder,   n, i, part, text) {
	n = split(name, part, " 2f")
	text = ""
	for (i = 1; i <= n; i++) {
		gsub(/ /, "", part[i])
		text = text ((i < n || is_folder) ? "1" part[i] "/" : "0" part[i])
	}
	return text
}

# mark_parents(NAME): the folders that it is in are not empty
function mark_parents(name) {
	while (match(name, / 2f( [013-9a-f][0-9a-f]| 2[0-9a-e])*$/)) {
		name = substr(name, 1, RSTART - 1)
		if (name in full) return
		full[name] = 1
	}
}

# field(FROM, LENGTH): bytes of the header up to the first zero
function field(from, len,   i, words) {
	words = ""
	for (i = from; i < from + len && head[i] != "00"; i++) words = words " " head[i]
	return words
}

function octal(from, len,   i, n) {
	n = 0
	for (i = from; i < from + len; i++)
		if (head[i] ~ /^3[0-7]$/) n = n * 8 + substr(head[i], 2)
	return n
}

# mode_text(MODE): " [0444]" where the owner may not write, or somebody may not read
function mode_text(mode,   user, group, other) {
	user = int(mode / 64) % 8
	group = int(mode / 8) % 8
	other = mode % 8
	if (user >= 6 && group >= 4 && other >= 4) return ""
	return " [0" user group other "]"
}

# begin(): an entry, of which the header is complete
function begin(   prefix) {
	if (head[0] == "00") {
		ended = 1
		return
	}
	type = head[156]
	size = octal(124, 12)
	mode = octal(100, 8)
	name = field(0, 100)
	# other bytes stand there in the format of GNU tar
	prefix = head[262] == "00" ? field(345, 155) : ""
	if (prefix != "") name = prefix " 2f" name
	if (long_name != "" && type != "4b") name = long_name
	link = long_link != "" ? long_link : field(157, 100)
	left = size
	chunk = words = ""
	newlines = n_parts = is_odd = 0
	if (type !~ /^(00|30|32|35|4b|4c)$/) broken(decode(name) " is not a file, a folder or a link")
	if (left == 0) finish()
}

# finish(): an entry, of which all is there
function finish() {
	if (type == "4c") {
		long_name = words
		return
	}
	if (type == "4b") {
		long_link = words
		return
	}
	long_name = long_link = ""
	sub(/^ 2e( 2f|$)/, "", name)
	sub(/( 2f)+$/, "", name)
	if (name == "") return
	mark_parents(name)
	if (type == "35") {
		folders[name] = 1
		return
	}
	printf "%s\t%s", key(name, 0), quote(decode(name))
	if (type == "32") print_link(decode(link))
	else print_file()
}

function print_link(target) {
	if (target ~ /^"/ || has_odd_bytes(target)) target = "\"" escape(target) "\""
	print " -> " target
}

function print_file(   i) {
	printf "%s", mode_text(mode)
	if (chunk != "") part[++n_parts] = chunk
	if (size == 0) {
		print " (empty)"
		return
	}
	if (is_odd || last != "0a") {
		printf " = \""
		for (i = 1; i <= n_parts; i++) printf "%s", escape(part[i])
		print "\""
		return
	}
	# the newline at its end is that of the line
	part[n_parts] = substr(part[n_parts], 1, length(part[n_parts]) - 1)
	if (newlines > 1) printf " <<\001\t"
	else if (size > 1) printf ": "
	else printf ":"
	for (i = 1; i <= n_parts; i++) {
		gsub("\001", "\001\t", part[i])
		printf "%s", part[i]
	}
	print ""
}

# take(WORD): a byte of what an entry holds
function take(word) {
	if (type == "4c" || type == "4b") {
		if (word != "00") words = words " " word
	} else {
		chunk = chunk character[word]
		if (word == "0a") newlines++
		else if (word in odd) is_odd = 1
		last = word
		if (length(chunk) > 400) {
			part[++n_parts] = chunk
			chunk = ""
		}
	}
	if (--left == 0) finish()
}

# take_line(): 16 bytes of a header, or of what an entry holds, which ends with a whole block
function take_line(   i) {
	if (ended) return
	if (at < 512) {
		for (i = 2; i <= 17; i++) head[at++] = $i
		if (at < 512) return
		begin()
		rest = int((size + 511) / 512) * 512
	} else {
		for (i = 2; i <= 17 && left > 0; i++) take($i)
		rest -= 16
	}
	if (rest <= 0) at = 0
}

# repeat(LINES): the line before, so many times more
function repeat(lines,   now) {
	now = $0
	$0 = before
	while (lines-- > 0) take_line()
	$0 = now
	repeated = 0
}

BEGIN {
	for (i = 0; i < 256; i++) {
		word = sprintf("%02x", i)
		if ((i >= 32 && i < 127) || i == 9) character[word] = sprintf("%c", i)
		else character[word] = "\002" word
		if (i != 9 && i != 10 && (i < 32 || i > 126)) odd[word] = 1
	}
	character["0a"] = "\001"
	at = 0
}
$1 == "*" { repeated = 1; next }
{
	here = $1
	sub(/^0+/, "", here) # or busybox takes it for octal
}
repeated { repeat((here - line) / 16 - 1) }
NF > 1 {
	line = here
	before = $0
	take_line()
}
END {
	if (failed) exit 1
	if (repeated) repeat(64)
	if (!ended) broken("the archive of tar is not complete")
	for (name in folders)
		if (!(name in full)) print key(name, 1) "\t" quote(decode(name)) "/"
}'

# pack DIR: prints the folder as text. Only tar gives all names, modes and bytes as they are without
# a process for each file; od makes words of them, as not every awk can read a zero byte.
pack() {
	dir=$1
	set --
	if tar --version 2>/dev/null | grep -q GNU; then set -- --format=gnu; fi
	tar -c "$@" -f - -C "$dir" . | bytes | LC_ALL=C awk "$read_tar" >"$scratch/entries" ||
		fail "cannot pack '$dir'"
	# shellcheck disable=SC1003 # a backslash
	LC_ALL=C sort "$scratch/entries" | cut -f 2- | tr '\001\003' '\n\\'
}

twice=
[ "${1-}" != --twice ] || { twice=1 && shift; }
case ${1-} in
--pack) if [ $# != 2 ] || [ ! -d "$2" ] || [ -n "$twice" ]; then usage; fi ;;
'' | -*) usage ;;
*) if [ $# != 1 ]; then usage; fi ;;
esac
scratch=${TMPDIR:-/tmp}/capture.$$
(umask 077 && mkdir "$scratch") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM HUP

file=''
case $1 in
--pack)
	pack "$2"
	exit
	;;
*.root)
	folder=$(dirname "$1")
	folder=$(cd "$folder" && pwd) || exit 1
	file=$folder/$(basename "$1")
	set -- "$scratch/root"
	;;
esac
mkdir -p "$1" || exit 1
dir=$(cd "$1" && pwd) || exit 1
[ -z "$(ls -A "$dir")" ] || fail "'$1' is not empty"
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

# queue_packets: "eth0 ethtool rx 0 12345" for each queue of which a driver counts packets. The
# kernel has no such file.
queue_packets() {
	for link in sys/class/net/*/device; do
		device=${link%/device}
		ethtool -S "${device##*/}" 2>/dev/null | LC_ALL=C awk -v device="${device##*/}" '
		{ name = $1; sub(/:$/, "", name) }
		name ~ /^[rt]x(_queue_|)[0-9]+_packets$/ || name ~ /^[rt]x-[0-9]+\.packets$/ ||
		name ~ /^queue_[0-9]+_[rt]x_cnt$/ {
			direction = name ~ /rx/ ? "rx" : "tx"
			gsub(/[^0-9]/, "", name)
			print device, "ethtool", direction, name, $2
		}'
	done
}

# counters FOLDER: those of now. Of the interrupts in /proc/stat, only the sum.
counters() {
	mkdir -p "$dir/$1/net"
	for path in interrupts softirqs uptime net/softnet_stat net/dev; do
		cat "proc/$path" >"$scratch/counters" 2>/dev/null && cat "$scratch/counters" >"$dir/$1/$path"
	done
	queue_packets >"$scratch/counters"
	[ ! -s "$scratch/counters" ] || cat "$scratch/counters" >"$dir/$1/net/queue_packets"
	awk '/^(cpu|btime|softirq)/ { print } /^intr/ { print $1, $2 }' proc/stat >"$dir/$1/stat" 2>/dev/null
}

# second_affinities: where interrupts may go, and go, at the time of the second counters
second_affinities() {
	mkdir -p "$scratch/second"
	cp --parents proc/irq/[0-9]*/smp_affinity_list proc/irq/[0-9]*/effective_affinity_list \
		"$scratch/second" 2>/dev/null
	[ ! -d "$scratch/second/proc/irq" ] || mv "$scratch/second/proc/irq" "$dir/proc.1/irq"
}

counters proc
keep 'proc/irq/[0-9]*/smp_affinity' 'proc/irq/[0-9]*/smp_affinity_list' \
	'proc/irq/[0-9]*/effective_affinity' 'proc/irq/[0-9]*/effective_affinity_list' \
	'proc/irq/[0-9]*/affinity_hint' 'proc/irq/[0-9]*/node' 'proc/irq/[0-9]*/spurious'
[ -z "$twice" ] || { sleep 2 && counters proc.1 && second_affinities; }
keep proc/sys/kernel/osrelease proc/sys/net/core/rps_sock_flow_entries
keep proc/irq/default_smp_affinity proc/sys/kernel/random/boot_id
keep proc/sys/net/core/rps_default_mask sys/devices/virtual/workqueue/cpumask
core=proc/sys/net/core
keep $core/netdev_budget $core/netdev_budget_usecs $core/netdev_max_backlog \
	$core/flow_limit_cpu_bitmap $core/busy_poll $core/busy_read
keep proc/cmdline proc/version proc/pressure/irq proc/xen/capabilities sys/hypervisor/type
keep sys/kernel/debug/irq/domains/VECTOR
# Interrupts that the kernel has switched off because no driver answered.
# shellcheck disable=SC2046 # names of files
keep $(grep -ls IRQS_SPURIOUS_DISABLED sys/kernel/debug/irq/irqs/[0-9]*)
# What irqkit itself has placed, and its files that would place it again.
keep 'etc/irqkit.d/*.conf' run/irqkit/placed
for irq in proc/irq/[0-9]*; do
	# An interrupt without a handler has its folder, and maybe nothing in it.
	mkdir -p "$dir/$irq"
done
find proc/irq -name 'smp_affinity*' -type f ! -perm -200 2>/dev/null >"$scratch/readonly"
keep 'sys/kernel/irq/*/*'

cpu=sys/devices/system/cpu
keep $cpu/online $cpu/offline $cpu/possible $cpu/present $cpu/isolated $cpu/nohz_full \
	$cpu/kernel_max $cpu/smt/active $cpu/smt/control "$cpu/cpu[0-9]*/online" \
	"$cpu/cpu[0-9]*/topology/*_id" "$cpu/cpu[0-9]*/topology/*_list" \
	"$cpu/cpu[0-9]*/cache/index*/level" "$cpu/cpu[0-9]*/cache/index*/type" \
	"$cpu/cpu[0-9]*/cache/index*/size" "$cpu/cpu[0-9]*/cache/index*/shared_cpu_list" \
	"$cpu/cpu[0-9]*/cpu_capacity"
keep sys/devices/cpu_core/cpus sys/devices/cpu_atom/cpus sys/fs/cgroup/cpuset.cpus.isolated
for path in "$cpu"/cpu[0-9]*; do
	mkdir -p "$dir/$path"
done
node=sys/devices/system/node
keep $node/online $node/possible $node/has_cpu "$node/node[0-9]*/cpulist" \
	"$node/node[0-9]*/distance"

# channels: "combined 4 8" (kind, now, maximum) for each kind of channel that the driver has, from
# what `ethtool -l` prints. The file in sys/class/net/DEV is made here: the kernel has none.
channels() {
	awk '
	/^Pre-set maximums:/ { which = "max" }
	/^Current hardware settings:/ { which = "now" }
	/^(RX|TX|Other|Combined):/ {
		kind = tolower(substr($1, 1, length($1) - 1))
		if (which == "max") max[kind] = $2
		else if (which == "now" && $2 ~ /^[0-9]+$/ && max[kind] ~ /^[1-9][0-9]*$/)
			print kind, $2, max[kind]
	}'
}

# rss: "128 equal 4" (entries, and the queue of each is the entry modulo 4) or "128 0*64 3*64" (runs
# of entries), from what `ethtool -x` prints. The kernel has no such file either.
rss() {
	awk '
	/^RSS hash key/ { exit }
	/^ *[0-9]+:/ { for (i = 2; i <= NF; i++) { queue[n++] = $i; if ($i > most) most = $i } }
	END {
		if (!n) exit
		for (i = 0; i < n && queue[i] == i % (most + 1); i++) ;
		printf "%d", n
		if (i == n && most < n) { print " equal " most + 1; exit }
		for (i = 0; i < n; i = to) {
			for (to = i; to < n && queue[to] == queue[i]; to++) ;
			printf " %d*%d", queue[i], to - i
		}
		print ""
	}'
}

# A network device: its queues, and on the way up from it what tells which interrupts are its own.
for link in sys/class/net/*; do
	keep_link "$link"
	device=$(cd "$link" 2>/dev/null && pwd -P) || continue
	device=${device#/}
	keep "$device/ifindex" "$device/type" "$device/operstate" "$device/uevent" \
		"$device/queues/*/rps_cpus" "$device/queues/*/rps_flow_cnt" \
		"$device/threaded" "$device/gro_flush_timeout" "$device/napi_defer_hard_irqs"
	for counter in rx_packets tx_packets rx_dropped rx_missed_errors rx_fifo_errors \
		rx_over_errors; do
		keep "$device/statistics/$counter"
	done
	# These cannot be read while the interface is down.
	for path in "$device/carrier" "$device/speed"; do
		cat "$path" >/dev/null 2>&1 && keep "$path"
	done
	# These cannot be read where there is only one queue.
	for path in "$device"/queues/tx-*/xps_cpus "$device"/queues/tx-*/xps_rxqs \
		"$device"/queues/tx-*/traffic_class; do
		cat "$path" >/dev/null 2>&1 && keep "$path"
	done
	mkdir -p "$dir/$device/queues"
	for path in "$device"/queues/*; do
		[ -d "$path" ] && mkdir -p "$dir/$path"
	done
	keep_link "$device/device" "$device"/lower_*
	if text=$(ethtool -l "${link##*/}" 2>/dev/null); then
		printf '%s\n' "$text" | channels >"$dir/$device/channels"
	fi
	text=$(ethtool -x "${link##*/}" 2>/dev/null | rss)
	[ -z "$text" ] || echo "$text" >"$dir/$device/rss"
	for path in "$device/bonding" "$device/bridge"; do
		[ -d "$path" ] && mkdir -p "$dir/$path"
	done
done

keep 'sys/module/xen_net*/parameters/max_queues'

# Disks: which CPUs use which queue.
for link in sys/block/*; do
	disk=$(cd "$link" 2>/dev/null && pwd -P) || continue
	disk=${disk#/}
	case $disk in sys/devices/virtual/*) continue ;; esac
	ls "$disk"/mq/*/cpu_list "$disk/queue/rq_affinity" >/dev/null 2>&1 || continue
	[ ! -L "$link" ] || keep_link "$link"
	keep "$disk/mq/*/cpu_list" "$disk/queue/rq_affinity"
done

# Threads of the kernel that handle interrupts or packets, irqbalance, and kthreadd, which shows
# isolated CPUs where the workqueues have no mask. Of a status, only the CPUs are read.
for path in proc/[0-9]*/comm; do
	name=
	{ read -r name <"$path"; } 2>/dev/null
	case $name in
	irq/* | napi/* | ksoftirqd/* | *-guest-rx | *-dealloc | kthreadd) ;;
	irqbalance)
		keep "${path%/*}/cmdline"
		cat "${path%/*}/environ" >"$scratch/environ" 2>/dev/null && mkdir -p "$dir/${path%/*}" &&
			tr '\0' '\n' <"$scratch/environ" | grep '^IRQBALANCE_' | tr '\n' '\0' \
				>"$dir/${path%/*}/environ"
		;;
	*) continue ;;
	esac
	keep "$path" "${path%/*}/stat"
	case $name in ksoftirqd/*) keep "${path%/*}/schedstat" ;; esac
	grep '^Cpus_allowed_list:' "${path%/*}/status" >"$scratch/status" 2>/dev/null &&
		{ echo "Name:	$name" && cat "$scratch/status"; } >"$dir/${path%/*}/status"
done

# Threads of programs with real-time priority: they can keep ksoftirqd waiting. A name may hold
# anything but a newline, so the fields are counted from its last bracket.
cat proc/[0-9]*/task/[0-9]*/stat 2>/dev/null | LC_ALL=C awk '
	{ id = $1; rest = $0; sub(/.*\) /, "", rest); split(rest, field, " ") }
	field[16] < -1 && int(field[7] / 2097152) % 2 == 0 { print id }' >"$scratch/realtime"
while read -r id; do
	keep "proc/[0-9]*/task/$id/stat"
done <"$scratch/realtime"

# What else places interrupts. Of scripts and rules, only lines that name affinities are saved, of
# the program irqbalance only its version.
keep etc/default/irqbalance etc/sysconfig/irqbalance etc/tuned/active_profile \
	'etc/tuned/*-variables.conf' run/tuned/save.pid
for path in etc/rc.local etc/rc.d/rc.local etc/crontab etc/cron.d/* etc/udev/rules.d/* \
	etc/systemd/system/*.service etc/systemd/network/*.link etc/crio/crio.conf \
	etc/crio/crio.conf.d/* etc/tuned/*/tuned.conf usr/lib/tuned/*/tuned.conf \
	usr/lib/tuned/profiles/*/tuned.conf; do
	[ -f "$path" ] || continue
	grep -E 'smp_affinity|/proc/irq|IRQAffinity|irqbalance|isolated_cores|^\[' "$path" \
		>"$scratch/lines" 2>/dev/null
	grep -q '^[^[]' "$scratch/lines" || continue
	mkdir -p "$dir/${path%/*}" && cp "$scratch/lines" "$dir/$path"
done
version=$(grep -a -o 'irqbalance version [0-9][0-9.]*' usr/sbin/irqbalance 2>/dev/null | head -n 1)
[ -z "$version" ] || { mkdir -p "$dir/usr/sbin" && echo "$version" >"$dir/usr/sbin/irqbalance"; }

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
			"$device/msi_irqs/*" "$device/channels/*/cpu"
		keep_link "$device/driver" "$device/subsystem"
		device=${device%/*}
	done
done
find "$dir" -name .kept -exec rm {} +

# cp has kept the modes of /sys, where files that nobody writes are 0444 as well.
chmod -R u+rwX,go+rX "$dir"
while read -r path; do
	[ ! -f "$dir/$path" ] || chmod 0444 "$dir/$path"
done <"$scratch/readonly"
if [ -n "$file" ]; then
	(pack "$dir") >"$scratch/text" && cat "$scratch/text" >"$file"
fi
