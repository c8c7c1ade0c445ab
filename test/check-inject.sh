#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each system call of a command fails in turn with EIO, ENOMEM, EMFILE and EINTR. Afterwards
# nothing has changed and the status is 1, or the whole change is made and recorded, and undo
# takes it back. No change that the journal had before is lost. What only shows shows all of it,
# or the status is 1 and it says why.
#
#   test/check-inject.sh            every folder, and some of all other calls (make check)
#   test/check-inject.sh --long     all calls with all errors (make check-long)
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
errors=(EIO ENOMEM EMFILE EINTR)
# A sanitizer has a heap of its own, and ends where that cannot grow.
is_sanitized=
! grep -q __asan_init "$irqkit" || is_sanitized=1
part=41 # of so many runs the short form makes one
[ "${1-}" != --long ] || part=1

if ! traced strace -qq -o /dev/null -e trace=getpid -e inject=getpid:error=EIO:when=1 true 2>/dev/null; then
	skip "system calls fail in turn" "no strace, or nothing may be traced here"
	finish
	exit
fi

# ---- a machine ---------------------------------------------------------------------------
# put FILE TEXT
put() {
	mkdir -p "${1%/*}" && printf '%s\n' "$2" >"$1"
}

# A root of test/roots, to which comes what its interrupts 24-26 belong to: a device with two
# queues of each direction on one NUMA node, and a thread; the topology; and three changes.
make_machine() {
	local pci=$1/sys/devices/pci0000:00/0000:00:05.0 cpu irq n
	cp -RP "$roots/linux-7.3-4cpu" "$1"
	mkdir -p "$pci/msi_irqs" "$1/sys/class/net" "$1/sys/bus/pci/devices" "$1/sys/bus/pci/drivers/igb"
	for irq in 24 25 26; do put "$pci/msi_irqs/$irq" msix; done
	put "$pci/numa_node" 0
	put "$pci/net/eth0/ifindex" 2
	ln -s ../../../bus/pci/drivers/igb "$pci/driver"
	ln -s ../../.. "$pci/net/eth0/device"
	ln -s ../../devices/pci0000:00/0000:00:05.0/net/eth0 "$1/sys/class/net/eth0"
	ln -s ../../../devices/pci0000:00/0000:00:05.0 "$1/sys/bus/pci/devices/0000:00:05.0"
	for n in 0 1; do
		put "$pci/net/eth0/queues/rx-$n/rps_cpus" 0
		put "$pci/net/eth0/queues/rx-$n/rps_flow_cnt" 0
		put "$pci/net/eth0/queues/tx-$n/xps_cpus" 0
		put "$pci/net/eth0/queues/tx-$n/xps_rxqs" 0
	done
	put "$pci/net/eth0/channels" 'combined 2 2'
	put "$1/proc/sys/net/core/rps_sock_flow_entries" 0
	put "$1/proc/77/comm" irq/24-eth0-rx-0
	put "$1/proc/77/stat" '77 (irq/24-eth0-rx-0) S 2 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 -51 0 1 0 1234 0'
	put "$1/proc/77/status" $'Name:\tirq/24-eth0-rx-0\nCpus_allowed_list:\t0-3'
	for cpu in 0 1 2 3; do
		put "$1/sys/devices/system/cpu/cpu$cpu/topology/physical_package_id" 0
		put "$1/sys/devices/system/cpu/cpu$cpu/topology/core_siblings_list" 0-3
		put "$1/sys/devices/system/cpu/cpu$cpu/topology/thread_siblings_list" $cpu
		put "$1/sys/devices/system/cpu/cpu$cpu/cache/index3/shared_cpu_list" 0-3
	done
	rm -f "$1"/proc/irq/*/effective_affinity* # a saved root does not follow what is written
	"$irqkit" set 27 --cpus=1 --root="$1" -q &&
		"$irqkit" rps eth0 --cpus=2 --root="$1" -q &&
		"$irqkit" set 24-25 --cpus=2 --root="$1" -q
}

# settings DIR: what irqkit may write, into $settings
settings() {
	local f text
	settings=
	for f in "$1"/proc/irq/*/smp_affinity "$1"/proc/sys/net/core/rps_sock_flow_entries \
		"$1"/sys/class/net/eth0/channels "$1"/sys/class/net/eth0/queues/*/*; do
		read -r text <"$f"
		settings+="${f#"$1"} $text"$'\n'
	done
}

# journal DIR: the changes, into $entries by number; $names lists the files
journal() {
	local f text
	entries=() names=
	for f in "$1"/run/irqkit/*; do
		names+="${f##*/} "
		[[ ${f##*/} =~ ^([0-9]+)(\.undone|\.skipped)?$ ]] || continue
		IFS= read -r -d '' text <"$f"
		# the time does not matter
		entries[BASH_REMATCH[1]]=$(sed '/^time/d' <<<"$text")
	done
}

# The time is taken out by a process each: not of those that are as they were.
same_journal() {
	local f text
	now=
	for f in "$1"/run/irqkit/*; do
		IFS= read -r -d '' text <"$f"
		now+="${f##*/}"$'\n'$text
	done
	[ "$now" = "$2" ]
}

# ---- one run -----------------------------------------------------------------------------
fresh() {
	rm -rf "$root"
	cp -RP "$tmp/start" "$root"
}

complain() {
	printf '%s: %s: %s\n' "$run" "$1" "$(head -c 600 "$work/err")" >>"$work/complaints"
}

# Nothing has changed, but for what the next run takes away.
is_as_before() {
	[ "$settings" = "$settings_before" ] && same_journal "$root" "$journal_before"
}

# Earlier changes are as they were; one that was undone has another name by now.
check_earlier() {
	local i
	for i in 1 2 3; do
		[ "${entries[i]-}" = "${entries_before[i]}" ] || complain "change $i is lost or altered"
	done
}

# The change is whole: written and recorded, and it can be taken back.
check_change() {
	[ "${entries[4]-}" = "$1" ] || complain "it is written, and not recorded as change 4"
	if [ "$status" -ne 0 ] && ! grep -qE 'report|standard output|but cannot be noted' "$work/err"; then
		complain "status $status, and it is written"
	fi
	"$irqkit" undo 4 --root="$root" >"$work/out" 2>"$work/err" || complain "undo fails"
	settings "$root"
	[ "$settings" = "$settings_before" ] || complain "undo does not bring back the start"
}

# What only shows.
judge_shown() {
	is_as_before || complain "something has changed"
	case $status in
	0) cmp -s "$work/out" "$work/shown" || complain "status 0, and something else is shown: $(diff "$work/out" "$work/shown")" ;;
	1) [ -s "$work/err" ] || complain "status 1, and not a word" ;;
	*) complain "status $status" ;;
	esac
}

