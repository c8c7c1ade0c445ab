#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit set on roots of its own: two at once, asked to end while it writes, which files it
# opens and writes, and what it says when a write fails.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/knobs.sh
. test/knobs.sh

root=$tmp/root
irqkit() { command=$1; shift; "$O/irqkit" "$command" --root="$root" "$@"; }

fresh() {
	rm -rf "$root"
	cp -RP "$tmp/$1" "$root"
}
make_root "$tmp/small" 4
make_root "$tmp/large" 40
start=$(knobs "$tmp/large")

# ---- two at once -----------------------------------------------------------------------------
# Numbers 24-50 to CPU 1 and 40-63 to CPU 2: those in common belong to one of the two.
trouble=
first=0
complain() { [ -n "$trouble" ] || trouble="round $round: $1"$'\n'$(knobs "$root"; ls "$root/run/irqkit"; cat "$tmp/a" "$tmp/b"); }
for ((round = 1; round <= 40; round++)); do
	fresh large
	irqkit set 24-50 --cpus=1 >"$tmp/a" 2>&1 & a=$!
	irqkit set 40-63 --cpus=2 >"$tmp/b" 2>&1 & b=$!
	wait $a || complain "the first set exits with $?"
	wait $b || complain "the second set exits with $?"
	both=$(knobs "$root" | awk '$1 >= 40 && $1 <= 50 { print $2 }' | sort -u | tr '\n' ' ')
	case $both in
	'2 ') first=$((first + 1)) ;;
	'4 ') ;;
	*) complain "those in common belong to both: $both" ;;
	esac
	[ "$(knobs "$root" | awk '$1 < 40 { print $2 }' | sort -u)" = 2 ] || complain "the first is not done"
	[ "$(knobs "$root" | awk '$1 > 50 { print $2 }' | sort -u)" = 4 ] || complain "the second is not done"
	irqkit undo >"$tmp/a" 2>&1 || complain "the first undo exits with $?"
	irqkit undo >"$tmp/b" 2>&1 || complain "the second undo exits with $?"
	[ "$(knobs "$root")" = "$start" ] || complain "both undone is not the start"
done
empty "two at once: one after the other, and both can be undone" "$trouble"
echo "# the first ended last in $first of 40 rounds"

# Many at once: each journal is whole.
fresh small
for cpu in 0 1 2 3 0 1 2 3; do irqkit set all --cpus=$cpu --quiet & done 2>"$tmp/a"
wait
empty "eight at once: nothing is said" "$(cat "$tmp/a")"
changes=$(irqkit undo --list --json | jq '.journal | length')
status=0
[ "$(values "$root" | wc -w)" -eq 1 ] && [ "$changes" -ge 4 ] || status=1
result "$status" "eight at once: one of them was last, and each has its number" "$changes changes: $(values "$root")"
while irqkit undo --quiet 2>/dev/null; do :; done
same "eight at once: all undone is the start" "$(knobs "$tmp/small")" "$(knobs "$root")"

# What is changed while it waits for the lock is the old value: that is read under the lock.
fresh small
irqkit set 25 --cpus=0 --quiet
exec 9<"$root/run/irqkit/lock"
flock 9
irqkit set 24 --cpus=1 --quiet 9<&- & waiting=$!
sleep 0.3 # it has looked at the words by then
echo 8 >"$root/proc/irq/24/smp_affinity"
exec 9<&-
wait $waiting
result $? "the lock is waited for"
irqkit undo --quiet
same "the lock is waited for: old values are read under it" 8 "$(<"$root/proc/irq/24/smp_affinity")"

# The folder of the journal becomes unsafe while undo waits: what undo had read before is not used.
fresh small
irqkit set 24 --cpus=1 --quiet
before=$(knobs "$root")
exec 9<"$root/run/irqkit/lock"
flock 9
irqkit undo >"$tmp/a" 2>&1 9<&- & waiting=$!
sleep 0.3
chmod 777 "$root/run/irqkit"
exec 9<&-
status=0
wait $waiting || status=$?
same "undo waits, and its folder becomes unsafe: status" 1 "$status"
same "undo waits, and its folder becomes unsafe: the error" "irqkit: $root/run/irqkit is unsafe" \
	"$(grep -o '^irqkit: .* is unsafe' "$tmp/a")"
