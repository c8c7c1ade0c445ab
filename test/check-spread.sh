#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit spread that stays or measures, on roots whose counts change under it: the service
# manager, signals, loads that shift, devices and CPUs that go, and what is put back; and on
# CPUs that turn out to have no vector left.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

root=$tmp/root
values() { cat "$root"/proc/irq/{26,27,28,29,30,31,32,33}/smp_affinity | tr '\n' ' '; }
nothing='f f f f f f f f '

fresh() {
	rm -rf "$root"
	cp -RP "$roots/xen-6.1-domu" "$root"
}

# handled MASK...: where the eight interrupts are
handled() {
	local n=26 mask
	for mask; do
		echo "$mask" >"$root/proc/irq/$n/effective_affinity"
		rm -f "$root/proc/irq/$n/effective_affinity_list"
		n=$((n + 1))
	done
}

# more NAME:COLUMN:COUNT...: so many more have come, in that column of /proc/interrupts
more() {
	awk -v all="$*" '
		BEGIN { n = split(all, each, " ") }
		{ for (i = 1; i <= n; i++) { split(each[i], f, ":"); if ($NF == f[1]) $(f[2]) += f[3] } print }' \
		"$root/proc/interrupts" >"$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
}

# until_true SECONDS COMMAND...
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# start ARGUMENT...: spread in the background, which writes to out and err
start() {
	"$O/irqkit" spread --root="$root" "$@" >"$tmp/out" 2>"$tmp/err" &
	pid=$!
}

# ends NAME STATUS [SIGNAL]: it ends with this status, when it has got the signal
ends() {
	[ -z "${3-}" ] || kill -"$3" "$pid"
	wait "$pid"
	same "$1" "$2" $?
}

# ---- as a service ----------------------------------------------------------------------------
fresh
out=$(timeout --foreground 20 "$O/build/test/tool/notified" timeout --preserve-status -s TERM 1.5 \
	"$O/irqkit" spread --root="$root" --every=1 --quiet 2>&1)
same "--every ends with 0 on TERM, and tells the service manager" "READY=1
STOPPING=1
status 0" "$out
status $?"
out=$(NOTIFY_SOCKET=/nonexistent timeout --preserve-status -s TERM 0.5 \
	"$O/irqkit" spread --root="$root" --every=1 2>&1)
same "and does not mind when nobody listens" "0 moves in 0 rounds. 0" "$out $?"

# INT and QUIT are ignored by what a script starts in the background.
for signal in INT HUP QUIT; do
	if ! env --default-signal=$signal true 2>/dev/null; then
		skip "SIG$signal ends it with 0" "env has no --default-signal"
		continue
	fi
	env --default-signal=$signal "$O/irqkit" spread --root="$root" --every=5 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	sleep 0.5
	ends "SIG$signal ends it with 0" 0 $signal
	same "SIG$signal: it says what it did" "0 moves in 0 rounds." "$(cat "$tmp/out")"
done
same "nothing was written" "$nothing" "$(values)"

# ---- a load that shifts ----------------------------------------------------------------------
# Two queues are served by CPU 0, and a load comes to both.
fresh
handled 1 1 8 8 1 1 8 8
start --every=1
sleep 0.5
# moved BEFORE NAME:COLUMN:COUNT...: more have come; do the knobs hold something else by now?
moved() {
	local before=$1
	shift
	more "$@"
	[ "$(values)" != "$before" ]
}
check "a load on one CPU is shared within two periods" \
	until_true 3 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
first=$(values)
# It goes to others: two that are served by CPU 3.
check "when it comes to others, that is followed" \
	until_true 3 moved "$first" vif0-q1-tx:5:3000 vif0-q3-tx:5:3000
ends "it ends with 0" 0 TERM
check "and says how many moves it made" grep -qE '^[2-9] moves in [0-9]+ rounds?\.$' "$tmp/out"
check "each with its CPUs and the reason" grep -qE '^  [0-9]+ vif0-q[02]-rx: 0-3 -> [123], relieves CPU 0$' "$tmp/out"
for irq in 26 28 30 32; do
	same "rx and tx of a queue share a CPU ($irq)" "$(cat "$root/proc/irq/$irq/smp_affinity")" \
		"$(cat "$root/proc/irq/$((irq + 1))/smp_affinity")"
done
empty "it has nothing to complain of" "$(cat "$tmp/err")"
while "$O/irqkit" undo --root="$root" --quiet 2>/dev/null; do :; done
same "all of it can be undone" "$nothing" "$(values)"

