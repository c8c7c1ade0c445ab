#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit spread on CPUs that turn out to have no vector left, and with interrupts that the kernel
# refuses to move.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/spread.sh
. test/spread.sh

# ---- a CPU without vectors -------------------------------------------------------------------
# refused WHEN ARGUMENT...: the kernel has no vector where queue 1 is to go, the WHEN-th time
# that its tx (28) or rx (29) is written
refused() {
	fresh
	traced strace -qq -y -o "$tmp/calls" -P "$root/proc/irq/28/smp_affinity" -P "$root/proc/irq/29/smp_affinity" \
		-e trace=write -e "inject=write:error=ENOSPC:when=$1" \
		"$O/irqkit" spread --root="$root" "${@:2}" >"$tmp/out" 2>"$tmp/err"
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
	same "and it says so" "irqkit: cannot save the old values in $root/run/irqkit, so the change was rolled back: No space left on device; free some space there, then try again" "$text"
	same "and everything is as it was" "$nothing" "$(values)"

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