same "undo waits, and its folder becomes unsafe: one line" 1 "$(wc -l <"$tmp/a")"
chmod 755 "$root/run/irqkit"
same "undo waits, and its folder becomes unsafe: nothing is written" "$before" "$(knobs "$root")"

# ---- asked to end -----------------------------------------------------------------------------
# A root with many interrupts, and the signal at any time while it runs.
make_root "$tmp/many" 512
fresh many
beginning=${EPOCHREALTIME/[.,]/}
irqkit set all --cpus=1 --quiet
duration=$((${EPOCHREALTIME/[.,]/} - beginning))
for signal in INT TERM; do
	trouble=
	old=0 new=0
	rounds=16
	for ((round = 1; round <= rounds; round++)); do
		fresh many
		# not in the background, where bash has SIGINT ignored
		microseconds=$((duration * round / rounds))
		timeout --foreground -s $signal "$((microseconds / 1000000)).$(printf %06d $((microseconds % 1000000)))" \
			"$O/irqkit" set all --cpus=1 --quiet --root="$root" 2>/dev/null
		case $(values "$root") in
		'f ') old=$((old + 1)) ;;
		'2 ') new=$((new + 1)) ;;
		*) trouble="round $round: half of it is done" ;;
		esac
		[ "$(values "$root")" = 'f ' ] || irqkit undo --quiet || trouble="round $round: undo exits with $?"
		[ "$(values "$root")" = 'f ' ] || trouble="round $round: undo does not bring back the start"
	done
	empty "SIG$signal in the middle of 512 knobs: all old ($old times) or all new ($new times)" "$trouble"
done

# ---- which files -------------------------------------------------------------------------------
calls() {
	traced strace -qq -y -o "$tmp/calls" -e trace=open,openat,openat2,write,pwrite64,writev,ftruncate,truncate \
		"$O/irqkit" "$@" --root="$root"
}
# Those below the root that were opened, without what is listed.
opened() {
	sed -nE 's/^open(at2?)?\(.*"(\/[^"]*\/root\/)?((proc|sys)\/[^"]*)".*/\3/p' "$tmp/calls" | sort -u
}
# Writes to knobs: the line of each write(2).
written() {
	grep -E '^p?write(64|v)?\([0-9]+<[^>]*/root/proc/' "$tmp/calls" | sed -E 's|^([a-z0-9]*).*/root(/proc/irq/[^>]*)>, (.*)$|\1 \2 \3|'
}
# Knobs that were opened to be written.
opened_to_write() {
	grep -E '^open.*"(/[^"]*/root/)?proc/irq/.*O_(WRONLY|RDWR)' "$tmp/calls" | sed -E 's|.*"(/[^"]*/root/)?(proc/irq/[^"]*)".*|/\2|'
}
if ! traced strace -qq -o /dev/null true 2>/dev/null; then
	skip "which files are opened and written" "no strace, or nothing may be traced here"
else
	fresh large
	check "strace: set" calls set 30 40-41 --cpus=1 --quiet
	same "one write a knob" "write /proc/irq/30/smp_affinity \"2\\n\", 2) = 2
write /proc/irq/40/smp_affinity \"2\\n\", 2) = 2
write /proc/irq/41/smp_affinity \"2\\n\", 2) = 2" "$(written)"
	same "each opened once to be written" "/proc/irq/30/smp_affinity
