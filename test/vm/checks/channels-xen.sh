#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: dom0
# last
# The two ends of a Xen interface agree on the number of queues: each end says what to change. After
# that and a new connection, four queues are there, and can be spread.
attach() { # MAX: the guest connects anew, and allows so many queues
	peer "echo $1 >/sys/module/xen_netfront/parameters/max_queues" || fail 'cannot set max_queues in the guest'
	xl network-detach guest 0 >log 2>&1 3>&- || fail "detach: $(cat log)"
	until_ok 30 sh -c '! ls -d /sys/class/net/vif*' || fail 'the interface is still there'
	xl network-attach guest mac=00:16:3e:00:00:01 script=vif >log 2>&1 3>&- </dev/null || fail "attach: $(cat log)"
	until_ok 30 sh -c 'ls -d /sys/class/net/vif*' || fail 'there is no new interface'
	VIF=$(basename /sys/class/net/vif*)
	until_ok 60 peer true || fail "the guest does not answer by $VIF"
}
# the guest gives its new interface the address of the old one
# shellcheck disable=SC2016 # it is the guest's shell that expands
peer '(while :; do
	for d in /sys/class/net/eth*; do
		ip addr show "${d##*/}" | grep -q 10.77.0.2 || { ip addr add 10.77.0.2/24 dev "${d##*/}"; ip link set "${d##*/}" up; }
	done
	sleep 1
done >/dev/null 2>&1 &)'

irqkit channels "$VIF" >out || fail "exit status $?"
# it has as many as are useful: there is nothing to change at either end
grep -q "^$VIF .* 4 one for each of 4 cores" out || fail "$(cat out)"
if grep -q max_queues out; then fail "$(cat out)"; fi
status 4 irqkit channels "$VIF" --combined=2
grep -q 'xl network-detach' err || fail "$(cat err)"

# xenstore: what the guest asked for, and what is offered; read at both ends
in_xenstore() { jq -c '.devices[] | select(.xenstore) | .xenstore'; }
attach 1
eq "$(queues "$VIF")" 1 "queues of $VIF"
irqkit channels "$VIF" >out || fail "exit status $?"
tr '\n' ' ' <out >line
grep -q 'in xenstore, the guest asked for 1 queue .*the backend offers 4 .*here xen_netback.max_queues' line || fail "$(cat out)"
eq "$(irqkit channels "$VIF" --json | in_xenstore)" '{"asked":1,"offered":4}' 'xenstore'
eq "$(peer 'irqkit channels --json' | in_xenstore)" '{"asked":1,"offered":4}' 'xenstore in the guest'
peer 'irqkit channels' >out || fail "in the guest: $(cat out)"
tr '\n' ' ' <out >line
grep -q 'has 1 rx queue; .* asked for 1 queue .* xen_netfront.max_queues is 1. .* write 4 to' line || fail "in the guest: $(cat out)"
attach 4
eq "$(queues "$VIF")" 4 "queues of $VIF"
eq "$(irqkit channels "$VIF" --json | in_xenstore)" '{"asked":4,"offered":4}' 'xenstore after that'
status 0 irqkit spread "$VIF" --json
eq "$(jq -c '[.changes[] | select(.target | test("-q.-")) | .new_cpus] | unique | length' out)" 4 'CPUs of four queues'
status 0 irqkit undo
