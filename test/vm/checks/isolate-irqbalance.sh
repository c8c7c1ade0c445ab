#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-6.12
# programs: irqbalance
# long
# A real irqbalance keeps off isolated CPUs, also when it places all interrupts again, and undo gives
# back the CPUs that it had banned: none, those of its environment, or those of an earlier isolate.
end_irqbalance() {
	kill "$pid" 2>/dev/null || return 0
	wait "$pid" || :
}
grep . /proc/irq/[0-9]*/smp_affinity >first
put_back() {
	end_irqbalance
	while IFS=: read -r file mask; do
		[ "$(cat "$file")" = "$mask" ] || echo "$mask" >"$file" || :
	done <first 2>/dev/null
}
start_irqbalance() {
	irqbalance --foreground --interval=2 >log 2>&1 &
	pid=$!
	until_ok 30 test -S "/run/irqbalance/irqbalance$pid.sock" || fail "no socket: $(cat log)"
}
# banned: what irqbalance has now; a plan that is not written reads it
banned() {
	irqkit isolate 7 --only=irqbalance -n --json 2>/dev/null | jq -r '.changes[0].old'
}
# step FILTER: of the change in out
step() {
	jq -r '.changes[] | select(.path | startswith("irqbalance:")) | '"$1" out
}
# on_isolated: the interrupts that /proc lets be moved, and that may come to CPUs 2 and 3
on_isolated() {
	for irq in $(numbered); do
		[ "$irq" != 0 ] || continue
		[ "$(stat -c %a "/proc/irq/$irq/smp_affinity")" = 644 ] || continue
		case $(cat "/sys/kernel/irq/$irq/actions") in nvme0q[1-9]*) continue ;; esac
		mask=$(cat "/proc/irq/$irq/smp_affinity")
		[ $((0x${mask##*,} & 0xc)) = 0 ] || echo "$irq $mask"
	done
}
affinities() { grep . /proc/irq/[0-9]*/smp_affinity_list; }

trap put_back EXIT
mkdir -p /run/irqbalance
dev=$(link 1)
start_irqbalance
eq "$(banned)" 00000000 'banned at first'
irqkit isolate 2-3 --only=irqs,irqbalance --json >out 2>err || fail "isolate: $(cat err)"
eq "$(step '"\(.old) \(.new) \(.result)"')" '00000000 0000000c done' 'the step'
grep -q 'keeps off CPUs 2-3, but only until' err || fail "$(cat err)"
eq "$(banned)" 0000000c 'banned by isolate'
eq "$(on_isolated)" '' 'on isolated CPUs'
affinities >before
kill -HUP "$pid" # it places all interrupts again
stream "$dev" 12
affinities >after
! cmp -s before after || fail 'irqbalance has not placed anything again'
echo "# $(grep -cvxFf before after) interrupts were placed again by irqbalance, none on CPUs 2-3"
eq "$(on_isolated)" '' 'on isolated CPUs after irqbalance has placed all again'
status 0 irqkit isolate 2-3 --only=irqbalance --json
eq "$(step .result)" unchanged 'the second run'

# Another isolate adds, and its undo leaves what the first one has.
status 0 irqkit isolate 5 --only=irqbalance --json
eq "$(banned)" 0000002c 'banned by both'
status 0 irqkit undo
eq "$(banned)" 0000000c 'after undo of the second'
status 0 irqkit undo --force
eq "$(banned)" 00000000 'after undo of both'
moves_there() { [ -n "$(on_isolated)" ]; }
kill -HUP "$pid"
until_ok 30 moves_there || fail 'irqbalance does not use CPUs 2 and 3 after undo'
end_irqbalance

# What it has from its environment comes back; so does what it finds by itself.
export IRQBALANCE_BANNED_CPULIST=1
start_irqbalance
eq "$(banned)" 00000002 'banned by the environment'
status 0 irqkit isolate 2-3 --only=irqbalance --json
eq "$(step '"\(.old) \(.new) \(.result)"')" '00000002 0000000e done' 'the step'
status 0 irqkit undo --json
eq "$(step '"\(.old) \(.new) \(.result)"')" '0000000e 00000002 done' 'its undo'
eq "$(banned)" 00000002 'after undo'

# One that has ended takes them with it.
status 0 irqkit isolate 2-3 --only=irqbalance
end_irqbalance
irqkit undo >out 2>&1 || :
grep -q 'this irqbalance has ended' out || fail "$(cat out)"