# ---- what comes and goes ---------------------------------------------------------------------
fresh
start --every=1
sleep 0.5
sed '/vif0-/d' "$root/proc/interrupts" >"$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
mv "$root/sys/class/net/eth0" "$tmp/eth0"
sleep 2.2
check "a device that goes does not end it" kill -0 $pid
mv "$tmp/eth0" "$root/sys/class/net/eth0"
cp "$roots/xen-6.1-domu/proc/interrupts" "$root/proc/interrupts"
sleep 1.2
check "when it is back, its load is shared again" \
	until_true 4 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
ends "it ends with 0" 0 TERM

# One of several targets disappears: this is reported once, and the others are followed.
fresh
handled 1 1 8 8 1 1 8 8
start --every=1 'vif0-q[012]-*' 'vif0-q3-*'
sleep 0.5
sed '/vif0-q3-/d' "$root/proc/interrupts" >"$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
check "a target that goes: the load of the others is shared" \
	until_true 4 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
first=$(values)
check "again and again" until_true 4 moved "$first" vif0-q1-tx:5:3000 hvc_console:5:3000
ends "it ends with 0" 0 TERM
same "what is gone is told once" "irqkit: nothing matches 'vif0-q3-*': no interrupt has such a name; 'irqkit show' lists the interrupts" "$(cat "$tmp/err")"

# Counters that restart are not a load of 4 billion, and neither are those of a new CPU.
fresh
start --every=1 --verbose
sleep 0.5
awk '/vif0-/ { for (i = 2; i <= 5; i++) $i = $i > 9 ? 9 : $i } 1' "$root/proc/interrupts" >"$tmp/anew"
cp "$tmp/anew" "$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
sleep 1.2
sed -E 's/^( +CPU0 +CPU1 +CPU2) +CPU3/\1/; s/^( *[0-9]+: +[0-9]+ +[0-9]+ +[0-9]+) +[0-9]+/\1/; s/^([A-Z]{3}: +[0-9]+ +[0-9]+ +[0-9]+) +[0-9]+/\1/' \
	"$tmp/anew" >"$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
sleep 1.2
mv "$tmp/anew" "$root/proc/interrupts"
sleep 1.2
ends "counters that begin anew, a CPU that goes and comes: it ends with 0" 0 TERM
same "nothing is moved" "0 moves" "$(grep -oE '^[0-9]+ moves' "$tmp/out")"
same "nothing was written" "$nothing" "$(values)"

# ---- measured again --------------------------------------------------------------------------
# As long as nothing is written all CPUs have the same, and after that one has all.
worsen() {
	while [ ! -e "$tmp/stop" ]; do
		if [ "$(values)" = "$nothing" ]; then
			more vif0-q0-rx:2:300 vif0-q1-tx:3:300 vif0-q1-rx:4:300 vif0-q0-tx:5:300
		else
			more vif0-q0-rx:2:300
		fi
	done
}

# measured ARGUMENT...: with that load; its status
measured() {
	local loop status
	fresh
	rm -f "$tmp/stop"
	worsen &
	loop=$!
	"$O/irqkit" spread --root="$root" "$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	touch "$tmp/stop"
	wait $loop
	return $status
}
measured --verify=2 --revert-if-worse
same "--revert-if-worse: it is worse, and the status is 1" 1 $?
same "and everything is as it was" "$nothing" "$(values)"
check "and it says that it was put back" grep -qE '^irqkit: imbalance was 1\.[0-9] before and [1-4]\.[0-9] after: the change was rolled back$' "$tmp/err"
empty "there is nothing to undo" "$("$O/irqkit" undo --root="$root" --list --raw --noheadings)"

check "--verify alone: the status is 0" measured --verify=2
check "and it says what was measured, against what was expected" \
	grep -qE '^Measured over 2 s after the change: [2-4]\.[0-9], no better than before\.$' "$tmp/out"
check "and what was before" \
	grep -qE '^Imbalance \(busiest CPU / mean\) of 4 CPUs in 2 s: 1\.[0-9] before, [1-4]\.[0-9] expected\.$' "$tmp/out"
check "and for each CPU" grep -qE '^CPU  before          expected        measured$' "$tmp/out"
check "and nothing is put back" test "$(values)" != "$nothing"

fresh
start --verify=5
has_moved() { [ "$(values)" != "$nothing" ]; }
until_true 20 has_moved
check "nobody waits while it is only measured again" \
	timeout 2 "$O/irqkit" set 33 --cpus=0 --root="$root" --quiet
check "which it still is" kill -0 "$pid"
ends "and ends as if nothing had happened" 0