judge() {
	n_runs=$((n_runs + 1))
	settings "$root"
	if [ "$shows" ]; then
		judge_shown
		return
	fi
	if is_as_before; then
		# of an interrupt that is named, EIO is the kernel's answer that it never moves
		[ "$call $error $status" = "write EIO 4" ] && grep -q 'cannot move this interrupt' "$work/err" && return
		[ "$status" -eq 1 ] || complain "status $status, and nothing has changed"
		return
	fi
	journal "$root"
	check_earlier
	if [ "$settings" = "$settings_after" ]; then
		check_change "$entry_after"
	elif [ "$call $error" = "write EIO" ] && grep -q 'refused by the kernel' "$work/out"; then
		# the kernel's answer for an interrupt that it never moves: skipped, and reported
		check_change "${entries[4]-none}"
	elif [ "$settings" != "$settings_before" ]; then
		complain "a part of it is written"
	elif [ "${entries[4]-}" ] && grep -q 'cannot restore the channels' "$work/err"; then
		# whether the driver has reset something could not be read: undo can do it later
		[ "$status" -eq 1 ] || complain "status $status"
		"$irqkit" undo 4 --root="$root" >"$work/out" 2>"$work/err" || complain "undo fails"
	elif [ "${entries[4]-}" ] || [ "$status" -ne 1 ]; then
		complain "status $status, and nothing is written: $names"
	fi
	fresh
}

# fail WHAT INJECTION...
fail() {
	run="${command[0]}, $1"
	shift
	traced strace -qq -o /dev/null "$@" "$irqkit" "${command[@]}" --root="$root" >"$work/out" 2>"$work/err"
	status=$?
	judge
}

