#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit apply --stay on this kernel, without a boot: a pair of virtual interfaces in a network name
# space of its own makes the events, and their RPS is what the policy places. What it costs when
# nothing happens, whether its memory grows, and kill -9 in the middle of events.
#
#	test/check-stay.sh           a few seconds of each
#	test/check-stay.sh --long    10,000 events, two minutes of rest, 20 times killed (make check-long)
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if [ "${1-}" = --long ]; then
	few=1000 many=10000 rest=120 kills=20
else
	few=100 many=400 rest=3 kills=3
fi
# the inner shell has a /run and a /sys of its own
# shellcheck disable=SC2016 # for the inner shell
inner='mount -t tmpfs none /run && mount -t sysfs none /sys &&
	ip link add va numrxqueues 4 type veth peer name vb && ip link set vb up && ip link set va up && exec "$@"'
queues=/sys/class/net/va/queues
if [ -z "${IRQKIT_INSIDE-}" ]; then
	if [ "$(nproc)" -lt 2 ] || ! unshare -nm sh -c "$inner" sh test -w $queues/rx-3/rps_cpus 2>/dev/null; then
		skip "apply --stay" "one CPU, or no name space with interfaces of its own"
		finish
		exit
	fi
	rm -rf "$tmp"
	IRQKIT_INSIDE=1 exec unshare -nm --kill-child sh -c "$inner" sh bash "test/${0##*/}" "$@"
fi

policy=$tmp/policy.conf
echo 'rps va --cpus=0' >"$policy"
pid=''
trap 'kill -9 $pid 2>/dev/null; rm -rf "$tmp"' EXIT
start() {
	"$O/irqkit" apply --stay "$policy" >>"$tmp/log" 2>>"$tmp/errors" &
	pid=$!
}
# write VALUE: to each queue
write() {
	local queue
	for queue in "$queues"/rx-*; do
		echo "$1" >"$queue/rps_cpus"
	done
}
values() { cat "$queues"/rx-*/rps_cpus | sort -u | tr '\n' ' '; }
# until_is VALUE: all queues have it within five seconds
until_is() {
	local tries
	for ((tries = 50; tries > 0; tries--)); do
		[ "$(values)" != "$1 " ] || return 0
		sleep 0.1
	done
	echo "not $1: $(values)"
	cat "$tmp/log" "$tmp/errors"
	return 1
}
# events N: so many messages of the kernel about the interface; sometimes another program writes
events() {
	local i
	for ((i = 0; i < $1; i += 100)); do
		for _ in {1..25}; do
			printf 'link set va %s\n' down up
		done >"$tmp/batch"
		ip -batch "$tmp/batch"
		write 0
	done
}
memory() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; }

write 2
start
check "what the policy says is in force" until_is 1

# ---- memory -------------------------------------------------------------------------------

events $few
check "after $few events" until_is 1
before=$(memory)
events $((many - few))
check "after $many events" until_is 1
after=$(memory)
result "$((after > before + 64 || after + 64 < before))" "memory after $few events and after $many" \
	"$before kB, then $after kB"
echo "# $before kB after $few events, $after kB after $many"

# ---- rest ---------------------------------------------------------------------------------

sleep 1
before=$(cut -d' ' -f1 "/proc/$pid/schedstat")
sleep $rest
after=$(cut -d' ' -f1 "/proc/$pid/schedstat")
# 0.05 % of a second are 500,000 ns
result "$((after - before > rest * 500000))" "idle, it uses less than 0.05 % of a CPU" "$((after - before)) ns in $rest s"
echo "# $(((after - before) / 1000)) us of CPU in $rest s of rest"

# ---- kill -9 ------------------------------------------------------------------------------

lost=''
for ((kill = 0; kill < kills; kill++)); do
	events 400 &
	events_pid=$!
	sleep "0.$((RANDOM % 7 + 1))"
	kill -9 $pid
	wait $pid 2>/dev/null
	start
	wait $events_pid
	until_is 1 >"$tmp/said" || lost+=$(<"$tmp/said")
done
empty "killed $kills times under events, the policy is in force again" "$lost"
check "and check agrees" "$O/irqkit" check "$policy"
kill $pid
wait $pid
same "SIGTERM ends it with status 0" 0 $?
empty "it has reported no error" "$(cat "$tmp/errors")"
for ((undo = 0; undo < kills + 2; undo++)); do
	"$O/irqkit" undo -q 2>"$tmp/said" || break
done
same "undo restores what was there before all of it" "2 " "$(values)"
finish