measured --verify=2 --json
same "the same as JSON" '[2,2,4,true,true]' "$(jq -c '[.seconds, .measured_seconds, (.loads | map(select(has("measured"))) | length),
	(.loads[0].measured > .loads[1].measured), (.imbalance_measured > .imbalance_before)]' "$tmp/out")"

fresh
start --by=load=30
sleep 0.5
ends "a signal while it measures: the status is 1" 1 TERM
same "and nothing was written" "$nothing" "$(values)"
same "and it says so" "irqkit: stopped while measuring: nothing was changed" "$(cat "$tmp/err")"

# ---- measured on the CPUs that are relieved, too ----------------------------------------------
# relieved BEFORE AFTER ARGUMENT...: at first the load comes as BEFORE says, then as AFTER says;
# EFFECTIVE=MASK... is where the eight interrupts are at first, ISOLATED=LIST which CPUs are isolated
relieved() {
	local before=$1 after=$2 loop status
	shift 2
	fresh
	# shellcheck disable=SC2086 # words
	handled $EFFECTIVE
	echo "${ISOLATED-}" >"$root/sys/devices/system/cpu/isolated"
	rm -f "$tmp/stop"
	while [ ! -e "$tmp/stop" ]; do
		# shellcheck disable=SC2086 # words
		if [ "$(values)" = "$nothing" ]; then more $before; else more $after; fi
	done &
	loop=$!
	"$O/irqkit" spread --root="$root" "$@" --verify=2 --revert-if-worse >"$tmp/out" 2>"$tmp/err"
	status=$?
	touch "$tmp/stop"
	wait $loop
	return $status
}
others='xenbus:4:10 hvc_console:5:10'
on_0="vif0-q0-rx:2:300 vif0-q1-rx:2:300 $others" on_2_3="vif0-q0-rx:4:290 vif0-q1-rx:5:310 $others"
EFFECTIVE='1 1 1 1 1 1 1 1'
check "two queues leave CPU 0 for CPUs 2 and 3: kept" relieved "$on_0" "$on_2_3" --cpus=2,3
check "and it says how much that was" \
	grep -qE '^Imbalance \(busiest CPU / mean\) of 3 CPUs in 2 s: 2\.9 before, 1\.5 expected\.$' "$tmp/out"
check "of which CPUs" grep -qxF 'The mean includes CPU 0, which handled some of these interrupts before the change.' "$tmp/out"
check "and what was measured" grep -qE '^Measured over 2 s after the change: 1\.[56], as expected\.$' "$tmp/out"
empty "and complains of nothing" "$(cat "$tmp/err")"
ISOLATED=0 check "the same with CPU 0 isolated: kept" relieved "$on_0" "$on_2_3" --cpus=2,3
empty "and complains of nothing" "$(cat "$tmp/err")"
ISOLATED=0 check "the same by default, over all other CPUs" relieved "$on_0" "vif0-q0-rx:3:300 vif0-q1-rx:4:300 $others"
check "one busy CPU for another, a little more uneven by chance: kept" \
	relieved 'vif0-q0-rx:2:300 vif0-q1-rx:2:300 xenbus:4:5' 'vif0-q0-rx:4:300 vif0-q1-rx:4:300 xenbus:4:5' --cpus=2

on_0_1='vif0-q0-rx:2:300 vif0-q1-rx:3:300' on_2='vif0-q0-rx:4:300 vif0-q1-rx:4:300'
EFFECTIVE='1 1 2 2 1 1 2 2'
relieved "$on_0_1" "$on_2" --cpus=2
same "two CPUs give way to one: rolled back" "1 $nothing" "$? $(values)"
# On a busy machine, the load follows a moment after the change.
same "and it says so" "irqkit: warning: by counts in 2 s, this plan makes the load less even (imbalance 1.5 now, 3.0 after); it leaves the other CPUs to other work; 'irqkit undo' undoes it
irqkit: imbalance was 1.5 before and 3.0 after: the change was rolled back" "$(sed 's/and 2\.9 after/and 3.0 after/' "$tmp/err")"
ISOLATED=0-1 check "but not onto isolated CPUs" relieved "$on_0_1" "$on_2" --cpus=2
same "and it says so" "irqkit: warning: imbalance was 1.5 before and 3.0 after; the change stays, because undoing it would move interrupts back to CPUs 0-1, which no interrupt should use (isolated or nohz_full)" "$(sed 's/and 2\.9 after/and 3.0 after/' "$tmp/err")"
check "they are where they were put" test "$(values)" = '4 4 4 4 4 4 4 4 '