/proc/irq/40/smp_affinity
/proc/irq/41/smp_affinity" "$(opened_to_write)"
	empty "nothing is truncated" "$(grep -E '^f?truncate|O_TRUNC' "$tmp/calls")"
	empty "no other interrupt is looked at" "$(opened | grep -E '/irq/[0-9]' | grep -vE '/irq/(30|40|41)/')"
	empty "of the topology, only the isolated CPUs are read" "$(opened |
		grep -vE '^proc/(irq/|interrupts$|sys/kernel/osrelease$)|^sys/(devices/system/cpu/(isolated|nohz_full)|fs/cgroup/cpuset.cpus.isolated)$')"

	check "strace: the same again" calls set 30 40-41 --cpus=1 --quiet
	empty "what is so already is not written" "$(written)"
	empty "nor opened to be written" "$(opened_to_write)"
	check "strace: one of them differs" calls set 30-31 --mask=2 --quiet
	same "that one alone is written" "write /proc/irq/31/smp_affinity \"2\\n\", 2) = 2" "$(written)"
	check "strace: --dry-run" calls set all --cpus=3 --dry-run
	empty "--dry-run opens nothing to write" "$(opened_to_write)$(grep -E 'O_(WRONLY|RDWR|CREAT)' "$tmp/calls")"
	check "strace: --script" calls set all --cpus=3 --script
	empty "--script opens nothing to write" "$(opened_to_write)$(grep -E 'O_(WRONLY|RDWR|CREAT)' "$tmp/calls")"
	check "strace: undo" calls undo --quiet
	same "undo writes once what it puts back" "write /proc/irq/31/smp_affinity \"f\\n\", 2) = 2" "$(written)"
fi

# ---- a write fails -------------------------------------------------------------------------------
# fails WHAT WHICH ARGUMENT...: with the WHICH-th write, of which the first is the journal's
fails() {
	traced strace -qq -o /dev/null -e trace=write -e "inject=write:$1:when=$2" \
		"$O/irqkit" "${@:3}" --root="$root" 2>&1
	echo "status $?"
}
if ! traced strace -qq -o /dev/null -e trace=write -e inject=write:error=EIO:when=9 true 2>/dev/null; then
	skip "what is said when a write fails" "no strace that makes calls fail, or nothing may be traced here"
else
	tried="irqkit: cannot write '2' to $root/proc/irq/25/smp_affinity (eth0-1):"
	back="irqkit: the changes made before that were rolled back"
	while IFS='|' read -r error text status meaning; do
		fresh small
		same "$error is explained, and all is put back" "$tried $text: $meaning
$back
status $status" "$(fails "error=$error" 3 set eth0-0 eth0-1 eth0-2 --cpus=1 --quiet)"
		same "$error: every knob is as it was" "$(knobs "$tmp/small")" "$(knobs "$root")"
	done <<-'T'
		EIO|Input/output error|4|the kernel cannot move this interrupt (it is managed or per-CPU), or the interrupt is gone
		EPERM|Operation not permitted|4|the kernel cannot move this interrupt (it is managed or per-CPU), or the interrupt is gone
		EINVAL|Invalid argument|4|the interrupt controller cannot move this interrupt
		EOVERFLOW|Value too large for defined data type|1|the set has CPUs that this kernel does not support; see /sys/devices/system/cpu/possible
		ENOSPC|No space left on device|1|these CPUs have no free interrupt vector; choose other CPUs, or more
		EBUSY|Device or resource busy|1|the previous move has not finished; try again
	T
	fresh small
	same "a kernel that keeps another value" "$tried Protocol error: the kernel accepted the value, but the file has a different one
$back
status 1" "$(fails retval=2 3 set eth0-0 eth0-1 eth0-2 --cpus=1 --quiet)"
	same "and all is put back" "$(knobs "$tmp/small")" "$(knobs "$root")"

	fresh small
	same "a kernel that keeps another value, with --keep-going" \
		"$tried Protocol error: the kernel accepted the value, but the file has a different one
