#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# Fewer and more channels, with what the driver resets; the placement follows; undo restores the
# channels first, then affinity, XPS and RPS by queue, each byte. Too many are refused, and what
# has only one queue is called fixed.
dev=$(link 1)
queues=/sys/class/net/$dev/queues
irq=$(irq_of virtio1-input.0) last=$(irq_of virtio1-output.3)
rx() { find "$queues/" -name 'rx-*' | wc -l; }
settings() {
	grep . /proc/irq/*/smp_affinity "$queues"/rx-*/rps_cpus "$queues"/rx-*/rps_flow_cnt \
		"$queues"/tx-*/xps_cpus "$queues"/tx-*/xps_rxqs 2>/dev/null | sort
}
start=$(settings)
trap 'irqkit channels "$dev" --combined=4 -q || :; echo "$start" | while IFS=: read -r f v; do [ "$(cat "$f")" = "$v" ] || echo "$v" >"$f"; done 2>/dev/null' EXIT

eq "$(rx)" 4 'rx queues at the start'
irqkit channels "$dev" --json >json || fail "show: exit status $?"
eq "$(jq -c '.devices[0] | [.combined, .rx, .fixed, .useful]' json)" '[{"now":4,"max":4},null,false,2]' 'what is shown'

# The user's own settings, some on queues that will go away.
echo 3 >"/proc/irq/$irq/smp_affinity_list"
echo 1-2 >"/proc/irq/$last/smp_affinity_list"
echo 8 >"$queues/tx-0/xps_cpus"
echo 80 >"$queues/rx-0/rps_cpus"
echo 40 >"$queues/rx-3/rps_cpus"
settings >before

irqkit channels "$dev" --combined=2 --dry-run >out 2>err || fail "--dry-run: exit status $?"
settings >after
same after before
status 0 irqkit channels "$dev" --combined=2 --json
eq "$(jq -c '[.changes[] | [.path, .old, .new, .result]]' out)" \
	"[[\"ethtool:$dev/channels\",\"combined 4\",\"combined 2\",\"done\"]]" 'the change'
grep -q 'resets*\|reset affinity' err || fail "no warning: $(cat err)"
eq "$(rx)" 2 'rx queues'
status 0 irqkit channels "$dev" --combined=2 --json
eq "$(jq -r .changed out)" false 'changed by the second run'
status 0 irqkit undo
eq "$(rx)" 4 'rx queues after undo'
settings >after
same after before

# Threads of NAPI that were placed, and rings: this driver keeps both, and nothing else is said.
if [ -w "/sys/class/net/$dev/threaded" ]; then
	echo 1 >"/sys/class/net/$dev/threaded"
	napi() { # the CPUs of the threads
		for stat in /proc/[0-9]*/stat; do
			read -r _ name _ <"$stat" || continue
			case $name in "(napi/$dev"*) sed -n "s|^Cpus_allowed_list:|$name|p" "${stat%stat}status" ;; esac
		done 2>/dev/null | sort
	}
	[ "$(napi | wc -l)" -ge 4 ] || fail "threads: $(napi)"
	for stat in /proc/[0-9]*/stat; do
		read -r pid name _ <"$stat" || continue
		case $name in "(napi/$dev"*) taskset -p 20 "$pid" >/dev/null ;; esac
	done 2>/dev/null
	napi >pinned
	status 0 irqkit channels "$dev" --combined=2
	napi >now
	same now pinned
	status 0 irqkit undo
	if grep -E 'ring sizes from|kernel thread' err; then fail "$(cat err)"; fi
	napi >now
	same now pinned
	echo 0 >"/sys/class/net/$dev/threaded"
fi

# New queues, and their places, in one change; undo of it.
status 0 irqkit channels "$dev" --combined=1
status 0 irqkit channels "$dev" --auto --spread --json
eq "$(rx)" 2 'rx queues by --auto'
eq "$(jq -c '[.changes[0].new, .changes[0].result]' out)" '["combined 2","done"]' '--auto'
a=$(cat "/proc/irq/$irq/smp_affinity_list") b=$(cat "/proc/irq/$(irq_of virtio1-input.1)/smp_affinity_list")
core() { cat "/sys/devices/system/cpu/cpu$1/topology/thread_siblings_list"; }
[ "$(core "$a")" != "$(core "$b")" ] || fail "queues 0 and 1 on CPUs $a and $b, one core"
eq "$(cat "/proc/irq/$(irq_of virtio1-output.0)/smp_affinity_list")" "$a" 'tx-0 beside rx-0'
traffic "$dev"
status 0 irqkit channels "$dev" --auto --spread --json
eq "$(jq -r .changed out)" false 'changed by the second --auto'
status 0 irqkit undo
eq "$(rx)" 1 'rx queues after undo of --auto'
status 0 irqkit undo
eq "$(rx)" 4 'rx queues after both'
settings >after
same after before

# An undo can be undone.
status 0 irqkit channels "$dev" --combined=3 --spread
settings >changed
status 0 irqkit undo
number=$(irqkit undo --list --json | jq '.journal[-1].number')
status 0 irqkit undo "$number"
eq "$(rx)" 3 'rx queues after redo'
settings >after
same after changed
status 0 irqkit undo "$((number - 1))" --force
eq "$(rx)" 4 'rx queues at last'

status 2 irqkit channels "$dev" --combined=9
grep -q 'at most 4 ' err || fail "the maximum is not named: $(cat err)"
status 2 irqkit channels "$dev" --combined=0
status 2 irqkit channels "$dev" --rx=2 --tx=2
eq "$(rx)" 4 'rx queues after refusals'
status 4 irqkit channels "$(link 3)" --combined=2
grep -q fixed err || fail "$(cat err)"
irqkit channels "$(link 3)" >out || fail "show: exit status $?"
grep -q fixed out || fail "$(cat out)"
status 4 irqkit channels "$dev" --rss=2
grep -q 'no RSS table' err || fail "$(cat err)"