# ---- a CPU without vectors -------------------------------------------------------------------
# refused WHEN ARGUMENT...: the kernel has no vector where queue 1 is to go, the WHEN-th time
# that its tx (28) or rx (29) is written
refused() {
	fresh
	traced strace -qq -y -o "$tmp/calls" -P "$root/proc/irq/28/smp_affinity" -P "$root/proc/irq/29/smp_affinity" \
		-e trace=write -e "inject=write:error=ENOSPC:when=$1" \
		"$O/irqkit" spread --root="$root" "${@:2}" >"$tmp/out" 2>"$tmp/err"
}
# undone NAME: what was changed is one change, and can be undone
undone() {
	same "$1: one change" 1 "$("$O/irqkit" undo --root="$root" --list --raw --noheadings | wc -l)"
	check "$1: it can be undone" "$O/irqkit" undo --root="$root" --quiet
	same "$1: then all is as it was" "$nothing" "$(values)"
}
left='CPU 1 had no free interrupt vector; the next best CPU was used.'
none='irqkit: cannot place interrupt 28 (vif0-q1-tx): no CPU that it may use has a free interrupt vector
irqkit: cannot write '"'8'"' to '"$root"'/proc/irq/28/smp_affinity (vif0-q1-tx): No space left on device: these CPUs have no free interrupt vector; choose other CPUs, or more'
if ! traced strace -qq -o /dev/null -e trace=write -e inject=write:error=EIO:when=9 true 2>/dev/null; then
	skip "a CPU without vectors" "no strace that makes calls fail, or nothing may be traced here"
else
	check "a CPU without vectors: the status is 0" refused 1
	same "the queue is on the next best, rx with tx" '1 1 1 1 4 4 8 8 ' "$(values)"
	same "and it says so" "$left" "$(tail -n 1 "$tmp/out")"
	same "no knob is written twice, but for what was refused" 3 "$(wc -l <"$tmp/calls")"
	empty "nothing is complained of" "$(cat "$tmp/err")"
	undone "a CPU without vectors"

	check "a CPU with one vector: the status is 0" refused 2
	same "what was written stays, the other is on the next best" '1 1 2 1 4 4 8 8 ' "$(values)"
	check "two CPUs without vectors: the status is 0" refused 1..2 --json
	same "the queue is on the third" '1 1 4 4 4 4 8 8 ' "$(values)"
	same "the JSON says why" '28 2 next best CPU; no free vector on CPU 0
29 2 rx-1, same CPU as tx-1' "$(jq -r '.changes[] | select(.irq == 28, .irq == 29) | "\(.irq) \(.new_cpus) \(.why)"' "$tmp/out")"
	undone "two CPUs without vectors"
	check "--keep-going: the next best, and the status is 0" refused 1 --keep-going
	same "--keep-going: as without" '1 1 1 1 4 4 8 8 ' "$(values)"
	undone "--keep-going"

	# where it is it has its vector: not if the kernel says otherwise
	refused 1+
	same "no CPU has a vector: the status is 1" 1 $?
	same "and it says so" "$none
