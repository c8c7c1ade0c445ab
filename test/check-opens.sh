#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Which files a run opens, by strace: no kernel file is opened twice, since each field of the
# machine is read once, also in a run that writes, unless another irqkit may have written
# meanwhile. What was written is read back by the same descriptor. On all saved roots.
# takes: 90 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

trace=(strace -f --seccomp-bpf -qq -y) # it stops only at the calls that it shows
traced "${trace[@]}" -o /dev/null true 2>/dev/null || trace=(strace -f -qq -y)
if ! traced "${trace[@]}" -o /dev/null true 2>/dev/null; then
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
	traced "${trace[@]}" -o "$tmp/calls" -e trace=open,openat,openat2,flock "${inject[@]}" "$O/irqkit" "$@" --root="$root" >/dev/null 2>"$tmp/err"
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

# note ROOT ARGUMENT...: a run whose calls judge() looks at; they are in $tmp/runs, with a first line
# "STATUS COMMAND"
note() {
	local root=$1 to
	shift
	n_runs=$((n_runs + 1))
	to=$tmp/runs/$n_runs
	traced "${trace[@]}" -o "$to.calls" -e trace=open,openat,openat2 "$O/irqkit" "$@" --root="$root" >/dev/null 2>"$tmp/err"
	{
		echo "$? irqkit $*"
		cat "$to.calls"
	} >"$to"
	rm "$to.calls"
}

# judge ROOT: of all runs since begin(), one line for each file that was opened twice, or for a run
# that did not end well. Only the counters of a period are opened at both ends, and what is cut short
# in a saved root is read again. Channels and RSS tables are files only in a saved root.
begin() {
	rm -rf "$tmp/runs"
	mkdir "$tmp/runs"
	n_runs=0
}
judge() {
	awk -v root="$1" -v counters="$counters" '
		FNR == 1 {
			end()
			split("", times)
			status = $1
			command = substr($0, length($1) + 2)
			next
		}
		/O_PATH/ || !match($0, / = [0-9]+</) { next }
		{
			path = substr($0, RSTART + RLENGTH)
			sub(/>$/, "", path)
			if (index(path, root "/proc") == 1 || index(path, root "/sys") == 1)
				times[(/O_WRONLY|O_RDWR/ ? "w " : "r ") substr(path, length(root) + 1)]++
		}
		function is_counter(file) {
			return file ~ counters || (root ~ /\/(empty-in-container|odd-names|linux-7.2-heading-lost)$/ && file ~ /\/(kernel\/irq|system\/cpu\/(online|possible)$)/)
		}
		function end(  file, most) {
			if (command == "")
				return
			if (status == 0 && root !~ /\/link-/ && !("r /proc/interrupts" in times))
				print command ": it reads no interrupts"
			if (status !~ /^[0-5]$/)
				print command ": status " status
			for (file in times) {
				most = is_counter(file) && command ~ / top / ? 2 : 1
				if (file ~ /\/(channels|rss)$/ || (file == "r /proc/interrupts" && root ~ /\/(torn|cut-in-counts|linux-7.2-heading-lost)$/))
					most = times[file]
				if (times[file] > most)
					print command ": " file
			}
		}
		END { end() }' "$tmp"/runs/*
}

cp -RP "$roots/interrupts-only" "$tmp/other"
# All saved roots, with one or two interfaces of each, and those that are made of others.
for root in "$roots"/* "$counted"; do
	begin
	note "$root" show
	note "$root" show -o "$all" --all
	note "$root" show --queues --json
	note "$root" show -v --all --json
	note "$root" show -a --cpus=0
	note "$root" show --by-cpu
	note "$root" set all --cpus=1 -n
	note "$root" spread all -n --by=total
	note "$root" save --all
	note "$root" doctor --fix -n
	note "$root" doctor -v --json
	note "$root" metrics
	note "$root" metrics --per-queue --full
	note "$root" rps
	note "$root" xps
	note "$root" check "$tmp/all.conf"
	note "$root" apply "$tmp/all.conf" -n
	note "$root" isolate 1 -n
	note "$root" isolate 1 --check
	note "$root" compare now "$tmp/other"
	note "$root" top -b -n 1 -d 0.1
	shopt -s nullglob
	devices=("$root"/sys/class/net/{bond,br,vif}*[0-9] "$root"/sys/class/net/[!bl]*)
	shopt -u nullglob
	for dev in "${devices[@]:0:2}"; do
		dev=${dev##*/}
		note "$root" show "$dev" --queues
		note "$root" spread "$dev" -n
		note "$root" rps "$dev" --auto -n
		note "$root" rps "$dev" --flows=1024 -n
		note "$root" xps "$dev" --auto -n
		note "$root" pin-queue "$dev" 0=1 1=0 -n
		note "$root" channels "$dev"
	done
	empty "${root##*/}: no file is opened twice" "$(judge "$root")"
