#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Which files a run opens, by strace: no kernel file is opened twice, since each field of the
# machine is read once, also in a run that writes, unless another irqkit may have written
# meanwhile. What was written is read back by the same descriptor.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if ! traced strace -qq -o /dev/null true 2>/dev/null; then
	skip "which files are opened" "no strace, or nothing may be traced here"
	finish
	exit
fi
roots=$(realpath "$roots")
mapfile -t columns < <("$O/irqkit" show --help | awk '/^Columns/ { found = 1; next } found && !NF { exit } found { print $(NF > 0 && $1 == "*" ? 2 : 1) }')
all=$(IFS=, && echo "${columns[*]}")

# run ROOT ARGUMENT...: with the options $inject of strace; sets status, and writes to opened a line "MODE PATH" for each file below
# /proc and /sys of the root that was opened; MODE is r or w. O_PATH opens no contents.
inject=()
run() {
	local root=$1
	shift
	traced strace -qq -y -o "$tmp/calls" -e trace=open,openat,openat2,flock "${inject[@]}" "$O/irqkit" "$@" --root="$root" >/dev/null 2>"$tmp/err"
	status=$?
	awk -v root="$root" '
		/O_PATH/ || !match($0, / = [0-9]+</) { next }
		{
			path = substr($0, RSTART + RLENGTH)
			sub(/>$/, "", path)
			if (index(path, root "/proc") != 1 && index(path, root "/sys") != 1)
				next
			print(/O_WRONLY|O_RDWR/ ? "w" : "r", substr(path, length(root) + 1))
		}' "$tmp/calls" >"$tmp/opened"
}
opens() { wc -l <"$tmp/opened"; }