# ---- all runs of one command ----------------------------------------------------------------
# Without a fault: what is to come of it, and the calls behind the first open of the root, each
# with how often it came before.
prepare() {
	fresh
	settings "$root"
	settings_before=$settings
	same_journal "$root" ''
	journal_before=$now
	journal "$root"
	entries_before=("${entries[@]:0}")
	entries_before=([1]="${entries[1]}" [2]="${entries[2]}" [3]="${entries[3]}")
	run="${command[0]}, no fault"
	traced strace -qq -o "$work/calls" "$irqkit" "${command[@]}" --root="$root" >"$work/shown" 2>"$work/err" ||
		complain "fails"
	settings "$root"
	settings_after=$settings
	journal "$root"
	entry_after=${entries[4]-}
	if [ "$shows" ]; then
		[ -s "$work/shown" ] || complain "shows nothing"
	elif [ "$settings_after" = "$settings_before" ] || [ ! "$entry_after" ]; then
		complain "changes nothing"
	fi
	awk -v root="\"$root\"" '
		{ call = $0; sub(/\(.*/, "", call) }
		call !~ /^[a-z0-9_]+$/ || call == "exit_group" { next }
		{ n[call]++ }
		index($0, "openat(AT_FDCWD, " root) == 1 { inside = 1 }
		inside { print call, n[call], n["brk"] + 0, n["mmap"] + 0 }' "$work/calls" |
		if [ "$is_sanitized" ]; then grep -vE '^(brk|mmap|munmap|madvise|mprotect) '; else cat; fi >"$work/list"
	fresh
}

# Is it the turn of this one in the short form? Folders always have theirs.
is_due() {
	[ "$part" -eq 1 ] && return
	n_seen=$((n_seen + 1))
	[ "$call $1" = "getdents64 EIO" ] || [ $((n_seen % part)) -eq 0 ]
}

# Of memory there are few, so every fourth.
is_memory_due() {
	n_memory=$((n_memory + 1))
	[ "$part" -eq 1 ] || [ $((n_memory % 4)) -eq 1 ]
}

# The heap cannot grow any more, from this call on. Of brk() the kernel returns where the heap
# ends, and never an error: 0 is less than was asked for.
fail_memory() {
	fail "no memory from $call $n on" -e trace=brk,mmap -e inject=brk:retval=0:when="$1"+ \
		-e inject=mmap:error=ENOMEM:when="$2"+
}

every_call() {
	local n brk mmap
	while read -r call n brk mmap; do
		n_calls=$((n_calls + 1))
		case $call in
		brk)
			is_memory_due || continue
			fail "$call $n: no memory" -e trace=brk -e inject=brk:retval=0:when="$n"
			fail_memory "$brk" $((mmap + 1))
			continue
			;;
		mmap) ! is_memory_due || fail_memory $((brk + 1)) "$mmap" ;;
		esac
		for error in "${errors[@]}"; do
			is_due "$error" || continue
			fail "$call $n: $error" -e trace="$call" -e inject="$call:error=$error:when=$n"
		done
	done <"$work/list"
}

# test_command INDEX: a process of its own
test_command() {
	local words
	read -ra words <<<"${commands[$1]}"
	command=("${words[@]}")
	shows=
	[ "$1" -lt "$n_writing" ] || shows=1
	work=$tmp/work.$1
	root=$work/root
	n_calls=0 n_runs=0 n_seen=0 n_memory=0
	mkdir -p "$work"
	: >"$work/complaints"
	: >"$work/err"
	prepare
	every_call
	echo "$n_calls $n_runs" >"$work/counts"
}