irqkit: the changes made before that were rolled back" "$(cat "$tmp/err")"
	same "and everything is as it was" "$nothing" "$(values)"
	empty "there is nothing to undo" "$("$O/irqkit" undo --root="$root" --list --raw --noheadings)"
	refused 1..4 --keep-going
	same "no CPU has a vector, --keep-going: the status is 1" 1 $?
	same "and it says so" "$none" "$(cat "$tmp/err")"
	same "the others are placed" '1 1 f 8 4 4 8 8 ' "$(values)"
	undone "no CPU has a vector, --keep-going"

	# The old value of what goes to the next best is to be kept first.
	fresh
	text=$(traced strace -qq -o /dev/null -P "$root/proc/irq/28/smp_affinity" -P "$root/run/irqkit/new" \
		-e trace=write -e inject=write:error=ENOSPC:when=2..3 "$O/irqkit" spread --root="$root" --quiet 2>&1)
	same "no room for the old value of the next best: the status is 1" 1 $?
	same "and it says so" "irqkit: cannot save the old values in $root/run/irqkit, so the change was rolled back: No space left on device" "$text"
	same "and everything is as it was" "$nothing" "$(values)"

	# By load: CPU 1 is to take one of CPU 0's two, and has no vector for either.
	fresh
	handled 1 1 8 8 1 1 8 8
	ASAN_OPTIONS=$traced_asan strace -D -qq -o /dev/null -P "$root/proc/irq/27/smp_affinity" -P "$root/proc/irq/31/smp_affinity" \
		-e trace=write -e inject=write:error=ENOSPC:when=1 \
		"$O/irqkit" spread --root="$root" --every=1 >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	sleep 0.5
	check "--every: a CPU without vectors" until_true 3 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
	ends "--every: it ends with 0" 0 TERM
	check "--every: it says so" grep -qE '^  [0-9]+ vif0-q[02]-rx: 0-3 -> 2, next best CPU; no free vector on CPU 1$' "$tmp/out"
	empty "--every: it has nothing to complain of" "$(cat "$tmp/err")"
	undone "--every"

	# What the kernel won't move is left out of what is expected, and of the next periods.
	# unmoved TARGET...: 27 and 31, which are on CPU 0, are refused
	unmoved() {
		local error=EIO
		case $1 in E*) error=$1 && shift ;; esac
		fresh
		handled 1 1 2 2 1 1 2 2
		ASAN_OPTIONS=$traced_asan strace -D -qq -o /dev/null -P "$root/proc/irq/27/smp_affinity" -P "$root/proc/irq/31/smp_affinity" \
			-e trace=write -e inject=write:error="$error" "$O/irqkit" spread --root="$root" --every=1 "$@" >"$tmp/out" 2>"$tmp/err" &
		pid=$!
		sleep 0.5
	}
	for error in EIO EINVAL ENOSYS EOPNOTSUPP; do
		unmoved $error
		check "--every: one of two is refused ($error)" \
			until_true 3 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000 vif0-q1-tx:3:4000 vif0-q3-tx:3:4000
		ends "--every: one of two is refused ($error): it ends with 0" 0 TERM
		same "--every: it is expected to be as loaded as without ($error)" "3 moved: imbalance 2.3 before, 1.7 expected" "$(head -n 1 "$tmp/out")"
		empty "--every: nothing is complained of ($error)" "$(cat "$tmp/err")"
	done

	unmoved 27 31
	complains() {
		more vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
		[ -s "$tmp/err" ]
	}
	until_true 10 complains
	for _ in 1 2; do
		more vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
		sleep 1
	done
	ends "--every: all are refused: it ends with 0" 0 TERM
	same "--every: all are refused: that is said once" "irqkit: cannot move 2 interrupts: the kernel refused" "$(cat "$tmp/err")"

	# A target that is gone is reported once; other failures are still reported.
	fresh
	ASAN_OPTIONS=$traced_asan strace -D -qq -o /dev/null -P "$root/proc/irq/27/smp_affinity" -P "$root/proc/irq/31/smp_affinity" \
		-e trace=write -e inject=write:error=EBUSY "$O/irqkit" spread --root="$root" --every=1 'vif0-q[012]-*' 'vif0-q3-*' \
		>"$tmp/out" 2>"$tmp/err" &
	pid=$!
	sleep 0.5
	sed '/vif0-q3-/d' "$root/proc/interrupts" >"$tmp/new" && mv "$tmp/new" "$root/proc/interrupts"
	check "--every: the load of the others is shared" until_true 4 moved "$nothing" vif0-q0-tx:5:3000 vif0-q2-tx:5:3000
	fails() {
		more vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
		grep -q 'cannot write' "$tmp/err"
	}
	check "--every: what fails is told while a target is gone" until_true 4 fails
	ends "--every: what fails: it ends with 0" 0 TERM

	# A move that the kernel refused would have been a gain.
	fresh
	more vif0-q0-rx:2:300000 vif0-q2-rx:2:300000
	same "--by=total: what is refused is not called nothing to gain" \
		"Imbalance (busiest CPU / mean) of 4 CPUs since boot: 4.0 now, 4.0 after.
1 unchanged, 1 skipped.
Skipped: 1 refused by the kernel." "$(traced strace -qq -o /dev/null -P "$root/proc/irq/27/smp_affinity" -P "$root/proc/irq/31/smp_affinity" \
			-e trace=write -e inject=write:error=EIO "$O/irqkit" spread 'vif0-q[02]-rx' --by=total --root="$root" | tail -n +9)"

	# What is named by itself is not skipped: nothing is done, as by irqkit set.
	refused=$(traced strace -qq -o /dev/null -P "$root/proc/irq/31/smp_affinity" \
		-e trace=write -e inject=write:error=EIO "$O/irqkit" spread 27 31 --root="$root" -q --cpus=3 2>&1)
	same "named and refused: 4" 4 $?
	same "named and refused: it says so" "irqkit: cannot write '8' to $root/proc/irq/31/smp_affinity (vif0-q2-rx): Input/output error: the kernel cannot move this interrupt (it is managed or per-CPU), or the interrupt is gone
irqkit: the changes made before that were rolled back" "$refused"
	same "named and refused: the other one is back" f "$(cat "$root/proc/irq/27/smp_affinity")"
fi
finish