status 1" "$(fails retval=2 3 set eth0-0 eth0-1 eth0-2 --cpus=1 --quiet --keep-going)"
	same "the others are done" "2 f 2 f " "$(knobs "$root" | cut -d' ' -f2 | tr '\n' ' ')"

	fresh small
	same "among a glob what is refused is left out" "1 refused by the kernel" \
		"$(fails error=EIO 3 set 'eth*' --cpus=1 2>&1 | sed -n 's/^Skipped: \(.*\)\.$/\1/p')"
	same "and the others are done" "2 f 2 2 " "$(knobs "$root" | cut -d' ' -f2 | tr '\n' ' ')"

	# Whatever the kernel calls it: what can never be moved is left out of many, and named.
	refused() { # ERROR IRQ COMMAND...: the status
		traced strace -qq -o /dev/null -P "$root/proc/irq/$2/smp_affinity" -e trace=write \
			-e "inject=write:error=$1" "$O/irqkit" "${@:3}" --root="$root" >"$tmp/a" 2>"$tmp/b"
		echo "status $?"
	}
	one_left="2 39
f 1" # of 40, in the order of their number
	cp -RP "$roots/queues-8cpu" "$tmp/queues"
	for error in EIO EPERM EINVAL ENOSYS EOPNOTSUPP; do
		for words in all 24-63 'eth0-*'; do
			fresh large
			same "$error among 40 ($words): the status is 0" "status 0" "$(refused $error 43 set "$words" --cpus=1)"
			same "$error among 40 ($words): all others are moved" "$one_left" \
				"$(knobs "$root" | cut -d' ' -f2 | sort | uniq -c | awk '{ print $2, $1 }')"
			same "$error among 40 ($words): it is named" " 43 eth0-19 0-3 1 - skipped refused by the kernel" \
				"$(grep skipped "$tmp/a" | head -n 1 | tr -s ' ')"
		done
		fresh large
		same "$error of one that is named: the status is 4" "status 4" "$(refused $error 43 set 42 43 44 --cpus=1)"
		same "$error of one that is named: all is put back" "$start" "$(knobs "$root")"
		fresh large
		same "$error, with --json" "status 0" "$(refused $error 43 spread all --json)"
		same "$error, with --json: it is named" "[43,\"skipped\",\"$error\"]" \
			"$(jq -c '.changes[] | select(.result == "skipped") | [.irq, .result, .error]' "$tmp/a")"
		same "$error: spread places all others" 1 "$(knobs "$root" | grep -c ' f$')"
		fresh queues
		same "$error: spread of a device" "status 0" "$(refused $error 25 spread eth0)"
		fresh queues
		same "$error of one queue: pin-queue all" "status 0" "$(refused $error 25 pin-queue eth0 all=4-7)"
		same "$error of one queue: the others are pinned, and their XPS" "10 0f 40 80 20" \
			"$(cd "$root" && cat proc/irq/{24,25,26,27}/smp_affinity sys/class/net/eth0/queues/tx-1/xps_cpus | tr '\n' ' ' | sed 's/ $//')"
		fresh queues
		same "$error of the queue that is named: pin-queue" "status 4" "$(refused $error 25 pin-queue eth0 0=6 1=5)"
		same "$error of the queue that is named: all is put back" "$(cat "$tmp"/queues/proc/irq/2[4-7]/smp_affinity "$tmp"/queues/sys/class/net/eth0/queues/tx-*/xps_cpus)" \
			"$(cat "$root"/proc/irq/2[4-7]/smp_affinity "$root"/sys/class/net/eth0/queues/tx-*/xps_cpus)"
	done

	fresh small
	knob25=(strace -qq -P "$root/proc/irq/25/smp_affinity" -o "$tmp/calls" -e "trace=read,write")
	traced "${knob25[@]}" "$O/irqkit" set 'eth*' --cpus=1 --quiet --root="$root"
	after=$(sed '/^write/q' "$tmp/calls" | wc -l) # which read it is that follows the write
	fresh small
	same "among a glob what was written and can't be read back is a failure" "$tried Input/output error: the kernel cannot move this interrupt (it is managed or per-CPU), or the interrupt is gone
