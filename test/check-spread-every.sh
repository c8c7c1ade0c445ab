#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit spread --every, on roots whose counts change under it: the service manager, signals, loads that
# shift, devices and CPUs that go, and moves that the kernel refuses.
# waits: 60 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/spread.sh
. test/spread.sh

# ---- as a service ----------------------------------------------------------------------------
fresh
out=$(timeout --foreground 20 "$O/build/test/tool/notified" timeout --foreground --preserve-status 1.5 \
	"$O/irqkit" spread --root="$root" --every=1 --quiet 2>&1)
same "--every ends with 0 on TERM, and tells the service manager" "READY=1
STOPPING=1
status 0" "$out
status $?"
out=$(NOTIFY_SOCKET=/nonexistent timeout --foreground --preserve-status 0.5 \
	"$O/irqkit" spread --root="$root" --every=1 2>&1)
same "and does not mind when nobody listens" "0 moves in 0 periods. 0" "$out $?"

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
	same "SIG$signal: it says what it did" "0 moves in 0 periods." "$(cat "$tmp/out")"
done
same "nothing was written" "$nothing" "$(values)"

# ---- a load that shifts ----------------------------------------------------------------------
# Two queues are served by CPU 0, and a load comes to both.
fresh
handled 1 1 8 8 1 1 8 8
start --every=1
sleep 0.5
check "a load on one CPU is shared within two periods" \
	until_true 3 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
first=$(values)
# It goes to others: two that are served by CPU 3.
check "when it comes to others, that is followed" \
	until_true 3 moved "$first" vif0-q1-tx:5:3000 vif0-q3-tx:5:3000
ends "it ends with 0" 0 TERM
check "and says how many moves it made" grep -qE '^[2-9] moves in [0-9]+ periods?\.$' "$tmp/out"
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

# CPUs that an administrator isolates meanwhile get nothing from then on.
fresh
handled 1 1 1 1 1 1 1 1
mkdir -p "$root/sys/devices/virtual/workqueue"
for file in proc/irq/default_smp_affinity sys/devices/virtual/workqueue/cpumask; do echo f >"$root/$file"; done
start --every=1
sleep 0.5
for file in proc/irq/default_smp_affinity sys/devices/virtual/workqueue/cpumask; do echo 9 >"$root/$file"; done
check "CPUs isolated meanwhile: the load is shared" \
	until_true 4 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
ends "it ends with 0" 0 TERM
same "with no isolated CPU" '8' "$(values | tr ' ' '\n' | grep -vx f | sort -u | xargs)"

# The same for a cpuset partition.
fresh
handled 1 1 1 1 1 1 1 1
mkdir -p "$root/sys/fs/cgroup"
echo >"$root/sys/fs/cgroup/cpuset.cpus.isolated"
start --every=1
sleep 0.5
echo 1-2 >"$root/sys/fs/cgroup/cpuset.cpus.isolated"
check "a cpuset partition made meanwhile: the load is shared" \
	until_true 4 moved "$nothing" vif0-q0-rx:2:3000 vif0-q2-rx:2:3000
check "it still runs" kill -0 $pid
first=$(values)
echo 1-3 >"$root/sys/fs/cgroup/cpuset.cpus.isolated"
check "a larger one: its CPUs are left" until_true 4 moved "$first" vif0-q0-rx:2:3000 vif0-q2-rx:5:3000
ends "it ends with 0" 0 TERM
same "with no isolated CPU" '1' "$(values | tr ' ' '\n' | grep -vx f | sort -u | xargs)"

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

# ---- what is refused -------------------------------------------------------------------------
if ! traced strace -qq -o /dev/null -e trace=write -e inject=write:error=EIO:when=9 true 2>/dev/null; then
	skip "--every: what is refused" "no strace that makes calls fail, or nothing may be traced here"
else
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
fi
finish
