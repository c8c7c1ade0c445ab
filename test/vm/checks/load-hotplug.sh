#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-6.12 linux-8-7
# last
# long
# Samples for a minute, while CPUs go offline and come back and a network card is unplugged: no rate is
# impossible, and each interrupt that was there all the time has counted exactly its last minus its first.
. /vm/linux.sh
command -v samples >/dev/null || skip 'the program is missing: make build/test/example/samples'
dev=$(link 1) far=$(link 2)
stop() {
	: >over
	end_stream
	all_online # samples waits for it
	wait
}
trap stop EXIT

start_stream "$dev"
samples 60 >log 2>&1 &
sampler=$!
sleep 2
storm &
storm=$!
sleep 15
card=$(readlink -f "/sys/class/net/$far/device")
echo 1 >"${card%/*}/remove"
sleep 5
echo 1 >/sys/bus/pci/rescan
until_ok 60 link 2
link_up 2
sleep 15
: >over
until_ok 60 [ -e hotplugs ] || fail "a CPU does not go offline, or come back: $(blocked)"
wait $storm
status=0
wait $sampler || status=$?
sed 's/^/# /' log
echo "# $(cat hotplugs) times two CPUs were offline"
[ $status = 0 ] || fail "samples ended with $status"
grep -q 'CPUs went offline between [1-9]' log || fail "no CPU was ever away"
grep -q 'interrupts went between [1-9]' log || fail "no interrupt was ever away"