# once ROOT ARGUMENT...: adds to $twice what is opened more than once, and to $odd a run that
# read nothing or failed. ROOT is a name in test/roots, or a path.
once() {
	local root=$roots/$1
	[[ $1 != /* ]] || root=$1
	run "$root" "${@:2}"
	twice+=$(repeated | sed "s|^|irqkit ${*:2}: |")
	grep -q '/proc/interrupts$' "$tmp/opened" || odd+="irqkit ${*:2} opened no interrupts"$'\n'
	case $status in 0 | 3 | 4 | 5) ;; *) odd+="irqkit ${*:2}: status $status: $(<"$tmp/err")"$'\n' ;; esac
}

# Counters. Each file is opened once; to measure a period, it is opened at both ends.
counters='^r /proc/(interrupts|stat|uptime|softirqs|net/(softnet_stat|dev|queue_packets))$'
most=1
repeated() {
	sort "$tmp/opened" | uniq -c | awk -v counters="$counters" -v most="$most" '
		{ n = $1; sub(/^ *[0-9]+ /, "") }
		n > ($0 ~ counters ? most : 1)'
}
# period ROOT ARGUMENT...: as once, of a run that measures for a period
period() {
	local most=2
	once "$@"
}

# ---- without a write -------------------------------------------------------------------------
printf '%s\n' 'spread all' 'isolate 1' >"$tmp/all.conf"

# A root with all counters that a running x86 system has; most saved systems have only a few of them.
cp -RP "$roots/two-samples-2cpu" "$tmp/counters"
rm -r "$tmp/counters/proc.1"
mkdir -p "$tmp/counters/sys/kernel/debug/irq/domains"
printf '%s\n' 'name:   VECTOR' '| CPU | avl | man | mac | act | vectors' \
	'    0   190     1     1   12  33-44' '    1   195     1     1    7  33-39' \
	>"$tmp/counters/sys/kernel/debug/irq/domains/VECTOR"
echo 6.1.0 >"$tmp/counters/proc/sys/kernel/osrelease"
counted=$(realpath "$tmp")/counters

# Roots with all kinds of interfaces, nodes and disks, and an interface of each.
while read -r root dev; do
	twice='' odd=''
	once "$root" show
	once "$root" show -o "$all" --all
	once "$root" show --queues
	once "$root" set all --cpus=1 -n
	once "$root" spread -n
	once "$root" spread all -n --by=total
	once "$root" save --all
	once "$root" show -v --all --json
	once "$root" show --per-cpu
	once "$root" show --by-cpu
	once "$root" doctor
	once "$root" metrics
	once "$root" metrics --per-queue --full
	once "$root" check "$tmp/all.conf"
	once "$root" apply "$tmp/all.conf" -n
	once "$root" isolate 1 -n
	once "$root" isolate 1 --check
	once "$root" isolate
	once "$root" compare now "$roots/interrupts-only"
	period "$root" top -b -n 1 -d 0.1
	if [ "$dev" != - ]; then
		once "$root" show "$dev"
		once "$root" rps "$dev"
		once "$root" rps "$dev" --auto -n
		once "$root" xps "$dev"
		once "$root" xps "$dev" --auto -n
		# the packets of a bond arrive on other interfaces, so this is refused
		[ "$dev" = bond0 ] || once "$root" rps "$dev" --flows=1024 -n
		once "$root" channels
	fi
	empty "${root##*/}: every run reads interrupts and ends well" "$odd"
	empty "${root##*/}: no file is opened twice" "$twice"
done <<END
linux-6.1-16cpu eth0
queues-8cpu bond0
bond-bridge-6.1 br0
hyperv-6.1-netvsc eth0
cloud-nics-16cpu ens5
mlx5-64queues ens1f0np0
xen-6.1-domu eth0
xen-6.1-dom0 vif1.0
threads-xen-6.1-dom0 -
usb-rpi4-4cpu eth0
disks-6.1 -
isolate-8cpu eth0
isolcpus-8cpu -
isolated-16cpu eno6
irqbalance-4cpu -
hybrid-20cpu eno1
linux-6.1-512cpu -
two-samples-2cpu -
onehot-8cpu eth0
$counted -
END
check "the counters are among what is read" \
	test "$(run "$counted" metrics && grep -cE '/proc/(stat|uptime|net/softnet_stat)$|/VECTOR$' "$tmp/opened")" -eq 4
check "all columns are asked for" test "${#columns[@]}" -ge 19

# A pinned queue takes its threads along, whose names and beginnings it must know.
while read -r root dev; do
	twice='' odd=''
	once "$root" pin-queue "$dev" 0=1 1=0 -n
	empty "$root: pin-queue reads interrupts and ends well" "$odd"
	empty "$root: no file is opened twice for a pinned queue" "$twice"
	check "$root: threads are among what is read" grep -q '^r /proc/[0-9]*/stat$' "$tmp/opened"
done <<'END'
queues-8cpu eth0
isolated-16cpu eno6
END

# Two masks show which CPUs settings isolate. The second is opened only if the first leaves out a CPU.
# Neither is opened if isolated CPUs do not matter.
mkdir "$tmp/by-hand"
cp -RP "$roots/onehot-8cpu" "$tmp/by-hand/root"
by_hand=$(realpath "$tmp/by-hand/root")
masks() { sed -n 's,^r /proc/irq/default_smp_affinity$,default,p; s,^r /sys/devices/virtual/workqueue/cpumask$,work,p' "$tmp/opened" | sort | xargs; }
mkdir -p "$by_hand/sys/devices/virtual/workqueue"
echo ff >"$by_hand/sys/devices/virtual/workqueue/cpumask"
run "$by_hand" mask 0-3
same "mask of numbers: no mask of the kernel is opened" "" "$(masks)"
run "$by_hand" set 30 --cpus=current -n
same "set that changes nothing: none is opened" "" "$(masks)"
run "$by_hand" set 30 --cpus=1 -n
same "set that changes something, and would warn: one is opened" default "$(masks)"
run "$by_hand" spread eth0 -n
same "spread: one is opened" default "$(masks)"
echo f3 | tee "$by_hand/proc/irq/default_smp_affinity" >"$by_hand/sys/devices/virtual/workqueue/cpumask"
for command in 'show' 'show --json' 'show --queues --json' 'spread eth0 -n' 'rps eth0' 'rps eth0 --auto -n' 'xps eth0 --auto -n' 'set 30 --cpus=housekeeping -n'; do
	# shellcheck disable=SC2086 # several words
	run "$by_hand" $command
	same "$command: with CPUs left out, each mask is opened once" "default work" "$(masks)"
done

# These are cut short in the middle of a row, as if a CPU came or went: they are read again.
for root in torn cut-in-counts; do
	run "$roots/$root" show
	empty "$root: only /proc/interrupts is opened again" \
		"$(sort "$tmp/opened" | uniq -d | grep -vx 'r /proc/interrupts')"
	check "$root: it is opened again" test "$(grep -c '/proc/interrupts$' "$tmp/opened")" -gt 1
done

# ---- how many --------------------------------------------------------------------------------
# at_most NAME LIMIT NUMBER
at_most() {
	awk -v n="$3" -v limit="$2" 'BEGIN { exit !(n <= limit) }'
	result $? "$1" "$3 are more than $2"
}
numbered() { grep -cE '^ *[0-9]+:' "$roots/$1/proc/interrupts"; }
hints() { grep -c '/affinity_hint$' "$tmp/opened"; }
of_irqs() { grep -c '/proc/irq/[0-9]*/' "$tmp/opened"; }

# Each interrupt takes its affinity and its effective affinity. A dozen files are of the machine,
# so that a limit for each interrupt says something only of a root that has many; and where an
# interrupt is allowed on more CPUs than handle it, the remark needs the file affinity_hint too.
for root in mlx5-6.6-64queues mlx5-64queues; do
	run "$roots/$root" show
	limit=$(awk -v n="$(numbered $root)" 'BEGIN { print 2.1 * n }')
	at_most "$root: show opens at most 2.1 files per interrupt" "$limit" "$(of_irqs)"
done
at_most "and a dozen of the machine" 12 $(($(opens) - $(of_irqs)))
check "there are hints, which say nothing then" test -e "$roots/mlx5-64queues/proc/irq/184/affinity_hint"
run "$roots/xen-6.1-dom0" show --quiet
same "without a remark, two files of each interrupt that can be moved or not" \
	$((2 * $(numbered xen-6.1-dom0))) "$(of_irqs)"

# What spread needs besides are the topology, the RPS and XPS of the queues, and where the queues
# of other devices are pinned: a file of each interrupt. An interface with very few interrupts, or
# with more queues than anything else has files, shows nothing here.
while read -r root dev; do
	run "$roots/$root" show "$dev"
	# with the hint of each interrupt, of which only some are read
	shown=$(($(opens) - $(hints) + $(grep -oE '/proc/irq/[0-9]+/' "$tmp/opened" | sort -u | wc -l)))
	run "$roots/$root" spread "$dev" -n
	same "$root: spread $dev -n is possible" 0 "$status"
	at_most "$root: it opens at most twice what show $dev opens, with hints, and the affinities" \
		$((2 * shown + $(numbered "$root"))) "$(opens)"
done <<'END'
linux-6.1-16cpu eth0
linux-6.12-16cpu eth0
queues-8cpu bond0
xen-6.1-domu eth0
cloud-nics-16cpu enP30832s1
END
run "$roots/mlx5-64queues" show ens1f0np0
shown=$(opens)
run "$roots/mlx5-64queues" spread ens1f0np0 -n
at_most "mlx5-64queues: so it does without the settings of 64 queue pairs" $((2 * shown)) \
	"$(grep -cvE '/queues/[rt]x-' "$tmp/opened")"

# Two interrupts of 202 are placed. The files of the others are read only where their counts do
# not show that each CPU has vectors left.
# many NAME CPUS: the others were handled by so many CPUs
many() {
	local irq
	mkdir -p "$tmp/$1/proc" "$tmp/$1/sys/devices/system/cpu"
	echo 0-3 >"$tmp/$1/sys/devices/system/cpu/online"
	awk -v cpus="$2" 'BEGIN {
		print "  CPU0 CPU1 CPU2 CPU3"
		for (irq = 24; irq < 226; irq++) {
			printf "%d:", irq
			for (cpu = 0; cpu < 4; cpu++)
				printf " %10d", cpu == (irq < 26 ? 0 : irq % cpus) ? 5 : 0
			print " PCI-MSI " irq "-edge x" irq
		}
	}' >"$tmp/$1/proc/interrupts"
	for ((irq = 24; irq < 226; irq++)); do
		mkdir -p "$tmp/$1/proc/irq/$irq"
		echo f >"$tmp/$1/proc/irq/$irq/smp_affinity"
		echo 1 >"$tmp/$1/proc/irq/$irq/effective_affinity"
	done
}
others() { grep -E '/proc/irq/[0-9]+/(smp|effective)_affinity$' "$tmp/opened" | grep -cvE '/irq/2[45]/'; }
many even 4
run "$(realpath "$tmp")/even" spread 24 25 -n
same "many interrupts: spread of two is possible" 0 "$status"
same "many interrupts: on all CPUs, the files of the others are not read" 0 "$(others)"
many uneven 1
run "$(realpath "$tmp")/uneven" spread 24 25 -n
same "many interrupts: on one CPU, one file of each is read" 200 "$(others)"

# A driver suggests CPUs for each queue or for none: where the first queues have no hint, the
# others are not asked.
# hinted NAME HINT: 40 queues whose driver suggests HINT
hinted() {
	local root=$tmp/$1 queue irq
	mkdir -p "$root/sys/devices/system/cpu" "$root/sys/class/net/eth0"
	many "$1" 1
	sed -i 's/ x\([0-9]*\)$/ eth0-TxRx-\1/; 42,$d' "$root/proc/interrupts"
	for ((queue = 24; queue < 64; queue++)); do
		mkdir -p "$root/sys/class/net/eth0/queues/rx-$queue"
		echo "$2" >"$root/proc/irq/$queue/affinity_hint"
	done
}
hinted no-hints 0
run "$(realpath "$tmp")/no-hints" show
same "no hints: two queues are asked" 2 "$(hints)"
hinted hints 2
run "$(realpath "$tmp")/hints" show
same "hints: each queue is asked" 40 "$(hints)"
run "$(realpath "$tmp")/no-hints" show -o NOTES
same "-o NOTES: each interrupt is asked" 40 "$(hints)"

# ---- with writes -----------------------------------------------------------------------------
root=$(realpath "$tmp")/root
# sequence: for each knob, in which order it was opened: "26 rrwr"
sequence() {
	awk '$2 ~ "^/proc/irq/[0-9]+/smp_affinity$" { split($2, part, "/"); order[part[4]] = order[part[4]] $1 }
		END { for (irq in order) print irq, order[irq] }' "$tmp/opened" | sort -n
}
# wrote NAME EXPECTED ARGUMENT...: $reads times the rows are read
reads=1
wrote() {
	run "$root" "${@:3}"
	same "$1: it ends with 0" 0 "$status"
	same "$1: read, and opened once to be written and read back" "$2" "$(sequence)"
	same "$1: /proc/interrupts is read $reads times" "$reads" "$(grep -c '^r /proc/interrupts$' "$tmp/opened")"
	empty "$1: nothing below /sys is read twice" "$(grep '^r /sys' "$tmp/opened" | sort | uniq -d)"
	empty "$1: nothing else is opened to be written" "$(grep '^w' "$tmp/opened" | grep -v '^w /proc/irq/[0-9]*/smp_affinity$')"
	empty "$1: what the kernel chose is read at most once for each look at it" \
		"$(grep '/effective_affinity$' "$tmp/opened" | sort | uniq -c | awk -v most="$looks" '$1 > most')"
}
cp -RP "$roots/xen-6.1-domu" "$root"
check "nobody has changed anything yet" test ! -e "$root/run/irqkit"
# After the write, and a last time because the move is pending: a saved root moves nothing.
looks=2
wrote "the first set" "26 rw
27 rw" set 26 27 --cpus=1
# Before the write, and as above.
looks=3
wrote "the same again" "26 r
27 r" set 26 27 --cpus=1
wrote "some of them" "26 r
27 r
28 rw" set 26-28 --cpus=1
wrote "spread" "26 rw
27 rw
28 r
29 rw
30 rw
31 rw
32 rw
33 rw" spread eth0
wrote "spread again" "26 r
27 r
28 r
29 r
30 r
31 r
32 r
33 r" spread eth0

# Another irqkit holds the lock at first, and may write until this one has it: everything is
# read again then. Where nothing is to be written, nobody waits for the lock.
inject=(-e inject=flock:error=EAGAIN:when=1)
looks=4 reads=2
wrote "set after another irqkit" "26 rrw
27 rrw" set 26 27 --cpus=3
reads=1
inject=(-e inject=flock:error=EAGAIN)
wrote "set beside another irqkit" "26 r
27 r" set 26 27 --cpus=3
inject=(-e inject=flock:error=EAGAIN:when=1)
reads=2
wrote "spread after another irqkit" "26 rrw
27 rrw
28 rr
29 rr
30 rr
31 rr
32 rr
33 rr" spread eth0
# Where the journal is empty, the other one has written nothing, or has restored it.
rm "$root"/run/irqkit/[0-9]*
reads=1
wrote "set after another irqkit that wrote nothing" "26 rw" set 26 --cpus=0-1
inject=()

# A mistake is found without the lock, and leaves no trace of it.
rm -r "$root/run"
run "$root" set 26 no-such-name --cpus=1
same "a mistake: it is found" 3 "$status"
check "a mistake: nothing is created" test ! -e "$root/run"
finish
