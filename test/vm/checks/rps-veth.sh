#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# RPS of a veth interface works: --auto turns it on and leaves it on.
ip=/lib/iproute2/ip
trap '"$ip" link del va' EXIT
modprobe veth
"$ip" link add va up type veth peer name vb
"$ip" link set vb up
off=$(flood va vb)
irqkit rps 'v[b]' --auto -q || fail "exit status $?"
on=$(flood va vb)
irqkit rps vb --cpus=1 -q
one=$(flood va vb)
irqkit rps vb --auto >table && irqkit rps vb --json >json
auto=$(flood va vb)
echo "# packets by RPS, of 200: off $off, --auto $on, --cpus=1 $one, --auto again $auto"
eq "$off" 0 'packets without RPS'
[ "$one" -ge 190 ] || fail "RPS has no effect: $one"
eq "$(jq -r '.queues[0].rps' json)" on 'the state'
eq "$(jq -r '.queues[0].rps_mask' json)" "$(irqkit mask housekeeping)" 'CPUs by --auto'
irqkit rps vb --off -q
