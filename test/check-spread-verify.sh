#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit spread --verify and --by=load, on roots whose counts change under it: what is measured before
# and after, on which CPUs, and what is put back.
# waits: 60 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/spread.sh
. test/spread.sh

# ---- measured again --------------------------------------------------------------------------
# As long as nothing is written all CPUs have the same, and after that one has all.
worsen() {
	load 'vif0-q0-rx:2:300 vif0-q1-tx:3:300 vif0-q1-rx:4:300 vif0-q0-tx:5:300' 'vif0-q0-rx:2:300'
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
	load "$before" "$after" &
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
same "and it says so" "irqkit: warning: by counts in 2 s, this plan makes the load less even (imbalance 1.5 now, 3.0 after); it leaves the other CPUs to other work; 'irqkit undo' undoes it
irqkit: imbalance was 1.5 before and 3.0 after: the change was rolled back" "$(cat "$tmp/err")"
ISOLATED=0-1 check "but not onto isolated CPUs" relieved "$on_0_1" "$on_2" --cpus=2
same "and it says so" "irqkit: warning: by counts in 2 s, this plan makes the load less even (imbalance 1.5 now, 3.0 after); it moves interrupts away from isolated or nohz_full CPUs; 'irqkit undo' undoes it
irqkit: warning: imbalance was 1.5 before and 3.0 after; the change stays, because undoing it would move interrupts back to CPUs 0-1, which no interrupt should use (isolated or nohz_full)" "$(cat "$tmp/err")"
check "they are where they were put" test "$(values)" = '4 4 4 4 4 4 4 4 '
finish
