#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# rps '*' --auto where there are cards, a veth pair and a dummy interface: it succeeds, packets of the
# veth interface are shared, a second run writes nothing, and undo restores every setting.
ip=/lib/iproute2/ip
modprobe veth && modprobe dummy
"$ip" link add va up type veth peer name vb
trap '"$ip" link del va; "$ip" link del dum0' EXIT
"$ip" link set vb up
"$ip" link add dum0 up type dummy
settings() {
	grep . /sys/class/net/*/queues/rx-*/rps_cpus /sys/class/net/*/queues/rx-*/rps_flow_cnt
}
settings >start
eq "$(flood va vb)" 0 'packets by RPS before'
status 0 irqkit rps '*' --auto -n
settings >planned
same planned start
status 0 irqkit rps '*' --auto --json
sed 's/^/# /' err
for each in dum0 va vb; do
	echo "# $each: $(jq -r --arg q "/$each/" '[.changes[] | select(.path | contains($q)) | .new_cpus] | join(" ")' out)"
done
eq "$(jq -c '[.changes[].result] | unique - ["done", "unchanged", "skipped"]' out)" '[]' 'results'
on=$(flood va vb)
echo "# $on of 200 packets of vb by RPS"
status 0 irqkit rps '*' --auto --json
eq "$(jq -r .changed out)" false 'changed the second time'
status 0 irqkit undo
settings >end
same end start