done
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

# What spread needs besides are the topology, the node of each interrupt where the device does not
# say it, the RPS and XPS of the queues, and where the queues of other devices are pinned: a file of
# each interrupt. The plan, its column WHY or a note depends on each of them. On all interfaces of all
# roots, that is at most as much again as what show opens, but for these:
declare -A more=(
	# RPS and XPS of each queue, and SMT siblings of each CPU
	[ice-15queues-16cpu eth0]=92 [mlx5-4channels-16cpu eth0]=86 [mlx5-64queues ens1f0np0]=308
	[two-samples-2cpu eth0]=29
	# these and the node of each interrupt
	[isolcpus-8cpu eth0]=64 [smt-apart-8cpu eth0]=58
	# these and the affinity of each interrupt of the other port
	[bond-i40e-8cpu ten0]=60 [bond-i40e-8cpu ten1]=60
)
n_within=0 n_beyond=0
for root in "$roots"/*; do
	beyond=''
	for dev in "$root"/sys/class/net/*/; do
		dev=$(basename "$dev")
		run "$root" spread "$dev" -n
		[ "$status" -eq 0 ] || continue
		opened=$(opens)
		run "$root" show "$dev"
		limit=$((2 * $(opens)))
		if [ "$opened" -le "$limit" ]; then
			n_within=$((n_within + 1))
			continue
		fi
		n_beyond=$((n_beyond + 1))
		[ "$opened" -le "${more[${root##*/} $dev]:-$limit}" ] || beyond+="$dev: $opened are more than $limit"$'\n'
	done
	empty "${root##*/}: spread of an interface opens at most twice what show opens, or as much as is known" "$beyond"
done
check "most interfaces are within the limit" test "$n_within" -ge 90
same "the others are those that are listed" "${#more[@]}" "$n_beyond"

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

# All commands that write: before the first write, nothing is opened twice. After it, what was
# written is read back once: apply looks at the whole machine then, because lines may depend on each
# other. Where the kernel has not moved an interrupt yet, its CPUs are looked at again.
# written ROOT: of all runs since begin(), one line for each file that was opened too often
written() {
	awk -v root="$1" '
		FNR == 1 {
			command = substr($0, length($1) + 2)
			if ($1 !~ /^[0345]$/)
				print command ": status " $1
			split("", before)
			split("", after)
			writes = 0
			is_apply = / apply /
			later = ""
			next
		}
		/O_PATH/ || !match($0, / = [0-9]+</) { next }
		{
			path = substr($0, RSTART + RLENGTH)
			sub(/>$/, "", path)
			if (index(path, root "/proc") != 1 && index(path, root "/sys") != 1)
				next
			path = substr(path, length(root) + 1)
			if (/O_WRONLY|O_RDWR/) {
				# apply looks a second time once all is set, also if it was set before
				if (!writes++)
					printf "%s", later
			} else if (!writes && ++before[path] > (path ~ /effective_affinity$/ ? 2 : 1)) {
				if (is_apply)
					later = later command ": before a write: " path "\n"
				else
					print command ": before a write: " path
			} else if (writes && ++after[path] > (path ~ /effective_affinity$/ ? 3 : 1))
				print command ": after a write: " path
		}' "$tmp"/runs/*
}
while read -r name dev; do
	copy=$(realpath "$tmp")/written-$name
	cp -RP "$roots/$name" "$copy"
	begin
	note "$copy" set all --cpus=0 --keep-going
	note "$copy" spread all
	note "$copy" rps "$dev" --auto
	note "$copy" xps "$dev" --auto
	note "$copy" pin-queue "$dev" all=all --wrap
	note "$copy" isolate 1
	note "$copy" doctor --fix
	printf '%s\n' 'spread all' "rps $dev --auto" "xps $dev --auto" >"$tmp/some.conf"
	note "$copy" apply "$tmp/some.conf"
	note "$copy" apply "$tmp/some.conf"
	note "$copy" undo
	note "$copy" undo
	empty "$name: writing commands open nothing twice before they write, and read back once" "$(written "$copy")"
	check "$name: most of them have written" test "$(awk '/O_WRONLY|O_RDWR/ && /\/(proc|sys)\// { n[FILENAME] } END { for (f in n) m++; print m + 0 }' "$tmp"/runs/*)" -ge 6
done <<'END'
linux-6.1-16cpu eth0
queues-8cpu eth0
xen-6.1-domu eth0
xen-6.12-dom0 vif1.0
isolated-16cpu eno6
mlx5-64queues ens1f0np0
END

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