# ---- fault 1 -------------------------------------------------------------------------------
# The first one of this kind that was found: with the journal's folder unreadable, all changes
# were taken for older than the last 200.
first_fault() {
	local n=0 status
	for n in 1 2 3; do
		rm -rf "$tmp/first"
		cp -RP "$roots/linux-7.3-4cpu" "$tmp/first"
		"$irqkit" set 24 --cpus=1 --root="$tmp/first" -q && "$irqkit" set 25 --cpus=1 --root="$tmp/first" -q
		traced strace -qq -o /dev/null -e trace=getdents64 -e inject=getdents64:error=EIO:when="$n" \
			"$irqkit" set 26 --cpus=3 --root="$tmp/first" >/dev/null 2>"$tmp/err"
		status=$?
		[ "$n" -gt 1 ] || grep -qF "cannot save the old values in $tmp/first/run/irqkit, so nothing was written: Input/output error" "$tmp/err" ||
			echo "getdents64 $n: $(cat "$tmp/err")"
		[ "$n" -gt 1 ] || [ "$status" -eq 1 ] || echo "getdents64 $n: status $status"
		[ -e "$tmp/first/run/irqkit/1" ] && [ -e "$tmp/first/run/irqkit/2" ] || echo "getdents64 $n: a change is lost"
	done
}
empty "a folder that cannot be read costs no change of the journal" "$(first_fault 2>&1)"

# ---- the running machine -------------------------------------------------------------------
# Only netlink may know the queues. ask INJECTION: the result
ask() {
	traced strace -qq -o /dev/null -e trace=network -e inject="$1" \
		"$irqkit" show -o DEVICE,QUEUE >/dev/null 2>"$tmp/err"
	local status=$?
	cat "$tmp/err"
	echo "status $status"
}
traced strace -qq -o "$tmp/calls" -e trace=network "$irqkit" show -o DEVICE,QUEUE >/dev/null 2>&1
if [ "$(grep -c '^recvmsg.*nlmsg_type=netdev' "$tmp/calls")" -lt 2 ]; then
	skip "netlink that does not answer" "this kernel has no family netdev"
else
	same "netlink that is not there is no error" "status 0" "$(ask socket:error=EAFNOSUPPORT)"
	same "netlink that may not be asked is no error" "status 0" "$(ask sendto:error=EPERM)"
	same "netlink that loses the answer is an error" \
		"irqkit: cannot read the queues that the kernel reports by netlink: No buffer space available
status 1" "$(ask recvmsg:error=ENOBUFS)"
	same "and it is asked again" "status 0" "$(ask recvmsg:error=ENOBUFS:when=3)"
fi

# ---- the matrix ----------------------------------------------------------------------------
if ! make_machine "$tmp/start" 2>"$tmp/err"; then
	result 1 "a machine with three changes" "$(cat "$tmp/err")"
	finish
	exit
fi

printf '%s\n' 'spread eth0 --cpus=0-1' 'xps eth0 --auto' >"$tmp/policy"
chmod go-w "$tmp/policy"
commands=(
	"apply $tmp/policy"
	'set 24-26 --cpus=3'
	'spread eth0 --cpus=0-1'
	'pin-queue eth0 0=3 1=1'
	'rps eth0 --cpus=1-3 --flows=4096'
	'xps eth0 --auto'
	'channels eth0 --combined=1 --spread'
	'undo'
	"apply $tmp/policy --dry-run"
	'show -o +NODE,HINT,MOVABLE,DEVICE,QUEUE,DRIVER,NOTES'
	'show eth0 --queues'
	'rps eth0'
	'xps eth0'
	'undo --list'
	'pin-queue eth0 0=3 1=1 --script'
	'spread eth0 --cpus=0-1 --dry-run'
)
n_writing=8 # the first ones; the others show
for i in "${!commands[@]}"; do
	# two at a time
	while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n; done
	test_command "$i" &
done
wait

calls=0 runs=0
for i in "${!commands[@]}"; do
	work=$tmp/work.$i
	read -r n_calls n_runs <"$work/counts"
	echo "# ${commands[i]}: $n_calls calls x ${#errors[@]} errors, $n_runs runs"
	calls=$((calls + n_calls)) runs=$((runs + n_runs))
	empty "${commands[i]//"$tmp/"/}: all or nothing, whichever system call fails" "$(head -n 40 "$work/complaints")"
	[ "$n_calls" -ge 30 ] && [ "$n_runs" -ge 5 ]
	result $? "${commands[i]//"$tmp/"/}: there were calls to fail" "$n_calls calls, $n_runs runs"
done
echo "# $calls calls x ${#errors[@]} errors of ${#commands[@]} commands: $runs runs"
finish