$back
status 1" "$(traced "${knob25[@]}" -e trace=read,write,pread64 -e inject=pread64:error=EIO -e inject=read:error=EIO:when="$after" \
		"$O/irqkit" set 'eth*' --cpus=1 --quiet --root="$root" 2>&1; echo "status $?")"
	same "and all is put back, that too" "$(knobs "$tmp/small")" "$(knobs "$root")"
	fresh small
	same "what can't be read back by the descriptor that wrote is read by its path" "status 0" \
		"$(traced "${knob25[@]}" -e trace=read,write,pread64 -e inject=pread64:error=EIO \
			"$O/irqkit" set 'eth*' --cpus=1 --quiet --root="$root" 2>&1; echo "status $?")"
	same "it was read by its path" 1 "$(sed '1,/^pread64.*INJECTED/d' "$tmp/calls" | grep -c '^read')"

	fresh small
	text=$(fails error=ENOSPC 1 set all --cpus=1 --quiet)
	same "without room for the journal nothing is written" \
		"irqkit: cannot save the old values in $root/run/irqkit, so nothing was written: No space left on device; free some space there, then try again
status 1" "$text"
	same "no knob then" "$(knobs "$tmp/small")" "$(knobs "$root")"

	fresh small
	text=$(fails error=ENOSPC 3..4 set all --cpus=1 --quiet)
	case $text in
	*"cannot restore 'f' in "*"/proc/irq/24/smp_affinity: No space left on device"*"status 1") true ;;
	*) false ;;
	esac
	result $? "what cannot be put back is named" "$text"
	check "and can be undone" irqkit undo --quiet
	same "then all is as it was" "$(knobs "$tmp/small")" "$(knobs "$root")"

	while IFS='|' read -r error text meaning; do
		fresh queues
		same "$error of a queue is explained" \
			"irqkit: cannot write '0f' to $root/sys/class/net/eth0/queues/rx-0/rps_cpus (eth0:rx-0): $text: $meaning
irqkit: nothing was changed
status 1" "$(fails "$error" 2 rps eth0 --cpus=0-3 --quiet)"
	done <<-'T'
		error=EPERM|Operation not permitted|this needs CAP_NET_ADMIN in the host's user namespace, which root in a container lacks
		error=EINVAL|Invalid argument|the kernel accepts no isolated CPUs here, and no other CPU is left
		error=EOVERFLOW|Value too large for defined data type|the set has CPUs that this kernel does not support
		error=ENOMEM|Cannot allocate memory|a table of this size does not fit into memory
		error=ENODEV|No such device|the queue is gone; the interface was removed or now has fewer queues
		error=EROFS|Read-only file system|the file system is read-only, as in a container; run irqkit on the host
		retval=3|Protocol error|the kernel accepted the value, but the file has a different one; did CPUs go offline?
	T

	fresh queues
	for error in ENOSYS EPERM; do
		same "as with openat2(), so without it ($error)" "$(irqkit show eth0 bond0 --queues)" \
			"$(traced strace -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=$error \
				"$O/irqkit" show eth0 bond0 --queues --root="$root" 2>&1)"
		same "on the running machine too ($error)" "$("$O/irqkit" mask all)" \
			"$(traced strace -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=$error "$O/irqkit" mask all 2>&1)"
	done

	# another run puts a change back, or merges it, between the listing and the reading
	fresh small
	irqkit set 24 --cpus=1 --quiet
	traced strace -qq -o "$tmp/calls" -e trace=openat "$O/irqkit" undo --list --root="$root" >/dev/null
	number=$(grep -n ', "1", ' "$tmp/calls" | cut -d : -f 1)
	same "a change that is gone meanwhile is not taken for a broken one" "irqkit: no recorded changes since boot" \
		"$(traced strace -qq -o /dev/null -e trace=openat -e "inject=openat:error=ENOENT:when=$number" \
			"$O/irqkit" undo --list --root="$root" 2>&1 >/dev/null)"
fi
finish
